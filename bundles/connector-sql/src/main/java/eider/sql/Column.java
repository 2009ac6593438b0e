package eider.sql;

import eider.connector.Field;
import eider.connector.Type;

/**
 * A column of a table.
 *
 * @param name as the database calls it
 * @param sqlType as the server writes it, such as {@code numeric(10,2)}
 * @param plainType the same without what stands in brackets
 * @param expression what is selected, so that its text is one that {@link Dialect#value} understands
 * @param nullable whether a row may be without a value here
 * @param lenient whether a value that the field cannot hold is left out and counted, instead of its row being rejected
 */
public record Column(String name, String sqlType, String plainType, String expression, boolean nullable, Field field, boolean lenient) {

    /** Whether sums of it can be told: exact numbers. */
    boolean sums() {
        return field.type().kind() == Type.Kind.INTEGER || field.type().kind() == Type.Kind.DECIMAL;
    }
}
