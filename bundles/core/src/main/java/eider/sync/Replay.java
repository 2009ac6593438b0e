package eider.sync;

import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.store.Ledger;
import eider.store.Ledger.QuarantineRow;
import eider.store.Store;
import eider.store.StoreException;
import java.util.List;

/** Reads the quarantine of a connection in its connector's place: each row of it comes again, as a person mended it or as it was, and is judged by today's rules. */
final class Replay implements Source {
    /** So many rows in one commit. */
    private static final int BATCH = 10_000;

    /** What a sink takes from here and from nobody else. */
    interface Again {
        void again(QuarantineRow row) throws SourceException, InterruptedException;
    }

    private final Store store;
    private final String connection;
    private final List<Model> models;

    /** @param models those of the connector */
    Replay(Store store, String connection, List<Model> models) {
        this.store = store;
        this.connection = connection;
        this.models = List.copyOf(models);
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException {
        try {
            return store.read(sql -> Ledger.replayable(sql, connection));
        } catch (StoreException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, e.getMessage(), e);
        }
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Again again = (Again) sink;
        String dataset = request.dataset().name();
        try {
            // Those that are still bad come back with a higher id: where the quarantine ends is asked before.
            List<QuarantineRow> rows = store.read(sql -> Ledger.replayable(sql, connection, dataset, 0, BATCH));
            long last = store.read(sql -> Ledger.lastReplayable(sql, connection, dataset));
            long done = 0;
            while (!rows.isEmpty()) {
                for (QuarantineRow row : rows) {
                    again.again(row);
                    sink.progress("judging the quarantine of " + dataset, ++done, 0);
                }
                sink.checkpoint(request.cursor());
                long after = rows.getLast().id();
                rows = after >= last ? List.of() : store.read(sql -> Ledger.replayable(sql, connection, dataset, after, BATCH)).stream().filter(row -> row.id() <= last).toList();
            }
        } catch (StoreException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, e.getMessage(), e);
        }
    }

    @Override
    public List<Model> models() {
        return models;
    }
}
