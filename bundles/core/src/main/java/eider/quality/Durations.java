package eider.quality;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them in a configuration: {@code 30m}, {@code 12h}, {@code 7d}, {@code 2w}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})([mhdw])");

    private Durations() {}

    /** @throws IllegalArgumentException with a sentence if it is none, or nothing */
    public static Duration parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches() || Integer.parseInt(form.group(1)) == 0) {
            throw new IllegalArgumentException("'" + text.strip() + "' is no span of time: write a whole number and m, h, d or w for minutes, hours, days or"
                    + " weeks, such as 12h or 7d");
        }
        long count = Long.parseLong(form.group(1));
        return switch (form.group(2).charAt(0)) {
            case 'm' -> Duration.ofMinutes(count);
            case 'h' -> Duration.ofHours(count);
            case 'd' -> Duration.ofDays(count);
            default -> Duration.ofDays(count * 7);
        };
    }

    /** As it can be written. */
    public static String text(Duration span) {
        long minutes = span.toMinutes();
        return minutes % 1440 == 0 ? minutes / 1440 + "d" : minutes % 60 == 0 ? minutes / 60 + "h" : minutes + "m";
    }
}
