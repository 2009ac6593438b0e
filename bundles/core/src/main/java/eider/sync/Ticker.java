package eider.sync;

import eider.engine.Progress;
import eider.store.Store;

/** Tells five times a second how far the writer's statement is. Its thread ends with {@link #close}. */
final class Ticker implements AutoCloseable {
    private static final long PERIOD_MILLIS = 200;

    private final Thread thread;

    Ticker(Store store, Progress progress, String doing) {
        thread = Thread.ofVirtual().name("progress").start(() -> {
            try {
                while (true) {
                    Thread.sleep(PERIOD_MILLIS);
                    double percent = store.writePercent();
                    if (percent >= 0) {
                        progress.at(doing, Math.round(percent), 100);
                    }
                }
            } catch (InterruptedException closed) {
                return;
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
