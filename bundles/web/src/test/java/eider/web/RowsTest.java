package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where rows come from, by the API. */
class RowsTest {
    private static WebServer server;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static JsonNode json(String path, int status) throws Exception {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return new ObjectMapper().readTree(response.body());
    }

    @Test
    void aRowIsFollowedByItsNumber() throws Exception {
        JsonNode row = json("/api/v1/rows/12", 200);

        assertThat(row.get("present").booleanValue()).isTrue();
        assertThat(row.get("table").textValue()).isEqualTo("sales");
        assertThat(row.get("key").get(0).textValue()).isEqualTo("order_id");
        assertThat(row.get("derived").get(0).get("total_amount").textValue()).as("with all its digits").isEqualTo("10.0000");
        assertThat(row.get("derived").get(0).get("region").isNull()).isTrue();
        JsonNode newest = row.get("versions").get(0);
        assertThat(newest.get("load").get("id").longValue()).isEqualTo(7);
        assertThat(newest.get("at").textValue()).isEqualTo("2026-03-01T12:01:00Z");
        assertThat(newest.get("parts").get(0).get("name").textValue()).isEqualTo("b.csv");
        assertThat(newest.get("quarantined").get("place").textValue()).isEqualTo("b.csv line 7");
        assertThat(newest.get("goneBy").isNull()).isTrue();
        JsonNode before = row.get("versions").get(1);
        assertThat(before.get("goneBy").longValue()).isEqualTo(7);
        assertThat(before.get("successor").longValue()).isEqualTo(12);
        assertThat(before.get("cursorAfter").textValue()).isEqualTo("c1");
        assertThat(before.get("quarantined").isNull()).isTrue();
    }

    @Test
    void rowsAreFollowedByWhatTheirSourceCallsThem() throws Exception {
        assertThat(json("/api/v1/rows/sales?id=10%2F01", 200)).hasSize(1);
        assertThat(json("/api/v1/rows/sales/10/01", 200).get(0).get("row").longValue()).isEqualTo(12);
        assertThat(json("/api/v1/rows/sales/4711", 200)).isEmpty();
    }

    @Test
    void whatIsNotHereIsToldInASentence() throws Exception {
        assertThat(json("/api/v1/rows/13", 404).get("error").textValue()).isEqualTo("no load brought a row 13");
        assertThat(json("/api/v1/rows/sails/13", 404).get("error").textValue()).startsWith("there is no table 'sails'");
        assertThat(json("/api/v1/rows/sales/13?limit=0", 400).get("error").textValue()).isEqualTo("'limit' must be a whole number from 1 to 100.");
        assertThat(json("/api/v1/loads/8/origin", 404).get("error").textValue()).isEqualTo("there is no load 8");
        assertThat(json("/api/v1/rows/sales", 400).get("error").textValue()).isEqualTo("'id' must say which row: what its source calls it.");
        assertThat(json("/api/v1/rows", 404).get("error").textValue()).isEqualTo("There is nothing at this address.");
    }

    @Test
    void aLoadTellsWhatItReadAndWhatOfItWasBad() throws Exception {
        JsonNode load = json("/api/v1/loads/7/origin", 200);

        assertThat(load.get("load").get("id").longValue()).isEqualTo(7);
        assertThat(load.get("cursorBefore").textValue() + load.get("cursorAfter").textValue()).isEqualTo("c1c2");
        assertThat(load.get("parts").get(0).get("name").textValue()).isEqualTo("b.csv");
        assertThat(load.get("quarantined").get(0).get("place").textValue()).isEqualTo("b.csv line 7");
        assertThat(json("/api/v1/loads/7/checks", 200)).as("its neighbour is still there").hasSize(1);
    }
}
