package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens between the tries: real servers, and waits that pass at once. */
@Timeout(60)
class RetryTest {
    private final Clock clock = new Clock();

    private Account.Builder account(Vendor vendor) {
        return Account.at("Acme", vendor.address(), "address").time(clock).limiter(new Limiter(clock, 1_000, 1_000)).breaker(1_000,
                Duration.ofSeconds(30));
    }

    /** Answers so often with a failure, then well. */
    private static Vendor failing(int times, int status, String headers) throws Exception {
        return new Vendor((asked, out) -> Vendor.answer(out, asked.number() <= times ? status : 200, asked.number() <= times ? headers : "", "fine"));
    }

    @Test
    void goesOnWhenTheServerIsBack() throws Exception {
        try (Vendor vendor = failing(3, 500, ""); Http http = account(vendor).build().open()) {
            assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
            assertThat(vendor.asked).hasSize(4);
        }
    }

    @Test
    void waitsByChanceUpToATimeThatDoubles() throws Exception {
        for (double chance : List.of(0.0, 0.5, 0.999)) {
            clock.chance = chance;
            clock.waits.clear();
            try (Vendor vendor = failing(99, 500, "");
                    Http http = account(vendor).retries(7, Duration.ofMillis(1_000), Duration.ofMillis(10_000), Duration.ofHours(1)).build().open()) {
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOf(SourceException.class);
                assertThat(clock.waits).containsExactlyElementsOf(LongStream.of(1_000, 2_000, 4_000, 8_000, 10_000, 10_000)
                        .mapToObj(most -> (long) (most * chance)).toList());
            }
        }
    }

    @Test
    void givesUpAfterItsTriesWithTheLastFailureAndTheEarlierOnes() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, 500, "", "failure " + asked.number()));
                Http http = account(vendor).retries(3, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofHours(1)).build().open()) {
            SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
            assertThat(e.kind()).isEqualTo(Kind.TEMPORARY);
            assertThat(e).hasMessageContaining("failure 3");
            assertThat(e.getSuppressed()[0]).hasMessageContaining("failure 2");
            assertThat(vendor.asked).hasSize(3);
        }
    }

    @Test
    void beginsNoWaitThatGoesBeyondTheTotal() throws Exception {
        clock.chance = 0.999;
        try (Vendor vendor = failing(99, 500, "");
                Http http = account(vendor).retries(100, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(35)).build().open()) {
            assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOf(SourceException.class);
            assertThat(vendor.asked).hasSize(4);
            assertThat(clock.passed()).isLessThan(35_000);
        }
    }

    @Test
    void neverWaitsLessThanTheVendorAskedFor() throws Exception {
        for (double chance : List.of(0.0, 0.999)) {
            clock.chance = chance;
            for (int status : List.of(429, 503)) {
                for (String asked : List.of("7", "6.5", "Mon, 23 Nov 2026 12:00:07 GMT\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT")) {
                    try (Vendor vendor = failing(1, status, "Retry-After: " + asked + "\r\n"); Http http = account(vendor).build().open()) {
                        long began = clock.passed();
                        assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
                        assertThat(clock.passed() - began).isBetween(asked.equals("6.5") ? 6_500L : 7_000L, 8_000L);
                    }
                }
            }
        }
    }

    @Test
    void aWaitThatIsTooLongIsLeftToTheCaller() throws Exception {
        try (Vendor vendor = failing(1, 429, "Retry-After: 3600\r\n"); Http http = account(vendor).build().open()) {
            SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
            assertThat(e.kind()).isEqualTo(Kind.RATE_LIMIT);
            assertThat(e.retryAfter()).isEqualTo(Duration.ofHours(1));
            assertThat(clock.passed()).isZero();
            e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
            assertThat(e.kind()).as("and the server is not asked before").isEqualTo(Kind.RATE_LIMIT);
            assertThat(e.retryAfter()).isEqualTo(Duration.ofHours(1));
            assertThat(vendor.asked).hasSize(1);
            clock.pass(3_600_000);
            assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
        }
    }

    @Test
    void aLimiterThatIsTooSlowIsARateLimitAndHoldsNobody() throws Exception {
        try (Vendor vendor = failing(0, 500, "")) {
            Account account = account(vendor).limiter(new Limiter(clock, 0.000_1, 1)).build();
            try (Http http = account.open()) {
                http.call(Call.get("/"), HttpTest::text);
                SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
                assertThat(e.kind()).isEqualTo(Kind.RATE_LIMIT);
                assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(9_999), Duration.ofSeconds(10_000));
                account.limiter().giveBack(1);
                assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
                assertThat(clock.passed()).isZero();
            }
        }
    }

    @Test
    void aWaitThatAnotherFaultNamesIsKeptToo() throws Exception {
        clock.chance = 0;
        try (Vendor vendor = failing(1, 502, "Retry-After: 9\r\n"); Http http = account(vendor).build().open()) {
            assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
            assertThat(clock.passed()).isEqualTo(9_000);
        }
    }

    @Test
    void aWaitThatIsLongerThanOneMayBeIsNotBegunThoughThereIsTime() throws Exception {
        try (Vendor vendor = failing(1, 429, "Retry-After: 61\r\n");
                Http http = account(vendor).retries(6, Duration.ofMillis(500), Duration.ofSeconds(60), Duration.ofHours(2)).build().open()) {
            SourceException e = catchThrowableOfType(SourceException.class, () -> http.call(Call.get("/"), HttpTest::text));
            assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(61));
            assertThat(clock.passed()).isZero();
        }
    }

    @Test
    void tooFastWithoutAWaitStillWaits() throws Exception {
        clock.chance = 0;
        try (Vendor vendor = failing(2, 429, ""); Http http = account(vendor).build().open()) {
            http.call(Call.get("/"), HttpTest::text);
            assertThat(clock.passed()).isGreaterThanOrEqualTo(1_000);
        }
    }

    @Test
    void aRequestThatChangesSomethingIsSentOnceUnlessItIsToldToBeRepeatable() throws Exception {
        Call post = Call.post("/", "text/plain", "x");
        for (int status : List.of(500, 503, 429)) {
            try (Vendor vendor = failing(1, status, "Retry-After: 1\r\n"); Http http = account(vendor).build().open()) {
                assertThatThrownBy(() -> http.call(post, HttpTest::text)).isInstanceOf(SourceException.class);
                assertThat(vendor.asked).hasSize(1);
            }
            try (Vendor vendor = failing(1, status, "Retry-After: 1\r\n"); Http http = account(vendor).build().open()) {
                assertThat(http.call(post.repeatable(), HttpTest::text)).isEqualTo("fine");
                assertThat(vendor.asked).extracting(Vendor.Asked::body).containsExactly("x", "x");
            }
        }
        try (Vendor vendor = new Vendor((asked, out) -> {
            throw new Vendor.Cut();
        }); Http http = account(vendor).build().open()) {
            assertThatThrownBy(() -> http.call(post, HttpTest::text)).isInstanceOf(SourceException.class);
            assertThat(vendor.asked).as("nor does the JDK's client repeat it").hasSize(1);
        }
    }

    @Test
    void whatCannotPassIsNotTriedAgain() throws Exception {
        for (int status : List.of(400, 401, 403, 404, 422)) {
            try (Vendor vendor = failing(1, status, ""); Http http = account(vendor).build().open()) {
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOf(SourceException.class);
                assertThat(vendor.asked).hasSize(1);
            }
        }
        assertThat(clock.waits).isEmpty();
    }

    /** Shopify's form: HTTP 200 with an error inside. */
    @Test
    void throttlingToldInA200IsThrottling() throws Exception {
        String throttled = """
                {"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{
                "requestedQueryCost":500,"actualQueryCost":null,
                "throttleStatus":{"maximumAvailable":1000,"currentlyAvailable":100,"restoreRate":50}}}}""";
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out,
                asked.number() < 3 ? throttled : "{\"data\":{\"orders\":{\"nodes\":[{\"id\":1}]}}}"));
                JsonPages pages = JsonPages.of("data.orders.nodes", "errors.0.extensions.code", "extensions.cost.throttleStatus.currentlyAvailable")
                        .check(page -> {
                    if ("THROTTLED".equals(page.text("errors.0.extensions.code"))) {
                        long missing = 500 - Long.parseLong(page.text("extensions.cost.throttleStatus.currentlyAvailable"));
                        throw SourceException.rateLimit("Shopify throttles.", Duration.ofSeconds(missing / 50));
                    }
                })) {
            Account account = account(vendor).build();
            try (Http http = account.open()) {
                JsonPages.Page page = http.call(Call.post("/graphql.json", "application/json", "{}").repeatable().cost(500), pages::add);
                assertThat(page.records()).isEqualTo(1);
                assertThat(clock.passed()).isBetween(16_000L, 16_100L);
                assertThat(vendor.asked).hasSize(3);
            }
        }
    }

    @Test
    void aTruncatedPageIsReadAgainAndCountsOnce() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "{\"data\":[{\"id\":1},{\"id\":2}" + (asked.number() == 1 ? "" : "]}")));
                Http http = account(vendor).build().open(); JsonPages pages = JsonPages.of("data")) {
            http.call(Call.get("/"), pages::add);
            assertThat(pages.records()).isEqualTo(2);
            assertThat(pages.bytes()).isEqualTo(18);
        }
    }

    @Test
    void aServerThatIsDownIsLeftAloneAndTriedByOneWhenItsTimeHasCome() throws Exception {
        try (Vendor vendor = failing(5, 500, "")) {
            Account account = account(vendor).retries(2, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofHours(1)).breaker(4,
                    Duration.ofSeconds(30)).build();
            try (Http one = account.open(); Http other = account.open()) {
                for (Http http : List.of(one, other)) {
                    assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).hasMessageContaining("500");
                }
                assertThat(vendor.asked).hasSize(4);
                clock.pass(12_000);
                for (Http http : List.of(one, other)) {
                    assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text))
                            .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TEMPORARY))
                            .hasMessageContaining("4 times in a row").hasMessageMatching(".*at 10:00:3[01] UTC\\.");
                }
                assertThat(vendor.asked).hasSize(4);
                clock.pass(18_000);
                assertThatThrownBy(() -> one.call(Call.get("/"), HttpTest::text)).as("half open, and it fails").isInstanceOf(SourceException.class);
                assertThat(vendor.asked).hasSize(5);
                assertThatThrownBy(() -> other.call(Call.get("/"), HttpTest::text)).isInstanceOf(SourceException.class);
                assertThat(vendor.asked).hasSize(5);
                clock.pass(30_000);
                assertThat(other.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
                assertThat(one.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
            }
        }
    }

    @Test
    void whileOneFindsOutTheOthersFailAtOnce() throws Exception {
        CountDownLatch probing = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (Vendor vendor = new Vendor((asked, out) -> {
            if (asked.number() == 1) {
                Vendor.answer(out, 500, "", "");
            } else {
                probing.countDown();
                answer.await();
                Vendor.ok(out, "fine");
            }
        })) {
            Account account = account(vendor).retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofHours(1)).breaker(1,
                    Duration.ofSeconds(30)).build();
            try (Http http = account.open()) {
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).hasMessageContaining("500");
                clock.pass(30_000);
                CompletableFuture<String> probe = new CompletableFuture<>();
                Thread.ofPlatform().start(() -> {
                    try {
                        probe.complete(http.call(Call.get("/"), HttpTest::text));
                    } catch (Exception e) {
                        probe.completeExceptionally(e);
                    }
                });
                probing.await();
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).hasMessageContaining("just now");
                answer.countDown();
                assertThat(probe.get(5, TimeUnit.SECONDS)).isEqualTo("fine");
                assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
                assertThat(vendor.asked).hasSize(3);
            }
        }
    }

    @Test
    void aRefusedKeyOrARateLimitDoesNotOpenTheBreaker() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, asked.number() % 2 == 0 ? 401 : 500, "", ""));
                Http http = account(vendor).retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofHours(1)).breaker(2,
                        Duration.ofSeconds(30)).build().open()) {
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOf(SourceException.class);
            }
            assertThat(vendor.asked).hasSize(10);
        }
    }

    /** A vendor that lets 20 calls through in any 200 ms and refuses the others. */
    private static final class Strict implements Vendor.Handler {
        private static final int ALLOWED = 20;
        private static final long WINDOW = 200_000_000L;
        private final AtomicInteger refused = new AtomicInteger();
        private final List<Long> times = new ArrayList<>();

        @Override
        public void answer(Vendor.Asked asked, java.io.OutputStream out) throws Exception {
            boolean good;
            synchronized (times) {
                long now = System.nanoTime();
                times.removeIf(time -> time < now - WINDOW);
                good = times.size() < ALLOWED;
                if (good) {
                    times.add(now);
                }
            }
            if (good) {
                Vendor.ok(out, "fine");
            } else {
                refused.incrementAndGet();
                Vendor.answer(out, 429, "Retry-After: 1\r\n", "");
            }
        }
    }

    private static int fine(Account account, int streams, int calls) throws Exception {
        AtomicInteger fine = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(streams); Http http = account.open()) {
            List<Future<?>> all = new ArrayList<>();
            for (int s = 0; s < streams; s++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < calls; i++) {
                        assertThat(http.call(Call.get("/"), HttpTest::text)).isEqualTo("fine");
                        fine.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(50, TimeUnit.SECONDS);
            }
        }
        return fine.get();
    }

    @Test
    void fiveStreamsTogetherStayWithinTheLimitOfTheirAccount() throws Exception {
        Strict strict = new Strict();
        try (Vendor vendor = new Vendor(strict)) {
            // Three quarters of what the vendor allows: calls travel, and arrive closer together than they left.
            Account account = Account.at("Acme", vendor.address(), "address").limiter(Limiter.of(15, Duration.ofMillis(200))).build();
            assertThat(fine(account, 5, 40)).isEqualTo(200);
            assertThat(strict.refused).hasValue(0);
        }
    }

    @Test
    void aLimitThatIsSetTooHighMakesNoStorm() throws Exception {
        Strict strict = new Strict();
        try (Vendor vendor = new Vendor(strict)) {
            Account account = Account.at("Acme", vendor.address(), "address").limiter(Limiter.bucket(150, 30)).build();
            assertThat(fine(account, 5, 40)).isEqualTo(200);
            // Each refusal holds the whole account for a second: what else is refused was under way at that moment.
            assertThat(strict.refused.get()).as("refusals of 200 calls").isBetween(1, 30);
        }
    }
}
