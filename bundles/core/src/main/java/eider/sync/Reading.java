package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.model.Canonical;
import eider.model.ModelDerivation;
import eider.quality.Rule;
import eider.store.Derivation;
import eider.store.Handling;
import eider.store.HeldException;
import eider.store.Holds;
import eider.store.Ledger;
import eider.store.Ledger.CheckRow;
import eider.store.Ledger.LoadRow;
import eider.store.Mode;
import eider.store.Step;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Terms;
import eider.store.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One load on its way: its record, and what its source pushes, in one try or several. Used by one thread at a time. */
final class Reading {
    private static final Logger log = LoggerFactory.getLogger(Reading.class);

    private final Tools tools;
    private final Order order;
    private final Dataset dataset;
    private final List<Derivation> derivations;
    private final Handling handling;
    private final String fault;
    /** Why it is not to be read before somebody says how it goes on; null if it is. */
    private final String hold;
    /** Whether it reads the source itself, and not the quarantine in its place. */
    private final boolean all;
    /** Whether everything is read anew, to be committed as a whole. */
    private final boolean complete;
    private final Progress progress;
    private LoadRow load;
    private Cursor cursor;
    private LoadSink sink;
    private PlannedLoad planned;
    private String digest;
    private boolean recorded;
    /** What the rules found that is not in the ledger yet. */
    private List<CheckRow> checks = List.of();

    private Reading(Tools tools, Order order, Dataset dataset, List<Derivation> derivations, Handling handling, String fault, String hold, boolean all, boolean complete,
            Progress progress, LoadRow load, Cursor cursor) {
        this.tools = tools;
        this.order = order;
        this.dataset = dataset;
        this.derivations = derivations;
        this.handling = handling;
        this.fault = fault;
        this.hold = hold;
        this.all = all;
        this.complete = complete;
        this.progress = progress;
        this.load = load;
        this.cursor = cursor;
    }

    /** @param all whether the source can tell everything that there is, so that a complete read may be asked of it */
    static Reading begin(Tools tools, Order order, Dataset dataset, List<Model> models, boolean all, Progress progress) throws StoreException, SourceException {
        Store store = tools.store();
        List<Derivation> derivations = new ArrayList<>();
        Handling handling = Handling.DEFAULT;
        String fault = null;
        try {
            handling = tools.datasets().of(order.connection(), dataset.name());
        } catch (SourceException e) {
            fault = e.getMessage();
        }
        for (Model model : models) {
            if (model.from().equals(dataset.name())) {
                Canonical canonical = Canonical.of(model.into()).orElseThrow(() -> new SourceException(SourceException.Kind.BUG,
                        "the connector's model fills '" + model.into() + "', which is no canonical table"));
                List<Rule> rules = List.of();
                try {
                    rules = tools.datasets().rules(canonical);
                } catch (SourceException e) {
                    fault = e.getMessage();
                }
                derivations.add(new ModelDerivation(model, canonical, order.connection(), order.baseCurrency(), rules));
            }
        }
        boolean complete = all && complete(store, order.connection(), dataset.name(), handling);
        Holds.HoldRow hold = store.read(sql -> Holds.of(sql, order.connection(), dataset.name()));
        Cursor cursor = complete ? Cursor.NONE : store.read(sql -> Ledger.cursor(sql, order.connection(), dataset.name()));
        // What only rehearses is nobody's load.
        LoadRow load = new LoadRow(order.rehearsal() ? 0 : store.read(Ledger::nextLoad), order.run(), order.connection(), dataset.name(), Load.State.RUNNING.name(), store.clock().instant(), null,
                0, 0, 0, 0, "", "");
        if (order.rehearsal()) {
            log.info("{}.{}: its plan begins", order.connection(), dataset.name());
        } else {
            tools.history().begun(load);
            log.info("{}.{}: load {} begins", order.connection(), dataset.name(), load.id());
        }
        return new Reading(tools, order, dataset, derivations, handling, fault, hold == null ? null : Holds.sentence(hold), all, complete, progress, load, cursor);
    }

    /** Whether everything is to be read anew, so that what does not come goes. */
    private static boolean complete(Store store, String connection, String dataset, Handling handling) throws StoreException {
        if (handling.mode() == Mode.REPLACE || handling.completeEvery() == null) {
            return handling.mode() == Mode.REPLACE;
        }
        Instant last = store.read(sql -> Ledger.completeAt(sql, connection, dataset));
        return last == null || !store.clock().instant().isBefore(last.plus(handling.completeEvery()));
    }

    /** Why it waits for a person's word; null if it does not. */
    String hold() {
        return hold;
    }

    /** What is wrong with the options by which it would have to be read; null where nothing is. */
    String fault() {
        return fault;
    }

    Dataset dataset() {
        return dataset;
    }

    /** What the next try is asked for: everything after the last commit. */
    Request request(Call call) {
        return new Request(dataset, cursor, call.sniffer(tools.sniffer()));
    }

    /** Where it pushes to. */
    Sink sink(Call call) {
        sink = new LoadSink(tools.store(), dataset, derivations, handling, complete, order.terms(dataset.name()), cursor, load, progress,
                tools.history()::announce);
        return call.sink(sink);
    }

    /** The source came to its end by itself. */
    void finish() throws SourceException, InterruptedException {
        sink.finish();
    }

    /** What there is to say of what it committed. */
    String message() {
        return load.message();
    }

    /** Forgets what was not committed. Why the load is held, or null. */
    HeldException drop() {
        if (sink == null) {
            return null;
        }
        try {
            sink.drop();
        } catch (SourceException e) {
            log.warn("{}: {}", order.connection(), e.getMessage());
        }
        load = sink.load();
        recorded |= sink.recorded();
        checks = sink.broken();
        planned = sink.planned();
        digest = sink.digest();
        return sink.held();
    }

    /** Whether the try that ended got further than the one before it. */
    boolean progressed() throws StoreException {
        if (complete || order.rehearsal() || order.terms(dataset.name()) instanceof Terms.AsPlanned) {
            return false;
        }
        Cursor before = cursor;
        cursor = tools.store().read(sql -> Ledger.cursor(sql, order.connection(), dataset.name()));
        return !cursor.equals(before);
    }

    /** Whether it changed anything so far. */
    boolean changed() {
        return load.inserted() + load.updated() + load.removed() + load.quarantined() > 0;
    }

    /** Whether the ledger knows it already, as running. */
    boolean recorded() {
        return recorded;
    }

    /** Says to whoever looks at the running loads what it waits for; nothing if it goes on. */
    void tell(String message) {
        if (!order.rehearsal()) {
            tools.history().begun(row(Load.State.RUNNING, null, message));
        }
    }

    private LoadRow row(Load.State state, Instant finished, String message) {
        return new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), state.name(), load.started(), finished, load.inserted(), load.updated(), load.removed(),
                load.quarantined(), load.places(), message);
    }

    /** Whoever looks at the running loads does not see it any more. */
    void over() {
        if (!order.rehearsal()) {
            tools.history().ended(load);
        }
    }

    /** What it would have done; where it came to no end, why. */
    PlannedLoad planned(Load over) {
        return planned != null && over.state() != Load.State.FAILED ? planned
                : new PlannedLoad(dataset.name(), dataset.key(), 0, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), over.message(), "");
    }

    /** What tells that from everything else; null where it came to no end. */
    String digest() {
        return digest;
    }

    /** The load as it ends now, before that is on record. */
    Load foreseen(Load.State state, String message) {
        return LoadHistory.load(row(state, tools.store().clock().instant(), message));
    }

    /**
     * How it ends where the source came to its end: the rules have the last word.
     *
     * @param whole what it is if no rule about the whole load fails it
     */
    Load judged(Load.State whole) {
        Store store = tools.store();
        try {
            Verdict verdict = all && !order.rehearsal() ? store.read(sql -> Verdict.of(sql, order.connection(), dataset.name(), handling, derivations, load.id(), store.clock().instant()))
                    : Verdict.NONE;
            checks = verdict.checks();
            if (verdict.failure() != null) {
                return foreseen(Load.State.FAILED, verdict.failure() + ". What it had committed stays.");
            }
            String found = verdict.sentence(store.read(sql -> Ledger.checks(sql, load.id())));
            return foreseen(whole, message().isEmpty() || found.isEmpty() ? message() + found : message() + " " + found);
        } catch (StoreException e) {
            return foreseen(Load.State.FAILED, "its rules could not be judged: " + e.getMessage());
        }
    }

    /** Records the end. */
    void finish(Load over) throws StoreException {
        if (order.rehearsal()) {
            return;
        }
        tools.store().note(sql -> {
            for (CheckRow check : checks) {
                Ledger.check(sql, load.id(), order.connection(), dataset.name(), check, tools.store().clock().instant());
            }
            Ledger.load(sql, row(over.state(), over.finished(), over.message()));
            return over;
        });
        tools.store().reached(Step.FINISHED);
        log.info("{}.{}: load {} {}: {} inserted, {} updated, {} removed, {} in quarantine{}", over.connection(), over.dataset(), over.id(), over.state(), over.inserted(),
                over.updated(), over.removed(), over.quarantined(), over.message().isEmpty() ? "" : ". " + over.message());
    }
}
