package eider.store.ingest;

import eider.store.ingest.CsvSniffer.Row;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the first row of a delimited text names its columns.
 *
 * @param present whether it does
 * @param assumed what is told about it where nothing in the file speaks for it; null: the file does
 */
record Headings(boolean present, String assumed) {
    private static final Pattern NAME_LIKE = Pattern.compile("(?!.*(@.*\\.|://))[\\p{L}_#$@(%€][^\\n\\r]{0,99}");
    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_#][\\p{L}\\p{M}\\p{N}_ .()/-]{0,62}");
    /** Names that programs give to columns which have none. */
    private static final Pattern NUMBERED = Pattern.compile("(?i)(col|column|field|var|spalte|feld)[ _]?(\\d+)");
    /** Words that name columns, and are seldom values. */
    private static final Set<String> COLUMN_WORDS = Set.of("id", "name", "date", "time", "city", "country", "region", "email", "type", "status",
            "category", "product", "customer", "address", "description", "price", "amount", "quantity", "currency", "title", "comment", "note", "notes",
            "code", "value", "datum", "ort", "stadt", "land", "artikel", "kunde", "menge", "preis", "betrag", "bezeichnung", "beschreibung", "vorname", "nachname",
            "kategorie");

    /** @param rows the first may be the header; one at least */
    static Headings of(List<Row> rows, int width) {
        boolean header = header(rows, width);
        List<Row> body = body(rows, width);
        if (!body.isEmpty() && header && lookAlike(rows.getFirst(), body, width)) {
            return new Headings(true, "the first row was taken for the names of the columns, though the rows below are texts like it: "
                    + "say header = no if it is a row");
        }
        if (!header && width == 1 && !body.isEmpty() && phrases(rows.getFirst(), body)) {
            return new Headings(false, "the first line was taken for a row like those below it: say header = yes if it is the name of the column");
        }
        return new Headings(header, null);
    }

    /** Whether all cells of a row could be names of columns: different, and neither numbers nor dates nor prose. */
    static boolean names(Row row, boolean all) {
        Set<String> names = new HashSet<>();
        int blank = 0;
        for (String cell : row.cells()) {
            String name = cell.strip();
            if (name.isEmpty()) {
                blank++;
            } else if (name.indexOf('"') >= 0 || !NAME_LIKE.matcher(name).matches() || !names.add(name)) {
                return false;
            }
        }
        return !names.isEmpty() && (blank == 0 || !all || blank == 1 && row.cells().getLast().isBlank());
    }

    /** Whether all cells of a row are names without a doubt. */
    static boolean identifiers(Row row) {
        return row.cells().stream().allMatch(cell -> IDENTIFIER.matcher(cell.strip()).matches()) && names(row, true);
    }

    /** Whether the first row is all names, and what stands below is not: numbers and dates. */
    static boolean evident(List<Row> rows, int width) {
        return names(rows.getFirst(), true) && header(rows, width)
                && rows.stream().skip(1).limit(20).anyMatch(row -> row.width() == width && row.cells().stream().anyMatch(cell -> typed(cell)));
    }

    static boolean typed(String cell) {
        ColumnTypes types = new ColumnTypes();
        see(types, cell);
        return types.typed();
    }

    private static List<Row> body(List<Row> rows, int width) {
        return rows.subList(1, rows.size()).stream().filter(row -> row.width() == width && !row.misquoted()).toList();
    }

    /** Whether no column tells its name from its values: all are texts, written as the name is. */
    private static boolean lookAlike(Row first, List<Row> body, int width) {
        if (numbered(first) || words(first) && body.stream().noneMatch(Headings::words)) {
            return false;
        }
        boolean any = false;
        for (int i = 0; i < width; i++) {
            String name = form(first.cells().get(i));
            int filled = 0;
            int alike = 0;
            for (Row row : body) {
                String cell = row.cells().get(i);
                if (!cell.isBlank()) {
                    filled++;
                    alike += form(cell).equals(name) ? 1 : 0;
                }
            }
            if (alike * 2 < filled) {
                return false;
            }
            any |= filled > 0;
        }
        return any;
    }

    private static boolean words(Row row) {
        return row.cells().stream().anyMatch(cell -> COLUMN_WORDS.contains(cell.strip().toLowerCase(Locale.ROOT)));
    }

    /** Whether all lines of one column are as many words as the first, more than one, and written in the same way. */
    private static boolean phrases(Row first, List<Row> body) {
        String form = form(first.cells().getFirst());
        return form.indexOf(' ') > 0 && form.chars().allMatch(c -> c == 'A' || c == 'a' || c == ' ')
                && body.stream().allMatch(row -> form(row.cells().getFirst()).equals(form));
    }

    /** How the words of a text are written: New York is Aa Aa, sku-12 is a-9. */
    private static String form(String text) {
        StringBuilder form = new StringBuilder();
        text.strip().codePoints().filter(c -> Character.getType(c) != Character.NON_SPACING_MARK).map(c -> Character.isDigit(c) ? '9'
                : Character.isUpperCase(c) ? 'A' : Character.isLetter(c) ? 'a' : c).forEach(c -> {
                    if (form.isEmpty() || "9Aa ".indexOf(c) < 0 || form.charAt(form.length() - 1) != c) {
                        form.appendCodePoint(c);
                    }
                });
        return form.toString();
    }

    /** Whether the cells are names that programs give to columns, in their order: col1, col2, col3. */
    private static boolean numbered(Row first) {
        long number = -1;
        for (String cell : first.cells()) {
            Matcher name = NUMBERED.matcher(cell.strip());
            if (!name.matches() || name.group(2).length() > 9) {
                return false;
            }
            long next = Long.parseLong(name.group(2));
            if (number < 0 ? next > 1 : next != number + 1) {
                return false;
            }
            number = next;
        }
        return true;
    }

    /** Whether the first row names the columns. */
    private static boolean header(List<Row> rows, int width) {
        Row first = rows.getFirst();
        List<Row> body = body(rows, width);
        if (numbered(first)) {
            return true;
        }
        boolean sentence = width == 1 && !IDENTIFIER.matcher(first.cells().getFirst().strip()).matches();
        if (width == 1 && !body.isEmpty() && phrases(first, body)) {
            return false;
        }
        if (body.isEmpty()) {
            return identifiers(first);
        }
        int typedBelow = 0;
        int typedAbove = 0;
        int unlike = 0;
        boolean alike = false;
        int repeated = 0;
        boolean nameLike = true;
        for (int i = 0; i < width; i++) {
            String name = first.cells().get(i).strip();
            ColumnTypes above = new ColumnTypes();
            see(above, name);
            ColumnTypes below = new ColumnTypes();
            boolean again = false;
            int same = 0;
            int filled = 0;
            for (Row row : body) {
                String cell = row.cells().get(i);
                see(below, cell);
                filled += cell.isBlank() ? 0 : 1;
                same += !cell.isBlank() && shape(cell).equals(shape(name)) ? 1 : 0;
                again |= !name.isEmpty() && normal(cell).equals(normal(name));
            }
            repeated += again ? 1 : 0;
            if (below.typed()) {
                typedBelow++;
                typedAbove += above.typed() ? 1 : 0;
                unlike += !above.typed() && !name.isEmpty() ? 1 : 0;
            } else {
                nameLike &= !above.typed() && (name.isEmpty() || NAME_LIKE.matcher(name).matches());
                alike |= !name.isEmpty() && filled > 0 && same * 2 > filled && !shape(name).equals("a");
            }
        }
        if (typedBelow > 0 && unlike > 0) {
            return typedAbove * 3 <= typedBelow && unlike >= repeated;
        }
        return typedBelow == 0 && nameLike && repeated == 0 && !alike && !sentence && names(first, true);
    }

    private static String normal(String text) {
        return Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
    }

    /** What a text is made of: every run of letters is one a, of digits one 9. Runs of words are one a too. */
    private static String shape(String text) {
        return text.strip().replaceAll("\\p{N}+", "9").replaceAll("[\\p{L}\\p{M}_]+( [\\p{L}\\p{M}_]+)*", "a");
    }

    static void see(ColumnTypes types, String cell) {
        byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            types.see(bytes, 0, bytes.length);
        }
    }
}
