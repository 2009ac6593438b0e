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
import eider.store.Handling;
import eider.store.HeldException;
import eider.store.Ledger;
import eider.store.Ledger.CheckRow;
import eider.store.Ledger.LoadRow;
import eider.store.Mode;
import eider.store.Step;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    private static final String CANCELLED = "the sync of %s was cancelled; what it had committed stays";

    private final Store store;
    private final String id;
    private final String connection;
    private final boolean approved;
    private final Progress progress;
    private final String baseCurrency;
    private final Sniffer sniffer;
    private final Datasets datasets;
    private final LoadHistory history;
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
            Datasets datasets, LoadHistory history) {
        this.store = store;
        this.id = id;
        this.connection = connection;
        this.source = source;
        this.approved = approved;
        this.progress = progress;
        this.baseCurrency = baseCurrency;
        this.sniffer = sniffer;
        this.datasets = datasets;
        this.history = history;
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
                        failure = CANCELLED.formatted(connection);
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
        } catch (RuntimeException | Error e) {
            failure = "the sync of " + connection + " broke off: " + e + "; this is a bug, the log has the details";
            log.error("{}: the sync broke off", connection, e);
        } finally {
            MDC.remove("run");
        }
    }

    private synchronized boolean goesOn() {
        boolean again = replaced && !cancelled;
        replaced = false;
        // What interrupted the old connector is not meant for the new one.
        Thread.interrupted();
        return again;
    }

    /** The source to read from; null if the run is over. */
    private synchronized Source await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (source == null && !cancelled && System.nanoTime() < end) {
            try {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                // Whoever ends the run says so by 'cancelled'; an interrupt alone was meant for the connector that left.
                log.debug("{}: interrupted while waiting for a connector", connection);
            }
        }
        if (source == null || cancelled) {
            failure = cancelled ? CANCELLED.formatted(connection)
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
            endIfUnwanted(current);
            failure = e.getMessage();
            log.warn("{}: {}", connection, e.getMessage());
            log.debug("{}: the cause", connection, e);
            return;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            failure = "the connector of " + connection + " failed: " + e + "; this is a bug of it, the log has the details";
            log.error("{}: discovery failed", connection, e);
            return;
        }
        for (Dataset dataset : datasets) {
            if (done.contains(dataset.name())) {
                continue;
            }
            endIfUnwanted(current);
            sync(current, dataset, models);
            done.add(dataset.name());
        }
    }

    /** Between two reads: a connector that is leaving need not be interrupted. */
    private synchronized void endIfUnwanted(Source current) throws InterruptedException {
        if (cancelled || source != current) {
            replaced |= !cancelled;
            throw new InterruptedException("the sync ends before its next dataset");
        }
    }

    private void sync(Source current, Dataset dataset, List<Model> models) throws InterruptedException {
        LoadRow begun;
        LoadSink sink;
        Cursor cursor;
        try {
            begun = new LoadRow(store.read(Ledger::nextLoad), id, connection, dataset.name(), "RUNNING", store.clock().instant(), null, 0, 0, 0, 0, "", "");
            List<Derivation> derivations;
            Handling handling;
            try {
                derivations = derivations(dataset, models);
                handling = datasets.of(connection, dataset.name());
            } catch (SourceException e) {
                finish(begun, Load.State.FAILED, e.getMessage(), List.of());
                return;
            }
            boolean complete = complete(handling, dataset);
            cursor = complete ? Cursor.NONE : store.read(sql -> Ledger.cursor(sql, connection, dataset.name()));
            sink = new LoadSink(store, dataset, derivations, handling, complete, approved, cursor, begun, progress, history::announce);
        } catch (StoreException e) {
            failure = e.getMessage();
            log.error("{}.{}: {}", connection, dataset.name(), e.getMessage(), e);
            return;
        }
        log.info("{}.{}: load {} begins", connection, dataset.name(), begun.id());
        history.begun(begun);
        try {
            read(current, new Request(dataset, cursor, sniffer), sink);
        } finally {
            history.ended(begun);
        }
    }

    /** Whether everything is read anew, and what does not come goes. */
    private boolean complete(Handling handling, Dataset dataset) throws StoreException {
        if (handling.mode() == Mode.REPLACE) {
            return true;
        }
        if (handling.completeEvery() == null) {
            return false;
        }
        Instant last = store.read(sql -> Ledger.completeAt(sql, connection, dataset.name()));
        return last == null || !store.clock().instant().isBefore(last.plus(handling.completeEvery()));
    }

    private void read(Source current, Request request, LoadSink sink) throws InterruptedException {
        Dataset dataset = request.dataset();
        Ending ending;
        try {
            current.read(request, sink);
            if (!interrupted()) {
                sink.finish();
            }
            ending = null;
        } catch (SourceException e) {
            log.debug("{}.{}: the cause", connection, dataset.name(), e);
            ending = new Ending(Load.State.FAILED, e.getMessage());
        } catch (InterruptedException e) {
            ending = new Ending(Load.State.CANCELLED, "It was interrupted; what it had committed stays, and the next sync goes on from there.");
        } catch (HeldException e) {
            log.debug("{}.{}: held", connection, dataset.name());
            ending = null;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{}.{}: the connector failed", connection, dataset.name(), e);
            ending = new Ending(Load.State.FAILED, "the connector failed: " + e + "; this is a bug of it, the log has the details");
        } finally {
            close(sink);
        }
        if (sink.held() != null) {
            ending = new Ending(Load.State.HELD, sink.held().getMessage() + ". Nothing of it was changed. If that is meant, sync again with --approve.");
        }
        conclude(sink, ending);
    }

    /** How a load ended, where it did not simply come to its end. */
    private record Ending(Load.State state, String message) {}

    /** A source may end by returning, or in whatever way, when it is interrupted: what counts is that it was told to. */
    private void conclude(LoadSink sink, Ending ending) throws InterruptedException {
        boolean stopped;
        boolean leaving;
        synchronized (this) {
            stopped = cancelled;
            leaving = replaced && !cancelled;
        }
        LoadRow load = sink.load();
        boolean changed = load.inserted() + load.updated() + load.removed() + load.quarantined() > 0;
        Load.State whole = changed ? Load.State.COMMITTED : Load.State.UNCHANGED;
        // The end is recorded by an uninterrupted thread, beside whatever load of another connection is running.
        Thread.interrupted();
        if (stopped) {
            finish(load, Load.State.CANCELLED, "It was cancelled; what it had committed stays, and the next sync goes on from there.", List.of());
        } else if (leaving) {
            if (sink.recorded()) {
                finish(load, whole, "The connector was replaced here; the next load goes on from this one.", List.of());
            }
        } else {
            end(sink, whole, ending);
        }
        if (stopped || leaving) {
            throw new InterruptedException("the sync was stopped");
        }
    }

    /** The end that nobody asked for: the rules have the last word. */
    private void end(LoadSink sink, Load.State whole, Ending ending) {
        if (ending != null) {
            finish(sink.load(), ending.state, ending.message, sink.broken());
            return;
        }
        try {
            Verdict verdict = sink.verdict();
            boolean failed = verdict.failure() != null;
            finish(sink.load(), failed ? Load.State.FAILED : whole, failed ? verdict.failure() + ". What it had committed stays." : sink.load().message(), verdict.checks());
        } catch (StoreException e) {
            finish(sink.load(), Load.State.FAILED, "its rules could not be judged: " + e.getMessage(), List.of());
        }
    }

    /** Whether the read was told to end: how it ended then says nothing. */
    private synchronized boolean interrupted() {
        return cancelled || replaced;
    }

    /** Whether somebody ended it. */
    synchronized boolean cancelled() {
        return cancelled;
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
                derivations.add(new ModelDerivation(model, canonical, connection, baseCurrency, this.datasets.rules(canonical)));
            }
        }
        return derivations;
    }

    /** @param checks what the rules found that is not in the ledger yet */
    private void finish(LoadRow load, Load.State state, String message, List<CheckRow> checks) {
        LoadRow over = load.ended(state.name(), store.clock().instant(), message);
        try {
            over = store.note(sql -> {
                for (CheckRow check : checks) {
                    Ledger.check(sql, load.id(), connection, load.dataset(), check, store.clock().instant());
                }
                boolean good = state == Load.State.COMMITTED || state == Load.State.UNCHANGED;
                String found = good ? Verdict.sentence(Ledger.checks(sql, load.id())) : "";
                LoadRow last = load.ended(state.name(), store.clock().instant(), message.isEmpty() || found.isEmpty() ? message + found : message + " " + found);
                Ledger.load(sql, last);
                return last;
            });
            store.reached(Step.FINISHED);
            log.info("{}.{}: load {} {}: {} inserted, {} updated, {} removed, {} in quarantine{}", connection, load.dataset(), load.id(), state, over.inserted(),
                    over.updated(), over.removed(), over.quarantined(), over.message().isEmpty() ? "" : ". " + over.message());
        } catch (StoreException e) {
            failure = e.getMessage();
            log.error("{}.{}: the end of load {} could not be recorded", connection, load.dataset(), load.id(), e);
        }
        loads.add(LoadHistory.load(over));
    }
}
