package eider.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import eider.connector.Field;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Checks pushed values against their fields. Nothing is rounded, cut or guessed: what does not fit is a {@link Misfit}. */
final class Values {

    /** Why a value does not fit, as a sentence. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        Misfit(String reason) {
            super(reason, null, false, false);
        }
    }

    private static final JsonFactory JSON = new JsonFactory();

    private Values() {}

    /** The value as the store keeps it. */
    static Object check(Field field, Object value) throws Misfit {
        if (value == null) {
            if (field.required()) {
                throw new Misfit(field.name() + ": empty, but required");
            }
            return null;
        }
        return switch (field.type().kind()) {
            case TEXT -> value instanceof String text ? text : misfit(field, value, "text");
            case JSON -> value instanceof String text && isDocument(text) ? text : misfit(field, value, "a JSON document");
            case BOOLEAN -> value instanceof Boolean truth ? truth : misfit(field, value, "true or false");
            case INTEGER -> switch (value) {
                case Long number -> number;
                case Integer number -> number.longValue();
                default -> misfit(field, value, "a whole number");
            };
            case DECIMAL -> decimal(field, value);
            case DOUBLE -> value instanceof Double number ? number : misfit(field, value, "a floating-point number");
            case DATE -> value instanceof LocalDate date && within(date.getYear()) ? date : misfit(field, value, "a date");
            case TIMESTAMP -> value instanceof LocalDateTime time && within(time.getYear()) ? time : misfit(field, value, "a date and time");
            case INSTANT -> switch (value) {
                case Instant instant when within(instant.atOffset(ZoneOffset.UTC).getYear()) -> instant.atOffset(ZoneOffset.UTC);
                case OffsetDateTime time when within(time.getYear()) -> time.withOffsetSameInstant(ZoneOffset.UTC);
                default -> misfit(field, value, "a point in time");
            };
        };
    }

    /** An appender takes any text into a JSON column, and every later function on it fails. */
    private static boolean isDocument(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException malformed) {
            return false;
        }
    }

    /** DuckDB's instants end in the year 294247. */
    private static boolean within(int year) {
        return year > -200_000 && year < 200_000;
    }

    private static BigDecimal decimal(Field field, Object value) throws Misfit {
        BigDecimal number = switch (value) {
            case BigDecimal decimal -> decimal;
            case BigInteger whole -> new BigDecimal(whole);
            case Long whole -> BigDecimal.valueOf(whole);
            case Integer whole -> BigDecimal.valueOf(whole);
            default -> throw misfitOf(field, value, "a decimal number");
        };
        int scale = field.type().scale();
        if (number.signum() == 0) {
            return BigDecimal.ZERO.setScale(scale);
        }
        // Told by the exponent alone: to write out 1e1000000000 takes gigabytes.
        if ((long) number.precision() - number.scale() > field.type().precision() - scale) {
            throw new Misfit(field.name() + ": " + shown(number) + " has more than " + (field.type().precision() - scale) + " digits before the point");
        }
        if (number.scale() - (long) number.precision() > scale) {
            throw new Misfit(field.name() + ": " + shown(number) + " has more than " + scale + " digits after the point");
        }
        BigDecimal kept;
        try {
            kept = number.setScale(scale, RoundingMode.UNNECESSARY);
        } catch (ArithmeticException tooFine) {
            throw new Misfit(field.name() + ": " + shown(number) + " has more than " + scale + " digits after the point");
        }
        return kept;
    }

    private static String shown(BigDecimal number) {
        return Stage.cut(Math.abs((long) number.scale()) > Stage.VALUE_LIMIT ? number.toString() : number.toPlainString(), Stage.VALUE_LIMIT);
    }

    private static <T> T misfit(Field field, Object value, String wanted) throws Misfit {
        throw misfitOf(field, value, wanted);
    }

    private static Misfit misfitOf(Field field, Object value, String wanted) {
        return new Misfit(field.name() + ": '" + Stage.cut(String.valueOf(value), Stage.VALUE_LIMIT) + "' is not " + wanted);
    }
}
