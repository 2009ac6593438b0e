package eider.store;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.Ledger.LoadRow;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Carries out what a source pushed up to a checkpoint, as one transaction: rows out, rows in, bad rows aside, canonical rows derived, parts, cursor, change set
 * and load record written. Either all of it is there afterwards or nothing.
 *
 * <p>What a keyless part held before and what it holds now are compared as multisets over all columns, so that only the difference moves and a row that stays
 * keeps the load that brought it.
 */
public final class Commit {
    private final Store store;
    private final Pending pending;
    private final List<Derivation> derivations;
    private final boolean approved;
    private final RawTable raw;

    /**
     * @param derivations into which canonical tables the dataset goes
     * @param approved whether more than half of a part's rows may go
     */
    public Commit(Store store, Pending pending, List<Derivation> derivations, boolean approved) {
        this.store = store;
        this.pending = pending;
        this.derivations = List.copyOf(derivations);
        this.approved = approved;
        this.raw = new RawTable(pending.connection(), pending.dataset().name());
    }

    /**
     * @param cursor where the source can go on from, afterwards
     * @param load the load so far; what this commit adds is added to its counts, and the sum is recorded as running
     * @throws HeldException if it would remove more than may go without a person's word
     */
    public ChangeSet apply(Cursor cursor, LoadRow load) throws StoreException, InterruptedException {
        try {
            return attempt(cursor, load);
        } finally {
            pending.close();
            store.reached(Step.COMMITTED);
        }
    }

    private ChangeSet attempt(Cursor cursor, LoadRow load) throws StoreException, InterruptedException {
        Stage stage = pending.gathered();
        try {
            if (stage != null) {
                stage.settle(store.read(sql -> raw.foresee(sql, pending.fields())));
                stage.seal();
            }
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        }
        store.reached(Step.STAGED);
        ChangeSet changes = store.write(stage == null ? null : stage.file(), sql -> in(sql, cursor, load));
        if (changes.changesRows()) {
            store.changed();
        }
        return changes;
    }

    private ChangeSet in(Sql sql, Cursor cursor, LoadRow load) throws SQLException, StoreException {
        store.reached(Step.BEGUN);
        Map<String, Type> columns = raw.shape(sql, pending.fields());
        store.reached(Step.SHAPED);
        long first = sql.number("SELECT nextval('ledger.row_ids')");
        Counts counts = new Counts();

        resolveQuarantine(sql, load.id());
        Staged staged = pending.gathered() == null ? null : new Staged(columns);
        int[] partIds = partIds(sql);
        if (staged != null) {
            staged.compare(sql, partIds, counts);
            staged.keepImages(sql, load.id());
        }
        store.reached(Step.IMAGES_KEPT);
        if (staged != null) {
            staged.remove(sql);
        }
        store.reached(Step.ROWS_REMOVED);
        if (staged != null) {
            staged.insert(sql, load.id());
        }
        counts.quarantined += straight(sql, partIds, load.id(), counts);
        store.reached(Step.ROWS_INSERTED);
        if (staged != null) {
            counts.quarantined += staged.quarantine(sql, load.id());
            sql.run("DROP TABLE temp.change");
        }
        store.reached(Step.QUARANTINED);
        for (Derivation derivation : derivations) {
            String rows = "(SELECT * FROM " + raw.sql() + " WHERE _row > " + first + ")";
            sql.run("INSERT INTO main." + Sql.name(derivation.table()) + " BY NAME SELECT *, " + load.id() + " AS load FROM ("
                    + derivation.select(rows, columns.keySet()) + ")");
        }
        store.reached(Step.DERIVED);
        long last = sql.number("SELECT nextval('ledger.row_ids')");
        ChangeSet changes = new ChangeSet(load.id(), staged == null ? ChangeSet.Lane.STRAIGHT : ChangeSet.Lane.STAGED, raw.name(),
                derivations.isEmpty() ? null : derivations.getFirst().table(), first, last, counts.inserted, counts.updated, counts.removed, counts.quarantined);
        record(sql, changes, partIds, cursor, load);
        store.reached(Step.RECORDED);
        return changes;
    }

    private static final class Counts {
        long inserted;
        long updated;
        long removed;
        long quarantined;
    }

    /** The ids of the pending parts, by their number; those that are new get one. */
    private int[] partIds(Sql sql) throws SQLException {
        int[] ids = new int[pending.parts().stream().mapToInt(Pending.Part::number).max().orElse(0) + 1];
        for (Pending.Part part : pending.parts()) {
            Ledger.Part known = Ledger.part(sql, pending.connection(), pending.dataset().name(), part.name());
            ids[part.number()] = known != null ? known.id() : Ledger.newPart(sql, pending.connection(), pending.dataset().name(), part.name());
        }
        return ids;
    }

    /** Bad rows that an earlier read found in a part that was read again are judged anew. */
    private void resolveQuarantine(Sql sql, long load) throws SQLException {
        for (Pending.Part part : pending.parts()) {
            if (part.known()) {
                sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE connection = ? AND dataset = ? AND part = ? AND resolved_by IS NULL", load,
                        pending.connection(), pending.dataset().name(), part.name());
            }
        }
    }

    /** Files of new parts: the scan's rows go into the raw table at once. Returns how many rows were bad. */
    private long straight(Sql sql, int[] partIds, long load, Counts counts) throws SQLException, StoreException {
        long bad = 0;
        for (Pending.Straight file : pending.straight()) {
            ScanSql scan = ScanSql.of(file.readable());
            long found = sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + String.join(", ", scan.select()) + ", " + partIds[file.part().number()]
                    + " AS _part, " + load + " AS _load, nextval('ledger.row_ids') AS _row FROM " + scan.relation());
            counts.inserted += found;
            try (QuarantineWriter quarantine = new QuarantineWriter(sql, load, pending.connection(), pending.dataset().name(), store.clock().instant())) {
                Stage.check(file.readable(), found);
                file.readable().rejects(reject -> quarantine.add(file.part().name(), reject));
                bad += quarantine.finish();
            } catch (SourceException e) {
                throw new StoreException(e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while reading " + file.readable().scan().file(), e);
            }
        }
        return bad;
    }

    private void record(Sql sql, ChangeSet changes, int[] partIds, Cursor cursor, LoadRow load) throws SQLException {
        Dataset dataset = pending.dataset();
        Set<String> places = new LinkedHashSet<>();
        if (!load.places().isEmpty()) {
            places.addAll(List.of(load.places().split(", ")));
        }
        for (Pending.Part part : pending.parts()) {
            Ledger.partRead(sql, partIds[part.number()], part.fingerprint(), changes.load());
            places.add(part.name());
        }
        Cursor before = Ledger.cursor(sql, pending.connection(), dataset.name());
        Ledger.cursor(sql, pending.connection(), dataset.name(), cursor, changes.load());
        Instant now = store.clock().instant();
        if (!changes.isEmpty()) {
            sql.run("INSERT INTO ledger.change_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changes.load(), changes.lane().name(), changes.table(),
                    changes.canonical(), changes.firstRow(), changes.lastRow(), changes.inserted(), changes.updated(), changes.removed(), before.text(), cursor.text(),
                    Ledger.time(now));
        }
        Ledger.load(sql, new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), "RUNNING", load.started(), null, load.inserted() + changes.inserted(),
                load.updated() + changes.updated(), load.removed() + changes.removed(), load.quarantined() + changes.quarantined(), shorten(places), ""));
    }

    /** As many places as fit on a few lines; the change sets know them all. */
    private static String shorten(Set<String> places) {
        List<String> shown = new ArrayList<>();
        int length = 0;
        for (String place : places) {
            length += place.length() + 2;
            if (length > 300 && !shown.isEmpty()) {
                shown.add("…");
                break;
            }
            shown.add(place);
        }
        return String.join(", ", shown);
    }

    /** The rows of the stage, compared with what is there in the temporary table {@code change}: {@code _seq} comes in, {@code _old} goes out. */
    private final class Staged {
        private final Map<String, Type> columns;
        private final List<String> staged;

        Staged(Map<String, Type> columns) {
            this.columns = columns;
            this.staged = pending.gathered().fields().stream().map(Field::name).toList();
        }

        void compare(Sql sql, int[] partIds, Counts counts) throws SQLException {
            sql.run("CREATE TEMP TABLE change (_seq BIGINT, _old BIGINT)");
            if (pending.dataset().key().isEmpty()) {
                for (Pending.Part part : pending.parts()) {
                    comparePart(sql, part, partIds[part.number()], counts);
                }
            } else {
                compareByKey(sql, counts);
            }
        }

        /** A staged column in the type that the raw table gives it; a column that the stage lacks is empty. */
        private String value(String name) {
            if (!staged.contains(name)) {
                return "CAST(NULL AS " + Types.sql(columns.get(name)) + ")";
            }
            Type type = pending.gathered().fields().get(staged.indexOf(name)).type();
            return type.equals(columns.get(name)) ? Sql.name(name) : "CAST(CAST(" + Sql.name(name) + " AS VARCHAR) AS " + Types.sql(columns.get(name)) + ")";
        }

        private String values() {
            return String.join(", ", columns.keySet().stream().map(name -> value(name) + " AS " + Sql.name(name)).toList());
        }

        private void comparePart(Sql sql, Pending.Part part, int id, Counts counts) throws SQLException {
            if (!part.known()) {
                counts.inserted += sql.run("INSERT INTO change SELECT _seq, NULL FROM stage.rows WHERE _part = " + part.number());
                return;
            }
            String names = String.join(", ", columns.keySet().stream().map(Sql::name).toList());
            String same = String.join(" AND ", columns.keySet().stream().map(Sql::name).map(name -> "o." + name + " IS NOT DISTINCT FROM n." + name).toList());
            sql.run("INSERT INTO change SELECT n._seq, o._row FROM (SELECT *, row_number() OVER (PARTITION BY " + names + ") AS _n FROM " + raw.sql() + " WHERE _part = " + id
                    + ") o FULL JOIN (SELECT *, row_number() OVER (PARTITION BY " + names + ") AS _n FROM (SELECT " + values()
                    + ", _seq FROM stage.rows WHERE _part = " + part.number() + ")) n ON o._n = n._n AND " + same + " WHERE o._row IS NULL OR n._seq IS NULL");
            long before = sql.number("SELECT count(*) FROM " + raw.sql() + " WHERE _part = " + id);
            long gone = sql.number("SELECT count(*) FROM change WHERE _old IN (SELECT _row FROM " + raw.sql() + " WHERE _part = " + id + ")");
            if (!approved && gone * 2 > before) {
                throw new HeldException(part.name() + " would remove " + gone + " of the " + before + " rows that were read from it before");
            }
            counts.removed += gone;
            counts.inserted += sql.number("SELECT count(*) FROM change WHERE _seq IN (SELECT _seq FROM stage.rows WHERE _part = " + part.number() + ")");
        }

        private void compareByKey(Sql sql, Counts counts) throws SQLException {
            List<String> key = pending.dataset().key().stream().map(Sql::name).toList();
            String keys = String.join(", ", key);
            String match = String.join(" AND ", key.stream().map(name -> "o." + name + " = n." + name).toList());
            String differs = String.join(" OR ", columns.keySet().stream().map(Sql::name).map(name -> "o." + name + " IS DISTINCT FROM n." + name).toList());
            sql.run("INSERT INTO change SELECT CASE WHEN n._gone THEN NULL ELSE n._seq END, o._row FROM (SELECT " + values() + ", _seq, _gone FROM stage.rows QUALIFY"
                    + " row_number() OVER (PARTITION BY " + keys + " ORDER BY _seq DESC) = 1) n LEFT JOIN " + raw.sql() + " o ON " + match
                    + " WHERE CASE WHEN n._gone THEN o._row IS NOT NULL WHEN o._row IS NULL THEN true ELSE " + differs + " END");
            counts.inserted += sql.number("SELECT count(*) FROM change WHERE _old IS NULL");
            counts.updated += sql.number("SELECT count(*) FROM change WHERE _old IS NOT NULL AND _seq IS NOT NULL");
            long gone = sql.number("SELECT count(*) FROM change WHERE _seq IS NULL");
            long before = gone == 0 ? 0 : sql.number("SELECT count(*) FROM " + raw.sql());
            if (!approved && gone * 2 > before) {
                throw new HeldException("it would remove " + gone + " of the " + before + " rows of " + pending.dataset().name());
            }
            counts.removed += gone;
        }

        void keepImages(Sql sql, long load) throws SQLException {
            sql.run("INSERT INTO " + raw.images() + " BY NAME SELECT *, " + load + " AS _gone FROM " + raw.sql() + " WHERE _row IN (SELECT _old FROM change)");
        }

        void remove(Sql sql) throws SQLException {
            for (Derivation derivation : derivations) {
                sql.run("DELETE FROM main." + Sql.name(derivation.table()) + " WHERE _row IN (SELECT _old FROM change)");
            }
            sql.run("DELETE FROM " + raw.sql() + " WHERE _row IN (SELECT _old FROM change)");
        }

        void insert(Sql sql, long load) throws SQLException {
            StringBuilder part = new StringBuilder("CASE _part");
            for (Pending.Part each : pending.parts()) {
                part.append(" WHEN ").append(each.number()).append(" THEN ").append(Ledger.part(sql, pending.connection(), pending.dataset().name(), each.name()).id());
            }
            String partId = pending.dataset().key().isEmpty() && !pending.parts().isEmpty() ? part + " END" : "NULL";
            sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + values() + ", " + partId + " AS _part, " + load
                    + " AS _load, nextval('ledger.row_ids') AS _row FROM stage.rows WHERE _seq IN (SELECT _seq FROM change)");
        }

        long quarantine(Sql sql, long load) throws SQLException {
            StringBuilder part = new StringBuilder("CASE part");
            for (Pending.Part each : pending.parts()) {
                part.append(" WHEN ").append(each.number()).append(" THEN ").append(Sql.text(each.name()));
            }
            String name = pending.parts().isEmpty() ? "''" : part + " ELSE '' END";
            // A keyed row at the cursor's boundary is read again and again: while it is as bad as before, once is enough.
            String again = " WHERE NOT EXISTS (FROM ledger.quarantine q WHERE q.resolved_by IS NULL AND q.connection = " + Sql.text(pending.connection())
                    + " AND q.dataset = " + Sql.text(pending.dataset().name()) + " AND q.reason = r.reason AND q.raw = r.raw)";
            return sql.run("INSERT INTO ledger.quarantine SELECT nextval('ledger.quarantine_ids'), ?, ?, ?, " + name + ", concat_ws(' ', nullif(" + name
                    + ", ''), place), reason, raw, ?, NULL FROM stage.rejects r" + (pending.dataset().key().isEmpty() ? "" : again), load, pending.connection(), pending.dataset().name(),
                    Ledger.time(store.clock().instant()));
        }
    }
}
