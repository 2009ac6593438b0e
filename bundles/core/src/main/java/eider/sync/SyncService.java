package eider.sync;

import eider.connector.FileOpener;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Syncs;
import eider.store.Handling;
import eider.store.Store;
import eider.store.ingest.FileSniffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows the connections and runs their syncs. A connection is a {@link Source} service; its name is the part of {@code service.pid} after {@code ~}. */
@Component(service = Syncs.class, immediate = true, configurationPid = "business")
@Designate(ocd = BusinessConfig.class)
public final class SyncService implements Syncs {
    private static final Logger log = LoggerFactory.getLogger(SyncService.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,40}");
    /** The connection under which files that people hand over are kept. */
    static final String BY_HAND = "by_hand";
    private static final Duration GRACE = Duration.ofSeconds(2);
    /** How long a command that has just started the system waits for a connector to appear. */
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private static final class Entry {
        final String name;
        final String connector;
        /** Null while its connector is gone. */
        Source source;
        /** Set where this connection was refused, and for which name. */
        Source refused;
        String wanted;
        Run run;
        String failure = "";
        volatile String doing = "";

        Entry(String name, String connector) {
            this.name = name;
            this.connector = connector;
        }
    }

    private final Store store;
    private final LoadHistory history;
    private final Sniffer sniffer;
    private final Datasets datasets;
    private final long begun = System.nanoTime();
    private final AtomicLong runs = new AtomicLong();
    private final Map<String, Entry> entries = new TreeMap<>();
    private final List<FileOpener> openers = new CopyOnWriteArrayList<>();
    private volatile String baseCurrency;
    /** Guarded by entries. */
    private boolean stopping;

    @Activate
    public SyncService(@Reference Store store, @Reference LoadHistory history, @Reference Datasets datasets, BusinessConfig config) {
        this(store, history, datasets, new FileSniffer(store.handover()), config.base_currency());
    }

    public SyncService(Store store, LoadHistory history, Datasets datasets, Sniffer sniffer, String baseCurrency) {
        this.store = store;
        this.history = history;
        this.datasets = datasets;
        this.sniffer = sniffer;
        this.baseCurrency = baseCurrency;
    }

    @Modified
    void modified(BusinessConfig config) {
        baseCurrency = config.base_currency();
    }

    /** How the rows of a dataset are handled from the next load on. */
    public void handle(String connection, String dataset, Handling handling) {
        datasets.choose(connection, dataset, handling);
    }

    @Deactivate
    public void stop() throws InterruptedException {
        List<Run> running;
        synchronized (entries) {
            stopping = true;
            entries.notifyAll();
            running = entries.values().stream().map(entry -> entry.run).filter(run -> run != null).toList();
        }
        for (Run run : running) {
            run.cancel();
        }
        for (Run run : running) {
            run.join();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(Source source, Map<String, Object> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        int tilde = pid.indexOf('~');
        arrive(tilde < 0 ? pid : pid.substring(tilde + 1), tilde < 0 ? pid : pid.substring(0, tilde), source);
    }

    void removeSource(Source source) throws InterruptedException {
        leave(source);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addOpener(FileOpener opener) {
        openers.add(opener);
        synchronized (entries) {
            entries.notifyAll();
        }
    }

    void removeOpener(FileOpener opener) {
        openers.remove(opener);
    }

    private void arrive(String name, String connector, Source source) {
        synchronized (entries) {
            Entry entry = entries.get(name);
            if (!named(name) || entry != null && entry.source != null) {
                Entry refused = new Entry(connector + "~" + name, connector);
                refused.refused = source;
                refused.wanted = name;
                refused.failure = named(name)
                        ? "the name " + name + " is taken by a connection of " + entry.connector + ": rename the file " + connector + "~" + name + ".cfg"
                        : "'" + name + "' is no name for a connection: lower_snake, at most 41 characters, beginning with a letter; rename the file " + connector + "~"
                                + name + ".cfg";
                entries.put(refused.name, refused);
                log.error(refused.failure);
                return;
            }
            if (entry == null || entry.run == null) {
                entry = new Entry(name, connector);
                entries.put(name, entry);
            }
            entry.source = source;
            entry.failure = "";
            if (entry.run != null) {
                entry.run.resume(source);
            }
            entries.notifyAll();
            log.info("connection {} ({}) is ready", name, connector);
        }
    }

    private static boolean named(String name) {
        return NAME.matcher(name).matches() && !name.contains("__") && !name.equals(BY_HAND);
    }

    /** The connection that was refused this name, or null. */
    private Entry refused(String name) {
        return entries.values().stream().filter(entry -> entry.refused != null && (name.equals(entry.name) || name.equals(entry.wanted))).findFirst().orElse(null);
    }

    private void leave(Source source) throws InterruptedException {
        Run run;
        synchronized (entries) {
            entries.values().removeIf(entry -> entry.refused == source);
            Entry entry = entries.values().stream().filter(candidate -> candidate.source == source).findFirst().orElse(null);
            if (entry == null) {
                return;
            }
            entry.source = null;
            run = entry.run;
            if (run == null) {
                entries.remove(entry.name);
            }
            log.info("connection {} is gone", entry.name);
            Entry next = entries.values().stream().filter(candidate -> entry.name.equals(candidate.wanted)).findFirst().orElse(null);
            if (next != null) {
                entries.remove(next.name);
                arrive(next.wanted, next.connector, next.refused);
            }
        }
        if (run != null) {
            run.release(source, GRACE);
        }
    }

    @Override
    public void register(String name, Source source) throws EngineException {
        synchronized (entries) {
            Entry present = entries.get(name);
            if (present != null && present.source != null) {
                throw new EngineException("there is a connection '" + name + "' already");
            }
            if (!named(name)) {
                throw new EngineException("'" + name + "' is no name for a connection: lower_snake, at most 41 characters, beginning with a letter");
            }
            arrive(name, "host", source);
        }
    }

    @Override
    public void unregister(String name) {
        Source source;
        synchronized (entries) {
            Entry entry = entries.get(name);
            source = entry == null ? null : entry.source;
        }
        if (source == null) {
            return;
        }
        try {
            leave(source);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public List<Connection> connections() {
        List<Load> latest;
        String problem = "";
        try {
            latest = history.lastOfEach();
        } catch (EngineException e) {
            latest = List.of();
            problem = e.getMessage();
        }
        List<Connection> connections = new ArrayList<>();
        synchronized (entries) {
            for (Entry entry : entries.values()) {
                if (!entry.name.equals(BY_HAND)) {
                    connections.add(connection(entry, latest, problem));
                }
            }
        }
        return connections;
    }

    private static Connection connection(Entry entry, List<Load> latest, String problem) {
        List<Load> loads = latest.stream().filter(load -> load.connection().equals(entry.name)).toList();
        // A dataset that failed long ago and is not there any more is no trouble of today: only the last run counts.
        Load bad = loads.stream().filter(load -> load.run().equals(loads.getFirst().run()))
                .filter(load -> load.state() == Load.State.FAILED || load.state() == Load.State.HELD).findFirst().orElse(null);
        Connection.State state;
        String message;
        if (entry.run != null) {
            state = Connection.State.SYNCING;
            message = entry.doing;
        } else if (!entry.failure.isEmpty()) {
            state = Connection.State.FAILED;
            message = entry.failure;
        } else if (bad != null) {
            state = bad.state() == Load.State.HELD ? Connection.State.HELD : Connection.State.FAILED;
            message = bad.message();
        } else {
            state = entry.source == null ? Connection.State.GONE : Connection.State.READY;
            message = problem;
        }
        return new Connection(entry.name, entry.connector, state, message, loads);
    }

    @Override
    public List<Load> sync(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException {
        Entry entry = await(() -> {
            Entry found = entries.get(connection);
            return found != null && found.source != null ? found : refused(connection);
        });
        if (entry == null || entry.refused != null) {
            List<String> names;
            String failure;
            synchronized (entries) {
                failure = entry == null ? "" : entry.failure;
                names = entries.values().stream().filter(candidate -> candidate.source != null && !candidate.name.equals(BY_HAND)).map(candidate -> candidate.name).toList();
            }
            throw new EngineException(!failure.isEmpty() ? failure : "there is no connection '" + connection + "'" + (names.isEmpty()
                    ? "; there is none at all: put a connector jar into plugins/ and a file <connector>~<name>.cfg into config/" : "; there are " + String.join(", ", names)));
        }
        return run(entry, null, approved, progress);
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
        FileOpener opener = await(() -> openers.isEmpty() ? null : openers.getFirst());
        if (opener == null) {
            throw new EngineException("no connector here can open files: put connector-files.jar into plugins/");
        }
        Source source;
        try {
            source = opener.open(found, dataset);
        } catch (IllegalArgumentException e) {
            throw new EngineException(e.getMessage(), e);
        }
        Entry entry;
        synchronized (entries) {
            entry = entries.computeIfAbsent(BY_HAND, name -> new Entry(name, "files"));
        }
        List<Load> loads = run(entry, source, approved, progress);
        if (loads.isEmpty()) {
            throw new EngineException("nothing was read from " + found + ": the connector offers no dataset for it");
        }
        return loads.getFirst();
    }

    private <T> T await(Supplier<T> wanted) throws InterruptedException {
        synchronized (entries) {
            long end = begun + WARM_UP.toNanos();
            T found = wanted.get();
            while (found == null && System.nanoTime() < end) {
                entries.wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
                found = wanted.get();
            }
            return found;
        }
    }

    /** @param file the file that was handed over, which waits for the one before it; null for a connection, which syncs once at a time */
    private List<Load> run(Entry entry, Source file, boolean approved, Progress progress) throws EngineException, InterruptedException {
        Run run;
        synchronized (entries) {
            while (file != null && entry.run != null && !stopping) {
                entries.wait();
            }
            if (stopping) {
                throw new EngineException("Eider is stopping; nothing was read");
            }
            if (file == null && entries.get(entry.name) != entry) {
                throw new EngineException("the connection " + entry.name + " was replaced just now: sync it again");
            }
            if (entry.run != null) {
                throw new EngineException(entry.name + " is being synced already" + (entry.doing.isEmpty() ? "" : ": " + entry.doing));
            }
            if (file != null) {
                entry.source = file;
            }
            String id = Long.toString(store.clock().millis(), 36) + "-" + runs.incrementAndGet();
            run = new Run(store, id, entry.name, entry.source, approved, new Telling(entry, progress), baseCurrency, sniffer, datasets, history);
            entry.run = run;
            entry.failure = "";
        }
        try {
            run.start();
            run.join();
        } catch (InterruptedException e) {
            run.cancel();
            joinUninterruptibly(run);
            throw e;
        } finally {
            synchronized (entries) {
                entry.run = null;
                entry.doing = "";
                entry.failure = run.failure() == null || run.cancelled() ? "" : run.failure();
                if (file != null) {
                    entry.source = null;
                }
                if (file == null && entry.source == null && entries.get(entry.name) == entry) {
                    entries.remove(entry.name);
                }
                entries.notifyAll();
            }
        }
        if (run.failure() != null && run.loads().isEmpty()) {
            throw new EngineException(run.failure());
        }
        return List.copyOf(run.loads());
    }

    /** Tells how a run gets on: whoever began it, and whoever looks at the connections. Not more than ten times a second, for a source may tell it with every row. */
    private static final class Telling implements Progress {
        private static final long PERIOD_NANOS = 100_000_000;

        private final Entry entry;
        private final Progress progress;
        private long next = System.nanoTime();
        private String last = "";
        private boolean deaf;

        Telling(Entry entry, Progress progress) {
            this.entry = entry;
            this.progress = progress;
        }

        @Override
        public synchronized void at(String doing, long done, long total) {
            long now = System.nanoTime();
            if (doing.equals(last) && now < next && (total == 0 || done < total)) {
                return;
            }
            next = now + PERIOD_NANOS;
            last = doing;
            entry.doing = total > 0 ? doing + ", " + done * 100 / total + " %" : doing;
            if (deaf) {
                return;
            }
            try {
                progress.at(doing, done, total);
            } catch (RuntimeException e) {
                deaf = true;
                log.warn("{}: whoever began the sync cannot be told how it gets on; it goes on", entry.name, e);
            }
        }
    }

    private static void joinUninterruptibly(Run run) {
        boolean interrupted = false;
        while (true) {
            try {
                run.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean cancel(String connection) throws EngineException {
        Run run;
        synchronized (entries) {
            Entry entry = entries.get(connection);
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
