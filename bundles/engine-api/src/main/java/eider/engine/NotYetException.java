package eider.engine;

import java.time.Instant;
import java.util.Objects;

/** A connection rests, after failures or because its other side asked for it; the message says why. */
public class NotYetException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final Instant until;

    public NotYetException(String message, Instant until) {
        super(message);
        this.until = Objects.requireNonNull(until, "until");
    }

    /** When it makes sense to ask again. */
    public Instant until() {
        return until;
    }
}
