package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.store.Store;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten weeks of a shop whose tills leave a file each week: old files are corrected, some come broken and are taken back when somebody notices, and schedules wait where much
 * would go. What the shop sold is reckoned here from what its files are meant to hold, line by line, and compared after every step.
 */
@Timeout(300)
class WeeksTest {
    private static final String HEADER = "date,product_name,quantity,unit_price,total_amount,region\n";
    private static final LocalDate BEGIN = LocalDate.of(2026, 1, 5);

    @TempDir
    Path home;
    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN.atTime(6, 0).toInstant(ZoneOffset.UTC));
    private final SplittableRandom random = new SplittableRandom(20_260_105);
    /** What the files are meant to hold. */
    private final Map<String, List<String>> files = new TreeMap<>();
    private Engine engine;

    @BeforeEach
    void open() throws Exception {
        Files.createDirectories(home.resolve("inbox"));
        engine = Engine.of(new Store(Store.Settings.in(home, false, "256MB"), now::get, step -> {}));
        engine.syncs().register("inbox", FilesSource.in(home, Configured.with("path", "*.csv")));
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    @Test
    void tenWeeksOfFilesComeOutRight() throws Exception {
        Load firstWeek = null;
        for (int week = 0; week < 10; week++) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < 60 + week; i++) {
                lines.add(line(week, 1 + random.nextInt(4), 5 + random.nextInt(90)));
            }
            put(file(week), lines);
            if (week > 1) {
                // An older file is corrected: a price, a line that had been forgotten.
                List<String> older = new ArrayList<>(files.get(file(week - 2)));
                older.set(random.nextInt(older.size()), line(week - 2, 1, 7));
                older.add(line(week - 2, 2, 11));
                put(file(week - 2), older);
            }
            Load load = planned(week);
            firstWeek = firstWeek == null ? load : firstWeek;
            switch (week) {
                case 3 -> wrongPricesAreTakenBackAndReadAgain(week);
                case 5 -> aFileThatIsNotOursIsTakenBackAndLeftOut();
                case 6 -> aHalfWrittenFileWaitsForAWord(week);
                case 8 -> aLoadInTheWayIsNamed(week);
                default -> { }
            }
            days(7);
        }
        Load old = engine.loads().load(firstWeek.id()).orElseThrow();
        assertThat(old.undo().state()).isEqualTo(Load.Undo.State.FORGOTTEN);
        assertThatThrownBy(() -> engine.loads().undo(old.id(), "shop")).isInstanceOf(EngineException.class).hasMessageContaining("keep_images_days");
        assertThat(engine.loads().latest(1).getFirst().undo().state()).isEqualTo(Load.Undo.State.POSSIBLE);
        assertThat(rows("SELECT count(*) FROM sales s ANTI JOIN raw.inbox__sales r USING (_row)")).containsExactly("0");
        assertThat(rows("SELECT count(*) FROM raw.inbox__sales r ANTI JOIN sales s USING (_row)")).containsExactly("0");
    }

    /** A plan, then what a schedule does: the one tells what the other brings. */
    private Load planned(int week) throws Exception {
        String before = shopTotal();
        PlannedLoad plan = engine.syncs().plan("inbox", Progress.NONE).loads().getFirst();
        assertThat(shopTotal()).as("week %d: a plan changes nothing", week).isEqualTo(before);
        assertThat(plan.warnings()).isEmpty();
        Load load = unattended();
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(List.of(load.inserted(), load.updated(), load.removed(), load.quarantined()))
                .isEqualTo(List.of(plan.inserted(), plan.updated(), plan.removed(), plan.quarantined()));
        assertThat(plan.metrics().stream().filter(metric -> metric.name().equals("sales")).findFirst().orElseThrow().after()).isEqualByComparingTo(shopTotal());
        assertRight("week " + week);
        return load;
    }

    private void wrongPricesAreTakenBackAndReadAgain(int week) throws Exception {
        days(1);
        // In cents, for once.
        write("extra.csv", List.of("2026-01-30,Tea,1,1250,1250,North", "2026-01-30,Cup,1,700,700,North"));
        PlannedLoad plan = engine.syncs().plan("inbox", Progress.NONE).loads().getFirst();
        assertThat(plan.metrics().getFirst().after().subtract(plan.metrics().getFirst().before())).isEqualByComparingTo("1950");
        Load wrong = unattended();
        days(1);
        put("extra.csv", List.of("2026-01-30,Tea,1,12.50,12.50,North", "2026-01-30,Cup,1,7.00,7.00,North"));
        engine.loads().undo(wrong.id(), "shop");
        assertThat(unattended().state()).as("it waits for a word").isEqualTo(Load.State.HELD);
        engine.loads().release("inbox", "sales", Hold.Release.READ_AGAIN);
        assertThat(unattended().state()).isEqualTo(Load.State.COMMITTED);
        assertRight("wrong prices of week " + week + " were taken back");
    }

    private void aFileThatIsNotOursIsTakenBackAndLeftOut() throws Exception {
        days(1);
        write("neighbour.csv", List.of("2026-02-10,Fish,1,9.00,9.00,North"));
        Load wrong = unattended();
        days(1);
        engine.loads().undo(wrong.id(), "shop");
        engine.loads().release("inbox", "sales", Hold.Release.SKIP);
        assertThat(unattended().state()).as("the file lies there and counts as read").isEqualTo(Load.State.UNCHANGED);
        assertRight("the neighbour's file is left out");
    }

    private void aHalfWrittenFileWaitsForAWord(int week) throws Exception {
        days(1);
        List<String> whole = files.get(file(week));
        write(file(week), whole.subList(0, 10));
        Load held = unattended();
        assertThat(held.state()).isEqualTo(Load.State.HELD);
        assertThat(held.message()).contains(file(week), "would remove").contains("eider plan inbox");
        assertRight("a half-written file waits");
        assertThat(engine.syncs().plan("inbox", Progress.NONE).loads().getFirst().warnings()).isNotEmpty();
        // The till has written the rest meanwhile: what is approved is what was shown, and that is not there any more.
        put(file(week), whole);
        assertThat(engine.syncs().approve("inbox", Progress.NONE).getFirst().state()).isEqualTo(Load.State.HELD);
        assertRight("nothing was approved");
        // Some weeks are meant to be cut short.
        put(file(week), whole.subList(0, 12));
        engine.syncs().plan("inbox", Progress.NONE);
        assertThat(engine.syncs().approve("inbox", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
        assertRight("what was shown was carried out");
    }

    private void aLoadInTheWayIsNamed(int week) throws Exception {
        days(1);
        List<String> good = List.copyOf(files.get(file(week)));
        List<String> doubled = new ArrayList<>(good);
        doubled.addAll(good.subList(0, 20));
        write(file(week), doubled);
        Load wrong = unattended();
        doubled.add(line(week, 1, 3));
        write(file(week), doubled);
        Load later = unattended();
        assertThatThrownBy(() -> engine.loads().undo(wrong.id(), "shop")).hasMessageContaining("eider undo " + later.id());
        engine.loads().undo(later.id(), "shop");
        engine.loads().undo(wrong.id(), "shop");
        put(file(week), good);
        engine.loads().release("inbox", "sales", Hold.Release.READ_AGAIN);
        assertThat(unattended().state()).isIn(Load.State.UNCHANGED, Load.State.COMMITTED);
        assertRight("both were taken back");
    }

    private static String file(int week) {
        return "till-week-" + week + ".csv";
    }

    private String line(int week, int quantity, int price) {
        return BEGIN.plusDays(7L * week + random.nextInt(7)) + "," + List.of("Tea", "\"Pot, large\"", "Cup").get(random.nextInt(3)) + "," + quantity + "," + price + ".50,"
                + new BigDecimal(price + ".50").multiply(BigDecimal.valueOf(quantity)) + "," + List.of("North", "South").get(random.nextInt(2));
    }

    private void put(String name, List<String> lines) throws IOException {
        files.put(name, List.copyOf(lines));
        write(name, lines);
    }

    private void write(String name, List<String> lines) throws IOException {
        Path file = Files.writeString(home.resolve("inbox").resolve(name), HEADER + String.join("\n", lines) + "\n");
        Files.setLastModifiedTime(file, FileTime.from(now.get()));
    }

    private void days(int days) {
        now.set(now.get().plus(Duration.ofDays(days)));
    }

    private Load unattended() throws Exception {
        return engine.syncs().syncUnattended("inbox", Progress.NONE).getFirst();
    }

    private String shopTotal() throws Exception {
        return rows("SELECT coalesce(sum(total_amount), 0) FROM sales").getFirst();
    }

    private void assertRight(String when) throws Exception {
        BigDecimal total = BigDecimal.ZERO;
        List<String> lines = new ArrayList<>();
        for (List<String> file : files.values()) {
            for (String line : file) {
                String[] ends = line.replace("\"Pot, large\"", "Pot").split(",");
                total = total.add(new BigDecimal(ends[4]));
                lines.add(ends[0] + "|" + ends[1] + "|" + ends[2] + "|" + new BigDecimal(ends[4]).setScale(4));
            }
        }
        assertThat(new BigDecimal(shopTotal())).as(when).isEqualByComparingTo(total);
        assertThat(rows("SELECT date, replace(product_name, 'Pot, large', 'Pot'), CAST(quantity AS INTEGER), total_amount FROM sales")).as(when)
                .containsExactlyInAnyOrderElementsOf(lines);
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
