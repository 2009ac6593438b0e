package eider.sync;

import eider.connector.Countable;
import eider.connector.FileOpener;
import eider.connector.Model;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Mapping;
import eider.engine.Plan;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.engine.Syncs;
import eider.store.Budget;
import eider.store.Handling;
import eider.store.Holds;
import eider.store.Ledger;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Terms;
import eider.store.ingest.FileSniffer;
import eider.sync.tape.Calls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Runs the syncs of the {@link Connections}. A connection is a {@link Source} service; its name is the part of {@code service.pid} after {@code ~}. */
@Component(service = {Syncs.class, SyncService.class}, immediate = true, configurationPid = "business")
@Designate(ocd = BusinessConfig.class)
public final class SyncService implements Syncs {
    /** How long a stop waits for threads that store something; the store would wait for them too. */
    private static final Duration STORING = Duration.ofSeconds(10);

    private final Connections connections = new Connections();
    private final SyncSettings settings;
    private final LoadHistory history;
    private final Budget turns;
    private final Tools tools;
    private final AtomicLong runs = new AtomicLong();
    private final List<FileOpener> openers = new CopyOnWriteArrayList<>();
    private volatile String baseCurrency;
    /** Guarded by connections. */
    private boolean stopping;

    @Activate
    public SyncService(@Reference Store store, @Reference LoadHistory history, @Reference Datasets datasets, @Reference SyncSettings settings, BusinessConfig config) {
        this(store, history, datasets, new FileSniffer(store.handover(), store.fileLimits()), config.base__currency(), settings, Time.of(store.clock()));
    }

    public SyncService(Store store, LoadHistory history, Datasets datasets, Sniffer sniffer, String baseCurrency, SyncSettings settings, Time time) {
        this.settings = settings;
        this.history = history;
        this.baseCurrency = baseCurrency;
        this.turns = new Budget(settings.options().sideBySide());
        this.tools = new Tools(store, history, sniffer, datasets, time, turns);
    }

    @Modified
    void modified(BusinessConfig config) {
        baseCurrency = config.base__currency();
    }

    /** How the rows of a dataset are handled from the next load on. */
    public void handle(String connection, String dataset, Handling handling) {
        tools.datasets().choose(connection, dataset, handling);
    }

    /** Cancels what runs; returns when it has ended, or has been left behind. */
    @Deactivate
    public void stop() throws InterruptedException {
        synchronized (connections) {
            stopping = true;
            connections.notifyAll();
            for (Entry entry : connections.entries()) {
                if (entry.run != null) {
                    entry.run.cancel();
                }
            }
            // Whoever watches over a run takes it away, two seconds after the cancel at the latest.
            while (connections.entries().stream().anyMatch(entry -> entry.run != null)) {
                connections.wait();
            }
        }
        for (Run run : connections.lingering()) {
            run.join(STORING);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(Source source, Map<String, Object> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        int tilde = pid.indexOf('~');
        connections.arrive(tilde < 0 ? pid : pid.substring(tilde + 1), tilde < 0 ? pid : pid.substring(0, tilde), source);
    }

    void removeSource(Source source) throws InterruptedException {
        connections.leave(source);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addOpener(FileOpener opener) {
        openers.add(opener);
        synchronized (connections) {
            connections.notifyAll();
        }
    }

    void removeOpener(FileOpener opener) {
        openers.remove(opener);
    }

    @Override
    public void register(String name, Source source) throws EngineException {
        connections.register(name, source);
    }

    @Override
    public void unregister(String name) {
        Source source = connections.source(name);
        if (source == null) {
            return;
        }
        try {
            connections.leave(source);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public List<Connection> connections() {
        try {
            Map<String, String> holds = new HashMap<>();
            for (Holds.HoldRow hold : tools.store().read(Holds::all)) {
                holds.putIfAbsent(hold.connection(), Holds.sentence(hold) + ".");
            }
            return connections.shown(history.lastOfEach(), holds, "", tools.time().now());
        } catch (StoreException e) {
            return connections.shown(List.of(), Map.of(), e.getMessage(), tools.time().now());
        } catch (EngineException e) {
            return connections.shown(List.of(), Map.of(), e.getMessage(), tools.time().now());
        }
    }

    @Override
    public List<Mapping> mappings() throws EngineException {
        return Mappings.of(tools.store(), tools.datasets(), sources());
    }

    @Override
    public List<Load> sync(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException {
        return run(connections.ready(connection), null, true, consent(approved), Map.of(), progress).loads();
    }

    @Override
    public List<Load> syncUnattended(String connection, Progress progress) throws EngineException, InterruptedException {
        return run(connections.ready(connection), null, false, new Terms.Unattended(), Map.of(), progress).loads();
    }

    @Override
    public Plan plan(String connection, Progress progress) throws EngineException, InterruptedException {
        Map<PlannedLoad, String> planned = run(connections.ready(connection), null, true, new Terms.Rehearsal(), Map.of(), progress).plans();
        Instant now = tools.time().now();
        try {
            tools.store().note(sql -> {
                Ledger.forgetPlans(sql, connection);
                for (Map.Entry<PlannedLoad, String> one : planned.entrySet()) {
                    if (one.getValue() != null && one.getKey().failure().isEmpty()) {
                        Ledger.plan(sql, connection, one.getKey().dataset(), one.getValue(), now);
                    }
                }
                return null;
            });
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        return new Plan(connection, now, List.copyOf(planned.keySet()));
    }

    @Override
    public List<Load> approve(String connection, Progress progress) throws EngineException, InterruptedException {
        Entry entry = connections.ready(connection);
        try {
            Map<String, String> plan = tools.store().read(sql -> Ledger.plans(sql, connection));
            if (plan.isEmpty()) {
                throw new EngineException("there is no plan of " + connection + " to approve: look at it first, with 'eider plan " + connection + "'");
            }
            List<Load> loads = run(entry, null, true, new Terms.AsPlanned(""), plan, progress).loads();
            // What was carried out is no plan any more, and what is not as it was planned must be looked at again. What failed for now may still be approved.
            Set<String> over = new TreeSet<>(plan.keySet());
            loads.stream().filter(load -> load.state() == Load.State.FAILED || load.state() == Load.State.CANCELLED).forEach(load -> over.remove(load.dataset()));
            tools.store().note(sql -> {
                for (String dataset : over) {
                    Ledger.forgetPlan(sql, connection, dataset);
                }
                return null;
            });
            if (loads.isEmpty()) {
                throw new EngineException(connection + " does not offer any more what was planned (" + String.join(", ", plan.keySet()) + "): look again, with 'eider plan "
                        + connection + "'");
            }
            return loads;
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    @Override
    public Load load(Path file, String dataset, boolean approved, Progress progress) throws EngineException, InterruptedException {
        Path found = file.toAbsolutePath().normalize();
        if (!Files.isRegularFile(found)) {
            throw new EngineException(Files.exists(found) ? found + " is no file" : "there is no file " + found);
        }
        if (!Files.isReadable(found)) {
            throw new EngineException(found + " may not be read: its permissions forbid it");
        }
        List<Load> loads = run(connections.byHand(), opened(found, dataset), true, consent(approved), Map.of(), progress).loads();
        if (loads.isEmpty()) {
            throw new EngineException("nothing was read from " + found + ": the connector offers no dataset for it");
        }
        return loads.getFirst();
    }

    private Source opened(Path file, String dataset) throws EngineException, InterruptedException {
        FileOpener opener = connections.await(() -> openers.isEmpty() ? null : openers.getFirst());
        if (opener == null) {
            throw new EngineException("no connector here can open files: put connector-files.jar into plugins/");
        }
        try {
            return opener.open(file, dataset);
        } catch (IllegalArgumentException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    @Override
    public List<Load> replay(String connection, Progress progress) throws EngineException, InterruptedException {
        if (connection.equals(Connections.BY_HAND)) {
            throw new EngineException("files that were handed over are judged anew when they are handed over again: mend the file and load it once more");
        }
        Entry entry = connections.ready(connection);
        List<Model> models;
        synchronized (connections) {
            models = entry.source == null ? List.of() : entry.source.models();
        }
        return run(entry, new Replay(tools.store(), connection, models), true, new Terms.Attended(), Map.of(), progress).loads();
    }

    /**
     * Looks for a row in the source of its connection, as guarded as a sync and never beside one. A file that was handed over is opened once more.
     *
     * @param files the names of such files; the first that is there is looked through
     * @throws EngineException as {@link #sync}, and if the connector was replaced meanwhile
     */
    void search(Search search, List<String> files, Progress progress) throws EngineException, InterruptedException {
        Entry entry;
        if (search.connection().equals(Connections.BY_HAND)) {
            entry = connections.byHand();
            search.ask(opened(Path.of(files.stream().filter(file -> Files.isRegularFile(Path.of(file))).findFirst().orElse(files.getFirst())), search.dataset()));
        } else {
            entry = connections.ready(search.connection());
        }
        try {
            run(entry, search, true, new Terms.Attended(), Map.of(), progress);
        } catch (EngineException e) {
            boolean replaced = entry != connections.byHand() && search.lost(connections.source(search.connection()));
            throw !replaced ? e : new EngineException("the connector of " + search.connection() + " was replaced while the row was looked for: ask again", e);
        }
    }

    private Run run(Entry entry, Source instead, boolean byHand, Terms terms, Map<String, String> plan, Progress progress) throws EngineException, InterruptedException {
        Run run = perform(entry, instead, byHand, terms, plan, progress, Job.plain(tools));
        if (run.failure() != null && run.loads().isEmpty() && run.plans().isEmpty()) {
            throw new EngineException(run.failure());
        }
        return run;
    }

    /** How the source of a run is called; asked where it begins, under its name. */
    @FunctionalInterface
    interface Calling {
        Calls of(Source source, String run) throws EngineException;
    }

    /**
     * What is other than in an everyday sync.
     *
     * @param tools the live ones, or those of a store that is thrown away: what comes of it says nothing about the connection then
     * @param comparing whether nothing is read, and what is here only compared with what the source counts
     * @param over told the end, also of a run that was cancelled
     */
    record Job(Tools tools, boolean comparing, Calling calls, Consumer<Run> over) {

        static Job plain(Tools tools) {
            return new Job(tools, false, (source, name) -> Calls.PLAIN, ended -> { });
        }
    }

    /** What live runs work with. */
    Tools tools() {
        return tools;
    }

    String baseCurrency() {
        return baseCurrency;
    }

    SyncOptions options() {
        return settings.options();
    }

    /** The source of a connection that is there. */
    Source source(String connection) throws EngineException, InterruptedException {
        connections.ready(connection);
        return connections.source(connection);
    }

    /** Whether connectors of this class loader read files that people hand over, and so have no network. */
    boolean opensFiles(ClassLoader loader) {
        return openers.stream().anyMatch(opener -> opener.getClass().getClassLoader() == loader);
    }

    /** Runs a connection as a sync does, in another way. The run has ended; what came of it is asked of it. */
    Run perform(String connection, boolean approved, Progress progress, Job job) throws EngineException, InterruptedException {
        return perform(connections.ready(connection), null, true, consent(approved), Map.of(), progress, job);
    }

    /** Compares the datasets of a connection with its source; what came of it is in the ledger then. */
    void compare(String connection, Progress progress) throws EngineException, InterruptedException {
        Entry entry = connections.ready(connection);
        Source source = connections.source(connection);
        if (source != null && !(source instanceof Countable)) {
            throw new EngineException("the connector of " + connection + " cannot count what its source holds, so there is nothing to compare with");
        }
        Run run = perform(entry, null, true, new Terms.Unattended(), Map.of(), progress, new Job(tools, true, (asked, name) -> Calls.PLAIN, ended -> { }));
        if (run.failure() != null) {
            throw new EngineException(run.failure());
        }
    }

    /** The sources there are, by the names of their connections; null where the connector is gone. */
    Map<String, Source> sources() {
        Map<String, Source> sources = new TreeMap<>();
        synchronized (connections) {
            connections.entries().stream().filter(entry -> !entry.name.equals(Connections.BY_HAND)).forEach(entry -> sources.put(entry.name, entry.source));
        }
        return sources;
    }

    /** Whether a run of this connection is on its way. */
    boolean running(String connection) {
        synchronized (connections) {
            Entry entry = connections.entry(connection);
            return entry != null && entry.run != null;
        }
    }

    /** @param instead what is read in the connection's place: a file that was handed over, which waits for the one before it, or the quarantine; null: its own source */
    private Run perform(Entry entry, Source instead, boolean byHand, Terms terms, Map<String, String> plan, Progress progress, Job job)
            throws EngineException, InterruptedException {
        SyncOptions options = settings.options();
        // What is replayed, or looked for, says nothing about the connection.
        boolean tells = job.tools.store() == tools.store() && !(instead instanceof Search);
        turns.resize(options.sideBySide());
        tools.store().memory().resize(options.memory());
        boolean file = entry.name.equals(Connections.BY_HAND);
        Run run;
        synchronized (connections) {
            while (file && entry.run != null && !stopping) {
                connections.wait();
            }
            admit(entry, !file, byHand);
            if (file) {
                entry.source = instead;
            } else if (instead instanceof Search search) {
                search.ask(entry.source);
            }
            Instant now = tools.time().now();
            SyncOptions patience = instead instanceof Search ? options.withoutRetries() : options;
            String name = Long.toString(now.toEpochMilli(), 36) + "-" + runs.incrementAndGet();
            Source source = instead == null ? entry.source : instead;
            Order order = new Order(name, entry.name, terms, plan, job.comparing, baseCurrency, patience, job.calls.of(source, name));
            run = new Run(job.tools, order, source, new Telling(entry, progress), () -> others(entry));
            entry.run = run;
            entry.failure = tells ? "" : entry.failure;
        }
        try {
            run.watch();
        } finally {
            job.over.accept(run);
            synchronized (connections) {
                if (file) {
                    entry.source = null;
                }
                if (tells) {
                    entry.failure = run.failure() == null || run.cancelled() ? "" : run.failure();
                }
                if (tells && instead == null && !run.cancelled()) {
                    judge(entry, run, byHand, options);
                }
                if (run.stuck() != null) {
                    connections.lingers(entry.name, run);
                }
                connections.over(entry);
            }
        }
        return run;
    }

    private static Terms consent(boolean approved) {
        return approved ? new Terms.Approved() : new Terms.Attended();
    }

    private void admit(Entry entry, boolean configured, boolean byHand) throws EngineException {
        if (stopping) {
            throw new EngineException("Eider is stopping; nothing was read");
        }
        if (configured && connections.entry(entry.name) != entry) {
            throw new EngineException("the connection " + entry.name + " was replaced just now: sync it again");
        }
        if (entry.run != null) {
            throw new EngineException(entry.name + " is being synced already" + (entry.doing.isEmpty() ? "" : ": " + entry.doing));
        }
        String obstacle = connections.obstacle(entry.name);
        if (obstacle != null) {
            throw new EngineException(obstacle);
        }
        if (!byHand) {
            entry.breaker.check(entry.name, tools.time().now());
        }
    }

    /** What a run that is over means for those after it. A connection of which one dataset fails and another does not is worth asking again. */
    private void judge(Entry entry, Run run, boolean byHand, SyncOptions options) {
        String failure = run.failure();
        List<Load> loads = run.loads();
        List<Load> failed = loads.stream().filter(load -> load.state() == Load.State.FAILED).toList();
        String why = failure != null ? failure : failed.isEmpty() ? "" : failed.getFirst().message();
        boolean reached = loads.isEmpty() ? failure == null : loads.stream().anyMatch(SyncService::reached);
        if (reached) {
            entry.breaker.succeeded();
        } else if (!why.isEmpty()) {
            entry.breaker.failed(why, byHand, tools.time().now(), options);
        }
        if (run.notBefore() != null) {
            entry.breaker.notBefore(run.notBefore(), why);
        }
    }

    private static boolean reached(Load load) {
        return switch (load.state()) {
            case COMMITTED, UNCHANGED, HELD -> true;
            case RUNNING, FAILED, CANCELLED, UNDONE -> false;
        };
    }

    /** The others that are being synced, in words. */
    private String others(Entry entry) {
        List<String> names = connections.entries().stream().filter(other -> other != entry && other.run != null && !other.doing.startsWith("waiting"))
                .map(other -> other.name).toList();
        return names.size() > 3 ? names.size() + " other syncs" : String.join(", ", names);
    }

    @Override
    public boolean cancel(String connection) throws EngineException {
        Run run;
        synchronized (connections) {
            Entry entry = connections.entry(connection);
            if (entry == null) {
                throw new EngineException("there is no connection '" + connection + "'");
            }
            run = entry.run;
        }
        if (run == null) {
            return false;
        }
        run.cancel();
        return true;
    }
}
