package eider.engine;

import eider.connector.Source;
import java.nio.file.Path;
import java.util.List;

/** Moves data in. Any thread; a connection is synced by one thread at a time. */
public interface Syncs {

    /** The connections there are, by name. */
    List<Connection> connections();

    /** By which models the rows of datasets become canonical rows at the next sync, connector by connector and then file by file; those that are wrong among them. */
    default List<Mapping> mappings() throws EngineException {
        return List.of();
    }

    /**
     * Syncs every dataset of a connection, each in a load of its own, and returns when all is committed. A source that fails for now is tried again within the same
     * load. Only so many connections are synced at once; whoever comes on top waits in line.
     *
     * @param approved whether a load may go on that would remove more than half of what a dataset or part holds
     * @return one load for each dataset, in the order of discovery; look at their states: a failed load throws nothing
     * @throws EngineException if there is no such connection, it is being synced already, a thread of its last sync still sits in its connector, or its datasets
     *     cannot be discovered
     * @throws InterruptedException if the calling thread is interrupted, within two seconds; the loads not yet committed are rolled back
     */
    List<Load> sync(String connection, boolean approved, Progress progress) throws EngineException, InterruptedException;

    /**
     * The same for a schedule, where nobody looks on: nothing is approved, and a connection that rests, because it failed time after time or because its other side
     * asked to be left alone, is not synced. {@link #sync} is for a person, who is always let through.
     *
     * @throws NotYetException if it rests; it says until when
     */
    default List<Load> syncUnattended(String connection, Progress progress) throws EngineException, InterruptedException {
        return sync(connection, false, progress);
    }

    /**
     * Finds out what {@link #sync} would do, and does nothing of it: the source is read, its rows are compared and stored, and all is taken back. Takes as long as
     * the sync would. What is found is remembered, so that {@link #approve} can carry out just that.
     *
     * @throws EngineException as {@link #sync}
     */
    Plan plan(String connection, Progress progress) throws EngineException, InterruptedException;

    /**
     * Carries out the last plan of a connection, also where it removes much: reads the source once more, each dataset in one commit, and commits only what is just what was
     * planned, row by row. A dataset whose source, or whose rows here, have changed since is left as it is, and its load is held and says so.
     *
     * @return one load for each dataset that is in the plan
     * @throws EngineException as {@link #sync}, and if there is no plan
     */
    List<Load> approve(String connection, Progress progress) throws EngineException, InterruptedException;

    /**
     * Reads one file that a person hands over into the canonical table or plain dataset {@code dataset}, by the first connector that can
     * open files. The file may lie anywhere. The same content handed over again changes nothing.
     */
    Load load(Path file, String dataset, boolean approved, Progress progress) throws EngineException, InterruptedException;

    /**
     * Judges the quarantine of a connection anew, by today's columns and rules: rows that are good now, because somebody mended them or changed a rule, come in; the others
     * stay with their new reason. Rows that could not be parted into fields stay as they are until they are mended.
     *
     * @return one load for each dataset that has such rows
     * @throws EngineException as {@link #sync}; for files that were handed over too: those are handed over again
     */
    List<Load> replay(String connection, Progress progress) throws EngineException, InterruptedException;

    /**
     * Ends a running sync, or one that waits; what it committed stays. Whoever called {@link #sync} gets his answer within two seconds, whatever the connector does.
     *
     * @return whether there was one
     */
    boolean cancel(String connection) throws EngineException;

    /**
     * Adds a source that an embedding program made.
     *
     * @param name lower_snake
     * @throws EngineException if a connection of that name exists, or this very instance is a connection already
     */
    void register(String name, Source source) throws EngineException;

    /** Takes it away again, after it was interrupted where it syncs. */
    void unregister(String name);
}
