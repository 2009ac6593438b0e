package eider.tck.till;

import eider.connector.Source;
import eider.tck.Ability;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import eider.tck.TestBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** The contract for the till source, or for one of its broken kin. */
public class TillContract implements SourceContract {
    private final Class<? extends Source> type;

    public TillContract() {
        this(TillSource.class);
    }

    protected TillContract(Class<? extends Source> type) {
        this.type = type;
    }

    @Override
    public Connector connector(Path home) {
        return Connector.of(type);
    }

    @Override
    public Outside outside(Path home, String name) throws IOException {
        return new Till();
    }

    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.COUNTS);
    }

    @Override
    public int rows() {
        return 200;
    }

    @Override
    public Path module() {
        return Path.of("src/test/till").toAbsolutePath();
    }

    @Override
    public Path bundle() {
        return TestBundle.of("till", TillSource.class, TillConfig.class);
    }
}
