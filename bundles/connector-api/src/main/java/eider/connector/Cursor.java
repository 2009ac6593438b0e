package eider.connector;

import java.util.Objects;

/**
 * How far a dataset was read: opaque text that only its source understands, and that holds no secret.
 *
 * @param text at most 16 MiB; the empty text stands for "nothing read yet"
 */
public record Cursor(String text) {
    /** Nothing was read yet. */
    public static final Cursor NONE = new Cursor("");

    public Cursor {
        Objects.requireNonNull(text, "text");
    }

    public boolean isNone() {
        return text.isEmpty();
    }
}
