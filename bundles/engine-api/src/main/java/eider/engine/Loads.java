package eider.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells what was loaded and what was kept aside. */
public interface Loads {

    /** The newest loads, newest first. */
    List<Load> latest(int limit) throws EngineException;

    /** One load. */
    Optional<Load> load(long id) throws EngineException;

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

    /**
     * Takes a load back, exactly: rows that it brought go, rows that it replaced or removed are here again as they were, and so are canonical rows, columns, quarantine,
     * parts and cursor. Loads of other datasets, and later loads of the same one that touched none of its rows, stay. The dataset is not read any more until
     * {@link #release}.
     *
     * @param who does it, for the record
     * @throws EngineException if there is no such load, it is running, changed nothing or was taken back before, later loads stand in the way (the sentence names them), or
     *     what it would need was forgotten; nothing was changed then
     */
    Undone undo(long load, String who) throws EngineException, InterruptedException;

    /** How many bytes of the disk the rows take that are kept for {@link #undo}; what was written in the last moments is not counted. */
    long imageBytes() throws EngineException;

    /** The datasets that wait for a word since a load of them was taken back. */
    List<Hold> holds() throws EngineException;

    /**
     * Says how a dataset goes on of which loads were taken back.
     *
     * @throws EngineException if it does not wait for a word
     */
    void release(String connection, String dataset, Hold.Release how) throws EngineException, InterruptedException;

    /** How many rows are in quarantine; {@code connection} may be null for all. */
    long quarantined(String connection) throws EngineException;

    /**
     * Calls {@code listener} after every commit that changed rows, on a thread of the engine; it must return at once.
     *
     * @return ends it
     */
    AutoCloseable onCommit(java.util.function.Consumer<Load> listener);
}
