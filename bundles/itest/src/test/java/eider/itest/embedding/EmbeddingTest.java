package eider.itest.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import eider.Eider;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Rows;
import java.math.BigDecimal;
import eider.itest.commands.Browser;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class EmbeddingTest {
    private static final Path REPOSITORY = Path.of(System.getProperty("eider.itest.repository"));
    private static final Path SALES = REPOSITORY.resolve("docs/examples/sales.csv");

    @TempDir
    private Path folder;

    @Test
    void aProgramReadsAFolderOfFilesAndAsksForFigures() throws Exception {
        Path home = folder.resolve("home");
        Files.createDirectories(home.resolve("inbox"));
        Files.copy(SALES, home.resolve("inbox/sales.csv"));
        Map<String, BigDecimal> first = ShopReport.takings(home);
        assertThat(first.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add)).isEqualByComparingTo("2500");
        assertThat(first).containsKeys("Europe", "North America", "Asia Pacific");
        // Once more in the same JVM, on the same home: nothing is new, nothing is counted twice.
        assertThat(ShopReport.takings(home)).isEqualTo(first);
    }

    @Test
    void aSourceOfTheProgramsOwnStandsBesideThem() throws Exception {
        assertThat(ShopReport.perVisitor(SALES, Map.of(LocalDate.of(2026, 10, 1), 400, LocalDate.of(2026, 10, 2), 600))).isEqualByComparingTo("2.5");
    }

    @Test
    void twoAtATimeOnDifferentHomesKnowNothingOfEachOther() throws Exception {
        try (Eider one = Eider.builder().home(folder.resolve("one")).start(); Eider two = Eider.builder().inMemory().start()) {
            one.load(SALES, "sales");
            assertThat(number(one, "select count(*) from sales")).isEqualTo(10);
            assertThat(number(two, "select count(*) from sales")).isZero();
            assertThat(one.loads(5)).extracting(Load::state).containsExactly(Load.State.COMMITTED);
            assertThat(two.loads(5)).isEmpty();
            one.close();
            assertThat(number(two, "select 41 + ?", 1)).isEqualTo(42);
        }
    }

    @Test
    void aHomeIsUsedByOneAtATime() throws Exception {
        Path home = folder.resolve("home");
        try (Eider eider = Eider.builder().home(home).start()) {
            assertThat(eider.home()).isEqualTo(home.toRealPath());
            assertThatThrownBy(() -> Eider.builder().home(home).start()).isInstanceOf(EngineException.class)
                .hasMessageContaining("already running here (pid " + ProcessHandle.current().pid() + ")");
        }
        Eider.builder().home(home).start().close();
    }

    @Test
    void pagesAreServedOnlyWithAPort() throws Exception {
        try (Eider without = Eider.builder().inMemory().start(); Eider with = Eider.builder().inMemory().port(0).start()) {
            assertThat(without.address()).isEmpty();
            HttpURLConnection page = (HttpURLConnection) with.address().orElseThrow().resolve("/").toURL().openConnection();
            assertThat(page.getResponseCode()).isEqualTo(200);
            assertThat(new String(page.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains("There is no account yet");
            URI link = with.setUpLink().orElseThrow();
            try (Browser browser = new Browser()) {
                browser.makeAccount(link, "host");
                assertThat(browser.open(with.address().orElseThrow().resolve("/")).body()).contains("No sales yet");
            }
            assertThat(with.setUpLink()).as("once there is an account").isEmpty();
            assertThat(without.setUpLink()).isEmpty();
        }
    }

    @Test
    void whatIsClosedSaysSo() throws Exception {
        Eider eider = Eider.builder().inMemory().start();
        Path home = eider.home();
        assertThat(home).exists();
        eider.close();
        eider.close();
        assertThat(home).as("the home of an Eider in memory is deleted").doesNotExist();
        assertThatThrownBy(() -> eider.sync("inbox")).isInstanceOf(EngineException.class).hasMessage("Eider is closed.");
    }

    @Test
    void aWrongStatementIsOneSentence() throws Exception {
        try (Eider eider = Eider.builder().inMemory().start()) {
            assertThatThrownBy(() -> eider.query("drop table sales")).isInstanceOf(EngineException.class);
            assertThatThrownBy(() -> eider.query("select nothing_such from sales")).isInstanceOf(EngineException.class)
                .hasMessageContaining("nothing_such");
            assertThatThrownBy(() -> eider.sync("nobody")).isInstanceOf(EngineException.class).hasMessageContaining("nobody");
        }
    }

    @Test
    void roundsOfStartingAndStoppingLeaveNoThread() throws Exception {
        Set<Thread> before = threads();
        for (int i = 0; i < 2; i++) {
            try (Eider eider = Eider.builder().inMemory().port(0).start()) {
                assertThat(number(eider, "select count(*) from sales")).isZero();
            }
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            Set<Thread> left;
            do {
                left = threads();
                left.removeAll(before);
                for (Thread thread : left) {
                    thread.join(100);
                }
            } while (!left.isEmpty());
        }, () -> "still there: " + threads().stream().filter(thread -> !before.contains(thread)).toList());
    }

    @Test
    void theProgramHoldsNotAWordOfOsgi() throws Exception {
        try (Stream<Path> files = Files.list(REPOSITORY.resolve("bundles/itest/src/test/java/eider/itest/embedding"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
                assertThat(Files.readAllLines(file)).as(file.toString()).noneMatch(line -> line.startsWith("import org." + "osgi")
                    || line.startsWith("import org.apache." + "felix"));
            }
        }
    }

    @Test
    void theGuideShowsThisVeryProgram() throws Exception {
        String program = Files.readString(REPOSITORY.resolve("bundles/itest/src/test/java/eider/itest/embedding/ShopReport.java"));
        assertThat(Files.readString(REPOSITORY.resolve("docs/embedding.md"))).contains("```java\n" + program + "```");
    }

    private static long number(Eider eider, String sql, Object... parameters) throws Exception {
        try (Rows rows = eider.query(sql, parameters)) {
            assertThat(rows.next()).isTrue();
            return rows.number(0);
        }
    }

    /** Those that a program or an instance could have started, and not the JVM by itself. */
    private static Set<Thread> threads() {
        List<String> ofTheJvm = List.of("Common-Cleaner", "process reaper", "Keep-Alive-Timer", "junit-", "ForkJoinPool",
            "VirtualThread-unblocker", "Attach Listener");
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> ofTheJvm.stream().noneMatch(thread.getName()::startsWith))
            .collect(Collectors.toCollection(HashSet::new));
    }
}
