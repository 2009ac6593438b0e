package eider.tck;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** A text made up for one test, and the shapes in which it may be met: plain, in an address, in Base64. */
final class Secret {
    private final String text;
    private final List<String> shapes;

    private Secret(String text) {
        this.text = text;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // Base64 of a longer text that holds the secret shows it shifted by none, one or two bytes, without the characters at its ends.
        List<String> shapes = new ArrayList<>(List.of(text, URLEncoder.encode(text, StandardCharsets.UTF_8), HexFormat.of().formatHex(bytes)));
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[shift + bytes.length];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            shapes.add(encoded.substring(4, encoded.length() - 4));
        }
        this.shapes = List.copyOf(shapes);
    }

    static Secret random() {
        byte[] bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return new Secret("s3cret-" + HexFormat.of().formatHex(bytes));
    }

    String text() {
        return text;
    }

    boolean isIn(String other) {
        return shapes.stream().anyMatch(other::contains);
    }

    /** Where an exception shows it: its class and message, and those of all its causes and suppressed ones. */
    List<String> in(Throwable thrown) {
        List<String> places = new ArrayList<>();
        in(thrown, Collections.newSetFromMap(new IdentityHashMap<>()), places);
        return places;
    }

    private void in(Throwable thrown, Set<Throwable> seen, List<String> places) {
        if (thrown == null || !seen.add(thrown)) {
            return;
        }
        if (isIn(thrown.toString())) {
            places.add("the message of a " + thrown.getClass().getName());
        }
        in(thrown.getCause(), seen, places);
        for (Throwable suppressed : thrown.getSuppressed()) {
            in(suppressed, seen, places);
        }
    }

    /** Looks for it in bytes that come piece by piece. */
    Search search() {
        return new Search();
    }

    final class Search {
        private String tail = "";

        boolean met(byte[] bytes, int length) {
            String piece = tail + new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            tail = piece.substring(Math.max(0, piece.length() - 4 * text.length()));
            return isIn(piece);
        }
    }
}
