package eider.sync;

import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.Quarantined;
import eider.engine.RuleCheck;
import eider.engine.Undone;
import eider.store.Holds;
import eider.store.Ledger;
import eider.store.Ledger.LoadRow;
import eider.store.Ledger.UndoRow;
import eider.store.Reversal;
import eider.store.Store;
import eider.store.StoreException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the ledger for people, and tells listeners of commits. */
@Component(service = {Loads.class, LoadHistory.class}, immediate = true)
public final class LoadHistory implements Loads, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LoadHistory.class);

    private final Store store;
    private final Map<Long, Load> running = new ConcurrentHashMap<>();
    private final List<Consumer<Load>> listeners = new CopyOnWriteArrayList<>();
    /** A listener that is slow, against its contract, holds up the other listeners but no load. */
    private final ExecutorService teller = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("commits").factory());

    @Activate
    public LoadHistory(@Reference Store store) {
        this.store = store;
    }

    @Override
    public List<Load> latest(int limit) throws EngineException {
        // Looked at first: one that ends meanwhile is then in both, and the ledger's counts, but for what a load waits for.
        Map<Long, Load> latest = new TreeMap<>(Comparator.reverseOrder());
        latest.putAll(running);
        for (LoadRow row : ask(() -> store.read(sql -> Ledger.loads(sql, limit)))) {
            latest.merge(row.id(), load(row), (now, recorded) -> recorded.state() == Load.State.RUNNING ? waitingFor(now.message(), recorded) : recorded);
        }
        return withUndo(latest.values().stream().limit(limit).toList());
    }

    @Override
    public Optional<Load> load(long id) throws EngineException {
        LoadRow row = ask(() -> store.read(sql -> Ledger.load(sql, id)));
        Load load = row == null ? running.get(id) : load(row);
        return load == null ? Optional.empty() : Optional.of(withUndo(List.of(load)).getFirst());
    }

    private List<Load> withUndo(List<Load> loads) throws EngineException {
        if (loads.isEmpty()) {
            return loads;
        }
        Map<Long, UndoRow> undos = ask(() -> store.read(sql -> Ledger.undos(sql, loads.getLast().id())));
        return loads.stream().map(load -> withUndo(load, undo(load, undos.get(load.id())))).toList();
    }

    private Load.Undo undo(Load load, UndoRow row) {
        if (load.state() == Load.State.UNDONE) {
            return new Load.Undo(Load.Undo.State.DONE, 0, null);
        }
        if (row == null || load.state() == Load.State.RUNNING) {
            return Load.Undo.NOTHING;
        }
        if (!row.kept()) {
            return new Load.Undo(Load.Undo.State.FORGOTTEN, 0, null);
        }
        boolean forGood = row.forGood() || store.retention().images().isZero();
        return new Load.Undo(Load.Undo.State.POSSIBLE, row.images(), forGood ? null : row.committed().plus(store.retention().images()));
    }

    private static Load withUndo(Load load, Load.Undo undo) {
        return new Load(load.id(), load.run(), load.connection(), load.dataset(), load.state(), load.started(), load.finished(), load.inserted(), load.updated(),
                load.removed(), load.quarantined(), load.places(), load.message(), undo);
    }

    @Override
    public Undone undo(long load, String who) throws EngineException, InterruptedException {
        LoadRow row = ask(() -> store.read(sql -> Ledger.load(sql, load)));
        boolean hold = row == null || !row.connection().equals(Connections.BY_HAND);
        try {
            Reversal.Outcome outcome = new Reversal(store, load, who, hold).apply();
            log.info("{}.{}: load {} was taken back by {}: {} rows out, {} rows back", outcome.load().connection(), outcome.load().dataset(), load, who, outcome.takenOut(),
                    outcome.putBack());
            announce(outcome.load());
            return new Undone(load, outcome.load().connection(), outcome.load().dataset(), outcome.takenOut(), outcome.putBack(), outcome.requarantined(), outcome.held(),
                    outcome.notes());
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    @Override
    public long imageBytes() throws EngineException {
        return ask(store::imageBytes);
    }

    @Override
    public List<Hold> holds() throws EngineException {
        return ask(() -> store.read(Holds::all)).stream().map(hold -> new Hold(hold.connection(), hold.dataset(), hold.load(), hold.heldAt())).toList();
    }

    @Override
    public void release(String connection, String dataset, Hold.Release how) throws EngineException, InterruptedException {
        boolean held;
        try {
            held = store.write(sql -> Holds.release(sql, connection, dataset, how == Hold.Release.READ_AGAIN));
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        if (!held) {
            throw new EngineException(connection + "." + dataset + " does not wait for a word: no load of it was taken back, or somebody has said already how it goes on");
        }
        log.info("{}.{} goes on: {}", connection, dataset, how);
    }

    private static Load waitingFor(String message, Load load) {
        return new Load(load.id(), load.run(), load.connection(), load.dataset(), load.state(), load.started(), load.finished(), load.inserted(), load.updated(),
                load.removed(), load.quarantined(), load.places(), message);
    }

    /** A load is on its way; the ledger knows it from its first commit on. */
    void begun(LoadRow row) {
        running.put(row.id(), load(row));
    }

    void ended(LoadRow row) {
        running.remove(row.id());
        try {
            store.prune();
        } catch (StoreException e) {
            log.warn("what is older than it is to be kept could not be forgotten; the next load tries again tomorrow: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last load of each dataset of each connection, newest first. */
    List<Load> lastOfEach() throws EngineException {
        return ask(() -> store.read(Ledger::lastOfEach)).stream().map(LoadHistory::load).toList();
    }

    @Override
    public List<RuleCheck> checks(long load) throws EngineException {
        return ask(() -> store.read(sql -> Ledger.checks(sql, load))).stream()
                .map(check -> new RuleCheck(check.rule(), check.action(), check.checked(), check.broken(), check.example())).toList();
    }

    @Override
    public List<Quarantined> quarantine(String connection, int limit) throws EngineException {
        return ask(() -> store.read(sql -> Ledger.quarantine(sql, connection, limit))).stream()
                .map(q -> new Quarantined(q.id(), q.load(), q.connection(), q.dataset(), q.place(), q.reason(), q.raw(), q.at(), Ledger.texts(q),
                        q.mended())).toList();
    }

    @Override
    public Quarantined mend(long id, Map<String, String> changes, String who) throws EngineException {
        Ledger.QuarantineRow row = ask(() -> store.read(sql -> Ledger.quarantined(sql, id)));
        if (row == null) {
            throw new EngineException("there is no row " + id + " in quarantine");
        }
        List<String> fields = ask(() -> store.read(sql -> Ledger.fields(sql, row.connection(), row.dataset())));
        Map<String, String> values = new LinkedHashMap<>(Ledger.texts(row));
        for (Map.Entry<String, String> change : changes.entrySet()) {
            if (!fields.contains(change.getKey())) {
                throw new EngineException(row.connection() + "." + row.dataset() + " has no field '" + change.getKey() + "'; it has " + String.join(", ", fields));
            }
            values.put(change.getKey(), change.getValue());
        }
        ask(() -> store.note(sql -> {
            Ledger.mend(sql, id, values, who, store.clock().instant());
            return id;
        }));
        return new Quarantined(row.id(), row.load(), row.connection(), row.dataset(), row.place(), row.reason(), row.raw(), row.at(), values, true);
    }

    @Override
    public long quarantined(String connection) throws EngineException {
        return ask(() -> store.read(sql -> Ledger.quarantined(sql, connection)));
    }

    @Override
    public AutoCloseable onCommit(Consumer<Load> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void announce(LoadRow row) {
        Load load = load(row);
        teller.execute(() -> {
            for (Consumer<Load> listener : listeners) {
                try {
                    listener.accept(load);
                } catch (RuntimeException | LinkageError e) {
                    log.warn("somebody who listens to commits failed", e);
                }
            }
        });
    }

    /** Ends the thread that tells the listeners. */
    @Deactivate
    @Override
    public void close() {
        teller.shutdownNow();
    }

    static Load load(LoadRow row) {
        return new Load(row.id(), row.run(), row.connection(), row.dataset(), Load.State.valueOf(row.state()), row.started(), row.finished(), row.inserted(),
                row.updated(), row.removed(), row.quarantined(), row.places(), row.message());
    }

    @FunctionalInterface
    private interface Ask<T> {
        T now() throws StoreException;
    }

    private static <T> T ask(Ask<T> ask) throws EngineException {
        try {
            return ask.now();
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }
}
