package eider.engine;

import eider.connector.Source;
import java.nio.file.Path;
import java.util.List;

/** Moves data in. Any thread; a connection is synced by one thread at a time. */
public interface Syncs {

    /** The connections there are, by name. */
    List<Connection> connections();

    /**
     * Syncs every dataset of a connection, each in a load of its own, and returns when all is committed.
     *
     * @param approved whether a load may go on that would remove more than half of what a dataset or part holds
     * @return one load for each dataset, in the order of discovery; look at their states: a failed load throws nothing
     * @throws EngineException if there is no such connection, it is being synced already, or its datasets cannot be discovered
     * @throws InterruptedException if the calling thread is interrupted; the loads not yet committed are rolled back
     */
    List<Load> sync(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException;

    /**
     * Reads one file that a person hands over into the canonical table or plain dataset {@code dataset}, by the first connector that can
     * open files. The file may lie anywhere. The same content handed over again changes nothing.
     */
    Load load(Path file, String dataset, boolean approved, Progress progress) throws EngineException, InterruptedException;

    /** Interrupts a running sync; what it committed stays. Returns whether there was one. */
    boolean cancel(String connection) throws EngineException;

    /**
     * Adds a source that an embedding program made.
     *
     * @param name lower_snake
     * @throws EngineException if a connection of that name exists
     */
    void register(String name, Source source) throws EngineException;

    /** Takes it away again, after it was interrupted where it syncs. */
    void unregister(String name);
}
