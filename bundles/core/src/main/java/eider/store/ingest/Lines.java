package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Finds the lines of a file on which certain rows stand: it is written anew as for a load, each row with its line as the quarantine would tell it, and looked through in
 * a throw-away instance. Values are compared as the texts that the database makes of them, so that they are what a load of the file would have made of them.
 *
 * @param word what comes before a number: {@code line}, or {@code row} where the file has no lines
 * @param count how many rows are just so
 * @param lines where they stand, in order, the first of them
 * @param others where other rows stand that have the key, the first of them
 */
public record Lines(String word, long count, List<Long> lines, List<Long> others) {
    public Lines {
        lines = List.copyOf(lines);
        others = List.copyOf(others);
    }

    /**
     * What a row is to be.
     *
     * @param same a condition of SQL over the fields of the scan
     * @param key another one: rows that are told too
     * @param texts what fields of text hold in either case, by their names; null: nothing. For those who would rather not judge each row
     */
    public record Wanted(String same, String key, Map<String, String> texts) {}

    /**
     * Looks through a file.
     *
     * @param scan complete, with the types that the rows were loaded in
     * @param most how many lines are told
     * @throws SourceException of kind {@code DATA} if the file is not as the scan says
     * @throws InterruptedException within moments of an interrupt; nothing is left in the folder
     */
    public static Lines of(Scan scan, Path handover, Limits limits, Wanted wanted, int most) throws SourceException, InterruptedException {
        String name = UUID.randomUUID().toString();
        Path rows = handover.resolve(name + ".lines");
        Path rejects = handover.resolve(name + ".rejects");
        Path in = handover.resolve(name + ".in");
        return Content.reading(scan.file(), () -> {
            try (Ingest ingest = Ingest.open(handover, List.of(), limits)) {
                String relation = switch (scan) {
                    case Scan.Csv csv -> {
                        CsvWalk walk = new CsvWalk(csv, limits);
                        try (Canonical out = new Canonical(rows, rejects)) {
                            walk.rewrite(out, wanted.texts);
                        }
                        yield ScanSql.numbered(rows, csv.columns(), false);
                    }
                    case Scan.Json json -> {
                        JsonWalk walk = new JsonWalk(json, limits);
                        try (Canonical out = new Canonical(rows, rejects)) {
                            walk.rewrite(out);
                        }
                        yield ScanSql.numbered(rows, json.columns(), true);
                    }
                    case Scan.Parquet parquet -> {
                        Readable.link(scan.file(), in);
                        try (Canonical aside = new Canonical(handover.resolve(name + ".none"), rejects)) {
                            new ParquetWalk(in, parquet, ingest, true).rewrite(rows, aside);
                        }
                        yield "read_parquet(" + ScanSql.literal(rows.toString()) + ")";
                    }
                };
                return look(ingest, scan, relation, wanted, most);
            } catch (SQLException e) {
                throw new SourceException(SourceException.Kind.DATA, "'" + scan.file().getFileName() + "' cannot be looked through: " + e.getMessage(), e);
            } finally {
                tidy(rows, rejects, in, handover.resolve(name + ".none"));
            }
        });
    }

    private static void tidy(Path... files) throws IOException {
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private static Lines look(Ingest ingest, Scan scan, String relation, Wanted wanted, int most) throws SQLException, InterruptedException {
        String word = scan instanceof Scan.Parquet ? "row" : "line";
        return ingest.query("SELECT count(*) FILTER (same), min(_line, " + most + ") FILTER (same), min(_line, " + most
                + ") FILTER (NOT same) FROM (SELECT _line, coalesce("
                + wanted.same + ", false) AS same FROM " + relation + " WHERE (" + wanted.same + ") OR (" + wanted.key + "))",
                row -> row.next() ? new Lines(word, row.getLong(1), numbers(row.getArray(2)), numbers(row.getArray(3))) : new Lines(word, 0, List.of(), List.of()));
    }

    private static List<Long> numbers(Array array) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        if (array != null) {
            for (Object number : (Object[]) array.getArray()) {
                numbers.add(((Number) number).longValue());
            }
        }
        return numbers;
    }
}
