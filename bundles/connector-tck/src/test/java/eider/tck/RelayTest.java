package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The failing server, seen from the side of a source. */
class RelayTest {
    private HttpServer beyond;
    private Relay relay;
    private HttpClient client;

    @BeforeEach
    void start() throws IOException {
        beyond = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        beyond.createContext("/v1", exchange -> {
            try (exchange) {
                String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("X-Key") + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String here = "http://127.0.0.1:" + beyond.getAddress().getPort() + "/v1/next?page=2";
                byte[] body = ("{\"asked\":\"" + asked + "\",\"next\":\"" + here + "\",\"escaped\":\"" + here.replace("/", "\\/") + "\",\"ü\":1}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
                exchange.getResponseHeaders().set("Link", "<" + here + ">; rel=next");
                exchange.sendResponseHeaders(201, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        beyond.start();
        relay = Relay.to(URI.create("http://127.0.0.1:" + beyond.getAddress().getPort() + "/v1"));
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        client.close();
        relay.close();
        beyond.stop(0);
    }

    @Test
    void handsRequestsOnAndAnswersBack() throws Exception {
        HttpResponse<String> response = post();
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).contains("\"asked\":\"POST /v1/sales?a=%2F&b=c open hello\"", "\"ü\":1");
        assertThat(relay.handedOn()).containsExactly("POST /v1/sales");
    }

    @Test
    void staysBetweenTheTwoWhereAnAnswerLeadsOn() throws Exception {
        HttpResponse<String> response = post();
        String next = relay.address() + "/next?page=2";
        assertThat(response.body()).contains("\"next\":\"" + next + "\"", "\"escaped\":\"" + next.replace("/", "\\/") + "\"");
        assertThat(response.headers().firstValue("Link")).contains("<" + next + ">; rel=next");
        assertThat(response.body()).doesNotContain(":" + beyond.getAddress().getPort() + "/");
    }

    @Test
    void failsFromARequestOnUntilItHeals() throws Exception {
        relay.fail(Relay.Failure.SERVER_ERROR, 1);
        assertThat(post().statusCode()).isEqualTo(201);
        assertThat(relay.failed()).isFalse();
        assertThat(post().statusCode()).isEqualTo(500);
        assertThat(post().statusCode()).isEqualTo(500);
        assertThat(relay.failed()).isTrue();
        relay.heal();
        assertThat(post().statusCode()).isEqualTo(201);
    }

    @Test
    void asksToWaitInBothWays() throws Exception {
        relay.fail(Relay.Failure.TOO_MANY_FOR_SECONDS, 0);
        assertThat(post().headers().firstValue("Retry-After")).contains("97");
        relay.fail(Relay.Failure.TOO_MANY_UNTIL, 0);
        Instant until = ZonedDateTime.parse(post().headers().firstValue("Retry-After").orElseThrow(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        assertThat(Duration.between(Instant.now(), until)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(97));
        relay.fail(Relay.Failure.TOO_MANY, 0);
        assertThat(post().headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void cutsBeforeAndWithinAnAnswer() {
        relay.fail(Relay.Failure.CUT_BEFORE, 0);
        assertThatThrownBy(this::post).isInstanceOf(IOException.class);
        relay.fail(Relay.Failure.CUT_WITHIN, 0);
        assertThatThrownBy(this::post).isInstanceOf(IOException.class);
    }

    @Test
    void sendsHalfOfTheJsonAsIfThatWereAll() throws Exception {
        String whole = post().body();
        relay.fail(Relay.Failure.BROKEN_JSON, 0);
        HttpResponse<String> response = post();
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).isNotEmpty().hasSizeLessThan(whole.length());
        assertThat(whole).startsWith(response.body());
    }

    private HttpResponse<String> post() throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(relay.address() + "/sales?a=%2F&b=c")).timeout(Duration.ofSeconds(10)).header("X-Key", "open")
                .POST(HttpRequest.BodyPublishers.ofString("hello")).build(), HttpResponse.BodyHandlers.ofString());
    }
}
