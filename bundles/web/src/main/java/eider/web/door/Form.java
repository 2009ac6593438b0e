package eider.web.door;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a page posted. Read once by the {@link Door}, from the body alone, so that nothing in an address can stand for a field, and never as text that stays in memory: what
 * was typed is kept as characters that are cleared when the request is done. One request, one thread.
 */
public final class Form {
    /** The field that shows that the page was ours, and opened by the same browser. */
    public static final String TOKEN = "form";
    static final int LONGEST = 64 << 10;
    private static final int MOST_FIELDS = 200;
    private static final String ATTRIBUTE = "eider.form";

    private final Map<String, List<char[]>> fields = new LinkedHashMap<>();

    private Form() {}

    /** Nothing was posted. */
    static Form empty() {
        return new Form();
    }

    /** The form of a request that the {@link Door} let in. */
    public static Form of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Form form ? form : new Form();
    }

    void attach(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /**
     * Reads the body of a request.
     *
     * @return null if it is longer than {@link #LONGEST}
     * @throws IllegalArgumentException if it is no form
     */
    static Form read(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > LONGEST) {
            return null;
        }
        byte[] body = request.getInputStream().readNBytes(LONGEST + 1);
        try {
            return body.length > LONGEST ? null : parse(body);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    static Form parse(byte[] body) {
        Form form = new Form();
        int begin = 0;
        int count = 0;
        while (begin < body.length) {
            int end = begin;
            int equals = -1;
            while (end < body.length && body[end] != '&') {
                equals = equals < 0 && body[end] == '=' ? end : equals;
                end++;
            }
            if (end > begin) {
                if (++count > MOST_FIELDS) {
                    throw new IllegalArgumentException("more than " + MOST_FIELDS + " fields");
                }
                int middle = equals < 0 ? end : equals;
                form.fields.computeIfAbsent(new String(decoded(body, begin, middle)), name -> new ArrayList<>()).add(decoded(body, Math.min(middle + 1, end), end));
            }
            begin = end + 1;
        }
        return form;
    }

    private static char[] decoded(byte[] body, int begin, int end) {
        byte[] bytes = new byte[end - begin];
        int length = 0;
        for (int i = begin; i < end; i++) {
            int b = body[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                boolean whole = i + 2 < end;
                int high = whole ? Character.digit(body[i + 1], 16) : -1;
                int low = whole ? Character.digit(body[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new IllegalArgumentException("a % without two digits");
                }
                b = high << 4 | low;
                i += 2;
            }
            bytes[length++] = (byte) b;
        }
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            char[] characters = new char[text.length()];
            text.get(characters);
            Arrays.fill(text.array(), '\0');
            return characters;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text that is not UTF-8", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** What stands in a field, without spaces around it; empty if there is none. Not for secrets. */
    public String text(String name) {
        List<char[]> values = fields.get(name);
        return values == null ? "" : new String(values.getFirst()).strip();
    }

    /** A password as it was typed; empty if there is none. Cleared by itself when the request is done. */
    public char[] secret(String name) {
        List<char[]> values = fields.get(name);
        return values == null ? new char[0] : values.getFirst();
    }

    /** All values of a field that may stand several times. */
    public List<String> all(String name) {
        return fields.getOrDefault(name, List.of()).stream().map(value -> new String(value).strip()).toList();
    }

    public boolean has(String name) {
        return fields.containsKey(name);
    }

    /** The names of the fields, in the order of the form. */
    public List<String> names() {
        return List.copyOf(fields.keySet());
    }

    /** What the {@link #TOKEN} of forms is, in the pages of the browser that holds this secret: it tells nothing of the secret, and only who knows that can make it. */
    public static String token(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal("eider form".getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    static boolean isToken(String given, String secret) {
        return given != null && secret != null
                && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token(secret).getBytes(StandardCharsets.UTF_8));
    }

    void clear() {
        fields.values().forEach(values -> values.forEach(value -> Arrays.fill(value, '\0')));
    }
}
