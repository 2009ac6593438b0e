package eider.kit.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/** The wait that a server asks for in its header {@code Retry-After}. */
final class RetryAfter {
    /** Whole seconds by the standard; Shopify writes {@code 2.0}. */
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
    /** More is nonsense, and would overflow somewhere. */
    private static final Duration MOST = Duration.ofDays(366);

    private RetryAfter() {}

    /**
     * The wait, or null if the text is neither seconds nor a date.
     *
     * @param date the header {@code Date} of the same answer: a date to wait for is told by the server's clock, so the difference is taken by that
     *     clock
     * @param now used where there is none
     */
    static Duration parse(String text, String date, Instant now) {
        if (text == null) {
            return null;
        }
        String value = text.strip();
        if (SECONDS.matcher(value).matches()) {
            Duration wait = Duration.ofMillis((long) Math.ceil(Double.parseDouble(value) * 1000));
            return wait.compareTo(MOST) > 0 ? MOST : wait;
        }
        Instant until = instant(value);
        if (until == null) {
            return null;
        }
        Instant from = date == null ? null : instant(date.strip());
        Duration wait = Duration.between(from == null ? now : from, until);
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(MOST) > 0 ? MOST : wait;
    }

    private static Instant instant(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException noDate) {
            return null;
        }
    }
}
