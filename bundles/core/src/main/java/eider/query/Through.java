package eider.query;

import eider.engine.EngineException;
import eider.policy.Sight;
import eider.store.Sql;
import eider.store.SyntaxTree;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A statement of Eider's own, seen through a viewer's policy: each table in its syntax tree is replaced by the SELECT of the rows and columns that the viewer sees, and the
 * tree is written out again. A table that is not seen is not there.
 */
final class Through {
    private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

    private final Sql sql;
    private final Sight sight;

    private Through(Sql sql, Sight sight) {
        this.sql = sql;
        this.sight = sight;
    }

    /** @param tree of one SELECT; it is changed */
    static String written(Sql sql, Sight sight, SyntaxTree tree) throws EngineException, SQLException {
        new Through(sql, sight).relations(SyntaxTree.object(tree.statements().getFirst()).get("node"), Set.of());
        String written = SyntaxTree.of(tree.root()).written(sql);
        if (written == null) {
            throw new EngineException("the statement cannot be limited to what its viewer may see: DuckDB cannot write out what it has parsed");
        }
        return written;
    }

    /** @param outer the names that stand for a named subquery here, in small letters */
    private Object relations(Object node, Set<String> outer) throws EngineException, SQLException {
        if (node instanceof List<?> list) {
            List<Object> through = new ArrayList<>();
            for (Object one : list) {
                through.add(relations(one, outer));
            }
            return through;
        }
        if (!(node instanceof Map<?, ?>)) {
            return node;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        if ("BASE_TABLE".equals(map.get("type"))) {
            return table(map, outer);
        }
        Set<String> names = new HashSet<>(outer);
        // A named subquery sees those before it; the rest of the statement sees all.
        for (Object entry : SyntaxTree.list(SyntaxTree.object(map.get("cte_map")).get("map"))) {
            Map<String, Object> named = SyntaxTree.object(entry);
            named.put("value", relations(named.get("value"), names));
            names.add(small(named.get("key")));
        }
        // Only the part that is repeated sees what came of it before; the part that it begins with sees the table of that name.
        Set<String> repeated = new HashSet<>(names);
        repeated.add(small(map.get("cte_name")));
        boolean recursive = "RECURSIVE_CTE_NODE".equals(map.get("type"));
        for (Map.Entry<String, Object> child : map.entrySet()) {
            if (!child.getKey().equals("cte_map")) {
                child.setValue(relations(child.getValue(), recursive && child.getKey().equals("right") ? repeated : names));
            }
        }
        return map;
    }

    /** In small letters as DuckDB compares names, which is those of ASCII only: the Kelvin sign is no k to it. */
    private static String small(Object name) {
        return CAPITALS.matcher(String.valueOf(name)).replaceAll(letters -> letters.group().toLowerCase(Locale.ROOT));
    }

    private Object table(Map<String, Object> node, Set<String> names) throws EngineException, SQLException {
        String schema = small(node.get("schema_name"));
        String table = small(node.get("table_name"));
        String catalog = String.valueOf(node.get("catalog_name"));
        if (schema.isEmpty() && catalog.isEmpty() && names.contains(table)) {
            return node;
        }
        String name = schema.isEmpty() || schema.equals("main") ? table : schema + "." + table;
        String select = catalog.isEmpty() && node.get("at_clause") == null ? sight.select(sql, name) : null;
        if (select == null) {
            throw new EngineException("there is no table '" + name + "' that you may see");
        }
        Map<String, Object> subquery = new HashMap<>();
        subquery.put("type", "SUBQUERY");
        String alias = String.valueOf(node.get("alias"));
        subquery.put("alias", alias.isEmpty() ? table : alias);
        subquery.put("sample", node.get("sample"));
        subquery.put("column_name_alias", node.get("column_name_alias"));
        subquery.put("subquery", SyntaxTree.object(SyntaxTree.of(sql, select).statements().getFirst()));
        return subquery;
    }
}
