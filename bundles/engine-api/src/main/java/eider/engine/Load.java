package eider.engine;

import java.time.Instant;

/**
 * What one sync did to one dataset: committed together, and later undone together.
 *
 * @param id ascending; the {@code load} column of canonical rows
 * @param run the sync that it was part of, as it stands on every log line of it
 * @param connection whose rows
 * @param dataset which of its datasets
 * @param state what came of it
 * @param started when
 * @param finished when; null while running
 * @param inserted rows that are new
 * @param updated rows put in the place of an older version
 * @param removed rows gone
 * @param quarantined rows kept aside because they are bad
 * @param places the files, sheets or pages it came from, shortened to what fits on a few lines
 * @param message a sentence or two where there is something to say: why it failed or is held, and what to do; what was assumed about a file that
 *     could be read in more than one way, and which option says otherwise; while running, what it waits for
 * @param undo whether it can be taken back
 */
public record Load(long id, String run, String connection, String dataset, State state, Instant started, Instant finished,
        long inserted, long updated, long removed, long quarantined, String places, String message, Undo undo) {

    /** A load of which it is not known whether it can be taken back. */
    public Load(long id, String run, String connection, String dataset, State state, Instant started, Instant finished,
            long inserted, long updated, long removed, long quarantined, String places, String message) {
        this(id, run, connection, dataset, state, started, finished, inserted, updated, removed, quarantined, places, message, Undo.NOTHING);
    }

    /**
     * Whether a load can be taken back. That later loads stand in the way is found out when it is tried.
     *
     * @param state whether
     * @param images how many rows that it replaced or removed are kept for it
     * @param until when they are forgotten for their age, by today's configuration; null: they are kept for good, or there is nothing to take back
     */
    public record Undo(State state, long images, Instant until) {
        public static final Undo NOTHING = new Undo(State.NOTHING, 0, null);

        public enum State {
            /** It changed nothing, or has not ended. */
            NOTHING,
            /** It can be, if no later load stands in the way. */
            POSSIBLE,
            /** What it would need was forgotten, for its age or to make room, or was never kept. */
            FORGOTTEN,
            /** It was. */
            DONE
        }
    }

    public enum State {
        RUNNING,
        COMMITTED,
        /** There was nothing new; nothing changed. */
        UNCHANGED,
        /** It would remove more than a set share of what is there, and waits for a person. Nothing changed. */
        HELD,
        FAILED,
        CANCELLED,
        /** It was taken back: what it had changed is as it was before. */
        UNDONE
    }
}
