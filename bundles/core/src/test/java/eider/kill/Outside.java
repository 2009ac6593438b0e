package eider.kill;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A company's systems as they stand on a day, the same for the same seed and day:
 *
 * <ul>
 *   <li>{@code orders}, by key: a feed of changes and tombstones by a clock that several changes share, also those of the next day. Read page by page from the cursor on,
 *       inclusive, with a checkpoint after each page. Some of its rows are bad, and stay so.
 *   <li>{@code visits}, without a key: reports whose content changes, each a part, pushed row by row; two of them between two checkpoints. Some rows are bad.
 *   <li>{@code tills}, without a key: a new file a day, and now and then an older one again with another content. Bad lines.
 *   <li>{@code stock}, by key, read anew as a whole each day ({@link Mode#REPLACE}): what is not there any more goes, with no word from the source.
 *   <li>{@code prices}, by key, whose older versions are kept ({@link Mode#HISTORY}), and {@code events}, which are only added ({@link Mode#APPEND}), both by a cursor that is a day,
 *       inclusive, with two checkpoints a day.
 * </ul>
 *
 * Orders and tills become sales. The columns of the first three {@linkplain Drift drift}.
 */
final class Outside {
    static final String CONNECTION = "firm";
    private static final long FIRST_BAD = 1_000_000;
    private static final int PAGE = 12;
    private static final long PRICES = 12;
    private static final long EVENTS = 6;
    /** Days after which a till's file is cleared away. */
    private static final int KEPT = 5;
    private static final List<String> PRODUCTS = List.of("Lamp", "Desk", "Chair", "Bed", "Shelf");

    /** The latest version of an order. */
    record Order(long id, long changed, int version, boolean gone) {
        boolean bad() {
            return id >= FIRST_BAD;
        }

        LocalDate day() {
            return LocalDate.of(2026, 1, 1).plusDays(id % 200);
        }

        String product() {
            return PRODUCTS.get((int) ((id + version) % PRODUCTS.size()));
        }

        BigDecimal amount() {
            return bad() ? new BigDecimal("0.00001") : BigDecimal.valueOf(100 + id * 7 + version * 13L, 2);
        }
    }

    /** A report or a file: its rows, each a number that says everything about it, and those that are bad. */
    record Part(String name, int version, List<Long> rows, List<Long> bad) {
        String fingerprint() {
            return "version " + version;
        }
    }

    private final long seed;
    private final Drift drift;
    private final TreeMap<Long, Order> orders = new TreeMap<>();
    private final Map<String, List<Part>> visits = new LinkedHashMap<>();
    private final Map<String, List<Part>> tills = new LinkedHashMap<>();
    private final Map<String, Integer> tillBorn = new LinkedHashMap<>();
    private int day;
    private long clock;
    private long nextOrder = 1;
    private long nextBad = FIRST_BAD;

    Outside(long seed) {
        this.seed = seed;
        this.drift = new Drift(seed);
    }

    /** The company on that day. */
    static Outside on(int day, long seed) {
        Outside outside = new Outside(seed);
        while (outside.day < day) {
            outside.passDay();
        }
        return outside;
    }

    int day() {
        return day;
    }

    /** A day's business. */
    void passDay() {
        day++;
        Random random = new Random(seed * 1_000_003 + day);
        sell(random);
        int reports = 3 + day / 4;
        int first = random.nextInt(reports);
        change(visits, "report " + first, random);
        change(visits, "report " + (first + 1 + random.nextInt(reports - 1)) % reports, random);
        String till = "till-" + day + ".csv";
        tillBorn.put(till, day);
        change(tills, till, random);
        if (day > 1 && random.nextInt(3) > 0) {
            change(tills, "till-" + (day - 1 - random.nextInt(Math.min(day - 1, KEPT - 1))) + ".csv", random);
        }
    }

    private void sell(Random random) {
        int changes = 20 + random.nextInt(25);
        for (int i = 0; i < changes; i++) {
            // The first changes of a day bear the last time of the day before; then several share one.
            if (i > 2 && random.nextInt(3) == 0) {
                clock++;
            }
            int kind = random.nextInt(10);
            if (orders.size() < 40 || kind < 4) {
                put(new Order(nextOrder++, clock, 1, false));
            } else if (kind == 4) {
                put(new Order(nextBad++, clock, 1, false));
            } else {
                Order order = orders.get(1 + (long) random.nextInt((int) nextOrder - 1));
                // A tombstone may be followed by a new life of the same order.
                put(new Order(order.id, clock, order.version + 1, kind > 7 && !order.gone));
            }
        }
    }

    private void put(Order order) {
        orders.put(order.id, order);
    }

    /** Makes a part, or changes some rows of it. */
    private void change(Map<String, List<Part>> parts, String name, Random random) {
        List<Part> versions = parts.computeIfAbsent(name, fresh -> new ArrayList<>());
        List<Long> rows = new ArrayList<>();
        List<Long> bad = new ArrayList<>();
        if (versions.isEmpty()) {
            int count = 12 + random.nextInt(20);
            for (int i = 0; i < count; i++) {
                rows.add((long) random.nextInt(60));
            }
        } else {
            rows.addAll(versions.getLast().rows);
            bad.addAll(versions.getLast().bad);
            for (int i = 0; i < 3; i++) {
                rows.set(random.nextInt(rows.size()), (long) random.nextInt(60));
            }
            rows.add((long) random.nextInt(60));
            if (rows.size() > 20) {
                rows.remove(random.nextInt(rows.size()));
            }
        }
        switch (random.nextInt(4)) {
            case 0 -> bad.add((long) random.nextInt(1_000));
            case 1 -> bad.clear();
            default -> { }
        }
        versions.add(new Part(name, versions.size() + 1, List.copyOf(rows), List.copyOf(bad)));
    }

    Map<Long, Order> orders() {
        return orders;
    }

    /** Every version of every report, by its name. */
    Map<String, List<Part>> visits() {
        return visits;
    }

    Map<String, List<Part>> tills() {
        return tills;
    }

    /** What is in stock on a day: its number by thing. */
    static Map<Long, Long> stock(int day) {
        Map<Long, Long> stock = new TreeMap<>();
        for (long thing = 1; thing <= 40; thing++) {
            if ((thing * 7 + day) % 5 != 0) {
                stock.put(thing, thing % 4 == 0 ? thing : thing * 1_000 + day / 3);
            }
        }
        return stock;
    }

    /** The prices that are valid on a day: by thing, the day from which they are. */
    static Map<Long, Integer> prices(int day) {
        Map<Long, Integer> prices = new TreeMap<>();
        for (long thing = 1; thing <= PRICES; thing++) {
            int since = day;
            while (since > 1 && (thing + since) % 4 != 0) {
                since--;
            }
            prices.put(thing, since);
        }
        return prices;
    }

    /** The events of a day: each with its number; some correct one of the day before, whose number they bear. */
    static List<Long> events(int day) {
        List<Long> events = new ArrayList<>();
        for (long i = 1; i <= EVENTS; i++) {
            events.add(day * 100 + i);
        }
        if (day > 1) {
            events.add((day - 1) * 100 + 1L + day % EVENTS);
        }
        return events;
    }

    private List<Field> with(Field... stable) {
        List<Field> fields = new ArrayList<>(List.of(stable));
        fields.addAll(drift.fields(day));
        return fields;
    }

    private List<Dataset> datasets() {
        Type quantity = day < 6 ? Type.INTEGER : Type.MONEY;
        return List.of(
                new Dataset("orders", "Orders by id.", with(Field.required("id", Type.INTEGER, "The order."),
                        Field.required("changed", Type.INTEGER, "When it changed."),
                        Field.of("day", Type.DATE, "Its day."), Field.of("product", Type.TEXT, "The product."),
                                Field.of("quantity", quantity, "How many."),
                        Field.of("amount", Type.MONEY, "For how much.")), List.of("id")),
                new Dataset("visits", "Who came, by report.", with(Field.required("visitor", Type.INTEGER, "The visitor."),
                        Field.of("page", Type.TEXT, "What was seen.")),
                        List.of()),
                new Dataset("tills", "What a till sold.", with(Field.required("receipt", Type.INTEGER, "The receipt."),
                        Field.required("sold", Type.DATE, "The day."),
                        Field.of("item", Type.TEXT, "The product."), Field.required("amount", Type.MONEY, "For how much.")), List.of()),
                new Dataset("stock", "What is in stock.", List.of(Field.required("thing", Type.INTEGER, "The thing."),
                        Field.of("pieces", Type.INTEGER, "How many.")),
                        List.of("thing")),
                new Dataset("prices", "Prices.", List.of(Field.required("thing", Type.INTEGER, "The thing."),
                        Field.required("since", Type.INTEGER, "From which day on.")),
                        List.of("thing")),
                new Dataset("events", "What happened.", List.of(Field.required("number", Type.INTEGER, "The event."),
                        Field.required("said", Type.INTEGER, "On which day.")),
                        List.of("number")));
    }

    /** What an operator would have chosen. */
    static void handle(Engine engine) {
        engine.handle(CONNECTION, "stock", new Handling(Mode.REPLACE, Contract.EVOLVE, 100));
        engine.handle(CONNECTION, "prices", new Handling(Mode.HISTORY, Contract.EVOLVE, 100));
        engine.handle(CONNECTION, "events", new Handling(Mode.APPEND, Contract.EVOLVE, 100));
    }

    /**
     * The company as a source. What it reads stays as it is today while it reads.
     *
     * @param folder where the tills leave their files
     */
    Source source(Path folder) {
        return new Source() {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return datasets();
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                switch (request.dataset().name()) {
                    case "orders" -> readOrders(request, sink);
                    case "visits" -> readVisits(request, sink);
                    case "tills" -> readTills(request, sink, folder);
                    case "stock" -> readStock(sink);
                    case "prices" -> readPrices(request, sink);
                    case "events" -> readEvents(request, sink);
                    default -> throw new IllegalStateException(request.dataset().name());
                }
            }

            @Override
            public List<Model> models() {
                return List.of(
                        new Model("sales", "orders", "SELECT _row, day AS date, 'sale' AS kind, CAST(id AS VARCHAR) AS source_id, product AS product_name, quantity,"
                                + " amount AS total_amount FROM input"),
                        new Model("sales", "tills", "SELECT _row, sold AS date, 'sale' AS kind, CAST(receipt AS VARCHAR) AS source_id, item AS product_name, 1 AS quantity,"
                                + " amount AS total_amount FROM input"));
            }
        };
    }

    private void readOrders(Request request, Sink sink) throws SourceException, InterruptedException {
        long from = request.cursor().isNone() ? Long.MIN_VALUE : Long.parseLong(request.cursor().text());
        List<Order> feed = orders.values().stream().filter(order -> order.changed >= from)
                .sorted(Comparator.comparingLong(Order::changed).thenComparingLong(Order::id)).toList();
        List<Field> drifting = request.dataset().fields().subList(6, request.dataset().fields().size());
        boolean whole = request.dataset().field("quantity").type().equals(Type.INTEGER);
        int pushed = 0;
        for (Order order : feed) {
            if (order.gone) {
                sink.delete(order.id);
            } else {
                long quantity = 1 + (order.id + order.version) % 5;
                List<Object> values = new ArrayList<>(List.of(order.id, order.changed, order.day(), order.product(), whole ? quantity
                        : BigDecimal.valueOf(quantity * 10, 1),
                        order.amount()));
                drifting.forEach(field -> values.add(Drift.value(field, order.id * 1_000 + order.version)));
                sink.upsert(values.toArray());
            }
            if (++pushed % PAGE == 0 || pushed == feed.size()) {
                sink.checkpoint(new Cursor(Long.toString(order.changed)));
            }
        }
    }

    private void readVisits(Request request, Sink sink) throws SourceException, InterruptedException {
        List<Field> drifting = request.dataset().fields().subList(2, request.dataset().fields().size());
        int read = 0;
        for (List<Part> versions : visits.values()) {
            Part report = versions.getLast();
            sink.part(report.name, report.fingerprint());
            for (long row : report.rows) {
                List<Object> values = new ArrayList<>(List.of(row, "page " + row % 7));
                drifting.forEach(field -> values.add(Drift.value(field, row)));
                sink.upsert(values.toArray());
            }
            for (long row : report.bad) {
                if (row % 2 == 0) {
                    sink.reject("line " + row, "visitor ?" + row, "the visitor is no number");
                } else {
                    Object[] values = new Object[request.dataset().fields().size()];
                    values[1] = "nobody " + row;
                    sink.upsert(values);
                }
            }
            if (++read % 2 == 0 || read == visits.size()) {
                sink.checkpoint(new Cursor("day " + day + ", " + read + " reports"));
            }
        }
    }

    private void readTills(Request request, Sink sink, Path folder) throws SourceException, InterruptedException {
        for (List<Part> versions : tills.values()) {
            Part till = versions.getLast();
            if (tillBorn.get(till.name) <= day - KEPT) {
                continue;
            }
            Path file = folder.resolve(till.name);
            write(file, till, request.dataset().fields());
            sink.part(till.name, till.fingerprint());
            sink.scan(request.sniffer().complete(new Scan.Csv(file, StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", false,
                    request.dataset().fields().stream().map(field -> new Scan.Column(field.name(), field)).toList())));
            if (tillBorn.get(till.name) % 2 == 0 || tillBorn.get(till.name) == day) {
                sink.checkpoint(new Cursor("day " + day + ", " + till.name));
            }
        }
    }

    private void readStock(Sink sink) throws SourceException, InterruptedException {
        int pushed = 0;
        for (Map.Entry<Long, Long> there : stock(day).entrySet()) {
            sink.upsert(there.getKey(), there.getValue());
            if (++pushed % PAGE == 0) {
                sink.checkpoint(new Cursor("day " + day + ", " + pushed));
            }
        }
        sink.checkpoint(new Cursor("day " + day));
    }

    private void readPrices(Request request, Sink sink) throws SourceException, InterruptedException {
        int from = request.cursor().isNone() ? 0 : Integer.parseInt(request.cursor().text());
        for (int since = from; since <= day; since++) {
            for (Map.Entry<Long, Integer> price : prices(day).entrySet()) {
                if (price.getValue() == since) {
                    sink.upsert(price.getKey(), (long) since);
                }
            }
            if (since >= day - 1) {
                sink.checkpoint(new Cursor(Integer.toString(since)));
            }
        }
    }

    private void readEvents(Request request, Sink sink) throws SourceException, InterruptedException {
        int from = request.cursor().isNone() ? 1 : Integer.parseInt(request.cursor().text());
        for (int said = from; said <= day; said++) {
            for (long number : events(said)) {
                sink.upsert(number, (long) said);
            }
            sink.checkpoint(new Cursor(Integer.toString(said)));
        }
    }

    private static void write(Path file, Part till, List<Field> fields) {
        StringBuilder csv = new StringBuilder(String.join(",", fields.stream().map(Field::name).toList())).append('\n');
        for (long row : till.rows) {
            csv.append(row).append(',').append(sold(row)).append(',').append(PRODUCTS.get((int) row % PRODUCTS.size())).append(',')
                    .append(taken(row));
            for (Field field : fields.subList(4, fields.size())) {
                Object value = Drift.value(field, row);
                csv.append(',').append(value == null ? "" : value);
            }
            csv.append('\n');
        }
        for (long row : till.bad) {
            csv.append(row).append(",2026-01-01,Lamp,much").append(",".repeat(fields.size() - 4)).append('\n');
        }
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, csv);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LocalDate sold(long receipt) {
        return LocalDate.of(2026, 1, 1).plusDays(receipt % 30);
    }

    static BigDecimal taken(long receipt) {
        return BigDecimal.valueOf(500 + receipt * 3, 2);
    }
}
