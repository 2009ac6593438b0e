package eider.tck;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a canonical table must hold for a world: how many rows, and what they add up to. Worked out by the author from what the outside system itself
 * says (its own report of the recorded day, a sum by hand), never by the model's formula, which would only agree with itself.
 *
 * <pre>{@code
 * Total.of("sales").where("kind", "refund").rows(3).sum("total_amount", "-112.10")
 * }</pre>
 *
 * @param table {@code sales}, {@code products}…
 * @param where columns and the text that they hold in the rows that count; empty for all rows
 * @param rows how many there are
 * @param sums columns and the sum of them; empty values count for nothing
 */
public record Total(String table, Map<String, String> where, long rows, Map<String, BigDecimal> sums) {
    public Total {
        Objects.requireNonNull(table, "table");
        where = Map.copyOf(where);
        sums = Map.copyOf(sums);
    }

    /** No rows. */
    public static Total of(String table) {
        return new Total(table, Map.of(), 0, Map.of());
    }

    public Total where(String column, String text) {
        return new Total(table, with(where, column, text), rows, sums);
    }

    public Total rows(long rows) {
        return new Total(table, where, rows, sums);
    }

    public Total sum(String column, String number) {
        return new Total(table, where, rows, with(sums, column, new BigDecimal(number)));
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }

    /** As a person says it: {@code sales with kind = refund}. */
    String title() {
        StringBuilder title = new StringBuilder(table);
        where.forEach((column, text) -> title.append(title.length() == table.length() ? " with " : " and ").append(column).append(" = ")
                .append(text));
        return title.toString();
    }
}
