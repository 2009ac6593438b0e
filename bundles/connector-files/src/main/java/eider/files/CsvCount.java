package eider.files;

import eider.connector.Scan;
import eider.connector.SourceException;
import eider.files.Counting.Uncounted;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts the rows of delimited text by reading it once, character by character. How the file is cut (its delimiter, quotes, header …) is what the
 * load was told, too; whether the rows and numbers that it holds all came in is found out here without anything of the load.
 */
final class CsvCount {
    private final TextInput in;
    private final Totals totals;
    private final String delimiter;
    private final int first;
    private final int quote;
    private final int escape;
    private final String comment;
    private final int skip;
    private final boolean header;
    /** By column of the file: which wanted one it is, or -1. */
    private final int[] wanted;
    private char[] cell = new char[64];
    private int length;
    /** Whether the last record was a line without a character. */
    private boolean blank;
    /** Whether the last cell had a character. */
    private boolean met;

    /** @param scan complete; its columns are those of the file, in order */
    CsvCount(Scan.Csv scan, TextInput in, Totals totals) {
        this.in = in;
        this.totals = totals;
        this.delimiter = scan.delimiter();
        this.first = delimiter.charAt(0);
        this.quote = single(scan.quote());
        this.escape = single(scan.escape());
        this.comment = scan.comment();
        this.skip = scan.skip();
        this.header = scan.header();
        this.wanted = totals.places(scan.columns().size());
    }

    private static int single(String sign) {
        return sign == null || sign.isEmpty() ? -1 : sign.charAt(0);
    }

    void count() throws IOException, SourceException, InterruptedException, Uncounted {
        for (int i = 0; i < skip; i++) {
            skipLine();
        }
        boolean head = header;
        while (in.peek() >= 0) {
            if (!comment.isEmpty() && commented()) {
                continue;
            }
            record(head);
            if (!blank) {
                if (!head) {
                    totals.row();
                }
                head = false;
            }
        }
    }

    private void skipLine() throws IOException, InterruptedException {
        int c = in.next();
        while (c >= 0 && c != '\n' && c != '\r') {
            c = in.next();
        }
        lineEnd(c);
    }

    private void lineEnd(int c) throws IOException, InterruptedException {
        if (c == '\r' && in.peek() == '\n') {
            in.next();
        }
    }

    /** Whether a comment stood here, which is passed then. What was passed to find that out belongs to the first cell otherwise. */
    private boolean commented() throws IOException, InterruptedException {
        length = 0;
        while (in.peek() == ' ' || in.peek() == '\t') {
            if (in.peek() == first) {
                return false;
            }
            keep(in.next());
        }
        for (int i = 0; i < comment.length(); i++) {
            if (in.peek() != comment.charAt(i)) {
                return false;
            }
            keep(in.next());
        }
        length = 0;
        skipLine();
        return true;
    }

    private void keep(int c) {
        if (length == cell.length) {
            cell = Arrays.copyOf(cell, length * 2);
        }
        cell[length++] = (char) c;
    }

    /** Passes a record; its wanted cells are told unless it is the header. */
    private void record(boolean head) throws IOException, InterruptedException, Uncounted {
        boolean begun = length > 0;
        for (int column = 0;; column++) {
            int which = head || column >= wanted.length ? -1 : wanted[column];
            boolean quoted = !begun && quote >= 0 && in.peek() == quote;
            if (!begun) {
                length = 0;
            }
            begun = false;
            int end = quoted ? quoted(which >= 0) : unquoted(which >= 0);
            if (which >= 0) {
                totals.value(which, cell, 0, length);
            }
            if (end != first) {
                // A line without a character is no row; whitespace alone is one.
                blank = column == 0 && !quoted && !met && length == 0;
                length = 0;
                lineEnd(end);
                return;
            }
        }
    }

    /** What ends the cell: the delimiter's first character, a line end, or -1. */
    private int unquoted(boolean kept) throws IOException, InterruptedException {
        met = length > 0;
        while (true) {
            int c = in.next();
            if (c < 0 || c == '\n' || c == '\r') {
                return c;
            }
            if (c == first) {
                if (delimited(kept)) {
                    return c;
                }
                met = true;
                continue;
            }
            met = true;
            if (c == escape && escape != quote) {
                c = in.next();
                if (c < 0) {
                    return c;
                }
            }
            if (kept) {
                keep(c);
            }
        }
    }

    /** The first character of the delimiter was passed: passes the others, if they follow; else what was passed is the cell's. */
    private boolean delimited(boolean kept) throws IOException, InterruptedException {
        for (int i = 1; i < delimiter.length(); i++) {
            if (in.peek() != delimiter.charAt(i)) {
                for (int j = 0; j < i && kept; j++) {
                    keep(delimiter.charAt(j));
                }
                return false;
            }
            in.next();
        }
        return true;
    }

    private int quoted(boolean kept) throws IOException, InterruptedException, Uncounted {
        in.next();
        while (true) {
            int c = in.next();
            if (c < 0) {
                throw new Uncounted("ends within a quote");
            }
            if (c == escape && escape != quote) {
                c = in.next();
            } else if (c == quote) {
                if (escape != quote || in.peek() != quote) {
                    break;
                }
                c = in.next();
            }
            if (kept && c >= 0) {
                keep(c);
            }
        }
        while (first != ' ' && in.peek() == ' ') {
            in.next();
        }
        int c = in.peek();
        if (c < 0 || c == '\n' || c == '\r') {
            return in.next();
        }
        // What stands behind a closing quote makes the row a bad one; where it ends is where the cell ends.
        return unquoted(kept);
    }
}
