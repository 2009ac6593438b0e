package eider.sql.mysql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.Faults;
import eider.sql.Settings;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

/** By the numbers of the servers' error messages; where MySQL and MariaDB have numbers of their own, by both. */
final class MysqlFaults extends Faults {
    /** What the driver finds wrong by itself, with or without a broken connection below it. */
    private static final String CONNECTION = "08000";

    MysqlFaults(Settings settings) {
        super(settings);
    }

    @Override
    public SourceException connecting(SQLException e, boolean before) {
        SourceException unreached = unreached(e, before);
        if (unreached != null) {
            return unreached;
        }
        if (has(e, ConnectException.class) || has(e, SocketTimeoutException.class)) {
            return unanswered(e, before);
        }
        boolean withoutTls = settings().tls() != Settings.Tls.NONE && CONNECTION.equals(e.getSQLState()) && e.getCause() == null;
        if (has(e, SSLException.class) || has(e, CertificateException.class) || withoutTls) {
            return unprotected(e);
        }
        return switch (e.getErrorCode()) {
            case 1049 -> noDatabase(e);
            // A user who has no right to a database is not told whether there is one.
            case 1044 -> told(Kind.CONFIG, "Option 'database': " + settings().server() + " has no database '" + settings().database()
                    + "' that user '" + settings().user() + "' may read (" + heard(e) + ").", e);
            case 3159 -> unprotected(e);
            case 1045, 1129, 1130, 1251, 1396, 1524, 1698, 1820, 1862, 3118, 4151 -> refused(e);
            default -> e.getSQLState() != null && e.getSQLState().startsWith("28") ? refused(e) : of(e, "connecting to " + settings().server());
        };
    }

    private SourceException unanswered(SQLException e, boolean before) {
        return before ? told(Kind.TEMPORARY, "Nothing answers at " + settings().server() + " at the moment.", e)
                : told(Kind.CONFIG, "Nothing answers at " + settings().server()
                        + " as a MySQL or MariaDB server does. Check the options 'host' and 'port', and whether the server runs and lets this "
                        + "machine in.", e);
    }

    private SourceException refused(SQLException e) {
        return told(Kind.AUTH, "The server " + settings().server() + " refused user '" + settings().user() + "' (" + heard(e)
                + "). Check the options 'user' and 'password', whether the password has expired, and whether the user may come from this machine"
                + (settings().tls() == Settings.Tls.NONE ? " and without TLS (option 'tls')." : "."), e);
    }

    @Override
    public SourceException of(SQLException e, String doing) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = "The database failed while " + doing + " (" + heard(e) + ").";
        return switch (e.getErrorCode()) {
            case 1317, 1969, 3024 -> told(Kind.TEMPORARY, "The server ended the statement while " + doing + " (" + heard(e)
                    + "); it goes on at the next sync.", e);
            case 1044, 1142, 1143, 1227, 1370 -> told(Kind.AUTH, "User '" + settings().user() + "' may not do this while " + doing + " (" + heard(e)
                    + "). Let the database's owner GRANT SELECT on the table, or leave it out by a ! in option 'tables'.", e);
            case 1051, 1054, 1146, 1932 -> told(Kind.DATA, "The table is not what it was a moment ago while " + doing + " (" + heard(e)
                    + "). Start the sync again: it looks anew at what there is.", e);
            // The snapshot knows the table as it was, and the server does not any more: a new snapshot sees it as it is.
            case 1412 -> told(Kind.TEMPORARY, said + " The table was altered meanwhile; it is looked at anew.", e);
            case 1356, 1449 -> told(Kind.DATA, said + " The view itself is broken: its owner has to mend it.", e);
            case 126, 127, 144, 145, 1034, 1035, 1194, 1195, 1712 -> told(Kind.DATA, said + " The server says that its own files are damaged.", e);
            case 3, 28, 1021, 1023, 1026, 1037, 1038, 1040, 1041, 1114, 1135, 1203, 1226 ->
                told(Kind.TEMPORARY, said + " The server lacks memory, disk or connections.", e);
            case 1820, 1862 -> refused(e);
            case 1064, 1149, 1792 -> told(Kind.BUG, said + " Eider asked what it must not ask.", e);
            default -> switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                case "21", "22" -> told(Kind.DATA, said + " It is a value or the expression of a view that fails; find the row in the database.", e);
                case "42" -> told(Kind.BUG, said + " Eider asked what the server does not understand.", e);
                default -> told(Kind.TEMPORARY, said + " It is tried again later.", e);
            };
        };
    }

    /** What the server said, without the number by which the driver calls the connection. */
    private static String heard(SQLException e) {
        String words = words(e);
        return words.startsWith("(conn=") ? words.substring(words.indexOf(')') + 1).strip() : words;
    }
}
