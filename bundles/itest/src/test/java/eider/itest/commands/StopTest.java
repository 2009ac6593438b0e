package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation.Answer;
import eider.itest.commands.Installation.Running;
import eider.itest.commands.Installation.Server;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTest {
    private static final int LONG = 3_000_000;

    @TempDir
    Path folder;

    @Test
    void sigtermInTheMiddleOfALoadKeepsAllOfItOrNothing() throws Exception {
        Installation eider = new Installation(folder);
        Path file = Files.createDirectories(eider.home().resolve("inbox")).resolve("long.csv");
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write("date,product_name,quantity,unit_price,total_amount,region\n");
            for (int i = 0; i < LONG; i++) {
                writer.write("2026-0" + (1 + i % 9) + "-1" + i % 10 + ",Product " + i % 8 + ",1,2.00,2.00,Region " + i % 4 + "\n");
            }
        }
        try (Server server = eider.serve()) {
            eider.run("sync-sales", "--csv", Installation.example("sales.csv").toString()).done();
            Running load = eider.launch(folder, "--home", eider.home().toString(), "sync", "inbox");
            Installation.await(() -> state(server, "inbox").equals("syncing"));

            server.terminate();
            Answer end = server.end();
            assertThat(end.exit()).as(end.toString()).isZero();
            assertThat(end.out()).contains("Stopping").contains("Stopped");
            assertThat(end.err()).isEmpty();
            Answer told = load.end();
            assertThat(told.exit()).as(told.toString()).isEqualTo(1);
            assertThat(told.err()).isNotBlank().doesNotContain("\tat ").doesNotContain("Exception");
        }
        // it may have committed just before the signal came; half of it is what must never be
        boolean whole = !eider.value("select count(*) from sales").equals("10");
        assertThat(eider.value("select count(*), sum(total_amount) from sales")).isEqualTo(whole ? (LONG + 10) + "," + (2L * LONG + 2500) + ".0000" : "10,2500.0000");
        assertThat(eider.run("sync", "inbox").done()).startsWith(whole ? "sales: nothing new" : "sales: 3,000,000 rows in");
    }

    private static String state(Server server, String connection) throws Exception {
        for (JsonNode source : new ObjectMapper().readTree(server.ask("sources", "--format", "json").done())) {
            if (source.get("name").asText().equals(connection)) {
                return source.get("state").asText();
            }
        }
        return "none";
    }
}
