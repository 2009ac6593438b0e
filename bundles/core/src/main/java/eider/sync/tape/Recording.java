package eider.sync.tape;

import eider.connector.Dataset;
import eider.connector.Model;
import eider.engine.Load;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A recording as it lies there: what it says of itself, and where in the file each call of the source and each exchange begins. Anybody may have made the file, so whatever it
 * says is checked, no name in it becomes a path, and what is kept of it in memory does not grow with what was pushed.
 *
 * @param calls of the source, in their order
 * @param exchanges with the outside, in their order; those that are whole
 * @param models of the connector as it was
 * @param lost lines that were too long to be kept
 * @param loads what came of the sync, as far as it says; without numbers
 * @param failure why nothing could be read at all; empty if it could
 */
public record Recording(Path file, Head head, List<Call> calls, List<Exchange> exchanges, List<Model> models, State state, long lost, List<Load> loads, String failure) {
    static final int FORMAT = 1;
    private static final int MOST_CALLS = 100_000;
    private static final int MOST_EXCHANGES = 5_000_000;
    private static final int TAIL = 64 << 10;

    /** Why a file is not replayed: a sentence. */
    public static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    /** How far it goes. */
    public enum State { WHOLE, FULL, TORN }

    /** What a recording says of itself. */
    public record Head(String eider, String connection, String connector, String version, String run, Instant at) {}

    /**
     * A call of the source.
     *
     * @param dataset that was read; null for a discovery
     * @param member where in the file it begins
     */
    record Call(String dataset, long member) {}

    /** An exchange with the outside: the keys of its question and where in the file it begins. */
    record Exchange(long exact, long hidden, long times, long member) {
        long key(Questions.Likeness likeness) {
            return switch (likeness) {
                case EXACT -> exact;
                case HIDDEN -> hidden;
                case TIMES -> times;
            };
        }
    }

    /**
     * What a list of recordings shows.
     *
     * @param exchanges with the outside, {@code rows} that were pushed one by one, {@code files} that were scanned; -1 where the end is missing
     * @param failure why the sync could read nothing at all; empty if it could
     */
    public record Summary(Head head, State state, long exchanges, long rows, long files, String failure) {}

    public Recording {
        calls = List.copyOf(calls);
        exchanges = List.copyOf(exchanges);
        models = List.copyOf(models);
        loads = List.copyOf(loads);
    }

    /** Plain bytes that a file may unpack to. */
    static long unpacked(Path file, long most) throws IOException {
        return Math.max(most, Files.size(file)) * Limit.UNPACKED + 2L * Limit.MEMBER;
    }

    /**
     * Goes through the whole file.
     *
     * @param most bytes that a recording may have by today's configuration
     */
    public static Recording open(Path file, long most) throws UnreadableException {
        try (Members members = new Members(file, 0, unpacked(file, most))) {
            if (!members.next()) {
                throw new IOException("nothing was written before it was torn");
            }
            Head head = head(Json.read(members.line(), members.length()));
            List<Call> calls = new ArrayList<>();
            List<Exchange> exchanges = new ArrayList<>();
            Set<Model> models = new LinkedHashSet<>();
            State state = State.TORN;
            long lost = 0;
            List<Load> loads = new ArrayList<>();
            String failure = "";
            Exchange begun = null;
            while (members.next()) {
                if (members.length() > 5 && members.line()[3] == '"' && (members.line()[2] == 'p' || members.line()[2] == 'b')) {
                    // A piece of a body: whoever asks for the body reads it.
                    continue;
                }
                Map<String, Object> line = Json.read(members.line(), members.length());
                switch (String.valueOf(line.get("t"))) {
                    case "model" -> models.add(Lines.modelOf(line));
                    case "discover" -> calls.add(new Call(null, members.member()));
                    case "read" -> calls.add(new Call(Lines.text(line, "dataset"), members.member()));
                    case "exchange" -> {
                        String asked = Lines.text(line, "asked");
                        begun = new Exchange(Questions.key(asked, Questions.Likeness.EXACT), Questions.key(asked, Questions.Likeness.HIDDEN),
                                Questions.key(asked, Questions.Likeness.TIMES), members.member());
                    }
                    case "whole" -> {
                        if (begun != null) {
                            exchanges.add(begun);
                            begun = null;
                        }
                    }
                    case "scan" -> begun = null;
                    case "lost" -> lost++;
                    case "full" -> state = State.FULL;
                    case "end" -> {
                        state = state == State.FULL ? State.FULL : State.WHOLE;
                        failure = line.get("failure") instanceof String text ? text : "";
                        for (Object load : Lines.list(line, "loads")) {
                            loads.add(load(Lines.map(load), head));
                        }
                    }
                    // Rows and what else is pushed is read when it is replayed.
                    default -> { }
                }
                if (calls.size() > MOST_CALLS || exchanges.size() > MOST_EXCHANGES || models.size() > MOST_CALLS) {
                    throw new Members.Refused("it holds more calls or exchanges than any sync makes");
                }
            }
            return new Recording(file, head, calls, exchanges, List.copyOf(models), members.torn() ? State.TORN : state, lost, loads, failure);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new UnreadableException("there is no recording " + file.getFileName() + ". See: eider recordings", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static UnreadableException unreadable(Path file, IOException e) {
        return e instanceof UnreadableException told ? told
                : new UnreadableException("the recording " + file.getFileName() + " cannot be read: " + e.getMessage(), e);
    }

    private static Load load(Map<String, ?> line, Head head) throws IOException {
        Load.State state;
        try {
            state = Load.State.valueOf(Lines.text(line, "state"));
        } catch (IllegalArgumentException e) {
            throw new IOException("a load of it ended in a way that this Eider does not know", e);
        }
        return new Load(0, head.run(), head.connection(), Lines.text(line, "dataset"), state, head.at(), null, Lines.number(line, "inserted"), Lines.number(line, "updated"),
                Lines.number(line, "removed"), Lines.number(line, "quarantined"), "", Lines.text(line, "message"));
    }

    private static Head head(Map<String, ?> line) throws IOException {
        if (!"recording".equals(line.get("t"))) {
            throw new Members.Refused("it is no recording");
        }
        long format = Lines.number(line, "format");
        if (format != FORMAT) {
            throw new Members.Refused("it was made by " + (format > FORMAT ? "a newer Eider (" : "another Eider (") + Lines.text(line, "eider") + "), in format " + format
                    + "; this one reads format " + FORMAT + ". Replay it with an Eider of that version");
        }
        try {
            return new Head(Lines.text(line, "eider"), Lines.text(line, "connection"), Lines.text(line, "connector"), Lines.text(line, "version"), Lines.text(line, "run"),
                    Instant.parse(Lines.text(line, "at")));
        } catch (DateTimeException e) {
            throw new IOException("it does not say when it was made", e);
        }
    }

    /** Reads the beginning and the end alone. */
    public static Summary peek(Path file) throws UnreadableException {
        try (Members members = new Members(file, 0, Limit.MEMBER)) {
            if (!members.next()) {
                throw new IOException("nothing was written before it was torn");
            }
            Head head = head(Json.read(members.line(), members.length()));
            long size = Files.size(file);
            byte[] tail = new byte[(int) Math.min(size, TAIL)];
            try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
                in.seek(size - tail.length);
                in.readFully(tail);
            }
            for (int at = tail.length - 20; at >= 0; at--) {
                if (tail[at] == 0x1f && tail[at + 1] == (byte) 0x8b && tail[at + 2] == 8 && tail[at + 3] == 0) {
                    Summary summary = end(file, head, size - tail.length + at);
                    if (summary != null) {
                        return summary;
                    }
                }
            }
            return new Summary(head, State.TORN, -1, -1, -1, "");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The summary if the last line stands in the member that begins here, else null. */
    private static Summary end(Path file, Head head, long member) {
        try (Members members = new Members(file, member, Limit.MEMBER)) {
            if (!members.next()) {
                return null;
            }
            Map<String, Object> line = Json.read(members.line(), members.length());
            boolean full = "full".equals(line.get("t"));
            if (full && members.next()) {
                line = Json.read(members.line(), members.length());
            }
            if (!"end".equals(line.get("t"))) {
                return null;
            }
            // The line about the bound stands in a member of its own, before this one.
            boolean before = full || fullBefore(file, member);
            return new Summary(head, before ? State.FULL : State.WHOLE, Lines.number(line, "exchanges"), Lines.number(line, "rows"), Lines.number(line, "files"),
                    line.get("failure") instanceof String failure ? failure : "");
        } catch (IOException e) {
            // Bytes that look like the beginning of a member stand elsewhere too.
            return null;
        }
    }

    private static boolean fullBefore(Path file, long member) throws IOException {
        byte[] before = new byte[(int) Math.min(member, 128)];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(member - before.length);
            in.readFully(before);
        }
        for (int at = before.length - 20; at >= 0; at--) {
            if (before[at] == 0x1f && before[at + 1] == (byte) 0x8b) {
                try (Members members = new Members(file, member - before.length + at, Limit.MEMBER)) {
                    return members.next() && "full".equals(Json.read(members.line(), members.length()).get("t"));
                } catch (IOException e) {
                    continue;
                }
            }
        }
        return false;
    }

    /** The cursor from which a dataset was first read; null if it was not. */
    String cursor(String dataset, long most) throws IOException {
        for (Call call : calls) {
            if (dataset.equals(call.dataset())) {
                try (Members members = new Members(file, call.member(), unpacked(file, most))) {
                    return members.next() ? Lines.text(Json.read(members.line(), members.length()), "cursor") : null;
                }
            }
        }
        return null;
    }

    /** The datasets that the source offered when it was last asked; none if it failed. */
    public List<Dataset> offered(long most) throws UnreadableException {
        List<Dataset> datasets = new ArrayList<>();
        try {
            for (Call call : calls) {
                if (call.dataset() == null) {
                    datasets.clear();
                    try (Members members = new Members(file, call.member(), unpacked(file, most))) {
                        members.next();
                        for (boolean on = members.next(); on; on = members.next()) {
                            Map<String, Object> line = Json.read(members.line(), members.length());
                            if ("ended".equals(line.get("t"))) {
                                break;
                            }
                            if ("dataset".equals(line.get("t"))) {
                                datasets.add(Lines.datasetOf(line));
                            }
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return datasets;
    }
}
