package eider.web;

import static org.assertj.core.api.Assertions.assertThat;

import eider.people.Actor;
import eider.people.Audit;
import eider.people.People;
import eider.people.Permission;
import eider.people.Person;
import eider.people.Viewer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.annotation.Annotation;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceReference;

/** Attacks on the way in. Where a refusal could have another cause than the wall, the same is done by somebody who may, and works. */
@Timeout(120)
class WallsTest {
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz", "/assets/*", "/sign-in", "/sign-in/code", "/register", "/set-up", "/reset", "/api/v1/commands");
    private static WebServer server;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        server = new WebServer(home);
        server.sql("insert into sales(date, kind, region, user_id, quantity, total_amount, currency) values "
                + "(current_date, 'sale', 'Europe', '1', 1, 1000.00, 'EUR'), (current_date, 'sale', 'Asia Pacific', '2', 1, 20.00, 'EUR'), "
                + "(current_date - 200, 'sale', 'Latin America', '1', 1, 300000.00, 'EUR')");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @AfterEach
    void asItWas() throws Exception {
        server.demo = false;
        server.people.registration = false;
    }

    // ---- who is let in ----

    /** Every servlet in the framework, whoever registered it, with its addresses. */
    private static Map<Class<?>, List<String>> servlets() throws Exception {
        Map<Class<?>, List<String>> found = new TreeMap<>((one, other) -> one.getName().compareTo(other.getName()));
        for (ServiceReference<?> reference : server.context().getAllServiceReferences("jakarta.servlet.Servlet", null)) {
            Object pattern = reference.getProperty("osgi.http.whiteboard.servlet.pattern");
            if (pattern != null) {
                Class<?> type = server.web().loadClass((String) reference.getProperty("component.name"));
                found.put(type, pattern instanceof String one ? List.of(one) : pattern instanceof Collection<?> many ? many.stream().map(String::valueOf).toList()
                        : Arrays.asList((String[]) pattern));
            }
        }
        assertThat(found).hasSizeGreaterThan(10);
        return found;
    }

    private static boolean declares(Class<?> type, String name) {
        return Arrays.stream(type.getAnnotations()).map(Annotation::annotationType).anyMatch(annotation -> annotation.getName().equals("eider.web.door." + name));
    }

    @Test
    void everyServletSaysWhomItLetsInAndOnlyTheseLetInStrangers() throws Exception {
        Class<?> guarded = server.web().loadClass("eider.web.door.Guarded");
        List<String> open = new ArrayList<>();
        servlets().forEach((type, patterns) -> {
            assertThat(guarded.isAssignableFrom(type)).as(type + " is guarded").isTrue();
            assertThat(declares(type, "Open") != declares(type, "Needs")).as(type + " says one of the two").isTrue();
            if (declares(type, "Open")) {
                open.addAll(patterns);
            }
        });
        assertThat(open).containsExactlyInAnyOrderElementsOf(OPEN);
    }

    @Test
    void everyResourceOfTheApiSaysWhomItAnswers() throws Exception {
        Object resources = access(server.web().loadClass("eider.web.api.Rest"), "RESOURCES");
        assertThat((Collection<?>) resources).hasSizeGreaterThan(5).allSatisfy(type -> assertThat(declares((Class<?>) type, "Needs")).as(type.toString()).isTrue());
    }

    private static Object access(Class<?> type, String field) throws ReflectiveOperationException {
        java.lang.reflect.Field found = type.getDeclaredField(field);
        found.setAccessible(true);
        return found.get(null);
    }

    @Test
    void aStrangerSeesNothingAtAnyAddress() throws Exception {
        List<String> addresses = new ArrayList<>(List.of("/no-such-page", "/webhooks/shop", "/metrics", "/api/v1/dashboard", "/api/v1/sources", "/api/v1/plugins", "/api/v1/loads",
                "/api/v1/loads/7/checks", "/api/v1/loads/7/origin", "/api/v1/rows/1", "/api/v1/events", "/api/v1/no-such-thing", "/api/v2/x", "/people/1", "/account/tokens"));
        servlets().values().forEach(patterns -> patterns.stream().filter(pattern -> !OPEN.contains(pattern)).forEach(pattern -> addresses.add(pattern.replace("/*", "/x"))));
        Browser stranger = new Browser(server);
        for (String address : addresses) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")) {
                HttpResponse<String> answer = stranger.send(stranger.request(address).method(method, HttpRequest.BodyPublishers.noBody()).build());
                String what = method + " " + address + " " + answer.statusCode() + " " + answer.body();
                if (address.startsWith("/api/")) {
                    assertThat(answer.statusCode()).as(what).isEqualTo(401);
                    assertThat(answer.headers().firstValue("WWW-Authenticate")).as(what).hasValue("Bearer");
                } else {
                    assertThat(answer.statusCode()).as(what).isEqualTo(303);
                    assertThat(answer.headers().firstValue("Location").orElseThrow()).as(what).startsWith("/sign-in");
                    assertThat(answer.body()).as(what).isEmpty();
                }
            }
        }
    }

    @Test
    void whatIsOpenToStrangersTellsNothingOfTheData() throws Exception {
        Browser stranger = new Browser(server);
        assertThat(stranger.get("/healthz").body()).isEqualTo("lives\n");
        assertThat(stranger.get("/readyz").body()).isEqualTo("ready\n");
        assertThat(stranger.get("/sign-in").body()).contains("User name").doesNotContain(server.home.toString()).doesNotContain("Europe").doesNotContain("1.0.0")
                .doesNotContain("admin");
        assertThat(stranger.get("/register").statusCode()).isEqualTo(404);
        assertThat(stranger.get("/set-up").statusCode()).isEqualTo(404);
        assertThat(stranger.get("/set-up?key=abc").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/people/..;/", "/;/people", "/sign-in/..;/people", "/sign-in/../people", "/sign-in/%2e%2e/people", "//people", "//api/v1/loads", "/assets/../people",
            "/assets/..%2fpeople", "/assets/%2e%2e/api/v1/loads", "/assets/..;/people", "/API/v1/loads", "/api/v1/LOADS", "/Api/v1/sources", "/api/v1/sources;x=y", "/api%2fv1/sources",
            "/%61pi/v1/sources", "/people%00", "/healthz/../people", "/healthz/", "/healthz;/people", "/healthz%2f..%2fpeople", "/sign-in/people", "/sign-in%2f..%2fpeople", "/./people",
            "/people/.", "/%70eople", "/PEOPLE", "/people%20", "/people%09", "/\\people", "/..\\people", "/api/v1/commands/../sources", "/api/v1/commands/x", "/api/v1/commands%2f..%2fsources",
            "/assets", "/sign-in.jte", "/api/v1//sources", "/api/v1/sources%23", "/api/v1/sources%3f", "/%2e/people", "/assets%2f..%2fpeople", "/assets/%252e%252e/people", "/assets//people"})
    void noSpellingOfAnAddressGetsRoundTheDoor(String path) throws Exception {
        String answer = server.raw("GET " + path + " HTTP/1.1\r\nHost: localhost:" + server.address().getPort() + "\r\nConnection: close\r\n\r\n");

        int status = Integer.parseInt(answer.substring(9, 12));
        assertThat(status).as(answer).isIn(303, 400, 401, 404);
        assertThat(answer).doesNotContain("bob").doesNotContain("sales.csv").doesNotContain("Make an account");
    }

    /** The control of the test above: these are the words that it looks for. */
    @Test
    void whatTheSpellingsWereAfterIsThere() throws Exception {
        assertThat(server.admin().get("/people").body()).contains("bob", "Make an account");
        assertThat(server.admin().get("/api/v1/loads").body()).contains("sales.csv");
    }

    @Test
    void methodsThatNobodyNeedsAreRefused() throws Exception {
        String host = "Host: localhost:" + server.address().getPort() + "\r\nConnection: close\r\n";
        String cookie = "Cookie: eider_session=" + server.admin().session() + "\r\n";
        for (String method : List.of("TRACE", "TRACK", "CONNECT", "PROPFIND", "get", "FOO")) {
            String answer = server.raw(method + " / HTTP/1.1\r\n" + host + cookie + "\r\n");
            assertThat(answer).as(method).matches("(?s)HTTP/1.1 (400|405|501) .*").doesNotContain(server.admin().session()).doesNotContain("Total sales");
        }
        HttpResponse<String> head = server.send(server.request("/").method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        HttpResponse<String> options = server.send(server.request("/").method("OPTIONS", HttpRequest.BodyPublishers.noBody()).build());
        assertThat(options.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    // ---- sessions ----

    @Test
    void aCookieThatNobodyWasGivenOpensNothing() throws Exception {
        String right = server.admin().session();
        for (String secret : List.of("x", right + "x", right.substring(1), "'or'1'='1", "null", "A".repeat(43), "A".repeat(5000))) {
            Browser thief = new Browser(server);
            thief.cookies.put("eider_session", secret);
            assertThat(thief.get("/").statusCode()).as(secret).isEqualTo(303);
            assertThat(thief.get("/api/v1/dashboard").statusCode()).as(secret).isEqualTo(401);
        }
        assertThat(server.raw("GET / HTTP/1.1\r\nHost: localhost:" + server.address().getPort() + "\r\nCookie: eider_session=" + right.toUpperCase(java.util.Locale.ROOT)
                + "\r\nConnection: close\r\n\r\n")).contains(" 303 ");
        Browser two = new Browser(server);
        two.cookies.put("eider_session", right + "; eider_session=planted");
        assertThat(two.get("/").statusCode()).as("two cookies of the name: somebody planted one").isEqualTo(303);
        Browser other = new Browser(server);
        other.cookies.put("__Host-eider_session", right);
        assertThat(other.get("/").statusCode()).isEqualTo(303);
        Browser control = new Browser(server);
        control.cookies.put("eider_session", right);
        assertThat(control.get("/").statusCode()).isEqualTo(200);
    }

    /** A proxy sends many people's requests over one connection; Jetty's memory of its headers would mix up upper and lower case of the two. */
    @Test
    void aMadeUpCookieSpoilsNobodyElsesOnTheSameConnection() throws Exception {
        String right = server.admin().session();
        char first = right.charAt(0);
        String other = Character.toString(Character.isUpperCase(first) ? Character.toLowerCase(first) : Character.toUpperCase(first));
        String request = "GET /account HTTP/1.1\r\nHost: localhost:" + server.address().getPort() + "\r\nCookie: eider_session=";
        String answers = server.raw(request + other + "\r\n\r\n" + request + right + "\r\nConnection: close\r\n\r\n");

        assertThat(answers).startsWith("HTTP/1.1 303 ").contains("Connection: close");
        assertThat(answers.split("HTTP/1.1 ", -1)).as("nothing more is answered over this connection").hasSize(2);
        assertThat(server.raw(request + right + "\r\nConnection: close\r\n\r\n")).as("control").startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aStolenCookieIsWorthlessAfterTheSignOut() throws Exception {
        Browser ann = server.signIn("ann");
        Browser thief = new Browser(server);
        thief.cookies.put("eider_session", ann.session());
        assertThat(thief.get("/account").statusCode()).as("control: it is the session").isEqualTo(200);

        HttpResponse<String> out = ann.submit("/account", "/sign-out");

        assertThat(out.headers().firstValue("Location")).hasValue("/sign-in?done=out");
        assertThat(ann.session()).isNull();
        assertThat(thief.get("/account").statusCode()).isEqualTo(303);
        assertThat(thief.get("/api/v1/dashboard").statusCode()).isEqualTo(401);
    }

    @Test
    void openingTheAddressOfTheSignOutEndsNothing() throws Exception {
        Browser ann = server.signIn("ann");
        ann.get("/sign-out");
        assertThat(ann.get("/account").statusCode()).isEqualTo(200);
    }

    @Test
    void aPersonCanEndASessionFromAnother() throws Exception {
        Browser laptop = server.signIn("ann");
        Browser phone = server.signIn("ann");
        String page = laptop.get("/account").body();
        Person ann = server.people.named("ann").orElseThrow();
        String lost = server.people.session(phone.session()).orElseThrow().id();
        assertThat(page).contains(lost).contains("this one");

        assertThat(server.signIn("bob").submit("/account", "/account/sessions/end", "session", lost).statusCode()).isEqualTo(303);
        assertThat(phone.get("/account").statusCode()).as("nobody ends the session of another").isEqualTo(200);
        laptop.submit("/account", "/account/sessions/end", "session", lost);

        assertThat(phone.get("/account").statusCode()).isEqualTo(303);
        assertThat(server.people.sessions(ann.id())).noneMatch(session -> session.id().equals(lost));
        assertThat(laptop.get("/account").statusCode()).isEqualTo(200);
    }

    @Test
    void aSessionThatIsIdleForTooLongHasEnded() throws Exception {
        try (WebServer own = new WebServer(server.home.resolve("idle"))) {
            Browser ann = own.signIn("ann");
            own.people.turnClock(Duration.ofMinutes(29));
            assertThat(ann.get("/account").statusCode()).isEqualTo(200);
            own.people.turnClock(Duration.ofMinutes(31));
            assertThat(ann.get("/account").statusCode()).isEqualTo(303);
        }
    }

    @Test
    void whoIsDeactivatedIsOutWithTheNextClickAndWithTheirTokens() throws Exception {
        Person eve = server.people.has("eve", "admin", Map.of(), "eve's own password");
        Browser browser = server.signIn("eve");
        String token = server.people.newToken(eve.id(), "script", Set.of(Permission.OPERATE), Duration.ofDays(1), Actor.EIDER).secret();
        assertThat(browser.get("/people").statusCode()).isEqualTo(200);
        assertThat(withToken(token, "/api/v1/sources").statusCode()).isEqualTo(200);

        server.admin().submit("/people/" + eve.id(), "/people/" + eve.id(), "role", "admin", "email", "");

        assertThat(server.people.person(eve.id()).orElseThrow().active()).isFalse();
        assertThat(browser.get("/people").statusCode()).isEqualTo(303);
        assertThat(withToken(token, "/api/v1/sources").statusCode()).isEqualTo(401);
    }

    @Test
    void aLostRoleIsLostWithTheNextClick() throws Exception {
        Person max = server.people.has("max", "admin", Map.of(), "max's own password");
        Browser browser = server.signIn("max");
        assertThat(browser.get("/audit").statusCode()).isEqualTo(200);

        server.people.change(max.id(), new People.Change(null, "user", null, null), Actor.EIDER);

        assertThat(browser.get("/audit").statusCode()).isEqualTo(403);
        assertThat(browser.get("/api/v1/sources").statusCode()).isEqualTo(403);
        assertThat(browser.get("/").body()).doesNotContain("Plugins").doesNotContain("Audit trail");
    }

    @Test
    void signingInGivesANewSecretAndEndsTheSessionBefore() throws Exception {
        Browser victim = new Browser(server);
        victim.cookies.put("eider_session", "chosen-by-the-attacker-chosen-by-the-attacker");
        victim.signIn("ann", "ann's own password");
        String first = victim.session();
        assertThat(first).isNotEqualTo("chosen-by-the-attacker-chosen-by-the-attacker").hasSizeGreaterThan(40);

        // somebody else's session, planted: it ends when the victim signs in
        Browser attacker = server.signIn("bob");
        String planted = attacker.session();
        String form = Browser.formOf(new Browser(server).get("/sign-in"));
        victim.cookies.remove("eider_session");
        victim.get("/sign-in");
        form = Browser.formOf(victim.get("/sign-in"));
        victim.cookies.put("eider_session", planted);
        victim.post("/sign-in", form, "username", "ann", "password", "ann's own password");

        assertThat(victim.session()).isNotEqualTo(planted).isNotEqualTo(first);
        assertThat(attacker.get("/account").statusCode()).isEqualTo(303);
    }

    @Test
    void theCookieIsOutOfReachOfScriptsAndOtherSites() throws Exception {
        Browser ann = new Browser(server);
        HttpResponse<String> in = ann.signIn("ann", "ann's own password");

        assertThat(in.headers().allValues("Set-Cookie")).anySatisfy(cookie -> assertThat(cookie).startsWith("eider_session=").contains("; Path=/", "; HttpOnly", "; SameSite=Lax")
                .doesNotContain("Domain", "Max-Age", "Secure"));
        assertThat(in.headers().firstValue("Location")).hasValue("/");
    }

    // ---- forms ----

    @Test
    void aFormNeedsTheTokenOfItsOwnSession() throws Exception {
        Browser ann = server.signIn("ann");
        Browser bob = server.signIn("bob");
        String session = server.people.session(server.signIn("ann").session()).orElseThrow().id();

        for (String token : Arrays.asList(null, "", "x", bob.form(), Browser.formOf(new Browser(server).get("/sign-in")), ann.form() + "x", ann.session())) {
            assertThat(ann.post("/account/sessions/end", token, "session", session).statusCode()).as("token " + token).isEqualTo(403);
        }
        assertThat(server.send(ann.request("/account/sessions/end?form=" + ann.form() + "&session=" + session).POST(HttpRequest.BodyPublishers.noBody()).build()).statusCode())
                .as("in the address").isEqualTo(403);
        assertThat(server.send(ann.request("/account/sessions/end").header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("form=" + ann.form() + "&session=" + session)).build()).statusCode()).as("as other text").isEqualTo(403);
        assertThat(server.people.sessions(server.people.named("ann").orElseThrow().id())).anyMatch(open -> open.id().equals(session));

        assertThat(ann.post("/account/sessions/end", ann.form(), "session", session).statusCode()).as("control").isEqualTo(303);
        assertThat(server.people.sessions(server.people.named("ann").orElseThrow().id())).noneMatch(open -> open.id().equals(session));
    }

    @Test
    void nobodyIsSignedInByAFormOfAnotherSite() throws Exception {
        Browser attacker = new Browser(server);
        String token = Browser.formOf(attacker.get("/sign-in"));
        Browser victim = new Browser(server);
        assertThat(victim.post("/sign-in", token, "username", "bob", "password", "bob's own password").statusCode()).isEqualTo(403);
        victim.get("/sign-in");
        assertThat(victim.post("/sign-in", token, "username", "bob", "password", "bob's own password").statusCode()).isEqualTo(403);
        assertThat(victim.session()).isNull();
        assertThat(attacker.post("/sign-in", token, "username", "bob", "password", "bob's own password").statusCode()).as("control").isEqualTo(303);
    }

    @Test
    void aPageOfAnotherSiteChangesNothingEvenWithTheToken() throws Exception {
        Browser ann = server.signIn("ann");
        String token = ann.form();
        ann.headers.put("Origin", "http://evil.example");
        assertThat(ann.post("/sign-out", token).statusCode()).isEqualTo(403);
        ann.headers.clear();
        ann.headers.put("Sec-Fetch-Site", "cross-site");
        assertThat(ann.post("/sign-out", token).statusCode()).isEqualTo(403);
        ann.headers.clear();
        ann.headers.put("Origin", server.address().toString());
        assertThat(ann.post("/sign-out", token).statusCode()).isEqualTo(303);
    }

    @Test
    void formsAreBounded() throws Exception {
        Browser ann = server.signIn("ann");
        String token = ann.form();
        assertThat(ann.post("/account/tokens", token, "name", "x".repeat(70_000), "days", "1").statusCode()).isEqualTo(413);
        String[] many = new String[600];
        Arrays.fill(many, "a");
        assertThat(ann.post("/account/tokens", token, many).statusCode()).isEqualTo(400);
        for (String body : List.of("form=%", "form=%2", "a=%zz", "a=%ff%fe")) {
            assertThat(server.send(ann.request("/account/tokens").header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(body)).build())
                    .statusCode()).as(body).isEqualTo(400);
        }
        // of unknown length
        HttpResponse<String> streamed = server.send(ann.request("/account/tokens").header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(new byte[80_000]))).build());
        assertThat(streamed.statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/%5cevil.example", "/%2fevil.example", "/%2F%2Fevil.example", "javascript:alert(1)",
            "/\t/evil.example", "/\n/evil.example", "/x\r\nSet-Cookie: a=b", " //evil.example", "evil.example", "/..//evil.example", "/./\\evil", "/sign-in?to=//evil.example",
            "/sign-out", "/api/v1/loads", "/é", "/;@evil.example", "http:evil.example", "/@evil.example/..;/", "/#//evil", "/x#y"})
    void signingInLeadsNowhereElse(String to) throws Exception {
        try (WebServerBrowser browser = new WebServerBrowser()) {
            HttpResponse<String> page = browser.it.get("/sign-in?to=" + Browser.encoded(to));
            assertThat(page.body()).contains("name=\"to\" value=\"/\"");
            HttpResponse<String> answer = browser.it.post("/sign-in", Browser.formOf(page), "to", to, "username", browser.name, "password", browser.name + "'s own password");
            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(answer.headers().firstValue("Location")).hasValue("/");
            assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("a="));
        }
    }

    /** A person of its own for each try, whom no limit by name has seen yet. */
    private static final class WebServerBrowser implements AutoCloseable {
        private static int number;
        final Browser it = new Browser(server);
        final String name = "traveller" + number++;

        WebServerBrowser() {
            server.people.has(name, "user", Map.of(), name + "'s own password");
        }

        @Override
        public void close() {
            it.cookies.clear();
        }
    }

    @Test
    void signingInLeadsBackToWhereOneWantedToGo() throws Exception {
        Browser browser = new Browser(server);
        server.people.has("walker", "user", Map.of(), "walker's own password");
        HttpResponse<String> sent = browser.get("/?from=2026-01-01&to=2026-01-31");
        String location = sent.headers().firstValue("Location").orElseThrow();
        assertThat(location).isEqualTo("/sign-in?to=%2F%3Ffrom%3D2026-01-01%26to%3D2026-01-31");
        HttpResponse<String> page = browser.get(location);
        assertThat(page.body()).contains("name=\"to\" value=\"/?from=2026-01-01&amp;to=2026-01-31\"");

        HttpResponse<String> in = browser.post("/sign-in", Browser.formOf(page), "to", "/?from=2026-01-01&to=2026-01-31", "username", "walker", "password", "walker's own password");

        assertThat(in.headers().firstValue("Location")).hasValue("/?from=2026-01-01&to=2026-01-31");
    }

    @Test
    void whatIsTypedIsShownAsTextAndPasswordsAreNot() throws Exception {
        Browser browser = new Browser(server);
        String hostile = "\"><script>alert(1)</script>";
        HttpResponse<String> answer = browser.submit("/sign-in", "/sign-in", "username", hostile, "password", "my secret password", "to", "/\"><b>");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("&lt;script").doesNotContain("<script>alert").doesNotContain("my secret password").contains("do not go together");
        assertThat(server.people.trail).noneMatch(entry -> entry.toString().contains("my secret password"));
    }

    // ---- tokens ----

    private static HttpResponse<String> withToken(String token, String path) throws IOException, InterruptedException {
        Browser script = new Browser(server);
        return script.send(script.request(path).header("Authorization", "Bearer " + token).build());
    }

    @Test
    void aTokenDoesWhatItsScopesNameAndItsPersonMay() throws Exception {
        long admin = server.people.named("admin").orElseThrow().id();
        long bob = server.people.named("bob").orElseThrow().id();
        String bare = server.people.newToken(admin, "bare", Set.of(), Duration.ofDays(1), Actor.EIDER).secret();
        String operating = server.people.newToken(admin, "operating", Set.of(Permission.OPERATE), Duration.ofDays(1), Actor.EIDER).secret();
        String reaching = server.people.newToken(bob, "reaching", Set.of(Permission.OPERATE), Duration.ofDays(1), Actor.EIDER).secret();

        assertThat(withToken(bare, "/api/v1/dashboard").statusCode()).isEqualTo(200);
        assertThat(withToken(bare, "/api/v1/sources").statusCode()).isEqualTo(403);
        assertThat(withToken(operating, "/api/v1/sources").statusCode()).isEqualTo(200);
        assertThat(withToken(reaching, "/api/v1/sources").statusCode()).isEqualTo(403);
        assertThat(withToken(reaching, "/api/v1/dashboard").body()).contains("\"20.0000\"").doesNotContain("1000");
        assertThat(withToken(operating, "/people").statusCode()).as("pages are for people").isEqualTo(303);
        assertThat(withToken("eider_" + "A".repeat(43), "/api/v1/dashboard").statusCode()).isEqualTo(401);
        assertThat(server.send(server.request("/api/v1/dashboard").header("Authorization", "Bearer eider_wrong").build()).statusCode())
                .as("a wrong token is not mended by a right cookie").isEqualTo(401);
        Browser session = new Browser(server);
        assertThat(session.send(session.request("/api/v1/dashboard").header("Authorization", "Bearer " + server.admin().session()).build()).statusCode())
                .as("a session is no token").isEqualTo(401);
        Browser cookie = new Browser(server);
        cookie.cookies.put("eider_session", operating);
        assertThat(cookie.get("/").statusCode()).as("a token is no session").isEqualTo(303);

        server.people.endToken(admin, server.people.tokens(admin).stream().filter(token -> token.name().equals("operating")).findFirst().orElseThrow().id(), Actor.EIDER);
        assertThat(withToken(operating, "/api/v1/sources").statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenIsMadeOnThePageShownOnceAndNeverMightierThanItsMaker() throws Exception {
        Browser ann = server.signIn("ann");
        HttpResponse<String> made = ann.submit("/account", "/account/tokens", "name", "nightly report", "days", "30", "scope", "export");

        assertThat(made.statusCode()).isEqualTo(200);
        String secret = made.body().replaceAll("(?s).*(eider_[A-Za-z0-9_-]{40,}).*", "$1");
        assertThat(withToken(secret, "/api/v1/dashboard").statusCode()).isEqualTo(200);
        assertThat(ann.get("/account").body()).contains("nightly report").doesNotContain(secret);
        assertThat(ann.submit("/account", "/account/tokens", "name", "mighty", "days", "30", "scope", "operate").statusCode()).isEqualTo(422);
        assertThat(ann.submit("/account", "/account/tokens", "name", "eternal", "days", "3660").statusCode()).isEqualTo(422);
        assertThat(ann.submit("/account", "/account/tokens", "name", "", "days", "3").body()).contains("Give the token a name");
        assertThat(server.people.tokens(server.people.named("ann").orElseThrow().id())).hasSize(1);
    }

    // ---- rows and rights ----

    @Test
    void twoPeopleInTwoBrowsersNeverSeeEachOthersFigures() throws Exception {
        Browser admin = server.admin();
        Browser ann = server.signIn("ann");
        Browser bob = server.signIn("bob");
        for (int i = 0; i < 3; i++) {
            assertThat(admin.get("/api/v1/dashboard").body()).contains("\"sales\":\"301020.0000\"").contains("Latin America");
            assertThat(ann.get("/api/v1/dashboard").body()).contains("\"sales\":\"1020.0000\"").doesNotContain("Latin America");
            assertThat(bob.get("/api/v1/dashboard").body()).contains("\"sales\":\"20.0000\"").doesNotContain("Europe").doesNotContain("1000");
            assertThat(bob.get("/").body()).contains("Asia Pacific").doesNotContain("Europe").doesNotContain("1,000");
            assertThat(ann.get("/").body()).contains("Europe").doesNotContain("Latin America");
            server.commit();
        }
        server.people.has("new", "user", Map.of(), "new's own password");
        assertThat(server.signIn("new").get("/").body()).contains("No sales to show").doesNotContain("Europe").doesNotContain(server.home.toString());
    }

    @Test
    void theTwoFiguresAreKeptApartAtTheSameMoment() throws Exception {
        Browser ann = server.signIn("ann");
        Browser bob = server.signIn("bob");
        List<Thread> threads = new ArrayList<>();
        List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Browser one : List.of(ann, bob, ann, bob)) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 20; i++) {
                        String body = one.get("/api/v1/dashboard").body();
                        if (!body.contains(one == ann ? "\"sales\":\"1020.0000\"" : "\"sales\":\"20.0000\"")) {
                            wrong.add(body);
                        }
                        server.commit();
                    }
                } catch (IOException | InterruptedException e) {
                    wrong.add(e.toString());
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatHasNoRuleIsForThoseWhoOperate() throws Exception {
        Browser ann = server.signIn("ann");
        for (String path : List.of("/api/v1/sources", "/api/v1/plugins", "/api/v1/loads", "/api/v1/loads/7/checks", "/api/v1/loads/7/origin", "/api/v1/rows/1", "/api/v1/rows/sales/1")) {
            assertThat(ann.get(path).statusCode()).as(path).isEqualTo(403);
            assertThat(server.admin().get(path).statusCode()).as("control: " + path).isIn(200, 404);
        }
        for (String path : List.of("/people", "/people/1", "/people/new", "/audit")) {
            HttpResponse<String> page = ann.get(path);
            assertThat(page.statusCode()).as(path).isEqualTo(403);
            assertThat(page.body()).contains("Your role does not open this");
            assertThat(server.admin().get(path).statusCode()).as("control: " + path).isEqualTo(200);
        }
        assertThat(ann.get("/").body()).doesNotContain("id=\"sources\"").doesNotContain("id=\"plugins\"").doesNotContain("href=\"/people\"");
        assertThat(server.admin().get("/").body()).contains("id=\"sources\"", "id=\"plugins\"", "href=\"/people\"", "href=\"/audit\"");
        assertThat(server.people.trail).anyMatch(entry -> entry.action().equals("refused") && entry.by().name().equals("ann") && entry.object().equals("GET /people"));

        server.people.rights.put("manager", Set.of(Permission.OPERATE));
        try {
            assertThat(ann.get("/api/v1/sources").statusCode()).isEqualTo(200);
            assertThat(ann.get("/people").statusCode()).isEqualTo(403);
        } finally {
            server.people.rights.put("manager", Set.of(Permission.EXPORT));
        }
    }

    @Test
    void nobodyChangesAccountsByPostingToTheirAddresses() throws Exception {
        Person bob = server.people.named("bob").orElseThrow();
        Browser browser = server.signIn("bob");
        String token = browser.form();
        for (String path : List.of("/people/" + bob.id(), "/people/new", "/people/" + bob.id() + "/reset-link", "/people/1/reset-link", "/people/1/end-sessions",
                "/people/1/remove-second-factor", "/audit")) {
            assertThat(browser.post(path, token, "role", "admin", "email", "", "active", "on", "username", "x", "password", "long enough").statusCode()).as(path).isEqualTo(403);
        }
        browser.post("/account", token, "role", "admin", "attribute.sales_user_id", "1");
        assertThat(server.people.named("bob").orElseThrow()).isEqualTo(bob);
    }

    @Test
    void whoMustChangeThePasswordReachesThatPageAlone() throws Exception {
        server.people.add("fresh", "", "admin", Map.of(), "fresh's own password".toCharArray(), Actor.EIDER);
        Browser fresh = new Browser(server);
        HttpResponse<String> in = fresh.signIn("fresh", "fresh's own password");
        assertThat(in.headers().firstValue("Location")).hasValue("/change-password");
        for (String path : List.of("/", "/account", "/people", "/audit", "/no-such-page")) {
            assertThat(fresh.get(path).headers().firstValue("Location")).as(path).hasValue("/change-password");
        }
        assertThat(fresh.get("/api/v1/dashboard").statusCode()).isEqualTo(403);
        assertThat(fresh.get("/api/v1/events").statusCode()).isEqualTo(403);
        String token = Browser.formOf(fresh.get("/change-password"));
        assertThat(fresh.post("/people/1/reset-link", token).headers().firstValue("Location")).hasValue("/change-password");
        assertThat(fresh.post("/change-password", token, "current", "wrong", "password", "a much longer one", "repeated", "a much longer one").body()).contains("current password is wrong");
        assertThat(fresh.post("/change-password", token, "current", "fresh's own password", "password", "a much longer one", "repeated", "another").body()).contains("not the same");

        HttpResponse<String> changed = fresh.post("/change-password", token, "current", "fresh's own password", "password", "a much longer one", "repeated", "a much longer one");

        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(303);
        assertThat(fresh.get("/").statusCode()).isEqualTo(200);
    }

    // ---- streams ----

    @Test
    void aStreamEndsWithItsSession() throws Exception {
        Browser ann = server.signIn("ann");
        HttpResponse<InputStream> stream = server.client().send(ann.request("/api/v1/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: alive");
            server.people.end(server.people.named("ann").orElseThrow().id(), server.people.session(ann.session()).orElseThrow().id(), Actor.EIDER);
            server.commit();
            assertThat(lines.lines()).noneMatch(line -> line.contains("commit"));
        }
    }

    @Test
    void aPersonHasOnlySoManyStreams() throws Exception {
        server.people.has("many", "user", Map.of(), "many's own password");
        Browser many = server.signIn("many");
        List<InputStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                HttpResponse<InputStream> stream = server.client().send(many.request("/api/v1/events").build(), HttpResponse.BodyHandlers.ofInputStream());
                assertThat(stream.statusCode()).isEqualTo(200);
                open.add(stream.body());
            }
            assertThat(many.get("/api/v1/events").statusCode()).isEqualTo(503);
            HttpResponse<InputStream> other = server.client().send(server.admin().request("/api/v1/events").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(other.statusCode()).isEqualTo(200);
            open.add(other.body());
        } finally {
            for (InputStream stream : open) {
                stream.close();
            }
        }
    }

    // ---- limits ----

    @Test
    void aNameIsNotTriedForEver() throws Exception {
        server.people.has("target", "user", Map.of(), "target's own password");
        Browser browser = new Browser(server);
        String form = Browser.formOf(browser.get("/sign-in"));
        HttpResponse<String> answer = null;
        int before = server.people.failures();
        for (int i = 0; i < 14; i++) {
            answer = browser.post("/sign-in", form, "username", i % 2 == 0 ? "target" : "TARGET", "password", "guess " + i);
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow())).isBetween(1L, 60L);
        assertThat(server.people.failures() - before).isLessThanOrEqualTo(11);
        assertThat(browser.post("/sign-in", form, "username", "target", "password", "target's own password").statusCode()).as("not even the right one").isEqualTo(429);
    }

    @Test
    void aStrangerWhoAsksWithoutEndIsToldToWait() throws Exception {
        try (WebServer own = new WebServer(server.home.resolve("busy"))) {
            Browser stranger = new Browser(own);
            HttpResponse<String> last = null;
            for (int i = 0; i < 2000 && (last == null || last.statusCode() != 429); i++) {
                last = stranger.get("/api/v1/dashboard");
            }
            assertThat(last.statusCode()).isEqualTo(429);
            assertThat(last.headers().firstValue("Retry-After")).isPresent();
            assertThat(stranger.get("/sign-in").statusCode()).isIn(200, 429);
        }
    }

    @Test
    void whoSendsFormsSlowlyKeepsNobodyOut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                Socket socket = new Socket("127.0.0.1", server.address().getPort());
                socket.getOutputStream().write(("POST /sign-in HTTP/1.1\r\nHost: localhost:" + server.address().getPort()
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nform=").getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            Await.until(() -> slow.stream().filter(WallsTest::isAnswered).count() >= 50, "most are refused");
            assertThat(server.admin().get("/").statusCode()).isEqualTo(200);
            assertThat(slow.stream().filter(socket -> !isAnswered(socket)).count()).as("these are still read").isBetween(1L, 6L);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        Browser browser = new Browser(server);
        Await.until(() -> browser.signIn("bob", "bob's own password").statusCode() == 303, "forms are read again");
    }

    private static boolean isAnswered(Socket socket) {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    // ---- links ----

    @Test
    void theSecretOfALinkLeavesTheAddressAtOnceAndWorksOnce() throws Exception {
        Person lost = server.people.has("lost", "user", Map.of(), "forgotten password");
        HttpResponse<String> made = server.admin().submit("/people/" + lost.id(), "/people/" + lost.id() + "/reset-link");
        String link = made.body().replaceAll("(?s).*(http://[^\\s<]+/reset\\?key=[A-Za-z0-9_-]+).*", "$1");
        assertThat(link).startsWith(server.address() + "/reset?key=");
        assertThat(server.admin().get("/people/" + lost.id()).body()).doesNotContain("key=");

        Browser browser = new Browser(server);
        HttpResponse<String> first = browser.get(link.substring(server.address().toString().length()));
        assertThat(first.statusCode()).isEqualTo(303);
        assertThat(first.headers().firstValue("Location")).hasValue("/reset");
        assertThat(first.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        HttpResponse<String> page = browser.get("/reset");
        assertThat(page.body()).contains("New password").doesNotContain(link.substring(link.indexOf("key=") + 4));
        String form = Browser.formOf(page);
        assertThat(browser.post("/reset", form, "password", "short", "repeated", "short").body()).contains("too short");
        HttpResponse<String> set = browser.post("/reset", form, "password", "remembered password", "repeated", "remembered password");
        assertThat(set.headers().firstValue("Location")).hasValue("/sign-in?done=password");
        assertThat(browser.signIn("lost", "remembered password").statusCode()).isEqualTo(303);

        Browser again = new Browser(server);
        again.get(link.substring(server.address().toString().length()));
        HttpResponse<String> twice = again.submit("/reset", "/reset", "password", "somebody else's", "repeated", "somebody else's");
        assertThat(twice.statusCode()).isEqualTo(422);
        assertThat(twice.body()).contains("does not open anything any more");
        assertThat(new Browser(server).get("/reset").statusCode()).isEqualTo(404);
        assertThat(new Browser(server).get("/reset?key=%0d%0aSet-Cookie:x").statusCode()).isEqualTo(400);
    }

    @Test
    void registersWhereThatIsOpenAndSeesNoRows() throws Exception {
        Browser browser = new Browser(server);
        HttpResponse<String> closed = browser.submit("/sign-in", "/register", "username", "joe", "password", "long enough one", "repeated", "long enough one");
        assertThat(closed.statusCode()).isEqualTo(404);
        assertThat(server.people.named("joe")).isEmpty();

        server.people.registration = true;
        assertThat(browser.get("/sign-in").body()).contains("href=\"/register\"");
        assertThat(browser.submit("/register", "/register", "username", "ann", "email", "", "password", "long enough one", "repeated", "long enough one").body()).contains("is taken");
        HttpResponse<String> in = browser.submit("/register", "/register", "username", "joe", "email", "joe@example.com", "password", "long enough one", "repeated", "long enough one",
                "role", "admin", "attribute.sales_user_id", "1");
        assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
        assertThat(server.people.named("joe").orElseThrow().role()).isEqualTo("user");
        assertThat(server.people.named("joe").orElseThrow().attributes()).isEmpty();
        assertThat(browser.get("/").body()).contains("No sales to show");
    }

    @Test
    void asksForASecondFactorOnceItIsSetUp() throws Exception {
        server.people.has("careful", "user", Map.of(), "careful's own password");
        Browser careful = server.signIn("careful");
        HttpResponse<String> scan = careful.submit("/account", "/account/second-factor");
        assertThat(scan.body()).contains("<svg class=\"qr\"").contains("otpauth://totp/");
        String secret = scan.body().replaceAll("(?s).*name=\"secret\" value=\"([A-Z2-7]+)\".*", "$1");
        String form = Browser.formOf(scan);
        HttpResponse<String> wrong = careful.post("/account/second-factor/confirm", form, "code", "000000", "secret", secret, "address", "otpauth://totp/x?secret=" + secret);
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("<svg class=\"qr\"", "This code is not right");
        HttpResponse<String> on = careful.post("/account/second-factor/confirm", form, "code", server.people.codeOf(secret), "secret", secret, "address", "");
        assertThat(on.body()).contains("Your recovery codes");
        String recovery = on.body().replaceAll("(?s).*<pre[^>]*>([A-Za-z0-9_-]+)\\s.*", "$1");

        Browser other = new Browser(server);
        HttpResponse<String> first = other.signIn("careful", "careful's own password");
        assertThat(first.headers().firstValue("Location")).hasValue("/sign-in/code");
        assertThat(other.session()).isNull();
        assertThat(other.get("/").statusCode()).as("the password alone opens nothing").isEqualTo(303);
        assertThat(other.submit("/sign-in/code", "/sign-in/code", "code", "000000").statusCode()).isEqualTo(403);
        assertThat(other.submit("/sign-in/code", "/sign-in/code", "code", recovery).statusCode()).isEqualTo(303);
        assertThat(other.get("/").statusCode()).isEqualTo(200);
        assertThat(careful.submit("/account", "/account/second-factor/remove", "password", "guess").statusCode()).isEqualTo(422);
        assertThat(careful.submit("/account", "/account/second-factor/remove", "password", "careful's own password").statusCode()).isEqualTo(303);
    }

    @Test
    void theAuditTrailIsReadAndNotWritten() throws Exception {
        server.people.add(Actor.person("mallory", "127.0.0.1", "<script>alert(1)</script>"), "test", "<img src=x>", "", "after");
        HttpResponse<String> page = server.admin().get("/audit?q=mallory");
        assertThat(page.body()).contains("mallory", "&lt;img src=x&gt;").doesNotContain("<img src=x").doesNotContain("<script>alert");
        assertThat(server.admin().get("/audit?q=no-such-words").body()).contains("No entry has this text");
        for (int i = 0; i < 60; i++) {
            server.people.add(Actor.EIDER, "tick", "number " + i, "", "");
        }
        String first = server.admin().get("/audit?q=tick").body();
        assertThat(first).contains("number 59").doesNotContain("number 5<").contains("Older");
        String older = first.replaceAll("(?s).*href=\"(/audit\\?before=[^\"]+)\">Older.*", "$1").replace("&amp;", "&");
        assertThat(server.admin().get(older).body()).contains("number 5<").doesNotContain("number 59");
        List<Audit.Entry> before = List.copyOf(server.people.trail);
        assertThat(server.admin().post("/audit", server.admin().form(), "before", "1").statusCode()).isEqualTo(405);
        assertThat(server.people.trail).startsWith(before.toArray(new Audit.Entry[0]));
    }

    @Test
    void anAdminChangesRoleAndAttributes() throws Exception {
        Person kim = server.people.has("kim", "user", Map.of("old", "1"), "kim's own password");
        String own = "/people/" + kim.id();
        assertThat(server.admin().get(own).body()).contains("attribute.sales_user_id", "attribute.old");
        HttpResponse<String> changed = server.admin().submit(own, own, "email", "kim@example.com", "role", "manager", "active", "on", "attribute.sales_user_id", "7", "attribute.old", "");
        assertThat(changed.headers().firstValue("Location")).hasValue(own + "?done=changed");
        assertThat(server.people.named("kim").orElseThrow().attributes()).isEqualTo(Map.of("sales_user_id", "7"));
        assertThat(server.people.named("kim").orElseThrow().role()).isEqualTo("manager");
        assertThat(server.admin().submit(own, own, "email", "", "role", Viewer.OPERATOR, "active", "on").statusCode()).isEqualTo(422);
        assertThat(server.people.named("kim").orElseThrow().role()).isEqualTo("manager");
        Browser browser = server.signIn("kim");
        server.admin().submit(own, own + "/end-sessions");
        assertThat(browser.get("/").statusCode()).isEqualTo(303);
        assertThat(server.admin().get("/people/999").statusCode()).isEqualTo(404);
    }

    // ---- other machines ----

    private static String ask(String host, String path, String... headers) throws IOException {
        return server.raw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + String.join("", Arrays.stream(headers).map(header -> header + "\r\n").toList())
                + "Connection: close\r\n\r\n");
    }

    @Test
    void behindAProxyCookiesGoOverHttpsAloneAndBrowsersKeepToIt() throws Exception {
        server.configure("https://eider.example.com", "");
        try {
            String page = ask("eider.example.com", "/sign-in", "X-Forwarded-For: 203.0.113.7");
            assertThat(page).startsWith("HTTP/1.1 200 ").contains("Strict-Transport-Security: max-age=31536000").contains("Set-Cookie: __Host-eider_visit=")
                    .contains("; Secure");
            assertThat(ask("eider.example.com", "/", "Cookie: eider_session=" + server.admin().session())).as("a cookie of the plain name is not taken").contains(" 303 ");
            assertThat(ask("eider.example.com", "/", "Cookie: __Host-eider_session=" + server.admin().session())).as("control").contains(" 200 ");
            assertThat(ask("localhost:" + server.address().getPort(), "/sign-in")).doesNotContain("Strict-Transport-Security").doesNotContain("Secure");
            assertThat(ask("evil.example", "/sign-in")).contains(" 421 ").contains("open https://eider.example.com/ instead");
            assertThat(ask("eider.example.com.evil.example", "/sign-in")).contains(" 421 ");
            for (String origin : List.of("https://eider.example.com", "http://eider.example.com", "https://evil.example", "http://localhost:" + server.address().getPort())) {
                String answer = server.raw("POST /sign-out HTTP/1.1\r\nHost: eider.example.com\r\nOrigin: " + origin + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                assertThat(answer).as(origin).contains(origin.equals("https://eider.example.com") ? " 303 " : " 403 ");
            }
            assertThat(server.raw("POST /api/v1/commands HTTP/1.1\r\nHost: eider.example.com\r\nAuthorization: Bearer " + server.command().get("token")
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).contains(" 403 ").contains("from this machine only");
        } finally {
            server.configure("", "");
        }
    }

    private static String lastFrom() {
        return server.people.trail.stream().filter(entry -> entry.action().equals("refused")).reduce((one, next) -> next).orElseThrow().by().from();
    }

    @Test
    void onlyAProxyOfOursIsBelievedWhereARequestComesFrom() throws Exception {
        String host = "localhost:" + server.address().getPort();
        server.people.has("far", "user", Map.of(), "far's own password");
        String cookie = "Cookie: eider_session=" + server.signIn("far").session();
        ask(host, "/people", cookie, "X-Forwarded-For: 203.0.113.7");
        assertThat(lastFrom()).as("nobody was named a proxy").isEqualTo("127.0.0.1");
        server.configure("https://eider.example.com", "127.0.0.1, 10.0.0.0/8");
        try {
            cookie = cookie.replace("eider_session", "__Host-eider_session");
            ask("eider.example.com", "/people", cookie, "X-Forwarded-For: 203.0.113.7");
            assertThat(lastFrom()).as("control").isEqualTo("203.0.113.7");
            ask("eider.example.com", "/people", cookie, "X-Forwarded-For: 127.0.0.1, 203.0.113.9, 10.1.2.3");
            assertThat(lastFrom()).as("what the client itself claims stands before").isEqualTo("203.0.113.9");
            ask("eider.example.com", "/people", cookie, "X-Forwarded-For: 198.51.100.1, evil.example\t, 10.1.2.3");
            assertThat(lastFrom()).as("a name is not looked up").isEqualTo("10.1.2.3");
            server.configure("https://eider.example.com", "10.0.0.0/8");
            ask("eider.example.com", "/people", cookie, "X-Forwarded-For: 203.0.113.7");
            assertThat(lastFrom()).as("not from this machine").isEqualTo("127.0.0.1");
        } finally {
            server.configure("", "");
        }
    }

    @Test
    void aDemoServesItsOwnMachineHoweverItIsSet() throws Exception {
        server.configure("https://eider.example.com", "");
        try {
            server.demo = true;
            assertThat(ask("eider.example.com", "/sign-in", "X-Forwarded-For: 203.0.113.7")).contains(" 403 ").contains("A demo serves its own machine only");
            assertThat(ask("eider.example.com", "/healthz")).contains(" 403 ");
            assertThat(ask("localhost:" + server.address().getPort(), "/sign-in")).contains(" 200 ").contains("admin123");
            server.demo = false;
            assertThat(ask("eider.example.com", "/sign-in", "X-Forwarded-For: 203.0.113.7")).as("control").contains(" 200 ").doesNotContain("admin123");
        } finally {
            server.configure("", "");
        }
    }

    // ---- headers ----

    @Test
    void everyAnswerIsStrictAndIsNotKept() throws Exception {
        List<String> addresses = new ArrayList<>(List.of("/no-such-page", "/people/1", "/people/new", "/api/v1/dashboard", "/api/v1/sources", "/api/v1/loads", "/api/v1/no-such",
                "/register", "/set-up", "/reset", "/sign-in?to=x"));
        servlets().values().forEach(patterns -> patterns.forEach(pattern -> addresses.add(pattern.replace("/*", "/x"))));
        for (Browser browser : List.of(server.admin(), server.signIn("ann"), new Browser(server))) {
            for (String address : addresses) {
                HttpResponse<String> answer = browser.get(address);
                assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow()).as(address).contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'")
                        .doesNotContain("unsafe").doesNotContain("*");
                assertThat(answer.headers().firstValue("Cache-Control")).as(address).hasValue("no-store");
                assertThat(answer.headers().firstValue("X-Content-Type-Options")).as(address).hasValue("nosniff");
                assertThat(answer.headers().firstValue("X-Frame-Options")).as(address).hasValue("DENY");
                assertThat(answer.headers().firstValue("Referrer-Policy")).as(address).hasValue("same-origin");
                assertThat(answer.headers().firstValue("Cross-Origin-Opener-Policy")).as(address).hasValue("same-origin");
                assertThat(answer.headers().firstValue("Server")).as(address).isEmpty();
                assertThat(answer.body()).as(address).doesNotContain("<style").doesNotContain(" style=").doesNotContainPattern("<script(?![^>]* src=)")
                        .doesNotContainPattern(" on[a-z]+=\"").doesNotContain("Exception");
            }
        }
    }
}
