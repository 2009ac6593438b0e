package eider.kit;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes legal field names of what the outside world calls its columns. The same heading always gives the same name. */
public final class Names {
    /** As long as {@link eider.connector.Field} allows, less room for the number that tells two equal names apart. */
    private static final int LONGEST = 58;
    private static final Pattern LEGAL = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern HUMP = Pattern.compile("(?<=[\\p{Ll}0-9])(?=\\p{Lu}\\p{Ll})");
    private static final Pattern OTHER = Pattern.compile("[^a-z0-9]+");

    private Names() {
    }

    /** Whether a field or dataset may be called so. */
    public static boolean legal(String name) {
        return LEGAL.matcher(name).matches();
    }

    /**
     * {@code Total Amount}, {@code totalAmount} and {@code TOTAL_AMOUNT} become {@code total_amount}, {@code Größe} becomes
     * {@code groesse}, {@code 2024} becomes {@code column_2024}; the empty text if no letter or digit of the Latin alphabet is in it.
     */
    public static String snake(String heading) {
        String text = heading.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "Ae").replace("Ö", "Oe").replace("Ü", "Ue")
                .replace("ß", "ss").replace("æ", "ae").replace("Æ", "Ae").replace("ø", "o").replace("Ø", "O").replace("ł", "l").replace("Ł", "L");
        text = MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
        text = HUMP.matcher(text).replaceAll("_").toLowerCase(Locale.ROOT);
        text = OTHER.matcher(text).replaceAll("_");
        text = text.replaceAll("^_+|_+$", "");
        if (!text.isEmpty() && Character.isDigit(text.charAt(0))) {
            text = "column_" + text;
        }
        return text.length() > LONGEST ? text.substring(0, LONGEST).replaceAll("_+$", "") : text;
    }

    /** A name for each heading, in order, legal and distinct: {@code column_3} for the third if it has none, {@code _2} for a double. */
    public static List<String> unique(List<String> headings) {
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < headings.size(); i++) {
            names.add(free(headings.get(i), i, taken));
        }
        return names;
    }

    /** The name of one heading that is not among {@code taken}; it is added there. */
    public static String free(String heading, int position, Set<String> taken) {
        String plain = snake(heading);
        if (plain.isEmpty()) {
            plain = "column_" + (position + 1);
        }
        String name = plain;
        for (int n = 2; !taken.add(name); n++) {
            name = plain + "_" + n;
        }
        return name;
    }
}
