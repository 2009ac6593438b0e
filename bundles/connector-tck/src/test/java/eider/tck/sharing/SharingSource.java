package eider.tck.sharing;

import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.nio.file.Path;

/** Remembers its file where all connections do. */
public class SharingSource extends LedgerSource {
    private static String last;

    public SharingSource(LedgerConfig config) {
        super(config);
        last = config.file();
    }

    @Override
    protected Path file() {
        return Path.of(last);
    }
}
