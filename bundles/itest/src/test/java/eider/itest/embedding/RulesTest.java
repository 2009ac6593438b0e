package eider.itest.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import eider.Eider;
import eider.engine.Load;
import eider.engine.Rows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules as an operator writes them: a file in config/, edited while Eider runs; or a program's own configuration. */
@Timeout(180)
class RulesTest {
    @TempDir
    private Path home;

    private void rules(String text) throws Exception {
        Path config = Files.createDirectories(home.resolve("config"));
        Path fresh = Files.writeString(config.resolve("fresh"), text);
        Files.move(fresh, config.resolve("dataset~door__footfall.cfg"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Load sync(Eider eider, int visitors) throws Exception {
        eider.unregister("door");
        eider.register("door", new ShopReport.Door(Map.of(LocalDate.of(2026, 10, 1), visitors)));
        return eider.sync("door").getFirst();
    }

    /** An edited file counts within a second; until it does the answer is the old one. */
    private static Load syncUntil(Eider eider, int visitors, String message) {
        return assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            Load load = sync(eider, visitors);
            while (!load.message().contains(message)) {
                load = sync(eider, visitors);
            }
            return load;
        });
    }

    private static long visitors(Eider eider) throws Exception {
        try (Rows rows = eider.query("select sum(visitors)::bigint from raw.door__footfall")) {
            rows.next();
            return rows.number(0);
        }
    }

    @Test
    void aFileThatIsEditedWhileEiderRunsCountsForTheNextLoad() throws Exception {
        rules("# at most a thousand\nrules = \\\n    visitors in 0..1000 -> fail; \\\n    day required\n");
        try (Eider eider = Eider.builder().home(home).start()) {
            assertThat(sync(eider, 400).state()).as("it counts from the start").isEqualTo(Load.State.COMMITTED);
            Load failed = sync(eider, 2_000);
            assertThat(failed.state()).isEqualTo(Load.State.FAILED);
            assertThat(failed.message()).startsWith("the rule 'visitors in 0..1000' is broken by 1 of 1 rows, such as visitors: '2000' is not in 0..1000 (day 2026-10-01).");
            assertThat(visitors(eider)).isEqualTo(400);
            rules("rules = visitors in 0..1000 -> warn");
            assertThat(syncUntil(eider, 2_000, "1 of 1 rule is broken").state()).isEqualTo(Load.State.COMMITTED);
            assertThat(visitors(eider)).isEqualTo(2_000);
            rules("rules = visitors in 0 to 1000");
            Load faulty = syncUntil(eider, 3_000, "config/dataset~door__footfall.cfg, option 'rules': rule 'visitors in 0 to 1000'");
            assertThat(faulty.state()).isEqualTo(Load.State.FAILED);
            assertThat(visitors(eider)).as("never under no rules at all").isLessThanOrEqualTo(3_000);
            Files.delete(home.resolve("config/dataset~door__footfall.cfg"));
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                while (sync(eider, 9_000).state() != Load.State.COMMITTED) {
                    Thread.onSpinWait();
                }
            });
            assertThat(visitors(eider)).isEqualTo(9_000);
        }
    }

    @Test
    void aProgramSaysItByItsConfiguration() throws Exception {
        try (Eider eider = Eider.builder().inMemory().config("dataset~door__footfall", Map.of("rules", new String[] {"visitors above 0 -> fail", "visitors below 10 -> fail"}))
                .config("table~sales", Map.of("rules", "")).start()) {
            assertThat(sync(eider, 0).message()).contains("visitors above 0");
            assertThat(sync(eider, 11).message()).contains("visitors below 10");
            assertThat(sync(eider, 5).state()).isEqualTo(Load.State.COMMITTED);
        }
    }
}
