package eider.tck.broken;

import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.math.BigDecimal;

/** Pushes money as a double, now and then. */
public class WrongTypeSource extends LedgerSource {
    public WrongTypeSource(LedgerConfig config) {
        super(config);
    }

    @Override
    protected Object[] values(String[] cells) {
        Object[] values = super.values(cells);
        if (cells[2].endsWith("0")) {
            values[2] = ((BigDecimal) values[2]).doubleValue();
        }
        return values;
    }
}
