package eider.tck.ledger;

import eider.connector.Source;
import eider.tck.Ability;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import eider.tck.TestBundle;
import java.nio.file.Path;
import java.util.Set;

/** The contract for the ledger source, or for one of its broken kin. */
public class LedgerContract implements SourceContract {
    private final Class<? extends Source> type;

    public LedgerContract() {
        this(LedgerSource.class);
    }

    protected LedgerContract(Class<? extends Source> type) {
        this.type = type;
    }

    @Override
    public Connector connector(Path home) {
        return Connector.of(type);
    }

    @Override
    public Outside outside(Path home, String name) {
        return new Ledger(home, name);
    }

    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS, Ability.COUNTS);
    }

    @Override
    public int rows() {
        return 200;
    }

    @Override
    public Path module() {
        return Path.of("src/test/ledger").toAbsolutePath();
    }

    @Override
    public Path bundle() {
        return TestBundle.of("ledger", LedgerSource.class, LedgerConfig.class);
    }
}
