package eider.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/** A real server on a free port of 127.0.0.1, one for all tests of this JVM, and what of its SQL is its own. */
interface Server {
    /** A user that may do nothing but read what it was let read. */
    String READER = "reader";
    String PASSWORD = "correct horse";

    /** Those that tests run against. */
    enum Kind {
        POSTGRESQL, MARIADB, MYSQL;

        /** The server, started by whoever asks first; where it cannot run, tests are skipped and say why. */
        Server running() {
            return switch (this) {
                case POSTGRESQL -> Postgres.running();
                case MARIADB -> Mysqld.running(Mysqld.Brand.MARIADB);
                case MYSQL -> Mysqld.running(Mysqld.Brand.MYSQL);
            };
        }
    }

    static TestAbortedException without(String name, Throwable refused) {
        return new TestAbortedException("there is no " + name + " server to test against: " + refused, refused);
    }

    int port();

    /** As its owner, who may do everything. */
    Connection connect() throws SQLException;

    /** An empty schema that the reader may read. */
    String schema(String name) throws SQLException;

    void drop(String schema) throws SQLException;

    /** Options that read a schema, and those that are given as pairs. */
    Map<String, String> options(String schema, String... more);

    /** The reader, as statements that grant rights name it. */
    String reader();

    /** The type of a point in time, to the microsecond. */
    String instant();

    /** A time that lies so many seconds, minutes … behind another one; both are SQL. */
    String later(String time, String number, String unit);

    /** Makes a view {@code slow} whose reading takes so many seconds. */
    String slow(String schema, int seconds);

    /** How many sessions of the reader work on a statement in which this stands. */
    long working(String words) throws SQLException;

    /** Ends those sessions, and tells how many. */
    long end(String words) throws SQLException;

    /** Ends the statements of those sessions, and tells how many. */
    long cancel(String words) throws SQLException;

    /** Lets statements of the reader take one second at most, or as long as they will. */
    void limit(boolean limited) throws SQLException;

    /** Takes the right away to read a table that can be seen all the same. */
    void deny(String schema, String table) throws SQLException;

    default void execute(String... statements) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    default String ask(String sql) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** What stands behind FROM to have a row with {@code i} for each number from 1 on. */
    static String numbers(int count) {
        return "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < " + count + ") SELECT i FROM s) AS numbers";
    }

    /** Pairs beside options. */
    static Map<String, String> with(Map<String, String> options, String... more) {
        Map<String, String> all = new LinkedHashMap<>(options);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }
}
