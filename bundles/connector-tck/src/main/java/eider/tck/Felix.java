package eider.tck;

import eider.connector.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.felix.cm.PersistenceManager;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.scr.info.ScrInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.function.Function;
import org.osgi.util.promise.Promise;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;

/**
 * A small framework with what a connector finds in Eider and nothing else: Declarative Services, Configuration Admin, and from the host's class path
 * (by the system bundle) the connector API and slf4j. Class loading is strict: a connector that lives on a class of the host by accident fails here.
 */
final class Felix implements Connector {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Framework framework;
    private final Path jar;
    private final String pid;
    private final Map<String, Configuration> configurations = new LinkedHashMap<>();
    private final List<ServiceTracker<?, ?>> trackers = new ArrayList<>();
    private Bundle connector;

    private Felix(Framework framework, Path jar, String pid) {
        this.framework = framework;
        this.jar = jar;
        this.pid = pid;
    }

    /**
     * Starts a framework without the connector.
     *
     * @param bundle the connector's jar, or the folder of its classes with the manifest that bnd put there
     * @param home becomes the framework property {@code eider.home}; the framework keeps its files below its {@code data/}
     */
    static Felix start(Path bundle, Path home) throws IOException, BundleException {
        Path scratch = Files.createTempDirectory(Files.createDirectories(home.resolve("data")), "felix");
        Path jar = Files.isDirectory(bundle) ? pack(bundle, scratch.resolve("connector.jar")) : bundle;
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, scratch.resolve("cache").toString());
        settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, Stream.of(Source.class, Logger.class, ConfigurationAdmin.class,
                ComponentConstants.class, Promise.class, Function.class).map(Felix::exports).distinct().collect(Collectors.joining(",")));
        settings.put(Constants.FRAMEWORK_BOOTDELEGATION, "");
        settings.put("felix.bootdelegation.implicit", "false");
        settings.put("felix.cm.dir", scratch.resolve("configurations").toString());
        settings.put("eider.home", home.toString());
        Felix felix = new Felix(new FrameworkFactory().newFramework(settings), jar, Metatype.of(jar).pid());
        try {
            felix.framework.start();
            for (Class<?> anchor : List.of(PersistenceManager.class, ScrInfo.class)) {
                felix.framework.getBundleContext().installBundle(location(anchor).toUri().toString()).start();
            }
        } catch (BundleException e) {
            felix.framework.stop();
            throw e;
        }
        return felix;
    }

    /** Installs and starts the connector. */
    void install() throws IOException, BundleException {
        try (InputStream in = Files.newInputStream(jar)) {
            connector = framework.getBundleContext().installBundle("connector", in);
        }
        connector.start();
    }

    /** Puts the same jar in the place of the running one, as the deployer replaces a connector. */
    void update() throws IOException, BundleException, InterruptedException {
        try (InputStream in = Files.newInputStream(jar)) {
            connector.update(in);
        }
        refresh();
        if (connector.getState() != Bundle.ACTIVE) {
            connector.start();
        }
    }

    /** Takes the connector and its configurations away. */
    void uninstall() throws IOException, BundleException, InterruptedException {
        for (Configuration configuration : configurations.values()) {
            configuration.delete();
        }
        configurations.clear();
        connector.uninstall();
        refresh();
    }

    private void refresh() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(connector), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the framework did not refresh the connector's packages within " + PATIENCE.toSeconds() + " s");
        }
    }

    @Override
    public Source connect(String name, Map<String, String> options) throws Exception {
        Configuration configuration = configurations.get(name);
        if (configuration == null) {
            configuration = service(ConfigurationAdmin.class, null).getFactoryConfiguration(pid, name, "?");
            configurations.put(name, configuration);
        }
        Dictionary<String, Object> properties = new Hashtable<>(options);
        configuration.update(properties);
        return source(name);
    }

    /** The source of a connection that was made, as the connector offers it now. */
    Source source(String name) throws InterruptedException {
        return service(Source.class, "(" + Constants.SERVICE_PID + "=" + pid + "~" + name + ")");
    }

    private <T> T service(Class<T> type, String filter) throws InterruptedException {
        BundleContext context = framework.getBundleContext();
        ServiceTracker<T, T> tracker;
        try {
            Filter wanted = context.createFilter("(&(" + Constants.OBJECTCLASS + "=" + type.getName() + ")" + (filter == null ? "" : filter) + ")");
            tracker = new ServiceTracker<>(context, wanted, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(filter, e);
        }
        tracker.open();
        try {
            T service = tracker.waitForService(PATIENCE.toMillis());
            if (service == null) {
                throw new AssertionError("there was no " + type.getSimpleName() + " service " + (filter == null ? "" : filter + " ") + "within "
                        + PATIENCE.toSeconds() + " s: " + diagnosis());
            }
            return service;
        } finally {
            // It stays open until release: Declarative Services drops an instance when its last user goes, and a test is its only one.
            trackers.add(tracker);
        }
    }

    /** Why the connector offers nothing, as far as the framework knows. */
    private String diagnosis() {
        if (connector == null) {
            return "no connector is installed";
        }
        if (connector.getState() != Bundle.ACTIVE) {
            return "the connector's bundle is not active (state " + connector.getState() + ")";
        }
        BundleContext context = framework.getBundleContext();
        ServiceReference<ServiceComponentRuntime> reference = context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return "Declarative Services do not run";
        }
        List<String> states = new ArrayList<>();
        for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(connector)) {
            List<ComponentConfigurationDTO> instances = List.copyOf(runtime.getComponentConfigurationDTOs(component));
            if (instances.isEmpty()) {
                states.add("component " + component.name + " waits for a configuration of " + Arrays.toString(component.configurationPid));
            }
            for (ComponentConfigurationDTO instance : instances) {
                states.add("component " + component.name + " is in state " + instance.state + ", lacks "
                        + Arrays.stream(instance.unsatisfiedReferences).map(lacking -> lacking.name).toList()
                        + (instance.failure == null ? "" : ", and failed: " + instance.failure.lines().limit(3).collect(Collectors.joining(" "))));
            }
        }
        return states.isEmpty() ? "the bundle has no component" : String.join("; ", states);
    }

    /** Lets go of every service it handed out, so that only the connector itself can hold on to its classes. */
    void release() {
        trackers.forEach(ServiceTracker::close);
        trackers.clear();
    }

    @Override
    public void close() throws IOException {
        release();
        try {
            framework.stop();
            if (framework.waitForStop(PATIENCE.toMillis()).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw new IOException("the framework did not stop within " + PATIENCE.toSeconds() + " s: " + connector + " still runs something");
            }
        } catch (BundleException e) {
            throw new IOException("the framework could not be stopped: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the framework was interrupted while it stopped", e);
        }
    }

    /** What the manifest of the jar (or folder of classes) that holds a class exports: the very text that the system bundle can export it with. */
    private static String exports(Class<?> anchor) {
        try {
            Path place = location(anchor);
            Manifest manifest;
            if (Files.isDirectory(place)) {
                try (InputStream in = Files.newInputStream(place.resolve("META-INF/MANIFEST.MF"))) {
                    manifest = new Manifest(in);
                }
            } else {
                try (JarFile jar = new JarFile(place.toFile())) {
                    manifest = jar.getManifest();
                }
            }
            String exports = manifest.getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            if (exports == null) {
                throw new IllegalStateException(place + " is no bundle");
            }
            return exports;
        } catch (IOException e) {
            throw new IllegalStateException("the manifest beside " + anchor.getName() + " cannot be read", e);
        }
    }

    private static Path location(Class<?> anchor) {
        try {
            return Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of " + anchor.getName() + " is no file", e);
        }
    }

    /** Makes the jar that the build will make of this folder. */
    static Path pack(Path classes, Path jar) throws IOException {
        Path file = classes.resolve("META-INF/MANIFEST.MF");
        if (!Files.exists(file)) {
            throw new IOException(classes + " has no META-INF/MANIFEST.MF: let the bnd-maven-plugin run before the tests");
        }
        Manifest manifest;
        try (InputStream in = Files.newInputStream(file)) {
            manifest = new Manifest(in);
        }
        manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).filter(f -> !f.equals(file)).sorted().toList()) {
                entries.putNextEntry(new ZipEntry(classes.relativize(each).toString().replace('\\', '/')));
                Files.copy(each, entries);
            }
        }
        return jar;
    }
}
