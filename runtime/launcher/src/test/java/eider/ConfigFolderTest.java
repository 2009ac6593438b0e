package eider;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.cm.ConfigurationPlugin;

/** With the real ConfigurationAdmin in a real framework. */
class ConfigFolderTest {
    @TempDir
    private Path folder;
    private Path config;
    private Container container;
    private ConfigurationAdmin admin;
    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();

    @BeforeEach
    void aFramework() throws Exception {
        TestBundles.services(folder.resolve("distribution"));
        config = Files.createDirectories(folder.resolve("config"));
        container = new Container(Distribution.in(folder.resolve("distribution")), Files.createDirectories(folder.resolve("cache")), Map.of());
        container.offer(ConfigurationListener.class, event -> events.add((event.getType() == ConfigurationEvent.CM_DELETED ? "-" : "+") + event.getPid()), Map.of());
        container.start(1);
        admin = container.service(ConfigurationAdmin.class).orElseThrow();
    }

    @AfterEach
    void stopped() throws Exception {
        container.stop(Duration.ofSeconds(10));
    }

    private ConfigFolder open() {
        return new ConfigFolder(config, admin, Duration.ofMillis(20));
    }

    private Map<String, Object> only(String filter) throws Exception {
        Configuration[] found = admin.listConfigurations(filter);
        assertThat(found).hasSize(1);
        return FrameworkUtil.asMap(found[0].getProcessedProperties(null));
    }

    private void await(String event) throws InterruptedException {
        List<String> others = new ArrayList<>();
        for (String next = events.poll(10, TimeUnit.SECONDS); !event.equals(next); next = events.poll(10, TimeUnit.SECONDS)) {
            assertThat(next).as("waiting for %s after %s", event, others).isNotNull();
            others.add(next);
        }
    }

    @Test
    void theTildeMakesAnInstanceOfAFactory() throws Exception {
        Files.writeString(config.resolve("files~inbox.cfg"), "# Straße\npath = *.csv \nname = Grüße\n");
        Files.writeString(config.resolve("log.cfg"), "level = debug\n");
        Files.writeString(config.resolve("files~inbox.cfg.sample"), "path = sample\n");

        try (ConfigFolder all = open()) {
            assertThat(all).isNotNull();
            assertThat(only("(service.factoryPid=files)")).containsEntry("service.pid", "files~inbox").containsEntry("path", "*.csv").containsEntry("name", "Grüße");
            assertThat(only("(service.pid=log)")).containsEntry("level", "debug");
            assertThat(admin.listConfigurations(null)).hasSize(2);
        }
    }

    @Test
    void whatIsWrittenChangedAndDeletedCountsWhileItRuns() throws Exception {
        try (ConfigFolder all = open()) {
            assertThat(all).isNotNull();
            Path file = Files.writeString(config.resolve("files~a.cfg"), "path = one\nskip = 3\n");
            await("+files~a");
            Files.writeString(file, "path = second\n");
            await("+files~a");
            assertThat(only("(service.pid=files~a)")).containsEntry("path", "second").doesNotContainKey("skip");
            Files.delete(file);
            await("-files~a");
            assertThat(admin.listConfigurations("(service.pid=files~a)")).isNull();
        }
    }

    @Test
    void aFileInAnotherEncodingIsNotTakenAndTheOldOneStays() throws Exception {
        Path file = Files.writeString(config.resolve("files~a.cfg"), "path = good\n");
        Path other = config.resolve("files~b.cfg");
        try (ConfigFolder all = open()) {
            assertThat(all).isNotNull();
            await("+files~a");
            Files.write(file, "path = schl\u00fcssel\n".getBytes(StandardCharsets.ISO_8859_1));
            Files.writeString(other, "path = later\n");
            await("+files~b");
            assertThat(only("(service.pid=files~a)")).containsEntry("path", "good");
        }
    }

    @Test
    void placeholdersAreFilledOnTheWayAndStandInNoFile() throws Exception {
        container.offer(ConfigurationPlugin.class, new Placeholders(Map.of("SHOP_KEY", "s3$cret\\")), Map.of(Constants.SERVICE_RANKING, 0));
        Files.writeString(config.resolve("shop~a.cfg"), "key = x$[env:SHOP_KEY]y\nurl = $[env:SHOP_URL;default=http://localhost]\nother = $[env:SHOP_OTHER]\n");
        try (ConfigFolder all = open()) {
            assertThat(all).isNotNull();
            assertThat(only("(service.factoryPid=shop)")).containsEntry("key", "xs3$cret\\y").containsEntry("url", "http://localhost").containsEntry("other", "$[env:SHOP_OTHER]");
        }
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile).filter(file -> !file.toString().endsWith(".jar"))).allSatisfy(file ->
                    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).doesNotContain("s3$cret"));
        }
    }

    @Test
    void noThreadStays() throws Exception {
        open().close();
        assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("config"))).isEmpty();
        assertThat(Arrays.asList(config.toFile().list())).isEmpty();
    }
}
