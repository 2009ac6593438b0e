package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.Plugin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventsTest {
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void tellsOfACommitAtOnce() throws Exception {
        try (Stream stream = new Stream()) {
            assertThat(stream.next()).isEqualTo("alive");
            long before = System.nanoTime();
            server.commit();
            assertThat(stream.next()).isEqualTo("commit");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(1500));
        }
    }

    @Test
    void tellsThatAPluginCame() throws Exception {
        try (Stream stream = new Stream()) {
            assertThat(stream.next()).isEqualTo("alive");
            server.plugins.add(new Plugin("new.jar", "new", "1.0.0", "ab", Plugin.State.SERVING, "", Instant.EPOCH));
            assertThat(stream.next()).isEqualTo("state");
        }
    }

    @Test
    void servesOnlySoManyStreamsAndTakesNewOnesWhenOldOnesLeave() throws Exception {
        List<Stream> streams = new ArrayList<>();
        Browser looker = null;
        try {
            for (int i = 0; i < 64; i++) {
                if (i % 8 == 0) {
                    server.people.has("looker" + i, "user", Map.of(), "looker" + i + "'s own password");
                    looker = server.signIn("looker" + i);
                }
                streams.add(new Stream(looker));
                assertThat(streams.getLast().next()).isEqualTo("alive");
            }
            HttpResponse<String> refused = server.get("/api/v1/events");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).isEqualTo("{\"error\":\"64 pages listen already, or 8 of yours; close one.\"}");
            assertThat(server.get("/").statusCode()).as("open streams take no thread from the pages").isEqualTo(200);

            streams.removeLast().close();
            Await.until(() -> {
                server.commit();
                try (InputStream stream = server.client().send(server.request("/api/v1/events").build(), HttpResponse.BodyHandlers.ofInputStream()).body()) {
                    return stream.read() == 'e';
                }
            }, "a place is free again");
        } finally {
            for (Stream stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void endsWithTheBundleAndLeavesNoListenerBehind() throws Exception {
        try (Stream stream = new Stream()) {
            assertThat(stream.next()).isEqualTo("alive");
            assertThat(server.listeners).hasSize(1);
            server.stopWeb();
            assertThat(stream.next()).isNull();
            assertThat(server.listeners).isEmpty();
            Await.until(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().startsWith("web-")), "its threads have ended");
        }
    }

    private final class Stream implements AutoCloseable {
        private final InputStream in;
        private final BufferedReader lines;

        Stream() throws IOException, InterruptedException {
            this(server.admin());
        }

        Stream(Browser browser) throws IOException, InterruptedException {
            HttpResponse<InputStream> answer = server.client().send(browser.request("/api/v1/events").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
            in = answer.body();
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        }

        /** The name of the next event that a browser would dispatch, so one with data; null when the server ended the stream. */
        String next() throws IOException {
            String name = null;
            boolean data = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ") && line.length() > 6) {
                    data = true;
                } else if (line.isEmpty() && data) {
                    return name;
                }
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
