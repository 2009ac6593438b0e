package eider.deployer.sample.throwing;

import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Made by its first user, and then it throws. */
@Component(service = Source.class)
public final class ThrowingSource implements Source {
    public ThrowingSource() {
        throw new IllegalStateException("out of luck\nand out of \u001b[31mlines");
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) {
        return List.of();
    }

    @Override
    public void read(Request request, Sink sink) {
        throw new IllegalStateException("There is nothing to read");
    }
}
