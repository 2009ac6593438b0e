package eider.sync.tape;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Tape;
import eider.engine.Load;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records a sync while it runs: what comes from outside, as its {@link Tape}, and what the source says to the engine, as the {@link Calls} of its run. Everything passes the
 * {@link Redaction} before it is written. The calls come from one thread at a time, the tape from any.
 */
public final class Recorder implements Calls, Tape, Closeable {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    /**
     * What is recorded.
     *
     * @param eider its version
     * @param connector the connector's name and {@code version} that of its jar; empty where unknown
     * @param at when it began
     */
    public record Subject(String eider, String connection, String connector, String version, String run, Instant at) {}

    private final Writer out;
    private final Redaction redaction;
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong files = new AtomicLong();
    /** The models were written, which are the same for each version of the connector that takes part. */
    private Source known;

    /**
     * @param file made anew
     * @param most bytes that it may have
     * @param redaction knows the secrets of the connection already
     */
    public Recorder(Path file, long most, Redaction redaction, Subject subject) throws IOException {
        this.out = new Writer(file, most);
        this.redaction = redaction;
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("t", "recording");
        head.put("format", Recording.FORMAT);
        head.put("eider", subject.eider());
        head.put("connection", subject.connection());
        head.put("connector", subject.connector());
        head.put("version", subject.version());
        head.put("run", subject.run());
        head.put("at", subject.at().toString());
        out.line(head);
        out.flush();
    }

    // ---- what the source says to the engine

    @Override
    public List<Dataset> discover(Source source, Sniffer sniffer) throws SourceException, InterruptedException {
        if (source != known) {
            source.models().forEach((Model model) -> out.line(Lines.model(model)));
            known = source;
        }
        return call(Map.of("t", "discover"), () -> {
            List<Dataset> datasets = Tape.during(this, () -> source.discover(sniffer));
            datasets.forEach(dataset -> out.line(Lines.dataset(dataset)));
            return datasets;
        });
    }

    @Override
    public void read(Source source, Request request, Sink sink) throws SourceException, InterruptedException {
        call(Lines.of("t", "read", "dataset", request.dataset().name(), "cursor", redaction.without(request.cursor().text())),
                () -> Tape.during(this, () -> {
                    source.read(request, new RecordingSink(request.dataset(), sink));
                    return null;
                }));
    }

    private <T> T call(Map<String, ?> line, Tape.Work<T> work) throws SourceException, InterruptedException {
        out.flush();
        out.line(line);
        Throwable fault = null;
        try {
            return work.run();
        } catch (SourceException | InterruptedException | RuntimeException | Error e) {
            fault = e;
            throw e;
        } finally {
            out.line(Lines.ended(fault, redaction));
            out.flush();
        }
    }

    /** Keeps what is pushed before it is handed on: what the store dies of is on the tape then. */
    private final class RecordingSink implements Sink {
        private final Dataset dataset;
        private final List<Field> key;
        private final Sink sink;

        RecordingSink(Dataset dataset, Sink sink) {
            this.dataset = dataset;
            this.key = dataset.key().stream().map(dataset::field).toList();
            this.sink = sink;
        }

        @Override
        public void part(String name, String fingerprint) throws SourceException, InterruptedException {
            out.line(Lines.of("t", "part", "name", redaction.withoutOrNull(name), "fingerprint", redaction.withoutOrNull(fingerprint)));
            sink.part(name, fingerprint);
        }

        @Override
        public void upsert(Object... values) throws SourceException, InterruptedException {
            rows.incrementAndGet();
            out.line(Map.of("t", "row", "v", Lines.values(dataset.fields(), values, redaction)));
            sink.upsert(values);
        }

        @Override
        public void delete(Object... values) throws SourceException, InterruptedException {
            out.line(Map.of("t", "delete", "v", Lines.values(key, values, redaction)));
            sink.delete(values);
        }

        @Override
        public void scan(Scan scan) throws SourceException, InterruptedException {
            files.incrementAndGet();
            keep(scan);
            sink.scan(scan);
        }

        private void keep(Scan scan) {
            try (InputStream in = Files.newInputStream(scan.file())) {
                out.block(Lines.scan(scan, redaction), in, packed(scan) ? null : redaction);
            } catch (IOException e) {
                // The store will say so too, with more knowledge of what it wanted.
                log.warn("the file {} is not in the recording: {}", scan.file().getFileName(), e.toString());
            }
        }

        /** Whether nothing can be found in it, and nothing be replaced without breaking it. */
        private static boolean packed(Scan scan) throws IOException {
            if (scan instanceof Scan.Parquet) {
                return true;
            }
            try (InputStream in = Files.newInputStream(scan.file())) {
                byte[] magic = in.readNBytes(4);
                return magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b || magic.length == 4 && magic[0] == 0x28 && magic[1] == (byte) 0xb5;
            }
        }

        @Override
        public void reject(String place, String raw, String reason) throws SourceException, InterruptedException {
            out.line(Lines.of("t", "reject", "place", redaction.withoutOrNull(place), "raw", redaction.withoutOrNull(raw), "reason", redaction.withoutOrNull(reason)));
            sink.reject(place, raw, reason);
        }

        @Override
        public void at(String where, long number) {
            sink.at(where, number);
        }

        @Override
        public void checkpoint(Cursor cursor) throws SourceException, InterruptedException {
            out.line(Map.of("t", "checkpoint", "cursor", redaction.without(cursor.text())));
            out.flush();
            sink.checkpoint(cursor);
        }

        @Override
        public void progress(String doing, long done, long total) {
            sink.progress(doing, done, total);
        }
    }

    // ---- what comes from outside

    @Override
    public boolean replays() {
        return false;
    }

    @Override
    public void hide(String secret) {
        redaction.hide(secret);
    }

    @Override
    public void record(String asked, Map<String, String> told, InputStream body) throws IOException {
        exchanges.incrementAndGet();
        redaction.hideNamed(asked);
        Map<String, String> clean = new LinkedHashMap<>();
        told.forEach((name, value) -> clean.put(name, Redaction.isSecretName(name) ? redaction.marked(value) : redaction.without(value, true)));
        out.block(Lines.of("t", "exchange", "asked", Questions.shortened(redaction.without(asked, true)), "told", clean), body, redaction);
    }

    @Override
    public Answer replay(String asked) {
        throw new IllegalStateException("this is recorded and not replayed");
    }

    // ---- its end

    /**
     * Writes the end: what came of the sync.
     *
     * @param failure why nothing could be read at all, or null
     */
    public void end(List<Load> loads, String failure, Instant at) {
        Map<String, Object> last = new LinkedHashMap<>();
        last.put("t", "end");
        last.put("at", at.toString());
        last.put("exchanges", exchanges.get());
        last.put("rows", rows.get());
        last.put("files", files.get());
        last.put("lost", out.lost());
        last.put("failure", failure == null ? null : redaction.without(failure));
        last.put("loads", loads.stream().map(load -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("dataset", load.dataset());
            one.put("state", load.state().name());
            one.put("inserted", load.inserted());
            one.put("updated", load.updated());
            one.put("removed", load.removed());
            one.put("quarantined", load.quarantined());
            // A message may hold much; what is read of the end is little.
            String message = redaction.without(load.message());
            one.put("message", message.length() > 500 ? message.substring(0, 500) + "…" : message);
            return one;
        }).limit(100).toList());
        out.end(last);
    }

    /** Closes the file; without {@link #end} before it, it counts as torn. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
