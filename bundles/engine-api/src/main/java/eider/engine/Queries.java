package eider.engine;

import eider.people.Viewer;
import java.time.Duration;

/** Reads the store, as a viewer may see it: whatever shows rows to somebody asks here, and names for whom. Any thread; never waits for a load. */
public interface Queries {

    /**
     * Runs one SELECT that Eider itself wrote, over the rows and columns that the viewer may see. What a person wrote goes to {@link #ask}.
     *
     * @param sql one SELECT statement of DuckDB's dialect; anything else is refused with a sentence
     * @param parameters values for its {@code ?}, if any
     * @return rows as they come; the caller closes it
     * @throws EngineException if the statement is refused, wrong, takes longer than {@code limit}, or names a table that the viewer may not see
     */
    Rows query(Viewer viewer, String sql, Duration limit, Object... parameters) throws EngineException;

    /** The same as the operator, who sees everything: for the terminal and for programs that embed Eider, never for a page. */
    default Rows query(String sql, Duration limit, Object... parameters) throws EngineException {
        return query(Viewer.operator(), sql, limit, parameters);
    }

    /**
     * Runs one SELECT that the viewer wrote: within the viewer's rows and columns, by functions that cannot harm others, and with bounds on time and memory.
     *
     * @throws EngineException also if the viewer may not write SQL; its sentence never holds a value of a row that the viewer may not see
     */
    Rows ask(Viewer viewer, String sql, Duration limit) throws EngineException;

    /**
     * What decides which rows a viewer sees: role, rules, resolved values, day. Two viewers with the same scope are shown the same, at the same {@link #version}: for
     * caches. Tells nothing to people.
     */
    String scope(Viewer viewer) throws EngineException;

    /** A number that changes with every commit that changed a canonical table: for caches and for live pages. */
    long version();
}
