package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation.Answer;
import eider.itest.commands.Installation.Server;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Accounts and the audit trail, by commands. One server for all; the last test stops it and changes its file. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PeopleCommandsTest {
    private static final String PLANTED = "pl4nted-Horse-battery";
    private static final Pattern LINK = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+)/(set-up|reset)\\?key=([A-Za-z0-9_-]{40,})");
    private static final String ACCOUNT = ProcessHandle.current().info().user().orElseThrow();

    @TempDir
    static Path folder;

    private static Installation eider;
    private static Server server;
    private static final List<String> secrets = new ArrayList<>();

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

    private static JsonNode json(String... words) throws Exception {
        return new ObjectMapper().readTree(eider.run(Stream.concat(Stream.of(words), Stream.of("--format", "json")).toArray(String[]::new)).done());
    }

    /** The secret of a link, remembered so that it can be looked for where it must not be. */
    private static String secret(String said, String page) {
        Matcher link = LINK.matcher(said);
        assertThat(link.find()).as(said).isTrue();
        assertThat(link.group(1)).isEqualTo(server.address());
        assertThat(link.group(2)).isEqualTo(page);
        secrets.add(link.group(3));
        return link.group(3);
    }

    @Test
    @Order(1)
    void theFirstStartPrintsALinkForTheFirstAdmin() throws Exception {
        Installation.await(() -> server.said().contains("30 minutes"));
        String first = secret(server.said(), "set-up");
        Answer again = eider.run("setup-link");
        assertThat(secret(again.done(), "set-up")).isNotEqualTo(first);
        assertThat(again.out().lines()).hasSize(1);
        assertThat(again.err()).contains("30 minutes", "once");
        assertThat(eider.run("people").done()).contains("eider setup-link");
    }

    @Test
    @Order(2)
    void anImportAddsGoodRowsReportsBadOnesAndLeavesWhoIsThere() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("team.csv"), "username,email,role,initial_password,sales_user_id\n"
            + "ann,ann@example.com,admin," + PLANTED + "-1,\n"
            + "ben,ben@example.com,user," + PLANTED + "-2,7\n"
            + "b d,bd@example.com,user," + PLANTED + "-3,\n"
            + "cem,cem@example.com,emperor," + PLANTED + "-4,\n"
            + "dora,dora@example.com,user,pl4nted,\n");
        Answer first = eider.runIn(elsewhere, "import-users", "team.csv", "--home", eider.home().toString(), "--format", "json");
        assertThat(first.exit()).as(first.toString()).isEqualTo(1);
        JsonNode rows = new ObjectMapper().readTree(first.out());
        assertThat(rows.valueStream().map(row -> row.get("line").asInt() + " " + row.get("result").asText())).containsExactly("2 added", "3 added", "4 bad", "5 bad", "6 bad");
        assertThat(rows.valueStream().skip(2).map(row -> row.get("reason").asText())).noneMatch(String::isBlank);
        assertThat(first.err()).startsWith("2 added, 0 there already, 3 bad.");

        Answer second = eider.runIn(elsewhere, "import-users", "team.csv", "--home", eider.home().toString(), "--format", "csv");
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.out()).contains("2,ann,there_already").contains("3,ben,there_already").doesNotContain("added");

        JsonNode people = json("people");
        assertThat(people.findValuesAsText("username")).containsExactly("ann", "ben");
        assertThat(people.get(1).get("attributes").get("sales_user_id").asText()).isEqualTo("7");
        assertThat(people.get(1).get("must_change_password").asBoolean()).isTrue();
        EveryCommand.fails(eider, 1, "", "setup-link");
    }

    @Test
    @Order(3)
    void anAccountIsChangedAndTheLastAdminStaysOne() throws Exception {
        assertThat(eider.run("people", "set", "ben", "--role", "manager", "--attribute", "sales_user_id=8").done()).startsWith("ben: role manager, active");
        assertThat(json("people").get(1).get("attributes").get("sales_user_id").asText()).isEqualTo("8");
        EveryCommand.fails(eider, 1, "", "people", "set", "ann", "--inactive");
        EveryCommand.fails(eider, 1, "Did you mean 'ben'?", "people", "set", "benn", "--inactive");
        assertThat(json("people").get(0).get("active").asBoolean()).isTrue();
        Answer reset = eider.run("reset-password", "ben");
        secret(reset.done(), "reset");
        assertThat(reset.err()).contains("a new password for ben", "30 minutes");
    }

    @Test
    @Order(4)
    void whatACommandChangedStandsInTheAuditTrailWithTheAccount() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.csv"), """
            date,product_name,quantity,unit_price,total_amount,region
            2026-05-01,Good,1,5.00,5.00,Bad file
            2026-05-03,Worse,two,5.00,10.00,Bad file
            """);
        long load = json("sync-sales", "--csv", file.toString()).get(0).get("id").asLong();
        String row = json("quarantine").get(0).get("id").asText();
        eider.run("quarantine", "mend", row, "quantity=2").done();
        eider.run("undo", Long.toString(load)).done();
        EveryCommand.fails(eider, 1, "There is no load", "undo", "999999");
        eider.value("select count(*) from sales");

        List<String> entries = json("audit", "--limit", "100").valueStream().filter(entry -> entry.get("kind").asText().equals("operator"))
            .peek(entry -> assertThat(entry.get("who").asText()).isEqualTo(ACCOUNT)).peek(entry -> assertThat(entry.get("from").asText()).isEqualTo("terminal"))
            .map(entry -> String.join(" | ", entry.get("action").asText(), entry.get("object").asText(), entry.get("before").asText(), entry.get("after").asText())).toList();

        assertThat(entries).contains("sync | file " + file + " |  | load " + load + " sales committed: 1 in, 1 bad",
            "quarantine.mend | row " + row + " in quarantine of by_hand.sales | quantity = (text) | quantity = 2",
            "undo | load " + load + " of by_hand.sales |  | 1 taken out, 0 put back", "export | query select count(*) from sales |  | 1 row as csv");
        assertThat(entries).anySatisfy(entry -> assertThat(entry).startsWith("undo | load 999999 |  | failed: There is no load"));
        assertThat(entries).anySatisfy(entry -> assertThat(entry).startsWith("people.import | ").endsWith("2 added, 0 there already, 3 bad"));
        assertThat(json("audit", "--find", "ben", "--limit", "100")).isNotEmpty();
        assertThat(eider.run("audit", "verify").done()).contains("as they were written");
    }

    /** Neither a server nor a Java option decides who it was. */
    @Test
    @Order(5)
    void whoeverWorksAsTheOwnerBySudoIsNamed() throws Exception {
        eider.environment("SUDO_USER", "ann\u001b[2J");
        eider.environment("EIDER_JAVA_OPTIONS", "-Duser.name=somebody");
        try {
            eider.value("select 'by sudo'");
        } finally {
            eider.environment("SUDO_USER", null);
            eider.environment("EIDER_JAVA_OPTIONS", null);
        }
        assertThat(json("audit", "--limit", "1").get(0).get("who").asText()).isEqualTo(ACCOUNT + ", by sudo of ann?[2J");
    }

    /** The passwords of the file, and the links' secrets beyond the one place where each was printed. */
    @Test
    @Order(6)
    void noPasswordAndNoLinkStandsAnywhere() throws Exception {
        assertThat(secrets).hasSize(3);
        try (Stream<Path> files = Stream.concat(Files.walk(eider.home()), Files.walk(folder.resolve("said")))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (String password : List.of(PLANTED + "-", "pl4nted")) {
                    assertThat(holds(bytes, password)).as("'%s' in %s", password, file).isFalse();
                }
                for (String secret : secrets) {
                    assertThat(holds(bytes, secret) && file.startsWith(eider.home())).as("a link's secret in %s", file).isFalse();
                }
            }
        }
    }

    private static boolean holds(byte[] bytes, String text) {
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            if (new String(bytes, StandardCharsets.ISO_8859_1).contains(new String(text.getBytes(charset), StandardCharsets.ISO_8859_1))) {
                return true;
            }
        }
        return false;
    }

    @Test
    @Order(7)
    void aByteThatWasChangedWhileNothingRanIsFound() throws Exception {
        assertThat(eider.run("stop").done()).startsWith("Stopping");
        assertThat(server.end().exit()).isZero();
        assertThat(json("audit", "--limit", "1").get(0).get("action").asText()).isEqualTo("stop");
        Path file = eider.home().resolve("data/people.mv.db");
        byte[] right = Files.readAllBytes(file);
        assertThat(eider.run("audit", "verify").exit()).isZero();

        byte[] wrong = changed(Files.readAllBytes(file), "1 taken out, 0 put back", "0 taken out, 0 put back");
        Files.write(file, wrong);
        Answer verified = eider.run("audit", "verify");
        assertThat(verified.exit()).as(verified.toString()).isEqualTo(1);
        assertThat(verified.err()).isNotBlank().doesNotContain("Exception");
        assertThat(verified.out()).isEmpty();

        Files.write(file, right);
        assertThat(eider.run("audit", "verify").done()).contains("as they were written");
    }

    private static byte[] changed(byte[] bytes, String from, String to) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
