package eider.model;

import eider.quality.Rule;
import eider.quality.Rules;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A canonical table: its name and the columns that a model may fill, with their SQL types. The public description is {@code docs/sql.md}; the tables
 * themselves are made by the store's schema, and a test holds the two together.
 */
public enum Canonical {
    SALES("sales", "date DATE, occurred_at TIMESTAMPTZ, kind VARCHAR, source VARCHAR, source_id VARCHAR, order_id VARCHAR, customer VARCHAR,"
            + " product_name VARCHAR, category VARCHAR, channel VARCHAR, region VARCHAR, user_id VARCHAR, quantity DECIMAL(18;4), unit_price DECIMAL(18;4),"
            + " gross DECIMAL(18;4), discount DECIMAL(18;4), tax DECIMAL(18;4), shipping DECIMAL(18;4), net DECIMAL(18;4), total_amount DECIMAL(18;4),"
            + " currency VARCHAR, original_amount DECIMAL(18;4)",
            // Which of them quarantine and which warn is argued in docs/decisions/0009.
            "date required -> quarantine; total_amount required -> quarantine; total_amount in ..0 where kind is refund -> quarantine;"
            + " quantity required where kind is sale -> warn; quantity above 0 where kind is sale -> warn"),
    PRODUCTS("products", "source VARCHAR, source_id VARCHAR, name VARCHAR, category VARCHAR, price DECIMAL(18;4), currency VARCHAR,"
            + " stock_quantity DECIMAL(18;4)", "");

    private static final Map<String, String> SALES_MEASURES = new LinkedHashMap<>();

    static {
        SALES_MEASURES.put("sales", "sum(total_amount)");
        SALES_MEASURES.put("transactions", "count(*) FILTER (WHERE kind = 'sale')");
        SALES_MEASURES.put("units", "sum(quantity)");
    }

    private final String table;
    private final Map<String, String> columns = new LinkedHashMap<>();
    private final List<Rule> rules;

    Canonical(String table, String columns, String rules) {
        this.table = table;
        this.rules = Rules.parse(rules, pattern -> { });
        for (String column : columns.split(", ")) {
            String[] words = column.split(" ");
            this.columns.put(words[0], words[1].replace(';', ','));
        }
    }

    public String table() {
        return table;
    }

    /** Column name to SQL type, in the table's order. */
    public Map<String, String> columns() {
        return columns;
    }

    /** The figures that people look at in it: an aggregate in SQL by the name of each. */
    public Map<String, String> measures() {
        return switch (this) {
            case SALES -> SALES_MEASURES;
            case PRODUCTS -> Map.of("products", "count(*)");
        };
    }

    /** What its rows shall be like where no operator says otherwise. */
    public List<Rule> rules() {
        return rules;
    }

    /** The names of all. */
    public static List<String> tables() {
        return Arrays.stream(values()).map(Canonical::table).toList();
    }

    /** The figures of each table that there is, by its name. */
    public static Map<String, Map<String, String>> allMeasures() {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        Arrays.stream(values()).forEach(canonical -> all.put(canonical.table, canonical.measures()));
        return all;
    }

    public static Optional<Canonical> of(String table) {
        for (Canonical canonical : values()) {
            if (canonical.table.equals(table)) {
                return Optional.of(canonical);
            }
        }
        return Optional.empty();
    }
}
