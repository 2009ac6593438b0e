package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation.Server;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The links that commands print, opened in a browser. */
class LinksTest {
    private static final Pattern TOKEN = Pattern.compile("name=\"form\" value=\"([^\"]*)\"");

    @TempDir
    Path folder;

    /** Somebody's browser: keeps cookies and follows redirects. */
    private static final class Browser implements AutoCloseable {
        private final HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).followRedirects(Redirect.NORMAL).build();

        HttpResponse<String> open(String address) throws Exception {
            return client.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        }

        /** Opens a page and sends the form in it. */
        HttpResponse<String> fill(String address, String... fields) throws Exception {
            HttpResponse<String> page = open(address);
            Matcher token = TOKEN.matcher(page.body());
            assertThat(token.find()).as("a form in %d %s", page.statusCode(), page.body()).isTrue();
            StringBuilder body = new StringBuilder("form=" + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8));
            for (int i = 0; i < fields.length; i += 2) {
                body.append('&').append(fields[i]).append('=').append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
            }
            URI there = page.uri().resolve(page.uri().getPath());
            return client.send(HttpRequest.newBuilder(there).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build(), HttpResponse.BodyHandlers.ofString());
        }

        @Override
        public void close() {
            client.close();
        }
    }

    @Test
    void aLinkOpensOnceWhatItIsFor() throws Exception {
        Installation eider = new Installation(folder);
        try (Server server = eider.serve(); Browser ann = new Browser(); Browser other = new Browser()) {
            Installation.await(() -> server.said().contains("30 minutes"));
            String first = server.said().lines().map(String::strip).filter(line -> line.contains("/set-up?key=")).findFirst().orElseThrow();
            String second = eider.run("setup-link").done().strip();
            String password = "an otter on a bicycle";

            String[] account = {"username", "ann", "email", "ann@example.com", "password", password, "repeated", password};
            assertThat(other.fill(first, account).body()).as("a newer link ended this one").contains("does not work any more");
            assertThat(eider.run("people").done()).contains("no account yet");
            HttpResponse<String> made = ann.fill(second, account);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            assertThat(eider.run("people").done()).contains("ann@example.com", "admin");
            assertThat(other.open(second).body()).doesNotContain("name=\"password\"");
            assertThat(eider.run("setup-link").exit()).isEqualTo(1);

            String reset = eider.run("reset-password", "ANN").done().strip();
            String better = "two otters on a tandem";
            String[] replaced = {"password", better, "repeated", better};
            assertThat(other.fill(reset, replaced).statusCode()).isEqualTo(200);
            assertThat(other.fill(reset, replaced).body()).as("it works once").contains("does not work any more");
            assertThat(ann.open(server.address() + "/account").body()).as("her session has ended").contains("action=\"/sign-in\"");
            assertThat(ann.fill(server.address() + "/sign-in", "username", "ann", "password", password).body()).contains("action=\"/sign-in\"");

            List<String> actions = new ObjectMapper().readTree(eider.run("audit", "--limit", "100", "--format", "json").done()).findValuesAsText("action");
            assertThat(actions).contains("set-up.link", "set-up", "password.link", "password.reset");
        }
    }
}
