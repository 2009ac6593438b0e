package eider.engine;

import java.time.Instant;

/**
 * A recording of a sync.
 *
 * @param file its name in {@code data/recordings/}
 * @param bytes of the file
 * @param state how far it goes
 * @param connection that was synced; this and what follows is empty, null or -1 where it cannot be read
 * @param connector whose connection, and {@code version} of its jar; empty where the jar does not say
 * @param run the sync, as in {@link Load#run}
 * @param at when it began
 * @param exchanges with the outside system; -1 where the end is missing, as for the two below
 * @param rows that were pushed one by one
 * @param files whose rows were read by the store
 * @param message a sentence where there is something to say: why it cannot be read or ends early, why the sync failed
 */
public record Recording(String file, long bytes, State state, String connection, String connector, String version, String run, Instant at, long exchanges, long rows, long files,
        String message) {
    public enum State {
        /** From the beginning to the end of the sync. */
        WHOLE,
        /** Up to the size that recordings may have. */
        FULL,
        /** Up to the moment in which Eider was ended, or the disk was full. */
        TORN,
        /** It is none, or of a newer Eider. */
        UNREADABLE
    }
}
