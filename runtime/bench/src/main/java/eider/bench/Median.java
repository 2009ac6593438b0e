package eider.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle one: one round that was disturbed does not move it. */
final class Median {
    private Median() {}

    /** Of an even number, the mean of the two in the middle; of none, NaN. */
    static <T> double of(List<T> rounds, ToDoubleFunction<T> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
