package eider.sql.postgresql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.Column;
import eider.sql.Dialect;
import eider.sql.Faults;
import eider.sql.Iso;
import eider.sql.Log;
import eider.sql.Misfit;
import eider.sql.Parameter;
import eider.sql.Pieces;
import eider.sql.Place;
import eider.sql.Relation;
import eider.sql.Session;
import eider.sql.Settings;
import eider.sql.Sockets;
import eider.sql.Table;
import eider.sql.postgresql.log.ServerLog;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.osgi.framework.BundleReference;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL 14 and newer. */
public final class Postgresql implements Dialect {
    private static final Logger LOG = LoggerFactory.getLogger(Postgresql.class);
    /** How the server writes values, and that it looks whether we are still there. What a server does not know is left out. */
    private static final String SET_UP = "SELECT set_config(name, wanted, false) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO, YMD'), "
            + "('IntervalStyle', 'iso_8601'), ('bytea_output', 'hex'), ('extra_float_digits', '1'), ('lc_monetary', 'C'), ('xmloption', 'content'), "
            + "('default_transaction_read_only', 'on'), "
            // Who alters a table waits for its readers; a session of ours that then waits behind him would wait for ever, as another one of ours holds him up.
            + "('lock_timeout', '20s'), "
            // The session waits within its transaction for as long as the store is busy.
            + "('standard_conforming_strings', 'on'), ('idle_in_transaction_session_timeout', '0')) AS w(name, wanted)";
    private static final String LOOK_AFTER_US = "SELECT set_config('client_connection_check_interval', '1000', false) "
            + "WHERE current_setting('client_connection_check_interval', true) IS NOT NULL";
    private static final Map<String, Property> PROPERTIES = Map.of("ApplicationName", Property.TEXT, "connectTimeout", Property.NUMBER,
            "prepareThreshold", Property.NUMBER, "receiveBufferSize", Property.NUMBER, "sendBufferSize", Property.NUMBER, "tcpKeepAlive",
            Property.FLAG);
    /** 32 MiB of a table in a piece. */
    private static final int PAGES = 4_096;

    private final int pages;

    public Postgresql() {
        this(PAGES);
    }

    /** @param pages of a table in one piece */
    public Postgresql(int pages) {
        this.pages = pages;
    }

    @Override
    public int port() {
        return 5432;
    }

    @Override
    public String schema(Settings settings) {
        return settings.schema().isEmpty() ? "public" : settings.schema();
    }

    @Override
    public Map<String, Property> properties() {
        return PROPERTIES;
    }

    @Override
    public Connection connect(Settings settings) throws SQLException {
        return driver().connect(address(settings), told(settings));
    }

    private static String address(Settings settings) {
        return "jdbc:postgresql://" + settings.server() + "/" + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * The driver registers itself with the JDK, which would hold the classes of a bundle for ever; a bundle's own copy is not looked for that way.
     * Outside of a framework it may be the program's driver, too, and is left alone.
     */
    private static Driver driver() throws SQLException {
        Driver driver = new Driver();
        if (Driver.class.getClassLoader() instanceof BundleReference) {
            synchronized (Driver.class) {
                if (Driver.isRegistered()) {
                    Driver.deregister();
                }
            }
        }
        return driver;
    }

    /** A connection that tells the server's log, with values written as in a session. */
    public Connection replicating(Settings settings) throws SQLException {
        Properties told = told(settings);
        PGProperty.REPLICATION.set(told, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(told, "14");
        PGProperty.PREFER_QUERY_MODE.set(told, "simple");
        told.remove("readOnly");
        told.remove("readOnlyMode");
        Connection connection = driver().connect(address(settings), told);
        try (Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 0);
            statement.execute(SET_UP);
            // The store may be busy for longer than a server waits for a word of ours.
            statement.execute("SELECT set_config('wal_sender_timeout', '0', false)");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Log log(Settings settings) {
        return new ServerLog(this, settings);
    }

    private static Properties told(Settings settings) {
        Properties told = new Properties();
        told.setProperty("ApplicationName", "Eider");
        told.setProperty("tcpKeepAlive", "true");
        told.setProperty("connectTimeout", "10");
        settings.properties().forEach(told::setProperty);
        told.setProperty("user", settings.user());
        told.setProperty("password", settings.password());
        told.setProperty("socketFactory", Sockets.class.getName());
        // Until it has answered for the first time; after that a long silence is a long query.
        told.setProperty("socketTimeout", "30");
        told.setProperty("readOnly", "true");
        told.setProperty("readOnlyMode", "always");
        // Everything comes as the text that the server itself writes: infinities, years before Christ and all digits are in it.
        told.setProperty("binaryTransfer", "false");
        told.setProperty("gssEncMode", "disable");
        switch (settings.tls()) {
            case VERIFY -> {
                told.setProperty("sslmode", "verify-full");
                if (settings.authority() == null) {
                    told.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
                } else {
                    told.setProperty("sslrootcert", settings.authority().toString());
                }
            }
            case UNVERIFIED -> {
                told.setProperty("sslmode", "require");
                told.setProperty("sslfactory", "org.postgresql.ssl.NonValidatingFactory");
            }
            case NONE -> told.setProperty("sslmode", "disable");
        }
        return told;
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        // It answers: from now on a long silence is a long query.
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute(SET_UP);
            try {
                statement.execute(LOOK_AFTER_US);
            } catch (SQLException e) {
                if (e.getSQLState() == null || !e.getSQLState().startsWith("22")) {
                    throw e;
                }
                LOG.debug("The server cannot look whether its clients are still there: {}", e.getMessage());
            }
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
    }

    @Override
    public Faults faults(Settings settings) {
        return new PostgresqlFaults(settings);
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
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    @Override
    public Object value(Column column, String text) throws Misfit {
        try {
            return switch (column.field().type().kind()) {
                case TEXT, JSON -> text;
                case BOOLEAN -> text.equals("t");
                case INTEGER -> Long.valueOf(text);
                case DECIMAL -> new BigDecimal(number(column, text));
                case DOUBLE -> Double.valueOf(number(column, text));
                case DATE -> day(column, text);
                case TIMESTAMP -> time(column, text);
                case INSTANT -> instant(column, text);
            };
        } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is not understood as " + column.field().type() + ".");
        }
    }

    private static String number(Column column, String text) throws Misfit {
        char last = text.charAt(text.length() - 1);
        if (last == 'N' || last == 'y') {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is no number that " + column.field().type() + " can hold.");
        }
        return text;
    }

    private static void finite(Column column, String text) throws Misfit {
        if (text.endsWith("infinity")) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is no time that " + column.field().type() + " can hold.");
        }
    }

    private static LocalDate day(Column column, String text) throws Misfit {
        finite(column, text);
        return Iso.day(column, counted(text));
    }

    private static LocalDateTime time(Column column, String text) throws Misfit {
        finite(column, text);
        return Iso.time(column, counted(text));
    }

    /** With years counted on below the first: there was no year nought, so {@code 0044-03-15 BC} is of the year -43. */
    private static String counted(String text) {
        if (!text.endsWith(" BC")) {
            return text;
        }
        int year = text.indexOf('-');
        return "-" + (Integer.parseInt(text, 0, year, 10) - 1) + text.substring(year, text.length() - 3);
    }

    /** A time with {@code +00}, because the session's zone is UTC. */
    private static Object instant(Column column, String text) throws Misfit {
        finite(column, text);
        int zone = text.lastIndexOf("+00");
        if (zone < 0) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " has no offset of 0, although times were asked for in UTC.");
        }
        return time(column, text.substring(0, zone) + text.substring(zone + 3)).atOffset(ZoneOffset.UTC);
    }

    @Override
    public String moment(Session session) throws SourceException, InterruptedException {
        return session.ask("beginning to read", "SELECT to_char(now(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", List.of());
    }

    @Override
    public String seen(Session session) throws SourceException, InterruptedException {
        return session.ask("beginning to read", "SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text", List.of());
    }

    /** With room for zones where a time has none. */
    @Override
    public String latest(Column cursor) {
        String column = quote(cursor.name());
        return switch (cursor.plainType()) {
            case "timestamp with time zone" -> "least(max(" + column + "), now())";
            case "timestamp without time zone" -> "least(max(" + column + "), now()::timestamp + interval '14 hours')";
            case "date" -> "least(max(" + column + "), now()::date + 1)";
            case "numeric" -> "max(" + column + ") FILTER (WHERE " + column + " < 'NaN' AND " + column + "::text <> 'Infinity')";
            default -> "max(" + column + ")";
        };
    }

    @Override
    public String since(Settings settings, Column cursor, String value, List<Parameter> parameters) {
        return switch (cursor.field().type().kind()) {
            case DATE, TIMESTAMP, INSTANT -> {
                parameters.add(new Parameter(cursor, value));
                parameters.add(Parameter.of(settings.lookBack().toSeconds() + " seconds"));
                yield "CAST(? AS " + cursor.sqlType() + ") - CAST(? AS interval)";
            }
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> {
                BigDecimal from = new BigDecimal(value).subtract(BigDecimal.valueOf(settings.lookBackNumbers()));
                if (!cursor.plainType().equals("numeric")) {
                    int bits = switch (cursor.plainType()) {
                        case "smallint" -> 15;
                        case "integer" -> 31;
                        default -> 63;
                    };
                    from = from.max(new BigDecimal(BigInteger.TWO.pow(bits).negate()));
                }
                parameters.add(new Parameter(cursor, from.toPlainString()));
                yield "CAST(? AS " + cursor.plainType() + ")";
            }
        };
    }

    @Override
    public String compared(List<Column> columns, String operator, List<String> values, List<Parameter> parameters) {
        List<String> names = new ArrayList<>();
        List<String> casts = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            names.add(quote(columns.get(i).name()));
            casts.add("CAST(? AS " + columns.get(i).sqlType() + ")");
            parameters.add(new Parameter(columns.get(i), values.get(i)));
        }
        return "(" + String.join(", ", names) + ") " + operator + " (" + String.join(", ", casts) + ")";
    }

    /**
     * {@inheritDoc}
     *
     * <p>A row is settled if the transaction that wrote it had ended before the snapshot of the last read: then the read met it as it is now. That is
     * told by the row's own {@code xmin}, so it holds for rows that changed without their cursor column, too: those are what a comparison is for.
     * A view has no such thing; there the cursor column decides.
     */
    @Override
    public String settled(Session session, Table table, Place place, List<Parameter> parameters) throws SourceException, InterruptedException {
        if (table.stored()) {
            return reaches(session, place.seen()) ? older(place.seen(), parameters) : "false";
        }
        if (place.mark() == null) {
            throw new SourceException(Kind.DATA, table.told()
                    + " is a view or foreign table without a cursor column, so that rows from before the last read "
                    + "cannot be told from later ones; name its column in option 'cursor', or set compare_every = never.");
        }
        if (!place.over()) {
            return "true";
        }
        return compared(List.of(table.cursor()), "<=", List.of(place.mark()), parameters);
    }

    /** age() counts back from now in 32 bits; a snapshot so long ago that they do not reach settles nothing. */
    static boolean reaches(Session session, String seen) throws SourceException, InterruptedException {
        return "t".equals(session.ask("looking for what changed", "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric "
                + "- CAST(? AS numeric) < 2000000000", List.of(Parameter.of(seen))));
    }

    /** Whether a row was written by a transaction that had ended before that snapshot. */
    static String older(String seen, List<Parameter> parameters) {
        parameters.add(Parameter.of(seen));
        return "pg_catalog.age(xmin) > pg_catalog.age(CAST(CAST(CAST(? AS numeric) % 4294967296 AS text) AS xid))";
    }

    @Override
    public String summand(Column column) {
        String name = quote(column.name());
        return column.plainType().equals("numeric") ? "CASE WHEN " + name + "::text NOT IN ('NaN', 'Infinity', '-Infinity') THEN " + name + " END"
                : name + "::numeric";
    }

    /**
     * {@inheritDoc}
     *
     * <p>Rewriting a table (ALTER, CLUSTER, TRUNCATE) is not for snapshots: its manual says that the table looks empty to older ones. Then the file that
     * the snapshot's catalogue names is not the one that is there; and it can no more change once a statement has locked it.
     */
    @Override
    public void assure(Session session) throws SourceException, InterruptedException {
        String moved = session.ask("looking whether the tables stayed", """
                SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
                WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND c.relkind = 'r' AND c.relfilenode <> 0
                    AND c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid)""", List.of());
        if (moved != null) {
            throw new SourceException(Kind.TEMPORARY, "Table " + moved + " was altered, emptied or rewritten while the read began, so that what was "
                    + "there cannot be told any more; it is tried again.");
        }
    }

    @Override
    public Pieces pieces(Session session, Table table) throws SourceException, InterruptedException {
        return Pages.of(session, table, pages);
    }

    @Override
    public void join(Connection connection, String snapshot) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION SNAPSHOT '" + snapshot.replace("'", "''") + "'");
        }
    }
}
