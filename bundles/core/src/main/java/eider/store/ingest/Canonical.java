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
    private long count;
    private long rejected;

    Canonical(Path rowFile, Path rejectFile) throws IOException {
        this.rows = new BufferedOutputStream(Files.newOutputStream(rowFile, java.nio.file.StandardOpenOption.CREATE_NEW,
                java.nio.file.StandardOpenOption.WRITE), 1 << 17);
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
        rows.write(Long.toString(place).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < text.length; i++) {
            rows.write(',');
            String value = values.get(i);
            if (value == null) {
                continue;
            }
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            if (text[i]) {
                rows.write('"');
                int from = 0;
                for (int p = 0; p < bytes.length; p++) {
                    if (bytes[p] == '"') {
                        rows.write(bytes, from, p + 1 - from);
                        from = p;
                    }
                }
                rows.write(bytes, from, bytes.length - from);
                rows.write('"');
            } else {
                rows.write(bytes);
            }
        }
        rows.write('\n');
        count++;
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
        try (rows) {
            if (rejects != null) {
                rejects.close();
            }
        }
    }
}
