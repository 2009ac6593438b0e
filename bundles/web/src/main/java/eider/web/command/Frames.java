package eider.web.command;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * {@code application/x-eider-stream}: what a command prints, as frames of one byte kind (1 standard output, 2 standard error, 3 exit
 * code), four bytes length (big-endian) and that many bytes. The frame with the exit code, as decimal text, is the last one. An empty
 * frame of kind 1 says only that the command still runs.
 *
 * <p>Each write goes out at once. Single bytes are gathered until a line ends, something longer is written, or {@code flush}.
 */
final class Frames {
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final int EXIT = 3;

    private final OutputStream wire;
    private boolean ended;

    Frames(OutputStream wire) {
        this.wire = wire;
    }

    OutputStream out() {
        return new Channel(OUT);
    }

    OutputStream err() {
        return new Channel(ERR);
    }

    /** Fails when the reader is gone: the only way to learn of it while a command prints nothing. */
    void beat() throws IOException {
        frame(OUT, new byte[0], 0, 0);
    }

    synchronized void exit(int code) throws IOException {
        byte[] text = Integer.toString(code).getBytes(StandardCharsets.US_ASCII);
        frame(EXIT, text, 0, text.length);
        ended = true;
    }

    private synchronized void frame(int kind, byte[] bytes, int offset, int length) throws IOException {
        if (ended) {
            throw new IOException("The command has ended and cannot print any more.");
        }
        wire.write(ByteBuffer.allocate(5).put((byte) kind).putInt(length).array());
        wire.write(bytes, offset, length);
        wire.flush();
    }

    private final class Channel extends OutputStream {
        private final int kind;
        private final byte[] gathered = new byte[4096];
        private int count;

        Channel(int kind) {
            this.kind = kind;
        }

        @Override
        public synchronized void write(int b) throws IOException {
            gathered[count++] = (byte) b;
            if (b == '\n' || count == gathered.length) {
                flush();
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            flush();
            if (length > 0) {
                frame(kind, bytes, offset, length);
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            if (count > 0) {
                int length = count;
                count = 0;
                frame(kind, gathered, 0, length);
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
