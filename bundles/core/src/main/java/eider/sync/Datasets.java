package eider.sync;

import eider.store.Handling;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How each dataset is to be handled. Any thread. */
final class Datasets {
    private final Map<String, Handling> chosen = new ConcurrentHashMap<>();

    /** The handling that an operator chose for a dataset of a connection, or the default. */
    Handling of(String connection, String dataset) {
        return chosen.getOrDefault(connection + "__" + dataset, Handling.DEFAULT);
    }

    void choose(String connection, String dataset, Handling handling) {
        chosen.put(connection + "__" + dataset, handling);
    }
}
