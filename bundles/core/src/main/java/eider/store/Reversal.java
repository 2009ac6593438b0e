package eider.store;

import eider.connector.Cursor;
import eider.connector.Type;
import eider.store.Ledger.LoadRow;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes one load back, in one transaction: its rows go, the images of what it replaced or removed become rows again, canonical rows are derived from them as they were
 * derived before, and columns, quarantine, parts and cursor are as they were. What it leaves is what would be there if the load had never been; {@code ReversalTest} holds
 * that for any sequence of loads and undos.
 *
 * <p>A later load stands in the way if it changed what this one had brought or removed: a row with the same key, a part without a key as a whole, or all canonical rows by another model. A later load that
 * merely met a row again as it is does not: to read again brings that row back.
 */
public final class Reversal {
    /** What stands for the raw rows in a derivation that is kept. */
    static final String ROWS = "eider_rows";

    private final Store store;
    private final long id;
    private final String who;
    private final boolean hold;

    private Sql sql;
    private LoadRow load;
    private RawTable raw;
    private List<Made> made;
    private final List<String> notes = new ArrayList<>();

    /** One change set of the load. {@code ways} is null where an older Eider made it. */
    private record Made(long first, long last, String lane, String cursorBefore, String fieldsBefore, Instant completeBefore, String ways) {}

    /**
     * @param id which load
     * @param who does it
     * @param hold whether its dataset waits for a word afterwards; files that people hand over are not read again by themselves
     */
    public Reversal(Store store, long id, String who, boolean hold) {
        this.store = store;
        this.id = id;
        this.who = who;
        this.hold = hold;
    }

    /** What it did, and the load's record after it. */
    public record Outcome(LoadRow load, long takenOut, long putBack, long requarantined, boolean held, List<String> notes) {}

    /** @throws StoreException if it cannot be taken back; nothing was changed then */
    public Outcome apply() throws StoreException, InterruptedException {
        Outcome outcome = store.write(this::in);
        store.reached(Step.TAKEN_BACK);
        store.changed();
        return outcome;
    }

    private Outcome in(Sql writer) throws SQLException, StoreException {
        sql = writer;
        load = known();
        raw = new RawTable(load.connection(), load.dataset());
        made = sql.list("SELECT first_row, last_row, lane, cursor_before, fields_before, complete_before, derivations FROM ledger.change_sets WHERE load = ? ORDER BY rowid",
                row -> new Made(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5), Ledger.instant(row.getObject(6)), row.getString(7)), id);
        if (made.isEmpty()) {
            throw new StoreException("load " + id + " changed nothing, so there is nothing to take back");
        }
        if (made.stream().anyMatch(one -> one.ways == null)) {
            throw new StoreException("load " + id + " was made by an older Eider, which kept too little to take it back");
        }
        if (isDerivedAnew() && Ways.before(sql, raw, id).stretches().stream().anyMatch(stretch -> stretch.ways() == null)) {
            throw new StoreException("load " + id + " derived rows anew that an older Eider had loaded, which did not keep how: what they were before cannot be told any more");
        }
        long forgotten = Images.forgotten(sql, raw);
        if (id <= forgotten) {
            throw new StoreException("load " + id + " cannot be taken back any more: the images of what it replaced were forgotten, as keep_images_days and keep_images_size in"
                    + " config/store.cfg say");
        }
        boolean last = isLast();
        if (!last) {
            refuseIfInTheWay();
        }
        boolean derivedByOthers = columnsAndFields(last);
        store.reached(Step.COLUMNS_PUT_BACK);
        long takenOut = takeOut();
        store.reached(Step.ROWS_TAKEN_OUT);
        long putBack = putBack(derivedByOthers);
        store.reached(Step.ROWS_PUT_BACK);
        sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE load = ? AND resolved_by IS NULL", id, id);
        long requarantined = sql.run("UPDATE ledger.quarantine SET resolved_by = NULL WHERE resolved_by = ? AND load <> ?", id, id);
        boolean held = rewind();
        Instant now = store.clock().instant();
        sql.run("INSERT INTO ledger.undone VALUES (?, ?, ?, ?, ?)", id, Ledger.time(now), who, takenOut, putBack);
        LoadRow after = load.ended("UNDONE", load.finished(), ("Taken back by " + who + " at " + now.truncatedTo(ChronoUnit.SECONDS) + ". " + load.message()).strip());
        Ledger.load(sql, after);
        sql.run("DELETE FROM ledger.part_reads WHERE load = ?", id);
        if (last) {
            dropIfNothingIsLeft();
        }
        store.reached(Step.REWOUND);
        return new Outcome(after, takenOut, putBack, requarantined, held, List.copyOf(notes));
    }

    private LoadRow known() throws SQLException, StoreException {
        LoadRow found = Ledger.load(sql, id);
        if (found == null) {
            throw new StoreException("there is no load " + id);
        }
        if (found.state().equals("RUNNING")) {
            throw new StoreException("load " + id + " is still running: cancel the sync of " + found.connection() + " first, or wait until it has ended");
        }
        if (found.state().equals("UNDONE")) {
            throw new StoreException("load " + id + " was taken back already");
        }
        return found;
    }

    /** Whether no later load of the dataset stands that changed anything. */
    private boolean isLast() throws SQLException {
        return sql.number("SELECT count(*) FROM ledger.change_sets c JOIN ledger.loads l ON l.id = c.load WHERE c.raw_table = ? AND c.load > ? AND l.state <> 'UNDONE'",
                raw.name(), id) == 0;
    }

    private String mine() {
        return "(_load = " + id + " AND (" + String.join(" OR ", made.stream().filter(one -> one.last > one.first)
                .map(one -> "_row BETWEEN " + (one.first + 1) + " AND " + one.last).toList()) + "))";
    }

    private boolean broughtRows() {
        return made.stream().anyMatch(one -> one.last > one.first);
    }

    private void refuseIfInTheWay() throws SQLException, StoreException {
        Set<Long> others = new TreeSet<>();
        others.addAll(loads("SELECT DISTINCT _gone FROM " + raw.images() + " WHERE _load = ? AND _gone <> _load", id));
        List<String> key = key();
        if (key.isEmpty()) {
            others.addAll(loads("SELECT DISTINCT later.load FROM ledger.part_reads mine JOIN ledger.part_reads later ON later.connection = mine.connection"
                    + " AND later.dataset = mine.dataset AND later.name = mine.name WHERE mine.load = ? AND mine.changed AND later.changed AND later.load > mine.load", id));
        } else {
            String same = String.join(" AND ", key.stream().map(Sql::name).map(name -> "other." + name + " IS NOT DISTINCT FROM image." + name).toList());
            String images = "(SELECT * FROM " + raw.images() + " WHERE _gone = " + id + " AND _load <> " + id + ") image";
            new Passes(sql, raw.columns(sql), store.memoryLimit()).each(sql.number("SELECT count(*) FROM " + raw.images() + " WHERE _gone = ?", id), key, pass -> {
                others.addAll(loads("SELECT DISTINCT other._load FROM (FROM " + raw.sql() + " WHERE _load > " + id + " AND " + pass + ") other JOIN (FROM " + images + " WHERE "
                        + pass + ") image ON " + same));
                sql.list("SELECT DISTINCT other._load, other._gone FROM (FROM " + raw.images() + " WHERE _load > " + id + " AND " + pass + ") other JOIN (FROM " + images
                        + " WHERE " + pass + ") image ON " + same, row -> others.add(row.getLong(1)) | others.add(row.getLong(2)));
            });
        }
        others.addAll(loads("SELECT c.load FROM ledger.change_sets c JOIN ledger.loads l ON l.id = c.load WHERE c.raw_table = ? AND c.lane = 'DERIVED' AND c.load > ?"
                + " AND l.state <> 'UNDONE'", raw.name(), id));
        others.addAll(loads("SELECT DISTINCT resolved_by FROM ledger.quarantine WHERE load = ? AND resolved_by > ?", id, id));
        if (others.isEmpty()) {
            return;
        }
        List<Long> newestFirst = new ArrayList<>(others).reversed();
        throw new StoreException((newestFirst.size() == 1 ? "load " + newestFirst.getFirst() + " changed" : "loads " + String.join(", ", newestFirst.stream().map(String::valueOf).toList())
                + " changed") + " what load " + id + " had brought or removed. Nothing was taken back. Take " + (newestFirst.size() == 1 ? "that one" : "those")
                + " back first" + (newestFirst.size() == 1 ? "" : ", in this order") + ": eider undo " + newestFirst.getFirst());
    }

    private List<Long> loads(String query, Object... parameters) throws SQLException {
        return sql.list(query, row -> row.getLong(1), parameters);
    }

    private List<String> key() throws SQLException {
        String key = sql.first("SELECT key FROM ledger.datasets WHERE connection = ? AND dataset = ?", row -> row.getString(1), raw.connection(), raw.dataset());
        return key == null || key.isEmpty() ? List.of() : List.of(key.split(", "));
    }

    /** One row of {@code ledger.schema_changes}. */
    private record Altered(String field, String change, String before) {}

    /**
     * Takes back what the load did to the columns, while its rows are still there to be told apart.
     *
     * @return whether rows that come back were derived by an Eider that did not keep how
     */
    private boolean columnsAndFields(boolean last) throws SQLException {
        boolean derivedByOthers = sql.number("SELECT count(*) FROM (FROM " + raw.images() + " i SEMI JOIN (SELECT load FROM ledger.change_sets WHERE derivations IS NULL) c"
                + " ON c.load = i._load WHERE i._gone = ? LIMIT 1)", id) > 0;
        List<Altered> altered = sql.list("SELECT field, change, before FROM ledger.schema_changes WHERE load = ? AND connection = ? AND dataset = ?",
                row -> new Altered(row.getString(1), row.getString(2), row.getString(3)), id, raw.connection(), raw.dataset());
        Map<String, Type> columns = raw.columns(sql);
        List<SchemaChange> done = new ArrayList<>();
        for (Altered change : altered.reversed()) {
            if (columns.containsKey(change.field)) {
                takeBack(change, columns.get(change.field), last && !derivedByOthers, done);
            }
        }
        if (!done.isEmpty()) {
            raw.showHistory(sql, false, new RawTable.Shape(raw.columns(sql), done));
        }
        sql.run("DELETE FROM ledger.schema_changes WHERE load = ? AND connection = ? AND dataset = ?", id, raw.connection(), raw.dataset());
        if (last) {
            Made first = made.getFirst();
            sql.run("UPDATE ledger.datasets SET fields = ? WHERE connection = ? AND dataset = ?", first.fieldsBefore == null ? "" : first.fieldsBefore, raw.connection(), raw.dataset());
        }
        return derivedByOthers;
    }

    private void takeBack(Altered change, Type now, boolean may, List<SchemaChange> done) throws SQLException {
        String column = Sql.name(change.field);
        switch (SchemaChange.Kind.valueOf(change.change)) {
            case ADDED -> {
                if (!may || holds(column + " IS NOT NULL")) {
                    notes.add("Column " + change.field + ", which it had added, stays and is empty.");
                    return;
                }
                sql.run("ALTER TABLE " + raw.sql() + " DROP COLUMN " + column);
                sql.run("ALTER TABLE " + raw.images() + " DROP COLUMN " + column);
                done.add(new SchemaChange(change.field, SchemaChange.Kind.VANISHED, now, null));
            }
            case WIDENED -> {
                Type before = Types.of(change.before);
                String narrow = "TRY_CAST(" + column + " AS " + ScanSql.type(before) + ")";
                if (!may || holds(column + " IS NOT NULL AND CAST(" + narrow + " AS " + ScanSql.type(now) + ") IS DISTINCT FROM " + column)) {
                    notes.add("Column " + change.field + " stays " + now + ", which it had made of " + before + ".");
                    return;
                }
                sql.run("ALTER TABLE " + raw.sql() + " ALTER COLUMN " + column + " SET DATA TYPE " + ScanSql.type(before) + " USING " + narrow);
                sql.run("ALTER TABLE " + raw.images() + " ALTER COLUMN " + column + " SET DATA TYPE " + ScanSql.type(before) + " USING " + narrow);
                done.add(new SchemaChange(change.field, SchemaChange.Kind.WIDENED, now, before));
            }
            case CLASHES, VANISHED -> { }
        }
    }

    /** Whether a row that stays, or comes back, is so. */
    private boolean holds(String condition) throws SQLException {
        return sql.number("SELECT count(*) FROM (SELECT 1 FROM " + raw.sql() + " WHERE _load <> ? AND " + condition + " LIMIT 1)", id) > 0
                || sql.number("SELECT count(*) FROM (SELECT 1 FROM " + raw.images() + " WHERE _load <> ? AND " + condition + " LIMIT 1)", id) > 0;
    }

    /** The canonical tables that the load's rows, or those that it replaced, went into; by the id of how. */
    private Map<Integer, String> tables(String ways) throws SQLException {
        Map<Integer, String> tables = new LinkedHashMap<>();
        for (String way : ways.isEmpty() ? new String[0] : ways.split(" ")) {
            tables.put(Integer.valueOf(way), sql.first("SELECT canonical FROM ledger.derivations WHERE id = ?", row -> row.getString(1), Integer.valueOf(way)));
        }
        return tables;
    }

    /** Whether it read nothing, and derived the canonical rows anew. */
    private boolean isDerivedAnew() {
        return made.getFirst().lane.equals(ChangeSet.Lane.DERIVED.name());
    }

    private long takeOut() throws SQLException {
        if (isDerivedAnew()) {
            long rows = 0;
            for (String table : new LinkedHashSet<>(tables(made.getFirst().ways).values())) {
                rows += sql.run("DELETE FROM main." + Sql.name(table) + " WHERE load IN " + Ways.loads(raw) + " AND _row <= " + made.getFirst().last);
            }
            return rows;
        }
        if (!broughtRows()) {
            return 0;
        }
        Set<String> canonical = new LinkedHashSet<>();
        for (Made one : made) {
            canonical.addAll(tables(one.ways).values());
        }
        for (String table : canonical) {
            sql.run("DELETE FROM main." + Sql.name(table) + " WHERE " + mine().replace("_load", "load"));
        }
        return sql.run("DELETE FROM " + raw.sql() + " WHERE " + mine());
    }

    private long putBack(boolean derivedByOthers) throws SQLException {
        String images = raw.images() + " WHERE _gone = " + id + " AND _load <> " + id;
        long rows = sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT * EXCLUDE (_gone) FROM " + images);
        if (isDerivedAnew()) {
            rows = derive("SELECT * FROM " + raw.sql() + " WHERE _row <= " + made.getFirst().last);
            notes.add("Rows that came since stay as they were derived." + (hold ? " With --read-again the next sync derives anew by the models of today, with --skip all stays"
                    + " as it is." : ""));
        } else if (rows > 0) {
            derive("SELECT * EXCLUDE (_gone) FROM " + images);
            if (derivedByOthers) {
                notes.add("Some of the rows that came back had been loaded by an older Eider: their canonical rows were derived as this load derived its own.");
            }
        }
        sql.run("DELETE FROM " + raw.images() + " WHERE _gone = " + id);
        return rows;
    }

    /** Each row in the way in which it was derived before this load. */
    private long derive(String rows) throws SQLException {
        long derived = 0;
        store.rowIds().loads(sql, raw);
        for (Map.Entry<String, String> some : Ways.before(sql, raw, id).conditions(made.getLast().ways).entrySet()) {
            for (Ways.Way way : Ways.of(sql, some.getKey())) {
                derived += sql.run(Rederivation.insert(way.table(), "WITH " + ROWS + " AS (SELECT * FROM (" + rows + ") WHERE " + some.getValue() + ") SELECT * FROM ("
                        + way.select() + ")"));
            }
        }
        return derived;
    }

    /** Whether the dataset waits for a word now. */
    private boolean rewind() throws SQLException {
        boolean replayed = made.stream().allMatch(one -> one.lane.equals(ChangeSet.Lane.REPLAYED.name()));
        if (replayed) {
            // The source was not read: nothing is to be read again, its rows are in quarantine as before.
            return false;
        }
        if (isDerivedAnew()) {
            if (hold) {
                Holds.rewind(sql, raw.connection(), raw.dataset(), id, Ledger.cursor(sql, raw.connection(), raw.dataset()), Ledger.completeAt(sql, raw.connection(), raw.dataset()),
                        store.clock().instant());
            }
            return hold;
        }
        Cursor before = new Cursor(made.getFirst().cursorBefore);
        if (hold) {
            Holds.rewind(sql, raw.connection(), raw.dataset(), id, before, made.getFirst().completeBefore, store.clock().instant());
        } else {
            Ledger.cursor(sql, raw.connection(), raw.dataset(), before, id);
            Ledger.complete(sql, raw.connection(), raw.dataset(), made.getFirst().completeBefore);
        }
        Holds.rewindParts(sql, raw.connection(), raw.dataset(), id, hold);
        return hold;
    }

    /** A dataset of which no load is left has no columns either: the next load may find others, or another key. */
    private void dropIfNothingIsLeft() throws SQLException {
        long standing = sql.number("SELECT count(*) FROM ledger.change_sets c JOIN ledger.loads l ON l.id = c.load WHERE c.raw_table = ? AND l.state <> 'UNDONE'", raw.name());
        if (standing == 0 && sql.number("SELECT count(*) FROM " + raw.sql()) == 0 && sql.number("SELECT count(*) FROM " + raw.images()) == 0) {
            sql.run("DROP VIEW IF EXISTS " + raw.history());
            sql.run("DROP TABLE " + raw.sql());
            sql.run("DROP TABLE " + raw.images());
            sql.run("DELETE FROM ledger.datasets WHERE connection = ? AND dataset = ?", raw.connection(), raw.dataset());
        }
    }
}
