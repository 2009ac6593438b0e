package eider.sync.tape;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the connector API speaks of, as members of lines and back. What comes back was written by anybody: whatever does not fit is an {@link IOException} with a sentence. */
final class Lines {
    private Lines() {}

    // ---- there

    /** A line with its members in this order: people read it too. */
    static Map<String, Object> of(Object... namesAndValues) {
        Map<String, Object> line = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            line.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return line;
    }

    static Map<String, Object> dataset(Dataset dataset) {
        return of("t", "dataset", "name", dataset.name(), "description", dataset.description(), "fields", dataset.fields().stream().map(Lines::field).toList(), "key",
                dataset.key());
    }

    private static Map<String, Object> field(Field field) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", field.name());
        line.put("type", field.type().kind().name());
        if (field.type().kind() == Type.Kind.DECIMAL) {
            line.put("precision", field.type().precision());
            line.put("scale", field.type().scale());
        }
        line.put("required", field.required());
        line.put("description", field.description());
        return line;
    }

    static Map<String, Object> model(Model model) {
        return of("t", "model", "into", model.into(), "from", model.from(), "sql", model.sql());
    }

    /** Values as JSON, those of secret fields as their marks. */
    static List<Object> values(List<Field> fields, Object[] values, Redaction redaction) {
        List<Object> line = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            line.add(value(values[i], redaction, i < fields.size() && Redaction.isSecretName(fields.get(i).name())));
        }
        return line;
    }

    private static Object value(Object value, Redaction redaction, boolean secret) {
        return switch (value) {
            case null -> null;
            case String text -> secret ? redaction.marked(text) : redaction.without(text);
            case Boolean truth -> truth;
            case Number number when secret -> Map.of("secret", redaction.marked(number.toString()));
            case Long number -> number;
            case Integer number -> number;
            case Short number -> number.intValue();
            case Byte number -> number.intValue();
            case BigDecimal decimal -> Map.of("decimal", decimal.toString());
            case BigInteger number -> Map.of("whole", number.toString());
            case Double number -> Map.of("double", number.toString());
            case Float number -> Map.of("double", Double.toString(number));
            case LocalDate date -> Map.of("date", date.toString());
            case LocalDateTime time -> Map.of("time", time.toString());
            case Instant instant -> Map.of("instant", instant.toString());
            case OffsetDateTime time -> Map.of("offset", time.toString());
            default -> Map.of("other", value.getClass().getName(), "text", redaction.without(value.toString()));
        };
    }

    static Map<String, Object> scan(Scan scan, Redaction redaction) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("t", "scan");
        // Its name is for people; where it lay is nobody's business.
        line.put("file", redaction.without(String.valueOf(scan.file().getFileName())));
        switch (scan) {
            case Scan.Csv csv -> {
                line.put("format", "csv");
                line.put("charset", csv.charset() == null ? null : csv.charset().name());
                line.put("delimiter", csv.delimiter());
                line.put("quote", csv.quote());
                line.put("escape", csv.escape());
                line.put("comment", csv.comment());
                line.put("header", csv.header());
                line.put("skip", csv.skip());
                line.put("dates", csv.dateFormat());
                line.put("decimal", csv.decimalSeparator());
                line.put("short", csv.shortRows());
            }
            case Scan.Json json -> {
                line.put("format", "json");
                line.put("dates", json.dateFormat());
            }
            case Scan.Parquet parquet -> line.put("format", "parquet");
        }
        line.put("columns", scan.columns().stream().map(column -> of("name", column.name(), "field", field(column.field()))).toList());
        return line;
    }

    /** How a call of the source ended. */
    static Map<String, Object> ended(Throwable fault, Redaction redaction) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("t", "ended");
        switch (fault) {
            case null -> line.put("how", "returned");
            case SourceException e -> {
                line.put("how", "failed");
                line.put("kind", e.kind().name());
                line.put("sentence", redaction.without(String.valueOf(e.getMessage())));
                line.put("wait", Math.min(e.retryAfter().toSeconds(), Integer.MAX_VALUE));
            }
            case InterruptedException e -> line.put("how", "interrupted");
            default -> {
                line.put("how", "threw");
                line.put("fault", redaction.without(fault.toString()));
                StackTraceElement[] where = fault.getStackTrace();
                line.put("where", where.length == 0 ? "" : where[0].toString());
            }
        }
        return line;
    }

    // ---- and back

    static String text(Map<String, ?> line, String member) throws IOException {
        if (line.get(member) instanceof String text) {
            return text;
        }
        throw new IOException("a line of it lacks " + member);
    }

    /** Null where it is no text. */
    static String textOrNull(Map<String, ?> line, String member) {
        return line.get(member) instanceof String text ? text : null;
    }

    static long number(Map<String, ?> line, String member) throws IOException {
        if (line.get(member) instanceof Long number) {
            return number;
        }
        throw new IOException("a line of it lacks " + member);
    }

    static List<?> list(Map<String, ?> line, String member) throws IOException {
        if (line.get(member) instanceof List<?> list) {
            return list;
        }
        throw new IOException("a line of it lacks " + member);
    }

    @SuppressWarnings("unchecked")
    static Map<String, ?> map(Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, ?>) map;
        }
        throw new IOException("a line of it holds something where an object was expected");
    }

    /** What a constructor refuses is refused here. */
    @FunctionalInterface
    private interface Made<T> {
        T make() throws IOException;
    }

    private static <T> T checked(Made<T> made) throws IOException {
        try {
            return made.make();
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IOException("a line of it holds what cannot be (" + e.getMessage() + ")", e);
        }
    }

    static Dataset datasetOf(Map<String, ?> line) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (Object field : list(line, "fields")) {
            fields.add(fieldOf(map(field)));
        }
        List<String> key = list(line, "key").stream().map(String::valueOf).toList();
        return checked(() -> new Dataset(text(line, "name"), text(line, "description"), fields, key));
    }

    private static Field fieldOf(Map<String, ?> line) throws IOException {
        return checked(() -> {
            Type.Kind kind = Type.Kind.valueOf(text(line, "type"));
            Type type = kind == Type.Kind.DECIMAL ? Type.decimal(Math.toIntExact(number(line, "precision")), Math.toIntExact(number(line, "scale"))) : new Type(kind, 0, 0);
            return new Field(text(line, "name"), type, Boolean.TRUE.equals(line.get("required")), text(line, "description"));
        });
    }

    static Model modelOf(Map<String, ?> line) throws IOException {
        return new Model(text(line, "into"), text(line, "from"), text(line, "sql"));
    }

    static Object[] valuesOf(Map<String, ?> line) throws IOException {
        List<?> list = list(line, "v");
        Object[] values = new Object[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = valueOf(list.get(i));
        }
        return values;
    }

    private static Object valueOf(Object value) throws IOException {
        if (!(value instanceof Map<?, ?>)) {
            return value instanceof List<?> ? value.toString() : value;
        }
        Map<String, ?> line = map(value);
        String member = line.keySet().stream().findFirst().orElse("");
        String text = text(line, member.equals("other") ? "text" : member);
        return checked(() -> switch (member) {
            case "decimal" -> decimal(text);
            case "whole" -> new BigInteger(text.length() > 400 ? "0" : text);
            case "double" -> Double.valueOf(text);
            case "date" -> LocalDate.parse(text);
            case "time" -> LocalDateTime.parse(text);
            case "instant" -> Instant.parse(text);
            case "offset" -> OffsetDateTime.parse(text);
            // A number that was a secret: nobody knows it any more.
            case "secret" -> null;
            default -> text;
        });
    }

    private static BigDecimal decimal(String text) {
        BigDecimal decimal = new BigDecimal(text);
        if (text.length() > 400 || Math.abs((long) decimal.scale()) > 400) {
            throw new IllegalArgumentException("a number with too many digits");
        }
        return decimal;
    }

    /** @param file where its content lies now */
    static Scan scanOf(Map<String, ?> line, Path file) throws IOException {
        List<Scan.Column> columns = new ArrayList<>();
        for (Object column : list(line, "columns")) {
            columns.add(new Scan.Column(text(map(column), "name"), fieldOf(map(map(column).get("field")))));
        }
        return switch (text(line, "format")) {
            case "csv" -> checked(() -> new Scan.Csv(file, line.get("charset") == null ? null : Charset.forName(text(line, "charset")), textOrNull(line, "delimiter"),
                    textOrNull(line, "quote"), textOrNull(line, "escape"), textOrNull(line, "comment"), line.get("header") instanceof Boolean header ? header : null,
                    Math.toIntExact(number(line, "skip")), textOrNull(line, "dates"), textOrNull(line, "decimal"), Boolean.TRUE.equals(line.get("short")), columns));
            case "json" -> new Scan.Json(file, textOrNull(line, "dates"), columns);
            case "parquet" -> new Scan.Parquet(file, columns);
            default -> throw new IOException("it scans a file of a format that this Eider does not know (" + text(line, "format") + ")");
        };
    }

    /** A fault that a connector threw when it was recorded. */
    static final class RecordedFault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RecordedFault(String fault) {
            super(fault);
        }

        /** What the fault of then said of itself. */
        @Override
        public String toString() {
            return getMessage();
        }
    }

    /** Ends a call as it ended when it was recorded. */
    static void end(Map<String, ?> line) throws SourceException, InterruptedException, IOException {
        switch (text(line, "how")) {
            case "returned" -> { }
            case "interrupted" -> throw new InterruptedException("it was interrupted when it was recorded");
            case "threw" -> throw new RecordedFault(text(line, "fault"));
            case "failed" -> {
                SourceException.Kind kind = checked(() -> SourceException.Kind.valueOf(text(line, "kind")));
                throw kind == SourceException.Kind.RATE_LIMIT
                        ? SourceException.rateLimit(text(line, "sentence"), Duration.ofSeconds(Math.clamp(number(line, "wait"), 0, Integer.MAX_VALUE)))
                        : new SourceException(kind, text(line, "sentence"));
            }
            default -> throw new IOException("a call of it ended in a way that this Eider does not know");
        }
    }
}
