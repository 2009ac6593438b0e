package eider.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.connector.Cursor;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.store.ingest.Ingest;
import eider.store.ingest.Limits;
import eider.store.ingest.Readable;
import eider.store.ingest.ScanSql;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what is pushed with a real DuckDB, as the store does, and keeps of it the count, the bad rows and a hash that does not depend on the order
 * of rows or on
 * how a value is written: 1.50 and 1.5 are one number. The README beside manifest.tsv defines it.
 */
final class DuckStore implements Sink {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
    private static final Pattern COMMA_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*),[0-9]+");
    private static final Pattern TIME = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)[ "
            + "T](\\d\\d:\\d\\d)(:\\d\\d)?(?:\\.(\\d+))?(Z|[+-]\\d\\d(?::?\\d\\d)?)?");

    /** A point in time within the JSON that DuckDB makes of a nested value. */
    private static final String UTC_IN_JSON = "(?<=\")(\\d+-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)\\+00(?=\")";

    private final Path handover;
    private final Ingest duck;
    private final boolean csv;
    private final boolean excel;
    private final boolean parquet;
    final List<String> rejects = new ArrayList<>();
    final List<List<String>> sample = new ArrayList<>();
    /** What the load says it assumed. */
    final List<String> assumed = new ArrayList<>();
    /** The columns of the last scan. */
    List<String> names = List.of();
    /** Whether every row is kept, not just the first ones. */
    boolean keep;
    long rows;
    long sum;

    DuckStore(Path handover, Ingest duck, String name) {
        this.handover = handover;
        this.duck = duck;
        this.csv = !name.matches(".*\\.(xlsx|parquet|json)");
        this.excel = name.endsWith(".xlsx");
        this.parquet = name.endsWith(".parquet");
    }

    Manifest.Reading reading() {
        return new Manifest.Reading(rows, rejects.size(), String.format("%016x", sum));
    }

    @Override
    public void part(String name, String fingerprint) {
        // One file, one part.
    }

    @Override
    public void upsert(Object... values) {
        row(Arrays.asList(values));
    }

    @Override
    public void delete(Object... key) {
        throw new UnsupportedOperationException("files delete nothing");
    }

    @Override
    public void scan(Scan scan) throws SourceException, InterruptedException {
        try (Readable readable = Readable.of(scan, handover, Limits.DEFAULT)) {
            long before = rows;
            names = scan.columns().stream().map(column -> column.field().name()).toList();
            duck.query(ScanSql.of(readable).query(), this::rows);
            if (rows - before != readable.rows()) {
                throw new AssertionError("DuckDB found " + (rows - before) + " rows of " + readable.rows() + " in " + scan.file());
            }
            readable.rejects(reject -> reject(reject.place(), reject.raw(), reject.reason()));
            readable.verifyUnchanged();
            assumed.addAll(readable.assumed());
        } catch (SQLException e) {
            throw new AssertionError("DuckDB failed on " + scan.file() + ": " + e.getMessage(), e);
        }
    }

    private Void rows(ResultSet result) throws SQLException {
        int width = result.getMetaData().getColumnCount();
        String[] types = new String[width];
        for (int i = 0; i < width; i++) {
            types[i] = result.getMetaData().getColumnTypeName(i + 1);
        }
        while (result.next()) {
            List<Object> row = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                Object value = result.getObject(i + 1);
                row.add(value == null ? null : switch (types[i]) {
                    case "JSON" -> parquet ? json(result.getString(i + 1).replaceAll(UTC_IN_JSON, "$1Z")) : json(result.getString(i + 1));
                    case "BOOLEAN", "BIGINT", "DOUBLE", "FLOAT" -> value;
                    case String type when type.startsWith("DECIMAL") -> value;
                    case "TIMESTAMP WITH TIME ZONE" -> value instanceof OffsetDateTime time ? time : result.getString(i + 1);
                    default -> result.getString(i + 1);
                });
            }
            row(row);
        }
        return null;
    }

    private void row(List<Object> values) {
        List<String> cells = values.stream().map(this::canonical).toList();
        if (keep || sample.size() < 3) {
            sample.add(cells);
        }
        byte[] digest = Seen.sha256().digest(String.join("\u001f", cells).getBytes(StandardCharsets.UTF_8));
        sum += java.nio.ByteBuffer.wrap(digest).getLong();
        rows++;
    }

    private String canonical(Object value) {
        return switch (value) {
            case null -> "";
            case BigDecimal number -> Workbook.plain(number).toPlainString();
            case Double number -> floating(number);
            case Float number -> Double.isFinite(number) ? Workbook.plain(new BigDecimal(number.toString())).toPlainString() : number.toString();
            case LocalDateTime time -> Cells.text(time);
            case OffsetDateTime time -> text(time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime().toString()) + "Z";
            default -> text(value.toString());
        };
    }

    private static String floating(double number) {
        return Double.isNaN(number) ? "NaN" : Double.isInfinite(number) ? Double.toString(number) : number == 0 ? "0"
                : Workbook.plain(new BigDecimal(Double.toString(number))).toPlainString();
    }

    private String text(String value) {
        String text = value.replace("\r\n", "\n");
        String small = text.toLowerCase(Locale.ROOT);
        if (small.equals("true") || small.equals("false")) {
            return small;
        }
        if (csv && COMMA_NUMBER.matcher(text).matches()) {
            text = text.replace(',', '.');
        }
        if (NUMBER.matcher(text).matches()) {
            return Workbook.plain(new BigDecimal(text)).toPlainString();
        }
        Matcher time = TIME.matcher(text);
        return !excel && time.matches() ? time(time, text) : text;
    }

    private static String time(Matcher parts, String text) {
        try {
            LocalDateTime time = LocalDateTime.parse(parts.group(1) + "T" + parts.group(2) + (parts.group(3) == null ? ":00" : parts.group(3)));
            String offset = parts.group(5);
            if (offset != null && !offset.equals("Z")) {
                String digits = offset.substring(1).replace(":", "") + "00";
                int minutes = Integer.parseInt(digits.substring(0, 2)) * 60 + Integer.parseInt(digits.substring(2, 4));
                time = offset.startsWith("-") ? time.plusMinutes(minutes) : time.minusMinutes(minutes);
            }
            String fraction = parts.group(4) == null ? "" : parts.group(4).replaceAll("0+$", "");
            return time.toLocalDate() + " " + time.toLocalTime().format(java.time.format.DateTimeFormatter.ISO_LOCAL_TIME) + (fraction.isEmpty() ? ""
                    : "." + fraction)
                    + (offset == null ? "" : "Z");
        } catch (DateTimeException e) {
            return text;
        }
    }

    private static String json(String text) {
        try {
            return write(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    /** Keys in the order of their characters, no blanks, numbers in their shortest form. */
    private static String write(JsonNode node) throws JsonProcessingException {
        if (node.isObject()) {
            Map<String, String> members = new TreeMap<>();
            for (var member : node.properties()) {
                members.put(member.getKey(), write(member.getValue()));
            }
            List<String> written = new ArrayList<>();
            for (var member : members.entrySet()) {
                written.add(JSON.writeValueAsString(member.getKey()) + ":" + member.getValue());
            }
            return "{" + String.join(",", written) + "}";
        }
        if (node.isArray()) {
            List<String> written = new ArrayList<>();
            for (JsonNode element : node) {
                written.add(write(element));
            }
            return "[" + String.join(",", written) + "]";
        }
        return node.isNumber() ? Workbook.plain(node.decimalValue()).toPlainString() : JSON.writeValueAsString(node);
    }

    @Override
    public void reject(String place, String raw, String reason) {
        rejects.add(place + ": " + reason);
    }

    @Override
    public void checkpoint(Cursor cursor) {
        // Nothing is kept.
    }

    @Override
    public void progress(String doing, long done, long total) {
        // Nobody looks.
    }
}
