package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.store.Commit;
import eider.store.Derivation;
import eider.store.Handling;
import eider.store.HeldException;
import eider.store.Ledger;
import eider.store.Ledger.CheckRow;
import eider.store.Ledger.LoadRow;
import eider.store.Mode;
import eider.store.Rederivation;
import eider.store.RuleException;
import eider.store.Step;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Terms;
import eider.store.Verdict;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One load on its way: its record, and what its source pushes, in one try or several. Used by one thread at a time. */
final class Reading {
    private static final Logger log = LoggerFactory.getLogger(Reading.class);

    private final Tools tools;
    private final Order order;
    private final Intake intake;
    private final Dataset dataset;
    private final List<Derivation> derivations;
    private final Handling handling;
    /** What the load is, if it reads nothing; else what is to be tried out before it, or null. */
    private final Rederivation renewal;
    /** The digest of that. */
    private final String renewed;
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

    private Reading(Tools tools, Order order, Intake intake, Rederivation renewal, String renewed, boolean all, boolean complete, Progress progress, LoadRow load,
            Cursor cursor) {
        this.tools = tools;
        this.order = order;
        this.intake = intake;
        this.dataset = intake.dataset();
        this.derivations = intake.derivations();
        this.handling = intake.handling();
        this.renewal = renewal;
        this.renewed = renewed;
        this.all = all;
        this.complete = complete;
        this.progress = progress;
        this.load = load;
        this.cursor = cursor;
    }

    /**
     * A load that reads its source.
     *
     * @param first the one that was tried out before it, in a rehearsal; null where there was none
     * @param all whether the source can tell everything that there is, so that a complete read may be asked of it
     */
    static Reading begin(Tools tools, Order order, Intake intake, Reading first, boolean all, Progress progress) throws StoreException {
        String name = intake.dataset().name();
        boolean complete = all && complete(tools.store(), order.connection(), name, intake.handling());
        Cursor cursor = complete ? Cursor.NONE : tools.store().read(sql -> Ledger.cursor(sql, order.connection(), name));
        return new Reading(tools, order, intake, first == null ? null : first.renewal, first == null ? null : first.digest, all, complete, progress,
                begin(tools, order, name), cursor);
    }

    /** A load that reads nothing, and derives the rows that are here anew. */
    static Reading renewing(Tools tools, Order order, Intake intake, Rederivation renewal, Progress progress) throws StoreException {
        return new Reading(tools, order, intake, renewal, null, false, false, progress, begin(tools, order, intake.dataset().name()), Cursor.NONE);
    }

    private static LoadRow begin(Tools tools, Order order, String dataset) throws StoreException {
        // What only rehearses is nobody's load.
        LoadRow load = new LoadRow(order.rehearsal() ? 0 : tools.store().read(Ledger::nextLoad), order.run(), order.connection(), dataset, Load.State.RUNNING.name(),
                tools.store().clock().instant(), null, 0, 0, 0, 0, "", "");
        if (order.rehearsal()) {
            log.info("{}.{}: its plan begins", order.connection(), dataset);
        } else {
            tools.history().begun(load);
            log.info("{}.{}: load {} begins", order.connection(), dataset, load.id());
        }
        return load;
    }

    /** Derives the rows anew. */
    void renew() throws StoreException, InterruptedException {
        Commit.Outcome outcome;
        try (Ticker ticker = new Ticker(tools.store(), progress, "deriving " + dataset.name() + " anew")) {
            outcome = renewal.apply(load);
        } catch (RuleException e) {
            checks = e.checks();
            throw e;
        }
        load = outcome.load();
        recorded = true;
        planned = outcome.planned();
        digest = outcome.digest();
        if (!order.rehearsal()) {
            tools.history().announce(load);
        }
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
        return intake.hold();
    }

    /** What is wrong with the options by which it would have to be read; null where nothing is. */
    String fault() {
        return intake.fault();
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
        sink = new LoadSink(tools.store(), dataset, derivations, handling, complete, order.terms(dataset.name()), renewal, cursor, load, progress,
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

    /** What tells that, and what would be done before it, from everything else; null where it came to no end, or is what is done before. */
    String digest() {
        return renewal != null && renewed == null || digest == null ? null : renewed == null ? digest : renewed + " " + digest;
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
