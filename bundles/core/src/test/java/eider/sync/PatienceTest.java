package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PatienceTest {
    private static final SourceException DOWN = new SourceException(Kind.TEMPORARY, "down");
    private final Clockwork time = new Clockwork();

    private static SyncOptions options(int retries, Duration longestWait, Duration giveUpAfter) {
        return new SyncOptions(retries, longestWait, giveUpAfter, Duration.ofMinutes(15), 4, 1_024, 3, Duration.ofHours(6));
    }

    /** Draws the longest wait there can be. */
    private static RandomGenerator longest() {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return -1;
            }

            @Override
            public double nextDouble() {
                return Math.nextDown(1.0);
            }
        };
    }

    private static Duration wait(Patience.Answer answer) {
        assertThat(answer).isInstanceOf(Patience.Answer.Wait.class);
        return ((Patience.Answer.Wait) answer).span();
    }

    private static Patience.Answer.GiveUp givenUp(Patience.Answer answer) {
        assertThat(answer).isInstanceOf(Patience.Answer.GiveUp.class);
        return (Patience.Answer.GiveUp) answer;
    }

    @Test
    void theBoundOfTheWaitsDoublesUpToTheLongest() {
        Patience patience = new Patience(options(8, Duration.ofSeconds(20), Duration.ofHours(1)), time, longest());
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waits.add(Math.round(wait(patience.after(DOWN)).toMillis() / 1_000.0));
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 20L, 20L, 20L);
        assertThat(givenUp(patience.after(DOWN)).why()).contains("tried 9 times in a row");
        patience.progressed();
        assertThat(wait(patience.after(DOWN))).as("a source that gets on begins anew").isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theWaitsOfManyClientsAreSpreadOverTheWholeBound() {
        Set<Long> tenths = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            Patience patience = new Patience(options(8, Duration.ofSeconds(20), Duration.ofHours(1)), time, new SplittableRandom(seed));
            patience.after(DOWN);
            patience.after(DOWN);
            tenths.add(wait(patience.after(DOWN)).toMillis() / 400);
        }
        assertThat(tenths).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void whatTheOtherSideAsksForIsNeverCutShort() {
        for (int seed = 0; seed < 50; seed++) {
            Patience patience = new Patience(options(8, Duration.ofMinutes(5), Duration.ofHours(1)), time, new SplittableRandom(seed));
            assertThat(wait(patience.after(SourceException.rateLimit("slow down", Duration.ofSeconds(30))))).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void whoIsAskedToComeBackTooLateGivesUpAndSaysWhenItCanGoOn() {
        Patience patience = new Patience(options(8, Duration.ofMinutes(5), Duration.ofHours(1)), time, longest());
        Patience.Answer.GiveUp answer = givenUp(patience.after(SourceException.rateLimit("slow down", Duration.ofDays(2))));
        assertThat(answer.notBefore()).isEqualTo("2026-03-03T00:00:00Z");
        assertThat(answer.why()).contains("in 2 days, at 2026-03-03 00:00:00 UTC");
        assertThat(givenUp(patience.after(SourceException.rateLimit("x", Duration.ofSeconds(Long.MAX_VALUE)))).notBefore()).as("no overflow").isEqualTo("2027-03-01T00:00:00Z");
        assertThat(wait(patience.after(SourceException.rateLimit("x", Duration.ofSeconds(-5))))).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    void theWholeTimeIsBoundedHoweverMuchProgressThereIs() {
        Patience patience = new Patience(options(8, Duration.ofSeconds(20), Duration.ofSeconds(10)), time, longest());
        int waits = 0;
        while (patience.after(DOWN) instanceof Patience.Answer.Wait) {
            waits++;
            patience.progressed();
        }
        assertThat(waits).isEqualTo(10);
        patience = new Patience(options(8, Duration.ofSeconds(20), Duration.ofSeconds(10)), time, longest());
        patience.lost(Duration.ofSeconds(10));
        assertThat(givenUp(patience.after(DOWN)).why()).as("silence counts too").contains("as long as it may, 10 s altogether");
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"CONFIG", "AUTH", "DATA", "BUG"})
    void whatAPersonMustMendIsNotTriedAgain(Kind kind) {
        Patience patience = new Patience(options(8, Duration.ofSeconds(20), Duration.ofHours(1)), time, longest());
        assertThat(givenUp(patience.after(new SourceException(kind, "no"))).why()).isEmpty();
    }

    @Test
    void optionsAreReadAsPeopleWriteThem() {
        assertThat(Span.parse("15m")).hasMinutes(15);
        assertThat(Span.parse(" 500 ms ")).hasMillis(500);
        assertThat(Span.parse("1d")).hasDays(1);
        for (String wrong : List.of("", "15", "15 minutes", "-1s", "1.5h", "9999999s")) {
            assertThatThrownBy(() -> Span.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("such as 15m");
        }
        assertThat(List.of(Span.say(Duration.ofMillis(11_001)), Span.say(Duration.ofSeconds(120)), Span.say(Duration.ofMinutes(90)), Span.say(Duration.ofHours(7)),
                Span.say(Duration.ofDays(2)))).containsExactly("12 s", "2 min", "90 min", "7 h", "2 days");
    }

    @Test
    void anOptionThatCannotBeIsNamedAndTheOthersGoOnToCount() {
        assertThatThrownBy(() -> options(-1, Duration.ofSeconds(1), Duration.ofSeconds(1))).hasMessageContaining("retries = -1");
        assertThatThrownBy(() -> options(1, Duration.ZERO, Duration.ofSeconds(1))).hasMessageContaining("longest_wait");
        assertThat(SyncOptions.of(config("auto", "auto", "15m"))).isEqualTo(SyncOptions.DEFAULT);
        assertThat(SyncOptions.of(config("7", "2GB", "15m"))).extracting(SyncOptions::sideBySide, SyncOptions::memory).containsExactly(7, 2_048L);
        assertThatThrownBy(() -> SyncOptions.of(config("many", "auto", "15m"))).hasMessage("side_by_side must be a whole number, or auto");
        assertThatThrownBy(() -> SyncOptions.of(config("auto", "lots", "15m"))).hasMessageContaining("memory: 'lots' is no size");
        SyncSettings settings = new SyncSettings(config("7", "2GB", "20m"));
        settings.modified(config("8", "2GB", "for ever"));
        assertThat(settings.options().stallTimeout()).hasMinutes(20);
        assertThat(settings.options().sideBySide()).as("the file as a whole does not count").isEqualTo(7);
    }

    private static SyncConfig config(String sideBySide, String memory, String stallTimeout) {
        return new SyncConfig() {
            @Override
            public int retries() {
                return 8;
            }

            @Override
            public String longest__wait() {
                return "5m";
            }

            @Override
            public String give__up__after() {
                return "1h";
            }

            @Override
            public String stall__timeout() {
                return stallTimeout;
            }

            @Override
            public String side__by__side() {
                return sideBySide;
            }

            @Override
            public String memory() {
                return memory;
            }

            @Override
            public int failures() {
                return 3;
            }

            @Override
            public String longest__rest() {
                return "6h";
            }

            @Override
            public Class<? extends java.lang.annotation.Annotation> annotationType() {
                return SyncConfig.class;
            }
        };
    }
}
