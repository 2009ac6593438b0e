package eider.engine;

import java.util.List;
import java.util.Map;

/** Tells what was loaded and what was kept aside. */
public interface Loads {

    /** The newest loads, newest first. */
    List<Load> latest(int limit) throws EngineException;

    /** What came of each rule in a load, in the rules' order; none where there are no rules, or no such load. */
    List<RuleCheck> checks(long load) throws EngineException;

    /** The newest rows in quarantine, newest first; {@code connection} may be null for all. */
    List<Quarantined> quarantine(String connection, int limit) throws EngineException;

    /**
     * Gives a row in quarantine other values. It comes in by the next {@link Syncs#replay}, and so does every row of its dataset whose raw text is the same and that
     * a later load meets.
     *
     * @param changes the new text of fields by their names; null for empty
     * @param who did it, for the record
     * @return the row as it is now
     * @throws EngineException if there is no such row in quarantine any more, or its dataset has no such field
     */
    Quarantined mend(long id, Map<String, String> changes, String who) throws EngineException;

    /** How many rows are in quarantine; {@code connection} may be null for all. */
    long quarantined(String connection) throws EngineException;

    /**
     * Calls {@code listener} after every commit that changed rows, on a thread of the engine; it must return at once.
     *
     * @return ends it
     */
    AutoCloseable onCommit(java.util.function.Consumer<Load> listener);
}
