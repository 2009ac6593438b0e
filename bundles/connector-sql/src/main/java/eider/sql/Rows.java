package eider.sql;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Turns the rows of a table into what a sink takes. Holds nothing, so several threads may ask it. */
final class Rows {
    /** Rows that the driver fetches at once, and the characters that they shall come to. */
    static final int FEWEST_FETCHED = 20;
    private static final int MOST_FETCHED = 1_000;
    private static final long FETCHED_CHARACTERS = 2 << 20;

    private final Dialect dialect;
    private final Table table;
    private final Column[] columns;

    Rows(Dialect dialect, Table table) {
        this.dialect = dialect;
        this.table = table;
        this.columns = table.columns().toArray(Column[]::new);
    }

    /**
     * A row.
     *
     * @param values what a sink takes, in the order of the columns
     * @param wrong why it cannot be taken, as a sentence; null if it can
     * @param emptied how many values are empty here because their fields could not hold them
     * @param length of its text, in characters
     */
    record Row(Object[] values, String wrong, int emptied, int length) {
    }

    /** How many rows to fetch at once where the longest so far had this many characters. */
    static int fetch(int longest) {
        return (int) Math.clamp(FETCHED_CHARACTERS / Math.max(1, longest), FEWEST_FETCHED, MOST_FETCHED);
    }

    /** What it reads, for people. */
    String told() {
        return table.told();
    }

    /** How many columns it reads. */
    int width() {
        return columns.length;
    }

    /** The text of a row's column, by its number from 0; null where there is none. */
    interface Texts {
        String text(int column) throws SQLException;
    }

    private Texts texts(ResultSet row) {
        return column -> dialect.text(row, column + 1, columns[column]);
    }

    Row row(ResultSet row) throws SQLException {
        return row(texts(row));
    }

    Row row(Texts row) throws SQLException {
        Object[] values = new Object[columns.length];
        String wrong = null;
        int emptied = 0;
        int length = 0;
        for (int i = 0; i < values.length; i++) {
            String text = row.text(i);
            if (text == null) {
                continue;
            }
            length += text.length();
            try {
                values[i] = dialect.value(columns[i], text);
            } catch (Misfit e) {
                if (columns[i].lenient()) {
                    emptied++;
                } else {
                    wrong = wrong == null ? e.getMessage() : wrong;
                }
            }
        }
        return new Row(values, wrong, emptied, length);
    }

    /** What a cursor keeps of a row: the values of the columns in whose order it is read, null where it has none. */
    List<String> at(ResultSet row) throws SQLException {
        List<String> at = new ArrayList<>();
        for (Column column : table.order()) {
            at.add(dialect.text(row, table.columns().indexOf(column) + 1, column));
        }
        return at;
    }

    /** Where a row stands, for a person: by its key, or by what else is known of it. */
    String place(ResultSet row, String otherwise) throws SQLException {
        return place(texts(row), otherwise);
    }

    String place(Texts row, String otherwise) throws SQLException {
        if (table.key().isEmpty()) {
            return table.told() + ", " + otherwise;
        }
        StringBuilder place = new StringBuilder(table.told());
        for (Column column : table.key()) {
            place.append(place.length() == table.told().length() ? ", " : " and ").append(column.name()).append(" = ")
                    .append(row.text(table.columns().indexOf(column)));
        }
        return place.toString();
    }

    /**
     * A JSON object, field by field as a person would mend it; what is bad is as the server wrote it.
     *
     * @param values that were understood, null where one was not
     */
    String raw(ResultSet row, Object[] values) throws SQLException {
        return raw(texts(row), values);
    }

    String raw(Texts row, Object[] values) throws SQLException {
        StringBuilder raw = new StringBuilder("{");
        for (int i = 0; i < columns.length; i++) {
            String text = switch (values[i]) {
                case null -> row.text(i);
                case BigDecimal number -> number.toPlainString();
                default -> values[i].toString();
            };
            raw.append(i == 0 ? "" : ",").append('"').append(columns[i].field().name()).append("\":");
            if (text == null) {
                raw.append("null");
            } else {
                raw.append('"');
                text.chars().forEach(c -> raw.append(c == '"' || c == '\\' ? "\\" + (char) c : c < 0x20 ? String.format("\\u%04x", c) : (char) c));
                raw.append('"');
            }
        }
        return raw.append('}').toString();
    }

    /**
     * The statement that reads it.
     *
     * @param more expressions to select beside the columns
     * @param where a condition, or empty
     */
    String select(String more, String where, boolean ordered) {
        StringBuilder select = new StringBuilder("SELECT ");
        for (int i = 0; i < columns.length; i++) {
            select.append(i == 0 ? "" : ", ").append(columns[i].expression());
        }
        select.append(more.isEmpty() ? "" : ", " + more).append(" FROM ").append(table.sql()).append(where.isEmpty() ? "" : " WHERE " + where);
        if (ordered && !table.order().isEmpty()) {
            select.append(" ORDER BY ").append(String.join(", ", table.order().stream().map(column -> dialect.ordered(column)).toList()));
        }
        return select.toString();
    }
}
