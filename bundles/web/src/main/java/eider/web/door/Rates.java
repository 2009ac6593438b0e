package eider.web.door;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who asks how often: each key has a bucket of so many requests, which fills again by itself. Bounded: of more keys than {@link #MOST} the one that was used longest ago is
 * forgotten, which gives it a full bucket. Any thread.
 */
final class Rates {
    static final int MOST = 20_000;

    private final double size;
    private final double perNano;
    private final LongSupplier clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    private static final class Bucket {
        double left;
        long seen;
    }

    /**
     * @param size how many at once
     * @param refill how long until one more is let through
     */
    Rates(int size, Duration refill, LongSupplier clock) {
        this.size = size;
        this.perNano = 1.0 / refill.toNanos();
        this.clock = clock;
    }

    /** Takes one. Returns how long to wait where there is none: zero means go on. */
    synchronized Duration take(String key) {
        long now = clock.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(key, any -> {
            Bucket full = new Bucket();
            full.left = size;
            full.seen = now;
            return full;
        });
        bucket.left = Math.min(size, bucket.left + (now - bucket.seen) * perNano);
        bucket.seen = now;
        if (bucket.left >= 1) {
            bucket.left--;
            return Duration.ZERO;
        }
        return Duration.ofNanos((long) Math.ceil((1 - bucket.left) / perNano));
    }

    /** Gives one back that was taken for what turned out to be in order. */
    synchronized void giveBack(String key) {
        Bucket bucket = buckets.get(key);
        if (bucket != null) {
            bucket.left = Math.min(size, bucket.left + 1);
        }
    }

    synchronized int size() {
        return buckets.size();
    }
}
