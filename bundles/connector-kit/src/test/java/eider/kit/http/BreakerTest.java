package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final Clock clock = new Clock();
    private final Breaker breaker = new Breaker(clock, 3, Duration.ofSeconds(30));

    @Test
    void opensAfterSoManyFailuresInARowAndTellsHowLong() {
        fail(2);
        assertThat(breaker.ask()).isNull();
        breaker.worked();
        fail(2);
        assertThat(breaker.ask()).isNull();
        breaker.failed();
        clock.pass(10_000);
        assertThat(breaker.ask()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void letsOneThroughAfterThePauseAndTheOthersWhenItWorked() {
        fail(3);
        clock.pass(30_000);
        assertThat(breaker.ask()).isNull();
        assertThat(elsewhere()).isZero();
        breaker.worked();
        assertThat(elsewhere()).isNull();
    }

    @Test
    void opensAgainAtOnceIfTheTryFails() {
        fail(3);
        clock.pass(30_000);
        assertThat(breaker.ask()).isNull();
        breaker.failed();
        assertThat(breaker.ask()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aTryThatWasCancelledLeavesItToTheNext() {
        fail(3);
        clock.pass(30_000);
        assertThat(breaker.ask()).isNull();
        CompletableFuture.runAsync(breaker::unknown).join();
        assertThat(elsewhere()).as("somebody else's cancelled call").isZero();
        breaker.unknown();
        assertThat(elsewhere()).isNull();
    }

    @Test
    void oneThatFailsLateDoesNotLengthenThePause() {
        fail(3);
        clock.pass(20_000);
        breaker.failed();
        assertThat(breaker.ask()).isEqualTo(Duration.ofSeconds(10));
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(breaker.ask()).isNull();
            breaker.failed();
        }
    }

    private Duration elsewhere() {
        return CompletableFuture.supplyAsync(() -> java.util.Optional.ofNullable(breaker.ask())).join().orElse(null);
    }
}
