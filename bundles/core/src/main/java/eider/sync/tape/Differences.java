package eider.sync.tape;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.engine.Difference;
import eider.engine.Load;
import eider.engine.PlannedLoad.Sample;
import eider.store.Ledger;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Compares what two connections of one store hold: what a connector said when it was recorded, and what another version of it says of the same answers. Rows are compared by
 * their key where both have the same one, else as they are; over the fields that both have, and not over those that hold secrets. Marks of what was hidden are all alike.
 */
public final class Differences {
    private static final int SAMPLES = 3;
    private static final int SHOWN = 200;
    /** So many fields that went are held against those that came, to find one that only has another name. */
    private static final int RENAMES = 8;

    /**
     * One of the two.
     *
     * @param connection its name in the store
     * @param offered its datasets
     * @param loads what came of them
     */
    public record Side(String connection, List<Dataset> offered, List<Load> loads) {
        private Dataset dataset(String name) {
            return offered.stream().filter(dataset -> dataset.name().equals(name)).findFirst().orElse(null);
        }

        private Load load(String name) {
            return loads.stream().filter(load -> load.dataset().equals(name)).findFirst().orElse(null);
        }

        private String table(String dataset) {
            return "raw." + Sql.name(connection + "__" + dataset);
        }
    }

    private final Side then;
    private final Side now;

    private Differences(Side then, Side now) {
        this.then = then;
        this.now = now;
    }

    public static List<Difference> of(Store store, Side then, Side now) throws StoreException {
        Differences differences = new Differences(then, now);
        Set<String> datasets = new LinkedHashSet<>();
        then.offered.forEach(dataset -> datasets.add(dataset.name()));
        now.offered.forEach(dataset -> datasets.add(dataset.name()));
        List<Difference> all = new ArrayList<>();
        for (String dataset : datasets) {
            all.add(store.read(sql -> differences.of(sql, dataset)));
        }
        return all;
    }

    private static Map<String, String> columns(Sql sql, Side side, String dataset) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        sql.list("SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = ? AND NOT starts_with(column_name, '_') ORDER BY column_index",
                row -> columns.put(row.getString(1), row.getString(2)), side.connection + "__" + dataset);
        return columns;
    }

    private static Difference.Side side(Sql sql, Side side, String dataset, boolean table) throws SQLException {
        Load load = side.load(dataset);
        Cursor cursor = Ledger.cursor(sql, side.connection, dataset);
        return new Difference.Side(side.dataset(dataset) != null, load == null ? null : load.state(), load == null ? "" : load.message(),
                table ? sql.number("SELECT count(*) FROM " + side.table(dataset)) : 0, load == null ? 0 : load.quarantined(), cursor.text());
    }

    private Difference of(Sql sql, String dataset) throws SQLException {
        Map<String, String> before = columns(sql, then, dataset);
        Map<String, String> after = columns(sql, now, dataset);
        Difference.Side thenSide = side(sql, then, dataset, !before.isEmpty());
        Difference.Side nowSide = side(sql, now, dataset, !after.isEmpty());
        List<String> sentences = new ArrayList<>();
        if (then.dataset(dataset) != null && now.dataset(dataset) != null) {
            sentences.addAll(shape(sql, dataset, before, after));
        }
        if (before.isEmpty() || after.isEmpty()) {
            return new Difference(dataset, thenSide, nowSide, sentences, 0, thenSide.rows(), nowSide.rows(), 0, List.of());
        }
        List<String> common = before.keySet().stream().filter(after::containsKey).filter(column -> !Redaction.isSecretName(column)).toList();
        List<String> key = key(dataset);
        return key.isEmpty() || !common.containsAll(key) ? byContent(sql, dataset, common, before, after, thenSide, nowSide, sentences)
                : byKey(sql, dataset, key, common, before, after, thenSide, nowSide, sentences);
    }

    /** The key by which rows are told apart on both sides; empty if there is none. */
    private List<String> key(String dataset) {
        Dataset one = then.dataset(dataset);
        Dataset other = now.dataset(dataset);
        return one == null || other == null || !one.key().equals(other.key()) ? List.of() : one.key();
    }

    // ---- the fields

    private List<String> shape(Sql sql, String dataset, Map<String, String> before, Map<String, String> after) throws SQLException {
        Map<String, String> was = declared(then.dataset(dataset), before);
        Map<String, String> is = declared(now.dataset(dataset), after);
        List<String> sentences = new ArrayList<>();
        Set<String> told = new LinkedHashSet<>();
        for (Map.Entry<String, String> field : was.entrySet()) {
            String name = field.getKey();
            if (!is.containsKey(name)) {
                String renamed = before.containsKey(name) ? renamed(sql, dataset, name, before, after, told) : null;
                if (renamed == null) {
                    sentences.add("the field " + name + " (" + field.getValue() + ") went");
                } else {
                    told.add(renamed);
                    sentences.add("the field " + name + " is called " + renamed + " now: every row holds the same value under the other name"
                            + (is.get(renamed).equals(field.getValue()) ? "" : ", as " + is.get(renamed) + " in place of " + field.getValue()));
                }
            } else if (!is.get(name).equals(field.getValue())) {
                sentences.add("the field " + name + " is " + is.get(name) + " now and was " + field.getValue());
            }
        }
        is.forEach((name, type) -> {
            if (!was.containsKey(name) && !told.contains(name)) {
                sentences.add("the field " + name + " (" + type + ") came");
            }
        });
        List<String> wasKey = then.dataset(dataset).key();
        List<String> isKey = now.dataset(dataset).key();
        if (!wasKey.equals(isKey)) {
            sentences.add("its key is " + (isKey.isEmpty() ? "none" : String.join(", ", isKey)) + " now and was " + (wasKey.isEmpty() ? "none" : String.join(", ", wasKey)));
        }
        return sentences;
    }

    private static Map<String, String> declared(Dataset dataset, Map<String, String> columns) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Field field : dataset.fields()) {
            fields.put(field.name(), field.type() + (field.required() ? ", required" : ""));
        }
        // What a scan brought beside them.
        columns.forEach(fields::putIfAbsent);
        return fields;
    }

    /** The new field that holds, in every row that both have, what this one held; null if there is none. */
    private String renamed(Sql sql, String dataset, String gone, Map<String, String> before, Map<String, String> after, Set<String> taken) throws SQLException {
        List<String> key = key(dataset);
        if (key.isEmpty() || !before.keySet().containsAll(key) || !after.keySet().containsAll(key) || Redaction.isSecretName(gone)) {
            return null;
        }
        List<String> candidates = after.keySet().stream().filter(column -> !before.containsKey(column) && !taken.contains(column)).limit(RENAMES).toList();
        for (String candidate : candidates) {
            long[] counts = sql.first("SELECT count(b." + Sql.name(gone) + "), count(*) FILTER (" + differ("b." + Sql.name(gone), before.get(gone),
                    "n." + Sql.name(candidate), after.get(candidate)) + ") FROM " + then.table(dataset) + " b JOIN " + now.table(dataset) + " n ON " + join(key, before, after),
                    row -> new long[] {row.getLong(1), row.getLong(2)});
            if (counts[0] > 0 && counts[1] == 0) {
                return candidate;
            }
        }
        return null;
    }

    // ---- the rows

    private static boolean numeric(String type) {
        return type.startsWith("DECIMAL") || type.equals("BIGINT") || type.equals("DOUBLE") || type.equals("HUGEINT") || type.equals("INTEGER");
    }

    /** A column so that both sides can be compared. */
    private static String comparable(String column, String type, String other) {
        if (!type.equals(other) && !(numeric(type) && numeric(other))) {
            return comparable("CAST(" + column + " AS VARCHAR)", "VARCHAR", "VARCHAR");
        }
        return type.equals("VARCHAR") ? "CASE WHEN contains(" + column + ", 'redacted-') THEN regexp_replace(" + column + ", 'redacted-[0-9a-f]{12}', 'redacted', 'g') ELSE "
                + column + " END" : type.equals("JSON") ? comparable("CAST(" + column + " AS VARCHAR)", "VARCHAR", "VARCHAR") : column;
    }

    private static String differ(String one, String type, String other, String otherType) {
        return comparable(one, type, otherType) + " IS DISTINCT FROM " + comparable(other, otherType, type);
    }

    private static String join(List<String> key, Map<String, String> before, Map<String, String> after) {
        return String.join(" AND ", key.stream().map(column -> comparable("b." + Sql.name(column), before.get(column), after.get(column)) + " = "
                + comparable("n." + Sql.name(column), after.get(column), before.get(column))).toList());
    }

    private Difference byKey(Sql sql, String dataset, List<String> key, List<String> common, Map<String, String> before, Map<String, String> after, Difference.Side thenSide,
            Difference.Side nowSide, List<String> sentences) throws SQLException {
        List<String> values = common.stream().filter(column -> !key.contains(column)).toList();
        List<String> tests = values.stream().map(column -> differ("b." + Sql.name(column), before.get(column), "n." + Sql.name(column), after.get(column))).toList();
        String changed = tests.isEmpty() ? "false" : "(" + String.join(" OR ", tests) + ")";
        String from = " FROM " + then.table(dataset) + " b FULL JOIN " + now.table(dataset) + " n ON " + join(key, before, after);
        String both = "b._row IS NOT NULL AND n._row IS NOT NULL";
        long[] counts = sql.first("SELECT count(*) FILTER (n._row IS NULL), count(*) FILTER (b._row IS NULL), count(*) FILTER (" + both + " AND " + changed
                + "), count(*) FILTER (" + both + ")" + from, row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)});
        List<Sample> samples = new ArrayList<>();
        if (counts[0] > 0) {
            samples.addAll(sql.list("SELECT " + shown("b", common) + from + " WHERE n._row IS NULL ORDER BY b._row LIMIT " + SAMPLES,
                    row -> new Sample(Sample.Kind.REMOVED, map(row, common, 1), Map.of(), "")));
        }
        if (counts[1] > 0) {
            List<String> all = List.copyOf(after.keySet());
            samples.addAll(sql.list("SELECT " + shown("n", all) + from + " WHERE b._row IS NULL ORDER BY n._row LIMIT " + SAMPLES,
                    row -> new Sample(Sample.Kind.INSERTED, Map.of(), map(row, all, 1), "")));
        }
        if (counts[2] > 0) {
            samples.addAll(sql.list("SELECT " + shown("b", common) + ", " + shown("n", common) + from + " WHERE " + both + " AND " + changed + " ORDER BY n._row LIMIT " + SAMPLES,
                    row -> {
                        Map<String, String> old = map(row, common, 1);
                        Map<String, String> young = map(row, common, 1 + common.size());
                        Set<String> equal = new LinkedHashSet<>(values);
                        equal.removeIf(column -> !Objects.equals(old.get(column), young.get(column)));
                        old.keySet().removeAll(equal);
                        young.keySet().removeAll(equal);
                        return new Sample(Sample.Kind.UPDATED, old, young, "");
                    }));
            List<String> sums = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                String column = values.get(i);
                long rows = sql.number("SELECT count(*)" + from + " WHERE " + both + " AND " + tests.get(i));
                if (rows > 0) {
                    sums.add(column + " in " + rows);
                }
            }
            sentences.add("other values: " + String.join(", ", sums));
        }
        return new Difference(dataset, thenSide, nowSide, sentences, counts[3] - counts[2], counts[0], counts[1], counts[2], samples);
    }

    private Difference byContent(Sql sql, String dataset, List<String> common, Map<String, String> before, Map<String, String> after, Difference.Side thenSide,
            Difference.Side nowSide, List<String> sentences) throws SQLException {
        if (common.isEmpty()) {
            return new Difference(dataset, thenSide, nowSide, sentences, 0, thenSide.rows(), nowSide.rows(), 0, List.of());
        }
        String b = "SELECT " + String.join(", ", common.stream().map(column -> comparable(Sql.name(column), before.get(column), after.get(column)) + " AS " + Sql.name(column))
                .toList()) + " FROM " + then.table(dataset);
        String n = "SELECT " + String.join(", ", common.stream().map(column -> comparable(Sql.name(column), after.get(column), before.get(column)) + " AS " + Sql.name(column))
                .toList()) + " FROM " + now.table(dataset);
        long gone = sql.number("SELECT count(*) FROM (" + b + " EXCEPT ALL " + n + ")");
        long come = sql.number("SELECT count(*) FROM (" + n + " EXCEPT ALL " + b + ")");
        List<Sample> samples = new ArrayList<>();
        if (gone > 0) {
            samples.addAll(sql.list("SELECT " + shown("d", common) + " FROM (" + b + " EXCEPT ALL " + n + ") d ORDER BY ALL LIMIT " + SAMPLES,
                    row -> new Sample(Sample.Kind.REMOVED, map(row, common, 1), Map.of(), "")));
        }
        if (come > 0) {
            samples.addAll(sql.list("SELECT " + shown("d", common) + " FROM (" + n + " EXCEPT ALL " + b + ") d ORDER BY ALL LIMIT " + SAMPLES,
                    row -> new Sample(Sample.Kind.INSERTED, Map.of(), map(row, common, 1), "")));
        }
        return new Difference(dataset, thenSide, nowSide, sentences, thenSide.rows() - gone, gone, come, 0, samples);
    }

    private static String shown(String table, List<String> columns) {
        return String.join(", ", columns.stream().map(column -> "left(CAST(" + table + "." + Sql.name(column) + " AS VARCHAR), " + SHOWN + ")").toList());
    }

    private static Map<String, String> map(ResultSet row, List<String> columns, int from) throws SQLException {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            values.put(columns.get(i), row.getString(from + i));
        }
        return values;
    }
}
