package eider.kit.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import eider.connector.Cursor;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Pages of JSON on their way to the store, as bytes: the records of each page are found in their envelope and written into a temporary file, one
 * per line, which the store then reads by itself. No record becomes an object in Java, memory does not grow with the page, and each record stays
 * byte for byte what the server sent (but for its line ends, which become spaces): digits, duplicate keys, escapes. Used by one thread; closing
 * deletes the files.
 *
 * <pre>{@code
 * try (Http http = account.open(); JsonPages pages = JsonPages.of("data", "has_more").check(MySource::throttled)) {
 *     Paging.each("Stripe's charges", null, after -> {
 *         JsonPages.Page page = http.call(Call.get("/v1/charges").query("starting_after", after), pages::add);
 *         pages.scan(sink, columns);
 *         pages.checkpoint(sink, …);
 *         return page.truth("has_more") ? … : null;
 *     });
 * }
 * }</pre>
 *
 * <p>A path names keys from the outside to the inside, with dots: {@code data.orders.nodes}. {@code edges[].node} goes into every element of an
 * array, {@code errors.0.message} into its first one. The empty path is the body itself: an array, or one object after another.
 */
public final class JsonPages implements AutoCloseable {
    /** A wanted value, or what is shown of a bad record, is no longer than this. */
    private static final int LONGEST_VALUE = 64 << 10;
    private static final int MOST_REJECTS = 1_000;
    private static final int LONGEST_REJECT = 1 << 10;
    private static final Pattern QUOTED = Pattern.compile("'[^']{2,}'|\"[^\"]{2,}\"");
    // Without recycling: the buffers that it keeps with each thread that ever parsed hold the connector's class loader until memory is short.
    private static final JsonFactory JSON = JsonFactory.builder().disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(1 << 20).maxNameLength(1 << 20).build()).build();

    /**
     * What one page brought.
     *
     * @param records that were staged
     */
    public record Page(long records, Map<String, String> values) {
        public Page {
            values = java.util.Collections.unmodifiableMap(new HashMap<>(values));
        }

        /**
         * A value of the envelope: text without its quotes, a number as it was written, {@code true} or {@code false}, an array or object as JSON;
         * null where it is absent or null.
         *
         * @throws IllegalArgumentException if the path is none of those that were named to {@link JsonPages#of}
         */
        public String text(String path) {
            if (!values.containsKey(path)) {
                throw new IllegalArgumentException("'" + path + "' is none of the paths that were asked for: " + values.keySet());
            }
            return values.get(path);
        }

        /** Whether the value is there and {@code true}. */
        public boolean truth(String path) {
            return "true".equals(text(path));
        }
    }

    /** Looks at the envelope of a page before its records are kept: the place to recognise an error that is told in a 200. */
    @FunctionalInterface
    public interface Check {
        /** Throws what the page means, and nothing of it is kept: {@link SourceException#rateLimit} for a throttled call. */
        void look(Page page) throws SourceException;
    }

    /** A place in the envelope, and what is below it. */
    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        private Node elements;
        private boolean records;
        private String wanted;

        Node child(String segment) {
            return segment.isEmpty() ? this : children.computeIfAbsent(segment, name -> new Node());
        }

        Node elements() {
            if (elements == null) {
                elements = new Node();
            }
            return elements;
        }

        boolean leaf() {
            return children.isEmpty() && elements == null;
        }
    }

    private record Reject(String place, String raw, String reason) {}

    private final String path;
    private final List<String> wanted;
    private final Node root = new Node();
    private Check check = page -> { };
    private boolean absentMeansNone;

    private Path file;
    private FileOutputStream out;
    private BufferedOutputStream buffered;
    /** Bytes of whole pages in the file. */
    private long bytes;
    private long records;
    private long pages;
    private final List<Reject> rejects = new ArrayList<>();
    /** Files that the store has, and may look at again until the checkpoint. */
    private final List<Path> handed = new ArrayList<>();
    /** The values of the page that is being read. */
    private Map<String, String> values;
    private long found;
    private long written;
    private boolean there;

    private JsonPages(String records, String... wanted) {
        this.path = Objects.requireNonNull(records, "records");
        this.wanted = List.of(wanted);
        node(records).records = true;
        for (String value : wanted) {
            Node node = node(value);
            if (node == root || node.records) {
                throw new IllegalArgumentException("'" + value + "' is no value beside the records");
            }
            node.wanted = value;
        }
    }

    /**
     * @param records the path to the records: an array of objects, or one object
     * @param wanted paths of the values beside them that {@link Page#text} shall give: the next cursor, {@code has_more}, an error's code. At most
     *     64 KiB each
     */
    public static JsonPages of(String records, String... wanted) {
        return new JsonPages(records, wanted);
    }

    /** Looks at each page's envelope before its records are kept. */
    public JsonPages check(Check check) {
        this.check = Objects.requireNonNull(check, "check");
        return this;
    }

    /**
     * A page whose records are absent or null has none (Google Sheets' {@code values}); otherwise it is a fault of kind {@code DATA}, for it may
     * have lost them.
     */
    public JsonPages absentMeansNone() {
        this.absentMeansNone = true;
        return this;
    }

    private Node node(String path) {
        Node node = root;
        if (!path.isEmpty()) {
            for (String segment : path.split("\\.", -1)) {
                String name = segment;
                int depth = 0;
                while (name.endsWith("[]")) {
                    name = name.substring(0, name.length() - 2);
                    depth++;
                }
                if (name.isEmpty() && depth == 0) {
                    throw new IllegalArgumentException("'" + path + "' is no path: write names with dots between them");
                }
                node = node.child(name);
                for (int i = 0; i < depth; i++) {
                    node = node.elements();
                }
            }
        }
        return node;
    }

    /** {@link #add(InputStream)} of an answer's body: {@code http.call(call, pages::add)}. */
    public Page add(Answer answer) throws SourceException, InterruptedException {
        InputStream body;
        try {
            body = answer.body();
        } catch (IOException e) {
            throw disk(e);
        }
        return add(body);
    }

    /**
     * Stages the records of one page. A page is kept as a whole or not at all: after a failure the file is as if it had never been begun, and the
     * same page may be added again.
     *
     * <p>An element that is no object goes to quarantine with the next {@link #scan}; after a thousand of them the page fails.
     *
     * @param body in UTF-8, from its first byte; is not closed
     * @throws SourceException of kind {@code DATA} if it is no JSON or has no records at the path; {@code TEMPORARY} if it ends in the middle,
     *     which is what a connection cut by a proxy looks like; what the {@linkplain #check check} throws
     */
    public Page add(InputStream body) throws SourceException, InterruptedException {
        begin();
        int rejectsBefore = rejects.size();
        boolean kept = false;
        try {
            parse(body);
            Page page = new Page(found, values);
            check.look(page);
            if (!there && !absentMeansNone) {
                throw new SourceException(Kind.DATA, "The answer has no records at '" + path
                        + "'. The vendor may have changed its API, or the account may have "
                        + "lost a permission.");
            }
            // What is in the file from now on stays when a later page is taken back.
            buffered.flush();
            bytes = written;
            records += found;
            pages++;
            kept = true;
            return page;
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while a page was read");
            interrupted.initCause(e);
            throw interrupted;
        } catch (JsonEOFException e) {
            throw new SourceException(Kind.TEMPORARY, "The answer ends in the middle: something between here and the server cut it off.");
        } catch (JsonProcessingException e) {
            throw new SourceException(Kind.DATA, "The answer is no valid JSON: " + reason(e));
        } catch (CharConversionException e) {
            throw new SourceException(Kind.DATA, "The answer is no valid JSON: it is not in UTF-8.", e);
        } catch (IOException e) {
            throw disk(e);
        } finally {
            if (!kept) {
                rejects.subList(rejectsBefore, rejects.size()).clear();
                takeBack();
            }
        }
    }

    private void begin() throws SourceException {
        values = new HashMap<>();
        wanted.forEach(name -> values.put(name, null));
        found = 0;
        written = bytes;
        there = false;
        if (file == null) {
            try {
                file = Files.createTempFile("eider-pages", ".ndjson");
                out = new FileOutputStream(file.toFile());
                buffered = new BufferedOutputStream(out, 1 << 16);
            } catch (IOException e) {
                close();
                throw disk(e);
            }
        }
    }

    /** What was written since the last whole page is cut off, a record that was begun too. */
    private void takeBack() {
        boolean interrupted = Thread.interrupted();
        try {
            buffered = null;
            out.getChannel().truncate(bytes).position(bytes);
            buffered = new BufferedOutputStream(out, 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of pages could not be cut back to its last whole page", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void parse(InputStream body) throws IOException, SourceException {
        Recorder recorder = new Recorder(body);
        try (JsonParser parser = JSON.createParser(recorder)) {
            JsonToken token = parser.nextToken();
            if (parser.currentLocation().getByteOffset() < 0) {
                throw new CharConversionException("the body is in UTF-16 or UTF-32");
            }
            if (token == null && !root.records) {
                throw new JsonEOFException(parser, null, "the body is empty");
            }
            there = root.records;
            try {
                while (token != null) {
                    value(parser, root, recorder);
                    token = parser.nextToken();
                    if (token != null && !root.records) {
                        throw new SourceException(Kind.DATA, "The answer is no valid JSON: something stands behind its end.");
                    }
                }
            } catch (JsonProcessingException e) {
                if (recorder.ended && !parser.getParsingContext().inRoot()) {
                    // The parser takes half a word ("tru") for a wrong one.
                    throw new JsonEOFException(parser, null, "the body ends within a word");
                }
                throw e;
            }
        }
    }

    /** Goes through the value whose first token is the current one. */
    private void value(JsonParser parser, Node node, Recorder recorder) throws IOException, SourceException {
        JsonToken token = parser.currentToken();
        if (node == null) {
            parser.skipChildren();
        } else if (node.records) {
            records(parser, recorder);
        } else if (token == JsonToken.START_OBJECT && !node.leaf()) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                Node child = node.children.get(parser.currentName());
                parser.nextToken();
                value(parser, child, recorder);
            }
        } else if (token == JsonToken.START_ARRAY && !node.leaf()) {
            there |= node.elements != null && leadsToRecords(node.elements);
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                Node child = node.children.get(Integer.toString(i));
                value(parser, child == null ? node.elements : child, recorder);
            }
        } else if (node.wanted != null) {
            values.put(node.wanted, token == JsonToken.VALUE_NULL ? null : text(parser, recorder, LONGEST_VALUE, node.wanted));
        } else {
            parser.skipChildren();
        }
    }

    private static boolean leadsToRecords(Node node) {
        return node.records || node.elements != null && leadsToRecords(node.elements)
                || node.children.values().stream().anyMatch(JsonPages::leadsToRecords);
    }

    private void records(JsonParser parser, Recorder recorder) throws IOException, SourceException {
        switch (parser.currentToken()) {
            case START_ARRAY -> {
                there = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    record(parser, recorder);
                }
            }
            case VALUE_NULL -> { }
            case null, default -> {
                there = true;
                record(parser, recorder);
            }
        }
    }

    private void record(JsonParser parser, Recorder recorder) throws IOException, SourceException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            recorder.begin(parser.currentLocation().getByteOffset() - 1, buffered);
            parser.skipChildren();
            written += recorder.end(parser.currentLocation().getByteOffset()) + 1;
            buffered.write('\n');
            found++;
            return;
        }
        if (rejects.size() == MOST_REJECTS) {
            throw new SourceException(Kind.DATA, "More than " + MOST_REJECTS + " elements at '" + path
                    + "' are no JSON objects: this is no list of records.");
        }
        String place = "page " + (pages + 1) + ", record " + (found + rejects.size() + 1);
        rejects.add(new Reject(place, text(parser, recorder, LONGEST_REJECT, null), "this is no JSON object"));
    }

    /** The current value as text. A longer one is a fault where it has a name, else is cut. */
    private String text(JsonParser parser, Recorder recorder, int longest, String name) throws IOException, SourceException {
        String text;
        if (parser.currentToken().isStructStart()) {
            Cut cut = new Cut(longest);
            recorder.begin(parser.currentLocation().getByteOffset() - 1, cut);
            parser.skipChildren();
            long length = recorder.end(parser.currentLocation().getByteOffset());
            text = cut.toString(StandardCharsets.UTF_8) + (length > longest ? "…" : "");
        } else {
            text = parser.getText();
        }
        if (text.length() > longest) {
            if (name != null) {
                throw new SourceException(Kind.DATA, "The answer's '" + name + "' is longer than " + longest
                        + " characters: it cannot be what is looked for.");
            }
            return text.substring(0, longest) + "…";
        }
        return text;
    }

    /** Keeps the first bytes and forgets the others. */
    private static final class Cut extends ByteArrayOutputStream {
        private final int longest;

        Cut(int longest) {
            this.longest = longest;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, Math.min(length, longest - size()));
        }
    }

    private static String reason(JsonProcessingException e) {
        // Without the words that it quotes: a server that repeats a key would bring parts of it, which nobody could recognise, into the log.
        String text = QUOTED.matcher(e.getOriginalMessage()).replaceAll("'…'").replaceAll("[\\p{Cntrl}\\s]+", " ");
        String first = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        if (first.startsWith("Unexpected character ('<'")) {
            return "it begins like a web page. Check the address, and whether a sign-in page or a proxy answers in place of the API.";
        }
        return first + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")")
                + ".";
    }

    private static SourceException disk(IOException e) {
        return new SourceException(Kind.TEMPORARY,
                "The pages could not be kept on this machine's disk. Make room in its folder for temporary files.", e);
    }

    /** Records that wait for {@link #scan}. */
    public long records() {
        return records;
    }

    /** Bytes that wait for {@link #scan}: where pages are small, scan when they are some tens of megabytes, not one by one. */
    public long bytes() {
        return bytes;
    }

    /**
     * Hands everything that was added to the store, the bad elements to quarantine, and begins a new file. Nothing happens if nothing waits.
     *
     * @param columns which key of a record goes to which field; a key whose value is an object or array goes to a field of type JSON. Other keys
     *     are not loaded
     */
    public void scan(Sink sink, List<Scan.Column> columns) throws SourceException, InterruptedException {
        long waiting = records;
        List<Reject> bad = List.copyOf(rejects);
        if (file != null && waiting > 0) {
            try {
                buffered.flush();
                out.close();
            } catch (IOException e) {
                throw disk(e);
            }
            Path full = file.toAbsolutePath();
            handed.add(full);
            file = null;
            fresh();
            sink.scan(new Scan.Json(full, null, columns));
        }
        rejects.clear();
        for (Reject reject : bad) {
            sink.reject(reject.place(), reject.raw(), reject.reason());
        }
    }

    /**
     * {@link Sink#checkpoint}, and then deletes the files that were handed over: until then the store may look at them again. What waits for a scan
     * keeps waiting.
     */
    public void checkpoint(Sink sink, Cursor cursor) throws SourceException, InterruptedException {
        sink.checkpoint(cursor);
        deleteHanded();
    }

    private void fresh() {
        bytes = 0;
        records = 0;
        out = null;
        buffered = null;
    }

    /** Forgets what waits, and deletes all files. May be called twice; the pages may be used again afterwards. */
    @Override
    public void close() {
        rejects.clear();
        if (file != null) {
            handed.add(file);
            file = null;
        }
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file of pages could not be closed", e);
        } finally {
            fresh();
            deleteHanded();
        }
    }

    private void deleteHanded() {
        try {
            while (!handed.isEmpty()) {
                Files.deleteIfExists(handed.removeLast());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file of pages could not be deleted", e);
        }
    }

    /**
     * Hands a body to the parser and copies the bytes between two of its offsets. Holds one buffer of the parser only: the parser asks for more
     * when it has used up all that it got, and the ends of a record are single bytes, so they lie in the buffer that is in use.
     */
    private static final class Recorder extends InputStream {
        private final InputStream in;
        private byte[] held = new byte[8_192];
        private int length;
        /** Where the held bytes begin in the body. */
        private long start;
        private OutputStream into;
        private long from;
        private long copied;
        /** The parser asked for more than there is. */
        private boolean ended;

        Recorder(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            if (into != null) {
                copy(start + length);
            }
            start += length;
            length = 0;
            // Whole buffers: the parser looks at the first four bytes before it begins, and asks twice if it gets fewer.
            int n = in.readNBytes(buffer, offset, count);
            if (n == 0) {
                ended |= count > 0;
                return count == 0 ? 0 : -1;
            }
            if (n > held.length) {
                held = new byte[n];
            }
            System.arraycopy(buffer, offset, held, 0, n);
            length = n;
            return n;
        }

        /** From this byte of the body on everything goes into {@code into}. */
        void begin(long from, OutputStream into) throws IOException {
            if (from < start) {
                throw new IOException("byte " + from + " of the body is gone already");
            }
            this.from = from;
            this.into = into;
            this.copied = 0;
        }

        /** Up to this byte. @return how many bytes that were */
        long end(long to) throws IOException {
            copy(to);
            into = null;
            return copied;
        }

        private void copy(long to) throws IOException {
            int first = (int) (from - start);
            int count = (int) (to - from);
            for (int i = first; i < first + count; i++) {
                // JSON has none within its texts, only between its tokens.
                if (held[i] == '\n' || held[i] == '\r') {
                    held[i] = ' ';
                }
            }
            into.write(held, first, count);
            copied += count;
            from = to;
        }
    }
}
