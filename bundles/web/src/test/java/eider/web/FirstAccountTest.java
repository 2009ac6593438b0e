package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import eider.people.Actor;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Before there is an account, and while nobody can tell whether there is one. */
class FirstAccountTest {
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        server = new WebServer(home, false);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void theLinkMakesTheFirstAdminOnce() throws Exception {
        Browser browser = new Browser(server);
        assertThat(browser.get("/").headers().firstValue("Location")).hasValue("/sign-in");
        assertThat(browser.get("/sign-in").body()).contains("There is no account yet").doesNotContain("type=\"password\"");
        String key = server.people.setUpLink(Actor.EIDER);
        HttpResponse<String> first = browser.get("/set-up?key=" + key);
        assertThat(first.headers().firstValue("Location")).hasValue("/set-up");
        HttpResponse<String> page = browser.get("/set-up");
        assertThat(page.body()).contains("Welcome to Eider").doesNotContain(key);
        String form = Browser.formOf(page);
        assertThat(browser.post("/set-up", form, "username", "", "password", "x", "repeated", "y").body()).contains("Choose a user name.", "The two are not the same.");

        HttpResponse<String> in = browser.post("/set-up", form, "username", "root", "email", "", "password", "a long password", "repeated", "a long password");

        assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
        assertThat(browser.get("/people").statusCode()).isEqualTo(200);
        Browser late = new Browser(server);
        assertThat(late.get("/set-up?key=" + key).statusCode()).isEqualTo(404);
        late.get("/sign-in");
        late.cookies.put("eider_setup", key);
        assertThat(late.submit("/sign-in", "/set-up", "username", "late", "password", "a long password", "repeated", "a long password").statusCode()).isEqualTo(422);
        assertThat(server.people.all()).hasSize(1);
    }

    @Test
    void aWrongLinkMakesNobody() throws Exception {
        server.people.setUpLink(Actor.EIDER);
        Browser browser = new Browser(server);
        browser.get("/set-up?key=" + "A".repeat(43));
        assertThat(browser.submit("/set-up", "/set-up", "username", "root", "email", "", "password", "a long password", "repeated", "a long password").body())
                .contains("does not open anything any more");
        assertThat(server.people.none()).isTrue();
    }

    @Test
    void otherMachinesAreRefusedUntilThereIsAnAccount() throws Exception {
        server.configure("https://eider.example.com", "");
        String request = "GET /sign-in HTTP/1.1\r\nHost: eider.example.com\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n";
        assertThat(server.raw(request)).contains(" 403 ").contains("Eider has no account yet");
        assertThat(server.raw(request.replace("/sign-in", "/set-up?key=x"))).contains(" 403 ");
        server.people.has("root", "admin", java.util.Map.of(), "a long password");
        assertThat(server.raw(request)).as("control").contains(" 200 ");
    }

    @Test
    void nobodyGetsInWhileNobodyCanSayWhoIsWho() throws Exception {
        server.closeIdentity();
        Browser browser = new Browser(server);
        for (String path : new String[] {"/", "/people", "/sign-in", "/set-up?key=x", "/account"}) {
            HttpResponse<String> answer = browser.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(503);
            assertThat(answer.body()).contains("Eider is starting");
        }
        assertThat(browser.get("/api/v1/dashboard").statusCode()).isEqualTo(503);
        assertThat(browser.get("/healthz").statusCode()).isEqualTo(200);
        server.openIdentity();
        assertThat(browser.get("/sign-in").statusCode()).isEqualTo(200);
    }
}
