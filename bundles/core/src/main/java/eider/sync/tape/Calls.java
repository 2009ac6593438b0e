package eider.sync.tape;

import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.util.List;

/** How a run calls its source: as it is, or with a tape. Called as a source is, from one thread at a time. */
public interface Calls {
    /** Calls the source and does nothing else. */
    Calls PLAIN = new Calls() {
        @Override
        public List<Dataset> discover(Source source, Sniffer sniffer) throws SourceException, InterruptedException {
            return source.discover(sniffer);
        }

        @Override
        public void read(Source source, Request request, Sink sink) throws SourceException, InterruptedException {
            source.read(request, sink);
        }
    };

    List<Dataset> discover(Source source, Sniffer sniffer) throws SourceException, InterruptedException;

    void read(Source source, Request request, Sink sink) throws SourceException, InterruptedException;
}
