package eider.store;

import eider.connector.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in memory, column by column in chunks of as many rows as DuckDB takes at a time; {@link PushedRows} hands them over. Values are checked before they come here.
 * Filled by one thread, then read by many.
 */
final class RowBuffer {
    /** How many rows a vector of DuckDB holds. */
    static final int CHUNK = 2048;
    /** What a value costs beside its text: roughly an object and a reference. */
    private static final int VALUE_BYTES = 24;

    /** Up to {@link #CHUNK} rows. */
    static final class Chunk {
        final int[] parts = new int[CHUNK];
        final long[] numbers = new long[CHUNK];
        final byte[] kinds = new byte[CHUNK];
        final Object[][] columns;
        int rows;

        Chunk(int width) {
            columns = new Object[width][CHUNK];
        }
    }

    private final List<Field> fields;
    private final List<Chunk> chunks = new ArrayList<>();
    private long rows;
    private long bytes;

    RowBuffer(List<Field> fields) {
        this.fields = List.copyOf(fields);
    }

    List<Field> fields() {
        return fields;
    }

    List<Chunk> chunks() {
        return chunks;
    }

    long rows() {
        return rows;
    }

    /** About how much memory it holds. */
    long bytes() {
        return bytes;
    }

    /** @param values of the store's own Java types, in the order of the fields */
    void add(int part, long number, byte kind, Object[] values) {
        if (rows % CHUNK == 0) {
            chunks.add(new Chunk(fields.size()));
        }
        Chunk chunk = chunks.getLast();
        int row = chunk.rows++;
        chunk.parts[row] = part;
        chunk.numbers[row] = number;
        chunk.kinds[row] = kind;
        for (int i = 0; i < values.length; i++) {
            chunk.columns[i][row] = values[i];
            bytes += VALUE_BYTES + (values[i] instanceof String text ? 2L * text.length() : 0);
        }
        rows++;
    }

    boolean holds(int part) {
        for (Chunk chunk : chunks) {
            for (int row = 0; row < chunk.rows; row++) {
                if (chunk.parts[row] == part) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Begins anew. */
    void clear() {
        chunks.clear();
        rows = 0;
        bytes = 0;
    }

    @Override
    public String toString() {
        return rows + " rows of " + Arrays.toString(fields.stream().map(Field::name).toArray());
    }
}
