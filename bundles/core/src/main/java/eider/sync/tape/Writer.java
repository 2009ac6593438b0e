package eider.sync.tape;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a recording: lines of JSON, gathered and compressed by some hundred kilobytes, each piece a whole member of the gzip file, so that what was written is there when the
 * process dies, and a reader can begin at any exchange. Never fails: where the disk or the bound is full it stops, says so once, and whoever syncs goes on. Any thread.
 */
final class Writer implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(Writer.class);
    private static final int GATHERED = 256 << 10;
    /** Kept free for the last lines. */
    private static final int RESERVE = 64 << 10;
    private static final int LEVEL = 4;

    private final Path file;
    private final long most;
    /** Not a channel: that would be closed for good when the sync is interrupted. */
    private final FileOutputStream out;
    private final Deflater deflater = new Deflater(LEVEL, true);
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(GATHERED + (GATHERED >> 1));
    private final ByteArrayOutputStream one = new ByteArrayOutputStream();
    private final byte[] packed = new byte[1 << 16];
    private long written;
    private long plain;
    private boolean full;
    private boolean over;
    private long lost;

    /**
     * @param most bytes of the file; a little more is used to say that they did not do
     * @throws IOException if the file cannot be made
     */
    Writer(Path file, long most) throws IOException {
        this.file = file;
        this.most = most;
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        Path folder = file.getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.getParent());
            make(folder, posix);
        }
        Files.createFile(file, posix ? owner("rw-------") : new FileAttribute<?>[0]);
        this.out = new FileOutputStream(file.toFile());
    }

    private static void make(Path folder, boolean posix) throws IOException {
        try {
            Files.createDirectory(folder, posix ? owner("rwx------") : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException e) {
            // Another sync that is recorded was faster; what it is for is there.
            log.debug("{} is there", folder, e);
        }
    }

    private static FileAttribute<?>[] owner(String permissions) {
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))};
    }

    /** Whether the bound was reached, so that what came later is not in it. */
    synchronized boolean full() {
        return full;
    }

    /** Lines that were too long to be kept. */
    synchronized long lost() {
        return lost;
    }

    synchronized void line(Map<String, ?> line) {
        if (over || full) {
            return;
        }
        try {
            put(line);
        } catch (IOException e) {
            broken(e);
        }
    }

    private void put(Map<String, ?> line) throws IOException {
        one.reset();
        Json.write(one, line);
        if (one.size() > Limit.LINE) {
            lost++;
            Object type = line.get("t");
            one.reset();
            Json.write(one, Map.of("t", "lost", "of", type == null ? "" : type));
        }
        plain += one.size();
        one.writeTo(gathered);
        if (one.size() > GATHERED) {
            one.reset();
        }
        if (gathered.size() >= GATHERED) {
            pack();
        }
    }

    /** What was written so far is in the file when this returns, and the next line begins a member. */
    synchronized void flush() {
        if (over) {
            return;
        }
        try {
            pack();
        } catch (IOException e) {
            broken(e);
        }
    }

    /** A line and what belongs to it, with nothing of others in between. */
    synchronized void block(Map<String, ?> line, InputStream body, Redaction redaction) throws IOException {
        flush();
        line(line);
        byte[] buffer = new byte[1 << 15];
        try (Pieces pieces = new Pieces(); OutputStream clean = redaction == null ? pieces : redaction.stream(pieces, false)) {
            // Read to its end also where nothing is kept any more: that was promised.
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                clean.write(buffer, 0, n);
            }
        }
        line(Map.of("t", "whole"));
        flush();
    }

    /** Lines of a body: its text, or Base64 where it is none. */
    private final class Pieces extends OutputStream {
        private byte[] piece = new byte[Limit.PIECE];
        private int length;

        @Override
        public void write(int b) {
            piece[length++] = (byte) b;
            if (length == piece.length) {
                put(border());
            }
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            int done = 0;
            while (done < count) {
                int n = Math.min(count - done, piece.length - length);
                System.arraycopy(bytes, from + done, piece, length, n);
                length += n;
                done += n;
                if (length == piece.length) {
                    put(border());
                }
            }
        }

        /** Where the last whole character ends. */
        private int border() {
            int at = length;
            for (int back = 1; back <= 3 && back < length; back++) {
                int b = piece[length - back] & 0xff;
                if (b >= 0xc0) {
                    int whole = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                    return back < whole ? length - back : length;
                }
                if (b < 0x80) {
                    return at;
                }
            }
            return at;
        }

        private void put(int count) {
            if (count == 0) {
                return;
            }
            Map<String, String> line;
            try {
                line = Map.of("p", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(piece, 0, count)).toString());
            } catch (CharacterCodingException e) {
                line = Map.of("b", Base64.getEncoder().encodeToString(Arrays.copyOf(piece, count)));
            }
            line(line);
            System.arraycopy(piece, count, piece, 0, length - count);
            length -= count;
        }

        @Override
        public void close() {
            while (length > 0) {
                put(length);
            }
        }
    }

    private void pack() throws IOException {
        if (gathered.size() == 0) {
            return;
        }
        byte[] bytes = gathered.toByteArray();
        gathered.reset();
        ByteArrayOutputStream member = new ByteArrayOutputStream(bytes.length / 4 + 64);
        member.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff}, 0, 10);
        deflater.reset();
        deflater.setInput(bytes);
        deflater.finish();
        while (!deflater.finished()) {
            member.write(packed, 0, deflater.deflate(packed));
        }
        CRC32 sum = new CRC32();
        sum.update(bytes);
        member.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt((int) sum.getValue()).putInt(bytes.length).array());
        if (!full && (written + member.size() > most - RESERVE || plain > most * Limit.UNPACKED)) {
            full = true;
            log.warn("the recording {} has reached its bound; what comes now is not in it", file.getFileName());
            return;
        }
        member.writeTo(out);
        written += member.size();
    }

    private void broken(IOException e) {
        over = true;
        log.error("the recording {} could not be written any further; the sync goes on without it", file.getFileName(), e);
    }

    /** Writes the last line, also where the bound was reached, and closes the file. */
    synchronized void end(Map<String, ?> last) {
        if (over) {
            return;
        }
        try {
            pack();
            for (Map<String, ?> line : full ? List.of(Map.of("t", "full"), last) : List.of(last)) {
                put(line);
                pack();
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        over = true;
        deflater.end();
        out.close();
    }
}
