package eider.model;

import eider.connector.Model;
import eider.quality.Rule;
import eider.store.Derivation;
import eider.store.Sql;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model as the store applies it: its SQL over {@code input}, then {@code source} and the base currency where the model leaves them open.
 *
 * @param model what the connector ships, or the operator wrote
 * @param told what it is called where it fails
 * @param canonical the table it fills
 * @param connection whose rows
 * @param baseCurrency what money is in where neither the row nor the model says it
 * @param rules what the canonical rows shall be like
 */
public record ModelDerivation(Model model, String told, Canonical canonical, String connection, String baseCurrency,
        List<Rule> rules) implements Derivation {

    /** Of a connector's model. */
    public ModelDerivation(Model model, Canonical canonical, String connection, String baseCurrency, List<Rule> rules) {
        this(model, "the model of " + connection + " that fills " + model.into() + " from " + model.from(), canonical, connection, baseCurrency,
                rules);
    }

    @Override
    public String table() {
        return canonical.table();
    }

    @Override
    public Map<String, String> measures() {
        return canonical.measures();
    }

    @Override
    public String select(String rows, Set<String> columns) {
        StringBuilder input = new StringBuilder("SELECT *");
        for (Map.Entry<String, String> column : canonical.columns().entrySet()) {
            if (!columns.contains(column.getKey())) {
                input.append(", CAST(NULL AS ").append(column.getValue()).append(") AS ").append(Sql.name(column.getKey()));
            }
        }
        // BY NAME takes what the model leaves out as empty; the union with no rows gives the columns that the outer SELECT fills a certain place. A
        // canonical row without the _row of its raw row could never be replaced: a model that leaves it out is refused by the REPLACE. A model that
        // reads its input twice reads it twice: kept between the two, ten million rows would take the memory.
        return "WITH input AS NOT MATERIALIZED (" + input + " FROM " + rows
                + "), derived AS (SELECT CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS currency WHERE false"
                + " UNION ALL BY NAME (" + sql() + "\n)) SELECT * REPLACE (coalesce(source, " + Sql.text(connection)
                        + ") AS source, coalesce(currency, "
                + Sql.text(baseCurrency) + ") AS currency, coalesce(_row, error('its _row is empty')) AS _row) FROM derived";
    }

    /** The model's SQL without a semicolon at its end. */
    private String sql() {
        String sql = model.sql().strip();
        return sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : sql;
    }
}
