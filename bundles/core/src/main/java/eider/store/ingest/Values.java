package eider.store.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the text of one column as the type of its field, without ever changing a value: what does not fit is refused in words.
 * {@link #plain} answers quickly for cells that DuckDB reads the same way; {@link #write} takes the others.
 */
final class Values {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,4})?");
    private static final Pattern GROUPED = Pattern.compile("[-+]?\\d{1,3}(,\\d{3})+(\\.\\d+)?");
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final JsonFactory JSON = new JsonFactory();

    private final Field field;
    private final Type type;
    private final boolean comma;
    private final boolean grouping;
    private final Days.Pattern pattern;
    private final Days.Pattern dayPattern;
    /** The currency of the first amount that named one; null before. */
    private String currency;

    /** A value that does not fit; the message says why, beginning with the field's name. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        Misfit(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param decimal the decimal mark, {@code "."} or {@code ","}; null: a point, and no thousands marks are understood
     * @param dateFormat strftime pattern of dates that are not ISO 8601; null: there are none
     */
    Values(Field field, String decimal, String dateFormat) throws SourceException {
        this.field = field;
        this.type = field.type();
        this.comma = ",".equals(decimal);
        this.grouping = decimal != null;
        this.pattern = dateFormat == null ? null : new Days.Pattern(dateFormat);
        int time = dateFormat == null ? -1 : dateFormat.indexOf(' ');
        this.dayPattern = time < 0 || !dateFormat.substring(0, time).contains("%d") ? pattern : new Days.Pattern(dateFormat.substring(0, time));
    }

    /** Whether a cell without escapes is read by DuckDB as exactly the value that stands there. */
    boolean plain(byte[] b, int from, int to) {
        if (from == to) {
            return !field.required();
        }
        return switch (type.kind()) {
            case TEXT -> true;
            case INTEGER -> digits(b, from, to, 18, 0);
            case DECIMAL -> digits(b, from, to, type.precision() - type.scale(), type.scale());
            case DOUBLE -> digits(b, from, to, 15, 15);
            case BOOLEAN -> is(b, from, to, "true") || is(b, from, to, "false");
            case DATE -> pattern == null && Days.orders(b, from, to - from) == Days.Order.YMD_DASH.bit();
            case TIMESTAMP -> pattern == null && time(b, from, to) == Days.LOCAL;
            case INSTANT -> pattern == null && time(b, from, to) == Days.OFFSET;
            case JSON -> false;
        };
    }

    private static int time(byte[] b, int from, int to) {
        return to - from > 15 && (b[from + 10] == ' ' || b[from + 10] == 'T') && Days.orders(b, from, 10) == Days.Order.YMD_DASH.bit()
                ? Days.time(b, from + 11, to) : Days.NO_TIME;
    }

    private boolean digits(byte[] b, int from, int to, int whole, int fraction) {
        int i = b[from] == '-' ? from + 1 : from;
        int start = i;
        while (i < to && b[i] >= '0' && b[i] <= '9') {
            i++;
        }
        if (i == start || i - start > whole) {
            return false;
        }
        if (i == to) {
            return true;
        }
        if (comma || b[i] != '.' || to - i - 1 > fraction || i + 1 == to) {
            return false;
        }
        for (i++; i < to; i++) {
            if (b[i] < '0' || b[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean is(byte[] b, int from, int to, String word) {
        if (to - from != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (b[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * A cell's value in the plainest writing: {@code 1234.50}, {@code 2024-02-13}; empty for no value.
     *
     * @throws Misfit if the field cannot take it
     */
    String write(String cell) throws Misfit {
        if (cell.isEmpty()) {
            return missing();
        }
        if (type.kind() == Type.Kind.TEXT) {
            return cell;
        }
        String value = cell.strip();
        if (value.isEmpty()) {
            return missing();
        }
        return switch (type.kind()) {
            case TEXT -> throw new IllegalStateException();
            case INTEGER -> integer(value);
            case DECIMAL -> decimal(value);
            case DOUBLE -> approximate(value);
            case BOOLEAN -> truth(value);
            case DATE -> date(value);
            case TIMESTAMP -> timestamp(value);
            case INSTANT -> instant(value);
            case JSON -> json(value);
        };
    }

    /**
     * A JSON value in the plainest writing; null for no value.
     *
     * @throws Misfit if the field cannot take it
     */
    String json(JsonWalk.Value value) throws Misfit {
        if (value.kind() == JsonWalk.Kind.NULL) {
            missing();
            return null;
        }
        if (type.kind() == Type.Kind.JSON) {
            boolean text = value.kind() == JsonWalk.Kind.TEXT;
            return text ? '"' + new String(JsonStringEncoder.getInstance().quoteAsString(value.text())) + '"' : value.text();
        }
        if (type.kind() != Type.Kind.TEXT) {
            String written = write(value.text());
            return written.isEmpty() ? null : written;
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value.text()) || value.text().indexOf(0) >= 0) {
            throw misfit(value.text(), "holds a character that is none");
        }
        return value.text();
    }

    private String missing() throws Misfit {
        if (field.required()) {
            throw new Misfit(field.name() + ": empty, but required");
        }
        return "";
    }

    private Misfit misfit(String value, String what) {
        return new Misfit(field.name() + ": '" + (value.length() > 60 ? value.substring(0, 60) + "…" : value) + "' " + what);
    }

    /** An amount of a decimal column may name its currency, as spreadsheets write it, but all of the column the same one. */
    private String withoutCurrency(String value) throws Misfit {
        Currency amount = type.kind() == Type.Kind.DECIMAL ? Currency.of(value) : null;
        if (amount == null) {
            return value;
        }
        if (currency == null) {
            currency = amount.sign();
        }
        if (!currency.equals(amount.sign())) {
            throw misfit(value, "is in another currency than the " + currency + " of earlier rows");
        }
        return amount.number();
    }

    private BigDecimal number(String value, String what) throws Misfit {
        String plain = withoutCurrency(value);
        if (comma) {
            plain = plain.replace('.', '\0').replace(',', '.').replace('\0', ',');
        }
        if (grouping && GROUPED.matcher(plain).matches()) {
            plain = plain.replace(",", "");
        }
        if (!NUMBER.matcher(plain).matches()) {
            throw misfit(value, what);
        }
        return new BigDecimal(plain);
    }

    private String integer(String value) throws Misfit {
        BigDecimal number = number(value, "is no whole number");
        if (number.precision() - number.scale() > 20) {
            throw misfit(value, "is too large for a whole number of 64 bits");
        }
        if (number.signum() != 0 && number.stripTrailingZeros().scale() > 0) {
            throw misfit(value, "is no whole number");
        }
        BigInteger whole = number.toBigInteger();
        if (whole.compareTo(LEAST) < 0 || whole.compareTo(MOST) > 0) {
            throw misfit(value, "is too large for a whole number of 64 bits");
        }
        return whole.toString();
    }

    private String decimal(String value) throws Misfit {
        BigDecimal number = number(value, "is no number").stripTrailingZeros();
        if (number.signum() == 0) {
            return "0";
        }
        if (number.precision() - number.scale() > type.precision() - type.scale()) {
            throw misfit(value, "is too large: at most " + (type.precision() - type.scale()) + " digits before the decimal mark are kept");
        }
        if (number.scale() > type.scale()) {
            throw misfit(value, "has more than " + type.scale() + " digits after the decimal mark");
        }
        return number.toPlainString();
    }

    private String approximate(String value) throws Misfit {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "nan" -> "nan";
            case "inf", "infinity" -> "inf";
            case "-inf", "-infinity" -> "-inf";
            default -> Double.toString(number(value, "is no number").doubleValue());
        };
    }

    private String truth(String value) throws Misfit {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "t", "yes", "y", "1" -> "true";
            case "false", "f", "no", "n", "0" -> "false";
            default -> throw misfit(value, "is neither true nor false");
        };
    }

    private static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private String date(String value) throws Misfit {
        byte[] b = bytes(value);
        if (Days.orders(b, 0, b.length) == Days.Order.YMD_DASH.bit()) {
            return value;
        }
        if (pattern != null) {
            LocalDate date = dayPattern.date(value);
            if (date == null) {
                throw misfit(value, "is no date of the form " + shown(dayPattern));
            }
            return date.toString();
        }
        throw misfit(value, "is no date of the form yyyy-mm-dd");
    }

    private String timestamp(String value) throws Misfit {
        byte[] b = bytes(value);
        if (time(b, 0, b.length) == Days.LOCAL) {
            return value;
        }
        if (Days.orders(b, 0, b.length) == Days.Order.YMD_DASH.bit()) {
            return value + " 00:00:00";
        }
        LocalDateTime read = pattern == null ? null : pattern.timestamp(value);
        if (read != null) {
            return read.toString();
        }
        throw misfit(value, pattern == null ? "is no time of the form yyyy-mm-dd hh:mm:ss" : "is no time of the form " + shown(pattern));
    }

    private String instant(String value) throws Misfit {
        byte[] b = bytes(value);
        if (time(b, 0, b.length) == Days.OFFSET) {
            return value;
        }
        OffsetDateTime read = pattern == null ? null : pattern.instant(value);
        if (read != null) {
            return read.toInstant().toString();
        }
        throw misfit(value, time(b, 0, b.length) == Days.LOCAL ? "has no time zone"
                : pattern == null ? "is no time of the form yyyy-mm-ddThh:mm:ssZ" : "is no time of the form " + shown(pattern));
    }

    private String json(String value) throws Misfit {
        try (JsonParser parser = JSON.createParser(value)) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw misfit(value, "is no JSON");
        }
        return value;
    }

    /** A strftime pattern as people write it: {@code dd.mm.yyyy}. */
    private static String shown(Days.Pattern pattern) {
        return pattern.toString().replace("%d", "dd").replace("%m", "mm").replace("%Y", "yyyy").replace("%y", "yy").replace("%H", "hh").replace("%M", "mm").replace("%S", "ss")
                .replace("%b", "Mon").replace("%B", "Month");
    }
}
