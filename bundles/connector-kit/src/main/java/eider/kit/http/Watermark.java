package eider.kit.http;

import eider.connector.Cursor;
import eider.connector.SourceException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/**
 * How far a source was read that can be asked for "what was updated since": the largest time of update that was seen. Made from the cursor of a
 * request, told of each row, turned into the cursor of the next checkpoint; used by one thread.
 *
 * <p>The next read begins {@code lookBack} before the largest time seen, <b>inclusive</b>, and so reads some rows again, which their key
 * deduplicates. Without that, rows are lost in three ways that all happen: several rows carry the time at the boundary and only some of them were
 * there; a transaction set its time of update, and committed after a later one was read; a search shows a row a minute after it was written
 * (HubSpot). What is late by more than {@code lookBack} is not found: choose it longer than the source's longest transaction or search lag.
 *
 * <p>The mark never goes backwards, and never beyond the time at which the read began: one row whose clock says 2099 would otherwise hide
 * everything that changes until then.
 *
 * <p>Take {@link #cursor()} for a checkpoint between pages only where the source gives its rows in order of their update; else only after the last
 * page.
 *
 * <p>The cursor's text is the mark itself in ISO 8601, UTC, with as many digits as needed: {@code 2026-11-23T10:15:30.123456Z}. The look-back is
 * not in it, so a longer one takes effect at the next read.
 */
public final class Watermark {
    private final Duration lookBack;
    private final Instant began;
    /** Null: nothing was seen yet. */
    private Instant mark;

    private Watermark(Instant mark, Duration lookBack, Instant began) {
        this.mark = mark;
        this.lookBack = lookBack;
        this.began = began;
    }

    /**
     * @param cursor of the request: {@link Cursor#NONE}, or what {@link #cursor()} once gave
     * @param lookBack not negative
     * @param clock asked once, now
     * @throws SourceException of kind {@code BUG} if the cursor is none of this form
     */
    public static Watermark of(Cursor cursor, Duration lookBack, InstantSource clock) throws SourceException {
        if (lookBack.isNegative()) {
            throw new IllegalArgumentException("a look-back of " + lookBack + " would skip rows");
        }
        try {
            return new Watermark(cursor.isNone() ? null : Instant.parse(cursor.text()), lookBack, clock.instant());
        } catch (DateTimeException e) {
            throw new SourceException(SourceException.Kind.BUG, "The cursor '" + shortened(cursor.text()) + "' is no point in time like "
                    + "2026-11-23T10:15:30Z. Read the dataset again from the start, and report this.", e);
        }
    }

    /**
     * From when to ask, inclusive; null for "everything". Sources that take whole seconds or days are asked from the second or day that it lies in.
     */
    public Instant since() {
        if (mark == null) {
            return null;
        }
        return mark.isBefore(Instant.MIN.plus(lookBack)) ? Instant.MIN : mark.minus(lookBack);
    }

    /** A row was pushed that was updated then; rows may come in any order. */
    public void seen(Instant updated) {
        Objects.requireNonNull(updated, "updated");
        Instant possible = updated.isAfter(began) ? began : updated;
        if (mark == null || possible.isAfter(mark)) {
            mark = possible;
        }
    }

    /** For the next checkpoint; {@link Cursor#NONE} while no row was ever seen. */
    public Cursor cursor() {
        return mark == null ? Cursor.NONE : new Cursor(mark.toString());
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
