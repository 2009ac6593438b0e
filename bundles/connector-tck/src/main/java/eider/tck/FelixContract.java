package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole {@link SourceContract} inside Felix, and what only shows there: that a connector leaves when it is asked to. The test class says
 * nothing more than for the plain contract; it extends the one that is there:
 *
 * <pre>{@code
 * class FilesContractInFelixTest extends FilesContractTest implements FelixContract {}
 * }</pre>
 *
 * <p>{@link #bundle()} is installed as it is: the built jar, or the folder {@code target/classes}, which holds at the time of tests what the jar
 * will.
 */
public interface FelixContract extends SourceContract {

    @Override
    default Connector start(Path home) throws Exception {
        Felix felix = Felix.start(bundle(), home);
        try {
            felix.install();
        } catch (Exception e) {
            felix.close();
            throw e;
        }
        return felix;
    }

    @Test
    @Tag("S10")
    @DisplayName("S10: ten rounds of install, update and uninstall leave no thread and no class loader")
    default void leavesNothingBehindWhenUninstalled(@TempDir Path folder) throws Exception {
        // A class loader that is held by soft references only goes when memory gets tight, and the JDK holds many so (method handles of records,
        // of string concatenation): that is no leak. The flag lets them go at once.
        String answer = ChildJvm.ask(Rounds.class, getClass(), folder.resolve("home"), rows(), "-Xmx256m", "-XX:SoftRefLRUPolicyMSPerMB=0");
        assertThat(answer).as("what stays after the connector was uninstalled").isEqualTo(Rounds.NOTHING);
    }
}
