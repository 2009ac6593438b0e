package eider.sql;

import eider.connector.Dataset;
import java.util.ArrayList;
import java.util.List;

/**
 * A table, view or query as it is read.
 *
 * @param told as people write it, such as {@code public.orders}
 * @param sql what stands behind FROM
 * @param stored whether its rows lie in the database itself: no view, no query and no foreign table
 * @param key the columns that identify a row, in the order of their index; empty if there are none
 * @param cursor the column that grows with each change of a row, or null
 * @param logged whether the server's log tells its changes
 */
public record Table(String name, String told, String sql, boolean stored, List<Column> columns, List<Column> key, Column cursor, boolean logged,
        Dataset dataset) {

    /** The columns by which it is read in order: the cursor, if there is one, before the key. */
    public List<Column> order() {
        if (cursor == null) {
            return key;
        }
        List<Column> order = new ArrayList<>(List.of(cursor));
        key.stream().filter(column -> !column.equals(cursor)).forEach(order::add);
        return order;
    }
}
