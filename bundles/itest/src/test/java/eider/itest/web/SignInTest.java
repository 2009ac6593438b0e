package eider.itest.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import eider.itest.commands.Installation;
import eider.itest.commands.Installation.Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** People who sign in to a demo by its page, and every page behind it, in a real browser: it alone says what a form's origin is and which cookies it keeps. */
class SignInTest {
    @RegisterExtension
    static final Chromium CHROMIUM = new Chromium();

    @TempDir
    static Path folder;

    private static Server server;
    private static String session;

    @BeforeAll
    static void start() throws Exception {
        server = new Installation(folder).serve("--demo");
        try (eider.itest.commands.Browser admin = new eider.itest.commands.Browser()) {
            admin.signIn(address("/"), "admin", "admin123");
            session = admin.session();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static URI address(String path) {
        return URI.create(server.address() + path);
    }

    @Test
    void theKeyboardAloneSignsInAndOut() {
        try (Visit visit = new Visit(CHROMIUM.browser(), address("/"), null)) {
            Page page = visit.page();
            page.navigate(address("/account").toString());
            assertThat(page.evaluate("document.activeElement.id")).isEqualTo("username");
            page.keyboard().type("manager");
            page.keyboard().press("Tab");
            page.keyboard().type("manager123");
            page.keyboard().press("Enter");
            page.waitForURL("**/account");
            assertThat(page.locator(".card-of .name").textContent()).isEqualTo("manager");
            assertThat(page.locator("nav").textContent()).contains("Dashboard", "Account", "Sign out").doesNotContain("People").doesNotContain("Plugins");
            assertThat(page.evaluate("document.cookie")).as("what a script of the page sees of the cookies").isEqualTo("");
            visit.assertHarmless();
            page.locator("nav button").focus();
            page.keyboard().press("Enter");
            page.waitForURL("**/sign-in?done=out");
            page.navigate(address("/account").toString());
            assertThat(page.url()).contains("/sign-in?to=");
        }
    }

    @Test
    void aPageThatIsOpenLeavesWhenItsSessionEnds() {
        try (Visit visit = new Visit(CHROMIUM.browser(), address("/"), null)) {
            Page page = visit.page();
            page.navigate(address("/").toString());
            page.fill("#username", "user");
            page.fill("#password", "user123");
            page.keyboard().press("Enter");
            page.waitForSelector(".cards");
            page.clock().install();
            Page other = page.context().newPage();
            other.navigate(address("/account").toString());
            other.locator("nav button").click();
            other.waitForURL("**/sign-in?done=out");
            page.clock().runFor(120_000);
            page.waitForURL("**/sign-in");
        }
    }

    @ParameterizedTest
    @CsvSource({"LIGHT,1280", "DARK,1280", "LIGHT,320", "DARK,2560"})
    void everyPageIsSoundInEveryLightAndWidth(ColorScheme scheme, int width) {
        Browser.NewContextOptions options = new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 900);
        try (Visit visit = new Visit(CHROMIUM.browser(), address("/"), session, options);
                Visit stranger = new Visit(CHROMIUM.browser(), address("/"), null, new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 900))) {
            sound(stranger, "/sign-in");
            for (String path : List.of("/account", "/people", "/people/1", "/people/new", "/audit", "/change-password", "/")) {
                sound(visit, path);
            }
            visit.page().navigate(address("/account").toString());
            visit.page().getByText("Set it up").click();
            visit.page().waitForSelector(".qr");
            sound(visit, null);
        }
    }

    private static void sound(Visit visit, String path) {
        if (path != null) {
            assertThat(visit.page().navigate(address(path).toString()).status()).as(path).isEqualTo(200);
        }
        assertThat((Integer) visit.page().evaluate("document.documentElement.scrollWidth - innerWidth")).as(path).isLessThanOrEqualTo(0);
        assertThat(new AxeBuilder(visit.page()).analyze().getViolations()).filteredOn(rule -> List.of("serious", "critical").contains(rule.getImpact()))
            .extracting(rule -> path + " " + rule.getId() + " " + rule.getNodes().stream().map(node -> node.getHtml()).toList()).isEmpty();
        visit.assertHarmless();
    }
}
