package eider.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;

/**
 * Numbers for rows: the SQL function {@code row_id(0)} gives each row that asks another one, ascending but in no particular order among the threads of a
 * statement. Numbers of transactions that were rolled back are left out for good.
 *
 * <p>{@code paced(n)} is {@code n}, for statements that number no rows, and {@code load_of(n)} the load that brought the row, see {@link #loads}: a join of all rows with the
 * commits would sort them. All are called for each vector of rows, which makes them the places where a load can rest: see {@link Pace}.
 *
 * <p>Not a sequence: {@code nextval} takes a lock for each row, and made inserting ten million rows of a CSV take 7.1 s instead of 3.3; this takes 3.8 (two
 * cores, DuckDB 2.0.0.1).
 */
final class RowIds {
    private final AtomicLong last = new AtomicLong();
    private final Pace pace;
    private volatile Loads loads = new Loads(new long[0], new long[0]);

    RowIds(Pace pace) {
        this.pace = pace;
    }

    /** Makes {@code row_id} known to all connections of an instance. Once for each instance: a registered function stays for its life. */
    void register(DuckDBConnection connection) throws SQLException {
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName("row_id").withParameter(Long.class).withReturnType(Long.class).withVolatile().withVectorizedFunction((unused, ids) -> {
                pace.vector();
                long count = ids.rowCount();
                long before = last.getAndAdd(count);
                for (long i = 0; i < count; i++) {
                    ids.setLong(i, before + i + 1);
                }
            }).register(connection);
        }
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName("paced").withParameter(Long.class).withReturnType(Long.class).withVolatile().withVectorizedFunction((numbers, same) -> {
                pace.vector();
                DuckDBReadableVector column = numbers.vector(0);
                long count = same.rowCount();
                for (long i = 0; i < count; i++) {
                    same.setLong(i, column.getLong(i));
                }
            }).register(connection);
        }
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName("load_of").withParameter(Long.class).withReturnType(Long.class).withVolatile().withVectorizedFunction((numbers, found) -> {
                pace.vector();
                DuckDBReadableVector column = numbers.vector(0);
                Loads known = loads;
                long count = found.rowCount();
                for (long i = 0; i < count; i++) {
                    found.setLong(i, known.of(column.getLong(i)));
                }
            }).register(connection);
        }
    }

    /** Which load brought which rows: that of {@code first[i]} all that follow, up to the next. */
    private record Loads(long[] first, long[] load) {
        long of(long row) {
            int at = Arrays.binarySearch(first, row - 1);
            int before = at >= 0 ? at : -at - 2;
            if (before < 0) {
                throw new IllegalStateException("no load is known that brought the row " + row);
            }
            return load[before];
        }
    }

    /** From here on {@code load_of(_row)} tells the load that brought a row of this table. Called by the writer, before each statement that asks. */
    void loads(Sql sql, RawTable raw) throws SQLException {
        List<long[]> sets = sql.list("SELECT first_row, load FROM ledger.change_sets WHERE raw_table = ? AND last_row > first_row ORDER BY first_row",
                row -> new long[] {row.getLong(1), row.getLong(2)}, raw.name());
        loads = new Loads(sets.stream().mapToLong(set -> set[0]).toArray(), sets.stream().mapToLong(set -> set[1]).toArray());
    }

    /** The highest number given so far. */
    long last() {
        return last.get();
    }

    /** The next number, for a row that does not come by SQL. */
    long next() {
        return last.incrementAndGet();
    }

    /** Gives only higher numbers than this from now on. */
    void startAfter(long number) {
        last.accumulateAndGet(number, Math::max);
    }
}
