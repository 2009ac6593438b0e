package eider.sql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the server with one read-only transaction and its snapshot: everything that it is asked is answered from one moment. An interrupt
 * of the thread that asks ends the connection. Used by one thread.
 */
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Dialect dialect;
    private final Connection connection;
    private final Settings settings;
    private final Faults faults;

    private Session(Dialect dialect, Connection connection, Settings settings, Faults faults) {
        this.dialect = dialect;
        this.connection = connection;
        this.settings = settings;
        this.faults = faults;
    }

    /**
     * @param before whether this connection has reached its server before
     * @param snapshot of another session, which this one is to see; null for one of its own
     */
    static Session open(Dialect dialect, Settings settings, boolean before, String snapshot) throws SourceException, InterruptedException {
        Faults faults = dialect.faults(settings);
        refuseLinkLocal(settings);
        Connection connection;
        try {
            connection = dialect.connect(settings);
        } catch (SQLException e) {
            interrupted(e);
            throw faults.connecting(e, before);
        }
        Session session = new Session(dialect, connection, settings, faults);
        try {
            dialect.begin(connection);
            if (snapshot != null) {
                dialect.join(connection, snapshot);
            }
            return session;
        } catch (SQLException e) {
            session.close();
            interrupted(e);
            throw faults.of(e, "beginning to read at " + settings.server());
        }
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

    /** What a row of an answer is turned into. */
    public interface Reader {
        /** @return whether to go on with the next row */
        boolean row(ResultSet row) throws SQLException, SourceException, InterruptedException;
    }

    /** Asks for one text; null if it is empty, or there is no row. */
    public String ask(String doing, String sql, List<Parameter> parameters) throws SourceException, InterruptedException {
        String[] answer = new String[1];
        each(doing, sql, parameters, 1, row -> {
            answer[0] = row.getString(1);
            return false;
        });
        return answer[0];
    }

    /** The connection itself, for what only its driver can tell: not closed, and its transaction not ended. */
    public Connection connection() {
        return connection;
    }

    /** What a fault of that connection means. */
    public SourceException fault(SQLException e, String doing) throws InterruptedException {
        interrupted(e);
        return faults.of(e, doing);
    }

    /**
     * Asks, and hands on row by row; a few rows at a time are in memory.
     *
     * @param doing what it is for, as in "reading public.orders"
     * @param fetch how many rows at first
     */
    public void each(String doing, String sql, List<Parameter> parameters, int fetch, Reader reader) throws SourceException, InterruptedException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(fetch);
            for (int i = 0; i < parameters.size(); i++) {
                dialect.bind(statement, i + 1, parameters.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                hand(rows, reader, doing);
            }
        } catch (SQLException e) {
            try {
                interrupted(e);
            } catch (InterruptedException interrupted) {
                dialect.abandoned(settings, connection);
                throw interrupted;
            }
            throw faults.of(e, doing);
        }
    }

    private void hand(ResultSet rows, Reader reader, String doing) throws SQLException, SourceException, InterruptedException {
        boolean handed = false;
        try {
            while (rows.next() && reader.row(rows)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the thread was interrupted while " + doing);
                }
            }
            handed = true;
        } finally {
            if (!handed) {
                dialect.cut(connection);
            }
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
