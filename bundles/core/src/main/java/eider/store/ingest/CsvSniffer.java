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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Completes the scan of one delimited text. */
final class CsvSniffer {
    private static final List<String> USUAL = List.of(",", ";", "\t", "|");
    private static final List<String> UNUSUAL = List.of("||", "~", "^", "\u0001", "\u001f", "\u00a7", ":", " ");
    private static final int MOST_RECORDS = 3_000;
    private static final int MOST_CANDIDATE_BYTES = 1 << 18;
    private static final Pattern NAME_LIKE = Pattern.compile("[\\p{L}_#$@(\\[][^\\n\\r]{0,99}");

    private final Scan.Csv given;
    private final Limits limits;

    CsvSniffer(Scan.Csv given, Path scratch, Limits limits) {
        this.given = given;
        this.limits = limits;
    }

    Scan.Csv complete() throws IOException, SourceException {
        byte[] head;
        boolean whole;
        try (InputStream in = Content.open(given.file(), limits)) {
            head = in.readNBytes(FileSniffer.HEAD);
            whole = head.length < FileSniffer.HEAD;
        }
        if (head.length == 0) {
            throw new Unreadable("The file is empty.");
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

    private Scan.Csv complete(Charset charset) throws IOException, SourceException {
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
        Scan.Csv dialect = new Scan.Csv(given.file(), charset, guess.dialect.delimiter, guess.dialect.quote, guess.dialect.escape, guess.comment, guess.header,
                guess.skip, given.dateFormat(), given.decimalSeparator(), given.shortRows(), given.columns());
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
    private record Row(long line, List<String> cells, boolean misquoted) {
        boolean comment(String sign) {
            return cells.getFirst().startsWith(sign);
        }
    }

    /** How the sample looks in one dialect. */
    private record Look(Candidate candidate, List<Row> rows, int width, int regular, double score, String broken) { }

    /** What was made out. */
    private record Guess(Candidate dialect, String comment, boolean header, int skip) { }

    private Guess guess(byte[] sample, boolean whole) throws IOException, SourceException {
        Look best = null;
        Look broken = null;
        List<String> tiers = new ArrayList<>(given.delimiter() != null ? List.of(given.delimiter()) : USUAL);
        for (int tier = 0; tier < 2; tier++) {
            for (String delimiter : tiers) {
                for (Candidate candidate : quotings(delimiter, sample)) {
                    Look look = look(candidate, sample, whole);
                    if (look.broken != null) {
                        broken = broken == null || look.score > broken.score ? look : broken;
                    }
                    if (best == null || look.score > best.score * 1.0001) {
                        best = look;
                    }
                }
            }
            if (given.delimiter() != null || best.width > 1 && best.regular * 2 > best.rows.size()) {
                break;
            }
            tiers = UNUSUAL;
        }
        if (best.broken != null) {
            throw new Unreadable(best.broken);
        }
        if (best.rows.isEmpty()) {
            throw new Unreadable("No table can be made out in the file.");
        }
        return guess(best);
    }

    private List<Candidate> quotings(String delimiter, byte[] sample) {
        List<Candidate> all = new ArrayList<>();
        List<String> quotes = given.quote() != null ? List.of(given.quote()) : List.of("\"", "'", "");
        for (String quote : quotes) {
            if (given.escape() != null) {
                all.add(new Candidate(delimiter, quote, given.escape()));
            } else if (quote.isEmpty()) {
                all.add(new Candidate(delimiter, quote, ""));
            } else if (given.quote() != null || contains(sample, quote.charAt(0)) || quote.equals("\"")) {
                all.add(new Candidate(delimiter, quote, quote));
                if (contains(sample, '\\')) {
                    all.add(new Candidate(delimiter, quote, "\\"));
                }
            }
        }
        return all;
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
        try (Tokens tokens = new Tokens(new ByteArrayInputStream(sample, 0, length), candidate.dialect(comment, Math.max(0, given.skip())), limits.lineBytes())) {
            while (rows.size() < MOST_RECORDS && tokens.next()) {
                rows.add(new Row(tokens.line(), tokens.texts(), tokens.misquoted()));
            }
            if (!all && rows.size() > 1 && rows.size() < MOST_RECORDS) {
                rows.removeLast();
            }
        } catch (SourceException e) {
            broken = all || e.getMessage().contains("longer") ? e.getMessage() : null;
        }
        List<Row> judged = rows.stream().filter(row -> !row.comment("#")).toList();
        if (judged.isEmpty()) {
            judged = rows;
        }
        Map<Integer, Integer> widths = new HashMap<>();
        int width = 0;
        for (Row row : judged) {
            int cells = row.misquoted ? 0 : row.cells.size();
            int count = widths.merge(cells, 1, Integer::sum);
            if (cells > 0 && (width == 0 || count > widths.get(width) || count == widths.get(width) && cells > width)) {
                width = cells;
            }
        }
        int regular = width == 0 ? 0 : widths.get(width);
        long clean = 0;
        long cells = 0;
        for (Row row : judged) {
            if (row.cells.size() == width && !row.misquoted) {
                for (String cell : row.cells) {
                    cells++;
                    clean += clean(cell, candidate) ? 1 : 0;
                }
            }
        }
        double consistency = judged.isEmpty() ? 0 : (double) regular / judged.size();
        double shape = width < 2 ? 0.1 : (width - 1.0) / width;
        double cleanness = cells == 0 ? 0 : (double) clean / cells;
        double score = consistency * consistency * shape * cleanness * cleanness * (broken == null ? 1 : 0.3);
        return new Look(candidate, rows, width, regular, score, broken);
    }

    /** Whether a cell looks like a value, and not like several that were not parted or like half of one. */
    private static boolean clean(String cell, Candidate candidate) {
        String text = cell.strip();
        if (text.isEmpty()) {
            return true;
        }
        char first = text.charAt(0);
        char last = text.charAt(text.length() - 1);
        if (first == '"' || last == '"' && text.indexOf('"') == text.length() - 1) {
            return false;
        }
        if (text.length() > 1 && first == '\'' && last == '\'') {
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

    private Guess guess(Look look) throws SourceException, Unreadable {
        List<Row> rows = look.rows;
        String comment = given.comment() != null ? given.comment() : "";
        if (given.comment() == null && rows.stream().anyMatch(row -> row.comment("#") && row.cells.size() != look.width)) {
            comment = "#";
            rows = rows.stream().filter(row -> !row.comment("#")).toList();
        }
        int start = 0;
        if (given.skip() < 0) {
            while (start < rows.size() && rows.get(start).cells.size() != look.width) {
                start++;
            }
            if (start == rows.size()) {
                throw new Unreadable("No table can be made out in the file.");
            }
        }
        int skip = given.skip() >= 0 ? given.skip() : start == 0 ? 0 : (int) (rows.get(start).line - 1);
        boolean header = given.header() != null ? given.header() : header(rows.subList(start, rows.size()), look.width);
        return new Guess(look.candidate, comment, header, skip);
    }

    /** Whether the first row names the columns. */
    private static boolean header(List<Row> rows, int width) {
        List<String> first = rows.getFirst().cells;
        List<Row> body = rows.subList(1, rows.size()).stream().filter(row -> row.cells.size() == width).toList();
        if (first.size() != width) {
            return true;
        }
        int typedBelow = 0;
        int typedAbove = 0;
        boolean repeated = false;
        Set<String> names = new HashSet<>();
        boolean nameLike = true;
        for (int i = 0; i < width; i++) {
            String name = first.get(i).strip();
            nameLike &= name.isEmpty() || NAME_LIKE.matcher(name).matches();
            repeated |= !name.isEmpty() && !names.add(name);
            ColumnTypes above = new ColumnTypes();
            see(above, name);
            ColumnTypes below = new ColumnTypes();
            for (Row row : body) {
                String cell = row.cells.get(i);
                see(below, cell);
                repeated |= !name.isEmpty() && cell.strip().equals(name);
            }
            if (below.typed()) {
                typedBelow++;
                typedAbove += above.typed() ? 1 : 0;
            } else if (above.typed()) {
                nameLike = false;
            }
        }
        if (typedBelow > 0) {
            return typedAbove == 0 || typedAbove < typedBelow && nameLike;
        }
        return !body.isEmpty() && nameLike && !repeated;
    }

    private static void see(ColumnTypes types, String cell) {
        byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            types.see(bytes, 0, bytes.length);
        }
    }

    /** Looks at every row for the types of columns that have none. */
    private Scan.Csv typed(Scan.Csv scan) throws IOException, SourceException {
        boolean columnsKnown = !scan.columns().isEmpty();
        if (columnsKnown && scan.decimalSeparator() != null
                && (scan.dateFormat() != null || scan.columns().stream().noneMatch(column -> temporal(column.field().type())))) {
            return scan;
        }
        List<String> names = CsvWalk.columns(scan, limits);
        if (names.isEmpty()) {
            throw new Unreadable("No table can be made out in the file.");
        }
        ColumnTypes[] types = new ColumnTypes[names.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = new ColumnTypes();
        }
        try (Tokens tokens = CsvWalk.tokens(scan, limits)) {
            if (scan.header()) {
                tokens.next();
            }
            while (tokens.next()) {
                see(tokens, types, scan.shortRows());
            }
        }
        String decimal = scan.decimalSeparator();
        String pattern = scan.dateFormat();
        if (decimal == null) {
            decimal = decimal(types);
        }
        if (pattern == null) {
            pattern = pattern(types);
        }
        boolean sure = decimal != null || !";".equals(scan.delimiter());
        char mark = ",".equals(decimal) ? ',' : '.';
        List<Scan.Column> columns = new ArrayList<>(scan.columns());
        if (!columnsKnown) {
            List<String> fields = Names.fields(scan.header() ? names : names.stream().map(name -> "").toList());
            for (int i = 0; i < types.length; i++) {
                String name = names.get(i);
                Type type = types[i].type(mark, sure, pattern);
                columns.add(new Scan.Column(name, Field.of(fields.get(i), type,
                        scan.header() ? "Column '" + name + "' of the file" : "Column " + (i + 1) + " of the file")));
            }
        }
        return new Scan.Csv(scan.file(), scan.charset(), scan.delimiter(), scan.quote(), scan.escape(), scan.comment(), scan.header(), scan.skip(),
                pattern, decimal, scan.shortRows(), columns);
    }

    private static void see(Tokens tokens, ColumnTypes[] types, boolean shortRows) {
        int cells = tokens.cells();
        boolean trailing = cells == types.length + 1 && tokens.empty(types.length);
        if (tokens.misquoted() || cells > types.length && !trailing || cells < types.length && !shortRows) {
            return;
        }
        byte[] b = tokens.buffer();
        for (int i = 0; i < Math.min(cells, types.length); i++) {
            if (!tokens.empty(i)) {
                types[i].see(b, tokens.from(i), tokens.to(i));
            }
        }
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
            if (best == null || entry.getKey().startsWith(best + " ") || entry.getValue() > counts.get(best) && !best.startsWith(entry.getKey() + " ")) {
                best = entry.getKey();
            }
        }
        return best;
    }
}
