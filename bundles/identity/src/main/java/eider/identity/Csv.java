package eider.identity;

import eider.people.RefusedException;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads RFC 4180 out of memory that is cleared afterwards, since initial passwords are in it. A row that is wrong ends with its line, and the next is
 * read as if nothing was.
 */
final class Csv implements AutoCloseable {
    private static final int LONGEST_FILE = 8_000_000;
    private static final int LONGEST_ROW = 8_000;

    private final char[] text;
    private final int end;
    private int at;
    private long line = 1;

    /** @param fault why it cannot be read; null if it can. It never holds what stands there. */
    record Row(long line, List<char[]> fields, String fault) {
        String text(int field) {
            return new String(fields.get(field)).strip();
        }

        void clear() {
            fields.forEach(field -> Arrays.fill(field, '\0'));
        }
    }

    Csv(Reader in) throws IOException, RefusedException {
        char[] buffer = new char[64 * 1024];
        int length = 0;
        int count;
        while ((count = in.read(buffer, length, buffer.length - length)) >= 0) {
            length += count;
            if (length == buffer.length) {
                if (length > LONGEST_FILE) {
                    Arrays.fill(buffer, '\0');
                    throw new RefusedException("The file has more than " + LONGEST_FILE + " characters: split it.");
                }
                char[] larger = Arrays.copyOf(buffer, 2 * length);
                Arrays.fill(buffer, '\0');
                buffer = larger;
            }
        }
        text = buffer;
        end = length;
        at = end > 0 && text[0] == '\uFEFF' ? 1 : 0;
    }

    /** Null at the end. Empty lines are none. */
    Row next() {
        while (at < end && isBreak(at)) {
            skipBreak();
        }
        if (at >= end) {
            return null;
        }
        int start = at;
        long first = line;
        List<char[]> fields = new ArrayList<>();
        String fault = null;
        boolean more = true;
        while (more && fault == null) {
            fault = field(fields);
            if (fault == null && at - start > LONGEST_ROW) {
                fault = "the row is longer than " + LONGEST_ROW + " characters";
            }
            more = at < end && text[at] == ',';
            if (more) {
                at++;
                if (at >= end) {
                    fields.add(new char[0]);
                    more = false;
                }
            }
        }
        if (fault != null) {
            at = start;
            line = first;
            while (at < end && !isBreak(at)) {
                at++;
            }
        }
        if (at < end) {
            skipBreak();
        }
        return new Row(first, fields, fault);
    }

    private String field(List<char[]> fields) {
        if (at < end && text[at] == '"') {
            return quoted(fields);
        }
        int start = at;
        while (at < end && text[at] != ',' && !isBreak(at)) {
            if (text[at] == '"') {
                return "a quote stands in a field that does not begin with one";
            }
            at++;
        }
        fields.add(Arrays.copyOfRange(text, start, at));
        return null;
    }

    private String quoted(List<char[]> fields) {
        int start = ++at;
        int length = 0;
        char[] field = new char[16];
        while (at < end && at - start <= LONGEST_ROW) {
            char c = text[at];
            if (c == '"' && (at + 1 >= end || text[at + 1] != '"')) {
                at++;
                fields.add(Arrays.copyOf(field, length));
                Arrays.fill(field, '\0');
                return at >= end || text[at] == ',' || isBreak(at) ? null : "something stands after a closing quote";
            }
            if (length == field.length) {
                char[] larger = Arrays.copyOf(field, 2 * length);
                Arrays.fill(field, '\0');
                field = larger;
            }
            field[length++] = c;
            if (isBreak(at)) {
                boolean two = c == '\r' && at + 1 < end && text[at + 1] == '\n';
                if (!two) {
                    line++;
                }
                at++;
            } else {
                at += c == '"' ? 2 : 1;
            }
        }
        Arrays.fill(field, '\0');
        return at >= end ? "a quote is not closed" : "the row is longer than " + LONGEST_ROW + " characters";
    }

    private boolean isBreak(int index) {
        return text[index] == '\n' || text[index] == '\r';
    }

    private void skipBreak() {
        at += text[at] == '\r' && at + 1 < end && text[at + 1] == '\n' ? 2 : 1;
        line++;
    }

    @Override
    public void close() {
        Arrays.fill(text, '\0');
    }
}
