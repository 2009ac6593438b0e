package eider.store.ingest;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Completes the scan of one delimited text. */
final class CsvSniffer {
    private static final List<String> USUAL = List.of(",", ";", "\t", "|");
    private static final List<String> UNUSUAL = List.of("||", "~", "^", "\u0001", "\u001f", "\u00a7");
    /** A sign that stands in no text: for a file of one column. */
    private static final String NO_DELIMITER = "\u001f";
    private static final int MOST_RECORDS = 3_000;
    private static final int MOST_CANDIDATE_BYTES = 1 << 18;
    private static final Pattern NAME_LIKE = Pattern.compile("(?!.*(@.*\\.|://))[\\p{L}_#$@(%€][^\\n\\r]{0,99}");
    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_#][\\p{L}\\p{M}\\p{N}_ .()/-]{0,62}");
    private static final Pattern HALF_NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    private final Scan.Csv given;
    private final Limits limits;

    CsvSniffer(Scan.Csv given, Limits limits) {
        this.given = given;
        this.limits = limits;
    }

    Scan.Csv complete() throws IOException, SourceException, InterruptedException {
        byte[] head;
        boolean whole;
        try (InputStream in = Content.open(given.file(), limits)) {
            head = in.readNBytes(FileSniffer.HEAD);
            whole = head.length < FileSniffer.HEAD;
        }
        if (head.length == 0) {
            throw new Unreadable("The file is empty.");
        }
        if (given.charset() == null) {
            refuseOtherKinds(head);
        }
        Charset charset = given.charset() != null ? given.charset() : Encoding.detect(head, whole);
        try {
            return complete(charset);
        } catch (Unreadable.Malformed e) {
            if (given.charset() != null || !charset.equals(StandardCharsets.UTF_8)) {
                throw e;
            }
            return complete(Encoding.legacy(head));
        }
    }

    /** What plainly is something else than text. Only a look at the head: whether a table can be made out is found later. */
    private static void refuseOtherKinds(byte[] head) throws Unreadable {
        String magic = new String(head, 0, Math.min(8, head.length), StandardCharsets.ISO_8859_1);
        String kind = magic.startsWith("PK\3\4") ? "a ZIP archive or an Excel workbook"
                : magic.startsWith("\u00d0\u00cf\u0011\u00e0") ? "an old Office document"
                : magic.startsWith("%PDF") ? "a PDF document"
                : magic.startsWith("PAR1") ? "a Parquet file" : null;
        if (kind != null) {
            throw new Unreadable("The file is " + kind + ", not delimited text.");
        }
        int zeros = 0;
        for (byte b : head) {
            zeros += b == 0 ? 1 : 0;
        }
        int[] controls = controls(head);
        // UTF-16 is full of zeros; nothing else that is text has one control character in a hundred.
        boolean marked = magic.startsWith("\u00ff\u00fe") || magic.startsWith("\u00fe\u00ff") || magic.startsWith("\0\0\u00fe\u00ff");
        if (!marked && zeros * 10 < head.length * 3 && controls[0] > Math.max(8, head.length / 50)) {
            throw new Unreadable("The file is not text: it holds " + controls[0] + " control characters, the first in line " + controls[1] + ".");
        }
    }

    private Scan.Csv complete(Charset charset) throws IOException, SourceException, InterruptedException {
        byte[] sample;
        boolean whole;
        try (InputStream in = Content.utf8(given.file(), charset, limits)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] part = new byte[1 << 16];
            int n = 0;
            while (bytes.size() < FileSniffer.HEAD && (n = in.read(part, 0, part.length)) > 0) {
                bytes.write(part, 0, n);
            }
            whole = n < 0;
            sample = bytes.toByteArray();
        }
        if (blank(sample) && whole) {
            throw new Unreadable("The file holds only blank lines.");
        }
        Guess guess = guess(sample, whole);
        Scan.Csv dialect = new Scan.Csv(given.file(), charset, guess.dialect.delimiter, guess.dialect.quote, guess.dialect.escape, guess.comment,
                guess.header, guess.skip, given.dateFormat(), given.decimalSeparator(), given.shortRows(), given.columns());
        return typed(dialect);
    }

    private static boolean blank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    /** A dialect to try, as the scan says it. */
    private record Candidate(String delimiter, String quote, String escape) {
        Dialect dialect(String comment, int skip) throws SourceException {
            return Dialect.of(delimiter, quote, escape, comment, skip);
        }
    }

    /** A record of the sample. */
    private record Row(long line, List<String> cells, boolean misquoted, BitSet quoted) {
        boolean comment(String sign) {
            return cells.getFirst().stripLeading().startsWith(sign);
        }

        int width() {
            return cells.size();
        }
    }

    /**
     * How the sample looks in one dialect.
     *
     * @param width how many cells most rows have
     * @param regular how many rows have that many
     * @param judged how many rows there are, comments not counted
     * @param broken what is wrong with a quote that swallows the rest; null: nothing
     */
    private record Look(Candidate candidate, List<Row> rows, int width, int regular, int judged, int quoted, int misquoted, double consistency,
            double score, String broken) { }

    /** What was made out. */
    private record Guess(Candidate dialect, String comment, boolean header, int skip) { }

    private Guess guess(byte[] sample, boolean whole) throws IOException, SourceException {
        Look best = null;
        List<String> tier = given.delimiter() != null ? List.of(given.delimiter()) : USUAL;
        for (int round = 0; round < 2; round++) {
            for (String delimiter : tier) {
                Look look = quoting(delimiter, sample, whole);
                if (best == null || look.score > best.score * 1.0001) {
                    best = look;
                }
            }
            if (given.delimiter() != null || best.width > 1 && best.consistency() > 0.5) {
                break;
            }
            tier = UNUSUAL;
        }
        if (best.broken != null) {
            throw new Unreadable(best.broken);
        }
        if (best.width == 1 && given.delimiter() == null && best.rows.stream().anyMatch(row -> row.width() > 1)) {
            // One column: what some of its rows hold is no delimiter, but a part of their text.
            best = look(new Candidate(NO_DELIMITER, best.candidate.quote, best.candidate.escape), sample, whole);
        }
        int[] controls = controls(sample);
        int few = best.width == 1 ? best.judged / 10 : Math.max(1, best.judged / 5);
        boolean solid = best.consistency() >= 0.9 && (controls[0] <= few && (best.judged > 1 || best.width >= 10))
                || best.consistency() >= 0.5 && best.width >= 4 && best.judged > 3 || best.regular >= 7 && best.width >= 10;
        if (controls[0] > 0 && !solid) {
            throw new Unreadable("The file is not text: it holds " + controls[0] + " control characters, the first in line " + controls[1]
                    + ", and no table can be made out.");
        }
        boolean agreed = best.consistency() >= 0.34 || best.width >= 10;
        if (best.rows.isEmpty() || !agreed || best.regular < 2 && best.misquoted < 2 && best.judged > 3 && best.width > 1) {
            throw new Unreadable("No table can be made out in the file: its lines do not agree on a number of cells.");
        }
        return guess(best);
    }

    /** How many control characters there are that no text has, and the line of the first. */
    private static int[] controls(byte[] sample) {
        int count = 0;
        int first = 0;
        int line = 1;
        for (byte b : sample) {
            if (b == '\n') {
                line++;
            } else if (b >= 0 && b < ' ' && b != '\t' && b != '\r' && b != '\f' && b != 0x1f && b != 1 || b == 0x7f) {
                first = count++ == 0 ? line : first;
            }
        }
        return new int[] {count, first};
    }

    /** The way of quoting that suits a delimiter best. */
    private Look quoting(String delimiter, byte[] sample, boolean whole) throws IOException, SourceException {
        if (given.quote() != null) {
            Look plain = look(new Candidate(delimiter, given.quote(), given.escape() != null ? given.escape() : given.quote()), sample, whole);
            if (given.escape() != null || given.quote().isEmpty() || !contains(sample, '\\')) {
                return plain;
            }
            return better(plain, look(new Candidate(delimiter, given.quote(), "\\"), sample, whole));
        }
        Look best = escaping(delimiter, "\"", sample, whole);
        if (contains(sample, '\'') && best.quoted == 0) {
            Look apostrophe = escaping(delimiter, "'", sample, whole);
            if (apostrophe.broken == null && apostrophe.quoted > apostrophe.misquoted && (apostrophe.quoted > 1 || apostrophe.rows.size() < 3
                    || apostrophe.consistency() > best.consistency())) {
                best = better(best, apostrophe);
            }
        }
        // Dumps of databases part cells by tabs or bars and quote nothing: a quote is then a part of the text. Other files do quote.
        if ((delimiter.equals("\t") || delimiter.equals("|")) && (best.broken != null || best.misquoted > best.quoted)) {
            Look none = look(new Candidate(delimiter, "", ""), sample, whole);
            if (none.width > 1 && none.consistency() > 0.9 * best.consistency() && none.judged > 1) {
                return none;
            }
        }
        return best;
    }

    private Look escaping(String delimiter, String quote, byte[] sample, boolean whole) throws IOException, SourceException {
        Look doubled = look(new Candidate(delimiter, quote, given.escape() != null ? given.escape() : quote), sample, whole);
        if (given.escape() != null || !contains(sample, '\\')) {
            return doubled;
        }
        return better(doubled, look(new Candidate(delimiter, quote, "\\"), sample, whole));
    }

    private static Look better(Look first, Look second) {
        return second.score > first.score * 1.0001 ? second : first;
    }

    private static boolean contains(byte[] bytes, char c) {
        for (byte b : bytes) {
            if (b == c) {
                return true;
            }
        }
        return false;
    }

    private Look look(Candidate candidate, byte[] sample, boolean whole) throws IOException, SourceException {
        List<Row> rows = new ArrayList<>();
        String broken = null;
        int length = Math.min(sample.length, MOST_CANDIDATE_BYTES);
        boolean all = whole && length == sample.length;
        String comment = given.comment() == null ? "" : given.comment();
        Dialect dialect = candidate.dialect(comment, Math.max(0, given.skip()));
        try (Tokens tokens = new Tokens(new ByteArrayInputStream(sample, 0, length), dialect, limits.lineBytes())) {
            while (rows.size() < MOST_RECORDS && tokens.next()) {
                BitSet quoted = new BitSet();
                for (int i = 0; i < tokens.cells(); i++) {
                    quoted.set(i, tokens.quoted(i));
                }
                rows.add(new Row(tokens.line(), tokens.texts(), tokens.misquoted(), quoted));
            }
            if (!all && rows.size() > 1 && rows.size() < MOST_RECORDS) {
                rows.removeLast();
            }
        } catch (SourceException e) {
            broken = all ? e.getMessage() : null;
        }
        List<Row> judged = rows.stream().filter(row -> !row.comment("#")).toList();
        if (judged.isEmpty()) {
            judged = rows;
        }
        Map<Integer, Integer> widths = new HashMap<>();
        int quoted = 0;
        int misquoted = 0;
        for (Row row : judged) {
            quoted += row.quoted.cardinality();
            misquoted += row.misquoted ? 1 : 0;
            int cells = row.width();
            // Half a point for a row that is as wide as others, though its quotes are wrong; so points are counted twice.
            widths.merge(cells, row.misquoted ? 1 : 2, Integer::sum);
        }
        int width = CsvWalk.usual(widths, judged.size());
        double points = width == 0 ? 0 : widths.get(width) / 2.0;
        int regular = 0;
        long clean = 0;
        long cells = 0;
        boolean oneName = !judged.isEmpty() && judged.getFirst().width() == 1;
        boolean numbers = width == 2 && oneName;
        for (Row row : judged) {
            if (row.width() == width) {
                regular += row.misquoted ? 0 : 1;
                for (int i = 0; i < width; i++) {
                    cells++;
                    clean += row.quoted.get(i) || clean(row.cells.get(i)) ? 1 : 0;
                }
                numbers &= row.cells.stream().allMatch(cell -> HALF_NUMBER.matcher(cell).matches());
            }
        }
        double consistency = judged.isEmpty() ? 0 : points / judged.size();
        double shape = width < 2 ? 0.1 : (width - 1.0) / width;
        double cleanness = cells == 0 ? 0 : (double) clean / cells;
        double score = consistency * consistency * shape * cleanness * cleanness * (broken == null ? 1 : 0.3) * (numbers ? 0.01 : 1);
        return new Look(candidate, rows, width, regular, judged.size(), quoted, misquoted, consistency, score, broken);
    }

    /** Whether a cell looks like a value, and not like several that were not parted or like half of one. */
    private static boolean clean(String cell) {
        String text = cell.strip();
        if (text.isEmpty()) {
            return true;
        }
        char first = text.charAt(0);
        char last = text.charAt(text.length() - 1);
        if (first == '"' || last == '"' && text.indexOf('"') == text.length() - 1) {
            return false;
        }
        if (first == '\'' || last == '\'') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t' || c == ';' && text.indexOf("; ") != i || c == '|' || c < ' ' && c != '\n' && c != '\r') {
                return false;
            }
        }
        return true;
    }

    private Guess guess(Look look) throws Unreadable {
        List<Row> rows = look.rows;
        int width = look.width;
        String comment = given.comment() != null ? given.comment() : "";
        if (given.comment() == null && rows.stream().anyMatch(row -> row.comment("#") && row.width() != width)) {
            comment = "#";
            rows = rows.stream().filter(row -> !row.comment("#")).toList();
        }
        if (rows.isEmpty()) {
            throw new Unreadable("No table can be made out in the file: it holds only comments.");
        }
        if (given.skip() >= 0) {
            return new Guess(look.candidate, comment, given.header() != null ? given.header() : header(rows, width), given.skip());
        }
        // Lines of a title above the table have few cells; a row that is merely broken has nearly all of them.
        int preamble = 0;
        while (preamble < rows.size() - 1 && rows.get(preamble).width() != width && rows.get(preamble).width() <= Math.max(1, width / 2)) {
            preamble++;
        }
        int table = preamble;
        while (table < rows.size() && rows.get(table).width() != width) {
            table++;
        }
        if (table < rows.size() && table > preamble && evident(rows.subList(table, rows.size()), width)
                && rows.subList(0, table).stream().allMatch(row -> row.width() < width)) {
            preamble = table;
        }
        List<Row> found = rows.subList(preamble, rows.size());
        boolean header;
        if (given.header() != null) {
            header = given.header();
        } else if (table == preamble) {
            header = header(found, width);
        } else {
            // The first row is as wide as no other: names with rows of another width below, or a broken row of a table without names.
            header = names(found.getFirst(), true) && found.size() > 1;
        }
        int skip = preamble == 0 ? 0 : (int) (rows.get(preamble).line - 1);
        return new Guess(look.candidate, comment, header, skip);
    }

    /** Whether all cells of a row could be names of columns: different, and neither numbers nor dates nor prose. */
    private static boolean names(Row row, boolean all) {
        Set<String> names = new HashSet<>();
        int blank = 0;
        for (String cell : row.cells) {
            String name = cell.strip();
            if (name.isEmpty()) {
                blank++;
            } else if (!NAME_LIKE.matcher(name).matches() || !names.add(name)) {
                return false;
            }
        }
        return !names.isEmpty() && (blank == 0 || !all || blank == 1 && row.cells.getLast().isBlank());
    }

    /** Whether the first row is all names, and what stands below is not: numbers and dates. */
    private static boolean evident(List<Row> rows, int width) {
        return names(rows.getFirst(), true) && header(rows, width)
                && rows.stream().skip(1).limit(20).anyMatch(row -> row.width() == width && row.cells.stream().anyMatch(cell -> typed(cell)));
    }

    private static boolean typed(String cell) {
        ColumnTypes types = new ColumnTypes();
        see(types, cell);
        return types.typed();
    }

    /** Whether the first row names the columns. */
    private static boolean header(List<Row> rows, int width) {
        Row first = rows.getFirst();
        List<Row> body = rows.subList(1, rows.size()).stream().filter(row -> row.width() == width && !row.misquoted).toList();
        if (body.isEmpty()) {
            return first.cells.stream().allMatch(cell -> IDENTIFIER.matcher(cell.strip()).matches()) && names(first, true);
        }
        int typedBelow = 0;
        int typedAbove = 0;
        int unlike = 0;
        boolean alike = false;
        int repeated = 0;
        boolean nameLike = true;
        for (int i = 0; i < width; i++) {
            String name = first.cells.get(i).strip();
            ColumnTypes above = new ColumnTypes();
            see(above, name);
            ColumnTypes below = new ColumnTypes();
            boolean again = false;
            int same = 0;
            int filled = 0;
            for (Row row : body) {
                String cell = row.cells.get(i);
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
        return typedBelow == 0 && nameLike && repeated == 0 && !alike && names(first, true);
    }

    private static String normal(String text) {
        return Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
    }

    /** What a text is made of: every run of letters is one a, of digits one 9. Runs of words are one a too. */
    private static String shape(String text) {
        return text.strip().replaceAll("\\p{N}+", "9").replaceAll("[\\p{L}\\p{M}_]+( [\\p{L}\\p{M}_]+)*", "a");
    }

    private static void see(ColumnTypes types, String cell) {
        byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            types.see(bytes, 0, bytes.length);
        }
    }

    /** Looks at every row for the types of columns that have none. */
    private Scan.Csv typed(Scan.Csv scan) throws IOException, SourceException, InterruptedException {
        boolean columnsKnown = !scan.columns().isEmpty();
        if (columnsKnown && scan.decimalSeparator() != null
                && (scan.dateFormat() != null || scan.columns().stream().noneMatch(column -> temporal(column.field().type())))) {
            return scan;
        }
        Mark mark = Mark.of(scan.file());
        List<String> names = CsvWalk.columns(scan, limits);
        if (names.isEmpty()) {
            throw new Unreadable("No table can be made out in the file.");
        }
        Survey survey = Survey.of(scan, names.size(), limits);
        ColumnTypes[] types = survey.types();
        Profile.Memory.RECENT.add(new Profile(mark, Profile.Structure.of(scan), names, types, survey.rows(), survey.plain()));
        String decimal = scan.decimalSeparator();
        String pattern = scan.dateFormat();
        if (decimal == null) {
            decimal = decimal(types);
        }
        if (pattern == null) {
            pattern = pattern(types);
        }
        if (decimal == null || pattern == null) {
            Majority most = Majority.of(scan, types, limits);
            decimal = decimal == null ? most.decimal() : decimal;
            pattern = pattern == null ? most.pattern() : pattern;
        }
        boolean sure = decimal != null || !";".equals(scan.delimiter());
        char point = ",".equals(decimal) ? ',' : '.';
        List<Scan.Column> columns = new ArrayList<>(scan.columns());
        if (!columnsKnown) {
            List<String> fields = Names.fields(scan.header() ? names : names.stream().map(name -> "").toList());
            int last = types.length - 1;
            // A delimiter at the end of every row makes a column without a name and without a value.
            boolean drop = survey.rows() > 0 && last > 0 && types[last].empty() && (!scan.header() || names.get(last).equals("column" + last));
            for (int i = 0; i < types.length - (drop ? 1 : 0); i++) {
                String name = names.get(i);
                Type type = types[i].type(point, sure, pattern);
                columns.add(new Scan.Column(name, Field.of(fields.get(i), type,
                        scan.header() ? "Column '" + name + "' of the file" : "Column " + (i + 1) + " of the file")));
            }
        }
        return new Scan.Csv(scan.file(), scan.charset(), scan.delimiter(), scan.quote(), scan.escape(), scan.comment(), scan.header(), scan.skip(),
                pattern, decimal, scan.shortRows(), columns);
    }

    private static boolean temporal(Type type) {
        return switch (type.kind()) {
            case DATE, TIMESTAMP, INSTANT -> true;
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> false;
        };
    }

    private static String decimal(ColumnTypes[] types) {
        int commas = 0;
        int points = 0;
        for (ColumnTypes type : types) {
            commas += type.wantsComma() ? 1 : 0;
            points += type.wantsPoint() ? 1 : 0;
        }
        return commas + points == 0 ? null : commas > points ? "," : ".";
    }

    /** The pattern that most columns of dates agree on; one with a time covers dates alone too. */
    private static String pattern(ColumnTypes[] types) {
        Map<String, Integer> counts = new HashMap<>();
        for (ColumnTypes type : types) {
            String pattern = type.pattern();
            if (pattern != null) {
                counts.merge(pattern, 1, Integer::sum);
            }
        }
        String best = null;
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            String pattern = entry.getKey();
            if (best == null || pattern.startsWith(best + " ") || entry.getValue() > counts.get(best) && !best.startsWith(pattern + " ")) {
                best = pattern;
            }
        }
        return best;
    }
}
