package eider.sql;

import eider.connector.Field;
import eider.connector.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * A column of a table, and how its values are read.
 *
 * @param name as the database calls it
 * @param sqlType as the server writes it, such as {@code numeric(10,2)}; for a domain the type that it stands for
 * @param plainType the same without what stands in brackets, as in pg_type
 * @param expression what is selected, so that the server writes text that {@link #value} understands
 * @param nullable whether a row may be without a value here
 */
record Column(String name, String sqlType, String plainType, String expression, boolean nullable, Field field) {
    /** The last year of which DuckDB has every microsecond. */
    private static final int LAST_YEAR = 294_246;
    private static final int LAST_YEAR_OF_A_DATE = 5_881_579;

    /** A value that its field cannot hold; the message says why, as a sentence. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        Misfit(String message) {
            super(message, null, false, false);
        }
    }

    /** What {@link eider.connector.Sink#upsert} takes for the text that the server wrote. */
    Object value(String text) throws Misfit {
        if (text == null) {
            return null;
        }
        try {
            return switch (field.type().kind()) {
                case TEXT, JSON -> text;
                case BOOLEAN -> text.equals("t");
                case INTEGER -> Long.valueOf(text);
                case DECIMAL -> new BigDecimal(number(text));
                case DOUBLE -> Double.valueOf(number(text));
                case DATE -> day(finite(text), LAST_YEAR_OF_A_DATE);
                case TIMESTAMP -> time(finite(text));
                case INSTANT -> instant(finite(text));
            };
        } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
            throw new Misfit("'" + text + "' in " + field.name() + " is not understood as " + field.type() + ".");
        }
    }

    private String number(String text) throws Misfit {
        char last = text.charAt(text.length() - 1);
        if (last == 'N' || last == 'y') {
            throw new Misfit("'" + text + "' in " + field.name() + " is no number that " + field.type() + " can hold.");
        }
        return text;
    }

    private String finite(String text) throws Misfit {
        if (text.endsWith("infinity")) {
            throw new Misfit("'" + text + "' in " + field.name() + " is no time that " + field.type() + " can hold.");
        }
        return text;
    }

    /** {@code 2026-01-31}, {@code 12026-01-31}, {@code 0044-03-15 BC}. */
    private LocalDate day(String text, int last) throws Misfit {
        boolean before = text.endsWith(" BC");
        String day = before ? text.substring(0, text.length() - 3) : text;
        int month = day.indexOf('-');
        int year = Integer.parseInt(day.substring(0, month));
        if (!before && year > last) {
            throw new Misfit("The year of '" + text + "' in " + field.name() + " is later than can be held.");
        }
        // There was no year nought: the one before the first is 0 where years are counted on.
        return LocalDate.of(before ? 1 - year : year, Integer.parseInt(day.substring(month + 1, month + 3)),
                Integer.parseInt(day.substring(month + 4)));
    }

    /** {@code 2026-01-31 12:00:00.123456}, with {@code BC} behind it. */
    private LocalDateTime time(String text) throws Misfit {
        boolean before = text.endsWith(" BC");
        int space = text.indexOf(' ');
        return LocalDateTime.of(day(text.substring(0, space) + (before ? " BC" : ""), LAST_YEAR),
                LocalTime.parse(text.substring(space + 1, before ? text.length() - 3 : text.length())));
    }

    /** The same with {@code +00}, because the session's zone is UTC. */
    private OffsetDateTime instant(String text) throws Misfit {
        int zone = text.lastIndexOf("+00");
        if (zone < 0) {
            throw new Misfit("'" + text + "' in " + field.name() + " has no offset of 0, although times were asked for in UTC.");
        }
        return time(text.substring(0, zone) + text.substring(zone + 3)).atOffset(ZoneOffset.UTC);
    }

    /** Whether sums of it can be told: exact numbers. */
    boolean sums() {
        return field.type().kind() == Type.Kind.INTEGER || field.type().kind() == Type.Kind.DECIMAL;
    }
}
