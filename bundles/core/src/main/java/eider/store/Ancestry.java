package eider.store;

import eider.connector.Cursor;
import eider.connector.Type;
import eider.store.Ledger.QuarantineRow;
import eider.store.ingest.ScanSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where rows come from, as the store knows it: which commit brought a row, which load took it, what it was before. All of it stands in the change sets, the raw tables
 * and their images; nothing is written for it. Every method is called on a reader.
 */
public final class Ancestry {
    /** What rows are called where they come from. */
    private static final List<String> NAMES = List.of("source_id", "order_id");
    /** As many characters of a cursor are told: that of a folder of many files holds each of them. */
    private static final int CURSOR = 1_000;
    private static final String COMMIT = "SELECT load, raw_table, canonical, left(cursor_before, " + CURSOR + "), left(cursor_after, " + CURSOR
            + "), committed_at, first_row FROM ledger.change_sets ";
    private static final String QUARANTINE = "SELECT id, load, connection, dataset, place, reason, raw, met_at, part, coalesce(mended, record), mended IS NOT NULL"
            + " FROM ledger.quarantine";

    private Ancestry() {}

    /**
     * The commit that brought a row.
     *
     * @param table the raw table, as the change set names it
     * @param canonical the canonical table, or null
     * @param before the beginning of the cursor from which the source was read
     * @param after the beginning of the one that it got to
     * @param firstRow the highest number of a row before it
     */
    public record Bringing(long load, String table, String canonical, String before, String after, Instant at, long firstRow) {
        public String connection() {
            return raw().connection();
        }

        public String dataset() {
            return raw().dataset();
        }

        RawTable raw() {
            return RawTable.named(table);
        }
    }

    /**
     * A raw row as it is or was.
     *
     * @param gone the load that replaced or removed it; 0: it is here
     * @param part the id of its part; 0: it belongs to none
     */
    public record Version(long row, long load, long gone, int part, Map<String, String> values) {}

    /** A part that a load read, and what was told of its content then; empty where that is not known any more. */
    public record PartRead(String name, String fingerprint) {}

    /** The commit that brought the row of a number; null if none did. Each commit has numbers of its own. */
    public static Bringing bringing(Sql sql, long row) throws SQLException {
        return sql.first(COMMIT + "WHERE first_row < ? AND last_row >= ? ORDER BY first_row DESC LIMIT 1", Ancestry::bringing, row, row);
    }

    /** The whole cursor from which the source was read for a commit. */
    public static Cursor cursor(Sql sql, Bringing bringing) throws SQLException {
        String text = sql.first("SELECT cursor_before FROM ledger.change_sets WHERE load = ? AND first_row = ?", row -> row.getString(1), bringing.load,
                bringing.firstRow);
        return text == null ? Cursor.NONE : new Cursor(text);
    }

    /** The beginnings of the cursors between which a load read its source: before, after; null if it changed nothing. */
    public static List<String> span(Sql sql, long load) throws SQLException {
        List<List<String>> ends = sql.list("SELECT left(cursor_before, " + CURSOR + "), left(cursor_after, " + CURSOR
                + ") FROM ledger.change_sets WHERE load = ? ORDER BY first_row",
                row -> List.of(text(row.getString(1)), text(row.getString(2))), load);
        return ends.isEmpty() ? null : List.of(ends.getFirst().getFirst(), ends.getLast().getLast());
    }

    private static Bringing bringing(ResultSet row) throws SQLException {
        return new Bringing(row.getLong(1), row.getString(2), row.getString(3), text(row.getString(4)), text(row.getString(5)), Ledger.instant(row.getObject(6)),
                row.getLong(7));
    }

    private static String text(String text) {
        return text == null ? "" : text;
    }

    /** The columns of the raw table that a commit filled, as they stand. */
    public static Map<String, Type> columns(Sql sql, Bringing bringing) throws SQLException {
        return bringing.raw().columns(sql);
    }

    /** The fields by which the rows of a dataset are told apart; none if it has no key. */
    public static List<String> key(Sql sql, String connection, String dataset) throws SQLException {
        String key = sql.first("SELECT key FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset);
        return key == null || key.isEmpty() ? List.of() : List.of(key.split(", "));
    }

    /** The raw row of a number, as it is here or as it was kept when it went; null if it is neither. */
    public static Version version(Sql sql, Bringing bringing, long row) throws SQLException {
        List<Version> versions = versions(sql, bringing.raw(), "_row = " + row, 1);
        return versions.isEmpty() ? null : versions.getFirst();
    }

    /** All versions of a row that its key tells apart, newest first. */
    public static List<Version> versions(Sql sql, Bringing bringing, Version one, List<String> key, int limit) throws SQLException {
        Map<String, Type> columns = columns(sql, bringing);
        List<String> same = new ArrayList<>();
        for (String name : key) {
            same.add(equal(name, columns.get(name), one.values.get(name)));
        }
        return versions(sql, bringing.raw(), String.join(" AND ", same), limit);
    }

    private static String equal(String name, Type type, String text) {
        return Sql.name(name) + (text == null ? " IS NULL" : " = CAST(" + Sql.text(text) + " AS " + ScanSql.type(type) + ")");
    }

    private static List<Version> versions(Sql sql, RawTable raw, String condition, int limit) throws SQLException {
        if (!raw.exists(sql)) {
            return List.of();
        }
        List<String> names = List.copyOf(raw.columns(sql).keySet());
        StringBuilder texts = new StringBuilder();
        for (String name : names) {
            texts.append(", CAST(").append(Sql.name(name)).append(" AS VARCHAR)");
        }
        // Which of two versions that one load brought is the newer one is told by their numbers: a replaced one has the lower.
        return sql.list("SELECT _row, _load, 0 AS gone, coalesce(_part, 0)" + texts + " FROM " + raw.sql() + " WHERE " + condition
                + " UNION ALL SELECT _row, _load, _gone,"
                + " coalesce(_part, 0)" + texts + " FROM " + raw.images() + " WHERE " + condition + " ORDER BY 2 DESC, 1 DESC LIMIT " + limit, row -> {
                    Map<String, String> values = new LinkedHashMap<>();
                    for (int i = 0; i < names.size(); i++) {
                        values.put(names.get(i), row.getString(5 + i));
                    }
                    return new Version(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), values);
                });
    }

    /** What a load took from a part, and what it put in. */
    public record Swap(Version taken, Version putIn) {}

    /**
     * The rows that a load exchanged in a part, if it took just one and put in just one: in a file without a key that is all there is to say that the one became the
     * other. Else null.
     *
     * @param part the id
     */
    public static Swap swap(Sql sql, Bringing bringing, int part, long load) throws SQLException {
        RawTable raw = bringing.raw();
        List<Long> taken = sql.list("SELECT _row FROM " + raw.images() + " WHERE _part = ? AND _gone = ? AND _load <> ? LIMIT 2", row -> row.getLong(1), part, load,
                load);
        List<Long> putIn = sql.list("SELECT _row FROM " + raw.sql() + " WHERE _part = ? AND _load = ? UNION ALL SELECT _row FROM " + raw.images()
                + " WHERE _part = ? AND _load = ? AND _gone <> ? LIMIT 2", row -> row.getLong(1), part, load, part, load, load);
        return taken.size() == 1 && putIn.size() == 1 ? new Swap(version(sql, bringing, taken.getFirst()), version(sql, bringing, putIn.getFirst())) : null;
    }

    /** The rows of the canonical table that a commit filled which were derived from a raw row: text by column. */
    public static List<Map<String, String>> derived(Sql sql, Bringing bringing, long row) throws SQLException {
        if (bringing.canonical == null) {
            return List.of();
        }
        List<String> columns = columns(sql, "main", bringing.canonical);
        if (columns.isEmpty()) {
            return List.of();
        }
        String texts = String.join(", ", columns.stream().map(name -> "CAST(" + Sql.name(name) + " AS VARCHAR)").toList());
        return sql.list("SELECT " + texts + " FROM main." + Sql.name(bringing.canonical) + " WHERE _row = ?", found -> {
            Map<String, String> values = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                values.put(columns.get(i), found.getString(i + 1));
            }
            return values;
        }, row);
    }

    /** Without those whose names begin with an underscore. */
    private static List<String> columns(Sql sql, String schema, String table) throws SQLException {
        return sql.list("SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? AND NOT starts_with(column_name, '_') ORDER BY column_index",
                row -> row.getString(1), schema, table);
    }

    /** The numbers of the rows of a canonical table that are or were called so by their source: those that are here, then those gone; a row may be named twice. */
    public static List<Long> called(Sql sql, String table, String id, int limit) throws SQLException {
        List<String> names = columns(sql, "main", table).stream().filter(NAMES::contains).toList();
        List<Long> rows = new ArrayList<>(sql.list("SELECT _row FROM main." + Sql.name(table) + " WHERE " + either(names) + " ORDER BY _row DESC LIMIT " + limit,
                row -> row.getLong(1), ids(names, id)));
        for (String raw : sql.list("SELECT DISTINCT raw_table FROM ledger.change_sets WHERE canonical = ? ORDER BY 1", row -> row.getString(1), table)) {
            // Where all loads of a dataset were taken back, its tables are gone.
            if (RawTable.named(raw).exists(sql)) {
                rows.addAll(gone(sql, RawTable.named(raw), id, limit));
                rows.addAll(derivedOnce(sql, RawTable.named(raw), table, names, id, limit));
            }
        }
        return rows;
    }

    /** Gone raw rows by what they were called in the canonical table: each is derived once more, in the very way in which it was. */
    private static List<Long> derivedOnce(Sql sql, RawTable raw, String table, List<String> names, String id, int limit) throws SQLException {
        List<Long> rows = new ArrayList<>();
        for (String ways : sql.list("SELECT DISTINCT derivations FROM ledger.change_sets WHERE raw_table = ? AND canonical = ? AND derivations <> ''",
                row -> row.getString(1),
                raw.name(), table)) {
            String sets = "FROM ledger.change_sets WHERE raw_table = " + Sql.text(raw.name());
            String images = "SELECT i.* EXCLUDE (_gone) FROM " + raw.images() + " i ASOF JOIN (SELECT first_row, derivations " + sets
                    + " AND last_row > first_row) c ON i._row > c.first_row WHERE c.derivations = " + Sql.text(ways) + " OR i._row <= (SELECT max(last_row) " + sets
                    + " AND lane = 'DERIVED' AND derivations = " + Sql.text(ways) + ")";
            for (String way : ways.split(" ")) {
                String select = sql.first("SELECT sql FROM ledger.derivations WHERE id = ? AND canonical = ?", row -> row.getString(1), Integer.valueOf(way), table);
                if (select != null) {
                    rows.addAll(sql.list("WITH " + Reversal.ROWS + " AS (" + images + ") SELECT _row FROM (SELECT * FROM main." + Sql.name(table)
                            + " WHERE false UNION ALL BY NAME (" + select + ")) WHERE " + either(names)
                            + " ORDER BY _row DESC LIMIT "
                            + limit, row -> row.getLong(1), ids(names, id)));
                }
            }
        }
        return rows;
    }

    /** Gone raw rows by the fields of theirs that name rows: those called as in the canonical table, and the key. */
    private static List<Long> gone(Sql sql, RawTable raw, String id, int limit) throws SQLException {
        List<String> key = key(sql, raw.connection(), raw.dataset());
        List<String> names = columns(sql, "undo", raw.name()).stream().filter(name -> NAMES.contains(name) || key.contains(name)).toList();
        return named(sql, raw.images(), names, id, limit);
    }

    private static List<Long> named(Sql sql, String table, List<String> names, String id, int limit) throws SQLException {
        return names.isEmpty() ? List.of()
                : sql.list("SELECT _row FROM " + table + " WHERE " + either(names) + " ORDER BY _row DESC LIMIT " + limit, row -> row.getLong(1), ids(names, id));
    }

    /** The same for a dataset: the numbers of its rows that have this value in a field of their key. Null if there is no such dataset. */
    public static List<Long> keyed(Sql sql, String connection, String dataset, String id, int limit) throws SQLException {
        RawTable raw = new RawTable(connection, dataset);
        if (!raw.exists(sql)) {
            return null;
        }
        List<String> key = key(sql, connection, dataset);
        List<Long> rows = new ArrayList<>(named(sql, raw.sql(), key, id, limit));
        rows.addAll(gone(sql, raw, id, limit));
        return rows;
    }

    private static String either(List<String> names) {
        return names.isEmpty() ? "false" : String.join(" OR ", names.stream().map(name -> "CAST(" + Sql.name(name) + " AS VARCHAR) = ?").toList());
    }

    private static Object[] ids(List<String> names, String id) {
        return names.stream().map(name -> id).toArray();
    }

    /** The parts that a load read, in their order. What loads of before schema version 4 read is known as far as no later one has read it again. */
    public static List<PartRead> parts(Sql sql, long load, int limit) throws SQLException {
        List<PartRead> parts = sql.list("SELECT name, after FROM ledger.part_reads WHERE load = ? AND after IS NOT NULL ORDER BY rowid LIMIT " + limit,
                row -> new PartRead(row.getString(1), row.getString(2)), load);
        return !parts.isEmpty() ? parts : sql.list("SELECT name, fingerprint FROM ledger.parts WHERE load = ? ORDER BY id LIMIT " + limit,
                row -> new PartRead(row.getString(1), row.getString(2)), load);
    }

    /**
     * The part that a version came in; several where it is one of them, none where none is known.
     *
     * <p>A row without a key knows its part. One with a key does not, as another part may bring its next version; but its commit does, and mostly read one.
     */
    public static List<PartRead> parts(Sql sql, Bringing bringing, Version version, int limit) throws SQLException {
        if (version.part != 0) {
            String name = sql.first("SELECT name FROM (SELECT name, 1 AS rank FROM ledger.parts WHERE id = ? UNION ALL SELECT name, 2 FROM ledger.part_reads WHERE part = ?)"
                    + " ORDER BY rank LIMIT 1", row -> row.getString(1), version.part, version.part);
            return name == null ? List.of() : List.of(new PartRead(name, fingerprint(sql, version)));
        }
        List<PartRead> parts = sql.list("SELECT name, after FROM ledger.part_reads WHERE load = ? AND first_row = ? AND after IS NOT NULL ORDER BY rowid LIMIT " + limit,
                row -> new PartRead(row.getString(1), row.getString(2)), version.load, bringing.firstRow);
        return parts.isEmpty() ? parts(sql, version.load, limit) : parts;
    }

    private static String fingerprint(Sql sql, Version version) throws SQLException {
        String then = sql.first("SELECT after FROM ledger.part_reads WHERE load = ? AND part = ? AND after IS NOT NULL ORDER BY rowid DESC", row -> row.getString(1),
                version.load,
                version.part);
        if (then == null) {
            then = sql.first("SELECT fingerprint FROM ledger.parts WHERE id = ? AND load = ?", row -> row.getString(1), version.part, version.load);
        }
        return then == null ? "" : then;
    }

    /** What was told of a part's content when it was last read; null if there is no such part any more. */
    public static String fingerprint(Sql sql, String connection, String dataset, String part) throws SQLException {
        Ledger.Part known = Ledger.part(sql, connection, dataset, part);
        return known == null ? null : known.fingerprint();
    }

    /** The row of the quarantine that became a version of a row when it was mended, or when a rule was changed; null if it came in at once. */
    public static QuarantineRow quarantined(Sql sql, Bringing bringing, Version version) throws SQLException {
        if (sql.number("SELECT count(*) FROM ledger.quarantine WHERE resolved_by = ? AND connection = ? AND dataset = ?", version.load, bringing.connection(),
                bringing.dataset()) == 0) {
            return null;
        }
        StringBuilder same = new StringBuilder();
        List<Object> parameters = new ArrayList<>(List.of(version.load, bringing.connection(), bringing.dataset()));
        columns(sql, bringing).forEach((name, type) -> {
            String text = "json_extract_string(coalesce(mended, record), " + Sql.text("$.\"" + name + "\"") + ")";
            same.append(" AND ").append(type.kind() == Type.Kind.TEXT || type.kind() == Type.Kind.JSON ? text
                    : "CAST(TRY_CAST(" + text + " AS " + ScanSql.type(type) + ") AS VARCHAR)").append(" IS NOT DISTINCT FROM CAST(? AS VARCHAR)");
            parameters.add(version.values.get(name));
        });
        return sql.first(QUARANTINE + " WHERE resolved_by = ? AND connection = ? AND dataset = ? AND coalesce(mended, record) IS NOT NULL" + same
                + " ORDER BY id LIMIT 1",
                Ancestry::quarantineRow, parameters.toArray());
    }

    private static QuarantineRow quarantineRow(ResultSet row) throws SQLException {
        return new QuarantineRow(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5), row.getString(6), row.getString(7),
                Ledger.instant(row.getObject(8)), row.getString(9), row.getString(10), row.getBoolean(11));
    }

    /** A bad row as it was met, whatever became of it since; null if there is none of this id. */
    public static QuarantineRow bad(Sql sql, long id) throws SQLException {
        return sql.first("SELECT id, load, connection, dataset, place, reason, raw, met_at, part, record, false FROM ledger.quarantine WHERE id = ?", Ancestry::quarantineRow, id);
    }

    /** The columns of a dataset's raw table as they stand; none if nothing of it was ever loaded. */
    public static Map<String, Type> columnsOf(Sql sql, String connection, String dataset) throws SQLException {
        return new RawTable(connection, dataset).columns(sql);
    }

    /** The values of a bad row as a row of these columns would have them, each as the text that the database makes of it. */
    public static Map<String, String> values(Sql sql, QuarantineRow bad, Map<String, Type> columns) throws SQLException {
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, Type> column : columns.entrySet()) {
            String text = "json_extract_string(CAST(? AS VARCHAR), " + Sql.text("$.\"" + column.getKey() + "\"") + ")";
            Type.Kind kind = column.getValue().kind();
            values.put(column.getKey(), sql.first("SELECT " + (kind == Type.Kind.TEXT || kind == Type.Kind.JSON ? text
                    : "CAST(TRY_CAST(" + text + " AS " + ScanSql.type(column.getValue()) + ") AS VARCHAR)"), row -> row.getString(1), bad.record()));
        }
        return values;
    }

    /** The cursor from which a load began to read. */
    public static Cursor cursor(Sql sql, long load) throws SQLException {
        String text = sql.first("SELECT cursor_before FROM ledger.change_sets WHERE load = ? ORDER BY first_row LIMIT 1", row -> row.getString(1), load);
        return text == null ? Cursor.NONE : new Cursor(text);
    }

    /** The bad rows that a load met, in their order, those that have left quarantine since among them as long as they are kept. */
    public static List<QuarantineRow> quarantined(Sql sql, long load, int limit) throws SQLException {
        return sql.list(QUARANTINE + " WHERE load = ? ORDER BY id LIMIT " + limit, Ancestry::quarantineRow, load);
    }

    /** What loads of a dataset up to this one replaced or removed is not kept any more; 0 if all is. */
    public static long forgotten(Sql sql, String connection, String dataset) throws SQLException {
        return sql.number("SELECT max(load) FROM ledger.forgotten WHERE connection = ? AND dataset = ?", connection, dataset);
    }
}
