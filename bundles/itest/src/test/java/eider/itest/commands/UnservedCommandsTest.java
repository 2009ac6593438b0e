package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import eider.itest.commands.Installation.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands where no server runs: each opens the home for itself. They share one home that holds the example sales. */
class UnservedCommandsTest {
    private static final String EVERY_ROW = "select md5(string_agg(s::varchar, '|' order by s::varchar)) from (select * exclude (load) from sales) s";

    @TempDir
    static Path folder;

    private static Installation eider;
    private static Answer first;

    @BeforeAll
    static void loadTheExample() throws Exception {
        eider = new Installation(folder);
        first = eider.run("sync-sales", "--csv", Installation.example("sales.csv").toString());
    }

    @Test
    void aFileLoadedIntoAFreshHomeCanBeQueried() throws Exception {
        assertThat(first.done()).startsWith("sales: 10 rows in");
        assertThat(first.err()).isEmpty();
        Answer answer = eider.run("query", "select count(*), sum(total_amount) from sales", "--format", "csv");
        assertThat(answer.done().lines().skip(1)).containsExactly("10,2500.0000");
        assertThat(answer.err()).isEmpty();
    }

    @Test
    void theSameFileTwiceChangesNothing() throws Exception {
        String before = eider.value(EVERY_ROW);
        assertThat(eider.run("sync-sales", "--csv", Installation.example("sales.csv").toString()).done()).contains("nothing new");
        assertThat(eider.value(EVERY_ROW)).isEqualTo(before);
    }

    @Test
    void aRelativeFileIsFoundWhereTheCallerStands() throws Exception {
        Installation other = new Installation(folder.resolve("other"));
        Path elsewhere = Files.createDirectories(folder.resolve("a folder with spaces/exports"));
        Files.copy(Installation.example("sales.csv"), elsewhere.resolve("mine.csv"), StandardCopyOption.REPLACE_EXISTING);
        // --home after the command, and with an equals sign
        Answer answer = other.runIn(elsewhere.getParent(), "sync-sales", "--csv", "exports/mine.csv", "--home=" + other.home());
        assertThat(answer.done()).contains("10 rows in from ").contains("mine.csv");
        answer = other.runIn(elsewhere, "query", "select count(*) from sales", "--home", other.home().toString(), "--format", "csv");
        assertThat(answer.done().lines().skip(1)).containsExactly("10");
    }

    @Test
    void rulesAreCheckedBeforeALoadAndToldAfterIt() throws Exception {
        Path file = Files.writeString(eider.home().resolve("config/dataset~inbox__sales.cfg"), "# at most five\n\nrules = total_amount in 0 to 5\n");
        try {
            EveryCommand.fails(eider, 1, "config/dataset~inbox__sales.cfg:3: option 'rules': rule 'total_amount in 0 to 5': after 'in' comes a range", "config", "check");
            Files.writeString(file, "rules = code matches (a\n");
            EveryCommand.fails(eider, 1, "'(a' is no pattern of RE2: missing ): (a", "config", "check");
            Files.writeString(file, "rules = code matches [A-Z]\\\\d+; total_amount in 0..5 -> quarantine\nmode = history\n");
            assertThat(eider.run("config", "check").done()).contains("nothing is wrong");
        } finally {
            Files.delete(file);
        }
        assertThat(eider.run("loads", "1").done()).contains("sales: date required", "quarantine", "sales: quantity above 0 where kind is sale");
    }

    @Test
    void everyCommandAnswersInJson() throws Exception {
        var answers = EveryCommand.answersInJson(eider);
        assertThat(answers.get("status").get("running").asBoolean()).isFalse();
        assertThat(answers.get("status").get("address").isNull()).isTrue();
        assertThat(answers.get("status").get("sales_rows").asLong()).isEqualTo(10);
    }

    @Test
    void aRowIsFollowedToItsLine() throws Exception {
        EveryCommand.followsARowToItsLine(eider);
    }

    @Test
    void whatWasWrongIsTold() throws Exception {
        EveryCommand.tellsWhatWasWrong(eider);
        EveryCommand.fails(eider, 2, "--port 70000 is no port", "start", "--port", "70000");
    }

    @Test
    void aHomeWithDataOfItsOwnRefusesToBecomeADemo() throws Exception {
        EveryCommand.fails(eider, 1, "cannot become a demo", "start", "--demo", "--port", "0");
        assertThat(eider.home().resolve("data/demo")).doesNotExist();
    }

    @Test
    void stoppingWhereNothingRunsIsDoneAtOnce() throws Exception {
        assertThat(eider.run("stop").done()).contains("is not running in");
    }

    /** It takes a part of a second to open, which a command that only reads must not wait for. */
    @Test
    void aCommandThatOnlyReadsLeavesTheAccountsClosed() throws Exception {
        Installation fresh = new Installation(folder.resolve("fresh"));
        fresh.run("loads").done();
        fresh.run("sources").done();
        fresh.run("status").done();
        try (Stream<Path> data = Files.list(fresh.home().resolve("data"))) {
            assertThat(data.map(file -> file.getFileName().toString())).contains("eider.duckdb").noneMatch(name -> name.startsWith("people"));
        }
        fresh.run("audit").done();
        assertThat(fresh.home().resolve("data/people.mv.db")).exists();
    }

    @Test
    void helpNeedsNoHomeAndMakesNone() throws Exception {
        Installation nobody = new Installation(folder.resolve("nobody"));
        assertThat(nobody.run("sync-sales", "--help").done()).contains("--csv").contains("Exit codes:");
        assertThat(nobody.home()).doesNotExist();
    }
}
