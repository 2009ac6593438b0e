package eider.sql;

import eider.connector.Type;
import java.util.List;

/**
 * A table, view or query as the server describes it.
 *
 * @param what it is, for people: {@code table}, {@code view} …
 * @param stored whether its rows lie in the database itself: no view, no query and no foreign table
 * @param comment what its owner says of it; null or empty if nothing
 * @param sql what stands behind FROM
 * @param key the columns that identify a row, in the order of their index; empty if the server knows none
 */
public record Relation(String name, String what, boolean stored, String comment, String sql, List<Described> columns, List<String> key) {
    public Relation {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /**
     * A column of it.
     *
     * @param sqlType as the server writes it, such as {@code numeric(10,2)}
     * @param plainType the same without what stands in brackets
     * @param expression what is selected, so that its text is one that {@link Dialect#value} understands
     * @param nullable whether a row may be without a value here
     * @param growing whether it may be a cursor column: a time, a day or a number
     * @param type of its field
     * @param lenient whether a value that the field cannot hold is left out and counted, instead of its row being rejected
     */
    public record Described(String name, String sqlType, String plainType, String expression, boolean nullable, boolean growing, Type type,
            String comment, boolean lenient) {

        public Described(String name, String sqlType, String plainType, String expression, boolean nullable, boolean growing, Type type,
                String comment) {
            this(name, sqlType, plainType, expression, nullable, growing, type, comment, false);
        }
    }
}
