package eider.sql;

import eider.sql.driver.Drivers;
import eider.tck.Ability;
import eider.tck.Binding;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SQL connector keeps the connector contract with a driver that was dropped in, against a real H2 server. */
class DriverContractTest implements SourceContract {

    @Override
    public Connector connector(Path home) {
        try {
            Drivers drivers = Served.h2().dropped(home);
            return (name, options) -> SqlSource.in(home, Binding.of(SqlConfig.class, options), drivers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Outside outside(Path home, String name) throws Exception {
        return new DriverShop(Served.h2(), name);
    }

    /** Enough for several checkpoints of each kind of table. */
    @Override
    public int rows() {
        return 3_000;
    }

    /** As those of a server that is known: see {@link SqlContractTest}. */
    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS);
    }

    @Override
    @Test
    @Tag("S5")
    @DisplayName("S5: an interrupt ends the wait for an answer that does not come")
    public void endsWhileTheServerIsSilent(@TempDir Path home) throws Exception {
        DriverFaultsTest faults = new DriverFaultsTest();
        faults.home = home;
        try {
            faults.anInterruptEndsTheWaitForAServerThatIsSilent(Served.h2());
        } finally {
            faults.drop();
        }
    }

    @Override
    @Test
    @Tag("S6")
    @DisplayName("S6: a server that is not there, a refused password are told by their kind")
    public void callsEachFailureByItsKind(@TempDir Path home) throws Exception {
        DriverFaultsTest faults = new DriverFaultsTest();
        faults.home = home;
        try {
            faults.aWrongAddressIsToldOnceAndAServerThatIsAwayIsWaitedFor(Served.h2());
            faults.whoIsRefusedRenewsTheCredentials(Served.h2());
        } finally {
            faults.drop();
        }
    }

    @Override
    @Test
    @Tag("S6")
    @DisplayName("S6: after a connection was cut, a read from the last checkpoint gives the table of one clean read")
    public void losesNothingByAFailure(@TempDir Path home) throws Exception {
        DriverFaultsTest faults = new DriverFaultsTest();
        faults.home = home;
        try {
            faults.aConnectionThatIsCutIsTriedAgainAndNothingIsLost(Served.h2());
        } finally {
            faults.drop();
        }
    }
}
