package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.Plugin;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTest {
    private static WebServer server;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @AfterEach
    void tidy() throws Exception {
        server.sql("delete from sales");
        server.connections.clear();
        server.plugins.clear();
        server.broken = false;
        server.openStore();
    }

    @Test
    void givesMoneyExactly() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount, currency) select date '2026-01-01', 'sale', 'Europe', 1, 0.1, 'EUR' from range(3)");
        server.sql("insert into sales(date, kind, region, quantity, total_amount, currency) values ('2026-01-02', 'sale', null, 1.5, 99999999999999.9999, 'EUR')");

        JsonNode json = json(server.get("/api/v1/dashboard"));

        assertThat(json.get("sales").textValue()).isEqualTo("100000000000000.2999");
        assertThat(json.get("transactions").longValue()).isEqualTo(4);
        assertThat(json.get("average").textValue()).isEqualTo("25000000000000.0750");
        assertThat(json.get("units").textValue()).isEqualTo("4.5000");
        assertThat(json.get("currency").textValue()).isEqualTo("EUR");
        assertThat(json.get("days").get(0).get("date").textValue()).isEqualTo("2026-01-01");
        assertThat(json.get("days").get(0).get("sales").textValue()).isEqualTo("0.3000");
        assertThat(json.get("regions").get(0).get("name").isNull()).isTrue();
        assertThat(json.get("regions").get(1).get("name").textValue()).isEqualTo("Europe");
    }

    @Test
    void namesNoCurrencyWhereThereAreSeveral() throws Exception {
        server.sql("insert into sales(date, kind, quantity, total_amount, currency) values ('2026-01-01', 'sale', 1, 1, 'EUR'), ('2026-01-01', 'sale', 1, 1, 'USD')");

        assertThat(json(server.get("/api/v1/dashboard")).get("currency").isNull()).isTrue();
    }

    @Test
    void keepsToTheDaysThatAreAskedFor() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount) "
                + "select date '2026-01-01' + cast(i as integer), 'sale', 'Europe', 1, 10 from range(31) t(i)");

        JsonNode json = json(server.get("/api/v1/dashboard?from=2026-01-10&to=2026-01-12"));

        assertThat(json.get("transactions").longValue()).isEqualTo(3);
        assertThat(json.get("days")).hasSize(3);
    }

    @Test
    void addsUpTheRegionsBeyondTheFirstTwenty() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount) select date '2026-01-01', 'sale', 'r' || i, 1, 100 - i from range(25) t(i)");

        JsonNode json = json(server.get("/api/v1/dashboard"));

        assertThat(json.get("regions")).hasSize(20);
        assertThat(json.get("otherRegions").get("name").textValue()).isEqualTo("5 other regions");
        assertThat(json.get("otherRegions").get("sales").textValue()).isEqualTo("390.0000");
    }

    @Test
    void seesWhatWasCommittedSince() throws Exception {
        assertThat(json(server.get("/api/v1/dashboard")).get("transactions").longValue()).isZero();
        server.sql("insert into sales(date, kind, quantity, total_amount) values ('2026-01-01', 'sale', 1, 1)");
        assertThat(json(server.get("/api/v1/dashboard")).get("transactions").longValue()).isEqualTo(1);
    }

    @Test
    void answersInOneShapeWhateverIsWrong() throws Exception {
        assertError(server.get("/api/v1/dashboard?from=yesterday"), 400, "'from' is no day: write it as 2026-01-31.");
        assertError(server.get("/api/v1/dashboard?from=2026-02-01&to=2026-01-01"), 400, "'from' lies after 'to': give the earlier day first.");
        assertError(server.get("/api/v1/loads?limit=many"), 400, "'limit' must be a whole number from 1 to 1000.");
        assertError(server.get("/api/v1/no-such-thing"), 404, "There is nothing at this address.");
        assertError(server.get("/api/v2/dashboard"), 404, "There is nothing at this address.");
        assertError(server.send(server.request("/api/v1/sources").header("X-Eider-Form", server.admin().form()).DELETE().build()), 405, "This address does not take that method.");
        assertError(server.get("/api/v1/commands"), 405, "This address does not take that method.");
        assertThat(server.send(server.request("/").header("X-Eider-Form", server.admin().form()).DELETE().build()).body()).isEqualTo("This address does not take that method.\n");
        server.version++;
        server.broken = true;
        assertError(server.get("/api/v1/dashboard"), 500, "The disk that holds the store is full.");
    }

    @Test
    void saysThatTheStoreIsNotOpenYet() throws Exception {
        server.closeStore();

        assertError(server.get("/api/v1/dashboard"), 503, "The store is not open yet; try again in a moment.");
        assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
        assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
        server.openStore();
        assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
        server.broken = true;
        assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
    }

    @Test
    void tellsOfSourcesPluginsAndLoads() throws Exception {
        server.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));
        server.plugins.add(new Plugin("bad.jar", "", "", "ab", Plugin.State.REFUSED, "It is no jar.", Instant.parse("2026-01-01T10:00:00Z")));

        JsonNode source = json(server.get("/api/v1/sources")).get(0);
        JsonNode plugin = json(server.get("/api/v1/plugins")).get(0);
        JsonNode load = json(server.get("/api/v1/loads?limit=5")).get(0);

        assertThat(source.get("name").textValue()).isEqualTo("inbox");
        assertThat(source.get("state").textValue()).isEqualTo("ready");
        assertThat(source.get("datasets")).isEmpty();
        assertThat(plugin.get("state").textValue()).isEqualTo("refused");
        assertThat(plugin.get("reason").textValue()).isEqualTo("It is no jar.");
        assertThat(plugin.get("since").textValue()).isEqualTo("2026-01-01T10:00:00Z");
        assertThat(load.get("id").longValue()).isEqualTo(7);
        assertThat(load.get("state").textValue()).isEqualTo("committed");
    }

    @Test
    void tellsHowFarEachDatasetCanBeReliedOn() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        server.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));
        server.badges.add(new Badge("inbox", "sales", noon, Badge.State.DIFFERS, "1 row fewer here.", noon.plusSeconds(5), new Badge.Comparison(2, 3, 0, List.of())));
        server.badges.add(new Badge("inbox", "stock", null, Badge.State.NOT_COMPARED, "It was not compared yet.", null, null));
        server.badges.add(new Badge("other", "sales", noon, Badge.State.MATCHES, "", noon, null));

        JsonNode datasets = json(server.get("/api/v1/sources")).get(0).get("datasets");

        assertThat(datasets).hasSize(2);
        assertThat(datasets.get(0).toString()).isEqualTo("{\"dataset\":\"sales\",\"completeTo\":\"2026-01-01T12:00:00Z\",\"compared\":\"differs\","
                + "\"comparedAt\":\"2026-01-01T12:00:05Z\",\"rowsHere\":2,\"rowsAtSource\":3,\"quarantined\":0,\"message\":\"1 row fewer here.\"}");
        assertThat(datasets.get(1).get("completeTo").isNull()).isTrue();
        assertThat(datasets.get(1).get("compared").textValue()).isEqualTo("not_compared");
    }

    @Test
    void tellsWhatCameOfEachRuleInALoad() throws Exception {
        JsonNode check = json(server.get("/api/v1/loads/7/checks")).get(0);

        assertThat(check.get("rule").textValue()).isEqualTo("sales: date required");
        assertThat(check.get("action").textValue()).isEqualTo("quarantine");
        assertThat(List.of(check.get("checked").longValue(), check.get("broken").longValue())).containsExactly(13L, 1L);
        assertThat(check.get("example").textValue()).isEqualTo("date: empty, but required");
        assertThat(json(server.get("/api/v1/loads/8/checks"))).isEmpty();
        assertError(server.get("/api/v1/loads/x/checks"), 404, "There is nothing at this address.");
    }

    @Test
    void shipsItsAssetsCompressedAndForGood() throws Exception {
        String page = server.get("/").body();
        String address = page.replaceAll("(?s).*src=\"(/assets/echarts[^\"]+)\".*", "$1");

        HttpResponse<byte[]> packed = server.client().send(server.request(address).header("Accept-Encoding", "gzip").build(), HttpResponse.BodyHandlers.ofByteArray());
        HttpResponse<byte[]> plain = server.client().send(server.request(address).build(), HttpResponse.BodyHandlers.ofByteArray());

        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(packed.body().length).isLessThan(plain.body().length / 2);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes()).isEqualTo(plain.body());
        assertThat(new String(plain.body(), StandardCharsets.UTF_8)).contains("echarts");
        assertThat(server.get("/assets/../eider/web/Gate.class").statusCode()).isIn(400, 404);
        assertThat(server.get("/assets/Gate.class").statusCode()).isEqualTo(404);
    }

    @Test
    void drawsTooltipsOnTheCanvasSoThatNoNameBecomesMarkup() throws Exception {
        assertThat(server.get("/assets/dashboard.js").body()).contains("renderMode: \"richText\"").doesNotContain("innerHTML").doesNotContain("insertAdjacentHTML");
    }

    private static void assertError(HttpResponse<String> answer, int status, String sentence) throws Exception {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        JsonNode json = new ObjectMapper().readTree(answer.body());
        assertThat(json.size()).isEqualTo(1);
        assertThat(json.get("error").textValue()).isEqualTo(sentence);
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        return new ObjectMapper().readTree(answer.body());
    }
}
