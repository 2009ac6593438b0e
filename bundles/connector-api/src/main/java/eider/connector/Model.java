package eider.connector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How rows of a dataset become rows of a canonical table.
 *
 * @param into the canonical table: {@code sales}, {@code products}…
 * @param from the dataset that it reads
 * @param sql one SELECT over the relation {@code input}, which holds the dataset's rows (a field that the dataset lacks reads as NULL) and beside them
 *     {@code _row}, which identifies a raw row and must be among the result's columns. The other result columns are columns of the canonical table, by name;
 *     those it leaves out are empty. The SQL is applied to the changed rows only, so it must not look from one row at another.
 */
public record Model(String into, String from, String sql) {
    private static final Pattern HEADER = Pattern.compile("^--\\s*(into|from):\\s*([a-z][a-z0-9_]*)\\s*$", Pattern.MULTILINE);

    public Model {
        Objects.requireNonNull(into, "into");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(sql, "sql");
    }

    /** Reads a model from a resource beside a class: SQL whose first comments say {@code -- into: sales} and {@code -- from: orders}. */
    public static Model read(Class<?> beside, String resource) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no resource " + resource + " beside " + beside.getName());
            }
            String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String into = null;
            String from = null;
            for (Matcher header = HEADER.matcher(sql); header.find(); ) {
                if (header.group(1).equals("into")) {
                    into = header.group(2);
                } else {
                    from = header.group(2);
                }
            }
            if (into == null || from == null) {
                throw new IllegalArgumentException(resource + " lacks its first comments '-- into: <table>' and '-- from: <dataset>'");
            }
            return new Model(into, from, sql);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + resource, e);
        }
    }
}
