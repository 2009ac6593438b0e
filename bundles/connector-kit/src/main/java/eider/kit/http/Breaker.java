package eider.kit.http;

import java.time.Duration;

/**
 * Spares a server that is down, and those who wait for it: after some failures in a row nothing is sent for a while, then one call tries. Knows
 * only failures that tell about the server; a refused key or a rate limit tells that it lives. Any thread may call.
 */
final class Breaker {
    private final Time time;
    private final int failures;
    private final Duration pause;
    private int inARow;
    private boolean open;
    private long until;
    /** The thread that finds out whether the server is back, or null. */
    private Thread trying;

    /** @param failures in a row that open it */
    Breaker(Time time, int failures, Duration pause) {
        if (failures < 1 || pause.isNegative()) {
            throw new IllegalArgumentException("a breaker opens after at least one failure, for a time that is not negative");
        }
        this.time = time;
        this.failures = failures;
        this.pause = pause;
    }

    /**
     * Asks whether a request may be sent. Who may must say afterwards, on the same thread, how it went: {@link #worked}, {@link #failed} or
     * {@link #unknown}.
     *
     * @return null if it may; else how long until the next try, zero while somebody is trying just now
     */
    synchronized Duration ask() {
        if (!open) {
            return null;
        }
        long left = until - time.nanos();
        if (left > 0) {
            return Duration.ofNanos(left);
        }
        if (trying != null) {
            return Duration.ZERO;
        }
        trying = Thread.currentThread();
        return null;
    }

    synchronized void worked() {
        inARow = 0;
        open = false;
        trying = null;
    }

    /** One that was sent before it opened and fails late does not lengthen the pause. */
    synchronized void failed() {
        inARow++;
        if (trying == Thread.currentThread() || !open && inARow >= failures) {
            open = true;
            trying = null;
            until = time.nanos() + pause.toNanos();
        }
    }

    /** Nothing was learnt: the call was cancelled, or never sent. The next one tries. */
    synchronized void unknown() {
        if (trying == Thread.currentThread()) {
            trying = null;
        }
    }

    synchronized int inARow() {
        return inARow;
    }
}
