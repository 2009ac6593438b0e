package eider.model;

import eider.store.Sql;
import eider.store.SyntaxTree;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges the SQL of an operator's model before any row goes through it: by DuckDB's own syntax tree and never by its text, and by letting DuckDB bind
 * it to the columns that the dataset has. Nothing is run.
 *
 * <p>A model is applied to the rows that changed, and to them alone. So it is one SELECT that looks at one row of {@code input} at a time: no other
 * table, no file, no setting and no clock, and no window, group, limit or distinct over {@code input}. Lists within a row may be taken apart, by
 * {@code unnest} for instance, and what came of it may be added up in a subquery.
 */
public final class ModelSql {
    private static final Set<String> TABLE_FUNCTIONS = Set.of("unnest", "range", "generate_series", "json_each", "json_tree");
    private static final Set<String> RELATIONS = Set.of("BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY");
    /** Words that DuckDB takes for functions where no column is called so. */
    private static final Set<String> CLOCKS = Set.of("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp");
    private static final Pattern LINE = Pattern.compile("(?s).*\\nLINE (\\d+): .*");
    private static final Pattern TAIL = Pattern.compile("(?s)(?:\\s++|--[^\\n]*+|/\\*.*?\\*/)*+");
    private static final Pattern CANDIDATES = Pattern.compile("\\n(Candidate bindings: [^\\n]+|Did you mean [^\\n]+)");

    private final Sql sql;
    private final ModelFile file;
    private final Map<String, String> columns;
    /** The relations out of which rows of {@code input} come. */
    private final Set<String> reading = new HashSet<>(Set.of("input"));
    private Set<String> aggregates;
    private Set<String> unsteady;

    private ModelSql(Sql sql, ModelFile file, Map<String, String> columns) {
        this.sql = sql;
        this.file = file;
        this.columns = columns;
    }

    /**
     * What came of it.
     *
     * @param sql what is to be applied; null where it must not be
     * @param fault why not, one sentence with the file and the line where that is known, without a full stop; null where it may be
     */
    public record Judged(String sql, String fault) {}

    /** @param columns the columns that the raw rows have, with their SQL types; empty: not known yet, so that only the text is judged */
    public static Judged of(Sql sql, ModelFile file, Map<String, String> columns) throws SQLException {
        if (file.fault() != null) {
            return new Judged(null, fault(file, file.fault()));
        }
        try {
            return new Judged(new ModelSql(sql, file, columns).judge(), null);
        } catch (Fault e) {
            return new Judged(null, fault(file, e.getMessage()));
        }
    }

    /** What is wrong with a file, with its name before it. */
    public static String fault(ModelFile file, String fault) {
        return file.shown() + (fault.startsWith("line ") ? " " : ": ") + fault;
    }

    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message, null, false, false);
        }
    }

    private String judge() throws SQLException, Fault {
        SyntaxTree tree = SyntaxTree.of(sql, file.text());
        if (tree.error() != null) {
            String said = tree.error().lines().findFirst().orElse("");
            throw new Fault(said.startsWith("Only SELECT") ? "a model is one SELECT over input, and nothing else" : at(tree.errorPosition(), said));
        }
        List<Object> statements = tree.statements();
        if (statements.size() != 1) {
            throw new Fault(statements.isEmpty() ? "there is no SELECT in it" : "a model is one SELECT over input; these are " + statements.size()
                    + " statements");
        }
        aggregates = functions("function_type = 'aggregate'");
        unsteady = functions("function_type = 'scalar' AND stability <> 'CONSISTENT' AND function_name <> 'error'");
        unsteady.addAll(Set.of("getenv", "ago", "pg_sleep"));
        Map<String, Object> node = SyntaxTree.object(SyntaxTree.object(statements.getFirst()).get("node"));
        expressions(node);
        relations(node, Set.of("input"));
        if (!reads(node)) {
            throw new Fault("it does not read input, which holds the rows of " + file.connection() + "." + file.dataset());
        }
        rows(node);
        if (!columns.isEmpty()) {
            bind();
        }
        String written = tree.written(sql);
        return written != null ? written : text();
    }

    private Set<String> functions(String condition) throws SQLException {
        return new HashSet<>(sql.list("SELECT DISTINCT function_name FROM duckdb_functions() WHERE " + condition, row -> row.getString(1)));
    }

    /** Without the semicolon at the end. */
    private String text() {
        for (int semicolon = file.text().indexOf(';'); semicolon >= 0; semicolon = file.text().indexOf(';', semicolon + 1)) {
            if (TAIL.matcher(file.text()).region(semicolon + 1, file.text().length()).matches()) {
                return file.text().substring(0, semicolon);
            }
        }
        return file.text();
    }

    private String at(int position, String what) {
        return position < 0 || position > file.text().length() ? what : "line " + (1 + file.text().substring(0,
                position).chars().filter(c -> c == '\n').count()) + ": " + what;
    }

    private Fault fault(Map<String, Object> node, String what) {
        Object place = node.get("query_location");
        return new Fault(at(SyntaxTree.position(place), what));
    }

    /** Functions that give the same row another result another time, or look at something else than it. */
    private void expressions(Object node) throws Fault {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                expressions(one);
            }
            return;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        for (Object child : map.values()) {
            expressions(child);
        }
        String name = String.valueOf(map.get("function_name")).toLowerCase(Locale.ROOT);
        if ("FUNCTION".equals(map.get("class")) && unsteady.contains(name)) {
            throw fault(map, name
                    + "() gives another result at another time or place; a model makes of a row what the row says, so that it can be derived again");
        }
        List<Object> column = SyntaxTree.list(map.get("column_names"));
        if ("COLUMN_REF".equals(map.get("class")) && column.size() == 1 && CLOCKS.contains(String.valueOf(column.getFirst()).toLowerCase(Locale.ROOT))
                && !columns.containsKey(String.valueOf(column.getFirst()))) {
            throw fault(map, column.getFirst()
                    + " is another one each time; a model makes of a row what the row says, so that it can be derived again");
        }
    }

    /**
     * What is read.
     *
     * @param outer the names that stand for a relation here
     */
    private void relations(Object node, Set<String> outer) throws Fault {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                relations(one, outer);
            }
            return;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        Set<String> names = new HashSet<>(outer);
        for (Object entry : SyntaxTree.list(SyntaxTree.object(map.get("cte_map")).get("map"))) {
            Object named = SyntaxTree.object(entry).get("value");
            relations(named, names);
            String name = String.valueOf(SyntaxTree.object(entry).get("key")).toLowerCase(Locale.ROOT);
            names.add(name);
            if (reads(named)) {
                reading.add(name);
            }
        }
        String type = String.valueOf(map.get("type"));
        if (map.containsKey("alias") && map.containsKey("sample")) {
            if (!RELATIONS.contains(type)) {
                throw fault(map, "a model reads input alone, and not by " + type.toLowerCase(Locale.ROOT).replace('_', ' '));
            }
            if (map.get("sample") != null) {
                throw fault(map, "a sample of the rows leaves others out; a model is applied to each row");
            }
            if (type.equals("BASE_TABLE")) {
                List<Object> path = SyntaxTree.list(SyntaxTree.object(map.get("qualified_name")).get("path"));
                String table = String.join(".", path.stream().map(String::valueOf).toList());
                if (path.size() != 1 || !names.contains(table.toLowerCase(Locale.ROOT))) {
                    throw fault(map, "it reads " + table + "; a model reads input alone, since it is applied to the rows of " + file.connection()
                            + "." + file.dataset()
                            + " that changed and would not notice what changes elsewhere");
                }
            }
            if (type.equals("TABLE_FUNCTION")) {
                String function = String.valueOf(SyntaxTree.object(map.get("function")).get("function_name")).toLowerCase(Locale.ROOT);
                if (!TABLE_FUNCTIONS.contains(function)) {
                    throw fault(map, "it reads " + function + "(); a model reads input alone, and takes lists within a row apart by "
                            + String.join(", ", new TreeSet<>(TABLE_FUNCTIONS)));
                }
            }
        }
        for (Map.Entry<String, Object> child : map.entrySet()) {
            if (!child.getKey().equals("cte_map")) {
                relations(child.getValue(), names);
            }
        }
    }

    /** Whether rows of {@code input} are in it. */
    private boolean reads(Object node) {
        if (node instanceof List<?> list) {
            return list.stream().anyMatch(this::reads);
        }
        Map<String, Object> map = SyntaxTree.object(node);
        return "BASE_TABLE".equals(map.get("type")) && reading.contains(String.valueOf(map.get("table_name")).toLowerCase(Locale.ROOT))
                || map.values().stream().anyMatch(this::reads);
    }

    /** Whether it looks at one row of {@code input} at a time. */
    private void rows(Object node) throws Fault {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                rows(one);
            }
            return;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        String type = String.valueOf(map.get("type"));
        if (type.equals("RECURSIVE_CTE_NODE")) {
            throw new Fault("a model does not read its own result: WITH RECURSIVE cannot be used in it");
        }
        if ("SUBQUERY".equals(map.get("class")) && reads(map.get("subquery"))) {
            throw fault(map, "this subquery looks at other rows of input; a model looks at one row at a time, since it is applied to those that changed");
        }
        if (type.equals("JOIN") && reads(map.get("left")) && reads(map.get("right"))) {
            throw fault(map, "this joins rows of input with each other; a model looks at one row at a time, since it is applied to those that changed");
        }
        if (type.equals("SET_OPERATION_NODE") && reads(map.get("children")) && !(String.valueOf(map.get("setop_type")).startsWith("UNION")
                && Boolean.TRUE.equals(map.get("setop_all")))) {
            throw new Fault("rows of input are compared with each other by "
                    + String.valueOf(map.get("setop_type")).toLowerCase(Locale.ROOT).replace('_', ' ')
                    + "; of two SELECTs in a model all rows are taken: UNION ALL or UNION ALL BY NAME");
        }
        if (type.equals("SELECT_NODE") && reads(map.get("from_table"))) {
            alone(map);
        }
        for (Object modifier : reads(map) && map.containsKey("modifiers") ? SyntaxTree.list(map.get("modifiers")) : List.of()) {
            String what = String.valueOf(SyntaxTree.object(modifier).get("type"));
            if (!what.equals("ORDER_MODIFIER")) {
                throw new Fault((what.startsWith("LIMIT") ? "LIMIT" : "DISTINCT")
                        + " leaves rows of input out by what others are there; a model looks at one row at a time,"
                        + " since it is applied to those that changed");
            }
        }
        for (Object child : map.values()) {
            rows(child);
        }
    }

    private void alone(Map<String, Object> select) throws Fault {
        String why = "; a model looks at one row of input at a time, since it is applied to those that changed";
        if (!SyntaxTree.list(select.get("group_expressions")).isEmpty() || "FORCE_AGGREGATES".equals(select.get("aggregate_handling"))
                || select.get("having") != null) {
            throw new Fault("GROUP BY puts rows together" + why);
        }
        if (select.get("sample") != null) {
            throw new Fault("a sample of the rows leaves others out" + why);
        }
        if (select.get("qualify") != null) {
            throw new Fault("QUALIFY compares rows" + why);
        }
        for (Object expression : List.of(select.get("select_list"), select.get("where_clause") == null ? List.of() : select.get("where_clause"))) {
            together(expression, why);
        }
    }

    private void together(Object node, String why) throws Fault {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                together(one, why);
            }
            return;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        if ("SUBQUERY".equals(map.get("class"))) {
            return;
        }
        String name = String.valueOf(map.get("function_name")).toLowerCase(Locale.ROOT);
        if ("WINDOW".equals(map.get("class"))) {
            throw fault(map, name + "() OVER looks at other rows" + why);
        }
        if ("FUNCTION".equals(map.get("class")) && aggregates.contains(name)) {
            throw fault(map, name.replace("count_star", "count") + "() puts rows together" + why);
        }
        for (Object child : map.values()) {
            together(child, why);
        }
    }

    /** Lets DuckDB find the columns, and looks whether the result's are those of the table. */
    private void bind() throws SQLException, Fault {
        List<String> input = new ArrayList<>();
        columns.forEach((name, type) -> input.add("CAST(NULL AS " + type + ") AS " + Sql.name(name)));
        file.into().columns().forEach((name, type) -> {
            if (!columns.containsKey(name)) {
                input.add("CAST(NULL AS " + type + ") AS " + Sql.name(name));
            }
        });
        input.addAll(List.of("CAST(NULL AS INTEGER) AS _part", "CAST(NULL AS BIGINT) AS _load", "CAST(NULL AS BIGINT) AS _row"));
        // On the first line of the file, so that DuckDB counts its lines.
        String before = "WITH input AS (SELECT " + String.join(", ", input) + " WHERE false) SELECT * FROM (";
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = sql.prepare(before + text() + "\n)")) {
            ResultSetMetaData result = statement.getMetaData();
            for (int i = 1; i <= result.getColumnCount(); i++) {
                found.add(result.getColumnName(i));
            }
        } catch (SQLException e) {
            throw new Fault(said(e));
        } finally {
            sql.done();
        }
        if (!found.contains("_row")) {
            throw new Fault("its result lacks the column _row, which ties each row to the one that it was derived from: select it as it is");
        }
        Set<String> once = new HashSet<>();
        for (String name : found) {
            if (!name.equals("_row") && !file.into().columns().containsKey(name)) {
                throw new Fault(file.into().table() + " has no column '" + name + "', which its result has" + Names.nearest(name,
                        file.into().columns().keySet()));
            }
            if (!once.add(name)) {
                throw new Fault("its result has the column " + name + " twice");
            }
        }
    }

    /** DuckDB's sentence, with its line before it and what it proposes behind. */
    private static String said(SQLException e) {
        String message = String.valueOf(e.getMessage());
        Matcher line = LINE.matcher(message);
        Matcher candidates = CANDIDATES.matcher(message);
        return (line.matches() ? "line " + line.group(1) + ": " : "") + Sql.sentence(e) + (candidates.find() ? " " + candidates.group(1) : "");
    }
}
