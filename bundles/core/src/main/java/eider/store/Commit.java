package eider.store;

import eider.connector.Cursor;
import eider.engine.PlannedLoad;
import eider.store.Ledger.LoadRow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
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
        return apply(cursor, load, null);
    }

    /**
     * The same.
     *
     * @param first what is to be tried out before, where this is a rehearsal; null: nothing
     */
    public Outcome apply(Cursor cursor, LoadRow load, Rederivation first) throws StoreException, InterruptedException {
        Outcome outcome;
        try {
            outcome = attempt(cursor, load, first);
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

    private Outcome attempt(Cursor cursor, LoadRow load, Rederivation first) throws StoreException, InterruptedException {
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
            return store.rehearse(file, sql -> new Transfer(store, sql, pending, derivations, terms, cursor, load).run(first));
        }
        Outcome outcome = store.write(file, sql -> new Transfer(store, sql, pending, derivations, terms, cursor, load).run(null));
        if (outcome.changes.changesRows()) {
            store.changed();
        }
        return outcome;
    }
}
