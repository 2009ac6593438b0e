package eider.store;

import eider.connector.Dataset;
import eider.connector.Type;
import eider.store.Ledger.LoadRow;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of a {@link Stage} compared with those of the raw table, by the dataset's {@link Mode}. What is different stands in the temporary table {@code change}:
 * {@code _seq} comes in, {@code _old} goes out. The methods are called in the order in which they stand here, inside the transaction of a {@link Commit}.
 */
final class Comparison {
    private final Sql sql;
    private final RawTable raw;
    private final Pending pending;
    private final Dataset dataset;
    private final Handling handling;
    private final Stage.Tables stage;
    private final Map<String, Type> columns;
    private final Map<String, Type> staged;
    private final int[] partIds;
    private final long memory;
    private final LoadRow load;
    private final List<String> alarms = new ArrayList<>();
    private final Set<Integer> touched = new HashSet<>();
    private String note = "";

    /**
     * @param stage where the staged rows stand
     * @param columns those of the raw table
     * @param partIds the ids of the pending parts, by their numbers
     * @param memory how many bytes the database may use
     * @param load whose commit it is, with what it did in its commits before
     */
    Comparison(Sql sql, RawTable raw, Pending pending, Stage.Tables stage, Map<String, Type> columns, int[] partIds, long memory, LoadRow load) {
        this.load = load;
        this.sql = sql;
        this.raw = raw;
        this.pending = pending;
        this.dataset = pending.dataset();
        this.handling = pending.handling();
        this.stage = stage;
        this.columns = columns;
        this.staged = pending.gathered().types();
        this.partIds = partIds;
        this.memory = memory;
    }

    /**
     * Finds the difference and counts it.
     *
     * @param asks whether to stop where more than a set share would go
     * @throws HeldException if it does
     */
    void compare(Counts counts, boolean asks) throws SQLException {
        sql.run("CREATE TEMP TABLE change (_seq BIGINT, _old BIGINT)");
        sql.run("CREATE TEMP TABLE pending_parts (number INTEGER, id INTEGER, name VARCHAR)");
        for (Pending.Part part : pending.parts()) {
            sql.run("INSERT INTO pending_parts VALUES (?, ?, ?)", part.number(), partIds[part.number()], part.name());
        }
        Counts here = new Counts();
        if (dataset.key().isEmpty()) {
            for (Pending.Part part : pending.parts()) {
                compareWithPart(part, partIds[part.number()], here);
            }
            if (pending.isComplete()) {
                removeOtherParts(here);
            }
        } else if (handling.mode() == Mode.APPEND) {
            appendByKey(here);
        } else {
            compareByKey(here);
            if (pending.isComplete()) {
                removeOtherKeys(here);
            }
        }
        if (pending.isComplete() || !dataset.key().isEmpty()) {
            hold(here);
        }
        if (asks && !alarms.isEmpty()) {
            throw new HeldException(alarms.getFirst(), APPROVE);
        }
        counts.add(here);
    }

    /** Why a person should be asked: sentences without a full stop. */
    List<String> alarms() {
        return alarms;
    }

    /** The ids of the parts that do not hold what they held before. */
    Set<Integer> touched() {
        return touched;
    }

    /** What a person should know of the comparison; empty where there is nothing. */
    String note() {
        return note;
    }

    /** A staged column in the type that the raw table gives it; a column that the stage lacks is empty. A deletion's key that cannot be in that type is nobody's. */
    private static String value(String name, Type type, Type there) {
        if (type == null) {
            return "CAST(NULL AS " + ScanSql.type(there) + ")";
        }
        if (type.kind() == Type.Kind.JSON && there.kind() == Type.Kind.JSON) {
            return "CAST(" + Sql.name(name) + " AS JSON)";
        }
        String text = "CAST(" + Sql.name(name) + " AS VARCHAR)";
        return type.equals(there) ? Sql.name(name) : "CASE WHEN _kind = " + Stage.GONE + " THEN TRY_CAST(" + text + " AS " + ScanSql.type(there) + ") ELSE CAST(" + text + " AS "
                + ScanSql.type(there) + ") END";
    }

    private String values() {
        return values(staged, columns);
    }

    /**
     * The raw table's columns, from those of the stage: {@code value AS name}, separated by commas.
     *
     * @param staged the types of the stage's columns
     * @param columns those of the raw table
     */
    static String values(Map<String, Type> staged, Map<String, Type> columns) {
        return String.join(", ", columns.entrySet().stream().map(there -> value(there.getKey(), staged.get(there.getKey()), there.getValue()) + " AS " + Sql.name(there.getKey()))
                .toList());
    }

    /** The names of the columns, each written as {@code how} says: {@code %s} is the name. */
    private static String each(Iterable<String> names, String how, String between) {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            all.append(all.isEmpty() ? "" : between).append(how.replace("%s", Sql.name(name)));
        }
        return all.toString();
    }

    private void passes(long rows, Iterable<String> by, Passes.Pass pass) throws SQLException {
        new Passes(sql, columns, memory).each(rows, by, pass);
    }

    /** Statements whose input is told by a range of numbers. */
    private void ranges(String column, Passes.Pass pass) throws SQLException {
        long[] bounds = sql.first("SELECT count(" + column + "), min(" + column + "), max(" + column + ") FROM change",
                row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)});
        long steps = 1 + bounds[0] / new Passes(sql, columns, memory).rowsAtOnce();
        long span = (bounds[2] - bounds[1]) / steps + 1;
        for (long from = bounds[1]; bounds[0] > 0 && from <= bounds[2]; from += span) {
            pass.run(steps == 1 ? "true" : "%s BETWEEN " + from + " AND " + (from + span - 1));
        }
    }

    private static final String APPROVE = "If that is meant, sync again with --approve.";
    private static final String SAME = "o.%s IS NOT DISTINCT FROM n.%s";

    private String incoming(String condition) {
        return "(SELECT " + values() + ", _seq, _kind FROM " + stage.rows() + " WHERE " + condition + ")";
    }

    private void compareWithPart(Pending.Part part, int id, Counts counts) throws SQLException {
        String rows = "_kind = " + Stage.ROW + " AND _part = " + part.number();
        if (!part.known() || part.added()) {
            long came = sql.run("INSERT INTO change SELECT _seq, NULL FROM " + stage.rows() + " WHERE " + rows);
            counts.inserted += came;
            if (came > 0) {
                touched.add(id);
            }
            return;
        }
        String names = each(columns.keySet(), "%s", ", ");
        String numbered = "SELECT *, row_number() OVER (PARTITION BY " + names + ") AS _n FROM ";
        boolean append = handling.mode() == Mode.APPEND;
        long held = sql.number("SELECT count(*) FROM " + raw.sql() + " WHERE _part = ?", id);
        long read = sql.number("SELECT count(*) FROM " + stage.rows() + " WHERE " + rows);
        sql.run("CREATE TEMP TABLE difference (_seq BIGINT, _old BIGINT)");
        passes(Math.max(held, read), columns.keySet(), pass -> sql.run("INSERT INTO difference SELECT n._seq, o._row FROM (" + numbered + raw.sql() + " WHERE _part = " + id
                + " AND " + pass + ") o " + (append ? "RIGHT" : "FULL") + " JOIN (" + numbered + incoming(rows) + " WHERE " + pass + ") n ON o._n = n._n AND "
                + each(columns.keySet(), SAME, " AND ") + " WHERE o._row IS NULL OR n._seq IS NULL"));
        long gone = sql.number("SELECT count(_old) FROM difference");
        long came = sql.number("SELECT count(_seq) FROM difference");
        sql.run("INSERT INTO change FROM difference");
        sql.run("DROP TABLE difference");
        if (!pending.isComplete() && tooMany(gone, held)) {
            alarms.add(part.name() + " would remove " + gone + " of the " + held + " rows that were read from it before");
        }
        counts.removed += gone;
        counts.inserted += came;
        if (gone + came > 0) {
            touched.add(id);
        }
    }

    /** All parts were read: what stands in others is not there any more. */
    private void removeOtherParts(Counts counts) throws SQLException {
        if (handling.mode() == Mode.APPEND) {
            return;
        }
        sql.run("CREATE TEMP TABLE seen_parts (name VARCHAR)");
        for (String name : pending.seen()) {
            sql.run("INSERT INTO seen_parts VALUES (?)", name);
        }
        String others = "SELECT id FROM ledger.parts WHERE connection = ? AND dataset = ? AND name NOT IN (FROM seen_parts)";
        counts.removed += sql.run("INSERT INTO change SELECT NULL, _row FROM " + raw.sql() + " WHERE _part IN (" + others + ")", pending.connection(), dataset.name());
        // A part that comes back is a new one.
        Ledger.partsGone(sql, "connection = ? AND dataset = ? AND name NOT IN (FROM seen_parts)", load.id(), pending.connection(), dataset.name());
        sql.run("DROP TABLE seen_parts");
    }

    private String latest(String pass) {
        return "(FROM " + incoming("_kind <> " + Stage.PRESENT) + " WHERE " + pass + " QUALIFY row_number() OVER (PARTITION BY " + each(dataset.key(), "%s", ", ") + " ORDER BY _seq DESC) = 1)";
    }

    private long stagedRows() throws SQLException {
        return sql.number("SELECT count(*) FROM " + stage.rows());
    }

    private void compareByKey(Counts counts) throws SQLException {
        passes(stagedRows(), dataset.key(), pass -> sql.run("INSERT INTO change SELECT CASE WHEN n._kind = " + Stage.GONE + " THEN NULL ELSE n._seq END, o._row FROM "
                + latest(pass) + " n LEFT JOIN (FROM " + raw.sql() + " WHERE " + pass + ") o ON " + each(dataset.key(), "o.%s = n.%s", " AND ") + " WHERE CASE WHEN n._kind = "
                + Stage.GONE + " THEN o._row IS NOT NULL WHEN o._row IS NULL THEN true ELSE NOT (" + each(columns.keySet(), SAME, " AND ") + ") END"));
        counts.inserted += sql.number("SELECT count(*) FROM change WHERE _old IS NULL");
        counts.updated += sql.number("SELECT count(*) FROM change WHERE _old IS NOT NULL AND _seq IS NOT NULL");
        counts.removed += sql.number("SELECT count(*) FROM change WHERE _seq IS NULL");
    }

    /** All keys were read: a row whose key did not come is not there any more. Unless some rows could not be understood: they might be those. */
    private void removeOtherKeys(Counts counts) throws SQLException {
        long unknown = sql.number("SELECT count(*) FROM " + stage.rejects() + " WHERE record IS NULL");
        if (unknown > 0 || pending.hasLost()) {
            note = (unknown == 0 ? "a part" : unknown == 1 ? "1 row" : unknown + " rows") + " could not be read, so that nobody knows which rows are gone: none was removed";
            return;
        }
        long before = sql.number("SELECT count(*) FROM change");
        // A row that the source says is gone is in the change already.
        passes(stagedRows(), dataset.key(), pass -> sql.run("INSERT INTO change SELECT NULL, o._row FROM (SELECT _row, " + each(dataset.key(), "%s", ", ") + " FROM " + raw.sql()
                + " WHERE " + pass + ") o ANTI JOIN (SELECT " + each(dataset.key(), "%s", ", ") + " FROM " + incoming("true") + " WHERE " + pass + ") n ON "
                + each(dataset.key(), "o.%s = n.%s", " AND ")));
        counts.removed += sql.number("SELECT count(*) FROM change") - before;
    }

    /** What is here stays; a row that is here already, at the boundary that is read again for instance, is not added again. */
    private void appendByKey(Counts counts) throws SQLException {
        passes(stagedRows(), dataset.key(), pass -> sql.run("INSERT INTO change SELECT min(n._seq), NULL FROM (FROM " + incoming("_kind = " + Stage.ROW) + " WHERE " + pass
                + ") n ANTI JOIN (FROM " + raw.sql() + " WHERE " + pass + ") o ON " + each(dataset.key(), "o.%s = n.%s", " AND ") + " AND " + each(columns.keySet(), SAME, " AND ")
                + " GROUP BY " + each(columns.keySet(), "n.%s", ", ")));
        counts.inserted += sql.number("SELECT count(*) FROM change");
    }

    /**
     * In a complete read of parts rows that merely changed go and come: what counts is what is missing in the end. A load that removes a little in each of many commits is held
     * at the one with which it is too much.
     */
    private void hold(Counts here) throws SQLException {
        long gone = dataset.key().isEmpty() ? here.removed - here.inserted - pending.straightRows() : here.removed + load.removed();
        if (here.removed == 0 || gone <= 0) {
            return;
        }
        long before = sql.number("SELECT count(*) FROM " + raw.sql()) + (dataset.key().isEmpty() ? 0 : load.removed());
        if (tooMany(gone, before)) {
            alarms.add("it would remove " + gone + " of the " + before + " rows of " + dataset.name());
        }
    }

    private boolean tooMany(long gone, long before) {
        return gone * 100 > before * handling.largestRemoval();
    }

    /** The rows of the change that go, as a condition on {@code _row}. */
    private static String going(String range) {
        return range.replace("%s", "_row") + " AND _row IN (SELECT _old FROM change WHERE " + range.replace("%s", "_old") + ")";
    }

    void keepImages(long load) throws SQLException {
        ranges("_old", range -> sql.run("INSERT INTO " + raw.images() + " BY NAME SELECT *, " + load + " AS _gone FROM " + raw.sql() + " WHERE " + going(range)));
    }

    void remove() throws SQLException {
        for (String canonical : Ledger.fed(sql, raw)) {
            ranges("_old", range -> sql.run("DELETE FROM main." + Sql.name(canonical) + " WHERE " + going(range)));
        }
        ranges("_old", range -> sql.run("DELETE FROM " + raw.sql() + " WHERE " + going(range)));
    }

    /** A row with a key belongs to no part: another part may bring its next version. */
    void insert(long load) throws SQLException {
        String part = dataset.key().isEmpty() ? "(SELECT id FROM pending_parts WHERE number = _part)" : "NULL";
        ranges("_seq", range -> sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + values() + ", " + part + " AS _part, " + load + " AS _load, row_id(0) AS _row FROM "
                + stage.rows() + " WHERE " + range.replace("%s", "_seq") + " AND _seq IN (SELECT _seq FROM change WHERE " + range.replace("%s", "_seq") + ")"));
    }

    /** Puts the stage's bad rows into quarantine and tells how many. Bad rows of before whose keys came with good rows now are no trouble any more. */
    long quarantine(long load, Instant at) throws SQLException {
        resolve(load);
        // A keyed row at the cursor's boundary is read again and again: while it is as bad as before, once is enough.
        return sql.run("""
                INSERT INTO ledger.quarantine (id, load, connection, dataset, part, place, reason, raw, met_at, record)
                SELECT nextval('ledger.quarantine_ids'), $1, $2, $3, coalesce(p.name, ''), concat_ws(' ', p.name, r.place), r.reason, r.raw, $4, r.record
                FROM %s r LEFT JOIN pending_parts p ON p.number = r._part
                WHERE $5 OR NOT EXISTS (FROM ledger.quarantine q
                    WHERE q.resolved_by IS NULL AND q.connection = $2 AND q.dataset = $3 AND q.reason = r.reason AND q.raw = r.raw)""".formatted(stage.rejects()),
                load, pending.connection(), dataset.name(), Ledger.time(at), dataset.key().isEmpty());
    }

    private void resolve(long load) throws SQLException {
        String mine = "resolved_by IS NULL AND record IS NOT NULL AND connection = ? AND dataset = ?";
        if (dataset.key().isEmpty() || sql.number("SELECT count(*) FROM ledger.quarantine WHERE " + mine, pending.connection(), dataset.name()) == 0) {
            return;
        }
        StringBuilder match = new StringBuilder();
        for (String name : dataset.key()) {
            match.append(match.isEmpty() ? "" : " AND ").append("TRY_CAST(json_extract_string(q.record, ").append(Sql.text("$.\"" + name + "\"")).append(") AS ")
                    .append(ScanSql.type(columns.get(name))).append(") = n.").append(Sql.name(name));
        }
        // A join and no EXISTS: of the two the quarantine is the small one, and an EXISTS would build its table of the other.
        sql.run("UPDATE ledger.quarantine SET resolved_by = " + load + " WHERE id IN (SELECT q.id FROM (FROM ledger.quarantine WHERE " + mine + ") q JOIN "
                + incoming("_kind <> " + Stage.PRESENT) + " n ON " + match + ")", pending.connection(), dataset.name());
    }

    void end() throws SQLException {
        sql.run("DROP TABLE temp.change");
        sql.run("DROP TABLE temp.pending_parts");
    }
}
