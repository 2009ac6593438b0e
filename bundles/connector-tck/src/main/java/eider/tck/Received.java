package eider.tck;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Delivery;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.connector.Webhook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One delivery, given to a webhook on a thread of its own, and what it did: the rows it pushed, each call held against the Javadoc of {@link
 * Webhook.Effects}, the reads it asked for, how it ended. Nothing of it reaches a table before somebody takes it there.
 */
final class Received {
    /** What the newer of two rows can be told by. */
    private static final Set<Type.Kind> GROWING = Set.of(Type.Kind.INSTANT, Type.Kind.TIMESTAMP, Type.Kind.INTEGER);

    /** A row that was pushed: of all fields, or of the key alone if it was deleted. */
    record Row(boolean deleted, List<Object> values) {}

    /** The rows of one dataset, in order, and the field that tells which of two is the newer. */
    record Rows(Dataset dataset, String newest, List<Row> rows) {}

    private final Map<String, Rows> rows = new LinkedHashMap<>();
    private final Set<String> refreshes = new LinkedHashSet<>();
    private final List<String> faults = new ArrayList<>();
    private final List<RecordingSink> sinks = new ArrayList<>();
    private final Thread thread;
    private Throwable thrown;
    private volatile boolean over;

    private Received(Webhook webhook, Delivery delivery) {
        thread = Thread.ofPlatform().daemon().name("contract-receiver").unstarted(() -> {
            try {
                webhook.receive(delivery, new Effects());
            } catch (Throwable e) {
                thrown = e;
            } finally {
                over = true;
            }
        });
        thread.start();
    }

    static Received of(Webhook webhook, Delivery delivery) {
        return new Received(webhook, delivery);
    }

    boolean endsWithin(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    void interrupt() {
        thread.interrupt();
    }

    String place() {
        return Threads.describe(thread);
    }

    /** What it threw; null if it returned. Only after its end, as all that follows. */
    Throwable thrown() {
        return thrown;
    }

    Map<String, Rows> rows() {
        return rows;
    }

    Set<String> refreshes() {
        return refreshes;
    }

    /** Whether it asked for a sink or a read at all. */
    boolean touched() {
        return !rows.isEmpty() || !refreshes.isEmpty();
    }

    List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        sinks.forEach(sink -> all.addAll(sink.faults()));
        return all;
    }

    private final class Effects implements Webhook.Effects {
        @Override
        public Sink rows(Dataset dataset, String newest) {
            here("rows");
            Field field = dataset.field(newest);
            if (dataset.key().isEmpty()) {
                faults.add("it pushes rows of '" + dataset.name() + "', which has no key");
                throw new IllegalArgumentException(dataset.name() + " has no key");
            }
            if (field == null || !field.required() || !GROWING.contains(field.type().kind())) {
                faults.add("it calls '" + newest + "' the field of '" + dataset.name()
                        + "' that tells the newer row, which is no required field of type INSTANT, TIMESTAMP "
                        + "or INTEGER");
                throw new IllegalArgumentException(newest + " tells nothing about which row is newer");
            }
            Rows kept = rows.computeIfAbsent(dataset.name(), name -> new Rows(dataset, newest, new ArrayList<>()));
            if (!kept.dataset.equals(dataset) || !kept.newest.equals(newest)) {
                faults.add("it describes dataset '" + dataset.name() + "' in two ways");
            }
            RecordingSink sink = new RecordingSink(dataset, new Kept(kept.rows), null, (what, number) -> { });
            sinks.add(sink);
            return sink;
        }

        @Override
        public void refresh(String dataset) {
            here("refresh");
            refreshes.add(dataset);
        }

        private void here(String what) {
            if (Thread.currentThread() != thread) {
                faults.add(what + " from thread " + Thread.currentThread().getName() + ", not from the one that receives");
            }
            if (over) {
                faults.add(what + " after receive had returned");
            }
        }
    }

    /** Takes what a delivery may push. */
    private record Kept(List<Row> rows) implements Sink {
        @Override
        public void upsert(Object... values) {
            rows.add(new Row(false, java.util.Arrays.asList(values.clone())));
        }

        @Override
        public void delete(Object... key) {
            rows.add(new Row(true, java.util.Arrays.asList(key.clone())));
        }

        @Override
        public void reject(String place, String raw, String reason) {}

        @Override
        public void progress(String doing, long done, long total) {}

        @Override
        public void part(String name, String fingerprint) throws SourceException {
            throw new UnsupportedOperationException("a delivery has no parts");
        }

        @Override
        public void scan(Scan scan) throws SourceException {
            throw new UnsupportedOperationException("a delivery has no files");
        }

        @Override
        public void checkpoint(Cursor cursor) throws SourceException {
            throw new UnsupportedOperationException("a delivery moves no cursor");
        }
    }
}
