package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.Readable;
import eider.store.ingest.ScanSql;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Rows gathered outside of the live database, in a throw-away DuckDB instance with limits of its own: pushed rows, and files whose reading might harm an instance.
 * When it is {@linkplain #seal sealed} it is a file of the hand-over folder that the live instance attaches read-only. Used by the reading thread only.
 */
final class Stage implements AutoCloseable {
    private static final AtomicLong NUMBER = new AtomicLong();
    private static final String MEMORY = "256MB";
    static final int RAW_LIMIT = 64 * 1024;
    static final int REASON_LIMIT = 1_000;
    /** How much of a value a reason shows. */
    static final int VALUE_LIMIT = 100;

    private final Dataset dataset;
    private final Path file;
    private final Path spill;
    private final DuckDBConnection connection;
    private final Sql sql;
    private final Map<String, Field> columns = new LinkedHashMap<>();
    private DuckDBAppender rows;
    private DuckDBAppender rejects;
    /** The order in which rows came. */
    private final RowIds sequence = new RowIds();
    private boolean sealed;

    Stage(Path handover, Dataset dataset) throws SQLException {
        this.dataset = dataset;
        this.file = handover.resolve("stage-" + NUMBER.incrementAndGet() + ".duckdb");
        // A folder of its own: the instance that made the folder removes it, with all that is in it, when it closes.
        this.spill = handover.resolve(file.getFileName() + ".spill");
        this.connection = Store.connect(file.toString(), MEMORY, spill);
        this.sql = new Sql(connection);
        StringBuilder fields = new StringBuilder();
        for (Field field : dataset.fields()) {
            columns.put(field.name(), field);
            fields.append(", ").append(Sql.name(field.name())).append(' ').append(ScanSql.type(field.type()));
        }
        sql.run("CREATE TABLE rows (_part INTEGER, _seq BIGINT, _gone BOOLEAN" + fields + ")");
        sql.run("CREATE TABLE rejects (part INTEGER, place VARCHAR, raw VARCHAR, reason VARCHAR)");
        sequence.register(connection);
        if (!dataset.key().isEmpty()) {
            // Of two rows with one key the later counts, so a file must be read in its order: by one thread.
            sql.run("SET threads = 1");
        }
    }

    Path file() {
        return file;
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
    void row(int part, Object... values) throws SQLException {
        List<Field> fields = dataset.fields();
        if (values.length != fields.size()) {
            throw new IllegalArgumentException("dataset " + dataset.name() + " has " + fields.size() + " fields, a row of it came with " + values.length);
        }
        long number = sequence.next();
        Object[] kept = new Object[values.length];
        try {
            for (int i = 0; i < kept.length; i++) {
                Field field = fields.get(i);
                kept[i] = Values.check(field, values[i]);
                if (kept[i] == null && dataset.key().contains(field.name())) {
                    throw new Values.Misfit(field.name() + ": empty, but part of the key");
                }
            }
        } catch (Values.Misfit misfit) {
            reject(part, "row " + number, Arrays.deepToString(values), misfit.getMessage());
            return;
        }
        append(part, number, false, kept);
    }

    /** The row with this key is gone. */
    void delete(Object... key) throws SQLException {
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
        append(0, sequence.next(), true, values);
    }

    private void append(int part, long number, boolean gone, Object[] values) throws SQLException {
        if (rows == null) {
            rows = connection.createAppender("rows");
        }
        rows.beginRow().append(part).append(number).append(gone);
        for (Object value : values) {
            switch (value) {
                case null -> rows.appendNull();
                case String text -> rows.append(text);
                case Boolean truth -> rows.append(truth);
                case Long whole -> rows.append(whole);
                case Double number64 -> rows.append(number64);
                case BigDecimal decimal -> rows.append(decimal);
                case LocalDate date -> rows.append(date);
                case LocalDateTime time -> rows.append(time);
                case OffsetDateTime time -> rows.append(time);
                default -> throw new IllegalStateException("a value of " + value.getClass());
            }
        }
        for (int more = values.length; more < columns.size(); more++) {
            rows.appendNull();
        }
        rows.endRow();
    }

    void reject(int part, String place, String raw, String reason) throws SQLException {
        if (rejects == null) {
            rejects = connection.createAppender("rejects");
        }
        rejects.beginRow().append(part).append(cut(place, REASON_LIMIT)).append(cut(raw, RAW_LIMIT)).append(cut(reason, REASON_LIMIT)).endRow();
    }

    /** The beginning of a text: not more than {@code limit} characters, and never half of one that takes two. */
    static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit);
    }

    /** Throws away what was gathered for a part. */
    void forget(int part) throws SQLException {
        flush();
        sql.run("DELETE FROM rows WHERE _part = ?", part);
        sql.run("DELETE FROM rejects WHERE part = ?", part);
    }

    /** All rows of a file. Columns that are no fields yet become some. */
    void scan(int part, Readable readable) throws SQLException, SourceException, InterruptedException {
        flush();
        for (Scan.Column column : readable.scan().columns()) {
            Field field = column.field();
            Field present = columns.putIfAbsent(field.name(), field);
            if (present == null) {
                sql.run("ALTER TABLE rows ADD COLUMN " + Sql.name(field.name()) + " " + ScanSql.type(field.type()));
            }
        }
        long before = sequence.last();
        try {
            insert(part, readable);
        } catch (SQLException | SourceException | InterruptedException | RuntimeException e) {
            sql.revive();
            sql.run("DELETE FROM rows WHERE _seq > ?", before);
            throw e;
        }
        readable.rejects(reject -> {
            try {
                reject(part, reject.place(), reject.raw(), reject.reason());
            } catch (SQLException e) {
                throw new SourceException(SourceException.Kind.TEMPORARY, "a bad row could not be kept: " + Sql.sentence(e), e);
            }
        });
    }

    private void insert(int part, Readable readable) throws SQLException, SourceException, InterruptedException {
        ScanSql from = ScanSql.of(readable);
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            long found = sql.run("INSERT INTO rows BY NAME SELECT " + part + " AS _part, row_id(0) AS _seq, false AS _gone, "
                    + String.join(", ", from.select()) + " FROM " + from.relation());
            check(readable, found);
        } catch (SQLException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while reading " + readable.scan().file());
            }
            throw e;
        }
    }

    /** Two readers of one file, the one that looked for bad rows and DuckDB, must agree on it. */
    static void check(Readable readable, long found) throws SQLException, SourceException {
        readable.verifyUnchanged();
        if (found != readable.rows()) {
            throw new SQLException("two readings of " + readable.scan().file().getFileName() + " disagree: " + readable.rows() + " rows and " + found
                    + "; nothing of it was loaded. Please report this file.");
        }
    }

    /** Sends rows that lack a required value, or that do not fit the columns they are meant for, to the rejects. */
    void settle(Map<String, Type> target) throws SQLException {
        flush();
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            settleColumns(target);
        }
    }

    private void settleColumns(Map<String, Type> target) throws SQLException {
        for (Field field : columns.values()) {
            String column = Sql.name(field.name());
            if (field.required() || dataset.key().contains(field.name())) {
                setAside(column + " IS NULL", Sql.text(field.name() + ": empty, but " + (field.required() ? "required" : "part of the key")));
            }
            Type type = target.getOrDefault(field.name(), field.type());
            if (!type.equals(field.type())) {
                String there = "try_cast(CAST(" + column + " AS VARCHAR) AS " + ScanSql.type(type) + ")";
                String andBack = "try_cast(CAST(" + there + " AS VARCHAR) AS " + ScanSql.type(field.type()) + ")";
                setAside(column + " IS NOT NULL AND (" + there + " IS NULL OR " + andBack + " IS DISTINCT FROM " + column + ")",
                        Sql.text(field.name() + ": '") + " || left(CAST(" + column + " AS VARCHAR), " + VALUE_LIMIT + ") || " + Sql.text("' does not fit the column, whose type is " + type));
            }
        }
    }

    private void setAside(String condition, String reason) throws SQLException {
        String bad = "FROM rows WHERE NOT _gone AND " + condition;
        if (sql.number("SELECT count(*) " + bad) == 0) {
            return;
        }
        sql.run("INSERT INTO rejects SELECT _part, 'row ' || _seq, left(to_json(struct_pack(" + String.join(", ",
                columns.keySet().stream().map(name -> Sql.name(name) + " := " + Sql.name(name)).toList()) + "))::VARCHAR, " + RAW_LIMIT + "), " + reason + " " + bad);
        sql.run("DELETE " + bad);
    }

    /** {@code flush} and not only {@code close}: closing an appender swallows a failed flush. */
    private void flush() throws SQLException {
        for (DuckDBAppender appender : Arrays.asList(rows, rejects)) {
            if (appender != null) {
                appender.flush();
                appender.close();
            }
        }
        rows = null;
        rejects = null;
    }

    /** Writes everything to the file and lets go of it. */
    void seal() throws SQLException {
        flush();
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            sql.run("CHECKPOINT");
        }
        sealed = true;
        sql.close();
    }

    @Override
    public void close() throws SQLException, IOException {
        if (!sealed) {
            sealed = true;
            sql.close();
        }
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".wal"));
        Files.deleteIfExists(spill);
    }
}
