package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.driver.Loaders;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.cm.PersistenceManager;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.scr.info.ScrInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentConstants;
import org.osgi.util.promise.Promise;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;

/** A driver and a connection as two files configure them inside Felix, and all of it leaves with the bundle. */
@Timeout(120)
class DriverInFelixTest {
    @TempDir
    Path home;

    private static Path location(Class<?> anchor) throws URISyntaxException {
        return Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static String exports(Class<?> anchor) {
        try {
            Path place = location(anchor);
            if (Files.isDirectory(place)) {
                try (InputStream in = Files.newInputStream(place.resolve("META-INF/MANIFEST.MF"))) {
                    return new Manifest(in).getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
                }
            }
            try (JarFile jar = new JarFile(place.toFile())) {
                return jar.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Framework framework() throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, home.resolve("data/cache").toString());
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, Stream.of(Source.class, Logger.class, ConfigurationAdmin.class,
                ComponentConstants.class,
                Promise.class, org.osgi.util.function.Function.class).map(DriverInFelixTest::exports).distinct().collect(Collectors.joining(",")));
        settings.put(Constants.FRAMEWORK_BOOTDELEGATION, "");
        settings.put("felix.bootdelegation.implicit", "false");
        settings.put("felix.cm.dir", home.resolve("data/configurations").toString());
        settings.put("eider.home", home.toString());
        Framework framework = new FrameworkFactory().newFramework(settings);
        framework.start();
        for (Class<?> anchor : List.of(PersistenceManager.class, ScrInfo.class)) {
            framework.getBundleContext().installBundle(location(anchor).toUri().toString()).start();
        }
        return framework;
    }

    private static Configuration configure(BundleContext context, String pid, String name, Map<String, String> options) throws Exception {
        ConfigurationAdmin admin = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        Configuration configuration = admin.getFactoryConfiguration(pid, name, "?");
        configuration.update(new Hashtable<>(options));
        return configuration;
    }

    private static Source source(BundleContext context) throws Exception {
        ServiceTracker<Source, Source> tracker = new ServiceTracker<>(context, Source.class, null);
        tracker.open();
        try {
            return tracker.waitForService(20_000);
        } finally {
            tracker.close();
        }
    }

    @Test
    void twoFilesMakeAConnectionAndAllOfItLeavesWithTheBundle() throws Exception {
        Served server = Served.h2();
        String schema = server.schema("felix");
        server.execute("CREATE TABLE " + schema + ".ORDERS (ID INTEGER PRIMARY KEY)", "INSERT INTO " + schema + ".ORDERS VALUES (1), (2)");
        server.grant(schema, "ORDERS");
        server.dropped(home);
        Framework framework = framework();
        try {
            BundleContext context = framework.getBundleContext();
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                loaders.add(round(framework, context, server, schema));
            }
            // The JDK remembers, softly, of which class the last records were that it compared (seen in a heap dump): that may be one of the last
            // round.
            assertThat(Loaders.left(loaders.subList(0, 3))).as("class loaders of the bundle, each of which holds those of its drivers and is held "
                    + "by them").isZero();
        } finally {
            framework.stop();
            framework.waitForStop(20_000);
            server.drop(schema);
        }
    }

    private WeakReference<ClassLoader> round(Framework framework, BundleContext context, Served server, String schema) throws Exception {
        Bundle bundle = context.installBundle("reference:" + Path.of("target/classes").toAbsolutePath().toUri());
        bundle.start();
        WeakReference<ClassLoader> loader = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        Configuration driver = configure(context, "driver", "h2", server.description());
        Configuration connection = configure(context, "sql", "shop", server.options(schema));
        read(context);
        // What a process that was killed leaves behind goes at the next start, and an orderly end leaves nothing.
        Path copies = bundle.getBundleContext().getDataFile("drivers").toPath();
        assertThat(copies).isNotEmptyDirectory();
        bundle.stop();
        assertThat(copies).isEmptyDirectory();
        Path left = Files.writeString(copies.resolve("left.jar"), "x");
        bundle.start();
        read(context);
        assertThat(left).doesNotExist();
        // A file that says something else counts at the next use.
        driver.update(new Hashtable<>(server.description("class", "org.h2.Drover")));
        awaited(context, "config/driver~h2.cfg, option 'class'");
        driver.delete();
        awaited(context, "'kind'");
        connection.delete();
        bundle.uninstall();
        CountDownLatch refreshed = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                refreshed.countDown();
            }
        });
        assertThat(refreshed.await(20, TimeUnit.SECONDS)).isTrue();
        return loader;
    }

    private static void read(BundleContext context) throws Exception {
        Source source = source(context);
        assertThat(new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source).values("id")).containsExactlyInAnyOrder(1L, 2L);
    }

    /** A configuration is handed on by a thread of its own. */
    private static void awaited(BundleContext context, String words) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Throwable thrown;
        do {
            thrown = Failures.thrown(() -> source(context).discover(Kept.NO_FILES));
        } while (System.nanoTime() < end && !(thrown == null ? "" : String.valueOf(thrown.getMessage())).contains(words));
        assertThat(thrown).isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                .hasMessageContaining(words);
    }
}
