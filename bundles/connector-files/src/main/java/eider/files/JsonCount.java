package eider.files;

import eider.connector.SourceException;
import eider.files.Counting.Uncounted;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the rows of a JSON file: the elements of one array, or one value after another. Only as much of JSON is understood as that takes: a file
 * that is not JSON throughout is not counted, for where its rows begin and end would be a guess.
 */
final class JsonCount {
    private static final int DEEPEST = 1_000;

    private final TextInput in;
    private final Totals totals;
    private final Map<String, Integer> wanted = new HashMap<>();
    private char[] text = new char[64];
    private int length;
    /** Whether the last scalar was a text. */
    private boolean quoted;

    JsonCount(TextInput in, Totals totals) {
        this.in = in;
        this.totals = totals;
        for (int i = 0; i < totals.wanted().size(); i++) {
            wanted.put(totals.wanted().get(i).column(), i);
        }
    }

    void count() throws IOException, SourceException, InterruptedException, Uncounted {
        if (space() == '[') {
            in.next();
            if (space() != ']') {
                do {
                    element();
                } while (another(']'));
            } else {
                in.next();
            }
            if (space() >= 0) {
                throw broken();
            }
            return;
        }
        while (space() >= 0) {
            element();
            // One document a line, or over several lines: two on one are a fault of the line to some, and two rows to others.
            int c = in.peek();
            while (c == ' ' || c == '\t') {
                in.next();
                c = in.peek();
            }
            if (c >= 0 && c != '\n' && c != '\r') {
                throw broken();
            }
        }
    }

    private static Uncounted broken() {
        return new Uncounted("is not JSON throughout, so that its rows cannot be told apart");
    }

    private int space() throws IOException, InterruptedException {
        int c = in.peek();
        while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            in.next();
            c = in.peek();
        }
        return c;
    }

    /** Whether a comma follows, and not the end. */
    private boolean another(int end) throws IOException, InterruptedException, Uncounted {
        int c = space();
        in.next();
        if (c != ',' && c != end) {
            throw broken();
        }
        return c == ',';
    }

    private void element() throws IOException, SourceException, InterruptedException, Uncounted {
        if (space() == '{') {
            object();
        } else {
            value(0);
        }
        totals.row();
    }

    private void object() throws IOException, InterruptedException, Uncounted {
        in.next();
        if (space() == '}') {
            in.next();
            return;
        }
        do {
            if (space() != '"') {
                throw broken();
            }
            string();
            Integer which = wanted.get(new String(text, 0, length));
            if (space() != ':') {
                throw broken();
            }
            in.next();
            boolean scalar = value(1);
            boolean none = length == 4 && scalar && !quoted && new String(text, 0, 4).equals("null");
            if (which != null && scalar && !none) {
                totals.value(which, text, 0, length);
            }
        } while (another('}'));
    }

    /** Passes a value; whether it is a text, number or word, which then stands in {@code text}. */
    private boolean value(int depth) throws IOException, InterruptedException, Uncounted {
        if (depth > DEEPEST) {
            throw broken();
        }
        int c = space();
        quoted = c == '"';
        if (quoted) {
            string();
            return true;
        }
        if (c == '{' || c == '[') {
            nested(c, depth);
            return false;
        }
        length = 0;
        while (c >= 0 && (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.')) {
            keep(in.next());
            c = in.peek();
        }
        if (length == 0) {
            throw broken();
        }
        return true;
    }

    private void nested(int begin, int depth) throws IOException, InterruptedException, Uncounted {
        in.next();
        int end = begin == '{' ? '}' : ']';
        if (space() == end) {
            in.next();
            return;
        }
        do {
            if (begin == '{') {
                if (space() != '"') {
                    throw broken();
                }
                string();
                if (space() != ':') {
                    throw broken();
                }
                in.next();
            }
            value(depth + 1);
        } while (another(end));
    }

    private void string() throws IOException, InterruptedException, Uncounted {
        in.next();
        length = 0;
        while (true) {
            int c = in.next();
            if (c < ' ') {
                throw broken();
            }
            if (c == '"') {
                return;
            }
            keep(c == '\\' ? escaped() : c);
        }
    }

    private int escaped() throws IOException, InterruptedException, Uncounted {
        int c = in.next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(in.next(), 16);
                    if (digit < 0) {
                        throw broken();
                    }
                    code = code * 16 + digit;
                }
                yield code;
            }
            default -> throw broken();
        };
    }

    private void keep(int c) {
        if (length == text.length) {
            text = Arrays.copyOf(text, length * 2);
        }
        text[length++] = (char) c;
    }
}
