package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eider.engine.CommandLine;
import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Mapping;
import eider.engine.PlannedLoad;
import eider.engine.PlannedLoad.Metric;
import eider.engine.PlannedLoad.Sample;
import eider.engine.Plugin;
import eider.engine.Quarantined;
import eider.engine.RuleCheck;
import eider.engine.Rows.Column;
import eider.engine.Undone;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final FakeEngine engine = new FakeEngine();

    @TempDir
    private Path folder;

    private Run syncSales(Load load, String... more) throws Exception {
        engine.loads.add(load);
        Files.writeString(folder.resolve("my sales.csv"), "a\n1\n");
        String[] words = Stream.concat(Stream.of("sync-sales", "--csv", "my sales.csv"), Arrays.stream(more)).toArray(String[]::new);
        return Run.of(engine, 0, folder, words);
    }

    @Test
    void aFileIsSeenFromWhereThePersonStands() throws Exception {
        Run run = syncSales(FakeEngine.load(7, Load.State.COMMITTED, 12_345, 0, ""));

        assertThat(run).isEqualTo(new Run(0, "sales: 12,345 rows in from sales.csv (load 7, 1.5 s).\n", ""));
        assertThat(engine.asked).contains("load " + folder.resolve("my sales.csv") + " into sales");
    }

    @Test
    void quarantinedRowsAreToldWithTheWayToSeeThem() throws Exception {
        assertThat(syncSales(FakeEngine.load(7, Load.State.COMMITTED, 1, 2, "")).out())
                .contains("1 row in", "2 bad rows kept in quarantine; see: eider quarantine files");
    }

    @Test
    void whatWasAssumedIsToldBelowWhatWasDone() throws Exception {
        assertThat(syncSales(FakeEngine.load(7, Load.State.COMMITTED, 3, 0, "In sales.csv the first row was taken for names."))).isEqualTo(new Run(0,
                "sales: 3 rows in from sales.csv (load 7, 1.5 s).\n  In sales.csv the first row was taken for names.\n", ""));
    }

    @Test
    void theSameFileAgainIsNothingNew() throws Exception {
        Run run = syncSales(FakeEngine.load(8, Load.State.UNCHANGED, 0, 0, ""));

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("nothing new", "nothing was changed");
    }

    @Test
    void aHeldLoadFailsAndTellsHowToGoOn() throws Exception {
        Run run = syncSales(FakeEngine.load(8, Load.State.HELD, 0, 0, "It would remove 9 of 10 rows."));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("It would remove 9 of 10 rows.", "eider sync-sales --csv 'my sales.csv' --approve");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aPlanShowsRowsColumnsAndFiguresAndHowToGoOn() throws Exception {
        engine.connections.add(new Connection("shop", "files", Connection.State.READY, "", List.of()));
        engine.planned.add(new PlannedLoad("orders", List.of("id"), 1_200, 1, 7, 1, 1, List.of("column more (DATE) is new"), List.of(
                new Sample(Sample.Kind.INSERTED, Map.of(), new TreeMap<>(Map.of("id", "4", "note", "new")), ""),
                new Sample(Sample.Kind.UPDATED, Map.of("id", "2", "amount", "20.0000"), Map.of("id", "2", "amount", "21.5000"), ""),
                new Sample(Sample.Kind.REMOVED, new TreeMap<>(Map.of("id", "3")), Map.of(), ""),
                new Sample(Sample.Kind.QUARANTINED, Map.of(), Map.of(), "a.csv line 9: amount: 'x' is not a number")),
                List.of(new Metric("sales", "sales", new BigDecimal("1000"), new BigDecimal("1001.5"))), List.of("it would remove much"), "", ""));
        Run run = Run.of(engine, 0, folder, "plan", "shop");

        assertThat(run.out()).isEqualTo("""
                orders, 1,200 rows now
                  + 1 row would come in
                      id 4, note new
                  ~ 7 rows would change, such as
                      id 2: amount 20 → 21.5
                  - 1 row would go
                      id 3
                  ! 1 row is bad, and would be kept in quarantine
                      a.csv line 9: amount: 'x' is not a number
                  columns
                      column more (DATE) is new
                  figures of the table sales that would change
                      sales: 1,000 → 1,001.5 (+1.5)
                  Careful: it would remove much. On a schedule it would wait for your word.

                """);
        assertThat(run.err()).isEqualTo("Nothing was changed. Carry out just this: eider plan shop --approve\n");
        assertThat(run.code()).isZero();
        JsonNode json = MAPPER.readTree(Run.of(engine, 0, folder, "plan", "shop", "--format", "json").out());
        assertThat(json.at("/0/samples/1/before/amount").asText()).isEqualTo("20.0000");
        assertThat(json.at("/0/metrics/0/after").decimalValue()).isEqualByComparingTo("1001.5");
    }

    @Test
    void aPlanThatFailsIsAFailureAndAPlanOfNothingIsNone() throws Exception {
        engine.connections.add(new Connection("shop", "files", Connection.State.READY, "", List.of()));
        engine.planned.add(new PlannedLoad("orders", List.of(), 3, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), "", ""));
        assertThat(Run.of(engine, 0, folder, "plan", "shop")).isEqualTo(new Run(0, "orders, 3 rows now\n  nothing new\n\n", "A sync would change nothing.\n"));
        engine.planned.add(new PlannedLoad("lines", List.of(), 0, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), "The rule broke.", ""));
        assertThat(Run.of(engine, 0, folder, "plan", "shop").code()).isEqualTo(1);
        engine.loads.add(FakeEngine.load(8, Load.State.COMMITTED, 1, 0, ""));
        assertThat(Run.of(engine, 0, folder, "plan", "shop", "--approve").out()).contains("1 row in");
        assertThat(engine.asked).contains("approve shop");
        assertThat(Run.of(engine, 0, folder, "plan", "shp").err()).contains("Did you mean 'shop'?");
    }

    @Test
    void aLoadIsTakenBackAndItsDatasetWaitsForAWord() throws Exception {
        engine.loads.add(FakeEngine.load(7, Load.State.COMMITTED, 2, 0, ""));
        engine.undone = new Undone(7, "files", "sales", 2, 1, 1, true, List.of("Column more stays."));
        Run run = Run.of(engine, 0, folder, "undo", "7");

        assertThat(run.out()).isEqualTo("Load 7 of files.sales is taken back: 2 rows that it had brought are out, 1 row that it had replaced or removed is here again.\n"
                + "  1 row that had left quarantine with it is there again.\n  Column more stays.\n");
        assertThat(run.err()).contains("not read any more until you say", "eider undo 7 --read-again", "eider undo 7 --skip");
        assertThat(engine.asked).contains("undo 7 by ann").noneMatch(what -> what.startsWith("release"));
        Run.of(engine, 0, folder, "undo", "7", "--skip");
        assertThat(engine.asked).containsSubsequence("undo 7 by ann", "undo 7 by ann", "release files.sales SKIP");
        engine.loads.set(0, FakeEngine.load(7, Load.State.UNDONE, 2, 0, ""));
        assertThat(Run.of(engine, 0, folder, "undo", "7", "--read-again").out()).contains("The next sync asks files again");
        assertThat(engine.asked).contains("release files.sales READ_AGAIN").filteredOn("undo 7 by ann"::equals).hasSize(2);
        assertThat(Run.of(engine, 0, folder, "undo", "9")).isEqualTo(new Run(1, "", "There is no load 9. See: eider loads\n"));
        assertThat(Run.of(engine, 0, folder, "undo", "7", "--skip", "--read-again").code()).isEqualTo(2);
        assertThat(Run.of(engine, 0, folder, "undo", "x").err()).contains("'x' is no load's id");
    }

    @Test
    void loadsTellUntilWhenTheyCanBeTakenBack() throws Exception {
        Load load = FakeEngine.load(7, Load.State.COMMITTED, 2, 0, "");
        engine.loads.add(new Load(7, load.run(), "files", "sales", load.state(), load.started(), load.finished(), 2, 1, 0, 0, "", "",
                new Load.Undo(Load.Undo.State.POSSIBLE, 1, FakeEngine.NOON)));
        assertThat(Run.of(engine, 0, folder, "loads").out()).contains("UNDO").contains("until 2026-03-01");
        JsonNode json = MAPPER.readTree(Run.of(engine, 0, folder, "loads", "--format", "json").out());
        assertThat(json.at("/0/undo").asText()).isEqualTo("possible");
        assertThat(json.at("/0/undo_until").asText()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(json.at("/0/images").asInt()).isEqualTo(1);
    }

    @Test
    void approvalReachesTheEngine() throws Exception {
        syncSales(FakeEngine.load(8, Load.State.COMMITTED, 1, 0, ""), "--approve");

        assertThat(engine.asked).anyMatch(what -> what.endsWith("into sales approved"));
    }

    @Test
    void aFailedOrCancelledLoadFails() throws Exception {
        assertThat(syncSales(FakeEngine.load(8, Load.State.FAILED, 0, 0, "The file is empty.")).err()).contains("The file is empty.");
        engine.loads.clear();
        assertThat(syncSales(FakeEngine.load(8, Load.State.CANCELLED, 0, 0, "")).code()).isEqualTo(1);
    }

    @Test
    void aFileThatIsNotThereIsNamedBeforeTheStoreIsOpened() {
        Run run = Run.of(engine, 0, folder, "sync-sales", "--csv", "../nowhere.csv");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("There is no file " + folder.getParent().resolve("nowhere.csv") + ".\n");
        assertThat(Run.of(engine, 0, folder, "sync-sales", "--csv", ".").err()).contains("is not a file");
        assertThat(engine.asked).doesNotContain("syncs");
    }

    @Test
    void syncTellsOfEachDatasetAndFailsIfOneDid() {
        engine.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));
        engine.loads.add(FakeEngine.load(1, Load.State.COMMITTED, 10, 0, ""));
        engine.loads.add(FakeEngine.load(2, Load.State.FAILED, 0, 0, "Line 3 has a broken quote."));

        Run run = Run.of(engine, "sync", "inbox");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("10 rows in");
        assertThat(run.err()).contains("Line 3 has a broken quote.");
    }

    @Test
    void anUnknownSourceIsRefusedWithTheNearest() {
        engine.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));

        assertThat(Run.of(engine, "sync", "imbox")).isEqualTo(new Run(1, "",
                "There is no source 'imbox'. Did you mean 'inbox'? See: eider sources\n"));
        assertThat(engine.asked).noneMatch(what -> what.startsWith("sync "));
    }

    @Test
    void cancelCancelsAndDoesNotSync() {
        engine.connections.add(new Connection("inbox", "files", Connection.State.SYNCING, "", List.of()));

        assertThat(Run.of(engine, "sync", "inbox", "--cancel").out()).contains("Cancelled the sync of inbox");
        assertThat(engine.asked).contains("cancel inbox").noneMatch(what -> what.startsWith("sync "));
    }

    @Test
    void listsHaveStableKeysForScripts() throws Exception {
        Load load = FakeEngine.load(3, Load.State.COMMITTED, 1_000, 1, null);
        engine.loads.add(load);
        engine.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of(load)));
        engine.plugins.add(new Plugin("a.jar", "a", "1.0.0", "0123456789abcdef", Plugin.State.REFUSED, "It is truncated.", FakeEngine.NOON));
        engine.quarantined.add(new Quarantined(1, 3, "files", "sales", "sales.csv line 7", "No date.", "x,y", FakeEngine.NOON, Map.of(), false));

        assertThat(keys("loads")).containsExactly("id", "run", "connection", "dataset", "state", "started", "finished", "inserted", "updated",
                "removed", "quarantined", "places", "message", "undo", "undo_until", "images");
        assertThat(keys("sources")).containsExactly("name", "connector", "state", "last_sync", "last_state", "message", "last_loads", "datasets",
                "models");
        assertThat(keys("plugins")).containsExactly("file", "name", "version", "state", "since", "sha256", "reason");
        assertThat(keys("quarantine")).containsExactly("id", "load", "connection", "dataset", "place", "reason", "raw", "at", "mended");
        JsonNode row = MAPPER.readTree(Run.of(engine, "loads", "--format", "json").out()).get(0);
        assertThat(row.get("inserted").longValue()).isEqualTo(1_000);
        assertThat(row.get("state").textValue()).isEqualTo("committed");
        assertThat(row.get("started").textValue()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(Run.of(engine, "loads", "--format=CSV").out()).startsWith("id,run,connection").contains(",1000,");
        assertThat(Run.of(engine, "loads").out()).contains("1,000").doesNotContain("run-3");
    }

    @Test
    void aLoadsRulesAreListedWithWhatBrokeThem() throws Exception {
        engine.checks.add(new RuleCheck("sales: date required", "quarantine", 12_000, 3, "date: empty, but required"));
        engine.checks.add(new RuleCheck("status one of paid, open", "warn", 12_000, 0, ""));

        assertThat(Run.of(engine, "loads", "7").out()).contains("sales: date required", "quarantine", "12,000", "date: empty, but required");
        JsonNode row = MAPPER.readTree(Run.of(engine, "loads", "7", "--format", "json").out()).get(0);
        assertThat(row.get("rule").textValue()).isEqualTo("sales: date required");
        assertThat(List.of(row.get("checked").longValue(), row.get("broken").longValue())).containsExactly(12_000L, 3L);
        assertThat(Run.of(engine, "loads", "8").out()).isEqualTo("No rules were applied in load 8, or there is no such load.\n");
        assertThat(Run.of(engine, "loads", "8", "--format", "json").out()).isEqualTo("[]\n");
        assertThat(Run.of(engine, "loads", "x").code()).isEqualTo(2);
    }

    @Test
    void whatALoadHasToSayIsSaid() throws Exception {
        assertThat(syncSales(FakeEngine.load(8, Load.State.COMMITTED, 10, 0, "1 of 5 rules is broken: status one of paid.")).out())
                .contains("10 rows in", "1 of 5 rules is broken: status one of paid.");
    }

    private List<String> keys(String command) throws Exception {
        List<String> keys = new ArrayList<>();
        MAPPER.readTree(Run.of(engine, command, "--format", "json").out()).get(0).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private void aSourceWith(Badge... badges) {
        engine.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));
        engine.badges.addAll(List.of(badges));
    }

    private static final Badge MATCHING = new Badge("inbox", "sales", FakeEngine.NOON, Badge.State.MATCHES, "3 rows here, as at the source.", FakeEngine.NOON,
            new Badge.Comparison(3, 3, 0, List.of(new Badge.Sum("amount", new BigDecimal("12.50"), new BigDecimal("12.50")))));
    private static final Badge DIFFERING = new Badge("inbox", "returns", null, Badge.State.DIFFERS, "1 row fewer here than at the source (2 here, 3 there).",
            FakeEngine.NOON, new Badge.Comparison(2, 3, 0, List.of()));

    @Test
    void sourcesShowWhetherTheirDatasetsCanBeReliedOn() throws Exception {
        aSourceWith(MATCHING, DIFFERING);

        assertThat(Run.of(engine, "sources").out()).contains("COMPLETE TO", "matches", "3 rows here, as at the source.", "differs", "1 row fewer here");
        JsonNode datasets = MAPPER.readTree(Run.of(engine, "sources", "--format", "json").out()).get(0).get("datasets");
        assertThat(datasets.get(0).get("compared").textValue()).isEqualTo("matches");
        assertThat(datasets.get(0).get("complete_to").textValue()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(datasets.get(0).get("sums").get(0).get("at_source").decimalValue()).isEqualByComparingTo("12.50");
        assertThat(datasets.get(1).get("rows_at_source").longValue()).isEqualTo(3);
        assertThat(datasets.get(1).get("complete_to").isNull()).isTrue();
    }

    @Test
    void sourcesShowWhichModelFillsWhatAndASyncTellsThoseThatCountForNothing() throws Exception {
        aSourceWith();
        engine.mappings.add(new Mapping("inbox", "sales", "sales", "connector", ""));
        engine.mappings.add(new Mapping("inbox", "sals", "products", "config/models/p.sql", "config/models/p.sql: inbox has no dataset 'sals'; did you mean 'sales'?"));

        assertThat(Run.of(engine, "sources").out()).contains("FILLS", "connector", "config/models/p.sql", "did you mean 'sales'?");
        JsonNode models = MAPPER.readTree(Run.of(engine, "sources", "--format", "json").out()).get(0).get("models");
        assertThat(models.get(1).get("fills").textValue()).isEqualTo("products");
        assertThat(Run.of(engine, "sync", "inbox").err()).contains("A model counts for nothing. config/models/p.sql: inbox has no dataset 'sals'");
    }

    @Test
    void compareFailsUnlessAllMatch() {
        aSourceWith(MATCHING);

        assertThat(Run.of(engine, "sources", "compare", "inbox")).isEqualTo(new Run(0, "sales matches its source: 3 rows here, as at the source.\n", ""));
        engine.badges.add(DIFFERING);
        Run differing = Run.of(engine, "sources", "compare", "inbox");
        assertThat(differing.code()).isEqualTo(1);
        assertThat(differing.err()).isEqualTo("returns differs from its source: 1 row fewer here than at the source (2 here, 3 there).\n");
        assertThat(Run.of(engine, "sources", "compare", "inbox", "--format", "csv").out().lines()).hasSize(3).first().isEqualTo(
                "source,dataset,complete_to,compared,compared_at,rows_here,rows_at_source,quarantined,sums,message");
        assertThat(Run.of(engine, "sources", "compare", "imbox").err()).isEqualTo("There is no source 'imbox'. Did you mean 'inbox'? See: eider sources\n");
        assertThat(engine.asked).contains("compare inbox").doesNotContain("compare imbox");
    }

    @Test
    void aSyncTellsThatADatasetDiffersFromItsSource() {
        aSourceWith(MATCHING, DIFFERING);
        engine.loads.add(FakeEngine.load(3, Load.State.UNCHANGED, 0, 0, null));

        assertThat(Run.of(engine, "sync", "inbox").err()).isEqualTo("returns differs from its source: 1 row fewer here than at the source (2 here, 3 there).\n"
                + "Compare it again with: eider sources compare inbox\n");
    }

    @Test
    void emptyListsSayWhatToDo() {
        assertThat(Run.of(engine, "plugins").out()).contains("Drop connector jars into /srv/eider/plugins");
        assertThat(Run.of(engine, "sources").out()).contains("files~inbox.cfg");
        assertThat(Run.of(engine, "loads").out()).contains("Nothing was loaded yet");
        assertThat(Run.of(engine, "quarantine", "inbox").out()).isEqualTo("Nothing is in quarantine for 'inbox'.\n");
        assertThat(Run.of(engine, "loads", "--format", "json").out()).isEqualTo("[]\n");
    }

    @Test
    void quarantineTellsOfTheRest() {
        for (int i = 0; i < 30; i++) {
            engine.quarantined.add(new Quarantined(i, 3, "files", "sales", "line " + i, "No date.", "\u001b[31mred", FakeEngine.NOON, Map.of(), false));
        }

        Run run = Run.of(engine, "quarantine", "files", "--limit", "5");

        assertThat(run.out().lines()).hasSize(6);
        assertThat(run.out()).contains("\\x1b[31mred").doesNotContain("\u001b");
        assertThat(run.err()).contains("newest 5 of 30 rows");
    }

    @Test
    void aQueryMayBeginWithAComment() {
        Run.of(engine, "query", "-- who\nselect 1", "--format", "csv");

        assertThat(engine.asked).contains("query  -- who\nselect 1");
    }

    @Test
    void aQueryEndsWhenNobodyReads() {
        engine.columns.add(new Column("n", "BIGINT"));
        for (long i = 0; i < 100_000; i++) {
            engine.rows.add(new Object[] {i});
        }
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        for (OutputStream out : List.of(closed, new PrintStream(closed))) {
            int code = new Cli(() -> engine).run(new CommandLine(List.of("query", "q", "--format", "csv"), folder, 0, "ann", out,
                    OutputStream.nullOutputStream()));

            assertThat(code).isEqualTo(1);
            assertThat(engine.read).isLessThan(5_000);
            engine.read = 0;
        }
    }

    @Test
    void anInterruptCancelsAQuery() {
        engine.columns.add(new Column("n", "BIGINT"));
        for (long i = 0; i < 100_000; i++) {
            engine.rows.add(new Object[] {i});
        }
        Thread.currentThread().interrupt();

        assertThat(Run.of(engine, "query", "q").err()).isEqualTo("Cancelled.\n");
        assertThat(engine.read).isLessThan(5_000);
    }

    @Test
    void aQueryIsRefusedInDuckDbsFirstLine() {
        engine.refusal = new EngineException("Binder Error: Referenced column \"x\" not found in FROM clause!"
                + "\nCandidate bindings: \"y\"\n\nLINE 1: select x\n               ^");

        assertThat(Run.of(engine, "query", "select x")).isEqualTo(new Run(1, "",
                "The query cannot be run: Referenced column \"x\" not found in FROM clause!\n"));
    }

    @Test
    void statusTellsOfHomeServerDataAndProblems() throws Exception {
        engine.address = URI.create("http://127.0.0.1:8080");
        engine.loads.add(FakeEngine.load(3, Load.State.COMMITTED, 1_000, 1, null));
        engine.plugins.add(new Plugin("a.jar", "", "", "", Plugin.State.REFUSED, "It is truncated.", FakeEngine.NOON));
        engine.plugins.add(new Plugin("b.jar", "b", "1", "00", Plugin.State.SERVING, "", FakeEngine.NOON));
        engine.columns.add(new Column("n", "BIGINT"));
        engine.rows.add(new Object[] {50_000L});

        Run run = Run.of(engine, "status");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("/srv/eider", "1.2.3", "running since", "http://127.0.0.1:8080", "50,000 rows", "2, 1 with a problem",
                "a.jar: It is truncated.");
        JsonNode status = MAPPER.readTree(Run.of(engine, "status", "--format", "json").out());
        assertThat(status.get("running").booleanValue()).isTrue();
        assertThat(status.get("sales_rows").longValue()).isEqualTo(50_000);
        assertThat(status.get("plugin_problems").get(0).get("file").textValue()).isEqualTo("a.jar");
        assertThat(Run.of(engine, "status", "--format", "csv").out().lines()).hasSize(2);
    }

    @Test
    void statusTellsWhatItCanWhereTheStoreCannotBeOpened() {
        engine.refusal = new EngineException("The database is damaged; restore a backup.");

        Run run = Run.of(engine, "status");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("/srv/eider", "not running");
        assertThat(run.err()).isEqualTo("The database is damaged; restore a backup.\n");
    }

    @Test
    void stopStopsAServerAndNothingElse() {
        assertThat(Run.of(engine, "stop").out()).contains("No server runs");
        assertThat(engine.asked).doesNotContain("stop");

        engine.address = URI.create("http://127.0.0.1:8080");
        assertThat(Run.of(engine, "stop").code()).isZero();
        assertThat(engine.asked).contains("stop");
    }

    @Test
    void aRowInQuarantineIsShownMendedAndJudgedAnew() {
        FakeEngine engine = new FakeEngine();
        engine.quarantined.add(new Quarantined(7, 3, "files", "sales", "sales.csv line 7", "No date.", "x,y", FakeEngine.NOON, Map.of("amount", "much"), false));

        assertThat(Run.of(engine, "quarantine", "mend", "7").out()).isEqualTo("files sales, sales.csv line 7: No date.\n  amount = much\n");
        assertThat(Run.of(engine, "quarantine", "mend", "7", "amount=1=2")).isEqualTo(new Run(0,
                "files sales, sales.csv line 7: No date.\n  amount = 1=2\n", "It comes in with: eider quarantine replay files\n"));
        assertThat(engine.asked).contains("mend 7 {amount=1=2} by ann");
        assertThat(Run.of(engine, "quarantine", "mend", "7", "amount").code()).isEqualTo(2);
        assertThat(Run.of(engine, "quarantine", "mend", "8").err()).contains("There is no row 8 in quarantine");
        engine.loads.add(FakeEngine.load(9, Load.State.COMMITTED, 1, 0, ""));
        assertThat(Run.of(engine, "quarantine", "replay", "files").out()).startsWith("sales: 1 row in");
        assertThat(engine.asked).contains("replay files");
    }
}
