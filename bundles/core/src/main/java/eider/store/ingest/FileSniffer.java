package eider.store.ingest;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out how a file wants to be read: what it is written in, where its table begins, how its cells are parted, which type keeps
 * every value of a column as it is. What a scan states already is obeyed.
 *
 * <p>Safe for use by several threads; each call opens what it needs, and closes it.
 */
public final class FileSniffer implements Sniffer {
    /** How much of a file is looked at to tell its charset and dialect. */
    static final int HEAD = 1 << 20;

    private final Path scratch;
    private final Limits limits;

    /** @param scratch a folder for passing files, made if it is missing */
    public FileSniffer(Path scratch, Limits limits) {
        this.scratch = scratch;
        this.limits = limits;
    }

    public FileSniffer(Path scratch) {
        this(scratch, Limits.DEFAULT);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <S extends Scan> S complete(S scan) throws SourceException, InterruptedException {
        return Content.reading(scan.file(), () -> {
            if (!Files.isRegularFile(scan.file())) {
                throw new Unreadable(Files.exists(scan.file()) ? "'" + scan.file().getFileName() + "' is no file."
                        : "The file " + scan.file().getFileName() + " is not there any more.");
            }
            if (Files.size(scan.file()) == 0) {
                throw new Unreadable("The file is empty.");
            }
            return (S) switch (scan) {
                case Scan.Csv csv -> new CsvSniffer(csv, limits).complete();
                case Scan.Json json -> json(json);
                case Scan.Parquet parquet -> parquet(parquet);
            };
        });
    }

    private Scan.Json json(Scan.Json scan) throws IOException, SourceException, InterruptedException {
        if (!scan.columns().isEmpty()) {
            return scan;
        }
        JsonShape shape = new JsonWalk(scan, limits).shape();
        if (shape.objects() == 0) {
            throw new Unreadable(shape.others() > 0 ? "The file is JSON, but not a list of objects: no table can be made out."
                    : "The file holds no JSON object.");
        }
        List<String> names = shape.names();
        if (names.isEmpty()) {
            throw new Unreadable("The JSON objects of the file are empty.");
        }
        List<String> fields = Names.fields(names);
        List<Scan.Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(new Scan.Column(names.get(i), Field.of(fields.get(i), shape.type(names.get(i)), "Key '" + names.get(i) + "' of the file")));
        }
        return scan.withColumns(columns);
    }

    private Scan.Parquet parquet(Scan.Parquet scan) throws IOException, SourceException, InterruptedException {
        if (!scan.columns().isEmpty()) {
            return scan;
        }
        Files.createDirectories(scratch);
        Path real = scan.file().toRealPath();
        try (Ingest ingest = Ingest.open(scratch, List.of(real.getParent()), limits)) {
            return scan.withColumns(new ParquetWalk(real, scan, ingest).columns());
        } catch (SQLException e) {
            throw ParquetWalk.failure(e);
        }
    }
}
