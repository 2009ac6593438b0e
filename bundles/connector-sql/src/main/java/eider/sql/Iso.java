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
     * @throws RuntimeException likewise, of other kinds: no number, no such place
     */
    public static LocalDate day(Column column, String text) throws Misfit {
        return day(column, text, LAST_YEAR_OF_A_DAY);
    }

    private static LocalDate day(Column column, String text, int last) throws Misfit {
        int month = text.indexOf('-', 1);
        int year = Integer.parseInt(text, 0, month, 10);
        if (year > last) {
            throw new Misfit("The year of '" + text + "' in " + column.field().name() + " is later than can be held.");
        }
        return LocalDate.of(year, Integer.parseInt(text, month + 1, month + 3, 10), Integer.parseInt(text, month + 4, text.length(), 10));
    }

    /** {@code 2026-01-31 12:00:00.123456}; throws what {@link #day} does. */
    public static LocalDateTime time(Column column, String text) throws Misfit {
        int blank = text.indexOf(' ');
        return LocalDateTime.of(day(column, text.substring(0, blank), LAST_YEAR), LocalTime.parse(text.substring(blank + 1)));
    }
}
