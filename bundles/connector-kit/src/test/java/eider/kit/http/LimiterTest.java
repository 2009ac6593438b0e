package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LimiterTest {
    private static final Duration LONG = Duration.ofDays(1);
    private final Clock clock = new Clock();

    @Test
    void noWindowOfThePeriodHoldsMoreThanWasAllowed() throws Exception {
        for (int allowed : List.of(1, 2, 7, 19, 190, 1_000)) {
            long seed = 20_261_123 + allowed;
            Random random = new Random(seed);
            Limiter limiter = Limiter.of(clock, allowed, Duration.ofSeconds(10));
            List<Long> times = new ArrayList<>();
            for (int i = 0; i < 5 * allowed + 50; i++) {
                // Seldom, so that there are windows that begin with a full bucket and in which nobody rests.
                if (random.nextInt(2 * allowed + 5) == 0) {
                    clock.pass(random.nextInt(15_000));
                }
                assertThat(limiter.acquire(1, LONG)).isZero();
                times.add(clock.nanos());
            }
            for (int i = 0; i + allowed < times.size(); i++) {
                assertThat(times.get(i + allowed) - times.get(i)).as("%d calls from call %d on, seed %d", allowed + 1, i, seed)
                        .isGreaterThanOrEqualTo(9_999_999_000L);
            }
        }
    }

    @Test
    void theWholeAllowanceIsUsed() throws Exception {
        Limiter limiter = Limiter.of(clock, 100, Duration.ofSeconds(1));
        for (int i = 0; i < 1_000; i++) {
            limiter.acquire(1, LONG);
        }
        assertThat(clock.passed()).isBetween(9_000L, 11_500L);
    }

    @Test
    void aHoldStopsEverybodyAndEndsWithoutABurst() throws Exception {
        Limiter limiter = new Limiter(clock, 2, 10);
        limiter.hold(Duration.ofSeconds(5));
        limiter.hold(Duration.ofSeconds(1));
        limiter.acquire(1, LONG);
        assertThat(clock.passed()).isEqualTo(5_000);
        limiter.acquire(1, LONG);
        limiter.acquire(1, LONG);
        assertThat(clock.passed()).isEqualTo(6_000);
    }

    @Test
    void afterAHoldTheFirstCallDoesNotWaitForItsCostAgain() throws Exception {
        Limiter limiter = new Limiter(clock, 50, 1_000);
        limiter.acquire(800, LONG);
        limiter.hold(Duration.ofSeconds(8));
        limiter.acquire(500, LONG);
        assertThat(clock.passed()).isEqualTo(8_000);
        limiter.acquire(100, LONG);
        assertThat(clock.passed()).isEqualTo(10_000);
    }

    @Test
    void aWaitThatIsTooLongIsRefusedAtOnceAndTakesNothing() throws Exception {
        Limiter limiter = new Limiter(clock, 1, 1);
        limiter.hold(Duration.ofSeconds(100));
        assertThat(limiter.acquire(1, Duration.ofSeconds(99))).isEqualTo(Duration.ofSeconds(100));
        assertThat(clock.passed()).isZero();
        assertThat(limiter.acquire(1, Duration.ofSeconds(100))).isZero();
    }

    @Test
    void whatTheVendorSaysOnlyLowersWhatIsLeft() throws Exception {
        Limiter limiter = new Limiter(clock, 1, 10);
        limiter.remaining(2);
        limiter.remaining(9);
        limiter.acquire(2, LONG);
        assertThat(clock.passed()).isZero();
        limiter.acquire(1, LONG);
        assertThat(clock.passed()).isEqualTo(1_000);
    }

    @Test
    void whatACallDidNotCostComesBack() throws Exception {
        Limiter limiter = new Limiter(clock, 50, 1_000);
        limiter.acquire(1_000, LONG);
        limiter.giveBack(940);
        limiter.acquire(940, LONG);
        assertThat(clock.passed()).isZero();
        limiter.acquire(50, LONG);
        assertThat(clock.passed()).isEqualTo(1_000);
    }

    @Test
    void aCallDearerThanTheBucketPassesAndIsPaidOff() throws Exception {
        Limiter limiter = new Limiter(clock, 10, 10);
        limiter.acquire(100, LONG);
        assertThat(clock.passed()).isZero();
        limiter.acquire(1, LONG);
        assertThat(clock.passed()).isEqualTo(9_100);
    }

    @Test
    void aNewRateCountsFromNowOn() throws Exception {
        Limiter limiter = new Limiter(clock, 1, 1);
        limiter.acquire(1, LONG);
        limiter.rate(4, 1);
        limiter.acquire(1, LONG);
        assertThat(clock.passed()).isEqualTo(250);
    }

    @Test
    void aHigherRateLetsThoseWhoWaitGoAtOnce() throws Exception {
        Limiter limiter = Limiter.bucket(0.001, 1);
        limiter.acquire(1, LONG);
        CompletableFuture<Duration> waiting = waiter(limiter, 1, "one");
        limiter.rate(1_000, 1);
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whoAsksFirstIsLetThroughFirstAlsoIfALaterOneAsksForLess() throws Exception {
        Limiter limiter = Limiter.bucket(0.01, 100);
        limiter.acquire(100, LONG);
        List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "" + i;
            all.add(waiter(limiter, i == 0 ? 100 : 1, name).thenRun(() -> order.add(name)));
            awaitWaiting(limiter, i + 1);
        }
        for (int i = 0; i < 8; i++) {
            limiter.giveBack(i == 0 ? 100 : 1);
            all.get(i).get(5, TimeUnit.SECONDS);
        }
        assertThat(order).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    }

    @Test
    void anInterruptedWaiterLeavesItsPermitsToTheNext() throws Exception {
        Limiter limiter = Limiter.bucket(0.01, 10);
        limiter.acquire(10, LONG);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                limiter.acquire(10, LONG);
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        awaitWaiting(limiter, 1);
        CompletableFuture<Duration> next = waiter(limiter, 1, "next");
        awaitWaiting(limiter, 2);
        thread.interrupt();
        assertThat(interrupted.get(2, TimeUnit.SECONDS)).isTrue();
        limiter.giveBack(1);
        assertThat(next.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aHoldThatIsTooLongWakesThoseWhoWait() throws Exception {
        Limiter limiter = Limiter.bucket(1, 1);
        limiter.acquire(1, LONG);
        CompletableFuture<Duration> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return limiter.acquire(5, Duration.ofSeconds(60));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        awaitWaiting(limiter, 1);
        limiter.hold(Duration.ofHours(1));
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isGreaterThan(Duration.ofMinutes(59));
    }

    @Test
    void aLimitThatLetsNothingThroughIsRefused() {
        assertThatThrownBy(() -> Limiter.of(0, Duration.ofSeconds(1))).hasMessageContaining("nothing through");
        assertThatThrownBy(() -> Limiter.bucket(0, 1)).hasMessageContaining("nothing through");
        assertThatThrownBy(() -> Limiter.bucket(Double.NaN, 1)).hasMessageContaining("nothing through");
    }

    private static CompletableFuture<Duration> waiter(Limiter limiter, double cost, String name) {
        CompletableFuture<Duration> end = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                end.complete(limiter.acquire(cost, LONG));
            } catch (InterruptedException e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    private static void awaitWaiting(Limiter limiter, int count) {
        long end = System.nanoTime() + 5_000_000_000L;
        while (limiter.waiting() != count) {
            assertThat(System.nanoTime()).as("%d wait, not %d", limiter.waiting(), count).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
