package eider.deployer.sample.sound;

import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A connector without data. */
@Component(service = Source.class)
public final class SampleSource implements Source {
    @Override
    public List<Dataset> discover(Sniffer sniffer) {
        return List.of();
    }

    @Override
    public void read(Request request, Sink sink) {
        throw new IllegalStateException("There is nothing to read");
    }
}
