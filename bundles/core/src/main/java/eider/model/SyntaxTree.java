package eider.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import eider.store.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DuckDB's own syntax tree of a text, as maps and lists. */
record SyntaxTree(String json, Map<String, Object> root) {
    private static final Logger log = LoggerFactory.getLogger(SyntaxTree.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** The text is not run. A text that does not parse has an {@link #error}. */
    static SyntaxTree of(Sql sql, String text) throws SQLException {
        String json = sql.first("SELECT json_serialize_sql(CAST(? AS VARCHAR))", row -> row.getString(1), text);
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return new SyntaxTree(json, object(value(parser)));
        } catch (IOException e) {
            throw new UncheckedIOException("the syntax tree cannot be read", e);
        }
    }

    /** What the parser said; null where it understood. */
    String error() {
        return Boolean.TRUE.equals(root.get("error")) ? String.valueOf(root.get("error_message")) : null;
    }

    /** Where it stumbled, counted from 0; -1 where it did not say. */
    int errorPosition() {
        return root.get("position") instanceof String text && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    List<Object> statements() {
        return list(root.get("statements"));
    }

    /** The text once more, without comments and in DuckDB's own writing; null where it cannot write it, or that would be another statement. */
    String written(Sql sql) throws SQLException {
        String text;
        try {
            text = sql.first("SELECT json_deserialize_sql(CAST(? AS JSON))", row -> row.getString(1), json);
        } catch (SQLException unwritable) {
            log.debug("DuckDB cannot write out what it has parsed: {}", Sql.sentence(unwritable));
            return null;
        }
        SyntaxTree again = of(sql, text);
        return again.error() == null && plain(again.root).equals(plain(root)) ? text : null;
    }

    /** Without the places in the text. */
    private static Object plain(Object node) {
        return switch (node) {
            case Map<?, ?> map -> {
                Map<Object, Object> plain = new LinkedHashMap<>();
                map.forEach((name, value) -> {
                    if (!String.valueOf(name).startsWith("query_location")) {
                        plain.put(name, plain(value));
                    }
                });
                yield plain;
            }
            case List<?> list -> list.stream().map(one -> one == null ? "null" : plain(one)).toList();
            case null -> "null";
            default -> node;
        };
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object node) {
        return node instanceof Map<?, ?> ? (Map<String, Object>) node : Map.of();
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object node) {
        return node instanceof List<?> ? (List<Object>) node : List.of();
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }
}
