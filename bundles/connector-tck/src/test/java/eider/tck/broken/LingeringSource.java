package eider.tck.broken;

import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.util.concurrent.locks.LockSupport;

/** Starts a thread that nothing ends. */
public class LingeringSource extends LedgerSource {
    public LingeringSource(LedgerConfig config) {
        super(config);
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Thread.ofPlatform().daemon().name("keeps-the-connection-warm").start(() -> LockSupport.park(this));
        super.read(request, sink);
    }
}
