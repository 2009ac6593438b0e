package eider;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.framework.Felix;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.log.LogService;
import org.osgi.service.log.LoggerFactory;

/**
 * The OSGi framework with Eider's bundles in it. Made, given services, started level by level, stopped; one thread does all of that.
 *
 * <p>Bundles are run from where they lie ({@code reference:}), so nothing is copied, and the framework's cache remembers them for the next start.
 * The cache is thrown away when any of them, the JDK or the exported packages changed.
 */
final class Container {
    /** What the host's class path gives to bundles. The versions are those that the jars tell; {@code ContainerTest} compares. */
    static final Map<String, String> HOST_PACKAGES = Map.ofEntries(
        Map.entry("eider.connector", "1.2.0"),
        Map.entry("eider.engine", "1.0.0"),
        Map.entry("eider.people", "1.0.0"),
        Map.entry("org.slf4j", "2.0.20"),
        Map.entry("org.slf4j.event", "2.0.20"),
        Map.entry("org.slf4j.helpers", "2.0.20"),
        Map.entry("org.slf4j.spi", "2.0.20"),
        Map.entry("org.osgi.service.cm", "1.6.1"),
        Map.entry("org.osgi.service.component", "1.5.1"),
        Map.entry("org.osgi.service.component.propertytypes", "1.5"),
        Map.entry("org.osgi.service.component.runtime", "1.5"),
        Map.entry("org.osgi.service.component.runtime.dto", "1.5"),
        Map.entry("org.osgi.service.log", "1.5"),
        Map.entry("org.osgi.util.function", "1.2"),
        Map.entry("org.osgi.util.promise", "1.3.0"));

    /** What bundles of the distribution have before their address; others, a deployer's, are copied into the cache. */
    private static final String WHERE_IT_LIES = "reference:";

    private final Distribution distribution;
    private final Framework framework;

    /**
     * @param cache a folder of its own, which the container may empty
     * @param properties what bundles can ask for by {@code BundleContext.getProperty}
     */
    Container(Distribution distribution, Path cache, Map<String, String> properties) throws IOException, BundleException {
        this.distribution = distribution;
        Path installed = cache.resolve("installed.txt");
        // Configurations are read anew from the files at each start; a remembered one could outlive its file.
        Path configurations = cache.resolve("configurations");
        Folders.delete(configurations);
        Files.createDirectories(configurations);

        Map<String, Object> all = new HashMap<>(properties);
        all.put(Constants.FRAMEWORK_STORAGE, cache.resolve("bundles").toString());
        all.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, exports());
        all.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, "1");
        // A URL handler is set once per JVM: two frameworks, or a host's own, would clash.
        all.put("felix.service.urlhandlers", "false");
        // The home is locked already.
        all.put("felix.cache.locking", "false");
        // Felix would keep idle resolver threads for a minute after its end.
        all.put("felix.resolver.parallelism", "1");
        all.put("felix.log.level", "2");
        all.put("felix.log.logger", new OsgiLog.OfFramework());
        all.put("felix.cm.dir", configurations.toString());
        all.put("ds.delayed.keepInstances", "true");
        String signature = signature();
        boolean clean = !Files.exists(installed) || !Files.readString(installed).equals(signature);
        if (clean) {
            Files.deleteIfExists(installed);
            all.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        }
        framework = new Felix(all);
        framework.init();
        OsgiLog log = new OsgiLog();
        BundleContext context = framework.getBundleContext();
        context.registerService(new String[] {LogService.class.getName(), LoggerFactory.class.getName()}, log, null);
        if (clean) {
            install(context);
            Files.writeString(installed, signature);
        }
    }

    private void install(BundleContext context) throws BundleException {
        for (Distribution.Stage stage : distribution.stages()) {
            for (Path jar : stage.bundles()) {
                Bundle bundle = context.installBundle(WHERE_IT_LIES + jar.toUri());
                bundle.adapt(BundleStartLevel.class).setStartLevel(stage.level());
                if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                }
            }
        }
    }

    private String signature() {
        return distribution.signature() + exports() + "\n" + System.getProperty("java.vm.version") + "\n"
            + Framework.class.getProtectionDomain().getCodeSource().getLocation() + "\n";
    }

    private static String exports() {
        List<String> packages = new ArrayList<>();
        HOST_PACKAGES.forEach((name, version) -> packages.add(name + ";version=\"" + version + "\""));
        packages.sort(null);
        return String.join(",", packages);
    }

    /** Offers a service to bundles. */
    <T> void offer(Class<T> type, T service, Map<String, ?> properties) {
        context().registerService(type, service, properties.isEmpty() ? null : dictionary(properties));
    }

    static Dictionary<String, Object> dictionary(Map<String, ?> properties) {
        return new Hashtable<>(properties);
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Starts the bundles up to this level and returns when that is done. */
    void start(int level) throws BundleException, InterruptedException {
        if (framework.getState() != Bundle.ACTIVE) {
            framework.start();
        }
        FrameworkStartLevel levels = framework.adapt(FrameworkStartLevel.class);
        if (levels.getStartLevel() < level) {
            CountDownLatch reached = new CountDownLatch(1);
            levels.setStartLevel(level, event -> reached.countDown());
            reached.await();
        }
    }

    /**
     * Which bundles of the distribution should run by now and do not, and why. They are asked to start once more for that: the framework tells of a
     * failed start by an event
     * only, which may come late.
     */
    List<String> failures() {
        int level = framework.adapt(FrameworkStartLevel.class).getStartLevel();
        List<String> failures = new ArrayList<>();
        for (Bundle bundle : context().getBundles()) {
            boolean due = bundle.getLocation().startsWith(WHERE_IT_LIES) && bundle.adapt(BundleStartLevel.class).getStartLevel() <= level;
            boolean stands = bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING;
            if (due && !stands && bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                try {
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                } catch (BundleException e) {
                    failures.add(bundle.getSymbolicName() + ": " + e.getMessage());
                }
            }
        }
        return failures;
    }

    <T> Optional<T> service(Class<T> type) {
        ServiceReference<T> reference = context().getServiceReference(type);
        return reference == null ? Optional.empty() : Optional.ofNullable(context().getService(reference));
    }

    /** Stops every bundle, the last started first. Returns whether all had stopped within this time. */
    boolean stop(Duration patience) throws BundleException, InterruptedException {
        framework.stop();
        return framework.waitForStop(Math.max(1, patience.toMillis())).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }
}
