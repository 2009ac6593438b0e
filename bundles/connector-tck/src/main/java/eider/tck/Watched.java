package eider.tck;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A source as the engine gets it, with somebody watching: each of its reads passes through a {@link RecordingSink}, and can be made to end early or
 * to begin anew. For one sync; afterwards it tells what passed.
 */
final class Watched implements Source {
    private final Source source;
    private final Map<String, RecordingSink> sinks = new LinkedHashMap<>();
    private final Map<String, Cursor> asked = new LinkedHashMap<>();
    private List<Dataset> datasets = List.of();
    private String cutDataset;
    private int cutAfter;
    private boolean anew;
    private boolean deriving;
    private boolean forgiving;
    private SourceException forgiven;

    Watched(Source source) {
        this.source = source;
    }

    /** The read of this dataset ends after so many checkpoints, as if that had been all. */
    Watched cut(String dataset, int checkpoints) {
        cutDataset = dataset;
        cutAfter = checkpoints;
        return this;
    }

    /** Every read begins from {@link Cursor#NONE}, whatever the engine remembers. */
    Watched anew() {
        anew = true;
        return this;
    }

    /**
     * The source's models are applied too. Else its rows only go where every row goes, and a fault of a model shows in the clause of models alone.
     */
    Watched deriving() {
        deriving = true;
        return this;
    }

    /** A read that fails ends as if that had been all, so that the engine keeps what came up to the last checkpoint, and does not try again. */
    Watched forgiving() {
        forgiving = true;
        return this;
    }

    /** How a read failed; null if none did. */
    SourceException forgiven() {
        return forgiven;
    }

    List<Dataset> datasets() {
        return datasets;
    }

    /** What passed of a dataset; null if it was not read. */
    RecordingSink sink(String dataset) {
        return sinks.get(dataset);
    }

    /** The cursor that the engine asked with; null if it did not. */
    Cursor asked(String dataset) {
        return asked.get(dataset);
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        datasets = source.discover(sniffer);
        return datasets;
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        String dataset = request.dataset().name();
        RecordingSink recording = new RecordingSink(request.dataset(), sink, null, (what, number) -> {});
        if (dataset.equals(cutDataset)) {
            recording.stopAfter(cutAfter);
        }
        sinks.put(dataset, recording);
        asked.put(dataset, request.cursor());
        try {
            source.read(anew ? new Request(request.dataset(), Cursor.NONE, request.sniffer()) : request, recording);
            recording.returned();
        } catch (InterruptedException e) {
            if (!recording.stopped()) {
                throw e;
            }
        } catch (SourceException e) {
            if (!forgiving) {
                throw e;
            }
            forgiven = e;
        }
    }

    /** The source's models, whether they are applied or not. */
    List<Model> allModels() {
        return source.models();
    }

    @Override
    public List<Model> models() {
        return deriving ? source.models() : List.of();
    }
}
