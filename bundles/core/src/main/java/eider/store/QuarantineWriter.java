package eider.store;

import eider.connector.SourceException;
import eider.store.ingest.Reject;
import java.sql.SQLException;
import java.time.Instant;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Puts bad rows into quarantine one after the other, inside the writer's transaction. */
final class QuarantineWriter implements AutoCloseable {
    private final Sql sql;
    private final long load;
    private final String connection;
    private final String dataset;
    private final Instant at;
    private DuckDBAppender appender;
    private long nextId;
    private long count;

    QuarantineWriter(Sql sql, long load, String connection, String dataset, Instant at) {
        this.sql = sql;
        this.load = load;
        this.connection = connection;
        this.dataset = dataset;
        this.at = at;
    }

    void add(String part, Reject reject) throws SourceException {
        try {
            if (appender == null) {
                nextId = sql.number("SELECT nextval('ledger.quarantine_ids')");
                appender = sql.connection().unwrap(DuckDBConnection.class).createAppender("ledger", "quarantine");
            }
            appender.beginRow().append(nextId).append(load).append(connection).append(dataset).append(part).append(Stage.cut(part + " " + reject.place(), Stage.REASON_LIMIT))
                    .append(Stage.cut(reject.reason(), Stage.REASON_LIMIT)).append(Stage.cut(reject.raw(), Stage.RAW_LIMIT)).append(Ledger.time(at)).appendNull();
            if (reject.record() == null) {
                appender.appendNull();
            } else {
                appender.append(reject.record());
            }
            appender.appendNull().appendNull().appendNull().endRow();
        } catch (SQLException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, "a bad row could not be kept: " + Sql.sentence(e), e);
        }
        nextId++;
        count++;
    }

    /** Hands everything over, and tells how many there were. */
    long finish() throws SQLException {
        if (appender != null) {
            appender.flush();
            appender.close();
            appender = null;
            // Ids were counted here; the sequence catches up.
            sql.run("SELECT max(nextval('ledger.quarantine_ids')) FROM range(?)", count);
        }
        return count;
    }

    @Override
    public void close() throws SQLException {
        if (appender != null) {
            appender.close();
        }
    }
}
