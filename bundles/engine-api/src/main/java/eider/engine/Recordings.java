package eider.engine;

import java.util.List;

/**
 * Syncs that are recorded and replayed: to see a fault once more without the network, and to try a new version of a connector on what its outside system said last week. A
 * recording is one file in {@code data/recordings/}, which only its owner may read: no credentials are in it, the data of people are. None is made without being asked for,
 * and none is deleted but by {@link #delete}. Any thread.
 */
public interface Recordings {

    /**
     * The same as {@link Syncs#sync}, and records it, also where it fails.
     *
     * @throws EngineException if it could not begin; what it came to grief over later is in the answer
     * @throws InterruptedException as {@link Syncs#sync}; the recording up to there stays
     */
    Recorded record(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException;

    /** What there is, newest first. */
    List<Recording> recordings() throws EngineException;

    /**
     * Pushes once more what the source said to the engine, into a store in memory that is thrown away. Nothing is asked of any source; the live store, its cursors and its
     * loads are not touched.
     *
     * @param file its name, with or without its ending
     */
    Replayed replay(String file, Progress progress) throws EngineException, InterruptedException;

    /**
     * Runs the connector that is installed now, as its connection is configured now, with the recording in the place of its network, and compares what it says with what was
     * said then. Both go into a store in memory that is thrown away. The connection cannot be synced meanwhile, and is cancelled as a sync is.
     *
     * @throws EngineException also if that connector cannot be run without its network
     */
    Replayed compare(String file, Progress progress) throws EngineException, InterruptedException;

    /** Deletes a recording. */
    void delete(String file) throws EngineException;
}
