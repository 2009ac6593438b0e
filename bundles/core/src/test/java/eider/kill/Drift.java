package eider.kill;

import eider.connector.Field;
import eider.connector.Type;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Columns of an outside system that come, widen, vanish for some days and come back: all of it decided by the seed. A value depends on the row and
 * the column alone, so that what a source says today about an old version of a row is what it said before, in today's types.
 */
final class Drift {
    private static final int COLUMNS = 6;
    private static final int WEEK = 7;

    private final int[] born = new int[COLUMNS];

    Drift(long seed) {
        Random random = new Random(seed);
        int day = 1;
        for (int i = 0; i < COLUMNS; i++) {
            day += 1 + random.nextInt(3);
            born[i] = day;
        }
    }

    /** The columns of a day. */
    List<Field> fields(int day) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            int age = day - born[i];
            // There for a week, gone for a week.
            if (age >= 0 && age / WEEK % 2 == 0) {
                fields.add(Field.of("extra_" + i, type(i, age), "A column that was not always there."));
            }
        }
        return fields;
    }

    /** Wider with age, and never narrower again. */
    private static Type type(int column, int age) {
        return switch (column % 3) {
            case 0 -> age < 4 ? Type.INTEGER : Type.decimal(19 + Math.min(age / 4, 6), Math.min(age / 4, 6));
            case 1 -> Type.decimal(6 + Math.min(age / 3, 8), 2 + Math.min(age / 9, 2));
            default -> age < 5 ? Type.DATE : Type.TIMESTAMP;
        };
    }

    /** What a row has in such a column; one of eight is empty. */
    static Object value(Field field, long row) {
        int hash = Math.floorMod(new Random(row * 31 + field.name().hashCode()).nextInt(), 4_000);
        if (hash % 8 == 0) {
            return null;
        }
        return switch (field.type().kind()) {
            case INTEGER -> (long) hash;
            case DECIMAL -> field.name().equals("extra_0") || field.name().equals("extra_3") ? BigDecimal.valueOf(hash) : BigDecimal.valueOf(hash, 2);
            case DATE -> LocalDate.of(2026, 1, 1).plusDays(hash % 300);
            case TIMESTAMP -> LocalDate.of(2026, 1, 1).plusDays(hash % 300).atStartOfDay();
            case TEXT, BOOLEAN, DOUBLE, INSTANT, JSON -> throw new IllegalStateException(field.toString());
        };
    }
}
