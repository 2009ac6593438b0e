package eider.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.duckdb.DuckDBDriver;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBStruct;

/**
 * Statements on one connection, used by one thread at a time; {@link #cancel} and {@link #percent} may be called from any other.
 *
 * <p>An interrupt does not end a query of DuckDB, cancelling its statement does; a statement whose query failed is closed, so each
 * call takes a new one.
 */
public final class Sql implements AutoCloseable {
    private final Connection connection;
    private volatile PreparedStatement running;
    private volatile boolean cancelled;

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** A DuckDB of its own, in memory, that has nothing to do with any store. */
    public static Sql alone(Properties properties) throws SQLException {
        return new Sql(new DuckDBDriver().connect("jdbc:duckdb:", properties));
    }

    /** Where the driver lies, for who starts another process with it. */
    public static Class<?> driver() {
        return DuckDBDriver.class;
    }

    /** Reads a row that {@link #list} stands on. */
    @FunctionalInterface
    public interface Read<T> {
        T row(ResultSet result) throws SQLException;
    }

    public Connection connection() {
        return connection;
    }

    /** Runs a statement and tells how many rows it changed. */
    public long run(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(sql, parameters)) {
            if (!statement.execute()) {
                return statement.getUpdateCount();
            }
            // Results are streamed: one that is closed before its end aborts the transaction.
            long changed = 0;
            try (ResultSet result = statement.getResultSet()) {
                while (result.next()) {
                    changed = result.getObject(1) instanceof Number number ? number.longValue() : 0;
                }
            }
            return changed;
        } finally {
            running = null;
        }
    }

    public <T> List<T> list(String sql, Read<T> read, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(sql, parameters); ResultSet result = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(read.row(result));
            }
            return rows;
        } finally {
            running = null;
        }
    }

    /** The first row, or null where there is none. */
    public <T> T first(String sql, Read<T> read, Object... parameters) throws SQLException {
        List<T> rows = list(sql, read, parameters);
        return rows.isEmpty() ? null : rows.getFirst();
    }

    /** The whole number in the first column of the first row; 0 where it is null. */
    public long number(String sql, Object... parameters) throws SQLException {
        Long number = first(sql, row -> row.getLong(1), parameters);
        return number == null ? 0 : number;
    }

    /** A statement ready to run; the caller closes it, and calls {@link #done} then. */
    public PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            running = statement;
            if (cancelled) {
                throw new SQLException("INTERRUPT Error: cancelled");
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    /**
     * What really went wrong with a SELECT that failed before its first row. Where results are streamed, DuckDB's driver says no more than "Invalid result set" (2.0.0.1; see
     * SqlTest), so it is run once more into a table of this connection. Ends a transaction.
     */
    public SQLException reason(SQLException told, String select, Object... parameters) {
        if (cancelled || !String.valueOf(told.getMessage()).contains("Invalid result set")) {
            return told;
        }
        try {
            reset();
            run("CREATE OR REPLACE TEMP TABLE _reason AS " + select, parameters);
            run("DROP TABLE _reason");
            return told;
        } catch (SQLException reason) {
            reason.addSuppressed(told);
            return reason;
        }
    }

    public void done() {
        running = null;
    }

    /** Ends what runs, and whatever is begun on this connection until {@link #revive}. */
    public void cancel() {
        cancelled = true;
        PreparedStatement statement = running;
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException alreadyClosed) {
                // The statement ended by itself between the two lines above: nothing is left to cancel.
                running = null;
            }
        }
    }

    void revive() {
        cancelled = false;
    }

    /** Ends a transaction that may be open, whatever happened before. */
    public void reset() throws SQLException {
        cancelled = false;
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            if (e.getMessage() == null || !e.getMessage().contains("no transaction is active")) {
                throw e;
            }
        }
    }

    /** How much of the running statement is done, 0 to 100; negative where DuckDB cannot tell. */
    public double percent() {
        try {
            return running instanceof DuckDBPreparedStatement statement ? statement.getQueryProgress().getPercentage() : -1;
        } catch (SQLException ended) {
            return -1;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** A name as SQL wants it. */
    public static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A text constant as SQL wants it. */
    public static String text(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    /** The fields of a struct, by name. */
    public static Map<String, Object> fields(Struct struct) throws SQLException {
        return ((DuckDBStruct) struct).getMap();
    }

    /** The first line of what the database said, without its technical beginning: fit for a person. */
    public static String sentence(SQLException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage().strip();
        if (message.contains("No space left on device")) {
            return "the disk is full (no space left on device): make room in the home's folder data/ and try again";
        }
        String line = message.lines().findFirst().orElse(message);
        return line.replaceFirst("^(java\\.sql\\.SQLException: )?", "").replaceFirst("^[A-Z][A-Za-z -]{2,30} Error: ", "");
    }
}
