package eider.deployer;

import eider.connector.Source;
import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** Felix, the component runtime and the deployer, on a home of their own. */
final class Running implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    final Path home;
    final Framework framework;
    final Bundle deployer;

    private Running(Path home, Framework framework, Bundle deployer) {
        this.home = home;
        this.framework = framework;
        this.deployer = deployer;
    }

    /** Starts on a home, which may have run before; {@code distribution} may be null. */
    static Running on(Path home, Path distribution) throws Exception {
        Files.createDirectories(home.resolve("plugins"));
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, home.resolve("data/cache").toString());
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
            "eider.connector;version=1.2.0,eider.engine;version=1.0.0,org.slf4j;version=2.0.20");
        if (distribution != null) {
            properties.put("eider.dist.plugins", distribution.toString());
        }
        Framework framework = new FrameworkFactory().newFramework(properties);
        framework.init();
        BundleContext context = framework.getBundleContext();
        context.registerService(Server.class, new Home(home.toRealPath()), null);
        List<Bundle> bundles = new ArrayList<>();
        for (String jar : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            String name = Path.of(jar).getFileName().toString();
            if (name.startsWith("org.osgi.util.") || name.startsWith("org.osgi.service.component-") || name.startsWith("org.apache.felix.scr")) {
                bundles.add(context.installBundle("reference:" + Path.of(jar).toUri()));
            }
        }
        Bundle deployer = context.installBundle("reference:" + Path.of("target/classes").toUri());
        bundles.add(deployer);
        framework.start();
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        return new Running(home, framework, deployer);
    }

    Path drop(String file, byte[] bytes) throws IOException {
        return Files.write(home.resolve("plugins").resolve(file), bytes);
    }

    List<Plugin> plugins() {
        BundleContext context = framework.getBundleContext();
        ServiceReference<Plugins> reference = context.getServiceReference(Plugins.class);
        return reference == null ? List.of() : context.getService(reference).plugins();
    }

    Optional<Plugin> plugin(String file) {
        return plugins().stream().filter(plugin -> plugin.file().equals(file)).findFirst();
    }

    /** Waits until the file has this state. */
    Plugin awaited(String file, Plugin.State state) throws Exception {
        await(file + " is " + state, () -> plugin(file).filter(plugin -> plugin.state() == state).isPresent());
        return plugin(file).orElseThrow();
    }

    /** The version of the bundle that offers a source now; empty if none does. Several are joined. */
    String serving() throws Exception {
        List<String> versions = new ArrayList<>();
        for (ServiceReference<Source> reference : framework.getBundleContext().getServiceReferences(Source.class, null)) {
            Bundle bundle = reference.getBundle();
            if (bundle != null) {
                versions.add(bundle.getVersion().toString());
            }
        }
        versions.sort(null);
        return String.join(" ", versions);
    }

    /** Waits until exactly these versions serve; returns the milliseconds that it took. */
    long awaitServing(String versions) throws Exception {
        return await("serving is \"" + versions + "\"", () -> serving().equals(versions));
    }

    long await(String what, Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new AssertionError("Never: " + what + ". There is: " + plugins());
            }
            LockSupport.parkNanos(1_000_000);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** The bundles that came from drop folders. */
    List<Bundle> installed() {
        List<Bundle> installed = new ArrayList<>();
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getLocation().startsWith("plugin:")) {
                installed.add(bundle);
            }
        }
        return installed;
    }

    @Override
    public void close() throws Exception {
        framework.stop();
        framework.waitForStop(20_000);
    }

    private record Home(Path home) implements Server {
        @Override
        public boolean inMemory() {
            return false;
        }

        @Override
        public boolean demo() {
            return false;
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public String version() {
            return "1.0.0";
        }

        @Override
        public Instant started() {
            return Instant.EPOCH;
        }

        @Override
        public void stop() {
            throw new UnsupportedOperationException("The test stops it");
        }
    }
}
