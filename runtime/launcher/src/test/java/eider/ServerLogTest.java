package eider;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@Timeout(120)
class ServerLogTest {
    private static final Logger SYNC = LoggerFactory.getLogger("eider.sync.Sync");
    private static final Logger STORE = LoggerFactory.getLogger("eider.store.Store");

    @TempDir
    private Path folder;
    private ServerLog log;

    @BeforeEach
    void begin() {
        log = ServerLog.into(folder);
    }

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void aLineSaysWhenWhatAndOfWhichRun() throws Exception {
        try (var run = MDC.putCloseable("run", "r-17")) {
            assertThat(run).isNotNull();
            SYNC.info("{} rows", 3);
        }
        STORE.warn("outside of a run");
        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0)).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d INFO  \\[r-17] sync\\.Sync: 3 rows");
        assertThat(lines().get(1)).endsWith(" WARN  store.Store: outside of a run");
    }

    @Test
    void whatComesFromOutsideCannotForgeALineOrMoveTheCursor() throws Exception {
        String hostile = "x\n2026-01-01 00:00:00.000+00:00 ERROR eider: all is lost\r\u001b[2J\u0085\u2028\u202e";
        try (var run = MDC.putCloseable("run", "a\nb")) {
            assertThat(run).isNotNull();
            SYNC.info(hostile, new IllegalStateException(hostile, new java.io.IOException(hostile)));
        }
        assertThat(lines()).filteredOn(line -> !line.startsWith("    ")).singleElement().asString().contains("[a\\nb] ")
            .contains("x\\n2026-01-01 00:00:00.000+00:00 ERROR eider: all is lost\\r\\u001b[2J\\u0085\\u2028\\u202e");
        assertThat(lines()).anyMatch(line -> line.startsWith("    because of java.io.IOException: x\\n2026"));
        assertThat(Files.readString(log())).doesNotContain("\u001b").doesNotContain("\r").doesNotContain("\u202e");
    }

    @Test
    void theLevelChangesWhileRunningAndComesBack() throws Exception {
        SYNC.trace("one");
        log.updated(new Hashtable<>(Map.of("level", "warn", "level.eider.sync", "trace", "service.pid", "log", ConfigFolder.FILE, "log.cfg")));
        SYNC.trace("two");
        STORE.info("three");
        log.updated(null);
        SYNC.trace("four");
        STORE.info("five");
        assertThat(lines()).extracting(line -> line.replaceFirst(".*: ", "")).containsExactly("two", "five");
    }

    @Test
    void anOptionThatCannotBeUnderstoodIsToldAndHarmsNothing() throws Exception {
        log.updated(new Hashtable<>(Map.of("level", "loud", "lvel", "debug", "file_size", "-3MB", "keep_days", "many")));
        STORE.info("still here");
        assertThat(lines()).anyMatch(line -> line.contains("level = loud cannot be understood"))
            .anyMatch(line -> line.contains("there is no option 'lvel'"))
            .anyMatch(line -> line.contains("file_size = -3MB"))
            .anyMatch(line -> line.contains("keep_days = many"))
            .anyMatch(line -> line.endsWith("still here"));
    }

    @Test
    void aFileThatHasGrownIsPackedAwayAndAllOfThemAreBounded() throws Exception {
        log.updated(new Hashtable<>(Map.of("file_size", "64KB", "keep_total", "20KB", "keep_days", "3")));
        String line = "0123456789abcdef".repeat(60);
        for (int i = 0; i < 4_000; i++) { // 4 MB
            STORE.info("{} {}", i, line);
        }
        assertThat(Files.size(log())).isLessThan(1_000_000);
        // Packing and clearing away happen on a thread of logback's.
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(java.time.Duration.ofSeconds(20), () -> {
            while (packed().isEmpty() || packed().stream().mapToLong(ServerLogTest::size).sum() > 40_000) {
                STORE.info("and on {}", line);
            }
        });
    }

    private Path log() {
        return folder.resolve("eider.log");
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(log());
    }

    /** Of a file that may be cleared away at any moment. */
    private static long size(Path file) {
        return file.toFile().length();
    }

    private List<Path> packed() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".log.gz")).toList();
        }
    }
}
