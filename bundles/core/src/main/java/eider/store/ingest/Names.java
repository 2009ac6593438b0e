package eider.store.ingest;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns the header of a file into names: of its columns, as the file calls them, and of fields, as a database wants them. */
public final class Names {
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern HUMP = Pattern.compile("(?<=[\\p{Ll}\\d])(?=\\p{Lu}\\p{Ll})");
    private static final Pattern OTHER = Pattern.compile("[^a-z0-9]+");
    private static final int LONGEST = 63;

    private Names() {
    }

    /**
     * The names by which the columns of a file are addressed, one for each header cell: the cell without blanks around it. A blank cell
     * takes its position counted from 0 ({@code column3}), as in a file without a header; a name that stands twice gets {@code _2}.
     */
    public static List<String> columns(List<String> header) {
        List<String> names = new ArrayList<>(header.size());
        Set<String> taken = new HashSet<>();
        for (String cell : header) {
            taken.add(cell.strip());
        }
        Set<String> used = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).strip();
            if (name.isEmpty()) {
                name = free("column" + i, taken);
            } else if (used.contains(name)) {
                name = free(name + "_2", taken);
            }
            used.add(name);
            taken.add(name);
            names.add(name);
        }
        return List.copyOf(names);
    }

    private static String free(String wish, Set<String> taken) {
        String name = wish;
        for (int n = 3; taken.contains(name); n++) {
            name = wish.replaceFirst("(_2)?$", "_" + n);
        }
        return name;
    }

    /**
     * Field names for columns, in their order: lower_snake, at most 63 characters, unique. {@code Total Amount (€)} becomes
     * {@code total_amount}, {@code 2024 sales} becomes {@code column_2024_sales}, what holds no letter or digit {@code column_4} by its
     * position counted from 1; {@code Größe} becomes {@code groesse}; a name that stands twice gets {@code _2}.
     */
    public static List<String> fields(List<String> columns) {
        List<String> names = new ArrayList<>(columns.size());
        Set<String> used = new HashSet<>();
        for (int i = 0; i < columns.size(); i++) {
            String name = snake(columns.get(i));
            if (name.isEmpty()) {
                name = "column_" + (i + 1);
            } else if (!Character.isLetter(name.charAt(0))) {
                name = "column_" + name;
            }
            name = cut(name, LONGEST);
            String unique = name;
            for (int n = 2; !used.add(unique); n++) {
                String end = "_" + n;
                unique = cut(name, LONGEST - end.length()) + end;
            }
            names.add(unique);
        }
        return List.copyOf(names);
    }

    private static String snake(String text) {
        String spelt = HUMP.matcher(text).replaceAll("_")
                .replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "Ae").replace("Ö", "Oe").replace("Ü", "Ue")
                
                .replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("æ", "ae").replace("Æ", "Ae").replace("ł", "l").replace("Ł", "L");
        String plain = MARKS.matcher(Normalizer.normalize(spelt, Normalizer.Form.NFKD)).replaceAll("").toLowerCase(Locale.ROOT);
        String snake = OTHER.matcher(plain).replaceAll("_");
        int from = snake.startsWith("_") ? 1 : 0;
        int to = snake.endsWith("_") && snake.length() > from ? snake.length() - 1 : snake.length();
        return snake.substring(from, Math.max(from, to));
    }

    private static String cut(String name, int length) {
        return name.length() <= length ? name : name.substring(0, length).replaceFirst("_+$", "");
    }
}
