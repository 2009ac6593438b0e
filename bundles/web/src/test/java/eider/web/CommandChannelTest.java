package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.CommandLine;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandChannelTest {
    private static WebServer server;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** One test or the other stops the bundle. */
    @AfterEach
    void serveAgain() throws Exception {
        server.startWeb();
    }

    @Test
    void letsInNobodyWithoutTheToken() throws Exception {
        String token = server.command().get("token");
        server.commands = line -> {
            throw new AssertionError("a command ran without the token");
        };
        for (String authorization : List.of("Bearer ", "Bearer wrong", "Basic " + token, token, "Bearer " + token + "x", "Bearer " + token.substring(1))) {
            HttpResponse<String> answer = server.send(post("{\"arguments\":[],\"directory\":\"/\",\"width\":0}").setHeader("Authorization", authorization).build());
            assertThat(answer.statusCode()).as(authorization).isEqualTo(401);
            assertThat(answer.body()).startsWith("{\"error\":\"");
        }
    }

    @Test
    void keepsTheTokenInAFileThatOnlyItsOwnerReads() throws Exception {
        Path file = server.commandFile();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(server.command()).containsOnlyKeys("address", "token", "pid").containsEntry("pid", Long.toString(ProcessHandle.current().pid()));
        assertThat(server.command().get("address")).matches("http://127\\.0\\.0\\.1:[0-9]+");
        assertThat(server.command().get("token")).hasSize(43);
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void hasANewTokenAtEachStartAndNoFileWhenStopped() throws Exception {
        String first = server.command().get("token");
        server.stopWeb();
        assertThat(server.commandFile()).doesNotExist();
        server.startWeb();
        assertThat(server.command().get("token")).isNotEqualTo(first);
    }

    @Test
    void runsTheCommandAndTellsOutputAndExitCodeApart() throws Exception {
        AtomicReference<CommandLine> asked = new AtomicReference<>();
        server.commands = line -> {
            asked.set(line);
            try {
                line.out().write("ein Käufer\n".getBytes(StandardCharsets.UTF_8));
                line.err().write("50 %\r".getBytes(StandardCharsets.UTF_8));
                line.out().write('x');
                return 2;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };

        List<Frame> frames = run("{\"arguments\":[\"query\",\"select 'ä'\"],\"directory\":\"/tmp\",\"width\":80,\"account\":\"ann\\n\"}");

        assertThat(frames).filteredOn(frame -> !frame.text().isEmpty())
                .containsExactly(new Frame(1, "ein Käufer\n"), new Frame(2, "50 %\r"), new Frame(1, "x"), new Frame(3, "2"));
        assertThat(asked.get().arguments()).containsExactly("query", "select 'ä'");
        assertThat(asked.get().directory()).isEqualTo(Path.of("/tmp"));
        assertThat(asked.get().width()).isEqualTo(80);
        assertThat(asked.get().account()).isEqualTo("ann");

        run("{\"arguments\":[\"status\"],\"directory\":\"/tmp\",\"width\":80,\"account\":\"a\\u001b[2Jnn\"}");
        assertThat(asked.get().account()).isEqualTo("a?[2Jnn");
        run("{\"arguments\":[\"status\"],\"directory\":\"/tmp\",\"width\":80}");
        assertThat(asked.get().account()).isEqualTo(CommandLine.UNKNOWN);
    }

    @Test
    void sendsEachWriteAtOnce() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        server.commands = line -> {
            try {
                line.out().write("first".getBytes(StandardCharsets.UTF_8));
                return read.await(20, TimeUnit.SECONDS) ? 0 : 1;
            } catch (IOException | InterruptedException e) {
                return 1;
            }
        };

        try (InputStream body = open("{\"arguments\":[],\"directory\":\"/\",\"width\":0}")) {
            assertThat(next(body)).isEqualTo(new Frame(1, "first"));
            read.countDown();
            assertThat(rest(body)).last().isEqualTo(new Frame(3, "0"));
        }
    }

    @Test
    void interruptsASilentCommandWhoseReaderLeaves() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        server.commands = line -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        };

        InputStream body = open("{\"arguments\":[\"sync\",\"inbox\"],\"directory\":\"/\",\"width\":0}");
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
        body.close();

        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsOnlySoManyAtOnce() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        server.commands = line -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                return 1;
            }
            return 0;
        };
        List<InputStream> open = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            open.add(open("{\"arguments\":[],\"directory\":\"/\",\"width\":0}"));
        }

        assertThat(server.send(post("{\"arguments\":[],\"directory\":\"/\",\"width\":0}").build()).statusCode()).isEqualTo(429);
        end.countDown();
        for (InputStream body : open) {
            assertThat(rest(body)).last().isEqualTo(new Frame(3, "0"));
        }
        assertThat(run("{\"arguments\":[],\"directory\":\"/\",\"width\":0}")).last().isEqualTo(new Frame(3, "0"));
    }

    @Test
    void aFaultOfTheCommandIsASentenceAndExitCodeOne() throws Exception {
        server.commands = line -> {
            throw new IllegalStateException("inner matter");
        };

        List<Frame> frames = run("{\"arguments\":[\"status\"],\"directory\":\"/\",\"width\":0}");

        assertThat(frames).last().isEqualTo(new Frame(3, "1"));
        assertThat(frames).anySatisfy(frame -> assertThat(frame.text()).contains("the log of the server says why"));
        assertThat(frames).noneSatisfy(frame -> assertThat(frame.text()).contains("inner matter"));
    }

    @Test
    void refusesWhatIsNoCommandLine() throws Exception {
        for (String body : List.of("", "null", "[]", "{", "{\"arguments\":null,\"directory\":\"/\",\"width\":0}", "{\"arguments\":[null],\"directory\":\"/\",\"width\":0}",
                "{\"arguments\":[],\"directory\":\"here\",\"width\":0}", "{\"arguments\":[],\"directory\":\"/\",\"width\":-1}")) {
            HttpResponse<String> answer = server.send(post(body).build());
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body()).as(body).startsWith("{\"error\":\"This is no command line: ");
        }
        assertThat(server.send(post("x".repeat((1 << 20) + 1)).build()).statusCode()).isEqualTo(413);
    }

    @Test
    void letsACommandFinishThatStopsTheServer() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        server.commands = line -> {
            try {
                Thread stop = Thread.ofPlatform().start(() -> {
                    try {
                        stopping.countDown();
                        server.stopWeb();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                stopping.await();
                stop.join(300);
                line.out().write("stopping\n".getBytes(StandardCharsets.UTF_8));
                return 0;
            } catch (IOException | InterruptedException e) {
                return 1;
            }
        };

        assertThat(run("{\"arguments\":[\"stop\"],\"directory\":\"/\",\"width\":0}")).filteredOn(frame -> !frame.text().isEmpty())
                .containsExactly(new Frame(1, "stopping\n"), new Frame(3, "0"));
    }

    private record Frame(int kind, String text) {}

    private HttpRequest.Builder post(String body) throws IOException, InterruptedException {
        return server.request("/api/v1/commands").header("Authorization", "Bearer " + server.command().get("token"))
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private InputStream open(String body) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = server.client().send(post(body).build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-eider-stream");
        return answer.body();
    }

    private List<Frame> run(String body) throws IOException, InterruptedException {
        try (InputStream in = open(body)) {
            return rest(in);
        }
    }

    private static List<Frame> rest(InputStream body) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (Frame frame = next(body); frame != null; frame = next(body)) {
            frames.add(frame);
        }
        return frames;
    }

    private static Frame next(InputStream body) throws IOException {
        DataInputStream in = new DataInputStream(body);
        int kind = in.read();
        if (kind < 0) {
            return null;
        }
        int length = in.readInt();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write(in.readNBytes(length));
        if (text.size() < length) {
            throw new EOFException("a frame of " + length + " bytes ends after " + text.size());
        }
        return new Frame(kind, text.toString(StandardCharsets.UTF_8));
    }
}
