package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.model.Canonical;
import eider.model.ModelDerivation;
import eider.store.Derivation;
import eider.store.HeldException;
import eider.store.Ledger;
import eider.store.Ledger.LoadRow;
import eider.store.Step;
import eider.store.Store;
import eider.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One sync of one connection, on a thread of its own: the only thread that calls the source. It survives the replacement of its connector.
 */
final class Run implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Run.class);
    /** How long a run waits for the new version of a connector that was taken away. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final String id;
    private final String connection;
    private final boolean approved;
    private final Progress progress;
    private final String baseCurrency;
    private final Sniffer sniffer;
    private final Consumer<LoadRow> committed;
    private final Consumer<LoadRow> finished;
    private final Thread thread;

    private final List<Load> loads = new ArrayList<>();
    private final Set<String> done = new HashSet<>();
    private String failure;

    // Guarded by this.
    private Source source;
    private boolean reading;
    private boolean cancelled;
    private boolean replaced;

    Run(Store store, String id, String connection, Source source, boolean approved, Progress progress, String baseCurrency, Sniffer sniffer,
            Consumer<LoadRow> committed, Consumer<LoadRow> finished) {
        this.store = store;
        this.id = id;
        this.connection = connection;
        this.source = source;
        this.approved = approved;
        this.progress = progress;
        this.baseCurrency = baseCurrency;
        this.sniffer = sniffer;
        this.committed = committed;
        this.finished = finished;
        this.thread = Thread.ofPlatform().name("sync-" + connection).unstarted(this);
    }

    void start() {
        thread.start();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    /** What came of each dataset; after {@link #join}. */
    List<Load> loads() {
        return loads;
    }

    /** Why nothing could be read at all, or null; after {@link #join}. */
    String failure() {
        return failure;
    }

    /** Ends the run: what it committed stays. */
    synchronized void cancel() {
        cancelled = true;
        thread.interrupt();
        notifyAll();
    }

    /**
     * The source goes away. Returns when the run no longer uses it: at once if it is between two reads, else after {@code grace} at the latest, when it is
     * interrupted.
     */
    void release(Source leaving, Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        synchronized (this) {
            if (source != leaving) {
                return;
            }
            source = null;
            while (reading && System.nanoTime() < end) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
            if (reading) {
                replaced = true;
                thread.interrupt();
            }
            long last = System.nanoTime() + grace.toNanos();
            while (reading && System.nanoTime() < last) {
                wait(Math.max(1, (last - System.nanoTime()) / 1_000_000));
            }
            if (reading) {
                log.error("the connector of {} does not end when it is interrupted; that is a bug of it", connection);
            }
        }
    }

    /** The new version of the connector is here. */
    synchronized void resume(Source arrived) {
        source = arrived;
        notifyAll();
    }

    @Override
    public void run() {
        MDC.put("run", id);
        try {
            while (true) {
                Source current = await();
                if (current == null) {
                    return;
                }
                try {
                    syncAll(current);
                    return;
                } catch (InterruptedException e) {
                    if (!goesOn()) {
                        return;
                    }
                    log.info("{}: the connector is being replaced; the sync goes on with its new version", connection);
                } finally {
                    synchronized (this) {
                        reading = false;
                        notifyAll();
                    }
                }
            }
        } finally {
            MDC.remove("run");
        }
    }

    private synchronized boolean goesOn() {
        boolean again = replaced && !cancelled;
        replaced = false;
        return again;
    }

    /** The source to read from; null if the run is over. */
    private synchronized Source await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (source == null && !cancelled && System.nanoTime() < end) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            cancelled = true;
        }
        if (source == null || cancelled) {
            failure = cancelled ? "the sync of " + connection + " was cancelled; what it had committed stays"
                    : "the connector of " + connection + " was taken away while it synced; what was committed stays, and the next sync goes on from there";
            log.warn(failure);
            return null;
        }
        reading = true;
        return source;
    }

    private void syncAll(Source current) throws InterruptedException {
        List<Dataset> datasets;
        List<Model> models;
        try {
            progress.at("looking at " + connection, 0, 0);
            datasets = current.discover(sniffer);
            models = current.models();
        } catch (SourceException e) {
            failure = e.getMessage();
            log.warn("{}: {}", connection, e.getMessage());
            log.debug("{}: the cause", connection, e);
            return;
        } catch (RuntimeException e) {
            failure = "the connector of " + connection + " failed: " + e + "; this is a bug of it, the log has the details";
            log.error("{}: discovery failed", connection, e);
            return;
        }
        for (Dataset dataset : datasets) {
            if (!done.contains(dataset.name())) {
                sync(current, dataset, models);
                done.add(dataset.name());
            }
        }
    }

    private void sync(Source current, Dataset dataset, List<Model> models) throws InterruptedException {
        LoadRow begun = null;
        LoadSink sink = null;
        try {
            List<Derivation> derivations = derivations(dataset, models);
            Cursor cursor = store.read(sql -> Ledger.cursor(sql, connection, dataset.name()));
            begun = new LoadRow(store.write(Ledger::nextLoad), id, connection, dataset.name(), "RUNNING", store.clock().instant(), null, 0, 0, 0, 0, "", "");
            sink = new LoadSink(store, dataset, derivations, approved, cursor, begun, progress, committed);
            log.info("{}.{}: load {} begins", connection, dataset.name(), begun.id());
            current.read(new Request(dataset, cursor, sniffer), sink);
            sink.drop();
            LoadRow load = sink.load();
            boolean changed = load.inserted() + load.updated() + load.removed() + load.quarantined() > 0;
            finish(load, changed ? Load.State.COMMITTED : Load.State.UNCHANGED, "");
        } catch (HeldException e) {
            finish(sink.load(), Load.State.HELD, e.getMessage() + ". Nothing of it was changed. If that is meant, sync again with --approve.");
        } catch (SourceException e) {
            log.debug("{}.{}: the cause", connection, dataset.name(), e);
            finish(sink == null ? begun : sink.load(), Load.State.FAILED, e.getMessage());
        } catch (StoreException e) {
            log.error("{}.{}: the store failed", connection, dataset.name(), e);
            failure = e.getMessage();
            if (begun != null) {
                finish(sink == null ? begun : sink.load(), Load.State.FAILED, e.getMessage());
            }
        } catch (InterruptedException e) {
            boolean again;
            synchronized (this) {
                again = replaced && !cancelled;
            }
            if (!again) {
                Thread.interrupted();
                finish(sink == null ? begun : sink.load(), Load.State.CANCELLED, "It was cancelled; what it had committed stays, and the next sync goes on from there.");
            } else if (sink != null && sink.load().inserted() + sink.load().updated() + sink.load().removed() > 0) {
                finish(sink.load(), Load.State.COMMITTED, "The connector was replaced here; the next load goes on from this one.");
            }
            throw e;
        } catch (RuntimeException e) {
            log.error("{}.{}: the connector failed", connection, dataset.name(), e);
            finish(sink == null ? begun : sink.load(), Load.State.FAILED, "the connector failed: " + e + "; this is a bug of it, the log has the details");
        } finally {
            if (sink != null) {
                close(sink);
            }
        }
    }

    private void close(LoadSink sink) {
        try {
            sink.drop();
        } catch (SourceException e) {
            log.warn("{}: {}", connection, e.getMessage());
        }
    }

    private List<Derivation> derivations(Dataset dataset, List<Model> models) throws SourceException {
        List<Derivation> derivations = new ArrayList<>();
        for (Model model : models) {
            if (model.from().equals(dataset.name())) {
                Canonical canonical = Canonical.of(model.into()).orElseThrow(() -> new SourceException(SourceException.Kind.BUG,
                        "the connector's model fills '" + model.into() + "', which is no canonical table"));
                derivations.add(new ModelDerivation(model, canonical, connection, baseCurrency));
            }
        }
        return derivations;
    }

    private void finish(LoadRow load, Load.State state, String message) throws InterruptedException {
        if (load == null) {
            return;
        }
        LoadRow over = new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), state.name(), load.started(), store.clock().instant(), load.inserted(),
                load.updated(), load.removed(), load.quarantined(), load.places(), message);
        try {
            LoadRow written = store.write(sql -> {
                // The places stand in the record that the last commit wrote.
                String places = sql.first("SELECT places FROM ledger.loads WHERE id = ?", row -> row.getString(1), load.id());
                LoadRow last = new LoadRow(over.id(), over.run(), over.connection(), over.dataset(), over.state(), over.started(), over.finished(), over.inserted(),
                        over.updated(), over.removed(), over.quarantined(), places == null ? "" : places, over.message());
                Ledger.load(sql, last);
                return last;
            });
            store.reached(Step.FINISHED);
            loads.add(LoadHistory.load(written));
            finished.accept(written);
            log.info("{}.{}: load {} {}: {} inserted, {} updated, {} removed, {} in quarantine{}", connection, load.dataset(), load.id(), state, over.inserted(),
                    over.updated(), over.removed(), over.quarantined(), message.isEmpty() ? "" : ". " + message);
        } catch (StoreException e) {
            failure = e.getMessage();
            log.error("{}.{}: the end of load {} could not be recorded", connection, load.dataset(), load.id(), e);
        }
    }
}
