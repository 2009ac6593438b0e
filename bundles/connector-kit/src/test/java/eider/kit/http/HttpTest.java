package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one try comes to: answers good and bad, each told by its kind and in a sentence. */
@Timeout(30)
class HttpTest {
    static final String KEY = "sk_live_51Hx/+secret";

    static Account.Builder account(Vendor vendor) {
        return Account.at("Acme", vendor.address(), "address").secret("Authorization", "Bearer " + KEY, "api_key").retries(1, Duration.ofMillis(1),
                Duration.ofSeconds(60), Duration.ofMinutes(5)).limiter(Limiter.bucket(1e6, 1e6));
    }

    static String text(Answer answer) throws IOException {
        return new String(answer.bytes(), StandardCharsets.UTF_8);
    }

    static SourceException failure(Vendor vendor, Account.Builder account, Call call) throws Exception {
        try (Http http = account.build().open()) {
            return catchThrowableOfType(SourceException.class, () -> http.call(call, HttpTest::text));
        }
    }

    private static SourceException failure(Vendor.Handler handler) throws Exception {
        try (Vendor vendor = new Vendor(handler)) {
            return failure(vendor, account(vendor), Call.get("/v1/charges?key=in-the-query"));
        }
    }

    @Test
    void anAnswerHasItsStatusHeadersAndBody() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, 201, "X-Left: 7\r\n", "{\"ä\":1}")); Http http = account(vendor).build()
                .open()) {
            String told = http.call(Call.get("charges").query("a b", "c&d").query("none", null), answer -> answer.status() + answer.header("x-left")
                    + answer.header("absent") + answer.length() + text(answer));
            assertThat(told).isEqualTo("2017null8{\"ä\":1}");
            Vendor.Asked asked = vendor.asked.getFirst();
            assertThat(asked.target()).isEqualTo("/charges?a+b=c%26d");
            assertThat(asked.headers()).containsEntry("Authorization", "Bearer " + KEY).containsEntry("User-Agent", "Eider")
                    .doesNotContainKey("Upgrade");
        }
    }

    @Test
    void aPathIsBelowTheAddressUnlessItBeginsWithASlash() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, asked.target()))) {
            Account account = Account.at("Acme", vendor.address() + "/api/v3", "address").build();
            try (Http http = account.open()) {
                assertThat(http.call(Call.get("deals"), HttpTest::text)).isEqualTo("/api/v3/deals");
                assertThat(http.call(Call.get("/deals?a=1").query("b", "2"), HttpTest::text)).isEqualTo("/deals?a=1&b=2");
                assertThat(http.call(Call.get(vendor.address() + "/next?p=2"), HttpTest::text)).isEqualTo("/next?p=2");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, CONFIG", "401, AUTH", "402, CONFIG", "403, AUTH", "404, CONFIG", "407, CONFIG", "408, TEMPORARY", "409, CONFIG", "410, CONFIG",
                "422, CONFIG",
        "425, TEMPORARY", "429, RATE_LIMIT", "500, TEMPORARY", "502, TEMPORARY", "503, TEMPORARY", "504, TEMPORARY", "520, TEMPORARY", "304, CONFIG"})
    void eachStatusHasItsKindAndASentence(int status, Kind kind) throws Exception {
        SourceException e = failure((asked, out) -> {
            if (status == 304) {
                Vendor.write(out, "HTTP/1.1 304 x\r\n\r\n");
            } else {
                Vendor.answer(out, status, "", "{\"error\":\"it\r\nhurts\"}");
            }
        });
        assertThat(e.kind()).isEqualTo(kind);
        assertThat(e.getMessage()).contains("Acme", "" + status, "/v1/charges").doesNotContain("in-the-query").doesNotContain("\n").endsWith(".");
        if (status != 304) {
            assertThat(e.getMessage()).contains("{\"error\":\"it hurts\"}");
        }
    }

    @Test
    void refusedCredentialsNameTheirOptionAndAMissingPlaceTheAddress() throws Exception {
        assertThat(failure((asked, out) -> Vendor.answer(out, 401, "", ""))).hasMessageContaining("'api_key'");
        assertThat(failure((asked, out) -> Vendor.answer(out, 403, "", ""))).hasMessageContaining("'api_key'").hasMessageContaining("permission");
        assertThat(failure((asked, out) -> Vendor.answer(out, 404, "", ""))).hasMessageContaining("'address'");
    }

    @Test
    void aPageForBrowsersIsNotRepeatedInTheMessage() throws Exception {
        assertThat(failure((asked, out) -> Vendor.answer(out, 502, "", "  <html><script>alert(1)</script>")).getMessage()).doesNotContain("<")
                .contains("502");
    }

    @Test
    void theWaitOf429And503IsKept() throws Exception {
        for (int status : List.of(429, 503)) {
            SourceException e = failure((asked, out) -> Vendor.answer(out, status, "Retry-After: 17\r\n", ""));
            assertThat(e.kind()).isEqualTo(Kind.RATE_LIMIT);
            assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(17));
        }
    }

    @Test
    void anAcceptedStatusIsAnAnswer() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, 404, "", "gone")); Http http = account(vendor).build().open()) {
            String told = http.call(Call.get("/x").accept(404), answer -> answer.status() + text(answer));
            assertThat(told).isEqualTo("404gone");
        }
    }

    @Test
    void anAnnouncedBodyThatIsTooLargeIsNotRead() throws Exception {
        AtomicLong sent = new AtomicLong();
        SourceException e = failure((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
            pour(out, 1L << 30, sent);
        });
        assertThat(e.kind()).isEqualTo(Kind.DATA);
        assertThat(e.getMessage()).contains("67108864 bytes");
        assertThat(sent.get()).isLessThan(32L << 20);
    }

    @Test
    void anEndlessBodyEndsAtTheLimit() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Vendor vendor = new Vendor((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\n\r\n");
            pour(out, 1L << 30, sent);
        })) {
            SourceException e = failure(vendor, account(vendor).largest(5 << 20), Call.get("/"));
            assertThat(e.kind()).isEqualTo(Kind.DATA);
            assertThat(e.getMessage()).contains("5242880 bytes").contains("smaller pages");
            assertThat(sent.get()).isLessThan(64L << 20);
        }
        assertThat(failure((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 500 Oh\r\n\r\n");
            pour(out, 1L << 30, sent);
        }).kind()).as("an endless error").isEqualTo(Kind.TEMPORARY);
    }

    private static void pour(OutputStream out, long bytes, AtomicLong sent) throws IOException {
        byte[] block = new byte[1 << 16];
        for (long n = 0; n < bytes; n += block.length) {
            out.write(block);
            sent.addAndGet(block.length);
        }
    }

    @Test
    void aLargeBodyLiesInAFileThatOutlivesNobody(@TempDir Path folder) throws Exception {
        byte[] body = new byte[9 << 20];
        new java.util.Random(3).nextBytes(body);
        try (Vendor vendor = new Vendor((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            out.write(body);
        }); Http http = account(vendor).build().open()) {
            http.call(Call.get("/"), answer -> {
                assertThat(openFiles()).hasSize(1);
                assertThat(temporary("eider-answer")).as("has no name any more, so a killed process leaves nothing").isEmpty();
                assertThat(answer.body()).hasSameContentAs(new ByteArrayInputStream(body));
                assertThat(answer.bytes()).isEqualTo(body);
                answer.save(folder.resolve("saved"));
                return null;
            });
            assertThat(folder.resolve("saved")).hasBinaryContent(body);
            assertThat(openFiles()).isEmpty();
        }
    }

    /** The bodies that this process has open. */
    static List<String> openFiles() throws IOException {
        List<String> open = new ArrayList<>();
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            for (Path file : files.toList()) {
                if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().contains("eider-answer")) {
                    open.add(Files.readSymbolicLink(file).toString());
                }
            }
        } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
            return openFiles();
        }
        return open;
    }

    static List<Path> temporary(String prefix) throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }

    @Test
    void anAnswerIsNotReadAfterItsReader() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "{}")); Http http = account(vendor).build().open()) {
            Answer answer = http.call(Call.get("/"), one -> one);
            assertThatThrownBy(answer::bytes).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aCutConnectionIsTemporaryWhereverItIsCut() throws Exception {
        String whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"data\":[1,2,3,4,5]}";
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            SourceException e = failure((asked, out) -> {
                Vendor.write(out, part);
                throw new Vendor.Cut();
            });
            assertThat(e).as("cut after %d bytes", length).isNotNull();
            assertThat(e.kind()).as("cut after %d bytes", length).isEqualTo(Kind.TEMPORARY);
        }
    }

    @Test
    void aCutChunkedBodyIsTemporary() throws Exception {
        SourceException e = failure((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n");
            throw new Vendor.Cut();
        });
        assertThat(e.kind()).isEqualTo(Kind.TEMPORARY);
    }

    @Test
    void aBodyThatIsShorterThanAnnouncedIsTemporaryAndALongerOneIsCut() throws Exception {
        assertThat(failure((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}");
            throw new Vendor.Cut();
        }).kind()).isEqualTo(Kind.TEMPORARY);
        // What is behind the announced length is no part of the answer. That the rest is JSON or not is judged by who reads it.
        try (Vendor vendor = new Vendor((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"data\":[]}");
            throw new Vendor.Cut();
        }); Http http = account(vendor).build().open(); JsonPages pages = JsonPages.of("data")) {
            assertThatThrownBy(() -> http.call(Call.get("/"), pages::add))
                    .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TEMPORARY))
                    .hasMessageContaining("ends in the middle");
        }
    }

    @Test
    void rubbishInPlaceOfHttpIsTemporary() throws Exception {
        assertThat(failure((asked, out) -> {
            Vendor.write(out, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
            throw new Vendor.Cut();
        }).kind()).isEqualTo(Kind.TEMPORARY);
    }

    @Test
    void aFloodOfHeadersEndsTheCallInBoundedMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        SourceException e = failure((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\n");
            byte[] header = ("X-Flood: " + "x".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 1_000_000; i++) {
                out.write(header);
                sent.addAndGet(header.length);
            }
        });
        assertThat(e.kind()).isEqualTo(Kind.TEMPORARY);
        assertThat(sent.get()).isLessThan(64L << 20);
    }

    @Test
    void aSlowDripEndsWithTheOverallTimeInHeadersAndBody() throws Exception {
        for (String first : List.of("HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "")) {
            try (Vendor vendor = new Vendor((asked, out) -> {
                Vendor.write(out, first);
                for (int i = 0; i < 1_000; i++) {
                    Thread.sleep(10);
                    Vendor.write(out, "a");
                }
            })) {
                long began = System.nanoTime();
                SourceException e = failure(vendor, account(vendor).timeouts(Duration.ofSeconds(5), Duration.ofMillis(300)), Call.get("/"));
                assertThat(e.kind()).isEqualTo(Kind.TEMPORARY);
                assertThat(e.getMessage()).contains("within 300 ms");
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
            }
        }
    }

    @Test
    void aCallMayHaveATimeOfItsOwn() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Thread.sleep(5_000))) {
            assertThat(failure(vendor, account(vendor), Call.get("/").within(Duration.ofMillis(200)))).hasMessageContaining("within 200 ms");
        }
    }

    @Test
    void aConnectionThatDoesNotComeAboutIsTemporary() throws Exception {
        // A queue of one, filled: the kernel then leaves further connections unanswered.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket filler = new Socket();
                    fillers.add(filler);
                    try {
                        filler.connect(full.getLocalSocketAddress(), 200);
                    } catch (IOException filled) {
                        break;
                    }
                }
                Account account = Account.at("Acme", "http://127.0.0.1:" + full.getLocalPort(), "address")
                        .timeouts(Duration.ofMillis(300), Duration.ofSeconds(20)).retries(1, Duration.ofMillis(1), Duration.ofSeconds(1),
                                Duration.ofMinutes(1)).build();
                long began = System.nanoTime();
                try (Http http = account.open()) {
                    assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOfSatisfying(SourceException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.TEMPORARY)).hasMessageContaining("No connection").hasMessageContaining("300 ms");
                }
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            } finally {
                for (Socket filler : fillers) {
                    filler.close();
                }
            }
        }
    }

    @Test
    void nobodyThereIsTemporaryAndAnUnknownHostNamesTheAddress() throws Exception {
        int free;
        try (ServerSocket server = new ServerSocket(0)) {
            free = server.getLocalPort();
        }
        for (String address : List.of("http://127.0.0.1:" + free, "https://no-such-host.invalid")) {
            Account account = Account.at("Acme", address, "address").retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(1))
                    .build();
            try (Http http = account.open()) {
                SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
                assertThat(e.kind()).isEqualTo(Kind.TEMPORARY);
                assertThat(e.getMessage()).contains(address.contains("invalid") ? "'address'" : "no connection");
            }
        }
    }

    @Test
    void anEncodingThatWasNotAskedForIsData() throws Exception {
        SourceException e = failure((asked, out) -> Vendor.answer(out, 200, "Content-Encoding: gzip\r\n", "xxxx"));
        assertThat(e.kind()).isEqualTo(Kind.DATA);
    }

    @Test
    void aFaultyOptionIsToldWhenTheClientIsOpenedAndNamed() {
        record Case(Account.Builder account, String option) {}
        List<Case> cases = List.of(
                new Case(Account.at("Acme", "", "address"), "'address'"),
                new Case(Account.at("Acme", null, "address"), "'address'"),
                new Case(Account.at("Acme", "acme", "shop"), "'shop'"),
                new Case(Account.at("Acme", "http://acme.example", "shop"), "'shop'"),
                new Case(Account.at("Acme", "http://127.0.0.1.evil.example", "shop"), "'shop'"),
                new Case(Account.at("Acme", "ftp://127.0.0.1", "shop"), "'shop'"),
                new Case(Account.at("Acme", "https://u:p@acme.example", "shop"), "'shop'"),
                new Case(Account.at("Acme", "https://acme.example?key=1", "shop"), "'shop'"),
                new Case(Account.at("Acme", "https://a b", "shop"), "'shop'"),
                new Case(Account.at("Acme", "https://acme.example", "shop").secret("X-Key", "", "api_key"), "'api_key'"),
                new Case(Account.at("Acme", "https://acme.example", "shop").secret("X-Key", null, "api_key"), "'api_key'"),
                new Case(Account.at("Acme", "https://acme.example", "shop").secret("Authorization", "Bearer ", "api_key"), "'api_key'"),
                new Case(Account.at("Acme", "https://acme.example", "shop").secret("X-Key", "abc\r\nX-Evil: 1", "api_key"), "'api_key'"),
                new Case(Account.at("Acme", "https://acme.example", "shop").secret("X-Key", "schlüssel", "api_key"), "'api_key'"));
        for (Case one : cases) {
            assertThatThrownBy(() -> one.account().build().open()).as("%s", one)
                    .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                    .hasMessageContaining(one.option())
                    .hasMessageNotContaining("Evil").hasMessageNotContaining("schl").hasMessageNotContaining("u:p");
        }
    }

    @Test
    void aServerWithALinkLocalAddressIsNotAsked() throws Exception {
        for (String address : List.of("https://169.254.169.254", "https://[fe80::1]", "https://0.0.0.0", "https://[::ffff:169.254.169.254]")) {
            try (Http http = Account.at("Acme", address, "address").retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(1))
                    .build().open()) {
                assertThatThrownBy(() -> http.call(Call.get("/latest/meta-data"), HttpTest::text)).as(address)
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                        .hasMessageContaining("link-local");
            }
        }
    }
}
