package eider.itest.web;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lends one browser to all classes of a run, since its start costs seconds. The classes are skipped where none is installed. */
final class Chromium implements BeforeAllCallback {
    private static final ExtensionContext.Namespace KEPT = ExtensionContext.Namespace.create(Chromium.class);

    private Browser browser;

    Browser browser() {
        return browser;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        String named = System.getenv("EIDER_CHROMIUM");
        Path executable = Path.of(named == null || named.isBlank() ? "/usr/bin/chromium" : named);
        assumeTrue(Files.isExecutable(executable), "There is no browser at " + executable + ": install chromium, or let EIDER_CHROMIUM name one.");
        browser = context.getRoot().getStore(KEPT).getOrComputeIfAbsent(executable, Running::start, Running.class).browser();
    }

    /** Closed by JUnit when the last class is done. */
    private record Running(Playwright playwright, Browser browser) implements AutoCloseable {
        static Running start(Path executable) {
            List<String> flags = List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                "--disable-sync");
            Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            BrowserType.LaunchOptions options = new BrowserType.LaunchOptions().setExecutablePath(executable).setHeadless(true).setArgs(flags);
            return new Running(playwright, playwright.chromium().launch(options));
        }

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }
}
