package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Source;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * <p>{@link #bundle()} is installed as it is: the built jar, or the folder {@code target/classes}, which holds at the time of tests what the jar will.
 */
public interface FelixContract extends SourceContract {

    @Override
    default Connector start(Path home) throws Exception {
        Felix felix = Felix.start(bundle(), home, scratch(home));
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
    default void leavesNothingBehindWhenUninstalled(@TempDir Path home) throws Exception {
        int rounds = 10;
        try (Warehouse warehouse = Warehouse.open(home); Outside outside = outside(home, "rounds");
                Felix felix = Felix.start(bundle(), home, scratch(home))) {
            outside.fill(rows());
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            // One round before the census: it starts what the framework keeps for itself.
            round(felix, outside, warehouse, loaders);
            Threads before = new Threads();
            for (int i = 0; i < rounds; i++) {
                round(felix, outside, warehouse, loaders);
            }
            assertThat(before.stayed(Duration.ofSeconds(2))).as("threads that outlive the connector's bundle").isEmpty();
            long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            long left = loaders.size();
            while (left > 0 && System.nanoTime() < end) {
                System.gc();
                left = loaders.stream().filter(loader -> loader.get() != null).count();
            }
            assertThat(left).as("class loaders of %s that are still reachable after the connector was uninstalled", loaders.size()).isZero();
        }
    }

    private void round(Felix felix, Outside outside, Warehouse warehouse, List<WeakReference<ClassLoader>> loaders) throws Exception {
        felix.install();
        Source installed = felix.connect("round", outside.options());
        loaders.add(new WeakReference<>(installed.getClass().getClassLoader()));
        Reading.all(installed, warehouse.sniffer());
        felix.release();
        felix.update();
        Source updated = felix.source("round");
        loaders.add(new WeakReference<>(updated.getClass().getClassLoader()));
        Reading.all(updated, warehouse.sniffer());
        felix.release();
        felix.uninstall();
    }

    private static Path scratch(Path home) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(home.resolve("data")), "felix");
    }
}
