package eider.sql;

/**
 * A value that a statement is given beside its text.
 *
 * @param column whose value it is, by which a driver may want to be told its type; null for others
 */
public record Parameter(Column column, String text) {

    public static Parameter of(String text) {
        return new Parameter(null, text);
    }
}
