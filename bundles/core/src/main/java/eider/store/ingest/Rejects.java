package eider.store.ingest;

import eider.connector.SourceException;

/** Takes the rows of a file that stayed behind, one after another. */
@FunctionalInterface
public interface Rejects {
    void take(Reject reject) throws SourceException, InterruptedException;
}
