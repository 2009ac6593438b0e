package eider.kit;

import eider.connector.SourceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads options that hold more than one thing. Every fault is of kind CONFIG and names the option. */
public final class Options {
    private Options() {
    }

    /** A fault of an option: {@code "option 'key': …"}. */
    public static SourceException wrong(String option, String sentence) {
        return new SourceException(SourceException.Kind.CONFIG, "Option '" + option + "': " + sentence);
    }

    /** The parts of {@code a, b, "c, d"}; none if the text is blank. */
    public static List<String> list(String option, String text) throws SourceException {
        List<String> parts = new ArrayList<>();
        for (String part : split(option, text, ',')) {
            if (!part.isBlank()) {
                parts.add(unquoted(part));
            }
        }
        return parts;
    }

    /** The pairs of {@code Datum=date, "Preis, netto"=unit_price}, in order. */
    public static Map<String, String> pairs(String option, String text) throws SourceException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String part : split(option, text, ',')) {
            if (part.isBlank()) {
                continue;
            }
            List<String> sides = split(option, part, '=');
            if (sides.size() != 2 || sides.get(0).isBlank() || sides.get(1).isBlank()) {
                throw wrong(option, "'" + part.strip() + "' is no pair: write name=name, and put names that hold a comma or an equals sign in "
                        + "double quotes.");
            }
            if (pairs.put(unquoted(sides.get(0)), unquoted(sides.get(1))) != null) {
                throw wrong(option, "'" + unquoted(sides.get(0)) + "' stands there twice.");
            }
        }
        return pairs;
    }

    /** One of the allowed words, or CONFIG with all of them. */
    public static String choice(String option, String text, String... allowed) throws SourceException {
        String word = text.strip();
        for (String one : allowed) {
            if (one.equals(word)) {
                return word;
            }
        }
        throw wrong(option, "'" + word + "' is not among " + String.join(", ", allowed) + ".");
    }

    private static List<String> split(String option, String text, char at) throws SourceException {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (c == at && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        if (quoted) {
            throw wrong(option, "a double quote is not closed.");
        }
        parts.add(part.toString());
        return parts;
    }

    private static String unquoted(String part) {
        String text = part.strip();
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }
}
