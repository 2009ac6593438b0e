package eider.tck.broken;

import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.math.BigDecimal;

/** Pushes money as a double. */
public class WrongTypeSource extends LedgerSource {
    public WrongTypeSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected Object[] values(String[] cells) {
        Object[] values = super.values(cells);
        values[2] = ((BigDecimal) values[2]).doubleValue();
        return values;
    }
}
