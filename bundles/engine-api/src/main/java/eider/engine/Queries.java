package eider.engine;

import java.time.Duration;

/** Reads the store. Any thread; never waits for a load. */
public interface Queries {

    /**
     * Runs one SELECT on a read connection.
     *
     * @param sql one SELECT statement of DuckDB's dialect; anything else is refused with a sentence
     * @param parameters values for its {@code ?}, if any
     * @return rows as they come; the caller closes it
     * @throws EngineException if the statement is refused, wrong, or takes longer than {@code limit}
     */
    Rows query(String sql, Duration limit, Object... parameters) throws EngineException;

    /** A number that changes with every commit that changed a canonical table: for caches and for live pages. */
    long version();
}
