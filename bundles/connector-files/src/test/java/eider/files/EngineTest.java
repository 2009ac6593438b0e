package eider.files;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files into the canonical tables, through the real engine. */
@Timeout(120)
class EngineTest {
    private static final String HEADER = "date,user_id,product_name,quantity,unit_price,total_amount,region\n";
    private static final Path EXAMPLES = Path.of("../../docs/examples");

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

    @Test
    void aFileHandedOverIsTenSales() throws Exception {
        Load load = engine.syncs().load(EXAMPLES.resolve("sales.csv").toAbsolutePath(), "sales", false, Progress.NONE);
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("SELECT count(*), sum(total_amount), sum(net), sum(gross), min(kind), min(currency) FROM sales"))
                .containsExactly("10|2500.0000|2500.0000|2500.0000|sale|EUR");
        assertThat(engine.syncs().load(EXAMPLES.resolve("sales.csv").toAbsolutePath(), "sales", false, Progress.NONE).state())
                .isEqualTo(Load.State.UNCHANGED);
        engine.syncs().load(EXAMPLES.resolve("products.csv").toAbsolutePath(), "products", false, Progress.NONE);
        assertThat(rows("SELECT count(*), sum(price * stock_quantity)::DECIMAL(18,2) FROM products")).containsExactly("10|200370.00");
        assertThat(rows("SELECT count(*) FROM sales")).containsExactly("10");
    }

    @Test
    void everyFormatAddsToTheSameTable() throws Exception {
        write("a.csv", HEADER + "2026-01-01,2,Lamp,2,45,90,Europe\n2026-01-02,2,Lamp,1,45,-45,Europe\n");
        write("b.ndjson", "{\"date\":\"2026-01-03\",\"product_name\":\"Desk\",\"quantity\":1,\"total_amount\":10.25}\n");
        new Xlsx().formats().sheet("S", Xlsx.row("Date", "Product Name", "Quantity", "Total Amount", "Memo") + Xlsx.row(Xlsx.styled(1, "46026"),
                "Chair", 3, 0.1, "x")
                + Xlsx.row("nonsense", "Chair", 3, 1, "y")).write(home.resolve("inbox/c.xlsx"));
        Load load = sync();
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(load.quarantined()).isEqualTo(1);
        assertThat(rows("SELECT date, kind, product_name, quantity, total_amount, source FROM sales ORDER BY date")).containsExactly(
                "2026-01-01|sale|Lamp|2.0000|90.0000|inbox", "2026-01-02|refund|Lamp|1.0000|-45.0000|inbox",
                        "2026-01-03|sale|Desk|1.0000|10.2500|inbox",
                "2026-01-04|sale|Chair|3.0000|0.1000|inbox");
        assertThat(sync().state()).isEqualTo(Load.State.UNCHANGED);
    }

    @Test
    void aChangedFileReplacesItsRowsAndACopyOrANewNameChangesNothing() throws Exception {
        write("a.csv", HEADER + line(1, 10) + line(2, 20) + line(3, 30));
        write("b.csv", HEADER + line(4, 40) + line(4, 40));
        sync();
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("5|140.0000");
        write("a.csv", HEADER + line(1, 10) + line(2, 20) + line(3, 31) + line(5, 50));
        Files.copy(home.resolve("inbox/b.csv"), home.resolve("inbox/b copy.csv"));
        sync();
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("6|191.0000");
        Files.move(home.resolve("inbox/a.csv"), home.resolve("inbox/z.csv"));
        sync();
        write("z.csv", HEADER + line(1, 10) + line(2, 20) + line(3, 31) + line(5, 51));
        sync();
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("6|192.0000");
    }

    @Test
    void goodFilesAreCommittedAlthoughABadOneFails() throws Exception {
        write("a.csv", HEADER + line(1, 10));
        write("b.csv", "");
        write("c.csv", HEADER + line(3, 30));
        Load load = sync();
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("b.csv", "empty");
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("2|40.0000");
        write("b.csv", HEADER + line(2, 20));
        assertThat(sync().state()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("3|60.0000");
    }

    @Test
    void aLoadTellsWhatWasAssumedAboutAFile() throws Exception {
        write("fruit.csv", "kiwi,green\nplum,blue\ncherry,red\n");
        write("log.txt", "all is well, so far\nlate,very late,too late\nthe end of it came\n");
        write("plain.csv", "id,price\n1,2.5\n2,3.5\n");
        Load load = sync("dataset", "fruit");
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(load.message()).isEqualTo("In fruit.csv the first row was taken for the names of the columns, though the rows below are texts "
                + "like it: say header = no if it is a row. In log.txt no delimiter was found that the lines agree on, so each was kept as one text: "
                + "say delimiter = … if they hold several cells.");
        assertThat(engine.loads().latest(1).getFirst().message()).isEqualTo(load.message());
        assertThat(sync().message()).as("nothing was read, nothing was assumed").isEmpty();
    }

    @Test
    void whatAnOptionSaysIsNotAssumed() throws Exception {
        write("fruit.csv", "kiwi,green\nplum,blue\ncherry,red\n");
        Load load = sync("dataset", "fruit", "header", "no");
        assertThat(load.message()).isEmpty();
        assertThat(load.inserted()).isEqualTo(3);
    }

    @Test
    void ofManyGuessesALoadTellsAsManyAsFitOnAFewLines() throws Exception {
        for (int i = 0; i < 40; i++) {
            write("fruit" + i + ".csv", "kiwi,green" + "r".repeat(i) + "\nplum,blue\ncherry,red\n");
        }
        write("gone.csv", "");
        Load load = sync("dataset", "fruit");
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("gone.csv", "In fruit0.csv the first row was taken for").endsWith(" There is more to say of this kind.")
                .hasSizeLessThan(900);
    }

    @Test
    void aChangedFileIsToldLikeANewOne() throws Exception {
        write("fruit.csv", "kiwi,green\nplum,blue\ncherry,red\n");
        sync("dataset", "fruit");
        write("fruit.csv", "kiwi,green\nplum,blue\ncherry,red\npear,yellow\n");
        assertThat(sync().message()).startsWith("In fruit.csv the first row was taken for the names");
    }

    @Test
    void aFileThatBreaksKeepsTheRowsItHadUntilItIsMended() throws Exception {
        write("a.csv", HEADER + line(1, 10) + line(2, 20));
        sync();
        write("a.csv", "");
        assertThat(sync().state()).isEqualTo(Load.State.FAILED);
        assertThat(rows("SELECT count(*) FROM sales")).containsExactly("2");
    }

    @Test
    void anExportThatHoldsOnlyTodayIsHeldUnlessItIsAppended() throws Exception {
        write("today.csv", HEADER + line(1, 10) + line(1, 11) + line(1, 12));
        sync();
        write("today.csv", HEADER + line(2, 20));
        assertThat(sync().state()).isEqualTo(Load.State.HELD);
        assertThat(rows("SELECT count(*) FROM sales")).containsExactly("3");
        engine.syncs().unregister("inbox");
        engine.syncs().register("daily", FilesSource.in(home, Configured.with("when_changed", "append")));
        engine.syncs().sync("daily", false, Progress.NONE);
        write("today.csv", HEADER + line(3, 30));
        engine.syncs().sync("daily", false, Progress.NONE);
        assertThat(rows("SELECT count(*) FROM sales WHERE source = 'daily'")).containsExactly("2");
    }

    @Test
    void aKeyMakesTwoFilesOneRow() throws Exception {
        write("a.csv", "order_id,date,quantity,total_amount\n7,2026-01-01,1,10\n8,2026-01-01,1,20\n");
        sync("key", "order_id");
        write("b.csv", "order_id,date,quantity,total_amount\n7,2026-01-01,1,15\n,2026-01-02,1,1\n");
        Load load = sync("key", "order_id");
        assertThat(load.quarantined()).as("a row without its key").isEqualTo(1);
        assertThat(load.places()).isEqualTo("b.csv");
        assertThat(engine.loads().quarantine("inbox", 1).getFirst().place()).isEqualTo("b.csv line 3");
        assertThat(rows("SELECT order_id, total_amount FROM sales ORDER BY order_id")).containsExactly("7|15.0000", "8|20.0000");
        write("b.csv", "order_id,date,quantity,total_amount\n7,2026-01-01,1,15\n9,2026-01-02,1,1\n");
        sync("key", "order_id");
        assertThat(engine.loads().quarantined("inbox")).as("the file is mended").isZero();
    }

    @Test
    void aRowOfAGermanFileIsMendedWithoutItsCommasAndDates() throws Exception {
        write("de.csv", "date;product_name;quantity;total_amount\r\n01.11.2026;Lampe;2;1.234,50\r\n02.11.2026;Tisch;x;90,00\r\n13.11.2026;Stuhl;1;45,50\r\n");
        assertThat(sync().quarantined()).isEqualTo(1);
        engine.loads().mend(engine.loads().quarantine("inbox", 1).getFirst().id(), java.util.Map.of("quantity", "3"), "Ada");
        Load load = engine.syncs().replay("inbox", Progress.NONE).getFirst();
        assertThat(load.quarantined()).as(engine.loads().quarantine("inbox", 1).toString()).isZero();
        assertThat(rows("SELECT date, quantity, total_amount FROM sales WHERE product_name = 'Tisch'")).containsExactly("2026-11-02|3.0000|90.0000");
    }

    @Test
    void aCorrectedOptionCorrectsTheRows() throws Exception {
        write("a.csv", "date;quantity;total_amount\n2026-01-01;1;1.234\n2026-01-02;1;2.345\n");
        sync("decimal", ".");
        assertThat(rows("SELECT sum(total_amount) FROM sales")).containsExactly("3.5790");
        engine.syncs().unregister("inbox");
        engine.syncs().register("inbox", FilesSource.in(home, Configured.with("decimal", ",")));
        engine.syncs().sync("inbox", true, Progress.NONE);
        assertThat(rows("SELECT sum(total_amount) FROM sales")).containsExactly("3579.0000");
    }

    @Test
    void defaultsAndTheTimeZoneReachTheCanonicalTable() throws Exception {
        write("a.csv", "date,occurred_at,total_amount\n2026-07-01,2026-07-01 23:30:00,10\n");
        Load load = sync("defaults", "quantity=1, region=Europe", "time_zone", "Europe/Berlin");
        assertThat(load.message()).isEmpty();
        assertThat(rows("SELECT quantity, region, epoch(occurred_at)::BIGINT FROM sales"))
                .containsExactly("1.0000|Europe|" + java.time.Instant.parse("2026-07-01T21:30:00Z").getEpochSecond());
    }

    @Test
    void manyFilesCommitThoughOneOfThemFailsLate() throws Exception {
        for (int i = 0; i < 20; i++) {
            write("f" + i + ".csv", HEADER + line(1 + i, i));
        }
        sync();
        Files.copy(Path.of("src/test/resources/fixtures/parquet/page_v2_empty_compressed.parquet"), home.resolve("inbox/f05.parquet"),
                StandardCopyOption.REPLACE_EXISTING);
        write("f30.csv", HEADER + line(25, 1000));
        assertThat(sync().state()).isEqualTo(Load.State.FAILED);
        assertThat(rows("SELECT count(*), sum(total_amount) FROM sales")).containsExactly("21|1190.0000");
    }

    private Load sync(Object... options) throws Exception {
        if (engine.syncs().connections().stream().noneMatch(connection -> connection.name().equals("inbox"))) {
            engine.syncs().register("inbox", FilesSource.in(home, Configured.with(options)));
        }
        return engine.syncs().sync("inbox", false, Progress.NONE).getFirst();
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(home.resolve("inbox").resolve(name), content, StandardCharsets.UTF_8);
    }

    private static String line(int day, int amount) {
        return "2026-01-%02d,2,Lamp,1,%d,%d,Europe%n".formatted(day, amount, amount);
    }

    private List<String> rows(String sql) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(20))) {
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < rows.columns().size(); i++) {
                    cells.add(rows.text(i));
                }
                lines.add(String.join("|", cells));
            }
        }
        return lines;
    }
}
