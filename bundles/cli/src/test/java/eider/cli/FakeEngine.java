package eider.cli;

import eider.connector.Source;
import eider.engine.Badge;
import eider.engine.Comparisons;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.OptionCheck;
import eider.engine.Origins;
import eider.engine.Mapping;
import eider.engine.Plan;
import eider.engine.PlannedLoad;
import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.Queries;
import eider.engine.Recorded;
import eider.engine.Recording;
import eider.engine.Recordings;
import eider.engine.Replayed;
import eider.engine.Rows;
import eider.engine.RuleCheck;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.engine.Undone;
import eider.people.Audit;
import eider.people.People;
import eider.people.Permission;
import eider.people.Policies;
import eider.people.SignIns;
import eider.people.Viewer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** An engine whose answers a test writes down, and which remembers what it was asked. */
final class FakeEngine implements Engine, Server, Syncs, Loads {
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    final List<Load> loads = new ArrayList<>();
    final List<Connection> connections = new ArrayList<>();
    final List<Quarantined> quarantined = new ArrayList<>();
    final FakeOrigins origins = new FakeOrigins();
    final List<RuleCheck> checks = new ArrayList<>();
    final List<OptionCheck> optionChecks = new ArrayList<>();
    final List<Badge> badges = new ArrayList<>();
    final FakePeople people = new FakePeople();
    final FakeAudit audit = new FakeAudit();
    final List<Mapping> mappings = new ArrayList<>();
    final List<Plugin> plugins = new ArrayList<>();
    final List<Metatype> metatypes = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    final List<PlannedLoad> planned = new ArrayList<>();
    Undone undone;
    final List<Rows.Column> columns = new ArrayList<>();
    final List<Object[]> rows = new ArrayList<>();
    final List<Recording> recordings = new ArrayList<>();
    Recorded recorded;
    Replayed replayed;
    Path home = Path.of("/srv/eider");
    URI address;
    Runnable stopping = () -> {};
    URI publicUrl;
    final List<String> policyFaults = new ArrayList<>();
    EngineException refusal;
    EngineException noAudit;
    RuntimeException bug;
    long failAfter = Long.MAX_VALUE;
    int read;

    static Load load(long id, Load.State state, long inserted, long quarantined, String message) {
        return new Load(id, "run-" + id, "files", "sales", state, NOON, NOON.plusMillis(1500), inserted, 0, 0, quarantined, "sales.csv", message);
    }

    @Override
    public List<Mapping> mappings() {
        return mappings;
    }

    private void note(String what) throws EngineException {
        asked.add(what);
        if (bug != null) {
            throw bug;
        }
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public Server server() {
        return this;
    }

    @Override
    public Syncs syncs() throws EngineException {
        note("syncs");
        return this;
    }

    @Override
    public Loads loads() throws EngineException {
        note("loads");
        return this;
    }

    @Override
    public Origins origins() throws EngineException {
        note("origins");
        return origins;
    }

    @Override
    public Queries queries() throws EngineException {
        note("queries");
        return new FakeQueries();
    }

    @Override
    public Recordings recordings() throws EngineException {
        note("recordings");
        return new FakeRecordings();
    }

    @Override
    public Comparisons comparisons() throws EngineException {
        note("comparisons");
        return new Comparisons() {
            @Override
            public List<Badge> badges() {
                return badges;
            }

            @Override
            public List<Badge> compare(String connection, Progress bar) {
                asked.add("compare " + connection);
                return badges;
            }
        };
    }

    @Override
    public People people() throws EngineException {
        note("people");
        return people;
    }

    @Override
    public SignIns signIns() throws EngineException {
        note("signIns");
        return people.signIns;
    }

    @Override
    public Policies policies() {
        return new Policies() {
            @Override
            public List<String> roles() {
                return List.of("admin", "manager", "user");
            }

            @Override
            public Set<Permission> permissions(Viewer viewer) {
                return Set.of();
            }

            @Override
            public List<String> attributes() {
                return List.of();
            }

            @Override
            public List<String> faults() {
                return policyFaults;
            }
        };
    }

    @Override
    public Audit audit() throws EngineException {
        asked.add("audit");
        if (noAudit != null) {
            throw noAudit;
        }
        return audit;
    }

    @Override
    public Optional<URI> publicUrl() {
        return Optional.ofNullable(publicUrl);
    }

    @Override
    public Plugins plugins() throws EngineException {
        asked.add("plugins");
        return () -> plugins;
    }

    @Override
    public List<OptionCheck> optionChecks() {
        return optionChecks;
    }

    @Override
    public List<Metatype> metatypes() {
        return metatypes;
    }

    @Override
    public void close() {
        asked.add("closed");
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public boolean inMemory() {
        return false;
    }

    @Override
    public boolean demo() {
        return false;
    }

    @Override
    public Optional<URI> address() {
        return Optional.ofNullable(address);
    }

    @Override
    public String version() {
        return "1.2.3";
    }

    @Override
    public Instant started() {
        return NOON;
    }

    @Override
    public void stop() {
        stopping.run();
        asked.add("stop");
    }

    @Override
    public List<Connection> connections() {
        return connections;
    }

    @Override
    public List<Load> sync(String connection, boolean approved, Progress bar) throws EngineException {
        asked.add("sync " + connection + (approved ? " approved" : ""));
        return loads;
    }

    @Override
    public Plan plan(String connection, Progress bar) throws EngineException {
        note("plan " + connection);
        return new Plan(connection, NOON, planned);
    }

    @Override
    public List<Load> approve(String connection, Progress bar) throws EngineException {
        note("approve " + connection);
        return loads;
    }

    @Override
    public Load load(Path file, String dataset, boolean approved, Progress bar) throws EngineException {
        asked.add("load " + file + " into " + dataset + (approved ? " approved" : ""));
        return loads.getFirst();
    }

    @Override
    public boolean cancel(String connection) {
        asked.add("cancel " + connection);
        return true;
    }

    @Override
    public void register(String name, Source source) {
        throw new AssertionError("no command registers a source");
    }

    @Override
    public void unregister(String name) {
        throw new AssertionError("no command unregisters a source");
    }

    @Override
    public List<Load> latest(int limit) {
        return loads.stream().limit(limit).toList();
    }

    @Override
    public Optional<Load> load(long id) {
        return loads.stream().filter(load -> load.id() == id).findFirst();
    }

    @Override
    public Undone undo(long load, String who) throws EngineException {
        note("undo " + load + " by " + who);
        return undone;
    }

    @Override
    public long imageBytes() {
        return 12_345_678;
    }

    @Override
    public List<Hold> holds() {
        throw new AssertionError("no command asks for all holds");
    }

    @Override
    public void release(String connection, String dataset, Hold.Release how) throws EngineException {
        note("release " + connection + "." + dataset + " " + how);
    }

    @Override
    public Quarantined mend(long id, Map<String, String> changes, String who) throws EngineException {
        note("mend " + id + " " + changes + " by " + who);
        Quarantined row = quarantined.stream().filter(candidate -> candidate.id() == id).findFirst().orElseThrow();
        Map<String, String> values = new LinkedHashMap<>(row.values());
        values.putAll(changes);
        return new Quarantined(row.id(), row.load(), row.connection(), row.dataset(), row.place(), row.reason(), row.raw(), row.at(), values, true);
    }

    @Override
    public List<Load> replay(String connection, Progress progress) throws EngineException {
        note("replay " + connection);
        return loads;
    }

    @Override
    public List<RuleCheck> checks(long load) {
        return load == 7 ? checks : List.of();
    }

    @Override
    public List<Quarantined> quarantine(String connection, int limit) {
        asked.add("quarantine " + connection);
        return quarantined.stream().filter(row -> connection == null || row.connection().equals(connection)).limit(limit).toList();
    }

    @Override
    public long quarantined(String connection) {
        return quarantined.stream().filter(row -> connection == null || row.connection().equals(connection)).count();
    }

    @Override
    public AutoCloseable onCommit(Consumer<Load> listener) {
        throw new AssertionError("no command listens");
    }

    private final class FakeRecordings implements Recordings {
        @Override
        public Recorded record(String connection, boolean approved, Progress bar) throws EngineException {
            note("record " + connection + (approved ? " approved" : ""));
            return recorded;
        }

        @Override
        public List<Recording> recordings() {
            return recordings;
        }

        @Override
        public Replayed replay(String file, Progress bar) throws EngineException {
            note("replay recording " + file);
            return replayed;
        }

        @Override
        public Replayed compare(String file, Progress bar) throws EngineException {
            note("compare recording " + file);
            return replayed;
        }

        @Override
        public void delete(String file) throws EngineException {
            note("delete recording " + file);
        }
    }

    private final class FakeQueries implements Queries {
        @Override
        public Rows query(Viewer viewer, String sql, Duration limit, Object... parameters) {
            asked.add("query " + sql + (viewer.isOperator() ? "" : " by " + viewer.role()));
            return new FakeRows();
        }

        @Override
        public Rows ask(Viewer viewer, String sql, Duration limit) {
            return query(viewer, sql, limit);
        }

        @Override
        public String scope(Viewer viewer) {
            return viewer.role();
        }

        @Override
        public long version() {
            return 1;
        }
    }

    private final class FakeRows implements Rows {
        private int row = -1;

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public boolean next() throws EngineException {
            if (row + 1 >= failAfter) {
                throw new EngineException("Out of Memory Error: no more memory\nLINE 1: select");
            }
            read++;
            return ++row < rows.size();
        }

        @Override
        public Object value(int column) {
            return rows.get(row)[column];
        }

        @Override
        public void close() {
            asked.add("rows closed");
        }
    }
}
