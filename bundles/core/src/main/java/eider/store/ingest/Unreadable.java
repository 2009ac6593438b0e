package eider.store.ingest;

import eider.connector.SourceException;
import java.io.IOException;

/** A file's bytes are not what they should be; the message is a sentence for a person. Becomes a {@link SourceException} of kind {@code DATA}. */
class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(String message, Throwable cause) {
        super(message, cause);
    }

    Unreadable(String message) {
        this(message, null);
    }

    /** Bytes that are no characters of the charset they were read in. */
    static final class Malformed extends Unreadable {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }
}
