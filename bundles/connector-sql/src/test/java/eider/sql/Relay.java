package eider.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and the server, hands bytes on, and cuts or falls silent after so many of the server's bytes. */
final class Relay implements AutoCloseable {
    private final ServerSocket listening;
    private final Thread accepting;
    private final int beyond;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long limit = Long.MAX_VALUE;
    private volatile boolean cuts;
    private volatile CountDownLatch met = new CountDownLatch(1);

    Relay(int beyond) throws IOException {
        this.beyond = beyond;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.accepting = Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Bytes of the server since it was last told what to do. */
    long bytes() {
        return bytes.get();
    }

    void heal() {
        limit = Long.MAX_VALUE;
        bytes.set(0);
        met = new CountDownLatch(1);
    }

    /** After so many bytes of the server the connection is cut, or nothing more comes. */
    void fail(long after, boolean cut) {
        heal();
        cuts = cut;
        limit = after;
    }

    /** Comes down when it fails. */
    CountDownLatch met() {
        return met;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                sockets.add(client);
                if (listening.isClosed()) {
                    client.close();
                    return;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), beyond);
                sockets.add(server);
                Thread.ofVirtual().start(() -> hand(client, server, false));
                Thread.ofVirtual().start(() -> hand(server, client, true));
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    throw new IllegalStateException("the relay cannot reach the server", e);
                }
            }
        }
    }

    private void hand(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n; (n = in.read(buffer)) >= 0; ) {
                if (answers) {
                    long before = bytes.getAndAdd(n);
                    if (before + n > limit) {
                        out.write(buffer, 0, (int) Math.max(0, limit - before));
                        out.flush();
                        met.countDown();
                        if (cuts) {
                            return;
                        }
                        continue;
                    }
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            // One side has gone; the other one goes with it.
            sockets.remove(from);
        }
    }

    /** Connections of clients that are still open. */
    long open() {
        return sockets.stream().filter(socket -> !socket.isClosed()).count();
    }

    /** Once it returns nobody is let in any more. */
    @Override
    public void close() throws IOException {
        listening.close();
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
