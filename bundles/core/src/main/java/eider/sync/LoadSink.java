package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.store.Commit;
import eider.store.ContractException;
import eider.store.Derivation;
import eider.store.DerivationException;
import eider.store.Handling;
import eider.store.HeldException;
import eider.store.Ledger.CheckRow;
import eider.store.Ledger.LoadRow;
import eider.store.Ledger.QuarantineRow;
import eider.store.Pending;
import eider.store.Rederivation;
import eider.store.RuleException;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Terms;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gathers what a source pushes and commits it at each checkpoint. A file that cannot be scanned costs its own part alone, and the source may go on with the next.
 * After any other failure, an interrupt among them, every further call fails in the same way: a source that went on regardless would otherwise move its cursor past
 * rows that were forgotten.
 */
final class LoadSink implements Sink, Replay.Again {
    private final Store store;
    private final Dataset dataset;
    private final List<Derivation> derivations;
    private final Handling handling;
    private final boolean complete;
    /** Whether everything is committed at once, at the end. */
    private final boolean atOnce;
    private final Terms terms;
    /** What is to be tried out before the load, in a rehearsal; else null. */
    private final Rederivation first;
    private final Progress progress;
    private final Consumer<LoadRow> committed;
    private LoadRow load;
    private Cursor cursor;
    /** The last checkpoint, where everything is committed at once. */
    private Cursor reached;
    private Pending pending;
    private PlannedLoad planned;
    private String digest;
    private boolean anything;
    private boolean recorded;
    private List<CheckRow> broken = List.of();
    /** What ended this sink, or null. */
    private Exception over;

    LoadSink(Store store, Dataset dataset, List<Derivation> derivations, Handling handling, boolean complete, Terms terms, Rederivation first, Cursor cursor, LoadRow load,
            Progress progress, Consumer<LoadRow> committed) {
        this.store = store;
        this.dataset = dataset;
        this.derivations = derivations;
        this.handling = handling;
        this.complete = complete;
        this.terms = terms;
        this.first = first;
        this.atOnce = complete || terms instanceof Terms.Rehearsal || terms instanceof Terms.AsPlanned;
        this.cursor = cursor;
        this.reached = cursor;
        this.load = load;
        this.progress = progress;
        this.committed = committed;
        this.pending = fresh();
    }

    private Pending fresh() {
        anything = false;
        return new Pending(store, load.connection(), dataset, handling, complete);
    }

    /** The load so far: what was committed. */
    LoadRow load() {
        return load;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws StoreException, SourceException, InterruptedException;
    }

    private void attempt(Work work) throws SourceException, InterruptedException {
        if (over == null && Thread.interrupted()) {
            end(new InterruptedException("the sync was stopped"));
        }
        if (over == null) {
            anything = true;
            try {
                work.run();
            } catch (ContractException e) {
                end(new SourceException(SourceException.Kind.CONFIG, e.getMessage(), e));
            } catch (DerivationException e) {
                end(new SourceException(SourceException.Kind.BUG, e.getMessage(), e));
            } catch (RuleException e) {
                broken = e.checks();
                end(new SourceException(SourceException.Kind.DATA, e.getMessage(), e));
            } catch (StoreException e) {
                end(Thread.interrupted() ? new InterruptedException("the sync was stopped") : new SourceException(SourceException.Kind.TEMPORARY, e.getMessage(), e));
            } catch (SourceException | InterruptedException | RuntimeException e) {
                end(e);
            }
        }
        switch (over) {
            case null -> { }
            case SourceException e -> throw e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(over);
        }
    }

    private void end(Exception reason) throws SourceException {
        over = reason;
        drop();
    }

    /** Why the load is held, or null. The source may have caught what it was told. */
    HeldException held() {
        return over instanceof HeldException held ? held : null;
    }

    /** What was found by the rules in the commit that one of them forbade. */
    List<CheckRow> broken() {
        return broken;
    }

    /** Forgets what was not committed. */
    void drop() throws SourceException {
        try {
            pending.close();
        } catch (StoreException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, e.getMessage(), e);
        } finally {
            pending = fresh();
        }
    }

    @Override
    public void part(String name, String fingerprint) throws SourceException, InterruptedException {
        attempt(() -> pending.part(name, fingerprint));
    }

    @Override
    public void again(QuarantineRow row) throws SourceException, InterruptedException {
        attempt(() -> pending.again(row));
    }

    @Override
    public void upsert(Object... values) throws SourceException, InterruptedException {
        attempt(() -> pending.row(values));
    }

    @Override
    public void delete(Object... key) throws SourceException, InterruptedException {
        attempt(() -> pending.delete(key));
    }

    @Override
    public void scan(Scan scan) throws SourceException, InterruptedException {
        SourceException[] fault = new SourceException[1];
        attempt(() -> {
            try {
                pending.scan(scan);
            } catch (StoreException e) {
                fault[0] = new SourceException(SourceException.Kind.DATA, e.getMessage(), e);
            } catch (SourceException e) {
                fault[0] = e;
            }
            if (fault[0] != null) {
                pending.abandonPart();
            }
        });
        if (fault[0] != null) {
            throw fault[0];
        }
    }

    @Override
    public void reject(String place, String raw, String reason) throws SourceException, InterruptedException {
        attempt(() -> pending.reject(place, raw, reason));
    }

    @Override
    public void checkpoint(Cursor next) throws SourceException, InterruptedException {
        if (!anything && next.equals(cursor)) {
            return;
        }
        if (atOnce) {
            // One commit at the end: until then nobody knows what is missing.
            attempt(() -> reached = next);
            anything = false;
        } else {
            attempt(() -> commit(next));
        }
    }

    /**
     * The source came to its end by itself. What is committed at once, such as a complete read, is committed now, as a whole.
     *
     * @throws SourceException of kind {@code BUG} if it pushed rows without a checkpoint after them: they are not to be kept, and so it is not known what is missing
     */
    void finish() throws SourceException, InterruptedException {
        if (!atOnce) {
            return;
        }
        if (anything) {
            throw new SourceException(SourceException.Kind.BUG, "the connector pushed rows and no checkpoint after them, so that what was read as a whole cannot be told from a part of it");
        }
        attempt(() -> {
            if (complete) {
                pending.complete();
            }
            commit(reached);
        });
    }

    private void commit(Cursor next) throws StoreException, InterruptedException {
        Commit.Outcome outcome;
        boolean rehearsal = terms instanceof Terms.Rehearsal;
        try (Ticker ticker = new Ticker(store, progress, (rehearsal ? "trying out " : "storing ") + dataset.name())) {
            outcome = new Commit(store, pending, derivations, terms).apply(next, load, first);
        }
        pending = fresh();
        if (rehearsal) {
            planned = outcome.planned();
            digest = outcome.digest();
            return;
        }
        cursor = next;
        load = outcome.load();
        recorded = true;
        if (outcome.changes().changesRows()) {
            committed.accept(load);
        }
    }

    /** What would have been done, where it was a rehearsal that came to its end; else null. */
    PlannedLoad planned() {
        return planned;
    }

    /** Tells that from everything else. */
    String digest() {
        return digest;
    }

    /** Whether the ledger knows the load already, as running. */
    boolean recorded() {
        return recorded;
    }

    @Override
    public void progress(String doing, long done, long total) {
        progress.at(doing, done, total);
    }
}
