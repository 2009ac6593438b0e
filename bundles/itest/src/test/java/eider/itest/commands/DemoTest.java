package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

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
            Installation.await(() -> rows(eider) > 40_000);
            assertThat(rows(eider)).isBetween(45_000L, 55_000L);
            assertThat(eider.value("select count(distinct product_name) || ' products, ' || count(distinct region) || ' regions, ' || count(distinct user_id)"
                + " || ' accounts, ' || (count(*) filter (where kind = 'refund') between 100 and 5000) from sales")).isEqualTo("8 products, 4 regions, 3 accounts, true");
            figures = eider.value("select count(*), sum(total_amount) from sales");
            server.terminate();
            assertThat(server.end().exit()).isZero();
        }
        // without --demo: still marked, and the second start brings no row twice
        assertThat(new ObjectMapper().readTree(eider.run("status", "--format", "json").done()).get("demo").asBoolean()).isTrue();
        assertThat(eider.value("select count(*), sum(total_amount) from sales")).isEqualTo(figures);
    }

    private static long rows(Installation eider) throws Exception {
        return Long.parseLong(eider.value("select count(*) from sales"));
    }
}
