package eider.store.ingest;

import eider.connector.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the narrowest type that keeps every value of one column as it is, from all of its values. {@link #see} is called for each value
 * that is not empty; what a value rules out stays ruled out.
 */
final class ColumnTypes {
    private static final int INTEGER = 1;
    private static final int POINT = 1 << 1;
    private static final int COMMA = 1 << 2;
    private static final int BOOLEAN = 1 << 3;
    private static final int DATE = 1 << 4;
    private static final int TIMESTAMP = 1 << 5;
    private static final int INSTANT = 1 << 6;
    private static final int NUMBER = INTEGER | POINT | COMMA;
    private static final int ANY_TIME = DATE | TIMESTAMP | INSTANT;
    private static final int ALL_ORDERS = (1 << Days.Order.ALL.length) - 1;

    private int possible = NUMBER | BOOLEAN | ANY_TIME;
    private int orders = ALL_ORDERS;
    private boolean withSeconds;
    private boolean withoutSeconds;
    private boolean withMore;
    private int wholePoint;
    private int fractionPoint;
    private int wholeComma;
    private int fractionComma;
    private boolean pointForSure;
    private boolean commaForSure;
    private boolean groupedByComma;
    private boolean groupedByPoint;
    private boolean untidy;
    private long count;
    /** Which decimal marks the amounts allow, if every value is a number or an amount with the sign of its currency; 0 if not. */
    private int amounts = POINT | COMMA;
    private boolean withCurrency;

    /** A value that is not empty; blanks around it are allowed in all but text. */
    void see(byte[] b, int begin, int end) {
        count++;
        if (possible == 0 && amounts == 0) {
            return;
        }
        int from = begin;
        int to = end;
        while (from < to && b[from] == ' ') {
            from++;
        }
        while (to > from && b[to - 1] == ' ') {
            to--;
        }
        if (from == to) {
            possible = 0;
            amounts = 0;
            return;
        }
        if (amounts != 0) {
            amount(b, from, to);
        }
        if (possible == 0) {
            return;
        }
        untidy |= to - from != end - begin;
        int c = b[from];
        if (c >= '0' && c <= '9' || c == '-' || c == '.' || c == ',') {
            possible &= ~BOOLEAN;
            if ((possible & NUMBER) != 0) {
                number(b, from, to);
            }
            if ((possible & ANY_TIME) != 0) {
                time(b, from, to);
            }
        } else {
            possible &= truth(b, from, to) ? BOOLEAN : 0;
        }
    }

    /** Such a column stays text, as it is more than numbers; yet it can tell the decimal mark of the file. */
    private void amount(byte[] b, int from, int to) {
        int last = b[to - 1];
        int first = from < to - 1 && b[from] == '-' ? b[from + 1] : b[from];
        if (!withCurrency && first >= '0' && first <= '9' && last >= '0' && last <= '9') {
            return; // an ordinary number, or a date: the column's own marks tell, see marks()
        }
        Currency amount = Currency.of(new String(b, from, to - from, StandardCharsets.UTF_8));
        byte[] number = amount == null ? Arrays.copyOfRange(b, from, to) : amount.number().getBytes(StandardCharsets.UTF_8);
        int digit = number[0] == '-' ? 1 : 0;
        if (number.length == digit || (number[digit] < '0' || number[digit] > '9') && number[digit] != '.' && number[digit] != ',') {
            amounts = 0;
            return;
        }
        if (amount != null) {
            amounts = amountMarks();
            withCurrency = true;
        }
        ColumnTypes alone = new ColumnTypes();
        alone.number(number, 0, number.length);
        amounts &= alone.possible;
    }

    /** What {@link #amounts} is when one of the next values names a currency. */
    private int amountMarks() {
        return withCurrency ? amounts : amounts & possible;
    }

    private int marks() {
        return withCurrency ? amounts : possible & (COMMA | POINT);
    }

    private boolean truth(byte[] b, int from, int to) {
        String wanted = to - from == 4 ? "true" : to - from == 5 ? "false" : "";
        if (wanted.isEmpty()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            if ((b[from + i] | 0x20) != wanted.charAt(i)) {
                return false;
            }
            untidy |= b[from + i] != wanted.charAt(i);
        }
        return true;
    }

    private void number(byte[] b, int begin, int end) {
        int i = b[begin] == '-' ? begin + 1 : begin;
        int first = i;
        int points = 0;
        int commas = 0;
        int lastPoint = -1;
        int lastComma = -1;
        for (; i < end; i++) {
            int c = b[i];
            if (c == '.') {
                points++;
                lastPoint = i;
            } else if (c == ',') {
                commas++;
                lastComma = i;
            } else if (c < '0' || c > '9') {
                possible &= ~NUMBER;
                return;
            }
        }
        int digits = end - first - points - commas;
        boolean padded = digits > 1 && b[first] == '0' && b[first + 1] >= '0' && b[first + 1] <= '9';
        if (digits == 0 || padded || b[end - 1] == '.' || b[end - 1] == ',') {
            possible &= ~NUMBER;
            return;
        }
        if (points + commas == 0) {
            if (digits > 18) {
                possible &= ~INTEGER;
            }
            wholePoint = Math.max(wholePoint, digits);
            wholeComma = Math.max(wholeComma, digits);
            return;
        }
        possible &= ~INTEGER;
        untidy |= b[first] == '.' || b[first] == ',';
        // As a number with a decimal point: at most one point, commas only as thousands marks before it.
        if ((possible & POINT) != 0) {
            int mark = points == 1 ? lastPoint : points == 0 ? end : -1;
            if (mark < 0 || commas > 0 && !grouped(b, first, mark, lastComma, ',')) {
                possible &= ~POINT;
            } else {
                groupedByComma |= commas > 0;
                wholePoint = Math.max(wholePoint, mark - first - commas);
                fractionPoint = Math.max(fractionPoint, points == 1 ? end - mark - 1 : 0);
                pointForSure |= commas > 1 || commas == 1 && points == 1;
            }
        }
        if ((possible & COMMA) != 0) {
            int mark = commas == 1 ? lastComma : commas == 0 ? end : -1;
            if (mark < 0 || points > 0 && !grouped(b, first, mark, lastPoint, '.')) {
                possible &= ~COMMA;
            } else {
                groupedByPoint |= points > 0;
                wholeComma = Math.max(wholeComma, mark - first - points);
                fractionComma = Math.max(fractionComma, commas == 1 ? end - mark - 1 : 0);
                commaForSure |= points > 1 || commas == 1 && points == 1;
            }
        }
    }

    /** Whether thousands marks stand where they belong: every three digits, the last one three before the decimal mark. */
    private static boolean grouped(byte[] b, int first, int mark, int last, char sign) {
        if (last > mark || mark - last != 4) {
            return false;
        }
        for (int i = mark - 1, digits = 0; i >= first; i--) {
            if (b[i] == sign) {
                if (digits != 3 || i == first) {
                    return false;
                }
                digits = 0;
            } else if (++digits > 3) {
                return false;
            }
        }
        return true;
    }

    private void time(byte[] b, int from, int to) {
        int length = from;
        while (length < to && b[length] != ' ' && b[length] != 'T') {
            length++;
        }
        orders &= Days.orders(b, from, length - from);
        if (orders == 0) {
            possible &= ~ANY_TIME;
            return;
        }
        if (length == to) {
            possible &= ~(TIMESTAMP | INSTANT);
            return;
        }
        possible &= ~DATE;
        int rest = length + 1;
        switch (Days.time(b, rest, to)) {
            case Days.LOCAL -> possible &= ~INSTANT;
            case Days.OFFSET -> possible &= ~TIMESTAMP;
            default -> possible &= ~ANY_TIME;
        }
        withSeconds |= to - rest > 5;
        withoutSeconds |= to - rest == 5;
        withMore |= to - rest > 8 || b[length] == 'T';
    }

    /** Takes in what another saw of the same column. */
    void add(ColumnTypes other) {
        boolean currency = withCurrency || other.withCurrency;
        amounts = currency ? amountMarks() & other.amountMarks() : amounts & other.amounts;
        withCurrency = currency;
        possible &= other.possible;
        orders &= other.orders;
        withSeconds |= other.withSeconds;
        withoutSeconds |= other.withoutSeconds;
        withMore |= other.withMore;
        wholePoint = Math.max(wholePoint, other.wholePoint);
        fractionPoint = Math.max(fractionPoint, other.fractionPoint);
        wholeComma = Math.max(wholeComma, other.wholeComma);
        fractionComma = Math.max(fractionComma, other.fractionComma);
        pointForSure |= other.pointForSure;
        commaForSure |= other.commaForSure;
        groupedByComma |= other.groupedByComma;
        groupedByPoint |= other.groupedByPoint;
        untidy |= other.untidy;
        count += other.count;
        if ((possible & ANY_TIME) != 0 && orders == 0) {
            possible &= ~ANY_TIME;
        }
    }

    /** A value is not written as plainly as it could be: {@link #plain} holds for text only. */
    void untidy() {
        untidy = true;
    }

    /** How many values were seen. */
    long count() {
        return count;
    }

    /**
     * Whether DuckDB reads every value seen, as this type, as exactly what stands there.
     *
     * @param comma whether the decimal mark is a comma
     * @param pattern whether dates have a pattern of their own
     */
    boolean plain(Type type, boolean comma, boolean pattern) {
        if (count == 0 || type.kind() == Type.Kind.TEXT) {
            return true;
        }
        boolean point = (possible & POINT) != 0 && !groupedByComma && !comma;
        boolean iso = orders == Days.Order.YMD_DASH.bit() && !pattern;
        return !untidy && switch (type.kind()) {
            case TEXT -> true;
            case INTEGER -> (possible & INTEGER) != 0;
            case DECIMAL -> point && wholePoint <= type.precision() - type.scale() && fractionPoint <= type.scale();
            case DOUBLE -> point && wholePoint <= 15 && fractionPoint <= 15;
            case BOOLEAN -> (possible & BOOLEAN) != 0;
            case DATE -> iso && (possible & DATE) != 0;
            case TIMESTAMP -> iso && (possible & TIMESTAMP) != 0;
            case INSTANT -> iso && (possible & INSTANT) != 0;
            case JSON -> false;
        };
    }

    /** Whether nothing but empty cells was seen. */
    boolean empty() {
        return count == 0;
    }

    /** Whether every value of the column is a number, a truth or a time. */
    boolean typed() {
        return count > 0 && possible != 0;
    }

    /** Whether every value is a number, or an amount in a currency. */
    boolean number() {
        return count > 0 && marks() != 0;
    }

    /** Whether it is a column of numbers, or of amounts in a currency, only if the comma is the decimal mark. */
    boolean wantsComma() {
        return count > 0 && marks() == COMMA;
    }

    /** Whether it is a column of numbers, or of amounts in a currency, only if the point is the decimal mark. */
    boolean wantsPoint() {
        return count > 0 && marks() == POINT;
    }

    /** Whether some values read as numbers with this decimal mark hold thousands marks. */
    boolean grouped(char decimal) {
        return decimal == ',' ? groupedByPoint : groupedByComma;
    }

    /** The one strftime pattern of a column of dates or times that are not ISO 8601, or null. */
    String pattern() {
        if (count == 0 || (possible & ANY_TIME) == 0 || Integer.bitCount(orders) != 1 || orders == Days.Order.YMD_DASH.bit()) {
            return null;
        }
        String day = Days.Order.ALL[Integer.numberOfTrailingZeros(orders)].pattern;
        if ((possible & DATE) != 0) {
            return day;
        }
        if ((possible & TIMESTAMP) == 0 || withMore || withSeconds == withoutSeconds) {
            return null;
        }
        return day + (withSeconds ? " %H:%M:%S" : " %H:%M");
    }

    /**
     * The type.
     *
     * @param decimal the decimal mark of the file, a point or a comma
     * @param sure whether the file proves that mark; if not, numbers that would be read otherwise with the other mark stay text
     * @param pattern the file's strftime pattern of dates that are not ISO 8601; null: there is none
     */
    Type type(char decimal, boolean sure, String pattern) {
        if (count == 0 || possible == 0) {
            return Type.TEXT;
        }
        if ((possible & INTEGER) != 0) {
            return Type.INTEGER;
        }
        if ((possible & NUMBER) != 0) {
            return number(decimal, sure);
        }
        if ((possible & BOOLEAN) != 0) {
            return Type.BOOLEAN;
        }
        boolean iso = orders == Days.Order.YMD_DASH.bit();
        String own = pattern();
        boolean ofFile = own != null && pattern != null && (own.equals(pattern) || pattern.startsWith(own + " "));
        if (!iso && !ofFile) {
            return Type.TEXT;
        }
        if ((possible & DATE) != 0) {
            return Type.DATE;
        }
        if ((possible & TIMESTAMP) != 0) {
            return Type.TIMESTAMP;
        }
        return iso ? Type.INSTANT : Type.TEXT;
    }

    private Type number(char decimal, boolean sure) {
        boolean byComma = decimal == ',';
        if ((possible & (byComma ? COMMA : POINT)) == 0) {
            return Type.TEXT;
        }
        // "1,234" is a thousand and more, or one and a bit: only another value of the column can tell.
        if (byComma ? groupedByPoint && !commaForSure : groupedByComma && !pointForSure) {
            return Type.TEXT;
        }
        if (!sure && !byComma && groupedByPoint && (possible & COMMA) != 0) {
            return Type.TEXT;
        }
        int whole = byComma ? wholeComma : wholePoint;
        int fraction = byComma ? fractionComma : fractionPoint;
        if (whole + fraction > 38) {
            return Type.TEXT;
        }
        if (whole <= 14 && fraction <= 4) {
            return Type.MONEY;
        }
        int digits = whole + fraction;
        return Type.decimal(digits <= 18 ? 18 : 38, fraction);
    }
}
