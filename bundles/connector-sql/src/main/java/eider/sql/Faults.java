package eider.sql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

/** What the faults of a connection mean: by the codes of PostgreSQL's manual, appendix A, never by the words of a message. */
final class Faults {
    private final Settings settings;

    Faults(Settings settings) {
        this.settings = settings;
    }

    /** @param before whether this connection has reached its server before, so that silence is no wrong address */
    SourceException connecting(SQLException e, boolean before) {
        if (has(e, UnknownHostException.class) || has(e, UnresolvedAddressException.class)) {
            return before ? told(Kind.TEMPORARY, "The name '" + settings.host() + "' cannot be resolved at the moment.", e)
                    : told(Kind.CONFIG, "Option 'host': the name '" + settings.host() + "' is not known here; check its spelling.", e);
        }
        boolean rejected = "08004".equals(e.getSQLState());
        if (rejected && settings.tls() == Settings.Tls.NONE) {
            // What the driver itself finds wrong with signing in, such as an empty password where one is asked for.
            return refused(e);
        }
        // A name that is not the certificate's comes as a failed connection, but without one having failed below it.
        boolean unverified = settings.tls() == Settings.Tls.VERIFY && "08006".equals(e.getSQLState()) && e.getCause() == null;
        if (has(e, SSLException.class) || rejected || unverified) {
            return told(Kind.CONFIG, "Option 'tls': there is no protected connection to " + settings.server() + " (" + words(e)
                    + ")" + (settings.password().isEmpty() ? ", or it failed because option 'password' is empty" : "")
                    + ". For a certificate of your own house name its authority in option 'certificate_authority'; for a server without TLS, on a "
                    + "network that you trust, set tls = none.", e);
        }
        if ("08001".equals(e.getSQLState()) || has(e, NoRouteToHostException.class)) {
            return before ? told(Kind.TEMPORARY, "Nothing answers at " + settings.server() + " at the moment.", e)
                    : told(Kind.CONFIG, "Nothing answers at " + settings.server()
                            + ". Check the options 'host' and 'port', and whether the server runs "
                    + "and lets this machine in.", e);
        }
        if ("3D000".equals(e.getSQLState())) {
            return told(Kind.CONFIG, "Option 'database': " + settings.server() + " has no database '" + settings.database() + "'.", e);
        }
        if (e.getSQLState() != null && e.getSQLState().startsWith("28")) {
            return refused(e);
        }
        return of(e, "connecting to " + settings.server());
    }

    private SourceException refused(SQLException e) {
        return told(Kind.AUTH, "The server " + settings.server() + " refused user '" + settings.user() + "' (" + words(e)
                + "). Check the options 'user' and 'password', and with \"pg_hba.conf\" in the words before also 'tls'.", e);
    }

    /** @param doing what failed, as in "reading public.orders" */
    SourceException of(SQLException e, String doing) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = "The database failed while " + doing + " (" + words(e) + ").";
        return switch (state) {
            case "57014" -> told(Kind.TEMPORARY, "The server ended the statement while " + doing + " (" + words(e)
                    + "); it goes on at the next sync.", e);
            case "42501" -> told(Kind.AUTH, "User '" + settings.user() + "' may not do this while " + doing + " (" + words(e)
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

    private static boolean has(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** What the server or driver said, on one line. */
    private static String words(SQLException e) {
        String words = String.valueOf(e.getMessage());
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof SSLException || cause instanceof java.security.GeneralSecurityException) {
            words += " " + cause.getMessage();
        }
        StringBuilder line = new StringBuilder();
        words.strip().codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        String told = line.length() > 500 ? line.substring(0, 500) + "…" : line.toString();
        return told.endsWith(".") ? told.substring(0, told.length() - 1) : told;
    }

    /** A server that says the password again, to whom ever, is not repeated, nor is its exception kept. */
    private SourceException told(Kind kind, String message, SQLException e) {
        String secret = settings.password();
        if (secret.isEmpty()) {
            return new SourceException(kind, message, e);
        }
        boolean shown = false;
        for (Throwable cause = e; cause != null && !shown; cause = cause.getCause()) {
            shown = String.valueOf(cause.getMessage()).contains(secret);
        }
        return new SourceException(kind, message.replace(secret, "…"), shown ? null : e);
    }
}
