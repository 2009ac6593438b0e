package eider.tck;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.core.Engine;
import eider.engine.Badge;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Recorded;
import eider.engine.Recordings;
import eider.engine.Replayed;
import eider.engine.Rows;
import eider.store.ingest.FileSniffer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The real engine in a home of its own, in the three words that the contract needs: sync, look at the table, sniff. */
final class Warehouse implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** A table's content as a multiset of rows, in two numbers; columns of Eider's own are left out. */
    record Table(long rows, BigInteger hash) {}

    private final Engine engine;
    private final Sniffer sniffer;

    private Warehouse(Engine engine, Sniffer sniffer) {
        this.engine = engine;
        this.sniffer = sniffer;
    }

    static Warehouse open(Path home) throws Exception {
        for (String folder : List.of("config", "plugins", "data", "inbox", "backups", "logs")) {
            Files.createDirectories(home.resolve(folder));
        }
        Path scratch = Files.createDirectories(home.resolve("data").resolve("sniffing"));
        return new Warehouse(Engine.open(home), new FileSniffer(scratch));
    }

    /** Finds out about files as the engine does for a sync. */
    Sniffer sniffer() {
        return sniffer;
    }

    /**
     * Syncs a source as the connection of this name, which keeps its rows and cursors from one call to the next, whatever source is behind it.
     *
     * @return the loads, each of which was committed or found nothing new
     */
    List<Load> sync(String connection, Source source) throws EngineException, InterruptedException {
        engine.syncs().register(connection, source);
        try {
            List<Load> loads = engine.syncs().sync(connection, false, Progress.NONE);
            for (Load load : loads) {
                switch (load.state()) {
                    case COMMITTED, UNCHANGED -> { }
                    case RUNNING, HELD, FAILED, CANCELLED ->
                        throw new AssertionError("the load of dataset '" + load.dataset() + "' is " + load.state() + ": " + load.message());
                }
            }
            return loads;
        } finally {
            engine.syncs().unregister(connection);
        }
    }

    /** The same as {@link #sync}, recorded; the connection stays as long as {@code then} is done. */
    Replayed recorded(String connection, Source source, Replaying then) throws Exception {
        engine.syncs().register(connection, source);
        try {
            Recorded recorded = engine.recordings().record(connection, false, Progress.NONE);
            return then.with(engine.recordings(), recorded);
        } finally {
            engine.syncs().unregister(connection);
        }
    }

    /** What is done with a recording while its connection is there. */
    @FunctionalInterface
    interface Replaying {
        Replayed with(Recordings recordings, Recorded recorded) throws Exception;
    }

    /** Compares what the connection of this name holds with what a source counts. */
    List<Badge> compare(String connection, Source source) throws EngineException, InterruptedException {
        engine.syncs().register(connection, source);
        try {
            return engine.comparisons().compare(connection, Progress.NONE);
        } finally {
            engine.syncs().unregister(connection);
        }
    }

    /** Where the last commit of a dataset ended. */
    Cursor cursor(String connection, String dataset) throws EngineException {
        List<List<String>> rows = rows("SELECT cursor FROM ledger.cursors WHERE connection = ? AND dataset = ?", connection, dataset);
        return rows.isEmpty() ? Cursor.NONE : new Cursor(rows.getFirst().getFirst());
    }

    /** The tables of a connection, by dataset. */
    Map<String, Table> tables(String connection, List<Dataset> datasets) throws EngineException {
        Map<String, Table> tables = new LinkedHashMap<>();
        for (Dataset dataset : datasets) {
            tables.put(dataset.name(), table(connection, dataset.name()));
        }
        return tables;
    }

    private Table table(String connection, String dataset) throws EngineException {
        String name = raw(connection, dataset);
        String columns;
        try (Rows none = engine.queries().query("SELECT * FROM " + name + " LIMIT 0", PATIENCE)) {
            // By name: two reads may have met the columns of their files in another order.
            columns = none.columns().stream().map(Rows.Column::name).filter(column -> !column.startsWith("_")).sorted()
                    .map(column -> "\"" + column + "\"").collect(Collectors.joining(", "));
        }
        // A sum of hashes is the same in any order, and counts equal rows, which a XOR would cancel.
        try (Rows rows = engine.queries().query("SELECT count(*), coalesce(sum(hash(" + columns + ")::HUGEINT), 0) FROM " + name, PATIENCE)) {
            rows.next();
            return new Table(rows.number(0), new BigInteger(rows.text(1)));
        }
    }

    /** The one row of a query, as text. */
    List<String> row(String sql, Object... parameters) throws EngineException {
        return rows(sql, parameters).getFirst();
    }

    /** The rows of a query, as text. */
    List<List<String>> rows(String sql, Object... parameters) throws EngineException {
        try (Rows rows = engine.queries().query(sql, PATIENCE, parameters)) {
            List<List<String>> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 0; i < rows.columns().size(); i++) {
                    row.add(rows.text(i));
                }
                all.add(row);
            }
            return all;
        }
    }

    /** The columns that a query gives. */
    List<Rows.Column> columns(String sql) throws EngineException {
        try (Rows rows = engine.queries().query(sql, PATIENCE)) {
            return rows.columns();
        }
    }

    /** The table of a dataset's rows as SQL names it. */
    static String raw(String connection, String dataset) {
        return "raw.\"" + connection + "__" + dataset + "\"";
    }

    @Override
    public void close() {
        try {
            engine.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the engine was interrupted while it closed", e);
        }
    }
}
