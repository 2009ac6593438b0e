package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
    private static WebServer server;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:PORT", "localhost", "localhost:1", "localhost.evil.example:PORT", "127.0.0.1.nip.io:PORT", "0.0.0.0:PORT",
            "user@localhost:PORT", "localhost:PORT:PORT"})
    void refusesEveryNameThatIsNotThisMachine(String host) throws Exception {
        for (String path : new String[] {"/", "/api/v1/dashboard", "/healthz", "/assets/eider.css", "/no-such-page"}) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: " + host.replace("PORT", port()) + "\r\nConnection: close\r\n\r\n");

            assertThat(answer).as(path).startsWith("HTTP/1.1 4").doesNotContain("No sales yet").doesNotContain("lives");
        }
    }

    @Test
    void saysHowToAskInstead() throws Exception {
        assertThat(raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 421 ")
                .contains("This is not the machine that was asked for");
    }

    @Test
    void refusesARequestWithoutAHost() throws Exception {
        assertThat(raw("GET / HTTP/1.0\r\n\r\n")).contains(" 421 ");
    }

    @Test
    void isNotDeceivedByAnAbsoluteRequestLine() throws Exception {
        String answer = raw("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost:" + port() + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("lives");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]", "LocalHost"})
    void servesTheNamesOfThisMachine(String name) throws Exception {
        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: " + name + ":" + port() + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 200 ").contains("lives");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "https://localhost:PORT", "http://localhost:1"})
    void letsNoOtherPageChangeAnything(String origin) throws Exception {
        HttpResponse<String> answer = server.send(server.request("/api/v1/commands").header("Origin", origin.replace("PORT", port()))
                .header("Authorization", "Bearer " + server.command().get("token"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"arguments\":[],\"directory\":\"/\",\"width\":0}")).build());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("{\"error\":\"A page of another site may not change anything here.\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/no-such-page", "/api/v1/sources", "/api/v1/no-such-thing", "/assets/eider.css", "/healthz"})
    void sendsTheHeadersThatKeepBrowsersStrictWithEveryAnswer(String path) throws Exception {
        HttpResponse<String> answer = server.get(path);

        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow()).contains("default-src 'none'").contains("script-src 'self'")
                .contains("style-src 'self'").contains("frame-ancestors 'none'").doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("same-origin");
        assertThat(answer.headers().firstValue("Server")).isEmpty();
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void namesNoPartsToWhoSendsRubbish() throws Exception {
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: localhost:" + port() + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400")
                .doesNotContain("Jetty").doesNotContain("Exception");
    }

    @Test
    void listensOnTheLoopbackOnly() throws Exception {
        assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
    }

    private static String port() throws IOException {
        return Integer.toString(server.address().getPort());
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
