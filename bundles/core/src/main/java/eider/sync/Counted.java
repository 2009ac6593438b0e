package eider.sync;

import eider.connector.Countable;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Tally;
import eider.connector.Type;
import eider.engine.Progress;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a source tells of a dataset while it counts, added up: of the whole of it, or of each of its parts. */
final class Counted implements Countable.Counts {
    private final Dataset dataset;
    private final Progress progress;
    private final Map<String, Tally> tallies = new HashMap<>();

    Counted(Dataset dataset, Progress progress) {
        this.dataset = dataset;
        this.progress = progress;
    }

    @Override
    public void add(Tally tally) {
        for (String name : tally.sums().keySet()) {
            Field field = dataset.field(name);
            if (field == null || field.type().kind() != Type.Kind.INTEGER && field.type().kind() != Type.Kind.DECIMAL) {
                throw new IllegalArgumentException("a sum of '" + name + "' was told, which is no INTEGER or DECIMAL field of " + dataset.name());
            }
        }
        if (!tallies.isEmpty() && tally.part().isEmpty() != tallies.containsKey("")) {
            throw new IllegalArgumentException("some tallies of " + dataset.name() + " tell a part and others do not");
        }
        if (!tally.part().isEmpty() && !dataset.key().isEmpty()) {
            throw new IllegalArgumentException("a part of " + dataset.name() + " was counted, which has a key: its rows belong to no part");
        }
        tallies.merge(tally.part(), tally, Counted::both);
    }

    private static Tally both(Tally one, Tally other) {
        Map<String, BigDecimal> sums = new HashMap<>(one.sums());
        other.sums().forEach((field, sum) -> sums.merge(field, sum, BigDecimal::add));
        if (one.rows() > 0) {
            sums.keySet().retainAll(one.sums().keySet());
        }
        if (other.rows() > 0) {
            sums.keySet().retainAll(other.sums().keySet());
        }
        long unsettled = one.unsettled() == Tally.ANY || other.unsettled() == Tally.ANY ? Tally.ANY : one.unsettled() + other.unsettled();
        String why = one.why().isEmpty() || one.why().equals(other.why()) ? other.why() : other.why().isEmpty() ? one.why() : one.why() + ", and other rows: " + other.why();
        return new Tally(one.part(), one.rows() + other.rows(), sums, unsettled, why.length() > 400 ? one.why() : why);
    }

    @Override
    public void progress(String doing, long done, long total) {
        progress.at(doing, done, total);
    }

    /** By part; the whole under the empty name. A source that told nothing holds nothing. */
    Map<String, Tally> tallies() {
        return tallies.isEmpty() ? Map.of("", Tally.of(0, Map.of())) : tallies;
    }

    boolean byPart() {
        return !tallies.isEmpty() && !tallies.containsKey("");
    }

    /** The fields of which any sum was told. */
    Set<String> fields() {
        Set<String> fields = new HashSet<>();
        tallies.values().forEach(tally -> fields.addAll(tally.sums().keySet()));
        return fields;
    }
}
