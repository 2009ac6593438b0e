package eider.connector;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A column of a dataset.
 *
 * @param name lower_snake, at most 63 characters, not beginning with an underscore (those names are Eider's own)
 * @param type the type of its values
 * @param required whether a row without a value goes to quarantine instead of being loaded
 * @param description one sentence for the person who meets the column, not empty
 */
public record Field(String name, Type type, boolean required, String description) {
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public Field {
        Objects.requireNonNull(type, "type");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no field name: lower_snake with at most 63 characters, beginning with a letter");
        }
        if (description.isBlank()) {
            throw new IllegalArgumentException("field '" + name + "' lacks a description");
        }
    }

    /** A field that may be empty. */
    public static Field of(String name, Type type, String description) {
        return new Field(name, type, false, description);
    }

    /** A field that every row must have. */
    public static Field required(String name, Type type, String description) {
        return new Field(name, type, true, description);
    }
}
