package eider.store;

import java.util.Objects;

/**
 * How the rows of one dataset are handled, as its operator wants it.
 *
 * @param mode what they do to the rows that are here
 * @param contract what happens when its columns change
 * @param largestRemoval the share of what is here, in percent, up to which rows may go without a person's word; 100: any
 */
public record Handling(Mode mode, Contract contract, int largestRemoval) {
    public static final Handling DEFAULT = new Handling(Mode.MERGE, Contract.EVOLVE, 50);

    public Handling {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(contract, "contract");
        if (largestRemoval < 0 || largestRemoval > 100) {
            throw new IllegalArgumentException("a share of " + largestRemoval + " % cannot be removed");
        }
    }
}
