package eider.itest.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** Nothing that Eider consists of needs a connector, and no connector needs another. Nothing is started here, only wired. */
class ResolutionTest {
    @TempDir
    Path cache;

    static Stream<Built> plugins() {
        return Built.plugins().stream();
    }

    @Test
    void theRuntimeResolvesWithoutAnyConnector() throws Exception {
        assertThat(unresolved(Built.bundles())).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plugins")
    void theRuntimeResolvesWithOneConnectorAlone(Built connector) throws Exception {
        List<Built> all = new ArrayList<>(Built.bundles());
        all.add(connector);
        assertThat(unresolved(all)).isEmpty();
    }

    /** A control: the same look finds a bundle that is not there. */
    @Test
    void theCoreDoesNotResolveWithoutDuckDb() throws Exception {
        List<Built> some = Built.bundles().stream().filter(bundle -> !bundle.packages().contains("org.duckdb")).toList();
        assertThat(unresolved(some)).anyMatch(reason -> reason.startsWith("eider.core: ") && reason.contains("org.duckdb"));
    }

    /** Why bundles do not resolve; empty if all do. */
    private List<String> unresolved(List<Built> jars) throws Exception {
        Framework framework = new FrameworkFactory().newFramework(Map.of(
            Constants.FRAMEWORK_STORAGE, cache.toString(), Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT,
            Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, hostPackages(), "felix.log.level", "0"));
        framework.start(); // only then a bundle that is asked to start tells why it cannot
        try {
            List<Bundle> bundles = new ArrayList<>();
            for (Built jar : jars) {
                bundles.add(framework.getBundleContext().installBundle("reference:" + jar.file().toUri()));
            }
            framework.adapt(FrameworkWiring.class).resolveBundles(bundles);
            List<String> reasons = new ArrayList<>();
            for (Bundle bundle : bundles) {
                if (bundle.getState() != Bundle.RESOLVED) {
                    reasons.add(bundle.getSymbolicName() + ": " + reason(bundle));
                }
            }
            return reasons;
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }

    private static String reason(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT);
            return "resolved only when it was started";
        } catch (BundleException e) {
            return e.getMessage();
        }
    }

    /** Exactly what the launcher lends to bundles, which is nobody else's business and so not public. */
    @SuppressWarnings("unchecked")
    private static String hostPackages() throws ReflectiveOperationException {
        Field packages = Class.forName("eider.Container").getDeclaredField("HOST_PACKAGES");
        packages.setAccessible(true);
        return ((Map<String, String>) packages.get(null)).entrySet().stream().map(entry -> entry.getKey() + ";version=\"" + entry.getValue() + "\"")
            .collect(Collectors.joining(","));
    }
}
