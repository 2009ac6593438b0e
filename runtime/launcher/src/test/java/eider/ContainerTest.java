package eider;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import eider.fixture.Broken;
import eider.fixture.Greeting;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Timeout(60)
class ContainerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;
    private Path distribution;
    private Path config;

    @BeforeEach
    void aDistribution() throws Exception {
        distribution = folder.resolve("dist");
        TestBundles.services(distribution);
        TestBundles.bundle(distribution.resolve("lib/bundles/2-engine/greeting.jar"), Greeting.class);
        config = Files.createDirectories(folder.resolve("config"));
    }

    @Test
    void configurationFilesAreKnownBeforeTheBundlesThatWantThem() throws Exception {
        Files.writeString(config.resolve("greeting.cfg"), "text = ein Spaß für 5 €\n");
        Container container = started(folder.resolve("cache"), config, 2);
        try {
            // Not awaited: it is there as soon as the level is reached.
            assertThat(greeting(container)).isEqualTo("ein Spaß für 5 €");
            Files.writeString(config.resolve("greeting.cfg"), "text = and now this\n");
            awaited(() -> "and now this".equals(greeting(container)));
            assertThat(Files.readString(config.resolve("greeting.cfg"))).as("never written back").isEqualTo("text = and now this\n");
        } finally {
            container.stop(PATIENCE);
        }
    }

    @Test
    void aConfigurationDoesNotOutliveItsFile() throws Exception {
        Files.writeString(config.resolve("greeting.cfg"), "text = here\n");
        Path cache = folder.resolve("cache");
        started(cache, config, 2).stop(PATIENCE);
        Files.delete(config.resolve("greeting.cfg"));
        Container again = started(cache, config, 2);
        try {
            assertThat(again.service(Supplier.class)).isEmpty();
        } finally {
            again.stop(PATIENCE);
        }
    }

    @Test
    void aComponentWhoseConstructorThrowsIsSeenInTheLogWithItsCause() throws Exception {
        TestBundles.bundle(distribution.resolve("lib/bundles/2-engine/broken.jar"), Broken.class);
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.list = Collections.synchronizedList(seen.list);
        ch.qos.logback.classic.Logger root = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        seen.setContext(root.getLoggerContext());
        seen.start();
        root.addAppender(seen);
        try {
            started(folder.resolve("cache"), config, 2).stop(PATIENCE);
        } finally {
            root.detachAppender(seen);
        }
        assertThat(seen.list).anySatisfy(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).contains("Broken");
            assertThat(messages(event.getThrowableProxy())).contains("the reactor is leaking").contains("valve 7");
        });
    }

    @Test
    void aSecondStartRemembersTheBundlesAndAChangedJarIsNoticed() throws Exception {
        Path cache = folder.resolve("cache");
        Container first = started(cache, config, 2);
        long installed = bundle(first, "greeting").getLastModified();
        first.stop(PATIENCE);

        Container second = started(cache, config, 2);
        assertThat(bundle(second, "greeting").getLastModified()).isEqualTo(installed);
        assertThat(bundle(second, "greeting").getState()).isEqualTo(Bundle.ACTIVE);
        second.stop(PATIENCE);

        Files.setLastModifiedTime(distribution.resolve("lib/bundles/2-engine/greeting.jar"), FileTime.from(Instant.now().plusSeconds(5)));
        Container third = started(cache, config, 2);
        assertThat(bundle(third, "greeting").getLastModified()).isGreaterThan(installed);
        third.stop(PATIENCE);

        Files.delete(distribution.resolve("lib/bundles/2-engine/greeting.jar"));
        Container fourth = started(cache, config, 2);
        assertThat(fourth.context().getBundles()).noneMatch(bundle -> "greeting".equals(bundle.getSymbolicName()));
        fourth.stop(PATIENCE);
    }

    @Test
    void bundlesRunFromWhereTheyLie() throws Exception {
        Path cache = folder.resolve("cache");
        started(cache, config, 2).stop(PATIENCE);
        try (var files = Files.walk(cache)) {
            assertThat(files.filter(file -> file.toString().endsWith(".jar"))).isEmpty();
        }
    }

    @Test
    void aHigherLevelWaitsUntilItIsAskedFor() throws Exception {
        Container container = started(folder.resolve("cache"), config, 1);
        try {
            assertThat(bundle(container, "greeting").getState()).isNotEqualTo(Bundle.ACTIVE);
            container.start(2);
            assertThat(bundle(container, "greeting").getState()).isEqualTo(Bundle.ACTIVE);
        } finally {
            container.stop(PATIENCE);
        }
    }

    @Test
    void aBundleThatLacksSomethingIsNamedAndTheOthersRun() throws Exception {
        Path broken = distribution.resolve("lib/bundles/2-engine/needy.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "needy");
        manifest.getMainAttributes().putValue("Import-Package", "no.such.thing");
        try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(broken), manifest)) {
            out.finish();
        }
        Files.writeString(config.resolve("greeting.cfg"), "text = hello\n");
        Container container = started(folder.resolve("cache"), config, 2);
        try {
            assertThat(container.failures()).singleElement().asString().startsWith("needy: ").contains("no.such.thing");
            assertThat(greeting(container)).isEqualTo("hello");
        } finally {
            container.stop(PATIENCE);
        }
    }

    @Test
    void twoRunAtATimeAndOneAfterTheOther() throws Exception {
        Path otherConfig = Files.createDirectories(folder.resolve("config2"));
        Files.writeString(config.resolve("greeting.cfg"), "text = one\n");
        Files.writeString(otherConfig.resolve("greeting.cfg"), "text = two\n");
        for (int round = 0; round < 2; round++) {
            Container one = started(folder.resolve("cache1"), config, 2);
            Container two = started(folder.resolve("cache2"), otherConfig, 2);
            assertThat(greeting(one)).isEqualTo("one");
            assertThat(greeting(two)).isEqualTo("two");
            assertThat(one.stop(PATIENCE)).isTrue();
            assertThat(greeting(two)).isEqualTo("two");
            assertThat(two.stop(PATIENCE)).isTrue();
        }
    }

    @Test
    void hostPackagesHaveTheVersionsThatTheirJarsTell() throws Exception {
        Map<String, String> told = new TreeMap<>();
        for (URL url : Collections.list(getClass().getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (var in = url.openStream()) {
                String exports = new Manifest(in).getMainAttributes().getValue("Export-Package");
                if (exports != null) {
                    aQute.bnd.header.OSGiHeader.parseHeader(exports).forEach((name, attributes) -> {
                        String version = attributes.getVersion();
                        if (Container.HOST_PACKAGES.containsKey(name) && version != null) {
                            told.merge(name, version, (a, b) -> a.equals(Container.HOST_PACKAGES.get(name)) ? a : b);
                        }
                    });
                }
            }
        }
        assertThat(told).containsExactlyInAnyOrderEntriesOf(Container.HOST_PACKAGES);
    }

    private final List<ConfigFolder> opened = new java.util.ArrayList<>();

    @AfterEach
    void closeFolders() {
        opened.forEach(ConfigFolder::close);
    }

    private Container started(Path cache, Path config, int level) throws Exception {
        Files.createDirectories(cache);
        Container container = new Container(Distribution.in(distribution), cache, Map.of());
        container.start(1);
        ConfigFolder files = new ConfigFolder(config, container.service(ConfigurationAdmin.class).orElseThrow());
        opened.add(files);
        files.open();
        container.start(level);
        return container;
    }

    private static Bundle bundle(Container container, String name) {
        return Arrays.stream(container.context().getBundles()).filter(bundle -> name.equals(bundle.getSymbolicName())).findFirst().orElseThrow();
    }

    private static String greeting(Container container) {
        return container.service(Supplier.class).map(service -> (String) service.get()).orElse(null);
    }

    private static List<String> messages(IThrowableProxy cause) {
        List<String> messages = new java.util.ArrayList<>();
        for (IThrowableProxy at = cause; at != null; at = at.getCause()) {
            messages.add(at.getMessage());
        }
        return messages;
    }

    private static void awaited(BooleanSupplier condition) {
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
                Thread.yield();
            }
        });
    }
}
