package eider.kit.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on 127.0.0.1 that reads requests properly and answers whatever bytes a test wants, or none. */
final class Vendor implements AutoCloseable {
    record Asked(int number, String method, String target, Map<String, String> headers, String body, InputStream in) {
        /** Says nothing until the client leaves. */
        void silence() throws IOException {
            in.read();
        }
    }

    interface Handler {
        /** Writes an answer. The connection is kept if it returns, and closed if it throws {@link Cut}. */
        void answer(Asked asked, OutputStream out) throws Exception;
    }

    /** Thrown by a handler to close the connection. */
    static final class Cut extends Exception {
        private static final long serialVersionUID = 1L;
    }

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Vendor(Handler handler) throws IOException {
        this.handler = handler;
        this.server = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String first = line(in);
                if (first == null) {
                    return;
                }
                Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
                    headers.put(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 1).strip());
                }
                String body = new String(in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0"))), StandardCharsets.UTF_8);
                Asked one;
                synchronized (asked) {
                    one = new Asked(asked.size() + 1, first.split(" ")[0], first.split(" ")[1], headers, body, in);
                    asked.add(one);
                }
                handler.answer(one, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (Exception e) {
            // The other side left, or the handler cut it off: what the test looks at is what the client makes of it.
            return;
        } finally {
            open.remove(socket);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    String address() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Connections that clients hold open. */
    int connections() {
        return open.size();
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    static void ok(OutputStream out, String body) throws IOException {
        answer(out, 200, "", body);
    }

    /** @param headers each with its line end */
    static void answer(OutputStream out, int status, String headers, String body) throws IOException {
        write(out, "HTTP/1.1 " + status + " Whatever\r\n" + headers + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n"
                + body);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
