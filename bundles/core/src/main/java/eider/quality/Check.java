package eider.quality;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/**
 * What a rule asks for. Those of a {@link Value} can be told of each row by itself; {@link Unique} and {@link Exists} look at what will be there after the load; those of
 * a {@link Whole} are about a load and not about a row of it. An empty value breaks nothing but {@link Required}.
 */
public sealed interface Check {

    /** About the value in one column of a row. */
    sealed interface Value extends Check {
        String column();
    }

    /** About a load and what is there after it. */
    sealed interface Whole extends Check {}

    /** There is a value, and it is not blank. */
    record Required(String column) implements Value {
        @Override
        public String toString() {
            return column + " required";
        }
    }

    /** No other row has the same values in these columns. */
    record Unique(List<String> columns) implements Check {
        public Unique {
            columns = List.copyOf(columns);
        }

        @Override
        public String toString() {
            return String.join(", ", columns) + " unique";
        }
    }

    /** A number or a day that a value is compared with. */
    sealed interface Bound {}

    record Amount(BigDecimal number) implements Bound {
        @Override
        public String toString() {
            return number.toPlainString();
        }
    }

    record Day(LocalDate date) implements Bound {
        @Override
        public String toString() {
            return date.toString();
        }
    }

    /**
     * Not below {@code low} and not above {@code high}, each null where that side is open.
     *
     * @param open whether the bound itself is excluded; only where there is one bound
     */
    record Range(String column, Bound low, Bound high, boolean open) implements Value {
        /** The two kinds do not mix. */
        public boolean ofDays() {
            return (low == null ? high : low) instanceof Day;
        }

        /** What comes after the column. */
        String wanted() {
            return open ? low == null ? "below " + high : "above " + low : "in " + (low == null ? "" : low) + ".." + (high == null ? "" : high);
        }

        @Override
        public String toString() {
            return column + " " + wanted();
        }
    }

    /** One of some words or numbers, written exactly so. */
    record OneOf(String column, List<String> values) implements Value {
        public OneOf {
            values = List.copyOf(values);
        }

        /** What comes after the column. */
        String wanted() {
            return "one of " + String.join(", ", values.stream().map(Words::quoted).toList());
        }

        @Override
        public String toString() {
            return column + " " + wanted();
        }
    }

    /** The whole value matches a regular expression of RE2. */
    record Matches(String column, String pattern) implements Value {
        @Override
        public String toString() {
            return column + " matches " + Words.quotedPattern(pattern);
        }
    }

    /**
     * The value stands in a column of another table.
     *
     * @param connection whose dataset; null for a canonical table
     * @param table the dataset, or the canonical table
     */
    record Exists(String column, String connection, String table, String of) implements Value {
        /** How the other column is written. */
        public String place() {
            return (connection == null ? "" : connection + ".") + table + "." + of;
        }

        @Override
        public String toString() {
            return column + " exists in " + place();
        }
    }

    /** The newest value is not older than this. */
    record Newer(String column, Duration age) implements Whole {
        @Override
        public String toString() {
            return column + " newer than " + Durations.text(age);
        }
    }

    /** As many rows come as in the loads before, more or less. */
    record RowCount(int percent, int loads) implements Whole {
        /** What it begins with as text, whatever its numbers are: a changed number does not forget the loads before. */
        public static final String BEGINNING = "rows within ";

        @Override
        public String toString() {
            return BEGINNING + percent + "% of the last " + loads + " loads";
        }
    }
}
