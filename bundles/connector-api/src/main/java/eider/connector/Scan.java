package eider.connector;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A file that the store reads itself, and how. Parts that a source does not know it leaves null or empty, and asks
 * {@link Sniffer#complete} to fill them in.
 */
public sealed interface Scan {

    /** The file, absolute. It must not change while it is read; the store notices and refuses the load if it does. */
    Path file();

    /** Where each column goes. Empty before completion. Columns of the file that are not named here are not loaded. */
    List<Column> columns();

    /**
     * A column of the file and the field that takes it.
     *
     * @param name the column as the file calls it; for a CSV file without a header {@code column0}, {@code column1} …
     * @param field the dataset's field that takes it; its type decides how the text is read
     */
    record Column(String name, Field field) {
        public Column {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(field, "field");
        }
    }

    /**
     * Delimited text, plain or compressed by gzip or zstd (told by its first bytes, not by its name).
     *
     * @param charset null: found out (byte order mark, UTF-8 if valid, UTF-16, else windows-1252)
     * @param delimiter null: found out; one to four characters
     * @param quote null: found out; empty: quotes have no meaning
     * @param escape null: found out; empty: none
     * @param comment lines that begin with it are skipped; null: found out; empty: none
     * @param header null: found out
     * @param skip lines before the header (or the first row) that are no part of the table; -1: found out
     * @param dateFormat strftime pattern of dates and timestamps that are not ISO 8601; null: ISO, or what can be read in one way only
     * @param decimalSeparator {@code "."} or {@code ","}; null: found out
     * @param shortRows whether a row that ends early is loaded with empty cells, instead of going to quarantine
     */
    record Csv(Path file, Charset charset, String delimiter, String quote, String escape, String comment, Boolean header, int skip,
            String dateFormat, String decimalSeparator, boolean shortRows, List<Column> columns) implements Scan {
        public Csv {
            Objects.requireNonNull(file, "file");
            columns = List.copyOf(columns);
        }

        /** Nothing is known but the file. */
        public static Csv of(Path file) {
            return new Csv(file, null, null, null, null, null, null, -1, null, null, false, List.of());
        }

        public Csv withColumns(List<Column> columns) {
            return new Csv(file, charset, delimiter, quote, escape, comment, header, skip, dateFormat, decimalSeparator, shortRows, columns);
        }
    }

    /**
     * JSON: an array of objects, or one object after another (NDJSON); plain or compressed by gzip or zstd.
     *
     * @param dateFormat strftime pattern of dates and timestamps that are not ISO 8601; null: ISO
     */
    record Json(Path file, String dateFormat, List<Column> columns) implements Scan {
        public Json {
            Objects.requireNonNull(file, "file");
            columns = List.copyOf(columns);
        }

        public static Json of(Path file) {
            return new Json(file, null, List.of());
        }

        public Json withColumns(List<Column> columns) {
            return new Json(file, dateFormat, columns);
        }
    }

    /** Apache Parquet. */
    record Parquet(Path file, List<Column> columns) implements Scan {
        public Parquet {
            Objects.requireNonNull(file, "file");
            columns = List.copyOf(columns);
        }

        public static Parquet of(Path file) {
            return new Parquet(file, List.of());
        }

        public Parquet withColumns(List<Column> columns) {
            return new Parquet(file, columns);
        }
    }
}
