package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the tests here share: a file is written, completed, made readable and read by a real DuckDB. */
final class FilesIntoDuckDb {
    private final Path folder;

    FilesIntoDuckDb(Path folder) {
        this.folder = folder;
    }

    /** What came of a file. */
    record Loaded(Scan scan, List<List<String>> rows, List<Reject> rejects, boolean linked, List<String> assumed) {
        List<String> fields() {
            return scan.columns().stream().map(column -> column.field().name()).toList();
        }

        List<String> types() {
            return scan.columns().stream().map(column -> column.field().type().toString()).toList();
        }

        Scan.Csv csv() {
            return (Scan.Csv) scan;
        }
    }

    Path file(String name, String content) throws IOException {
        return file(name, content, StandardCharsets.UTF_8);
    }

    Path file(String name, String content, Charset charset) throws IOException {
        return file(name, content.getBytes(charset));
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    FileSniffer sniffer() {
        return new FileSniffer(folder.resolve("scratch"));
    }

    Loaded csv(String content) throws Exception {
        return load(Scan.Csv.of(file("file.csv", content)));
    }

    Loaded load(Scan scan) throws SourceException, InterruptedException, SQLException, IOException {
        return read(sniffer().complete(scan), Limits.DEFAULT);
    }

    Loaded read(Scan scan, Limits limits) throws SourceException, InterruptedException, SQLException, IOException {
        Path handover = Files.createDirectories(folder.resolve("handover"));
        try (Ingest duck = Ingest.open(handover, List.of(), limits); Readable readable = Readable.of(scan, handover, limits)) {
            ScanSql sql = ScanSql.of(readable);
            List<List<String>> rows = duck.rows(sql.query());
            if (rows.size() != readable.rows()) {
                throw new AssertionError("DuckDB finds " + rows.size() + " rows where " + readable.rows() + " are");
            }
            List<Reject> rejects = new ArrayList<>();
            readable.rejects(rejects::add);
            readable.verifyUnchanged();
            return new Loaded(scan, rows, rejects, !readable.rewritten(), readable.assumed());
        } finally {
            try (var left = Files.list(handover)) {
                if (left.anyMatch(file -> !file.getFileName().toString().equals("spill"))) {
                    throw new AssertionError("something is left in the hand-over folder");
                }
            }
        }
    }
}
