package eider.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * JSON, written by hand: it must escape what a terminal would obey (C1 controls, marks of direction) and leave every other letter readable, and
 * Jackson can only be asked for all of non-ASCII or none; and a command that starts in a process of its own should not pay for a library's classes.
 * Decimals keep all their digits.
 */
final class Json implements RowWriter {
    private final Console console;
    private final List<String> keys;
    private boolean begun;

    Json(Console console, List<Heading> headings) {
        this.console = console;
        this.keys = headings.stream().map(Heading::key).toList();
    }

    @Override
    public void row(Object... values) {
        StringBuilder line = new StringBuilder(begun ? ",\n " : "[\n ");
        begun = true;
        for (int i = 0; i < values.length; i++) {
            line.append(i == 0 ? "{" : ", ");
            quote(line, keys.get(i));
            line.append(": ");
            value(line, values[i]);
        }
        console.print(line.append('}').toString());
    }

    @Override
    public void close() {
        console.print(begun ? "\n]\n" : "[]\n");
    }

    /** A single value, on one line. */
    static String text(Object value) {
        StringBuilder text = new StringBuilder();
        value(text, value);
        return text.toString();
    }

    /** An object that stands alone, one member a line. */
    static String document(Map<String, ?> members) {
        StringBuilder text = new StringBuilder("{");
        members.forEach((key, value) -> {
            text.append(text.length() == 1 ? "\n  " : ",\n  ");
            quote(text, key);
            text.append(": ");
            value(text, value);
        });
        return text.append("\n}\n").toString();
    }

    private static void value(StringBuilder to, Object value) {
        switch (value) {
            case null -> to.append("null");
            case Boolean flag -> to.append(flag);
            // JSON has no number for these
            case Double number when number.isNaN() || number.isInfinite() -> quote(to, number.toString());
            case Float number when number.isNaN() || number.isInfinite() -> quote(to, number.toString());
            case Number number -> to.append(Text.number(number));
            case List<?> list -> {
                to.append('[');
                String comma = "";
                for (Object element : list) {
                    to.append(comma);
                    comma = ", ";
                    value(to, element);
                }
                to.append(']');
            }
            case Map<?, ?> map -> {
                to.append('{');
                String comma = "";
                // DuckDB's MAP may have keys that are no text, two of which may look the same as text
                Map<String, Object> members = new LinkedHashMap<>();
                map.forEach((key, member) -> members.put(unused(members, String.valueOf(Values.text(key))), member));
                for (Map.Entry<String, Object> member : members.entrySet()) {
                    to.append(comma);
                    comma = ", ";
                    quote(to, member.getKey());
                    to.append(": ");
                    value(to, member.getValue());
                }
                to.append('}');
            }
            default -> quote(to, Values.text(value));
        }
    }

    private static String unused(Map<String, Object> members, String key) {
        String name = key;
        for (int i = 2; members.containsKey(name); i++) {
            name = key + "_" + i;
        }
        return name;
    }

    private static void quote(StringBuilder to, String text) {
        to.append('"');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\t' -> to.append("\\t");
                case '\r' -> to.append("\\r");
                default -> {
                    if (Text.steers(c)) {
                        for (char half : Character.toChars(c)) {
                            to.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
                        }
                    } else {
                        to.appendCodePoint(c);
                    }
                }
            }
        }
        to.append('"');
    }
}
