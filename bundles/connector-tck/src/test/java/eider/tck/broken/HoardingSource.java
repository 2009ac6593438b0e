package eider.tck.broken;

import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.util.ArrayList;
import java.util.List;

/** Keeps every row that it has pushed. */
public class HoardingSource extends LedgerSource {
    public HoardingSource(LedgerConfig config) {
        super(config);
    }

    private final List<String> seen = new ArrayList<>();

    @Override
    protected Object[] values(String[] cells) {
        seen.add(String.join(";", cells).repeat(10));
        return super.values(cells);
    }
}
