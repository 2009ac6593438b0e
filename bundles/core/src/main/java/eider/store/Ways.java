package eider.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How the canonical rows of a raw table were derived: by the commit that brought the raw row, or by the last {@link Rederivation} since. Commits and
 * derivations anew stand in the change sets, in the order of the numbers of rows: each row's way is told by its number alone.
 *
 * @param stretches ascending, without rows in common
 */
record Ways(List<Stretch> stretches) {

    /**
     * Rows with {@code after < _row <= upTo}; {@code ways} are ids of {@code ledger.derivations} with blanks between them, null where an older Eider
     * did not keep them.
     */
    record Stretch(long after, long upTo, String ways) {
        String condition() {
            return "(_row > " + after + " AND _row <= " + upTo + ")";
        }
    }

    /** One row of {@code ledger.derivations}. */
    record Way(String table, String select) {}

    /** A derivation anew that stands: of all rows up to this one. */
    private record Anew(long load, long upTo, String ways) {}

    private static final String STANDING = " FROM ledger.change_sets c JOIN ledger.loads l ON l.id = c.load WHERE c.raw_table = ? AND l.state <> 'UNDONE' AND c.load < ?";

    /** As it was before a load, by what stands today of those before it. */
    static Ways before(Sql sql, RawTable raw, long load) throws SQLException {
        Anew anew = last(sql, raw, load);
        List<Stretch> stretches = new ArrayList<>();
        if (anew != null) {
            stretches.add(new Stretch(-1, anew.upTo, anew.ways));
        }
        sql.list("SELECT first_row, last_row, CASE WHEN derivations IS NULL AND canonical IS NULL THEN '' ELSE derivations END FROM ledger.change_sets WHERE raw_table = ?"
                + " AND last_row > first_row AND first_row >= ? ORDER BY first_row", row -> {
                    Stretch next = new Stretch(row.getLong(1), row.getLong(2), row.getString(3));
                    Stretch before = stretches.isEmpty() ? null : stretches.getLast();
                    // What lies between two commits is no row of this table.
                    if (before != null && Objects.equals(before.ways, next.ways)) {
                        stretches.set(stretches.size() - 1, new Stretch(before.after, next.upTo, next.ways));
                    } else {
                        stretches.add(next);
                    }
                    return next;
                }, raw.name(), anew == null ? -1 : anew.upTo);
        return new Ways(List.copyOf(stretches));
    }

    private static Anew last(Sql sql, RawTable raw, long before) throws SQLException {
        return sql.first("SELECT c.load, c.last_row, c.derivations" + STANDING + " AND c.lane = 'DERIVED' ORDER BY c.load DESC LIMIT 1",
                row -> new Anew(row.getLong(1), row.getLong(2), row.getString(3)), raw.name(), before);
    }

    /** Which rows, as a condition, by their ways; those whose ways are not known come with {@code unknown}. */
    Map<String, String> conditions(String unknown) {
        Map<String, String> conditions = new LinkedHashMap<>();
        for (Stretch stretch : stretches) {
            conditions.merge(stretch.ways == null ? unknown : stretch.ways, stretch.condition(), (one, other) -> one + " OR " + other);
        }
        return conditions;
    }

    /** The derivations of some ways. */
    static List<Way> of(Sql sql, String ways) throws SQLException {
        List<Way> all = new ArrayList<>();
        for (String id : ways.isEmpty() ? new String[0] : ways.split(" ")) {
            all.add(sql.first("SELECT canonical, sql FROM ledger.derivations WHERE id = ?", row -> new Way(row.getString(1), row.getString(2)),
                    Integer.valueOf(id)));
        }
        return all;
    }

    /**
     * Whether all rows that are here were derived as they would be now, or a person took a derivation anew back and said that this is to be left so.
     *
     * @param wanted how they would be derived now
     */
    static boolean areCurrent(Sql sql, RawTable raw, List<Way> wanted) throws SQLException {
        Anew anew = last(sql, raw, Long.MAX_VALUE);
        boolean current = anew == null || isSame(of(sql, anew.ways), wanted);
        for (String[] set : sql.list("SELECT DISTINCT c.derivations, c.canonical" + STANDING + " AND c.last_row > c.first_row AND c.first_row >= ?",
                row -> new String[] {row.getString(1), row.getString(2)}, raw.name(), Long.MAX_VALUE, anew == null ? -1 : anew.upTo)) {
            // What an older Eider did not keep is taken for the same as long as it is the same table.
            current &= set[0] != null ? isSame(of(sql, set[0]), wanted) : Objects.equals(set[1], wanted.isEmpty() ? null : wanted.getFirst().table);
        }
        return current || isLeft(sql, raw, wanted, anew == null ? 0 : anew.load);
    }

    /** {@link Holds#release} forgets those that are to be made again. */
    private static boolean isLeft(Sql sql, RawTable raw, List<Way> wanted, long after) throws SQLException {
        String undone = sql.first("SELECT c.derivations FROM ledger.change_sets c JOIN ledger.loads l ON l.id = c.load WHERE c.raw_table = ? AND l.state = 'UNDONE'"
                + " AND c.lane = 'DERIVED' AND c.load > ? ORDER BY c.load DESC LIMIT 1", row -> row.getString(1), raw.name(), after);
        return undone != null && isSame(of(sql, undone), wanted);
    }

    private static boolean isSame(List<Way> ones, List<Way> others) {
        return ones.size() == others.size() && ones.stream().allMatch(one -> others.stream().anyMatch(other -> one.table.equals(other.table)
                && essence(one.select).equals(essence(other.select))));
    }

    /** Before the rows there stand only the columns that they lack: a column that came since says nothing of older rows. */
    private static String essence(String select) {
        return select.substring(Math.max(0, select.indexOf(Reversal.ROWS)));
    }

    /** The raw rows of a dataset's canonical tables are told by their loads, which are few. */
    static String loads(RawTable raw) {
        return "(SELECT load FROM ledger.change_sets WHERE raw_table = " + Sql.text(raw.name()) + ")";
    }
}
