package eider.files;

import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Names;
import eider.kit.Options;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which column of a file is which field. */
final class Mapping {
    private Mapping() {
    }

    /**
     * A field name for each heading, in order: what the option {@code columns} says, else a field of the canonical table whose name is the
     * heading's but for case, spaces and underscores, else the one of {@code names}, which are legal and come from the headings.
     */
    static List<String> fields(List<String> headings, List<String> names, Settings settings) throws SourceException {
        String[] fields = new String[headings.size()];
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < fields.length; i++) {
            String field = configured(headings.get(i), settings.columns());
            if (field != null) {
                if (!taken.add(field)) {
                    throw Options.wrong("columns", "two columns of one file are mapped to '" + field + "'.");
                }
                fields[i] = field;
            }
        }
        if (settings.canonical() != null) {
            for (Field field : settings.canonical().fields()) {
                for (int i = 0; i < fields.length && !taken.contains(field.name()); i++) {
                    if (fields[i] == null && squeezed(headings.get(i)).equals(squeezed(field.name()))) {
                        taken.add(field.name());
                        fields[i] = field.name();
                    }
                }
            }
            // A second "Date" must not become the field by its name.
            settings.canonical().fields().forEach(field -> taken.add(field.name()));
        }
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] == null) {
                fields[i] = Names.free(names.get(i), i, taken);
            }
        }
        return new ArrayList<>(Arrays.asList(fields));
    }

    /** Refuses a file that lacks what the canonical table cannot do without. */
    static void checkComplete(List<String> headings, List<String> fields, Settings settings) throws SourceException {
        if (settings.canonical() == null) {
            return;
        }
        List<String> missing = settings.canonical().fields().stream().filter(field -> field.required() && !settings.defaults()
                .containsKey(field.name())
                && !fields.contains(field.name())).map(Field::name).toList();
        if (!missing.isEmpty()) {
            String example = headings.stream().filter(heading -> !heading.isBlank() && settings.canonical().field(Names.snake(heading)) == null)
                    .findFirst().orElse("Datum");
            throw new SourceException(Kind.DATA, "it lacks the column" + (missing.size() > 1 ? "s " : " ") + String.join(", ", missing) + " of "
                    + settings.dataset()
                    + "; it has " + listed(headings) + ". Say which is which with the option columns, for instance columns = " + example + "="
                    + missing.getFirst() + ".");
        }
    }

    private static String listed(List<String> headings) {
        int shown = Math.min(headings.size(), 30);
        return String.join(", ", headings.subList(0, shown)) + (headings.size() > shown ? " and " + (headings.size() - shown) + " more" : "");
    }

    private static String configured(String heading, Map<String, String> columns) {
        String exact = columns.get(heading);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, String> one : columns.entrySet()) {
            if (one.getKey().strip().equalsIgnoreCase(heading.strip())) {
                return one.getValue();
            }
        }
        return null;
    }

    private static String squeezed(String name) {
        return Names.snake(name).replace("_", "");
    }
}
