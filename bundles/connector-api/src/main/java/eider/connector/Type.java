package eider.connector;

import java.util.Objects;

/**
 * The type of a field's values. Each kind says which Java type {@link Sink#upsert} takes; {@code null} is taken for every one.
 *
 * @param kind what it is
 * @param precision all digits of a {@code DECIMAL}, 1 to 38; 0 for other kinds
 * @param scale digits of a {@code DECIMAL} after the point, 0 to {@code precision}; 0 for other kinds
 */
public record Type(Kind kind, int precision, int scale) {

    /** The kinds of type, each with the Java type of its values. */
    public enum Kind {
        /** {@link String}. */
        TEXT,
        /** {@link Boolean}. */
        BOOLEAN,
        /** A whole number of 64 bits: {@link Long} or {@link Integer}. */
        INTEGER,
        /** {@link java.math.BigDecimal}, or a whole number. Money is always this. A value that does not fit goes to quarantine; nothing is rounded. */
        DECIMAL,
        /** {@link Double}: measurements only, never money. */
        DOUBLE,
        /** {@link java.time.LocalDate}: a calendar or business day. */
        DATE,
        /** {@link java.time.LocalDateTime}: a wall clock without a zone. */
        TIMESTAMP,
        /** {@link java.time.Instant} or {@link java.time.OffsetDateTime}: a point in time, kept to the microsecond. */
        INSTANT,
        /** {@link String} holding a JSON document, for values with a structure of their own. */
        JSON
    }

    public static final Type TEXT = new Type(Kind.TEXT, 0, 0);
    public static final Type BOOLEAN = new Type(Kind.BOOLEAN, 0, 0);
    public static final Type INTEGER = new Type(Kind.INTEGER, 0, 0);
    public static final Type DOUBLE = new Type(Kind.DOUBLE, 0, 0);
    public static final Type DATE = new Type(Kind.DATE, 0, 0);
    public static final Type TIMESTAMP = new Type(Kind.TIMESTAMP, 0, 0);
    public static final Type INSTANT = new Type(Kind.INSTANT, 0, 0);
    public static final Type JSON = new Type(Kind.JSON, 0, 0);
    /** What the canonical tables use for money and quantities: fourteen digits before the point, four after. */
    public static final Type MONEY = decimal(18, 4);

    public Type {
        Objects.requireNonNull(kind, "kind");
        if (kind == Kind.DECIMAL ? precision < 1 || precision > 38 || scale < 0 || scale > precision : precision != 0 || scale != 0) {
            throw new IllegalArgumentException(kind + " cannot have " + precision + " digits, " + scale + " of them after the point");
        }
    }

    public static Type decimal(int precision, int scale) {
        return new Type(Kind.DECIMAL, precision, scale);
    }

    @Override
    public String toString() {
        return kind == Kind.DECIMAL ? "DECIMAL(" + precision + "," + scale + ")" : kind.name();
    }
}
