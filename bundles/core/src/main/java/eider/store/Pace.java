package eider.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets people go before loads. A load takes all processors that it gets, and twenty people who looked at dashboards beside one waited three times as long for their answers. So
 * whoever works for a load rests after each piece of its work, about twice as long as that took, while somebody waits for an answer. Any thread.
 */
final class Pace {
    /** A vector of 2,048 rows takes a load of sales about two milliseconds. */
    private static final long VECTOR_NANOS = 4_000_000;
    /** Sixty-four kilobytes are looked at in about half a millisecond. */
    private static final long BUFFER_NANOS = 1_000_000;

    private final AtomicInteger asking = new AtomicInteger();

    /** Somebody waits for an answer. */
    void asked() {
        asking.incrementAndGet();
    }

    /** He has it. */
    void answered() {
        asking.decrementAndGet();
    }

    /** How many wait for an answer. */
    int waiting() {
        return asking.get();
    }

    /** Called after each vector of rows. */
    void vector() {
        rest(VECTOR_NANOS);
    }

    /** Called after each buffer of a file. */
    void buffer() {
        rest(BUFFER_NANOS);
    }

    private void rest(long nanos) {
        if (asking.get() > 0) {
            LockSupport.parkNanos(nanos);
        }
    }
}
