package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People.Imported;
import eider.people.People.Imported.Row;
import eider.people.People.Imported.State;
import eider.people.Person;
import eider.people.RefusedException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PeopleTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String PASSWORD = "pl4nted-Pa55word";
    private static final String CSV = "username,email,role,initial_password\nann,ann@example.com,admin," + PASSWORD + "\nb b,,user," + PASSWORD + "\n";

    private final FakeEngine engine = new FakeEngine();

    @TempDir
    private Path folder;

    @BeforeEach
    void anAdminIsThere() {
        engine.people.all.add(FakePeople.person(99, "zoe", "admin", Map.of()));
    }

    private Run run(String... words) {
        return Run.of(engine, 0, folder, words);
    }

    @Test
    void anImportTellsOfEachRow() throws Exception {
        Files.writeString(folder.resolve("team.csv"), "\ufeff" + CSV);
        engine.people.imported = new Imported(List.of(new Row(2, "ann", State.ADDED, ""), new Row(3, "cem", State.THERE_ALREADY, ""),
                new Row(4, "b b", State.BAD, "A user name has letters, digits and . _ - @ only.")));

        Run run = run("import-users", "team.csv");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out().lines().map(line -> line.strip().replaceAll(" {2,}", " | "))).containsExactly("LINE | USERNAME | RESULT | REASON", "2 | ann | added",
                "3 | cem | there already", "4 | b b | bad | A user name has letters, digits and . _ - @ only.");
        assertThat(run.err()).isEqualTo("1 added, 1 there already, 1 bad. Mend the bad rows and import the file again: who is there already stays as he is.\n");
        // as the file says, without the mark that Excel puts first
        assertThat(engine.people.read).isEqualTo(CSV);
        assertThat(engine.people.changed).containsExactly("import by OPERATOR ann");
        Run json = run("import-users", "team.csv", "--format", "json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(MAPPER.readTree(json.out()).get(1).get("result").asText()).isEqualTo("there_already");
        assertThat(run("import-users", "team.csv", "--format", "csv").out()).startsWith("line,username,result,reason\r\n2,ann,added,\"\"\r\n");
    }

    @Test
    void anImportWithoutABadRowIsDone() throws Exception {
        Files.writeString(folder.resolve("team.csv"), CSV);
        engine.people.imported = new Imported(List.of(new Row(2, "ann", State.ADDED, "")));
        engine.people.all.clear();
        assertThat(run("import-users", "team.csv").err()).startsWith("Nobody is an admin yet, and no set-up link works any more; make one: eider people set USER --role admin\n");
        engine.people.all.add(FakePeople.person(1, "ann", "admin", Map.of()));

        Run run = run("import-users", "team.csv");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEqualTo("1 added, 0 there already, 0 bad. The file holds passwords: delete it when everybody has signed in once.\n");
        assertThat(run("import-users", "team.csv", "--format", "json").err()).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadAddsNobody() throws Exception {
        assertThat(run("import-users", "nowhere.csv")).isEqualTo(new Run(1, "", "There is no file " + folder.resolve("nowhere.csv") + ".\n"));
        assertThat(run("import-users", ".").err()).contains("is not a file");
        Files.write(folder.resolve("old.csv"), (CSV + "jürgen,,user," + PASSWORD).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run("import-users", "old.csv")).isEqualTo(new Run(1, "", folder.resolve("old.csv") + " is not in UTF-8; save it as 'CSV UTF-8'. Nobody was added.\n"));

        assertThat(engine.asked).doesNotContain("people");
    }

    @Test
    void noPasswordIsPrintedLoggedOrWrittenDown() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        root.setLevel(Level.ALL);
        StringBuilder said = new StringBuilder();
        try {
            Files.writeString(folder.resolve("team.csv"), CSV);
            Files.write(folder.resolve("old.csv"), (CSV + "jürgen,,user," + PASSWORD).getBytes(StandardCharsets.ISO_8859_1));
            engine.people.imported = new Imported(List.of(new Row(2, "ann", State.BAD, "No role.")));
            for (String format : List.of("table", "csv", "json")) {
                said.append(run("import-users", "team.csv", "--format", format));
            }
            said.append(run("import-users", "old.csv"));
            engine.people.refusal = new EngineException("The disk is full.");
            said.append(run("import-users", "team.csv"));
            engine.bug = new IllegalStateException("x");
            said.append(run("import-users", "team.csv"));
        } finally {
            root.setLevel(level);
            root.detachAppender(lines);
        }

        assertThat(said.toString()).contains("No role.", "The disk is full.", "something unexpected").doesNotContain(PASSWORD);
        assertThat(lines.list).isNotEmpty().noneSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy()).contains(PASSWORD));
        assertThat(engine.audit.entries).isEmpty();
    }

    @Test
    void theAccountsAreListed() throws Exception {
        engine.people.all.clear();
        assertThat(run("people")).isEqualTo(new Run(0, "There is no account yet. Print a link for the first admin: eider setup-link\n", ""));
        engine.people.all.add(FakePeople.person(1, "ann", "manager", Map.of("sales_user_id", "7", "region", "North")));
        engine.people.all.add(new Person(2, "bob", "", "user", Map.of(), false, true, true, FakeEngine.NOON, FakeEngine.NOON));

        assertThat(run("people").out()).contains("USERNAME", "MEMBER SINCE", "LAST SIGN IN", "SECOND FACTOR", "region = North, sales_user_id = 7", "ann@example.com");
        JsonNode bob = MAPPER.readTree(run("people", "--format", "json").out()).get(1);
        assertThat(bob.get("active").booleanValue()).isFalse();
        assertThat(bob.get("second_factor").booleanValue()).isTrue();
        assertThat(bob.get("must_change_password").booleanValue()).isTrue();
        assertThat(bob.get("attributes").isEmpty()).isTrue();
        assertThat(MAPPER.readTree(run("people", "--format", "json").out()).get(0).get("last_sign_in").isNull()).isTrue();
    }

    @Test
    void anAccountIsChangedInWhatIsNamedAlone() {
        engine.people.all.add(FakePeople.person(1, "ann", "user", Map.of("sales_user_id", "7", "region", "North")));

        Run run = run("people", "set", "Ann", "--role", "manager", "--attribute", "sales_user_id=8", "--attribute", "region=");

        assertThat(run).isEqualTo(new Run(0, "ann: role manager, active, ann@example.com, sales_user_id = 8\n", ""));
        assertThat(run("people", "set", "ann", "--inactive", "--email", "").out()).isEqualTo("ann: role user, not active, signed out everywhere, region = North, sales_user_id = 7\n");
        assertThat(run("people", "set", "ann", "--active", "--remove-second-factor").out()).contains("active", "no second factor");
        assertThat(engine.people.changed).containsExactly("Change[email=null, role=manager, attributes={sales_user_id=8}, active=null] by OPERATOR ann",
                "Change[email=, role=null, attributes=null, active=false] by OPERATOR ann", "Change[email=null, role=null, attributes=null, active=true] by OPERATOR ann",
                "second factor of 1 removed, without a password by OPERATOR ann");
    }

    @Test
    void whoIsNotThereIsToldWithTheNearest() {
        engine.people.all.add(FakePeople.person(1, "annette", "user", Map.of()));

        assertThat(run("people", "set", "anette", "--role", "admin")).isEqualTo(new Run(1, "", "There is no account 'anette'. Did you mean 'annette'? See: eider people\n"));
        assertThat(run("reset-password", "anette").err()).contains("Did you mean 'annette'?");
        assertThat(engine.people.changed).isEmpty();
    }

    @Test
    void aLinkGoesToTheStandardOutputAlone() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        root.setLevel(Level.ALL);
        try {
            engine.people.all.clear();
            engine.address = URI.create("http://127.0.0.1:8080");
            engine.publicUrl = URI.create("https://eider.example.com/");
            Run setUp = run("setup-link");
            assertThat(setUp.out()).isEqualTo("http://127.0.0.1:8080/set-up?key=" + FakePeople.SECRET + "\n");
            assertThat(setUp.err()).contains("an admin", "30 minutes", "once").doesNotContain(FakePeople.SECRET);

            engine.people.all.add(FakePeople.person(1, "ann", "user", Map.of()));
            Run reset = run("reset-password", "ANN");
            assertThat(reset.out()).isEqualTo("https://eider.example.com/reset?key=" + FakePeople.SECRET + "\n");
            assertThat(reset.err()).contains("a new password for ann", "30 minutes", "once").doesNotContain(FakePeople.SECRET);
            engine.publicUrl = null;
            assertThat(run("reset-password", "ann").out()).isEqualTo("http://127.0.0.1:8080/reset?key=" + FakePeople.SECRET + "\n");
            assertThat(run("setup-link")).isEqualTo(new Run(1, "", "There are accounts already; an admin adds people.\n"));
        } finally {
            root.setLevel(level);
            root.detachAppender(lines);
        }
        assertThat(lines.list).noneSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy()).contains(FakePeople.SECRET));
        assertThat(engine.audit.lines()).isEmpty();
    }

    @Test
    void withoutAServerALinkIsAPathAndASentence() {
        engine.people.all.clear();
        Run run = run("setup-link");

        assertThat(run.out()).isEqualTo("/set-up?key=" + FakePeople.SECRET + "\n");
        assertThat(run.err()).contains("No server runs on this home: start it with 'eider start', put its address before this");
    }

    @Test
    void theAuditTrailIsListedFromTheNewest() throws Exception {
        engine.audit.add(Actor.person("ann", "10.0.0.7", "Firefox"), "sign-in", "person ann", "", "");
        engine.audit.add(Actor.operator("root"), "undo", "load 7\u001b[2J", "", "2 taken out");
        engine.audit.add(new Actor(Actor.Kind.TOKEN, "ann", "10.0.0.8", "curl"), "export", "query", "", "3 rows");
        engine.audit.add(Actor.EIDER, "session.end", "session of ann", "", "idle");

        Run run = run("audit");
        assertThat(run.out().lines().skip(1).map(line -> line.strip().split(" +")[0])).containsExactly("4", "3", "2", "1");
        assertThat(run.out()).contains("operator root", "token of ann", "Eider", "10.0.0.7", "load 7\\x1b[2J").doesNotContain("\u001b");
        assertThat(run("audit", "--find", "ANN").out()).doesNotContain("root");
        assertThat(run("audit", "--find", "nobody").out()).isEqualTo("Nothing stands there with 'nobody' in it.\n");
        assertThat(run("audit", "--limit", "2").err()).isEqualTo("See older ones with --before 3.\n");
        assertThat(run("audit", "--before", "3").out()).doesNotContain("export").contains("undo", "sign-in");
        JsonNode first = MAPPER.readTree(run("audit", "--format", "json", "--before", "2").out()).get(0);
        assertThat(first.get("kind").asText() + " " + first.get("who").asText() + " " + first.get("agent").asText()).isEqualTo("person ann Firefox");
    }

    @Test
    void aWholeAuditTrailGoesIntoAFile() throws Exception {
        for (int i = 0; i < 2_500; i++) {
            engine.audit.add(Actor.EIDER, "start", "", "", "");
        }

        assertThat(MAPPER.readTree(run("audit", "--limit", "1000000", "--format", "json").out())).hasSize(2_500);
        assertThat(run("audit", "--limit", "2000").err()).isEqualTo("See older ones with --before 501.\n");
        assertThat(run("audit", "--limit", "2500").err()).isEmpty();
    }

    @Test
    void verifyingTellsEachFaultAndFails() throws Exception {
        assertThat(run("audit", "verify")).isEqualTo(new Run(0, "Nothing stands there yet.\n", ""));
        engine.audit.add(Actor.EIDER, "start", "", "", "");
        assertThat(run("audit", "verify").out()).isEqualTo("1 entry, and it is as it was written.\n");
        engine.audit.add(Actor.EIDER, "start", "", "", "");
        assertThat(run("audit", "verify").out()).isEqualTo("2 entries, all as they were written.\n");
        engine.audit.faults.addAll(List.of("Entry 1 was changed.", "Entry 3 is missing."));
        assertThat(run("audit", "verify")).isEqualTo(new Run(1, "", "Entry 1 was changed.\nEntry 3 is missing.\n"));
    }

    @Test
    void whereTheAccountsCannotBeReadTheirSentenceIsTold() {
        engine.people.damaged = new EngineException("The accounts are damaged; restore a backup.");

        assertThat(run("reset-password", "ann")).isEqualTo(new Run(1, "", "The accounts are damaged; restore a backup.\n"));
    }

    @Test
    void whatIsRefusedIsToldInItsSentence() {
        engine.people.all.add(FakePeople.person(1, "ann", "admin", Map.of()));
        engine.people.refusal = new RefusedException("ann is the last active admin.");

        assertThat(run("people", "set", "ann", "--inactive")).isEqualTo(new Run(1, "", "ann is the last active admin.\n"));
    }
}
