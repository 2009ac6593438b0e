package eider.files;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.connector.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds up the rows of one file: how many, and what their numbers come to, to the last digit. A field of which a value holds digits and cannot be
 * understood as a number has no sum: nobody can say what it adds.
 */
final class Totals {
    private static final String SPACE = "[ \u00a0\u202f]?";
    private static final String SIGN = "(?:\\p{Sc}|EUR|USD|GBP|CHF)";
    private static final Pattern CURRENCY = Pattern.compile("(-?)" + SPACE + SIGN + SPACE + "(-?[\\d.,]+)|(-?[\\d.,]+)" + SPACE + SIGN);
    private static final Pattern GROUPED = Pattern.compile("[-+]?\\d{1,3}(,\\d{3})+(\\.\\d+)?");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,4})?");
    private static final int LONGEST = 400;
    /** More digits than these may not fit a long. */
    private static final int QUICK = 18;
    private static final int MOST_DIGITS = 80;

    /**
     * A column whose values matter.
     *
     * @param column what the file calls it
     * @param place where it stands among the columns of the file
     * @param key its place in the key; -1 if it is no part of it
     */
    record Wanted(String column, int place, String field, Type type, int key) {

        boolean summed() {
            return type.kind() == Type.Kind.INTEGER || type.kind() == Type.Kind.DECIMAL;
        }
    }

    private final List<Wanted> wanted;
    private final String decimal;
    private final Keys keys;
    private final String[] key;
    private final Set<String> unclear = new HashSet<>();
    /** By wanted column and by digits after the point: whole sums, and what did not fit into them any more. */
    private final long[][] quick;
    private final BigDecimal[] slow;
    private long rows;

    /**
     * @param decimal the decimal mark; null: a point, and no marks between thousands
     * @param keys where the keys of all files go; null where rows have none
     */
    Totals(List<Wanted> wanted, String decimal, Keys keys) {
        this.wanted = List.copyOf(wanted);
        this.decimal = decimal;
        this.keys = keys;
        this.key = new String[(int) wanted.stream().filter(one -> one.key >= 0).count()];
        this.quick = new long[wanted.size()][QUICK + 1];
        this.slow = new BigDecimal[wanted.size()];
        Arrays.fill(slow, BigDecimal.ZERO);
    }

    List<Wanted> wanted() {
        return wanted;
    }

    /** For each of so many columns of the file which wanted one it is, or -1. */
    int[] places(int columns) {
        int[] places = new int[columns];
        Arrays.fill(places, -1);
        for (int i = 0; i < wanted.size(); i++) {
            places[wanted.get(i).place] = i;
        }
        return places;
    }

    /** The text of a wanted column in this row; not called, or empty, where there is none. */
    void value(int which, char[] text, int from, int to) {
        Wanted one = wanted.get(which);
        if (one.key >= 0) {
            String value = new String(text, from, to - from);
            BigDecimal number = one.summed() ? number(value) : null;
            key[one.key] = number != null ? plain(number) : one.type.kind() == Type.Kind.TEXT ? value : value.strip();
        }
        if (one.summed() && to > from && !quickly(which, text, from, to)) {
            String value = new String(text, from, to - from);
            BigDecimal number = number(value);
            if (number != null) {
                slow[which] = slow[which].add(number);
            } else if (value.chars().anyMatch(c -> c >= '0' && c <= '9')) {
                unclear.add(one.field);
            }
        }
    }

    /** The same where the value is a number already. */
    void number(int which, BigDecimal value) {
        Wanted one = wanted.get(which);
        if (one.key >= 0) {
            key[one.key] = plain(value);
        }
        if (one.summed()) {
            slow[which] = slow[which].add(value);
        }
    }

    /** The value in this row is none that its field takes. */
    void bad(int which) {
        unclear.add(wanted.get(which).field);
    }

    /** The row is over. */
    void row() throws SourceException {
        rows++;
        if (keys != null) {
            keys.add(key);
            Arrays.fill(key, null);
        }
    }

    /** Rows that something else has counted. */
    void rows(long more) {
        rows += more;
    }

    /** What was found of a part; an empty name for the whole. */
    Tally tally(String part) {
        Map<String, BigDecimal> sums = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).summed() && !unclear.contains(wanted.get(i).field)) {
                sums.put(wanted.get(i).field, total(i));
            }
        }
        return Tally.of(rows, sums).in(part);
    }

    private BigDecimal total(int which) {
        BigDecimal total = slow[which];
        for (int scale = 0; scale <= QUICK; scale++) {
            total = total.add(new BigDecimal(BigInteger.valueOf(quick[which][scale]), scale));
        }
        return total;
    }

    /** Digits with at most one decimal mark, as nearly all numbers are; whether it was that. */
    private boolean quickly(int which, char[] text, int from, int to) {
        char mark = decimal == null ? '.' : decimal.charAt(0);
        boolean negative = text[from] == '-';
        int start = negative ? from + 1 : from;
        if (to - start > QUICK || to == start) {
            return false;
        }
        long digits = 0;
        int point = -1;
        for (int i = start; i < to; i++) {
            char c = text[i];
            if (c >= '0' && c <= '9') {
                digits = digits * 10 + (c - '0');
            } else if (c == mark && point < 0) {
                point = i;
            } else {
                return false;
            }
        }
        // "." and "5." are left to the careful way.
        if (point == start || point == to - 1) {
            return false;
        }
        int scale = point < 0 ? 0 : to - 1 - point;
        long sum = quick[which][scale];
        long next = negative ? sum - digits : sum + digits;
        if (next > Long.MAX_VALUE / 2 || next < Long.MIN_VALUE / 2) {
            slow[which] = slow[which].add(new BigDecimal(BigInteger.valueOf(next), scale));
            next = 0;
        }
        quick[which][scale] = next;
        return true;
    }

    private BigDecimal number(String text) {
        String value = text.strip();
        if (value.isEmpty() || value.length() > LONGEST) {
            return null;
        }
        Matcher currency = CURRENCY.matcher(value);
        if (currency.matches()) {
            value = currency.group(2) == null ? currency.group(3) : currency.group(1) + currency.group(2);
        }
        if (",".equals(decimal)) {
            value = value.replace('.', '\0').replace(',', '.').replace('\0', ',');
        }
        if (decimal != null && GROUPED.matcher(value).matches()) {
            value = value.replace(",", "");
        }
        BigDecimal number = NUMBER.matcher(value).matches() ? new BigDecimal(value) : null;
        // No field takes so many digits, and to add 1e9999 up would take the memory of ten thousand.
        return number == null || Math.abs(number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS ? null : number;
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toString();
    }

    /**
     * The different keys of a dataset, by 64 bits of each: two of four million are taken for one with a chance of one in two million. Bounded, and
     * refuses more.
     */
    static final class Keys {
        private static final int MOST = 4_000_000;

        private long[] slots = new long[1 << 12];
        private int different;
        private long nameless;
        private long all;

        void add(String[] key) throws SourceException {
            all++;
            long hash = 1_469_598_103_934_665_603L;
            for (String text : key) {
                if (text == null || text.isEmpty()) {
                    // Such a row is bad, and none of them stands for another.
                    nameless++;
                    return;
                }
                for (int i = 0; i < text.length(); i++) {
                    hash = (hash ^ text.charAt(i)) * 1_099_511_628_211L;
                }
                hash = (hash ^ 0x1_0000) * 1_099_511_628_211L;
            }
            hash = mixed(hash);
            if (put(slots, hash == 0 ? 1 : hash) && ++different * 2L > slots.length) {
                grow();
            }
        }

        private static long mixed(long hash) {
            long h = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
            h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
            return h ^ h >>> 33;
        }

        private static boolean put(long[] slots, long hash) {
            int at = (int) hash & slots.length - 1;
            while (slots[at] != 0) {
                if (slots[at] == hash) {
                    return false;
                }
                at = at + 1 & slots.length - 1;
            }
            slots[at] = hash;
            return true;
        }

        private void grow() throws SourceException {
            if (different > MOST) {
                throw new SourceException(Kind.DATA, "The files hold more than " + MOST + " different keys, which is more than are counted.");
            }
            long[] larger = new long[slots.length * 2];
            for (long hash : slots) {
                if (hash != 0) {
                    put(larger, hash);
                }
            }
            slots = larger;
        }

        /** How many rows there are if each key counts once. */
        long rows() {
            return different + nameless;
        }

        /** Whether no key came twice, so that each row counts. */
        boolean once() {
            return rows() == all;
        }
    }
}
