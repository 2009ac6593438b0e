package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Plan;
import eider.engine.PlannedLoad;
import eider.engine.PlannedLoad.Metric;
import eider.engine.PlannedLoad.Sample;
import eider.engine.Progress;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan shows, that it changes nothing, and that what is approved is what was shown. */
class PlanTest {
    private static final String MODEL = "SELECT _row, DATE '2026-01-01' AS date, 'sale' AS kind, CAST(id AS VARCHAR) AS source_id, note AS product_name, 1 AS quantity,"
            + " amount AS total_amount FROM input";

    @TempDir
    Path home;
    private Engine engine;
    private Scripted shop;

    @BeforeEach
    void open() throws Exception {
        engine = Engine.open(home);
        shop = Shop.modelled(MODEL, (request, sink) -> {});
        engine.syncs().register("shop", shop);
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    /** What the source has to tell from now on: ids and amounts; a negative amount says that the row is gone. */
    private void has(Object... idsAndAmounts) {
        shop.now((request, sink) -> {
            for (int i = 0; i < idsAndAmounts.length; i += 2) {
                long id = ((Number) idsAndAmounts[i]).longValue();
                if (idsAndAmounts[i + 1] instanceof Integer amount && amount < 0) {
                    sink.delete(id);
                } else {
                    sink.upsert(id, idsAndAmounts[i + 1] instanceof Integer amount ? (Object) amount.longValue() : idsAndAmounts[i + 1], "note");
                }
                // A plan sees through checkpoints.
                sink.checkpoint(new Cursor("step " + i));
            }
        });
    }

    private Load sync() throws Exception {
        return engine.syncs().sync("shop", true, Progress.NONE).getFirst();
    }

    private PlannedLoad plan() throws Exception {
        return engine.syncs().plan("shop", Progress.NONE).loads().getFirst();
    }

    private List<String> everything() throws Exception {
        List<String> all = Shop.rows(engine, "select id, amount, note, _load, _row from raw.shop__orders order by id");
        all.addAll(Shop.rows(engine, "select source_id, total_amount, load from sales order by source_id"));
        all.addAll(Shop.rows(engine, "select * from ledger.loads order by id"));
        all.addAll(Shop.rows(engine, "select * from ledger.cursors"));
        all.addAll(Shop.rows(engine, "select * from ledger.change_sets order by load"));
        all.addAll(Shop.rows(engine, "select count(*) from ledger.quarantine"));
        all.addAll(Shop.rows(engine, "select count(*) from undo.shop__orders"));
        all.addAll(Shop.rows(engine, "select table_name, column_name, data_type from duckdb_columns() where schema_name in ('raw', 'undo') order by all"));
        return all;
    }

    @Test
    void itShowsRowsOfEachKindAndFiguresAndChangesNothing() throws Exception {
        has(1, 10, 2, 20, 3, 30);
        sync();
        List<String> before = everything();
        has(1, 10, 2, 21, 3, -1, 4, 40, 5, "much");
        PlannedLoad plan = plan();
        assertThat(List.of(plan.before(), plan.inserted(), plan.updated(), plan.removed(), plan.quarantined())).containsExactly(3L, 1L, 1L, 1L, 1L);
        assertThat(plan.samples()).containsExactly(
                new Sample(Sample.Kind.INSERTED, Map.of(), Map.of("id", "4", "amount", "40.0000", "note", "note"), ""),
                new Sample(Sample.Kind.UPDATED, Map.of("id", "2", "amount", "20.0000", "note", "note"), Map.of("id", "2", "amount", "21.0000", "note", "note"), ""),
                new Sample(Sample.Kind.REMOVED, Map.of("id", "3", "amount", "30.0000", "note", "note"), Map.of(), ""),
                new Sample(Sample.Kind.QUARANTINED, Map.of(), Map.of("id", "5", "amount", "much", "note", "note"), plan.samples().getLast().note()));
        assertThat(plan.samples().getLast().note()).contains("amount: 'much'");
        assertThat(plan.metrics()).containsExactly(new Metric("sales", "sales", new BigDecimal("6E+1"), new BigDecimal("71")));
        assertThat(everything()).isEqualTo(before);
        assertThat(engine.loads().latest(9)).hasSize(1);
    }

    @Test
    void whatIsApprovedIsWhatWasShown() throws Exception {
        has(1, 10, 2, 20, 3, 30);
        sync();
        has(1, -1, 2, -1, 4, 40);
        PlannedLoad plan = plan();
        assertThat(plan.warnings()).containsExactly("it would remove 2 of the 3 rows of orders");
        Load load = engine.syncs().approve("shop", Progress.NONE).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(List.of(load.inserted(), load.updated(), load.removed())).containsExactly(plan.inserted(), plan.updated(), plan.removed());
        assertThat(Shop.rows(engine, "select id from raw.shop__orders order by id")).containsExactly("3", "4");
        assertThatThrownBy(() -> engine.syncs().approve("shop", Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("there is no plan of shop to approve");
    }

    @Test
    void aSourceThatChangedSinceIsNotLoaded() throws Exception {
        has(1, 10, 2, 20);
        sync();
        has(2, 21);
        plan();
        List<String> before = everything();
        has(2, 22);
        Load load = engine.syncs().approve("shop", Progress.NONE).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.HELD);
        assertThat(load.message()).contains("its source has changed since").contains("eider plan shop");
        assertThat(Shop.rows(engine, "select id, amount, note, _load, _row from raw.shop__orders order by id")).isEqualTo(before.subList(0, 2));
        // Only a row more in quarantine, or a reason, is another plan too.
        has(2, 21);
        plan();
        has(2, 21, 3, "bad");
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.HELD);
        has(2, 21);
        plan();
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void whatIsHereMayHaveChangedToo() throws Exception {
        has(1, 10);
        sync();
        has(1, 11);
        plan();
        has(1, 12);
        sync();
        has(1, 11);
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.HELD);
    }

    @Test
    void aSourceThatFailsForNowKeepsItsPlan() throws Exception {
        has(1, 10);
        plan();
        shop.now((request, sink) -> {
            throw new SourceException(SourceException.Kind.TEMPORARY, "The shop is closed for a moment.");
        });
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.FAILED);
        has(1, 10);
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void aPlanOutlivesTheProcess() throws Exception {
        has(1, 10);
        plan();
        engine.close();
        open();
        has(1, 10);
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void aFirstPlanTellsTheColumnsAndLeavesNoTable() throws Exception {
        has(1, 10);
        PlannedLoad plan = plan();
        assertThat(plan.before()).isZero();
        assertThat(plan.columns()).singleElement().asString().contains("the table is new").contains("amount DECIMAL");
        assertThat(Shop.rows(engine, "select table_name from duckdb_tables() where schema_name in ('raw', 'undo')")).isEmpty();
        assertThat(Shop.rows(engine, "select count(*) from ledger.cursors")).containsExactly("0");
    }

    @Test
    void columnsThatComeAndGoAreShown() throws Exception {
        has(1, 10);
        sync();
        engine.syncs().unregister("shop");
        Dataset other = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("amount", Type.MONEY, "Amount."),
                Field.of("more", Type.DATE, "More.")), List.of("id"));
        engine.syncs().register("shop", new Scripted(List.of(other), List.of(new Model("sales", "orders", MODEL)),
                (request, sink) -> {
            sink.upsert(2L, 20L, null);
            sink.checkpoint(new Cursor("2"));
        }));
        PlannedLoad plan = plan();
        assertThat(plan.columns()).containsExactly("column more (DATE) is new", "column note is not there any more: it stays empty from now on");
        assertThat(plan.warnings()).containsExactly("column note is not there any more: it stays empty from now on");
        // Attended, it goes in. Where nobody looks on it waits.
        Load load = engine.syncs().syncUnattended("shop", Progress.NONE).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.HELD);
        assertThat(load.message()).contains("column note is not there any more").contains("'eider plan shop --approve'");
        assertThat(plan().warnings()).isEqualTo(plan.warnings());
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.UNCHANGED);
    }

    private static Scripted.Read amounts(int rows, int changed, long amount) {
        return (request, sink) -> {
            for (long id = 0; id < rows; id++) {
                sink.upsert(id, id < changed ? amount : 1L, "note");
                if (id % 40 == 0) {
                    sink.checkpoint(new Cursor("at " + id));
                }
            }
            sink.checkpoint(new Cursor("end"));
        };
    }

    @Test
    void aScheduledLoadThatReplacesAlmostEverythingWaits() throws Exception {
        shop.now(amounts(200, 0, 1));
        sync();
        shop.now(amounts(200, 180, 2));
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
        shop.now(amounts(200, 181, 3));
        Load held = engine.syncs().syncUnattended("shop", Progress.NONE).getFirst();
        assertThat(held.state()).isEqualTo(Load.State.HELD);
        assertThat(held.message()).contains("of the 200 rows of orders");
        engine.handle("shop", "orders", new Handling(Mode.MERGE, Contract.EVOLVE, 50, 100, null, List.of()));
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void aLittleGoneInEachOfManyCommitsIsMuchInTheEnd() throws Exception {
        shop.now(amounts(200, 0, 1));
        sync();
        shop.now((request, sink) -> {
            for (long id = 0; id < 150; id++) {
                sink.delete(id);
                if (id % 10 == 9) {
                    sink.checkpoint(new Cursor("gone " + id));
                }
            }
        });
        Load load = engine.syncs().sync("shop", false, Progress.NONE).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.HELD);
        assertThat(load.removed()).isEqualTo(100);
        assertThat(load.message()).contains("110 of the 200 rows");
        engine.loads().undo(load.id(), "Ann");
        assertThat(Shop.rows(engine, "select count(*) from raw.shop__orders")).containsExactly("200");
    }

    @Test
    void aCompleteReadIsPlannedWithWhatItWouldRemove() throws Exception {
        engine.handle("shop", "orders", new Handling(Mode.REPLACE, Contract.EVOLVE, 50));
        has(1, 10, 2, 20, 3, 30);
        sync();
        has(1, 10);
        PlannedLoad plan = plan();
        assertThat(plan.removed()).isEqualTo(2);
        assertThat(plan.warnings()).containsExactly("it would remove 2 of the 3 rows of orders");
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().removed()).isEqualTo(2);
    }

    @Test
    void whatWouldFailIsSaidAndIsNoPlan() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("rules", "amount in 0..100 -> fail"));
        has(1, 1_000);
        PlannedLoad plan = plan();
        assertThat(plan.failure()).contains("amount in 0..100");
        assertThatThrownBy(() -> engine.syncs().approve("shop", Progress.NONE)).hasMessageContaining("there is no plan");
        shop.now((request, sink) -> {
            throw new SourceException(SourceException.Kind.AUTH, "The key was refused.");
        });
        assertThat(plan().failure()).isEqualTo("The key was refused.");
    }

    @Test
    void filesWithoutAKeyArePlannedStraightFromTheScan() throws Exception {
        engine.syncs().unregister("shop");
        Path file = home.resolve("a.csv");
        Files.writeString(file, "day,product\n1,tea\n2,cup\nx,pot\n");
        Scripted lines = Shop.lines((request, sink) -> {
            sink.part("a.csv", "first");
            sink.scan(Shop.csv(file, Shop.LINES));
            sink.checkpoint(new Cursor("first"));
        });
        engine.syncs().register("shop", lines);
        Plan plan = engine.syncs().plan("shop", Progress.NONE);
        assertThat(plan.loads().getFirst().inserted()).isEqualTo(2);
        assertThat(plan.loads().getFirst().samples()).extracting(Sample::kind).containsExactly(Sample.Kind.INSERTED, Sample.Kind.INSERTED, Sample.Kind.QUARANTINED);
        assertThat(plan.loads().getFirst().samples().getLast().note()).contains("line 4");
        Files.writeString(file, "day,product\n1,tea\n2,pot\nx,pot\n");
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().state()).isEqualTo(Load.State.HELD);
        engine.syncs().plan("shop", Progress.NONE);
        assertThat(engine.syncs().approve("shop", Progress.NONE).getFirst().inserted()).isEqualTo(2);
        assertThat(Shop.rows(engine, "select product from raw.shop__lines order by 1")).containsExactly("pot", "tea");
    }
}
