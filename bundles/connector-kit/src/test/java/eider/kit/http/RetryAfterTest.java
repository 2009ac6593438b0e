package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @Test
    void takesSecondsAndDates() {
        assertThat(parse("0", null)).isEqualTo(Duration.ZERO);
        assertThat(parse(" 120 ", null)).isEqualTo(Duration.ofMinutes(2));
        assertThat(parse("2.0", null)).as("Shopify's").isEqualTo(Duration.ofSeconds(2));
        assertThat(parse("0.2501", null)).as("never shorter").isEqualTo(Duration.ofMillis(251));
        assertThat(parse("Mon, 23 Nov 2026 10:00:30 GMT", null)).isEqualTo(Duration.ofSeconds(30));
        assertThat(parse("Mon, 23 Nov 2026 09:00:30 GMT", null)).as("a date that is over").isEqualTo(Duration.ZERO);
    }

    @Test
    void aDateIsMeasuredByTheServersOwnClock() {
        assertThat(parse("Mon, 23 Nov 2026 12:00:30 GMT", "Mon, 23 Nov 2026 12:00:00 GMT")).isEqualTo(Duration.ofSeconds(30));
        assertThat(parse("Mon, 23 Nov 2026 10:00:30 GMT", "yesterday")).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void nonsenseIsNoWaitAndTooMuchIsAYear() {
        for (String text : new String[] {null, "", "soon", "-5", "1e9", "NaN", "99999999999999999999", "1;2"}) {
            assertThat(parse(text, null)).as("%s", text).isNull();
        }
        assertThat(parse("999999999999", null)).isEqualTo(Duration.ofDays(366));
        assertThat(parse("Fri, 31 Dec 9999 23:59:59 GMT", null)).isEqualTo(Duration.ofDays(366));
    }

    private static Duration parse(String text, String date) {
        return RetryAfter.parse(text, date, NOW);
    }
}
