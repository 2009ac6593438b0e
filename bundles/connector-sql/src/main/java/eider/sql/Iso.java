package eider.sql;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/** Days and times as servers write them: ISO 8601 with a blank in place of the T, years of any number of digits, and a - before those below nought. */
public final class Iso {
    /** The last year of which DuckDB has every microsecond. */
    private static final int LAST_YEAR = 294_246;
    private static final int LAST_YEAR_OF_A_DAY = 5_881_579;

    private Iso() {
    }

    /**
     * {@code 2026-01-31}, {@code 12026-01-31}, {@code -43-03-15}.
     *
     * @throws java.time.DateTimeException if it is no day
     * @throws NumberFormatException likewise
     * @throws IndexOutOfBoundsException likewise
     */
    public static LocalDate day(Column column, String text) throws Misfit {
        return day(column, text, text.length(), LAST_YEAR_OF_A_DAY);
    }

    private static LocalDate day(Column column, String text, int end, int last) throws Misfit {
        int month = text.indexOf('-', 1);
        int year = Integer.parseInt(text, 0, month, 10);
        if (year > last) {
            throw new Misfit("The year of '" + text + "' in " + column.field().name() + " is later than can be held.");
        }
        separated(text, month + 3, '-', end == month + 6);
        return LocalDate.of(year, number(text, month + 1, month + 3), number(text, month + 4, end));
    }

    /** {@code 2026-01-31 12:00:00.123456}, with up to nine digits of a second or none; throws what {@link #day} does. */
    public static LocalDateTime time(Column column, String text) throws Misfit {
        int blank = text.indexOf(' ');
        LocalDate day = day(column, text, blank, LAST_YEAR);
        // The JDK's own parser took a third of the time of a whole read.
        int at = blank + 1;
        separated(text, at + 2, ':', true);
        separated(text, at + 5, ':', true);
        int nano = 0;
        if (text.length() > at + 8) {
            separated(text, at + 8, '.', text.length() > at + 9 && text.length() <= at + 18);
            nano = number(text, at + 9, text.length());
            for (int digit = text.length(); digit < at + 18; digit++) {
                nano *= 10;
            }
        }
        return LocalDateTime.of(day, LocalTime.of(number(text, at, at + 2), number(text, at + 3, at + 5), number(text, at + 6, at + 8), nano));
    }

    private static void separated(String text, int at, char by, boolean shape) {
        if (!shape || text.charAt(at) != by) {
            throw new NumberFormatException(text);
        }
    }

    /** Digits alone, without a sign. */
    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                throw new NumberFormatException(text);
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }
}
