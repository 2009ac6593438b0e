package eider.sync;

import eider.connector.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * How long one run waits before it asks a source again that failed for now, and when it gives up. Between two tries lies a random span, up to a bound that doubles
 * with each failure (back-off with full jitter: sources that many clients ask recover soonest so), and never less than the other side asked for.
 */
final class Patience {
    private static final Duration FIRST = Duration.ofSeconds(1);
    /** Nobody waits longer, and a number of seconds from the outside must not overflow the calendar. */
    private static final Duration YEAR = Duration.ofDays(365);

    /** What is to be done after a failure. */
    sealed interface Answer {
        /** Wait so long, then try again. */
        record Wait(Duration span) implements Answer {}

        /**
         * Try no more.
         *
         * @param why a sentence; empty if there is nothing to say
         * @param notBefore when the source may be asked again; null if it did not say
         */
        record GiveUp(String why, Instant notBefore) implements Answer {}
    }

    private final SyncOptions options;
    private final Time time;
    private final RandomGenerator random;
    /** In a row, without getting any further. */
    private int failures;
    private Duration lost = Duration.ZERO;

    Patience(SyncOptions options, Time time, RandomGenerator random) {
        this.options = options;
        this.time = time;
        this.random = random;
    }

    /** The source got further: whatever it failed at is over. */
    void progressed() {
        failures = 0;
    }

    /** Time went by in which the source was silent. */
    void lost(Duration span) {
        lost = lost.plus(span);
    }

    Answer after(SourceException failure) {
        Duration asked = failure.retryAfter().isNegative() ? Duration.ZERO : min(failure.retryAfter(), YEAR);
        boolean again = switch (failure.kind()) {
            case RATE_LIMIT, TEMPORARY -> true;
            case CONFIG, AUTH, DATA, BUG -> false;
        };
        if (!again) {
            return new Answer.GiveUp("", null);
        }
        Instant notBefore = asked.isZero() ? null : time.now().plus(asked);
        if (asked.compareTo(options.longestWait()) > 0) {
            return new Answer.GiveUp("It can go on in " + Span.say(asked) + ", at " + Span.say(notBefore) + "; before that only a sync by hand asks again.", notBefore);
        }
        if (options.retries() == 0) {
            return new Answer.GiveUp("", notBefore);
        }
        if (failures == options.retries()) {
            return new Answer.GiveUp("It was tried " + (failures + 1) + " times in a row without getting any further; the next sync goes on from there.", notBefore);
        }
        Duration bound = min(FIRST.multipliedBy(1L << Math.min(failures, 20)), options.longestWait());
        Duration jitter = Duration.ofNanos((long) (random.nextDouble() * bound.toNanos()));
        Duration span = asked.compareTo(jitter) > 0 ? asked : jitter;
        if (lost.plus(span).compareTo(options.giveUpAfter()) > 0) {
            return new Answer.GiveUp("This sync has waited for its source as long as it may, " + Span.say(options.giveUpAfter()) + " altogether; the next one goes on from there.",
                    notBefore);
        }
        failures++;
        lost = lost.plus(span);
        return new Answer.Wait(span);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
