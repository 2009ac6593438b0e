package eider.sql.mysql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.Column;
import eider.sql.Dialect;
import eider.sql.Faults;
import eider.sql.Iso;
import eider.sql.Misfit;
import eider.sql.Parameter;
import eider.sql.Place;
import eider.sql.Relation;
import eider.sql.Session;
import eider.sql.Settings;
import eider.sql.Sockets;
import eider.sql.Table;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.mariadb.jdbc.Driver;
import org.mariadb.jdbc.util.log.Loggers;
import org.osgi.framework.BundleReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MySQL 8 and MariaDB 10.6 and newer. A schema is what they call a database. */
public final class Mysql implements Dialect {
    private static final Logger LOG = LoggerFactory.getLogger(Mysql.class);
    /**
     * How the server writes values, that it gives all of them, and that it waits for as long as the store is busy. A user's {@code sql_select_limit}
     * would end each answer in silence.
     */
    private static final String SET_UP = "SET SESSION time_zone = '+00:00', sql_mode = '', sql_select_limit = 18446744073709551615, "
            + "sql_auto_is_null = 0, net_write_timeout = 86400, wait_timeout = 86400, lock_wait_timeout = 300 "
            + "/*M!100300 , idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0 */ "
            // When a table was last changed is else a day old.
            + "/*!80000 , information_schema_stats_expiry = 0 */";
    private static final String SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    /** Stands behind the time of a change that lies in the second of the read. */
    private static final String SAME_SECOND = " same second";
    private static final Map<String, Property> PROPERTIES = Map.of("connectTimeout", Property.NUMBER, "tcpKeepAlive", Property.FLAG, "tcpKeepCount",
            Property.NUMBER, "tcpKeepIdle", Property.NUMBER, "tcpKeepInterval", Property.NUMBER, "useCompression", Property.FLAG);
    /** Ways of signing in that tell nobody the password who does not prove to be the server, or to whom TLS has proved it. */
    private static final String SIGNING_IN = "mysql_native_password,client_ed25519,parsec,caching_sha2_password";

    @Override
    public int port() {
        return 3306;
    }

    @Override
    public String schema(Settings settings) {
        return settings.schema().isEmpty() ? settings.database() : settings.schema();
    }

    @Override
    public Map<String, Property> properties() {
        return PROPERTIES;
    }

    @Override
    public Connection connect(Settings settings) throws SQLException {
        try {
            return driver().connect("jdbc:mariadb://" + settings.server() + "/", told(settings));
        } catch (IllegalStateException e) {
            // So the driver refuses to send a password as it is to a server that asks for it without TLS.
            throw new SQLException(e.getMessage(), "28000", e);
        }
    }

    /**
     * The driver registers itself with the JDK, which would hold the classes of a bundle for ever, and logs what servers say, whatever that is; a
     * bundle's own copy does neither. Outside of a framework it may be the program's driver, too, and is left alone.
     */
    private static Driver driver() throws SQLException {
        if (!(Driver.class.getClassLoader() instanceof BundleReference)) {
            return new Driver();
        }
        synchronized (Driver.class) {
            String before = System.getProperty(Loggers.NO_LOGGER_PROPERTY);
            try {
                System.setProperty(Loggers.NO_LOGGER_PROPERTY, "true");
                Loggers.init();
            } finally {
                if (before == null) {
                    System.clearProperty(Loggers.NO_LOGGER_PROPERTY);
                } else {
                    System.setProperty(Loggers.NO_LOGGER_PROPERTY, before);
                }
            }
            Driver driver = new Driver();
            // To list drivers loads and registers those of the bundle that others registered under the same name: until a list has none of ours.
            for (List<java.sql.Driver> ours = registered(); !ours.isEmpty(); ours = registered()) {
                for (java.sql.Driver one : ours) {
                    DriverManager.deregisterDriver(one);
                }
            }
            return driver;
        }
    }

    private static List<java.sql.Driver> registered() {
        return DriverManager.drivers().filter(driver -> driver.getClass().getClassLoader() == Mysql.class.getClassLoader()).toList();
    }

    private static Properties told(Settings settings) {
        Properties told = new Properties();
        told.setProperty("tcpKeepAlive", "true");
        told.setProperty("connectTimeout", "10000");
        settings.properties().forEach(told::setProperty);
        told.setProperty("database", settings.database());
        told.setProperty("user", settings.user());
        told.setProperty("password", settings.password());
        told.setProperty("socketFactory", Sockets.class.getName());
        // Until it has answered for the first time; after that a long silence is a long query.
        told.setProperty("socketTimeout", "30000");
        // A server may ask for any file of ours that a statement named; none does.
        told.setProperty("allowLocalInfile", "false");
        // By default a server may send its clients to another host, wherever that is.
        told.setProperty("permitRedirect", "false");
        told.setProperty("restrictedAuth", SIGNING_IN);
        // Parameters are written into the statement, and so values come as the text that the server itself writes.
        told.setProperty("useServerPrepStmts", "false");
        told.setProperty("fallbackToSystemKeyStore", "false");
        switch (settings.tls()) {
            case VERIFY -> {
                told.setProperty("sslMode", "verify-full");
                told.setProperty("tlsSocketType", VerifiedTls.TYPE);
                if (settings.authority() != null) {
                    told.setProperty("serverSslCert", settings.authority().toString());
                }
            }
            case UNVERIFIED -> told.setProperty("sslMode", "trust");
            case NONE -> {
                told.setProperty("sslMode", "disable");
                // Without it nobody signs in to MySQL 8 but in TLS. Who can answer in the server's place can read the password: as the option says.
                told.setProperty("allowPublicKeyRetrieval", "true");
            }
        }
        return told;
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        // It answers: from now on a long silence is a long query.
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(SET_UP);
            // Every other transaction of this session, too.
            statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute(SNAPSHOT);
        }
    }

    /** A server that sorts or sleeps does not look whether its client is still there. Everybody may end what is his own. */
    @Override
    public void abandoned(Settings settings, Connection connection) {
        Properties told = told(settings);
        told.setProperty("connectTimeout", "500");
        told.setProperty("socketTimeout", "500");
        try (Connection second = driver().connect("jdbc:mariadb://" + settings.server() + "/", told);
                Statement statement = second.createStatement()) {
            statement.execute("KILL CONNECTION " + connection.unwrap(org.mariadb.jdbc.Connection.class).getThreadId());
        } catch (SQLException | RuntimeException e) {
            LOG.debug("What an interrupt ended here goes on at the server for a while: {}", e.getMessage());
        }
    }

    @Override
    public Faults faults(Settings settings) {
        return new MysqlFaults(settings);
    }

    @Override
    public List<Relation> relations(Settings settings, Session session) throws SourceException, InterruptedException {
        return Relations.of(settings, schema(settings), session);
    }

    @Override
    public Relation query(Settings settings, Session session, String name, String sql) throws SourceException, InterruptedException {
        return Relations.query(settings, session, name, sql);
    }

    @Override
    public String quoted(String name) {
        return quote(name);
    }

    static String quote(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    @Override
    public Object value(Column column, String text) throws Misfit {
        try {
            return switch (column.field().type().kind()) {
                case TEXT -> Relations.BINARY.contains(column.plainType()) ? "\\x" + text.toLowerCase(Locale.ROOT) : text;
                case JSON -> text;
                case BOOLEAN -> truth(column, text);
                case INTEGER -> Long.valueOf(text);
                case DECIMAL -> new BigDecimal(text);
                // The digits of a float as a double are more than it has: 0.1 and not 0.10000000149011612.
                case DOUBLE -> Double.valueOf(column.plainType().equals("float") ? Float.toString(Float.parseFloat(text)) : text);
                case DATE -> Iso.day(column, dated(column, text));
                case TIMESTAMP -> Iso.time(column, dated(column, text));
                case INSTANT -> Iso.time(column, dated(column, text)).atOffset(ZoneOffset.UTC);
            };
        } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is not understood as " + column.field().type() + ".");
        }
    }

    private static Boolean truth(Column column, String text) throws Misfit {
        return switch (text) {
            case "1" -> true;
            case "0" -> false;
            default -> throw new Misfit("'" + text + "' in " + column.field().name() + " is neither 0 nor 1, so neither no nor yes.");
        };
    }

    /** Days without a day, a month or a year are how these servers write that there is none, and sometimes that it is not known exactly. */
    private static String dated(Column column, String text) throws Misfit {
        if (text.startsWith("-00", 4) || text.startsWith("-00", 7)) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is no day that " + column.field().type()
                    + " can hold; option 'zero_dates' says what becomes of such values.");
        }
        return text;
    }

    @Override
    public String moment(Session session) throws SourceException, InterruptedException {
        return session.ask("beginning to read", "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')", List.of());
    }

    @Override
    public String seen(Session session) {
        return "";
    }

    /** When the table was changed last. Not told of views. */
    @Override
    public String seen(Session session, Table table) throws SourceException, InterruptedException {
        if (!table.stored()) {
            return "";
        }
        if (table.cursor() != null) {
            String changed = changed(session, table);
            return changed.startsWith(now(session)) ? changed + SAME_SECOND : changed;
        }
        // What changed in the second of the snapshot may have done so behind it: once it is worth to wait for the next second.
        String before = again(session);
        String changed = changed(session, table);
        if (late(changed, before)) {
            Thread.sleep(1_000);
            before = again(session);
            changed = changed(session, table);
        }
        return late(changed, before) ? changed + SAME_SECOND : changed;
    }

    private static boolean late(String changed, String before) {
        return !changed.startsWith("never") && changed.compareTo(before) >= 0;
    }

    private static String now(Session session) throws SourceException, InterruptedException {
        return session.ask("beginning to read", "SELECT NOW()", List.of());
    }

    /** A new snapshot, and the second before it. */
    private static String again(Session session) throws SourceException, InterruptedException {
        String before = now(session);
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(SNAPSHOT);
        } catch (SQLException e) {
            throw session.fault(e, "beginning to read");
        }
        return before;
    }

    /** The second of the last change and that of the creation; empty if that cannot be told. */
    private static String changed(Session session, Table table) throws SourceException, InterruptedException {
        String changed = session.ask("looking for the last change of " + table.told(),
                "SELECT CONCAT(COALESCE(update_time, 'never'), ' ', create_time) "
                + "FROM information_schema.tables WHERE table_schema = ? AND table_name = ?", List.of(
                        Parameter.of(table.told().substring(0, table.told().length() - table.name().length() - 1)), Parameter.of(table.name())));
        return changed == null ? "" : changed;
    }

    @Override
    public String absent(Column cursor) {
        String none = cursor.nullable() ? quote(cursor.name()) + " IS NULL" : null;
        return switch (cursor.field().type().kind()) {
            case DATE, TIMESTAMP, INSTANT -> {
                String zero = quote(cursor.name()) + " < '0001-01-01'";
                yield none == null ? zero : "(" + none + " OR " + zero + ")";
            }
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> none;
        };
    }

    /** With room for zones where a time has none. */
    @Override
    public String latest(Column cursor) {
        String max = "MAX(" + quote(cursor.name()) + ")";
        return switch (cursor.plainType()) {
            case "timestamp" -> real(max, "UTC_TIMESTAMP(6)");
            case "datetime" -> real(max, "UTC_TIMESTAMP(6) + INTERVAL 14 HOUR");
            case "date" -> real(max, "UTC_DATE() + INTERVAL 1 DAY");
            default -> max;
        };
    }

    /** Zero dates are no time at which anything changed. */
    private static String real(String max, String latest) {
        return "CASE WHEN " + max + " >= '0001-01-01' THEN LEAST(" + max + ", " + latest + ") END";
    }

    @Override
    public String since(Settings settings, Column cursor, String value, List<Parameter> parameters) {
        return switch (cursor.field().type().kind()) {
            case DATE, TIMESTAMP, INSTANT -> {
                parameters.add(new Parameter(cursor, value));
                yield "CAST(? AS DATETIME(6)) - INTERVAL " + settings.lookBack().toSeconds() + " SECOND";
            }
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON ->
                new BigDecimal(value).subtract(BigDecimal.valueOf(settings.lookBackNumbers())).toPlainString();
        };
    }

    /**
     * {@inheritDoc}
     *
     * <p>Written out, column by column: these servers find a row by an index so, and do not by {@code (a, b) >= (?, ?)}.
     */
    @Override
    public String compared(List<Column> columns, String operator, List<String> values, List<Parameter> parameters) {
        return compared(columns, operator.substring(0, 1), values, parameters, 0);
    }

    private String compared(List<Column> columns, String beyond, List<String> values, List<Parameter> parameters, int at) {
        Column column = columns.get(at);
        String name = ordered(column);
        String inclusive = name + " " + beyond + "= " + literal(column, values.get(at), parameters);
        if (at == columns.size() - 1) {
            return inclusive;
        }
        return "(" + inclusive + " AND (" + name + " " + beyond + " " + literal(column, values.get(at), parameters) + " OR "
                + compared(columns, beyond, values, parameters, at + 1) + "))";
    }

    /** Numbers as such: as text they would be compared by the 53 bits of a double. */
    private static String literal(Column column, String value, List<Parameter> parameters) {
        if (Relations.NUMBERS.contains(column.plainType())) {
            return new BigDecimal(value).toString();
        }
        parameters.add(new Parameter(column, value));
        return Relations.BINARY.contains(column.plainType()) ? "UNHEX(?)" : "?";
    }

    /** An enum is in order by where its values stand in its definition, but compared as a text. */
    @Override
    public String ordered(Column column) {
        String name = quote(column.name());
        return column.plainType().equals("enum") || column.plainType().equals("set") ? "CAST(" + name + " AS CHAR)" : name;
    }

    /**
     * {@inheritDoc}
     *
     * <p>These servers do not tell which transaction wrote a row, but in which second a table was last changed. Where that is the one that the read
     * found, every row is as it was read; otherwise the cursor column decides.
     */
    @Override
    public String settled(Session session, Table table, Place place, List<Parameter> parameters) throws SourceException, InterruptedException {
        boolean marked = table.cursor() != null && place.mark() != null;
        if (!table.stored() && !marked) {
            throw new SourceException(Kind.DATA, table.told() + " is a view or query without a cursor column, so that rows from before the last read "
                    + "cannot be told from later ones; name its column in option 'cursor', or set compare_every = never.");
        }
        if (table.stored()) {
            String now = changed(session, table);
            // Of a change in the very second of the read nobody can tell whether it lies before it, but by a cursor column.
            boolean same = !now.isEmpty() && place.seen().equals(now);
            if (same || !marked) {
                return same ? "1 = 1" : "1 = 0";
            }
        }
        String absent = absent(table.cursor());
        String met = absent == null ? "1 = 1" : "NOT " + absent;
        if (place.over()) {
            met += " AND " + compared(List.of(table.cursor()), "<=", List.of(place.mark()), parameters);
        }
        return met;
    }

    @Override
    public String summand(Column column) {
        return column.plainType().equals("bit") || column.plainType().equals("year") ? quote(column.name()) + " + 0" : quote(column.name());
    }
}
