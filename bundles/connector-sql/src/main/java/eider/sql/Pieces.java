package eider.sql;

import eider.connector.SourceException;
import java.util.List;

/**
 * A large table in pieces that can be read apart from each other and by several sessions at once, all in the snapshot of the session that it was asked
 * of. Together they are the whole table; a row lies in one of them.
 */
public interface Pieces {

    /** How many there are, at least one. */
    int count();

    /** Another text when a row that did not change may lie in another piece than it did. */
    String layout();

    /** Where a row lies, as SQL that a person can look for. */
    String address();

    /** Whether a row lies in a piece, as SQL. */
    String within(int piece, List<Parameter> parameters);

    /**
     * Whether a row may have been written since a snapshot of before, as SQL: at the latest then its piece may be another one.
     *
     * @param seen as {@link Place#seen()} tells it
     * @return null if that cannot be told any more
     */
    String since(String seen, List<Parameter> parameters) throws SourceException, InterruptedException;

    /** By this name {@link Dialect#join} finds the snapshot, as long as its session lasts. */
    String snapshot() throws SourceException, InterruptedException;
}
