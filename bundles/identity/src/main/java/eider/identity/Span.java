package eider.identity;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write and read them. */
final class Span {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,6})\\s*([smhd])");

    private Span() {}

    /** {@code 30s}, {@code 15m}, {@code 2h} or {@code 1d}. */
    static Duration parse(String option, String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            throw new IllegalArgumentException(option + ": '" + text + "' is no span of time: write a whole number and s, m, h or d, such as 15m");
        }
        long number = Long.parseLong(written.group(1));
        return switch (written.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case String unit -> throw new IllegalStateException(unit);
        };
    }

    /** Rounded up, as one waits for it: {@code 12 seconds}, {@code 15 minutes}. */
    static String say(Duration span) {
        long seconds = Math.max(1, span.plusMillis(999).toSeconds());
        if (seconds < 120) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        }
        return (seconds + 59) / 60 + " minutes";
    }
}
