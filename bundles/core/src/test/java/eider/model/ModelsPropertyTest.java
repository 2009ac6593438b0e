package eider.model;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any sequence of loads, changes of models and undos leaves canonical rows as if all raw rows that are here had been derived with the last models
 * just now; and what is taken back, the latest first, leaves everything as it had been. The rows that are expected come by the models' own SQL over
 * the raw table, and by nothing of Eider's. {@code -Deider.models=N} runs N sequences, {@code -Deider.seed=S} that of one seed.
 */
class ModelsPropertyTest {
    private static final int SEQUENCES = Integer.getInteger("eider.models", 12);
    private static final int STEPS = 14;
    private static final Map<String, String> COLUMNS = Map.of("sales", "_row, source_id, product_name, quantity, total_amount", "products",
            "_row, source_id, name, price");
    /** For each table: none, and others. Each gives all of the columns above. */
    private static final Map<String, List<String>> MODELS = Map.of("sales", List.of("",
            "SELECT _row, CAST(id AS VARCHAR) AS source_id, note AS product_name, 1 AS quantity, amount AS total_amount FROM input",
            "SELECT _row, 'A-' || id AS source_id, upper(note) AS product_name, 2 AS quantity, amount * 2 AS total_amount FROM input WHERE amount > 3",
            "SELECT _row, 'x' || x.n AS source_id, note AS product_name, x.n AS quantity, amount AS total_amount FROM input, unnest([1, 2]) AS x(n)",
            "SELECT _row, 'one' AS source_id, note AS product_name, 1 AS quantity, amount AS total_amount FROM input UNION ALL"
                    + " SELECT _row, 'other', note, -1, -amount FROM input WHERE id % 2 = 0"),
            "products", List.of("", "", "SELECT _row, CAST(id AS VARCHAR) AS source_id, note AS name, amount AS price FROM input",
                    "SELECT _row, CAST(id AS VARCHAR) AS source_id, lower(note) AS name, amount / 2 AS price FROM input"));

    @TempDir
    Path home;

    /** What happened at all, so that nothing is passed over. */
    private int renewed;
    private int undone;
    private int skipped;
    private int refused;

    @Test
    void whateverHappenedTheRowsAreThoseOfTheLastModel() throws Exception {
        long given = Long.getLong("eider.seed", 0L);
        for (int i = 0; i < (given == 0 ? SEQUENCES : 1); i++) {
            long seed = given == 0 ? 6_007L * (i + 1) : given;
            boolean keyed = seed % 2 == 0;
            try (Engine engine = Engine.inMemory(Files.createDirectories(home.resolve("h" + i)))) {
                engine.configure("table~sales", Map.of("rules", ""));
                engine.handle("shop", "orders", new Handling(keyed ? Mode.MERGE : Mode.HISTORY, Contract.EVOLVE, 100));
                new Sequence(engine, home.resolve("h" + i), seed, keyed).run();
            }
        }
        assertThat(given == 0 ? Math.min(Math.min(renewed, undone), Math.min(skipped, refused))
                : 1).as("%d renewed, %d undone, %d skipped, %d refused", renewed, undone, skipped,
                refused).isPositive();
    }

    private final class Sequence {
        private final Engine engine;
        private final Path home;
        private final SplittableRandom random;
        private final String seed;
        private final Dataset orders;
        private final Map<String, String> models = new TreeMap<>(Map.of("sales", "", "products", ""));
        private final List<Long> standing = new ArrayList<>();
        /** A derivation anew was taken back and is to be left so. */
        private boolean mixed;
        private boolean skippedOnce;

        Sequence(Engine engine, Path home, long seed, boolean keyed) {
            this.engine = engine;
            this.home = home;
            this.random = new SplittableRandom(seed);
            this.seed = "seed " + seed;
            this.orders = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("amount", Type.MONEY,
                    "Amount."),
                    Field.of("note", Type.TEXT, "A note.")), keyed ? List.of("id") : List.of());
        }

        void run() throws Exception {
            for (int step = 1; step <= STEPS; step++) {
                int kind = random.nextInt(8);
                if (kind >= 4 && kind < 7) {
                    remodel();
                }
                if (kind == 7 && !standing.isEmpty()) {
                    undoAny();
                    continue;
                }
                List<String> before = state();
                List<Load> loads = sync(step, kind < 6);
                List<Load> made = loads.stream().filter(load -> load.state() == Load.State.COMMITTED).toList();
                made.forEach(load -> standing.add(load.id()));
                if (loads.size() > 1) {
                    renewed++;
                    mixed = false;
                }
                check("step " + step);
                if (!made.isEmpty() && random.nextInt(3) == 0) {
                    for (Load load : made.reversed()) {
                        engine.loads().undo(load.id(), "test");
                        standing.remove(load.id());
                        undone++;
                    }
                    assertThat(state()).as("%s, step %d taken back", seed, step).isEqualTo(before);
                    release(loads.size() > 1);
                }
            }
            release(false);
            sync(99, false);
            check("in the end");
        }

        private void remodel() throws Exception {
            String table = random.nextInt(3) == 0 ? "products" : "sales";
            String sql = MODELS.get(table).get(random.nextInt(MODELS.get(table).size()));
            models.put(table, sql);
            Path file = Files.createDirectories(home.resolve("config/models")).resolve(table + ".sql");
            Files.writeString(file, "-- from: shop.orders\n-- into: " + table + "\n" + sql);
            if (sql.isEmpty()) {
                Files.delete(file);
            }
        }

        private List<Load> sync(int step, boolean rows) throws Exception {
            SplittableRandom own = random.split();
            engine.syncs().unregister("shop");
            engine.syncs().register("shop", new Scripted(List.of(orders), List.of(), (request, sink) -> {
                for (int part = 0; rows && part < 2; part++) {
                    if (orders.key().isEmpty()) {
                        sink.part("file" + own.nextInt(3), step + "." + part);
                    }
                    for (int i = own.nextInt(5); i > 0; i--) {
                        // No key twice in a load.
                        long id = part * 20 + i * 3 + own.nextInt(3);
                        if (!orders.key().isEmpty() && own.nextInt(5) == 0) {
                            sink.delete(id);
                        } else {
                            sink.upsert(id, BigDecimal.valueOf(own.nextInt(9)), "Note " + step);
                        }
                    }
                    sink.checkpoint(Scripted.after(step * 10 + part));
                }
            }));
            List<Load> loads = engine.syncs().sync("shop", true, Progress.NONE);
            assertThat(loads).as(seed).allSatisfy(load -> assertThat(load.state()).as(load.message()).isIn(Load.State.COMMITTED,
                    Load.State.UNCHANGED));
            return loads;
        }

        private void undoAny() throws Exception {
            Long id = standing.get(random.nextInt(standing.size()));
            List<String> before = state();
            List<String> later = laterThan(id);
            try {
                engine.loads().undo(id, "test");
            } catch (EngineException e) {
                assertThat(e.getMessage()).as(seed).contains("what load " + id + " had brought or removed");
                assertThat(state()).as(seed).isEqualTo(before);
                refused++;
                return;
            }
            undone++;
            standing.remove(id);
            assertThat(laterThan(id)).as("%s, rows of later loads stay as they are when load %d is taken back", seed, id).isEqualTo(later);
            release(!Shop.rows(engine, "select 1 from ledger.change_sets where lane = 'DERIVED' and load = " + id).isEmpty());
        }

        private List<String> laterThan(long load) throws Exception {
            List<String> rows = new ArrayList<>(Shop.rows(engine, "select * from sales where load > " + load + " order by all"));
            rows.addAll(Shop.rows(engine, "select * from products where load > " + load + " order by all"));
            return rows;
        }

        private void release(boolean derived) throws Exception {
            if (engine.loads().holds().isEmpty()) {
                return;
            }
            boolean again = random.nextBoolean();
            engine.loads().release("shop", "orders", again ? Hold.Release.READ_AGAIN : Hold.Release.SKIP);
            if (derived && !again) {
                skipped++;
                skippedOnce = true;
            }
            mixed |= skippedOnce;
        }

        private void check(String when) throws Exception {
            assertThat(Shop.rows(engine, "select 1 from duckdb_tables() where schema_name = 'raw'")).as(seed).hasSizeLessThan(2);
            boolean empty = Shop.rows(engine, "select 1 from duckdb_tables() where schema_name = 'raw'").isEmpty();
            for (Map.Entry<String, String> model : models.entrySet()) {
                String columns = COLUMNS.get(model.getKey());
                List<String> here = Shop.rows(engine, "select " + columns + " from " + model.getKey() + " order by all");
                if (!mixed) {
                    List<String> expected = empty || model.getValue().isEmpty() ? List.of() : Shop.rows(engine,
                            "with input as (from raw.shop__orders), m as (" + model.getValue()
                            + ") select _row, source_id, "
                                    + columns.substring("_row, source_id, ".length()).replaceAll("(quantity|total_amount|price)",
                                    "cast($1 as decimal(18,4))")
                            + " from m order by all");
                    assertThat(here).as("%s, %s: %s", seed, when, model).isEqualTo(expected);
                }
                if (!empty) {
                    assertThat(Shop.rows(engine, "select count(*) from " + model.getKey()
                            + " c anti join raw.shop__orders r on r._row = c._row and r._load = c.load"))
                            .as("%s, %s: rows of no raw row", seed, when).containsExactly("0");
                }
            }
        }

        private List<String> state() throws Exception {
            List<String> state = new ArrayList<>(Shop.rows(engine, "select * from sales order by all"));
            state.addAll(Shop.rows(engine, "select * from products order by all"));
            if (!Shop.rows(engine, "select 1 from duckdb_tables() where schema_name = 'raw'").isEmpty()) {
                state.addAll(Shop.rows(engine, "select * exclude (_part) from raw.shop__orders order by all"));
                state.addAll(Shop.rows(engine, "select * exclude (_part) from undo.shop__orders order by all"));
            }
            return state;
        }
    }
}
