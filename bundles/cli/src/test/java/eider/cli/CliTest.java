package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import eider.engine.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class CliTest {
    private final FakeEngine engine = new FakeEngine();

    @Test
    void helpListsEveryCommandAndOpensNothing() {
        Run run = Run.of(engine, "--help");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("start", "test", "sync-sales", "plugins", "sources", "sync", "loads", "quarantine", "recordings", "query", "status",
                "stop", "import-users", "people", "reset-password", "setup-link", "audit", "config", "bench")
                .contains("--home DIR", "Exit codes:", "Example:");
        assertThat(engine.asked).containsExactly("closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "test", "sync-sales", "plugins", "sources", "sync", "loads", "quarantine", "recordings",
            "recordings replay", "recordings delete", "query", "status", "stop", "import-users", "people", "people set", "reset-password", "setup-link", "audit",
            "audit verify", "config", "config check", "bench"})
    void everyCommandHasAHelpWithAnExampleAndItsExitCodes(String command) {
        Run run = Run.of(engine, (command + " --help").split(" "));

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("Usage: eider " + command).contains("Example:\n  eider " + command)
                .containsPattern("0 +done").containsPattern("1 +failed: one sentence").containsPattern("2 +wrong usage");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(engine.asked).containsExactly("closed");
    }

    @Test
    void helpIsACommandToo() {
        assertThat(Run.of(engine, "help", "sync").out()).startsWith("Usage: eider sync");
    }

    @Test
    void versionIsTheServers() {
        assertThat(Run.of(engine, "--version").out()).isEqualTo("eider 1.2.3\n");
    }

    @Test
    void aMisspeltCommandIsWrongUsageWithAHint() {
        Run run = Run.of(engine, "sync-sale", "--csv", "x");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("There is no command 'sync-sale'. Did you mean 'sync-sales'?\nSee: eider --help\n");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aMisspeltOptionIsWrongUsageWithAHint() {
        Run run = Run.of(engine, "loads", "--fromat", "json");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("'eider loads' has no option '--fromat'. Did you mean '--format'?\nSee: eider loads --help\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sync-sales", "sync", "query", "config", "loads --format xml", "loads --limit 0", "loads --limit many", "query a b",
            "import-users", "reset-password", "people set", "people set ann", "people set ann --active --inactive", "people set ann --attribute x", "audit --before 0",
            "audit --limit 0", "sync a --cancel --approve", "sync a --cancel --record", "recordings replay", "recordings delete",
        "query x --timeout 0", "start", "bench"})
    void wrongUsageIsExitCodeTwo(String line) {
        Run run = Run.of(engine, line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isNotBlank().doesNotContain("Exception");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aFailureIsItsSentenceAndExitCodeOne() {
        engine.refusal = new EngineException("The database is damaged; restore a backup.");

        assertThat(Run.of(engine, "loads")).isEqualTo(new Run(1, "", "The database is damaged; restore a backup.\n"));
    }

    @Test
    void theUnexpectedIsASentenceAndItsStackTraceStandsInTheLog() {
        engine.bug = new IllegalStateException("inner secret state");
        Logger log = (Logger) LoggerFactory.getLogger(Cli.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        Run run;
        try {
            run = Run.of(engine, "loads");
        } finally {
            log.detachAppender(lines);
        }

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("the log").doesNotContain("at eider");
        assertThat(lines.list).anySatisfy(event -> assertThat(event.getThrowableProxy().getMessage()).isEqualTo("inner secret state"));
    }

    @Test
    void anArgumentThatBeginsWithAtIsNotReadFromDisk(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("words"), "select 1");

        Run.of(engine, "query", "@" + file);

        assertThat(engine.asked).contains("query @" + file);
    }

    @Test
    void theServicesAreLetGoWhateverHappens() {
        engine.bug = new IllegalStateException("x");
        Run.of(engine, "loads");

        assertThat(engine.asked).endsWith("closed");
    }
}
