package eider.tck.broken;

import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.util.concurrent.locks.LockSupport;

/** Finishes something of its own for four seconds when it is interrupted. */
public class DeafSource extends LedgerSource {
    public DeafSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected void push(Request request, String[] cells, Sink sink) throws SourceException, InterruptedException {
        try {
            super.push(request, cells, sink);
        } catch (InterruptedException e) {
            long end = System.nanoTime() + 4_000_000_000L;
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
                Thread.interrupted();
            }
            throw e;
        }
    }
}
