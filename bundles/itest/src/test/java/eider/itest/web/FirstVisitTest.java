package eider.itest.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import eider.itest.commands.Installation;
import eider.itest.commands.Installation.Server;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A newcomer's page, never reloaded: from the empty home over the first file to the server's stop and its next start. */
class FirstVisitTest {
    @RegisterExtension
    static final Chromium CHROMIUM = new Chromium();

    @TempDir
    Path folder;

    @Test
    void thePageTellsWhatToDoAndComesToLifeAndIsHonestAboutTheServer() throws Exception {
        Installation eider = new Installation(folder);
        Server server = eider.serve();
        try (Visit visit = new Visit(CHROMIUM.browser(), URI.create(server.address() + "/"), server.signIn(), new Browser.NewContextOptions().setLocale("en-US"))) {
            visit.open();
            visit.page().evaluate("window.sinceOpened = true");
            assertThat(visit.page().locator("main").textContent()).contains("No sales yet")
                .contains(eider.home().toRealPath().resolve("inbox").toString())
                .contains("./eider sync-sales --csv FILE");

            Files.write(eider.home().resolve("plugins/cut.jar"), new byte[] {'P', 'K', 3, 4, 0, 0});
            visit.page().locator("#plugins tr").getByText("cut.jar").waitFor();
            assertThat(visit.page().locator("#plugins").textContent()).contains("refused").contains("cut off");

            server.ask("sync-sales", "--csv", Installation.example("sales.csv").toString()).done();
            visit.page().locator(".cards").waitFor();
            visit.awaitCharts();
            assertThat(visit.page().locator(".cards dd").allTextContents().stream().map(text -> text.replaceAll("[^0-9.,]", "")))
                .containsExactly("2,500.00", "10", "250.00", "31");
            visit.assertHarmless();

            server.close();
            visit.await("document.getElementById('live').dataset.live !== 'on'");
            assertThat(visit.page().locator("#live").textContent()).contains("Not live");
            assertThat(visit.page().locator(".cards dd").first().textContent()).contains("2,500.00");

            server = eider.serve("--port", Integer.toString(server.port()));
            visit.await("document.getElementById('live').dataset.live === 'on'");
            assertThat(visit.page().evaluate("window.sinceOpened")).isEqualTo(true);
            visit.forgetLostConnections();
            visit.assertHarmless();
        } finally {
            server.close();
        }
    }
}
