package eider.store;

/** What a dataset's rows do to those that are here already. Chosen in {@code config/dataset~<connection>__<dataset>.cfg}. */
public enum Mode {
    /**
     * The rows are those of the source as it is now: a row with a known key takes the place of the older one, a part that changed takes the place of what it held
     * before, a row that the source says is gone goes.
     */
    MERGE,
    /** Each sync reads everything anew, and what it did not find goes: in one commit at its end, or not at all. */
    REPLACE,
    /** What is here stays as it is. A row that is not here yet is added, even beside another with its key; nothing is replaced or removed. */
    APPEND,
    /** As {@link #MERGE}; every older version of a row is kept for good, and {@code history."<connection>__<dataset>"} shows each with the time that it was valid. */
    HISTORY
}
