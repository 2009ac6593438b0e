package eider.engine;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * How far a dataset can be relied on: up to when it is complete, and whether it agrees with its source.
 *
 * @param connection whose dataset
 * @param dataset its name
 * @param completeTo when the last sync began that read the dataset to its end: what the source told up to then is here; null if there was none, or if
 *     it was taken back
 * @param state whether it agrees with its source
 * @param message one or two sentences that say so, with the numbers
 * @param comparedAt when that was last tried; null: never
 * @param comparison what was compared; null where nothing was, or nothing could be told
 */
public record Badge(String connection, String dataset, Instant completeTo, State state, String message, Instant comparedAt,
        Comparison comparison) {

    /** Whether a dataset agrees with its source. */
    public enum State {
        /** Rows and sums are the same, but for what is in quarantine. */
        MATCHES,
        /** They are not. */
        DIFFERS,
        /** The source has changed since it was read, in such a way that nobody can tell yet; it is compared again. */
        UNSETTLED,
        /** It was tried, and the source could not be counted. */
        FAILED,
        /** Its source cannot count, or it is not to be compared, or was not yet. */
        NOT_COMPARED
    }

    /**
     * What was counted on both sides.
     *
     * @param rowsHere the rows in the dataset's table, of those parts that could be compared
     * @param rowsThere the rows at the source, up to the cursor of the last commit
     * @param quarantined how many of the source's rows are kept in quarantine
     * @param sums of fields with exact numbers, as far as the source told them and they could be judged
     */
    public record Comparison(long rowsHere, long rowsThere, long quarantined, List<Sum> sums) {
        public Comparison {
            sums = List.copyOf(sums);
        }
    }

    /** What the values of a field add up to, without those in quarantine. */
    public record Sum(String field, BigDecimal here, BigDecimal there) {}
}
