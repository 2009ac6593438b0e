package eider.sync.tape;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Says to the engine what a source said to it when it was recorded: each call of it is the next one of its kind in the recording, and ends as that one ended. */
public final class Outbound implements Source {
    private final Recording recording;
    private final long most;
    private final Path folder;
    /** How many calls were made so far, by dataset; null is the discovery. */
    private final Map<String, Integer> made = new HashMap<>();
    private int files;

    /** @param folder for the files that were scanned, as long as they are needed */
    public Outbound(Recording recording, long most, Path folder) {
        this.recording = recording;
        this.most = most;
        this.folder = folder;
    }

    /** What is done with the lines of a call. */
    private interface Lining {
        void line(Map<String, Object> line, Members members) throws IOException, SourceException, InterruptedException;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        List<Dataset> datasets = new ArrayList<>();
        play(null, (line, members) -> {
            if ("dataset".equals(line.get("t"))) {
                datasets.add(Lines.datasetOf(line));
            }
        });
        return datasets;
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        List<Path> scanned = new ArrayList<>();
        try {
            play(request.dataset().name(), (line, members) -> push(line, members, sink, scanned));
        } finally {
            for (Path file : scanned) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new SourceException(SourceException.Kind.TEMPORARY, "the temporary file " + file + " could not be deleted: " + e.getMessage(), e);
                }
            }
        }
    }

    private void push(Map<String, Object> line, Members members, Sink sink, List<Path> scanned) throws IOException, SourceException, InterruptedException {
        switch (String.valueOf(line.get("t"))) {
            case "row" -> sink.upsert(Lines.valuesOf(line));
            case "part" -> sink.part(Lines.textOrNull(line, "name"), Lines.textOrNull(line, "fingerprint"));
            case "delete" -> sink.delete(Lines.valuesOf(line));
            case "reject" -> sink.reject(Lines.textOrNull(line, "place"), Lines.textOrNull(line, "raw"), Lines.textOrNull(line, "reason"));
            case "checkpoint" -> sink.checkpoint(new Cursor(Lines.text(line, "cursor")));
            case "scan" -> {
                Path file = folder.resolve("scan-" + ++files);
                // The store reads it once more at the commit: it goes when the read is over.
                scanned.add(file);
                unpack(members, file);
                sink.scan(Lines.scanOf(line, file));
            }
            default -> { }
        }
    }

    private static void unpack(Members members, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            while (true) {
                if (!members.next()) {
                    throw new EndsHere();
                }
                Map<String, Object> line = Json.read(members.line(), members.length());
                if (!piece(line, out)) {
                    if (!"whole".equals(line.get("t"))) {
                        throw new EndsHere();
                    }
                    return;
                }
            }
        }
    }

    /** Whether the line is a piece of a body; it is written then. */
    static boolean piece(Map<String, Object> line, OutputStream out) throws IOException {
        if (line.get("p") instanceof String text) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            return true;
        }
        if (line.get("b") instanceof String text) {
            try {
                out.write(Base64.getDecoder().decode(text));
            } catch (IllegalArgumentException e) {
                throw new IOException("a body in it is damaged", e);
            }
            return true;
        }
        return false;
    }

    /** The recording has no more. */
    private static final class EndsHere extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private void play(String dataset, Lining lining) throws SourceException, InterruptedException {
        int number = made.merge(dataset, 1, Integer::sum);
        Recording.Call call = recording.calls().stream().filter(candidate -> Objects.equals(candidate.dataset(), dataset)).skip(number - 1L).findFirst().orElse(null);
        if (call == null) {
            throw new SourceException(SourceException.Kind.DATA, end());
        }
        try (Members members = new Members(recording.file(), call.member(), Recording.unpacked(recording.file(), most))) {
            members.next();
            while (members.next()) {
                Map<String, Object> line = Json.read(members.line(), members.length());
                if ("ended".equals(line.get("t"))) {
                    Lines.end(line);
                    return;
                }
                lining.line(line, members);
            }
            throw new EndsHere();
        } catch (EndsHere e) {
            throw new SourceException(SourceException.Kind.DATA, end(), e);
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.DATA, Recording.unreadable(recording.file(), e).getMessage() + ".", e);
        }
    }

    private String end() {
        return switch (recording.state()) {
            case WHOLE -> "The recording ends here: the sync that was recorded went no further.";
            case FULL -> "The recording ends here: it had reached the size that recordings may have (largest in config/recordings.cfg).";
            case TORN -> "The recording ends here: it is torn, for Eider ended before the sync did.";
        };
    }

    @Override
    public List<Model> models() {
        return recording.models();
    }
}
