package eider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import eider.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CommandClientTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicReference<String> asked = new AtomicReference<>();
    private HttpServer server;
    private Answer answer = frames -> {};

    @TempDir
    private Path folder;

    private interface Answer {
        void write(DataOutputStream frames) throws IOException;
    }

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/commands", exchange -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean allowed = "Bearer sesame".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(allowed ? 200 : 401, 0);
            try (DataOutputStream frames = new DataOutputStream(exchange.getResponseBody())) {
                if (allowed) {
                    answer.write(frames);
                }
            }
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void showsOutputAndErrorsAndEndsWithTheExitCode() throws Exception {
        answer = frames -> {
            frame(frames, 1, "grün\n");
            frame(frames, 2, "reading\r");
            frame(frames, 1, "");
            frame(frames, 1, "done\n");
            frame(frames, 3, "2");
        };
        assertThat(run("sesame")).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("grün\ndone\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("reading\r");
        assertThat(asked.get()).isEqualTo("{\"arguments\":[\"query\",\"select 'ü\\\"\\\\ \\u000a'\"],\"directory\":\"/some where\",\"width\":120,\"account\":\"ann \\\"o'hara\\\"\"}");
    }

    @Test
    void aServerThatDiesMidwayIsAFailure() {
        answer = frames -> {
            frame(frames, 1, "half");
            frames.writeByte(1);
            frames.writeInt(100);
        };
        assertThatThrownBy(() -> run("sesame")).isInstanceOf(EngineException.class).hasMessageContaining("went away");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("half");
    }

    @Test
    void aFrameOfUnknownKindOrLengthIsRefused() {
        answer = frames -> frame(frames, 9, "");
        assertThatThrownBy(() -> run("sesame")).isInstanceOf(EngineException.class).hasMessageContaining("kind 9");
        answer = frames -> {
            frames.writeByte(1);
            frames.writeInt(-1);
        };
        assertThatThrownBy(() -> run("sesame")).isInstanceOf(EngineException.class).hasMessageContaining("-1 bytes");
    }

    @Test
    void aRefusedTokenIsAFailure() {
        assertThatThrownBy(() -> run("wrong")).isInstanceOf(EngineException.class).hasMessageContaining("HTTP 401");
    }

    @Test
    void nobodyThereIsToldApart() {
        server.stop(0);
        assertThatThrownBy(() -> run("sesame")).isInstanceOf(ConnectException.class);
    }

    @Test
    void theFileOfAServerTellsWhereItIs() throws Exception {
        Path file = folder.resolve("command.properties");
        assertThat(CommandClient.of(file)).isEmpty();
        Files.writeString(file, "address=http://127.0.0.1:1234\ntoken=a-b_c\npid=1\n");
        assertThat(CommandClient.of(file)).contains(new CommandClient(URI.create("http://127.0.0.1:1234"), "a-b_c"));
        Files.writeString(file, "address=http://127.0.0.1:1234\n");
        assertThat(CommandClient.of(file)).isEmpty();
    }

    private int run(String token) throws Exception {
        CommandClient client = new CommandClient(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), token);
        return client.run(List.of("query", "select 'ü\"\\ \n'"), Path.of("/some where"), 120, "ann \"o'hara\"", new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static void frame(DataOutputStream frames, int kind, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        frames.writeByte(kind);
        frames.writeInt(bytes.length);
        frames.write(bytes);
        frames.flush();
    }
}
