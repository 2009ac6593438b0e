package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The rows of a {@link Stage}, attached as {@code stage}, compared with those of the raw table. What is different stands in the temporary table {@code change}:
 * {@code _seq} comes in, {@code _old} goes out. The methods are called in the order in which they stand here, inside the transaction of a {@link Commit}.
 */
final class Comparison {
    /** What a rule keeps aside: see {@link Checks}. */
    private static final String COMING_IN = "_seq NOT IN (SELECT id FROM bad)";

    private final Sql sql;
    private final RawTable raw;
    private final Pending pending;
    private final Dataset dataset;
    private final Map<String, Type> columns;
    private final Map<String, Type> staged;
    private final int[] partIds;

    /**
     * @param columns those of the raw table
     * @param partIds the ids of the pending parts, by their numbers
     */
    Comparison(Sql sql, RawTable raw, Pending pending, Map<String, Type> columns, int[] partIds) {
        this.sql = sql;
        this.raw = raw;
        this.pending = pending;
        this.dataset = pending.dataset();
        this.columns = columns;
        this.staged = pending.gathered().types();
        this.partIds = partIds;
    }

    /** Finds the difference and counts it. */
    void compare(Commit.Counts counts, boolean approved) throws SQLException {
        sql.run("CREATE TEMP TABLE change (_seq BIGINT, _old BIGINT)");
        sql.run("CREATE TEMP TABLE pending_parts (number INTEGER, id INTEGER, name VARCHAR)");
        for (Pending.Part part : pending.parts()) {
            sql.run("INSERT INTO pending_parts VALUES (?, ?, ?)", part.number(), partIds[part.number()], part.name());
        }
        if (dataset.key().isEmpty()) {
            for (Pending.Part part : pending.parts()) {
                comparePart(part, partIds[part.number()], counts, approved);
            }
        } else {
            compareByKey(counts, approved);
        }
    }

    /** A staged column in the type that the raw table gives it; a column that the stage lacks is empty. A deletion's key that cannot be in that type is nobody's. */
    private String value(String name) {
        Type type = staged.get(name);
        Type there = columns.get(name);
        if (type == null) {
            return "CAST(NULL AS " + ScanSql.type(there) + ")";
        }
        String text = "CAST(" + Sql.name(name) + " AS VARCHAR)";
        return type.equals(there) ? Sql.name(name)
                : "CASE WHEN _gone THEN TRY_CAST(" + text + " AS " + ScanSql.type(there) + ") ELSE CAST(" + text + " AS " + ScanSql.type(there) + ") END";
    }

    /** The raw table's columns, from those of {@code stage.rows}. */
    String values() {
        return String.join(", ", columns.keySet().stream().map(name -> value(name) + " AS " + Sql.name(name)).toList());
    }

    private void comparePart(Pending.Part part, int id, Commit.Counts counts, boolean approved) throws SQLException {
        if (!part.known()) {
            counts.inserted += sql.run("INSERT INTO change SELECT _seq, NULL FROM stage.rows WHERE _part = ? AND " + COMING_IN, part.number());
            return;
        }
        String names = String.join(", ", columns.keySet().stream().map(Sql::name).toList());
        String same = String.join(" AND ", columns.keySet().stream().map(Sql::name).map(name -> "o." + name + " IS NOT DISTINCT FROM n." + name).toList());
        sql.run("INSERT INTO change SELECT n._seq, o._row FROM (SELECT *, row_number() OVER (PARTITION BY " + names + ") AS _n FROM " + raw.sql() + " WHERE _part = " + id
                + ") o FULL JOIN (SELECT *, row_number() OVER (PARTITION BY " + names + ") AS _n FROM (SELECT " + values()
                + ", _seq FROM stage.rows WHERE _part = " + part.number() + " AND " + COMING_IN + ")) n ON o._n = n._n AND " + same + " WHERE o._row IS NULL OR n._seq IS NULL");
        long before = sql.number("SELECT count(*) FROM " + raw.sql() + " WHERE _part = ?", id);
        long gone = sql.number("SELECT count(*) FROM change WHERE _old IN (SELECT _row FROM " + raw.sql() + " WHERE _part = ?)", id);
        if (!approved && gone * 2 > before) {
            throw new HeldException(part.name() + " would remove " + gone + " of the " + before + " rows that were read from it before");
        }
        counts.removed += gone;
        counts.inserted += sql.number("SELECT count(*) FROM change WHERE _seq IN (SELECT _seq FROM stage.rows WHERE _part = ?)", part.number());
    }

    private void compareByKey(Commit.Counts counts, boolean approved) throws SQLException {
        List<String> key = dataset.key().stream().map(Sql::name).toList();
        String keys = String.join(", ", key);
        String match = String.join(" AND ", key.stream().map(name -> "o." + name + " = n." + name).toList());
        String differs = String.join(" OR ", columns.keySet().stream().map(Sql::name).map(name -> "o." + name + " IS DISTINCT FROM n." + name).toList());
        sql.run("INSERT INTO change SELECT CASE WHEN n._gone THEN NULL ELSE n._seq END, o._row FROM (SELECT " + values() + ", _seq, _gone FROM stage.rows WHERE " + COMING_IN + " QUALIFY"
                + " row_number() OVER (PARTITION BY " + keys + " ORDER BY _seq DESC) = 1) n LEFT JOIN " + raw.sql() + " o ON " + match
                + " WHERE CASE WHEN n._gone THEN o._row IS NOT NULL WHEN o._row IS NULL THEN true ELSE " + differs + " END");
        counts.inserted += sql.number("SELECT count(*) FROM change WHERE _old IS NULL");
        counts.updated += sql.number("SELECT count(*) FROM change WHERE _old IS NOT NULL AND _seq IS NOT NULL");
        long gone = sql.number("SELECT count(*) FROM change WHERE _seq IS NULL");
        long before = gone == 0 ? 0 : sql.number("SELECT count(*) FROM " + raw.sql());
        if (!approved && gone * 2 > before) {
            throw new HeldException("it would remove " + gone + " of the " + before + " rows of " + dataset.name());
        }
        counts.removed += gone;
    }

    void keepImages(long load) throws SQLException {
        sql.run("INSERT INTO " + raw.images() + " BY NAME SELECT *, " + load + " AS _gone FROM " + raw.sql() + " WHERE _row IN (SELECT _old FROM change)");
    }

    void remove(List<Derivation> derivations) throws SQLException {
        for (Derivation derivation : derivations) {
            sql.run("DELETE FROM main." + Sql.name(derivation.table()) + " WHERE _row IN (SELECT _old FROM change)");
        }
        sql.run("DELETE FROM " + raw.sql() + " WHERE _row IN (SELECT _old FROM change)");
    }

    /** A row with a key belongs to no part: another part may bring its next version. */
    void insert(long load) throws SQLException {
        String part = dataset.key().isEmpty() ? "(SELECT id FROM pending_parts WHERE number = _part)" : "NULL";
        sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + values() + ", " + part + " AS _part, " + load
                + " AS _load, row_id(0) AS _row FROM stage.rows WHERE _seq IN (SELECT _seq FROM change)");
    }

    /** Puts the stage's bad rows into quarantine and tells how many. */
    long quarantine(long load, Instant at) throws SQLException {
        // A keyed row at the cursor's boundary is read again and again: while it is as bad as before, once is enough.
        return sql.run("""
                INSERT INTO ledger.quarantine (id, load, connection, dataset, part, place, reason, raw, met_at)
                SELECT nextval('ledger.quarantine_ids'), $1, $2, $3, coalesce(p.name, ''), concat_ws(' ', p.name, r.place), r.reason, r.raw, $4
                FROM stage.rejects r LEFT JOIN pending_parts p ON p.number = r.part
                WHERE $5 OR NOT EXISTS (FROM ledger.quarantine q
                    WHERE q.resolved_by IS NULL AND q.connection = $2 AND q.dataset = $3 AND q.reason = r.reason AND q.raw = r.raw)""",
                load, pending.connection(), dataset.name(), Ledger.time(at), dataset.key().isEmpty());
    }

    void end() throws SQLException {
        sql.run("DROP TABLE temp.change");
        sql.run("DROP TABLE temp.pending_parts");
    }
}
