package eider.tck;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP server on 127.0.0.1 that stands between a source and its outside system. It hands each request on and each answer back, until it is told to
 * fail: then the request of a certain number, and all after it, meet one kind of failure. So a source that tries again of its own meets it again.
 */
final class Relay implements AutoCloseable {
    /** What a server, or the way there, can do to a source. */
    enum Failure {
        UNAUTHORIZED("401", Kind.AUTH),
        TOO_MANY_FOR_SECONDS("429 with Retry-After in seconds", Kind.RATE_LIMIT),
        TOO_MANY_UNTIL("429 with Retry-After as a date", Kind.RATE_LIMIT),
        TOO_MANY("429 without Retry-After", Kind.RATE_LIMIT),
        SERVER_ERROR("500 with a page of HTML", Kind.TEMPORARY),
        CUT_BEFORE("a connection that is cut instead of an answer", Kind.TEMPORARY),
        CUT_WITHIN("a connection that is cut within the answer", Kind.TEMPORARY),
        BROKEN_JSON("an answer that ends in the middle of its JSON", Kind.DATA),
        /** For S5: the answer does not come. */
        SILENCE("a server that does not answer", Kind.TEMPORARY);

        private final String words;
        private final Kind kind;

        Failure(String words, Kind kind) {
            this.words = words;
            this.kind = kind;
        }

        String words() {
            return words;
        }

        /** What a source must call it. */
        Kind kind() {
            return kind;
        }

        /** Whether an answer can be spoiled so. */
        private boolean fits(Answered answer) {
            return switch (this) {
                case CUT_WITHIN -> answer.bytes > 1;
                case BROKEN_JSON -> answer.json;
                case UNAUTHORIZED, TOO_MANY_FOR_SECONDS, TOO_MANY_UNTIL, TOO_MANY, SERVER_ERROR, CUT_BEFORE, SILENCE -> true;
            };
        }
    }

    /** What the failing server asks to wait: no round number, so that nobody guesses it. */
    static final Duration WAIT = Duration.ofSeconds(97);

    /** Of the request: those that java.net.http sets itself, and what would let the answer come packed. */
    private static final Set<String> NOT_HANDED_ON = Set.of("host", "connection", "content-length", "expect", "upgrade", "http2-settings",
            "transfer-encoding",
            "accept-encoding");
    private static final Set<String> NOT_HANDED_BACK = Set.of("connection", "content-length", "transfer-encoding", "date", "keep-alive");

    /** A request, and what the outside system said to it. */
    private record Answered(String request, long bytes, boolean json) {}

    private final URI beyond;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10))
            .executor(threads).build();
    private final CountDownLatch closed = new CountDownLatch(1);

    private final List<Answered> answered = new ArrayList<>();
    private CountDownLatch silent = new CountDownLatch(1);
    private Failure failure;
    private int failsFrom;
    private int requests;

    private Relay(URI beyond) throws IOException {
        this.beyond = beyond;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /** @param beyond where the outside system answers: scheme, host, port, and the path that everything of it begins with, if it has one */
    static Relay to(URI beyond) throws IOException {
        Relay relay = new Relay(beyond);
        relay.server.start();
        return relay;
    }

    /** What a source takes for the address of its outside system. */
    URI address() {
        String path = beyond.getRawPath() == null ? "" : beyond.getRawPath();
        return URI.create(origin() + path);
    }

    private String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String originBeyond() {
        return beyond.getScheme() + "://" + beyond.getRawAuthority();
    }

    /** Hands everything on again, and counts from 0. */
    synchronized void heal() {
        failure = null;
        requests = 0;
        answered.clear();
    }

    /** Counts from 0, and fails from this request on. */
    synchronized void fail(Failure failure, int from) {
        heal();
        this.failure = failure;
        this.failsFrom = from;
        this.silent = new CountDownLatch(1);
    }

    /** Requests since it was last told to heal or to fail. */
    synchronized int requests() {
        return requests;
    }

    /** Whether a failure was met since it was last told to. */
    synchronized boolean failed() {
        return failure != null && requests > failsFrom;
    }

    /** The numbers of those requests, handed on since it healed, whose answers a failure fits. */
    synchronized List<Integer> fitting(Failure failure) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < answered.size(); i++) {
            if (failure.fits(answered.get(i))) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /** The requests handed on since it healed, in order. */
    synchronized List<String> handedOn() {
        return answered.stream().map(Answered::request).toList();
    }

    /** Comes down when a request waits in silence. */
    synchronized CountDownLatch silent() {
        return silent;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] asked = exchange.getRequestBody().readAllBytes();
            Failure failing;
            CountDownLatch waits;
            synchronized (this) {
                failing = failure != null && requests >= failsFrom ? failure : null;
                requests++;
                waits = silent;
            }
            switch (failing) {
                case null -> answer(exchange, handOn(exchange, asked), false);
                case UNAUTHORIZED -> {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"shop\"");
                    say(exchange, 401, "application/json", "{\"error\":\"the key is not valid\"}");
                }
                case TOO_MANY_FOR_SECONDS -> {
                    exchange.getResponseHeaders().set("Retry-After", Long.toString(WAIT.toSeconds()));
                    say(exchange, 429, "application/json", "{\"error\":\"too many requests\"}");
                }
                case TOO_MANY_UNTIL -> {
                    exchange.getResponseHeaders().set("Retry-After",
                            DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().plus(WAIT).atOffset(ZoneOffset.UTC)));
                    say(exchange, 429, "application/json", "{\"error\":\"too many requests\"}");
                }
                case TOO_MANY -> say(exchange, 429, "application/json", "{\"error\":\"too many requests\"}");
                case SERVER_ERROR -> say(exchange, 500, "text/html", "<html><body><h1>Something went wrong</h1></body></html>");
                case CUT_BEFORE -> { }
                case CUT_WITHIN -> answer(exchange, handOn(exchange, asked), true);
                case BROKEN_JSON -> answer(exchange, halved(handOn(exchange, asked)), false);
                case SILENCE -> {
                    waits.countDown();
                    closed.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An answer, its body with addresses as the source must see them. */
    private record Answer(int status, java.util.Map<String, List<String>> headers, byte[] body) {}

    private Answer handOn(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        URI asked = exchange.getRequestURI();
        String rest = asked.getRawPath() + (asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(originBeyond() + rest)).timeout(Duration.ofSeconds(60))
                .method(exchange.getRequestMethod(), body.length == 0 ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_HANDED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        String text = new String(response.body(), StandardCharsets.ISO_8859_1);
        boolean json = type.contains("json") || type.isEmpty() && (text.stripLeading().startsWith("{") || text.stripLeading().startsWith("["));
        if (json || type.startsWith("text/") || type.contains("xml")) {
            text = text.replace(originBeyond(), origin()).replace(originBeyond().replace("/", "\\/"), origin().replace("/", "\\/"));
        }
        byte[] told = text.getBytes(StandardCharsets.ISO_8859_1);
        synchronized (this) {
            answered.add(new Answered(exchange.getRequestMethod() + " " + asked.getRawPath(), told.length, json && told.length > 1));
        }
        return new Answer(response.statusCode(), response.headers().map(), told);
    }

    private static Answer halved(Answer answer) {
        return new Answer(answer.status, answer.headers, java.util.Arrays.copyOf(answer.body, answer.body.length / 2));
    }

    private void answer(HttpExchange exchange, Answer answer, boolean cut) throws IOException {
        answer.headers.forEach((name, values) -> {
            if (!name.startsWith(":") && !NOT_HANDED_BACK.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> exchange.getResponseHeaders().add(name, value.replace(originBeyond(), origin())));
            }
        });
        send(exchange, answer.status, answer.body, cut ? answer.body.length / 2 : answer.body.length);
    }

    private static void say(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        send(exchange, status, body, body.length);
    }

    /** Announces the whole body and sends {@code length} bytes of it: fewer, and closing the exchange cuts the connection. */
    private static void send(HttpExchange exchange, int status, byte[] body, int length) throws IOException {
        boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD") || status == 204 || status == 304;
        exchange.sendResponseHeaders(status, none ? -1 : body.length);
        if (!none) {
            OutputStream out = exchange.getResponseBody();
            out.write(body, 0, length);
            out.flush();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }
}
