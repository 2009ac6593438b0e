package eider.itest.plugins.counting;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/**
 * Counts to a thousand, as fast as its jar says (header {@code Pause-Millis}), and writes the version of the jar beside each number.
 */
@Component(service = Source.class, configurationPid = "counting", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class CountingSource implements Source {
    private static final int END = 1000;
    private static final int CHECKPOINT = 50;

    @Override
    public List<Dataset> discover(Sniffer sniffer) {
        return List.of(new Dataset("numbers", "Numbers, and who counted them.", List.of(
            Field.required("n", Type.INTEGER, "The number."),
            Field.required("version", Type.TEXT, "The version of the jar that counted it.")), List.of("n")));
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Bundle jar = FrameworkUtil.getBundle(CountingSource.class);
        String version = jar.getVersion().toString();
        long pause = Long.parseLong(jar.getHeaders("").get("Pause-Millis"));
        int from = request.cursor().isNone() ? 0 : Integer.parseInt(request.cursor().text());
        for (int n = from; n < END; n++) {
            TimeUnit.MILLISECONDS.sleep(pause);
            sink.upsert((long) n, version);
            if ((n + 1) % CHECKPOINT == 0) {
                sink.checkpoint(new Cursor(Integer.toString(n + 1)));
            }
        }
    }
}
