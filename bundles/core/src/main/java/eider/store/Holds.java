package eider.store;

import eider.connector.Cursor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Datasets that are not read because loads of them were {@linkplain Reversal taken back}, and that wait for a word: their cursor and parts stand as before those loads,
 * and beside them is kept how they stood, for the case that what was taken back is to be left out. Every method is called inside a transaction.
 */
public final class Holds {

    /**
     * One row of {@code ledger.holds}.
     *
     * @param load the first load that was taken back: cursor and parts stand as before it
     * @param derivedAnew whether that load read nothing, and derived canonical rows anew
     */
    public record HoldRow(String connection, String dataset, long load, Instant heldAt, boolean derivedAnew) {}

    private static final String HOLDS = "SELECT connection, dataset, load, held_at, EXISTS (FROM ledger.change_sets c WHERE c.load = h.load AND c.lane = 'DERIVED')"
            + " FROM ledger.holds h";

    private Holds() {}

    public static List<HoldRow> all(Sql sql) throws SQLException {
        return sql.list(HOLDS + " ORDER BY connection, dataset", Holds::row);
    }

    /** What holds a dataset, or null. */
    public static HoldRow of(Sql sql, String connection, String dataset) throws SQLException {
        return sql.first(HOLDS + " WHERE connection = ? AND dataset = ?", Holds::row, connection, dataset);
    }

    private static HoldRow row(ResultSet row) throws SQLException {
        return new HoldRow(row.getString(1), row.getString(2), row.getLong(3), Ledger.instant(row.getObject(4)), row.getBoolean(5));
    }

    /** @throws HeldException if the dataset waits for a word: a load that was on its way when another was taken back must not go on past it */
    static void check(Sql sql, String connection, String dataset) throws SQLException {
        HoldRow hold = of(sql, connection, dataset);
        if (hold != null) {
            throw new HeldException(sentence(hold), "");
        }
    }

    /** Why a dataset is not read, and what to do. */
    public static String sentence(HoldRow hold) {
        return "load " + hold.load + " was taken back and nobody has said yet how " + hold.connection + "." + hold.dataset + " goes on: 'eider undo " + hold.load
                + (hold.derivedAnew ? " --read-again' lets the next sync derive its rows anew by the models of today, 'eider undo " + hold.load + " --skip' leaves them as they are"
                        : " --read-again' asks the source again for what was taken back, 'eider undo " + hold.load + " --skip' leaves it out");
    }

    /** Rewinds the cursor to where it stood before a load, unless an earlier load was taken back already, and keeps where it stands now. */
    static void rewind(Sql sql, String connection, String dataset, long load, Cursor before, Instant completeBefore, Instant now) throws SQLException {
        HoldRow hold = of(sql, connection, dataset);
        if (hold == null) {
            sql.run("INSERT INTO ledger.holds VALUES (?, ?, ?, ?, ?, ?)", connection, dataset, load, Ledger.cursor(sql, connection, dataset).text(),
                    Ledger.time(Ledger.completeAt(sql, connection, dataset)), Ledger.time(now));
        } else if (load < hold.load) {
            sql.run("UPDATE ledger.holds SET load = ? WHERE connection = ? AND dataset = ?", load, connection, dataset);
        } else {
            return;
        }
        if (!before.equals(Ledger.cursor(sql, connection, dataset))) {
            Ledger.cursor(sql, connection, dataset, before, load);
        }
        Ledger.complete(sql, connection, dataset, completeBefore);
    }

    /** One part as it was before the first read of it by a load. */
    private record Rewound(String name, int id, String before, long loadBefore) {}

    /**
     * Lets the parts that a load read be as they were before it, unless an earlier load that read them was taken back already.
     *
     * @param keep whether to keep how they stand now
     */
    static void rewindParts(Sql sql, String connection, String dataset, long load, boolean keep) throws SQLException {
        List<Rewound> parts = sql.list("SELECT name, part, before, load_before FROM ledger.part_reads WHERE load = ? QUALIFY row_number() OVER (PARTITION BY name ORDER BY rowid) = 1",
                row -> new Rewound(row.getString(1), row.getInt(2), row.getString(3), row.getLong(4)), load);
        for (Rewound part : parts) {
            Long rewound = sql.first("SELECT load FROM ledger.held_parts WHERE connection = ? AND dataset = ? AND name = ?", row -> row.getLong(1), connection, dataset, part.name);
            if (rewound != null && rewound < load) {
                continue;
            }
            Ledger.Part now = Ledger.part(sql, connection, dataset, part.name);
            if (rewound != null) {
                sql.run("UPDATE ledger.held_parts SET load = ? WHERE connection = ? AND dataset = ? AND name = ?", load, connection, dataset, part.name);
            } else if (keep) {
                sql.run("INSERT INTO ledger.held_parts VALUES (?, ?, ?, ?, ?, ?, ?)", connection, dataset, load, now == null ? part.id : now.id(), part.name,
                        now == null ? null : now.fingerprint(), now == null ? null : now.load());
            }
            if (part.before == null) {
                sql.run("DELETE FROM ledger.parts WHERE connection = ? AND dataset = ? AND name = ?", connection, dataset, part.name);
            } else if (now == null) {
                sql.run("INSERT INTO ledger.parts VALUES (?, ?, ?, ?, ?, ?)", part.id, connection, dataset, part.name, part.before, part.loadBefore);
            } else {
                sql.run("UPDATE ledger.parts SET fingerprint = ?, load = ? WHERE id = ?", part.before, part.loadBefore, now.id());
            }
        }
    }

    /**
     * Lets a dataset go on.
     *
     * @param again whether what was taken back is asked for again; else cursor and parts are set to where they stood, as if it had been read
     * @return whether it was held
     */
    public static boolean release(Sql sql, String connection, String dataset, boolean again) throws SQLException {
        HoldRow hold = of(sql, connection, dataset);
        if (hold == null) {
            return false;
        }
        if (again) {
            // What stays on record of a derivation that was taken back says that it is to be left so: see Ways.
            sql.run("DELETE FROM ledger.change_sets WHERE raw_table = ? AND lane = 'DERIVED' AND load >= ? AND load IN (SELECT id FROM ledger.loads WHERE state = 'UNDONE')",
                    new RawTable(connection, dataset).name(), hold.load);
        }
        if (!again) {
            long load = sql.number("SELECT load FROM ledger.holds WHERE connection = ? AND dataset = ?", connection, dataset);
            String cursor = sql.first("SELECT cursor FROM ledger.holds WHERE connection = ? AND dataset = ?", row -> row.getString(1), connection, dataset);
            Ledger.cursor(sql, connection, dataset, new Cursor(cursor), load);
            sql.run("UPDATE ledger.datasets SET complete_at = (SELECT complete_at FROM ledger.holds h WHERE h.connection = datasets.connection AND h.dataset = datasets.dataset)"
                    + " WHERE connection = ? AND dataset = ?", connection, dataset);
            // A part that had come with what was taken back counts as read, and holds nothing; one that had gone stays with the rows that it has again.
            sql.run("UPDATE ledger.parts SET fingerprint = h.fingerprint, load = h.fingerprint_load FROM ledger.held_parts h WHERE h.connection = ? AND h.dataset = ?"
                    + " AND h.fingerprint IS NOT NULL AND parts.connection = h.connection AND parts.dataset = h.dataset AND parts.name = h.name", connection, dataset);
            sql.run("INSERT INTO ledger.parts SELECT part, connection, dataset, name, fingerprint, fingerprint_load FROM ledger.held_parts h WHERE connection = ? AND dataset = ?"
                    + " AND fingerprint IS NOT NULL AND NOT EXISTS (FROM ledger.parts p WHERE p.connection = h.connection AND p.dataset = h.dataset AND p.name = h.name)",
                    connection, dataset);
        }
        sql.run("DELETE FROM ledger.held_parts WHERE connection = ? AND dataset = ?", connection, dataset);
        sql.run("DELETE FROM ledger.holds WHERE connection = ? AND dataset = ?", connection, dataset);
        return true;
    }
}
