package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatermarkTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    @Test
    void aFirstReadAsksForEverythingAndTheNextOneFromTheLookBackOn() throws Exception {
        Watermark first = Watermark.of(Cursor.NONE, Duration.ofMinutes(5), CLOCK);
        assertThat(first.since()).isNull();
        assertThat(first.cursor()).isEqualTo(Cursor.NONE);
        first.seen(Instant.parse("2026-11-23T09:00:00.123456Z"));
        first.seen(Instant.parse("2026-11-23T08:00:00Z"));
        assertThat(first.cursor().text()).isEqualTo("2026-11-23T09:00:00.123456Z");
        Watermark next = Watermark.of(first.cursor(), Duration.ofMinutes(5), CLOCK);
        assertThat(next.since()).isEqualTo(Instant.parse("2026-11-23T08:55:00.123456Z"));
        assertThat(next.cursor()).as("nothing seen, nothing moved").isEqualTo(first.cursor());
    }

    @Test
    void withoutALookBackTheBoundaryItselfIsReadAgain() throws Exception {
        assertThat(Watermark.of(new Cursor("2026-11-23T09:00:00Z"), Duration.ZERO, CLOCK).since()).isEqualTo(Instant.parse("2026-11-23T09:00:00Z"));
    }

    @Test
    void neverGoesBackwardsAndItsTextComesBackTheSame() throws Exception {
        Random random = new Random(7);
        Cursor cursor = Cursor.NONE;
        Instant before = Instant.EPOCH;
        for (int i = 0; i < 2_000; i++) {
            Watermark mark = Watermark.of(cursor, Duration.ofSeconds(random.nextInt(1_000)),
                    InstantSource.fixed(NOW.minusSeconds(random.nextInt(100_000))));
            assertThat(mark.cursor()).isEqualTo(cursor);
            mark.seen(Instant.EPOCH.plusNanos(random.nextLong(Long.MAX_VALUE)));
            Instant after = Instant.parse(mark.cursor().text());
            assertThat(after).isAfterOrEqualTo(before);
            before = after;
            cursor = mark.cursor();
        }
    }

    @Test
    void aRowFromTheFutureDoesNotHideWhatComesUntilThen() throws Exception {
        Watermark mark = Watermark.of(Cursor.NONE, Duration.ZERO, CLOCK);
        mark.seen(Instant.parse("2099-01-01T00:00:00Z"));
        assertThat(mark.cursor().text()).isEqualTo(NOW.toString());
    }

    @Test
    void theEndsOfTimeDoNotOverflow() throws Exception {
        Watermark mark = Watermark.of(new Cursor(Instant.MIN.toString()), Duration.ofDays(1), CLOCK);
        assertThat(mark.since()).isEqualTo(Instant.MIN);
    }

    @Test
    void aCursorOfAnotherFormIsABug() {
        assertThatThrownBy(() -> Watermark.of(new Cursor("{\"page\":3}"), Duration.ZERO, CLOCK))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.BUG));
    }
}
