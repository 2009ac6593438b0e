package eider.kit.http;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;

/** Time that passes only where somebody waits, and at once. */
final class Clock implements Time {
    static final Instant BEGAN = Instant.parse("2026-11-23T10:00:00Z");

    /** Every wait, in milliseconds. */
    final List<Long> waits = new CopyOnWriteArrayList<>();
    volatile double chance = 0.5;
    private long nanos = 77;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return BEGAN.plusNanos(nanos - 77);
    }

    @Override
    public synchronized void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        waits.add(nanos / 1_000_000);
        this.nanos += nanos;
    }

    @Override
    public void await(Condition condition, long nanos) throws InterruptedException {
        sleep(nanos);
    }

    @Override
    public double chance() {
        return chance;
    }

    synchronized void pass(long millis) {
        nanos += millis * 1_000_000;
    }

    /** Since the beginning, in milliseconds. */
    synchronized long passed() {
        return (nanos - 77) / 1_000_000;
    }
}
