package eider.tck.broken;

import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;

/** Goes on one row too far behind its cursor. */
public class ForgetfulSource extends LedgerSource {
    public ForgetfulSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected long first(long version) {
        return version + 2;
    }
}
