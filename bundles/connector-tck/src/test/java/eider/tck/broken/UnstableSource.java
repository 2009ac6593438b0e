package eider.tck.broken;

import eider.connector.Dataset;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.util.List;

/** Tells another description each time. */
public class UnstableSource extends LedgerSource {
    public UnstableSource(LedgerConfig config) {
        super(config);
    }

    private int asked;

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        Dataset entries = super.discover(sniffer).getFirst();
        return List.of(new Dataset(entries.name(), "Discovery number " + ++asked + ".", entries.fields(), entries.key()));
    }
}
