package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/**
 * A file in the hand-over folder that DuckDB can read without surprises. It is a hard link to the original where that is plain
 * throughout (a symbolic link would be resolved and refused), else the original written anew with its bad rows put aside.
 *
 * <p>The order of use: make it, read it by {@link ScanSql}, {@link #verifyUnchanged}, compare {@link #rows} with what DuckDB found, take
 * the {@link #rejects}, close it. Used by one thread. Closing removes it from the hand-over folder.
 */
public final class Readable implements AutoCloseable {
    private final Scan scan;
    private final Path original;
    private final Mark mark;
    private final Path path;
    private final Path rejectFile;
    private final boolean rewritten;
    private final long rows;
    private final long rejected;
    private final int fileColumns;
    private final int[] positions;
    private final List<String> assumed;

    private Readable(Scan scan, Path original, Mark mark, Path path, Path rejectFile, boolean rewritten, long rows, long rejected,
            int fileColumns, int[] positions) {
        this.scan = scan;
        this.original = original;
        this.mark = mark;
        this.path = path;
        this.rejectFile = rejectFile;
        this.rewritten = rewritten;
        this.rows = rows;
        this.rejected = rejected;
        this.fileColumns = fileColumns;
        this.positions = positions;
        this.assumed = scan instanceof Scan.Csv csv ? Assumption.Memory.RECENT.of(csv, mark) : List.of();
    }

    /** The same with the usual limits. */
    public static Readable of(Scan scan, Path handover) throws SourceException, InterruptedException {
        return of(scan, handover, Limits.DEFAULT);
    }

    /**
     * Makes a file readable. Reads all of it once, or twice if it must be written anew.
     *
     * @param scan complete: as {@link FileSniffer#complete} returns it
     * @param handover an existing folder that DuckDB may read
     * @throws SourceException of kind {@code DATA} with one sentence if it is not as the scan says
     * @throws InterruptedException within moments of an interrupt; nothing is left in the folder
     */
    public static Readable of(Scan scan, Path handover, Limits limits) throws SourceException, InterruptedException {
        Path original = scan.file();
        return Content.reading(original, () -> {
            Mark mark = Mark.of(original);
            if (!Files.isRegularFile(original)) {
                throw new Unreadable("'" + original.getFileName() + "' is no file.");
            }
            String name = UUID.randomUUID().toString();
            return switch (scan) {
                case Scan.Csv csv -> csv(csv, mark, handover, name, limits);
                case Scan.Json json -> json(json, mark, handover, name, limits);
                case Scan.Parquet parquet -> parquet(parquet, mark, handover, name, limits);
            };
        });
    }

    private static Readable csv(Scan.Csv scan, Mark mark, Path handover, String name, Limits limits)
            throws IOException, SourceException {
        CsvWalk walk = new CsvWalk(scan, limits);
        Path rejects = handover.resolve(name + ".rejects");
        if (scan.charset().equals(StandardCharsets.UTF_8) && Content.packing(scan.file()) == Content.Packing.NONE) {
            Profile profile = Profile.Memory.RECENT.of(scan, mark);
            long rows = profile == null ? walk.plainRows() : profile.plain(scan) ? profile.rows() : -1;
            if (rows >= 0) {
                return new Readable(scan, scan.file(), mark, link(scan.file(), handover.resolve(name + ".csv")), rejects, false, rows, 0,
                        walk.names().size(), walk.positions());
            }
        }
        return rewritten(scan, mark, handover, name, walk::rewrite);
    }

    private static Readable json(Scan.Json scan, Mark mark, Path handover, String name, Limits limits)
            throws IOException, SourceException, InterruptedException {
        JsonWalk walk = new JsonWalk(scan, limits);
        long rows = walk.plainRows(mark);
        if (rows >= 0) {
            Path linked = link(scan.file(), handover.resolve(name + ".ndjson"));
            return new Readable(scan, scan.file(), mark, linked, handover.resolve(name + ".rejects"), false, rows, 0, 0, new int[0]);
        }
        return rewritten(scan, mark, handover, name, walk::rewrite);
    }

    private static Readable parquet(Scan.Parquet scan, Mark mark, Path handover, String name, Limits limits)
            throws IOException, SourceException, InterruptedException {
        Path in = link(scan.file(), handover.resolve(name + ".in"));
        Path out = handover.resolve(name + ".parquet");
        Path rejectFile = handover.resolve(name + ".rejects");
        boolean done = false;
        try (Ingest ingest = Ingest.open(handover, List.of(), limits);
                Canonical aside = new Canonical(handover.resolve(name + ".none"), rejectFile)) {
            long rows = new ParquetWalk(in, scan, ingest).rewrite(out, aside);
            done = true;
            return new Readable(scan, scan.file(), mark, out, rejectFile, true, rows, aside.rejected(), 0, new int[0]);
        } catch (java.sql.SQLException e) {
            throw ParquetWalk.failure(e);
        } finally {
            Files.deleteIfExists(in);
            Files.deleteIfExists(handover.resolve(name + ".none"));
            if (!done) {
                Files.deleteIfExists(out);
                Files.deleteIfExists(rejectFile);
            }
        }
    }

    @FunctionalInterface
    private interface Rewriting {
        void to(Canonical out) throws IOException, SourceException;
    }

    private static Readable rewritten(Scan scan, Mark mark, Path handover, String name, Rewriting rewriting) throws IOException, SourceException {
        Path rowFile = handover.resolve(name + ".csv");
        Path rejectFile = handover.resolve(name + ".rejects");
        boolean done = false;
        try {
            Canonical out = new Canonical(rowFile, rejectFile);
            try (out) {
                rewriting.to(out);
            }
            done = true;
            return new Readable(scan, scan.file(), mark, rowFile, rejectFile, true, out.count(), out.rejected(), 0, new int[0]);
        } finally {
            if (!done) {
                Files.deleteIfExists(rowFile);
                Files.deleteIfExists(rejectFile);
            }
        }
    }

    static Path link(Path original, Path link) throws IOException {
        Path real = original.toRealPath();
        try {
            return Files.createLink(link, real);
        } catch (IOException | UnsupportedOperationException e) {
            // Another file system, or one without links, or a file of somebody else: a copy does as well, only slower.
            return Files.copy(real, link, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** What DuckDB reads. */
    public Path path() {
        return path;
    }

    /** How many columns a file has that is read as it is. */
    int fileColumns() {
        return fileColumns;
    }

    /** Where each column of the scan stands in a file that is read as it is. */
    int[] positions() {
        return positions;
    }

    /** How the original is described. */
    public Scan scan() {
        return scan;
    }

    /** Whether the original was written anew: {@link #path} is then Eider's own plain CSV, whatever the original was. */
    boolean rewritten() {
        return rewritten;
    }

    /**
     * How many rows DuckDB must find and load. If it finds another number, the two disagree about the file and nothing of it may be loaded.
     */
    public long rows() {
        return rows;
    }

    /** How many rows were put aside; {@link #rejects} tells which. */
    public long rejected() {
        return rejected;
    }

    /**
     * What was taken for granted about the file without evidence when it was sniffed, and which option says otherwise: half a sentence each, without
     * a full stop. Empty for nearly all files.
     */
    public List<String> assumed() {
        return assumed;
    }

    /**
     * Fails if the original is not the file any more that it was when this was made.
     *
     * @throws SourceException of kind {@code TEMPORARY}: the next sync finds it whole
     */
    public void verifyUnchanged() throws SourceException {
        Mark now;
        try {
            now = Mark.of(original);
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, "The file " + original.getFileName() + " vanished while it was read.", e);
        }
        if (!now.equals(mark)) {
            throw new SourceException(SourceException.Kind.TEMPORARY,
                    "The file " + original.getFileName() + " changed while it was read: nothing of it was loaded, sync again once it is complete.");
        }
    }

    /** Hands over the rows put aside here, one by one. */
    public void rejects(Rejects taker) throws SourceException, InterruptedException {
        if (rejected == 0) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(rejectFile)))) {
            for (long i = 0; i < rejected; i++) {
                String place = text(in);
                String raw = text(in);
                String reason = text(in);
                String record = text(in);
                taker.take(new Reject(place, raw, reason, record.isEmpty() ? null : record));
            }
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, "The rows put aside could not be read back: " + e.getMessage() + ".", e);
        }
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        int n = in.readNBytes(bytes, 0, bytes.length);
        if (n < bytes.length) {
            throw new EOFException("the list of bad rows ends too early");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Removes what was put into the hand-over folder. The original stays. */
    @Override
    public void close() throws SourceException {
        try {
            Files.deleteIfExists(path);
            Files.deleteIfExists(rejectFile);
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.TEMPORARY, "The hand-over folder could not be tidied: " + e.getMessage() + ".", e);
        }
    }
}
