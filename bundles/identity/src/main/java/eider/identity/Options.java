package eider.identity;

import java.time.Duration;

/**
 * What {@code config/people.cfg} says.
 *
 * @param keepAudit zero: for good
 */
record Options(boolean registration, Duration sessionIdle, Duration sessionLongest, int passwordLength, Duration keepAudit) {
    private static final Duration LONGEST = Duration.ofDays(30);
    static final Options DEFAULT = new Options(false, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(730));

    Options {
        within("session_idle", sessionIdle, Duration.ofMinutes(1), "1m");
        if (sessionLongest.compareTo(sessionIdle) < 0 || sessionLongest.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("session_longest: it lies between session_idle and 30d");
        }
        if (passwordLength < 8 || passwordLength > 64) {
            throw new IllegalArgumentException("password_length: it is a whole number from 8 to 64");
        }
        if (!keepAudit.isZero() && keepAudit.compareTo(Duration.ofDays(1)) < 0) {
            throw new IllegalArgumentException("keep_audit: it is at least 1d, or 0d for good");
        }
    }

    /** @throws IllegalArgumentException begins with the option's name */
    static Options of(PeopleConfig config) {
        boolean registration = switch (config.registration()) {
            case "on" -> true;
            case "off" -> false;
            case String other -> throw new IllegalArgumentException("registration: it is on or off, and not '" + other + "'");
        };
        return new Options(registration, Span.parse("session_idle", config.session__idle()), Span.parse("session_longest", config.session__longest()),
                config.password__length(), Span.parse("keep_audit", config.keep__audit()));
    }

    private static void within(String option, Duration span, Duration least, String said) {
        if (span.compareTo(least) < 0 || span.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + ": it lies between " + said + " and 30d");
        }
    }
}
