package eider.connector;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table as a source offers it.
 *
 * <p>With a key, a row that is pushed again replaces the one with the same key. Without one, rows belong to the
 * {@linkplain Sink#part part} (file, report, sheet) that they came in: equal rows within a part all count, and reading the
 * part again replaces what it held before.
 *
 * @param name lower_snake, at most 63 characters
 * @param description one sentence, not empty
 * @param fields at least one, names distinct; their order is the order of values in {@link Sink#upsert}
 * @param key names of the fields that identify a row; empty for a dataset without a key
 */
public record Dataset(String name, String description, List<Field> fields, List<String> key) {
    public Dataset {
        fields = List.copyOf(fields);
        key = List.copyOf(key);
        if (!Field.NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no dataset name: lower_snake with at most 63 characters, beginning with a letter");
        }
        if (description.isBlank()) {
            throw new IllegalArgumentException("dataset '" + name + "' lacks a description");
        }
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("dataset '" + name + "' has no fields");
        }
        Set<String> names = new HashSet<>();
        for (Field field : fields) {
            if (!names.add(field.name())) {
                throw new IllegalArgumentException("dataset '" + name + "' has two fields '" + field.name() + "'");
            }
        }
        for (String part : key) {
            if (!names.contains(part)) {
                throw new IllegalArgumentException("the key of dataset '" + name + "' names '" + part + "', which is no field of it");
            }
        }
    }

    /** The field of this name, or null. */
    public Field field(String name) {
        return fields.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
    }
}
