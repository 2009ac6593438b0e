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
    private final List<Derivation> derivations;
    private final long load;
    /** The last row's number before. */
    private final long first;
    private final Map<String, BigDecimal> metrics = new LinkedHashMap<>();
    private long before;

    Preview(Sql sql, RawTable raw, List<Derivation> derivations, long load, long first) {
        this.first = first;
        this.sql = sql;
        this.raw = raw;
        this.derivations = derivations;
        this.load = load;
    }

    void begin() throws SQLException {
        before = raw.exists(sql) ? sql.number("SELECT count(*) FROM " + raw.sql()) : 0;
        metrics.putAll(metrics());
    }

    /** The figures of the canonical tables that the dataset feeds, as they are at the moment; each named {@code table.name}. */
    private Map<String, BigDecimal> metrics() throws SQLException {
        Map<String, BigDecimal> figures = new LinkedHashMap<>();
        for (Derivation derivation : derivations) {
            for (Map.Entry<String, String> measure : derivation.measures().entrySet()) {
                BigDecimal figure = sql.first("SELECT CAST(" + measure.getValue() + " AS DECIMAL(38,4)) FROM main." + Sql.name(derivation.table()), row -> row.getBigDecimal(1));
                figures.put(derivation.table() + "." + measure.getKey(), figure == null ? BigDecimal.ZERO : figure);
            }
        }
        return figures;
    }

    private String came() {
        return raw.sql() + " WHERE _row > " + first + " AND _load = " + load;
    }

    private String went() {
        return raw.images() + " WHERE _gone = " + load;
    }

    /**
     * Tells what the commit did from everything else that it could have done: the rows that came and that went, in any order, with all their values, what was kept
     * aside, the columns, and the parts with their content.
     */
    String digest(Map<String, Type> columns, List<Pending.Part> parts) throws SQLException {
        String names = String.join(", ", columns.keySet().stream().map(Sql::name).toList());
        StringBuilder all = new StringBuilder(columns.toString());
        all.append(" came ").append(sum(names, came())).append(" went ").append(sum(names, went())).append(" aside ")
                .append(sum("part, reason, raw", "ledger.quarantine WHERE load = " + load));
        parts.stream().map(part -> part.name() + " " + part.fingerprint()).sorted().forEach(part -> all.append('\n').append(part));
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
        List<Metric> changed = new ArrayList<>();
        metrics().forEach((name, after) -> {
            BigDecimal was = metrics.get(name);
            if (was.compareTo(after) != 0) {
                int point = name.indexOf('.');
                changed.add(new Metric(name.substring(0, point), name.substring(point + 1), was.stripTrailingZeros(), after.stripTrailingZeros()));
            }
        });
        return new PlannedLoad(raw.dataset(), key, before, changes.inserted(), changes.updated(), changes.removed(), changes.quarantined(), columns, samples(key, shape.columns()), changed,
                warnings, verdict.failure() == null ? "" : verdict.failure(), message);
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
        sql.list("SELECT place, reason, raw, record FROM ledger.quarantine WHERE load = ? ORDER BY id LIMIT " + SAMPLES,
                row -> samples.add(new Sample(Sample.Kind.QUARANTINED, Map.of(), row.getString(4) == null ? Map.of() : Mended.texts(row.getString(4)),
                        row.getString(1) + ": " + row.getString(2) + (row.getString(4) == null ? " (" + Stage.cut(row.getString(3), Stage.VALUE_LIMIT) + ")" : ""))), load);
        return samples;
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
