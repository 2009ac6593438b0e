package eider.store.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Walks through a file of JSON objects: the elements of one array, or one object after another. Numbers are taken as they are written,
 * digit for digit, which DuckDB's reader does not do: it reads 1.10 as a binary fraction. Where that makes no difference,
 * {@link JsonShape#plain} says so.
 */
final class JsonWalk {
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE).build();

    /** What kind of value stands behind a key. */
    enum Kind { NULL, TEXT, NUMBER, TRUTH, NESTED }

    /** A value and its text; of a nested one, its JSON. */
    record Value(Kind kind, String text) {
        static final Value NULL = new Value(Kind.NULL, null);
    }

    /** What is done with each element. */
    interface Visitor {
        /** A line of its own, as bytes; true if that was all, false if it shall be read and come once more as what it is. */
        default boolean line(long line, byte[] b, int from, int to) throws IOException {
            return false;
        }

        /** An object; the map is used again for the next one. */
        void object(long line, Map<String, Value> object) throws IOException, SourceException;

        /** Something that is no object, or no JSON. */
        void other(long line, String raw, String reason) throws IOException, SourceException;
    }

    private final Scan.Json scan;
    private final Limits limits;
    private final Charset charset;

    JsonWalk(Scan.Json scan, Limits limits) throws IOException {
        this.scan = scan;
        this.limits = limits;
        try (InputStream in = Content.open(scan.file(), limits)) {
            byte[] head = in.readNBytes(FileSniffer.HEAD);
            this.charset = Encoding.detect(head, head.length < FileSniffer.HEAD);
        }
    }

    private InputStream open() throws IOException {
        return Content.utf8(scan.file(), charset, limits);
    }

    /** Finds out the columns: quickly where that can be. */
    JsonShape shape() throws IOException, SourceException, InterruptedException {
        Mark mark = Mark.of(scan.file());
        JsonShape shape = quickly() ? JsonSurvey.of(scan.file(), limits) : null;
        if (shape == null) {
            shape = new JsonShape();
            walk(shape);
            shape.irregular();
        }
        JsonShape.Memory.RECENT.add(scan.file(), mark, shape);
        return shape;
    }

    /** How many rows DuckDB will find if every line is so plain that it reads the file as it is; -1 if not. */
    long plainRows(Mark mark) throws IOException, SourceException, InterruptedException {
        if (!quickly()) {
            return -1;
        }
        JsonShape shape = JsonShape.Memory.RECENT.of(scan.file(), mark);
        if (shape == null) {
            shape = JsonSurvey.of(scan.file(), limits);
        }
        return shape != null && shape.plain(scan) ? shape.objects() : -1;
    }

    private boolean quickly() throws IOException {
        return charset.equals(StandardCharsets.UTF_8) && Content.packing(scan.file()) == Content.Packing.NONE && byLines();
    }

    /** Visits every element. One line after another where each line is a document of its own, so that a broken line spoils no other. */
    void walk(Visitor visitor) throws IOException, SourceException {
        if (byLines()) {
            lines(visitor);
        } else {
            stream(visitor);
        }
    }

    /** Whether the first line that is not blank is a whole object. A line that does not end within the head of the file is none. */
    private boolean byLines() throws IOException {
        byte[] head;
        try (InputStream in = open()) {
            byte[] part = new byte[FileSniffer.HEAD];
            int n = 0;
            int length = 0;
            while (length < part.length - 8 && (n = in.read(part, length, part.length - length)) > 0) {
                length += n;
            }
            head = java.util.Arrays.copyOf(part, length);
        }
        String text = new String(head, StandardCharsets.UTF_8).stripLeading();
        int end = text.indexOf('\n');
        return text.startsWith("{") && (end > 0 || head.length < FileSniffer.HEAD - 8) && whole(end > 0 ? text.substring(0, end) : text);
    }

    private Tokens lines() throws IOException {
        // Every record is a line of one cell: no delimiter occurs in UTF-8 with this byte.
        return new Tokens(open(), new Dialect(new byte[] {(byte) 0xff}, Dialect.NONE, Dialect.NONE, new byte[0], 0), limits.lineBytes() * 8);
    }

    private static boolean whole(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private void lines(Visitor visitor) throws IOException, SourceException {
        Map<String, Value> object = new LinkedHashMap<>();
        try (Tokens lines = lines()) {
            while (lines.next()) {
                if (!visitor.line(lines.line(), lines.buffer(), lines.from(0), lines.to(0))) {
                    line(lines.line(), lines.text(0), object, visitor);
                }
            }
        }
    }

    /** Visits what stands in one line, if it is not blank; the map is for use here. */
    static void line(long number, String text, Map<String, Value> object, Visitor visitor) throws IOException, SourceException {
        String line = text.strip();
        if (line.isEmpty()) {
            return;
        }
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                visitor.other(number, line, "this is no JSON object");
                return;
            }
            object(parser, object);
            if (parser.nextToken() != null) {
                visitor.other(number, line, "something stands behind the object");
                return;
            }
        } catch (JsonProcessingException e) {
            visitor.other(number, line, "this is no valid JSON: " + reason(e));
            return;
        }
        visitor.object(number, object);
    }

    private void stream(Visitor visitor) throws IOException, SourceException {
        Map<String, Value> object = new LinkedHashMap<>();
        try (InputStream in = open(); JsonParser parser = JSON.createParser(in)) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new Unreadable("The file is empty.");
            }
            boolean array = token == JsonToken.START_ARRAY;
            if (array) {
                token = parser.nextToken();
            }
            while (token != null && token != JsonToken.END_ARRAY) {
                long line = parser.currentTokenLocation().getLineNr();
                if (token == JsonToken.START_OBJECT) {
                    object(parser, object);
                    visitor.object(line, object);
                } else {
                    visitor.other(line, nested(parser), "this is no JSON object");
                }
                token = parser.nextToken();
            }
            if (array && parser.nextToken() != null) {
                throw new Unreadable("Line " + parser.currentTokenLocation().getLineNr() + ": something stands behind the JSON array.");
            }
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new Unreadable("The JSON is broken in line " + line + ": " + reason(e) + ".", e);
        }
    }

    private static String reason(JsonProcessingException e) {
        String text = e.getOriginalMessage();
        int more = text.indexOf('\n');
        String first = more < 0 ? text : text.substring(0, more);
        return first.replace(" (within/between Object entries)", "").strip();
    }

    /** Reads an object whose opening brace is the current token. */
    private static void object(JsonParser parser, Map<String, Value> object) throws IOException {
        object.clear();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            object.put(name, switch (parser.nextToken()) {
                case VALUE_NULL -> Value.NULL;
                case VALUE_TRUE -> new Value(Kind.TRUTH, "true");
                case VALUE_FALSE -> new Value(Kind.TRUTH, "false");
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Value(Kind.NUMBER, parser.getText());
                case VALUE_STRING -> new Value(Kind.TEXT, parser.getText());
                case null, default -> new Value(Kind.NESTED, nested(parser));
            });
        }
    }

    private static String nested(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.copyCurrentStructureExact(parser);
        }
        return text.toString();
    }

    /** An object as JSON again, for people. */
    static String raw(Map<String, Value> object) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.writeStartObject();
            for (Map.Entry<String, Value> entry : object.entrySet()) {
                generator.writeFieldName(entry.getKey());
                Value value = entry.getValue();
                switch (value.kind()) {
                    case NULL -> generator.writeNull();
                    case TEXT -> generator.writeString(value.text());
                    case NUMBER, TRUTH, NESTED -> generator.writeRawValue(value.text());
                }
            }
            generator.writeEndObject();
        }
        return text.toString();
    }

    /** A bad row as a JSON object of texts. */
    static String record(Map<String, String> texts) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.writeStartObject();
            for (Map.Entry<String, String> entry : texts.entrySet()) {
                generator.writeStringField(entry.getKey(), entry.getValue());
            }
            generator.writeEndObject();
        }
        return text.toString();
    }

    /** Writes all good rows anew and puts the others aside. */
    void rewrite(Canonical out) throws IOException, SourceException {
        List<Scan.Column> columns = scan.columns();
        List<Values> values = new ArrayList<>();
        boolean[] text = new boolean[columns.size()];
        for (int i = 0; i < text.length; i++) {
            values.add(new Values(columns.get(i).field(), null, scan.dateFormat()));
            Type.Kind kind = columns.get(i).field().type().kind();
            text[i] = kind == Type.Kind.TEXT || kind == Type.Kind.JSON;
        }
        List<String> row = new ArrayList<>();
        PlainRow plain = new PlainRow(columns, values, text);
        walk(new Visitor() {
            @Override
            public boolean line(long line, byte[] b, int from, int to) throws IOException {
                return plain.write(line, b, from, to, out);
            }

            @Override
            public void object(long line, Map<String, Value> object) throws IOException {
                row.clear();
                StringBuilder faults = new StringBuilder();
                for (int i = 0; i < text.length; i++) {
                    Scan.Column column = columns.get(i);
                    try {
                        row.add(values.get(i).json(object.getOrDefault(column.name(), Value.NULL)));
                    } catch (Values.Misfit e) {
                        row.add(null);
                        faults.append(faults.isEmpty() ? "" : "; ").append(e.getMessage());
                    }
                }
                if (faults.isEmpty()) {
                    out.row(line, row, text);
                } else {
                    Map<String, String> texts = new LinkedHashMap<>();
                    for (Scan.Column column : columns) {
                        Value value = object.getOrDefault(column.name(), Value.NULL);
                        texts.put(column.field().name(), value.kind() == Kind.NULL ? null : value.text());
                    }
                    out.reject(new Reject("line " + line, raw(object), faults.toString(), record(texts)));
                }
            }

            @Override
            public void other(long line, String raw, String reason) throws IOException {
                out.reject(new Reject("line " + line, raw, reason));
            }
        });
    }

    /** Writes those lines that need no thought, without making an object of each value. */
    private static final class PlainRow {
        private final List<Scan.Column> columns;
        private final List<Values> values;
        private final boolean[] text;
        private final JsonLine line = new JsonLine();
        /** For each name that the line knows, the columns that it fills. */
        private final List<int[]> filled = new ArrayList<>();
        private final byte[][] source;
        private final int[] from;
        private final int[] to;

        PlainRow(List<Scan.Column> columns, List<Values> values, boolean[] text) {
            this.columns = columns;
            this.values = values;
            this.text = text;
            this.source = new byte[text.length][];
            this.from = new int[text.length];
            this.to = new int[text.length];
        }

        /** False if nothing was written. */
        boolean write(long place, byte[] b, int begin, int end, Canonical out) throws IOException {
            if (!line.parse(b, begin, end) || line.special()) {
                return false;
            }
            Arrays.fill(source, null);
            for (int i = 0; i < line.fields(); i++) {
                int name = line.name(i);
                while (name >= filled.size()) {
                    String key = line.key(filled.size());
                    filled.add(IntStream.range(0, columns.size()).filter(column -> columns.get(column).name().equals(key)).toArray());
                }
                for (int column : filled.get(name)) {
                    if (line.kind(i) != Kind.NULL && !take(b, i, column)) {
                        return false;
                    }
                }
            }
            for (int column = 0; column < source.length; column++) {
                if (source[column] == null && columns.get(column).field().required()) {
                    return false;
                }
            }
            out.row(place, source, from, to, text);
            return true;
        }

        /** False if the value wants more than to be copied. */
        private boolean take(byte[] b, int field, int column) {
            Type.Kind type = columns.get(column).field().type().kind();
            boolean asText = type == Type.Kind.TEXT;
            if (type == Type.Kind.JSON) {
                return false;
            }
            if (line.escaped(field)) {
                if (asText) {
                    source[column] = line.unescaped(b, field);
                    from[column] = 0;
                    to[column] = source[column].length;
                }
                return asText;
            }
            if (!asText && !values.get(column).plain(b, line.from(field), line.to(field))) {
                return false;
            }
            source[column] = b;
            from[column] = line.from(field);
            to[column] = line.to(field);
            return true;
        }
    }
}
