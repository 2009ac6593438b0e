package eider.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DuckDB's own syntax tree of a text, as maps and lists; a name or text in it is a {@code String}, a number a {@link Number}.
 *
 * @param json as DuckDB wrote it
 */
public record SyntaxTree(String json, Map<String, Object> root) {
    private static final Logger log = LoggerFactory.getLogger(SyntaxTree.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** A number as DuckDB wrote it: 64 bits without a sign are among them. */
    public record Number(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** The text is not run. A text that does not parse has an {@link #error}. */
    public static SyntaxTree of(Sql sql, String text) throws SQLException {
        String json = sql.first("SELECT json_serialize_sql(CAST(? AS VARCHAR))", row -> row.getString(1), text);
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return new SyntaxTree(json, object(value(parser)));
        } catch (StreamConstraintsException e) {
            throw new SQLException("the statement is nested too deeply", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the syntax tree cannot be read", e);
        }
    }

    /** What the parser said; null where it understood. */
    public String error() {
        return Boolean.TRUE.equals(root.get("error")) ? String.valueOf(root.get("error_message")) : null;
    }

    /** Where it stumbled, counted from 0; -1 where it did not say. */
    public int errorPosition() {
        return position(root.get("position"));
    }

    /** A place in the text, counted from 0; -1 where the tree does not say. */
    public static int position(Object told) {
        String text = String.valueOf(told);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    public List<Object> statements() {
        return list(root.get("statements"));
    }

    /** A text constant as a node. */
    public static Map<String, Object> constant(String text) {
        return node("CONSTANT", "VALUE_CONSTANT", Map.of("literal", text == null ? Map.of("kind", "NULL_LITERAL", "text", "") : Map.of("kind", "STRING", "text", text)));
    }

    /** A day as a node, written as {@code 2026-01-31}. */
    public static Map<String, Object> date(String day) {
        Map<String, Object> type = new LinkedHashMap<>(Map.of("class", "TYPE", "type", "TYPE", "alias", "", "catalog", "", "schema", "", "type_name", "date"));
        type.put("children", List.of());
        type.put("qualified_name", Map.of("path", List.of("date")));
        return node("CAST", "OPERATOR_CAST", Map.of("child", constant(day), "try_cast", false, "type_expr", type));
    }

    private static Map<String, Object> node(String type, String kind, Map<String, Object> more) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("class", type);
        node.put("type", kind);
        node.put("alias", "");
        node.putAll(more);
        return node;
    }

    /** The tree that {@code root} now is. */
    public static SyntaxTree of(Map<String, Object> root) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            write(out, root);
        } catch (IOException e) {
            throw new UncheckedIOException("a syntax tree cannot be written", e);
        }
        return new SyntaxTree(text.toString(), root);
    }

    private static void write(JsonGenerator out, Object node) throws IOException {
        switch (node) {
            case null -> out.writeNull();
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.writeFieldName(String.valueOf(entry.getKey()));
                    write(out, entry.getValue());
                }
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                for (Object one : list) {
                    write(out, one);
                }
                out.writeEndArray();
            }
            case Boolean truth -> out.writeBoolean(truth);
            case Number number -> out.writeNumber(number.text());
            default -> out.writeString(node.toString());
        }
    }

    /** The text once more, without comments and in DuckDB's own writing; null where it cannot write it, or that would be another statement. */
    public String written(Sql sql) throws SQLException {
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
    public static Map<String, Object> object(Object node) {
        return node instanceof Map<?, ?> ? (Map<String, Object>) node : Map.of();
    }

    @SuppressWarnings("unchecked")
    public static List<Object> list(Object node) {
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
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Number(parser.getText());
            default -> parser.getText();
        };
    }
}
