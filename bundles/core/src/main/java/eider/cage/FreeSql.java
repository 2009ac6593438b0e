package eider.cage;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.people.Viewer;
import eider.policy.Sight;
import eider.store.Sql;
import eider.store.Store;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Runs what people wrote, one statement of a person at a time and {@link #AT_ONCE} in all; who comes on top waits in line, at most as long as the statement itself may take.
 */
public final class FreeSql implements AutoCloseable {
    /** As many as there are: each takes a core and memory of its own. */
    public static final int AT_ONCE = 2;
    private static final String FOLDER = "cage";
    private static final Pattern BUILT_IN = Pattern.compile("(duckdb|sqlite|pg|pragma)_");

    private final Store store;
    private final Cage cage;
    private final Snapshots snapshots;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Map<String, Semaphore> people = new ConcurrentHashMap<>();

    public FreeSql(Store store, Cage.Bounds bounds) {
        this.store = store;
        this.cage = new Cage(store.handover().toAbsolutePath().resolve(FOLDER), bounds);
        this.snapshots = new Snapshots(store.handover().toAbsolutePath().resolve(FOLDER));
    }

    /** Ends what runs when its time is over, or nobody waits for it any more. */
    public interface Watch {
        /** From now on {@code end} is what is called then, several times, and nothing that was said before. */
        void over(Runnable end);

        /** There is nothing left to end. */
        void off();
    }

    /** @param late what is told to who waits when the time is over */
    public Rows run(Viewer viewer, Sight sight, Grammar.Read read, Sql reader, Duration limit, String late, Watch watch) throws EngineException {
        for (String table : read.tables()) {
            // DuckDB looks for its own views before it says that a subquery of that name is none, so these names excuse nothing.
            boolean subquery = read.named().contains(table) && !table.contains(".") && !BUILT_IN.matcher(table).lookingAt();
            if (!sight.tables().contains(table) && !subquery) {
                throw new EngineException("there is no table '" + table + "' that you may see");
            }
        }
        long end = System.nanoTime() + limit.toNanos();
        Semaphore own = people.computeIfAbsent(viewer.name(), name -> new Semaphore(1, true));
        enter(own, end, "another statement of yours still runs: wait for it, or stop it");
        try {
            enter(places, end, AT_ONCE + " statements of others still run: try again in a moment");
        } catch (EngineException e) {
            own.release();
            throw e;
        }
        AtomicBoolean left = new AtomicBoolean();
        Runnable leave = () -> {
            if (!left.getAndSet(true)) {
                places.release();
                own.release();
            }
        };
        try {
            return started(sight, read, reader, late, watch, leave);
        } catch (EngineException | RuntimeException e) {
            leave.run();
            throw e;
        }
    }

    private static void enter(Semaphore door, long end, String otherwise) throws EngineException {
        try {
            if (!door.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new EngineException(otherwise);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("the statement was stopped before it began", e);
        }
    }

    private Rows started(Sight sight, Grammar.Read read, Sql reader, String late, Watch watch, Runnable done) throws EngineException {
        Snapshots.Taken taken;
        try {
            taken = snapshots.take(reader, sight, store.version(), read.tables());
        } catch (SQLException | IOException e) {
            throw new EngineException(e instanceof SQLException wrong ? Sql.sentence(wrong) : "the rows could not be handed to the statement: " + e.getMessage(), e);
        }
        boolean begun = false;
        Cage.CagedRows rows = null;
        try {
            rows = cage.start(read.text(), taken.tables(), () -> {
                watch.off();
                taken.close();
                done.run();
            });
            Cage.CagedRows started = rows;
            watch.over(() -> started.kill(late));
            rows.open();
            begun = true;
            return rows;
        } catch (IOException e) {
            throw new EngineException("the statement could not be started: " + e.getMessage(), e);
        } finally {
            if (!begun) {
                if (rows == null) {
                    taken.close();
                } else {
                    rows.close();
                }
            }
        }
    }

    /** Ends what runs. */
    @Override
    public void close() {
        cage.close();
        snapshots.clear();
    }
}
