package eider.sync;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.connector.Type;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** A database that lives: a table whose rows change while it is read and counted, with the number of the last change in each. It counts as any SQL source would. */
final class Database implements Source, Countable, AutoCloseable {
    static final Type LONG_DECIMAL = Type.decimal(30, 10);
    static final Dataset ORDERS = new Dataset("orders", "Orders by id.", List.of(Field.required("id", Type.INTEGER, "The order."),
            Field.of("amount", LONG_DECIMAL, "Its amount."), Field.of("weight", Type.DOUBLE, "Its weight.")), List.of("id"));

    /** What happens before the source does something. */
    @FunctionalInterface
    interface Before {
        void happens(Request request, Counts counts) throws SourceException, InterruptedException;
    }

    private final Connection connection;
    private long change;
    private volatile Before counting = (request, counts) -> { };
    private volatile int counts;

    Database() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        run("CREATE TABLE orders (id BIGINT, amount DECIMAL(30,10), weight DOUBLE, changed BIGINT)");
    }

    void run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new row, or a new version of one. */
    void put(long id, String amount) {
        run("DELETE FROM orders WHERE id = " + id);
        run("INSERT INTO orders VALUES (" + id + ", " + amount + ", 1.5, " + ++change + ")");
    }

    /** From now on this happens before each count. */
    void beforeCounting(Before next) {
        counting = next;
    }

    /** How often it was asked to count. */
    int counts() {
        return counts;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) {
        return List.of(ORDERS);
    }

    private static long position(Cursor cursor) {
        return cursor.isNone() ? 0 : Long.parseLong(cursor.text());
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT id, amount, weight, changed FROM orders WHERE changed >= ? ORDER BY changed")) {
            statement.setLong(1, position(request.cursor()));
            long last = position(request.cursor());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sink.upsert(row.getLong(1), row.getBigDecimal(2), row.getDouble(3));
                    last = row.getLong(4);
                }
            }
            sink.checkpoint(new Cursor(Long.toString(last)));
        } catch (SQLException e) {
            throw new SourceException(Kind.TEMPORARY, "the database failed", e);
        }
    }

    @Override
    public void count(Request request, Counts counts) throws SourceException, InterruptedException {
        this.counts++;
        counting.happens(request, counts);
        try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FILTER (WHERE changed <= $1), coalesce(sum(amount) FILTER (WHERE changed <= $1), 0),"
                + " count(*) FILTER (WHERE changed > $1) FROM orders")) {
            statement.setLong(1, position(request.cursor()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Map<String, BigDecimal> sums = Map.of("amount", row.getBigDecimal(2));
                counts.add(Tally.of(row.getLong(1), sums).unsettled(row.getLong(3), row.getLong(3) + " rows changed since they were read"));
            }
        } catch (SQLException e) {
            throw new SourceException(Kind.TEMPORARY, "the database failed", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
