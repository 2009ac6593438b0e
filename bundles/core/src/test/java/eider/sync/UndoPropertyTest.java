package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any sequence of loads and undos leaves what the loads alone leave that were not undone: raw rows and which load brought them, images, canonical rows, quarantine, parts
 * and what history shows. {@code -Deider.undos=N} runs N sequences, {@code -Deider.seed=S} that of one seed.
 *
 * <p>A load is what it changed. So no batch here pushes a row with a key as it is there already: one that is met again as it is belongs to the load that brought
 * it, and goes with that. Files may hold the same rows again and again: a file is read as a whole.
 */
class UndoPropertyTest {
    private static final int SEQUENCES = Integer.getInteger("eider.undos", 12);
    private static final int STEPS = 14;
    private static final List<String> DATASETS = List.of("merged", "versions", "added", "replaced", "files");

    @TempDir
    Path home;

    /** What one load pushes: told by a number, so that it can be pushed again into another engine. */
    private record Batch(String dataset, long seed, int number, Map<Long, Boolean> keys, int width) {}

    @Test
    void whatIsUndoneWasNever() throws Exception {
        long given = Long.getLong("eider.seed", 0L);
        int refused = 0;
        int undone = 0;
        for (int i = 0; i < (given == 0 ? SEQUENCES : 1); i++) {
            long seed = given == 0 ? 7_919L * (i + 1) : given;
            Told told = sequence(seed, home.resolve("a" + i), home.resolve("b" + i));
            refused += told.refused;
            undone += told.undone;
        }
        // Otherwise nothing was tried.
        assertThat(given == 0 ? undone : 1).isGreaterThan(0);
        assertThat(given == 0 ? refused : 1).isGreaterThan(0);
    }

    private record Told(int undone, int refused) {}

    private static Told sequence(long seed, Path one, Path other) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Long, Batch> standing = new TreeMap<>();
        int undone = 0;
        int refused = 0;
        List<String> left;
        try (Engine engine = engine(one)) {
            Map<String, Map<Long, Boolean>> keys = new HashMap<>();
            for (int step = 1; step <= STEPS; step++) {
                if (random.nextInt(3) > 0 || standing.isEmpty()) {
                    String dataset = DATASETS.get(random.nextInt(DATASETS.size()));
                    keys.put(dataset, keysOf(engine, dataset));
                    Batch batch = new Batch(dataset, random.nextLong(), step, keys.get(dataset), random.nextInt(3));
                    Load load = push(engine, batch);
                    if (load.state() == Load.State.COMMITTED) {
                        standing.put(load.id(), batch);
                    }
                    continue;
                }
                List<Long> ids = new ArrayList<>(standing.keySet());
                long id = ids.get(random.nextInt(ids.size()));
                List<String> before = state(engine);
                try {
                    engine.loads().undo(id, "test");
                } catch (EngineException e) {
                    assertThat(e.getMessage()).as("seed %d", seed).contains("what load " + id + " had brought or removed");
                    assertThat(state(engine)).as("a refused undo changes nothing, seed %d", seed).isEqualTo(before);
                    refused++;
                    continue;
                }
                undone++;
                Batch gone = standing.remove(id);
                if (!engine.loads().holds().isEmpty()) {
                    // Skipped, a file counts as read although nothing of it is there.
                    boolean again = random.nextBoolean() || gone.dataset.equals("files");
                    engine.loads().release("shop", gone.dataset, again ? Hold.Release.READ_AGAIN : Hold.Release.SKIP);
                }
            }
            left = state(engine);
        }
        try (Engine engine = engine(other)) {
            for (Batch batch : standing.values()) {
                push(engine, batch);
            }
            assertThat(left).as("seed %d: what stands of %s", seed, standing.keySet()).isEqualTo(state(engine));
        }
        return new Told(undone, refused);
    }

    private static Engine engine(Path home) {
        Engine engine = Engine.inMemory(home);
        engine.handle("shop", "merged", new Handling(Mode.MERGE, Contract.EVOLVE, 100));
        engine.handle("shop", "versions", new Handling(Mode.HISTORY, Contract.EVOLVE, 100));
        engine.handle("shop", "added", new Handling(Mode.APPEND, Contract.EVOLVE, 100));
        engine.handle("shop", "replaced", new Handling(Mode.REPLACE, Contract.EVOLVE, 100));
        engine.handle("shop", "files", new Handling(Mode.MERGE, Contract.EVOLVE, 100));
        return engine;
    }

    private static Map<Long, Boolean> keysOf(Engine engine, String dataset) throws EngineException {
        Map<Long, Boolean> keys = new TreeMap<>();
        if (!dataset.equals("files") && !Shop.rows(engine, "select 1 from duckdb_tables() where table_name = 'shop__" + dataset + "'").isEmpty()) {
            Shop.rows(engine, "select id from raw.shop__" + dataset).forEach(id -> keys.put(Long.valueOf(id), true));
        }
        return keys;
    }

    private static List<Field> fields(Batch batch) {
        List<Field> fields = new ArrayList<>(List.of(Field.required("id", Type.INTEGER, "The key."),
                Field.of("amount", batch.width == 2 ? Type.decimal(20, 2) : Type.INTEGER, "Not the same twice."), Field.of("note", Type.TEXT, "A note.")));
        if (batch.width > 0) {
            fields.add(Field.of("more" + batch.number % 2, Type.DATE, "Sometimes there."));
        }
        return fields;
    }

    private static Load push(Engine engine, Batch batch) throws Exception {
        Dataset dataset = new Dataset(batch.dataset, "Rows.", fields(batch), batch.dataset.equals("files") ? List.of() : List.of("id"));
        Model model = new Model("sales", batch.dataset, "SELECT _row, DATE '2026-01-01' + CAST(id AS INTEGER) AS date, 'sale' AS kind, CAST(id AS VARCHAR) AS source_id, note AS"
                + " product_name, 1 AS quantity, amount AS total_amount FROM input");
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", new Scripted(List.of(dataset), List.of(model), (request, sink) -> read(batch, sink)));
        return engine.syncs().sync("shop", true, Progress.NONE).getFirst();
    }

    private static void read(Batch batch, Sink sink) throws SourceException, InterruptedException {
        SplittableRandom random = new SplittableRandom(batch.seed);
        List<Long> there = new ArrayList<>(batch.keys.keySet());
        int checkpoints = 1 + random.nextInt(2);
        for (int i = 0; i < checkpoints; i++) {
            if (batch.dataset.equals("files")) {
                String part = "file" + random.nextInt(3);
                sink.part(part, batch.number + "." + i);
            }
            for (int row = random.nextInt(4); row >= 0; row--) {
                // No two checkpoints tell of one key: a version that came and went within a load was never there for anybody.
                boolean file = batch.dataset.equals("files");
                long id = 1 + i * 10 + random.nextInt(file ? 2 : 9);
                int number = file ? random.nextInt(3) : batch.number;
                int kind = random.nextInt(6);
                if (kind == 0 && !batch.dataset.equals("files") && there.contains(id)) {
                    sink.delete(id);
                } else {
                    Object[] values = new Object[fields(batch).size()];
                    values[0] = id;
                    values[1] = kind == 1 ? "not a number" : batch.width == 2 ? new BigDecimal(number * 100 + row).movePointLeft(2) : (Object) (number * 100L + row);
                    values[2] = file ? "of " + number : "of " + batch.number + "." + i + "." + row;
                    if (batch.width > 0) {
                        values[3] = row % 2 == 0 ? null : java.time.LocalDate.of(2026, 1, 1).plusDays(number);
                    }
                    sink.upsert(values);
                }
            }
            sink.checkpoint(new Cursor(batch.number + "." + i));
        }
    }

    /** All that loads leave, as lines of text. Loads are told by their rank: those that were undone have numbers too. */
    private static List<String> state(Engine engine) throws EngineException {
        List<String> lines = new ArrayList<>();
        for (String dataset : DATASETS) {
            if (Shop.rows(engine, "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'shop__" + dataset + "'").isEmpty()) {
                continue;
            }
            String ranks = "(select id, row_number() over (order by id) as rank from ledger.loads where dataset = '" + dataset + "' and state = 'COMMITTED')";
            add(lines, dataset, engine, "select p.name as part, came.rank as came, r.* exclude (_part, _load, _row) from raw.shop__" + dataset
                    + " r left join ledger.parts p on p.id = r._part left join " + ranks + " came on came.id = r._load");
            add(lines, dataset + " before", engine, "select p.name as part, came.rank as came, went.rank as went, r.* exclude (_part, _load, _row, _gone) from undo.shop__" + dataset
                    + " r left join ledger.parts p on p.id = r._part left join " + ranks + " came on came.id = r._load left join " + ranks + " went on went.id = r._gone");
            add(lines, dataset + " sales", engine, "select came.rank as came, s.* exclude (load, _row) from sales s join raw.shop__" + dataset + " r on r._row = s._row join "
                    + ranks + " came on came.id = s.load");
            add(lines, dataset + " quarantine", engine, "select part, place, reason, record from ledger.quarantine where resolved_by is null and dataset = '" + dataset + "'");
        }
        add(lines, "parts", engine, "select name, fingerprint from ledger.parts");
        add(lines, "sales", engine, "select count(*) as n, sum(total_amount) as total from sales");
        if (!Shop.rows(engine, "select 1 from duckdb_views() where schema_name = 'history'").isEmpty()) {
            add(lines, "history", engine, "select * exclude (valid_from, valid_to), valid_to is null as now from history.shop__versions");
        }
        return lines;
    }

    private static void add(List<String> lines, String what, Engine engine, String sql) throws EngineException {
        List<String> found = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(20))) {
            while (rows.next()) {
                StringBuilder line = new StringBuilder(what).append(':');
                for (int i = 0; i < rows.columns().size(); i++) {
                    String text = rows.text(i);
                    // A column that a load had added may stay, empty, and a wider type too.
                    if (text != null) {
                        line.append(' ').append(rows.columns().get(i).name()).append('=').append(text.matches("-?\\d+\\.\\d+") ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text);
                    }
                }
                found.add(line.toString());
            }
        }
        found.sort(null);
        lines.addAll(found);
    }
}
