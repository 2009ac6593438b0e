package eider.store;

/**
 * Cancels the statements of one thread while that thread is interrupted: DuckDB does not notice an interrupt by itself. Looks ten times a second, and cancels each time:
 * a statement that was about to begin when it was cancelled runs nevertheless. Once {@link #close} has returned nothing is cancelled any more.
 */
final class InterruptWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 100;

    private final Thread watcher;
    private boolean over;

    InterruptWatch(Thread watched, Sql sql) {
        watcher = Thread.ofVirtual().name("interrupt-watch").start(() -> {
            try {
                while (true) {
                    Thread.sleep(PERIOD_MILLIS);
                    synchronized (this) {
                        if (over) {
                            return;
                        }
                        if (watched.isInterrupted()) {
                            sql.cancel();
                        }
                    }
                }
            } catch (InterruptedException closed) {
                // The work ended: close() woke this thread so that it ends too.
                return;
            }
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            over = true;
        }
        watcher.interrupt();
    }
}
