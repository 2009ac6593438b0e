package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation.Server;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    @TempDir
    Path folder;

    @Test
    void aDemoIsFilledAndStaysOne() throws Exception {
        Installation eider = new Installation(folder);
        String figures;
        try (Server server = eider.serve("--demo")) {
            Installation.await(() -> server.query("select count(*) as n from sales").get(0).get("n").asLong() > 40_000);
            JsonNode shop = server.query("select count(*) as n, count(distinct product_name) as products, count(distinct region) as regions,"
                + " count(distinct user_id) as accounts, count(*) filter (where kind = 'refund') as refunds, max(date) - min(date) as days from sales").get(0);
            assertThat(shop.get("n").asLong()).isBetween(45_000L, 55_000L);
            assertThat(shop.get("products").asInt()).isEqualTo(8);
            assertThat(shop.get("regions").asInt()).isEqualTo(4);
            assertThat(shop.get("accounts").asInt()).isEqualTo(3);
            assertThat(shop.get("refunds").asInt()).isBetween(100, 5_000);
            assertThat(shop.get("days").asInt()).isBetween(720, 735);
            figures = eider.value("select count(*), sum(total_amount) from sales");
            server.terminate();
            assertThat(server.end().exit()).isZero();
        }
        // without --demo: still marked, and the second start brings no row twice
        assertThat(new ObjectMapper().readTree(eider.run("status", "--format", "json").done()).get("demo").asBoolean()).isTrue();
        assertThat(eider.value("select count(*), sum(total_amount) from sales")).isEqualTo(figures);
    }
}
