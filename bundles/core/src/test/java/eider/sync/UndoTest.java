package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Undone;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import eider.store.Retention;
import eider.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a load that is taken back, what stands in its way, and how its dataset goes on. */
class UndoTest {
    private static final String MODEL = "SELECT _row, DATE '2026-01-01' AS date, 'sale' AS kind, CAST(id AS VARCHAR) AS source_id, note AS product_name, 1 AS quantity,"
            + " amount AS total_amount FROM input";

    @TempDir
    Path home;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T08:00:00Z"));
    private Store store;
    private Engine engine;

    @BeforeEach
    void open() {
        store = new Store(Store.Settings.in(home, false, "256MB"), now::get, step -> {});
        engine = Engine.of(store);
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    private Load put(long... idsAndAmounts) throws Exception {
        return Shop.sync(engine, Shop.modelled(MODEL, (request, sink) -> {
            for (int i = 0; i < idsAndAmounts.length; i += 2) {
                if (idsAndAmounts[i + 1] < 0) {
                    sink.delete(idsAndAmounts[i]);
                } else {
                    sink.upsert(idsAndAmounts[i], idsAndAmounts[i + 1], "note");
                }
            }
            sink.checkpoint(new Cursor(String.valueOf(Integer.parseInt("0" + request.cursor().text()) + 1)));
        }), true);
    }

    private void readAgain() throws Exception {
        engine.loads().release("shop", "orders", Hold.Release.READ_AGAIN);
    }

    private List<String> orders() throws Exception {
        return Shop.rows(engine, "select id, amount, _load from raw.shop__orders order by id");
    }

    private List<String> sales() throws Exception {
        return Shop.rows(engine, "select source_id, total_amount, load from sales order by source_id");
    }

    private String cursor() throws Exception {
        return Shop.rows(engine, "select cursor from ledger.cursors where dataset = 'orders'").getFirst();
    }

    @Test
    void whatItReplacedRemovedAndBroughtIsAsBefore() throws Exception {
        put(1, 10, 2, 20, 3, 30);
        Load bad = put(1, 11, 2, -1, 4, 40);
        assertThat(orders()).containsExactly("1|11.0000|2", "3|30.0000|1", "4|40.0000|2");
        Undone undone = engine.loads().undo(bad.id(), "Ann");
        assertThat(undone).isEqualTo(new Undone(bad.id(), "shop", "orders", 2, 2, 0, true, List.of()));
        assertThat(orders()).containsExactly("1|10.0000|1", "2|20.0000|1", "3|30.0000|1");
        assertThat(sales()).containsExactly("1|10.0000|1", "2|20.0000|1", "3|30.0000|1");
        assertThat(cursor()).isEqualTo("1");
        Load after = engine.loads().latest(1).getFirst();
        assertThat(after.state()).isEqualTo(Load.State.UNDONE);
        assertThat(after.undo().state()).isEqualTo(Load.Undo.State.DONE);
        assertThat(after.message()).startsWith("Taken back by Ann at 2026-03-01T08:00:00Z.");
        assertThat(Shop.rows(engine, "select load, who, taken_out, put_back from ledger.undone")).containsExactly(bad.id() + "|Ann|2|2");
    }

    @Test
    void itIsNotReadUntilSomebodySaysHow() throws Exception {
        put(1, 10);
        Load bad = put(1, 11);
        engine.loads().undo(bad.id(), "Ann");
        assertThat(engine.loads().holds()).containsExactly(new Hold("shop", "orders", bad.id(), now.get()));
        Load held = put(1, 12);
        assertThat(held.state()).isEqualTo(Load.State.HELD);
        assertThat(held.message()).contains("eider undo " + bad.id() + " --read-again").contains("--skip").doesNotContain("--approve");
        assertThat(orders()).containsExactly("1|10.0000|1");
        readAgain();
        assertThat(put(1, 12).state()).isEqualTo(Load.State.COMMITTED);
        assertThat(cursor()).isEqualTo("2");
        assertThatThrownBy(this::readAgain).isInstanceOf(EngineException.class).hasMessageContaining("does not wait for a word");
    }

    @Test
    void skippedItGoesOnWhereItStood() throws Exception {
        put(1, 10);
        Load bad = put(1, 11);
        put(2, 20);
        engine.loads().undo(bad.id(), "Ann");
        assertThat(cursor()).isEqualTo("1");
        engine.loads().release("shop", "orders", Hold.Release.SKIP);
        assertThat(cursor()).isEqualTo("3");
        assertThat(orders()).containsExactly("1|10.0000|1", "2|20.0000|3");
    }

    @Test
    void ofSeveralTakenBackTheEarliestSaysWhereToReadAgain() throws Exception {
        put(1, 10);
        Load second = put(2, 20);
        Load third = put(3, 30);
        engine.loads().undo(second.id(), "Ann");
        engine.loads().undo(third.id(), "Ann");
        assertThat(cursor()).isEqualTo("1");
        assertThat(engine.loads().holds()).extracting(Hold::load).containsExactly(second.id());
        engine.loads().release("shop", "orders", Hold.Release.SKIP);
        assertThat(cursor()).isEqualTo("3");
    }

    @Test
    void aLoadThatChangedItsRowsAgainStandsInTheWay() throws Exception {
        put(1, 10);
        Load second = put(1, 11, 2, 20);
        Load third = put(2, 21);
        assertThatThrownBy(() -> engine.loads().undo(second.id(), "Ann")).isInstanceOf(EngineException.class)
                .hasMessage("load " + third.id() + " changed what load " + second.id() + " had brought or removed. Nothing was taken back. Take that one back first: eider undo "
                        + third.id());
        engine.loads().undo(third.id(), "Ann");
        engine.loads().undo(second.id(), "Ann");
        assertThat(orders()).containsExactly("1|10.0000|1");
    }

    @Test
    void aRowThatCameAndWentSinceStandsInTheWayToo() throws Exception {
        put(1, 10, 9, 90);
        Load removed = put(1, -1);
        Load again = put(1, 12);
        assertThatThrownBy(() -> engine.loads().undo(removed.id(), "Ann")).isInstanceOf(EngineException.class).hasMessageContaining("load " + again.id() + " changed");
        Load andGone = put(1, -1);
        assertThat(orders()).containsExactly("9|90.0000|1");
        // Otherwise the row of load 1 would be here again, although the source said last that it is gone.
        assertThatThrownBy(() -> engine.loads().undo(removed.id(), "Ann")).isInstanceOf(EngineException.class)
                .hasMessageContaining("loads " + andGone.id() + ", " + again.id() + " changed");
    }

    @Test
    void aFileThatWasReadAgainStandsInTheWayAsAWhole() throws Exception {
        Scripted.Read[] reads = {file("tea", "cup"), file("tea", "pot"), file("tea", "pot", "jug")};
        Shop.sync(engine, Shop.lines(reads[0]));
        Load second = Shop.sync(engine, Shop.lines(reads[1]), true);
        Load third = Shop.sync(engine, Shop.lines(reads[2]), true);
        // Nothing of load 2 was changed by load 3, but without load 2 it would have brought the pot.
        assertThatThrownBy(() -> engine.loads().undo(second.id(), "Ann")).hasMessageContaining("load " + third.id() + " changed");
        engine.loads().undo(third.id(), "Ann");
        engine.loads().undo(second.id(), "Ann");
        assertThat(Shop.rows(engine, "select product from raw.shop__lines order by 1")).containsExactly("cup", "tea");
        assertThat(Shop.rows(engine, "select name, fingerprint from ledger.parts")).containsExactly("a.csv|tea, cup");
        engine.loads().release("shop", "lines", Hold.Release.SKIP);
        assertThat(Shop.rows(engine, "select name, fingerprint from ledger.parts")).containsExactly("a.csv|tea, pot, jug");
        assertThat(Shop.sync(engine, Shop.lines(reads[2])).state()).isEqualTo(Load.State.UNCHANGED);
    }

    private static Scripted.Read file(String... products) {
        return (request, sink) -> {
            sink.part("a.csv", String.join(", ", products));
            for (String product : products) {
                sink.upsert(1L, product);
            }
            sink.checkpoint(new Cursor("read"));
        };
    }

    @Test
    void aFirstLoadLeavesNothingBehind() throws Exception {
        Load first = put(1, 10);
        engine.loads().undo(first.id(), "Ann");
        assertThat(Shop.rows(engine, "select schema_name, table_name from duckdb_tables() where table_name like 'shop%'")).isEmpty();
        assertThat(sales()).isEmpty();
        readAgain();
        // Another key than before, and another type: nothing of the old ones is remembered.
        Dataset other = new Dataset("orders", "Orders.", List.of(Field.of("id", Type.TEXT, "Id."), Field.of("amount", Type.TEXT, "Amount.")), List.of());
        Load again = Shop.sync(engine, new Scripted(List.of(other), List.of(), (request, sink) -> {
            sink.part("p", "1");
            sink.upsert("a", "much");
            sink.checkpoint(new Cursor("9"));
        }));
        assertThat(again.state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void columnsThatItAddedAndWidenedAreAsBefore() throws Exception {
        put(1, 10);
        Dataset wide = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("amount", Type.decimal(25, 6), "Amount."),
                Field.of("note", Type.TEXT, "Note."), Field.of("more", Type.DATE, "More.")), List.of("id"));
        Load bad = Shop.sync(engine, new Scripted(List.of(wide), List.of(new Model("sales", "orders", MODEL)), (request, sink) -> {
            sink.upsert(1L, new java.math.BigDecimal("10.000001"), "n", java.time.LocalDate.of(2026, 1, 1));
            sink.checkpoint(new Cursor("2"));
        }));
        assertThat(columns()).containsExactly("id BIGINT", "amount DECIMAL(25,6)", "note VARCHAR", "more DATE");
        Undone undone = engine.loads().undo(bad.id(), "Ann");
        assertThat(columns()).containsExactly("id BIGINT", "amount DECIMAL(18,4)", "note VARCHAR");
        assertThat(undone.notes()).isEmpty();
        assertThat(orders()).containsExactly("1|10.0000|1");
    }

    private List<String> columns() throws Exception {
        return Shop.rows(engine, "select column_name || ' ' || data_type from duckdb_columns() where schema_name = 'raw' and not starts_with(column_name, '_') order by column_index");
    }

    @Test
    void rowsThatCameFromQuarantineAreThereAgain() throws Exception {
        Shop.sync(engine, Shop.orders((request, sink) -> {
            sink.upsert(1L, "much", "note");
            sink.checkpoint(new Cursor("1"));
        }));
        long row = engine.loads().quarantine("shop", 1).getFirst().id();
        engine.loads().mend(row, Map.of("amount", "12"), "Ann");
        Load replayed = engine.syncs().replay("shop", Progress.NONE).getFirst();
        assertThat(orders()).hasSize(1);
        assertThatThrownBy(() -> engine.loads().undo(1, "Ann")).hasMessageContaining("load " + replayed.id() + " changed");
        Undone undone = engine.loads().undo(replayed.id(), "Ann");
        assertThat(undone.requarantined()).isEqualTo(1);
        // The source was not read for it, so nothing waits.
        assertThat(undone.held()).isFalse();
        assertThat(engine.loads().quarantine("shop", 5)).extracting(q -> q.id()).containsExactly(row);
        engine.loads().undo(1, "Ann");
        assertThat(engine.loads().quarantined("shop")).isZero();
    }

    @Test
    void aSyncThatWasOnItsWayDoesNotGoOnPastIt() throws Exception {
        Load first = put(1, 10);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch undone = new CountDownLatch(1);
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", Shop.modelled(MODEL, (request, sink) -> {
            sink.upsert(2L, 20L, "on its way");
            reading.countDown();
            undone.await();
            sink.checkpoint(new Cursor("2"));
        }));
        var loads = Shop.begin(engine, "shop");
        reading.await();
        engine.loads().undo(first.id(), "Ann");
        undone.countDown();
        assertThat(loads.get().getFirst().state()).isEqualTo(Load.State.HELD);
        assertThat(cursor()).isEmpty();
    }

    @Test
    void whatCannotBeTakenBackIsSaidInASentence() throws Exception {
        assertThatThrownBy(() -> engine.loads().undo(77, "Ann")).hasMessage("there is no load 77");
        Load first = put(1, 10);
        Load unchanged = put(1, 10);
        assertThatThrownBy(() -> engine.loads().undo(unchanged.id(), "Ann")).hasMessageContaining("changed nothing");
        engine.loads().undo(first.id(), "Ann");
        assertThatThrownBy(() -> engine.loads().undo(first.id(), "Ann")).hasMessageContaining("was taken back already");
    }

    @Test
    void imagesAreForgottenByAge() throws Exception {
        put(1, 10);
        Load old = put(1, 11);
        now.set(now.get().plus(Duration.ofDays(29)));
        Load young = put(1, 12);
        assertThat(engine.loads().latest(9)).extracting(load -> load.undo().state()).containsOnly(Load.Undo.State.POSSIBLE);
        assertThat(engine.loads().latest(1).getFirst().undo()).isEqualTo(new Load.Undo(Load.Undo.State.POSSIBLE, 1, now.get().plus(Duration.ofDays(30))));
        now.set(now.get().plus(Duration.ofDays(2)));
        put(2, 20);
        assertThat(Shop.rows(engine, "select _gone from undo.shop__orders")).containsExactly(String.valueOf(young.id()));
        assertThatThrownBy(() -> engine.loads().undo(old.id(), "Ann")).hasMessageContaining("keep_images_days");
        assertThat(engine.loads().latest(9).stream().filter(load -> load.id() == old.id()).findFirst().orElseThrow().undo().state()).isEqualTo(Load.Undo.State.FORGOTTEN);
        engine.loads().undo(young.id(), "Ann");
        assertThat(orders()).containsExactly("1|11.0000|" + old.id(), "2|20.0000|4");
    }

    @Test
    void imagesOfADatasetWithAHistoryAreItsHistory() throws Exception {
        engine.handle("shop", "orders", new Handling(Mode.HISTORY, Contract.EVOLVE, 50));
        put(1, 10);
        put(1, 11);
        now.set(now.get().plus(Duration.ofDays(400)));
        Load last = put(1, 12);
        assertThat(Shop.rows(engine, "select amount from history.shop__orders order by 1")).containsExactly("10.0000", "11.0000", "12.0000");
        assertThat(engine.loads().latest(1).getFirst().undo().until()).isNull();
        engine.loads().undo(last.id(), "Ann");
        assertThat(Shop.rows(engine, "select amount, valid_to is null from history.shop__orders order by 1")).containsExactly("10.0000|false", "11.0000|true");
    }

    @Test
    void theOldestImagesGoFirstWhereTheyTakeTooMuchRoom() throws Exception {
        store.keep(new Retention(Duration.ZERO, 1 << 20, Duration.ZERO));
        for (int round = 0; round < 6; round++) {
            int amount = round;
            Shop.sync(engine, Shop.modelled(MODEL, (request, sink) -> {
                for (long id = 0; id < 20_000; id++) {
                    sink.upsert(id, amount * 1_000_000L + id * 7919 % 1_000_003, java.util.UUID.nameUUIDFromBytes((id + "." + amount).getBytes()).toString());
                }
                sink.checkpoint(new Cursor(Integer.toString(amount)));
            }));
            engine.close();
            open();
            store.keep(new Retention(Duration.ZERO, 1 << 20, Duration.ZERO));
            now.set(now.get().plus(Duration.ofDays(2)));
        }
        put(1, 1);
        List<String> left = Shop.rows(engine, "select _gone, count(*) from undo.shop__orders group by 1 order by 1");
        assertThat(left).isNotEmpty().hasSizeLessThan(6);
        assertThat(left.getLast()).startsWith("7|");
        assertThatThrownBy(() -> engine.loads().undo(2, "Ann")).hasMessageContaining("keep_images_size");
    }

    @Test
    void aRowThatWentIntoAnotherTableThanTodayLeavesItAndComesBackIntoIt() throws Exception {
        put(1, 10);
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", new Scripted(List.of(Shop.ORDERS), List.of(new Model("products", "orders",
                "SELECT _row, CAST(id AS VARCHAR) AS source_id, note AS name, amount AS price FROM input")), (request, sink) -> {
                    sink.upsert(1L, 11L, "note");
                    sink.checkpoint(new Cursor("2"));
                }));
        List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(sales()).isEmpty();
        assertThat(Shop.rows(engine, "select source_id, price from products")).containsExactly("1|11.0000");
        engine.loads().undo(loads.getLast().id(), "Ann");
        assertThat(sales()).isEmpty();
        assertThat(Shop.rows(engine, "select source_id, price from products")).as("all that is here is derived by today's model").containsExactly("1|10.0000");
        engine.loads().undo(loads.getFirst().id(), "Ann");
        assertThat(sales()).containsExactly("1|10.0000|1");
        assertThat(Shop.rows(engine, "select count(*) from products")).containsExactly("0");
    }

    @Test
    void aRowDerivedByAnOlderModelComesBackAsItWas() throws Exception {
        put(1, 10);
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", Shop.modelled(MODEL.replace("amount AS total_amount", "amount * 2 AS total_amount"), (request, sink) -> {
            sink.upsert(1L, 11L, "note");
            sink.checkpoint(new Cursor("2"));
        }));
        List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(sales()).containsExactly("1|22.0000|3");
        engine.loads().undo(loads.getLast().id(), "Ann");
        assertThat(sales()).containsExactly("1|20.0000|1");
        engine.loads().undo(loads.getFirst().id(), "Ann");
        assertThat(sales()).containsExactly("1|10.0000|1");
    }
}
