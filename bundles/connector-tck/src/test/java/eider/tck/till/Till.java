package eider.tck.till;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import eider.connector.Delivery;
import eider.tck.Fault;
import eider.tck.Outside;
import eider.tck.Total;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The world of a till source: a cash register that answers HTTP on 127.0.0.1. It makes its sales up while it tells them, so it holds next to none.
 */
public final class Till implements Outside {
    private static final String KEY = "open-till";
    private static final String WEBHOOK_SECRET = "whsec-till";
    /** The sales that change: version n+1 is new, n+2 another text for the third, n+3 the end of the fifth, n+4 another amount for the new one. */
    private static final int CHANGES = 4;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int rows;
    private volatile boolean changed;

    public Till() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/sales", this::answer);
        server.start();
    }

    @Override
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    @Override
    public Map<String, String> options() {
        return Map.of("address", address().toString(), "api_key", KEY, "webhook_secret", WEBHOOK_SECRET, "page", rows > 2_000 ? "500"
                : Integer.toString(1 + rows / 4));
    }

    @Override
    public void fill(int rows) {
        this.rows = rows;
    }

    @Override
    public void change() {
        changed = true;
    }

    @Override
    public List<Fault> faults() {
        return List.of(new Fault("address", "nowhere"), new Fault("page", "0"));
    }

    /** By hand: sale i costs i.25 and is a refund of it where i divides by ten. Nothing here knows the model. */
    @Override
    public List<Total> totals() {
        Map<String, Integer> counts = new HashMap<>();
        Map<String, BigDecimal> sums = new HashMap<>();
        for (int i = 1; i <= rows; i++) {
            if (!changed || i != 5) {
                String kind = i % 10 == 0 ? "refund" : "sale";
                counts.merge(kind, 1, Integer::sum);
                sums.merge(kind, new BigDecimal(i + ".25").multiply(BigDecimal.valueOf(i % 10 == 0 ? -1 : 1)), BigDecimal::add);
            }
        }
        if (changed) {
            counts.merge("sale", 1, Integer::sum);
            sums.merge("sale", new BigDecimal("8.00"), BigDecimal::add);
        }
        return List.of("sale", "refund").stream()
                .map(kind -> Total.of("sales").where("kind", kind).rows(counts.get(kind)).sum("total_amount", sums.get(kind).toPlainString()))
                .toList();
    }

    @Override
    public List<Delivery> deliveries() {
        List<Delivery> deliveries = new ArrayList<>();
        for (int i = 1; i <= CHANGES; i++) {
            byte[] body = sale(rows + i).getBytes(StandardCharsets.UTF_8);
            deliveries.add(new Delivery("https://eider.example.com/webhooks/till", Map.of("Content-Type", List.of("application/json"),
                    "X-Till-Topic", List.of("sale"), "X-Till-Signature", List.of(TillSource.signed(WEBHOOK_SECRET, body))), body, Instant.now()));
        }
        return deliveries;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** What the till says about the change of this version. */
    private String sale(int version) {
        return switch (version - rows) {
            case 1 -> sale("new", version, "2026-11-01", "sale", "Late", 1, "7.50", false);
            case 2 -> sale("s3", version, "2026-01-04", "sale", "Renamed", 4, "3.25", false);
            case 3 -> sale("s5", version, "2026-01-06", "sale", "Gone", 0, "0", true);
            case 4 -> sale("new", version, "2026-11-01", "sale", "Late", 1, "8.00", false);
            default -> sale("s" + version, version, LocalDate.of(2026, 1, 1).plusDays(version % 300).toString(), version % 10 == 0 ? "refund"
                    : "sale",
                    "Product " + version % 17, 1 + version % 5, (version % 10 == 0 ? "-" : "") + version + ".25", false);
        };
    }

    private static String sale(String id, long version, String day, String kind, String product, int quantity, String amount, boolean gone) {
        return "{\"id\":\"" + id + "\",\"version\":" + version + ",\"day\":\"" + day + "\",\"kind\":\"" + kind + "\",\"product\":\"" + product
                + "\",\"quantity\":"
                + quantity + ",\"amount\":\"" + amount + "\",\"gone\":" + gone + "}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            String key = exchange.getRequestHeaders().getFirst("Authorization");
            if (!("Bearer " + KEY).equals(key)) {
                send(exchange, 401, "{\"error\":\"not the key: " + key + "\"}");
                return;
            }
            Map<String, Integer> query = new HashMap<>();
            for (String pair : exchange.getRequestURI().getQuery().split("&")) {
                query.put(pair.split("=")[0], Integer.parseInt(pair.split("=")[1]));
            }
            int last = rows + (changed ? CHANGES : 0);
            int from = Math.max(1, query.get("since"));
            int to = Math.min(last, from + query.get("limit") - 1);
            StringBuilder body = new StringBuilder("{\"sales\":[");
            for (int version = from; version <= to; version++) {
                body.append(version == from ? "" : ",").append(sale(version));
            }
            String next = to < last ? "\"" + address() + "/sales?since=" + (to + 1) + "&limit=" + query.get("limit") + "\"" : "null";
            send(exchange, 200, body.append("],\"next\":").append(next).append('}').toString());
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
