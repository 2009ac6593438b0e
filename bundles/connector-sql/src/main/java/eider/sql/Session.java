package eider.sql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.osgi.framework.BundleReference;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the server with one read-only transaction and its snapshot: everything that it is asked is answered from one moment. An interrupt
 * of the thread that asks ends the connection ({@link Sockets}); the server ends its work within a second of noticing.
 */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    /** How the server writes values, and that it looks whether we are still there. What a server does not know is left out. */
    private static final String SET_UP = "SELECT set_config(name, wanted, false) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO, YMD'), "
            + "('IntervalStyle', 'iso_8601'), ('bytea_output', 'hex'), ('extra_float_digits', '1'), ('lc_monetary', 'C'), ('xmloption', 'content'), "
            + "('standard_conforming_strings', 'on')) AS w(name, wanted)";
    private static final String LOOK_AFTER_US = "SELECT set_config('client_connection_check_interval', '1000', false) "
            + "WHERE current_setting('client_connection_check_interval', true) IS NOT NULL";

    private final Connection connection;
    private final Faults faults;

    private Session(Connection connection, Faults faults) {
        this.connection = connection;
        this.faults = faults;
    }

    /** @param before whether this connection has reached its server before */
    static Session open(Settings settings, boolean before) throws SourceException, InterruptedException {
        Faults faults = new Faults(settings);
        refuseLinkLocal(settings);
        Connection connection;
        try {
            String database = URLEncoder.encode(settings.database(), StandardCharsets.UTF_8).replace("+", "%20");
            connection = driver().connect("jdbc:postgresql://" + settings.server() + "/" + database, settings.driver());
        } catch (SQLException e) {
            interrupted(e);
            throw faults.connecting(e, before);
        }
        Session session = new Session(connection, faults);
        try {
            session.begin();
            return session;
        } catch (SQLException e) {
            session.close();
            interrupted(e);
            throw faults.of(e, "beginning to read at " + settings.server());
        }
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

    /** Addresses at which clouds tell machines their keys; nobody's database is there. */
    private static void refuseLinkLocal(Settings settings) throws SourceException {
        try {
            for (InetAddress address : InetAddress.getAllByName(settings.host())) {
                if (address.isLinkLocalAddress() || address.isAnyLocalAddress() || address.isMulticastAddress()) {
                    throw new SourceException(Kind.CONFIG, "Option 'host': '" + settings.host() + "' leads to " + address.getHostAddress()
                            + ", where no database is asked.");
                }
            }
        } catch (UnknownHostException e) {
            LOG.debug("{} is not resolved; connecting tells so.", settings.host());
        }
    }

    private void begin() throws SQLException {
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

    /** What a row of an answer is turned into. */
    interface Reader {
        /** @return whether to go on with the next row */
        boolean row(ResultSet row) throws SQLException, SourceException, InterruptedException;
    }

    /**
     * Asks, and hands on row by row; a few rows at a time are in memory.
     *
     * @param doing what it is for, as in "reading public.orders"
     * @param fetch how many rows at first
     */
    void each(String doing, String sql, List<String> parameters, int fetch, Reader reader) throws SourceException, InterruptedException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(fetch);
            for (int i = 0; i < parameters.size(); i++) {
                statement.setString(i + 1, parameters.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && reader.row(rows)) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException("the thread was interrupted while " + doing);
                    }
                }
            }
        } catch (SQLException e) {
            interrupted(e);
            throw faults.of(e, doing);
        }
    }

    /** A connection that an interrupt closed says nothing of it but that it is closed. */
    private static void interrupted(SQLException e) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("the thread was interrupted while it waited for the database");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // The server notices by itself; what was read counts by its own checkpoints.
            LOG.debug("A connection was not closed in order: {}", e.getMessage());
        }
    }
}
