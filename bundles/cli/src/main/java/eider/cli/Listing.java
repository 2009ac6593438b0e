package eider.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Things of one kind and their columns, some for people, some for scripts, most for both. Keys are stable: scripts rely on them; a new column goes
 * to the end.
 *
 * @param <T> what is listed
 */
final class Listing<T> {
    private record Column<T>(Heading heading, boolean table, boolean script, Function<T, Object> value) {}

    private final List<Column<T>> columns = new ArrayList<>();

    /** For both. */
    Listing<T> text(String key, Function<T, Object> value) {
        return add(key, false, false, true, true, value);
    }

    /** A number that names something: an id. */
    Listing<T> id(String key, Function<T, Object> value) {
        return add(key, true, false, true, true, value);
    }

    /** A number that says how many; people read it with commas. */
    Listing<T> count(String key, Function<T, Object> value) {
        return add(key, true, true, true, true, value);
    }

    /** For scripts only: too long for a table. */
    Listing<T> detail(String key, Function<T, Object> value) {
        return add(key, false, false, false, true, value);
    }

    /** For people only: a short form of a detail. */
    Listing<T> brief(String key, Function<T, Object> value) {
        return add(key, false, false, true, false, value);
    }

    void write(Console console, Format format, Iterable<T> things) {
        List<Column<T>> shown = columns.stream().filter(c -> format == Format.TABLE ? c.table : c.script).toList();
        try (RowWriter writer = format.open(console, shown.stream().map(Column::heading).toList())) {
            for (T thing : things) {
                writer.row(shown.stream().map(c -> c.value.apply(thing)).toArray());
            }
        }
    }

    private Listing<T> add(String key, boolean right, boolean grouped, boolean table, boolean script, Function<T, Object> value) {
        columns.add(new Column<>(new Heading(key, key.toUpperCase(Locale.ROOT).replace('_', ' '), right, grouped, ""), table, script, value));
        return this;
    }
}
