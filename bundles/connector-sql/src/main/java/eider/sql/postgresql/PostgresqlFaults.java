package eider.sql.postgresql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.Faults;
import eider.sql.Settings;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

/** By the codes of PostgreSQL's manual, appendix A. */
final class PostgresqlFaults extends Faults {

    PostgresqlFaults(Settings settings) {
        super(settings);
    }

    @Override
    public SourceException connecting(SQLException e, boolean before) {
        boolean rejected = "08004".equals(e.getSQLState());
        if (rejected && settings().tls() == Settings.Tls.NONE) {
            // What the driver itself finds wrong with signing in, such as an empty password where one is asked for.
            return refused(e);
        }
        // A name that is not the certificate's comes as a failed connection, but without one having failed below it.
        boolean unverified = settings().tls() == Settings.Tls.VERIFY && "08006".equals(e.getSQLState()) && e.getCause() == null;
        if (has(e, SSLException.class) || rejected || unverified) {
            return unprotected(e);
        }
        SourceException unreached = unreached(e, before);
        if (unreached != null) {
            return unreached;
        }
        if ("3D000".equals(e.getSQLState())) {
            return noDatabase(e);
        }
        if (e.getSQLState() != null && e.getSQLState().startsWith("28")) {
            return refused(e);
        }
        return of(e, "connecting to " + settings().server());
    }

    private SourceException refused(SQLException e) {
        return told(Kind.AUTH, "The server " + settings().server() + " refused user '" + settings().user() + "' (" + words(e)
                + "). Check the options 'user' and 'password', and with \"pg_hba.conf\" in the words before also 'tls'.", e);
    }

    @Override
    public SourceException of(SQLException e, String doing) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = "The database failed while " + doing + " (" + words(e) + ").";
        return switch (state) {
            case "57014" -> told(Kind.TEMPORARY, "The server ended the statement while " + doing + " (" + words(e)
                    + "); it goes on at the next sync.", e);
            case "42501" -> told(Kind.AUTH, "User '" + settings().user() + "' may not do this while " + doing + " (" + words(e)
                    + "). Let the database's owner "
                    + "GRANT USAGE on the schema and SELECT on the table, or leave it out by a ! in option 'tables'.", e);
            case "42P01", "42703", "42804", "42883" -> told(Kind.DATA, "The table is not what it was a moment ago while " + doing + " (" + words(e)
                    + "). Start the sync again: it looks anew at what there is.", e);
            case "XX001", "XX002" -> told(Kind.DATA, said + " The server says that its own files are damaged.", e);
            case "25006", "0A000", "42601" -> told(Kind.BUG, said + " Eider asked what it must not ask.", e);
            default -> switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                case "22" -> told(Kind.DATA, said + " It is a value or the expression of a view that fails; find the row in the database.", e);
                case "42" -> told(Kind.BUG, said + " Eider asked what the server does not understand.", e);
                case "53" -> told(Kind.TEMPORARY, said + " The server lacks memory, disk or connections.", e);
                default -> told(Kind.TEMPORARY, said + " It is tried again later.", e);
            };
        };
    }
}
