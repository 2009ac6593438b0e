package eider.sql;

import eider.tck.Ability;
import eider.tck.Binding;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The SQL connector keeps the connector contract, in a plain JVM, against a real PostgreSQL. What the contract asks of HTTP is asked of the
 * server's own protocol here, by a relay that fails: see {@link Failures}.
 */
class SqlContractTest implements SourceContract {

    /** Here and not first in a JVM that a test starts: that one is halted, and would leave its server behind. */
    SqlContractTest() {
        kind().running();
    }

    Server.Kind kind() {
        return Server.Kind.POSTGRESQL;
    }

    @Override
    public Connector connector(Path home) {
        return (name, options) -> SqlSource.in(home, Binding.of(SqlConfig.class, options));
    }

    @Override
    public Outside outside(Path home, String name) throws Exception {
        return new Shop(kind(), name);
    }

    /** Enough for several checkpoints of each kind of table. */
    @Override
    public int rows() {
        return 3_000;
    }

    /**
     * It speaks no HTTP: the tests of S5 and S6 below ask the same of its own protocol. Nobody calls a database's client, and what its tables mean for
     * sales nobody knows but its owner.
     */
    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS);
    }

    @Override
    @Test
    @Tag("S5")
    @DisplayName("S5: an interrupt ends the wait for an answer that does not come")
    public void endsWhileTheServerIsSilent(@TempDir Path home) throws Exception {
        try (Connector connector = start(home)) {
            new Failures(connector, kind()).endWhileTheServerIsSilent();
        }
    }

    @Override
    @Test
    @Tag("S6")
    @DisplayName("S6: a connection cut at any place, a session that is ended, a refused password are told by their kind")
    public void callsEachFailureByItsKind(@TempDir Path home) throws Exception {
        try (Connector connector = start(home)) {
            new Failures(connector, kind()).areCalledByTheirKind();
        }
    }

    @Override
    @Test
    @Tag("S6")
    @DisplayName("S6: after a failure, a read from the last checkpoint gives the table of one clean read")
    public void losesNothingByAFailure(@TempDir Path home) throws Exception {
        try (Connector connector = start(home)) {
            new Failures(connector, kind()).loseNothing();
        }
    }
}
