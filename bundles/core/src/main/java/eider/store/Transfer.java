package eider.store;

import eider.connector.Cursor;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.Commit.Outcome;
import eider.store.Ledger.LoadRow;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a {@link Commit} does inside its transaction, in the order in which the methods stand here. Used once. */
final class Transfer {
    private final Store store;
    private final Sql sql;
    private final Pending pending;
    private final List<Derivation> derivations;
    private final Handling handling;
    private final Terms terms;
    private final Cursor cursor;
    private final LoadRow load;
    private final RawTable raw;
    private final Preview preview;
    private final Counts counts = new Counts();
    private final Instant now;

    private Ledger.Before before;
    private boolean fresh;
    private RawTable.Shape shape;
    private Map<String, Type> columns;
    /** The last row's number before. */
    private long first;
    /** The pending parts as they were, in their order; null where one is new. */
    private final List<Ledger.Part> known = new ArrayList<>();
    /** The ids of the pending parts, by their number. */
    private int[] partIds;
    /** The ids of those that do not hold what they held. */
    private final Set<Integer> touched = new HashSet<>();
    private Stage.Tables tables;
    private Checks checks;
    /** Null where nothing was gathered in a stage. */
    private Comparison staged;
    private final List<String> warnings = new ArrayList<>();

    Transfer(Store store, Sql sql, Pending pending, List<Derivation> derivations, Terms terms, Cursor cursor, LoadRow load) {
        this.store = store;
        this.sql = sql;
        this.pending = pending;
        this.derivations = derivations;
        this.handling = pending.handling();
        this.terms = terms;
        this.cursor = cursor;
        this.load = load;
        this.raw = new RawTable(pending.connection(), pending.dataset().name());
        this.preview = new Preview(sql, raw, figures(derivations), load.id(), store.rowIds().last());
        this.now = store.clock().instant();
    }

    private static Map<String, Map<String, String>> figures(List<Derivation> derivations) {
        Map<String, Map<String, String>> figures = new LinkedHashMap<>();
        derivations.forEach(derivation -> figures.put(derivation.table(), derivation.measures()));
        return figures;
    }

    /** @param first what a sync would do before this; null: nothing. Only of a rehearsal: else it was done */
    Outcome run(Rederivation first) throws SQLException, StoreException {
        if (first != null) {
            first.rehearse(sql);
        }
        return run();
    }

    private Outcome run() throws SQLException, StoreException {
        store.reached(Step.BEGUN);
        begin();
        store.reached(Step.SHAPED);
        compare();
        store.reached(Step.IMAGES_KEPT);
        if (staged != null) {
            staged.remove();
        }
        store.reached(Step.ROWS_REMOVED);
        if (staged != null) {
            staged.insert(load.id());
        }
        long straight = store.rowIds().last();
        insertStraight();
        store.reached(Step.ROWS_INSERTED);
        quarantine(straight);
        store.reached(Step.QUARANTINED);
        derive(straight);
        store.reached(Step.DERIVED);
        Outcome outcome = record();
        store.reached(Step.RECORDED);
        return outcome;
    }

    /** The table takes the columns that come, and the ledger what was so before. */
    private void begin() throws SQLException, StoreException {
        Holds.check(sql, raw.connection(), raw.dataset());
        before = Ledger.Before.of(sql, raw.connection(), raw.dataset());
        fresh = !raw.exists(sql);
        if (terms instanceof Terms.Rehearsal) {
            preview.begin();
        }
        Ledger.claim(sql, raw.connection(), pending.dataset());
        shape = raw.shape(sql, pending.dataset(), pending.fields(), handling.contract());
        columns = shape.columns();
        raw.showHistory(sql, handling.mode() == Mode.HISTORY, shape);
        first = store.rowIds().last();
        resolveQuarantine();
        identifyParts();
    }

    /** Bad rows that an earlier read found in a part that was read again are judged anew. */
    private void resolveQuarantine() throws SQLException {
        for (long id : pending.again()) {
            sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE id = ?", load.id(), id);
        }
        for (Pending.Part part : pending.parts()) {
            if (part.known() && !part.added()) {
                sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE connection = ? AND dataset = ? AND part = ? AND resolved_by IS NULL", load.id(),
                        raw.connection(), raw.dataset(), part.name());
            }
        }
    }

    /** A part that is new gets an id. */
    private void identifyParts() throws SQLException {
        partIds = new int[pending.parts().stream().mapToInt(Pending.Part::number).max().orElse(0) + 1];
        for (Pending.Part part : pending.parts()) {
            Ledger.Part there = Ledger.part(sql, raw.connection(), raw.dataset(), part.name());
            known.add(there);
            partIds[part.number()] = there != null ? there.id() : Ledger.newPart(sql, raw.connection(), raw.dataset(), part.name());
        }
    }

    /** Finds the difference and keeps images of what goes; stops where somebody should look at it first. */
    private void compare() throws SQLException, StoreException {
        Stage stage = pending.gathered();
        tables = stage == null ? null : stage.enter(sql, store.pushed(), columns);
        checks = new Checks(sql, raw, pending, columns, derivations, load.id(), now);
        if (stage != null) {
            staged = new Comparison(sql, raw, pending, checks.staged(tables, partIds), columns, partIds, store.memoryLimit(), load);
            staged.compare(counts, terms instanceof Terms.Attended);
            staged.keepImages(load.id());
            warnings.addAll(staged.alarms());
        }
        warnings.addAll(destructive());
        if (terms instanceof Terms.Unattended && !warnings.isEmpty()) {
            throw new HeldException(String.join("; ", warnings), "See what it would do with 'eider plan " + raw.connection() + "', and let it with 'eider plan "
                    + raw.connection() + " --approve'.");
        }
    }

    /** Why somebody should look at it first, beside rows that go: sentences without a full stop. */
    private List<String> destructive() throws SQLException {
        List<String> found = new ArrayList<>();
        shape.changes().stream().filter(change -> change.kind() == SchemaChange.Kind.VANISHED).forEach(change -> found.add(change.sentence(handling.contract())));
        long changed = counts.updated + counts.removed + load.updated() + load.removed();
        if (counts.updated + counts.removed > 0 && handling.largestChange() < 100) {
            long before = sql.number("SELECT count(*) FROM " + raw.sql()) + load.removed() - load.inserted();
            if (before >= Handling.FEW && changed * 100 > before * handling.largestChange()) {
                found.add("it would replace or remove " + changed + " of the " + before + " rows of " + raw.dataset());
            }
        }
        return found;
    }

    /** Files of new parts: the scan's rows go into the raw table at once. */
    private void insertStraight() throws SQLException, StoreException {
        for (Pending.Straight file : pending.straight()) {
            ScanSql scan = ScanSql.of(file.readable());
            long found = sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + String.join(", ", scan.select()) + ", " + partIds[file.part().number()]
                    + " AS _part, " + load.id() + " AS _load, row_id(0) AS _row FROM " + scan.relation());
            counts.inserted += found;
            if (found > 0) {
                touched.add(partIds[file.part().number()]);
            }
            try (QuarantineWriter quarantine = new QuarantineWriter(sql, load.id(), raw.connection(), raw.dataset(), now)) {
                StageFile.check(file.readable(), found);
                file.readable().rejects(reject -> quarantine.add(file.part().name(), reject));
                counts.quarantined += quarantine.finish();
            } catch (SourceException e) {
                throw new StoreException(e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while reading " + file.readable().scan().file(), e);
            }
        }
    }

    /** Rows that are bad are put aside. Those that went straight in are judged only now. */
    private void quarantine(long straight) throws SQLException, StoreException {
        if (staged != null) {
            counts.quarantined += staged.quarantine(load.id(), now) + checks.quarantineStaged(pending.gathered().types().keySet());
            touched.addAll(staged.touched());
            staged.end();
            pending.gathered().leave(sql, tables);
        }
        if (!pending.straight().isEmpty()) {
            counts.aside(checks.straight(straight));
        }
    }

    private void derive(long straight) throws SQLException, StoreException {
        String rows = "(SELECT * REPLACE (paced(_row) AS _row) FROM " + raw.sql() + " WHERE _row > " + first + ")";
        for (Derivation derivation : derivations) {
            try {
                sql.run("INSERT INTO main." + Sql.name(derivation.table()) + " BY NAME SELECT *, " + load.id() + " AS load FROM ("
                        + derivation.select(rows, columns.keySet()) + ")");
            } catch (SQLException e) {
                throw new DerivationException(derivation, e);
            }
        }
        if (!pending.straight().isEmpty()) {
            counts.aside(checks.derived(straight));
        }
        checks.record();
    }

    /** Writes down what was done, and has a look at it where that is asked for. */
    private Outcome record() throws SQLException, StoreException {
        ChangeSet.Lane lane = !pending.again().isEmpty() ? ChangeSet.Lane.REPLAYED : staged == null ? ChangeSet.Lane.STRAIGHT : ChangeSet.Lane.STAGED;
        ChangeSet changes = new ChangeSet(load.id(), lane, raw.name(), derivations.isEmpty() ? null : derivations.getFirst().table(), first, store.rowIds().last(),
                counts.inserted, counts.updated, counts.removed, counts.quarantined);
        List<String> altered = Ledger.changed(sql, raw.connection(), raw.dataset(), load.id(), shape.changes()).stream().map(change -> change.sentence(handling.contract())).toList();
        List<String> others = new ArrayList<>();
        if (staged != null && !staged.note().isEmpty()) {
            others.add(staged.note());
        }
        others.addAll(pending.assumed());
        if (pending.isComplete()) {
            Ledger.complete(sql, raw.connection(), raw.dataset(), load.started());
        }
        recordParts();
        LoadRow after = record(changes, altered, others);
        return switch (terms) {
            case Terms.Rehearsal rehearsal -> {
                Verdict verdict = Verdict.of(sql, raw.connection(), raw.dataset(), handling, derivations, load.id(), now);
                String message = (LoadText.message("", others) + " " + verdict.sentence(Ledger.checks(sql, load.id()))).strip();
                yield new Outcome(changes, after, preview.planned(changes, pending.dataset().key(), shape, fresh, altered, warnings, verdict, message),
                        preview.digest(columns, pending.parts(), derivations));
            }
            case Terms.AsPlanned planned -> {
                if (!planned.digest().equals(preview.digest(columns, pending.parts(), derivations))) {
                    throw new HeldException(raw.dataset() + " is not as it was when its plan was made: its source has changed since, or what is here",
                            "Look again with 'eider plan " + raw.connection() + "'.");
                }
                yield new Outcome(changes, after, null, "");
            }
            case Terms.Attended attended -> new Outcome(changes, after, null, "");
            case Terms.Unattended unattended -> new Outcome(changes, after, null, "");
            case Terms.Approved approved -> new Outcome(changes, after, null, "");
        };
    }

    private void recordParts() throws SQLException {
        for (int i = 0; i < known.size(); i++) {
            Pending.Part part = pending.parts().get(i);
            int id = partIds[part.number()];
            Ledger.partRead(sql, raw.connection(), raw.dataset(), id, part.name(), known.get(i), part.fingerprint(), load.id(),
                    touched.contains(id) || counts.quarantined > 0, first);
        }
    }

    private LoadRow record(ChangeSet changes, List<String> altered, List<String> others) throws SQLException {
        Ledger.cursor(sql, raw.connection(), raw.dataset(), cursor, changes.load());
        if (!changes.isEmpty()) {
            Ledger.changeSet(sql, changes, before, cursor, now, Ledger.ways(sql, derivations, columns.keySet()));
        }
        LoadRow after = new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), "RUNNING", load.started(), null, load.inserted() + changes.inserted(),
                load.updated() + changes.updated(), load.removed() + changes.removed(), load.quarantined() + changes.quarantined(),
                LoadText.places(load.places(), pending.parts()), LoadText.message(LoadText.message(load.message(), altered), others));
        Ledger.load(sql, after);
        return after;
    }
}
