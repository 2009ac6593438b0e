package eider.sync;

import eider.engine.NotYetException;
import java.time.Duration;
import java.time.Instant;

/**
 * Lets a connection rest that failed time after time, or whose other side said when it wants to be asked again: until then nobody syncs it unattended. One try is let
 * through when the rest is over; if it fails too, the next rest is twice as long. A person is always let through. Guarded by the monitor of its {@link Connections}.
 */
final class Breaker {
    private static final Duration FIRST = Duration.ofMinutes(5);

    /** Failed syncs in a row. */
    private int failures;
    private Duration rest = Duration.ZERO;
    /** Not before; null if at any time. */
    private Instant until;
    private String why = "";

    /** @throws NotYetException if it rests */
    void check(String connection, Instant now) throws NotYetException {
        if (resting(now)) {
            throw new NotYetException(connection + " " + state(now), until);
        }
    }

    private boolean resting(Instant now) {
        return until != null && now.isBefore(until);
    }

    /** The sync brought something, or there was nothing to bring. */
    void succeeded() {
        failures = 0;
        rest = Duration.ZERO;
        until = null;
        why = "";
    }

    /**
     * Nothing came through.
     *
     * @param byHand a person who tries five times while mending does not lengthen the rest
     */
    void failed(String message, boolean byHand, Instant now, SyncOptions options) {
        failures++;
        why = message;
        if (failures < options.failures() || byHand && resting(now)) {
            return;
        }
        rest = rest.isZero() ? FIRST : rest.multipliedBy(2);
        if (rest.compareTo(options.longestRest()) > 0) {
            rest = options.longestRest();
        }
        until = now.plus(rest);
    }

    /** The other side said so. */
    void notBefore(Instant moment, String message) {
        if (until == null || moment.isAfter(until)) {
            until = moment;
            why = message;
        }
    }

    /** A sentence without its subject, or nothing if it does not rest. */
    String state(Instant now) {
        if (!resting(now)) {
            return "";
        }
        return "rests until " + Span.say(until) + (failures < 2 ? "" : " after " + failures + " failed syncs in a row") + " and is not synced unattended before (" + why
                + "); a sync by hand goes through at once";
    }
}
