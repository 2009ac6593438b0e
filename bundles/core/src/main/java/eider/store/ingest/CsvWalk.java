package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Walks through delimited text with everything known about it: finds its columns, and judges every row. */
final class CsvWalk {
    private static final int LONGEST_NUMBER = 60;
    /** How many records tell how wide a file without a header is. */
    static final int WIDTH_SAMPLE = 1_000;

    private final Scan.Csv scan;
    private final Limits limits;
    private final List<Values> values = new ArrayList<>();
    private final boolean[] text;
    private final List<String> names;
    private final int[] positions;

    /** The scan is complete. Reads the first rows of the file. */
    CsvWalk(Scan.Csv scan, Limits limits) throws IOException, SourceException {
        this.scan = scan;
        this.limits = limits;
        this.names = columns(scan, limits);
        Map<String, Integer> byName = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byName.put(names.get(i), i);
        }
        this.positions = new int[scan.columns().size()];
        this.text = new boolean[positions.length];
        for (int i = 0; i < positions.length; i++) {
            Scan.Column column = scan.columns().get(i);
            Integer position = byName.get(column.name());
            if (position == null) {
                throw new SourceException(SourceException.Kind.DATA, "The file has no column '" + column.name() + "'; it has "
                        + String.join(", ", names.size() > 50 ? names.subList(0, 50) : names) + ".");
            }
            positions[i] = position;
            values.add(new Values(column.field(), scan.decimalSeparator(), scan.dateFormat()));
            text[i] = switch (column.field().type().kind()) {
                case TEXT, JSON -> true;
                case BOOLEAN, INTEGER, DECIMAL, DOUBLE, DATE, TIMESTAMP, INSTANT -> false;
            };
        }
    }

    static Tokens tokens(Scan.Csv scan, Limits limits) throws IOException, SourceException {
        return new Tokens(Content.utf8(scan.file(), scan.charset(), limits), Dialect.of(scan), limits.lineBytes());
    }

    /** The names of all columns of the file, by position. */
    static List<String> columns(Scan.Csv scan, Limits limits) throws IOException, SourceException {
        try (Tokens tokens = tokens(scan, limits)) {
            if (scan.header()) {
                if (!tokens.next()) {
                    return List.of();
                }
                List<String> header = tokens.texts();
                int last = header.size() - 1;
                // A delimiter that ends the header alone names nothing.
                return Names.columns(last > 0 && header.get(last).isBlank() && usualWidth(tokens) == last ? header.subList(0, last) : header);
            }
            int width = usualWidth(tokens);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                names.add("column" + i);
            }
            return names;
        }
    }

    /** The number of cells that most of the first records have. */
    static int usualWidth(Tokens tokens) throws IOException, SourceException {
        Map<Integer, Integer> widths = new HashMap<>();
        int rows = 0;
        while (rows < WIDTH_SAMPLE && tokens.next()) {
            widths.merge(tokens.cells(), 2, Integer::sum);
            rows++;
        }
        return usual(widths, rows);
    }

    /** The width that counts as usual. In a short file the few wide rows of a table outweigh as many lines of a title. */
    static int usual(Map<Integer, Integer> widths, int rows) {
        int usual = 0;
        double most = 0;
        for (Map.Entry<Integer, Integer> entry : widths.entrySet()) {
            double weight = entry.getValue() * (rows <= 20 ? Math.sqrt(entry.getKey()) : 1);
            if (weight > most || weight == most && entry.getKey() > usual) {
                usual = entry.getKey();
                most = weight;
            }
        }
        return usual;
    }

    List<String> names() {
        return names;
    }

    /** Where in the file each column of the scan stands, from 0. */
    int[] positions() {
        return positions;
    }

    boolean[] text() {
        return text;
    }

    /** How many rows DuckDB will find if the file is as plain as can be; -1 if it is not. */
    long plainRows() throws IOException, SourceException {
        try (Tokens tokens = tokens(scan, limits)) {
            if (scan.header()) {
                tokens.next();
            }
            int width = names.size();
            long rows = 0;
            while (tokens.next()) {
                if (!tokens.plain() || tokens.cells() != width || !plain(tokens)) {
                    return -1;
                }
                rows++;
            }
            return tokens.plain() ? rows : -1;
        }
    }

    private boolean plain(Tokens tokens) {
        byte[] b = tokens.buffer();
        for (int i = 0; i < positions.length; i++) {
            int cell = positions[i];
            if (!values.get(i).plain(b, tokens.from(cell), tokens.to(cell)) || tokens.escaped(cell) && !text[i]) {
                return false;
            }
        }
        return true;
    }

    /** Writes all good rows anew and puts the others aside. */
    void rewrite(Canonical out) throws IOException, SourceException {
        rewrite(out, Map.of());
    }

    /**
     * The same of some rows, which is quicker: to judge a cell takes longer than to compare it.
     *
     * @param texts what fields of text must hold, by their names; null: nothing
     */
    void rewrite(Canonical out, Map<String, String> texts) throws IOException, SourceException {
        byte[][] wanted = new byte[positions.length][];
        for (int i = 0; i < positions.length; i++) {
            String name = scan.columns().get(i).field().name();
            wanted[i] = !texts.containsKey(name) ? null : texts.get(name) == null ? new byte[0] : texts.get(name).getBytes(StandardCharsets.UTF_8);
        }
        try (Tokens tokens = tokens(scan, limits)) {
            if (scan.header()) {
                tokens.next();
            }
            List<String> row = new ArrayList<>();
            while (tokens.next()) {
                if (!holds(tokens, wanted)) {
                    continue;
                }
                String fault = fault(tokens, row);
                if (fault == null) {
                    out.row(tokens.line(), row, text);
                } else {
                    out.reject(new Reject("line " + tokens.line(), tokens.raw(), fault, record(tokens, row)));
                }
            }
        }
    }

    private boolean holds(Tokens tokens, byte[][] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            int cell = positions[i];
            if (wanted[i] == null) {
                continue;
            }
            boolean same = cell >= tokens.cells() ? wanted[i].length == 0
                    : tokens.escaped(cell) ? Arrays.equals(tokens.value(cell), wanted[i])
                    : Arrays.equals(tokens.buffer(), tokens.from(cell), tokens.to(cell), wanted[i], 0, wanted[i].length);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /**
     * The fields of a bad row, where it has as many cells as it should: bad ones as they stand, and good ones as they would have been written, so that nobody who mends the
     * bad one has to know the file's decimal comma or its dates. A number that says the same everywhere stays as it is, too.
     */
    private String record(Tokens tokens, List<String> row) throws IOException, SourceException {
        if (tokens.cells() != names.size() || tokens.misquoted() || tokens.zeroByte()) {
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < positions.length; i++) {
            String found = tokens.text(positions[i]);
            String good = row.get(i);
            texts.put(scan.columns().get(i).field().name(), good != null && !sameNumber(good, found) ? good : found.isEmpty() ? null : found);
        }
        return JsonWalk.record(texts);
    }

    private static boolean sameNumber(String one, String other) {
        if (Math.max(one.length(), other.length()) > LONGEST_NUMBER) {
            return false;
        }
        try {
            return new BigDecimal(one).compareTo(new BigDecimal(other)) == 0;
        } catch (NumberFormatException notBothNumbers) {
            return false;
        }
    }

    /** Reads a record into a row; null, or what is wrong with it. */
    private String fault(Tokens tokens, List<String> row) {
        int width = names.size();
        int cells = tokens.cells();
        if (tokens.misquoted()) {
            return "text stands behind a closing quote";
        }
        if (tokens.zeroByte()) {
            return "the row holds a zero byte";
        }
        boolean trailing = cells == width + 1 && tokens.empty(width) && !tokens.quoted(width);
        if (cells > width && !trailing || cells < width && !scan.shortRows()) {
            return "the row has " + counted(cells) + ", the " + (scan.header() ? "header has " : "others have ") + width;
        }
        StringBuilder faults = new StringBuilder();
        row.clear();
        for (int i = 0; i < positions.length; i++) {
            try {
                String value = values.get(i).write(positions[i] < cells ? tokens.text(positions[i]) : "");
                row.add(value.isEmpty() ? null : value);
            } catch (Values.Misfit e) {
                row.add(null);
                faults.append(faults.isEmpty() ? "" : "; ").append(e.getMessage());
            }
        }
        return faults.isEmpty() ? null : faults.toString();
    }

    private static String counted(int cells) {
        return cells == 1 ? "1 cell" : cells + " cells";
    }

}
