package eider.kit.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How fast one account may be asked: a bucket of permits that fills steadily. Make one per account and share it among all threads and clients of
 * that account; it holds no thread and nothing to close. Whoever asks first is let through first, also when a later one asks for less.
 *
 * <p>{@link Http} takes the permits. A connector only tells what the vendor's answers say about the account: {@link #remaining}, {@link #giveBack},
 * {@link #rate}, {@link #hold}. Any thread may call any method at any time; those who wait reckon anew at once.
 */
public final class Limiter {
    private static final double NANOS = 1e9;
    /** Doubles that should be whole are whole to within this; far less than a permit, far more than rounding. */
    private static final double ROUNDING = 1e-6;

    private final Time time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> queue = new ArrayDeque<>();
    private double perNano;
    private double burst;
    private double permits;
    /** When {@link #permits} was right; in the future while the account is on hold. */
    private long since;
    /** Whether the next one pays nothing: it was the vendor who said that there is room for it after the hold. */
    private boolean free;

    private record Waiter(Condition turn, double cost) {}

    Limiter(Time time, double perSecond, double burst) {
        this.time = Objects.requireNonNull(time, "time");
        this.since = time.nanos();
        set(perSecond, burst);
        this.permits = burst;
    }

    /**
     * At most {@code permits} within any window of {@code period}, wherever the window begins: a tenth of them at once, the others evenly spread.
     *
     * @param permits at least 1: calls, or points where calls have different {@linkplain Call#cost costs}
     */
    public static Limiter of(int permits, Duration period) {
        return of(Time.REAL, permits, period);
    }

    static Limiter of(Time time, int permits, Duration period) {
        if (permits < 1 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a limit of " + permits + " in " + period + " lets nothing through");
        }
        int burst = Math.max(1, permits / 10);
        // After a burst, permit k comes at k / rate: with one more than permits - burst in a period, the last of them falls out of the window.
        return new Limiter(time, (permits - burst + 1) / (period.toNanos() / NANOS), burst);
    }

    /**
     * A bucket of {@code burst} permits, full at first, that fills at {@code perSecond}: the vendors' leaky buckets
     * ({@code 50 points a second, 1,000 at most}).
     */
    public static Limiter bucket(double perSecond, double burst) {
        return new Limiter(Time.REAL, perSecond, burst);
    }

    /** The vendor says that the account has another allowance than was thought. What is in the bucket stays there as far as it has room. */
    public void rate(double perSecond, double burst) {
        change(() -> set(perSecond, burst));
    }

    /**
     * The vendor says that so many permits are left. Only ever lowers what is in the bucket: an answer is older than the calls that were sent after
     * it, and answers overtake each other.
     */
    public void remaining(double permits) {
        change(() -> this.permits = Math.min(this.permits, permits));
    }

    /** A call cost less than it was charged for (Shopify's requested and actual query cost). */
    public void giveBack(double permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("less than nothing cannot be given back: " + permits);
        }
        change(() -> this.permits = Math.min(burst, this.permits + permits));
    }

    /**
     * Nobody is let through for so long; then one is at once, whatever it costs, and the others follow at the usual rate, not in a burst. Never
     * shortens an earlier hold.
     */
    public void hold(Duration duration) {
        if (!duration.isNegative()) {
            change(() -> {
                since = Math.max(since, time.nanos() + saturated(duration));
                permits = Math.min(permits, 0);
                free = true;
            });
        }
    }

    /**
     * Takes {@code cost} permits, and waits for them in order of arrival.
     *
     * @param cost more than the bucket holds is let through when it is full, and paid off afterwards
     * @return zero if they were taken; else nothing was taken, and the wait would have been this long, which is more than {@code longest}
     */
    Duration acquire(double cost, Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        Waiter mine = new Waiter(lock.newCondition(), cost);
        queue.addLast(mine);
        try {
            long end = time.nanos() + saturated(longest);
            while (true) {
                fill();
                long wait = wait(mine);
                if (wait <= 0 && queue.peekFirst() == mine) {
                    permits -= free ? 0 : cost;
                    free = false;
                    return Duration.ZERO;
                }
                if (wait > end - time.nanos()) {
                    return Duration.ofNanos(Math.max(1, wait));
                }
                if (queue.peekFirst() == mine) {
                    time.await(mine.turn(), wait);
                } else {
                    // Signalled by the one before who leaves, and by every change.
                    mine.turn().await();
                }
            }
        } finally {
            queue.remove(mine);
            if (!queue.isEmpty()) {
                queue.peekFirst().turn().signal();
            }
            lock.unlock();
        }
    }

    /** How many wait. */
    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long until this one is let through if nothing changes, in nanoseconds. */
    private long wait(Waiter mine) {
        double missing = -permits;
        boolean paid = free;
        for (Waiter waiter : queue) {
            missing += paid ? 0 : waiter == mine ? Math.min(waiter.cost(), burst) : waiter.cost();
            if (waiter == mine) {
                missing = paid ? 0 : missing;
                break;
            }
            paid = false;
        }
        double wait = missing <= ROUNDING ? 0 : Math.ceil(missing / perNano);
        return (long) Math.min(Long.MAX_VALUE / 4.0, Math.max(0, since - time.nanos()) + wait);
    }

    private void fill() {
        long now = time.nanos();
        if (now > since) {
            permits = Math.min(burst, permits + (now - since) * perNano);
            since = now;
        }
    }

    private void set(double perSecond, double burst) {
        if (!(perSecond > 0 && perSecond <= NANOS) || !(burst >= 1 && burst < 1e12)) {
            throw new IllegalArgumentException("a rate of " + perSecond + " a second with " + burst + " at once lets nothing through, or everything");
        }
        this.perNano = perSecond / NANOS;
        this.burst = burst;
        this.permits = Math.min(permits, burst);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            fill();
            change.run();
            queue.forEach(waiter -> waiter.turn().signal());
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds, at most some 70 years, so that sums of them do not overflow. */
    private static long saturated(Duration duration) {
        return duration.compareTo(Duration.ofDays(25_000)) > 0 ? Duration.ofDays(25_000).toNanos() : duration.toNanos();
    }
}
