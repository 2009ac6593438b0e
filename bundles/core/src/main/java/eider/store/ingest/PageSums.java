package eider.store.ingest;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Compares the pages of a Parquet file with their check sums, where they have some. DuckDB does not: it decodes a page with a flipped
 * bit into other values. Only the header of each page is read, a struct in Thrift's compact protocol.
 */
final class PageSums implements AutoCloseable {
    private static final int COMPRESSED_SIZE = 3;
    private static final int SUM = 4;

    private final RandomAccessFile file;
    private final byte[] buffer = new byte[1 << 16];

    private PageSums(RandomAccessFile file) {
        this.file = file;
    }

    /** @throws Unreadable if a page does not match its sum */
    static void verify(Path path, Ingest ingest) throws IOException, SQLException, InterruptedException {
        List<List<String>> chunks = ingest.rows("SELECT path_in_schema, data_page_offset, coalesce(dictionary_page_offset, 0), total_compressed_size "
                + "FROM parquet_metadata(" + ScanSql.literal(path.toString()) + ")");
        try (PageSums sums = new PageSums(new RandomAccessFile(path.toFile(), "r"))) {
            for (List<String> chunk : chunks) {
                if (chunk.get(1) != null && chunk.get(3) != null) {
                    long data = Long.parseLong(chunk.get(1));
                    long dictionary = Long.parseLong(chunk.get(2));
                    long start = dictionary > 0 ? Math.min(dictionary, data) : data;
                    sums.verify(chunk.get(0), start, start + Long.parseLong(chunk.get(3)));
                }
            }
        }
    }

    private void verify(String column, long start, long end) throws IOException, InterruptedException {
        file.seek(start);
        // Some writers give a size that is wrong by a few bytes: what does not look like a header is DuckDB's to judge.
        while (file.getFilePointer() < Math.min(end, file.length())) {
            if (Thread.interrupted()) {
                throw new InterruptedException("checking a Parquet file was interrupted");
            }
            long size = -1;
            Long sum = null;
            try {
                int field = 0;
                for (int head = file.readUnsignedByte(); head != 0; head = file.readUnsignedByte()) {
                    field = head >> 4 == 0 ? (int) number() : field + (head >> 4);
                    if (field == COMPRESSED_SIZE) {
                        size = number();
                    } else if (field == SUM) {
                        sum = number() & 0xffffffffL;
                    } else {
                        skip(head & 15, 0);
                    }
                }
            } catch (EOFException e) {
                return;
            }
            if (size < 0 || file.getFilePointer() + size > file.length()) {
                return;
            }
            if (sum == null) {
                file.seek(file.getFilePointer() + size);
            } else if (sum(size) != sum) {
                throw new Unreadable("The Parquet file is damaged: a page of column '" + column + "' does not match its check sum.");
            }
        }
    }

    private long sum(long size) throws IOException {
        CRC32 sum = new CRC32();
        for (long left = size; left > 0;) {
            int n = file.read(buffer, 0, (int) Math.min(left, buffer.length));
            sum.update(buffer, 0, n);
            left -= n;
        }
        return sum.getValue();
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = file.readUnsignedByte();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new EOFException("no number");
    }

    /** A whole number, whose sign is its last bit. */
    private long number() throws IOException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    private void skip(int type, int depth) throws IOException {
        if (depth > 16) {
            throw new EOFException("no page header");
        }
        switch (type) {
            case 1, 2 -> { }
            case 3 -> file.readByte();
            case 4, 5, 6 -> varint();
            case 7 -> file.seek(file.getFilePointer() + 8);
            case 8 -> {
                long length = varint();
                file.seek(file.getFilePointer() + length);
            }
            case 9, 10 -> {
                int head = file.readUnsignedByte();
                long size = head >> 4 == 15 ? varint() : head >> 4;
                for (long i = 0; i < size; i++) {
                    skip((head & 15) < 3 ? 3 : head & 15, depth + 1);
                }
            }
            case 12 -> {
                for (int head = file.readUnsignedByte(); head != 0; head = file.readUnsignedByte()) {
                    if (head >> 4 == 0) {
                        varint();
                    }
                    skip(head & 15, depth + 1);
                }
            }
            default -> throw new EOFException("no page header");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
