package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.engine.Progress;
import eider.store.ChangeSet;
import eider.store.Commit;
import eider.store.Derivation;
import eider.store.Ledger.LoadRow;
import eider.store.Pending;
import eider.store.Store;
import eider.store.StoreException;
import java.util.List;
import java.util.function.Consumer;

/** Gathers what a source pushes and commits it at each checkpoint. After a failure it is empty again, and the source may go on with the next part. */
final class LoadSink implements Sink {
    private final Store store;
    private final Dataset dataset;
    private final List<Derivation> derivations;
    private final boolean approved;
    private final Progress progress;
    private final Consumer<LoadRow> committed;
    private LoadRow load;
    private Cursor cursor;
    private Pending pending;
    private boolean anything;

    LoadSink(Store store, Dataset dataset, List<Derivation> derivations, boolean approved, Cursor cursor, LoadRow load, Progress progress,
            Consumer<LoadRow> committed) {
        this.store = store;
        this.dataset = dataset;
        this.derivations = derivations;
        this.approved = approved;
        this.cursor = cursor;
        this.load = load;
        this.progress = progress;
        this.committed = committed;
        this.pending = fresh();
    }

    private Pending fresh() {
        anything = false;
        return new Pending(store, load.connection(), dataset);
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
        if (Thread.interrupted()) {
            drop();
            throw new InterruptedException("the sync was stopped");
        }
        try {
            anything = true;
            work.run();
        } catch (StoreException e) {
            drop();
            throw new SourceException(SourceException.Kind.DATA, e.getMessage(), e);
        } catch (SourceException | InterruptedException | RuntimeException e) {
            drop();
            throw e;
        }
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
                // A file that cannot be read harms no other part of the same checkpoint.
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
        attempt(() -> {
            ChangeSet changes;
            try (Ticker ticker = new Ticker(store, progress, "storing " + dataset.name())) {
                changes = new Commit(store, pending, derivations, approved).apply(next, load);
            }
            cursor = next;
            load = new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), "RUNNING", load.started(), null, load.inserted() + changes.inserted(),
                    load.updated() + changes.updated(), load.removed() + changes.removed(), load.quarantined() + changes.quarantined(), load.places(), "");
            if (changes.changesRows()) {
                committed.accept(load);
            }
        });
        pending = fresh();
    }

    @Override
    public void progress(String doing, long done, long total) {
        progress.at(doing, done, total);
    }
}
