package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Source;
import eider.engine.EngineException;
import eider.engine.Rows;
import eider.model.Canonical;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** S11: the models of a connector, looked at one by one, and then together in the canonical tables of the real engine. */
final class Models {
    /** Raw rows that a model is given one at a time. */
    private static final int ROWS_ALONE = 12;

    private final Scene scene;
    private final String world;

    /** @param world its name, for who reads what is wrong */
    Models(Scene scene, String world) {
        this.scene = scene;
        this.world = world;
    }

    /** What a connector without models promises. */
    void areNone() throws Exception {
        Source source = scene.connect("plain");
        source.discover(scene.sniffer());
        assertThat(source.models()).as("models of a connector that is said to lack the ability %s", Ability.MODELS).isEmpty();
    }

    /** Each model by itself, over the rows that the source really pushed. */
    void giveCanonicalRows() throws Exception {
        Watched watched = new Watched(scene.connect("world"));
        scene.warehouse().sync("world", watched);
        List<Model> models = watched.allModels();
        assertThat(models).as("models; a connector that has none lacks the ability %s", Ability.MODELS).isNotEmpty();
        List<String> wrong = new ArrayList<>();
        for (Model model : models) {
            String which = "the model that fills " + model.into() + " from " + model.from() + " ";
            wrong.addAll(faults(model, watched.datasets()).stream().map(which::concat).toList());
        }
        assertThat(wrong).as("what is wrong with the models (case '%s')", world).isEmpty();
    }

    private List<String> faults(Model model, List<Dataset> datasets) throws EngineException {
        Canonical canonical = Canonical.of(model.into()).orElse(null);
        if (canonical == null) {
            return List.of("fills no canonical table");
        }
        if (datasets.stream().noneMatch(dataset -> dataset.name().equals(model.from()))) {
            return List.of("reads no dataset of the source, which are " + datasets.stream().map(Dataset::name).toList());
        }
        String raw = Warehouse.raw("world", model.from());
        Set<String> fields = scene.warehouse().columns("SELECT * FROM " + raw + " LIMIT 0").stream().map(Rows.Column::name)
                .collect(Collectors.toSet());
        StringBuilder lacking = new StringBuilder();
        canonical.columns().forEach((column, type) -> {
            if (!fields.contains(column)) {
                lacking.append(", CAST(NULL AS ").append(type).append(") AS \"").append(column).append('"');
            }
        });
        Derived derived = new Derived(model, raw, lacking.toString());
        List<String> wrong = new ArrayList<>();
        try {
            wrong.addAll(columnFaults(scene.warehouse().columns("SELECT * FROM " + derived.of("true") + " LIMIT 0"), canonical));
            if (wrong.stream().noneMatch(fault -> fault.contains("_row"))) {
                wrong.addAll(rowFaults(derived, raw));
            }
        } catch (EngineException e) {
            wrong.add("cannot be applied: " + e.getMessage());
        }
        return wrong;
    }

    /** The rows that a model makes of some of the raw rows. */
    private record Derived(Model model, String raw, String lacking) {
        /** As a table expression. */
        String of(String condition) {
            String sql = model.sql().strip();
            return "(WITH input AS (SELECT *" + lacking + " FROM " + raw + " WHERE " + condition + ") SELECT * FROM ("
                    + (sql.endsWith(";") ? sql.substring(0, sql.length() - 1) : sql) + "\n))";
        }
    }

    private static List<String> columnFaults(List<Rows.Column> columns, Canonical canonical) {
        List<String> wrong = new ArrayList<>();
        Set<String> met = new TreeSet<>();
        for (Rows.Column column : columns) {
            if (!met.add(column.name())) {
                wrong.add("gives the column '" + column.name() + "' twice");
            } else if (!column.name().equals("_row")) {
                String type = canonical.columns().get(column.name());
                if (type == null) {
                    wrong.add("gives the column '" + column.name() + "', which is none of " + canonical.table() + "'s: "
                            + canonical.columns().keySet());
                } else if (!fits(column.type(), type)) {
                    wrong.add("gives '" + column.name() + "' as " + column.type() + ", and it is " + type
                            + ": what the engine would make of it may be another value");
                }
            }
        }
        if (!met.contains("_row")) {
            wrong.add("loses _row, without which a canonical row can never be replaced");
        }
        return wrong;
    }

    /**
     * Whether every value goes from one type to the other as it is. Money never passes through DOUBLE, and a day never comes from a point in time
     * unasked.
     */
    private static boolean fits(String from, String to) {
        if (to.startsWith("DECIMAL")) {
            return from.startsWith("DECIMAL") || from.endsWith("INT") || from.equals("INTEGER") || from.equals("UINTEGER");
        }
        return switch (to) {
            case "TIMESTAMPTZ" -> from.equals("TIMESTAMPTZ") || from.equals("TIMESTAMP WITH TIME ZONE") || from.equals("\"NULL\"");
            case "DATE" -> from.equals("DATE") || from.equals("\"NULL\"");
            default -> from.equals("VARCHAR") || from.endsWith("INT") || from.equals("INTEGER") || from.equals("UUID") || from.equals("\"NULL\"")
                    || from.startsWith("ENUM");
        };
    }

    private List<String> rowFaults(Derived derived, String raw) throws EngineException {
        List<String> wrong = new ArrayList<>();
        String all = derived.of("true");
        Warehouse warehouse = scene.warehouse();
        if (number("SELECT count(*) FROM " + all + " WHERE _row IS NULL") > 0) {
            wrong.add("gives rows whose _row is empty");
        }
        if (number("SELECT count(*) FROM " + all + " WHERE _row NOT IN (SELECT _row FROM " + raw + ")") > 0) {
            wrong.add("gives rows whose _row is that of no raw row");
        }
        List<List<String>> twice = warehouse.rows("SELECT _row, count(*) FROM (SELECT *, 1 AS one FROM " + all
                + ") GROUP BY ALL HAVING count(*) > 1 ORDER BY 1 LIMIT 1");
        if (!twice.isEmpty()) {
            wrong.add("makes of raw row " + twice.getFirst().getFirst() + " the same canonical row " + twice.getFirst().getLast() + " times");
        }
        String fromOthers = "looks from one row at another: with only some of the rows before it, it gives other rows than with all of them";
        String halves = "(FROM " + derived.of("_row % 2 = 0") + " UNION ALL FROM " + derived.of("_row % 2 = 1") + ")";
        if (differ(all, halves)) {
            wrong.add(fromOthers);
            return wrong;
        }
        for (List<String> one : warehouse.rows("SELECT _row FROM " + raw + " ORDER BY hash(_row) LIMIT " + ROWS_ALONE)) {
            String row = one.getFirst();
            String alone = derived.of("_row = " + row);
            if (number("SELECT count(*) FROM " + alone + " WHERE _row IS DISTINCT FROM " + row) > 0) {
                wrong.add("gives a _row that is not that of the raw row it comes from (raw row " + row + ")");
                return wrong;
            }
            if (differ("(FROM " + all + " WHERE _row = " + row + ")", alone)) {
                wrong.add(fromOthers + " (raw row " + row + ")");
                return wrong;
            }
        }
        return wrong;
    }

    /** Whether two table expressions hold other rows, or one of them more often. */
    private boolean differ(String one, String other) throws EngineException {
        return number("SELECT count(*) FROM (FROM " + one + " EXCEPT ALL FROM " + other + ")") > 0
                || number("SELECT count(*) FROM (FROM " + other + " EXCEPT ALL FROM " + one + ")") > 0;
    }

    private long number(String sql) throws EngineException {
        return Long.parseLong(scene.warehouse().row(sql).getFirst());
    }

    /** The canonical tables of the engine, after a first read, after a change, and after reading all again. */
    void comeToTheExpectedTotals(boolean noticesChanges) throws Exception {
        Watched first = new Watched(scene.connect("first")).deriving();
        scene.warehouse().sync("world", first);
        Set<String> filled = first.models().stream().map(Model::into).collect(Collectors.toCollection(TreeSet::new));
        compare("after a first read", filled);
        if (noticesChanges) {
            scene.outside().change();
            scene.warehouse().sync("world", new Watched(scene.connect("second")).deriving());
            compare("after a change, read from the last cursor", filled);
        }
        scene.warehouse().sync("world", new Watched(scene.connect("third")).deriving().anew());
        compare("after reading all of it again", filled);
    }

    private void compare(String when, Set<String> filled) throws Exception {
        List<Total> totals = scene.outside().totals();
        assertThat(totals.stream().map(Total::table).collect(Collectors.toSet()))
                .as("tables that Outside.totals() speaks of, against those that the models fill (case '%s')", world).isEqualTo(filled);
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> found = new TreeMap<>();
        for (Total total : totals) {
            Map<String, String> said = new LinkedHashMap<>();
            said.put("rows", Long.toString(total.rows()));
            total.sums().keySet().stream().sorted().forEach(column -> said.put(column, plain(total.sums().get(column))));
            expected.put(total.title(), said.toString());
            found.put(total.title(), found(total, said.keySet()).toString());
        }
        assertThat(found).as("totals of the canonical tables %s (case '%s')", when, world).isEqualTo(expected);
    }

    private Map<String, String> found(Total total, Set<String> names) throws EngineException {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (String name : names) {
            sql.append(name.equals("rows") ? "count(*)" : ", coalesce(sum(" + quoted(name) + "), 0)");
        }
        sql.append(" FROM ").append(quoted(total.table()));
        List<Object> values = new ArrayList<>();
        total.where().forEach((column, text) -> {
            sql.append(values.isEmpty() ? " WHERE " : " AND ").append("CAST(").append(quoted(column)).append(" AS VARCHAR) = ?");
            values.add(text);
        });
        List<String> row = scene.warehouse().row(sql.toString(), values.toArray());
        Map<String, String> found = new LinkedHashMap<>();
        int next = 0;
        for (String name : names) {
            String text = row.get(next++);
            found.put(name, name.equals("rows") ? text : plain(new BigDecimal(text)));
        }
        return found;
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
