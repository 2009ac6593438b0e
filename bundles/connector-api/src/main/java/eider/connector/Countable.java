package eider.connector;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An ability that some sources have: to tell how many rows a dataset has at the source, and what its numbers add up to, so that what was loaded can
 * be compared with it. A {@link Source} that can implements this interface too. A count that goes the way of {@link Source#read} would make the same
 * mistake twice: it asks the outside system itself where that can count ({@code SELECT count(*), sum(total) …}), and else goes over what is there in
 * a way of its own.
 *
 * <p><b>Up to the cursor.</b> Between a read and a count, a living system goes on. So a count is asked for what lies up to {@link Request#cursor()},
 * which is where the last commit of the dataset ended and is inclusive as ever: rows behind it are not here yet, and are no difference. What changed
 * since that, so that nobody can say in which form the read met it, is told apart as {@linkplain Tally#unsettled unsettled}, and nothing is concluded
 * from it. A table whose rows never change is counted by {@code WHERE id <= cursor} and nothing is unsettled; one with a time of the last change by
 *
 * <pre>{@code
 * SELECT count(*) FILTER (WHERE changed <= :cursor), sum(total) FILTER (WHERE changed <= :cursor), count(*) FILTER (WHERE changed > :cursor)
 * FROM orders
 *
 * counts.add(Tally.of(row.getLong(1), Map.of("total", row.getBigDecimal(2))).unsettled(row.getLong(3), "changed since the last read"));
 * }</pre>
 *
 * where the third is unsettled: rows that are new, and rows that were read in an older form. A source whose clock can put one more row at the very
 * cursor counts the rows there as unsettled until that cannot happen any more.
 *
 * <p><b>What counts.</b> Every row that {@code read} would push or {@link Sink#reject} counts, good or bad: the engine knows which of them it keeps
 * in quarantine. In a dataset with a key each key counts once. Sums are exact, of fields of type INTEGER and DECIMAL, without rows that have no
 * value, or none that is a number. A source sums what it can, and leaves out other fields.
 *
 * <p><b>Life.</b> As that of {@link Source#read}: called after {@link Source#discover} on the same instance, never at the same time as the two;
 * interrupted at any time, and then ended within two seconds; interrupted too if it gives no sign of life ({@link Counts#progress}, {@link
 * Counts#add}) for a quarter of an hour; holds bounded memory; what it opens it closes. It should take no longer than reading everything would. It
 * fails by the same kinds, and is not called again at once: a count that failed is told to people, and harms no load.
 */
@ConsumerType
public interface Countable {

    /**
     * Counts a dataset. What was added counts when this returns; if it throws, nothing of it.
     *
     * @param request the dataset as {@link Source#discover} told it, and the cursor up to which to count; {@link Cursor#NONE} where nothing was
     *     committed: then nothing lies up to it
     * @throws SourceException with the kinds of {@link Source#read}; of kind {@code DATA} if this dataset cannot be counted as it is, with a sentence
     *     that says why
     */
    void count(Request request, Counts counts) throws SourceException, InterruptedException;

    /** Where a count goes. For the length of one call of {@link #count}, and from its thread only. */
    @ProviderType
    interface Counts {

        /**
         * What the source holds of the whole dataset, or of one of its {@linkplain Sink#part parts}. Several of the same part, or of the whole, add
         * up. Rows here of a part that is not told are not compared.
         *
         * @throws IllegalArgumentException if some tell a part and others the whole, or a sum is told of what is no INTEGER or DECIMAL field: a bug
         *     of the source
         */
        void add(Tally tally) throws SourceException, InterruptedException;

        /** As {@link Sink#progress}: cheap, and a sign of life. */
        void progress(String doing, long done, long total);
    }
}
