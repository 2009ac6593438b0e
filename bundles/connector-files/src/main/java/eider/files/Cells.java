package eider.files;

import eider.connector.Type;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Turns what a workbook's cell holds into the value of a field, without changing what it says. */
final class Cells {
    /** Excel computes and shows fifteen digits; what a double holds beyond them is the noise of binary arithmetic, as in 0.1 + 0.2. */
    private static final MathContext EXCEL = new MathContext(15, RoundingMode.HALF_EVEN);
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder().appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true).toFormatter(Locale.ROOT);

    private Cells() {
    }

    /** A cell that holds no value but a fault: an error of a formula, or nonsense. */
    record Fault(String text, String reason) {
    }

    /** A value that its field cannot take. The message says what it is not: {@code "'abc' is no number"}. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        Misfit(String message) {
            super(message, null, false, false);
        }
    }

    /** The value as text, so that nothing of it is lost. */
    static String text(Object cell) {
        return switch (cell) {
            case null -> "";
            case BigDecimal number -> number.toPlainString();
            case LocalDateTime time -> time.toLocalTime().equals(LocalTime.MIDNIGHT) ? time.toLocalDate().toString() : TIMESTAMP.format(time);
            case Fault fault -> fault.text();
            default -> cell.toString();
        };
    }

    /** A row as text, for people: its cells, separated by tabs. */
    static String raw(List<Object> cells) {
        return String.join("\t", cells.stream().map(Cells::text).toList());
    }

    static Object convert(Object cell, Type type, Settings settings) throws Misfit {
        if (cell == null) {
            return null;
        }
        if (cell instanceof Fault fault) {
            throw new Misfit(fault.reason());
        }
        return switch (type.kind()) {
            case TEXT, JSON -> text(cell);
            case BOOLEAN -> truth(cell);
            case INTEGER -> whole(number(cell, settings));
            case DECIMAL -> fitted(number(cell, settings), type);
            case DOUBLE -> number(cell, settings).doubleValue();
            case DATE -> {
                LocalDateTime time = time(cell, settings);
                if (!time.toLocalTime().equals(LocalTime.MIDNIGHT)) {
                    throw new Misfit("'" + text(cell) + "' is a time and not a day");
                }
                yield time.toLocalDate();
            }
            case TIMESTAMP -> time(cell, settings);
            case INSTANT -> {
                LocalDateTime time = time(cell, settings);
                if (settings.timeZone() == null) {
                    throw new Misfit("'" + text(cell) + "' is a wall-clock time, and the option time_zone does not say of which zone");
                }
                yield time.atZone(settings.timeZone()).toInstant();
            }
        };
    }

    /** The number, if it is one of this type's; only binary noise beyond Excel's fifteen digits is dropped to make it one. */
    static BigDecimal fitted(BigDecimal number, Type type) throws Misfit {
        BigDecimal value = Workbook.plain(number);
        if (value.scale() > type.scale()) {
            BigDecimal shown = Workbook.plain(value.round(EXCEL));
            if (shown.scale() > type.scale()) {
                throw new Misfit("'" + value.toPlainString() + "' has more than " + type.scale() + " digits after the point");
            }
            value = shown;
        }
        if (value.precision() - value.scale() > type.precision() - type.scale()) {
            throw new Misfit("'" + value.toPlainString() + "' has more than " + (type.precision() - type.scale()) + " digits before the point");
        }
        return value;
    }

    private static Long whole(BigDecimal number) throws Misfit {
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw new Misfit("'" + number.toPlainString() + "' is no whole number of 64 bits");
        }
    }

    private static BigDecimal number(Object cell, Settings settings) throws Misfit {
        if (cell instanceof BigDecimal number) {
            return number;
        }
        if (cell instanceof String text) {
            String plain = text.strip();
            if (",".equals(settings.decimal())) {
                plain = plain.replaceAll("(?<=\\d)\\.(?=\\d{3}(\\D|$))", "").replace(',', '.');
            }
            if (plain.matches("[+-]?(\\d{1,40}(\\.\\d{0,40})?|\\.\\d{1,40})")) {
                return new BigDecimal(plain);
            }
        }
        throw new Misfit("'" + text(cell) + "' is no number");
    }

    private static Boolean truth(Object cell) throws Misfit {
        if (cell instanceof Boolean truth) {
            return truth;
        }
        throw new Misfit("'" + text(cell) + "' is neither true nor false");
    }

    private static LocalDateTime time(Object cell, Settings settings) throws Misfit {
        if (cell instanceof LocalDateTime time) {
            return time;
        }
        if (cell instanceof String text) {
            LocalDateTime time = settings.dateFormat() == null ? iso(text.strip()) : settings.dateFormat().read(text);
            if (time != null) {
                return time;
            }
        }
        throw new Misfit("'" + text(cell) + "' is no date" + (settings.dateFormat() == null ? "" : " of the form " + settings.dateFormat().text()));
    }

    private static LocalDateTime iso(String text) {
        try {
            return text.length() == 10 ? java.time.LocalDate.parse(text).atStartOfDay() : LocalDateTime.parse(text.replace(' ', 'T'));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
