package eider.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import eider.engine.EngineException;
import eider.store.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks at a statement before it runs, through DuckDB's own syntax tree and never at its text. It must be one SELECT, which is what DuckDB can serialise; and it must read
 * tables only: the live instance can reach the hand-over folder, where files of others lie, so table functions go by an allow-list and a relation is never a path.
 */
final class Statement {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> TABLE_FUNCTIONS = Set.of("range", "generate_series", "unnest", "json_each", "json_tree", "duckdb_tables", "duckdb_views",
            "duckdb_columns", "duckdb_schemas", "duckdb_types", "duckdb_functions", "duckdb_settings", "duckdb_memory", "pragma_table_info", "pragma_database_size",
            "pragma_version");
    /** What a path has and the name of a table of ours has not. */
    private static final Pattern PATH = Pattern.compile("[./\\\\:*?\\[]");

    private Statement() {}

    static void check(Sql reader, String sql) throws SQLException, EngineException {
        String tree = reader.first("SELECT json_serialize_sql(CAST(? AS VARCHAR))", row -> row.getString(1), sql);
        if (tree.startsWith("{\"error\":true")) {
            String message = reader.first("SELECT CAST(? AS JSON) ->> '$.error_message'", row -> row.getString(1), tree);
            throw new EngineException(message != null && message.startsWith("Only SELECT")
                    ? "only a SELECT can be run here; tables are changed by loads" : message == null ? "the statement cannot be understood" : message.lines().findFirst().orElse(message));
        }
        long statements = reader.number("SELECT json_array_length(CAST(? AS JSON), '$.statements')", tree);
        if (statements != 1) {
            throw new EngineException(statements == 0 ? "the statement is empty" : "one SELECT at a time: these are " + statements + " statements");
        }
        try (JsonParser parser = JSON.createParser(tree)) {
            walk(parser);
        } catch (IOException e) {
            throw new UncheckedIOException("the syntax tree cannot be read", e);
        }
    }

    private static void walk(JsonParser parser) throws IOException, EngineException {
        // The types of the nodes that the parser is in: a function's name stands in an object inside of the one that says TABLE_FUNCTION.
        Deque<String> types = new ArrayDeque<>();
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            switch (token) {
                case START_OBJECT -> types.push("");
                case END_OBJECT -> types.pop();
                case VALUE_STRING -> {
                    String name = parser.currentName();
                    String value = parser.getText();
                    if ("type".equals(name)) {
                        types.pop();
                        types.push(value);
                    } else if ("table_name".equals(name) && PATH.matcher(value).find()) {
                        throw new EngineException("there is no table '" + value + "'; files are read by connectors, not by queries");
                    } else if ("function_name".equals(name) && isTableFunction(types) && !TABLE_FUNCTIONS.contains(value)) {
                        throw new EngineException("the table function " + value + " cannot be used here; files are read by connectors, not by queries");
                    }
                }
                default -> { }
            }
        }
    }

    private static boolean isTableFunction(Deque<String> types) {
        return types.stream().skip(1).findFirst().orElse("").equals("TABLE_FUNCTION");
    }
}
