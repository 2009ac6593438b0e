package eider.query;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.store.Cells;
import eider.store.Sql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A result of JDBC as {@link Rows}. */
final class ResultRows implements Rows {
    private static final Logger log = LoggerFactory.getLogger(ResultRows.class);

    private final PreparedStatement statement;
    private final ResultSet result;
    private final List<Column> columns = new ArrayList<>();
    private final Runnable whenClosed;
    private final BooleanSupplier late;
    private final Duration limit;
    private boolean closed;

    ResultRows(PreparedStatement statement, Runnable whenClosed, BooleanSupplier late, Duration limit) throws SQLException {
        this.statement = statement;
        this.whenClosed = whenClosed;
        this.late = late;
        this.limit = limit;
        try {
            result = statement.executeQuery();
            ResultSetMetaData about = result.getMetaData();
            for (int i = 1; i <= about.getColumnCount(); i++) {
                columns.add(new Column(about.getColumnLabel(i), about.getColumnTypeName(i)));
            }
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    static String late(Duration limit) {
        return "the query took longer than " + limit.toSeconds() + " seconds and was ended";
    }

    @Override
    public List<Column> columns() {
        return Collections.unmodifiableList(columns);
    }

    @Override
    public boolean next() throws EngineException {
        try {
            return result.next();
        } catch (SQLException e) {
            throw new EngineException(late.getAsBoolean() ? late(limit) : Sql.sentence(e), e);
        }
    }

    @Override
    public Object value(int column) throws EngineException {
        try {
            return Cells.plain(result.getObject(column + 1));
        } catch (SQLException e) {
            throw new EngineException(Sql.sentence(e), e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            result.close();
            statement.close();
        } catch (SQLException e) {
            // Cancelled, or the store was closed under it: there is nothing left to close.
            log.debug("a result did not close: {}", Sql.sentence(e));
        } finally {
            whenClosed.run();
        }
    }
}
