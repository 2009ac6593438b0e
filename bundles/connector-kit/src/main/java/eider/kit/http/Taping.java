package eider.kit.http;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tape;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;

/** The tape of a client, if there is one: how exchanges over HTTP are written on it and read from it. */
record Taping(Tape tape) {
    private static final String STATUS = "status";
    private static final String FAILED = "failed";
    private static final String SENTENCE = "sentence";
    private static final String LAST = "last";
    private static final String WAIT = "wait ms";
    private static final String HEADER = "header ";

    /** Headers of answers that a connector may go by; whatever else a server sends is not kept. */
    private static final Set<String> KEPT = Set.of("content-type", "content-encoding", "content-range", "content-disposition", "date", "etag", "last-modified", "link",
            "location", "retry-after", "x-total", "x-total-count", "x-total-pages", "x-page", "x-next-page", "x-prev-page", "x-per-page", "x-has-more",
            "x-shopify-shop-api-call-limit", "x-shopify-api-version", "sforce-limit-info", "stripe-version", "api-version");
    private static final List<String> KEPT_BEGINNINGS = List.of("ratelimit", "x-ratelimit", "x-rate-limit", "x-hubspot-ratelimit");

    /** What a server answered, from wherever it comes. */
    record Reply(int status, HttpHeaders headers, Spool body) {}

    /** A failure that was recorded. */
    static final class Recorded extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient SourceException why;
        private final boolean last;

        Recorded(SourceException why, boolean last) {
            super(why);
            this.why = why;
            this.last = last;
        }

        SourceException why() {
            return why;
        }

        boolean last() {
            return last;
        }
    }

    static Taping current() {
        return new Taping(Tape.current());
    }

    boolean replays() {
        return tape != null && tape.replays();
    }

    /** Says what is never to be written. */
    void hide(List<String> secrets) {
        if (tape != null) {
            secrets.forEach(tape::hide);
        }
    }

    void answered(String method, URI uri, byte[] asked, Reply reply) throws IOException {
        if (tape == null) {
            return;
        }
        Map<String, String> told = new LinkedHashMap<>();
        told.put(STATUS, Integer.toString(reply.status()));
        reply.headers().map().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (KEPT.contains(lower) || KEPT_BEGINNINGS.stream().anyMatch(lower::startsWith)) {
                told.put(HEADER + lower, String.join("\n", values));
            }
        });
        try (InputStream body = reply.body().open()) {
            tape.record(question(method, uri, asked), told, body);
        }
    }

    void failed(String method, URI uri, byte[] asked, SourceException why, boolean last) throws IOException {
        if (tape != null) {
            tape.record(question(method, uri, asked), Map.of(FAILED, why.kind().name(), SENTENCE, why.getMessage(), LAST, Boolean.toString(last),
                    WAIT, Long.toString(why.retryAfter().toMillis())), InputStream.nullInputStream());
        }
    }

    /** What was answered when this was recorded; its body goes into {@code spool}, which says by itself if there is too much of it. */
    Reply replay(String method, URI uri, byte[] asked, Call call, Spool spool, long largest) throws SourceException, Recorded, IOException {
        Tape.Answer answer = tape.replay(question(method, uri, asked));
        Map<String, String> told = answer.told();
        try (InputStream body = answer.body()) {
            if (told.containsKey(FAILED)) {
                Kind kind = kind(told.get(FAILED));
                String sentence = told.getOrDefault(SENTENCE, "The recording does not say why it failed.");
                String wait = told.getOrDefault(WAIT, "0");
                throw new Recorded(kind == Kind.RATE_LIMIT && wait.matches("\\d{1,15}") ? SourceException.rateLimit(sentence, Duration.ofMillis(Long.parseLong(wait)))
                        : new SourceException(kind, sentence), Boolean.parseBoolean(told.get(LAST)));
            }
            Map<String, List<String>> headers = new HashMap<>();
            told.forEach((name, value) -> {
                if (name.startsWith(HEADER)) {
                    headers.put(name.substring(HEADER.length()), List.of(value.split("\n")));
                }
            });
            int status = status(told.get(STATUS));
            spool.limit(call.accepts(status) ? largest : Http.ERROR_BYTES, -1, !call.accepts(status));
            fill(spool, body);
            return new Reply(status, HttpHeaders.of(headers, (name, value) -> true), spool);
        }
    }

    private static void fill(Spool spool, InputStream body) throws IOException {
        spool.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                // everything is handed over as it is read
            }

            @Override
            public void cancel() {
                // what still comes is dropped
            }
        });
        byte[] buffer = new byte[1 << 15];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            spool.onNext(List.of(ByteBuffer.wrap(buffer, 0, n)));
        }
        spool.onComplete();
        try {
            spool.getBody().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        }
    }

    private static Kind kind(String name) {
        try {
            return Kind.valueOf(name);
        } catch (IllegalArgumentException e) {
            return Kind.DATA;
        }
    }

    private static int status(String text) {
        return text != null && text.matches("[1-5]\\d\\d") ? Integer.parseInt(text) : 0;
    }

    private static String question(String method, URI uri, byte[] body) {
        return method + " " + uri + (body == null ? "" : "\n\n" + new String(body, StandardCharsets.UTF_8));
    }
}
