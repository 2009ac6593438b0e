package eider.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The passing of time, as the waits of a sync see it; a test's takes none. */
public interface Time {

    /** The time of day. */
    Instant now();

    /** Nanoseconds that grow steadily, whatever is done to the clock of the machine. */
    long nanos();

    void sleep(Duration time) throws InterruptedException;

    /** Time that passes by itself. */
    static Time of(InstantSource clock) {
        return new Time() {
            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(Duration time) throws InterruptedException {
                Thread.sleep(time);
            }
        };
    }
}
