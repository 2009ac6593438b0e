package eider.connector;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;

/**
 * What a source counted: of a whole dataset, or of one of its parts.
 *
 * @param part the part as {@link Sink#part} named it; empty: the whole dataset
 * @param rows how many rows lie up to the cursor and are now as they were then
 * @param sums what the values of fields in these rows add up to, exactly, by the fields' names
 * @param unsettled how many rows, at most, may be here beside those because they were read and have changed since, or are gone; {@link #ANY} where
 *     nobody knows. Sums are not compared then, and rows only as far as that goes
 * @param why what happened to the unsettled ones, for a person, as the end of a sentence: {@code "march.csv changed since it was read"}; empty where
 *     there are none
 */
public record Tally(String part, long rows, Map<String, BigDecimal> sums, long unsettled, String why) {
    /** So many that nothing can be concluded from there being more of them here than were counted. */
    public static final long ANY = Long.MAX_VALUE;

    public Tally {
        Objects.requireNonNull(part, "part");
        sums = Map.copyOf(sums);
        if (rows < 0 || unsettled < 0) {
            throw new IllegalArgumentException("there cannot be " + Math.min(rows, unsettled) + " rows");
        }
        if (why.isBlank() != (unsettled == 0)) {
            throw new IllegalArgumentException(unsettled == 0 ? "nothing is unsettled, so there is no reason for it: " + why
                    : "it lacks the reason why rows are unsettled");
        }
    }

    /** Of a whole dataset, with nothing unsettled. */
    public static Tally of(long rows, Map<String, BigDecimal> sums) {
        return new Tally("", rows, sums, 0, "");
    }

    /** The same of one part. */
    public Tally in(String part) {
        return new Tally(part, rows, sums, unsettled, why);
    }

    /** The same with rows of which it is not known whether, or in which form, they were read; as it is if there are none of them. */
    public Tally unsettled(long most, String why) {
        return most == 0 ? this : new Tally(part, rows, sums, most, why);
    }
}
