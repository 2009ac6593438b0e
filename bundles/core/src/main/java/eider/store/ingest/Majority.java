package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What most cells of the first rows say about how numbers and dates are written. A column with a single bad cell is a column of text and tells
 * nothing; yet its good rows must be read, where the field is declared. A column speaks if more than half of its cells do, and all of them agree.
 *
 * @param decimal the decimal mark; null if no column tells, or they disagree
 * @param pattern the strftime pattern of dates that are not ISO 8601; null likewise
 */
record Majority(String decimal, String pattern) {
    private static final int ROWS = 1_000;

    /** @param types what the whole columns are; only those that are text are asked */
    static Majority of(Scan.Csv scan, ColumnTypes[] types, Limits limits) throws IOException, SourceException {
        int[] cells = new int[types.length];
        int[] numbers = new int[types.length];
        Map<Integer, Set<String>> marks = new HashMap<>();
        Map<Integer, Map<String, Integer>> patterns = new HashMap<>();
        try (Tokens tokens = CsvWalk.tokens(scan, limits)) {
            if (scan.header()) {
                tokens.next();
            }
            for (int row = 0; row < ROWS && tokens.next(); row++) {
                for (int i = 0; i < Math.min(tokens.cells(), types.length); i++) {
                    if (tokens.empty(i) || types[i].typed()) {
                        continue;
                    }
                    ColumnTypes cell = new ColumnTypes();
                    cell.see(tokens.buffer(), tokens.from(i), tokens.to(i));
                    cells[i]++;
                    if (cell.number()) {
                        numbers[i]++;
                        if (cell.wantsComma() || cell.wantsPoint()) {
                            marks.computeIfAbsent(i, column -> new HashSet<>()).add(cell.wantsComma() ? "," : ".");
                        }
                    } else if (cell.pattern() != null) {
                        patterns.computeIfAbsent(i, column -> new HashMap<>()).merge(cell.pattern(), 1, Integer::sum);
                    }
                }
            }
        }
        Set<String> decimals = new HashSet<>();
        marks.forEach((column, found) -> {
            if (numbers[column] * 2 > cells[column]) {
                decimals.addAll(found);
            }
        });
        Set<String> dates = new HashSet<>();
        patterns.forEach((column, found) -> found.forEach((pattern, count) -> {
            if (count * 2 > cells[column]) {
                dates.add(pattern);
            }
        }));
        return new Majority(decimals.size() == 1 ? decimals.iterator().next() : null, dates.size() == 1 ? dates.iterator().next() : null);
    }
}
