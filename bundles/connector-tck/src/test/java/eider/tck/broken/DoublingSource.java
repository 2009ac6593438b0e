package eider.tck.broken;

import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;

/** Calls its rows by other keys when it reads them from the start again. */
public class DoublingSource extends LedgerSource {
    public DoublingSource(LedgerConfig config) {
        super(config);
    }

    private int reads;

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        if (request.cursor().isNone()) {
            reads++;
        }
        super.read(request, sink);
    }

    @Override
    protected Object[] values(String[] cells) {
        Object[] values = super.values(cells);
        values[0] = reads > 1 ? values[0] + "-" + reads : values[0];
        return values;
    }
}
