package eider.store.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells from its first bytes what charset a text is written in: a byte order mark, the zero bytes of UTF-16, valid UTF-8; else
 * windows-1252, which is what Excel writes as "CSV", unless the text looks like nothing that windows-1252 is used for.
 */
final class Encoding {
    private static final Charset SHIFT_JIS = Charset.forName("windows-31j");

    private Encoding() {
    }

    /**
     * A guess that only {@link StandardCharsets#UTF_8} among its answers needs proof for the rest of the file.
     *
     * @param head decompressed
     * @param whole whether the head is all there is
     */
    static Charset detect(byte[] head, boolean whole) throws Unreadable {
        Optional<Charset> marked = marked(head);
        if (marked.isPresent()) {
            return marked.get();
        }
        int[] zeros = new int[2];
        for (int i = 0; i < head.length; i++) {
            zeros[i & 1] += head[i] == 0 ? 1 : 0;
        }
        int half = head.length / 2;
        // Half of a text in other letters than ours are still line ends, digits and delimiters; but of a few characters nearly all must be.
        int share = half < 16 ? 8 : 4;
        if (half > 1 && zeros[1] * 10 > half * share && zeros[0] * 20 < half) {
            return StandardCharsets.UTF_16LE;
        }
        if (half > 1 && zeros[0] * 10 > half * share && zeros[1] * 20 < half) {
            return StandardCharsets.UTF_16BE;
        }
        int sound = Content.Utf8.check(head, 0, head.length);
        if (sound == head.length || !whole && head.length - sound <= 3 && Content.Utf8.mayGoOn(head, sound, head.length)) {
            return StandardCharsets.UTF_8;
        }
        return legacy(head);
    }

    private static Optional<Charset> marked(byte[] b) {
        if (begins(b, 0xef, 0xbb, 0xbf)) {
            return Optional.of(StandardCharsets.UTF_8);
        }
        if (begins(b, 0xff, 0xfe, 0, 0)) {
            return Optional.of(Charset.forName("UTF-32LE"));
        }
        if (begins(b, 0, 0, 0xfe, 0xff)) {
            return Optional.of(Charset.forName("UTF-32BE"));
        }
        if (begins(b, 0xff, 0xfe)) {
            return Optional.of(StandardCharsets.UTF_16LE);
        }
        return begins(b, 0xfe, 0xff) ? Optional.of(StandardCharsets.UTF_16BE) : Optional.empty();
    }

    private static boolean begins(byte[] b, int... mark) {
        if (b.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((b[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** What a text is that is not Unicode. */
    static Charset legacy(byte[] head) throws Unreadable {
        if (japanese(head)) {
            return SHIFT_JIS;
        }
        int high = 0;
        int inRuns = 0;
        for (int i = 0; i < head.length; i++) {
            int run = i;
            while (run < head.length && head[run] < 0) {
                run++;
            }
            high += run - i;
            inRuns += run - i > 3 && various(head, i, run) ? run - i : 0;
            i = Math.max(i, run - 1);
        }
        // Western words have accents here and there. Whole words of them are Cyrillic, Greek, Chinese…, and which is not for us to guess.
        if (high > 8 && inRuns * 2 > high) {
            throw new Unreadable("The encoding of the file cannot be told: it is neither UTF-8 nor Western European; set its charset.");
        }
        return Content.WINDOWS_1252;
    }

    private static boolean various(byte[] b, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            if (b[i] != b[from]) {
                return true;
            }
        }
        return false;
    }

    /**
     * Accents of Western words are often followed by a blank, a comma or a digit, which makes no sense as Japanese; and the bytes that Japanese
     * begins its characters with are rare signs there.
     */
    private static boolean japanese(byte[] head) {
        int length = head.length;
        if (length > 1 && head[length - 1] < 0) {
            length--;
        }
        String text;
        try {
            text = SHIFT_JIS.newDecoder().decode(ByteBuffer.wrap(head, 0, length)).toString();
        } catch (CharacterCodingException e) {
            return false;
        }
        long foreign = text.chars().filter(c -> c > 127).count();
        long japanese = text.chars().filter(c -> c >= 0x3041 && c <= 0x30ff || c >= 0x4e00 && c <= 0x9fff).count();
        int high = 0;
        int leads = 0;
        for (int i = 0; i < length; i++) {
            int b = head[i] & 0xff;
            high += b > 0x7f ? 1 : 0;
            leads += b > 0x80 && b < 0xa0 ? 1 : 0;
        }
        return japanese >= 8 && japanese * 10 >= foreign * 8 && leads * 4 > high;
    }
}
