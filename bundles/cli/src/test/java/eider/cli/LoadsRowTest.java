package eider.cli;

import static eider.cli.FakeOrigins.from;
import static eider.cli.FakeOrigins.made;
import static eider.cli.FakeOrigins.origin;
import static eider.cli.FakeOrigins.values;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eider.engine.Origin;
import eider.engine.Origin.Departure;
import eider.engine.Origin.Version;
import eider.engine.Quarantined;
import eider.engine.Whereabouts;
import eider.engine.Whereabouts.Found;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code eider loads --row}: a row followed back to its file. */
class LoadsRowTest {
    private static final Map<String, String> OLD = values("order_id", "1001", "total_amount", "10.0000", "region", null);
    private static final Map<String, String> NEW = values("order_id", "1001", "total_amount", "12.0000", "region", "Asia");

    private final FakeEngine engine = new FakeEngine();
    private TimeZone zone;

    @BeforeEach
    void inUtc() {
        zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @AfterEach
    void back() {
        TimeZone.setDefault(zone);
    }

    private static Origin updated() {
        return origin(5, List.of(values("date", "2026-03-02", "order_id", "1001", "customer", null, "total_amount", "12.0000", "load", "3")),
                new Version(5, NEW, from(3, "tuesday.csv"), null, false), new Version(1, OLD, from(1, "monday.csv"), new Departure(made(3), 5), false));
    }

    private String people(String... words) {
        Run run = Run.of(engine, words);
        assertThat(run.code()).as(run.toString()).isZero();
        return run.out();
    }

    @Test
    void theStoryGoesFromTheFigureBackToTheFile() {
        engine.origins.rows.add(updated());

        assertThat(Run.of(engine, "loads", "--row", "5")).isEqualTo(new Run(0, """
                Row 5 of sales
                  date          2026-03-02
                  order_id      1001
                  total_amount  12.0000

                How it came about, the newest first:
                  load 3, 2026-03-01 12:03:01, from tuesday.csv of inbox
                    total_amount: 10.0000 -> 12.0000
                    region: (empty) -> Asia
                  load 1, 2026-03-01 12:01:01, from monday.csv of inbox
                    brought in
                """, "For the very line: eider loads --row 5 --line\n"));
        assertThat(engine.origins.asked).as("no source is asked").containsExactly("row 5");
    }

    @Test
    void aRowIsNamedAsItsSourceCallsIt() {
        engine.origins.rows.add(updated());

        assertThat(people("loads", "--row", "sales/a/1001")).startsWith("Row 5 of sales\n");
        assertThat(engine.origins.asked).containsExactly("rows sales a/1001 20");
    }

    @Test
    void anOlderVersionAndARemovedRowSayWhatTheyAre() {
        engine.origins.rows.add(new Origin(1, "inbox", "sales", List.of("order_id"), "sales", updated().derived(), updated().versions(), 0));
        assertThat(people("loads", "--row", "1")).startsWith("Row 1 of sales, an older version of row 5\n  order_id      1001\n  total_amount  10.0000\n");

        engine.origins.rows.clear();
        engine.origins.rows.add(origin(5, List.of(), new Version(5, NEW, from(3, "tuesday.csv"), new Departure(made(4), 0), false)));
        assertThat(people("loads", "--row", "5")).startsWith("Row 5 of sales, which is not there any more\n  order_id      1001\n")
                .contains("the newest first:\n  load 4, 2026-03-01 12:04:01\n    removed\n  load 3, ");
    }

    @Test
    void aRowOutOfQuarantineTellsTheLineOnWhichItWasBad() {
        Quarantined bad = new Quarantined(9, 2, "inbox", "sales", "a.csv line 7", "total_amount: '1O' is no number", "1001,1O", FakeEngine.NOON, Map.of(), true);
        Origin.Arrival came = new Origin.Arrival(made(3), made(3).finished(), "", "", List.of(new Origin.Part("a.csv", "")), bad);
        engine.origins.rows.add(origin(5, List.of(), new Version(5, NEW, came, null, false)));

        engine.origins.where = new Whereabouts(5, List.of(new Found("a.csv", false, 1, List.of("line 7"), List.of())), List.of(), "");
        assertThat(people("loads", "--row", "5", "--line")).endsWith("\n\nIt stood in a.csv, line 7, when load 2 met it.\n");
        assertThat(people("loads", "--row", "5")).contains("    out of quarantine, mended: a.csv line 7 was bad when load 2 met it (total_amount: '1O' is no number)\n")
                .doesNotContain("brought in");
    }

    @Test
    void whatIsNotKnownIsNotClaimed() {
        Origin.Version presumed = new Version(5, NEW, from(3, "a.csv"), null, true);
        Origin keyless = new Origin(5, "inbox", "sales", List.of(), "", List.of(), List.of(presumed, new Version(1, OLD, from(1, "a.csv"), new Departure(made(3), 5), false)), 0);
        engine.origins.rows.add(keyless);
        assertThat(people("loads", "--row", "5")).startsWith("Row 5 of inbox.sales\n").contains("(presumably the same row: the file has no key, and one row of it went as this one came)");

        engine.origins.rows.clear();
        engine.origins.rows.add(new Origin(5, "inbox", "sales", List.of("order_id"), "sales", List.of(), List.of(new Version(5, NEW, from(3, "a.csv", "b.csv"), null, false)), 3));
        assertThat(people("loads", "--row", "5")).contains("from one of 2 files of inbox: a.csv, b.csv\n").contains("  What it was before is not kept any more.\n");

        engine.origins.rows.clear();
        engine.origins.rows.add(origin(5, List.of(), new Version(5, NEW, from(3), null, false)));
        Run run = Run.of(engine, "loads", "--row", "5");
        assertThat(run.out()).contains("from inbox, read from the beginning up to c3\n");
        assertThat(run.err()).as("there is no line to ask for").isEmpty();
    }

    @Test
    void aRowThatWasRemovedAndCameAgainSaysSo() {
        engine.origins.rows.add(origin(5, List.of(), new Version(5, NEW, from(3, "b.csv"), null, false), new Version(1, OLD, from(1, "a.csv"), new Departure(made(2), 0), false)));
        assertThat(people("loads", "--row", "5")).contains("from b.csv of inbox\n    brought in again; load 2 had removed it\n");
    }

    @Test
    void theLineIsAskedForWhereSomebodyWantsIt() {
        engine.origins.rows.add(updated());
        engine.origins.where = new Whereabouts(5, List.of(new Found("tuesday.csv", false, 1, List.of("line 7"), List.of())), List.of(), "");
        assertThat(people("loads", "--row", "5", "--line")).endsWith("    brought in\n\nIt stands in tuesday.csv, line 7.\n");

        engine.origins.where = new Whereabouts(5, List.of(new Found("tuesday.csv", true, 1, List.of("line 8"), List.of())), List.of(), "");
        assertThat(people("loads", "--row", "5", "--line")).endsWith("\ntuesday.csv has changed since it was read. The row still stands in it, line 8.\n");

        engine.origins.where = new Whereabouts(5, List.of(new Found("tuesday.csv", false, 30, List.of("line 7", "line 9"), List.of())), List.of(), "");
        assertThat(people("loads", "--row", "5", "--line"))
                .endsWith("\n30 rows of tuesday.csv are just so, and nothing tells them apart: line 7, line 9 and 28 more.\n");

        engine.origins.where = new Whereabouts(5, List.of(new Found("new name.csv", false, 1, List.of("Till row 7"), List.of())), List.of(), "");
        assertThat(people("loads", "--row", "5", "--line")).endsWith("\nIt stands in new name.csv (tuesday.csv when it was read), Till row 7.\n");
    }

    @Test
    void aRowThatIsNotThereAnyMoreFailsWithASentence() {
        engine.origins.rows.add(updated());
        engine.origins.where = new Whereabouts(5, List.of(), List.of("tuesday.csv"), "");
        Run run = Run.of(engine, "loads", "--row", "5", "--line");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).endsWith("\ntuesday.csv is not there any more, or inbox does not read it any more.\n");

        engine.origins.where = new Whereabouts(5, List.of(new Found("tuesday.csv", true, 0, List.of(), List.of("line 3"))), List.of(), "");
        assertThat(Run.of(engine, "loads", "--row", "5", "--line").out())
                .endsWith("\ntuesday.csv has changed since it was read. The row is not in it any more; its key stands there with other values: line 3.\n");

        engine.origins.where = new Whereabouts(5, List.of(), List.of("tuesday.csv"), "'tuesday.csv' was not read: it is empty.");
        assertThat(Run.of(engine, "loads", "--row", "5", "--line").out()).endsWith("\ninbox says: 'tuesday.csv' was not read: it is empty.\n");

        List<Found> files = java.util.stream.IntStream.range(0, 7).mapToObj(i -> new Found("f" + i, i == 3, 0, List.of(), i == 4 ? List.of("line 9") : List.of())).toList();
        engine.origins.where = new Whereabouts(5, files, List.of(), "");
        assertThat(Run.of(engine, "loads", "--row", "5", "--line").out()).endsWith("""

                The row is in none of the 7 files that were looked through: f0, f1, f2, f3, f4 …; 1 of them has changed since.
                Its key stands with other values in f4: line 9.
                """);

        engine.origins.where = null;
        run = Run.of(engine, "loads", "--row", "5", "--line");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).as("what is known is told all the same").contains("How it came about");
        assertThat(run.err()).isEqualTo("inbox is being synced already: reading a.csv\n");
    }

    @Test
    void ofSeveralRowsOfOneNameAPersonChooses() {
        engine.origins.rows.add(updated());
        engine.origins.rows.add(origin(8, List.of(), new Version(8, OLD, from(2, "b.csv"), new Departure(made(4), 0), false)));

        Run run = Run.of(engine, "loads", "--row", "sales/1001");
        assertThat(run.out()).isEqualTo("""
                ROW  HERE     LOAD  AT                   FROM         VALUES
                  5  yes         3  2026-03-01 12:03:01  tuesday.csv  1001, 12.0000, Asia
                  8  removed     2  2026-03-01 12:02:01  b.csv        1001, 10.0000
                """);
        assertThat(run.err()).isEqualTo("Follow one of them by its number: eider loads --row 5\n");
        assertThat(Run.of(engine, "loads", "--row", "sales/1001", "--line")).isEqualTo(new Run(1, "",
                "2 rows are called so: name one by its number. See: eider loads --row sales/1001\n"));
        assertThat(Run.of(engine, "loads", "--row", "sales/1001", "--limit", "2").err()).startsWith("There may be more than these");
    }

    @Test
    void aScriptGetsStableKeys() throws Exception {
        engine.origins.rows.add(updated());
        engine.origins.where = new Whereabouts(5, List.of(new Found("tuesday.csv", false, 1, List.of("line 7"), List.of())), List.of(), "");
        JsonMapper mapper = new JsonMapper();

        JsonNode row = mapper.readTree(people("loads", "--row", "5", "--line", "--format", "json"));

        assertThat(row.fieldNames()).toIterable().containsExactly("row", "present", "connection", "dataset", "key", "table", "derived", "versions", "forgotten", "found", "missing",
                "note");
        assertThat(row.get("versions").get(0).fieldNames()).toIterable().containsExactly("row", "load", "state", "at", "cursor_before", "cursor_after", "parts", "quarantined",
                "gone_by", "successor", "presumed", "values");
        assertThat(row.get("versions").get(1).get("successor").longValue()).isEqualTo(5);
        assertThat(row.get("versions").get(0).get("values").get("total_amount").textValue()).isEqualTo("12.0000");
        assertThat(row.get("found").get(0).get("places").get(0).textValue()).isEqualTo("line 7");
        engine.origins.rows.add(updated());
        assertThat(mapper.readTree(people("loads", "--row", "sales/1001", "--format", "json"))).hasSize(2);
        engine.origins.rows.removeLast();
        assertThat(people("loads", "--row", "5", "--format", "csv").lines().toList()).hasSize(3).first().isEqualTo("row,load,at,from,gone_by,values");
    }

    @Test
    void whatNamesNoRowIsRefusedInASentence() {
        assertThat(Run.of(engine, "loads", "--row", "abc")).isEqualTo(new Run(2, "", "'abc' names no row: give its number, which is _row in a query, or a table and what the source"
                + " calls the row, such as sales/1001.\nSee: eider loads --help\n"));
        assertThat(Run.of(engine, "loads", "--row", "sales/").code()).isEqualTo(2);
        assertThat(Run.of(engine, "loads", "--line").err()).startsWith("--line says where a row stands: name the row with --row.");
        assertThat(Run.of(engine, "loads", "7", "--row", "5").err()).startsWith("Either a load or --row, not both.");
        assertThat(engine.origins.asked).isEmpty();
        assertThat(Run.of(engine, "loads", "--row", "4711")).isEqualTo(new Run(1, "", "no load brought a row 4711\n"));
        assertThat(Run.of(engine, "loads", "--row", "sales/none")).isEqualTo(new Run(1, "", "No row of sales is or was called 'none'.\n"));
    }

    @Test
    void aHostileValueDoesNotReachTheTerminal() {
        engine.origins.rows.add(origin(5, List.of(), new Version(5, values("note", "a\u001b[2Jb"), from(3, "x\u001b[31m.csv"), null, false)));
        assertThat(people("loads", "--row", "5")).contains("a\\x1b[2Jb").contains("x\\x1b[31m.csv").doesNotContain("\u001b");
    }

    @Test
    void aRowOfTheQuarantineTellsItsLine() {
        engine.origins.where = new Whereabouts(9, List.of(new Found("a.csv", false, 1, List.of("line 3"), List.of())), List.of(), "");
        assertThat(people("quarantine", "line", "9")).isEqualTo("It stands in a.csv, line 3.\n");
        assertThat(engine.origins.asked).containsExactly("locate 9");
        engine.origins.where = new Whereabouts(9, List.of(), List.of("a.csv"), "");
        assertThat(Run.of(engine, "quarantine", "line", "9")).isEqualTo(new Run(1, "a.csv is not there any more.\n", ""));
    }
}
