package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which files are read, again and again, told by workbooks, which need no store. */
@Timeout(60)
class FilesSourceTest {
    /** No file of these tests is one that the store reads. */
    private static final Sniffer NONE = new Sniffer() {
        @Override
        public <S extends Scan> S complete(S scan) {
            throw new AssertionError("nobody asked for a scan of " + scan.file());
        }
    };

    @TempDir
    Path home;
    private Path inbox;
    private final Recorder store = new Recorder();
    private int clock;

    @BeforeEach
    void makeInbox() throws IOException {
        inbox = Files.createDirectory(home.resolve("inbox"));
    }

    @Test
    void aFileReadTwiceChangesNothing() throws Exception {
        write("a.xlsx", 1, 2);
        sync();
        assertThat(numbers()).containsExactly(1L, 2L);
        assertThat(sync()).isZero();
    }

    @Test
    void onlyNewAndChangedFilesAreRead() throws Exception {
        write("a.xlsx", 1, 2);
        write("b.xlsx", 3);
        sync();
        write("b.xlsx", 4);
        write("c.xlsx", 5);
        assertThat(sync()).isEqualTo(2);
        assertThat(numbers()).containsExactly(1L, 2L, 4L, 5L);
    }

    @Test
    void aTouchedFileIsNotReadAgain() throws Exception {
        Path file = write("a.xlsx", 1);
        sync();
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-02-02T00:00:00Z")));
        Cursor before = store.cursor;
        assertThat(sync()).isZero();
        assertThat(store.cursor).as("the new time is remembered").isNotEqualTo(before);
    }

    @Test
    void aCopyCountsOnceAndIsTold() throws Exception {
        Path file = write("a.xlsx", 1, 2);
        sync();
        Files.copy(file, inbox.resolve("b.xlsx"));
        assertThat(sync()).isZero();
        assertThat(numbers()).containsExactly(1L, 2L);
        assertThat(store.told).anyMatch(told -> told.contains("b.xlsx") && told.contains("a.xlsx"));
        assertThat(sync()).isZero();
    }

    @Test
    void twoEqualNewFilesCountOnce() throws Exception {
        Files.copy(write("a.xlsx", 1), inbox.resolve("b.xlsx"));
        sync();
        assertThat(numbers()).containsExactly(1L);
    }

    @Test
    void aCopyCountsWhenItsOriginalHoldsSomethingElse() throws Exception {
        Files.copy(write("a.xlsx", 1), inbox.resolve("b.xlsx"));
        sync();
        write("a.xlsx", 2);
        sync();
        sync();
        assertThat(numbers()).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void aRenamedFileKeepsItsRowsAndReplacesThemWhenItChanges() throws Exception {
        Path file = write("a.xlsx", 1, 2);
        sync();
        Files.move(file, inbox.resolve("z.xlsx"));
        assertThat(sync()).isZero();
        write("z.xlsx", 1, 2, 3);
        sync();
        assertThat(numbers()).containsExactly(1L, 2L, 3L);
        write("a.xlsx", 9);
        sync();
        assertThat(numbers()).containsExactlyInAnyOrder(1L, 2L, 3L, 9L);
    }

    @Test
    void rotatedFilesKeepEveryDay() throws Exception {
        write("day.xlsx", 1);
        sync();
        for (int day = 2; day < 6; day++) {
            for (int old = Math.min(day - 2, 2); old > 0; old--) {
                Files.move(inbox.resolve("day." + old + ".xlsx"), inbox.resolve("day." + (old + 1) + ".xlsx"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(inbox.resolve("day.xlsx"), inbox.resolve("day.1.xlsx"));
            Files.deleteIfExists(inbox.resolve("day.3.xlsx"));
            write("day.xlsx", day);
            assertThat(sync()).as("day " + day).isEqualTo(1);
        }
        assertThat(numbers()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
        assertThat(sync()).isZero();
    }

    @Test
    void aVanishedFileKeepsItsRows() throws Exception {
        Files.delete(write("a.xlsx", 1).resolveSibling(write("b.xlsx", 2).getFileName()));
        write("b.xlsx", 2);
        sync();
        Files.delete(inbox.resolve("b.xlsx"));
        sync();
        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void appendAddsEachNewContentOnce() throws Exception {
        for (int day = 1; day < 4; day++) {
            write("today.xlsx", day);
            sync("when_changed", "append");
            sync("when_changed", "append");
        }
        assertThat(numbers()).containsExactlyInAnyOrder(1L, 2L, 3L);
        write("today.xlsx", 2);
        sync("when_changed", "append");
        assertThat(numbers()).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void aChangedOptionReadsTheFilesAgain() throws Exception {
        Path file = inbox.resolve("a.xlsx");
        new Xlsx().sheet("one", Xlsx.row("n") + Xlsx.row(1)).sheet("two", Xlsx.row("n") + Xlsx.row(2)).write(file);
        sync();
        sync("sheet", "two");
        assertThat(numbers()).containsExactly(2L);
    }

    @Test
    void aBadFileStopsNothingAndIsTriedAgain() throws Exception {
        write("a.xlsx", 1);
        Files.writeString(inbox.resolve("b.xlsx"), "no workbook");
        write("c.xlsx", 3);
        for (int i = 0; i < 2; i++) {
            SourceException e = catchThrowableOfType(SourceException.class, this::sync);
            assertThat(e.kind()).isEqualTo(Kind.DATA);
            assertThat(e).hasMessageContaining("'b.xlsx'").hasMessageContaining("is none");
            assertThat(numbers()).containsExactly(1L, 3L);
            assertThat(store.cursor.text()).doesNotContain("b.xlsx");
        }
        write("b.xlsx", 2);
        sync();
        assertThat(numbers()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aFileThatBecameBadKeepsTheRowsItHad() throws Exception {
        write("a.xlsx", 1, 2);
        sync();
        Files.writeString(inbox.resolve("a.xlsx"), "broken");
        assertThatThrownBy(this::sync).isInstanceOf(SourceException.class);
        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void everyBadFileIsNamed() throws Exception {
        Files.writeString(inbox.resolve("a.xlsx"), "");
        Files.writeString(inbox.resolve("b.xlsx"), "text");
        write("c.xlsx", 1);
        assertThatThrownBy(this::sync).hasMessageContaining("2 files").hasMessageContaining("a.xlsx").hasMessageContaining("empty (0 bytes)")
                .hasMessageContaining("b.xlsx");
    }

    @Test
    void anEmptyInboxHasNothingToTell() throws Exception {
        assertThat(source("dataset", "things").discover(NONE)).isEmpty();
        assertThat(source("dataset", "sales").discover(NONE)).hasSize(1);
    }

    @Test
    void rowsThatDoNotFitAreRejectedWithTheirPlace() throws Exception {
        new Xlsx().formats().sheet("Verkauf", Xlsx.row("Datum", "Menge", "Betrag") + Xlsx.row(Xlsx.styled(1, "46023"), 1, 9.5) + Xlsx.row("gestern",
                1, 9.5)
                + Xlsx.row(Xlsx.styled(1, "46024"), 2, "<c t=\"e\"><v>#REF!</v></c>")).write(inbox.resolve("a.xlsx"));
        sync("dataset", "sales", "columns", "Datum=date, Menge=quantity, Betrag=total_amount");
        assertThat(store.rows()).hasSize(1);
        assertThat(store.rejects).hasSize(2);
        assertThat(store.rejects.get(0)).startsWith("Verkauf row 3 | gestern\t1\t9.5 | ").contains("'Datum'", "'gestern' is no date");
        assertThat(store.rejects.get(1)).startsWith("Verkauf row 4 | ").contains("#REF!");
    }

    @Test
    void aSalesFileWithoutItsColumnsIsRefusedByName() throws Exception {
        new Xlsx().sheet("a", Xlsx.row("Datum", "Quantity", "Betrag") + Xlsx.row("2026-01-01", 1, 2)).write(inbox.resolve("a.xlsx"));
        assertThatThrownBy(() -> sync("dataset", "sales")).hasMessageContaining("columns date, total_amount")
                .hasMessageContaining("it has Datum, Quantity, Betrag")
                .hasMessageContaining("columns = Datum=date");
    }

    @Test
    void aDefaultStandsInForARequiredColumn() throws Exception {
        new Xlsx().sheet("a", Xlsx.row("Date", "Total Amount", "note") + Xlsx.row("2026-01-01", 2, "x")).write(inbox.resolve("a.xlsx"));
        FilesSource source = source("dataset", "sales", "defaults", "quantity=1, region=O'Hara");
        Dataset sales = source.discover(NONE).getFirst();
        assertThat(sales.field("quantity").required()).isFalse();
        assertThat(sales.field("note")).isNotNull();
        assertThat(source.models().getFirst().sql()).contains("coalesce(quantity, CAST('1' AS DECIMAL(18,4))) AS quantity",
                "coalesce(region, 'O''Hara') AS region");
        sync("dataset", "sales", "defaults", "quantity=1, region=O'Hara");
        assertThat(store.rows()).hasSize(1);
    }

    @Test
    void discoveryIsTheSameForTheSameFiles() throws Exception {
        write("a.xlsx", 1);
        new Xlsx().sheet("a", Xlsx.row("n", "price") + Xlsx.row(1, 2.5) + Xlsx.row(1.25, 2)).write(inbox.resolve("b.xlsx"));
        List<Dataset> first = source("dataset", "things").discover(NONE);
        assertThat(source("dataset", "things").discover(NONE)).isEqualTo(first);
        assertThat(first.getFirst().field("n").type()).hasToString("DECIMAL(21,2)");
    }

    @Test
    void aKeyThatIsNoFieldIsToldWithTheFieldsThereAre() throws Exception {
        write("a.xlsx", 1);
        assertThatThrownBy(() -> source("dataset", "things", "key", "id").discover(NONE)).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG)).hasMessageContaining("'key'").hasMessageContaining("there are n");
    }

    @Test
    void interruptionEndsAReadWithinTwoSeconds() throws Exception {
        StringBuilder rows = new StringBuilder(Xlsx.row("n"));
        for (int i = 0; i < 300_000; i++) {
            rows.append("<row><c><v>").append(i).append("</v></c></row>");
        }
        new Xlsx().sheet("a", rows.toString()).write(inbox.resolve("a.xlsx"));
        FilesSource source = source("dataset", "things");
        Dataset things = source.discover(NONE).getFirst();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                source.read(new Request(things, Cursor.NONE, NONE), new SlowStore(begun));
            } catch (Throwable e) {
                end.set(e);
            }
        });
        reader.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        reader.interrupt();
        assertThat(reader.join(Duration.ofSeconds(2))).isTrue();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void resumesAfterEachCheckpointToTheTableOfOneCleanRead() throws Exception {
        for (int i = 0; i < 5; i++) {
            write("f" + i + ".xlsx", i, 10 + i);
        }
        for (int stop = 1; stop < 6; stop++) {
            Recorder broken = new Recorder();
            int last = stop;
            FilesSource source = source("dataset", "things");
            Dataset things = source.discover(NONE).getFirst();
            int[] seen = new int[1];
            assertThatThrownBy(() -> source.read(new Request(things, Cursor.NONE, NONE), new Forwarding(broken) {
                @Override
                public void checkpoint(Cursor cursor) throws SourceException, InterruptedException {
                    super.checkpoint(cursor);
                    if (++seen[0] == last) {
                        throw new InterruptedException("stopped by the test");
                    }
                }
            })).isInstanceOf(InterruptedException.class);
            source("dataset", "things").read(new Request(things, broken.cursor, NONE), broken);
            assertThat(broken.rows()).hasSize(10).doesNotHaveDuplicates();
            assertThat(broken.upserts).isEqualTo(10);
        }
    }

    @Test
    void aFileHandedOverMayLieAnywhere() throws Exception {
        Path elsewhere = Files.createDirectories(home.resolve("data/export"));
        Path file = new Xlsx().sheet("a", Xlsx.row("n") + Xlsx.row(7)).write(elsewhere.resolve("x.xlsx"));
        var source = new FilesOpener().open(file, "things");
        Dataset things = source.discover(NONE).getFirst();
        source.read(new Request(things, Cursor.NONE, NONE), store);
        assertThat(numbers()).containsExactly(7L);
        assertThatThrownBy(() -> new FilesOpener().open(elsewhere, "things").discover(NONE)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> new FilesOpener().open(elsewhere.resolve("gone.csv"), "things").discover(NONE)).hasMessageContaining("no file");
    }

    /** Holds the reader up, as a busy store does, so that it is surely reading when it is interrupted. */
    private static final class SlowStore extends Forwarding {
        private final CountDownLatch begun;

        SlowStore(CountDownLatch begun) {
            super(new Recorder());
            this.begun = begun;
        }

        @Override
        public void upsert(Object... values) {
            begun.countDown();
        }
    }

    private FilesSource source(Object... options) {
        return FilesSource.in(home, Configured.with(options));
    }

    private int sync() throws Exception {
        return sync("dataset", "things");
    }

    /** Reads as the engine does, and tells how many files were read. */
    private int sync(Object... options) throws Exception {
        Object[] all = options;
        if (!List.of(options).contains("dataset")) {
            all = java.util.stream.Stream.concat(java.util.stream.Stream.of("dataset", "things"), java.util.stream.Stream.of(options)).toArray();
        }
        FilesSource source = source(all);
        int before = (int) store.told.stream().filter(told -> told.startsWith("reading ")).count();
        for (Dataset dataset : source.discover(NONE)) {
            source.read(new Request(dataset, store.cursor, NONE), store);
        }
        int left = (int) store.told.stream().filter(told -> told.startsWith("leaving out ")).count();
        int counted = (int) store.told.stream().filter(told -> told.startsWith("reading ")).count() - before - (left - leftBefore);
        leftBefore = left;
        return counted;
    }

    private int leftBefore;

    /** A workbook with one column n, of another time than every one before. */
    private Path write(String name, int... numbers) throws IOException {
        StringBuilder rows = new StringBuilder(Xlsx.row("n"));
        for (int number : numbers) {
            rows.append(Xlsx.row(number));
        }
        Path file = new Xlsx().sheet("Sheet1", rows.toString()).write(inbox.resolve(name));
        return Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(clock++)));
    }

    private List<Object> numbers() {
        return store.rows().stream().map(List::getFirst).toList();
    }
}
