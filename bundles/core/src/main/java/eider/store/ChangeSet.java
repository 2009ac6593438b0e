package eider.store;

/**
 * What one commit of a load did to one dataset, and with it everything that must follow: the rows it brought are those of the raw table with
 * {@code firstRow < _row <= lastRow}, the rows it took away stand in the table's twin in the schema {@code undo} with {@code _gone = load}. Lineage, undo,
 * rollups, caches and live pages all read this and nothing else.
 *
 * @param load whose it is; a load has one change set for each of its commits
 * @param lane how the rows went in
 * @param table the raw table
 * @param canonical the canonical table that was derived; null where there is none
 * @param firstRow exclusive
 * @param lastRow inclusive
 * @param inserted rows that are new
 * @param updated rows put in the place of an older version
 * @param removed rows gone without a successor
 * @param quarantined rows kept aside
 */
public record ChangeSet(long load, Lane lane, String table, String canonical, long firstRow, long lastRow, long inserted, long updated, long removed,
        long quarantined) {

    /** The ways in. */
    public enum Lane {
        /** New files go straight from the scan into the table: their transaction is their staging. */
        STRAIGHT,
        /** Rows are gathered in a throw-away database first, and compared with what is there. */
        STAGED,
        /** The same for rows of the quarantine: the source was not read. */
        REPLAYED,
        /** No row came: the canonical rows of those that are here were derived anew, and the counts are of canonical rows. */
        DERIVED
    }

    public boolean changesRows() {
        return inserted + updated + removed > 0;
    }

    /** Whether anything at all is different afterwards. */
    public boolean isEmpty() {
        return !changesRows() && quarantined == 0;
    }
}
