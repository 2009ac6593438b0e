package eider.kill;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Step;
import eider.store.Store;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One life of a process that syncs {@link Outside} into a home: it opens the store, looks whether all is {@linkplain Soundness sound}, and syncs
 * day after day. Which day it is stands in a file, and moves on when a day's sync came to its end.
 *
 * <p>As a main class (arguments: home, seed, file of the place) it says {@code READY} when it has everything in memory that it needs, waits for a
 * line, says {@code SOUND} when it looked, {@code DAY n} after each day, and goes on until it is killed. Where no line comes it lives for one day,
 * and ends. In the file of the place stands, at each moment, where it is.
 */
final class Life implements AutoCloseable {
    /** Where a life can be beside the steps of a load. */
    enum Place { WAITING, OPENING, LOOKING, SYNCING }

    private static final long DWELL_NANOS = 3_000_000;
    private static final int UNDONE_DAYS = 3;

    private final Path home;
    private final long seed;
    private final Engine engine;

    Life(Path home, long seed, Consumer<Step> steps) {
        this.home = home;
        this.seed = seed;
        this.engine = Engine.of(new Store(Store.Settings.in(home, false, "256MB"), InstantSource.system(), steps));
        Outside.handle(engine);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        // What is written to a mapped file outlives the process, without a call.
        MappedByteBuffer place;
        try (FileChannel file = FileChannel.open(Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            place = file.map(FileChannel.MapMode.READ_WRITE, 0, 1);
        }
        warmUp();
        say("READY");
        boolean practice = System.in.read() < 0;
        if (!practice) {
            Thread.ofPlatform().daemon().start(Life::endWithTheTest);
        }
        place.put(0, number(Place.OPENING));
        try (Life life = new Life(home, seed, step -> {
            place.put(0, number(step));
            // Some steps are over at once; a kill is to meet them too.
            LockSupport.parkNanos(DWELL_NANOS);
        })) {
            life.open();
            place.put(0, number(Place.LOOKING));
            life.look();
            place.put(0, number(Place.SYNCING));
            say("SOUND");
            do {
                life.syncToday();
                say("DAY " + life.today());
                life.dayIsOver();
            } while (!practice);
        } catch (AssertionError | Exception e) {
            e.printStackTrace();
            say("BROKEN " + e);
        }
    }

    static byte number(Place place) {
        return (byte) place.ordinal();
    }

    static byte number(Step step) {
        return (byte) (Place.values().length + step.ordinal());
    }

    static String name(byte number) {
        int steps = number - Place.values().length;
        return steps < 0 ? Place.values()[number].name() : Step.values()[steps].name();
    }

    /** A test that is ended from outside closes its end of the pipe, and must not leave a process behind that syncs for ever. */
    private static void endWithTheTest() {
        try {
            while (System.in.read() >= 0) {
                continue;
            }
        } catch (IOException closed) {
            say("nobody listens: " + closed);
        }
        Runtime.getRuntime().halt(1);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** What takes long in a young JVM and is the same in each life: loading DuckDB and the classes. */
    private static void warmUp() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            connection.createStatement().execute("SELECT 42");
        }
        Outside.on(1, 1).source(Path.of("."));
        Class.forName("org.duckdb.DuckDBAppender");
        Class.forName("eider.store.ingest.Ingest");
        Class.forName("eider.store.Commit");
    }

    /** The day that is not over yet, from 1. */
    int today() throws IOException {
        Path file = home.resolve("day");
        return Files.exists(file) ? Integer.parseInt(Files.readString(file)) : 1;
    }

    void dayIsOver() throws IOException {
        Path next = Files.writeString(home.resolve("day.next"), Integer.toString(today() + 1));
        Files.move(next, home.resolve("day"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The first question opens the store. */
    private void open() throws EngineException {
        engine.loads().latest(1);
    }

    /** Fails if anything is not as it must be. */
    void look() throws Exception {
        Soundness.of(engine).check(Outside.on(today(), seed));
    }

    /** On some days what was loaded is taken back and read again. */
    void syncToday() throws Exception {
        engine.syncs().register(Outside.CONNECTION, Outside.on(today(), seed).source(home.resolve("tills")));
        // The life before may have ended between an undo and the word after it.
        readAgain();
        List<Load> loads = sync();
        if (today() % UNDONE_DAYS == 0) {
            for (Load load : loads) {
                if (load.state() == Load.State.COMMITTED) {
                    engine.loads().undo(load.id(), "kill test");
                }
            }
            look();
            readAgain();
            sync();
        }
        engine.syncs().unregister(Outside.CONNECTION);
    }

    private void readAgain() throws EngineException, InterruptedException {
        for (Hold hold : engine.loads().holds()) {
            engine.loads().release(hold.connection(), hold.dataset(), Hold.Release.READ_AGAIN);
        }
    }

    private List<Load> sync() throws Exception {
        // What a changed column changes in a part may be all of its rows: nothing of it is to be held.
        List<Load> loads = engine.syncs().sync(Outside.CONNECTION, true, Progress.NONE);
        for (Load load : loads) {
            if (load.state() != Load.State.COMMITTED && load.state() != Load.State.UNCHANGED) {
                throw new AssertionError("on day " + today() + " a load did not come to its end: " + load);
            }
        }
        return loads;
    }

    Engine engine() {
        return engine;
    }

    @Override
    public void close() throws InterruptedException {
        engine.close();
    }
}
