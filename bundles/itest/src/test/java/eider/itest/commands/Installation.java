package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The assembled distribution on one home, run by its script: each command a process of its own, what it says kept beside the home, never in it. */
public final class Installation {
    private static final int PATIENCE_SECONDS = 120;
    private static final Path DISTRIBUTION = Path.of(System.getProperty("eider.itest.distribution"));
    private static final Path REPOSITORY = Path.of(System.getProperty("eider.itest.repository"));

    private final Path home;
    private final Path said;
    private final Map<String, String> environment = new TreeMap<>();
    private final AtomicInteger number = new AtomicInteger();

    /** @param folder of the test: the home is {@code home} in it, made by the first command */
    public Installation(Path folder) throws IOException {
        this.home = folder.resolve("home");
        this.said = Files.createDirectories(folder.resolve("said"));
    }

    /** What a command left behind. */
    public record Answer(int exit, String out, String err) {
        /** Fails with all that was said unless the command was done. */
        public String done() {
            assertThat(exit).as(toString()).isZero();
            return out;
        }
    }

    public static Path example(String name) {
        return REPOSITORY.resolve("docs/examples").resolve(name);
    }

    public Path home() {
        return home;
    }

    /** Runs a command on this home, standing in the folder of the test. */
    public Answer run(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("--home", home.toString()));
        line.addAll(List.of(words));
        return runIn(said, line.toArray(String[]::new));
    }

    /** What every process from now on finds in its environment; null takes it away again. */
    void environment(String name, String value) {
        if (value == null) {
            environment.remove(name);
        } else {
            environment.put(name, value);
        }
    }

    /** Runs a command line as it is: the home is to be named in it. */
    Answer runIn(Path directory, String... words) throws Exception {
        Running running = launch(directory, words);
        return running.end();
    }

    /** The one value that a statement answers, as CSV. */
    String value(String sql) throws Exception {
        List<String> lines = run("query", sql, "--format", "csv").done().lines().toList();
        assertThat(lines).as(sql).hasSize(2);
        return lines.get(1);
    }

    Running launch(Path directory, String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of(DISTRIBUTION.resolve("eider").toString()));
        line.addAll(List.of(words));
        int id = number.incrementAndGet();
        Path out = said.resolve(id + ".out");
        Path err = said.resolve(id + ".err");
        ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TZ", "UTC");
        builder.environment().remove("SUDO_USER");
        builder.environment().putAll(environment);
        builder.environment().remove("EIDER_JAVA_OPTIONS");
        return new Running(builder.start(), out, err);
    }

    /** Starts a server, on any free port unless one is named, and returns when it is ready. */
    public Server serve(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of("--home", home.toString(), "start"));
        if (!List.of(options).contains("--port")) {
            line.addAll(List.of("--port", "0"));
        }
        line.addAll(List.of(options));
        return new Server(home, launch(said, line.toArray(String[]::new)));
    }

    /** A command under way. */
    record Running(Process process, Path outFile, Path errFile) {
        String out() throws IOException {
            return Files.readString(outFile);
        }

        String err() throws IOException {
            return Files.readString(errFile);
        }

        /** Waits for its end. */
        Answer end() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("no end after " + PATIENCE_SECONDS + " s; it said: " + out() + err());
            }
            return new Answer(process.exitValue(), out(), err());
        }
    }

    /** A server under way; closing it sends SIGTERM and waits. */
    public static final class Server implements AutoCloseable {
        private static final HttpClient HTTP = HttpClient.newHttpClient();
        private static final String READY = "Ready after ";
        private final Path home;
        private final Running running;
        private final String address;

        private Server(Path home, Running running) throws Exception {
            this.home = home;
            this.running = running;
            try {
                await(() -> running.out().contains("to stop") || !running.process().isAlive());
                assertThat(running.process().isAlive()).as(running.out() + running.err()).isTrue();
            } catch (AssertionError | Exception e) {
                running.process().destroyForcibly();
                throw e;
            }
            String ready = running.out().lines().filter(line -> line.startsWith(READY)).findFirst().orElseThrow();
            address = ready.substring(ready.indexOf("http"), ready.length() - 1);
        }

        /** Without a slash at its end. */
        public String address() {
            return address;
        }

        public int port() {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }

        /** The session of an admin, who is made by the link that was printed if there is no account yet, and signs in otherwise. */
        public String signIn() throws Exception {
            try (Browser browser = new Browser()) {
                if (browser.open(URI.create(address + "/sign-in")).body().contains("There is no account yet")) {
                    await(() -> said().contains("Another link:"));
                    String link = said().lines().map(String::strip).filter(line -> line.contains("/set-up?key=")).findFirst().orElseThrow();
                    browser.makeAccount(URI.create(link), "root");
                } else {
                    browser.signIn(URI.create(address), "root", Browser.PASSWORD);
                }
                return browser.session();
            }
        }

        /** What it has printed so far. */
        String said() throws IOException {
            return running.out();
        }

        long pid() {
            return running.process().pid();
        }

        /** What became of it once it has ended. */
        public Answer end() throws IOException, InterruptedException {
            return running.end();
        }

        /** Runs a command as the client does, without a process for it. */
        public Answer ask(String... words) throws Exception {
            Properties file = new Properties();
            try (InputStream in = Files.newInputStream(home.resolve("data/command.properties"))) {
                file.load(in);
            }
            String body = new ObjectMapper().writeValueAsString(Map.of("arguments", List.of(words), "directory", home.toString(), "width", 0));
            HttpResponse<InputStream> response = HTTP.send(HttpRequest.newBuilder(URI.create(address + "/api/v1/commands"))
                .header("Authorization", "Bearer " + file.getProperty("token")).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            try (DataInputStream frames = new DataInputStream(response.body())) {
                while (true) {
                    int kind = frames.readByte();
                    byte[] payload = frames.readNBytes(frames.readInt());
                    if (kind == 3) {
                        return new Answer(Integer.parseInt(new String(payload, StandardCharsets.US_ASCII)), out.toString(StandardCharsets.UTF_8),
                            err.toString(StandardCharsets.UTF_8));
                    }
                    (kind == 1 ? out : err).write(payload);
                }
            }
        }

        /** The rows that a statement answers. */
        public JsonNode query(String sql) throws Exception {
            return new ObjectMapper().readTree(ask("query", sql, "--format", "json").done());
        }

        /** Asks it by SIGTERM to stop. */
        public void terminate() {
            running.process().destroy();
        }

        @Override
        public void close() throws IOException {
            terminate();
            try {
                end();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                running.process().destroyForcibly();
            }
        }
    }

    public static void await(Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
            LockSupport.parkNanos(20_000_000);
        }
    }
}
