package eider.quality;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One line of the language.
 *
 * @param check what is asked for
 * @param where of which rows; null: of all
 * @param action what happens to what breaks it
 */
public record Rule(Check check, Where where, Action action) {

    /**
     * Only rows whose column holds this value, or with {@code not} any other, none included.
     */
    public record Where(String column, boolean not, String value) {
        @Override
        public String toString() {
            return "where " + column + (not ? " is not " : " is ") + Words.quoted(value);
        }
    }

    public Rule {
        Objects.requireNonNull(check, "check");
        Objects.requireNonNull(action, "action");
        if (check instanceof Check.Whole && action == Action.QUARANTINE) {
            throw new IllegalArgumentException("'" + check + "' is about a load and not about one row of it, so there is no row to quarantine: say warn or fail");
        }
    }

    /** The rule without its action, as it can be written. */
    public String text() {
        return where == null ? check.toString() : check + " " + where;
    }

    /** The whole line, as it can be written. */
    @Override
    public String toString() {
        return text() + " -> " + action.word();
    }

    /** The columns that it needs. */
    public List<String> columns() {
        List<String> columns = new ArrayList<>(switch (check) {
            case Check.Value value -> List.of(value.column());
            case Check.Unique unique -> unique.columns();
            case Check.Newer newer -> List.of(newer.column());
            case Check.RowCount count -> List.<String>of();
        });
        if (where != null && !columns.contains(where.column)) {
            columns.add(where.column);
        }
        return columns;
    }

    /** What is said before the value that broke it; the value is said in quotes. */
    public String before() {
        return switch (check) {
            case Check.Required required -> required.column() + ": ";
            case Check.Value value -> value.column() + ": '";
            case Check.Unique unique -> String.join(", ", unique.columns()) + ": '";
            case Check.Newer newer -> newer.column() + ": '";
            case Check.RowCount count -> "'";
        };
    }

    /** What is said after the value that broke it. */
    public String after() {
        String breach = switch (check) {
            case Check.Required required -> "empty, but required";
            case Check.Unique unique -> "' is there already, but must be unique";
            case Check.Range range -> "' is not " + range.wanted();
            case Check.OneOf set -> "' is not " + set.wanted();
            case Check.Matches matches -> "' does not match " + matches.pattern();
            case Check.Exists exists -> "' does not exist in " + exists.place();
            case Check.Newer newer -> "' is the newest, which is not newer than " + Durations.text(newer.age());
            case Check.RowCount count -> "' rows came, which is not within " + count.percent() + "% of the last " + count.loads() + " loads";
        };
        return where == null ? breach : breach + " (" + where + ")";
    }
}
