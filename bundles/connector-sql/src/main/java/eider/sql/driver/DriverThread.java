package eider.sql.driver;

import eider.connector.SourceException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which everything of a driver runs, a virtual one, for two reasons. A driver waits for its server in a plain read of a socket, which
 * no interrupt reaches on a platform thread; on a virtual thread the same read ends at once, and the connection with it. (A driver's own
 * {@code cancel} needs a server that answers, and its {@code close} waits for the lock that the read holds.) And what a driver leaves in variables of
 * its thread, which would keep its classes in memory, goes when the thread does.
 *
 * <p>Used by one thread, which asks and waits.
 */
final class DriverThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverThread.class);
    // An interrupted read has two seconds in all.
    private static final long CANCELLING_MILLIS = 300;
    private static final long CLOSING_MILLIS = 500;
    private static final long ENDING_MILLIS = 600;
    private static final long AGAIN_MILLIS = 100;
    private static final long ABORTING_MILLIS = 200;
    private static final Duration LONG = Duration.ofDays(3_650);

    /** How what runs there can be ended in a driver's own ways. */
    interface Ending {
        /** Asks the server to leave off. */
        void cancel() throws SQLException;

        /** Ends the connection. */
        void abort() throws SQLException;
    }

    /** What is asked of the driver. */
    interface Question<T> extends Callable<T> {
        @Override
        T call() throws SQLException, SourceException, InterruptedException;
    }

    private final String driver;
    private final ExecutorService thread;
    private final ClassLoader loader;
    private volatile Thread worker;
    private Ending ending;

    /** @param loader of the driver: what it starts is begun with it, and is known by it */
    DriverThread(String driver, ClassLoader loader) {
        this.driver = driver;
        this.loader = loader;
        this.thread = Executors.newSingleThreadExecutor(run -> worker = made(run));
    }

    private Thread made(Runnable run) {
        Thread made = Thread.ofVirtual().name("driver " + driver).unstarted(run);
        made.setContextClassLoader(loader);
        return made;
    }

    /** From now on there is something to end. */
    void endsBy(Ending ending) {
        this.ending = ending;
    }

    /** Asks and waits. An interrupt ends the waiting and what is waited for; nothing can be asked after that. */
    <T> T ask(Question<T> question) throws SQLException, SourceException, InterruptedException {
        return answer(begin(question), LONG);
    }

    /** Asks without waiting: the answer is looked for by {@link #answer}. */
    <T> Future<T> begin(Question<T> question) throws SQLException {
        try {
            return thread.submit(question);
        } catch (RejectedExecutionException e) {
            throw new SQLException("the connection was ended", "08003", e);
        }
    }

    <T> T answer(Future<T> asked) throws SQLException, SourceException, InterruptedException {
        return answer(asked, LONG);
    }

    /** @throws SQLException of SQLState 08001 if there is no answer within the time; nothing can be asked after that */
    <T> T answer(Future<T> asked, Duration within) throws SQLException, SourceException, InterruptedException {
        try {
            return asked.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case SQLException cause -> throw cause;
                case SourceException cause -> throw cause;
                case InterruptedException cause -> throw cause;
                // What a driver throws beside what it may: nothing of it is Eider's.
                case RuntimeException cause -> throw new SQLException("the driver failed: " + cause, null, cause);
                case LinkageError cause -> throw new SQLException("the driver failed: " + cause, null, cause);
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (TimeoutException e) {
            end();
            throw new SQLException("no answer within " + within.toSeconds() + " seconds", "08001", e);
        } catch (InterruptedException e) {
            end();
            throw e;
        } catch (CancellationException e) {
            throw new SQLException("the connection was ended", "08003", e);
        }
    }

    /** By the driver's own way first, for the server's sake; then by force. */
    private void end() throws InterruptedException {
        if (ending != null) {
            briefly(ending::cancel, CANCELLING_MILLIS);
        }
        thread.shutdownNow();
        for (long waited = 0; waited < ENDING_MILLIS; waited += AGAIN_MILLIS) {
            if (thread.awaitTermination(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            // A driver may have taken it for its own affair.
            interruptWorker();
        }
        if (ending != null) {
            briefly(ending::abort, ABORTING_MILLIS);
        }
        if (!thread.awaitTermination(1, TimeUnit.MILLISECONDS)) {
            LOG.warn("Driver {} does not end what it was asked, although it was interrupted, and is left alone with it; it stands at {}", driver,
                    Arrays.stream(worker.getStackTrace()).limit(20).map(StackTraceElement::toString).collect(Collectors.joining(" < ")));
        }
    }

    private void interruptWorker() {
        Thread now = worker;
        if (now != null) {
            now.interrupt();
        }
    }

    /** Ends the connection of a thread that has ended, on another one. */
    void closeBriefly(Step step) throws InterruptedException {
        briefly(step, ABORTING_MILLIS);
    }

    /** What is done with a driver, and has no answer. */
    interface Step {
        void run() throws SQLException;
    }

    private void briefly(Step step, long millis) throws InterruptedException {
        Thread other = made(() -> {
            try {
                step.run();
            } catch (SQLException | RuntimeException | LinkageError e) {
                LOG.debug("driver {} could not end what it was asked", driver, e);
            }
        });
        other.start();
        if (!other.join(Duration.ofMillis(millis))) {
            other.interrupt();
        }
    }

    /** Whether nothing can be asked any more. */
    boolean ended() {
        return thread.isShutdown();
    }

    /** Ends the thread with what it is doing. Returns once it has ended, or soon. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        try {
            thread.shutdown();
            if (!thread.awaitTermination(CLOSING_MILLIS, TimeUnit.MILLISECONDS)) {
                end();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
