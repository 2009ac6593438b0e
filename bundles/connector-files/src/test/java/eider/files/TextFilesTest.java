package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FileSniffer;
import eider.store.ingest.Ingest;
import eider.store.ingest.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Text, JSON and examples, read with the real sniffer and a real DuckDB. */
@Timeout(60)
class TextFilesTest {
    @TempDir
    Path home;
    private FileSniffer sniffer;
    private Ingest duck;
    private DuckStore store;

    @BeforeEach
    void open() throws Exception {
        Files.createDirectory(home.resolve("inbox"));
        Path handover = Files.createDirectory(home.resolve("handover"));
        sniffer = new FileSniffer(home.resolve("scratch"));
        duck = Ingest.open(handover, List.of(), Limits.DEFAULT);
        store = new DuckStore(handover, duck, "a.csv");
    }

    @AfterEach
    void close() throws Exception {
        duck.close();
    }

    @Test
    void theOrdinaryExportOfAGermanExcelIsRead() throws Exception {
        write("umsatz.csv", "Datum;Artikel;Menge;Betrag;Währung\r\n31.01.2026;Öl 5 €;2;1.234,50;EUR\r\n01.02.2026;Maß;1;-7,25;EUR\r\n",
                Charset.forName("windows-1252"));
        sync("columns", "Datum=date, Artikel=product_name, Menge=quantity, Betrag=total_amount, Währung=currency");
        assertThat(store.rejects).isEmpty();
        assertThat(fields("date", "product_name", "quantity", "total_amount", "currency"))
                .containsExactly(List.of("2026-01-31", "Öl 5 €", "2", "1234.5", "EUR"), List.of("2026-02-01", "Maß", "1", "-7.25", "EUR"));
    }

    @Test
    void theExampleSalesAreTenAndTheirSumIsAsTheDocumentationSays() throws Exception {
        Files.copy(Path.of("../../docs/examples/sales.csv"), home.resolve("inbox/sales.csv"));
        sync();
        assertThat(store.rows).isEqualTo(10);
        assertThat(store.rejects).isEmpty();
        try (var lines = Files.lines(Path.of("../../docs/examples/sales.csv"))) {
            assertThat(lines.skip(1).mapToDouble(line -> Double.parseDouble(line.substring(0, line.lastIndexOf(',')).replaceAll(".*,", ""))).sum())
                    .isEqualTo(2500);
        }
    }

    @Test
    void badRowsAreRejectedWithTheirLineAndGoodOnesLoad() throws Exception {
        write("a.csv", "date,quantity,Total Amount\n2026-01-01,1,10\nyesterday,1,10\n2026-01-02,x,10\n2026-01-03,1,\n2026-01-04,2,5.5\n",
                StandardCharsets.UTF_8);
        sync();
        assertThat(fields("date", "total_amount")).containsExactly(List.of("2026-01-01", "10"), List.of("2026-01-04", "5.5"));
        assertThat(store.rejects).hasSize(3);
        assertThat(store.rejects.get(0)).startsWith("line 3").contains("yesterday");
        assertThat(store.rejects.get(1)).startsWith("line 4").contains("x");
        assertThat(store.rejects.get(2)).startsWith("line 5").contains("total_amount");
    }

    @Test
    void compressedFilesAndJsonAreReadLikeOthers() throws Exception {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(home.resolve("inbox/a.csv.gz")))) {
            out.write("date,quantity,total_amount\n2026-01-01,1,10\n".getBytes(StandardCharsets.UTF_8));
        }
        write("b.json", "[{\"date\":\"2026-01-02\",\"quantity\":2,\"totalAmount\":20.5}]", StandardCharsets.UTF_8);
        write("c.ndjson", "{\"date\":\"2026-01-03\",\"quantity\":3,\"total_amount\":30}\n{\"date\":\"2026-01-04\",\"quantity\":4,\"total_amount\":40}\n", StandardCharsets.UTF_8);
        sync();
        assertThat(store.rows).isEqualTo(4);
        assertThat(store.rejects).isEmpty();
    }

    @Test
    void aFileThatBreaksIsNamedWithItsReasonAndTheOthersLoad() throws Exception {
        write("a.csv", "date,quantity,total_amount\n2026-01-01,1,10\n", StandardCharsets.UTF_8);
        write("empty.csv", "", StandardCharsets.UTF_8);
        write("quote.csv", "date,quantity,total_amount,product_name\n2026-01-05,1,10,\"Lamp, red\"\n2026-01-06,1,10,\"Lamp, "
                + "blue\n2026-01-07,1,10,\"Lamp, green\"\n", StandardCharsets.UTF_8);
        write("user.csv", "name,email\nA,a@example.com\nB,b@example.com\n", StandardCharsets.UTF_8);
        Files.write(home.resolve("inbox/bomb.csv.gz"), bomb());
        SourceException e = catchThrowableOfType(SourceException.class, this::sync);
        assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA);
        assertThat(e.getMessage()).contains("'empty.csv' was not read: it is empty", "'bomb.csv.gz'",
                "'user.csv' was not read: it lacks the columns date, quantity, total_amount",
                "it has name, email");
        assertThat(store.sample).anyMatch(row -> row.contains("2026-01-01")).anyMatch(row -> row.contains("Lamp, red"));
        assertThat(store.rejects).as("the broken quote").isNotEmpty().allMatch(reject -> reject.startsWith("line 3") || reject.startsWith("line 4"));
    }

    @Test
    void aTableOfItsOwnHasTheTypesOfAllItsFiles() throws Exception {
        write("a.csv", "Id,When,Rate\n1,2026-01-01,1.5\n2,2026-01-02,2\n", StandardCharsets.UTF_8);
        write("b.csv", "Id,When,Rate,Note\n3,2026-01-03 10:00:00,0.125,x\n", StandardCharsets.UTF_8);
        Dataset rates = source("dataset", "rates").discover(sniffer).getFirst();
        assertThat(rates.field("id").type()).isEqualTo(Type.INTEGER);
        assertThat(rates.field("when").type()).isEqualTo(Type.TIMESTAMP);
        assertThat(rates.field("rate").type().scale()).isGreaterThanOrEqualTo(3);
        assertThat(rates.field("note").type()).isEqualTo(Type.TEXT);
        sync("dataset", "rates");
        assertThat(store.rows).isEqualTo(3);
        assertThat(store.rejects).isEmpty();
    }

    @Test
    void leadingZerosStay() throws Exception {
        write("a.csv", "date,quantity,total_amount,order_id,user_id\n2026-01-01,1,10,00123,007\n", StandardCharsets.UTF_8);
        Dataset sales = source().discover(sniffer).getFirst();
        assertThat(sales.field("order_id").type()).isEqualTo(Type.TEXT);
        assertThat(sales.field("user_id").type()).isEqualTo(Type.TEXT);
    }

    @Test
    void shortRowsAreFilledWhereTheOptionSaysSo() throws Exception {
        write("a.csv", "date,quantity,total_amount,region\n2026-01-01,1,10,Europe\n2026-01-02,1,10\n2026-01-03,1,10,Asia\n", StandardCharsets.UTF_8);
        sync();
        assertThat(store.rows).isEqualTo(2);
        assertThat(store.rejects).hasSize(1);
        open2();
        sync("short_rows", "fill");
        assertThat(store.rows).isEqualTo(3);
    }

    private void open2() {
        store = new DuckStore(home.resolve("handover"), duck, "a.csv");
    }

    private static byte[] bomb() throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            byte[] zeros = new byte[1 << 20];
            java.util.Arrays.fill(zeros, (byte) 'a');
            for (int i = 0; i < 200; i++) {
                gzip.write(zeros);
            }
        }
        return out.toByteArray();
    }

    private void write(String name, String content, Charset charset) throws IOException {
        Files.writeString(home.resolve("inbox").resolve(name), content, charset);
    }

    private FilesSource source(Object... options) {
        return FilesSource.in(home, Configured.with(options));
    }

    private void sync(Object... options) throws Exception {
        FilesSource source = source(options);
        for (Dataset dataset : source.discover(sniffer)) {
            source.read(new Request(dataset, Cursor.NONE, sniffer), store);
        }
    }

    private void sync() throws Exception {
        sync(new Object[0]);
    }

    /** These fields of the first rows. */
    private List<List<String>> fields(String... names) {
        return store.sample.stream().map(row -> java.util.Arrays.stream(names).map(name -> row.get(store.names.indexOf(name))).toList()).toList();
    }
}
