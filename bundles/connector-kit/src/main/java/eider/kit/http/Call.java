package eider.kit.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One request, without the account it goes to. Does not change: each method gives a new one, so a call may be kept and asked again with another
 * page.
 *
 * <p>The place is a path ({@code /v1/charges}: from the root of the account's host; {@code charges}: below its address), or a whole address that a
 * vendor's answer gave ({@code next} links), which must be of the account's own host: a call to another one fails with kind {@code DATA} before
 * anything is sent.
 */
public final class Call {
    private final String method;
    private final String place;
    private final List<Map.Entry<String, String>> query;
    private final List<Map.Entry<String, String>> headers;
    private final List<Map.Entry<String, String>> secrets;
    private final byte[] body;
    private final boolean repeatable;
    private final Set<Integer> accepted;
    private final double cost;
    private final long largest;
    private final Duration within;

    private Call(String method, String place, List<Map.Entry<String, String>> query, List<Map.Entry<String, String>> headers,
            List<Map.Entry<String, String>> secrets, byte[] body, boolean repeatable, Set<Integer> accepted, double cost, long largest,
            Duration within) {
        this.method = method;
        this.place = place;
        this.query = query;
        this.headers = headers;
        this.secrets = secrets;
        this.body = body;
        this.repeatable = repeatable;
        this.accepted = accepted;
        this.cost = cost;
        this.largest = largest;
        this.within = within;
    }

    /** Repeated when it fails in a way that may pass. */
    public static Call get(String place) {
        return new Call("GET", Objects.requireNonNull(place, "place"), List.of(), List.of(), List.of(), null, true, Set.of(), 1, -1, null);
    }

    /** Never sent twice unless it is told to be {@link #repeatable}. */
    public static Call post(String place, String contentType, String body) {
        return new Call("POST", Objects.requireNonNull(place, "place"), List.of(), List.of(Map.entry("Content-Type", contentType)), List.of(),
                body.getBytes(StandardCharsets.UTF_8), false, Set.of(), 1, -1, null);
    }

    /** Adds {@code name=value} to the query, escaped; a null value leaves it out. */
    public Call query(String name, String value) {
        return value == null ? this
                : new Call(method, place, plus(query, name, value), headers, secrets, body, repeatable, accepted, cost, largest, within);
    }

    public Call header(String name, String value) {
        return new Call(method, place, query, plus(headers, name, value), secrets, body, repeatable, accepted, cost, largest, within);
    }

    /**
     * A header whose value never shows in a message, a log or {@link #toString}: a token that lives for a while. Replaces the account's header of
     * that name.
     */
    public Call secret(String name, String value) {
        return new Call(method, place, query, headers, plus(secrets, name, value), body, repeatable, accepted, cost, largest, within);
    }

    /** Sending it twice does no harm: a POST that only asks (GraphQL queries, searches). */
    public Call repeatable() {
        return new Call(method, place, query, headers, secrets, body, true, accepted, cost, largest, within);
    }

    /** These statuses are answers like 200: the reader gets them. For a 404 that only says that one thing is gone. */
    public Call accept(Integer... statuses) {
        return new Call(method, place, query, headers, secrets, body, repeatable, Set.of(statuses), cost, largest, within);
    }

    /** How many permits of the account's {@link Limiter} it takes; 1 unless told. */
    public Call cost(double permits) {
        if (!(permits > 0)) {
            throw new IllegalArgumentException("a call costs more than nothing: " + permits);
        }
        return new Call(method, place, query, headers, secrets, body, repeatable, accepted, permits, largest, within);
    }

    /** The most bytes that its answer may have, in place of the account's: for downloads. */
    public Call largest(long bytes) {
        return new Call(method, place, query, headers, secrets, body, repeatable, accepted, cost, bytes, within);
    }

    /** How long one try of it may take from the first byte sent to the last one received, in place of the account's: for downloads. */
    public Call within(Duration time) {
        return new Call(method, place, query, headers, secrets, body, repeatable, accepted, cost, largest, time);
    }

    private static List<Map.Entry<String, String>> plus(List<Map.Entry<String, String>> pairs, String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(pairs);
        more.add(Map.entry(name, value));
        return List.copyOf(more);
    }

    String method() {
        return method;
    }

    /** The place with the query. */
    String target() {
        StringBuilder target = new StringBuilder(place);
        char before = place.indexOf('?') < 0 ? '?' : '&';
        for (Map.Entry<String, String> pair : query) {
            target.append(before).append(URLEncoder.encode(pair.getKey(), StandardCharsets.UTF_8)).append('=')
                    .append(URLEncoder.encode(pair.getValue(), StandardCharsets.UTF_8));
            before = '&';
        }
        return target.toString();
    }

    List<Map.Entry<String, String>> headers() {
        return headers;
    }

    List<Map.Entry<String, String>> secrets() {
        return secrets;
    }

    byte[] body() {
        return body == null ? null : Arrays.copyOf(body, body.length);
    }

    boolean isRepeatable() {
        return repeatable;
    }

    boolean accepts(int status) {
        return status >= 200 && status < 300 || accepted.contains(status);
    }

    double cost() {
        return cost;
    }

    /** -1: as the account says. */
    long largest() {
        return largest;
    }

    /** Null: as the account says. */
    Duration within() {
        return within;
    }

    /** Without query, headers and body: any of them may hold what is nobody's business. */
    @Override
    public String toString() {
        int query = place.indexOf('?');
        return method + " " + (query < 0 ? place : place.substring(0, query));
    }
}
