package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a credential may go, and where it may show: to its own host, and nowhere. */
@Timeout(60)
class CredentialsTest {
    private static final String KEY = HttpTest.KEY;

    @Test
    void aRedirectToAnotherServerIsNotFollowedAndNothingReachesIt() throws Exception {
        try (Vendor thief = new Vendor((asked, out) -> Vendor.ok(out, "{}"))) {
            String port = ":" + thief.port();
            for (String location : List.of(thief.address() + "/steal", "http://localhost" + port + "/steal", "//127.0.0.1" + port + "/steal",
                    "http://user:pw@127.0.0.1" + port + "/", "https://127.0.0.1" + port + "/", "http://127.0.0.1" + port + "\\@127.0.0.1/",
                            "HTTP://127.0.0.1" + port,
                    "file:///etc/passwd", "http:/steal", "")) {
                for (int status : List.of(301, 302, 303, 307, 308)) {
                    try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, status, "Location: " + location + "\r\n", ""))) {
                        SourceException e = HttpTest.failure(vendor, HttpTest.account(vendor), Call.get("/v1"));
                        assertThat(e).as("%d to %s", status, location).isNotNull();
                        assertThat(e.kind()).as("%d to %s", status, location).isEqualTo(Kind.CONFIG);
                    }
                }
            }
            assertThat(thief.asked).isEmpty();
            assertThat(thief.connections()).isZero();
        }
    }

    @Test
    void aRedirectToAnotherPortOfTheSameHostWithTheSameNumberedUserInfoIsNotFollowedEither() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> {
            if (asked.number() == 1) {
                Vendor.answer(out, 302, "Location: http://user@127.0.0.1:" + asked.headers().get("Host").replaceAll(".*:", "") + "/\r\n", "");
            } else {
                Vendor.ok(out, "{}");
            }
        })) {
            assertThat(HttpTest.failure(vendor, HttpTest.account(vendor), Call.get("/"))).isNotNull();
            assertThat(vendor.asked).hasSize(1);
        }
    }

    @Test
    void aRedirectWithinTheServerIsFollowedWithTheCredential() throws Exception {
        for (String location : List.of("/two?a=1", "two?a=1", "HTTP://127.0.0.1:PORT/two?a=1")) {
            try (Vendor vendor = new Vendor((asked, out) -> {
                String port = asked.headers().get("Host").replaceAll(".*:", "");
                Vendor.answer(out, asked.number() == 1 ? 302 : 200, asked.number() == 1 ? "Location: " + location.replace("PORT", port)
                        + "\r\n" : "", "there");
            }); Http http = HttpTest.account(vendor).build().open()) {
                assertThat(http.call(Call.get("/one"), HttpTest::text)).isEqualTo("there");
                assertThat(vendor.asked.get(1).target()).isEqualTo("/two?a=1");
                assertThat(vendor.asked.get(1).headers()).containsEntry("Authorization", "Bearer " + KEY);
            }
        }
    }

    @Test
    void aPostKeepsItsBodyOnlyWhereTheStandardSaysSo() throws Exception {
        for (int status : List.of(301, 302, 303, 307, 308)) {
            try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, asked.number() == 1 ? status : 200, "Location: /two\r\n", "x"));
                    Http http = HttpTest.account(vendor).build().open()) {
                Call post = Call.post("/one", "text/plain", "hello");
                if (status == 301 || status == 302) {
                    assertThatThrownBy(() -> http.call(post, HttpTest::text)).isInstanceOf(SourceException.class);
                    assertThat(vendor.asked).hasSize(1);
                } else {
                    http.call(post, HttpTest::text);
                    assertThat(vendor.asked.get(1).method() + vendor.asked.get(1).body()).isEqualTo(status == 303 ? "GET" : "POSThello");
                }
            }
        }
    }

    @Test
    void redirectsInACircleEnd() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, 302, "Location: /again\r\n", ""))) {
            assertThat(HttpTest.failure(vendor, HttpTest.account(vendor), Call.get("/")).kind()).isEqualTo(Kind.CONFIG);
            assertThat(vendor.asked).hasSize(6);
        }
    }

    @Test
    void aLinkInAnAnswerThatLeadsElsewhereIsNotFollowed() throws Exception {
        try (Vendor thief = new Vendor((asked, out) -> Vendor.ok(out, "{}")); Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "{}"));
                Http http = HttpTest.account(vendor).build().open()) {
            for (String next : List.of(thief.address() + "/page2", "//localhost:" + thief.port() + "/", "https://127.0.0.1:" + vendor.port() + "/",
                    "a b",
                    "http://x@127.0.0.1:" + vendor.port() + "/", "mailto:me", "http://[::1]:" + vendor.port() + "/")) {
                assertThatThrownBy(() -> http.call(Call.get(next), HttpTest::text)).as(next)
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DATA));
            }
            assertThat(thief.asked).isEmpty();
            assertThat(vendor.asked).isEmpty();
        }
    }

    @Test
    void addressesAreComparedWhole() {
        URI base = URI.create("https://api.acme.example/v1");
        assertThat(List.of("https://api.acme.example/", "https://API.acme.example:443/x", "HTTPS://api.acme.example"))
                .allMatch(other -> Origin.same(base, URI.create(other)));
        assertThat(List.of("http://api.acme.example/", "https://api.acme.example:8443/", "https://api.acme.example.evil.example/",
                "https://acme.example/",
                "https://api.acme.example@evil.example/", "https://u@api.acme.example/", "https://api_acme.example/", "https:/api.acme.example",
                        "//api.acme.example"))
                .noneMatch(other -> Origin.same(base, URI.create(other)));
    }

    /** A vendor, or a proxy before it, that repeats what it was sent wherever it can. */
    @Test
    void aSecretThatTheServerRepeatsShowsInNoMessageCauseOrLog() throws Exception {
        List<String> forms = List.of("Bearer " + KEY, KEY, URLEncoder.encode(KEY, StandardCharsets.UTF_8), KEY.replace("/", "\\/"));
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        root.setLevel(Level.TRACE);
        log.start();
        root.addAppender(log);
        List<String> told = new ArrayList<>();
        try {
            for (String form : forms) {
                List<Vendor.Handler> handlers = List.of(
                        (asked, out) -> Vendor.answer(out, 401, "", "Invalid key: " + form),
                        (asked, out) -> Vendor.answer(out, 400, "", "x".repeat(290) + form),
                        (asked, out) -> Vendor.answer(out, 500, "", form),
                        (asked, out) -> Vendor.answer(out, 429, "Retry-After: 0\r\n", form),
                        (asked, out) -> Vendor.answer(out, 302, "Location: https://evil.example/" + URLEncoder.encode(form, StandardCharsets.UTF_8)
                                + "\r\n", ""),
                        (asked, out) -> Vendor.write(out, "HTTP/1.1 " + form + " nonsense\r\n\r\n"),
                        (asked, out) -> Vendor.write(out, "HTTP/1.1 200 OK\r\n" + form + "\r\n\r\n"),
                        (asked, out) -> Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + form + "\r\n\r\n"),
                        (asked, out) -> Vendor.answer(out, 200, "", "{\"data\": " + form + "}"),
                        (asked, out) -> Vendor.answer(out, 200, "", "{\"data\": [{\"a\": " + form + "}]}"));
                for (Vendor.Handler handler : handlers) {
                    try (Vendor vendor = new Vendor((asked, out) -> {
                        handler.answer(asked, out);
                        throw new Vendor.Cut();
                    })) {
                        Account account = HttpTest.account(vendor).retries(2, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(5))
                                .build();
                        told.add(account.toString());
                        try (Http http = account.open(); JsonPages pages = JsonPages.of("data")) {
                            told.add(http.toString());
                            SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), pages::add));
                            assertThat(e).isNotNull();
                            told.add(stack(e));
                        }
                    }
                }
            }
        } finally {
            root.detachAppender(log);
            root.setLevel(before);
        }
        assertThat(log.list).isNotEmpty();
        log.list.forEach(event -> told.add(event.getFormattedMessage() + event.getThrowableProxy()));
        assertThat(told).hasSizeGreaterThan(100);
        assertThat(told.stream().filter(text -> forms.stream().anyMatch(text::contains) || text.contains("sk_live"))
                .map(text -> text.replaceAll("\tat .*\n", ""))).isEmpty();
    }

    private static String stack(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void aReadersOwnMessageIsCleanedToo() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "{}")); Http http = HttpTest.account(vendor).build().open()) {
            SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/").secret("X-Token", "tok_12345"), answer -> {
                throw new SourceException(Kind.DATA, "what does tok_12345 mean?", new IOException(KEY));
            }));
            assertThat(e.kind()).isEqualTo(Kind.DATA);
            assertThat(stack(e)).doesNotContain("tok_12345").doesNotContain(KEY).contains("what does ••• mean?");
        }
    }

    @Test
    void aPasswordWithinBasicIsASecretOfItsOwn() {
        String basic = Base64.getEncoder().encodeToString("shop:pa55word".getBytes(StandardCharsets.UTF_8));
        Secrets secrets = new Secrets(List.of("Basic " + basic));
        assertThat(secrets.without("wrong password 'pa55word' in Basic " + basic + " (" + basic + ")")).doesNotContain("pa55word")
                .doesNotContain(basic);
    }

    @Test
    void aCallTellsNeitherItsQueryNorItsHeadersNorItsBody() {
        assertThat(Call.post("/graphql?access_token=abc", "text/plain", "body-text").secret("X-Token", "tok_1").header("X-Other", "val").query("k",
                "q")).hasToString("POST /graphql");
    }

    /** With a real certificate, so that https and the way down from it are what they are in life. */
    @Test
    void aRedirectFromHttpsToHttpIsNotFollowedAndAnUnknownCertificateIsConfig(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "a",
                "-keyalg", "EC",
                "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-storepass",
                        "changeit", "-keystore",
                store.toString()).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0).as(said).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);

        HttpsServer server = HttpsServer.create(new java.net.InetSocketAddress("127.0.0.1", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        try (Vendor plain = new Vendor((asked, out) -> Vendor.ok(out, "stolen"))) {
            server.createContext("/", exchange -> {
                String path = exchange.getRequestURI().getPath();
                if (path.equals("/down")) {
                    exchange.getResponseHeaders().add("Location", plain.address() + "/");
                    exchange.sendResponseHeaders(302, -1);
                } else if (path.equals("/same")) {
                    exchange.getResponseHeaders().add("Location", "/here");
                    exchange.sendResponseHeaders(302, -1);
                } else {
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
                }
                exchange.close();
            });
            server.start();
            Account.Builder account = Account.at("Acme", "https://127.0.0.1:" + server.getAddress().getPort(), "address").secret("Authorization",
                    "Bearer " + KEY, "api_key")
                    .retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(9));
            try (Http http = account.build().open()) {
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text))
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                        .hasMessageContaining("not trusted");
            }
            try (Http http = account.client(client -> client.sslContext(tls)).build().open()) {
                assertThat(http.call(Call.get("/same"), HttpTest::text)).isEqualTo("{}");
                assertThatThrownBy(() -> http.call(Call.get("/down"), HttpTest::text))
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                        .hasMessageContaining("no credential goes astray");
            }
            assertThat(plain.asked).isEmpty();
        } finally {
            server.stop(0);
        }
    }
}
