package eider.files;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.Tally;
import eider.core.Engine;
import eider.engine.Badge;
import eider.engine.Badge.State;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Store;
import eider.store.ingest.FileSniffer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files counted by another reader than the one that loads them, and compared with what the real engine holds. */
@Timeout(300)
class CountingTest {
    @TempDir
    Path home;
    private Engine engine;
    private Store store;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(home.resolve("inbox"));
        store = new Store(Store.Settings.in(home, true, "512MB"), java.time.InstantSource.system(), step -> {});
        engine = Engine.of(store);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private Badge sync(Object... options) throws Exception {
        if (engine.syncs().connections().isEmpty()) {
            engine.syncs().register("inbox", FilesSource.in(home, Configured.with(options)));
        }
        engine.syncs().sync("inbox", true, Progress.NONE);
        return badge();
    }

    private Badge badge() throws Exception {
        return engine.comparisons().badges().getFirst();
    }

    private Badge compare() throws Exception {
        return engine.comparisons().compare("inbox", Progress.NONE).getFirst();
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(home.resolve("inbox").resolve(name), content, StandardCharsets.UTF_8);
    }

    private void sql(String statement) throws Exception {
        store.write(sql -> sql.run(statement));
    }

    private static final String HEADER = "date,product_name,quantity,total_amount\n";

    @Test
    void aFolderMatchesWhatWasLoadedFromIt() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n2026-01-02,\"Lamp, \"\"tall\"\"\",1,-45.05\n\n");
        write("b.ndjson", "{\"date\":\"2026-01-03\",\"product_name\":\"Desk \\u00e4\",\"quantity\":1,\"total_amount\":10.25,\"x\":{\"total_amount\":[5]}}\n");
        write("c.json", "[{\"date\":\"2026-01-03\",\"quantity\":\"1\",\"total_amount\":1.5e1},\n{\"date\":\"2026-01-03\",\"quantity\":2,\"total_amount\":null}]");
        new Xlsx().formats().sheet("S", Xlsx.row("Date", "Product Name", "Quantity", "Total Amount") + Xlsx.row(Xlsx.styled(1, "46026"), "Chair", 3, "0.30000000000000004"))
                .write(home.resolve("inbox/d.xlsx"));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(home.resolve("inbox/e.csv.gz")))) {
            out.write("date;quantity;total_amount\n2026-01-05;1;\"1.234,50 €\"\n2026-01-05;1;\"7,25 €\"\n".getBytes(Charset.forName("windows-1252")));
        }
        Badge badge = sync();
        assertThat(badge.state()).as(badge.message()).isEqualTo(State.MATCHES);
        assertThat(badge.comparison().rowsThere()).isEqualTo(8);
        assertThat(badge.comparison().quarantined()).as("the null that is required").isEqualTo(1);
        assertThat(badge.comparison().sums()).extracting(Badge.Sum::field).contains("quantity");
        assertThat(badge.message()).isEqualTo("7 of the source's 8 rows are here, 1 is in quarantine; without it the sums of quantity and total_amount are the same.");
    }

    @Test
    void rowsThatSomebodyDeletedHereAreMissedByFileAndByAmount() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n2026-01-02,Lamp,1,45.05\n");
        write("b.csv", HEADER + "2026-01-03,Lamp,1,45.05\n");
        assertThat(sync().message()).isEqualTo("3 rows here, as at the source, and the sums of quantity and total_amount are the same.");
        sql("DELETE FROM raw.inbox__sales WHERE quantity = 2");
        assertThat(badge().state()).as("nobody has looked yet").isEqualTo(State.MATCHES);
        assertThat(compare().message()).isEqualTo("1 row fewer here than at the source, in a.csv (2 here, 3 there). The sum of quantity is 2 less here; the sum of total_amount is 90.1"
                + " less here.");
        assertThat(badge().state()).isEqualTo(State.DIFFERS);
        sql("INSERT INTO raw.inbox__sales SELECT * FROM raw.inbox__sales WHERE date = '2026-01-03'");
        assertThat(compare().message()).as("one too much does not make up for one too few").isEqualTo(
                "1 row fewer here than at the source, in a.csv. 1 row more here than at the source, in b.csv. The sum of quantity is 1 less here; the sum of total_amount is 45.05 less here.");
        sql("DELETE FROM raw.inbox__sales WHERE date = '2026-01-03'");
        sql("UPDATE raw.inbox__sales SET total_amount = 45.04");
        assertThat(compare().comparison().sums()).contains(new Badge.Sum("total_amount", new BigDecimal("45.0400"), new BigDecimal("180.2000")));
    }

    @Test
    void anAmountThatChangedHereIsMissedToTheLastOfTwentyDigits() throws Exception {
        write("a.csv", "id,amount\n1,12345678901234567.89\n2,-0.01\n3,99999999999999999.99\n");
        Badge badge = sync("dataset", "amounts");
        assertThat(badge.comparison().sums()).contains(new Badge.Sum("amount", new BigDecimal("112345678901234567.87"), new BigDecimal("112345678901234567.87")));
        sql("UPDATE raw.inbox__amounts SET amount = amount - 0.01 WHERE id = 3");
        assertThat(compare().message()).isEqualTo("As many rows as at the source (3), but the sum of amount is 0.01 less here, in a.csv.");
    }

    @Test
    void rowsInQuarantineExplainWhatIsMissing() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\nyesterday,Lamp,1,45.05\n2026-01-02,Lamp,none,45.05\n2026-01-02,Lamp,1\n2026-01-02,Lamp,1,0.12345\n");
        assertThat(sync().message()).startsWith("1 of the source's 5 rows is here, 4 are in quarantine.");
        assertThat(badge().state()).isEqualTo(State.MATCHES);
        sql("DELETE FROM raw.inbox__sales");
        assertThat(compare().message()).startsWith("1 row fewer here than at the source, in a.csv (0 here, 4 in quarantine, 5 there)");
    }

    @Test
    void theSumsOfRowsInQuarantineAreKnownWhereTheySayTheSameToEverybody() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\nyesterday,Lamp,1,45.05\n");
        Badge badge = sync();
        assertThat(badge.comparison().sums()).contains(new Badge.Sum("total_amount", new BigDecimal("90.1000"), new BigDecimal("90.1000")));
        sql("UPDATE raw.inbox__sales SET total_amount = 45.05");
        assertThat(compare().message()).isEqualTo("As many rows as at the source (1 and 1 in quarantine), but the sum of total_amount is 45.05 less here, in a.csv.");
    }

    @Test
    void aFileThatChangedOrIsGoneIsLeftOutAndSaid() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n");
        write("b.csv", HEADER + "2026-01-01,Lamp,3,90.10\n");
        write("c.csv", HEADER + "2026-01-01,Lamp,4,90.10\n");
        sync();
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n2026-01-02,Desk,1,45.05\n");
        Files.delete(home.resolve("inbox/b.csv"));
        assertThat(compare().message()).isEqualTo("1 row here, as at the source, and the sums of quantity and total_amount are the same."
                + " Not compared: a.csv changed since it was read, b.csv is not there any more.");
        Files.delete(home.resolve("inbox/c.csv"));
        assertThat(compare().state()).as("nothing is left that could be compared").isEqualTo(State.UNSETTLED);
        sync();
        sql("DELETE FROM raw.inbox__sales WHERE product_name = 'Desk'");
        assertThat(compare().message()).startsWith("1 row fewer here than at the source, in a.csv").endsWith("Not compared: b.csv is not there any more, c.csv is not there any more.");
    }

    @Test
    void aRenamedFileAndACopyAreCountedOnce() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n");
        sync();
        Files.move(home.resolve("inbox/a.csv"), home.resolve("inbox/z.csv"));
        Files.copy(home.resolve("inbox/z.csv"), home.resolve("inbox/copy of z.csv"));
        write("a.csv", HEADER + "2026-01-02,Desk,1,1\n2026-01-02,Desk,1,1\n");
        sync();
        Badge badge = compare();
        assertThat(badge.state()).as(badge.message()).isEqualTo(State.MATCHES);
        assertThat(badge.comparison().rowsThere()).isEqualTo(3);
    }

    @Test
    void aKeyCountsOnceHoweverManyFilesHoldIt() throws Exception {
        write("a.csv", "id,amount\n1,10.00\n2,20.00\n2,21.00\n");
        write("b.csv", "id,amount\n3,30.00\n1,5.00\n,7.00\n");
        Badge badge = sync("dataset", "stock", "key", "id");
        assertThat(badge.message()).as("the row without a key is bad").startsWith("3 of the source's 4 rows are here, 1 is in quarantine");
        sql("DELETE FROM raw.inbox__stock WHERE id = 3");
        assertThat(compare().message()).as("what is in quarantine explains one row, not two").startsWith("1 row fewer here than at the source (2 here, 1 in quarantine, 4 there)");
    }

    @Test
    void aSumOfKeyedRowsIsToldWhereNoKeyCameTwice() throws Exception {
        write("a.csv", "id,amount\n1,10.00\n2,20.00\n");
        assertThat(sync("dataset", "stock", "key", "id").comparison().sums()).extracting(Badge.Sum::field).containsExactly("amount", "id");
        sql("UPDATE raw.inbox__stock SET amount = 11 WHERE id = 1");
        assertThat(compare().message()).isEqualTo("As many rows as at the source (2), but the sum of amount is 1 more here.");
    }

    @Test
    void aParquetFileIsCountedByItsFooter() throws Exception {
        store.open();
        Path parquet = home.resolve("data/handover/t.parquet");
        Files.createDirectories(parquet.getParent());
        sql("COPY (SELECT i AS id, CAST(i AS DECIMAL(18,2)) AS amount, [i, i] AS pair FROM range(70000) t(i)) TO '" + parquet + "' (FORMAT parquet, ROW_GROUP_SIZE 10000)");
        Files.move(parquet, home.resolve("inbox/t.parquet"));
        assertThat(sync("dataset", "many").message()).isEqualTo("70,000 rows here, as at the source.");
        sql("DELETE FROM raw.inbox__many WHERE id = 5");
        assertThat(compare().message()).isEqualTo("1 row fewer here than at the source, in t.parquet (69,999 here, 70,000 there).");
    }

    @Test
    void whatCannotBeCountedIsSaid() throws Exception {
        write("a.json", "{\"a\": 1}\n{\"a\": 2} {\"a\": 3}\n{\"a\": nonsense\n");
        assertThat(sync("dataset", "things").message()).isEqualTo("It cannot be told now: a.json is not JSON throughout, so that its rows cannot be told apart.");
        assertThat(badge().state()).isEqualTo(State.UNSETTLED);
    }

    /** The corpus of nasty files: whatever the loader makes of one, the counter must not cry wolf over it. */
    @Test
    void noFixtureIsSaidToDifferAndNearlyAllMatch() throws Exception {
        Path kept = Path.of("src/test/resources/fixtures");
        matches(kept, 60, 2);
    }

    private void matches(Path root, int least, int most) throws Exception {
        List<String> wrong = new ArrayList<>();
        List<String> undecided = new ArrayList<>();
        int matching = 0;
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                Path folder = Files.createDirectories(home.resolve("inbox/one"));
                Path copy = folder.resolve(file.getFileName().toString());
                Files.copy(file, copy);
                String connection = "f" + (wrong.size() + undecided.size() + matching) + "x" + System.identityHashCode(file);
                engine.syncs().register(connection, FilesSource.in(home, Configured.with("dataset", "fixture", "path", "one/*")));
                try {
                    List<Load> loads = engine.syncs().sync(connection, true, Progress.NONE);
                    if (!loads.isEmpty() && (loads.getFirst().state() == Load.State.COMMITTED)) {
                        Badge badge = engine.comparisons().badges().getFirst();
                        switch (badge.state()) {
                            case MATCHES -> matching++;
                            case DIFFERS, FAILED, NOT_COMPARED -> wrong.add(root.relativize(file) + ": " + badge.message());
                            case UNSETTLED -> undecided.add(root.relativize(file) + ": " + badge.message());
                        }
                    }
                } catch (eider.engine.EngineException e) {
                    assertThat(e.getMessage()).isNotBlank();
                } finally {
                    engine.syncs().unregister(connection);
                    Files.delete(copy);
                }
            }
        }
        assertThat(wrong).as("%s matched; undecided: %s", matching, undecided).isEmpty();
        assertThat(matching).isGreaterThanOrEqualTo(least);
        assertThat(undecided).hasSizeLessThanOrEqualTo(most);
    }

    @Test
    void countsUpToTheCursorAndNothingElse() throws Exception {
        write("a.csv", HEADER + "2026-01-01,Lamp,2,90.10\n");
        FilesSource source = FilesSource.in(home, Configured.with());
        FileSniffer sniffer = new FileSniffer(home.resolve("scratch"));
        Dataset dataset = source.discover(sniffer).getFirst();
        assertThat(count(source, new Request(dataset, Cursor.NONE, sniffer))).as("nothing was read, so nothing lies up to the cursor").isEmpty();
        Recorder sink = new Recorder();
        source.read(new Request(dataset, Cursor.NONE, sniffer), sink);
        write("b.csv", HEADER + "2026-01-01,Lamp,3,90.10\n");
        assertThat(count(source, new Request(dataset, sink.cursor, sniffer))).singleElement()
                .satisfies(tally -> assertThat(tally.part() + " " + tally.rows()).isEqualTo("a.csv 1"));
    }

    private static List<Tally> count(FilesSource source, Request request) throws SourceException, InterruptedException {
        List<Tally> tallies = new ArrayList<>();
        source.count(request, new Countable.Counts() {
            @Override
            public void add(Tally tally) {
                tallies.add(tally);
            }

            @Override
            public void progress(String doing, long done, long total) {
                assertThat(doing).isNotBlank();
            }
        });
        return tallies;
    }

    @Test
    void anInterruptEndsACount() throws Exception {
        Path large = home.resolve("inbox/large.csv");
        try (Writer out = Files.newBufferedWriter(large)) {
            out.write("id,amount\n");
            for (int i = 0; i < 2_000_000; i++) {
                out.write(i + ",1.25\n");
            }
        }
        FilesSource source = FilesSource.in(home, Configured.with("dataset", "amounts"));
        FileSniffer sniffer = new FileSniffer(home.resolve("scratch"));
        Dataset dataset = source.discover(sniffer).getFirst();
        Recorder sink = new Recorder();
        source.read(new Request(dataset, Cursor.NONE, sniffer), sink);
        CountDownLatch counting = new CountDownLatch(3);
        Exception[] ended = new Exception[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                source.count(new Request(dataset, sink.cursor, sniffer), new Countable.Counts() {
                    @Override
                    public void add(Tally tally) {
                        throw new IllegalStateException("it came to its end");
                    }

                    @Override
                    public void progress(String doing, long done, long total) {
                        counting.countDown();
                    }
                });
            } catch (SourceException | InterruptedException | RuntimeException e) {
                ended[0] = e;
            }
        });
        counting.await();
        thread.interrupt();
        assertThat(thread.join(java.time.Duration.ofSeconds(2))).isTrue();
        assertThat(ended[0]).isInstanceOf(InterruptedException.class);
    }

    @Test
    void randomAmountsComeToTheSameSumAsDuckDb() throws Exception {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder("id;amount;rate\n");
        BigDecimal expected = BigDecimal.ZERO;
        for (int i = 0; i < 20_000; i++) {
            BigDecimal amount = new BigDecimal(java.math.BigInteger.valueOf(random.nextLong()), random.nextInt(5));
            expected = expected.add(amount);
            text.append(i).append(';').append(amount.toPlainString().replace('.', ',')).append(';').append(random.nextInt(100)).append('\n');
        }
        write("a.csv", text.toString());
        Badge badge = sync("dataset", "amounts");
        assertThat(badge.state()).as(badge.message()).isEqualTo(State.MATCHES);
        BigDecimal told = badge.comparison().sums().stream().filter(sum -> sum.field().equals("amount")).findFirst().orElseThrow().there();
        assertThat(told).isEqualByComparingTo(expected);
    }
}
