package eider.connector;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Where a {@link Source} pushes the rows of one dataset. Called from the reading thread only. Every method blocks while the store
 * is busy and holds bounded memory however many rows pass; every method ends with {@link InterruptedException} when the sync is
 * cancelled.
 *
 * <p>The order of calls: for a dataset without a key {@link #part} first; then rows by {@link #upsert}, {@link #scan} or
 * {@link #reject} in any number; then {@link #checkpoint}; and so on until {@code read} returns. Returning is a checkpoint
 * only if rows were followed by one: rows after the last checkpoint are not kept.
 *
 * <p>A scan that fails with kind {@code DATA} costs its part alone, and the source may go on. After any other failure, and after an interrupt, everything since the last
 * checkpoint is forgotten, and every further call fails in the same way: end the read.
 */
@ProviderType
public interface Sink {

    /**
     * The rows that follow, up to the next checkpoint or part, are everything that {@code name} holds. Rows which an earlier read
     * found in the part of this name and which are not there any more are removed with the commit.
     * A part that is begun again before the checkpoint begins anew.
     *
     * <p>In a dataset with a key nothing is removed so: there the part only says where the rows come from, and rows of a part whose fingerprint is
     * that of its last read are passed over.
     *
     * @param name stable between reads: a file's path below its root, a sheet, a report's day
     * @param fingerprint changes when the content does: a hash or version; shown to people as the place that a load came from
     */
    void part(String name, String fingerprint) throws SourceException, InterruptedException;

    /**
     * One row: inserted, or put in place of the one with the same key. A value that does not fit its field sends the row to
     * quarantine; the load goes on.
     *
     * @param values in the order of the dataset's fields, of the Java types that {@link Type.Kind} names
     * @throws IllegalArgumentException if there are more or fewer values than fields: a bug of the source
     */
    void upsert(Object... values) throws SourceException, InterruptedException;

    /** The row with this key is gone at the source. Values in the order of {@link Dataset#key()}. */
    void delete(Object... key) throws SourceException, InterruptedException;

    /**
     * All rows of a file that the store reads itself, much faster than row by row. Bad rows of it go to quarantine with their line.
     * Columns of the scan that are not yet fields of the dataset are added to it.
     *
     * @param scan complete, as {@link Sniffer#complete} returns it
     * @throws SourceException of kind {@code DATA} if the file cannot be read as described: nothing of it was loaded, and the part it
     *     was meant for keeps the rows that it held before
     */
    void scan(Scan scan) throws SourceException, InterruptedException;

    /**
     * A row that the source itself found bad: kept in quarantine, counted, never loaded.
     *
     * @param place where it stands, for a person: {@code "line 7"}, {@code "Sheet1 row 12"}, {@code "page 3"}
     * @param raw the row as it was found, as text; cut at 64 KiB. A JSON object with values of the dataset's fields under their names, as text, lets a person mend
     *     it field by field; and one with a key then leaves the row here that has this key, until a good one comes
     * @param reason a sentence
     */
    void reject(String place, String raw, String reason) throws SourceException, InterruptedException;

    /**
     * Where the row stands that is pushed next: {@code at("Sheet1 row", 12)}, in the words of {@link #reject} but with the number by itself, so that no text is made for each
     * row. For sources whose rows have places of their own; a sync does not keep it, whoever looks for the place of a row asks the source once more and listens to it.
     */
    default void at(String where, long number) {}

    /**
     * Everything pushed so far belongs together, and a later read can go on from {@code cursor}. When this returns, the rows before
     * it are durable or will become so together with later ones; never is the cursor durable without its rows.
     */
    void checkpoint(Cursor cursor) throws SourceException, InterruptedException;

    /** Tells people how far the read is. Cheap: may be called for every row. {@code total} is 0 where it is not known. */
    void progress(String doing, long done, long total);
}
