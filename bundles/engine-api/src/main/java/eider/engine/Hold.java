package eider.engine;

import java.time.Instant;

/**
 * A dataset that is not read, because a load of it was taken back and nobody has said yet whether its rows are to be read again or left out.
 *
 * @param connection whose
 * @param dataset which
 * @param load the first load that was taken back
 * @param since when
 */
public record Hold(String connection, String dataset, long load, Instant since) {

    /** How it goes on. */
    public enum Release {
        /** What was taken back is asked for again. */
        READ_AGAIN,
        /** What was taken back is left out, until the source tells of it anew. */
        SKIP
    }
}
