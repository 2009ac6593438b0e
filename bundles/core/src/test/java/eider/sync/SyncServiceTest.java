package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncServiceTest {
    private static final Dataset ORDERS = new Dataset("orders", "Orders by id.", List.of(Field.required("id", Type.INTEGER, "The order."),
            Field.of("amount", Type.MONEY, "Its amount."), Field.of("note", Type.TEXT, "A note.")), List.of("id"));
    private static final Dataset LINES = new Dataset("sales", "Lines of files.", List.of(Field.required("date", Type.DATE, "The day."),
            Field.of("product_name", Type.TEXT, "The product."), Field.required("quantity", Type.MONEY, "How many."),
            Field.required("total_amount", Type.MONEY, "For how much.")), List.of());
    private static final Model SALES = new Model("sales", "sales",
            "SELECT _row, date, 'sale' AS kind, product_name, quantity, total_amount, total_amount AS net FROM input");

    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private Load sync(Scripted source) throws Exception {
        return sync(source, false);
    }

    private Load sync(Scripted source, boolean approved) throws Exception {
        if (engine.syncs().connections().stream().noneMatch(c -> c.name().equals("shop"))) {
            engine.syncs().register("shop", source);
        }
        return engine.syncs().sync("shop", approved, Progress.NONE).getFirst();
    }

    private List<String> rows(String sql) throws EngineException {
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

    private static Object[] line(int day, String product, int quantity, String amount) {
        return new Object[] {LocalDate.of(2026, 1, day), product, new BigDecimal(quantity), new BigDecimal(amount)};
    }

    private static Scripted file(String fingerprint, Object[]... lines) {
        return new Scripted(List.of(LINES), List.of(SALES), push(fingerprint, lines));
    }

    private static Scripted.Read push(String fingerprint, Object[]... lines) {
        return (request, sink) -> {
            sink.part("january.csv", fingerprint);
            for (Object[] line : lines) {
                sink.upsert(line);
            }
            sink.checkpoint(new eider.connector.Cursor(fingerprint));
        };
    }

    @Test
    void keyedRowsAreInsertedUpdatedAndRemoved() throws Exception {
        Scripted source = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, new BigDecimal("10.50"), "first");
            sink.upsert(2L, new BigDecimal("20"), null);
            sink.upsert(3L, new BigDecimal("30"), "third");
            sink.checkpoint(Scripted.after(1));
        });
        assertThat(sync(source)).satisfies(load -> {
            assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
            assertThat(load.inserted()).isEqualTo(3);
        });
        source.now((request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            sink.upsert(2L, new BigDecimal("21"), null);
            sink.upsert(2L, new BigDecimal("22"), "the last one counts");
            sink.upsert(3L, new BigDecimal("30"), "third");
            sink.upsert(4L, new BigDecimal("40"), null);
            sink.delete(1L);
            sink.checkpoint(Scripted.after(2));
        });
        Load second = sync(source);
        assertThat(List.of(second.inserted(), second.updated(), second.removed())).containsExactly(1L, 1L, 1L);
        assertThat(rows("select id, amount, note, _load from raw.shop__orders order by id"))
                .containsExactly("2|22.0000|the last one counts|2", "3|30.0000|third|1", "4|40.0000|null|2");
        assertThat(rows("select id, amount, _gone from undo.shop__orders order by id")).containsExactly("1|10.5000|2", "2|20.0000|2");
    }

    @Test
    void theSameRowsAgainChangeNothing() throws Exception {
        Scripted source = file("a", line(1, "Lamp", 1, "5"), line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90"));
        assertThat(sync(source).inserted()).isEqualTo(3);
        assertThat(sync(source).state()).isEqualTo(Load.State.UNCHANGED);
        source.now(push("b", line(1, "Lamp", 1, "5"), line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90")));
        assertThat(sync(source).state()).as("a new fingerprint, the same rows").isEqualTo(Load.State.UNCHANGED);
        assertThat(rows("select count(*), sum(total_amount) from sales")).containsExactly("3|100.0000");
    }

    @Test
    void aChangedFileReplacesItsOwnRowsAndEqualLinesAllCount() throws Exception {
        Scripted source = file("a", line(1, "Lamp", 1, "5"), line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90"), line(3, "Chair", 1, "40"));
        sync(source);
        source.now(push("b", line(1, "Lamp", 1, "5"), line(1, "Lamp", 1, "5"), line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "95"), line(3, "Chair", 1, "40")));
        Load load = sync(source);
        assertThat(List.of(load.inserted(), load.removed())).containsExactly(2L, 1L);
        assertThat(rows("select product_name, total_amount, load from sales order by all"))
                .containsExactly("Chair|40.0000|1", "Desk|95.0000|2", "Lamp|5.0000|1", "Lamp|5.0000|1", "Lamp|5.0000|2");
    }

    @Test
    void aReplaceThatWouldRemoveMoreThanHalfIsHeldUntilApproved() throws Exception {
        Scripted source = file("a", line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90"), line(3, "Chair", 1, "40"));
        sync(source);
        source.now(push("b", line(4, "Lamp", 1, "5")));
        Load held = sync(source);
        assertThat(held.state()).isEqualTo(Load.State.HELD);
        assertThat(held.message()).contains("january.csv would remove 3 of the 3 rows").contains("--approve");
        assertThat(rows("select count(*) from sales")).containsExactly("3");
        assertThat(sync(source, true).state()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("select date from sales")).containsExactly("2026-01-04");
    }

    @Test
    void aFileThatBecameEmptyIsHeldToo() throws Exception {
        Scripted source = file("a", line(1, "Lamp", 1, "5"));
        sync(source);
        source.now(push("b"));
        assertThat(sync(source).state()).isEqualTo(Load.State.HELD);
    }

    @Test
    void aValueThatDoesNotFitGoesToQuarantineAndComesBackWhenTheFileIsMended() throws Exception {
        Scripted source = file("a", line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90.00005"), new Object[] {null, "Chair", BigDecimal.ONE, BigDecimal.TEN});
        Load load = sync(source);
        assertThat(List.of(load.inserted(), load.quarantined())).containsExactly(1L, 2L);
        assertThat(engine.loads().quarantine("shop", 10)).extracting(q -> q.place() + ": " + q.reason()).containsExactlyInAnyOrder(
                "january.csv row 2: total_amount: 90.00005 has more than 4 digits after the point", "january.csv row 3: date: empty, but required");
        source.now(push("b", line(1, "Lamp", 1, "5"), line(2, "Desk", 1, "90"), line(2, "Chair", 1, "10")));
        sync(source);
        assertThat(engine.loads().quarantined(null)).isZero();
        assertThat(rows("select sum(total_amount) from sales")).containsExactly("105.0000");
    }

    @Test
    void aScanGoesStraightInAndItsBadRowsAside() throws Exception {
        Path csv = Files.writeString(home.resolve("january.csv"), "date,product_name,quantity,total_amount\n2026-01-01,Lamp,1,5\n2026-13-01,Desk,1,90\n2026-01-02,Desk,2,180\n");
        Scan.Csv scan = csv(csv);
        Scripted source = new Scripted(List.of(LINES), List.of(SALES), (request, sink) -> {
            sink.part("january.csv", "a");
            sink.scan(scan);
            sink.checkpoint(Scripted.after(1));
        });
        Load load = sync(source);
        assertThat(List.of(load.inserted(), load.quarantined())).as(load.message()).containsExactly(2L, 1L);
        assertThat(engine.loads().quarantine("shop", 10).getFirst().place()).isEqualTo("january.csv line 3");
        assertThat(rows("select lane from ledger.change_sets")).containsExactly("STRAIGHT");
        assertThat(rows("select sum(total_amount), min(source), min(currency) from sales")).containsExactly("185.0000|shop|EUR");
        Files.writeString(csv, "date,product_name,quantity,total_amount\n2026-01-01,Lamp,1,5\n2026-01-01,Desk,1,90\n2026-01-02,Desk,2,180\n");
        source.now((request, sink) -> {
            sink.part("january.csv", "b");
            sink.scan(scan);
            sink.checkpoint(Scripted.after(2));
        });
        assertThat(sync(source).inserted()).isEqualTo(1);
        assertThat(engine.loads().quarantined(null)).isZero();
        assertThat(Files.list(home.resolve("data/handover")).filter(Files::isRegularFile)).isEmpty();
    }

    private static Scan.Csv csv(Path file) {
        return new Scan.Csv(file, java.nio.charset.StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", false,
                LINES.fields().stream().map(field -> new Scan.Column(field.name(), field)).toList());
    }

    @Test
    void aFileThatCannotBeReadHarmsNoOtherPartOfTheSameCheckpoint() throws Exception {
        Path csv = Files.writeString(home.resolve("one.csv"), "date,product_name,quantity,total_amount\n2026-01-01,Lamp,1,5\n");
        Path changed = Files.writeString(home.resolve("two.csv"), "date,product_name,quantity,total_amount\n2026-01-01,Desk,1,90\n");
        Scripted.Read read = (request, sink) -> {
            for (Path file : List.of(csv, changed)) {
                sink.part(file.getFileName().toString(), "day " + request.cursor().text());
                try {
                    sink.scan(csv(file));
                } catch (SourceException e) {
                    assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA);
                }
            }
            sink.checkpoint(new eider.connector.Cursor(request.cursor().text() + "x"));
        };
        Scripted source = new Scripted(List.of(LINES), List.of(SALES), read);
        assertThat(sync(source).inserted()).isEqualTo(2);
        Files.writeString(csv, "date,product_name,quantity,total_amount\n2026-01-01,Lamp,1,5\n2026-01-02,Lamp,1,7\n");
        Files.delete(changed);
        Load load = sync(source);
        assertThat(List.of(load.inserted(), load.removed())).as(load.message()).containsExactly(1L, 0L);
        assertThat(rows("select product_name, total_amount from sales order by all")).containsExactly("Desk|90.0000", "Lamp|5.0000", "Lamp|7.0000");
    }

    @Test
    void ofManyRowsWithOneKeyInAFileTheLastCounts() throws Exception {
        int keys = 1_000;
        int lines = 300_000;
        StringBuilder content = new StringBuilder("id,amount,note\n");
        for (int i = 0; i < lines; i++) {
            content.append(i % keys).append(',').append(i).append(",n\n");
        }
        Path csv = Files.writeString(home.resolve("orders.csv"), content);
        Scan.Csv scan = new Scan.Csv(csv, java.nio.charset.StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", false,
                ORDERS.fields().stream().map(field -> new Scan.Column(field.name(), field)).toList());
        Load load = sync(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.scan(scan);
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(load.inserted()).as(load.message()).isEqualTo(keys);
        assertThat(rows("select count(*) from raw.shop__orders where amount = id + " + (lines - keys))).containsExactly(Integer.toString(keys));
    }

    @Test
    void rowNumbersGoOnAfterARestart() throws Exception {
        sync(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        engine.close();
        engine = Engine.open(home);
        sync(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(2L, null, null);
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(rows("select count(distinct _row), count(*) from raw.shop__orders")).containsExactly("2|2");
    }

    @Test
    void rowsAfterTheLastCheckpointAreNotKept() throws Exception {
        Scripted source = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            sink.upsert(2L, null, null);
            throw new SourceException(SourceException.Kind.TEMPORARY, "the line went dead");
        });
        Load load = sync(source);
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).isEqualTo("the line went dead");
        assertThat(rows("select id from raw.shop__orders")).containsExactly("1");
    }

    @Test
    void aWiderTypeWidensAndANewColumnIsAdded() throws Exception {
        Dataset wider = new Dataset("orders", "Orders by id.", List.of(Field.required("id", Type.INTEGER, "The order."),
                Field.of("amount", Type.decimal(20, 6), "Its amount."), Field.of("note", Type.INTEGER, "Clashes."), Field.of("city", Type.TEXT, "New.")), List.of("id"));
        sync(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, new BigDecimal("1.5"), "text");
            sink.checkpoint(Scripted.after(1));
        }));
        engine.syncs().unregister("shop");
        Load load = sync(new Scripted(List.of(wider), List.of(), (request, sink) -> {
            sink.upsert(2L, new BigDecimal("1.123456"), 7L, "Kiel");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(load.inserted()).isEqualTo(1);
        assertThat(rows("select id, amount, note, city from raw.shop__orders order by id")).containsExactly("1|1.500000|text|null", "2|1.123456|7|Kiel");
    }

    @Test
    void aCancelledSyncEndsAtOnceAndKeepsWhatItCommitted() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        Scripted source = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            waiting.countDown();
            new CountDownLatch(1).await();
        });
        engine.syncs().register("shop", source);
        List<Load> loads = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                loads.addAll(engine.syncs().sync("shop", false, Progress.NONE));
            } catch (EngineException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).hasMessageContaining("is being synced already");
        assertThat(engine.syncs().cancel("shop")).isTrue();
        thread.join(2_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(loads).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(rows("select id from raw.shop__orders")).containsExactly("1");
    }

    @Test
    void aLoadOnItsWayIsToldBeforeItsFirstCommit() throws Exception {
        List<Load.State> seen = new ArrayList<>();
        Load load = sync(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, null);
            try {
                engine.loads().latest(5).forEach(one -> seen.add(one.state()));
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(seen).containsExactly(Load.State.RUNNING);
        assertThat(engine.loads().latest(5)).extracting(Load::id, Load::state).containsExactly(org.assertj.core.groups.Tuple.tuple(load.id(), Load.State.COMMITTED));
    }

    @Test
    void aConnectorThatIsReplacedInTheMiddleGoesOnFromItsLastCheckpoint() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        Scripted first = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, "old");
            sink.checkpoint(Scripted.after(1));
            waiting.countDown();
            new CountDownLatch(1).await();
        });
        Scripted second = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            sink.upsert(2L, null, "new");
            sink.checkpoint(Scripted.after(2));
        });
        engine.syncs().register("shop", first);
        List<Load> loads = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                loads.addAll(engine.syncs().sync("shop", false, Progress.NONE));
            } catch (EngineException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", second);
        thread.join(20_000);
        assertThat(loads).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.COMMITTED);
        assertThat(rows("select id, note from raw.shop__orders order by id")).containsExactly("1|old", "2|new");
    }

    @Test
    void readersDoNotSeeALoadBeforeItsCommitAndDoNotWaitForIt() throws Exception {
        Scripted source = new Scripted(List.of(ORDERS), List.of(), (request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        });
        long before = engine.queries().version();
        sync(source);
        assertThat(engine.queries().version()).isGreaterThan(before);
    }

    @Test
    void onlyASingleSelectIsRun() throws Exception {
        for (String sql : List.of("drop table sales", "delete from sales", "select 1; select 2", "set threads = 1", "attach 'x.db'", "copy sales to 'x.csv'", "selct 1")) {
            assertThatThrownBy(() -> rows(sql)).as(sql).isInstanceOf(EngineException.class);
        }
        assertThatThrownBy(() -> rows("select * from read_csv('/etc/passwd')")).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> rows("select nextval('ledger.load_ids')")).isInstanceOf(EngineException.class);
        assertThat(rows("select 1 + 1")).containsExactly("2");
    }

    @Test
    void aQueryWhoseThreadIsInterruptedIsEnded() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<Throwable> ended = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            begun.countDown();
            try (Rows rows = engine.queries().query("select count(*) from range(100000000000) a", Duration.ofSeconds(60))) {
                rows.next();
            } catch (EngineException e) {
                ended.add(e);
            }
        });
        begun.await();
        thread.interrupt();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(ended).hasSize(1);
        assertThat(rows("select 42")).containsExactly("42");
    }

    @Test
    void aQueryThatTakesTooLongIsEnded() throws Exception {
        assertThatThrownBy(() -> {
            try (Rows rows = engine.queries().query("select count(*) from range(100000000000) a", Duration.ofSeconds(1))) {
                rows.next();
            }
        }).hasMessageContaining("took longer than 1 seconds");
        assertThat(rows("select 42")).containsExactly("42");
    }
}
