package eider.store;

/**
 * The points of a load at which the process may die and the tables must nevertheless be right afterwards. A test kills the JVM at each of
 * them, and fails if one is never reached: who adds a step to a load adds it here.
 */
public enum Step {
    /** Rows were gathered outside of the live database. */
    STAGED,
    /** The transaction is open and nothing was done in it. */
    BEGUN,
    /** The raw table exists and has all columns. */
    SHAPED,
    /** Images of the rows that go were kept. */
    IMAGES_KEPT,
    /** Rows that go are gone from the raw table and from the canonical ones. */
    ROWS_REMOVED,
    /** New rows stand in the raw table. */
    ROWS_INSERTED,
    /** Bad rows stand in quarantine. */
    QUARANTINED,
    /** Canonical rows were derived. */
    DERIVED,
    /** Parts, cursor, change set and load record are written: the last moment before the commit. */
    RECORDED,
    /** Committed; files of the hand-over folder not yet removed. */
    COMMITTED,
    /** The load is over and its record says so. */
    FINISHED,
    /** A load is being taken back: columns are as before it. */
    COLUMNS_PUT_BACK,
    /** The rows that it had brought are gone. */
    ROWS_TAKEN_OUT,
    /** The rows that it had replaced or removed are here again, and their canonical rows. */
    ROWS_PUT_BACK,
    /** Cursor and parts are as before it, and its record says so: the last moment before the commit. */
    REWOUND,
    /** Committed. */
    TAKEN_BACK,
    /** A model is not as it was: the canonical rows that it had given are gone. */
    OLD_DERIVED_ROWS_GONE,
    /** Those of today's model are here, and bad ones in quarantine. */
    DERIVED_ANEW,
    /** Change set and load record of it are written: the last moment before the commit. */
    DERIVED_ANEW_RECORDED,
    /** Committed. */
    DERIVED_ANEW_FOR_GOOD
}
