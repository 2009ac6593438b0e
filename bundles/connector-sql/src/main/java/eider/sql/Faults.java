package eider.sql;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

/** What the faults of a connection mean: by the codes of the server's manual, never by the words of a message. */
public abstract class Faults {
    private final Settings settings;

    protected Faults(Settings settings) {
        this.settings = settings;
    }

    /** @param before whether this connection has reached its server before, so that silence is no wrong address */
    public abstract SourceException connecting(SQLException e, boolean before);

    /** @param doing what failed, as in "reading public.orders" */
    public abstract SourceException of(SQLException e, String doing);

    protected final Settings settings() {
        return settings;
    }

    /** If the name of the server is not known, or nothing answers there; null if it is neither. */
    protected final SourceException unreached(SQLException e, boolean before) {
        if (has(e, UnknownHostException.class) || has(e, UnresolvedAddressException.class)) {
            return before ? told(Kind.TEMPORARY, "The name '" + settings.host() + "' cannot be resolved at the moment.", e)
                    : told(Kind.CONFIG, "Option 'host': the name '" + settings.host() + "' is not known here; check its spelling.", e);
        }
        if ("08001".equals(e.getSQLState()) || has(e, NoRouteToHostException.class)) {
            return before ? told(Kind.TEMPORARY, "Nothing answers at " + settings.server() + " at the moment.", e)
                    : told(Kind.CONFIG, "Nothing answers at " + settings.server()
                            + ". Check the options 'host' and 'port', and whether the server runs and lets this machine in.", e);
        }
        return null;
    }

    /** A connection that cannot be protected as option {@code tls} asks. */
    protected final SourceException unprotected(SQLException e) {
        return told(Kind.CONFIG, "Option 'tls': there is no protected connection to " + settings.server() + " (" + words(e) + ")"
                + (settings.password().isEmpty() ? ", or it failed because option 'password' is empty" : "")
                + ". For a certificate of your own house name its authority in option 'certificate_authority'; for a server without TLS, on a "
                + "network that you trust, set tls = none.", e);
    }

    protected final SourceException noDatabase(SQLException e) {
        return told(Kind.CONFIG, "Option 'database': " + settings.server() + " has no database '" + settings.database() + "'.", e);
    }

    protected static boolean has(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** What the server or driver said, on one line. */
    protected static String words(SQLException e) {
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
    protected final SourceException told(Kind kind, String message, SQLException e) {
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
