package eider.engine;

import java.util.List;

/**
 * Compares what is here with what the sources hold. A source that can count is asked by itself after a sync, as often as {@code compare_every} of
 * {@code config/dataset~<connection>__<dataset>.cfg} says; a count that fails or hangs harms no load. Any thread.
 */
public interface Comparisons {

    /** The badge of each dataset that was ever synced to its end or compared, of the connections there are: by connection, then by dataset. */
    List<Badge> badges() throws EngineException;

    /**
     * Compares every dataset of a connection now, and returns their badges. Nothing is read and nothing changed: what the source told since the last
     * sync is no difference.
     *
     * @throws EngineException as {@link Syncs#sync}, and if the source cannot count
     * @throws InterruptedException if the calling thread is interrupted, within two seconds
     */
    List<Badge> compare(String connection, Progress progress) throws EngineException, InterruptedException;
}
