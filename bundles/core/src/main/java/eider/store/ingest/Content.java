package eider.store.ingest;

import eider.connector.SourceException;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file: decompressed, bounded, and as UTF-8 whatever the file was written in. Streams of this class end with
 * {@link InterruptedIOException} when the reading thread is interrupted, and with {@link Unreadable} where the bytes are wrong.
 */
final class Content {
    static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    /** How a file is packed, told by its first bytes. */
    enum Packing { NONE, GZIP, ZSTD }

    private Content() {
    }

    /** Something that reads a file. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException, SourceException, InterruptedException;
    }

    /** Runs a reading, and turns what goes wrong with the bytes into the words of the connector contract. */
    static <T> T reading(Path file, Reading<T> reading) throws SourceException, InterruptedException {
        try {
            return reading.read();
        } catch (InterruptedIOException e) {
            Thread.interrupted();
            throw (InterruptedException) new InterruptedException("reading " + file.getFileName() + " was interrupted").initCause(e);
        } catch (Unreadable e) {
            throw new SourceException(SourceException.Kind.DATA, e.getMessage(), e);
        } catch (java.nio.file.NoSuchFileException | java.io.FileNotFoundException e) {
            throw new SourceException(SourceException.Kind.DATA, "The file " + file.getFileName() + " is not there any more, or may not be read.", e);
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY,
                    "The file " + file.getFileName() + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    static Packing packing(Path file) throws IOException {
        byte[] head = new byte[4];
        int n;
        try (InputStream in = new FileInputStream(file.toFile())) {
            n = in.readNBytes(head, 0, 4);
        }
        if (n >= 2 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
            return Packing.GZIP;
        }
        return n == 4 && head[0] == 0x28 && head[1] == (byte) 0xb5 && head[2] == 0x2f && head[3] == (byte) 0xfd ? Packing.ZSTD : Packing.NONE;
    }

    /** The content of a file, decompressed. */
    static InputStream open(Path file, Limits limits) throws IOException {
        Packing packing = packing(file);
        InputStream raw = new Interruptible(new FileInputStream(file.toFile()), limits.rest());
        try {
            return switch (packing) {
                case NONE -> raw;
                case GZIP -> new Unpacked(new GZIPInputStream(raw, 1 << 16), "gzip", Files.size(file), limits);
                case ZSTD -> new Unpacked(new ZstdInputStream(new BufferedInputStream(raw, 1 << 16)), "zstd", Files.size(file), limits);
            };
        } catch (ZipException | EOFException e) {
            raw.close();
            throw new Unreadable("The file is packed with gzip, and damaged: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * The content of a file as UTF-8 without a byte order mark.
     *
     * @throws Unreadable.Malformed from reads, where bytes are no characters of the charset
     */
    static InputStream utf8(Path file, Charset charset, Limits limits) throws IOException {
        InputStream in = open(file, limits);
        return charset.equals(StandardCharsets.UTF_8) ? new Checked(in) : new Transcoded(in, charset);
    }

    /** A part of a file that is UTF-8 and not packed; {@code from} and {@code to} are bytes at which lines begin. */
    static InputStream utf8(Path file, long from, long to, Limits limits) throws IOException {
        FileInputStream in = new FileInputStream(file.toFile());
        try {
            in.skipNBytes(from);
            return new Checked(new Interruptible(new Part(in, to - from), limits.rest()));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Ends before the stream below does. */
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream in, long left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(b, off, (int) Math.min(len, left));
            left -= Math.max(0, n);
            return n;
        }
    }

    /** Ends a read when the thread is interrupted, and lets others go before. */
    private static final class Interruptible extends FilterInputStream {
        private final Runnable rest;

        Interruptible(InputStream in, Runnable rest) {
            super(in);
            this.rest = rest;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
            if (len > 1 << 12) {
                rest.run();
            }
            return in.read(b, off, len);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    /** Counts what comes out of a packed file, and tells damage in words. */
    private static final class Unpacked extends FilterInputStream {
        private final String name;
        private final long packed;
        private final Limits limits;
        private long count;

        Unpacked(InputStream in, String name, long packed, Limits limits) {
            super(in);
            this.name = name;
            this.packed = packed;
            this.limits = limits;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
            int n;
            try {
                n = in.read(b, off, len);
            } catch (InterruptedIOException | Unreadable e) {
                throw e;
            } catch (ZipException | EOFException | MalformedInputException e) {
                throw new Unreadable("The file is packed with " + name + ", and damaged or cut off: " + e.getMessage() + ".", e);
            } catch (IOException | RuntimeException e) {
                throw new Unreadable("The file is packed with " + name + ", and cannot be unpacked: " + e.getMessage() + ".", e);
            }
            if (n > 0) {
                count += n;
                if (count > limits.expandedBytes() || count > Limits.EXPANSION_FREE && count / limits.expansion() > packed) {
                    throw new Unreadable("The file is packed with " + name + " and grows from " + packed + " bytes to more than " + count
                            + ": this is refused as a bomb. Unpack it by hand if it is genuine.");
                }
            }
            return n;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    /** Passes UTF-8 on, after it has checked that it is UTF-8. */
    private static final class Checked extends InputStream {
        private final InputStream in;
        private final byte[] carried = new byte[4];
        private int carry;
        private long passed;

        Checked(InputStream in) throws IOException {
            byte[] mark = in.readNBytes(3);
            boolean marked = mark.length == 3 && mark[0] == (byte) 0xef && mark[1] == (byte) 0xbb && mark[2] == (byte) 0xbf;
            this.in = marked ? in : new SequenceInputStream(new java.io.ByteArrayInputStream(mark), in);
            this.passed = marked ? 3 : 0;
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("read by arrays");
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (len < 8) {
                throw new IllegalArgumentException("read more at once");
            }
            System.arraycopy(carried, 0, b, off, carry);
            int have = carry;
            while (true) {
                int n = in.read(b, off + have, len - have);
                if (n < 0) {
                    if (have > 0) {
                        throw malformed(b, off, off);
                    }
                    return -1;
                }
                have += n;
                int good = Utf8.check(b, off, off + have);
                int rest = off + have - good;
                if (rest > 3 || rest > 0 && !Utf8.mayGoOn(b, good, off + have)) {
                    throw malformed(b, off, good);
                }
                if (good == off) {
                    continue;
                }
                System.arraycopy(b, good, carried, 0, rest);
                carry = rest;
                passed += good - off;
                return good - off;
            }
        }

        private Unreadable.Malformed malformed(byte[] b, int off, int at) {
            return new Unreadable.Malformed("The file is not valid UTF-8 at byte " + (passed + at - off + 1) + ": set its charset.");
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Turns any charset into UTF-8. */
    private static final class Transcoded extends InputStream {
        private final InputStream in;
        private final Charset charset;
        private final CharsetDecoder decoder;
        private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPORT);
        private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).limit(0);
        private final CharBuffer chars = CharBuffer.allocate(1 << 16).limit(0);
        private final ByteBuffer out = ByteBuffer.allocate(3 << 16).limit(0);
        private boolean ended;
        private boolean first = true;
        private long lines = 1;

        Transcoded(InputStream in, Charset charset) {
            this.in = in;
            this.charset = charset;
            this.decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("read by arrays");
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            while (!out.hasRemaining()) {
                if (ended && !chars.hasRemaining()) {
                    return -1;
                }
                more();
            }
            int n = Math.min(len, out.remaining());
            out.get(b, off, n);
            return n;
        }

        private void more() throws IOException {
            chars.compact();
            if (!ended) {
                bytes.compact();
                int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
                if (n < 0) {
                    ended = true;
                } else {
                    bytes.position(bytes.position() + n);
                }
                bytes.flip();
                CoderResult result = decoder.decode(bytes, chars, ended);
                if (result.isError()) {
                    chars.flip();
                    while (chars.hasRemaining()) {
                        lines += chars.get() == '\n' ? 1 : 0;
                    }
                    throw new Unreadable.Malformed("Line " + lines + " of the file holds a byte that is no " + charset.name() + ": set its charset.");
                }
                if (ended) {
                    decoder.flush(chars);
                }
            }
            chars.flip();
            if (first && chars.hasRemaining()) {
                first = false;
                if (chars.get(0) == '\ufeff') {
                    chars.get();
                }
            }
            for (int i = chars.position(); i < chars.limit(); i++) {
                lines += chars.get(i) == '\n' ? 1 : 0;
            }
            out.clear();
            encoder.encode(chars, out, ended);
            out.flip();
            if (ended && !out.hasRemaining() && chars.hasRemaining()) {
                throw new Unreadable.Malformed("The file ends within a character of " + charset.name() + ": set its charset.");
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** What is valid UTF-8. */
    static final class Utf8 {
        private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

        private Utf8() {
        }

        /** Where the first character begins that is malformed or cut off; {@code to} if there is none. */
        static int check(byte[] b, int from, int to) {
            int i = from;
            while (i < to) {
                while (i + 8 <= to && ((long) LONGS.get(b, i) & 0x8080808080808080L) == 0) {
                    i += 8;
                }
                if (i >= to) {
                    break;
                }
                int c = b[i];
                if (c >= 0) {
                    i++;
                    continue;
                }
                int length = length(c & 0xff);
                if (length == 0 || i + length > to || !sound(b, i, length)) {
                    return i;
                }
                i += length;
            }
            return i;
        }

        /** Whether the bytes from {@code at} are the beginning of a sound character. */
        static boolean mayGoOn(byte[] b, int at, int to) {
            int length = length(b[at] & 0xff);
            int there = to - at;
            if (length <= there) {
                return false;
            }
            for (int i = at + 1; i < to; i++) {
                if ((b[i] & 0xc0) != 0x80) {
                    return false;
                }
            }
            return there < 2 || second(b[at] & 0xff, b[at + 1] & 0xff);
        }

        private static int length(int lead) {
            if (lead < 0xc2) {
                return 0;
            }
            return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        }

        private static boolean sound(byte[] b, int at, int length) {
            for (int i = 1; i < length; i++) {
                if ((b[at + i] & 0xc0) != 0x80) {
                    return false;
                }
            }
            return second(b[at] & 0xff, b[at + 1] & 0xff);
        }

        /** Overlong forms, surrogates and code points beyond U+10FFFF show in the second byte. */
        private static boolean second(int lead, int second) {
            return switch (lead) {
                case 0xe0 -> second >= 0xa0;
                case 0xed -> second < 0xa0;
                case 0xf0 -> second >= 0x90;
                case 0xf4 -> second < 0x90;
                default -> true;
            };
        }
    }
}
