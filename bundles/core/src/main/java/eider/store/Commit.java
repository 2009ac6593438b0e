package eider.store;

import eider.connector.Cursor;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.engine.PlannedLoad;
import eider.store.Ledger.LoadRow;
import eider.store.ingest.ScanSql;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a source pushed up to a checkpoint, as one transaction: rows out, rows in, bad rows aside, canonical rows derived, parts, cursor, change set
 * and load record written. Either all of it is there afterwards or nothing.
 *
 * <p>What a keyless part held before and what it holds now are compared as multisets over all columns, so that only the difference moves and a row that stays
 * keeps the load that brought it.
 */
public final class Commit {
    private static final Logger log = LoggerFactory.getLogger(Commit.class);
    private static final int PLACES_LIMIT = 300;
    private static final int MESSAGE_LIMIT = 600;
    private static final String MORE = "There is more to say of this kind.";

    private final Store store;
    private final Pending pending;
    private final List<Derivation> derivations;
    private final Handling handling;
    private final Terms terms;
    private final RawTable raw;

    /**
     * @param derivations into which canonical tables the dataset goes
     * @param terms on which it may remove and replace
     */
    public Commit(Store store, Pending pending, List<Derivation> derivations, Terms terms) {
        this.store = store;
        this.pending = pending;
        this.derivations = List.copyOf(derivations);
        this.handling = pending.handling();
        this.terms = terms;
        this.raw = new RawTable(pending.connection(), pending.dataset().name());
    }

    /**
     * Carries it out.
     *
     * @param cursor where the source can go on from, afterwards
     * @param load the load so far; what this commit adds is added to its counts, and the sum is recorded as running
     * @throws HeldException if it would remove more than may go without a person's word
     */
    public Outcome apply(Cursor cursor, LoadRow load) throws StoreException, InterruptedException {
        Outcome outcome;
        try {
            outcome = attempt(cursor, load);
        } finally {
            tidy();
        }
        if (outcome.planned == null) {
            store.reached(Step.COMMITTED);
        }
        return outcome;
    }

    /**
     * What a commit did, and the load's record after it.
     *
     * @param planned what there is to show where it was a rehearsal; else null
     * @param digest of what was shown
     */
    public record Outcome(ChangeSet changes, LoadRow load, PlannedLoad planned, String digest) {}

    /** What was committed stays committed even if a file of the hand-over folder cannot be removed; the next start removes it. */
    private void tidy() {
        try {
            pending.close();
        } catch (StoreException e) {
            log.warn("{}.{}: {}", pending.connection(), pending.dataset().name(), e.getMessage());
        }
    }

    private Outcome attempt(Cursor cursor, LoadRow load) throws StoreException, InterruptedException {
        Stage stage = pending.gathered();
        try {
            if (stage != null && stage.file() != null) {
                stage.seal(store.read(sql -> raw.foresee(sql, pending.fields(), handling.contract())));
            }
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        }
        store.reached(Step.STAGED);
        Path file = stage == null ? null : stage.file();
        if (terms instanceof Terms.Rehearsal) {
            return store.rehearse(file, sql -> in(sql, cursor, load));
        }
        Outcome outcome = store.write(file, sql -> in(sql, cursor, load));
        if (outcome.changes.changesRows()) {
            store.changed();
        }
        return outcome;
    }

    private Outcome in(Sql sql, Cursor cursor, LoadRow load) throws SQLException, StoreException {
        store.reached(Step.BEGUN);
        Holds.check(sql, pending.connection(), pending.dataset().name());
        Ledger.Before before = Ledger.Before.of(sql, pending.connection(), pending.dataset().name());
        boolean fresh = !raw.exists(sql);
        Preview preview = new Preview(sql, raw, derivations, load.id(), store.rowIds().last());
        if (terms instanceof Terms.Rehearsal) {
            preview.begin();
        }
        Ledger.claim(sql, pending.connection(), pending.dataset());
        RawTable.Shape shape = raw.shape(sql, pending.dataset(), pending.fields(), handling.contract());
        Map<String, Type> columns = shape.columns();
        raw.showHistory(sql, handling.mode() == Mode.HISTORY, shape);
        store.reached(Step.SHAPED);
        long first = store.rowIds().last();
        Counts counts = new Counts();

        resolveQuarantine(sql, load.id());
        List<Ledger.Part> known = new ArrayList<>();
        int[] partIds = partIds(sql, known);
        Set<Integer> touched = new HashSet<>();
        Stage stage = pending.gathered();
        Stage.Tables tables = stage == null ? null : stage.enter(sql, store.pushed(), columns);
        Checks checks = new Checks(sql, raw, pending, columns, derivations, load.id(), store.clock().instant());
        Comparison staged = stage == null ? null : new Comparison(sql, raw, pending, checks.staged(tables, partIds), columns, partIds, store.memoryLimit(), load);
        if (staged != null) {
            staged.compare(counts, terms instanceof Terms.Attended);
            staged.keepImages(load.id());
        }
        List<String> warnings = staged == null ? new ArrayList<>() : staged.alarms();
        warnings.addAll(destructive(sql, shape, counts, load));
        if (terms instanceof Terms.Unattended && !warnings.isEmpty()) {
            throw new HeldException(String.join("; ", warnings), "See what it would do with 'eider plan " + pending.connection() + "', and let it with 'eider plan "
                    + pending.connection() + " --approve'.");
        }
        store.reached(Step.IMAGES_KEPT);
        if (staged != null) {
            staged.remove();
        }
        store.reached(Step.ROWS_REMOVED);
        if (staged != null) {
            staged.insert(load.id());
        }
        long straight = store.rowIds().last();
        insertStraight(sql, partIds, load.id(), counts, touched);
        store.reached(Step.ROWS_INSERTED);
        if (staged != null) {
            counts.quarantined += staged.quarantine(load.id(), store.clock().instant()) + checks.quarantineStaged(stage.types().keySet());
            touched.addAll(staged.touched());
            staged.end();
            stage.leave(sql, tables);
        }
        if (!pending.straight().isEmpty()) {
            counts.aside(checks.straight(straight));
        }
        store.reached(Step.QUARANTINED);
        for (Derivation derivation : derivations) {
            derive(sql, derivation, columns.keySet(), first, load.id());
        }
        if (!pending.straight().isEmpty()) {
            counts.aside(checks.derived(straight));
        }
        checks.record();
        store.reached(Step.DERIVED);
        long last = store.rowIds().last();
        ChangeSet.Lane lane = !pending.again().isEmpty() ? ChangeSet.Lane.REPLAYED : staged == null ? ChangeSet.Lane.STRAIGHT : ChangeSet.Lane.STAGED;
        ChangeSet changes = new ChangeSet(load.id(), lane, raw.name(),
                derivations.isEmpty() ? null : derivations.getFirst().table(), first, last, counts.inserted, counts.updated, counts.removed, counts.quarantined);
        List<String> notes = new ArrayList<>();
        List<String> told = Ledger.changed(sql, pending.connection(), pending.dataset().name(), load.id(), shape.changes()).stream()
                .map(change -> change.sentence(handling.contract())).toList();
        notes.addAll(told);
        if (staged != null && !staged.note().isEmpty()) {
            notes.add(staged.note());
        }
        notes.addAll(pending.assumed());
        if (pending.isComplete()) {
            Ledger.complete(sql, pending.connection(), pending.dataset().name(), load.started());
        }
        for (int i = 0; i < known.size(); i++) {
            Pending.Part part = pending.parts().get(i);
            int id = partIds[part.number()];
            Ledger.partRead(sql, pending.connection(), pending.dataset().name(), id, part.name(), known.get(i), part.fingerprint(), load.id(),
                    touched.contains(id) || counts.quarantined > 0);
        }
        LoadRow after = record(sql, changes, before, ways(sql, columns.keySet()), cursor, load, notes);
        Outcome outcome = switch (terms) {
            case Terms.Rehearsal rehearsal -> {
                Verdict verdict = Verdict.of(sql, pending.connection(), pending.dataset().name(), handling, derivations, load.id(), store.clock().instant());
                String message = (message("", notes.stream().filter(note -> !told.contains(note)).toList()) + " " + verdict.sentence(Ledger.checks(sql, load.id()))).strip();
                yield new Outcome(changes, after, preview.planned(changes, pending.dataset().key(), shape, fresh, told, warnings, verdict, message),
                        preview.digest(columns, pending.parts()));
            }
            case Terms.AsPlanned planned -> {
                if (!planned.digest().equals(preview.digest(columns, pending.parts()))) {
                    throw new HeldException(pending.dataset().name() + " is not as it was when its plan was made: its source has changed since, or what is here",
                            "Look again with 'eider plan " + pending.connection() + "'.");
                }
                yield new Outcome(changes, after, null, "");
            }
            case Terms.Attended attended -> new Outcome(changes, after, null, "");
            case Terms.Unattended unattended -> new Outcome(changes, after, null, "");
            case Terms.Approved approved -> new Outcome(changes, after, null, "");
        };
        store.reached(Step.RECORDED);
        return outcome;
    }

    /** Why somebody should look at it first, beside rows that go: sentences without a full stop. */
    private List<String> destructive(Sql sql, RawTable.Shape shape, Counts counts, LoadRow load) throws SQLException {
        List<String> found = new ArrayList<>();
        shape.changes().stream().filter(change -> change.kind() == SchemaChange.Kind.VANISHED).forEach(change -> found.add(change.sentence(handling.contract())));
        long changed = counts.updated + counts.removed + load.updated() + load.removed();
        if (counts.updated + counts.removed > 0 && handling.largestChange() < 100) {
            long before = sql.number("SELECT count(*) FROM " + raw.sql()) + load.removed() - load.inserted();
            if (before >= Handling.FEW && changed * 100 > before * handling.largestChange()) {
                found.add("it would replace or remove " + changed + " of the " + before + " rows of " + pending.dataset().name());
            }
        }
        return found;
    }

    /** Rows by what became of them. */
    static final class Counts {
        long inserted;
        long updated;
        long removed;
        long quarantined;

        /** Rows that had come in, and are kept aside after all. */
        void aside(long rows) {
            inserted -= rows;
            quarantined += rows;
        }

        void add(Counts more) {
            inserted += more.inserted;
            updated += more.updated;
            removed += more.removed;
            quarantined += more.quarantined;
        }
    }

    private void derive(Sql sql, Derivation derivation, Set<String> columns, long first, long load) throws SQLException, StoreException {
        String rows = "(SELECT * REPLACE (paced(_row) AS _row) FROM " + raw.sql() + " WHERE _row > " + first + ")";
        try {
            sql.run("INSERT INTO main." + Sql.name(derivation.table()) + " BY NAME SELECT *, " + load + " AS load FROM (" + derivation.select(rows, columns) + ")");
        } catch (SQLException e) {
            throw new DerivationException(raw, derivation, e);
        }
    }

    /** How the canonical rows were derived, so that those of an older version can be derived again in the same way: ids with blanks between them. */
    private String ways(Sql sql, Set<String> columns) throws SQLException {
        List<String> ids = new ArrayList<>();
        for (Derivation derivation : derivations) {
            ids.add(Integer.toString(Ledger.derivation(sql, derivation.table(), derivation.select(Reversal.ROWS, columns))));
        }
        return String.join(" ", ids);
    }

    /**
     * The ids of the pending parts, by their number; those that are new get one.
     *
     * @param before takes them as they are known so far, in the order of the pending parts; null where one is new
     */
    private int[] partIds(Sql sql, List<Ledger.Part> before) throws SQLException {
        int[] ids = new int[pending.parts().stream().mapToInt(Pending.Part::number).max().orElse(0) + 1];
        for (Pending.Part part : pending.parts()) {
            Ledger.Part known = Ledger.part(sql, pending.connection(), pending.dataset().name(), part.name());
            before.add(known);
            ids[part.number()] = known != null ? known.id() : Ledger.newPart(sql, pending.connection(), pending.dataset().name(), part.name());
        }
        return ids;
    }

    /** Bad rows that an earlier read found in a part that was read again are judged anew. */
    private void resolveQuarantine(Sql sql, long load) throws SQLException {
        for (long id : pending.again()) {
            sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE id = ?", load, id);
        }
        for (Pending.Part part : pending.parts()) {
            if (part.known() && !part.added()) {
                sql.run("UPDATE ledger.quarantine SET resolved_by = ? WHERE connection = ? AND dataset = ? AND part = ? AND resolved_by IS NULL", load,
                        pending.connection(), pending.dataset().name(), part.name());
            }
        }
    }

    /** Files of new parts: the scan's rows go into the raw table at once. */
    private void insertStraight(Sql sql, int[] partIds, long load, Counts counts, Set<Integer> touched) throws SQLException, StoreException {
        for (Pending.Straight file : pending.straight()) {
            ScanSql scan = ScanSql.of(file.readable());
            long found = sql.run("INSERT INTO " + raw.sql() + " BY NAME SELECT " + String.join(", ", scan.select()) + ", " + partIds[file.part().number()]
                    + " AS _part, " + load + " AS _load, row_id(0) AS _row FROM " + scan.relation());
            counts.inserted += found;
            if (found > 0) {
                touched.add(partIds[file.part().number()]);
            }
            try (QuarantineWriter quarantine = new QuarantineWriter(sql, load, pending.connection(), pending.dataset().name(), store.clock().instant())) {
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

    private LoadRow record(Sql sql, ChangeSet changes, Ledger.Before before, String ways, Cursor cursor, LoadRow load, List<String> notes) throws SQLException {
        String dataset = pending.dataset().name();
        Ledger.cursor(sql, pending.connection(), dataset, cursor, changes.load());
        Instant now = store.clock().instant();
        if (!changes.isEmpty()) {
            sql.run("INSERT INTO ledger.change_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changes.load(), changes.lane().name(), changes.table(),
                    changes.canonical(), changes.firstRow(), changes.lastRow(), changes.inserted(), changes.updated(), changes.removed(), before.cursor().text(),
                    cursor.text(), Ledger.time(now), before.fields(), Ledger.time(before.completeAt()), ways);
        }
        LoadRow after = new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), "RUNNING", load.started(), null, load.inserted() + changes.inserted(),
                load.updated() + changes.updated(), load.removed() + changes.removed(), load.quarantined() + changes.quarantined(), places(load.places()),
                message(load.message(), notes));
        Ledger.load(sql, after);
        return after;
    }

    /** What there is to say so far, and what this commit adds: sentences, as many as a person reads. */
    private static String message(String before, List<String> notes) {
        StringBuilder message = new StringBuilder(before);
        for (String note : notes) {
            String sentence = Character.toUpperCase(note.charAt(0)) + note.substring(1) + ".";
            if (message.indexOf(sentence) >= 0 || message.indexOf(MORE) >= 0) {
                continue;
            }
            boolean fits = message.isEmpty() || message.length() + sentence.length() < MESSAGE_LIMIT;
            message.append(message.isEmpty() ? "" : " ").append(fits ? sentence : MORE);
        }
        return message.toString();
    }

    /** The places so far and those of this commit, as many as fit on a few lines. */
    private String places(String before) {
        if (before.endsWith("…")) {
            return before;
        }
        StringBuilder places = new StringBuilder(before);
        Set<String> seen = new LinkedHashSet<>(List.of(before.split(", ")));
        for (Pending.Part part : pending.parts()) {
            String name = Stage.cut(part.name(), PLACES_LIMIT);
            if (!seen.add(name)) {
                continue;
            }
            if (places.length() + name.length() > PLACES_LIMIT && !places.isEmpty()) {
                return places.append(", …").toString();
            }
            places.append(places.isEmpty() ? "" : ", ").append(name);
        }
        return places.toString();
    }
}
