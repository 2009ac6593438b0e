package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import eider.engine.Badge;
import eider.engine.CommandLine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Quarantined;
import eider.engine.Recorded;
import eider.engine.Recording;
import eider.engine.Replayed;
import eider.engine.Rows.Column;
import eider.engine.Undone;
import eider.people.Audit;
import eider.people.People.Imported;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.AnnotatedElement;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class TrailTest {
    private final FakeEngine engine = new FakeEngine();

    @TempDir
    private Path folder;

    @BeforeEach
    void aShopWithALoad() throws Exception {
        engine.home = folder;
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("s.csv"), "date\n");
        engine.connections.add(new Connection("shop", "files", Connection.State.READY, "", List.of()));
        engine.loads.add(FakeEngine.load(7, Load.State.COMMITTED, 2, 1, ""));
        engine.undone = new Undone(7, "files", "sales", 2, 1, 0, true, List.of());
        Map<String, String> values = new LinkedHashMap<>(Map.of("amount", "much", "customer", "Ann Other"));
        engine.quarantined.add(new Quarantined(4, 7, "files", "sales", "s.csv line 4", "No number.", "x", FakeEngine.NOON, values, false));
        Recording recording = new Recording("shop-1.gz", 10, Recording.State.WHOLE, "shop", "acme.shop", "1.0.0", "run-7", FakeEngine.NOON, 4, 23, 1, "");
        engine.recorded = new Recorded(recording, engine.loads, "");
        engine.replayed = new Replayed(recording, List.of(), "", List.of(), "", "", List.of(), List.of());
        engine.badges.add(new Badge("shop", "sales", FakeEngine.NOON, Badge.State.DIFFERS, "one row more there", FakeEngine.NOON, null));
        engine.columns.add(new Column("n", "BIGINT"));
        engine.rows.add(new Object[] {1L});
        engine.people.all.add(FakePeople.person(1, "ann", "admin", Map.of()));
        engine.people.imported = new Imported(List.of(new Imported.Row(2, "bob", Imported.State.ADDED, ""), new Imported.Row(3, "x", Imported.State.BAD, "No role.")));
    }

    private Run run(String line) {
        return Run.of(engine, 0, folder, words(line));
    }

    /** Parts a line at blanks, but what stands in single quotes is one word. */
    private static String[] words(String line) {
        return Stream.of(line.split(" (?=(?:[^']*'[^']*')*[^']*$)")).map(word -> word.replace("'", "")).toArray(String[]::new);
    }

    private static Map<String, AnnotatedElement> everyCommand(picocli.CommandLine above) {
        Map<String, AnnotatedElement> commands = new TreeMap<>();
        commands.put(above.getCommandSpec().qualifiedName(), Cli.nature(above.getCommandSpec().userObject()));
        above.getSubcommands().values().forEach(command -> commands.putAll(everyCommand(command)));
        return commands;
    }

    @Test
    void everyCommandSaysWhetherItChangesAnything() {
        Console console = new Console(new CommandLine(List.of(), folder, 0, "ann", new ByteArrayOutputStream(), new ByteArrayOutputStream()));

        Map<String, AnnotatedElement> commands = everyCommand(Cli.parser(console, engine, 100));

        assertThat(commands).containsKeys("eider", "eider undo", "eider config check", "eider quarantine mend").hasSizeGreaterThan(20);
        assertThat(commands).allSatisfy((name, command) -> assertThat(command.isAnnotationPresent(Changes.class)).as("%s is either @Changes or @Reads", name)
                .isNotEqualTo(command.isAnnotationPresent(Reads.class)));
        // a command that is missing here has no test below that it leaves its entry
        assertThat(commands.entrySet().stream().filter(command -> command.getValue().isAnnotationPresent(Changes.class)).map(Map.Entry::getKey))
                .containsExactly(CHANGING);
    }

    /** Each of them is in {@link #aCommandThatChangesSomethingLeavesOneEntry}, or its change is written down by the service itself. */
    private static final String[] CHANGING = {"eider import-users", "eider people set", "eider plan", "eider quarantine mend", "eider quarantine replay", "eider query", "eider recordings delete",
        "eider recordings replay", "eider reset-password", "eider setup-link", "eider sources compare", "eider stop", "eider sync", "eider sync-sales", "eider undo"};

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            sync shop                        ; sync              ; source shop                          ;                                 ; load 7 sales committed: 2 in, 1 bad
            sync shop --cancel               ; sync              ; source shop                          ;                                 ; the running sync cancelled
            sync shop --record               ; sync              ; source shop, recorded in shop-1.gz   ;                                 ; load 7 sales committed: 2 in, 1 bad
            sync-sales --csv s.csv           ; sync              ; file FOLDER/s.csv                    ;                                 ; load 7 sales committed: 2 in, 1 bad
            plan shop --approve              ; plan.approve      ; source shop                          ;                                 ; load 7 sales committed: 2 in, 1 bad
            undo 7                           ; undo              ; load 7 of files.sales                ;                                 ; 2 taken out, 1 put back
            undo 7 --skip                    ; undo              ; load 7 of files.sales                ;                                 ; 2 taken out, 1 put back, to be left out
            quarantine mend 4 amount=12.50   ; quarantine.mend   ; row 4 in quarantine of files.sales   ; amount = (text)                 ; amount = 12.50
            quarantine mend 4 'customer=B C' ; quarantine.mend   ; row 4 in quarantine of files.sales   ; customer = (text)               ; customer = (text)
            quarantine mend 4 amount=        ; quarantine.mend   ; row 4 in quarantine of files.sales   ; amount = (text)                 ; amount = (empty)
            quarantine replay shop           ; quarantine.replay ; quarantine of shop                   ;                                 ; load 7 sales committed: 2 in, 1 bad
            recordings replay shop-1.gz      ; recording.replay  ; recording shop-1.gz                  ;                                 ; in an empty store
            recordings delete shop-1.gz      ; recording.delete  ; recording shop-1.gz                  ;                                 ; deleted
            sources compare shop             ; compare           ; source shop                          ;                                 ; sales differs
            query 'select 1' --format csv    ; export            ; query select 1                       ;                                 ; 1 row as csv
            stop                             ; stop              ; server on FOLDER                     ;                                 ;
            """)
    void aCommandThatChangesSomethingLeavesOneEntry(String line, String action, String object, String before, String after) {
        engine.address = URI.create("http://127.0.0.1:8080");

        run(line);

        assertThat(engine.audit.lines()).containsExactly(Stream.of("OPERATOR ann terminal", action, object.replace("FOLDER", folder.toString()), before, after)
                .map(word -> word == null ? "" : word).collect(java.util.stream.Collectors.joining(" | ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plugins", "sources", "plan shop", "loads", "loads 7", "quarantine", "quarantine mend 4", "recordings", "status", "config check", "config", "",
        "--help", "undo --help", "start", "stop", "people"})
    void aCommandThatOnlyReadsLeavesNoneAndOpensNothingForIt(String line) {
        run(line);

        assertThat(engine.asked).doesNotContain("audit");
        assertThat(engine.audit.entries).isEmpty();
    }

    /** They are written by the service that changes the accounts, in the same transaction. */
    @Test
    void aChangeOfAnAccountIsNotWrittenTwice() {
        run("import-users s.csv");
        run("people set ann --role user");
        run("reset-password ann");
        engine.people.all.clear();
        run("setup-link");

        assertThat(engine.people.changed).containsExactly("import by OPERATOR ann", "Change[email=null, role=user, attributes=null, active=null] by OPERATOR ann",
                "reset link of ann by OPERATOR ann", "set-up link by OPERATOR ann");
        assertThat(engine.audit.entries).isEmpty();
    }

    @Test
    void aQueryOnATerminalIsNoExport() {
        assertThat(Run.on(80, engine, "query", "select 1").code()).isZero();

        assertThat(engine.asked).doesNotContain("audit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"undo seven", "quarantine mend 4 amount", "sync shop --cancel --record", "undo", "query x --timeout 0"})
    void wrongUsageLeavesNone(String line) {
        assertThat(run(line).code()).isEqualTo(2);

        assertThat(engine.audit.entries).isEmpty();
    }

    @Test
    void whatFailedStandsThereAsFailed() {
        engine.refusal = new EngineException("Load 8 stands in the way.\nAnd so on.");
        assertThat(run("undo 7").code()).isEqualTo(1);
        engine.refusal = null;
        engine.failAfter = 1;
        engine.rows.add(new Object[] {2L});
        assertThat(run("query 'select 1' --format json").code()).isEqualTo(1);
        engine.bug = new IllegalStateException("inner secret state");
        assertThat(run("undo 7").code()).isEqualTo(1);

        assertThat(engine.audit.entries).extracting(Audit.Entry::after).containsExactly("failed: Load 8 stands in the way.",
                "1 row as json; failed: The query cannot be run: no more memory", "failed by a fault of Eider's own; the log tells more");
    }

    @Test
    void whatWasCancelledStandsThereToo() {
        for (long i = 0; i < 100_000; i++) {
            engine.rows.add(new Object[] {i});
        }
        Thread.currentThread().interrupt();

        assertThat(run("query 'select 1'").err()).isEqualTo("Cancelled.\n");

        assertThat(engine.audit.entries).extracting(Audit.Entry::after).containsExactly("1,000 rows as table; cancelled");
        assertThat(engine.audit.interruptedWhileWriting).isFalse();
    }

    @Test
    void whereNothingCanBeWrittenNothingIsDone() {
        engine.noAudit = new EngineException("The accounts are damaged; restore a backup.");

        Run run = run("undo 7");

        assertThat(run).isEqualTo(new Run(1, "", "Nothing was done, because it could not be written to the audit trail. The accounts are damaged; restore a backup.\n"));
        assertThat(engine.asked).containsExactly("audit", "closed");
        assertThat(run("loads").code()).isZero();

        engine.noAudit = null;
        engine.audit.damaged = new EngineException("The accounts cannot be read.");
        assertThat(run("undo 7").err()).isEqualTo("Nothing was done, because it could not be written to the audit trail. The accounts cannot be read.\n");
        assertThat(engine.asked).noneMatch(what -> what.startsWith("undo"));
    }

    @Test
    void aServerCanBeStoppedAllTheSame() {
        engine.address = URI.create("http://127.0.0.1:8080");
        engine.noAudit = new EngineException("The accounts are damaged; restore a backup.");

        Run run = run("stop");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEqualTo("This does not stand in the audit trail, only in the log: The accounts are damaged; restore a backup.\n");
        assertThat(engine.asked).contains("stop");
    }

    @Test
    void theEntryOfAStopStandsBeforeTheServerStops() {
        engine.address = URI.create("http://127.0.0.1:8080");
        engine.stopping = () -> assertThat(engine.audit.entries).hasSize(1);

        assertThat(run("stop").code()).isZero();

        assertThat(engine.audit.entries).hasSize(1);
    }

    @Test
    void whatCannotBeWrittenAnyMoreIsAFailureAndStandsInTheLog() {
        engine.audit.full = new EngineException("The disk is full.");
        Logger log = (Logger) LoggerFactory.getLogger(Trail.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        Run run;
        try {
            run = run("recordings delete shop-1.gz");
        } finally {
            log.detachAppender(lines);
        }

        assertThat(run).isEqualTo(new Run(1, "Deleted shop-1.gz.\n", "This does not stand in the audit trail, only in the log: The disk is full.\n"));
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly(
                "NOT IN THE AUDIT TRAIL: OPERATOR ann: recording.delete on recording shop-1.gz, before '', after 'deleted'");
    }

    @ParameterizedTest
    @CsvSource({"12.50,12.50", "-7,-7", "'1,5','1,5'", "2026-05-01,2026-05-01", "true,true", "+49301234567,(text)", "4111111111111111,(text)", "5551234567,(text)",
        "ann@example.com,(text)", "'',(empty)"})
    void figuresAndDaysAreToldAndTextsAreNot(String value, String told) {
        assertThat(Mended.fields(List.of("field"), Map.of("field", value))).isEqualTo("field = " + told);
    }
}
