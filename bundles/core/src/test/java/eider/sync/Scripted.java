package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.util.List;

/** A source that does what a test tells it, over real data. */
public class Scripted implements Source {

    /** What {@code read} does. */
    @FunctionalInterface
    public interface Read {
        void from(Request request, Sink sink) throws SourceException, InterruptedException;
    }

    private final List<Dataset> datasets;
    private final List<Model> models;
    private volatile Read read;

    public Scripted(List<Dataset> datasets, List<Model> models, Read read) {
        this.datasets = datasets;
        this.models = models;
        this.read = read;
    }

    /** From now on {@code read} does this. */
    public void now(Read next) {
        read = next;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        return datasets;
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        read.from(request, sink);
    }

    @Override
    public List<Model> models() {
        return models;
    }

    /** A cursor that counts. */
    public static Cursor after(int steps) {
        return new Cursor(Integer.toString(steps));
    }
}
