package eider.sync;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How patient syncs are, and how much they may take; {@link SyncConfig} tells what each option does.
 *
 * @param memory in MB
 */
public record SyncOptions(int retries, Duration longestWait, Duration giveUpAfter, Duration stallTimeout, int sideBySide, long memory, int failures, Duration longestRest) {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})\\s*(MB|GB)", Pattern.CASE_INSENSITIVE);
    private static final String AUTO = "auto";

    /** What counts where nothing is configured. */
    public static final SyncOptions DEFAULT = new SyncOptions(8, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), turns(AUTO), megabytes(AUTO), 3,
            Duration.ofHours(6));

    public SyncOptions {
        atLeast("retries", 0, retries);
        positive("longest_wait", longestWait);
        positive("give_up_after", giveUpAfter);
        positive("stall_timeout", stallTimeout);
        atLeast("side_by_side", 1, sideBySide);
        atLeast("memory", 1, memory);
        atLeast("failures", 1, failures);
        positive("longest_rest", longestRest);
    }

    private static void atLeast(String option, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " = " + value + " is less than " + least);
        }
    }

    private static void positive(String option, Duration value) {
        if (Objects.requireNonNull(value, option).isZero() || value.isNegative()) {
            throw new IllegalArgumentException(option + " must be longer than nothing");
        }
    }

    /** @throws IllegalArgumentException naming the option that cannot be */
    static SyncOptions of(SyncConfig config) {
        return new SyncOptions(number("retries", config::retries), option("longest_wait", () -> Span.parse(config.longest__wait())),
                option("give_up_after", () -> Span.parse(config.give__up__after())), option("stall_timeout", () -> Span.parse(config.stall__timeout())),
                option("side_by_side", () -> turns(config.side__by__side())), option("memory", () -> megabytes(config.memory())), number("failures", config::failures),
                option("longest_rest", () -> Span.parse(config.longest__rest())));
    }

    /** A number that is none is found out by Declarative Services, with an exception of its own. */
    private static int number(String option, IntSupplier value) {
        try {
            return value.getAsInt();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(option + " must be a whole number", e);
        }
    }

    private static <T> T option(String name, Supplier<T> value) {
        try {
            return value.get();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, or auto", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static int turns(String text) {
        return text.strip().equals(AUTO) ? Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 2, 16) : Integer.parseInt(text.strip());
    }

    private static long megabytes(String text) {
        if (text.strip().equals(AUTO)) {
            return Math.max(512, Runtime.getRuntime().maxMemory() >> 20);
        }
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size: write a whole number and MB or GB, such as 1GB, or auto");
        }
        return Long.parseLong(size.group(1)) * (size.group(2).toUpperCase(Locale.ROOT).equals("GB") ? 1_024 : 1);
    }

    /** The same, but what fails is not tried again. */
    public SyncOptions withoutRetries() {
        return new SyncOptions(0, longestWait, giveUpAfter, stallTimeout, sideBySide, memory, failures, longestRest);
    }
}
