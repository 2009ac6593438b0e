package eider.store;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Rows;
import eider.kill.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The process is killed at every step of a load, on every day of the script, of an undo, and of rows derived anew; afterwards the tables must be those of a run that nobody disturbed. */
class CrashTest {
    @TempDir
    static Path cleanHome;
    @TempDir
    static Path jvmFolder;
    private static ChildJvm jvm;
    private static List<String> clean;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        jvm = new ChildJvm(jvmFolder, CrashScript.class);
        CrashScript.run(cleanHome, 0, null);
        clean = tables(cleanHome);
        // A home as this version writes it is kept for the tests of later ones: copy it from here when a version is released.
        Files.copy(cleanHome.resolve("data/eider.duckdb"), Path.of("target/home-of-this-version.duckdb"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(clean).as("the script leaves rows in every table").noneMatch(String::isEmpty).hasSizeGreaterThan(200);
    }

    static Stream<Arguments> everyStepOfEveryDay() {
        return IntStream.rangeClosed(1, CrashScript.DAYS).boxed().flatMap(day -> Stream.of(Step.values())
                .filter(step -> day == CrashScript.UNDO_DAY || step.compareTo(Step.COLUMNS_PUT_BACK) < 0).map(step -> Arguments.of(day, step)));
    }

    @ParameterizedTest(name = "day {0}, {1}")
    @MethodSource("everyStepOfEveryDay")
    void killedThereItEndsLikeARunThatNobodyDisturbed(int day, Step step, @TempDir Path home) throws Exception {
        killAt(home, day, step);
        CrashScript.run(home, 0, null);
        assertThat(tables(home)).isEqualTo(clean);
    }

    /** A process that reaches the step and is killed there; fails if it never gets there. */
    private static void killAt(Path home, int day, Step step) throws Exception {
        Process process = jvm.with(home.toString(), Integer.toString(day), step.name()).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder said = new StringBuilder();
            String line = out.readLine();
            while (line != null && !line.equals("AT " + step)) {
                said.append(line).append('\n');
                line = out.readLine();
            }
            assertThat(line).as("the load never came to %s on day %s; it said:%n%s", step, day, said).isNotNull();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Everything that people can see, without the numbers that count attempts. */
    private static List<String> tables(Path home) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Engine engine = Engine.open(home)) {
            for (String sql : List.of("select id, amount, note from raw.shop__orders order by all",
                    "select date, product_name, quantity, total_amount from raw.shop__sales order by all",
                    "select date, kind, source, product_name, quantity, total_amount, currency from sales order by all",
                    "select id, amount, note from undo.shop__orders order by all", "select date, total_amount from undo.shop__sales order by all",
                    "select dataset, place, reason, raw, resolved_by is null from ledger.quarantine where load not in (select load from ledger.undone) order by all",
                    "select connection, dataset, cursor from ledger.cursors order by all", "select name, fingerprint from ledger.parts order by all",
                    "select raw_table, lane, inserted, updated, removed from ledger.change_sets where load not in (select load from ledger.undone) order by all",
                    "select connection, dataset, load from ledger.holds",
                    "select count(*) - count(distinct _row) from (select _row from raw.shop__sales union all select _row from raw.shop__orders)",
                    "select count(*) from sales s anti join raw.shop__sales r using (_row)")) {
                try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(30))) {
                    while (rows.next()) {
                        List<String> cells = new ArrayList<>();
                        for (int i = 0; i < rows.columns().size(); i++) {
                            cells.add(rows.text(i));
                        }
                        lines.add(String.join("|", cells));
                    }
                }
            }
        }
        return lines;
    }
}
