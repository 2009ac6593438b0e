package eider.store;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.store.ingest.ScanSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables in which the store remembers what it did: loads, cursors, parts, quarantine, change sets. Every method is called inside a transaction. */
public final class Ledger {

    /** A part as it was last read, and by which load. */
    public record Part(int id, String fingerprint, long load) {}

    /** What the ledger knew of a dataset before a commit: undo puts it back. */
    record Before(Cursor cursor, String fields, Instant completeAt) {
        static Before of(Sql sql, String connection, String dataset) throws SQLException {
            String fields = sql.first("SELECT fields FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset);
            return new Before(Ledger.cursor(sql, connection, dataset), fields, Ledger.completeAt(sql, connection, dataset));
        }
    }

    /** One row of {@code ledger.loads}. */
    public record LoadRow(long id, String run, String connection, String dataset, String state, Instant started, Instant finished, long inserted, long updated,
            long removed, long quarantined, String places, String message) {

        /** The same load at its end. */
        public LoadRow ended(String how, Instant when, String what) {
            return new LoadRow(id, run, connection, dataset, how, started, when, inserted, updated, removed, quarantined, places, what);
        }
    }

    /** One row of {@code ledger.quarantine}. */
    public record QuarantineRow(long id, long load, String connection, String dataset, String place, String reason, String raw, Instant at,
            String part, String record, boolean mended) {}

    /** One row of {@code ledger.checks}: what came of one rule in one load. */
    public record CheckRow(String rule, String action, long checked, long broken, String example) {}

    private static final String LOADS = "SELECT id, run, connection, dataset, state, started, finished, inserted, updated, removed, quarantined, places, message"
            + " FROM ledger.loads";

    private static final String QUARANTINE = "SELECT id, load, connection, dataset, place, reason, raw, met_at, part, coalesce(mended, record), mended IS NOT NULL"
            + " FROM ledger.quarantine WHERE resolved_by IS NULL";

    private Ledger() {}

    public static long nextLoad(Sql sql) throws SQLException {
        return sql.number("SELECT nextval('ledger.load_ids')");
    }

    /** The highest number of a row that any commit brought. */
    static long lastRow(Sql sql) throws SQLException {
        return sql.number("SELECT max(last_row) FROM ledger.change_sets");
    }

    public static Cursor cursor(Sql sql, String connection, String dataset) throws SQLException {
        String text = sql.first("SELECT cursor FROM ledger.cursors WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset);
        return text == null ? Cursor.NONE : new Cursor(text);
    }

    static void cursor(Sql sql, String connection, String dataset, Cursor cursor, long load) throws SQLException {
        sql.run("DELETE FROM ledger.cursors WHERE connection = ? AND dataset = ?", connection, dataset);
        sql.run("INSERT INTO ledger.cursors VALUES (?, ?, ?, ?)", connection, dataset, cursor.text(), load);
    }

    /**
     * Remembers by which fields a dataset's rows are told apart, and refuses another key while there are rows: those that were told apart otherwise would stay beside the
     * new ones, counted twice.
     */
    static void claim(Sql sql, String connection, Dataset dataset) throws SQLException, StoreException {
        String key = String.join(", ", dataset.key());
        String known = sql.first("SELECT key FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset.name());
        if (key.equals(known)) {
            return;
        }
        RawTable raw = new RawTable(connection, dataset.name());
        if (known != null && raw.exists(sql) && sql.number("SELECT count(*) FROM (FROM " + raw.sql() + " LIMIT 1)") > 0) {
            throw new StoreException("the key of " + connection + "." + dataset.name() + " was " + (known.isEmpty() ? "none" : known) + " and is now "
                    + (key.isEmpty() ? "none" : key) + ", so that the rows already here could not be told from new ones: set the key back, or give the connection a new name");
        }
        sql.run("DELETE FROM ledger.datasets WHERE connection = ? AND dataset = ?", connection, dataset.name());
        sql.run("INSERT INTO ledger.datasets (connection, dataset, key) VALUES (?, ?, ?)", connection, dataset.name(), key);
    }

    /** Remembers a dataset's fields as its source declares them now, and tells which of those before are missing. */
    static List<SchemaChange> declared(Sql sql, String connection, Dataset dataset) throws SQLException {
        String now = Declared.text(dataset);
        String before = sql.first("SELECT fields FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset.name());
        if (now.equals(before)) {
            return List.of();
        }
        sql.run("UPDATE ledger.datasets SET fields = ? WHERE connection = ? AND dataset = ?", now, connection, dataset.name());
        List<SchemaChange> vanished = new ArrayList<>();
        Declared.fields(before == null ? "" : before).forEach(field -> {
            if (dataset.field(field.name()) == null) {
                vanished.add(new SchemaChange(field.name(), SchemaChange.Kind.VANISHED, field.type(), null));
            }
        });
        return vanished;
    }

    /** Keeps what is new of a dataset's columns, and tells it; a clash that was told before is told no more. */
    static List<SchemaChange> changed(Sql sql, String connection, String dataset, long load, List<SchemaChange> changes) throws SQLException {
        List<SchemaChange> told = new ArrayList<>();
        for (SchemaChange change : changes) {
            String before = change.before() == null ? null : change.before().toString();
            String after = change.after() == null ? null : change.after().toString();
            // What a contract keeps out, and a clash, is met by every load anew.
            boolean known = sql.number("SELECT count(*) FROM ledger.schema_changes WHERE connection = ? AND dataset = ? AND field = ? AND change = ? AND before IS NOT DISTINCT FROM ?"
                    + " AND after IS NOT DISTINCT FROM ?", connection, dataset, change.field(), change.kind().name(), before, after) > 0;
            if (!known || change.kind() == SchemaChange.Kind.VANISHED) {
                sql.run("INSERT INTO ledger.schema_changes VALUES (?, ?, ?, ?, ?, ?, ?)", load, connection, dataset, change.field(), change.kind().name(), before, after);
                told.add(change);
            }
        }
        return told;
    }

    /** When all that a dataset holds was last read as a whole; null where it never was. */
    public static Instant completeAt(Sql sql, String connection, String dataset) throws SQLException {
        return instant(sql.first("SELECT complete_at FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getObject(1), connection, dataset));
    }

    static void complete(Sql sql, String connection, String dataset, Instant at) throws SQLException {
        sql.run("UPDATE ledger.datasets SET complete_at = ? WHERE connection = ? AND dataset = ?", time(at), connection, dataset);
    }

    /** The columns that the rows of a dataset will have, with their SQL types. */
    public static Map<String, String> columns(Sql sql, String connection, Dataset dataset, Contract contract) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        new RawTable(connection, dataset.name()).foresee(sql, dataset.fields(), contract).forEach((name, type) -> columns.put(name, ScanSql.type(type)));
        return columns;
    }

    /** The same of the rows that are here; none where there is no such table. */
    public static Map<String, String> columns(Sql sql, String connection, String dataset) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        new RawTable(connection, dataset).columns(sql).forEach((name, type) -> columns.put(name, ScanSql.type(type)));
        return columns;
    }

    /** The names of the datasets of which there was ever a load, by those of their connections. */
    public static Map<String, Set<String>> datasets(Sql sql) throws SQLException {
        Map<String, Set<String>> datasets = new HashMap<>();
        sql.list("SELECT DISTINCT connection, dataset FROM ledger.loads", row -> datasets.computeIfAbsent(row.getString(1), unused -> new HashSet<>()).add(row.getString(2)));
        return datasets;
    }

    public static Part part(Sql sql, String connection, String dataset, String name) throws SQLException {
        return sql.first("SELECT id, fingerprint, load FROM ledger.parts WHERE connection = ? AND dataset = ? AND name = ?",
                row -> new Part(row.getInt(1), row.getString(2), row.getLong(3)), connection, dataset, name);
    }

    /** An id is given once: a part that went may come back by undo. */
    static int newPart(Sql sql, String connection, String dataset, String name) throws SQLException {
        int id = 1 + (int) Math.max(sql.number("SELECT max(id) FROM ledger.parts"), Math.max(sql.number("SELECT max(part) FROM ledger.part_reads"),
                sql.number("SELECT max(part) FROM ledger.held_parts")));
        sql.run("INSERT INTO ledger.parts VALUES (?, ?, ?, ?, '', 0)", id, connection, dataset, name);
        return id;
    }

    /**
     * A part was read.
     *
     * @param before as it was; null where it is new
     * @param changed whether anything that it holds is not as it was
     * @param firstRow of the commit that read it
     */
    static void partRead(Sql sql, String connection, String dataset, int id, String name, Part before, String fingerprint, long load, boolean changed, long firstRow) throws SQLException {
        sql.run("UPDATE ledger.parts SET fingerprint = ?, load = ? WHERE id = ?", fingerprint, load, id);
        sql.run("INSERT INTO ledger.part_reads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", load, connection, dataset, id, name, before == null ? null : before.fingerprint, fingerprint,
                before == null ? null : before.load, changed, firstRow);
    }

    /** Parts that are not there any more; {@code condition} is about {@code ledger.parts}. */
    static void partsGone(Sql sql, String condition, long load, Object... parameters) throws SQLException {
        sql.run("INSERT INTO ledger.part_reads SELECT " + load + ", connection, dataset, id, name, fingerprint, NULL, load, true, NULL FROM ledger.parts WHERE " + condition, parameters);
        sql.run("DELETE FROM ledger.parts WHERE " + condition, parameters);
    }

    /** The id of a way in which canonical rows are derived: the same text, the same id. */
    static int derivation(Sql sql, String canonical, String select) throws SQLException {
        Integer known = sql.first("SELECT id FROM ledger.derivations WHERE canonical = ? AND sql = ?", row -> row.getInt(1), canonical, select);
        if (known != null) {
            return known;
        }
        int id = 1 + (int) sql.number("SELECT max(id) FROM ledger.derivations");
        sql.run("INSERT INTO ledger.derivations VALUES (?, ?, ?)", id, canonical, select);
        return id;
    }

    /** How canonical rows are derived, so that those of an older version can be derived again in the same way: ids with blanks between them. */
    static String ways(Sql sql, List<Derivation> derivations, Set<String> columns) throws SQLException {
        List<String> ids = new ArrayList<>();
        for (Derivation derivation : derivations) {
            ids.add(Integer.toString(derivation(sql, derivation.table(), derivation.select(Reversal.ROWS, columns))));
        }
        return String.join(" ", ids);
    }

    static void changeSet(Sql sql, ChangeSet changes, Before before, Cursor after, Instant at, String ways) throws SQLException {
        sql.run("INSERT INTO ledger.change_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changes.load(), changes.lane().name(), changes.table(), changes.canonical(),
                changes.firstRow(), changes.lastRow(), changes.inserted(), changes.updated(), changes.removed(), before.cursor.text(), after.text(), time(at), before.fields,
                time(before.completeAt), ways);
    }

    /** Writes or rewrites the record of a load. */
    public static void load(Sql sql, LoadRow load) throws SQLException {
        sql.run("DELETE FROM ledger.loads WHERE id = ?", load.id);
        sql.run("INSERT INTO ledger.loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", load.id, load.run, load.connection, load.dataset, load.state,
                time(load.started), time(load.finished), load.inserted, load.updated, load.removed, load.quarantined, load.places, load.message);
    }

    /** The canonical tables that rows of a raw table went into, ever: a model of today may fill others than the one of yesterday. */
    static List<String> fed(Sql sql, RawTable raw) throws SQLException {
        return sql.list("SELECT DISTINCT canonical FROM (SELECT canonical FROM ledger.change_sets WHERE raw_table = $1 AND canonical IS NOT NULL UNION ALL SELECT d.canonical FROM"
                + " (SELECT DISTINCT CAST(unnest(string_split(derivations, ' ')) AS INTEGER) AS id FROM ledger.change_sets WHERE raw_table = $1 AND derivations <> '') c"
                + " JOIN ledger.derivations d USING (id)) ORDER BY 1", row -> row.getString(1), raw.name());
    }

    /** A load, or null. */
    public static LoadRow load(Sql sql, long id) throws SQLException {
        return sql.first(LOADS + " WHERE id = ?", Ledger::loadRow, id);
    }

    public static List<LoadRow> loads(Sql sql, int limit) throws SQLException {
        return sql.list(LOADS + " ORDER BY id DESC LIMIT ?", Ledger::loadRow, limit);
    }

    /** The last load of each dataset of each connection, newest first. */
    public static List<LoadRow> lastOfEach(Sql sql) throws SQLException {
        return sql.list(LOADS + " WHERE id IN (SELECT max(id) FROM ledger.loads GROUP BY connection, dataset) ORDER BY id DESC", Ledger::loadRow);
    }

    private static LoadRow loadRow(ResultSet row) throws SQLException {
        return new LoadRow(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5), instant(row.getObject(6)), instant(row.getObject(7)),
                row.getLong(8), row.getLong(9), row.getLong(10), row.getLong(11), row.getString(12), row.getString(13));
    }

    /**
     * What is kept to take a load back.
     *
     * @param images how many rows that it replaced or removed
     * @param committed its last commit
     * @param kept whether all that is needed is there
     * @param forGood whether it is never forgotten for its age
     */
    public record UndoRow(long images, Instant committed, boolean kept, boolean forGood) {}

    /** The same of those loads from {@code first} on that changed anything, by their ids. */
    public static Map<Long, UndoRow> undos(Sql sql, long first) throws SQLException {
        Map<Long, UndoRow> undos = new HashMap<>();
        sql.list("SELECT c.load, sum(CASE WHEN c.lane = 'DERIVED' THEN 0 ELSE c.updated + c.removed END), max(c.committed_at), bool_and(c.derivations IS NOT NULL) AND c.load > coalesce(max(f.load), 0),"
                + " any_value(raw_table) IN (SELECT view_name FROM duckdb_views() WHERE schema_name = 'history') FROM ledger.change_sets c LEFT JOIN ledger.forgotten f"
                + " ON f.connection || '__' || f.dataset = c.raw_table WHERE c.load >= ? GROUP BY c.load",
                row -> undos.put(row.getLong(1), new UndoRow(row.getLong(2), instant(row.getObject(3)), row.getBoolean(4), row.getBoolean(5))), first);
        return undos;
    }

    /** Remembers what a person was shown. */
    public static void plan(Sql sql, String connection, String dataset, String digest, Instant at) throws SQLException {
        sql.run("INSERT INTO ledger.plans VALUES (?, ?, ?, ?)", connection, dataset, time(at), digest);
    }

    /** The digests of what was shown last of a connection, by the names of its datasets. */
    public static Map<String, String> plans(Sql sql, String connection) throws SQLException {
        Map<String, String> plans = new HashMap<>();
        sql.list("SELECT dataset, digest FROM ledger.plans WHERE connection = ?", row -> plans.put(row.getString(1), row.getString(2)), connection);
        return plans;
    }

    public static void forgetPlan(Sql sql, String connection, String dataset) throws SQLException {
        sql.run("DELETE FROM ledger.plans WHERE connection = ? AND dataset = ?", connection, dataset);
    }

    public static void forgetPlans(Sql sql, String connection) throws SQLException {
        sql.run("DELETE FROM ledger.plans WHERE connection = ?", connection);
    }

    /** Loads that were running when the process died: what they committed stays, and is said. */
    static void closeInterrupted(Sql sql, Instant now) throws SQLException {
        sql.run("UPDATE ledger.loads SET state = 'FAILED', finished = ?, message = 'The process ended during this load. What it had committed stays; the next sync"
                + " goes on from there.' WHERE state = 'RUNNING'", time(now));
    }

    /** Rows in quarantine that nothing has replaced since. */
    public static List<QuarantineRow> quarantine(Sql sql, String connection, int limit) throws SQLException {
        return sql.list(QUARANTINE + " AND coalesce(connection = ?, true) ORDER BY id DESC LIMIT ?", Ledger::quarantineRow, connection, limit);
    }

    /** Those of a dataset that can be judged anew because they were parted into fields, the oldest first, after {@code id}. */
    public static List<QuarantineRow> replayable(Sql sql, String connection, String dataset, long id, int limit) throws SQLException {
        return sql.list(QUARANTINE + " AND connection = ? AND dataset = ? AND coalesce(mended, record) IS NOT NULL AND id > ? ORDER BY id LIMIT ?", Ledger::quarantineRow,
                connection, dataset, id, limit);
    }

    public static long lastReplayable(Sql sql, String connection, String dataset) throws SQLException {
        return sql.number("SELECT max(id) FROM ledger.quarantine WHERE resolved_by IS NULL AND connection = ? AND dataset = ?", connection, dataset);
    }

    /** A row in quarantine, or null where there is none of this id any more. */
    public static QuarantineRow quarantined(Sql sql, long id) throws SQLException {
        return sql.first(QUARANTINE + " AND id = ?", Ledger::quarantineRow, id);
    }

    private static QuarantineRow quarantineRow(ResultSet row) throws SQLException {
        return new QuarantineRow(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5), row.getString(6), row.getString(7),
                instant(row.getObject(8)), row.getString(9), row.getString(10), row.getBoolean(11));
    }

    /** The names of a dataset's fields as its source last declared them. */
    public static List<String> fields(Sql sql, String connection, String dataset) throws SQLException {
        String text = sql.first("SELECT fields FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset);
        return Declared.fields(text == null ? "" : text).stream().map(Field::name).toList();
    }

    /** Keeps what a person made of a bad row. */
    public static void mend(Sql sql, long id, Map<String, String> values, String who, Instant at) throws SQLException {
        sql.run("UPDATE ledger.quarantine SET mended = ?, mended_by = ?, mended_at = ? WHERE id = ?", Stage.record(values), who, time(at), id);
    }

    /** The field values of a row of the quarantine, as text. */
    public static Map<String, String> texts(QuarantineRow row) {
        return row.record == null ? Map.of() : Mended.texts(row.record);
    }

    /** The bad rows of a dataset that a person has mended, by their raw text: the next time that such a row is met it comes in as it was mended. */
    static Map<String, String> mends(Sql sql, String connection, String dataset) throws SQLException {
        Map<String, String> mends = new HashMap<>();
        sql.list("SELECT raw, mended FROM ledger.quarantine WHERE mended IS NOT NULL AND resolved_by IS NOT NULL AND connection = ? AND dataset = ? ORDER BY id",
                row -> mends.put(row.getString(1), row.getString(2)), connection, dataset);
        return mends;
    }

    /** The datasets of a connection as their source last declared them, that have rows in quarantine which can be judged anew. */
    public static List<Dataset> replayable(Sql sql, String connection) throws SQLException {
        return sql.list("SELECT dataset, key, fields FROM ledger.datasets d WHERE connection = ? AND fields <> '' AND EXISTS (FROM ledger.quarantine q WHERE q.resolved_by IS NULL"
                + " AND coalesce(q.mended, q.record) IS NOT NULL AND q.connection = d.connection AND q.dataset = d.dataset) ORDER BY dataset",
                row -> Declared.dataset(row.getString(1), row.getString(2), row.getString(3)), connection);
    }

    public static long quarantined(Sql sql, String connection) throws SQLException {
        return sql.number("SELECT count(*) FROM ledger.quarantine WHERE resolved_by IS NULL AND coalesce(connection = ?, true)", connection);
    }

    /** Adds what a part of a load found to what the parts before it found. */
    public static void check(Sql sql, long load, String connection, String dataset, CheckRow check, Instant at) throws SQLException {
        if (sql.run("UPDATE ledger.checks SET action = ?, checked = checked + ?, broken = broken + ?, example = coalesce(nullif(example, ''), ?) WHERE load = ? AND rule = ?",
                check.action, check.checked, check.broken, check.example, load, check.rule) == 0) {
            sql.run("INSERT INTO ledger.checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", load, connection, dataset, check.rule, check.action, check.checked, check.broken,
                    check.example, time(at));
        }
    }

    /** What came of the rules in a load, in their order. */
    public static List<CheckRow> checks(Sql sql, long load) throws SQLException {
        return sql.list("SELECT rule, action, checked, broken, example FROM ledger.checks WHERE load = ? ORDER BY rowid",
                row -> new CheckRow(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4), row.getString(5)), load);
    }

    /** Forgets rows that left quarantine, unless they could come back by undo, and results of rules from before a moment; tells how many. */
    static long prune(Sql sql, Instant before) throws SQLException {
        return sql.run("DELETE FROM ledger.quarantine q WHERE resolved_by IS NOT NULL AND mended IS NULL AND met_at < ? AND (resolved_by = load OR resolved_by <= (SELECT"
                + " coalesce(max(f.load), 0) FROM ledger.forgotten f WHERE f.connection = q.connection AND f.dataset = q.dataset)"
                + " OR resolved_by IN (SELECT id FROM ledger.loads WHERE finished < ?))", time(before), time(before))
                + sql.run("DELETE FROM ledger.checks WHERE made_at < ?", time(before));
    }

    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(Object value) {
        return switch (value) {
            case null -> null;
            case OffsetDateTime time -> time.toInstant();
            case Timestamp time -> time.toInstant();
            default -> throw new IllegalStateException("not a point in time: " + value.getClass());
        };
    }
}
