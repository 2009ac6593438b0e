package eider.connector;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One call of a {@link Webhook}, exactly as it arrived, from a sender that nobody has recognised yet. It was made by POST; calls by another method
 * never get so far.
 *
 * @param address the address that the sender called, as the sender wrote it: scheme, public host, path and query, percent escapes untouched. Some
 *     sign it.
 * @param headers by name, whatever its capitals; the values of a header that came more than once in the order in which they came
 * @param body the bytes that were sent, nothing decoded: signatures are made over these. At most {@link #LARGEST} bytes.
 * @param received when it arrived, by Eider's clock: to be held against a time that was signed with it
 */
public record Delivery(String address, Map<String, List<String>> headers, byte[] body, Instant received) {
    /**
     * The most bytes that a body may have, 4 MiB. A longer one is refused (413) before it is read to its end, and so before anybody checks its
     * signature.
     */
    public static final int LARGEST = 4 << 20;

    public Delivery {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(received, "received");
        if (body.length > LARGEST) {
            throw new IllegalArgumentException("a body of " + body.length + " bytes is longer than " + LARGEST);
        }
        body = body.clone();
        Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        headers = Collections.unmodifiableMap(copy);
    }

    /** A copy of the bytes. */
    @Override
    public byte[] body() {
        return body.clone();
    }

    /** The first value of a header, or null. */
    public String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /** Tells no header and nothing of the body: either may hold what is not for a log. */
    @Override
    public String toString() {
        return "Delivery[" + body.length + " bytes, received " + received + "]";
    }
}
