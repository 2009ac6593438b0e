package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.nio.charset.StandardCharsets;

/**
 * How delimited text is cut into records and cells.
 *
 * @param delimiter one to four characters, as UTF-8
 * @param quote an ASCII character, or {@link #NONE}
 * @param escape the quote itself (doubled inside quotes), another ASCII character, or {@link #NONE}
 * @param comment what begins a line that is no record, as UTF-8; empty: nothing does
 * @param skip lines at the top that are no part of the table
 */
record Dialect(byte[] delimiter, int quote, int escape, byte[] comment, int skip) {
    static final int NONE = -1;

    static Dialect of(String delimiter, String quote, String escape, String comment, int skip) throws SourceException {
        if (delimiter.isEmpty() || delimiter.length() > 4) {
            throw new SourceException(SourceException.Kind.CONFIG, "The delimiter must have one to four characters, not '" + delimiter + "'.");
        }
        return new Dialect(bytes(delimiter), single("quote", quote), single("escape", escape), bytes(comment), skip);
    }

    /** The dialect of a completed scan. */
    static Dialect of(Scan.Csv scan) throws SourceException {
        return of(scan.delimiter(), scan.quote(), scan.escape(), scan.comment(), scan.skip());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int single(String what, String text) throws SourceException {
        if (text.isEmpty()) {
            return NONE;
        }
        if (text.length() > 1 || text.charAt(0) > 127) {
            throw new SourceException(SourceException.Kind.CONFIG, "The " + what + " must be one ASCII character, not '" + text + "'.");
        }
        return text.charAt(0);
    }
}
