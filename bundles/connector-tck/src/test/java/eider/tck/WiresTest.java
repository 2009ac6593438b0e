package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever class of the JDK sends, it is seen. */
class WiresTest {
    private HttpServer server;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void silenceIsSilent() throws Exception {
        assertThat(Wires.sentDuring(folder, () -> "nothing".length())).isEmpty();
    }

    @Test
    void anHttpClientIsSeen() throws Exception {
        assertSeen(() -> {
            try (HttpClient client = HttpClient.newHttpClient()) {
                return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port())).build(), HttpResponse.BodyHandlers.ofString());
            }
        });
    }

    @Test
    void aConnectionOfTheOldKindIsSeen() throws Exception {
        assertSeen(() -> URI.create("http://127.0.0.1:" + port()).toURL().openStream().read());
    }

    @Test
    void aSocketIsSeen() throws Exception {
        assertSeen(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port()); OutputStream out = socket.getOutputStream()) {
                out.write('x');
                return null;
            }
        });
    }

    @Test
    void aChannelIsSeen() throws Exception {
        assertSeen(() -> {
            try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()))) {
                return channel.write(ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private void assertSeen(Callable<?> work) throws Exception {
        assertThat(Wires.sentDuring(folder, work)).anyMatch(sent -> sent.contains(":" + port()));
    }
}
