package eider.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the people who configure a connector read, beside its form: the option table of its README and the sample configuration. Each is a map from
 * the option's name to its default as written there, the empty text where there is none.
 */
final class Handbook {
    /** {@code name = value}, or {@code #name = value} for an option left at its default. */
    private static final Pattern ASSIGNMENT = Pattern.compile("^\\s*(#?)\\s?([A-Za-z][A-Za-z0-9._-]*)\\s*=(.*)$");
    private static final List<String> NONE = List.of("", "-", "–", "—", "none", "empty", "required", "(none)", "(empty)", "(required)");

    private Handbook() {}

    /**
     * The table whose header has a column {@code option} and a column {@code default}.
     *
     * @throws IOException if there is no such table
     */
    static Map<String, String> readme(Path file) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        int name = -1;
        int standard = -1;
        boolean met = false;
        for (String line : Files.readAllLines(file)) {
            if (!line.strip().startsWith("|")) {
                name = -1;
                continue;
            }
            List<String> cells = cells(line);
            List<String> lower = cells.stream().map(cell -> cell.toLowerCase(Locale.ROOT)).toList();
            if (lower.contains("option") && lower.contains("default")) {
                name = lower.indexOf("option");
                standard = lower.indexOf("default");
                met = true;
            } else if (name >= 0 && cells.size() > Math.max(name, standard) && !cells.get(name).matches(":?-+:?")) {
                String text = plain(cells.get(standard));
                options.put(plain(cells.get(name)), NONE.contains(text.toLowerCase(Locale.ROOT)) ? "" : text);
            }
        }
        if (!met) {
            throw new IOException(file + " has no table with the columns 'option' and 'default'");
        }
        return options;
    }

    /** The assignments of a sample; one that is commented out counts where the option has no other, and else is an example. */
    static Map<String, String> sample(Path file) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        Map<String, String> examples = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher assignment = ASSIGNMENT.matcher(line);
            if (assignment.matches() && assignment.group(1).isEmpty()) {
                options.put(assignment.group(2), assignment.group(3).strip());
            } else if (assignment.matches()) {
                examples.putIfAbsent(assignment.group(2), assignment.group(3).strip());
            }
        }
        examples.forEach(options::putIfAbsent);
        return options;
    }

    private static List<String> cells(String line) {
        String inner = line.strip().replaceFirst("^\\|", "").replaceFirst("\\|$", "");
        List<String> cells = new ArrayList<>();
        Arrays.stream(inner.split("(?<!\\\\)\\|", -1)).map(String::strip).forEach(cells::add);
        return cells;
    }

    private static String plain(String cell) {
        String text = cell.strip().replace("\\|", "|");
        return text.length() > 1 && text.startsWith("`") && text.endsWith("`") ? text.substring(1, text.length() - 1).strip() : text;
    }
}
