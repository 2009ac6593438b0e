package eider.sync;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Ledger;
import eider.store.Mode;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Tallies;
import eider.store.Tallies.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is here of a dataset with what its source counts, on the thread of a {@link Run} and under its eyes. The source is asked for what
 * lies up to the cursor of the last commit. That a comparison begins is on record before the source is called: if it never comes back, or the process
 * ends, that is what people are told. No load depends on how it ends.
 */
final class Reconciliation {
    private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);
    /** What could not be compared is not tried again with each of many syncs. */
    private static final Duration AGAIN = Duration.ofHours(1);
    private static final String CHANGED = "more was committed while the source counted";

    private final Run run;
    private final Tools tools;
    private final Order order;
    private final String connection;
    private final Progress progress;
    /** Those that came to their end and may be compared, also those that were read before the connector was replaced. */
    private final Deque<Dataset> complete = new ArrayDeque<>();

    Reconciliation(Run run, Tools tools, Order order, Progress progress) {
        this.run = run;
        this.tools = tools;
        this.order = order;
        this.connection = order.connection();
        this.progress = progress;
    }

    /** After a dataset was read, or was not: remembers if it came to its end. Files that were handed over are told and done with. */
    void read(Source current, Dataset dataset, List<Load> loads) {
        Load load = loads.isEmpty() ? null : loads.getLast();
        if (load == null || !load.dataset().equals(dataset.name()) || load.state() != Load.State.COMMITTED && load.state() != Load.State.UNCHANGED
                || current instanceof Replay || current instanceof Search || order.rehearsal() || connection.equals(Connections.BY_HAND)) {
            return;
        }
        try {
            tools.store().note(sql -> {
                Tallies.completed(sql, new Tallies.Completed(connection, dataset.name(), load.id(), load.started()));
                return load;
            });
            complete.add(dataset);
        } catch (StoreException e) {
            log.warn("{}.{}: that it is complete could not be recorded: {}", connection, dataset.name(), e.getMessage());
        }
    }

    /** After all datasets were read, so that no count keeps rows waiting: compares those that came to their end, if it is time to. */
    void compareDue(Source current) throws InterruptedException {
        while (!complete.isEmpty() && current instanceof Countable) {
            Dataset dataset = complete.peek();
            try {
                if (tools.store().read(sql -> due(sql, dataset.name()))) {
                    compare(current, dataset);
                }
            } catch (StoreException e) {
                log.warn("{}.{}: whether it is to be compared with its source could not be told: {}", connection, dataset.name(), e.getMessage());
            }
            complete.remove();
        }
    }

    private boolean due(Sql sql, String dataset) throws SQLException {
        Duration every = tools.datasets().compareEvery(connection, dataset);
        if (every == null) {
            return false;
        }
        Tallies.Row last = Tallies.last(sql).stream().filter(row -> row.connection().equals(connection) && row.dataset().equals(dataset)).findFirst().orElse(null);
        return last == null || !tools.store().clock().instant().isBefore(last.begun().plus(pause(last.outcome(), every)));
    }

    /** A little less than was asked for: a daily sync that begins a moment earlier than yesterday's compares today, and not every other day. */
    private static Duration pause(Outcome last, Duration every) {
        Duration whole = switch (last) {
            case MATCHES, DIFFERS -> every;
            case RUNNING, FAILED, UNSETTLED -> every.compareTo(AGAIN) < 0 ? every : AGAIN;
        };
        return whole.minus(whole.dividedBy(20));
    }

    /** Compares a dataset now, if its source can count. */
    void compare(Source current, Dataset dataset) throws InterruptedException {
        if (!(current instanceof Countable countable)) {
            return;
        }
        progress.at("comparing " + dataset.name() + " with its source", 0, 0);
        Store store = tools.store();
        try {
            Instant now = store.clock().instant();
            Tallies.Row begun = store.note(sql -> Tallies.held(sql, connection, dataset.name()) ? null : Tallies.begun(sql, connection, dataset.name(), now));
            if (begun == null) {
                return;
            }
            Tallies.Row ended;
            try {
                ended = compared(current, countable, dataset, begun);
            } catch (InterruptedException e) {
                if (!run.left()) {
                    store.note(sql -> {
                        Tallies.cancelled(sql, begun);
                        return begun;
                    });
                }
                throw e;
            }
            store.note(sql -> {
                Tallies.ended(sql, ended);
                return ended;
            });
            log.info("{}.{}: compared with its source: {}. {}", connection, dataset.name(), ended.outcome(), ended.message());
        } catch (StoreException e) {
            log.error("{}.{}: what came of comparing it with its source could not be recorded", connection, dataset.name(), e);
        }
    }

    private Tallies.Row compared(Source current, Countable countable, Dataset dataset, Tallies.Row begun) throws InterruptedException {
        try {
            Cursor cursor = cursor(dataset);
            Counted counted = new Counted(dataset, progress);
            String failure = count(current, countable, new Asked(dataset, cursor), counted);
            return failure != null ? failed(begun, failure) : judged(begun, dataset, cursor, counted);
        } catch (SourceException | StoreException e) {
            return failed(begun, e.getMessage());
        }
    }

    private record Asked(Dataset dataset, Cursor cursor) {}

    private Cursor cursor(Dataset dataset) throws StoreException {
        return tools.store().read(sql -> Ledger.cursor(sql, connection, dataset.name()));
    }

    /** Lets the source count; why it could not, or null. */
    private String count(Source current, Countable countable, Asked asked, Counted counted) throws InterruptedException {
        Call counting = run.begin(current, null);
        String failure = null;
        try {
            countable.count(new Request(asked.dataset, asked.cursor, counting.sniffer(tools.sniffer())), counting.counts(counted));
        } catch (SourceException e) {
            log.debug("{}: the cause", connection, e);
            failure = e.getMessage();
        } catch (InterruptedException e) {
            failure = "it was interrupted";
        } catch (RuntimeException | Error e) {
            log.error("{}.{}: the connector failed while it counted", connection, asked.dataset.name(), e);
            failure = "the connector failed: " + e + "; this is a bug of it, the log has the details";
        }
        if (run.end()) {
            return "the source gave no sign of life for " + Span.say(order.options().stallTimeout()) + " while it counted";
        }
        // However it ended: a count that was told to end is none.
        run.endIfUnwanted(current);
        return failure;
    }

    private Tallies.Row judged(Tallies.Row begun, Dataset dataset, Cursor cursor, Counted counted) throws StoreException, SourceException, InterruptedException {
        String name = dataset.name();
        Judgement judgement = tools.store().read(sql -> {
            Set<String> exact = Tallies.exact(sql, connection, name);
            exact.retainAll(counted.fields());
            Map<String, Tallies.Here> here = Tallies.here(sql, connection, name, exact, counted.byPart());
            return Judgement.of(mode(name), !dataset.key().isEmpty(), exact, Tallies.mended(sql, connection, name, exact), counted.tallies(), here,
                    Tallies.aside(sql, connection, name, exact, counted.byPart()));
        });
        if (Thread.interrupted()) {
            throw new InterruptedException("the comparison was stopped");
        }
        if (!cursor(dataset).equals(cursor)) {
            // An undo beside it, or a person who mended rows: what was counted here is not what was counted there.
            return new Tallies.Row(begun.id(), connection, name, begun.load(), begun.begun(), Outcome.UNSETTLED, 0, 0, 0, "", "It cannot be told now: " + CHANGED + ".");
        }
        return new Tallies.Row(begun.id(), connection, name, begun.load(), begun.begun(), judgement.outcome(), judgement.here(), judgement.there(), judgement.aside(),
                Tallies.text(judgement.sums()), judgement.message());
    }

    private Mode mode(String dataset) throws StoreException {
        try {
            return tools.datasets().of(connection, dataset).mode();
        } catch (SourceException e) {
            throw new StoreException(e.getMessage(), e);
        }
    }

    private static Tallies.Row failed(Tallies.Row begun, String why) {
        String sentence = "It could not be compared: " + why + (why.endsWith(".") ? "" : ".");
        return new Tallies.Row(begun.id(), begun.connection(), begun.dataset(), begun.load(), begun.begun(), Outcome.FAILED, 0, 0, 0, "", sentence);
    }
}
