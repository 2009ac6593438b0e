package eider.sync;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Scan;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the tests of loads have in common: two datasets, an engine, and its answers as lines of text. */
public final class Shop {
    /** With a key. */
    public static final Dataset ORDERS = new Dataset("orders", "Orders by id.", List.of(Field.required("id", Type.INTEGER, "The order."),
            Field.of("amount", Type.MONEY, "Its amount."), Field.of("note", Type.TEXT, "A note.")), List.of("id"));
    /** Without one. */
    public static final Dataset LINES = new Dataset("lines", "Lines of files.", List.of(Field.of("day", Type.INTEGER, "The day."),
            Field.of("product", Type.TEXT, "The product.")), List.of());

    private Shop() {}

    public static Scripted orders(Scripted.Read read) {
        return new Scripted(List.of(ORDERS), List.of(), read);
    }

    public static Scripted lines(Scripted.Read read) {
        return new Scripted(List.of(LINES), List.of(), read);
    }

    public static Scripted modelled(String sql, Scripted.Read read) {
        return new Scripted(List.of(ORDERS), List.of(new Model("sales", "orders", sql)), read);
    }

    /** A whole new source under the name {@code shop}, synced once. */
    public static Load sync(Engine engine, Scripted source) throws Exception {
        return sync(engine, source, false);
    }

    public static Load sync(Engine engine, Scripted source, boolean approved) throws Exception {
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", source);
        return engine.syncs().sync("shop", approved, Progress.NONE).getFirst();
    }

    /** The same on a thread of its own. */
    public static CompletableFuture<List<Load>> begin(Engine engine, String connection) {
        CompletableFuture<List<Load>> loads = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                loads.complete(engine.syncs().sync(connection, false, Progress.NONE));
            } catch (EngineException | InterruptedException | RuntimeException e) {
                loads.completeExceptionally(e);
            }
        });
        return loads;
    }

    public static List<String> rows(Engine engine, String sql) throws EngineException {
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

    public static Scan.Csv csv(Path file, Dataset dataset) {
        return new Scan.Csv(file, StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", false,
                dataset.fields().stream().map(field -> new Scan.Column(field.name(), field)).toList());
    }
}
