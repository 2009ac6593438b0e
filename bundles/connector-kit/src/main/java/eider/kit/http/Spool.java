package eider.kit.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Takes the body of an answer: up to a mebibyte in memory, the rest in a temporary file, never more than is allowed. Filled by a thread of the
 * client, read afterwards by the caller's, and closed by the caller at any time: what still arrives then is dropped.
 */
final class Spool implements BodySubscriber<Spool>, AutoCloseable {
    private static final int IN_MEMORY = 1 << 20;

    /** More came than is allowed. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(long largest) {
            super("the body has more than " + largest + " bytes");
        }
    }

    /** This machine could not keep the body. */
    static final class NotKept extends IOException {
        private static final long serialVersionUID = 1L;

        NotKept(IOException cause) {
            super("the body could not be written to a temporary file", cause);
        }
    }

    private final CompletableFuture<Spool> whole = new CompletableFuture<>();
    private long largest;
    private boolean cut;
    private Flow.Subscription subscription;
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private FileChannel file;
    private long length;
    private boolean ended;
    private boolean closed;

    /**
     * Says what is allowed, before the first byte arrives.
     *
     * @param announced what Content-Length said; -1 if nothing
     * @param cut whether a longer body is kept as far as it is allowed; else it fails with {@link TooLarge}
     */
    synchronized Spool limit(long largest, long announced, boolean cut) {
        this.largest = largest;
        this.cut = cut;
        if (announced > largest && !cut) {
            fail(new TooLarge(largest));
        }
        return this;
    }

    @Override
    public CompletionStage<Spool> getBody() {
        return whole;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        if (ended) {
            subscription.cancel();
        } else {
            subscription.request(Long.MAX_VALUE);
        }
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (ended) {
                return;
            }
            if (length + buffer.remaining() > largest) {
                if (!cut) {
                    fail(new TooLarge(largest));
                    return;
                }
                buffer.limit(buffer.position() + (int) (largest - length));
            }
            try {
                keep(buffer);
            } catch (IOException e) {
                fail(new NotKept(e));
                return;
            }
            if (cut && length == largest) {
                ended = true;
                subscription.cancel();
                whole.complete(this);
            }
        }
    }

    private void keep(ByteBuffer buffer) throws IOException {
        length += buffer.remaining();
        if (file == null && length <= IN_MEMORY) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            memory.writeBytes(bytes);
            return;
        }
        if (file == null) {
            Path path = Files.createTempFile("eider-answer", null);
            file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            write(ByteBuffer.wrap(memory.toByteArray()));
            memory = null;
        }
        write(buffer);
    }

    private void write(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }

    private void fail(IOException why) {
        ended = true;
        if (subscription != null) {
            subscription.cancel();
        }
        whole.completeExceptionally(why);
    }

    @Override
    public synchronized void onError(Throwable why) {
        ended = true;
        whole.completeExceptionally(why);
    }

    @Override
    public synchronized void onComplete() {
        if (!ended) {
            ended = true;
            whole.complete(this);
        }
    }

    synchronized long length() {
        return length;
    }

    /** The body from its first byte. */
    synchronized InputStream open() throws IOException {
        if (closed) {
            throw new IllegalStateException("an answer is read by its reader only, before it returns");
        }
        if (file == null) {
            return new ByteArrayInputStream(memory.toByteArray());
        }
        FileChannel from = file;
        return new InputStream() {
            private long position;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                int n = from.read(ByteBuffer.wrap(into, offset, count), position);
                position += Math.max(0, n);
                return n;
            }
        };
    }

    @Override
    public synchronized void close() throws IOException {
        ended = true;
        closed = true;
        memory = null;
        if (file != null) {
            file.close();
        }
    }
}
