package eider.engine;

import java.util.List;

/**
 * Tells where rows come from: the way from a figure back to the line of a file. Reads only, and from any thread; but for {@link #locate} it asks nobody outside and
 * waits for no load.
 */
public interface Origins {

    /**
     * A row by its number, which canonical and raw tables show as {@code _row}; also one that a later load replaced or removed, as long as what it was is kept.
     *
     * @throws NoSuchRowException if there is no such row, with a sentence that says what became of it
     */
    Origin row(long row) throws EngineException;

    /**
     * Rows by what they are called where they come from, those that are gone among them; newest first, the versions of one row as one.
     *
     * @param table a canonical table, and then {@code id} is a {@code source_id} or an {@code order_id}; or {@code <connection>.<dataset>}, and then it is the value
     *     of a field of the dataset's key
     * @param limit of how many rows it is told at most
     * @return none where no row is or was called so
     * @throws NoSuchRowException if there is no such table
     */
    List<Origin> rows(String table, String id, int limit) throws EngineException;

    /**
     * What a load read, and what of it was kept aside.
     *
     * @throws NoSuchRowException if there is no such load, or it left nothing behind
     */
    LoadOrigin load(long load) throws EngineException;

    /**
     * Finds out where exactly a row stands: asks its source once more, and looks for the row in the parts that it may have come from. Takes as long as reading them
     * takes; stores nothing. An interrupt ends it within two seconds.
     *
     * @throws NoSuchRowException as {@link #row}
     * @throws EngineException if the connection is being synced, is not there any more or cannot be asked, or if its source names no files or pages
     */
    Whereabouts locate(long row, Progress progress) throws EngineException, InterruptedException;

    /**
     * The same for a row in quarantine, or one that has left it. Where the place that it was kept with has its line, which it has unless a rule found it bad, nobody is asked.
     *
     * @param id as {@link Quarantined#id} tells it, and the answer as {@link Whereabouts#row}
     * @throws NoSuchRowException if there is no such row
     * @throws EngineException as {@link #locate}
     */
    Whereabouts locateQuarantined(long id, Progress progress) throws EngineException, InterruptedException;
}
