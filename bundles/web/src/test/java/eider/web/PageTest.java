package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.Plugin;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
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
        server.demo = false;
        server.broken = false;
        server.openStore();
    }

    @Test
    void showsTheFiguresWithoutAnyScript() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount, currency) values "
                + "('2026-01-01', 'sale', 'Europe', 2, 1000.10, 'EUR'), ('2026-01-02', 'sale', 'Europe', 1, 234.40, 'EUR'), "
                + "('2026-01-03', 'refund', 'Asia Pacific', -1, -100.00, 'EUR')");

        HttpResponse<String> page = server.send(server.request("/").header("Accept-Language", "en-GB").build());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
        assertThat(page.body()).contains("<dd>€1,134.50</dd>").contains("<dt>Transactions</dt><dd>2</dd>").contains("<dd>€567.25</dd>")
                .contains("<dt>Units sold</dt><dd>2</dd>").contains("Asia Pacific").contains("1 Jan 2026");
    }

    @Test
    void writesNumbersAsTheReaderDoes() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount, currency) values ('2026-01-01', 'sale', 'Europe', 2, 1234.5, 'EUR')");

        assertThat(server.send(server.request("/").header("Accept-Language", "de-DE").build()).body()).contains("<dd>1.234,50\u00a0€</dd>");
    }

    @Test
    void saysWhatToDoWhileThereAreNoSales() throws Exception {
        HttpResponse<String> page = server.get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("No sales yet").contains("./eider sync-sales --csv FILE").contains(server.home + "/inbox/");
    }

    @Test
    void namesARefusedPluginWithTheReason() throws Exception {
        server.plugins.add(new Plugin("broken.jar", "", "", "ab12", Plugin.State.REFUSED, "The jar is cut off: copy it again.", Instant.EPOCH));
        server.connections.add(new Connection("inbox", "files", Connection.State.HELD, "A load waits for approval.", List.of()));

        assertThat(server.get("/").body()).contains("broken.jar").contains("The jar is cut off: copy it again.").contains("refused")
                .contains("A load waits for approval.").contains("held");
    }

    @Test
    void showsWhichDatasetsDifferFromTheirSourceAndToWhenTheyAreComplete() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        server.connections.add(new Connection("inbox", "files", Connection.State.READY, "", List.of()));
        server.badges.add(new Badge("inbox", "sales", noon, Badge.State.DIFFERS, "1 row fewer here than at the source.", noon, null));
        server.badges.add(new Badge("inbox", "stock", noon, Badge.State.MATCHES, "7 rows here.", noon, null));

        assertThat(server.get("/").body()).contains("state bad", "sales differs", "<span class=\"why\" dir=\"auto\">1 row fewer here than at the source.</span>", "stock matches",
                "title=\"7 rows here.\"", "complete to <time class=\"moment\" datetime=\"2026-01-01T12:00:00Z\">").doesNotContain("<span class=\"why\" dir=\"auto\">7 rows");
    }

    @Test
    void showsHostileNamesAsPlainText() throws Exception {
        String hostile = "<img src=x onerror=alert(1)>\"'</table><script>alert(2)</script>";
        server.sql("insert into sales(date, kind, region, quantity, total_amount) values ('2026-01-01', 'sale', '" + hostile.replace("'", "''") + "', 2, 5)");
        server.plugins.add(new Plugin(hostile, hostile, hostile, hostile, Plugin.State.REFUSED, hostile, Instant.EPOCH));
        server.connections.add(new Connection(hostile, hostile, Connection.State.FAILED, hostile, List.of()));
        server.badges.add(new Badge(hostile, hostile, null, Badge.State.DIFFERS, hostile, null, null));

        String page = server.get("/").body();

        assertThat(page).contains("&lt;img src=x onerror=alert(1)&gt;").doesNotContain("<img src=x").doesNotContain("<script>alert")
                .doesNotContain("title=\"<");
        assertThat(page.split("<script", -1)).as("only the two scripts of the page itself").hasSize(3);
    }

    @Test
    void hasNoInlineScriptOrStyleThatThePolicyWouldRefuse() throws Exception {
        server.sql("insert into sales(date, kind, region, quantity, total_amount) values ('2026-01-01', 'sale', 'Europe', 2, 5)");

        assertThat(server.get("/").body()).doesNotContain("<style").doesNotContain(" style=").doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern(" on[a-z]+=");
    }

    @Test
    void saysThatTheEngineStartsAndComesToLife() throws Exception {
        server.closeStore();
        HttpResponse<String> early = server.get("/");
        server.openStore();

        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.body()).contains("Eider is starting");
        assertThat(server.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void saysInASentenceThatTheStoreFails() throws Exception {
        server.version++;
        server.broken = true;

        HttpResponse<String> page = server.get("/");

        assertThat(page.statusCode()).isEqualTo(500);
        assertThat(page.body()).contains("The figures could not be read").doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void marksADemo() throws Exception {
        assertThat(server.get("/").body()).doesNotContain("Every figure here is made up");
        server.demo = true;
        assertThat(server.get("/").body()).contains("Every figure here is made up");
    }

    @Test
    void hasAPageForWhatIsNotThere() throws Exception {
        HttpResponse<String> page = server.get("/no/such%20page");

        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body()).contains("There is nothing at this address");
    }
}
