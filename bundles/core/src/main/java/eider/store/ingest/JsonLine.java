package eider.store.ingest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a line of JSON apart where it is a flat object written without surprises, and says so where it is not: then a real parser must
 * look at it. What it accepts is valid JSON without nested values, without a key twice, without escapes in keys, and without characters
 * that are none.
 *
 * <p>Used by one thread; the ranges point into the array of the last {@link #parse}.
 */
final class JsonLine {
    private static final int MOST_NAMES = 5_000;
    /** Longer ones are left to the real parser, and to the bounds that it has. */
    private static final int LONGEST_NUMBER = 40;
    private static final int LONGEST_KEY = 1_000;

    private final List<String> names = new ArrayList<>();
    private final List<byte[]> keys = new ArrayList<>();
    private final Map<String, Integer> index = new HashMap<>();
    /** In which line each name was met last. */
    private long[] met = new long[16];
    private long line;

    private int fields;
    private int[] keyFrom = new int[16];
    private int[] keyTo = new int[16];
    private JsonWalk.Kind[] kinds = new JsonWalk.Kind[16];
    private int[] from = new int[16];
    private int[] to = new int[16];
    private boolean[] escaped = new boolean[16];
    /** What name each place had in the last line: mostly it has the same in the next. */
    private int[] name = new int[16];
    private boolean escapes;
    private boolean special;

    /** Whether the bytes are such an object; if not, nothing else is known about them. */
    boolean parse(byte[] b, int begin, int end) {
        fields = 0;
        special = false;
        if (end - begin < 2 || b[begin] != '{' || b[end - 1] != '}') {
            return false;
        }
        int last = end - 1;
        int i = blanks(b, begin + 1, last);
        if (i == last) {
            return true;
        }
        while (true) {
            if (i == last || b[i] != '"') {
                return false;
            }
            int close = text(b, i + 1, last);
            if (close < 0 || escapes || close - i > LONGEST_KEY) {
                return false;
            }
            if (fields == from.length) {
                grow();
            }
            keyFrom[fields] = i + 1;
            keyTo[fields] = close;
            i = blanks(b, close + 1, last);
            if (i == last || b[i] != ':') {
                return false;
            }
            i = blanks(b, i + 1, last);
            if (i == last) {
                return false;
            }
            i = value(b, i, last);
            if (i < 0) {
                return false;
            }
            fields++;
            i = blanks(b, i, last);
            if (i == last) {
                break;
            }
            if (b[i] != ',') {
                return false;
            }
            i = blanks(b, i + 1, last);
        }
        return named(b);
    }

    private static int blanks(byte[] b, int at, int end) {
        int i = at;
        while (i < end && (b[i] == ' ' || b[i] == '\t')) {
            i++;
        }
        return i;
    }

    /** Where the quote stands that ends a text; -1 if there is none, or the text is not sound. */
    private int text(byte[] b, int begin, int end) {
        escapes = false;
        int i = begin;
        while (i < end) {
            int c = b[i];
            if (c == '"') {
                return i;
            }
            if (c >= 0 && c < ' ') {
                return -1;
            }
            if (c == '\\') {
                escapes = true;
                int length = escape(b, i, end);
                if (length == 0) {
                    return -1;
                }
                i += length;
            } else {
                i++;
            }
        }
        return -1;
    }

    /** The length of an escape; 0 if it is none, or stands for no character, half of one, or the zero byte. */
    private static int escape(byte[] b, int at, int end) {
        if (at + 1 >= end) {
            return 0;
        }
        switch (b[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
                return 2;
            case 'u':
                int code = code(b, at, end);
                return code <= 0 || Character.isSurrogate((char) code) ? 0 : 6;
            default:
                return 0;
        }
    }

    private static int code(byte[] b, int at, int end) {
        if (at + 6 > end) {
            return -1;
        }
        int code = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = b[i] < 0 ? -1 : Character.digit(b[i], 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }

    /** Where a value ends; -1 if it is nested, or none. */
    private int value(byte[] b, int begin, int end) {
        escaped[fields] = false;
        switch (b[begin]) {
            case '"':
                int close = text(b, begin + 1, end);
                escaped[fields] = escapes;
                set(JsonWalk.Kind.TEXT, begin + 1, close);
                return close < 0 ? -1 : close + 1;
            case 'n':
                return word(b, begin, end, "null", JsonWalk.Kind.NULL);
            case 't':
                return word(b, begin, end, "true", JsonWalk.Kind.TRUTH);
            case 'f':
                return word(b, begin, end, "false", JsonWalk.Kind.TRUTH);
            default:
                return number(b, begin, end);
        }
    }

    private void set(JsonWalk.Kind kind, int begin, int end) {
        kinds[fields] = kind;
        from[fields] = begin;
        to[fields] = end;
    }

    private int word(byte[] b, int begin, int end, String word, JsonWalk.Kind kind) {
        int after = begin + word.length();
        if (after > end) {
            return -1;
        }
        for (int i = 0; i < word.length(); i++) {
            if (b[begin + i] != word.charAt(i)) {
                return -1;
            }
        }
        set(kind, begin, after);
        return after;
    }

    private int number(byte[] b, int begin, int end) {
        int i = b[begin] == '-' ? begin + 1 : begin;
        int first = i;
        boolean zero = true;
        while (i < end && digit(b[i])) {
            zero &= b[i] == '0';
            i++;
        }
        if (i == first || b[first] == '0' && i > first + 1) {
            return -1;
        }
        if (i < end && b[i] == '.') {
            int point = i++;
            while (i < end && digit(b[i])) {
                zero &= b[i] == '0';
                i++;
            }
            if (i == point + 1) {
                return -1;
            }
        }
        if (i < end && (b[i] == 'e' || b[i] == 'E')) {
            special = true;
            i++;
            if (i < end && (b[i] == '+' || b[i] == '-')) {
                i++;
            }
            int exponent = i;
            while (i < end && digit(b[i])) {
                i++;
            }
            if (i == exponent) {
                return -1;
            }
        }
        if (i - begin > LONGEST_NUMBER) {
            return -1;
        }
        special |= zero && first > begin;
        set(JsonWalk.Kind.NUMBER, begin, i);
        return i;
    }

    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    private void grow() {
        int more = fields * 2;
        keyFrom = Arrays.copyOf(keyFrom, more);
        keyTo = Arrays.copyOf(keyTo, more);
        kinds = Arrays.copyOf(kinds, more);
        from = Arrays.copyOf(from, more);
        to = Arrays.copyOf(to, more);
        escaped = Arrays.copyOf(escaped, more);
        name = Arrays.copyOf(name, more);
    }

    /** Finds the name of each key; false if one stands there twice. */
    private boolean named(byte[] b) {
        line++;
        for (int i = 0; i < fields; i++) {
            int guess = name[i];
            if (guess >= keys.size() || !Arrays.equals(keys.get(guess), 0, keys.get(guess).length, b, keyFrom[i], keyTo[i])) {
                guess = name(new String(b, keyFrom[i], keyTo[i] - keyFrom[i], StandardCharsets.UTF_8));
                if (guess < 0) {
                    return false;
                }
                name[i] = guess;
            }
            if (met[guess] == line) {
                return false;
            }
            met[guess] = line;
        }
        return true;
    }

    private int name(String text) {
        Integer known = index.get(text);
        if (known != null) {
            return known;
        }
        int number = names.size();
        if (number == MOST_NAMES) {
            return -1;
        }
        if (number == met.length) {
            met = Arrays.copyOf(met, number * 2);
        }
        names.add(text);
        keys.add(text.getBytes(StandardCharsets.UTF_8));
        index.put(text, number);
        return number;
    }

    /** How many fields the object has. */
    int fields() {
        return fields;
    }

    /** Which name a field has: a small number that stays the same from line to line. */
    int name(int field) {
        return name[field];
    }

    /** The key of a number that {@link #name(int)} gave. */
    String key(int number) {
        return names.get(number);
    }

    JsonWalk.Kind kind(int field) {
        return kinds[field];
    }

    /** Where a value begins; of a text behind its quote. */
    int from(int field) {
        return from[field];
    }

    /** Where a value ends; of a text before its quote. */
    int to(int field) {
        return to[field];
    }

    /** Whether a text holds escapes, so that its bytes are not yet its value. */
    boolean escaped(int field) {
        return escaped[field];
    }

    /** Whether there is a number with an exponent, or zero below zero: another reader may understand it otherwise. */
    boolean special() {
        return special;
    }

    /** The bytes of a text with escapes. */
    byte[] unescaped(byte[] b, int field) {
        byte[] out = new byte[to[field] - from[field]];
        int n = 0;
        for (int i = from[field]; i < to[field]; i++) {
            if (b[i] != '\\') {
                out[n++] = b[i];
                continue;
            }
            i++;
            switch (b[i]) {
                case 'b' -> out[n++] = '\b';
                case 'f' -> out[n++] = '\f';
                case 'n' -> out[n++] = '\n';
                case 'r' -> out[n++] = '\r';
                case 't' -> out[n++] = '\t';
                case 'u' -> {
                    byte[] character = String.valueOf((char) code(b, i - 1, to[field])).getBytes(StandardCharsets.UTF_8);
                    System.arraycopy(character, 0, out, n, character.length);
                    n += character.length;
                    i += 4;
                }
                default -> out[n++] = b[i];
            }
        }
        return Arrays.copyOf(out, n);
    }
}
