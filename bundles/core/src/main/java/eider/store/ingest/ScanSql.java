package eider.store.ingest;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL that reads a {@link Readable}. Every name and value in it is quoted: headers and file names come from strangers.
 *
 * <p>Bad rows are not set aside by DuckDB, they were before. So a row that DuckDB cannot read fails the statement: it is a fault of
 * ours, and nothing is loaded.
 */
public final class ScanSql {
    private final String relation;
    private final List<String> select;

    private ScanSql(String relation, List<String> select) {
        this.relation = relation;
        this.select = List.copyOf(select);
    }

    public static ScanSql of(Readable readable) {
        String path = literal(readable.path().toString());
        return switch (readable.scan()) {
            case Scan.Csv csv -> readable.rewritten() ? canonical(path, csv.columns(), false) : linked(path, csv, readable);
            case Scan.Json json -> readable.rewritten() ? canonical(path, json.columns(), true) : lines(path, json.columns());
            case Scan.Parquet parquet -> new ScanSql("read_parquet(" + path + ")", names(parquet.columns()));
        };
    }

    private static List<String> names(List<Scan.Column> columns) {
        return columns.stream().map(column -> name(column.field().name())).toList();
    }

    /** Eider's own CSV; see {@link Canonical}. */
    private static ScanSql canonical(String path, List<Scan.Column> columns, boolean emptyText) {
        StringBuilder types = new StringBuilder("'_line': 'BIGINT'");
        for (Scan.Column column : columns) {
            types.append(", ").append(literal(column.field().name())).append(": ").append(literal(type(column.field().type())));
        }
        return new ScanSql(csv(path, false, ",", "\"", types, emptyText, ", new_line = '\\n'"), names(columns));
    }

    /** The relation of a file that was written anew, with the line of each row in the original as {@code _line}. */
    static String numbered(Path file, List<Scan.Column> columns, boolean emptyText) {
        return canonical(literal(file.toString()), columns, emptyText).relation;
    }

    /** Lines of JSON as they are; see {@link JsonShape#plain}. The path may look like one of a partitioned or packed data set, and is none. */
    private static ScanSql lines(String path, List<Scan.Column> columns) {
        StringBuilder types = new StringBuilder();
        List<String> select = new ArrayList<>();
        for (Scan.Column column : columns) {
            types.append(types.isEmpty() ? "" : ", ").append(literal(column.name())).append(": ").append(literal(type(column.field().type())));
            select.add(name(column.name()) + " AS " + name(column.field().name()));
        }
        return new ScanSql("read_json(" + path + ", format = 'newline_delimited', auto_detect = false, compression = 'none', "
                + "hive_partitioning = false, columns = {" + types + "})", select);
    }

    private static ScanSql linked(String path, Scan.Csv scan, Readable readable) {
        Type[] types = new Type[readable.fileColumns()];
        int[] positions = readable.positions();
        List<String> select = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) {
            Type type = scan.columns().get(i).field().type();
            types[positions[i]] = types[positions[i]] == null || types[positions[i]].equals(type) ? type : Type.TEXT;
        }
        for (int i = 0; i < positions.length; i++) {
            Field field = scan.columns().get(i).field();
            String column = name("c" + positions[i]);
            select.add((field.type().equals(types[positions[i]]) ? column : "CAST(" + column + " AS " + type(field.type()) + ")")
                    + " AS " + name(field.name()));
        }
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            columns.append(i == 0 ? "" : ", ").append("'c").append(i).append("': ").append(literal(types[i] == null ? "VARCHAR" : type(types[i])));
        }
        return new ScanSql(csv(path, scan.header(), scan.delimiter(), scan.quote(), columns, false, ""), select);
    }

    /** Told nothing else, DuckDB takes the first line end that it meets for the one of all rows, even one within quotes. */
    private static String csv(String path, boolean header, String delimiter, String quote, CharSequence columns, boolean emptyText, String lineEnd) {
        return "read_csv(" + path + ", auto_detect = false, header = " + header + ", delim = " + literal(delimiter) + ", quote = " + literal(quote)
                + ", escape = " + literal(quote) + ", comment = '', nullstr = '', allow_quoted_nulls = " + !emptyText
                + ", max_line_size = 16777216, buffer_size = 33554432, strict_mode = true, null_padding = false" + lineEnd + ", columns = {" + columns + "})";
    }

    /** The relation, for a FROM clause. */
    public String relation() {
        return relation;
    }

    /** One expression for each column of the scan, named as its field: {@code "c3" AS "total_amount"}. */
    public List<String> select() {
        return select;
    }

    /** The whole SELECT. */
    public String query() {
        return "SELECT " + String.join(", ", select) + " FROM " + relation;
    }

    /** DuckDB's type for a field's type. */
    public static String type(Type type) {
        return switch (type.kind()) {
            case TEXT -> "VARCHAR";
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "BIGINT";
            case DECIMAL -> "DECIMAL(" + type.precision() + "," + type.scale() + ")";
            case DOUBLE -> "DOUBLE";
            case DATE -> "DATE";
            case TIMESTAMP -> "TIMESTAMP";
            case INSTANT -> "TIMESTAMPTZ";
            case JSON -> "JSON";
        };
    }

    /** A text as an SQL literal. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A name as an SQL identifier. */
    static String name(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
