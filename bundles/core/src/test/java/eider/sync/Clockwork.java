package eider.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Time that a test moves: whoever sleeps has slept at once. */
final class Clockwork implements Time {

    /** What happens while somebody sleeps. */
    @FunctionalInterface
    interface Nap {
        void during(Duration span) throws InterruptedException;
    }

    private final List<Duration> naps = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private long nanos;
    private volatile Nap nap = span -> { };

    /** From now on this happens while somebody sleeps. */
    void onSleep(Nap next) {
        nap = next;
    }

    synchronized void pass(Duration span) {
        now = now.plus(span);
        nanos += span.toNanos();
    }

    /** How long it was slept, each time. */
    synchronized List<Duration> naps() {
        return List.copyOf(naps);
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public void sleep(Duration span) throws InterruptedException {
        synchronized (this) {
            naps.add(span);
            pass(span);
        }
        nap.during(span);
    }
}
