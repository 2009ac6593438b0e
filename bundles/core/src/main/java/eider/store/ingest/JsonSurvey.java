package eider.store.ingest;

import eider.connector.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A look at every line of a file in which each is a JSON object. Large files are looked at by several threads, each from one line end to
 * another: no line end stands within a JSON text.
 */
final class JsonSurvey {
    /** Files below this size are not worth a second thread. */
    static final long LARGE = 4L << 20;
    /** A longer line is left to the walk from end to end. */
    private static final int LONGEST = 1 << 20;
    private static final int BUFFER = 1 << 18;

    private final JsonShape shape = new JsonShape();
    private final JsonLine line = new JsonLine();
    private final Map<String, JsonWalk.Value> object = new LinkedHashMap<>();

    private JsonSurvey() {
    }

    /**
     * The shape of a file that is UTF-8 and not packed.
     *
     * @return null where the file is odd enough to be walked through from end to end
     */
    static JsonShape of(Path file, Limits limits) throws IOException, SourceException, InterruptedException {
        List<Long> cuts = cuts(file, limits);
        if (cuts == null) {
            return null;
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(cuts.size() - 1)) {
            List<Future<JsonShape>> parts = new ArrayList<>();
            for (int i = 0; i < cuts.size() - 1; i++) {
                long from = cuts.get(i);
                long to = cuts.get(i + 1);
                parts.add(threads.submit(() -> part(file, from, to, limits)));
            }
            JsonShape all = null;
            try {
                for (Future<JsonShape> part : parts) {
                    JsonShape next = part.get();
                    if (next == null) {
                        threads.shutdownNow();
                        return null;
                    }
                    if (all == null) {
                        all = next;
                    } else {
                        all.add(next);
                    }
                }
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            } catch (ExecutionException e) {
                threads.shutdownNow();
                return switch (e.getCause()) {
                    // Found again, with its right place, when the file is walked through from end to end.
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

    /** Where the parts begin, and where the last one ends; null where one begins with a byte order mark, which is no part of a line. */
    private static List<Long> cuts(Path path, Limits limits) throws IOException {
        List<Long> cuts = new ArrayList<>();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long size = file.length();
            int threads = size >= LARGE ? limits.threads() : 1;
            byte[] searched = new byte[1 << 16];
            for (int part = 0; part < threads; part++) {
                long at = size / threads * part;
                int end = 0;
                if (part > 0) {
                    file.seek(at);
                    int n = Math.max(0, file.read(searched));
                    while (end < n && searched[end] != '\n') {
                        end++;
                    }
                    if (end == n || at + end + 1 >= size) {
                        continue;
                    }
                    end++;
                }
                file.seek(at + end);
                if (file.read() == 0xef) {
                    return null;
                }
                cuts.add(at + end);
            }
            cuts.add(size);
        }
        return cuts;
    }

    private static JsonShape part(Path file, long from, long to, Limits limits) throws IOException, SourceException {
        JsonSurvey survey = new JsonSurvey();
        try (InputStream in = Content.utf8(file, from, to, limits)) {
            return survey.see(in) ? survey.shape : null;
        }
    }

    /** False if there is something that wants a closer look. */
    private boolean see(InputStream in) throws IOException, SourceException {
        byte[] b = new byte[BUFFER];
        int begin = 0;
        int limit = 0;
        boolean ended = false;
        while (!ended || begin < limit) {
            int end = begin;
            while (end < limit && b[end] != '\n') {
                end++;
            }
            if (end == limit && !ended) {
                if (limit - begin > LONGEST) {
                    return false;
                }
                System.arraycopy(b, begin, b, 0, limit - begin);
                limit -= begin;
                begin = 0;
                if (b.length - limit < BUFFER / 4) {
                    b = Arrays.copyOf(b, b.length * 2);
                }
                int n = in.read(b, limit, b.length - limit);
                ended = n < 0;
                limit += Math.max(0, n);
                continue;
            }
            if (!line(b, begin, end)) {
                return false;
            }
            begin = end + 1;
        }
        return true;
    }

    private boolean line(byte[] b, int begin, int end) throws IOException, SourceException {
        if (line.parse(b, begin, end)) {
            shape.object(line, b);
            return true;
        }
        shape.irregular();
        int to = end > begin && b[end - 1] == '\r' ? end - 1 : end;
        for (int i = begin; i < to; i++) {
            if (b[i] == '\r') {
                return false;
            }
        }
        JsonWalk.line(0, new String(b, begin, to - begin, StandardCharsets.UTF_8), object, shape);
        return true;
    }
}
