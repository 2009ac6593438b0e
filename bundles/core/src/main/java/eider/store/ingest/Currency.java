package eider.store.ingest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount as spreadsheets write it, with the sign of its currency before or behind: {@code 1.234,50 €}, {@code -€5}, {@code EUR 5}.
 *
 * @param sign the currency, by its letters where its sign is one of few
 * @param number what is left: digits and marks, with the minus if there was one
 */
record Currency(String sign, String number) {
    private static final String SIGN = "(\\p{Sc}|EUR|USD|GBP|CHF)";
    private static final String SPACE = "[ \u00a0\u202f]?";
    private static final Pattern BEFORE = Pattern.compile("(-?)" + SPACE + SIGN + SPACE + "(-?[\\d.,]+)");
    private static final Pattern BEHIND = Pattern.compile("(-?[\\d.,]+)" + SPACE + SIGN);
    private static final int LONGEST = 48;

    /** Null if the text is no such amount. */
    static Currency of(String text) {
        if (text.length() > LONGEST) {
            return null;
        }
        Matcher behind = BEHIND.matcher(text);
        if (behind.matches()) {
            return new Currency(letters(behind.group(2)), behind.group(1));
        }
        Matcher before = BEFORE.matcher(text);
        if (before.matches() && !(before.group(1).equals("-") && before.group(3).startsWith("-"))) {
            return new Currency(letters(before.group(2)), before.group(1) + before.group(3));
        }
        return null;
    }

    private static String letters(String sign) {
        return switch (sign) {
            case "€" -> "EUR";
            case "$" -> "USD";
            case "£" -> "GBP";
            default -> sign;
        };
    }
}
