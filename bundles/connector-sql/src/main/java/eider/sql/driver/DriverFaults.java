package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.Faults;
import eider.sql.Settings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTransientException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** By the classes of SQLState and the types of exceptions, as far as drivers keep to either. */
final class DriverFaults extends Faults {
    private final String driver;

    DriverFaults(Settings settings, String driver) {
        super(settings);
        this.driver = driver;
    }

    static String said(SQLException e) {
        return words(e);
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState().toUpperCase(Locale.ROOT);
    }

    /** Whether it is the connection that failed, and not what was asked. */
    static boolean away(SQLException e) {
        return state(e).startsWith("08") || e instanceof SQLRecoverableException || e instanceof SQLTransientException || has(e, IOException.class);
    }

    private static boolean refused(SQLException e) {
        return state(e).startsWith("28") || e instanceof SQLInvalidAuthorizationSpecException;
    }

    /** What is unknown is not tried again and again: some servers lock a user who is refused too often. */
    @Override
    public SourceException connecting(SQLException e, boolean before) {
        if (refused(e)) {
            return refusal(e);
        }
        if (has(e, SSLException.class)) {
            return told(Kind.CONFIG, "There is no protected connection to " + settings().server() + " (" + words(e)
                    + "). How it is protected is said in "
                    + Description.file(driver) + ", options 'url' and 'properties'.", e);
        }
        SourceException unreached = has(e, ConnectException.class) && !has(e, UnknownHostException.class)
                ? unreached(new SQLException(e.getMessage(), "08001", e), before) : unreached(e, before);
        if (unreached != null) {
            return unreached;
        }
        if (state(e).startsWith("3D")) {
            return noDatabase(e);
        }
        if (away(e) || before && e instanceof SQLNonTransientConnectionException) {
            return of(e, "connecting to " + settings().server());
        }
        return told(Kind.CONFIG, "The server " + settings().server() + " or its driver did not take the connection (" + words(e)
                + "). Check the options 'database', 'user' and 'password', and what " + Description.file(driver) + " says.", e);
    }

    private SourceException refusal(SQLException e) {
        return told(Kind.AUTH, "The server " + settings().server() + " refused user '" + settings().user() + "' (" + words(e)
                + "). Check the options 'user' and 'password'.", e);
    }

    @Override
    public SourceException of(SQLException e, String doing) {
        String said = "The database failed while " + doing + " (" + words(e) + ").";
        if (refused(e)) {
            return refusal(e);
        }
        if (away(e)) {
            return told(Kind.TEMPORARY, said + " It is tried again later.", e);
        }
        if (e instanceof SQLFeatureNotSupportedException || state(e).startsWith("0A")) {
            return told(Kind.BUG, said + " Driver '" + driver + "' cannot do what Eider asks of every driver.", e);
        }
        if (state(e).equals("42501")) {
            return told(Kind.AUTH, said + " User '" + settings().user() + "' lacks the right to it, or it is not there any more; leave its table "
                    + "out by a ! in "
                    + "option 'tables' if that is meant so.", e);
        }
        if (state(e).startsWith("42") || e instanceof SQLSyntaxErrorException) {
            return told(Kind.DATA, said + " The table is not what it was a moment ago, or user '" + settings().user()
                    + "' may not read it. Start the sync again: it looks anew at what there is.", e);
        }
        if (state(e).startsWith("22") || e instanceof SQLDataException) {
            return told(Kind.DATA, said + " It is a value or the expression of a view that fails; find the row in the database.", e);
        }
        if (state(e).startsWith("25")) {
            return told(Kind.DATA, said + " Reading it would write, and the server was asked to let nothing be written.", e);
        }
        return told(Kind.TEMPORARY, said + " It is tried again later.", e);
    }
}
