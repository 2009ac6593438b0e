package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.lines;
import static eider.sync.Shop.modelled;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.sync;
import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Load;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each mode makes of the same rows. */
class ModesTest {
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

    private void mode(Mode mode) {
        engine.handle("shop", "orders", new Handling(mode, Contract.EVOLVE, 50));
        engine.handle("shop", "lines", new Handling(mode, Contract.EVOLVE, 50));
    }

    private String orders(String columns) throws Exception {
        return String.join(" ", Shop.rows(engine, "select " + columns + " from raw.shop__orders order by all"));
    }

    /** Pushes {@code id:amount} pairs, one checkpoint after each. */
    private static Scripted pushing(String... pairs) {
        return Shop.orders((request, sink) -> {
            for (int i = 0; i < pairs.length; i++) {
                String[] pair = pairs[i].split(":");
                if (pair.length == 1) {
                    sink.delete(Long.valueOf(pair[0]));
                } else {
                    sink.upsert(Long.valueOf(pair[0]), new BigDecimal(pair[1]), null);
                }
                sink.checkpoint(Scripted.after(i));
            }
        });
    }

    @Test
    void aReplaceReadsEverythingAnewAndRemovesWhatDidNotCome() throws Exception {
        mode(Mode.REPLACE);
        sync(engine, pushing("1:10", "2:20", "3:30", "4:40"));
        String[] asked = new String[1];
        Load load = sync(engine, Shop.orders((request, sink) -> {
            asked[0] = request.cursor().text();
            sink.upsert(1L, BigDecimal.TEN, null);
            sink.upsert(2L, new BigDecimal(21), null);
            sink.checkpoint(Scripted.after(1));
            assertThat(readers()).as("nothing of it shows before its end").isEqualTo("1|10.0000 2|20.0000 3|30.0000 4|40.0000");
            sink.upsert(5L, BigDecimal.ONE, null);
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(asked[0]).isEmpty();
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(load.inserted() + " " + load.updated() + " " + load.removed()).isEqualTo("1 1 2");
        assertThat(orders("id, amount")).isEqualTo("1|10.0000 2|21.0000 5|1.0000");
    }

    private String readers() {
        try {
            return orders("id, amount");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReplaceThatBreaksOffChangesNothing() throws Exception {
        mode(Mode.REPLACE);
        sync(engine, pushing("1:10", "2:20"));
        Load load = sync(engine, Shop.orders((request, sink) -> {
            sink.upsert(7L, BigDecimal.TEN, null);
            sink.checkpoint(Scripted.after(1));
            throw new eider.connector.SourceException(eider.connector.SourceException.Kind.DATA, "the page is torn");
        }));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(orders("id")).isEqualTo("1 2");
    }

    @Test
    void aReplaceWithoutACheckpointAfterItsLastRowsIsRefused() throws Exception {
        mode(Mode.REPLACE);
        sync(engine, pushing("1:10", "2:20"));
        Load load = sync(engine, Shop.orders((request, sink) -> sink.upsert(1L, BigDecimal.TEN, null)));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("no checkpoint");
        assertThat(orders("id")).isEqualTo("1 2");
    }

    @Test
    void aReplaceThatFindsLittleIsHeld() throws Exception {
        mode(Mode.REPLACE);
        sync(engine, pushing("1:10", "2:20", "3:30"));
        for (Scripted little : new Scripted[] {pushing("1:10"), Shop.orders((request, sink) -> { })}) {
            Load load = sync(engine, little);
            assertThat(load.state()).as(load.message()).isEqualTo(Load.State.HELD);
            assertThat(orders("id")).isEqualTo("1 2 3");
        }
        engine.handle("shop", "orders", new Handling(Mode.REPLACE, Contract.EVOLVE, 70));
        assertThat(sync(engine, pushing("1:10")).removed()).isEqualTo(2);
    }

    @Test
    void aBadRowOfAReplaceKeepsTheGoodOneThatIsHere() throws Exception {
        mode(Mode.REPLACE);
        sync(engine, pushing("1:10", "2:20", "3:30"));
        Load load = sync(engine, pushing("1:10", "2:0.00001", "4:1"));
        assertThat(load.inserted() + " " + load.removed() + " " + load.quarantined()).as(load.message()).isEqualTo("1 1 1");
        assertThat(orders("id, amount")).isEqualTo("1|10.0000 2|20.0000 4|1.0000");
        Load unknown = sync(engine, Shop.orders((request, sink) -> {
            sink.upsert(1L, BigDecimal.TEN, null);
            sink.reject("page 2", "garbage", "no JSON");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(unknown.removed()).isZero();
        assertThat(unknown.message()).contains("1 row could not be read").contains("none was removed");
        assertThat(orders("id")).isEqualTo("1 2 4");
    }

    @Test
    void aReplaceOfPartsRemovesThoseThatAreNotThereAnyMoreAndTakesThemBack() throws Exception {
        mode(Mode.REPLACE);
        Path file = Files.writeString(home.resolve("c.csv"), "day,product\n7,Desk\n8,Desk\n");
        Scripted three = lines((request, sink) -> {
            for (String name : new String[] {"a", "b", "c"}) {
                sink.part(name, "1");
                if (name.equals("c")) {
                    sink.scan(Shop.csv(file, LINES));
                } else {
                    sink.upsert(1L, name);
                }
            }
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, three);
        Load load = sync(engine, lines((request, sink) -> {
            sink.part("a", "1");
            sink.part("c", "1");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(load.removed()).as(load.message()).isEqualTo(1);
        assertThat(Shop.rows(engine, "select product from raw.shop__lines order by all")).containsExactly("Desk", "Desk", "a");
        sync(engine, three);
        assertThat(Shop.rows(engine, "select product from raw.shop__lines order by all")).containsExactly("Desk", "Desk", "a", "b");
        Load renamed = sync(engine, lines((request, sink) -> {
            sink.part("new name", "1");
            sink.scan(Shop.csv(file, LINES));
            sink.part("a", "1");
            sink.part("b", "1");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(renamed.state()).as("two rows go, two rows come: " + renamed.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(Shop.rows(engine, "select count(*) from raw.shop__lines")).containsExactly("4");
    }

    @Test
    void aReplaceRemovesCanonicalRowsToo() throws Exception {
        mode(Mode.REPLACE);
        String sql = "SELECT _row, DATE '2026-01-01' AS date, CAST(id AS VARCHAR) AS source_id, amount AS total_amount FROM input";
        sync(engine, modelled(sql, (request, sink) -> {
            for (long id = 1; id <= 3; id++) {
                sink.upsert(id, BigDecimal.TEN, null);
            }
            sink.checkpoint(Scripted.after(1));
        }));
        sync(engine, modelled(sql, (request, sink) -> {
            sink.upsert(1L, BigDecimal.TEN, null);
            sink.upsert(3L, BigDecimal.ONE, null);
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(Shop.rows(engine, "select source_id, total_amount from sales order by all")).containsExactly("1|10.0000", "3|1.0000");
    }

    @Test
    void anAppendAddsAndNeverReplacesOrRemoves() throws Exception {
        mode(Mode.APPEND);
        sync(engine, pushing("1:10", "2:20"));
        Load load = sync(engine, pushing("2:20", "2:22", "2:22", "3:30", "1"));
        assertThat(load.inserted() + " " + load.updated() + " " + load.removed()).isEqualTo("2 0 0");
        assertThat(orders("id, amount")).isEqualTo("1|10.0000 2|20.0000 2|22.0000 3|30.0000");
        assertThat(sync(engine, pushing("2:20", "2:22")).state()).as("read again, it changes nothing").isEqualTo(Load.State.UNCHANGED);
    }

    @Test
    void anAppendedPartKeepsWhatItHeldWhenItsFileIsRotated() throws Exception {
        mode(Mode.APPEND);
        sync(engine, lines((request, sink) -> {
            sink.part("log", "1");
            sink.upsert(1L, "a");
            sink.upsert(1L, "a");
            sink.checkpoint(Scripted.after(1));
        }));
        Load load = sync(engine, lines((request, sink) -> {
            sink.part("log", "2");
            sink.upsert(1L, "a");
            sink.upsert(2L, "b");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(Shop.rows(engine, "select day, product from raw.shop__lines order by all")).containsExactly("1|a", "1|a", "2|b");
    }

    @Test
    void aHistoryShowsEachVersionWithTheTimeThatItWasValid() throws Exception {
        mode(Mode.HISTORY);
        sync(engine, pushing("1:10", "2:20"));
        sync(engine, pushing("1:11", "1:12", "3:30"));
        sync(engine, pushing("2", "1:12"));
        assertThat(orders("id, amount")).isEqualTo("1|12.0000 3|30.0000");
        assertThat(Shop.rows(engine, "select id, amount, valid_to is null from history.shop__orders order by id, valid_from")).containsExactly(
                "1|10.0000|false", "1|12.0000|true", "2|20.0000|false", "3|30.0000|true");
        assertThat(Shop.rows(engine, "select count(*) from history.shop__orders a join history.shop__orders b on a.id = b.id and a.valid_to = b.valid_from")).containsExactly("1");
        assertThat(Shop.rows(engine, "select count(*) from history.shop__orders where valid_to <= valid_from")).containsExactly("0");
    }

    @Test
    void aHistoryFollowsTheColumns() throws Exception {
        mode(Mode.HISTORY);
        sync(engine, pushing("1:10"));
        eider.connector.Dataset wider = new eider.connector.Dataset("orders", "Orders by id.", java.util.List.of(
                eider.connector.Field.required("id", eider.connector.Type.INTEGER, "The order."),
                eider.connector.Field.of("amount", eider.connector.Type.decimal(24, 6), "Its amount."),
                eider.connector.Field.of("paid", eider.connector.Type.BOOLEAN, "Whether it is paid.")), java.util.List.of("id"));
        sync(engine, new Scripted(java.util.List.of(wider), java.util.List.of(), (request, sink) -> {
            sink.upsert(1L, new BigDecimal("10.000001"), true);
            sink.checkpoint(Scripted.after(9));
        }));
        assertThat(Shop.rows(engine, "select id, amount, note, paid, valid_to is null from history.shop__orders order by valid_from")).containsExactly(
                "1|10.000000|null|null|false", "1|10.000001|null|true|true");
    }
}
