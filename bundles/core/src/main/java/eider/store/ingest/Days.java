package eider.store.ingest;

import eider.connector.SourceException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/** Dates and times as they stand in files. */
final class Days {

    /** The order of day, month and year, and what stands between them. */
    enum Order {
        YMD_DASH('-', "%Y-%m-%d"), YMD_SLASH('/', "%Y/%m/%d"), YMD_DOT('.', "%Y.%m.%d"),
        DMY_DOT('.', "%d.%m.%Y"), DMY_SLASH('/', "%d/%m/%Y"), MDY_SLASH('/', "%m/%d/%Y"), DMY_DASH('-', "%d-%m-%Y"), MDY_DASH('-', "%m-%d-%Y");

        static final Order[] ALL = values();

        final char separator;
        final String pattern;

        Order(char separator, String pattern) {
            this.separator = separator;
            this.pattern = pattern;
        }

        int bit() {
            return 1 << ordinal();
        }
    }

    private Days() {
    }

    /**
     * The orders in which the bytes are a date of the calendar, as a set of {@link Order#bit}; 0: none. ISO 8601 wants two digits for month
     * and day, the others take one.
     *
     * @param length where the date must end; what follows is not looked at
     */
    static int orders(byte[] b, int from, int length) {
        if (length < 8 || length > 10) {
            return 0;
        }
        int[] part = new int[3];
        int[] digits = new int[3];
        int n = 0;
        int separator = 0;
        for (int i = from; i < from + length; i++) {
            int c = b[i];
            if (c >= '0' && c <= '9') {
                part[n] = part[n] * 10 + c - '0';
                digits[n]++;
            } else if ((c == '-' || c == '/' || c == '.') && n < 2 && (n == 0 || c == separator)) {
                separator = c;
                n++;
            } else {
                return 0;
            }
        }
        if (n != 2) {
            return 0;
        }
        int found = 0;
        if (digits[0] == 4 && digits[1] <= 2 && digits[2] <= 2 && digits[1] > 0 && digits[2] > 0 && valid(part[0], part[1], part[2])) {
            Order order = switch (separator) {
                case '-' -> Order.YMD_DASH;
                case '/' -> Order.YMD_SLASH;
                default -> Order.YMD_DOT;
            };
            found = order != Order.YMD_DASH || length == 10 ? order.bit() : 0;
        } else if (digits[2] == 4 && digits[0] <= 2 && digits[1] <= 2 && digits[0] > 0 && digits[1] > 0) {
            boolean dayFirst = valid(part[2], part[1], part[0]);
            boolean monthFirst = valid(part[2], part[0], part[1]);
            switch (separator) {
                case '.' -> found = dayFirst ? Order.DMY_DOT.bit() : 0;
                case '/' -> found = (dayFirst ? Order.DMY_SLASH.bit() : 0) | (monthFirst ? Order.MDY_SLASH.bit() : 0);
                default -> found = (dayFirst ? Order.DMY_DASH.bit() : 0) | (monthFirst ? Order.MDY_DASH.bit() : 0);
            }
        }
        return found;
    }

    private static boolean valid(int year, int month, int day) {
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
            return false;
        }
        return day <= 28 || day <= Month.of(month).length(IsoChronology.INSTANCE.isLeapYear(year));
    }

    /** What follows the minutes of a time of day. */
    static final int NO_TIME = 0;
    static final int LOCAL = 1;
    static final int OFFSET = 2;

    /**
     * Whether the bytes are a time of day, {@code hh:mm[:ss[.ffffff]]}, without ({@link #LOCAL}) or with ({@link #OFFSET}) an offset. More than
     * six digits of a second are none of both: they could not be kept.
     */
    static int time(byte[] b, int from, int to) {
        if (to - from < 5 || !pair(b, from, 23) || b[from + 2] != ':' || !pair(b, from + 3, 59)) {
            return NO_TIME;
        }
        int i = from + 5;
        if (i + 3 <= to && b[i] == ':') {
            if (!pair(b, i + 1, 59)) {
                return NO_TIME;
            }
            i += 3;
            if (i < to && b[i] == '.') {
                int digits = i + 1;
                while (digits < to && b[digits] >= '0' && b[digits] <= '9') {
                    digits++;
                }
                if (digits == i + 1 || digits > i + 7) {
                    return NO_TIME;
                }
                i = digits;
            }
        }
        if (i == to) {
            return LOCAL;
        }
        if (b[i] == 'Z') {
            return i + 1 == to ? OFFSET : NO_TIME;
        }
        if ((b[i] == '+' || b[i] == '-') && i + 3 <= to && pair(b, i + 1, 18)) {
            i += 3;
            if (i == to) {
                return OFFSET;
            }
            if (b[i] == ':') {
                i++;
            }
            return i + 2 == to && pair(b, i, 59) ? OFFSET : NO_TIME;
        }
        return NO_TIME;
    }

    private static boolean pair(byte[] b, int at, int most) {
        int tens = b[at] - '0';
        int ones = b[at + 1] - '0';
        return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && tens * 10 + ones <= most;
    }

    /** Reads dates and times in one strftime pattern. */
    static final class Pattern {
        private final DateTimeFormatter formatter;
        private final String text;

        /** @throws SourceException of kind {@code CONFIG} if the pattern holds a sign that is not known */
        Pattern(String strftime) throws SourceException {
            this.text = strftime;
            DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
            for (int i = 0; i < strftime.length(); i++) {
                char c = strftime.charAt(i);
                if (c != '%' || i + 1 == strftime.length()) {
                    builder.appendLiteral(c);
                    continue;
                }
                c = strftime.charAt(++i);
                if (c == '-' && i + 1 < strftime.length()) {
                    c = strftime.charAt(++i);
                }
                switch (c) {
                    case 'Y' -> builder.appendValue(ChronoField.YEAR, 4);
                    case 'y' -> builder.appendValueReduced(ChronoField.YEAR, 2, 2, 1969);
                    case 'm' -> builder.appendValue(ChronoField.MONTH_OF_YEAR, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'd' -> builder.appendValue(ChronoField.DAY_OF_MONTH, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'b' -> builder.appendPattern("MMM");
                    case 'B' -> builder.appendPattern("MMMM");
                    case 'a' -> builder.appendPattern("EEE");
                    case 'A' -> builder.appendPattern("EEEE");
                    case 'H' -> builder.appendValue(ChronoField.HOUR_OF_DAY, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'I' -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_AMPM, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'M' -> builder.appendValue(ChronoField.MINUTE_OF_HOUR, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'S' -> builder.appendValue(ChronoField.SECOND_OF_MINUTE, 1, 2, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'f' -> builder.appendFraction(ChronoField.MICRO_OF_SECOND, 1, 6, false);
                    case 'g' -> builder.appendFraction(ChronoField.MILLI_OF_SECOND, 1, 3, false);
                    case 'p' -> builder.appendPattern("a");
                    case 'j' -> builder.appendValue(ChronoField.DAY_OF_YEAR, 1, 3, java.time.format.SignStyle.NOT_NEGATIVE);
                    case 'z' -> builder.appendPattern("[XXX][XX][X]");
                    case '%' -> builder.appendLiteral('%');
                    default -> throw new SourceException(SourceException.Kind.CONFIG,
                            "The date format '" + strftime + "' holds %" + c + ", which is not known: use %Y %y %m %d %b %H %I %M %S %f %p %z.");
                }
            }
            this.formatter = builder.toFormatter(Locale.ENGLISH).withChronology(IsoChronology.INSTANCE).withResolverStyle(ResolverStyle.STRICT);
        }

        /** The date, or null. */
        LocalDate date(String value) {
            return parse(value) instanceof TemporalAccessor parsed ? parsed.query(TemporalQueries.localDate()) : null;
        }

        /** The wall clock, or null; midnight where the pattern has no time. */
        LocalDateTime timestamp(String value) {
            TemporalAccessor parsed = parse(value);
            LocalDate date = parsed == null ? null : parsed.query(TemporalQueries.localDate());
            if (date == null) {
                return null;
            }
            LocalTime time = parsed.query(TemporalQueries.localTime());
            return date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        }

        /** The point in time, or null; the pattern must hold an offset. */
        OffsetDateTime instant(String value) {
            TemporalAccessor parsed = parse(value);
            ZoneOffset offset = parsed == null ? null : parsed.query(TemporalQueries.offset());
            LocalDateTime local = offset == null ? null : timestamp(value);
            return local == null ? null : local.atOffset(offset);
        }

        private TemporalAccessor parse(String value) {
            try {
                return formatter.parse(value);
            } catch (DateTimeException e) {
                return null; // What is no date in this pattern is an answer, not a failure.
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
