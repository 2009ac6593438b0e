package eider.tck.broken;

import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;

/** Does not say which option is wrong. */
public class VagueSource extends LedgerSource {
    public VagueSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected void check() throws SourceException {
        try {
            super.check();
        } catch (SourceException e) {
            throw new SourceException(SourceException.Kind.CONFIG, "The configuration is wrong.", e);
        }
    }
}
