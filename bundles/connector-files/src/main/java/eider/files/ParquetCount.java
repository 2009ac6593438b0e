package eider.files;

import eider.files.Counting.Uncounted;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads how many rows a Parquet file holds from its footer, which is written by Thrift's compact protocol: once for the file, and once for each of
 * its groups. Sums are not in it.
 */
final class ParquetCount {
    private static final int LARGEST = 256 << 20;
    private static final int DEEPEST = 32;
    private static final int STOP = 0;
    private static final int I64 = 6;
    private static final int STRUCT = 12;
    private static final int LIST = 9;
    /** The same number in the metadata of the file and in that of a group. */
    private static final int ROWS = 3;
    private static final int GROUPS = 4;

    private ParquetCount() {
    }

    static long rows(Path file) throws IOException, Uncounted {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] tail = new byte[8];
            if (in.length() < 12) {
                throw broken();
            }
            in.seek(in.length() - 8);
            in.readFully(tail);
            int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
            if (!new String(tail, 4, 4, StandardCharsets.US_ASCII).equals("PAR1") || length < 1 || length > LARGEST || length > in.length() - 12) {
                throw broken();
            }
            byte[] footer = new byte[length];
            in.seek(in.length() - 8 - length);
            in.readFully(footer);
            return rows(new DataInputStream(new ByteArrayInputStream(footer)));
        } catch (EOFException e) {
            throw broken();
        }
    }

    private static Uncounted broken() {
        return new Uncounted("has a footer that cannot be read");
    }

    private static long rows(DataInputStream in) throws IOException, Uncounted {
        long told = -1;
        long found = 0;
        int field = 0;
        for (int head = in.readUnsignedByte(); head != STOP; head = in.readUnsignedByte()) {
            field = head >> 4 == 0 ? (int) zigzag(in) : field + (head >> 4);
            if (field == ROWS && (head & 15) == I64) {
                told = zigzag(in);
            } else if (field == GROUPS && (head & 15) == LIST) {
                int list = in.readUnsignedByte();
                long size = list >> 4 == 15 ? number(in) : list >> 4;
                for (long i = 0; i < size; i++) {
                    found += group(in);
                }
            } else {
                skip(in, head & 15, 0);
            }
        }
        if (told != found) {
            throw new Uncounted("says in one place that it holds " + told + " rows and in another that they are " + found);
        }
        return told;
    }

    /** The rows of one group, which is passed. */
    private static long group(DataInputStream in) throws IOException, Uncounted {
        long rows = 0;
        int field = 0;
        for (int head = in.readUnsignedByte(); head != STOP; head = in.readUnsignedByte()) {
            field = head >> 4 == 0 ? (int) zigzag(in) : field + (head >> 4);
            if (field == ROWS && (head & 15) == I64) {
                rows = zigzag(in);
            } else {
                skip(in, head & 15, 1);
            }
        }
        return rows;
    }

    private static void skip(DataInputStream in, int type, int depth) throws IOException, Uncounted {
        if (depth > DEEPEST) {
            throw broken();
        }
        switch (type) {
            case 1, 2 -> { }
            case 3 -> in.skipNBytes(1);
            case 4, 5, I64 -> zigzag(in);
            case 7 -> in.skipNBytes(8);
            case 8 -> in.skipNBytes(number(in));
            case LIST, 10 -> {
                int head = in.readUnsignedByte();
                long size = head >> 4 == 15 ? number(in) : head >> 4;
                for (long i = 0; i < size; i++) {
                    element(in, head & 15, depth);
                }
            }
            case 11 -> {
                long size = number(in);
                int types = size == 0 ? 0 : in.readUnsignedByte();
                for (long i = 0; i < size; i++) {
                    element(in, types >> 4, depth);
                    element(in, types & 15, depth);
                }
            }
            case STRUCT -> {
                for (int head = in.readUnsignedByte(); head != STOP; head = in.readUnsignedByte()) {
                    if (head >> 4 == 0) {
                        zigzag(in);
                    }
                    skip(in, head & 15, depth + 1);
                }
            }
            default -> throw broken();
        }
    }

    /** In a list a truth is a byte of its own; in a struct it is told by its type. */
    private static void element(DataInputStream in, int type, int depth) throws IOException, Uncounted {
        if (type == 1 || type == 2) {
            in.skipNBytes(1);
        } else {
            skip(in, type, depth + 1);
        }
    }

    private static long zigzag(DataInputStream in) throws IOException, Uncounted {
        long number = number(in);
        return number >>> 1 ^ -(number & 1);
    }

    private static long number(DataInputStream in) throws IOException, Uncounted {
        long number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = in.readUnsignedByte();
            number |= (long) (b & 127) << shift;
            if (b < 128) {
                return number;
            }
        }
        throw broken();
    }
}
