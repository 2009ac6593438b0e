package eider.store;

import eider.connector.Type;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts what is here of a dataset, as its source counts what is there, and keeps what came of comparing the two in {@code ledger.comparisons}. Every
 * method is called inside {@link Store#read} or {@link Store#note}; those that count end with an interrupt of their thread.
 */
public final class Tallies {
    /** How many comparisons of a dataset are remembered. */
    private static final int REMEMBERED = 50;
    /** Ten thousand million numbers of so many digits fit a sum of 38. */
    private static final int SUMMED = 28;
    /** A number that says the same to everybody, in no more digits than fit the type it is summed in. */
    private static final String PLAIN = "'[-+]?[0-9]{1,25}([.][0-9]{1,12})?'";

    /** What is here: of a dataset or a part. */
    public record Here(long rows, Map<String, BigDecimal> sums) {
        public static final Here NOTHING = new Here(0, Map.of());
    }

    /**
     * What is in quarantine: of a dataset or a part.
     *
     * @param sums what the values of its rows add up to, of the fields where each value is a plain number or none at all
     */
    public record Aside(long rows, Map<String, BigDecimal> sums) {
        public static final Aside NOTHING = new Aside(0, Map.of());
    }

    /** How a comparison ended, or that it has not. */
    public enum Outcome { RUNNING, MATCHES, DIFFERS, UNSETTLED, FAILED }

    /**
     * A comparison on record.
     *
     * @param load the last load of the dataset then
     * @param sums in each line a field, its sum here and its sum there, with blanks between them
     */
    public record Row(long id, String connection, String dataset, long load, Instant begun, Outcome outcome, long here, long there, long aside, String sums, String message) {}

    /** The last load by which a dataset was read to its end. */
    public record Completed(String connection, String dataset, long load, Instant at) {}

    private Tallies() {}

    // ---- what is here

    /** The fields of a dataset whose sums are exact. */
    public static Set<String> exact(Sql sql, String connection, String dataset) throws SQLException {
        Set<String> exact = new HashSet<>();
        new RawTable(connection, dataset).columns(sql).forEach((name, type) -> {
            if (type.kind() == Type.Kind.INTEGER || type.kind() == Type.Kind.DECIMAL) {
                exact.add(name);
            }
        });
        return exact;
    }

    /**
     * The rows of a dataset and the sums of some of its exact fields.
     *
     * @param byPart whether of each part, by its name; else of all of it, under the empty name
     */
    public static Map<String, Here> here(Sql sql, String connection, String dataset, Collection<String> fields, boolean byPart) throws SQLException {
        RawTable raw = new RawTable(connection, dataset);
        if (!raw.exists(sql)) {
            return Map.of();
        }
        try {
            return count(sql, raw, List.copyOf(fields), byPart);
        } catch (SQLException e) {
            // What numbers of more digits add up to need not fit any type: their rows are compared, their sums are not.
            Map<String, Type> columns = raw.columns(sql);
            List<String> narrow = fields.stream().filter(field -> columns.get(field).precision() <= SUMMED).toList();
            if (narrow.size() == fields.size() || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return count(sql, raw, narrow, byPart);
        }
    }

    private static Map<String, Here> count(Sql sql, RawTable raw, List<String> fields, boolean byPart) throws SQLException {
        StringBuilder sums = new StringBuilder();
        for (int i = 0; i < fields.size(); i++) {
            sums.append(", CAST(sum(").append(Sql.name(fields.get(i))).append(") AS VARCHAR) AS s").append(i);
        }
        String all = "SELECT " + (byPart ? "_part, " : "'' AS name, ") + "count(*) AS n" + sums + " FROM " + raw.sql() + (byPart ? " GROUP BY _part" : "");
        Map<String, Here> here = new HashMap<>();
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            sql.list(byPart ? "SELECT p.name, c.* EXCLUDE (_part) FROM (" + all + ") c JOIN ledger.parts p ON p.id = c._part" : all,
                    row -> here.put(row.getString(1), new Here(row.getLong(2), sums(row, 3, 1, fields))));
        }
        return here;
    }

    private static Map<String, BigDecimal> sums(ResultSet row, int first, int step, List<String> fields) throws SQLException {
        Map<String, BigDecimal> sums = new HashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            String sum = row.getString(first + i * step);
            sums.put(fields.get(i), sum == null ? BigDecimal.ZERO : new BigDecimal(sum));
        }
        return sums;
    }

    /** What of a dataset is in quarantine. A field of which a value is no plain number, or not known, has no sum. */
    public static Map<String, Aside> aside(Sql sql, String connection, String dataset, Collection<String> fields, boolean byPart) throws SQLException {
        List<String> names = List.copyOf(fields);
        StringBuilder sums = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            String value = "trim(json_extract_string(record, " + path(names.get(i)) + "))";
            sums.append(", CAST(sum(CASE WHEN regexp_full_match(").append(value).append(", ").append(PLAIN).append(") THEN CAST(").append(value)
                    .append(" AS DECIMAL(38,12)) END) AS VARCHAR), count(*) FILTER (WHERE record IS NULL OR regexp_matches(").append(value)
                    .append(", '[0-9]') AND NOT regexp_full_match(").append(value).append(", ").append(PLAIN).append("))");
        }
        Map<String, Aside> aside = new HashMap<>();
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            sql.list("SELECT " + (byPart ? "part" : "''") + ", count(*)" + sums + " FROM ledger.quarantine WHERE resolved_by IS NULL AND connection = ? AND dataset = ?"
                    + (byPart ? " GROUP BY part" : ""), row -> {
                        Map<String, BigDecimal> clear = sums(row, 3, 2, names);
                        for (int i = 0; i < names.size(); i++) {
                            if (row.getLong(4 + i * 2) > 0) {
                                clear.remove(names.get(i));
                            }
                        }
                        return aside.put(row.getString(1), new Aside(row.getLong(2), clear));
                    }, connection, dataset);
        }
        return aside;
    }

    /** The fields of which somebody gave other values to bad rows, which then came in: their sums here are not those of the source any more. */
    public static Set<String> mended(Sql sql, String connection, String dataset, Collection<String> fields) throws SQLException {
        Set<String> mended = new HashSet<>();
        for (String field : fields) {
            if (sql.number("SELECT count(*) FROM ledger.quarantine WHERE mended IS NOT NULL AND resolved_by IS NOT NULL AND connection = ? AND dataset = ?"
                    + " AND json_extract_string(mended, " + path(field) + ") IS DISTINCT FROM json_extract_string(record, " + path(field) + ")", connection, dataset) > 0) {
                mended.add(field);
            }
        }
        return mended;
    }

    private static String path(String field) {
        return Sql.text("$.\"" + field + "\"");
    }

    // ---- what came of it

    /** Puts on record that a comparison begins: where the process ends in the middle of it, or its source never does, that stays. */
    public static Row begun(Sql sql, String connection, String dataset, Instant at) throws SQLException {
        long load = sql.number("SELECT max(id) FROM ledger.loads WHERE connection = ? AND dataset = ?", connection, dataset);
        Row row = new Row(sql.number("SELECT coalesce(max(id), 0) + 1 FROM ledger.comparisons"), connection, dataset, load, at, Outcome.RUNNING, 0, 0, 0, "", "");
        insert(sql, row);
        return row;
    }

    /** Writes how it ended, and forgets those of long ago. */
    public static void ended(Sql sql, Row row) throws SQLException {
        cancelled(sql, row);
        insert(sql, row);
        sql.run("DELETE FROM ledger.comparisons WHERE connection = $1 AND dataset = $2 AND id NOT IN (SELECT id FROM ledger.comparisons WHERE connection = $1 AND dataset = $2"
                + " ORDER BY id DESC LIMIT " + REMEMBERED + ")", row.connection, row.dataset);
    }

    /** As if it had not been begun. */
    public static void cancelled(Sql sql, Row row) throws SQLException {
        sql.run("DELETE FROM ledger.comparisons WHERE id = ?", row.id);
    }

    private static void insert(Sql sql, Row row) throws SQLException {
        sql.run("INSERT INTO ledger.comparisons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row.id, row.connection, row.dataset, row.load, Ledger.time(row.begun),
                row.outcome.name(), row.here, row.there, row.aside, row.sums, row.message);
    }

    /** The last comparison of each dataset of each connection. */
    public static List<Row> last(Sql sql) throws SQLException {
        return sql.list("SELECT id, connection, dataset, load, begun, outcome, rows_here, rows_there, quarantined, sums, message FROM ledger.comparisons"
                + " WHERE id IN (SELECT max(id) FROM ledger.comparisons GROUP BY connection, dataset)",
                row -> new Row(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4), Ledger.instant(row.getObject(5)), Outcome.valueOf(row.getString(6)),
                        row.getLong(7), row.getLong(8), row.getLong(9), row.getString(10), row.getString(11)));
    }

    /** Remembers that a load came to its end. */
    public static void completed(Sql sql, Completed load) throws SQLException {
        sql.run("DELETE FROM ledger.completed WHERE connection = ? AND dataset = ?", load.connection, load.dataset);
        sql.run("INSERT INTO ledger.completed VALUES (?, ?, ?, ?)", load.connection, load.dataset, load.load, Ledger.time(load.at));
    }

    /** For each dataset the last load that came to its end. One that was taken back since has no time. */
    public static List<Completed> completed(Sql sql) throws SQLException {
        return sql.list("SELECT c.connection, c.dataset, c.load, CASE WHEN EXISTS (FROM ledger.holds h WHERE h.connection = c.connection AND h.dataset = c.dataset)"
                + " OR EXISTS (FROM ledger.loads l WHERE l.id = c.load AND l.state = 'UNDONE') THEN NULL ELSE c.began END FROM ledger.completed c ORDER BY c.connection, c.dataset",
                row -> new Completed(row.getString(1), row.getString(2), row.getLong(3), Ledger.instant(row.getObject(4))));
    }

    /** Whether a dataset waits for a word since a load of it was taken back. */
    public static boolean held(Sql sql, String connection, String dataset) throws SQLException {
        return sql.number("SELECT count(*) FROM ledger.holds WHERE connection = ? AND dataset = ?", connection, dataset) > 0;
    }

    /** The sums of both sides, by field, here first; as they stand in a {@link Row}. */
    public static Map<String, BigDecimal[]> sums(Row row) {
        Map<String, BigDecimal[]> sums = new LinkedHashMap<>();
        row.sums.lines().forEach(line -> {
            String[] words = line.split(" ");
            sums.put(words[0], new BigDecimal[] {new BigDecimal(words[1]), new BigDecimal(words[2])});
        });
        return sums;
    }

    /** As text for a {@link Row}. */
    public static String text(Map<String, BigDecimal[]> sums) {
        StringBuilder text = new StringBuilder();
        sums.forEach((field, both) -> text.append(text.isEmpty() ? "" : "\n").append(field).append(' ').append(both[0].toPlainString()).append(' ').append(both[1].toPlainString()));
        return text.toString();
    }
}
