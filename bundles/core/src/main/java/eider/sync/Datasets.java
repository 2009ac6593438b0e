package eider.sync;

import eider.store.Handling;

/** How each dataset is to be handled. */
final class Datasets {

    /** The handling that an operator chose for a dataset of a connection, or the default. */
    Handling of(String connection, String dataset) {
        return Handling.DEFAULT;
    }
}
