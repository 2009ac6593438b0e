package eider;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.cm.ManagedService;

class ConfigFolderTest {
    @TempDir
    Path folder;
    private Path config;
    private Container container;
    private ConfigFolder files;

    @BeforeEach
    void start() throws Exception {
        config = Files.createDirectories(folder.resolve("config"));
        Path distribution = folder.resolve("distribution");
        TestBundles.services(distribution);
        Files.createDirectories(folder.resolve("cache"));
        container = new Container(Distribution.in(distribution), folder.resolve("cache"), Map.of());
        container.start(1);
        files = open();
    }

    private ConfigFolder open() throws Exception {
        ConfigFolder opened = new ConfigFolder(config, admin(), Map.of("SHOP", "Kiel $1")::get);
        container.offer(ConfigurationPlugin.class, opened, Map.of(ConfigurationPlugin.CM_RANKING, 500));
        opened.open();
        return opened;
    }

    @AfterEach
    void stop() throws Exception {
        files.close();
        container.stop(Duration.ofSeconds(10));
    }

    private ConfigurationAdmin admin() {
        return container.service(ConfigurationAdmin.class).orElseThrow();
    }

    private Dictionary<String, Object> options(String pid) {
        try {
            Configuration[] found = admin().listConfigurations("(service.pid=" + pid + ")");
            return found == null ? null : found[0].getProperties();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(String name, String content) throws Exception {
        Path file = Files.writeString(config.resolve(name), content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(content.length())));
    }

    @Test
    void whatStandsAfterTheTildeNamesOneOfSeveral() throws Exception {
        write("files~inbox.cfg", "path = *\n");
        awaited(() -> options("files~inbox") != null);
        assertThat(options("files~inbox").get("service.factoryPid")).isEqualTo("files");
        assertThat(options("files~inbox").get("path")).isEqualTo("*");
    }

    @Test
    void valuesAreUtf8AndVariablesAreFilledInWhereTheyAreHandedOutButNeverOnTheDisk() throws Exception {
        Map<String, Object> handed = new ConcurrentHashMap<>();
        container.offer(ManagedService.class, properties -> {
            if (properties != null) {
                Collections.list(properties.keys()).forEach(key -> handed.put(key, properties.get(key)));
            }
        }, Map.of("service.pid", "thing"));
        write("thing.cfg", "columns = Größe=size, Preis in €=price\nshop = $[env:SHOP]\n");
        awaited(() -> handed.containsKey("shop"));
        assertThat(handed.get("columns")).isEqualTo("Größe=size, Preis in €=price");
        assertThat(handed.get("shop")).isEqualTo("Kiel $1");
        try (Stream<Path> cache = Files.walk(folder.resolve("cache"))) {
            for (Path file : cache.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).as(file.toString()).doesNotContain("Kiel");
            }
        }
    }

    @Test
    void anUnsetVariableOrAWrongEncodingLeavesWhatWasThere() throws Exception {
        write("thing.cfg", "a = 1\n");
        awaited(() -> options("thing") != null);
        write("thing.cfg", "a = $[env:NOBODY_SETS_THIS]\n");
        Files.write(config.resolve("other.cfg"), "a = Größe".getBytes(StandardCharsets.ISO_8859_1));
        write("last.cfg", "a = 3\n");
        awaited(() -> options("last") != null);
        assertThat(options("thing").get("a")).isEqualTo("1");
        assertThat(options("other")).isNull();
    }

    @Test
    void aFileThatGoesTakesItsConfigurationWithIt() throws Exception {
        write("files~inbox.cfg", "path = *\n");
        awaited(() -> options("files~inbox") != null);
        Files.delete(config.resolve("files~inbox.cfg"));
        awaited(() -> options("files~inbox") == null);
    }

    @Test
    void aFileThatWentWhileNobodyWatchedIsForgottenAtTheNextStart() throws Exception {
        write("files~inbox.cfg", "path = *\n");
        awaited(() -> options("files~inbox") != null);
        files.close();
        Files.delete(config.resolve("files~inbox.cfg"));
        files = open();
        assertThat(options("files~inbox")).isNull();
    }

    private static void awaited(BooleanSupplier condition) {
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
                Thread.yield();
            }
        });
    }
}
