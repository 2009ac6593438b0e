package eider.tck.broken;

import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;

/** Tells its key in the cause of an exception. */
public class TalkativeSource extends LedgerSource {
    public TalkativeSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected void check() throws SourceException {
        try {
            super.check();
        } catch (SourceException e) {
            throw new SourceException(e.kind(), e.getMessage(), new IllegalStateException("the key was " + config.api__key()));
        }
    }
}
