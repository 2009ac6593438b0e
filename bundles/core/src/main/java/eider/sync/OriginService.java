package eider.sync;

import eider.connector.Cursor;
import eider.connector.Type;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.LoadOrigin;
import eider.engine.NoSuchRowException;
import eider.engine.Origin;
import eider.engine.Origin.Arrival;
import eider.engine.Origin.Departure;
import eider.engine.Origin.Part;
import eider.engine.Origin.Version;
import eider.engine.Origins;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.Whereabouts;
import eider.model.Canonical;
import eider.store.Ancestry;
import eider.store.Ancestry.Bringing;
import eider.store.Ancestry.PartRead;
import eider.store.Ledger;
import eider.store.Ledger.LoadRow;
import eider.store.Ledger.QuarantineRow;
import eider.store.Sought;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Follows rows back to where they came from: by what the store remembers, and where somebody wants the very line, by asking the source once more. */
@Component(service = Origins.class, immediate = true)
public final class OriginService implements Origins {
    private static final int VERSIONS = 200;
    private static final int PARTS = 1_000;

    private final Store store;
    private final SyncService syncs;

    @Activate
    public OriginService(@Reference Store store, @Reference SyncService syncs) {
        this.store = store;
        this.syncs = syncs;
    }

    @FunctionalInterface
    private interface Ask<T> {
        T of(Sql sql) throws SQLException, EngineException;
    }

    /** Asks the store, all at one moment; what is said of rows that are not here comes through as it is. */
    private <T> T ask(Ask<T> ask) throws EngineException {
        EngineException[] said = new EngineException[1];
        T answer;
        try {
            answer = store.read(sql -> {
                sql.run("BEGIN TRANSACTION READ ONLY");
                try {
                    return ask.of(sql);
                } catch (EngineException e) {
                    said[0] = e;
                    return null;
                } finally {
                    sql.reset();
                }
            });
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        if (said[0] != null) {
            throw said[0];
        }
        return answer;
    }

    // ---- what the store remembers

    @Override
    public Origin row(long row) throws EngineException {
        return ask(sql -> origin(sql, row));
    }

    @Override
    public List<Origin> rows(String table, String id, int limit) throws EngineException {
        return ask(sql -> {
            List<Origin> origins = new ArrayList<>();
            Set<Long> told = new HashSet<>();
            for (long row : called(sql, table, id, limit)) {
                if (origins.size() < limit && !told.contains(row)) {
                    Origin origin = origin(sql, row);
                    origin.versions().forEach(version -> told.add(version.row()));
                    origins.add(origin);
                }
            }
            return origins;
        });
    }

    private static List<Long> called(Sql sql, String table, String id, int limit) throws SQLException, NoSuchRowException {
        int point = table.indexOf('.');
        if (point > 0) {
            List<Long> rows = Ancestry.keyed(sql, table.substring(0, point), table.substring(point + 1), id, limit);
            if (rows != null) {
                return rows;
            }
        } else if (Canonical.of(table).isPresent()) {
            return Ancestry.called(sql, table, id, limit);
        }
        throw new NoSuchRowException("there is no table '" + table + "' whose rows could be followed; there are "
                + Arrays.stream(Canonical.values()).map(Canonical::table).collect(Collectors.joining(", ")) + ", and <connection>.<dataset> for rows with a key");
    }

    private static Origin origin(Sql sql, long row) throws SQLException, NoSuchRowException {
        Bringing bringing = bringing(sql, row);
        Ancestry.Version asked = version(sql, bringing, row);
        List<String> key = Ancestry.key(sql, bringing.connection(), bringing.dataset());
        List<Version> versions = key.isEmpty() ? chain(sql, asked, bringing) : keyed(sql, Ancestry.versions(sql, bringing, asked, key, VERSIONS));
        if (versions.stream().noneMatch(version -> version.row() == row)) {
            // Older than as many as are told.
            versions.add(told(sql, asked, 0, false, new HashMap<>()));
        }
        List<Map<String, String>> derived = new ArrayList<>();
        for (Version version : versions) {
            if (version.gone() == null) {
                derived.addAll(Ancestry.derived(sql, bringing(sql, version.row()), version.row()));
            }
        }
        return new Origin(row, bringing.connection(), bringing.dataset(), key, bringing.canonical() == null ? "" : bringing.canonical(), derived, versions,
                Ancestry.forgotten(sql, bringing.connection(), bringing.dataset()));
    }

    private static Bringing bringing(Sql sql, long row) throws SQLException, NoSuchRowException {
        Bringing bringing = Ancestry.bringing(sql, row);
        if (bringing == null) {
            throw new NoSuchRowException("no load brought a row " + row + "; the number of a row is what a query shows as _row");
        }
        return bringing;
    }

    private static Ancestry.Version version(Sql sql, Bringing bringing, long row) throws SQLException, NoSuchRowException {
        Ancestry.Version version = Ancestry.version(sql, bringing, row);
        if (version != null) {
            return version;
        }
        Load load = load(sql, bringing.load());
        String of = "row " + row + " of " + bringing.connection() + "." + bringing.dataset();
        long forgotten = Ancestry.forgotten(sql, bringing.connection(), bringing.dataset());
        throw new NoSuchRowException(load.state() == Load.State.UNDONE ? of + " is not here any more: load " + load.id() + ", which had brought it, was taken back"
                : forgotten >= load.id() ? of + " was brought by load " + load.id() + " and is gone; what it was is not kept any more"
                : "there is no " + of + ": load " + load.id() + " gave the number to none, or the row was kept aside before it was ever seen");
    }

    /** Newest first, as they come. */
    private static List<Version> keyed(Sql sql, List<Ancestry.Version> found) throws SQLException, NoSuchRowException {
        List<Version> versions = new ArrayList<>();
        Map<Long, Load> loads = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            Ancestry.Version version = found.get(i);
            // The next newer one took its place, if the load that took this one brought it.
            boolean replaced = i > 0 && version.gone() == found.get(i - 1).load();
            versions.add(told(sql, version, replaced ? found.get(i - 1).row() : 0, false, loads));
        }
        return versions;
    }

    /** A row without a key, and what it was before and after as far as the loads of its part can tell. */
    private static List<Version> chain(Sql sql, Ancestry.Version asked, Bringing bringing) throws SQLException, NoSuchRowException {
        List<Ancestry.Version> found = new ArrayList<>(List.of(asked));
        while (asked.part() != 0 && found.getLast().load() != 0 && found.size() < VERSIONS) {
            Ancestry.Swap swap = Ancestry.swap(sql, bringing, asked.part(), found.getLast().load());
            if (swap == null || swap.putIn().row() != found.getLast().row()) {
                break;
            }
            found.add(swap.taken());
        }
        while (asked.part() != 0 && found.getFirst().gone() != 0 && found.size() < VERSIONS) {
            Ancestry.Swap swap = Ancestry.swap(sql, bringing, asked.part(), found.getFirst().gone());
            if (swap == null || swap.taken().row() != found.getFirst().row()) {
                break;
            }
            found.addFirst(swap.putIn());
        }
        List<Version> versions = new ArrayList<>();
        Map<Long, Load> loads = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            versions.add(told(sql, found.get(i), i > 0 ? found.get(i - 1).row() : 0, i + 1 < found.size(), loads));
        }
        return versions;
    }

    private static Version told(Sql sql, Ancestry.Version version, long successor, boolean presumed, Map<Long, Load> loads) throws SQLException, NoSuchRowException {
        Bringing bringing = bringing(sql, version.row());
        QuarantineRow quarantined = Ancestry.quarantined(sql, bringing, version);
        List<Part> parts = parts(quarantined != null && !quarantined.part().isEmpty() && version.part() == 0 ? List.of(new PartRead(quarantined.part(), ""))
                : Ancestry.parts(sql, bringing, version, PARTS));
        return new Version(version.row(), version.values(), new Arrival(load(sql, version.load(), loads), bringing.at(), bringing.before(), bringing.after(), parts,
                quarantined == null ? null : quarantined(quarantined)), version.gone() == 0 ? null : new Departure(load(sql, version.gone(), loads), successor),
                        presumed);
    }

    private static List<Part> parts(List<PartRead> parts) {
        return parts.stream().map(part -> new Part(part.name(), part.fingerprint())).toList();
    }

    private static Load load(Sql sql, long id, Map<Long, Load> known) throws SQLException, NoSuchRowException {
        Load load = known.get(id);
        if (load == null) {
            load = load(sql, id);
            known.put(id, load);
        }
        return load;
    }

    private static Load load(Sql sql, long id) throws SQLException, NoSuchRowException {
        LoadRow row = Ledger.load(sql, id);
        if (row == null) {
            throw new NoSuchRowException("there is no load " + id + ", or it is on its way and has stored nothing yet");
        }
        return LoadHistory.load(row);
    }

    private static Quarantined quarantined(QuarantineRow row) {
        return new Quarantined(row.id(), row.load(), row.connection(), row.dataset(), row.place(), row.reason(), row.raw(), row.at(), Ledger.texts(row), row.mended());
    }

    @Override
    public LoadOrigin load(long id) throws EngineException {
        return ask(sql -> {
            Load load = load(sql, id);
            List<String> span = Ancestry.span(sql, id);
            return new LoadOrigin(load, span == null ? "" : span.getFirst(), span == null ? "" : span.getLast(), parts(Ancestry.parts(sql, id, PARTS)),
                    Ancestry.quarantined(sql, id, PARTS).stream().map(OriginService::quarantined).toList());
        });
    }

    // ---- where exactly

    /** What a search begins with. */
    private record Beginning(Bringing bringing, Sought row, List<PartRead> parts, Set<String> fingerprints, Cursor from, QuarantineRow quarantined) {}

    @Override
    public Whereabouts locate(long row, Progress progress) throws EngineException, InterruptedException {
        Beginning beginning = ask(sql -> beginning(sql, row));
        String connection = beginning.bringing.connection();
        if (beginning.quarantined != null && hasLine(beginning.quarantined)) {
            // In its source it stands as the bad row that it was.
            return new Whereabouts(row, List.of(place(beginning.quarantined)), List.of(), "");
        }
        if (beginning.parts.isEmpty()) {
            throw new EngineException(connection + "." + beginning.bringing.dataset()
                    + " names no file or page that its rows come from, so that there is no line to look for");
        }
        return search(row, connection, beginning.bringing.dataset(), beginning.row, beginning.parts, beginning.fingerprints, beginning.from, progress);
    }

    private Whereabouts search(long number, String connection, String dataset, Sought row, List<PartRead> parts, Set<String> fingerprints, Cursor from, Progress progress)
            throws EngineException, InterruptedException {
        List<String> names = parts.stream().map(PartRead::name).toList();
        if (connection.equals(Connections.BY_HAND) && names.stream().noneMatch(name -> Files.isRegularFile(Path.of(name)))) {
            return new Whereabouts(number, List.of(), names, "");
        }
        Search search = new Search(store, connection, dataset, row, parts, fingerprints, from, progress);
        syncs.search(search, names, progress);
        return new Whereabouts(number, search.found(), search.missing(), search.note());
    }

    /** What a rule found bad after it was loaded is kept with its file alone. */
    private static boolean hasLine(QuarantineRow bad) {
        return !bad.part().isEmpty() && bad.place().startsWith(bad.part() + " ") && bad.place().length() > bad.part().length() + 1;
    }

    private static Whereabouts.Found place(QuarantineRow bad) {
        return new Whereabouts.Found(bad.part(), false, 1, List.of(bad.place().substring(bad.part().length() + 1)), List.of());
    }

    /** What a search for a bad row begins with. */
    private record Bad(QuarantineRow row, Sought sought, List<PartRead> parts, Set<String> fingerprints, Cursor from) {}

    @Override
    public Whereabouts locateQuarantined(long id, Progress progress) throws EngineException, InterruptedException {
        Bad bad = ask(sql -> bad(sql, id));
        if (hasLine(bad.row)) {
            return new Whereabouts(id, List.of(place(bad.row)), List.of(), "");
        }
        if (bad.row.part().isEmpty() || bad.sought == null) {
            throw new EngineException("row " + id + " of the quarantine has no file or page, or was not parted into fields, so that there is no line to look for");
        }
        return search(id, bad.row.connection(), bad.row.dataset(), bad.sought, bad.parts, bad.fingerprints, bad.from, progress);
    }

    private static Bad bad(Sql sql, long id) throws SQLException, NoSuchRowException {
        QuarantineRow row = Ancestry.bad(sql, id);
        if (row == null) {
            throw new NoSuchRowException("there is no row " + id + " in quarantine, and none that left it is kept");
        }
        Map<String, Type> columns = Ancestry.columnsOf(sql, row.connection(), row.dataset());
        Sought sought = columns.isEmpty() || row.record() == null ? null : new Sought(columns, Ancestry.values(sql, row, columns), List.of());
        List<PartRead> parts = Ancestry.parts(sql, row.load(), Integer.MAX_VALUE).stream().filter(part -> part.name().equals(row.part())).toList();
        Set<String> fingerprints = parts.stream().map(PartRead::fingerprint).filter(text -> !text.isEmpty()).collect(Collectors.toSet());
        return new Bad(row, sought, parts.isEmpty() ? List.of(new PartRead(row.part(), "")) : parts, fingerprints, Ancestry.cursor(sql, row.load()));
    }

    private static Beginning beginning(Sql sql, long row) throws SQLException, NoSuchRowException {
        Bringing bringing = bringing(sql, row);
        Ancestry.Version version = version(sql, bringing, row);
        Map<String, Type> columns = Ancestry.columns(sql, bringing);
        List<PartRead> parts = Ancestry.parts(sql, bringing, version, Integer.MAX_VALUE);
        Set<String> fingerprints = new LinkedHashSet<>();
        for (PartRead part : parts) {
            fingerprints.add(part.fingerprint());
            if (version.gone() == 0) {
                // The part was read since, and the row stayed.
                fingerprints.add(Ancestry.fingerprint(sql, bringing.connection(), bringing.dataset(), part.name()));
            }
        }
        fingerprints.remove("");
        fingerprints.remove(null);
        return new Beginning(bringing, new Sought(columns, version.values(), Ancestry.key(sql, bringing.connection(), bringing.dataset())), parts, fingerprints,
                Ancestry.cursor(sql, bringing), Ancestry.quarantined(sql, bringing, version));
    }
}
