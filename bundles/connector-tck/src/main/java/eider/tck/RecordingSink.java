package eider.tck;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A sink that holds each call against the Javadoc of {@link Sink} and notes what is wrong, and otherwise keeps only counts, cursors and a sum: it
 * holds bounded memory however many rows pass. It hands each call on to the next sink if there is one.
 *
 * <p>Faults are collected, not thrown: a source must not be able to swallow them. Used by the one thread that reads; asked by others when that ended.
 */
public final class RecordingSink implements Sink {

    /** Called before each call of the sink, on the reading thread; what it throws the source gets. */
    @FunctionalInterface
    public interface Before {
        void call(String what, long number) throws SourceException, InterruptedException;
    }

    private static final int MOST_FAULTS = 20;
    private static final int LONGEST_CURSOR = 16 << 20;

    private final Dataset dataset;
    private final Sink next;
    private final Secret secret;
    private final Before before;
    private final Thread reader = Thread.currentThread();
    private final List<String> faults = new ArrayList<>();
    private final List<Cursor> cursors = new ArrayList<>();
    private final List<String> leaks = new ArrayList<>();

    private int stopAfter = Integer.MAX_VALUE;
    private boolean stopped;
    private boolean inPart;
    private long calls;
    private long rows;
    private long rejects;
    private long sinceCheckpoint;
    private BigInteger sum = BigInteger.ZERO;

    /** Keeps nothing that comes. */
    public RecordingSink(Dataset dataset) {
        this(dataset, null, null, (what, number) -> {});
    }

    /**
     * @param next gets each call too; null for none
     * @param secret is looked for in everything that comes; null for none
     */
    RecordingSink(Dataset dataset, Sink next, Secret secret, Before before) {
        this.dataset = dataset;
        this.next = next;
        this.secret = secret;
        this.before = before;
    }

    /** Ends the read by an {@link InterruptedException} as soon as the {@code count}th checkpoint is done. */
    void stopAfter(int count) {
        this.stopAfter = count;
    }

    /** Whether {@link #stopAfter} ended the read. */
    boolean stopped() {
        return stopped;
    }

    /** What the source did wrong, in words; empty if nothing. */
    public List<String> faults() {
        return faults;
    }

    /** Places where the secret was met. */
    List<String> leaks() {
        return leaks;
    }

    /** The cursors of all checkpoints, in order. */
    public List<Cursor> cursors() {
        return cursors;
    }

    public long calls() {
        return calls;
    }

    /** Rows pushed one by one, deletions among them. */
    public long rows() {
        return rows;
    }

    /** Rows that the source called bad. */
    public long rejects() {
        return rejects;
    }

    /** A number that is the same for the same rows and files in any order. */
    public BigInteger sum() {
        return sum;
    }

    /** To be called when {@code read} has returned: notes rows that no checkpoint followed. */
    void returned() {
        if (sinceCheckpoint > 0 && !stopped) {
            fault("read returned after " + sinceCheckpoint + " calls that no checkpoint followed: their rows are not kept");
        }
    }

    @Override
    public void part(String name, String fingerprint) throws SourceException, InterruptedException {
        begin("part");
        if (name == null || name.isBlank()) {
            fault("part without a name");
        }
        if (fingerprint == null) {
            fault("part '" + name + "' without a fingerprint");
        }
        look("the name of a part", name);
        look("the fingerprint of part " + name, fingerprint);
        inPart = true;
        // A part without rows is a statement too (all its rows are gone), so a checkpoint is due after it.
        sinceCheckpoint++;
        if (next != null) {
            next.part(name, fingerprint);
        }
    }

    @Override
    public void upsert(Object... values) throws SourceException, InterruptedException {
        begin("upsert");
        row();
        List<Field> fields = dataset.fields();
        if (values.length != fields.size()) {
            fault("upsert with " + values.length + " values for " + fields.size() + " fields");
            throw new IllegalArgumentException(values.length + " values for the " + fields.size() + " fields of " + dataset.name());
        }
        for (int i = 0; i < values.length; i++) {
            value(fields.get(i), values[i], fields.get(i).required());
        }
        add(values);
        if (next != null) {
            next.upsert(values);
        }
    }

    @Override
    public void delete(Object... key) throws SourceException, InterruptedException {
        begin("delete");
        row();
        if (dataset.key().isEmpty()) {
            fault("delete in a dataset without a key");
        } else if (key.length != dataset.key().size()) {
            fault("delete with " + key.length + " values for a key of " + dataset.key().size());
        } else {
            for (int i = 0; i < key.length; i++) {
                value(dataset.field(dataset.key().get(i)), key[i], true);
            }
        }
        add(key);
        if (next != null) {
            next.delete(key);
        }
    }

    @Override
    public void scan(Scan scan) throws SourceException, InterruptedException {
        begin("scan");
        row();
        rows--;
        if (!scan.file().isAbsolute() || !Files.isRegularFile(scan.file())) {
            fault("scan of " + scan.file() + ", which is no absolute path of a file");
        }
        if (scan.columns().isEmpty()) {
            fault("scan of " + scan.file() + " without columns: ask the Sniffer to complete it");
        }
        Set<String> taken = new HashSet<>();
        for (Scan.Column column : scan.columns()) {
            Field field = column.field();
            Field declared = dataset.field(field.name());
            if (!taken.add(field.name())) {
                fault("scan of " + scan.file() + " fills field '" + field.name() + "' from two columns");
            }
            if (declared != null && !declared.type().equals(field.type())) {
                fault("scan of " + scan.file() + " says that '" + field.name() + "' is " + field.type() + ", discovery said " + declared.type());
            }
        }
        for (Field field : dataset.fields()) {
            if (field.required() && !taken.contains(field.name())) {
                fault("scan of " + scan.file() + " has no column for the required field '" + field.name() + "'");
            }
        }
        file(scan);
        if (next != null) {
            next.scan(scan);
        }
    }

    @Override
    public void reject(String place, String raw, String reason) throws SourceException, InterruptedException {
        begin("reject");
        row();
        rows--;
        rejects++;
        if (place == null || place.isBlank() || raw == null || reason == null || reason.isBlank()) {
            fault("reject without place, raw text or reason");
        }
        look("the place of a bad row", place);
        look("the text of a bad row", raw);
        look("the reason of a bad row", reason);
        if (next != null) {
            next.reject(place, raw, reason);
        }
    }

    @Override
    public void checkpoint(Cursor cursor) throws SourceException, InterruptedException {
        begin("checkpoint");
        Objects.requireNonNull(cursor, "cursor");
        if (cursor.isNone()) {
            fault("checkpoint with the empty cursor, which stands for nothing read yet");
        }
        if (cursor.text().getBytes(StandardCharsets.UTF_8).length > LONGEST_CURSOR) {
            fault("a cursor longer than 16 MiB");
        }
        look("a cursor", cursor.text());
        if (next != null) {
            next.checkpoint(cursor);
        }
        cursors.add(cursor);
        sinceCheckpoint = 0;
        inPart = false;
        if (cursors.size() >= stopAfter) {
            stopped = true;
            throw new InterruptedException("stopped by the contract after checkpoint " + cursors.size());
        }
    }

    @Override
    public void progress(String doing, long done, long total) {
        if (Thread.currentThread() != reader) {
            fault("progress from thread " + Thread.currentThread().getName() + ", not from the one that reads");
        }
        look("progress", doing);
        if (next != null) {
            next.progress(doing, done, total);
        }
    }

    private void begin(String what) throws SourceException, InterruptedException {
        if (Thread.currentThread() != reader) {
            fault(what + " from thread " + Thread.currentThread().getName() + ", not from the one that reads");
        }
        if (stopped) {
            throw new InterruptedException("this read was stopped");
        }
        before.call(what, calls++);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted");
        }
    }

    private void row() {
        if (dataset.key().isEmpty() && !inPart) {
            fault("a row of '" + dataset.name() + "', which has no key, without a part before it");
        }
        rows++;
        sinceCheckpoint++;
    }

    private void fault(String fault) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(fault);
        }
    }

    private void look(String where, String text) {
        if (secret != null && text != null && secret.isIn(text) && leaks.size() < MOST_FAULTS) {
            leaks.add(where);
        }
    }

    private void value(Field field, Object value, boolean required) {
        look("field " + field.name(), value == null ? null : value.toString());
        if (value == null) {
            if (required) {
                fault("no value for the required field '" + field.name() + "'");
            }
            return;
        }
        Type type = field.type();
        boolean right = switch (type.kind()) {
            case TEXT, JSON -> value instanceof String;
            case BOOLEAN -> value instanceof Boolean;
            case INTEGER -> value instanceof Long || value instanceof Integer;
            case DECIMAL -> value instanceof BigDecimal || value instanceof Long || value instanceof Integer || value instanceof BigInteger;
            case DOUBLE -> value instanceof Double;
            case DATE -> value instanceof LocalDate;
            case TIMESTAMP -> value instanceof LocalDateTime;
            case INSTANT -> value instanceof Instant || value instanceof OffsetDateTime;
        };
        if (!right) {
            fault("field '" + field.name() + "' is " + type + " and got a " + value.getClass().getName());
        } else if (type.kind() == Type.Kind.DECIMAL) {
            BigDecimal number = new BigDecimal(value.toString()).stripTrailingZeros();
            if (number.scale() > type.scale() || number.precision() - number.scale() > type.precision() - type.scale()) {
                fault("field '" + field.name() + "' is " + type + " and cannot hold " + number.toPlainString());
            }
        }
    }

    private void add(Object... values) {
        MessageDigest digest = digest();
        for (Object value : values) {
            digest.update((value == null ? "\0" : value + "\1").getBytes(StandardCharsets.UTF_8));
        }
        add(digest);
    }

    private void file(Scan scan) throws InterruptedException {
        MessageDigest digest = digest();
        Secret.Search search = secret == null ? null : secret.search();
        try (InputStream in = Files.newInputStream(scan.file())) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                if (search != null && search.met(buffer, n)) {
                    leaks.add("the file that the store was told to scan, " + scan.file());
                    search = null;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted");
                }
            }
        } catch (IOException e) {
            fault("scan of " + scan.file() + ", which cannot be read: " + e);
        }
        add(digest);
    }

    private void add(MessageDigest digest) {
        sum = sum.add(new BigInteger(1, digest.digest())).mod(BigInteger.TWO.pow(256));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
