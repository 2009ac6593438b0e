package eider.engine;

import java.util.List;

/**
 * The rows of a query, read one after the other on one thread.
 *
 * <pre>{@code
 * try (Rows rows = queries.query("select region, sum(total_amount) from sales group by region", limit)) {
 *     while (rows.next()) {
 *         System.out.println(rows.text(0) + " " + rows.decimal(1));
 *     }
 * }
 * }</pre>
 *
 * <p>Values are {@code String}, {@code Boolean}, {@code Long}, {@code java.math.BigInteger}, {@code java.math.BigDecimal}, {@code Double},
 * {@code java.time.LocalDate}, {@code java.time.LocalTime}, {@code java.time.LocalDateTime}, {@code java.time.OffsetDateTime}, {@code byte[]}, or for nested values
 * {@code java.util.List} and {@code java.util.Map}; null where there is none.
 */
public interface Rows extends AutoCloseable {

    /** A column: its name, and its type as DuckDB calls it. */
    record Column(String name, String type) {}

    List<Column> columns();

    /** Goes to the next row; false when there is none. */
    boolean next() throws EngineException;

    /** The value of the current row in the column with this index, from 0. */
    Object value(int column) throws EngineException;

    /** As text; null where there is none. */
    default String text(int column) throws EngineException {
        Object value = value(column);
        return value == null ? null : value.toString();
    }

    /** As a decimal number; null where there is none. */
    default java.math.BigDecimal decimal(int column) throws EngineException {
        Object value = value(column);
        return value == null ? null : new java.math.BigDecimal(value.toString());
    }

    /** As a whole number; 0 where there is none. */
    default long number(int column) throws EngineException {
        Object value = value(column);
        return value == null ? 0 : new java.math.BigDecimal(value.toString()).longValueExact();
    }

    @Override
    void close();
}
