package eider.store;

/**
 * Cancels the statements of one thread when that thread is interrupted: DuckDB does not notice an interrupt by itself. Looks ten times a
 * second, on a thread that ends with {@link #close}.
 */
public final class InterruptWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 100;

    private final Thread watcher;

    public InterruptWatch(Thread watched, Sql sql) {
        watcher = Thread.ofVirtual().name("interrupt-watch").start(() -> {
            try {
                while (!watched.isInterrupted()) {
                    Thread.sleep(PERIOD_MILLIS);
                }
                sql.cancel();
            } catch (InterruptedException closed) {
                // The work ended: close() woke this thread so that it ends too.
                return;
            }
        });
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
