package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A look at every row of a delimited text: what types its columns can have, how many rows there are, whether all are plain.
 *
 * <p>Large files are looked at by several threads, each from one line end to another. A line end within quotes would be a wrong place
 * to begin; but then the part before it ends within a quote, which is noticed, and the file is looked at once more from end to end.
 */
final class Survey {
    /** Files below this size are not worth a second thread. */
    private static final long LARGE = 16L << 20;
    private static final int SEARCHED = 1 << 16;

    private final ColumnTypes[] types;
    private final boolean shortRows;
    private long rows;
    private int lineEnds;
    private boolean plain = true;

    private Survey(int width, boolean shortRows) {
        this.types = new ColumnTypes[width];
        for (int i = 0; i < width; i++) {
            types[i] = new ColumnTypes();
        }
        this.shortRows = shortRows;
    }

    static Survey of(Scan.Csv scan, int width, Limits limits) throws IOException, SourceException, InterruptedException {
        List<Long> cuts = cuts(scan, limits);
        if (cuts.size() > 2) {
            Survey survey = inParts(scan, width, limits, cuts);
            if (survey != null) {
                return survey;
            }
        }
        Survey survey = new Survey(width, scan.shortRows());
        try (Tokens tokens = CsvWalk.tokens(scan, limits)) {
            survey.see(tokens, scan.header());
        }
        return survey;
    }

    /** Where the parts begin, and where the last one ends. */
    private static List<Long> cuts(Scan.Csv scan, Limits limits) throws IOException, SourceException {
        List<Long> cuts = new ArrayList<>(List.of(0L));
        Dialect dialect = Dialect.of(scan);
        boolean simple = scan.charset().equals(StandardCharsets.UTF_8) && Content.packing(scan.file()) == Content.Packing.NONE
                && dialect.delimiter().length == 1 && (dialect.escape() == dialect.quote() || dialect.escape() == Dialect.NONE)
                && dialect.comment().length == 0;
        try (RandomAccessFile file = new RandomAccessFile(scan.file().toFile(), "r")) {
            long size = file.length();
            byte[] searched = new byte[SEARCHED];
            for (int part = 1; simple && size >= LARGE && part < limits.threads(); part++) {
                long at = size / limits.threads() * part;
                file.seek(at);
                file.readFully(searched);
                int end = 0;
                while (end < SEARCHED && searched[end] != '\n') {
                    end++;
                }
                if (end < SEARCHED) {
                    cuts.add(at + end + 1);
                }
            }
            cuts.add(size);
        }
        return cuts;
    }

    /** Null if the parts do not fit together. */
    private static Survey inParts(Scan.Csv scan, int width, Limits limits, List<Long> cuts)
            throws IOException, SourceException, InterruptedException {
        Dialect first = Dialect.of(scan);
        Dialect other = new Dialect(first.delimiter(), first.quote(), first.escape(), first.comment(), 0);
        try (ExecutorService threads = Executors.newFixedThreadPool(cuts.size() - 1)) {
            List<Future<Survey>> parts = new ArrayList<>();
            for (int i = 0; i < cuts.size() - 1; i++) {
                long from = cuts.get(i);
                long to = cuts.get(i + 1);
                parts.add(threads.submit(() -> {
                    Survey part = new Survey(width, scan.shortRows());
                    try (Tokens tokens = new Tokens(Content.utf8(scan.file(), from, to, limits), from == 0 ? first : other, limits.lineBytes())) {
                        part.see(tokens, from == 0 && scan.header());
                    }
                    return part;
                }));
            }
            Survey all = new Survey(width, scan.shortRows());
            try {
                for (Future<Survey> part : parts) {
                    all.add(part.get());
                }
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            } catch (ExecutionException e) {
                threads.shutdownNow();
                return switch (e.getCause()) {
                    // Found again, with its right line, when the file is looked at from end to end; or it was only a wrong place to begin.
                    case SourceException wrong -> null;
                    case Unreadable wrong -> null;
                    case InterruptedIOException interrupted -> throw interrupted;
                    case IOException failed -> throw failed;
                    case Throwable bug -> throw new IllegalStateException("a file could not be surveyed", bug);
                };
            }
            return all;
        }
    }

    private void see(Tokens tokens, boolean header) throws IOException, SourceException {
        if (header) {
            tokens.next();
        }
        int width = types.length;
        while (tokens.next()) {
            rows++;
            int cells = tokens.cells();
            plain &= cells == width;
            boolean trailing = cells == width + 1 && tokens.empty(width);
            if (tokens.misquoted() || cells > width && !trailing || cells < width && !shortRows) {
                continue;
            }
            byte[] b = tokens.buffer();
            for (int i = 0; i < Math.min(cells, width); i++) {
                if (!tokens.empty(i)) {
                    types[i].see(b, tokens.from(i), tokens.to(i));
                    if (tokens.escaped(i)) {
                        types[i].untidy();
                    }
                }
            }
        }
        plain &= tokens.plain();
        lineEnds |= tokens.lineEnds();
    }

    private void add(Survey part) {
        for (int i = 0; i < types.length; i++) {
            types[i].add(part.types[i]);
        }
        rows += part.rows;
        lineEnds |= part.lineEnds;
        plain &= part.plain && Integer.bitCount(lineEnds) <= 1;
    }

    /** What each column holds. */
    ColumnTypes[] types() {
        return types;
    }

    /** How many rows there are, the header not counted. */
    long rows() {
        return rows;
    }

    /** Whether every row is as plain as {@link Tokens#plain} asks for, and has a cell for each column. */
    boolean plain() {
        return plain;
    }
}
