package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A person cancels: whatever a call is doing, it ends within two seconds and nothing of it stays. */
@Timeout(60)
class InterruptTest {
    private final CountDownLatch busy = new CountDownLatch(1);

    @Test
    void whileTheServerSaysNothing() throws Exception {
        endsAtOnce((asked, out) -> {
            busy.countDown();
            asked.silence();
        }, Call.get("/"));
    }

    @Test
    void whileABodyDripsIn() throws Exception {
        endsAtOnce((asked, out) -> {
            Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n");
            for (int i = 0; i < 30_000; i++) {
                Vendor.write(out, "a".repeat(2_000));
                if (i == 1_000) {
                    busy.countDown();
                }
                if (i > 1_000) {
                    Thread.sleep(1);
                }
            }
        }, Call.get("/"));
    }

    @Test
    void whileItWaitsForTheNextTry() throws Exception {
        endsAtOnce((asked, out) -> {
            Vendor.answer(out, 500, "", "");
            busy.countDown();
        }, Call.get("/"));
    }

    @Test
    void whileTheAccountIsOnHold() throws Exception {
        endsAtOnce((asked, out) -> {
            Vendor.answer(out, 429, "Retry-After: 30\r\n", "");
            busy.countDown();
        }, Call.get("/"));
    }

    private void endsAtOnce(Vendor.Handler handler, Call call) throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        CompletableFuture<String> end = new CompletableFuture<>();
        try (Vendor vendor = new Vendor(handler)) {
            Account account = Account.at("Acme", vendor.address(), "address").limiter(Limiter.bucket(1e6, 1e6))
                    .retries(5, Duration.ofHours(1), Duration.ofHours(2), Duration.ofHours(9)).build();
            Thread thread = Thread.ofPlatform().start(() -> {
                try (Http http = account.open()) {
                    http.call(call, HttpTest::text);
                    end.complete("returned");
                } catch (InterruptedException e) {
                    end.complete(Thread.currentThread().isInterrupted() ? "interrupted twice" : "interrupted");
                } catch (SourceException e) {
                    end.completeExceptionally(e);
                }
            });
            assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
            // Far enough that it waits there: the interrupt may come at any moment, so a wrong guess only makes the test easier.
            Thread.sleep(100);
            long began = System.nanoTime();
            thread.interrupt();
            assertThat(end.get(2, TimeUnit.SECONDS)).isEqualTo("interrupted");
            thread.join(2_000);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            assertThat(thread.isAlive()).isFalse();
            await("no connection stays", () -> vendor.connections() == 0);
        }
        await("no thread stays", () -> stayed(before).isEmpty());
        assertThat(HttpTest.openFiles()).isEmpty();
    }

    @Test
    void aCallThatIsGivenUpBreaksItsConnectionOffThoughTheClientStaysOpen() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> {
            busy.countDown();
            asked.silence();
        }); Http http = Account.at("Acme", vendor.address(), "address").retries(1, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(1))
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(20)).build().open()) {
            Thread thread = Thread.ofPlatform().start(() -> assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text))
                    .isInstanceOf(InterruptedException.class));
            busy.await();
            thread.interrupt();
            thread.join();
            await("no connection of the interrupted call stays", () -> vendor.connections() == 0);
            assertThatThrownBy(() -> http.call(Call.get("/").within(Duration.ofMillis(100)), HttpTest::text)).isInstanceOf(SourceException.class);
            await("no connection of the call that took too long stays", () -> vendor.connections() == 0);
        }
    }

    private static List<String> stayed(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.isAlive() && !before.contains(thread))
                .map(Thread::getName).filter(name -> name.startsWith("HttpClient") || name.startsWith("http ")).collect(Collectors.toList());
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + 2_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void aClosedClientHasNoThreadLeftAndTakesNoCall() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "fine"))) {
            for (int i = 0; i < 20; i++) {
                Http http = Account.at("Acme", vendor.address(), "address").limiter(Limiter.bucket(1e6, 1e6)).build().open();
                http.call(Call.get("/"), HttpTest::text);
                assertThat(stayed(before)).as("there is one while it is open, or this test sees nothing").isNotEmpty();
                http.close();
                http.close();
                assertThatThrownBy(() -> http.call(Call.get("/"), HttpTest::text)).isInstanceOf(IllegalStateException.class);
                await("no thread stays", () -> stayed(before).isEmpty());
            }
            await("no connection stays", () -> vendor.connections() == 0);
        }
    }

    @Test
    void closingEndsTheCallsOfOtherThreadsWithoutAnotherTry() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> {
            busy.countDown();
            asked.silence();
        })) {
            Http http = Account.at("Acme", vendor.address(), "address").build().open();
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    http.call(Call.get("/"), HttpTest::text);
                } catch (Exception e) {
                    end.complete(e);
                }
            });
            busy.await();
            http.close();
            assertThat(end.get(2, TimeUnit.SECONDS)).isInstanceOf(SourceException.class);
            assertThat(vendor.asked).hasSize(1);
        }
    }

    @Test
    void closingOnAnInterruptedThreadIsAsThoroughAndKeepsTheInterrupt() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.ok(out, "fine"))) {
            Http http = Account.at("Acme", vendor.address(), "address").build().open();
            http.call(Call.get("/"), HttpTest::text);
            Thread.currentThread().interrupt();
            http.close();
            assertThat(Thread.interrupted()).isTrue();
            await("no thread stays", () -> stayed(before).isEmpty());
        }
    }
}
