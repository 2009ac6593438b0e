package eider.store.ingest;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Parquet file in a throw-away instance and writes it anew: a corrupt one can take a whole DuckDB instance down with it, so the
 * live one only reads what another has written.
 */
final class ParquetWalk {
    private static final Pattern WALL_CLOCK = Pattern.compile("(?<!\")\\bTIMESTAMP\\b(?! WITH|\")");
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),\\s*(\\d+)\\)");

    private final Path file;
    private final String relation;
    private final Scan.Parquet scan;
    private final Ingest ingest;
    private final boolean numbered;

    ParquetWalk(Path file, Scan.Parquet scan, Ingest ingest) {
        this(file, scan, ingest, false);
    }

    /** @param numbered whether each row that is written gets its number in the file, counted from 1, as {@code _line} */
    ParquetWalk(Path file, Scan.Parquet scan, Ingest ingest, boolean numbered) {
        this.numbered = numbered;
        this.file = file;
        this.relation = "read_parquet(" + ScanSql.literal(file.toString()) + ")";
        this.scan = scan;
        this.ingest = ingest;
    }

    /** The columns of the file with DuckDB's types for them; but points in time are that, where DuckDB takes them for the time of a wall clock. */
    private Map<String, String> types() throws SQLException, InterruptedException {
        Map<String, String> types = new LinkedHashMap<>();
        Set<Integer> instants = instants();
        for (List<String> row : ingest.rows("DESCRIBE SELECT * FROM " + relation)) {
            String type = row.get(1);
            types.put(row.get(0), instants.contains(types.size()) ? WALL_CLOCK.matcher(type).replaceAll("TIMESTAMP WITH TIME ZONE") : type);
        }
        return types;
    }

    /**
     * The columns, by position, whose times say so in the old way alone: a converted type and no logical one. Parquet's rule for those is that they
     * are points in time in UTC; DuckDB 2.0.0 reads them as times without a zone, see ParquetTest.
     */
    private Set<Integer> instants() throws SQLException, InterruptedException {
        Set<Integer> old = new HashSet<>();
        Set<Integer> other = new HashSet<>();
        int column = -1;
        Deque<Integer> open = new ArrayDeque<>();
        for (List<String> row : ingest.rows("SELECT num_children, coalesce(converted_type, ''), coalesce(logical_type, ''), coalesce(type, '') FROM "
                + "parquet_schema(" + ScanSql.literal(file.toString()) + ")")) {
            column += open.size() == 1 ? 1 : 0;
            if (row.get(1).equals("TIMESTAMP_MICROS") || row.get(1).equals("TIMESTAMP_MILLIS")) {
                (row.get(2).isEmpty() ? old : other).add(column);
            } else if (row.get(2).startsWith("Timestamp") || row.get(3).equals("INT96")) {
                other.add(column);
            }
            int children = row.get(0) == null ? 0 : Integer.parseInt(row.get(0));
            if (!open.isEmpty()) {
                open.push(open.pop() - 1);
            }
            if (children > 0) {
                open.push(children);
            }
            while (open.size() > 1 && open.peek() == 0) {
                open.pop();
            }
        }
        old.removeAll(other);
        return old;
    }

    /** All columns, each with a field whose type keeps every value as it is. */
    List<Scan.Column> columns() throws SQLException, InterruptedException {
        Map<String, String> types = types();
        List<String> names = List.copyOf(types.keySet());
        List<String> fields = Names.fields(names);
        List<Scan.Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(new Scan.Column(names.get(i),
                    Field.of(fields.get(i), type(types.get(names.get(i))), "Column '" + names.get(i) + "' of the file")));
        }
        return columns;
    }

    private static Type type(String duck) {
        Matcher decimal = DECIMAL.matcher(duck);
        if (decimal.matches()) {
            return Type.decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        if (nested(duck)) {
            return Type.JSON;
        }
        return switch (duck) {
            case "BOOLEAN" -> Type.BOOLEAN;
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" -> Type.INTEGER;
            case "UBIGINT" -> Type.decimal(20, 0);
            case "HUGEINT" -> Type.decimal(38, 0);
            case "FLOAT", "DOUBLE" -> Type.DOUBLE;
            case "DATE" -> Type.DATE;
            case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS" -> Type.TIMESTAMP;
            case "TIMESTAMP WITH TIME ZONE" -> Type.INSTANT;
            case "JSON" -> Type.JSON;
            default -> Type.TEXT;
        };
    }

    private static boolean nested(String duck) {
        return duck.endsWith("[]") || duck.endsWith("]") || duck.startsWith("STRUCT(") || duck.startsWith("MAP(") || duck.startsWith("UNION(")
                || duck.equals("VARIANT");
    }

    /** Writes all rows that fit to {@code out} and puts the others aside; returns how many were written. */
    long rewrite(Path out, Canonical aside) throws SQLException, InterruptedException, IOException, SourceException {
        PageSums.verify(file, ingest);
        Map<String, String> types = types();
        Map<String, String> read = new HashMap<>();
        Set<Integer> instants = instants();
        for (String name : types.keySet()) {
            // The zone of the instance is UTC.
            read.put(name, instants.contains(read.size()) ? "CAST(" + ScanSql.name(name) + " AS " + types.get(name) + ")" : ScanSql.name(name));
        }
        List<String> select = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (Scan.Column column : scan.columns()) {
            String duck = types.get(column.name());
            if (duck == null) {
                throw new Unreadable("The file has no column '" + column.name() + "'; it has " + String.join(", ", types.keySet()) + ".");
            }
            Field field = column.field();
            String source = read.get(column.name());
            String target = ScanSql.type(field.type());
            String value = text(source, duck);
            if (field.type().kind() != Type.Kind.TEXT) {
                // A float of 32 bits goes by its shortest text: 1.1 would otherwise become 1.100000023841858.
                value = nested(duck) ? "CAST(to_json(" + source + ") AS " + target + ")"
                        : "TRY_CAST(" + (duck.equals("FLOAT") ? source + "::VARCHAR" : source) + " AS " + target + ")";
            }
            select.add(value + " AS " + ScanSql.name(field.name()));
            if (!type(duck).equals(field.type()) && field.type().kind() != Type.Kind.TEXT && !nested(duck)) {
                // A cast that rounds or overflows shows when its result is compared with what it came from.
                String fault = "(" + source + " IS NOT NULL AND (" + value + " IS NULL OR TRY_CAST(" + value + " AS " + duck + ") IS DISTINCT FROM "
                        + source + "))";
                bad.add(fault);
                reasons.add("CASE WHEN " + fault + " THEN " + ScanSql.literal(field.name() + ": '") + " || " + source + "::VARCHAR || "
                        + ScanSql.literal("' does not fit " + field.type().kind().name().toLowerCase(Locale.ROOT)) + " END");
            }
            if (duck.startsWith("TIMESTAMP") && !nested(duck)) {
                // A time of 96 bits that is too far away wraps around while DuckDB reads it: the year 290000 came out as 226414.
                String fault = "(" + source + " IS NOT NULL AND coalesce(year(" + source + "), 0) NOT BETWEEN 1 AND 9999)";
                bad.add(fault);
                reasons.add("CASE WHEN " + fault + " THEN " + ScanSql.literal(field.name() + ": a time beyond the year 9999") + " END");
            }
            if (field.required()) {
                bad.add(source + " IS NULL");
                reasons.add("CASE WHEN " + source + " IS NULL THEN " + ScanSql.literal(field.name() + ": empty, but required") + " END");
            }
        }
        String where = bad.isEmpty() ? "" : " WHERE NOT (" + String.join(" OR ", bad) + ")";
        String counted = relation.replaceFirst("\\)$", ", file_row_number = true)");
        if (numbered) {
            select.add("file_row_number + 1 AS _line");
        }
        ingest.execute("COPY (SELECT " + String.join(", ", select) + " FROM " + (numbered ? counted : relation) + where + ") TO " + ScanSql.literal(out.toString())
                + " (FORMAT parquet)");
        if (!bad.isEmpty()) {
            String raw = "to_json(t)::VARCHAR";
            IOException[] failure = new IOException[1];
            ingest.query("SELECT file_row_number + 1, " + raw + ", concat_ws('; ', " + String.join(", ", reasons) + ") FROM (SELECT * FROM "
                    + counted + " WHERE " + String.join(" OR ", bad) + ") t", rows -> {
                        try {
                            while (rows.next()) {
                                aside.reject(new Reject("row " + rows.getLong(1), rows.getString(2), rows.getString(3)));
                            }
                        } catch (IOException e) {
                            failure[0] = e;
                        }
                        return null;
                    });
            if (failure[0] != null) {
                throw failure[0];
            }
        }
        return Long.parseLong(ingest.rows("SELECT count(*) FROM read_parquet(" + ScanSql.literal(out.toString()) + ")").getFirst().getFirst());
    }

    private static String text(String source, String duck) {
        if (nested(duck)) {
            return "to_json(" + source + ")::VARCHAR";
        }
        // Bytes are text where they are UTF-8, which many writers do not say; others are shown in hexadecimal.
        return duck.equals("BLOB") ? "coalesce(TRY(decode(" + source + ")), lower(hex(" + source + ")))" : "CAST(" + source + " AS VARCHAR)";
    }

    /** What DuckDB's message means for a person. */
    static SourceException failure(SQLException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("out of memory")) {
            return new SourceException(SourceException.Kind.DATA, "The Parquet file asks for more memory than reading a file may take.", e);
        }
        if (lower.contains("no space left")) {
            return new SourceException(SourceException.Kind.TEMPORARY, "The disk is full: the Parquet file could not be prepared.", e);
        }
        if (lower.contains("encrypt")) {
            return new SourceException(SourceException.Kind.DATA, "The Parquet file is encrypted: export it without encryption.", e);
        }
        int end = message.indexOf('\n');
        String first = (end < 0 ? message : message.substring(0, end)).replaceFirst("^[A-Za-z]+( [A-Za-z]+)* Error: ", "");
        return new SourceException(SourceException.Kind.DATA, "The Parquet file is damaged or of a kind that cannot be read: " + first, e);
    }
}
