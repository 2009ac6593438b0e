package eider.policy;

import eider.engine.EngineException;
import eider.people.Viewer;
import eider.store.Sql;
import eider.store.SyntaxTree;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one viewer sees: the rules of the role with this viewer's attributes and this day put in. Made anew for each query. */
public final class Sight {
    private static final Logger log = LoggerFactory.getLogger(Sight.class);
    private static final String TODAY = "today";
    private static final String USERNAME = "username";

    private final Viewer viewer;
    private final Policy policy;
    private final LocalDate today;

    /**
     * @param policy of the role; null where there is none, and then nothing is seen
     * @param today null where it is not known which day it is
     */
    Sight(Viewer viewer, Policy policy, LocalDate today) {
        this.viewer = viewer;
        this.policy = policy;
        this.today = today;
    }

    /** Whether there is no limit: for the operator and for admins. */
    public boolean everything() {
        return viewer.isOperator() || viewer.isAdmin();
    }

    /** The same for two viewers who see the same rows and columns of the same store. */
    public String scope() {
        if (everything()) {
            return "everything";
        }
        List<String> parts = new ArrayList<>(List.of(viewer.role()));
        if (policy != null) {
            boolean asksForName = false;
            boolean asksForDay = false;
            for (Policy.Rule rule : new TreeMap<>(policy.rules()).values()) {
                parts.addAll(List.of(rule.table(), String.valueOf(rule.condition()), String.valueOf(rule.columns()), rule.except().toString()));
                // Not with the $ before it: there may be a space or a quotation mark between them.
                asksForName |= rule.condition() != null && rule.condition().toLowerCase(Locale.ROOT).contains(USERNAME);
                asksForDay |= rule.condition() != null && rule.condition().toLowerCase(Locale.ROOT).contains(TODAY);
            }
            new TreeMap<>(viewer.attributes()).forEach((name, value) -> parts.addAll(List.of(name, value)));
            parts.add(asksForName ? viewer.name() : "");
            parts.add(asksForDay ? String.valueOf(today) : "");
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The names of the tables that are seen, those of schemas other than {@code main} with theirs before them. */
    public Set<String> tables() {
        return policy == null ? Set.of() : policy.rules().keySet();
    }

    /**
     * The rows and columns of a table that are seen, as a SELECT.
     *
     * @param table in small letters, with its schema before it unless that is {@code main}
     * @return null if it is not seen, or is not there: nobody shall be able to tell which
     * @throws EngineException if the rule of the table is wrong
     */
    public String select(Sql sql, String table) throws EngineException, SQLException {
        Policy.Rule rule = policy == null ? null : policy.rules().get(table);
        try {
            return rule == null ? null : made(sql, rule);
        } catch (Wrong wrong) {
            log.error("the rule of role {} for {} ({} line {}) cannot be applied: {}", viewer.role(), table, policy.shown(), rule.line(), wrong.getMessage());
            throw new EngineException("the rule by which the role " + viewer.role() + " sees " + table + " is wrong; an admin can see why", wrong);
        }
    }

    /** The rule does not fit its table. The message is a sentence for the operator, without a full stop. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        private Wrong(String message) {
            super(message, null, false, false);
        }
    }

    /** The SELECT that a rule makes for this viewer; null if its table is not there. */
    String made(Sql sql, Policy.Rule rule) throws Wrong, SQLException {
        String table = rule.table();
        int point = table.indexOf('.');
        String schema = point < 0 ? "main" : table.substring(0, point);
        String name = table.substring(point + 1);
        List<String> there = sql.list("SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = ? AND table_name = ?"
                + " ORDER BY column_index", row -> row.getString(1), schema, name);
        if (there.isEmpty()) {
            return null;
        }
        String from = "SELECT " + columns(rule, there) + " FROM " + Sql.name(schema) + "." + Sql.name(name);
        return rule.condition() == null ? from : condition(sql, rule, from);
    }

    private static String columns(Policy.Rule rule, List<String> there) throws Wrong {
        Set<String> known = new HashSet<>(there);
        for (String named : rule.columns() != null ? rule.columns() : rule.except()) {
            if (!known.contains(named)) {
                throw new Wrong("there is no column '" + named + "' in " + rule.table());
            }
        }
        List<String> seen = rule.columns() != null ? rule.columns()
                : there.stream().filter(column -> !column.startsWith("_") && !rule.except().contains(column)).toList();
        if (seen.isEmpty()) {
            throw new Wrong("it leaves no column of " + rule.table());
        }
        return String.join(", ", seen.stream().map(Sql::name).toList());
    }

    private String condition(Sql sql, Policy.Rule rule, String from) throws Wrong, SQLException {
        SyntaxTree tree = SyntaxTree.of(sql, from + " WHERE " + rule.condition());
        Map<String, Object> select = plain(tree);
        if (select == null) {
            throw new Wrong(tree.error() != null ? tree.error().lines().findFirst().orElse("") : "it is more than one condition");
        }
        Map<String, Object> values = new HashMap<>();
        viewer.attributes().forEach(values::put);
        values.put(USERNAME, viewer.name());
        values.put(TODAY, today == null ? null : today.toString());
        settle(select.get("where_clause"));
        Object where = filled(select.get("where_clause"), values);
        if (where == null) {
            return from + " WHERE false";
        }
        select.put("where_clause", where);
        SyntaxTree.object(tree.statements().getFirst()).put("named_param_map", List.of());
        String written = SyntaxTree.of(tree.root()).written(sql);
        if (written == null) {
            throw new Wrong("DuckDB cannot write out what it has parsed: say it in another way");
        }
        try {
            // Alone: in a statement, a column that its table has not would be looked for in the tables beside it.
            sql.prepare(written).close();
            sql.done();
        } catch (SQLException e) {
            if (String.valueOf(e.getMessage()).startsWith("INTERRUPT")) {
                throw e;
            }
            throw new Wrong(Sql.sentence(e));
        }
        return written;
    }

    /** Names the schema of each table of a condition: a statement may have a named subquery that is called the same. */
    private static void settle(Object node) throws Wrong {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                settle(one);
            }
        } else if (node instanceof Map<?, ?>) {
            Map<String, Object> map = SyntaxTree.object(node);
            if (!SyntaxTree.list(SyntaxTree.object(map.get("cte_map")).get("map")).isEmpty()) {
                throw new Wrong("WITH cannot stand in a condition: write a subquery in its place");
            }
            if ("BASE_TABLE".equals(map.get("type")) && "".equals(map.get("schema_name")) && "".equals(map.get("catalog_name"))) {
                map.put("schema_name", "main");
                map.put("qualified_name", new HashMap<>(Map.of("path", List.of("main", map.get("table_name")))));
            }
            for (Object child : map.values()) {
                settle(child);
            }
        }
    }

    /** The one SELECT with nothing but a condition; null if it is something else. */
    static Map<String, Object> plain(SyntaxTree tree) {
        if (tree.error() != null || tree.statements().size() != 1) {
            return null;
        }
        Map<String, Object> select = SyntaxTree.object(SyntaxTree.object(tree.statements().getFirst()).get("node"));
        boolean plain = "SELECT_NODE".equals(select.get("type")) && "BASE_TABLE".equals(SyntaxTree.object(select.get("from_table")).get("type"))
                && SyntaxTree.list(select.get("modifiers")).isEmpty() && "STANDARD_HANDLING".equals(select.get("aggregate_handling"))
                && SyntaxTree.list(select.get("group_expressions")).isEmpty()
                && SyntaxTree.list(select.get("group_sets")).isEmpty() && select.get("having") == null && select.get("qualify") == null
                && select.get("sample") == null && SyntaxTree.object(select.get("from_table")).get("sample") == null && select.get("where_clause") != null;
        return plain ? select : null;
    }

    /** With constants in the place of {@code $name}; null if one of them is not known, whatever the rest of the condition says. */
    private Object filled(Object node, Map<String, Object> values) {
        if (node instanceof List<?> list) {
            List<Object> filled = new ArrayList<>();
            for (Object one : list) {
                Object other = one == null ? null : filled(one, values);
                if (one != null && other == null) {
                    return null;
                }
                filled.add(other);
            }
            return filled;
        }
        if (!(node instanceof Map<?, ?>)) {
            return node;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        if ("PARAMETER".equals(map.get("class"))) {
            String name = String.valueOf(map.get("identifier")).toLowerCase(Locale.ROOT);
            Object value = values.get(name);
            if (value == null || value.toString().isBlank()) {
                log.debug("{} sees no row by a rule that asks for {}, which is not known", viewer.name(), name);
                return null;
            }
            return name.equals(TODAY) ? SyntaxTree.date(value.toString()) : SyntaxTree.constant(value.toString());
        }
        for (Map.Entry<String, Object> entry : map.entrySet()) {
            if (entry.getKey().equals("named_param_map")) {
                entry.setValue(List.of());
            } else if (entry.getValue() != null) {
                Object other = filled(entry.getValue(), values);
                if (other == null) {
                    return null;
                }
                entry.setValue(other);
            }
        }
        return map;
    }
}
