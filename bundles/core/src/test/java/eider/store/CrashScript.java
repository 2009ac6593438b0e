package eider.store;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Scan;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Progress;
import eider.sync.Scripted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A company's three days, synced in a process of its own that stops dead at one step, so that it can be killed there. The outside world (which day it is) is
 * a file that survives the process.
 *
 * <p>Arguments: the home, then {@code <day> <step>} where to stop, or nothing to run to the end.
 */
public final class CrashScript {
    static final int DAYS = 3;
    /** On this day the model is another; and what was loaded and derived anew is taken back, and made again. */
    static final int UNDO_DAY = 2;

    private static final Dataset ORDERS = new Dataset("orders", "Orders by id.", List.of(Field.required("id", Type.INTEGER, "The order."),
            Field.of("amount", Type.MONEY, "Its amount."), Field.of("note", Type.TEXT, "A note.")), List.of("id"));
    private static final List<Field> LINE = List.of(Field.required("date", Type.DATE, "The day."), Field.of("product_name", Type.TEXT, "The product."),
            Field.required("quantity", Type.MONEY, "How many."), Field.required("total_amount", Type.MONEY, "For how much."));
    private static final Dataset SALES = new Dataset("sales", "Lines of files.", LINE, List.of());
    private static final Model MODEL = new Model("sales", "sales", "SELECT _row, date, 'sale' AS kind, product_name, quantity, total_amount FROM input");
    /** By which the rows of the first day are derived anew on the second. */
    private static final Model OTHER_MODEL = new Model("sales", "sales", "SELECT _row, date, 'sale' AS kind, upper(product_name) AS product_name, quantity, total_amount FROM input");

    private CrashScript() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int stopDay = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        Step stop = arguments.length > 1 ? Step.valueOf(arguments[2]) : null;
        run(home, stopDay, stop);
    }

    static void run(Path home, int stopDay, Step stop) throws Exception {
        Path world = home.resolve("day");
        int[] day = {Files.exists(world) ? Integer.parseInt(Files.readString(world)) : 1};
        Store store = new Store(Store.Settings.in(home, false, "256MB"), InstantSource.system(), step -> {
            if (step == stop && day[0] == stopDay) {
                System.out.println("AT " + step);
                System.out.flush();
                waitToBeKilled();
            }
        });
        try (Engine engine = Engine.of(store)) {
            for (; day[0] <= DAYS; day[0]++) {
                Files.writeString(world, Integer.toString(day[0]));
                engine.syncs().register("shop", source(home, day[0]));
                // The process may have been killed between an undo and the word after it.
                readAgain(engine);
                List<Load> loads = sync(engine);
                if (day[0] == UNDO_DAY) {
                    for (Load load : loads) {
                        if (load.state() == Load.State.COMMITTED) {
                            engine.loads().undo(load.id(), "crash test");
                        }
                    }
                    readAgain(engine);
                    sync(engine);
                }
                engine.syncs().unregister("shop");
            }
        }
    }

    private static List<Load> sync(Engine engine) throws EngineException, InterruptedException {
        List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
        for (Load load : loads) {
            if (load.state() != Load.State.COMMITTED && load.state() != Load.State.UNCHANGED) {
                throw new IllegalStateException(load.toString());
            }
        }
        return loads;
    }

    private static void readAgain(Engine engine) throws EngineException, InterruptedException {
        for (Hold hold : engine.loads().holds()) {
            engine.loads().release(hold.connection(), hold.dataset(), Hold.Release.READ_AGAIN);
        }
    }

    private static void waitToBeKilled() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Inserts, updates and deletions by key; a new file, the same file longer and with a changed line, and a bad line in each. */
    private static Scripted source(Path home, int day) {
        return new Scripted(List.of(ORDERS, SALES), List.of(day < UNDO_DAY ? MODEL : OTHER_MODEL), (request, sink) -> {
            if (request.dataset().name().equals("orders")) {
                for (long id = day; id < day + 100; id++) {
                    sink.upsert(id, new BigDecimal(id * day), id % 7 == 0 ? null : "day " + day);
                }
                if (day > 1) {
                    sink.delete((long) day - 1);
                }
                sink.upsert(1_000L + day, new BigDecimal("0.00001"), "does not fit");
                sink.checkpoint(new Cursor("orders of day " + day));
                return;
            }
            Path file = home.resolve("inbox-" + (day - 1) / 2 + ".csv");
            try {
                Files.writeString(file, lines(day));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sink.part(file.getFileName().toString(), "day " + day);
            sink.scan(scan(request.sniffer(), file));
            sink.checkpoint(new Cursor("sales of day " + day));
        });
    }

    private static Scan.Csv scan(Sniffer sniffer, Path file) throws SourceException, InterruptedException {
        return sniffer.complete(Scan.Csv.of(file).withColumns(LINE.stream().map(field -> new Scan.Column(field.name(), field)).toList()));
    }

    private static String lines(int day) {
        StringBuilder csv = new StringBuilder("date,product_name,quantity,total_amount\n");
        for (int i = 0; i < 50 + day; i++) {
            csv.append(LocalDate.of(2026, 1, 1).plusDays(i % 20)).append(",Lamp,1,").append(i == 7 ? day : 5).append('\n');
        }
        return csv.append("2026-01-0").append(day).append(",Desk,many,90\n").toString();
    }
}
