package eider.connector;

import java.time.Duration;
import java.util.Objects;

/**
 * A read or discovery that failed, told for the person who must act: what happened, and what to do. Never holds a secret.
 *
 * <p>The kind is chosen by what should happen next.
 */
public class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What should happen next. */
    public enum Kind {
        /** The operator changes an option; the message names it. */
        CONFIG,
        /** The operator renews or widens the credentials. */
        AUTH,
        /** Wait for {@link SourceException#retryAfter()}, then go on. */
        RATE_LIMIT,
        /** Try again later: the network, a server that is down. */
        TEMPORARY,
        /** What came cannot be understood: somebody looks at the data. */
        DATA,
        /** The connector is at fault: somebody reports it. */
        BUG
    }

    private final Kind kind;
    private final Duration retryAfter;

    public SourceException(Kind kind, String message) {
        this(kind, message, null);
    }

    public SourceException(Kind kind, String message, Throwable cause) {
        this(kind, message, Duration.ZERO, cause);
    }

    private SourceException(Kind kind, String message, Duration retryAfter, Throwable cause) {
        super(Objects.requireNonNull(message, "message"), cause);
        this.kind = Objects.requireNonNull(kind, "kind");
        this.retryAfter = retryAfter;
    }

    public static SourceException rateLimit(String message, Duration retryAfter) {
        return new SourceException(Kind.RATE_LIMIT, message, retryAfter, null);
    }

    public Kind kind() {
        return kind;
    }

    /** How long to wait before the next try; zero where the other side did not say. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
