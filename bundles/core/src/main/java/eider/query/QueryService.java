package eider.query;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Runs SELECTs. A statement must be one that DuckDB's own parser can serialise, which is true of a single SELECT and of nothing that changes anything; it then runs in a
 * transaction that is read-only, on an instance that can reach no file. Who may see which rows is not decided here yet: whoever can call this sees all.
 */
@Component(service = Queries.class, immediate = true)
public final class QueryService implements Queries, AutoCloseable {
    private final Store store;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("query-limits").factory());

    @Activate
    public QueryService(@Reference Store store) {
        this.store = store;
    }

    /** Ends the thread that watches the limits. */
    @Deactivate
    @Override
    public void close() {
        clock.shutdownNow();
    }

    @Override
    public Rows query(String sql, Duration limit, Object... parameters) throws EngineException {
        Sql reader;
        try {
            reader = store.reader();
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        ScheduledFuture<?> alarm = null;
        boolean handedOver = false;
        boolean[] late = new boolean[1];
        try {
            refuseAllButSelect(reader, sql);
            alarm = clock.schedule(() -> {
                late[0] = true;
                reader.cancel();
            }, limit.toMillis(), TimeUnit.MILLISECONDS);
            reader.run("BEGIN TRANSACTION READ ONLY");
            PreparedStatement statement = reader.prepare(sql, parameters);
            ScheduledFuture<?> running = alarm;
            ResultRows rows = new ResultRows(statement, () -> {
                running.cancel(false);
                end(reader);
            }, () -> late[0], limit);
            handedOver = true;
            return rows;
        } catch (SQLException e) {
            throw new EngineException(late[0] ? ResultRows.late(limit) : Sql.sentence(e), e);
        } finally {
            if (!handedOver) {
                if (alarm != null) {
                    alarm.cancel(false);
                }
                end(reader);
            }
        }
    }

    private static void refuseAllButSelect(Sql reader, String sql) throws SQLException, EngineException {
        String answer = reader.first("SELECT json_serialize_sql(CAST(? AS VARCHAR))", row -> row.getString(1), sql);
        if (answer.startsWith("{\"error\":true")) {
            String message = reader.first("SELECT CAST(? AS JSON) ->> '$.error_message'", row -> row.getString(1), answer);
            throw new EngineException(message != null && message.startsWith("Only SELECT")
                    ? "only a SELECT can be run here; tables are changed by loads" : message == null ? "the statement cannot be understood" : message.lines().findFirst().orElse(message));
        }
        long statements = reader.number("SELECT json_array_length(CAST(? AS JSON), '$.statements')", answer);
        if (statements != 1) {
            throw new EngineException(statements == 0 ? "the statement is empty" : "one SELECT at a time: these are " + statements + " statements");
        }
    }

    /** Ends the read-only transaction and gives the reader back. A reader that was cancelled is given back sound: its transaction is rolled back here too. */
    private void end(Sql reader) {
        try {
            reader.reset();
        } catch (SQLException e) {
            throw new IllegalStateException("a reader did not end its transaction: " + Sql.sentence(e), e);
        } finally {
            store.release(reader);
        }
    }

    @Override
    public long version() {
        return store.version();
    }
}
