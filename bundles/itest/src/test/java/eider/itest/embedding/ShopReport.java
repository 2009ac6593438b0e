package eider.itest.embedding;

import eider.Eider;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Rows;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a shop's sales out of a folder of files, and footfall out of the program itself, and says what a visitor was worth. */
public final class ShopReport {

    /** A source of the program's own: how many people came through the door, day by day. */
    static final class Door implements Source {
        private final Map<LocalDate, Integer> visitors;

        Door(Map<LocalDate, Integer> visitors) {
            this.visitors = new TreeMap<>(visitors);
        }

        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return List.of(new Dataset("footfall", "People who came in, by day.", List.of(
                Field.required("day", Type.DATE, "The day."),
                Field.required("visitors", Type.INTEGER, "How many came in.")), List.of("day")));
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            LocalDate from = request.cursor().isNone() ? LocalDate.MIN : LocalDate.parse(request.cursor().text());
            LocalDate last = from;
            for (Map.Entry<LocalDate, Integer> day : visitors.entrySet()) {
                if (!day.getKey().isBefore(from)) {
                    sink.upsert(day.getKey(), day.getValue());
                    last = day.getKey();
                }
            }
            if (!last.equals(LocalDate.MIN)) {
                sink.checkpoint(new Cursor(last.toString()));
            }
        }
    }

    /** The takings of each region, after syncing {@code home/inbox}. */
    public static Map<String, BigDecimal> takings(Path home) throws EngineException, InterruptedException {
        Map<String, BigDecimal> takings = new TreeMap<>();
        try (Eider eider = Eider.builder().home(home).config("files~inbox", Map.of("path", "*.csv")).start()) {
            for (Load load : eider.sync("inbox")) {
                System.out.println(load.dataset() + ": " + load.state() + ", " + load.inserted() + " rows. " + load.message());
            }
            try (Rows rows = eider.query("select region, sum(total_amount) from sales where date >= ? group by region", LocalDate.of(2026, 10, 1))) {
                while (rows.next()) {
                    takings.put(rows.text(0), rows.decimal(1));
                }
            }
        }
        return takings;
    }

    /** What a visitor was worth. Nothing of it is kept. */
    public static BigDecimal perVisitor(Path salesFile, Map<LocalDate, Integer> visitors) throws EngineException, InterruptedException {
        try (Eider eider = Eider.builder().inMemory().start()) {
            eider.load(salesFile, "sales");
            eider.register("door", new Door(visitors));
            eider.sync("door");
            try (Rows rows = eider.query("select (select sum(total_amount) from sales) / (select sum(visitors) from raw.door__footfall)")) {
                rows.next();
                return rows.decimal(0);
            }
        }
    }

    private ShopReport() {}
}
