package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Options;
import eider.sql.Column;
import eider.sql.Dialect;
import eider.sql.Faults;
import eider.sql.Misfit;
import eider.sql.Parameter;
import eider.sql.Place;
import eider.sql.Relation;
import eider.sql.Session;
import eider.sql.Settings;
import eider.sql.Table;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever server a driver is for: by what JDBC's metadata tell of it and SQL that all understand. It is made for one call of a source, and learns
 * from the first connection how names are written there.
 */
final class DriverDialect implements Dialect {
    private static final Logger LOG = LoggerFactory.getLogger(DriverDialect.class);
    /** The farthest a clock on a wall is ahead of UTC. */
    private static final Duration EAST = Duration.ofHours(14);

    private final DriverFile file;
    private final Description description;
    private final InstantSource clock;
    private volatile Naming naming;

    /** @throws SourceException of kind CONFIG if the file says something wrong */
    DriverDialect(DriverFile file, InstantSource clock) throws SourceException {
        this.file = file;
        this.description = file.description();
        this.clock = clock;
    }

    @Override
    public int port() {
        return description.port();
    }

    @Override
    public Map<String, Property> properties() {
        return description.allowed().stream().collect(Collectors.toMap(name -> name, name -> Property.TEXT));
    }

    Naming naming() {
        if (naming == null) {
            throw new IllegalStateException("nothing is known of the server before a connection");
        }
        return naming;
    }

    @Override
    public String schema(Settings settings) {
        return naming().place();
    }

    @Override
    public Connection connect(Settings settings) throws SQLException, SourceException {
        protect(settings);
        String address = description.address().of(settings.host(), settings.port(), settings.database());
        Properties told = description.told(settings.user(), settings.password(), settings.properties());
        LoadedDriver loaded = null;
        DriverThread thread = null;
        Connection connection = null;
        try {
            loaded = file.borrow();
            thread = new DriverThread(description.name(), loaded.loader());
            LoadedDriver used = loaded;
            Connection real = thread.answer(thread.begin(() -> opened(used, settings, address, told)),
                    Duration.ofSeconds(description.connectSeconds()));
            connection = DriverConnection.of(real, thread, loaded);
            return connection;
        } catch (InterruptedException e) {
            throw DriverConnection.interrupted(e);
        } finally {
            if (connection == null) {
                if (thread != null) {
                    thread.close();
                }
                if (loaded != null) {
                    loaded.giveBack();
                }
            }
        }
    }

    /** How a connection is protected is in the hands of the driver's file; a connection that asks for more is refused, not left in the clear. */
    private void protect(Settings settings) throws SourceException {
        if (settings.tls().ordinal() < description.tls().ordinal()) {
            throw Options.wrong("tls", "driver '" + description.name() + "' protects its connections as far as '" + word(description.tls())
                    + "', says " + Description.file(description.name()) + "; write its url or properties so that they do more and say so there, or "
                    + "set tls = "
                    + word(description.tls()) + ".");
        }
        if (settings.authority() != null) {
            throw Options.wrong("certificate_authority", "the certificates of driver '" + description.name() + "' are named in its own file, "
                    + Description.file(description.name()) + ".");
        }
    }

    private static String word(Settings.Tls tls) {
        return switch (tls) {
            case VERIFY -> "verify";
            case UNVERIFIED -> "unverified";
            case NONE -> "none";
        };
    }

    /** On the driver's thread. */
    private Connection opened(LoadedDriver loaded, Settings settings, String address, Properties told) throws SQLException, SourceException {
        Connection connection = loaded.driver().connect(address, told);
        if (connection == null) {
            throw description.wrong("url", description.driver() + " does not take an address such as " + description.address().template() + ".");
        }
        boolean begun = false;
        try {
            naming = Naming.of(connection, settings.schema());
            begin(connection, connection.getMetaData());
            begun = true;
            return connection;
        } finally {
            if (!begun) {
                connection.close();
            }
        }
    }

    private void begin(Connection connection, DatabaseMetaData server) throws SQLException, SourceException {
        try {
            connection.setReadOnly(true);
        } catch (SQLFeatureNotSupportedException e) {
            LOG.debug("driver {} cannot ask its server to only read", description.name(), e);
        }
        if (description.isolation() != Connection.TRANSACTION_NONE) {
            set("snapshot", "the isolation", () -> connection.setTransactionIsolation(description.isolation()));
        }
        if (server.supportsTransactions()) {
            connection.setAutoCommit(false);
        }
        for (String sql : description.readOnly()) {
            try (Statement statement = connection.createStatement()) {
                set("read_only", "'" + sql + "'", () -> statement.execute(sql));
            }
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    private void set(String option, String what, Step step) throws SQLException, SourceException {
        try {
            step.run();
        } catch (SQLException e) {
            if (DriverFaults.away(e)) {
                throw e;
            }
            SourceException wrong = description.wrong(option, "the server refused " + what + " (" + DriverFaults.said(e) + ").");
            throw new SourceException(wrong.kind(), wrong.getMessage(), e);
        }
    }

    /** All is done while it connects, where more can be told of what is wrong. */
    /** Its own thread does so when the session closes. */
    @Override
    public void cut(Connection connection) {
    }

    @Override
    public void begin(Connection connection) {
        LOG.debug("driver {} has connected", description.name());
    }

    @Override
    public Faults faults(Settings settings) {
        return new DriverFaults(settings, description.name());
    }

    @Override
    public List<Relation> relations(Settings settings, Session session) throws SourceException, InterruptedException {
        return relations(settings, session, name -> true);
    }

    @Override
    public List<Relation> relations(Settings settings, Session session, Predicate<String> wanted) throws SourceException, InterruptedException {
        try {
            return DriverConnection.asked(session.connection()).ask(connection -> Relations.of(settings, naming(), connection, wanted));
        } catch (SQLException e) {
            throw session.fault(e, "looking at the tables");
        }
    }

    @Override
    public Relation query(Settings settings, Session session, String name, String sql) throws SourceException, InterruptedException {
        try {
            return DriverConnection.asked(session.connection()).ask(connection -> Relations.query(settings, naming(), connection, name, sql));
        } catch (SQLException e) {
            SourceException fault = session.fault(e, "looking at the query '" + name + "'");
            throw e.getSQLState() != null && e.getSQLState().startsWith("42")
                    ? Options.wrong("queries", "the server does not understand the file queries/" + name + ".sql (" + DriverFaults.said(e) + ").")
                    : fault;
        }
    }

    @Override
    public String quoted(String name) {
        return naming().quoted(name);
    }

    @Override
    public Object value(Column column, String text) throws Misfit {
        return How.value(column, text);
    }

    private static How how(Column column) {
        return How.valueOf(column.plainType());
    }

    @Override
    public void bind(PreparedStatement statement, int at, Parameter parameter) {
        How how = parameter.column() == null ? How.TEXT : how(parameter.column());
        ((DriverConnection.Bound) statement).bind(at, how, parameter.text());
    }

    /** Of this machine: SQL has no word for it that all servers know. */
    @Override
    public String moment(Session session) {
        return clock.instant().toString();
    }

    @Override
    public String seen(Session session) {
        return "";
    }

    @Override
    public String latest(Column cursor) {
        return "max(" + quoted(cursor.name()) + ")";
    }

    /** By the clock of this machine, with room for zones where a time has none. */
    @Override
    public String latest(Column cursor, String greatest) {
        Instant now = clock.instant();
        return switch (how(cursor)) {
            case DATE -> {
                LocalDate tomorrow = LocalDate.ofInstant(now.plus(EAST), ZoneOffset.UTC);
                yield LocalDate.parse(greatest).isAfter(tomorrow) ? tomorrow.toString() : greatest;
            }
            case TIMESTAMP -> earlier(greatest, now.plus(EAST));
            case INSTANT -> earlier(greatest, now);
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, REAL, DOUBLE, BYTES, UUID, TEXT -> greatest;
        };
    }

    private static String earlier(String greatest, Instant now) {
        LocalDateTime most = LocalDateTime.ofInstant(now, ZoneOffset.UTC);
        return How.read(greatest).isAfter(most) ? How.written(most) : greatest;
    }

    /** Reckoned here: no two servers write it alike. */
    @Override
    public String since(Settings settings, Column cursor, String value, List<Parameter> parameters) {
        How how = how(cursor);
        String from = switch (how) {
            case DATE -> LocalDate.parse(value).minusDays(settings.lookBack().plusDays(1).minusNanos(1).toDays()).toString();
            case TIMESTAMP, INSTANT -> How.written(How.read(value).minus(settings.lookBack()));
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, REAL, DOUBLE, BYTES, UUID, TEXT -> {
                BigDecimal least = new BigDecimal(value).subtract(BigDecimal.valueOf(settings.lookBackNumbers()));
                yield (how.least() == null ? least : least.max(how.least())).toPlainString();
            }
        };
        parameters.add(new Parameter(cursor, from));
        return "?";
    }

    /** {@code a >= ? AND (a > ? OR (a = ? AND b >= ?))}: the first part is there for an index. */
    @Override
    public String compared(List<Column> columns, String operator, List<String> values, List<Parameter> parameters) {
        if (columns.size() == 1) {
            parameters.add(new Parameter(columns.getFirst(), values.getFirst()));
            return quoted(columns.getFirst().name()) + " " + operator + " ?";
        }
        String strictly = operator.substring(0, 1);
        StringBuilder sql = new StringBuilder(quoted(columns.getFirst().name())).append(' ').append(operator).append(" ? AND ");
        parameters.add(new Parameter(columns.getFirst(), values.getFirst()));
        int last = columns.size() - 1;
        for (int i = 0; i < last; i++) {
            String name = quoted(columns.get(i).name());
            sql.append('(').append(name).append(' ').append(strictly).append(" ? OR (").append(name).append(" = ? AND ");
            parameters.add(new Parameter(columns.get(i), values.get(i)));
            parameters.add(new Parameter(columns.get(i), values.get(i)));
        }
        sql.append(quoted(columns.get(last).name())).append(' ').append(operator).append(" ?").append("))".repeat(last));
        parameters.add(new Parameter(columns.get(last), values.get(last)));
        return "(" + sql + ")";
    }

    @Override
    public String settled(Session session, Table table, Place place, List<Parameter> parameters) throws SourceException {
        if (place.mark() == null) {
            throw new SourceException(Kind.DATA, table.told() + " has no cursor column, and its server does not tell rows from before the last read "
                    + "from "
                    + "later ones; name its column in option 'cursor', or set compare_every = never.");
        }
        return place.over() ? compared(List.of(table.cursor()), "<=", List.of(place.mark()), parameters) : "1 = 1";
    }

    /** Wide enough that a sum does not run over, and no wider than all servers know. */
    @Override
    public String summand(Column column) {
        return how(column) == How.DECIMAL ? quoted(column.name()) : "CAST(" + quoted(column.name()) + " AS DECIMAL(31, 0))";
    }
}
