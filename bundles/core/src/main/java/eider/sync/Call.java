package eider.sync;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.Tally;
import eider.store.Ledger.QuarantineRow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One call of a source, {@code discover}, {@code read} or {@code count}, and its only door to the store: whatever the source does there is a sign of life, and the door can be shut
 * behind a source that does not end. The time that it spends behind the door is ours and not its own.
 */
final class Call {
    private static final long SHUT = -1;

    /** How many times the source came or went: odd while it is behind the door. */
    private final AtomicLong steps = new AtomicLong();
    private volatile boolean stopped;
    /** What the store refused, which ends the call whatever the source makes of it. Of the reading thread. */
    private Exception refused;

    // Of the watching thread.
    private long seen;
    private long since;

    /** @param now by {@link Time#nanos} */
    Call(long now) {
        since = now;
    }

    /** How long the source has given no sign of life. Asked by one thread, every now and then. */
    Duration silence(long now) {
        long at = steps.get();
        if (at != seen || at % 2 != 0) {
            seen = at;
            since = now;
        }
        return Duration.ofNanos(now - since);
    }

    /**
     * Shuts the door for good, unless the source is behind it just now.
     *
     * @return whether the door is shut and was not before
     */
    boolean shut() {
        long at = steps.get();
        return at >= 0 && at % 2 == 0 && steps.compareAndSet(at, SHUT);
    }

    /** The source was told to end: it reaches the store no more, also where it has swallowed its interrupt. What it does there just now is not undone. */
    void stop() {
        stopped = true;
    }

    /** What the store refused, or null. */
    Exception refused() {
        return refused;
    }

    @FunctionalInterface
    private interface Errand<T> {
        T run() throws SourceException, InterruptedException;
    }

    private <T> T pass(Errand<T> errand) throws SourceException, InterruptedException {
        long at = steps.get();
        if (at < 0 || stopped) {
            throw new InterruptedException("the sync was stopped");
        }
        if (at % 2 != 0) {
            throw new IllegalStateException("a sink is for the thread that reads, and for no other");
        }
        if (!steps.compareAndSet(at, at + 1)) {
            throw new InterruptedException("the sync was stopped");
        }
        try {
            return errand.run();
        } finally {
            steps.set(at + 2);
        }
    }

    Sniffer sniffer(Sniffer sniffer) {
        return new Lent(sniffer);
    }

    /** The sniffer as it is lent to a source; a {@link Search} gets its sink by it, too. */
    final class Lent implements Sniffer {
        private final Sniffer sniffer;

        private Lent(Sniffer sniffer) {
            this.sniffer = sniffer;
        }

        @Override
        public <S extends Scan> S complete(S scan) throws SourceException, InterruptedException {
            return pass(() -> sniffer.complete(scan));
        }

        Sink sink(Sink sink) {
            return Call.this.sink(sink);
        }
    }

    Sink sink(Sink sink) {
        return new Door(sink);
    }

    /** The same door for a source that counts. */
    Countable.Counts counts(Countable.Counts counts) {
        return new Countable.Counts() {
            @Override
            public void add(Tally tally) throws SourceException, InterruptedException {
                push(() -> counts.add(tally));
            }

            @Override
            public void progress(String doing, long done, long total) {
                if (lives()) {
                    counts.progress(doing, done, total);
                }
            }
        };
    }

    /** Takes a sign of life; whether the door is open. */
    private boolean lives() {
        long at = steps.get();
        if (at >= 0 && at % 2 == 0) {
            steps.compareAndSet(at, at + 2);
        }
        return at >= 0;
    }

    /** What is done at the store for the source. */
    @FunctionalInterface
    interface Push {
        void run() throws SourceException, InterruptedException;
    }

    void push(Push push) throws SourceException, InterruptedException {
        pass(() -> {
            try {
                push.run();
            } catch (SourceException | RuntimeException e) {
                refused = refused == null ? e : refused;
                throw e;
            }
            return null;
        });
    }

    private final class Door implements Sink, Replay.Again {
        private final Sink sink;

        Door(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void again(QuarantineRow row) throws SourceException, InterruptedException {
            push(() -> ((Replay.Again) sink).again(row));
        }

        @Override
        public void part(String name, String fingerprint) throws SourceException, InterruptedException {
            push(() -> sink.part(name, fingerprint));
        }

        @Override
        public void upsert(Object... values) throws SourceException, InterruptedException {
            push(() -> sink.upsert(values));
        }

        @Override
        public void delete(Object... key) throws SourceException, InterruptedException {
            push(() -> sink.delete(key));
        }

        /** A file that cannot be scanned costs its own part alone: that is nothing which the store refused. */
        @Override
        public void scan(Scan scan) throws SourceException, InterruptedException {
            pass(() -> {
                try {
                    sink.scan(scan);
                } catch (RuntimeException e) {
                    refused = refused == null ? e : refused;
                    throw e;
                }
                return null;
            });
        }

        @Override
        public void reject(String place, String raw, String reason) throws SourceException, InterruptedException {
            push(() -> sink.reject(place, raw, reason));
        }

        @Override
        public void at(String where, long number) {
            // Said with each row, and no sign of life by itself: the row is.
            sink.at(where, number);
        }

        @Override
        public void checkpoint(Cursor cursor) throws SourceException, InterruptedException {
            push(() -> sink.checkpoint(cursor));
        }

        @Override
        public void progress(String doing, long done, long total) {
            if (lives()) {
                sink.progress(doing, done, total);
            }
        }
    }
}
