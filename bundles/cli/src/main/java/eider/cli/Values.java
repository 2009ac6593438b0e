package eider.cli;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as text: the same in a table's cell and in a CSV field, and as a JSON string where JSON has no type for them. */
final class Values {
    private Values() {}

    /** Never null for a value that is not null. */
    static String text(Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Number number -> Text.number(number);
            case Enum<?> word -> word.name().toLowerCase(Locale.ROOT);
            case Instant instant -> instant.toString();
            // DuckDB's own way of writing a blob, without its \x marks
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case List<?> list -> Json.text(list);
            case Map<?, ?> map -> Json.text(map);
            // dates and times of java.time print as ISO 8601
            default -> value.toString();
        };
    }
}
