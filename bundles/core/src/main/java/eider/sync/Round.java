package eider.sync;

import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.HeldException;
import eider.store.Rederivation;
import eider.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link Run} does with its source, on its thread: asks what there is, reads dataset after dataset, tries again what failed for now, and says how each load ended.
 */
final class Round {
    private static final Logger log = LoggerFactory.getLogger(Round.class);

    private final Run run;
    private final Tools tools;
    private final Order order;
    private final String connection;
    private final Progress progress;
    private final Patience patience;
    private final Reconciliation reconciliation;
    /** Also those that were read before the connector was replaced. */
    private final Set<String> done = new HashSet<>();

    Round(Run run, Tools tools, Order order, Progress progress) {
        this.run = run;
        this.tools = tools;
        this.order = order;
        this.connection = order.connection();
        this.progress = progress;
        this.patience = new Patience(order.options(), tools.time(), new SplittableRandom());
        this.reconciliation = new Reconciliation(run, tools, order, progress);
    }

    /** What a source offers. */
    private record Offer(List<Dataset> datasets, List<Model> models) {}

    void syncAll(Source current) throws InterruptedException {
        Offer offer = discover(current);
        if (offer == null) {
            return;
        }
        for (Dataset dataset : offer.datasets) {
            if (done.contains(dataset.name()) || !order.wants(dataset.name())) {
                continue;
            }
            run.endIfUnwanted(current);
            if (order.comparing()) {
                reconciliation.compare(current, dataset);
            } else {
                sync(current, dataset, offer.models);
                reconciliation.read(current, dataset, run.loads());
            }
            done.add(dataset.name());
        }
        reconciliation.compareDue(current);
    }

    /** Null if it failed for good. */
    private Offer discover(Source current) throws InterruptedException {
        while (true) {
            progress.at("looking at " + connection, 0, 0);
            SourceException fault;
            Call looking = run.begin(current, null);
            try {
                Offer offer = new Offer(order.calls().discover(current, looking.sniffer(tools.sniffer())), current.models());
                fault = run.end() ? silenced() : null;
                if (fault == null) {
                    patience.progressed();
                    return offer;
                }
            } catch (SourceException e) {
                fault = run.end() ? silenced() : e;
                run.endIfUnwanted(current);
            } catch (RuntimeException | Error e) {
                run.end();
                run.endIfUnwanted(current);
                run.fail("the connector of " + connection + " failed: " + e + "; this is a bug of it, the log has the details");
                log.error("{}: discovery failed", connection, e);
                return null;
            } catch (InterruptedException e) {
                if (!run.end()) {
                    throw e;
                }
                fault = silenced();
            }
            log.warn("{}: {}", connection, fault.getMessage());
            log.debug("{}: the cause", connection, fault);
            switch (patience.after(fault)) {
                case Patience.Answer.Wait wait -> run.pause(current, null, fault, wait.span());
                case Patience.Answer.GiveUp giveUp -> {
                    run.remember(giveUp.notBefore());
                    run.fail(sentences(fault.getMessage(), giveUp.why()));
                    return null;
                }
            }
        }
    }

    private SourceException silenced() {
        patience.lost(order.options().stallTimeout());
        return new SourceException(SourceException.Kind.TEMPORARY, run.silence());
    }

    private static String sentences(String one, String other) {
        if (other.isEmpty()) {
            return one;
        }
        return one + (one.endsWith(".") ? " " : ". ") + other;
    }

    private void sync(Source current, Dataset dataset, List<Model> models) throws InterruptedException {
        Reading load;
        try {
            Intake intake = Intake.of(tools, order, dataset, models);
            Rederivation renewal = run.notBefore() != null ? null : intake.renewal(tools.store(), connection, order.renewal(dataset.name()));
            Reading first = renewal == null ? null : Reading.renewing(tools, order, intake, renewal, progress);
            if (first != null && !renew(current, first)) {
                return;
            }
            load = Reading.begin(tools, order, intake, order.rehearsal() ? first : null, !(current instanceof Replay), progress);
        } catch (StoreException | SourceException e) {
            run.fail(e.getMessage());
            log.error("{}.{}: {}", connection, dataset.name(), e.getMessage(), e);
            return;
        }
        try {
            if (load.fault() != null) {
                run.record(load, Load.State.FAILED, load.fault());
                return;
            }
            if (load.hold() != null) {
                run.record(load, Load.State.HELD, load.hold() + ".");
                return;
            }
            Instant moment = run.notBefore();
            if (moment != null) {
                run.record(load, Load.State.FAILED, "It was not read, for its source wants to be asked again at " + Span.say(moment) + " and not before.");
                return;
            }
            patience.progressed();
            read(current, load);
        } finally {
            run.over(load);
        }
    }

    /** Derives the rows that are here anew; whether the dataset may be read then. */
    private boolean renew(Source current, Reading renewal) throws InterruptedException {
        try {
            run.endIfUnwanted(current);
            renewal.renew();
            run.record(renewal, Load.State.COMMITTED, renewal.message());
            return true;
        } catch (InterruptedException e) {
            if (run.stopped() == Run.Stopped.CANCELLED) {
                run.record(renewal, Load.State.CANCELLED, "It was cancelled while the rows that are here were being derived anew; nothing of it was changed.");
            }
            throw e;
        } catch (HeldException e) {
            run.record(renewal, Load.State.HELD, e.sentences());
        } catch (StoreException e) {
            log.error("{}.{}: {}", connection, renewal.dataset().name(), e.getMessage(), e);
            run.record(renewal, Load.State.FAILED, e.getMessage());
        } finally {
            run.over(renewal);
        }
        return false;
    }

    /**
     * How a try ended, where it did not simply come to its end.
     *
     * @param passing what may be over when it is tried again; null if it will not be
     */
    private record Ending(Load.State state, String message, SourceException passing) {}

    private void read(Source current, Reading load) throws InterruptedException {
        while (true) {
            Ending ending = attempt(current, load);
            if (ending != null && ending.passing != null && !run.unwanted()) {
                try {
                    if (load.progressed()) {
                        patience.progressed();
                    }
                    switch (patience.after(ending.passing)) {
                        case Patience.Answer.Wait wait -> {
                            pauseOrConclude(current, load, ending.passing, wait.span());
                            continue;
                        }
                        case Patience.Answer.GiveUp giveUp -> {
                            run.remember(giveUp.notBefore());
                            ending = new Ending(Load.State.FAILED, sentences(ending.message, giveUp.why()), null);
                        }
                    }
                } catch (StoreException e) {
                    ending = new Ending(Load.State.FAILED, e.getMessage(), null);
                }
            }
            conclude(load, ending);
            return;
        }
    }

    private void pauseOrConclude(Source current, Reading load, SourceException why, Duration span) throws InterruptedException {
        try {
            run.pause(current, load, why, span);
        } catch (InterruptedException e) {
            conclude(load, new Ending(Load.State.CANCELLED, "", null));
            throw e;
        }
    }

    /** One try; null if it came to its end. */
    private Ending attempt(Source current, Reading load) throws InterruptedException {
        Call trying;
        try {
            trying = run.begin(current, load);
        } catch (InterruptedException e) {
            return new Ending(Load.State.CANCELLED, "", null);
        }
        String name = connection + "." + load.dataset().name();
        Ending ending;
        try {
            order.calls().read(current, load.request(trying), load.sink(trying));
            if (!run.interrupted()) {
                trying.push(load::finish);
            }
            ending = null;
        } catch (SourceException e) {
            log.debug("{}: the cause", name, e);
            ending = new Ending(Load.State.FAILED, e.getMessage(), e);
        } catch (InterruptedException e) {
            ending = new Ending(Load.State.CANCELLED, "It was interrupted; what it had committed stays, and the next sync goes on from there.", null);
        } catch (HeldException e) {
            log.debug("{}: held", name);
            ending = null;
        } catch (RuntimeException | Error e) {
            log.error("{}: the connector failed", name, e);
            ending = broken(e);
        }
        boolean fellSilent = run.end();
        HeldException held = load.drop();
        if (held != null) {
            return new Ending(Load.State.HELD, held.sentences(), null);
        }
        if (trying.refused() != null) {
            // What the store refuses it refuses again. A source that makes nothing of it has nevertheless lost rows.
            Exception refused = trying.refused();
            return ending == null ? refused instanceof SourceException ? new Ending(Load.State.FAILED, refused.getMessage(), null) : broken(refused)
                    : new Ending(ending.state, ending.message, null);
        }
        if (fellSilent) {
            SourceException silenced = silenced();
            return new Ending(Load.State.FAILED, silenced.getMessage(), silenced);
        }
        return ending;
    }

    private static Ending broken(Throwable fault) {
        return new Ending(Load.State.FAILED, "the connector failed: " + fault + "; this is a bug of it, the log has the details", null);
    }

    /** A source may end by returning, or in whatever way, when it is interrupted: what counts is that it was told to. */
    private void conclude(Reading load, Ending ending) throws InterruptedException {
        Load.State whole = load.changed() ? Load.State.COMMITTED : Load.State.UNCHANGED;
        switch (run.stopped()) {
            case CANCELLED -> {
                run.record(load, Load.State.CANCELLED, "It was cancelled; what it had committed stays, and the next sync goes on from there.");
                throw new InterruptedException("the sync was cancelled");
            }
            case REPLACED -> {
                if (load.recorded()) {
                    run.record(load, whole, "The connector was replaced here; the next load goes on from this one.");
                }
                throw new InterruptedException("the connector is being replaced");
            }
            // What was said of the files that were committed is true even if the load came to grief over another.
            case NOT_AT_ALL -> run.record(load, ending == null ? load.judged(whole) : load.foreseen(ending.state, (ending.message + " " + load.message()).strip()));
        }
    }
}
