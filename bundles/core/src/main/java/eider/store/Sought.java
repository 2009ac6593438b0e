package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.Limits;
import eider.store.ingest.Lines;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A row that is looked for in its source: what a row there must be like to be it. A row is the same if the load of it would make the same values; where the dataset has a
 * key, another version of it is told too.
 */
public final class Sought {

    /** What a row of the source is to the one that is looked for. */
    public enum Likeness { SAME, SAME_KEY, OTHER }

    private final Map<String, Type> columns;
    private final Map<String, String> values;
    private final Map<String, String> plain = new LinkedHashMap<>();
    private final List<String> key;

    /**
     * @param columns of the raw table
     * @param values the row's, as the texts that the database makes of them
     * @param key the fields by which rows are told apart; none: only whole rows are compared
     */
    public Sought(Map<String, Type> columns, Map<String, String> values, List<String> key) {
        this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        this.key = List.copyOf(key);
        columns.forEach((name, type) -> plain.put(name, plain(typed(Field.of(name, type, "As it was loaded."), values.get(name)))));
    }

    private static Object typed(Field field, String text) {
        try {
            return text == null || field.type().kind() == Type.Kind.TEXT ? text : Mended.value(field, text);
        } catch (Values.Misfit misfit) {
            // What the database writes and nobody else, such as the infinite: compared as it stands.
            return text;
        }
    }

    /** One text for all ways to write a value; null for none. The database keeps millionths of a second. */
    private static String plain(Object value) {
        return switch (value) {
            case null -> null;
            case BigDecimal number -> number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
            case LocalDateTime time -> time.truncatedTo(ChronoUnit.MICROS).toString();
            case OffsetDateTime time -> time.toInstant().truncatedTo(ChronoUnit.MICROS).toString();
            default -> value.toString();
        };
    }

    /**
     * What a row is that the source pushes.
     *
     * @param dataset as the source declares it now
     * @param pushed in the order of its fields
     */
    public Likeness of(Dataset dataset, Object... pushed) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(pushed.length, dataset.fields().size()); i++) {
            Field field = dataset.fields().get(i);
            try {
                row.put(field.name(), plain(Values.check(field, pushed[i])));
            } catch (Values.Misfit misfit) {
                return Likeness.OTHER;
            }
        }
        if (columns.keySet().stream().allMatch(name -> same(name, row))) {
            return Likeness.SAME;
        }
        return !key.isEmpty() && key.stream().allMatch(name -> same(name, row)) ? Likeness.SAME_KEY : Likeness.OTHER;
    }

    private boolean same(String name, Map<String, String> row) {
        String there = row.get(name);
        String here = plain.get(name);
        return here == null ? there == null : here.equals(there);
    }

    /** Looks for it in a file that the source wants scanned. */
    public Lines in(Scan scan, Path handover, Limits limits, int most) throws SourceException, InterruptedException {
        Scan fitted = Pending.fitted(scan, columns);
        Map<String, Field> fields = fitted.columns().stream().collect(Collectors.toMap(column -> column.field().name(), Scan.Column::field, (one, other) -> one));
        List<String> same = new ArrayList<>();
        for (String name : columns.keySet()) {
            same.add(condition(name, fields));
        }
        List<String> sameKey = new ArrayList<>();
        key.forEach(name -> sameKey.add(condition(name, fields)));
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : key.isEmpty() ? columns.keySet() : key) {
            if (fields.containsKey(name) && fields.get(name).type().kind() == Type.Kind.TEXT) {
                texts.put(name, values.get(name));
            }
        }
        return Lines.of(fitted, handover, limits, new Lines.Wanted(String.join(" AND ", same), sameKey.isEmpty() ? "false" : String.join(" AND ", sameKey), texts), most);
    }

    /** A field that the file lacks is empty in all of its rows. */
    private String condition(String name, Map<String, Field> fields) {
        String value = values.get(name);
        if (!fields.containsKey(name)) {
            return value == null ? "true" : "false";
        }
        return "CAST(" + Sql.name(name) + " AS VARCHAR) IS NOT DISTINCT FROM " + (value == null ? "NULL" : Sql.text(value));
    }
}
