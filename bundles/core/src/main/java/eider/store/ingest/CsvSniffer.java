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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Completes the scan of one delimited text. */
final class CsvSniffer {
    private static final List<String> USUAL = List.of(",", ";", "\t", "|");
    private static final List<String> UNUSUAL = List.of("||", "~", "^", "\u0001", "\u001f", "\u00a7");
    /** A sign that stands in no text: for a file of one column. */
    private static final String NO_DELIMITER = "\u001f";
    private static final int MOST_RECORDS = 3_000;
    private static final int MOST_CANDIDATE_BYTES = 1 << 18;
    private static final Pattern HALF_NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Pattern SECONDS = Pattern.compile("\\d:\\d\\d:\\d\\d$");
    private static final Pattern FRACTION = Pattern.compile("\\d{3} +\\S");
    /** A text in quotes between blanks, as where the blank parts cells. */
    private static final Pattern QUOTED_WORDS = Pattern.compile("\\S \"[^\"]*\"( |$)");
    private static final String SAY_DELIMITER = "Say delimiter = \u2026 in the configuration if it is one.";

    private final Scan.Csv given;
    private final Limits limits;
    /** What was decided without evidence. */
    private final List<Assumption> assumptions = new ArrayList<>();

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
        assumptions.clear();
        Guess guess = guess(sample, whole);
        if (given.quote() == null && guess.dialect.quote.equals("'") && guess.quoted > 0) {
            assume("apostrophes around texts were taken for quotes: say quote = none if they are a part of the texts");
        } else if (given.quote() == null && guess.dialect.quote.isEmpty()) {
            assume("quotes were kept as a part of the texts, as they do not come in pairs: say quote = \" if they stand around texts");
        }
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
    record Row(long line, List<String> cells, boolean misquoted, BitSet quoted) {
        boolean comment(String sign) {
            return cells.getFirst().stripLeading().startsWith(sign);
        }

        int width() {
            return cells.size();
        }

        boolean blank() {
            return cells.stream().allMatch(String::isBlank);
        }

        /** The same without its last cell. */
        Row shorter() {
            return new Row(line, cells.subList(0, cells.size() - 1), misquoted, quoted);
        }
    }

    /**
     * How the sample looks in one dialect.
     *
     * @param width how many cells most rows have
     * @param regular how many rows have that many
     * @param speaking how many of them hold anything: a row of empty cells speaks for no delimiter
     * @param judged how many rows there are, comments not counted
     * @param broken what is wrong with a quote that swallows the rest; null: nothing
     */
    private record Look(Candidate candidate, List<Row> rows, int width, int regular, int speaking, int judged, int quoted, int misquoted,
            double consistency, double score, String broken) {
        Look scored(double score) {
            return new Look(candidate, rows, width, regular, speaking, judged, quoted, misquoted, consistency, score, broken);
        }
    }

    /** What was made out. */
    private record Guess(Candidate dialect, String comment, boolean header, int skip, int quoted) { }

    private Guess guess(byte[] sample, boolean whole) throws IOException, SourceException {
        Look best = null;
        List<String> tier = given.delimiter() != null ? List.of(given.delimiter()) : USUAL;
        String open = null;
        for (int round = 0; round < 2; round++) {
            for (String delimiter : tier) {
                Look look = quoting(delimiter, sample, whole);
                open = open == null && round == 0 ? look.broken : open;
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
        if (given.delimiter() == null && best.width > 1 && best.judged == 1 && best.misquoted == 0 && garbled(best.rows)) {
            best = oneLine(best, sample, whole);
        }
        if (given.delimiter() == null && best.width > 1 && doubtful(best)) {
            Look lines = oneColumn(best, sample, whole);
            best = lines.rows.stream().allMatch(row -> sentence(row.cells.getFirst())) ? lines : best;
        }
        if (best.width == 1 && given.delimiter() == null && best.rows.stream().anyMatch(row -> row.width() > 1)) {
            // One column: what some of its rows hold is no delimiter, but a part of their text.
            best = oneColumn(best, sample, whole);
        }
        if (given.delimiter() == null && best.width == 1) {
            refuseCutLines(best, open);
        }
        int[] controls = controls(sample);
        int few = best.width == 1 ? best.judged / 10 : Math.max(1, best.judged / 5);
        boolean solid = best.consistency() >= 0.9 && (controls[0] <= few && (best.judged > 1 || best.width >= 10))
                || best.consistency() >= 0.5 && best.width >= 4 && best.judged > 3 || best.regular >= 7 && best.width >= 10;
        if (controls[0] > 0 && !solid) {
            throw new Unreadable("The file is not text: it holds " + controls[0] + " control characters, the first in line " + controls[1]
                    + ", and no table can be made out.");
        }
        if (best.rows.isEmpty() || doubtful(best)) {
            throw new Unreadable("No table can be made out in the file: its lines do not agree on a number of cells. " + SAY_DELIMITER);
        }
        return guess(best);
    }

    /** Whether the rows do not agree on a number of cells. */
    private static boolean doubtful(Look look) {
        return look.consistency < 0.34 && look.width < 10
                || look.width > 1 && look.judged > 1 && look.speaking < 2 && look.misquoted < 2 && !credible(look);
    }

    /**
     * Whether a table of which only one row holds anything, or is as wide as a table, may be one all the same: below names of columns stand only
     * empty rows, or one or two that went wrong; or of two or three rows each holds the delimiter, and between them only what looks like values.
     */
    private static boolean credible(Look look) {
        Row first = look.rows.getFirst();
        if (first.width() == look.width && Headings.identifiers(first)) {
            return look.judged < 4 || look.regular > 1;
        }
        return look.judged < 4 && look.rows.stream().allMatch(row -> row.width() > 1 || row.comment("#")) && !garbled(look.rows);
    }

    private static boolean garbled(List<Row> rows) {
        return rows.stream().anyMatch(row -> IntStream.range(0, row.width()).anyMatch(i -> !row.quoted.get(i) && garbled(row.cells.get(i).strip())));
    }

    /**
     * A single line has no second one to agree with, so its cells must look like values. If they do not, and the delimiter stands in it just
     * once, the line is one text in which that sign happens to stand.
     */
    private Look oneLine(Look best, byte[] sample, boolean whole) throws IOException, SourceException {
        if (best.width > 2) {
            throw new Unreadable("No table can be made out in the file: it is a single line, and what stands between the delimiters are no values. "
                    + SAY_DELIMITER);
        }
        return oneColumn(best, sample, whole);
    }

    /** Whether a line is four words at least, without a control character. */
    private static boolean sentence(String line) {
        int words = 1;
        String text = line.strip();
        for (int i = 1; i < text.length(); i++) {
            words += text.charAt(i - 1) == ' ' && text.charAt(i) != ' ' ? 1 : 0;
        }
        return words > 3 && text.chars().noneMatch(Character::isISOControl);
    }

    private Look oneColumn(Look look, byte[] sample, boolean whole) throws IOException, SourceException {
        return look(new Candidate(NO_DELIMITER, look.candidate.quote, look.candidate.escape), sample, whole);
    }

    /**
     * Lines of one column are of one kind: texts, in which any sign may stand, or numbers and dates, in which none does. Where numbers and lines
     * with signs that part cells stand below each other, or lines without a blank hold such signs in any number, it is a table in pieces.
     */
    private void refuseCutLines(Look look, String open) throws Unreadable {
        if (open != null) {
            throw new Unreadable(open);
        }
        int lines = 0;
        int cut = 0;
        int typed = 0;
        int withoutBlanks = 0;
        int withQuotedParts = 0;
        Set<Integer> widths = new HashSet<>();
        for (Row row : look.rows) {
            if (row.comment("#")) {
                continue;
            }
            lines++;
            String line = row.cells.getFirst().strip();
            if (row.quoted.get(0)) {
                continue;
            }
            if (Headings.typed(line)) {
                // The first may be a name, whatever it looks like.
                typed += row == look.rows.getFirst() ? 0 : 1;
            } else if (signs(line, false) > 0) {
                cut++;
            }
            if (line.indexOf(' ') < 0) {
                int signs = signs(line, true);
                withoutBlanks += signs > 0 ? 1 : 0;
                widths.add(signs);
            }
            withQuotedParts += QUOTED_WORDS.matcher(line).find() ? 1 : 0;
        }
        boolean mixed = typed > 0 && typed * 10 >= lines && cut * 10 >= lines;
        boolean manyWidths = withoutBlanks * 2 > lines && widths.size() > 2 && !numbers(look.rows);
        if (lines > 1 && (mixed || manyWidths)) {
            throw new Unreadable("No table can be made out in the file: some of its lines look like several cells, and do not agree on how many. "
                    + SAY_DELIMITER);
        }
        if (cut * 20 > lines || withQuotedParts * 2 > lines) {
            assume("no delimiter was found that the lines agree on, so each was kept as one text: say delimiter = \u2026 if they hold several cells");
        }
    }

    private static boolean numbers(List<Row> rows) {
        ColumnTypes types = new ColumnTypes();
        rows.stream().skip(1).forEach(row -> Headings.see(types, row.cells.getFirst()));
        return types.typed();
    }

    /** How many signs of a line part cells rather than words: nothing blank follows them. A comma between digits may be a part of a number. */
    private static int signs(String line, boolean betweenDigits) {
        int signs = 0;
        for (int i = 0; i < line.length() - 1; i++) {
            char c = line.charAt(i);
            char next = line.charAt(i + 1);
            boolean number = c == ',' && i > 0 && Character.isDigit(line.charAt(i - 1)) && Character.isDigit(next);
            if (c == '\t' || (c == ',' || c == ';' || c == '|') && next != ' ' && (betweenDigits || !number)) {
                signs++;
            }
        }
        return signs;
    }

    private void assume(String sentence) {
        assumptions.add(new Assumption(null, sentence));
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
            } else if (apostrophe.broken == null && apostrophe.quoted >= apostrophe.misquoted && apostrophe.quoted > 0 && torn(best)) {
                best = apostrophe.scored(Math.max(best.score, apostrophe.score));
            }
        }
        // Dumps of databases part cells by tabs or bars and quote nothing: a quote is then a part of the text. Other files do quote.
        if ((delimiter.equals("\t") || delimiter.equals("|")) && (best.broken != null && best.quoted < 2 || best.misquoted > best.quoted)) {
            Look none = look(new Candidate(delimiter, "", ""), sample, whole);
            if (none.width > 1 && none.consistency() > 0.9 * best.consistency() && none.judged > 1) {
                return none;
            }
        }
        return best;
    }

    /** Whether a text that begins with an apostrophe in one cell ends with one in another: a delimiter within it was taken for one between cells. */
    private static boolean torn(Look look) {
        return look.rows.stream().anyMatch(row -> {
            boolean begun = false;
            for (String cell : row.cells) {
                String text = cell.strip();
                boolean begins = text.startsWith("'");
                boolean ends = text.length() > 1 && text.endsWith("'");
                if (begun && ends && !begins) {
                    return true;
                }
                begun = begins && !ends || begun && !begins;
            }
            return false;
        });
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
        if (namesOneTooMany(judged)) {
            rows.set(rows.indexOf(judged.getFirst()), judged.getFirst().shorter());
            judged = rows.stream().filter(row -> !row.comment("#")).toList();
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
        int speaking = 0;
        BitSet filled = new BitSet();
        long clean = 0;
        long cells = 0;
        boolean oneName = !judged.isEmpty() && judged.getFirst().width() == 1;
        boolean numbers = width == 2 && oneName;
        for (Row row : judged) {
            if (row.width() == width) {
                regular += row.misquoted ? 0 : 1;
                speaking += row.misquoted || row.blank() ? 0 : 1;
                for (int i = 0; i < width; i++) {
                    filled.set(i, filled.get(i) || !row.cells.get(i).isBlank());
                    cells++;
                    clean += row.quoted.get(i) || clean(row.cells.get(i)) ? 1 : 0;
                }
                numbers &= row.cells.stream().allMatch(cell -> HALF_NUMBER.matcher(cell).matches());
            }
        }
        double consistency = judged.isEmpty() ? 0 : points / judged.size();
        // A sign with which lines only begin, or only end, parts nothing.
        int columns = width == 2 ? filled.cardinality() : width;
        double shape = consistency < 0.9 && prose(judged) || halfTimes(judged, width) ? 0.05 : columns < 2 ? 0.1 : (columns - 1.0) / columns;
        double cleanness = cells == 0 ? 0 : (double) clean / cells;
        double score = consistency * consistency * shape * cleanness * cleanness * (broken == null ? 1 : 0.3) * (numbers ? 0.01 : 1);
        return new Look(candidate, rows, width, regular, speaking, judged.size(), quoted, misquoted, consistency, score, broken);
    }

    /** Whether a blank follows each delimiter, and what follows is never a number: the signs of sentences. */
    private static boolean prose(List<Row> rows) {
        return rows.stream().allMatch(row -> IntStream.range(1, row.width())
                .allMatch(i -> row.cells.get(i).startsWith(" ") && !Headings.typed(row.cells.get(i))));
    }

    /** Whether the first delimiter of every row stands between seconds and their fraction, with more behind: 10:15:30,250 INFO started. */
    private static boolean halfTimes(List<Row> rows, int width) {
        return width > 1 && rows.stream().allMatch(row -> row.width() > 1 && SECONDS.matcher(row.cells.get(0)).find()
                && FRACTION.matcher(row.cells.get(1)).lookingAt());
    }

    /** Whether the first row ends in a delimiter, and none of the others does. */
    private static boolean namesOneTooMany(List<Row> rows) {
        if (rows.size() < 2 || rows.getFirst().width() < 3 || !rows.getFirst().cells.getLast().isEmpty()) {
            return false;
        }
        Map<Integer, Integer> widths = new HashMap<>();
        rows.stream().skip(1).forEach(row -> widths.merge(row.width(), 2, Integer::sum));
        return CsvWalk.usual(widths, rows.size() - 1) == rows.getFirst().width() - 1;
    }

    /** Whether a cell looks like a value, and not like several that were not parted or like half of one. */
    private static boolean clean(String cell) {
        String text = cell.strip();
        if (text.isEmpty()) {
            return true;
        }
        char first = text.charAt(0);
        char last = text.charAt(text.length() - 1);
        return first != '\'' && last != '\'' && first != '"' && !garbled(text);
    }

    /** Whether a text holds what no single value does: control characters, signs that part cells, a quote without its second (3.5" is a size). */
    private static boolean garbled(String text) {
        int quotes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean sign = c == ';' && text.indexOf("; ") != i || c == '|';
            if (c == '\t' || sign && quotes % 2 == 0 || c < ' ' && c != '\n' && c != '\r') {
                return true;
            }
            quotes += c == '"' && (quotes % 2 == 1 || i == 0 || !Character.isDigit(text.charAt(i - 1))) ? 1 : 0;
        }
        return quotes % 2 == 1;
    }

    private Guess guess(Look look) throws Unreadable {
        List<Row> rows = look.rows;
        int width = look.width;
        String comment = given.comment() != null ? given.comment() : "";
        if (given.comment() == null && rows.stream().anyMatch(row -> row.comment("#") && row.width() != width)) {
            comment = "#";
            if (rows.stream().anyMatch(row -> row.comment("#") && row.width() == width && width > 1)) {
                assume("lines that begin with # were passed over as comments, though some of them are as wide as the rows: "
                        + "say comment = none if they are rows");
            }
            rows = rows.stream().filter(row -> !row.comment("#")).toList();
        }
        if (rows.isEmpty()) {
            throw new Unreadable("No table can be made out in the file: it holds only comments.");
        }
        if (given.skip() >= 0) {
            return new Guess(look.candidate, comment, headed(rows, width), given.skip(), look.quoted);
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
        if (table < rows.size() && table > preamble && Headings.evident(rows.subList(table, rows.size()), width)
                && rows.subList(0, table).stream().allMatch(row -> row.width() < width)) {
            preamble = table;
        }
        List<Row> found = rows.subList(preamble, rows.size());
        // The first row may be as wide as no other: names with rows of another width below, or a broken row of a table without names.
        boolean header = table == preamble ? headed(found, width)
                : given.header() != null ? given.header() : Headings.names(found.getFirst(), true) && found.size() > 1;
        if (preamble > 0 && !header) {
            assume((preamble == 1 ? "the first line was" : "the first " + preamble + " lines were")
                    + " passed over as a title, being narrower than the rows, though no names of columns follow");
        }
        int skip = preamble == 0 ? 0 : (int) (rows.get(preamble).line - 1);
        return new Guess(look.candidate, comment, header, skip, look.quoted);
    }

    private boolean headed(List<Row> rows, int width) {
        if (given.header() != null) {
            return given.header();
        }
        Headings headings = Headings.of(rows, width);
        if (headings.assumed() != null) {
            assume(headings.assumed());
        }
        return headings.present();
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
        if (survey.rows() == 0 && scan.header() && given.header() == null) {
            assume("its only line was taken for the names of the columns: say header = no if it is a row");
        }
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
                // Points between thousands are ordinary where the semicolon parts cells, because the comma is the decimal mark: in half of Europe.
                if (scan.decimalSeparator() == null && given.decimalSeparator() == null && type.kind() == Type.Kind.DECIMAL && types[i].grouped(point)
                        && !(point == ',' && ";".equals(scan.delimiter()))) {
                    assumptions.add(new Assumption(name, "the " + (point == ',' ? "points" : "commas") + " in the numbers of column '" + name
                            + "' were taken for thousands separators: say decimal = " + (point == ',' ? "." : ",") + " if they are not"));
                }
                columns.add(new Scan.Column(name, Field.of(fields.get(i), type,
                        scan.header() ? "Column '" + name + "' of the file" : "Column " + (i + 1) + " of the file")));
            }
        }
        Assumption.Memory.RECENT.set(scan, mark, assumptions);
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
