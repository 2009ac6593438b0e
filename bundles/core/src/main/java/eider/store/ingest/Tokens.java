package eider.store.ingest;

import eider.connector.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts UTF-8 text into records and cells, one record at a time and without an object per cell. Lines end with LF, CRLF or CR, mixed as
 * they may be. Blank lines and comments are passed over. A quote has a meaning only where a cell begins with it.
 *
 * <p>While it goes it notes whether the text was {@linkplain #plain plain} so far: whether DuckDB's reader is known to see the same
 * records in it.
 */
final class Tokens implements AutoCloseable {
    /** Kinds of line end, as sets. */
    private static final int LF = 1;
    private static final int CRLF = 2;
    private static final int CR = 4;
    private static final int FIRST = 1 << 18;
    /** Fewer bytes than this are not asked for: a character of UTF-8 must fit. */
    private static final int LEAST = 16;

    private final InputStream in;
    private final Dialect dialect;
    private final byte[] delimiter;
    private final byte delimiterFirst;
    private final int quote;
    private final int escape;
    private final int longest;
    private final boolean[] special = new boolean[256];

    private byte[] buffer = new byte[FIRST];
    private int limit;
    private int position;
    private boolean ended;

    private long nextLine = 1;
    private int starts;
    private int ends;
    private long line;
    private int cells;
    private int[] from = new int[64];
    private int[] to = new int[64];
    private boolean[] quoted = new boolean[64];
    private boolean[] escaped = new boolean[64];
    private boolean misquoted;
    private long openedAt;

    private boolean plain = true;
    private int lineEnds;
    private int quotedEnds;
    private boolean skipped;
    private boolean zeroByte;

    /** Closes the stream with itself. */
    Tokens(InputStream in, Dialect dialect, int longest) {
        this.in = in;
        this.dialect = dialect;
        this.delimiter = dialect.delimiter();
        this.delimiterFirst = delimiter[0];
        this.quote = dialect.quote();
        this.escape = dialect.escape();
        this.longest = longest;
        special['\n'] = true;
        special['\r'] = true;
        special[0] = true;
        special[delimiterFirst & 0xff] = true;
        if (escape >= 0 && escape != quote) {
            special[escape] = true;
        }
        plain = delimiter.length == 1 && (quote == '"' || quote < 0) && (escape == quote || escape < 0) && dialect.comment().length == 0
                && dialect.skip() == 0;
    }

    /**
     * Goes to the next record.
     *
     * @return false if there is none
     * @throws SourceException of kind {@code DATA} for a row that is too long, or a quote that is never closed
     */
    boolean next() throws IOException, SourceException {
        if (!skipped) {
            skipped = true;
            for (int i = 0; i < dialect.skip(); i++) {
                skipLine();
            }
        }
        while (true) {
            if (position == limit && !fill()) {
                return false;
            }
            if (dialect.comment().length > 0 && beginsWithComment()) {
                skipLine();
                continue;
            }
            long before = nextLine;
            while (!parse()) {
                nextLine = before;
                if (!fill()) {
                    ended = true;
                }
            }
            if (ends - starts > longest) {
                throw tooLong();
            }
            if (cells == 1 && !quoted[0] && from[0] == to[0]) {
                plain = false;
                continue;
            }
            return true;
        }
    }

    private boolean beginsWithComment() throws IOException, SourceException {
        byte[] comment = dialect.comment();
        for (int indent = 0;; indent++) {
            while (limit - position < indent + comment.length) {
                if (!fill()) {
                    return false;
                }
            }
            int at = position + indent;
            if (buffer[at] != ' ' && buffer[at] != '\t') {
                return Arrays.equals(buffer, at, at + comment.length, comment, 0, comment.length);
            }
        }
    }

    private void skipLine() throws IOException, SourceException {
        plain = false;
        while (true) {
            for (; position < limit; position++) {
                byte b = buffer[position];
                if (b == '\n' || b == '\r') {
                    if (b == '\r' && position + 1 == limit && fill()) {
                        position--;
                        continue;
                    }
                    position += b == '\r' && position + 1 < limit && buffer[position + 1] == '\n' ? 2 : 1;
                    nextLine++;
                    return;
                }
            }
            if (!fill()) {
                return;
            }
        }
    }

    /** Makes more bytes visible behind those from {@code position}, which may move. */
    private boolean fill() throws IOException, SourceException {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (buffer.length - limit < LEAST) {
            if (limit > longest) {
                throw tooLong();
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int n = in.read(buffer, limit, buffer.length - limit);
        if (n <= 0) {
            return false;
        }
        limit += n;
        return true;
    }

    private SourceException tooLong() {
        return new SourceException(SourceException.Kind.DATA, openedAt > 0
                ? "A quote is opened in line " + openedAt + " and not closed within " + (longest >> 10) + " KiB."
                : "Line " + line + " is longer than " + (longest >> 10) + " KiB.");
    }

    /** Reads one record from {@code position}; false if the bytes at hand end before it does. */
    private boolean parse() throws SourceException {
        byte[] b = buffer;
        int end = limit;
        int p = position;
        cells = 0;
        misquoted = false;
        zeroByte = false;
        openedAt = 0;
        line = nextLine;
        starts = p;
        while (true) {
            if (cells == from.length) {
                grow();
            }
            boolean isQuoted = false;
            boolean isEscaped = false;
            int start = p;
            int stop;
            if (p < end && quote >= 0 && b[p] == quote) {
                isQuoted = true;
                openedAt = nextLine;
                start = ++p;
                while (true) {
                    if (p >= end) {
                        if (ended) {
                            throw new SourceException(SourceException.Kind.DATA, "A quote is opened in line " + openedAt
                                    + " and never closed; everything behind it would be lost.");
                        }
                        return false;
                    }
                    int c = b[p];
                    if (c == escape && escape != quote) {
                        if (p + 1 >= end && !ended) {
                            return false;
                        }
                        isEscaped = true;
                        p += 2;
                    } else if (c == quote) {
                        if (p + 1 >= end && !ended) {
                            return false;
                        }
                        if (escape == quote && p + 1 < end && b[p + 1] == quote) {
                            isEscaped = true;
                            p += 2;
                        } else {
                            break;
                        }
                    } else {
                        if (c == '\n') {
                            nextLine++;
                            quotedEnds |= p > start && b[p - 1] == '\r' ? CRLF : LF;
                        } else if (c == '\r') {
                            if (p + 1 >= end && !ended) {
                                return false;
                            }
                            if (p + 1 >= end || b[p + 1] != '\n') {
                                nextLine++;
                                quotedEnds |= CR;
                            }
                        } else if (c == 0) {
                            zeroByte = true;
                        }
                        p++;
                    }
                }
                openedAt = 0;
                stop = p++;
                int blank = p;
                while (p < end && b[p] == ' ' && delimiterFirst != ' ') {
                    p++;
                }
                if (p > blank) {
                    plain = false;
                }
                if (p >= end && !ended) {
                    return false;
                }
                if (p < end && b[p] != '\n' && b[p] != '\r' && !delimiterAt(b, p, end)) {
                    if (delimiterMayBeCut(b, p, end)) {
                        return false;
                    }
                    misquoted = true;
                    isQuoted = false;
                    start--;
                }
                if (misquoted) {
                    p = unquoted(b, p, end);
                    if (p < 0) {
                        return false;
                    }
                    stop = isQuoted ? stop : p;
                }
            } else {
                p = unquoted(b, p, end);
                if (p < 0) {
                    return false;
                }
                stop = p;
                isEscaped = escape >= 0 && escape != quote && contains(b, start, stop, escape);
            }
            from[cells] = start;
            to[cells] = stop;
            quoted[cells] = isQuoted;
            escaped[cells] = isEscaped;
            cells++;
            if (p >= end || b[p] == '\n' || b[p] == '\r') {
                break;
            }
            p += delimiter.length;
        }
        ends = p;
        if (p < end) {
            int kind = LF;
            if (b[p] == '\r') {
                if (p + 1 >= end && !ended) {
                    return false;
                }
                kind = p + 1 < end && b[p + 1] == '\n' ? CRLF : CR;
                p += kind == CRLF ? 1 : 0;
            }
            p++;
            lineEnds |= kind;
        }
        nextLine++;
        plain &= !misquoted && !zeroByte;
        position = p;
        return true;
    }

    /** Goes to the delimiter or line end that ends an unquoted cell; -1 if the bytes at hand end before it. */
    private int unquoted(byte[] b, int begin, int end) {
        int p = begin;
        while (p < end) {
            if (special[b[p] & 0xff]) {
                byte c = b[p];
                if (c == '\n' || c == '\r' || c == delimiterFirst && delimiterAt(b, p, end)) {
                    return p;
                }
                if (c == 0) {
                    zeroByte = true;
                } else if (c == delimiterFirst && delimiterMayBeCut(b, p, end)) {
                    return -1;
                } else if (c == escape) {
                    if (p + 1 >= end && !ended) {
                        return -1;
                    }
                    p++;
                }
            }
            p++;
        }
        return ended ? end : -1;
    }

    private boolean delimiterAt(byte[] b, int p, int end) {
        int length = delimiter.length;
        return b[p] == delimiterFirst && (length == 1 || end - p >= length && Arrays.equals(b, p, p + length, delimiter, 0, length));
    }

    private boolean delimiterMayBeCut(byte[] b, int p, int end) {
        return !ended && delimiter.length > 1 && end - p < delimiter.length && b[p] == delimiterFirst;
    }

    private static boolean contains(byte[] b, int start, int stop, int wanted) {
        for (int i = start; i < stop; i++) {
            if (b[i] == wanted) {
                return true;
            }
        }
        return false;
    }

    private void grow() {
        int size = from.length * 2;
        from = Arrays.copyOf(from, size);
        to = Arrays.copyOf(to, size);
        quoted = Arrays.copyOf(quoted, size);
        escaped = Arrays.copyOf(escaped, size);
    }

    /** How many cells the record has. */
    int cells() {
        return cells;
    }

    /** The line on which the record begins, counted from 1 in the whole file. */
    long line() {
        return line;
    }

    /** The bytes in which {@link #from} and {@link #to} point; another array after the next {@link #next}. */
    byte[] buffer() {
        return buffer;
    }

    /** Where the content of a cell begins, behind its quote. */
    int from(int cell) {
        return from[cell];
    }

    /** Where the content of a cell ends, before its quote. */
    int to(int cell) {
        return to[cell];
    }

    boolean quoted(int cell) {
        return quoted[cell];
    }

    /** Whether the content of a cell holds escapes, so that its bytes are not yet its value. */
    boolean escaped(int cell) {
        return escaped[cell];
    }

    boolean empty(int cell) {
        return from[cell] == to[cell];
    }

    /** Whether something stands behind a closing quote. */
    boolean misquoted() {
        return misquoted;
    }

    /** Whether the record holds a zero byte. */
    boolean zeroByte() {
        return zeroByte;
    }

    /** A cell's value. */
    String text(int cell) {
        return new String(value(cell), StandardCharsets.UTF_8);
    }

    /** A cell's value as UTF-8. */
    byte[] value(int cell) {
        byte[] content = Arrays.copyOfRange(buffer, from[cell], to[cell]);
        if (!escaped[cell]) {
            return content;
        }
        int n = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == escape && i + 1 < content.length) {
                i++;
            }
            content[n++] = content[i];
        }
        return Arrays.copyOf(content, n);
    }

    /** All values of the record. */
    List<String> texts() {
        List<String> texts = new ArrayList<>(cells);
        for (int i = 0; i < cells; i++) {
            texts.add(text(i));
        }
        return texts;
    }

    /** The record as it stands in the file, without its line end. */
    String raw() {
        return new String(buffer, starts, Math.min(ends - starts, Reject.LONGEST * 4), StandardCharsets.UTF_8);
    }

    /**
     * Whether DuckDB is known to read the records so far as they were read here: one kind of line end, even within quotes, no blank
     * line, no comment, no zero byte, quotes as RFC 4180 has them.
     */
    boolean plain() {
        return plain && (lineEnds | quotedEnds) != CR && Integer.bitCount(lineEnds | quotedEnds) <= 1;
    }

    /** The kinds of line end met so far, as a set of bits: of the records and within quotes. */
    int lineEnds() {
        return lineEnds | quotedEnds;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
