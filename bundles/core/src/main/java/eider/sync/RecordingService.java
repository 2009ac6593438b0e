package eider.sync;

import eider.connector.Source;
import eider.engine.Difference;
import eider.engine.EngineException;
import eider.engine.Progress;
import eider.engine.Recorded;
import eider.engine.Recording.State;
import eider.engine.Recordings;
import eider.engine.Replayed;
import eider.engine.Server;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.ingest.FileSniffer;
import eider.sync.tape.Calls;
import eider.sync.tape.Differences;
import eider.sync.tape.Outbound;
import eider.sync.tape.Player;
import eider.sync.tape.Recorder;
import eider.sync.tape.Recording;
import eider.sync.tape.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records syncs, and replays what was recorded in a store that is thrown away. Any thread. */
@Component(service = Recordings.class, configurationPid = "recordings")
@Designate(ocd = RecordingsConfig.class)
public final class RecordingService implements Recordings {
    private static final Logger log = LoggerFactory.getLogger(RecordingService.class);
    private static final String ENDING = ".gz";
    private static final String SCRATCH = ".replay-";
    private static final String MEMORY = "512MB";
    private static final long MEMORY_OF_LOADS = 512;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})\\s*(KB|MB|GB)", Pattern.CASE_INSENSITIVE);
    private static final long DEFAULT_LARGEST = 256L << 20;

    private final SyncService syncs;
    private final Datasets datasets;
    private final Connectors connectors;
    private final Store live;
    private final Path folder;
    private final String product;
    private final Set<Path> scratches = ConcurrentHashMap.newKeySet();
    /** Those that push once more what was recorded; the replays of connectors are runs of the live one. */
    private final Set<SyncService> replaying = ConcurrentHashMap.newKeySet();
    private volatile long largest = DEFAULT_LARGEST;

    @Activate
    public RecordingService(@Reference SyncService syncs, @Reference Store store, @Reference Datasets datasets, @Reference Connectors connectors, @Reference Server server,
            RecordingsConfig config) {
        this(syncs, store, datasets, connectors, server.version());
        modified(config);
    }

    /** @param eider its version */
    private RecordingService(SyncService syncs, Store store, Datasets datasets, Connectors connectors, String eider) {
        this.syncs = syncs;
        this.live = store;
        this.datasets = datasets;
        this.connectors = connectors;
        this.folder = store.handover().resolveSibling("recordings");
        this.product = eider;
    }

    /** For programs without OSGi. */
    public static RecordingService plain(SyncService syncs, Store store, Datasets datasets) {
        return new RecordingService(syncs, store, datasets, (connection, source) -> Connectors.unconfigured(source), "");
    }

    @Modified
    void modified(RecordingsConfig config) {
        try {
            largest(size(config.largest()));
        } catch (IllegalArgumentException e) {
            log.error("config/recordings.cfg: largest: {}; it does not count until that is mended", e.getMessage());
        }
    }

    /** Ends what is being pushed once more; what else runs for a recording ends with the syncs. */
    @Deactivate
    void stop() throws InterruptedException {
        for (SyncService then : replaying) {
            then.stop();
        }
    }

    private static long size(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size: write a whole number and MB or GB, such as 256MB");
        }
        return Long.parseLong(size.group(1)) << switch (size.group(2).toUpperCase(Locale.ROOT)) {
            case "KB" -> 10;
            case "MB" -> 20;
            default -> 30;
        };
    }

    /** How many bytes the file of a recording may have. */
    public void largest(long bytes) {
        largest = bytes;
    }

    // ---- recording

    @Override
    public Recorded record(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException {
        Recorder[] recorder = new Recorder[1];
        Path[] file = new Path[1];
        Run run = syncs.perform(connection, approved, progress, new SyncService.Job(syncs.tools(), false, (source, name) -> {
            file[0] = folder.resolve(connection + "-" + name + ENDING);
            recorder[0] = begin(file[0], connection, source, name);
            return recorder[0];
        }, ended -> end(recorder[0], ended)));
        return new Recorded(shown(file[0]), run.loads(), run.failure() != null && run.loads().isEmpty() ? run.failure() : "");
    }

    private Recorder begin(Path file, String connection, Source source, String run) throws EngineException {
        Connectors.Connector connector = connectors.of(connection, source);
        Redaction redaction = new Redaction();
        connector.secrets().forEach(redaction::hide);
        try {
            return new Recorder(file, largest, redaction, new Recorder.Subject(product, connection, connector.name(), connector.version(), run, live.clock().instant()));
        } catch (IOException e) {
            throw new EngineException("the recording " + file + " cannot be written (" + e.getMessage() + "): it must lie in a folder in which this user may write. Nothing was"
                    + " synced", e);
        }
    }

    private void end(Recorder recorder, Run run) {
        try (recorder) {
            recorder.end(run.loads(), run.failure(), live.clock().instant());
        } catch (IOException e) {
            log.error("a recording could not be closed", e);
        }
    }

    // ---- the folder

    @Override
    public List<eider.engine.Recording> recordings() throws EngineException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING) && Files.isRegularFile(file)).map(this::shown)
                    .sorted(Comparator.comparing(eider.engine.Recording::at, Comparator.nullsLast(Comparator.<Instant>reverseOrder())).thenComparing(eider.engine.Recording::file))
                    .toList();
        } catch (IOException e) {
            throw new EngineException("the folder " + folder + " cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private eider.engine.Recording shown(Path file) {
        String name = file.getFileName().toString();
        long bytes;
        try {
            bytes = Files.size(file);
        } catch (IOException e) {
            bytes = 0;
        }
        try {
            Recording.Summary summary = Recording.peek(file);
            Recording.Head head = summary.head();
            return new eider.engine.Recording(name, bytes, state(summary.state()), head.connection(), head.connector(), head.version(), head.run(), head.at(),
                    summary.exchanges(), summary.rows(), summary.files(), message(summary.state(), summary.failure()));
        } catch (Recording.UnreadableException e) {
            return new eider.engine.Recording(name, bytes, State.UNREADABLE, "", "", "", "", null, -1, -1, -1, e.getMessage());
        }
    }

    private static State state(Recording.State state) {
        return switch (state) {
            case WHOLE -> State.WHOLE;
            case FULL -> State.FULL;
            case TORN -> State.TORN;
        };
    }

    private static String message(Recording.State state, String failure) {
        return switch (state) {
            case WHOLE -> failure;
            case FULL -> "It ends before its sync did: it had reached the size that recordings may have (largest in config/recordings.cfg).";
            case TORN -> "It ends before its sync did: Eider was ended, or the disk was full. What came before is readable.";
        };
    }

    /** A name that people give; only a file of the folder is meant by it. */
    private Path file(String name) throws EngineException {
        String full = name.endsWith(ENDING) ? name : name + ENDING;
        if (!NAME.matcher(full).matches()) {
            throw new EngineException("'" + name + "' is no name of a recording; recordings lie in " + folder + ". See: eider recordings");
        }
        Path file = folder.resolve(full);
        if (!Files.isRegularFile(file)) {
            throw new EngineException("there is no recording " + full + ". See: eider recordings");
        }
        return file;
    }

    @Override
    public void delete(String name) throws EngineException {
        Path file = file(name);
        try {
            Files.delete(file);
        } catch (NoSuchFileException e) {
            throw new EngineException("there is no recording " + file.getFileName() + ". See: eider recordings", e);
        } catch (IOException e) {
            throw new EngineException("the recording " + file.getFileName() + " cannot be deleted (" + e.getMessage() + ")", e);
        }
    }

    // ---- replaying

    @Override
    public Replayed replay(String name, Progress progress) throws EngineException, InterruptedException {
        Path file = file(name);
        Recording recording = open(file);
        String connection = recording.head().connection();
        try (Scratch scratch = new Scratch()) {
            Run run = scratch.then(recording, connection, datasets.as(connection, List.of(connection)), progress);
            return new Replayed(shown(file), recording.loads(), recording.failure(), run.loads(), failure(run), "", List.of(), notes(recording));
        }
    }

    @Override
    public Replayed compare(String name, Progress progress) throws EngineException, InterruptedException {
        Path file = file(name);
        Recording recording = open(file);
        String connection = recording.head().connection();
        Source source;
        try {
            source = syncs.source(connection);
        } catch (EngineException e) {
            throw new EngineException("the connector can be run by the connection that was recorded alone: " + e.getMessage() + ". Replay it as it was recorded: eider recordings"
                    + " replay " + file.getFileName(), e);
        }
        Connectors.Connector connector = connectors.of(connection, source);
        boolean files = permit(recording, source, connector);
        String then = connection.equals("then") ? "before" : "then";
        try (Scratch scratch = new Scratch()) {
            Datasets same = datasets.as(connection, List.of(connection, then));
            Run before = scratch.then(recording, then, same, progress);
            Player player = new Player(recording, largest);
            Tools tools = new Tools(scratch.store, new LoadHistory(scratch.store), new FileSniffer(scratch.store.handover(), scratch.store.fileLimits()), same, scratch.time(),
                    syncs.tools().turns());
            Run now = syncs.perform(connection, true, progress, new SyncService.Job(tools, false, (installed, run) -> player, ended -> { }));
            List<String> notes = new ArrayList<>(notes(recording));
            if (files) {
                notes.add("this connector has no network: it read its files as they are today, and not as they were when it was recorded");
            } else if (!player.asked()) {
                notes.add("the connector asked nothing of the recording: it reached its outside system by other means, or did not get so far");
            }
            notes.addAll(player.notes());
            List<Difference> differences = Differences.of(scratch.store, new Differences.Side(then, recording.offered(largest), before.loads()),
                    new Differences.Side(connection, player.offered(), now.loads()));
            return new Replayed(shown(file), recording.loads(), recording.failure(), now.loads(), failure(now), connector.shown(), differences, notes);
        } catch (StoreException | Recording.UnreadableException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    /**
     * Whether the connector reads files and has no network.
     *
     * @throws EngineException if it cannot be run without its network, or it is not known that it can
     */
    private boolean permit(Recording recording, Source source, Connectors.Connector connector) throws EngineException {
        Recording.Head head = recording.head();
        String asRecorded = ". Replay it as it was recorded: eider recordings replay " + recording.file().getFileName();
        if (!connector.name().isEmpty() && !head.connector().isEmpty() && !connector.name().equals(head.connector())) {
            throw new EngineException("the recording is of the connector " + head.connector() + ", and " + head.connection() + " is a connection of " + connector.shown()
                    + " now: answers to the one mean nothing to the other" + asRecorded);
        }
        Class<?> type = source.getClass();
        if (type.getResource("/eider/kit/http/Http.class") != null && type.getResource("/eider/kit/http/Taping.class") == null) {
            throw new EngineException(connector.shown() + " carries a connector-kit from before recordings, and would go out to the network: build it with today's kit" + asRecorded);
        }
        if (!recording.exchanges().isEmpty()) {
            return false;
        }
        if (syncs.opensFiles(type.getClassLoader())) {
            return true;
        }
        throw new EngineException("nothing that came from outside is in the recording: " + (recording.calls().isEmpty() ? "it was torn before" : connector.shown()
                + " does not use the kit's HTTP client or a Tape of its own, or asked nothing") + ", so it cannot be run without its network" + asRecorded);
    }

    private Recording open(Path file) throws EngineException {
        try {
            return Recording.open(file, largest);
        } catch (Recording.UnreadableException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    private static String failure(Run run) {
        return run.failure() == null ? "" : run.failure();
    }

    private static List<String> notes(Recording recording) {
        List<String> notes = new ArrayList<>();
        switch (recording.state()) {
            case WHOLE -> { }
            case FULL -> notes.add("the recording ends before its sync did: it had reached the size that recordings may have (largest in config/recordings.cfg)");
            case TORN -> notes.add("the recording is torn: it ends before its sync did");
        }
        if (recording.lost() > 0) {
            notes.add(recording.lost() + " lines were too long to be recorded and are missing");
        }
        return notes;
    }

    /** A store in memory for one replay, and a folder for what it needs on the disk. Both are gone when it is closed. */
    private final class Scratch implements AutoCloseable {
        private final Path place;
        private final Store store;

        Scratch() throws EngineException {
            try {
                sweep();
                place = Files.createTempDirectory(folder, SCRATCH);
            } catch (IOException e) {
                throw new EngineException("there is no room for a replay in " + folder + " (" + e.getMessage() + ")", e);
            }
            scratches.add(place);
            store = new Store(new Store.Settings(null, place.resolve("handover"), MEMORY), live.clock(), step -> { });
            store.memory().resize(MEMORY_OF_LOADS);
        }

        /** Pushes once more what was pushed then. */
        Run then(Recording recording, String connection, Datasets handled, Progress progress) throws EngineException, InterruptedException {
            LoadHistory history = new LoadHistory(store);
            SyncService then = new SyncService(store, history, handled, new FileSniffer(store.handover(), store.fileLimits()), syncs.baseCurrency(),
                    new SyncSettings(syncs.options()), time());
            replaying.add(then);
            try {
                then.register(connection, new Outbound(recording, largest, place));
                return then.perform(connection, true, progress, new SyncService.Job(then.tools(), false, (source, run) -> Calls.PLAIN, ended -> { }));
            } finally {
                replaying.remove(then);
                then.stop();
                history.close();
            }
        }

        /** Waits that were waited then are not waited again. */
        Time time() {
            return new Time() {
                @Override
                public Instant now() {
                    return live.clock().instant();
                }

                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(Duration time) throws InterruptedException {
                    if (Thread.interrupted()) {
                        throw new InterruptedException("interrupted while a recording was replayed");
                    }
                }
            };
        }

        /** What a replay left behind that was killed. */
        private void sweep() throws IOException {
            List<Path> left;
            try (Stream<Path> files = Files.list(folder)) {
                left = files.filter(file -> file.getFileName().toString().startsWith(SCRATCH) && !scratches.contains(file)).toList();
            }
            for (Path old : left) {
                remove(old);
            }
        }

        private void remove(Path tree) throws IOException {
            List<Path> files;
            try (Stream<Path> all = Files.walk(tree)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }

        @Override
        public void close() throws EngineException {
            store.close();
            try {
                remove(place);
            } catch (IOException e) {
                throw new EngineException("what a replay needed could not be deleted: " + place + " (" + e.getMessage() + ")", e);
            } finally {
                scratches.remove(place);
            }
        }
    }
}
