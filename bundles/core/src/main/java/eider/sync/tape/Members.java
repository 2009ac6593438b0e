package eider.sync.tape;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the lines of a gzip file of several members, from any member on. What was written before a tear is read; a file that unpacks to more than it may is refused. One
 * thread.
 */
final class Members implements Closeable {
    private static final int HEADER = 10;
    private static final int TRAILER = 8;

    /** The file is no recording, or more than one may hold. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String sentence) {
            super(sentence);
        }
    }

    /** Not a channel: that would be closed for good by an interrupt. */
    private final RandomAccessFile file;
    private final long most;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 sum = new CRC32();
    private final ByteBuffer in = ByteBuffer.allocate(1 << 15).limit(0);
    private final byte[] out = new byte[1 << 16];
    private int outFrom;
    private int outTo;
    /** Where the file is read next. */
    private long position;
    private long member;
    private boolean inMember;
    private long plainOfMember;
    private long plain;
    private boolean torn;
    private byte[] line = new byte[1 << 12];
    private int length;

    /** @param most plain bytes that all together may have */
    Members(Path file, long from, long most) throws IOException {
        this.file = new RandomAccessFile(file.toFile(), "r");
        this.position = from;
        this.most = most;
    }

    /** Whether the file ended before its last member was whole. */
    boolean torn() {
        return torn;
    }

    /** Where the member begins in which the last line ended: where the line is the first of its member, it can be read from there again. */
    long member() {
        return member;
    }

    byte[] line() {
        return line;
    }

    int length() {
        return length;
    }

    /** Reads the next line into {@link #line}; false at the end, and at the tear. */
    boolean next() throws IOException {
        length = 0;
        while (true) {
            if (outFrom == outTo && !fill()) {
                // Half a line is none.
                torn |= length > 0;
                return false;
            }
            int end = outFrom;
            while (end < outTo && out[end] != '\n') {
                end++;
            }
            keep(end - outFrom);
            boolean whole = end < outTo;
            outFrom = whole ? end + 1 : end;
            if (whole) {
                return true;
            }
        }
    }

    private void keep(int count) throws Refused {
        if (length + count > Limit.LINE) {
            throw new Refused("it holds a line of more than " + (Limit.LINE >> 20) + " MB, which no recording does");
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
        }
        System.arraycopy(out, outFrom, line, length, count);
        length += count;
    }

    private boolean fill() throws IOException {
        try {
            while (true) {
                if (!inMember && !begin()) {
                    return false;
                }
                int n = inflater.inflate(out);
                if (n > 0) {
                    sum.update(out, 0, n);
                    plainOfMember += n;
                    plain += n;
                    if (plainOfMember > Limit.MEMBER || plain > most) {
                        throw new Refused("it unpacks to more than a recording may hold");
                    }
                    outFrom = 0;
                    outTo = n;
                    return true;
                }
                if (inflater.finished()) {
                    end();
                } else if (!more()) {
                    torn = true;
                    return false;
                }
            }
        } catch (DataFormatException e) {
            torn = true;
            return false;
        }
    }

    private boolean more() throws IOException {
        file.seek(position);
        int n = file.read(in.array());
        in.clear().limit(Math.max(0, n));
        if (n <= 0) {
            return false;
        }
        position += n;
        inflater.setInput(in);
        return true;
    }

    /** False at the end of the file. */
    private boolean begin() throws IOException {
        if (position >= file.length()) {
            return false;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (!read(header, position)) {
            torn = true;
            return false;
        }
        if (header.get(0) != 0x1f || header.get(1) != (byte) 0x8b || header.get(2) != 8 || header.get(3) != 0) {
            if (position == 0) {
                throw new Refused("it is no recording");
            }
            torn = true;
            return false;
        }
        member = position;
        position += HEADER;
        inflater.reset();
        sum.reset();
        plainOfMember = 0;
        inMember = true;
        return more() || tear();
    }

    private boolean tear() {
        torn = true;
        return false;
    }

    private void end() throws IOException {
        position -= inflater.getRemaining();
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        inMember = false;
        if (!read(trailer, position)) {
            torn = true;
            position = file.length();
            return;
        }
        if (trailer.getInt(0) != (int) sum.getValue() || trailer.getInt(4) != (int) plainOfMember) {
            throw new Refused("its sums do not agree, so it was damaged after it was written");
        }
        position += TRAILER;
    }

    private boolean read(ByteBuffer into, long from) throws IOException {
        if (from + into.capacity() > file.length()) {
            return false;
        }
        file.seek(from);
        file.readFully(into.array());
        return true;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        file.close();
    }
}
