package eider.kit.http;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;

/** What passes while nothing is done, and chance: one place, so that a test decides both. */
interface Time {
    Time REAL = new Time() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
        }

        @Override
        public void await(Condition condition, long nanos) throws InterruptedException {
            // Woken early or late, the caller looks at the clock again.
            long left = condition.awaitNanos(nanos);
            assert left <= nanos;
        }

        @Override
        public double chance() {
            return ThreadLocalRandom.current().nextDouble();
        }
    };

    /** A clock that only goes forward, from any beginning. */
    long nanos();

    /** The clock on the wall. */
    Instant now();

    void sleep(long nanos) throws InterruptedException;

    /** Waits until signalled or for so long; the lock of the condition is held. */
    void await(Condition condition, long nanos) throws InterruptedException;

    /** At least 0, less than 1. */
    double chance();
}
