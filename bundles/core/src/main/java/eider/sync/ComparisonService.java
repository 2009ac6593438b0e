package eider.sync;

import eider.connector.Countable;
import eider.connector.Source;
import eider.engine.Badge;
import eider.engine.Badge.Comparison;
import eider.engine.Badge.State;
import eider.engine.Badge.Sum;
import eider.engine.Comparisons;
import eider.engine.EngineException;
import eider.engine.Progress;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Tallies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the badges of the datasets, from what the {@link Reconciliation} of each sync left in the ledger. */
@Component(service = Comparisons.class)
public final class ComparisonService implements Comparisons {
    private final Store store;
    private final SyncService syncs;
    private final Datasets datasets;

    @Activate
    public ComparisonService(@Reference Store store, @Reference SyncService syncs, @Reference Datasets datasets) {
        this.store = store;
        this.syncs = syncs;
        this.datasets = datasets;
    }

    private record Name(String connection, String dataset) {}

    @Override
    public List<Badge> badges() throws EngineException {
        Map<String, Source> sources = syncs.sources();
        Map<Name, Instant> completed = new HashMap<>();
        Map<Name, Tallies.Row> rows = new HashMap<>();
        try {
            store.read(Tallies::completed).forEach(load -> completed.put(new Name(load.connection(), load.dataset()), load.at()));
            store.read(Tallies::last).forEach(row -> rows.put(new Name(row.connection(), row.dataset()), row));
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        Map<String, Badge> badges = new TreeMap<>();
        List<Name> names = new ArrayList<>(completed.keySet());
        rows.keySet().stream().filter(name -> !completed.containsKey(name)).forEach(names::add);
        for (Name name : names) {
            if (sources.containsKey(name.connection)) {
                badges.put(name.connection + "." + name.dataset, badge(name, completed.get(name), completed.containsKey(name), rows.get(name), sources.get(name.connection)));
            }
        }
        return List.copyOf(badges.values());
    }

    private Badge badge(Name name, Instant completeTo, boolean read, Tallies.Row row, Source source) {
        if (read && completeTo == null) {
            return uncompared(name, null, "A load of it was taken back; it is compared again once it was read again.");
        }
        if (row == null) {
            return uncompared(name, completeTo, source != null && !(source instanceof Countable) ? "Its connector cannot count what the source holds."
                    : datasets.compareEvery(name.connection, name.dataset) == null ? "It is not to be compared (compare_every = never)." : "It was not compared yet.");
        }
        State state = switch (row.outcome()) {
            case MATCHES -> State.MATCHES;
            case DIFFERS -> State.DIFFERS;
            case UNSETTLED -> State.UNSETTLED;
            case FAILED -> State.FAILED;
            case RUNNING -> syncs.running(name.connection) ? State.NOT_COMPARED : State.FAILED;
        };
        if (row.outcome() == Tallies.Outcome.RUNNING) {
            return new Badge(name.connection, name.dataset, completeTo, state, state == State.FAILED
                    ? "It could not be compared: the count that began at " + Span.say(row.begun()) + " did not come to its end." : "It is being compared.", row.begun(), null);
        }
        Comparison comparison = row.outcome() == Tallies.Outcome.FAILED || row.outcome() == Tallies.Outcome.UNSETTLED ? null
                : new Comparison(row.here(), row.there(), row.aside(),
                        Tallies.sums(row).entrySet().stream().map(sum -> new Sum(sum.getKey(), sum.getValue()[0], sum.getValue()[1])).toList());
        return new Badge(name.connection, name.dataset, completeTo, state, row.message(), row.begun(), comparison);
    }

    private static Badge uncompared(Name name, Instant completeTo, String why) {
        return new Badge(name.connection, name.dataset, completeTo, State.NOT_COMPARED, why, null, null);
    }

    @Override
    public List<Badge> compare(String connection, Progress progress) throws EngineException, InterruptedException {
        syncs.compare(connection, progress);
        return badges().stream().filter(badge -> badge.connection().equals(connection)).toList();
    }
}
