package eider.sql.driver;

import eider.connector.SourceException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of a driver, whose calls run on the {@link DriverThread driver's thread}. It offers what a session asks of one: statements with
 * parameters, rows as text, closing. While a batch of rows is handed on, the next one is fetched.
 */
final class DriverConnection implements InvocationHandler, DriverThread.Ending {
    private static final Logger LOG = LoggerFactory.getLogger(DriverConnection.class);
    /** Characters at which a batch is full before it has as many rows as were asked for. */
    private static final int CHARACTERS = 512 << 10;

    /** For what only the driver can tell. */
    interface Asked {
        <T> T ask(Work<T> work) throws SQLException, SourceException, InterruptedException;
    }

    /** What is done with the driver's own connection, on its thread. */
    interface Work<T> {
        T of(Connection connection) throws SQLException, SourceException, InterruptedException;
    }

    /** For parameters of all types. */
    interface Bound {
        void bind(int at, How how, String text);
    }

    private record Value(int at, How how, String text) {
    }

    private final Connection real;
    private final DriverThread thread;
    private final LoadedDriver loaded;
    private final int mostRows;
    private volatile PreparedStatement running;
    private boolean closed;

    private DriverConnection(Connection real, DriverThread thread, LoadedDriver loaded) {
        this.real = real;
        this.thread = thread;
        this.loaded = loaded;
        this.mostRows = loaded.description().fetchRows();
    }

    /** Closing it closes the thread, too, and gives the driver back. */
    static Connection of(Connection real, DriverThread thread, LoadedDriver loaded) {
        DriverConnection connection = new DriverConnection(real, thread, loaded);
        thread.endsBy(connection);
        return connection.proxy(Connection.class, connection, Asked.class);
    }

    static Asked asked(Connection connection) {
        return (Asked) connection;
    }

    private <T> T proxy(Class<T> type, InvocationHandler handler, Class<?>... more) {
        List<Class<?>> types = new ArrayList<>(List.of(more));
        types.addFirst(type);
        return type.cast(Proxy.newProxyInstance(DriverConnection.class.getClassLoader(), types.toArray(Class[]::new), handler));
    }

    @Override
    public void cancel() throws SQLException {
        PreparedStatement statement = running;
        if (statement != null) {
            statement.cancel();
        }
    }

    @Override
    public void abort() throws SQLException {
        real.abort(Runnable::run);
    }

    /** As a session expects it: an interrupt is kept, and told as a fault. */
    private <T> T waited(DriverThread.Question<T> question) throws SQLException {
        try {
            return thread.ask(question);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (SourceException e) {
            throw new IllegalStateException("nothing here throws it", e);
        }
    }

    static SQLException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SQLException("the thread was interrupted while it waited for the database", "57014", e);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException, SourceException, InterruptedException {
        return switch (method.getName()) {
            case "ask" -> thread.ask(() -> ((Work<?>) arguments[0]).of(real));
            case "prepareStatement" -> proxy(PreparedStatement.class, new Statement((String) arguments[0]), Bound.class);
            case "isClosed" -> closed;
            case "close" -> {
                close();
                yield null;
            }
            default -> unasked(proxy, method, arguments);
        };
    }

    private static Object unasked(Object proxy, Method method, Object[] arguments) throws SQLException {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> method.getDeclaringClass().getSimpleName() + " of a driver";
            default -> throw new SQLFeatureNotSupportedException(method + " is not asked of a driver");
        };
    }

    private void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (thread.ended()) {
                thread.closeBriefly(this::closeReal);
            } else {
                thread.begin(() -> {
                    closeReal();
                    return null;
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.close();
            loaded.giveBack();
        }
    }

    private void closeReal() {
        try (Connection closing = real) {
            if (!closing.getAutoCommit()) {
                closing.rollback();
            }
        } catch (SQLException e) {
            LOG.debug("A connection of driver {} was not closed in order", loaded.description().name(), e);
        }
    }

    /** A statement that is prepared when it is executed, with what was set by then. */
    private final class Statement implements InvocationHandler {
        private final String sql;
        private final List<Value> bound = new ArrayList<>();
        private PreparedStatement statement;
        private int fetch = 1;

        Statement(String sql) {
            this.sql = sql;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
            String name = method.getName();
            if (name.equals("executeQuery")) {
                return proxy(ResultSet.class, new Ahead(this, waited(this::executed)));
            }
            if (name.equals("close")) {
                if (!thread.ended()) {
                    // Not waited for: the next batch may be on its way from a server that is silent, and who waits here was interrupted before.
                    thread.begin(this::closed);
                }
                return null;
            }
            if (name.equals("setFetchSize")) {
                fetch = (int) arguments[0];
                return null;
            }
            if (name.equals("bind")) {
                bound.add(new Value((int) arguments[0], (How) arguments[1], (String) arguments[2]));
                return null;
            }
            return unasked(proxy, method, arguments);
        }

        private Void closed() {
            running = null;
            try {
                if (statement != null) {
                    statement.close();
                }
            } catch (SQLException e) {
                LOG.debug("A statement of driver {} was not closed in order", loaded.description().name(), e);
            }
            return null;
        }

        private ResultSet executed() throws SQLException {
            statement = real.prepareStatement(sql);
            running = statement;
            for (Value value : bound) {
                value.how.bind(statement, value.at, value.text);
            }
            fetch(statement, Math.min(fetch, mostRows));
            return statement.executeQuery();
        }
    }

    private static void fetch(PreparedStatement statement, int rows) {
        try {
            statement.setFetchSize(rows);
        } catch (SQLException e) {
            LOG.debug("a hint that the driver does not take", e);
        }
    }

    /**
     * Rows that were fetched.
     *
     * @param last whether there are no more
     */
    private record Batch(List<String[]> rows, boolean last) {
    }

    /** The rows of an answer, a batch ahead. */
    private final class Ahead implements InvocationHandler {
        private final ResultSet rows;
        private final int first;
        private How[] columns;
        private Batch batch = new Batch(List.of(), false);
        private int at;
        private Future<Batch> coming;
        // Told to the driver's thread with each fetch.
        private int wanted;

        Ahead(Statement statement, ResultSet rows) {
            this.rows = rows;
            this.first = Math.min(statement.fetch, mostRows);
            this.wanted = first;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
            return switch (method.getName()) {
                case "next" -> next();
                case "getString" -> batch.rows.get(at - 1)[(int) arguments[0] - 1];
                case "setFetchSize" -> {
                    wanted = Math.min((int) arguments[0], mostRows);
                    yield null;
                }
                // With its statement.
                case "close" -> null;
                default -> unasked(proxy, method, arguments);
            };
        }

        private boolean next() throws SQLException {
            while (at == batch.rows.size()) {
                if (batch.last) {
                    return false;
                }
                try {
                    batch = thread.answer(coming == null ? thread.begin(() -> fetched(wanted)) : coming);
                } catch (InterruptedException e) {
                    throw interrupted(e);
                } catch (SourceException e) {
                    throw new IllegalStateException("nothing here throws it", e);
                }
                at = 0;
                // Who asks for one row wants no second one.
                if (!batch.last && first > 1) {
                    int many = wanted;
                    coming = thread.begin(() -> fetched(many));
                }
            }
            at++;
            return true;
        }

        private Batch fetched(int many) throws SQLException {
            if (columns == null) {
                ResultSetMetaData told = rows.getMetaData();
                columns = new How[told.getColumnCount()];
                for (int i = 0; i < columns.length; i++) {
                    How how = How.of(told.getColumnType(i + 1), told.getColumnTypeName(i + 1));
                    columns[i] = how == null ? How.TEXT : how;
                }
            } else if (many != first) {
                try {
                    rows.setFetchSize(many);
                } catch (SQLException e) {
                    LOG.debug("a hint that the driver does not take", e);
                }
            }
            List<String[]> found = new ArrayList<>();
            for (int characters = 0; found.size() < many && characters < CHARACTERS; ) {
                if (!rows.next()) {
                    return new Batch(found, true);
                }
                String[] row = new String[columns.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = columns[i].text(rows, i + 1);
                    characters += row[i] == null ? 1 : row[i].length();
                }
                found.add(row);
            }
            return new Batch(found, false);
        }
    }
}
