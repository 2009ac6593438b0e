package eider.sync.tape;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Tape;
import eider.sync.tape.Questions.Likeness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a source with a recording in the place of its outside system: as its {@link Tape} it gives the answers that were recorded, as the {@link Calls} of its run it asks from
 * the cursors that were asked for then. The calls come from one thread at a time, the tape from any.
 */
public final class Player implements Calls, Tape {
    private static final int SAMPLES = 5;
    /** Who asks the same thing so often and gets the same answer goes in a circle. */
    private static final int REPEATS = 1_000;

    private final Recording recording;
    private final long most;
    private final Redaction redaction = new Redaction();
    private final Map<Likeness, Map<Long, List<Integer>>> index = new EnumMap<>(Likeness.class);
    private final Set<String> begun = new LinkedHashSet<>();
    private List<Dataset> offered = List.of();

    // Guarded by this.
    private final BitSet played = new BitSet();
    private final Map<Integer, Integer> repeats = new HashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private long loose;
    private boolean asked;

    public Player(Recording recording, long most) {
        this.recording = recording;
        this.most = most;
        for (Likeness likeness : Likeness.values()) {
            Map<Long, List<Integer>> exchanges = new HashMap<>();
            for (int i = 0; i < recording.exchanges().size(); i++) {
                exchanges.computeIfAbsent(recording.exchanges().get(i).key(likeness), key -> new ArrayList<>(1)).add(i);
            }
            index.put(likeness, exchanges);
        }
    }

    // ---- the calls of the source

    @Override
    public List<Dataset> discover(Source source, Sniffer sniffer) throws SourceException, InterruptedException {
        offered = Tape.during(this, () -> source.discover(sniffer));
        return offered;
    }

    @Override
    public void read(Source source, Request request, Sink sink) throws SourceException, InterruptedException {
        String dataset = request.dataset().name();
        Cursor cursor = request.cursor();
        if (begun.add(dataset) || cursor.isNone()) {
            try {
                String then = recording.cursor(dataset, most);
                cursor = then == null ? Cursor.NONE : new Cursor(then);
            } catch (IOException e) {
                throw new SourceException(SourceException.Kind.DATA, Recording.unreadable(recording.file(), e).getMessage() + ".", e);
            }
        }
        Request asThen = new Request(request.dataset(), cursor, request.sniffer());
        Tape.during(this, () -> {
            source.read(asThen, sink);
            return null;
        });
    }

    /** What the source offered when it was last asked. */
    public List<Dataset> offered() {
        return offered;
    }

    // ---- its network

    @Override
    public boolean replays() {
        return true;
    }

    @Override
    public void hide(String secret) {
        redaction.hide(secret);
    }

    @Override
    public void record(String question, Map<String, String> told, InputStream body) {
        throw new IllegalStateException("this is replayed and not recorded");
    }

    @Override
    public Answer replay(String question) throws SourceException {
        String clean = Questions.shortened(redaction.without(question, true));
        int found = find(clean);
        try {
            return answer(recording.exchanges().get(found));
        } catch (IOException e) {
            throw new SourceException(SourceException.Kind.DATA, Recording.unreadable(recording.file(), e).getMessage() + ".", e);
        }
    }

    private synchronized int find(String question) throws SourceException {
        asked = true;
        int last = -1;
        for (Likeness likeness : Likeness.values()) {
            for (int i : index.get(likeness).getOrDefault(Questions.key(question, likeness), List.of())) {
                if (!played.get(i)) {
                    played.set(i);
                    loose += likeness == Likeness.TIMES ? 1 : 0;
                    return i;
                }
                last = last < 0 || i > last && likeness != Likeness.TIMES ? i : last;
            }
        }
        if (last < 0) {
            missing.add(Questions.shown(question));
            throw new SourceException(SourceException.Kind.DATA, "The recording holds no answer to " + Questions.shown(question) + ": "
                    + (recording.state() == Recording.State.WHOLE ? "it was not asked when " + recording.head().connection() + " was recorded"
                            : "it ends before that was asked, if it was") + ". Nothing was asked of the network.");
        }
        if (repeats.merge(last, 1, Integer::sum) > REPEATS) {
            throw new SourceException(SourceException.Kind.BUG, "The connector asked " + Questions.shown(question) + " more than " + REPEATS
                    + " times more often than it was recorded: it goes in a circle.");
        }
        return last;
    }

    private Answer answer(Recording.Exchange exchange) throws IOException {
        Members members = new Members(recording.file(), exchange.member(), Recording.unpacked(recording.file(), most));
        try {
            members.next();
            Map<String, String> told = new LinkedHashMap<>();
            Lines.map(Json.read(members.line(), members.length()).get("told")).forEach((name, value) -> told.put(name, String.valueOf(value)));
            return new Answer(told, new Body(members));
        } catch (IOException | RuntimeException e) {
            members.close();
            throw e;
        }
    }

    /** The pieces of a body, one after the other. */
    private static final class Body extends InputStream {
        private final Members members;
        private byte[] piece = {};
        private int at;
        private boolean ended;

        Body(Members members) {
            this.members = members;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            while (at == piece.length && !ended) {
                ByteArrayOutputStream next = new ByteArrayOutputStream(Limit.PIECE);
                ended = !members.next() || !Outbound.piece(Json.read(members.line(), members.length()), next);
                piece = next.toByteArray();
                at = 0;
            }
            if (ended) {
                return -1;
            }
            int n = Math.min(count, piece.length - at);
            System.arraycopy(piece, at, into, from, n);
            at += n;
            return n;
        }

        @Override
        public void close() throws IOException {
            members.close();
        }
    }

    // ---- what there is to say of it

    /** Whether the source asked anything at all. */
    public synchronized boolean asked() {
        return asked;
    }

    /** Sentences about what was asked otherwise than then. */
    public synchronized List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!missing.isEmpty()) {
            notes.add(count(missing.size(), "question is", "questions are") + " not in the recording: " + some(missing));
        }
        int unplayed = recording.exchanges().size() - played.cardinality();
        if (unplayed > 0 && asked) {
            notes.add(count(unplayed, "recorded question was", "recorded questions were") + " not asked this time: " + some(unplayed()));
        }
        long again = repeats.values().stream().mapToLong(Integer::longValue).sum();
        if (again > 0) {
            notes.add(count(again, "question was", "questions were") + " asked more often than then, and got the last answer again");
        }
        if (loose > 0) {
            notes.add(count(loose, "question was", "questions were") + " found in the recording with other times, identifiers or another host in it");
        }
        return notes;
    }

    private Set<String> unplayed() {
        Set<String> samples = new LinkedHashSet<>();
        for (int i = played.nextClearBit(0); i < recording.exchanges().size() && samples.size() < SAMPLES; i = played.nextClearBit(i + 1)) {
            try (Members members = new Members(recording.file(), recording.exchanges().get(i).member(), Limit.MEMBER * 2L)) {
                members.next();
                samples.add(Questions.shown(Lines.text(Json.read(members.line(), members.length()), "asked")));
            } catch (IOException e) {
                samples.add("one that cannot be read any more (" + e.getMessage() + ")");
            }
        }
        return samples;
    }

    private static String some(Set<String> questions) {
        String first = String.join("; ", questions.stream().limit(SAMPLES).toList());
        return questions.size() > SAMPLES ? first + "; …" : first;
    }

    private static String count(long number, String one, String more) {
        return number + " " + (number == 1 ? one : more);
    }
}
