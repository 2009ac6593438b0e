package eider.store;

import eider.connector.Type;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Statements that join rows by some of their columns, in so many passes that none holds more than a quarter of the memory: DuckDB's joins and windows spill, but not
 * down to any size. Rows that could be equal are in the same pass.
 */
record Passes(Sql sql, Map<String, Type> columns, long memory) {

    /** One pass: {@code condition} is about the columns that rows are joined by. */
    interface Pass {
        void run(String condition) throws SQLException;
    }

    /**
     * @param rows how many there are to be held
     * @param by the columns
     */
    void each(long rows, Iterable<String> by, Pass pass) throws SQLException {
        long count = 1 + rows / rowsAtOnce();
        String names = String.join(", ", StreamSupport.stream(by.spliterator(), false).map(Sql::name).toList());
        for (long i = 0; i < count; i++) {
            pass.run(count == 1 ? "true" : "hash(" + names + ") % " + count + " = " + i);
        }
    }

    /** How many rows may be held in memory. */
    long rowsAtOnce() {
        long width = 64;
        for (Type type : columns.values()) {
            width += type.kind() == Type.Kind.TEXT || type.kind() == Type.Kind.JSON ? 48 : 16;
        }
        return Math.max(10_000, memory / 4 / width);
    }
}
