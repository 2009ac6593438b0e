package eider.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server in a process of its own. The script replaces itself by the server, so the process that was started is the one that serves.
 *
 * @param begun {@code System.nanoTime()} just before it was started
 */
record Server(Process process, Path home, URI address, long begun) implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final long LOOK_AGAIN = Duration.ofMillis(10).toNanos();
    private static final int TIMEOUT = 30_000;
    private static final int TOO_MANY = 429;
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final int EXIT = 3;

    /** As many commands run already as it allows. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;

        Full() {
            super("the server runs as many commands as it allows");
        }
    }

    /** Starts a server and returns as soon as its page answers, to somebody who is signed in: a home without an account gets one. */
    static Server start(Path script, Path home) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path output = Files.createTempFile("eider-bench", ".out");
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(script.toString(), "start", "--home", home.toString(), "--port", Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        Server server = new Server(process, home, URI.create("http://127.0.0.1:" + port), begun);
        try {
            await(server, Files.exists(server.session()) ? "/" : "/sign-in", output);
            if (!Files.exists(server.session())) {
                Files.writeString(server.session(), FirstAccount.make(link(server, output)));
                await(server, "/", output);
            }
        } catch (IOException | InterruptedException e) {
            server.close();
            throw e;
        } finally {
            Files.delete(output);
        }
        return server;
    }

    /** The link that the server prints once it is ready; a link that is asked for before would be ended by it. */
    private static URI link(Server server, Path output) throws IOException, InterruptedException {
        while (true) {
            for (String line : Files.readAllLines(output)) {
                if (line.contains("/set-up?key=")) {
                    return URI.create(line.substring(line.indexOf("http")).strip());
                }
            }
            if (!server.process.isAlive() || System.nanoTime() - server.begun > LONGEST_START.toNanos()) {
                throw new IOException("the server printed no link to the first account: " + Files.readString(output).strip());
            }
            pause();
        }
    }

    private static void await(Server server, String path, Path output) throws IOException, InterruptedException {
        while (!server.answers(path)) {
            if (!server.process.isAlive() || System.nanoTime() - server.begun > LONGEST_START.toNanos()) {
                throw new IOException("the server did not answer: " + Files.readString(output).strip());
            }
            pause();
        }
    }

    /** Where the cookie of a home is kept, so that its next start is asked as somebody who is signed in already. */
    private Path session() {
        return home.resolve("bench-session");
    }

    ProcessFigures figures() {
        return new ProcessFigures(process.pid());
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(LOOK_AGAIN);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Whether a page is served. */
    private boolean answers(String path) throws IOException {
        try {
            HttpURLConnection connection = open(path);
            int status = connection.getResponseCode();
            if (status == HttpURLConnection.HTTP_OK) {
                try (InputStream body = connection.getInputStream()) {
                    return body.readAllBytes().length > 0;
                }
            }
            return false;
        } catch (SocketException | SocketTimeoutException notYet) {
            return false;
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) address.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT);
        connection.setReadTimeout(TIMEOUT);
        connection.setInstanceFollowRedirects(false);
        if (Files.exists(session())) {
            connection.setRequestProperty("Cookie", Files.readString(session()));
        }
        return connection;
    }

    /** What a command answers, over the way that {@code eider} itself takes but without starting a JVM for it. */
    JsonNode ask(String... words) throws IOException {
        Properties command = new Properties();
        try (InputStream in = Files.newInputStream(home.resolve("data/command.properties"))) {
            command.load(in);
        }
        HttpURLConnection connection = open("/api/v1/commands");
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Authorization", "Bearer " + command.getProperty("token"));
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Accept", "application/x-eider-stream");
        connection.setDoOutput(true);
        connection.getOutputStream().write(MAPPER.writeValueAsBytes(Map.of("arguments", List.of(words), "directory", home.toString(), "width", 0)));
        if (connection.getResponseCode() == TOO_MANY) {
            throw new Full();
        }
        try (DataInputStream frames = new DataInputStream(connection.getInputStream())) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteArrayOutputStream errors = new ByteArrayOutputStream();
            while (true) {
                int kind = frames.readUnsignedByte();
                byte[] payload = frames.readNBytes(frames.readInt());
                switch (kind) {
                    case OUTPUT -> answer.writeBytes(payload);
                    case ERRORS -> errors.writeBytes(payload);
                    case EXIT -> {
                        if (!"0".equals(new String(payload, StandardCharsets.US_ASCII).strip())) {
                            throw new IOException("'eider " + String.join(" ", words) + "' failed: " + errors.toString(StandardCharsets.UTF_8));
                        }
                        return MAPPER.readTree(answer.toByteArray());
                    }
                    default -> throw new IOException("a frame of kind " + kind);
                }
            }
        }
    }

    /** The load that began last, as {@code eider loads} tells it. */
    JsonNode lastLoad() throws IOException {
        return ask("loads", "--limit", "1", "--format", "json").get(0);
    }

    /** How long a load took. */
    static double seconds(JsonNode load) {
        return Duration.between(Instant.parse(load.get("started").textValue()), Instant.parse(load.get("finished").textValue())).toMillis() / 1000.0;
    }

    /** What an address of it answers, read to its end. */
    void get(String path) throws IOException {
        HttpURLConnection connection = open(path);
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException(path + " was answered with " + connection.getResponseCode());
        }
        try (InputStream body = connection.getInputStream()) {
            body.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Stops it as a service manager would, and waits until it is gone. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("the server on " + home + " did not stop within a minute");
        }
    }
}
