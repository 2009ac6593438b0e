package eider.store;

import eider.quality.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How the rows of one dataset are handled, as its operator wants it.
 *
 * @param mode what they do to the rows that are here
 * @param contract what happens when its columns change
 * @param largestRemoval the share of what is here, in percent, up to which rows may go without a person's word; 100: any
 * @param largestChange the share, in percent, up to which rows may go or be replaced in a load that nobody looks on; 100: any. Where fewer than {@link #FEW} rows are here it
 *     does not count: of a short list much changes every day
 * @param completeEvery how often everything is read anew, so that rows go which the source has no more; null: never
 * @param rules what each row, and each load, shall be like
 */
public record Handling(Mode mode, Contract contract, int largestRemoval, int largestChange, Duration completeEvery, List<Rule> rules) {
    /** So few rows may all be replaced. */
    static final int FEW = 100;
    public static final Handling DEFAULT = new Handling(Mode.MERGE, Contract.EVOLVE, 50);

    /** Without complete reads from time to time, and without rules. */
    public Handling(Mode mode, Contract contract, int largestRemoval) {
        this(mode, contract, largestRemoval, 90, null, List.of());
    }

    public Handling {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(contract, "contract");
        if (largestRemoval < 0 || largestRemoval > 100) {
            throw new IllegalArgumentException("a share of " + largestRemoval + " % cannot be removed");
        }
        if (largestChange < 0 || largestChange > 100) {
            throw new IllegalArgumentException("a share of " + largestChange + " % cannot change");
        }
        if (completeEvery != null && !completeEvery.isPositive()) {
            throw new IllegalArgumentException("everything cannot be read anew every " + completeEvery);
        }
        rules = List.copyOf(rules);
    }
}
