package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import eider.store.Store;
import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dataset several times as large as the memory that the live database may use. */
class LargerThanMemoryTest {
    private static final int ROWS = 600_000;
    private static final String MEMORY = "64MB";
    private static final List<Field> FIELDS = List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("amount", Type.MONEY, "Amount."),
            Field.of("note", Type.TEXT, "A text that does not compress well."));

    @TempDir
    Path home;

    private Path file(String name, int changed) throws Exception {
        Path file = home.resolve(name);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("id,amount,note\n");
            for (int i = 0; i < ROWS; i++) {
                long noise = (i + 1) * 0x9E3779B97F4A7C15L;
                out.write(i + "," + (i % changed == 0 ? "2.5," : "1.5,") + Long.toHexString(noise) + Long.toHexString(noise * 31) + Long.toHexString(noise * 37)
                        + Long.toHexString(noise * 41) + "\n");
            }
        }
        return file;
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void isComparedInEachModeWithAndWithoutAKey(Mode mode) throws Exception {
        try (Engine engine = Engine.of(new Store(Store.Settings.in(home, false, MEMORY), InstantSource.system(), step -> {}))) {
            for (List<String> key : List.of(List.of("id"), List.<String>of())) {
                Dataset big = new Dataset(key.isEmpty() ? "lines" : "keyed", "Many rows.", FIELDS, key);
                engine.handle("shop", big.name(), new Handling(mode, Contract.EVOLVE, 100));
                Load[] loads = {load(engine, big, file("first.csv", Integer.MAX_VALUE), "1"), load(engine, big, file("second.csv", 1_000), "2")};
                assertThat(loads[0].inserted()).as(loads[0].message()).isEqualTo(ROWS);
                assertThat(loads[1].state()).as(loads[1].message()).isEqualTo(Load.State.COMMITTED);
                int changed = ROWS / 1_000 - 1;
                boolean append = mode == Mode.APPEND;
                assertThat(loads[1].inserted()).isEqualTo(key.isEmpty() || append ? changed : 0);
                assertThat(loads[1].updated()).isEqualTo(key.isEmpty() || append ? 0 : changed);
                assertThat(Shop.rows(engine, "select count(*), count(distinct id) from raw.shop__" + big.name()))
                        .containsExactly((ROWS + (append ? changed : 0)) + "|" + ROWS);
            }
        }
    }

    /** And so is undone. */
    @Test
    void isDerivedAnewByAnotherModel() throws Exception {
        try (Engine engine = Engine.of(new Store(Store.Settings.in(home, false, MEMORY), InstantSource.system(), step -> {}))) {
            Dataset big = new Dataset("lines", "Many rows.", FIELDS, List.of());
            load(engine, big, file("first.csv", Integer.MAX_VALUE), "1");
            Path model = Files.createDirectories(home.resolve("config/models")).resolve("lines.sql");
            String select = "SELECT _row, DATE '2026-01-01' + CAST(id % 400 AS INTEGER) AS date, 'sale' AS kind, note AS customer, upper(note) AS product_name, 1 AS quantity, amount AS"
                    + " total_amount FROM input";
            Files.writeString(model, "-- from: shop.lines\n-- into: sales\n" + select + " UNION ALL BY NAME " + select + " WHERE id % 2 = 0");
            List<Load> first = engine.syncs().sync("shop", false, Progress.NONE);
            assertThat(first.getFirst().message()).isEqualTo("Its model is new: 900,000 rows of sales derived.");
            Files.writeString(model, "-- from: shop.lines\n-- into: sales\n" + select);
            Load second = engine.syncs().sync("shop", false, Progress.NONE).getFirst();
            assertThat(second.message()).isEqualTo("Its model changed: 600,000 rows of sales derived anew.");
            engine.loads().undo(second.id(), "test");
            assertThat(Shop.rows(engine, "select count(*), count(distinct customer), sum(total_amount) from sales")).containsExactly(ROWS * 3 / 2 + "|" + ROWS + "|1350002.0000");
        }
    }

    /** DuckDB reads a file in buffers of sixteen times the longest line that it is told of, if it is not told how large: more than a stage has. */
    @Test
    void aFileLargerThanAStageIsReadByKey() throws Exception {
        Path file = home.resolve("large.csv");
        String text = "0123456789abcdef".repeat(512);
        int rows = 33_000;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("id,amount,note\n");
            for (int i = 0; i < rows; i++) {
                out.write(i + ",1.5," + i + text + "\n");
            }
        }
        assertThat(Files.size(file)).isGreaterThan(256L << 20);
        try (Engine engine = Engine.open(home)) {
            Load load = load(engine, new Dataset("keyed", "Long rows.", FIELDS, List.of("id")), file, "1");
            assertThat(load.inserted()).as(load.message()).isEqualTo(rows);
        }
    }

    private Load load(Engine engine, Dataset dataset, Path file, String fingerprint) throws Exception {
        return Shop.sync(engine, new Scripted(List.of(dataset), List.of(), (request, sink) -> {
            sink.part("all", fingerprint);
            sink.scan(new Scan.Csv(file, StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", false,
                    FIELDS.stream().map(field -> new Scan.Column(field.name(), field)).toList()));
            sink.checkpoint(Scripted.after(Integer.parseInt(fingerprint)));
        }));
    }
}
