package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a shop's API that misbehaves, a connector as one would write it with the kit, the real engine, the table. */
@Timeout(120)
class EngineTest {
    private static final Instant DAY = Instant.parse("2026-11-20T00:00:00Z");
    private static final Duration LOOK_BACK = Duration.ofMinutes(5);

    private record Order(int id, String total, Instant updated) {}

    /** Orders in pages of a hundred, by time of update and id; each kind of trouble is made on some pages, once. */
    private static final class Shop implements Vendor.Handler {
        private static final Pattern ASKED = Pattern.compile("/orders\\??(?:since=([^&]+))?&?(?:after=(e?\\d+))?");
        private final TreeMap<Integer, Order> orders = new TreeMap<>();
        private final List<String> troubled = new ArrayList<>();
        final List<Instant> since = new ArrayList<>();
        boolean trouble;

        synchronized void put(int id, String total, Instant updated) {
            orders.put(id, new Order(id, total, updated));
        }

        @Override
        public void answer(Vendor.Asked asked, java.io.OutputStream out) throws Exception {
            Matcher query = ASKED.matcher(java.net.URLDecoder.decode(asked.target(), java.nio.charset.StandardCharsets.UTF_8));
            assertThat(query.matches()).as(asked.target()).isTrue();
            String body;
            String after = query.group(2) == null ? "0" : query.group(2);
            synchronized (this) {
                Instant since = query.group(1) == null ? Instant.MIN : Instant.parse(query.group(1));
                if (after.equals("0")) {
                    this.since.add(since);
                }
                List<Order> found = orders.values().stream().filter(order -> !order.updated().isBefore(since))
                        .sorted(Comparator.comparing(Order::updated).thenComparing(Order::id)).toList();
                boolean empty = after.startsWith("e");
                int from = Integer.parseInt(empty ? after.substring(1) : after);
                int to = empty ? from : Math.min(found.size(), from + 100);
                StringBuilder text = new StringBuilder("{\n \"orders\": [\n");
                for (Order order : found.subList(from, to)) {
                    text.append(text.charAt(text.length() - 1) == '}' ? ",\n" : "").append("{\"id\": ").append(order.id()).append(", \"total\": ")
                            .append(order.total())
                            .append(",\n \"updated\": \"").append(order.updated()).append("\",")
                            .append("\"note\": \"a\\u00e4\\n\", \"lines\": [{\"sku\": \"x\"}]}");
                }
                // The third page is empty and names a next one all the same.
                String next = to == found.size() ? "null" : !empty && to == 200 ? "\"e200\"" : "\"" + to + "\"";
                text.append("], \"paging\": {\"next\": ").append(next).append("}}");
                body = text.toString();
            }
            if (trouble && !troubled.contains(asked.target())) {
                troubled.add(asked.target());
                switch (troubled.size() % 5) {
                    case 0 -> Vendor.answer(out, 500, "", "oh");
                    case 1 -> Vendor.answer(out, 429, "Retry-After: 0.01\r\n", "");
                    case 2 -> Vendor.ok(out, body.substring(0, body.length() * 2 / 3));
                    case 3 -> {
                        Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + body);
                        throw new Vendor.Cut();
                    }
                    default -> throw new Vendor.Cut();
                }
                return;
            }
            Vendor.ok(out, body);
        }
    }

    /** A connector of some thirty lines. */
    private static final class ShopSource implements Source {
        private static final List<Field> FIELDS = List.of(Field.required("id", Type.INTEGER, "The order's number."), Field.of("total",
                Type.decimal(38, 20), "What it cost."),
                Field.required("updated_at", Type.INSTANT, "When it was changed last."), Field.of("note", Type.TEXT, "What the shopper wrote."),
                Field.of("lines", Type.JSON, "Its lines."));
        private static final List<Scan.Column> COLUMNS = List.of(new Scan.Column("id", FIELDS.get(0)), new Scan.Column("total", FIELDS.get(1)),
                new Scan.Column("updated", FIELDS.get(2)), new Scan.Column("note", FIELDS.get(3)), new Scan.Column("lines", FIELDS.get(4)));
        private final Account account;
        private final List<String> key;

        ShopSource(String address, List<String> key) {
            this.key = key;
            this.account = Account.at("The shop", address, "address").secret("X-Token", "tok_123456", "token")
                    .retries(6, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(1)).limiter(Limiter.bucket(10_000, 1_000)).build();
        }

        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return List.of(new Dataset("orders", "Orders.", FIELDS, key));
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            Watermark mark = Watermark.of(request.cursor(), LOOK_BACK, InstantSource.fixed(DAY.plus(Duration.ofDays(1))));
            String since = mark.since() == null ? null : mark.since().toString();
            if (key.isEmpty()) {
                sink.part("all", "today");
            }
            try (Http http = account.open(); JsonPages pages = JsonPages.of("orders", "paging.next")) {
                Paging.each("the shop's orders", null, after -> {
                    String next = http.call(Call.get("/orders").query("since", since).query("after", after), pages::add).text("paging.next");
                    if (!key.isEmpty() || next == null) {
                        pages.scan(sink, COLUMNS);
                    }
                    return next;
                });
                mark.seen(DAY.plusSeconds(2_500));
                pages.checkpoint(sink, mark.cursor());
            }
        }
    }

    @Test
    void everyRowArrivesOnceAndAsItWasThroughEveryKindOfTrouble(@TempDir Path home) throws Exception {
        Shop shop = new Shop();
        for (int i = 0; i < 2_500; i++) {
            // All of the second thousand carry one timestamp; money has digits that no double can hold.
            shop.put(i, (100 + i) + ".10000000000000000001", i >= 1_000 && i < 2_000 ? DAY.plusSeconds(1_000) : DAY.plusSeconds(i));
        }
        shop.trouble = true;
        Engine engine = Engine.open(home);
        try (Vendor vendor = new Vendor(shop)) {
            engine.syncs().register("shop", new ShopSource(vendor.address(), List.of("id")));
            assertThat(sync(engine)).isEqualTo(2_500);
            assertThat(shop.troubled).hasSizeGreaterThan(20);
            assertThat(row(engine, "count(*), count(DISTINCT id), sum(total), min(note), min(lines ->> '$[0].sku')")).containsExactly("2500", "2500",
                    new java.math.BigDecimal("100.10000000000000000001").multiply(new java.math.BigDecimal(2_500))
                            .add(new java.math.BigDecimal(2_499 * 2_500 / 2)).toPlainString(),
                    "aä\n", "x");

            // One changed, one new at the very boundary, and one that becomes visible late with an older time than what was read.
            shop.put(7, "0.5", DAY.plusSeconds(2_501));
            shop.put(2_500, "1", DAY.plusSeconds(2_500));
            shop.put(2_501, "2", DAY.plusSeconds(2_500 - 250));
            sync(engine);
            assertThat(shop.since.stream().distinct()).containsExactly(Instant.MIN, DAY.plusSeconds(2_500).minus(LOOK_BACK));
            assertThat(row(engine, "count(*), count(DISTINCT id), count(*) FILTER (id > 2499), min(total)")).containsExactly("2502", "2502", "2",
                    "0.50000000000000000000");
        } finally {
            engine.close();
        }
    }

    /** Without a key the store reads the file at the commit again. */
    @Test
    void aDatasetWithoutAKeyArrivesToo(@TempDir Path home) throws Exception {
        List<Path> before = HttpTest.temporary("eider-pages");
        Shop shop = new Shop();
        for (int i = 0; i < 450; i++) {
            shop.put(i, i + ".25", DAY.plusSeconds(i));
        }
        Engine engine = Engine.open(home);
        try (Vendor vendor = new Vendor(shop)) {
            engine.syncs().register("shop", new ShopSource(vendor.address(), List.of()));
            sync(engine);
            assertThat(row(engine, "count(*), count(DISTINCT id)")).containsExactly("450", "450");
        } finally {
            engine.close();
        }
        assertThat(HttpTest.temporary("eider-pages")).isEqualTo(before);
    }

    private static long sync(Engine engine) throws Exception {
        AtomicInteger inserted = new AtomicInteger();
        for (Load load : engine.syncs().sync("shop", false, Progress.NONE)) {
            assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
            inserted.addAndGet((int) load.inserted());
        }
        return inserted.get();
    }

    private static List<String> row(Engine engine, String select) throws Exception {
        try (Rows rows = engine.queries().query("SELECT " + select + " FROM raw.\"shop__orders\"", Duration.ofSeconds(30))) {
            assertThat(rows.next()).isTrue();
            List<String> row = new ArrayList<>();
            for (int i = 0; i < rows.columns().size(); i++) {
                row.add(rows.text(i));
            }
            return row;
        }
    }
}
