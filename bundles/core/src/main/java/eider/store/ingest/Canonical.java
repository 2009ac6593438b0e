package eider.store.ingest;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes rows in the plainest CSV there is, for DuckDB to read, and beside them the rows that nobody shall load.
 *
 * <p>UTF-8, LF, commas, no header; the first cell is the line or record of the original file, so that no row is an empty line; text
 * is always quoted and no value is an empty unquoted cell.
 */
final class Canonical implements Closeable {
    private final OutputStream rows;
    private final Path rejectFile;
    private DataOutputStream rejects;
    private final byte[] buffer = new byte[1 << 17];
    private int filled;
    private long count;
    private long rejected;

    Canonical(Path rowFile, Path rejectFile) throws IOException {
        this.rows = Files.newOutputStream(rowFile, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE);
        this.rejectFile = rejectFile;
    }

    /**
     * Writes one row.
     *
     * @param place line or record number
     * @param values one per column; null: no value
     * @param text which columns are text, and quoted
     */
    void row(long place, List<String> values, boolean[] text) throws IOException {
        put(Long.toString(place).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < text.length; i++) {
            put(',');
            String value = values.get(i);
            if (value != null) {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                cell(bytes, 0, bytes.length, text[i]);
            }
        }
        put('\n');
        count++;
    }

    /**
     * Writes one row that stands as UTF-8 in arrays.
     *
     * @param source for each column; null: no value
     * @param from where in its array a value begins
     * @param to where it ends
     */
    void row(long place, byte[][] source, int[] from, int[] to, boolean[] text) throws IOException {
        put(Long.toString(place).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < text.length; i++) {
            put(',');
            if (source[i] != null) {
                cell(source[i], from[i], to[i], text[i]);
            }
        }
        put('\n');
        count++;
    }

    private void cell(byte[] b, int begin, int end, boolean text) throws IOException {
        if (!text) {
            put(b, begin, end);
            return;
        }
        put('"');
        int from = begin;
        for (int p = begin; p < end; p++) {
            if (b[p] == '"') {
                put(b, from, p + 1);
                from = p;
            }
        }
        put(b, from, end);
        put('"');
    }

    private void put(char c) throws IOException {
        if (filled == buffer.length) {
            flush();
        }
        buffer[filled++] = (byte) c;
    }

    private void put(byte[] b) throws IOException {
        put(b, 0, b.length);
    }

    private void put(byte[] b, int from, int to) throws IOException {
        int length = to - from;
        if (length > buffer.length - filled) {
            flush();
            if (length > buffer.length) {
                rows.write(b, from, length);
                return;
            }
        }
        System.arraycopy(b, from, buffer, filled, length);
        filled += length;
    }

    private void flush() throws IOException {
        rows.write(buffer, 0, filled);
        filled = 0;
    }

    void reject(Reject reject) throws IOException {
        if (rejects == null) {
            rejects = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(rejectFile)));
        }
        for (String part : new String[] {reject.place(), reject.raw(), reject.reason(), reject.record() == null ? "" : reject.record()}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            rejects.writeInt(bytes.length);
            rejects.write(bytes);
        }
        rejected++;
    }

    long count() {
        return count;
    }

    long rejected() {
        return rejected;
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            try (rows) {
                if (rejects != null) {
                    rejects.close();
                }
            }
        }
    }
}
