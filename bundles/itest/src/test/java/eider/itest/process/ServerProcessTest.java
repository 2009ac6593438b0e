package eider.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import eider.itest.process.Terminal.Running;
import eider.itest.process.Terminal.Said;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
@DisabledOnOs(OS.WINDOWS)
class ServerProcessTest {
    private static final Path SALES = Path.of(System.getProperty("eider.itest.repository"), "docs/examples/sales.csv");
    private static final String TOTAL = "select count(*), sum(total_amount) from sales";

    @TempDir
    private Path folder;
    private Terminal terminal;

    @BeforeEach
    void sit() {
        terminal = new Terminal(folder);
    }

    @AfterEach
    void leave() throws Exception {
        terminal.close();
    }

    @Test
    void aServerTellsWhereItIsServesCommandsAndStopsInOrder() throws Exception {
        Running server = terminal.start();
        assertThat(server.said()).contains("data ", terminal.home().toRealPath().toString(), "to stop");
        Path right = terminal.home().resolve("data/command.properties");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(right))).isEqualTo("rw-------");
        assertThat(Files.readString(server.err())).isEmpty();

        Files.copy(SALES, terminal.home().resolve("inbox/sales.csv"));
        assertThat(terminal.run("sync", "inbox").exit()).isZero();
        Said answer = terminal.run("query", TOTAL, "--format", "csv");
        assertThat(answer).extracting(Said::exit, Said::err).containsExactly(0, "");
        assertThat(answer.out()).contains("10,2500");
        assertThat(terminal.awaitLog("serving")).containsPattern("\\[[^]]+] .*inbox"); // the run stands on the lines of the sync

        server.process().destroy(); // SIGTERM
        assertThat(server.process().waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(server.process().exitValue()).isZero();
        assertThat(server.said()).contains("Stopping").endsWith("Stopped\n");
        assertThat(terminal.home().resolve("data/command.properties")).doesNotExist();
        assertThat(terminal.home().resolve("data/eider.duckdb.wal")).as("everything is in the database's own file").doesNotExist();

        // And what it did is there for a command without a server, which leaves none behind.
        assertThat(terminal.run("query", TOTAL, "--format", "csv").out()).isEqualTo(answer.out());
        assertThat(terminal.run("stop").out()).startsWith("Eider is not running in ");
    }

    @Test
    void aSecondStartIsRefusedByTheProcessIdOfTheFirst() throws Exception {
        Running server = terminal.start();
        long pid = Long.parseLong(Files.readString(terminal.home().resolve("data/eider.lock")));
        Said second = terminal.run("start", "--port", "0");
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err()).contains("already running here (pid " + pid + ")");
        assertThat(server.process().isAlive()).isTrue();

        Said stop = terminal.run("stop");
        assertThat(stop.exit()).isZero();
        assertThat(server.process().waitFor(2, TimeUnit.SECONDS)).as("stop returns when it has stopped").isTrue();
        assertThat(server.process().exitValue()).isZero();
    }

    @Test
    void aServerThatWasKilledLeavesNothingInTheWay() throws Exception {
        Running server = terminal.start();
        terminal.run("sync-sales", "--csv", SALES.toString());
        ProcessHandle.of(Long.parseLong(Files.readString(terminal.home().resolve("data/eider.lock")))).orElseThrow().destroyForcibly();
        assertThat(server.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(terminal.home().resolve("data/command.properties")).as("a dead server's file").exists();
        Said answer = terminal.run("query", TOTAL, "--format", "csv");
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("10,2500");
        terminal.start();
    }

    @Test
    void aPortInUseIsOneSentenceAndTheHomeIsFreeAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Said refused = terminal.run("start", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).isEqualTo(
                "Port " + taken.getLocalPort() + " is in use. Stop what listens there, or choose another with --port.\n");
        }
        terminal.start();
    }

    @Test
    void theLevelOfTheLogChangesWhileItRuns() throws Exception {
        terminal.start();
        Path options = terminal.home().resolve("config/log.cfg");
        write(options, "level = debug\nlvel = warn\n");
        terminal.awaitLog("there is no option 'lvel'");
        Files.copy(SALES, terminal.home().resolve("inbox/sales.csv"));
        terminal.run("sync", "inbox");
        String log = terminal.awaitLog("DEBUG");
        assertThat(log).contains("config/log.cfg");
        write(options, "level = loud\n");
        terminal.awaitLog("level = loud cannot be understood");
    }

    @Test
    void commandsWithoutAServerWaitForEachOther() throws Exception {
        terminal.run("sync-sales", "--csv", SALES.toString());
        Terminal other = new Terminal(Files.createDirectory(folder.resolve("other")), terminal.home());
        try (other) {
            var later = java.util.concurrent.CompletableFuture.supplyAsync(() -> {
                try {
                    return other.run("query", TOTAL, "--format", "csv");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Said now = terminal.run("query", TOTAL, "--format", "csv");
            assertThat(now.exit()).as(now.err()).isZero();
            assertThat(later.get(60, TimeUnit.SECONDS)).isEqualTo(now);
        }
    }

    @Test
    void helpAndWrongUsageNeedNoHomeAndMakeNone() throws Exception {
        Said help = terminal.run("--help");
        assertThat(help.exit()).as(help.err()).isZero();
        assertThat(help.out()).contains("sync-sales", "query", "start");
        assertThat(terminal.run("start", "--port", "high").exit()).isEqualTo(2);
        assertThat(terminal.run("start", "--prot", "1").err()).contains("--prot").contains("Usage");
        assertThat(terminal.run("stop").exit()).isZero();
        assertThat(terminal.home()).doesNotExist();
    }

    @Test
    void aHomeThatCannotBeWrittenIsOneSentence() throws Exception {
        Files.writeString(terminal.home(), "a file");
        Said refused = terminal.run("start", "--port", "0");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().lines()).singleElement().asString().contains("--home");
    }

    private static void write(Path file, String text) throws Exception {
        Path draft = Files.writeString(file.resolveSibling("draft"), text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
