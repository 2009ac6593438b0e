package eider.cli;

/**
 * Writes rows as they come, in bounded memory. Values are of the types that {@link eider.engine.Rows} names, and beside them {@link
 * java.time.Instant} and enums.
 */
interface RowWriter extends AutoCloseable {

    /** One row, with a value (or null) for each heading. */
    void row(Object... values);

    /** Writes what remains and the end of the list. Not called where the list broke off: then a script sees that it is incomplete. */
    @Override
    void close();
}
