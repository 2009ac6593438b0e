package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Origin;
import eider.engine.Origin.Part;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.engine.Whereabouts;
import eider.engine.Whereabouts.Found;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a row of a table back to the line of the file, through the real engine. */
@Timeout(120)
class OriginsTest {
    private static final String HEADER = "date,order_id,product_name,quantity,total_amount\n";

    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(home.resolve("inbox"));
        engine = Engine.open(home);
        engine.opener(new FilesOpener());
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private Load sync(Object... options) throws Exception {
        if (engine.syncs().connections().stream().noneMatch(connection -> connection.name().equals("inbox"))) {
            engine.syncs().register("inbox", FilesSource.in(home, Configured.with(options)));
        }
        return engine.syncs().sync("inbox", false, Progress.NONE).getFirst();
    }

    private Path write(String name, String content) throws IOException {
        Path file = home.resolve("inbox").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content, StandardCharsets.UTF_8);
    }

    private List<Long> numbers(String from) throws Exception {
        List<Long> numbers = new ArrayList<>();
        try (Rows rows = engine.queries().query("select _row from " + from + " order by _row", Duration.ofSeconds(20))) {
            while (rows.next()) {
                numbers.add(rows.number(0));
            }
        }
        return numbers;
    }

    private Origin origin(String from) throws Exception {
        return engine.origins().row(numbers(from).getFirst());
    }

    private Whereabouts locate(String from) throws Exception {
        return engine.origins().locate(numbers(from).getFirst(), Progress.NONE);
    }

    private static Found at(String part, String... places) {
        return new Found(part, false, places.length, List.of(places), List.of());
    }

    @Test
    void aLineIsToldAsTheQuarantineTellsItWhateverStandsAboveIt() throws Exception {
        write("a.csv", HEADER + "2026-01-01,1,\"Lamp\nwith\nthree lines\",1,10\n\nnonsense,2,Desk,1,20\n2026-01-03,3,Chair,1,30\n");
        Load load = sync();
        assertThat(load.quarantined()).isEqualTo(1);

        assertThat(engine.loads().quarantine("inbox", 1).getFirst().place()).isEqualTo("a.csv line 6");
        assertThat(locate("sales where order_id = '3'").found()).containsExactly(at("a.csv", "line 7"));
        assertThat(locate("sales where order_id = '1'").found()).containsExactly(at("a.csv", "line 2"));
        assertThat(engine.origins().load(load.id()).quarantined()).extracting(bad -> bad.place()).containsExactly("a.csv line 6");
        assertThat(origin("sales where order_id = '3'").asked().came().parts()).extracting(Part::name).containsExactly("a.csv");
        assertThat(home.resolve("data/handover")).as("nothing is left behind").isEmptyDirectory();
    }

    @Test
    void textsWithQuotesAndEmptyCellsAreComparedAsTheyWereLoaded() throws Exception {
        write("a.csv", HEADER + "2026-01-01,1,\"a \"\"b\"\" c\",1,10\n2026-01-01,1,,1,10\n2026-01-01,1,\"\",1,10\n2026-01-01,1,a b c,1,10\n2026-01-01,1,\"a \"\"b\"\" c\",1,10.0\n");
        sync();
        assertThat(locate("sales where product_name = 'a \"b\" c'").found()).containsExactly(at("a.csv", "line 2", "line 6"));
        assertThat(locate("sales where product_name is null").found()).containsExactly(at("a.csv", "line 3", "line 4"));
        assertThat(locate("sales where product_name = 'a b c'").found()).containsExactly(at("a.csv", "line 5"));
    }

    @Test
    void everyFormatHasItsOwnPlaces() throws Exception {
        write("b.ndjson", "{\"date\":\"2026-02-01\",\"order_id\":\"j1\",\"quantity\":1,\"total_amount\":1.10}\n\n"
                + "{\"total_amount\":10.25,\"date\":\"2026-02-02\",\"order_id\":\"j2\",\"quantity\":1}\n");
        write("c.json", "[\n {\"date\":\"2026-02-03\",\"order_id\":\"a1\",\"quantity\":1,\"total_amount\":2},\n {\"date\":\"2026-02-03\",\n"
                + "  \"order_id\":\"a2\",\"quantity\":1,\"total_amount\":3}\n]\n");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(home.resolve("inbox/d.csv.gz")))) {
            out.write((HEADER + "2026-02-04,z1,Lamp,1,5\n2026-02-04,z2,Lamp,1,6\n").getBytes(StandardCharsets.UTF_8));
        }
        Files.write(home.resolve("inbox/e.csv"), "date;order_id;product_name;quantity;total_amount\r\n03.01.2026;w1;Müller;2;1.234,50\r\n28.02.2026;w2;Tür;1;19,90\r\n"
                .getBytes(Charset.forName("windows-1252")));
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:"); Statement sql = duck.createStatement()) {
            sql.execute("copy (select date '2026-03-01' + i::int as date, 'p' || i as order_id, 1 as quantity, 1.25 as total_amount from range(5) t(i)) to '"
                    + home.resolve("inbox/f.parquet") + "'");
        }
        new Xlsx().formats().sheet("Till", Xlsx.row("Date", "Order Id", "Quantity", "Total Amount")
                + Xlsx.row(Xlsx.styled(1, "46026"), "x1", 3, 0.1) + "<row r=\"7\"><c r=\"A7\" s=\"1\"><v>46027</v></c><c r=\"B7\" t=\"inlineStr\"><is><t>x2</t></is></c>"
                + "<c r=\"C7\"><v>1</v></c><c r=\"D7\"><v>12.5</v></c></row>"
                + "<row r=\"8\"><c r=\"A8\" t=\"inlineStr\"><is><t>no day</t></is></c><c r=\"C8\"><v>1</v></c><c r=\"D8\"><v>1</v></c></row>")
                .write(home.resolve("inbox/g.xlsx"));
        Load load = sync();
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(load.quarantined()).isEqualTo(1);

        assertThat(locate("sales where order_id = 'j2'").found()).containsExactly(at("b.ndjson", "line 3"));
        assertThat(locate("sales where order_id = 'a2'").found()).containsExactly(at("c.json", "line 3"));
        assertThat(locate("sales where order_id = 'z2'").found()).containsExactly(at("d.csv.gz", "line 3"));
        assertThat(locate("sales where order_id = 'w2'").found()).containsExactly(at("e.csv", "line 3"));
        assertThat(locate("sales where order_id = 'p3'").found()).containsExactly(at("f.parquet", "row 4"));
        assertThat(locate("sales where order_id = 'x2'").found()).containsExactly(at("g.xlsx", "Till row 7"));
        assertThat(locate("sales where order_id = 'x1'").found()).containsExactly(at("g.xlsx", "Till row 2"));
        assertThat(engine.loads().quarantine("inbox", 1).getFirst().place()).isEqualTo("g.xlsx Till row 8");
    }

    @Test
    void ofRowsThatNothingTellsApartAllLinesAreTold() throws Exception {
        write("a.csv", HEADER + "2026-01-01,1,Lamp,1,10\n" + "2026-01-02,2,Desk,1,20\n" + "2026-01-01,1,Lamp,1,10\n");
        sync();
        assertThat(locate("sales where order_id = '1'").found()).containsExactly(at("a.csv", "line 2", "line 4"));
        write("b.csv", HEADER + "2026-01-01,9,Lamp,1,10\n".repeat(30));
        sync();
        assertThat(locate("sales where order_id = '9'").found()).singleElement().satisfies(found -> {
            assertThat(found.count()).isEqualTo(30);
            assertThat(found.places()).hasSize(20).startsWith("line 2").endsWith("line 21");
        });
    }

    @Test
    void aFileWithinAFolderOfManyIsTheOneThatIsLookedThrough() throws Exception {
        for (int i = 0; i < 40; i++) {
            write("2026/day-%02d.csv".formatted(i), HEADER + "2026-01-01,%d-a,Lamp,1,10\n2026-01-01,%d-b,Lamp,1,10\n".formatted(i, i));
        }
        sync("path", "**/*.csv", "key", "order_id");
        assertThat(origin("sales where order_id = '23-b'").asked().came().parts()).as("each commit read one file").extracting(Part::name).containsExactly("2026/day-23.csv");
        assertThat(locate("sales where order_id = '23-b'").found()).containsExactly(at("2026/day-23.csv", "line 3"));
    }

    @Test
    void aRowWithAKeyIsFollowedThroughTheFilesThatBroughtItsVersions() throws Exception {
        write("monday.csv", HEADER + "2026-01-01,7,Lamp,1,10\n2026-01-01,8,Lamp,1,10\n");
        sync("key", "order_id");
        write("tuesday.csv", HEADER + "2026-01-02,9,Lamp,1,10\n2026-01-01,7,Lamp,1,15\n");
        sync();
        write("wednesday.csv", HEADER + "2026-01-01,7,Lamp,1,12\n");
        sync();

        Origin origin = engine.origins().rows("sales", "7", 10).getFirst();

        assertThat(origin.versions()).extracting(version -> version.came().parts().getFirst().name()).containsExactly("wednesday.csv", "tuesday.csv", "monday.csv");
        assertThat(origin.versions()).extracting(version -> version.values().get("total_amount")).containsExactly("12.0000", "15.0000", "10.0000");
        assertThat(engine.origins().locate(origin.versions().get(1).row(), Progress.NONE).found()).as("an older version stands where it stood")
                .containsExactly(at("tuesday.csv", "line 3"));
        write("tuesday.csv", HEADER + "2026-01-02,9,Lamp,1,10\n");
        sync();
        assertThat(engine.origins().locate(origin.versions().get(1).row(), Progress.NONE).found()).as("the file has lost it since")
                .containsExactly(new Found("tuesday.csv", true, 0, List.of(), List.of()));
    }

    @Test
    void aChangedFileIsCalledSoWhetherTheRowStandsInItOrNot() throws Exception {
        write("a.csv", HEADER + "2026-01-01,1,Lamp,1,10\n2026-01-02,2,Desk,1,20\n2026-01-03,3,Bed,1,30\n");
        sync();
        write("a.csv", HEADER + "2026-01-01,1,Lamp,1,10\n2026-01-09,4,Sofa,1,90\n2026-01-02,2,Desk,1,20\n2026-01-03,3,Bed,1,31\n");

        assertThat(locate("sales where order_id = '2'").found()).containsExactly(new Found("a.csv", true, 1, List.of("line 4"), List.of()));
        assertThat(locate("sales where order_id = '3'").found()).containsExactly(new Found("a.csv", true, 0, List.of(), List.of()));
        sync();
        assertThat(locate("sales where order_id = '2'").found()).as("it was read since, and the row stayed").containsExactly(at("a.csv", "line 4"));
        assertThat(origin("sales where order_id = '2'").asked().came().load().id()).as("and keeps the load that brought it").isEqualTo(1);
    }

    @Test
    void aFileThatIsGoneOrBrokenIsToldAndOneWithAnotherNameIsFound() throws Exception {
        Path a = write("a.csv", HEADER + "2026-01-01,1,Lamp,1,10\n");
        write("b.csv", HEADER + "2026-01-02,2,Desk,1,20\n");
        sync();
        Files.move(a, a.resolveSibling("renamed.csv"));
        assertThat(locate("sales where order_id = '1'")).satisfies(where -> {
            assertThat(where.found()).containsExactly(at("renamed.csv", "line 2"));
            assertThat(where.missing()).isEmpty();
        });
        Files.delete(a.resolveSibling("renamed.csv"));
        assertThat(locate("sales where order_id = '1'")).satisfies(where -> {
            assertThat(where.found()).isEmpty();
            assertThat(where.missing()).containsExactly("a.csv");
            assertThat(where.note()).isEmpty();
        });
        write("a.csv", "");
        assertThat(locate("sales where order_id = '1'").note()).contains("a.csv").contains("empty");
        assertThat(locate("sales where order_id = '2'").found()).as("the other one is as it was").containsExactly(at("b.csv", "line 2"));
    }

    @Test
    void aCopyOfAFileIsTheOneThatIsLookedThroughWhereTheOriginalIsGone() throws Exception {
        Path z = write("z.csv", HEADER + "2026-01-01,1,Lamp,1,10\n");
        sync();
        Files.copy(z, z.resolveSibling("a copy.csv"));
        sync();
        assertThat(locate("sales").found()).singleElement().satisfies(found -> assertThat(found.places()).containsExactly("line 2"));
        Files.delete(z);
        assertThat(locate("sales").found()).containsExactly(at("a copy.csv", "line 2"));
    }

    @Test
    void aFileThatWasHandedOverIsOpenedOnceMore() throws Exception {
        Path file = Files.writeString(home.resolve("mine.csv"), HEADER + "2026-01-01,1,Lamp,1,10\n2026-01-02,2,Desk,1,20\n");
        engine.syncs().load(file, "sales", false, Progress.NONE);
        String name = file.toRealPath().toString();

        assertThat(origin("sales where order_id = '2'")).satisfies(origin -> {
            assertThat(origin.connection()).isEqualTo("by_hand");
            assertThat(origin.asked().came().parts()).extracting(Part::name).containsExactly(name);
        });
        assertThat(locate("sales where order_id = '2'").found()).containsExactly(at(name, "line 3"));
        Files.delete(file);
        assertThat(locate("sales where order_id = '2'").missing()).containsExactly(name);
        assertThat(engine.syncs().connections()).as("it is no connection that people see").isEmpty();
    }

    @Test
    void anExportThatHoldsOnlyTodayIsFoundByItsContent() throws Exception {
        write("today.csv", HEADER + "2026-01-01,1,Lamp,1,10\n");
        sync("when_changed", "append");
        write("today.csv", HEADER + "2026-01-02,2,Lamp,1,10\n");
        sync();
        assertThat(locate("sales where order_id = '2'").found()).singleElement().satisfies(found -> {
            assertThat(found.part()).startsWith("today.csv ");
            assertThat(found.places()).containsExactly("line 2");
        });
        assertThat(locate("sales where order_id = '1'").missing()).singleElement().asString().startsWith("today.csv ");
    }

    @Test
    void aRowThatWasMendedTellsTheLineOnWhichItWasBad() throws Exception {
        write("a.csv", HEADER + "2026-01-01,1,Lamp,1,10\n2026-01-02,2,Desk,many,20\n");
        sync();
        engine.loads().mend(engine.loads().quarantine("inbox", 1).getFirst().id(), Map.of("quantity", "3"), "Ada");
        Load replayed = engine.syncs().replay("inbox", Progress.NONE).getFirst();

        Origin origin = origin("sales where order_id = '2'");

        assertThat(origin.asked().came().load().id()).isEqualTo(replayed.id());
        assertThat(origin.asked().came().quarantined()).satisfies(bad -> {
            assertThat(bad.place()).isEqualTo("a.csv line 3");
            assertThat(bad.reason()).contains("many");
            assertThat(bad.mended()).isTrue();
        });
        assertThat(locate("sales where order_id = '2'").found()).containsExactly(at("a.csv", "line 3"));
        assertThat(origin("sales where order_id = '1'").asked().came().quarantined()).isNull();
    }

    @Test
    void theOptionsOfTodayReadTheFileAndWhereTheyChangedItIsSaid() throws Exception {
        write("a.csv", "date;order_id;quantity;total_amount\n2026-01-01;1;1;1.234\n");
        sync("decimal", ".");
        engine.syncs().unregister("inbox");
        engine.syncs().register("inbox", FilesSource.in(home, Configured.with("decimal", ",")));
        assertThat(locate("sales").found()).as("1.234 is another number now").containsExactly(new Found("a.csv", true, 0, List.of(), List.of()));
        engine.syncs().unregister("inbox");
        engine.syncs().register("inbox", FilesSource.in(home, Configured.with("path", "no-such-folder/*")));
        assertThat(locate("sales").missing()).as("what the connection does not read any more is not there").containsExactly("a.csv");
        engine.syncs().unregister("inbox");
        engine.syncs().register("inbox", FilesSource.in(home, Configured.with("decimal", "x")));
        assertThatThrownBy(() -> locate("sales")).isInstanceOf(EngineException.class).hasMessageContaining("decimal");
    }

    @Test
    void aTableOfItsOwnIsFollowedLikeTheOthers() throws Exception {
        write("things.csv", "sku,name,made,weight,live\nA1,Lamp,2026-01-01 10:30:00,1.5,true\nA2,,2026-01-02 11:00:00,,false\n");
        sync("dataset", "things", "key", "sku");

        assertThat(locate("raw.inbox__things where sku = 'A2'").found()).containsExactly(at("things.csv", "line 3"));
        assertThat(engine.origins().rows("inbox.things", "A2", 5)).singleElement().satisfies(origin -> {
            assertThat(origin.asked().values()).containsEntry("live", "false").containsEntry("name", null);
            assertThat(origin.derived()).isEmpty();
        });
    }

    @Test
    void aRowThatARuleFoundBadIsLookedForOnDemand() throws Exception {
        write("a.csv", "date,order_id,kind,quantity,total_amount\n2026-01-01,1,sale,1,10\n2026-01-02,2,refund,1,10\n2026-01-03,3,sale,many,10\n");
        assertThat(sync().quarantined()).isEqualTo(2);
        for (eider.engine.Quarantined bad : engine.loads().quarantine("inbox", 5)) {
            boolean byRule = bad.reason().contains("refund");
            assertThat(bad.place()).isEqualTo(byRule ? "a.csv" : "a.csv line 4");
            assertThat(engine.origins().locateQuarantined(bad.id(), Progress.NONE).found()).containsExactly(at("a.csv", byRule ? "line 3" : "line 4"));
        }
        assertThatThrownBy(() -> engine.origins().locateQuarantined(99, Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("no row 99 in quarantine");
        Files.delete(home.resolve("inbox/a.csv"));
        long byRule = engine.loads().quarantine("inbox", 5).stream().filter(bad -> bad.reason().contains("refund")).findFirst().orElseThrow().id();
        assertThat(engine.origins().locateQuarantined(byRule, Progress.NONE).missing()).containsExactly("a.csv");
    }
}
