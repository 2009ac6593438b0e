package eider.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets people go before loads. A load takes all processors that it gets, and twenty people who looked at dashboards beside one waited three times as long for their answers; so
 * whoever works for a load rests between two vectors of rows as long as somebody waits for an answer, twice as long as such a vector takes. Any thread.
 */
final class Pace {
    /** A vector of 2,048 rows takes a load of sales about two milliseconds. */
    private static final long REST_NANOS = 4_000_000;

    private final AtomicInteger asking = new AtomicInteger();

    /** Somebody waits for an answer. */
    void asked() {
        asking.incrementAndGet();
    }

    /** He has it. */
    void answered() {
        asking.decrementAndGet();
    }

    /** Called between two pieces of a load's work. */
    void step() {
        if (asking.get() > 0) {
            LockSupport.parkNanos(REST_NANOS);
        }
    }
}
