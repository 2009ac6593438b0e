package eider.tck.broken;

import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes its key into the log, in Base64, at the quietest level. */
public class LoudSource extends LedgerSource {
    private static final Logger LOG = LoggerFactory.getLogger(LoudSource.class);

    public LoudSource(LedgerConfig config) {
        super(config);
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        LOG.trace("authorized by {}", Base64.getEncoder().encodeToString(("key:" + config.api__key()).getBytes(StandardCharsets.UTF_8)));
        super.read(request, sink);
    }
}
