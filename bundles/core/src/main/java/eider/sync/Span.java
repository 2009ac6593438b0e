package eider.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write and read them. */
final class Span {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,6})\\s*(ms|s|m|h|d)");
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Span() {}

    /** {@code 500ms}, {@code 30s}, {@code 15m}, {@code 2h} or {@code 1d}. */
    static Duration parse(String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no span of time: write a whole number and ms, s, m, h or d, such as 15m");
        }
        long number = Long.parseLong(written.group(1));
        return switch (written.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case String unit -> throw new IllegalStateException(unit);
        };
    }

    /** In the largest unit of which there are two or more, rounded up: {@code 12 s}, {@code 90 min}, {@code 2 days}. */
    static String say(Duration span) {
        if (span.compareTo(Duration.ofMinutes(2)) < 0) {
            return up(span, Duration.ofSeconds(1)) + " s";
        }
        if (span.compareTo(Duration.ofHours(2)) < 0) {
            return up(span, Duration.ofMinutes(1)) + " min";
        }
        return span.compareTo(Duration.ofDays(2)) < 0 ? up(span, Duration.ofHours(1)) + " h" : up(span, Duration.ofDays(1)) + " days";
    }

    private static long up(Duration span, Duration unit) {
        return span.plus(unit).minusNanos(1).dividedBy(unit);
    }

    static String say(Instant moment) {
        return MOMENT.format(moment);
    }
}
