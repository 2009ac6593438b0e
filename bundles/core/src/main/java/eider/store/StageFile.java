package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.Readable;
import eider.store.ingest.ScanSql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBConnection;

/**
 * The part of a {@link Stage} that does not fit into memory: a throw-away DuckDB instance with limits of its own. When it is {@linkplain #seal sealed} it is a file of
 * the hand-over folder that the live instance attaches read-only.
 */
final class StageFile implements AutoCloseable {
    private static final AtomicLong NUMBER = new AtomicLong();
    static final int MEGABYTES = 256;
    private static final Stage.Tables TABLES = new Stage.Tables("rows", "rejects");

    private final Dataset dataset;
    private final Path path;
    private final Path spill;
    private final Sql sql;
    private final Budget.Share share;
    private final PushedRows pushed = new PushedRows();
    private boolean sealed;

    /**
     * @param sequence numbers for the rows of files
     * @param share the memory that it may take; given back when it is closed
     */
    StageFile(Path handover, Dataset dataset, RowIds sequence, Budget.Share share) throws SQLException {
        this.dataset = dataset;
        this.share = share;
        this.path = handover.resolve("stage-" + NUMBER.incrementAndGet() + ".duckdb");
        // A folder of its own: the instance that made the folder removes it, with all that is in it, when it closes.
        this.spill = handover.resolve(path.getFileName() + ".spill");
        DuckDBConnection connection = Store.connect(path.toString(), MEGABYTES + "MB", spill);
        this.sql = new Sql(connection);
        try {
            prepare(connection, sequence);
        } catch (SQLException | RuntimeException e) {
            try {
                close();
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private void prepare(DuckDBConnection connection, RowIds sequence) throws SQLException {
        sequence.register(connection);
        pushed.register(connection);
        create(sql, "CREATE TABLE ", TABLES, dataset);
        if (!dataset.key().isEmpty()) {
            // Of two rows with one key the later counts, so a file must be read in its order: by one thread.
            sql.run("SET threads = 1");
        }
    }

    /** Makes the tables in which staged rows stand: plain ones here, temporary ones in the live instance. */
    static void create(Sql sql, String create, Stage.Tables tables, Dataset dataset) throws SQLException {
        StringBuilder fields = new StringBuilder();
        for (Field field : dataset.fields()) {
            fields.append(", ").append(Sql.name(field.name())).append(' ').append(type(field));
        }
        sql.run(create + tables.rows() + " (_part INTEGER, _seq BIGINT, _kind TINYINT" + fields + ")");
        sql.run(create + tables.rejects() + " (_part INTEGER, place VARCHAR, raw VARCHAR, reason VARCHAR, record VARCHAR)");
    }

    /** JSON stands as text until {@link Settling} has judged it: what Java takes for a document is not always one for DuckDB. */
    private static String type(Field field) {
        return ScanSql.type(field.type().kind() == Type.Kind.JSON ? Type.TEXT : field.type());
    }

    static void fill(Sql sql, PushedRows pushed, Stage.Tables tables, RowBuffer rows, RowBuffer rejects) throws SQLException {
        if (rows.rows() > 0) {
            pushed.with(rows, relation -> sql.run("INSERT INTO " + tables.rows() + " BY NAME FROM " + relation));
        }
        if (rejects.rows() > 0) {
            pushed.with(rejects, relation -> sql.run("INSERT INTO " + tables.rejects() + " BY NAME SELECT * EXCLUDE (_seq, _kind) FROM " + relation));
        }
    }

    Path path() {
        return path;
    }

    /** Takes what was gathered in memory. */
    void take(RowBuffer rows, RowBuffer rejects) throws SQLException {
        fill(sql, pushed, TABLES, rows, rejects);
    }

    void add(Field field) throws SQLException {
        sql.run("ALTER TABLE rows ADD COLUMN " + Sql.name(field.name()) + " " + type(field));
    }

    void forget(int part) throws SQLException {
        sql.run("DELETE FROM rows WHERE _part = ?", part);
        sql.run("DELETE FROM rejects WHERE _part = ?", part);
    }

    /** @param before the number of the last row that came before the file */
    void scan(int part, Readable readable, long before) throws SQLException, SourceException, InterruptedException {
        try {
            insert(part, readable);
        } catch (SQLException | SourceException | InterruptedException | RuntimeException e) {
            sql.revive();
            sql.run("DELETE FROM rows WHERE _seq > ?", before);
            throw e;
        }
    }

    private void insert(int part, Readable readable) throws SQLException, SourceException, InterruptedException {
        ScanSql from = ScanSql.of(readable);
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            long found = sql.run("INSERT INTO rows BY NAME SELECT " + part + " AS _part, row_id(0) AS _seq, " + Stage.ROW + " AS _kind, "
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

    /** Puts bad rows aside, writes everything to the file and lets go of it. */
    void seal(Map<String, Field> columns, Map<String, Type> target) throws SQLException {
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            new Settling(sql, TABLES, dataset, columns, target).settle();
            sql.run("CHECKPOINT");
        }
        sealed = true;
        sql.close();
        share.close();
    }

    @Override
    public void close() throws SQLException, IOException {
        share.close();
        if (!sealed) {
            sealed = true;
            sql.close();
        }
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + ".wal"));
        Files.deleteIfExists(spill);
    }
}
