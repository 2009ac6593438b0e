package eider.store;

/** Rows by what became of them. */
final class Counts {
    long inserted;
    long updated;
    long removed;
    long quarantined;

    /** Rows that had come in, and are kept aside after all. */
    void aside(long rows) {
        inserted -= rows;
        quarantined += rows;
    }

    void add(Counts more) {
        inserted += more.inserted;
        updated += more.updated;
        removed += more.removed;
        quarantined += more.quarantined;
    }
}
