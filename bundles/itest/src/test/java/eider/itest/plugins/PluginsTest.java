package eider.itest.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import eider.Eider;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Rows;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connector that nobody has seen before is dropped, replaced in the middle of a sync, and taken away. Times are printed, not asserted. */
class PluginsTest {
    private static final String NUMBERS = "raw.\"one__numbers\"";

    @TempDir
    Path home;

    @Test
    void aSyncGoesOnWithTheNewVersionOfItsConnector() throws Exception {
        try (Eider eider = Eider.builder().home(home).config("counting~one", Map.of("any", "thing")).start();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Path jar = drop("counting.jar", "1.0.0", 20);
            System.out.println("dropped, a connection after " + await(() -> state(eider) == Connection.State.READY) + " ms");
            Future<List<Load>> sync = threads.submit(() -> eider.sync("one"));
            await(() -> state(eider) == Connection.State.SYNCING && count(eider, "true") > 0);

            drop("counting.jar", "2.0.0", 0);
            System.out.println("replaced while syncing, rows of the new version after " + await(() -> count(eider, "version = '2.0.0'") > 0) + " ms");
            assertThat(sync.get(30, TimeUnit.SECONDS)).isNotEmpty().allMatch(load -> load.state() == Load.State.COMMITTED);
            assertThat(count(eider, "true")).isEqualTo(1000);
            assertThat(count(eider, "version = '1.0.0'")).isBetween(50L, 950L);

            Files.delete(jar);
            System.out.println("deleted, gone after " + await(() -> state(eider) == Connection.State.GONE) + " ms");
            assertThat(count(eider, "true")).isEqualTo(1000);
        }
    }

    @Test
    void theCommandNamesWhatIsWrongWithAJar() throws Exception {
        Files.createDirectories(home.resolve("plugins"));
        byte[] sound = jar("1.0.0", 0);
        drop("good.jar", "1.0.0", 0);
        Files.write(home.resolve("plugins/cut.jar"), Arrays.copyOf(sound, sound.length / 2));
        String distribution = System.getProperty("eider.itest.distribution");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Deider.distribution=" + distribution,
            "--enable-native-access=ALL-UNNAMED", "-cp", distribution + "/lib/*", "eider.Main", "--home", home.toString(), "plugins", "--format", "json")
            .redirectError(home.resolve("error.txt").toFile()).redirectOutput(home.resolve("output.txt").toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(home.resolve("output.txt"));
        assertThat(process.exitValue()).as(Files.readString(home.resolve("error.txt"))).isZero();
        assertThat(output).containsPattern("(?is)\"file\"\\s*:\\s*\"cut\\.jar\".*refused.*is cut off").containsPattern("(?is)\"good\\.jar\".*serving")
            .contains("eider.connector-files");
    }

    /** A connection that nobody serves may be listed as gone, or not at all. */
    private static Connection.State state(Eider eider) throws EngineException {
        return eider.connections().stream().filter(connection -> connection.name().equals("one")).map(Connection::state).findFirst()
            .orElse(Connection.State.GONE);
    }

    private static long count(Eider eider, String condition) throws EngineException {
        try (Rows tables = eider.query("select count(*) from information_schema.tables where table_name = 'one__numbers'")) {
            tables.next();
            if (tables.number(0) == 0) {
                return 0;
            }
        }
        try (Rows rows = eider.query("select count(*) from " + NUMBERS + " where " + condition)) {
            rows.next();
            return rows.number(0);
        }
    }

    private Path drop(String file, String version, int pauseMillis) throws Exception {
        return Files.write(home.resolve("plugins").resolve(file), jar(version, pauseMillis));
    }

    /** As a connector's own build would make it. */
    private static byte[] jar(String version, int pauseMillis) throws Exception {
        try (Builder builder = new Builder()) {
            builder.addClasspath(Path.of("target/test-classes").toFile());
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (entry.contains("connector-api")) {
                    builder.addClasspath(new File(entry));
                }
            }
            builder.setProperty("Bundle-SymbolicName", "acme.counting");
            builder.setProperty("Bundle-Version", version);
            builder.setProperty("Pause-Millis", Integer.toString(pauseMillis));
            builder.setProperty("Private-Package", "eider.itest.plugins.counting");
            try (Jar jar = builder.build()) {
                assertThat(builder.getErrors()).isEmpty();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                jar.write(bytes);
                return bytes.toByteArray();
            }
        }
    }

    private static long await(Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(TimeUnit.SECONDS.toNanos(60));
            LockSupport.parkNanos(2_000_000);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
