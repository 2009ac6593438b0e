package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation.Answer;
import eider.itest.commands.Installation.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Commands where a server runs: they talk to it. One server for all; the last test stops it and starts another. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServedCommandsTest {
    @TempDir
    static Path folder;

    private static Installation eider;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        eider = new Installation(folder);
        server = eider.serve();
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void everyCommandAnswersInJson() throws Exception {
        JsonNode status = EveryCommand.answersInJson(eider).get("status");
        assertThat(status.get("running").asBoolean()).isTrue();
        assertThat(status.get("address").asText()).isEqualTo(server.address());
    }

    @Test
    void aRowIsFollowedToItsLine() throws Exception {
        EveryCommand.followsARowToItsLine(eider);
    }

    @Test
    void whatWasWrongIsTold() throws Exception {
        EveryCommand.tellsWhatWasWrong(eider);
    }

    @Test
    void aSecondStartNamesTheProcessThatRuns() throws Exception {
        EveryCommand.fails(eider, 1, "already running here (pid " + server.pid() + ")", "start", "--port", "0");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void aRelativeFileIsFoundWhereTheCallerStandsAndNotTheServer() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("exports"));
        Files.writeString(elsewhere.resolve("mine.csv"), "date,product_name,quantity,total_amount,region\n2026-01-05,Kettle,1,30.00,Relative\n");
        Answer answer = eider.runIn(elsewhere, "sync-sales", "--home", eider.home().toString(), "--csv", "mine.csv");
        assertThat(answer.done()).startsWith("sales: 1 row in from " + elsewhere.resolve("mine.csv"));
        assertThat(eider.value("select sum(total_amount) from sales where region = 'Relative'")).isEqualTo("30.0000");
    }

    @Test
    void aCsvOfGermanExcelIsReadAsItsAuthorSeesIt() throws Exception {
        Path inbox = eider.home().resolve("inbox/laden");
        Files.createDirectories(inbox);
        Files.write(inbox.resolve("umsatz.csv"), """
            Datum;Artikel;Menge;Preis;Betrag;Region
            03.01.2026;Kaffeemühle „Eider“;2;1.234,50 €;2.469,00 €;Köln
            28.02.2026;"Teekanne; blau";1;19,90 €;19,90 €;Süd
            01.12.2026;Gutschrift;-1;19,90 €;-19,90 €;Süd
            02.12.2026;Tasse;1;folgt;folgt;Süd
            """.replace("\n", "\r\n").getBytes(Charset.forName("windows-1252")));
        Files.writeString(eider.home().resolve("config/files~laden.cfg"), """
            path = laden/*.csv
            columns = Datum=date, Artikel=product_name, Menge=quantity, Preis=unit_price, Betrag=total_amount
            """);
        Installation.await(() -> server.ask("sources", "--format", "json").done().contains("\"laden\""));
        assertThat(eider.run("sync", "laden").done()).startsWith("sales: 3 rows in").contains("1 bad row kept in quarantine");
        String read = server.ask("query", "--format", "csv",
            "select date, product_name, quantity, unit_price, total_amount, region from sales where source = 'laden' order by date").done();
        assertThat(read.lines().skip(1)).containsExactly(
                "2026-01-03,Kaffeemühle „Eider“,2.0000,1234.5000,2469.0000,Köln",
                "2026-02-28,Teekanne; blau,1.0000,19.9000,19.9000,Süd",
                "2026-12-01,Gutschrift,-1.0000,19.9000,-19.9000,Süd");
    }

    @Test
    void badRowsAreKeptWithTheirLineTheirTextAndTheReason() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.csv"), """
            date,product_name,quantity,unit_price,total_amount,region
            2026-05-01,Good,1,5.00,5.00,Bad file
            not-a-date,Bad,1,5.00,5.00,Bad file
            2026-05-02,Good,2,5.00,10.00,Bad file
            2026-05-03,Worse,two,5.00,10.00,Bad file
            2026-05-04,Short,1
            """);
        Answer answer = eider.run("sync-sales", "--csv", file.toString());
        assertThat(answer.done()).startsWith("sales: 2 rows in").contains("3 bad rows kept in quarantine; see: eider quarantine");
        assertThat(eider.value("select count(*) from sales where region = 'Bad file'")).isEqualTo("2");

        JsonNode rows = new ObjectMapper().readTree(eider.run("quarantine", "--format", "json").done());
        List<String> kept = rows.valueStream().filter(row -> row.get("place").asText().contains("bad.csv"))
            .map(row -> row.get("place").asText().replaceFirst(".* line ", "") + " | " + row.get("raw").asText() + " | " + row.get("reason").asText())
            .toList();
        assertThat(kept).hasSize(3);
        assertThat(kept).anySatisfy(row -> assertThat(row).startsWith("3 | not-a-date,Bad,1,5.00,5.00,Bad file | date: 'not-a-date'"));
        assertThat(kept).anySatisfy(row -> assertThat(row).startsWith("5 | 2026-05-03,Worse,two,5.00,10.00,Bad file | quantity: 'two'"));
        assertThat(kept).anySatisfy(row -> assertThat(row).startsWith("6 | 2026-05-04,Short,1 | ").contains("3 cells").contains("6"));
    }

    @Test
    void aMisspeltOptionIsNamedWithFileLineAndTheNearestName() throws Exception {
        Path file = Files.writeString(eider.home().resolve("config/files~typo.cfg"), "# an inbox\npth = *\n");
        try {
            EveryCommand.fails(eider, 1, "config/files~typo.cfg:2: 'files' has no option 'pth'. Did you mean 'path'?", "config", "check");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void onlyTheOwnerCanReadTheToken() throws Exception {
        Path data = eider.home().resolve("data");
        assumeTrue(Files.getFileStore(data).supportsFileAttributeView("posix"), "file permissions need a file system that has them");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("command.properties")))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo("rwx------");
    }

    @Test
    void commandsAreRefusedWithoutTheToken() throws Exception {
        String token = token();
        assertThat(post(token).statusCode()).isEqualTo(200);
        for (String wrong : List.of("", "x", token.substring(1), token + "x", token.toUpperCase())) {
            HttpResponse<String> refused = post(wrong);
            assertThat(refused.statusCode()).as("token '%s'", wrong).isEqualTo(401);
            assertThat(refused.body()).doesNotContain(token);
        }
    }

    /** As the kernel sees it: every listening socket of the server's process is bound to loopback. */
    @Test
    void listensOnLoopbackOnly() throws Exception {
        Path sockets = Path.of("/proc/net/tcp");
        assumeTrue(Files.isReadable(sockets), "/proc/net/tcp is Linux's");
        Set<String> own = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String target;
                try {
                    target = Files.readSymbolicLink(descriptor).toString();
                } catch (NoSuchFileException closedMeanwhile) {
                    continue;
                }
                if (target.startsWith("socket:[")) {
                    own.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        Set<String> listening = new HashSet<>();
        for (Path table : List.of(sockets, Path.of("/proc/net/tcp6"))) {
            if (Files.isReadable(table)) {
                Files.readAllLines(table).stream().skip(1).map(line -> line.strip().split("\\s+"))
                    .filter(cells -> cells[3].equals("0A") && own.contains(cells[9])).forEach(cells -> listening.add(cells[1]));
            }
        }
        assertThat(listening).isNotEmpty().anyMatch(local -> local.endsWith(":%04X".formatted(server.port())))
            .allMatch(local -> local.matches("(0100007F|0000000000000000FFFF00000100007F|00000000000000000000000001000000):[0-9A-F]{4}"));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aStolenTokenIsWorthNothingAfterTheNextStart() throws Exception {
        String stolen = token();
        String rows = eider.value("select count(*) from sales");
        assertThat(eider.run("stop").done()).startsWith("Stopping the server");
        Answer end = server.end();
        assertThat(end.exit()).as(end.toString()).isZero();
        assertThat(end.out()).contains("Stopped");
        assertThat(end.err()).isEmpty();
        assertThat(eider.home().resolve("data/command.properties")).doesNotExist();

        server = eider.serve();
        assertThat(post(stolen).statusCode()).isEqualTo(401);
        assertThat(token()).isNotEqualTo(stolen);
        assertThat(eider.value("select count(*) from sales")).isEqualTo(rows);
    }

    private static String token() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(eider.home().resolve("data/command.properties"))) {
            properties.load(in);
        }
        return properties.getProperty("token");
    }

    private static HttpResponse<String> post(String token) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/commands")).header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"arguments\":[\"status\"],\"directory\":\"/\",\"width\":0}")).build(),
                HttpResponse.BodyHandlers.ofString());
        }
    }

    private static HttpResponse<String> get(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(server.address() + path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
