package eider.sql;

import eider.connector.Dataset;
import java.util.ArrayList;
import java.util.List;

/**
 * A table or view as it was found.
 *
 * @param stored whether its rows lie in the database itself: no view and no foreign table
 * @param key the columns that identify a row, in the order of their index; empty if there are none
 * @param cursor the column that grows with each change of a row, or null
 */
record Table(String schema, String name, boolean stored, List<Column> columns, List<Column> key, Column cursor, Dataset dataset) {

    /** As SQL writes it. */
    String sql() {
        return quoted(schema) + "." + quoted(name);
    }

    /** As people write it. */
    String told() {
        return schema + "." + name;
    }

    /** The columns by which it is read in order: the cursor, if there is one, before the key. */
    List<Column> order() {
        if (cursor == null) {
            return key;
        }
        List<Column> order = new ArrayList<>(List.of(cursor));
        key.stream().filter(column -> !column.equals(cursor)).forEach(order::add);
        return order;
    }

    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }
}
