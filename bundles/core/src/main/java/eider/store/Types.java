package eider.store;

import eider.connector.Type;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The types of the contract and those of DuckDB. */
final class Types {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),\\s*(\\d+)\\)");

    private Types() {}

    /** The type of the contract that a column of a raw table has, in DuckDB's words or in the contract's own. */
    static Type of(String sql) {
        Matcher decimal = DECIMAL.matcher(sql);
        if (decimal.matches()) {
            return Type.decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        return switch (sql) {
            case "VARCHAR", "TEXT" -> Type.TEXT;
            case "BOOLEAN" -> Type.BOOLEAN;
            case "BIGINT", "INTEGER" -> Type.INTEGER;
            case "DOUBLE" -> Type.DOUBLE;
            case "DATE" -> Type.DATE;
            case "TIMESTAMP" -> Type.TIMESTAMP;
            case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "INSTANT" -> Type.INSTANT;
            case "JSON" -> Type.JSON;
            default -> throw new IllegalStateException("no type of the contract: " + sql);
        };
    }

    /** The narrowest type that holds every value of {@code present} and of {@code incoming} unchanged; {@code present} where there is none. */
    static Type widen(Type present, Type incoming) {
        if (present.equals(incoming)) {
            return present;
        }
        return switch (present.kind()) {
            case INTEGER -> incoming.kind() == Type.Kind.DECIMAL ? widenDecimal(Type.decimal(19, 0), incoming, present) : present;
            case DECIMAL -> switch (incoming.kind()) {
                case INTEGER -> widenDecimal(present, Type.decimal(19, 0), present);
                case DECIMAL -> widenDecimal(present, incoming, present);
                case TEXT, BOOLEAN, DOUBLE, DATE, TIMESTAMP, INSTANT, JSON -> present;
            };
            case DATE -> incoming.kind() == Type.Kind.TIMESTAMP ? incoming : present;
            case TEXT, BOOLEAN, DOUBLE, TIMESTAMP, INSTANT, JSON -> present;
        };
    }

    private static Type widenDecimal(Type one, Type other, Type present) {
        int scale = Math.max(one.scale(), other.scale());
        int whole = Math.max(one.precision() - one.scale(), other.precision() - other.scale());
        return whole + scale <= 38 ? Type.decimal(whole + scale, scale) : present;
    }
}
