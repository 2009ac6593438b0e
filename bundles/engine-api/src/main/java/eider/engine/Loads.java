package eider.engine;

import java.util.List;

/** Tells what was loaded and what was kept aside. */
public interface Loads {

    /** The newest loads, newest first. */
    List<Load> latest(int limit) throws EngineException;

    /** What came of each rule in a load, in the rules' order; none where there are no rules, or no such load. */
    List<RuleCheck> checks(long load) throws EngineException;

    /** The newest rows in quarantine, newest first; {@code connection} may be null for all. */
    List<Quarantined> quarantine(String connection, int limit) throws EngineException;

    /** How many rows are in quarantine; {@code connection} may be null for all. */
    long quarantined(String connection) throws EngineException;

    /**
     * Calls {@code listener} after every commit that changed rows, on a thread of the engine; it must return at once.
     *
     * @return ends it
     */
    AutoCloseable onCommit(java.util.function.Consumer<Load> listener);
}
