package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import java.util.ArrayList;
import java.util.List;

/** A dataset's fields as text, for the ledger: {@code name TYPE} in each line, and {@code required} behind it where it is. */
final class Declared {
    private static final String REQUIRED = " required";

    private Declared() {}

    static String text(Dataset dataset) {
        return String.join("\n", dataset.fields().stream().map(field -> field.name() + " " + field.type() + (field.required() ? REQUIRED : "")).toList());
    }

    static List<Field> fields(String text) {
        List<Field> fields = new ArrayList<>();
        for (String line : text.isEmpty() ? new String[0] : text.split("\n")) {
            int blank = line.indexOf(' ');
            boolean required = line.endsWith(REQUIRED);
            String type = line.substring(blank + 1, required ? line.length() - REQUIRED.length() : line.length());
            fields.add(new Field(line.substring(0, blank), Types.of(type), required, "As its source last declared it."));
        }
        return fields;
    }

    static Dataset dataset(String name, String key, String fields) {
        return new Dataset(name, "As its source last declared it.", fields(fields), key.isEmpty() ? List.of() : List.of(key.split(", ")));
    }
}
