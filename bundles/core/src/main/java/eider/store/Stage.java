package eider.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.Readable;
import eider.store.ingest.Reject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows gathered outside of the live database: in memory as long as they are few, else in a {@link StageFile}, where files whose reading might harm an instance are
 * read too. Most checkpoints of a source that pages through an API are few rows, and need no file. Used by the reading thread only.
 */
final class Stage implements AutoCloseable {
    /** A row to be put in. */
    static final byte ROW = 0;
    /** The row with this key is gone at the source. */
    static final byte GONE = 1;
    /** The source has a row with this key, but it is in quarantine: the one that is here stays. */
    static final byte PRESENT = 2;

    static final int RAW_LIMIT = 64 * 1024;
    static final int REASON_LIMIT = 1_000;
    /** How much of a value a reason shows. */
    static final int VALUE_LIMIT = 100;
    /** As many rows as DuckDB keeps in one row group. */
    private static final long MOST_ROWS = 60 * RowBuffer.CHUNK;
    private static final long MOST_BYTES = 32 << 20;
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<Field> REJECT = List.of(Field.of("place", Type.TEXT, "Where"), Field.of("raw", Type.TEXT, "As it was found"),
            Field.of("reason", Type.TEXT, "Why"), Field.of("record", Type.TEXT, "Field by field, where it could be parted"));

    private final Path handover;
    private final Budget memory;
    private final Dataset dataset;
    private final Map<String, String> mends;
    private final Map<String, Field> columns = new LinkedHashMap<>();
    private final RowBuffer rows;
    private final RowBuffer rejects = new RowBuffer(REJECT);
    /** The order in which rows came. */
    private final RowIds sequence;
    private StageFile file;

    /**
     * @param mends bad rows that a person has mended, by their raw text
     * @param memory what stages may take together
     */
    Stage(Path handover, Dataset dataset, Map<String, String> mends, Budget memory, Pace pace) {
        this.handover = handover;
        this.memory = memory;
        this.sequence = new RowIds(pace);
        this.mends = mends;
        this.dataset = dataset;
        this.rows = new RowBuffer(dataset.fields());
        dataset.fields().forEach(field -> columns.put(field.name(), field));
    }

    /** The file that the live instance must attach, or null where memory suffices. */
    Path file() {
        return file == null ? null : file.path();
    }

    /** The fields that rows of it have, those that scans brought included. */
    List<Field> fields() {
        return List.copyOf(columns.values());
    }

    /** The types of its columns, by name. */
    Map<String, Type> types() {
        Map<String, Type> types = new LinkedHashMap<>();
        columns.forEach((name, field) -> types.put(name, field.type()));
        return types;
    }

    /** One row. A value that does not fit sends it to the rejects. */
    void row(int part, Object... values) throws SQLException, InterruptedException {
        List<Field> fields = dataset.fields();
        if (values.length != fields.size()) {
            throw new IllegalArgumentException("dataset " + dataset.name() + " has " + fields.size() + " fields, a row of it came with " + values.length);
        }
        Values.Misfit bad = put(part, values);
        if (bad != null) {
            bad(part, "row " + sequence.last(), Arrays.deepToString(values), bad.getMessage(), record(fields, values));
        }
        spillIfFull();
    }

    /** Puts a row in whose values are good; of one whose values are not only that it is there. Null, or what is wrong with it. */
    private Values.Misfit put(int part, Object[] values) {
        List<Field> fields = dataset.fields();
        long number = sequence.next();
        Object[] kept = new Object[values.length];
        Values.Misfit bad = null;
        for (int i = 0; i < kept.length; i++) {
            Field field = fields.get(i);
            try {
                kept[i] = Values.check(field, values[i]);
                if (kept[i] == null && dataset.key().contains(field.name())) {
                    throw new Values.Misfit(field.name() + ": empty, but part of the key");
                }
            } catch (Values.Misfit misfit) {
                bad = bad == null ? misfit : bad;
            }
        }
        rows.add(part, number, bad == null ? ROW : PRESENT, kept);
        return bad;
    }

    /** A row of the quarantine as it was mended, or as it was: judged anew. */
    void again(int part, String place, String raw, String record) throws SQLException, InterruptedException {
        Values.Misfit bad = mend(part, record);
        if (bad != null) {
            reject(part, place, raw, bad.getMessage(), record);
        }
        spillIfFull();
    }

    private Values.Misfit mend(int part, String record) {
        try {
            return put(part, Mended.values(dataset, record));
        } catch (Values.Misfit misfit) {
            return misfit;
        }
    }

    /** A bad row. One that a person has mended before, when it was met in an earlier read, comes in as it was mended. */
    private void bad(int part, String place, String raw, String reason, String record) {
        String mended = mends.get(cut(raw, RAW_LIMIT));
        if (mended == null || mend(part, mended) != null) {
            reject(part, place, raw, reason, record);
        }
    }

    /** The row with this key is gone. */
    void delete(Object... key) throws SQLException, InterruptedException {
        if (key.length == 0 || key.length != dataset.key().size()) {
            throw new IllegalArgumentException("the key of dataset " + dataset.name() + " is " + dataset.key() + ", a deletion came with " + key.length + " values");
        }
        Object[] values = new Object[dataset.fields().size()];
        for (int i = 0; i < values.length; i++) {
            Field field = dataset.fields().get(i);
            int place = dataset.key().indexOf(field.name());
            if (place >= 0) {
                try {
                    values[i] = Values.check(Field.required(field.name(), field.type(), field.description()), key[place]);
                } catch (Values.Misfit misfit) {
                    throw new IllegalArgumentException("a deletion came with a key that cannot be: " + misfit.getMessage());
                }
            }
        }
        rows.add(0, sequence.next(), GONE, values);
        spillIfFull();
    }

    void reject(int part, String place, String raw, String reason) throws SQLException, InterruptedException {
        String record = Mended.record(dataset, raw);
        if (record != null) {
            present(part, record);
        }
        bad(part, place, raw, reason, record);
        spillIfFull();
    }

    /** A bad row whose key can be told does not make the good one go that is here. */
    private void present(int part, String record) {
        Object[] values = new Object[dataset.fields().size()];
        Map<String, String> texts = Mended.texts(record);
        try {
            for (String name : dataset.key()) {
                Field field = dataset.field(name);
                values[dataset.fields().indexOf(field)] = Values.check(Field.required(name, field.type(), field.description()), Mended.value(field, texts.get(name)));
            }
        } catch (Values.Misfit keyless) {
            return;
        }
        if (!dataset.key().isEmpty()) {
            rows.add(part, sequence.next(), PRESENT, values);
        }
    }

    private void reject(int part, String place, String raw, String reason, String record) {
        rejects.add(part, 0, ROW, new Object[] {cut(place, REASON_LIMIT), cut(raw, RAW_LIMIT), cut(reason, REASON_LIMIT), record});
    }

    /** A row as JSON, field by field, each value as text: what a person mends. Null where it is too long to be kept whole. */
    private static String record(List<Field> fields, Object[] values) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            texts.put(fields.get(i).name(), switch (values[i]) {
                case null -> null;
                case BigDecimal number when Math.abs((long) number.scale()) <= VALUE_LIMIT -> number.toPlainString();
                default -> values[i].toString();
            });
        }
        return record(texts);
    }

    /** The same of texts. */
    static String record(Map<String, String> texts) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : texts.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return text.getBuffer().length() > RAW_LIMIT ? null : text.toString();
    }

    /** The beginning of a text: not more than {@code limit} characters, and never half of one that takes two. */
    static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit);
    }

    /** Throws away what was gathered for a part. */
    void forget(int part) throws SQLException, InterruptedException {
        if (file == null && !rows.holds(part) && !rejects.holds(part)) {
            return;
        }
        spill();
        file.forget(part);
    }

    /** All rows of a file. Columns that are no fields yet become some. */
    void scan(int part, Readable readable) throws SQLException, SourceException, InterruptedException {
        spill();
        for (Scan.Column column : readable.scan().columns()) {
            if (columns.putIfAbsent(column.field().name(), column.field()) == null) {
                file.add(column.field());
            }
        }
        file.scan(part, readable, sequence.last());
        readable.rejects(reject -> keep(part, reject));
    }

    private void keep(int part, Reject reject) throws SourceException, InterruptedException {
        try {
            bad(part, reject.place(), reject.raw(), reject.reason(), reject.record());
            spillIfFull();
        } catch (SQLException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, "a bad row could not be kept: " + Sql.sentence(e), e);
        }
    }

    private void spillIfFull() throws SQLException, InterruptedException {
        if (rows.rows() + rejects.rows() >= MOST_ROWS || rows.bytes() + rejects.bytes() >= MOST_BYTES) {
            spill();
        }
    }

    private void spill() throws SQLException, InterruptedException {
        if (file == null) {
            Budget.Share share = memory.acquire(StageFile.MEGABYTES);
            try {
                file = new StageFile(handover, dataset, sequence, share);
            } finally {
                if (file == null) {
                    share.close();
                }
            }
        }
        file.take(rows, rejects);
        rows.clear();
        rejects.clear();
    }

    /** Where rows and rejects stand while a commit works with them. */
    record Tables(String rows, String rejects) {}

    /** Closes the file, where there is one, with its bad rows put aside; the live instance can attach it then. */
    void seal(Map<String, Type> target) throws SQLException, InterruptedException {
        if (file != null) {
            spill();
            file.seal(columns, target, mends);
        }
    }

    /** Inside the transaction of a commit: the rows as tables, those in memory as temporary ones with the bad ones put aside. */
    Tables enter(Sql sql, PushedRows pushed, Map<String, Type> target) throws SQLException {
        if (file != null) {
            return new Tables("stage.rows", "stage.rejects");
        }
        Tables tables = new Tables("staged_rows", "staged_rejects");
        StageFile.create(sql, "CREATE TEMP TABLE ", tables, dataset);
        StageFile.fill(sql, pushed, tables, rows, rejects);
        new Settling(sql, tables, dataset, columns, target, mends).settle();
        return tables;
    }

    /** At the end of the same transaction. */
    void leave(Sql sql, Tables tables) throws SQLException {
        if (file == null) {
            sql.run("DROP TABLE temp." + tables.rows);
            sql.run("DROP TABLE temp." + tables.rejects);
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        rows.clear();
        rejects.clear();
        if (file != null) {
            file.close();
        }
    }
}
