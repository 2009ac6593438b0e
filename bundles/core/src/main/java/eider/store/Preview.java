package eider.store;

import eider.connector.Type;
import eider.engine.PlannedLoad;
import eider.engine.PlannedLoad.Metric;
import eider.engine.PlannedLoad.Sample;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks at what a {@link Commit} has done, inside its transaction: for a person, before all is taken back; and as a digest, by which what a later commit does is known to be
 * the same. {@link #begin} is called before anything was changed, the others at the end.
 */
final class Preview {
    /** So many rows of each kind. */
    private static final int SAMPLES = 5;
    /** So many columns of a new table are told. */
    private static final int COLUMNS = 12;

    private final Sql sql;
    private final RawTable raw;
    private final Map<String, Map<String, String>> figures;
    private final long load;
    /** The last row's number before. */
    private final long first;
    private final Map<String, BigDecimal> metrics = new LinkedHashMap<>();
    private long before;
    /** The canonical table of which a person is shown rows, and how they were, by the number of their raw row. */
    private String sampled;
    private final Map<Long, Map<String, String>> once = new LinkedHashMap<>();

    /** @param figures of the canonical tables that the dataset feeds: an aggregate by the name of each, by the name of the table */
    Preview(Sql sql, RawTable raw, Map<String, Map<String, String>> figures, long load, long first) {
        this.first = first;
        this.sql = sql;
        this.raw = raw;
        this.figures = figures;
        this.load = load;
    }

    void begin() throws SQLException {
        before = raw.exists(sql) ? sql.number("SELECT count(*) FROM " + raw.sql()) : 0;
        metrics.putAll(metrics());
    }

    /** The figures of the canonical tables that the dataset feeds, as they are at the moment; each named {@code table.name}. */
    private Map<String, BigDecimal> metrics() throws SQLException {
        Map<String, BigDecimal> now = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, String>> table : figures.entrySet()) {
            for (Map.Entry<String, String> measure : table.getValue().entrySet()) {
                BigDecimal figure = sql.first("SELECT CAST(" + measure.getValue() + " AS DECIMAL(38,4)) FROM main." + Sql.name(table.getKey()), row -> row.getBigDecimal(1));
                now.put(table.getKey() + "." + measure.getKey(), figure == null ? BigDecimal.ZERO : figure);
            }
        }
        return now;
    }

    private String came() {
        return raw.sql() + " WHERE _row > " + first + " AND _load = " + load;
    }

    private String went() {
        return raw.images() + " WHERE _gone = " + load;
    }

    /**
     * Tells what the commit did from everything else that it could have done: the rows that came and that went, in any order, with all their values, what was kept
     * aside, the columns, the parts with their content, and how canonical rows are derived.
     */
    String digest(Map<String, Type> columns, List<Pending.Part> parts, List<Derivation> derivations) throws SQLException {
        String names = String.join(", ", columns.keySet().stream().map(Sql::name).toList());
        StringBuilder all = new StringBuilder(columns.toString());
        all.append(" came ").append(sum(names, came())).append(" went ").append(sum(names, went())).append(" aside ")
                .append(sum("part, reason, raw", "ledger.quarantine WHERE load = " + load));
        parts.stream().map(part -> part.name() + " " + part.fingerprint()).sorted().forEach(part -> all.append('\n').append(part));
        return sha256(all.append(selects(derivations, columns.keySet())));
    }

    /** The same of a {@link Rederivation}: the canonical rows that are here now with all their values, and how they are derived. */
    String digestAnew(List<Derivation> derivations, Set<String> columns, String loads) throws SQLException {
        StringBuilder all = new StringBuilder(selects(derivations, columns));
        for (String table : figures.keySet()) {
            String names = String.join(", ", Checks.columns(sql, "main", table).keySet().stream().filter(name -> !name.equals("load")).map(Sql::name).toList());
            all.append('\n').append(table).append(' ').append(sum(names, "main." + Sql.name(table) + " WHERE load IN " + loads));
        }
        return sha256(all.append(" aside ").append(sum("part, reason, raw", "ledger.quarantine WHERE load = " + load)));
    }

    private static String selects(List<Derivation> derivations, Set<String> columns) {
        return String.join("", derivations.stream().map(derivation -> "\n" + derivation.table() + ": " + derivation.select(Reversal.ROWS, columns)).toList());
    }

    private static String sha256(StringBuilder all) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private String sum(String names, String rows) throws SQLException {
        return sql.first("SELECT count(*) || ' ' || coalesce(sum(CAST(hash(" + names + ") AS HUGEINT)), 0) FROM " + rows, row -> row.getString(1));
    }

    /** All for a person. */
    PlannedLoad planned(ChangeSet changes, List<String> key, RawTable.Shape shape, boolean fresh, List<String> told, List<String> warnings, Verdict verdict, String message)
            throws SQLException {
        List<String> columns = fresh ? List.of(all(shape.columns())) : told;
        return new PlannedLoad(raw.dataset(), key, before, changes.inserted(), changes.updated(), changes.removed(), changes.quarantined(), columns, samples(key, shape.columns()),
                changed(), warnings, verdict.failure() == null ? "" : verdict.failure(), message);
    }

    /** In the place of {@link #begin}, for a {@link Rederivation}. */
    void beginAnew(Set<String> tables) throws SQLException {
        metrics.putAll(metrics());
        sampled = tables.isEmpty() ? null : tables.iterator().next();
        if (sampled != null) {
            once.putAll(canonical());
        }
    }

    /** All of a {@link Rederivation} for a person; rows are those of a canonical table. */
    PlannedLoad plannedAnew(ChangeSet changes, long rows, List<String> warnings, String message) throws SQLException {
        Map<Long, Map<String, String>> now = sampled == null ? Map.of() : canonical();
        List<Sample> samples = new ArrayList<>();
        once.forEach((row, was) -> {
            Map<String, String> is = now.get(row);
            if (is == null) {
                samples.add(new Sample(Sample.Kind.REMOVED, was, Map.of(), ""));
            } else if (!is.equals(was)) {
                samples.add(new Sample(Sample.Kind.UPDATED, was, is, ""));
            }
        });
        now.forEach((row, is) -> {
            if (!once.containsKey(row)) {
                samples.add(new Sample(Sample.Kind.INSERTED, Map.of(), is, ""));
            }
        });
        samples.addAll(quarantined());
        return new PlannedLoad(raw.dataset(), List.of("source_id"), rows, changes.inserted(), changes.updated(), changes.removed(), changes.quarantined(), List.of(), samples,
                changed(), warnings, "", message);
    }

    /** The canonical rows of the first raw rows. */
    private Map<Long, Map<String, String>> canonical() throws SQLException {
        List<String> names = Checks.columns(sql, "main", sampled).keySet().stream().filter(name -> !name.equals("load")).toList();
        String table = "main." + Sql.name(sampled);
        String chosen = chosen(sql.list("SELECT _row FROM " + raw.sql() + " ORDER BY 1 LIMIT " + SAMPLES, row -> row.getLong(1)));
        Map<Long, Map<String, String>> rows = new LinkedHashMap<>();
        sql.list("SELECT r._row, " + texts(names, "r") + " FROM " + table + " r WHERE " + chosen + " ORDER BY r._row", row -> rows.putIfAbsent(row.getLong(1), values(row, names, 1)));
        return rows;
    }

    private List<Metric> changed() throws SQLException {
        List<Metric> changed = new ArrayList<>();
        metrics().forEach((name, after) -> {
            BigDecimal was = metrics.get(name);
            if (was.compareTo(after) != 0) {
                int point = name.indexOf('.');
                changed.add(new Metric(name.substring(0, point), name.substring(point + 1), was.stripTrailingZeros(), after.stripTrailingZeros()));
            }
        });
        return changed;
    }

    private static String all(Map<String, Type> columns) {
        int more = columns.size() - COLUMNS;
        return "the table is new, with the columns " + String.join(", ", columns.entrySet().stream().limit(COLUMNS).map(column -> column.getKey() + " " + column.getValue()).toList())
                + (more > 0 ? " and " + more + " more" : "");
    }

    private List<Sample> samples(List<String> key, Map<String, Type> columns) throws SQLException {
        List<Sample> samples = new ArrayList<>();
        if (key.isEmpty() || sql.number("SELECT count(*) FROM " + went()) == 0) {
            samples.addAll(rows(Sample.Kind.INSERTED, columns, raw.sql(), "SELECT _row FROM " + came()));
            samples.addAll(rows(Sample.Kind.REMOVED, columns, raw.images(), "SELECT _row FROM " + went()));
        } else {
            String keys = String.join(", ", key.stream().map(Sql::name).toList());
            String came = "(SELECT _row, " + keys + " FROM " + came() + ") n";
            String went = "(SELECT _row, " + keys + " FROM " + went() + ") o";
            String same = String.join(" AND ", key.stream().map(Sql::name).map(name -> "n." + name + " = o." + name).toList());
            samples.addAll(rows(Sample.Kind.INSERTED, columns, raw.sql(), "SELECT n._row FROM " + came + " ANTI JOIN " + went + " ON " + same));
            samples.addAll(updates(columns, "SELECT o._row AS o_row, n._row AS n_row FROM " + came + " JOIN " + went + " ON " + same + " ORDER BY o_row LIMIT " + SAMPLES));
            samples.addAll(rows(Sample.Kind.REMOVED, columns, raw.images(), "SELECT o._row FROM " + went + " ANTI JOIN " + came + " ON " + same));
        }
        samples.addAll(quarantined());
        return samples;
    }

    private List<Sample> quarantined() throws SQLException {
        return sql.list("SELECT place, reason, raw, record FROM ledger.quarantine WHERE load = ? ORDER BY id LIMIT " + SAMPLES,
                row -> new Sample(Sample.Kind.QUARANTINED, Map.of(), row.getString(4) == null ? Map.of() : Mended.texts(row.getString(4)),
                        row.getString(1) + ": " + row.getString(2) + (row.getString(4) == null ? " (" + Stage.cut(row.getString(3), Stage.VALUE_LIMIT) + ")" : "")), load);
    }

    /** The numbers first and then the rows: sorted whole rows would cost as much as the load. */
    private List<Sample> rows(Sample.Kind kind, Map<String, Type> columns, String table, String numbers) throws SQLException {
        List<String> names = List.copyOf(columns.keySet());
        String chosen = chosen(sql.list(numbers + " ORDER BY 1 LIMIT " + SAMPLES, row -> row.getLong(1)));
        return sql.list("SELECT " + texts(names, "r") + " FROM " + table + " r WHERE " + chosen + " ORDER BY r._row", row -> {
            Map<String, String> values = values(row, names, 0);
            return kind == Sample.Kind.REMOVED ? new Sample(kind, values, Map.of(), "") : new Sample(kind, Map.of(), values, "");
        });
    }

    /** A range beside the list, which the database can pass over most of the table by. */
    private static String chosen(List<Long> rows) {
        if (rows.isEmpty()) {
            return "false";
        }
        return "r._row BETWEEN " + rows.getFirst() + " AND " + rows.getLast() + " AND r._row IN (" + String.join(", ", rows.stream().map(String::valueOf).toList()) + ")";
    }

    private List<Sample> updates(Map<String, Type> columns, String pairs) throws SQLException {
        List<String> names = List.copyOf(columns.keySet());
        List<Sample> samples = new ArrayList<>();
        for (long[] pair : sql.list(pairs, row -> new long[] {row.getLong(1), row.getLong(2)})) {
            Map<String, String> before = one(names, raw.images(), pair[0]);
            samples.add(new Sample(Sample.Kind.UPDATED, before, one(names, raw.sql(), pair[1]), ""));
        }
        return samples;
    }

    private Map<String, String> one(List<String> names, String table, long number) throws SQLException {
        return sql.first("SELECT " + texts(names, "r") + " FROM " + table + " r WHERE r._row = ?", row -> values(row, names, 0), number);
    }

    private static String texts(List<String> names, String alias) {
        return String.join(", ", names.stream().map(name -> "CAST(" + alias + "." + Sql.name(name) + " AS VARCHAR)").toList());
    }

    private static Map<String, String> values(ResultSet row, List<String> names, int from) throws SQLException {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), row.getString(from + i + 1));
        }
        return values;
    }
}
