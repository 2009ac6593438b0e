package eider.files;

import eider.connector.Type;
import eider.connector.Type.Kind;

/** How two files agree on the type of a column. */
final class Types {
    private Types() {
    }

    /** The type that takes the values of both as they are: the wider one, or text. */
    static Type wider(Type one, Type other) {
        if (one.equals(other)) {
            return one;
        }
        Kind a = one.kind();
        Kind b = other.kind();
        if (numeric(a) && numeric(b)) {
            if (a == Kind.DOUBLE || b == Kind.DOUBLE) {
                // A decimal is money or a rate and must not become a double; a whole number beside doubles is a measurement.
                return a == Kind.DECIMAL || b == Kind.DECIMAL ? Type.TEXT : Type.DOUBLE;
            }
            int scale = Math.max(one.scale(), other.scale());
            int before = Math.max(before(one), before(other));
            return before + scale > 38 ? Type.TEXT : Type.decimal(before + scale, scale);
        }
        if (a == Kind.DATE && b == Kind.TIMESTAMP || a == Kind.TIMESTAMP && b == Kind.DATE) {
            return Type.TIMESTAMP;
        }
        return Type.TEXT;
    }

    private static boolean numeric(Kind kind) {
        return kind == Kind.INTEGER || kind == Kind.DECIMAL || kind == Kind.DOUBLE;
    }

    private static int before(Type type) {
        return type.kind() == Kind.INTEGER ? 19 : type.precision() - type.scale();
    }
}
