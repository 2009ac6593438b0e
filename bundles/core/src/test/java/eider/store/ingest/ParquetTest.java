package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetTest {
    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private Path parquet(String select, String options) throws Exception {
        Path file = folder.toRealPath().resolve("file.parquet");
        Files.deleteIfExists(file);
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = duck.createStatement()) {
            if (options.contains("ENCRYPTION")) {
                statement.execute("SET force_mbedtls_unsafe = 'true'");
                statement.execute("PRAGMA add_parquet_key('key', '0123456789112345')");
            }
            statement.execute("COPY (" + select + ") TO " + ScanSql.literal(file.toString()) + " (FORMAT parquet" + options + ")");
        }
        return file;
    }

    @Test
    void keepsTheTypesOfTheFile() throws Exception {
        Path file = parquet("SELECT 1::INTEGER AS \"Id\", 1.50::DECIMAL(10,2) AS price, DATE '2024-02-13' AS day, 'x' AS name, 1.1::FLOAT AS weight, "
                + "18446744073709551615::UBIGINT AS big, [1, 2] AS tags, TIMESTAMPTZ '2024-02-13 10:00:00+00' AS at", "");
        Loaded loaded = files.load(Scan.Parquet.of(file));
        assertThat(loaded.fields()).containsExactly("id", "price", "day", "name", "weight", "big", "tags", "at");
        assertThat(loaded.types()).containsExactly("INTEGER", "DECIMAL(10,2)", "DATE", "TEXT", "DOUBLE", "DECIMAL(20,0)", "JSON", "INSTANT");
        assertThat(loaded.rows()).containsExactly(List.of("1", "1.50", "2024-02-13", "x", "1.1", "18446744073709551615", "[1,2]",
                "2024-02-13T10:00Z"));
    }

    @Test
    void aTimeOfTheOldKindIsAPointInTime() throws Exception {
        Path file = parquet("SELECT TIMESTAMP '2024-02-13 10:00:00' AS at, {'first': TIMESTAMP '2024-02-13 11:00:00'} AS times, 7 AS n, "
                + "[TIMESTAMP '2024-02-13 12:00:00'] AS list", "");
        assertThat(files.load(Scan.Parquet.of(file)).types()).containsExactly("TIMESTAMP", "JSON", "INTEGER", "JSON");
        assertThat(files.load(Scan.Parquet.of(file)).rows()).containsExactly(List.of("2024-02-13 10:00:00.0",
                "{\"first\":\"2024-02-13 11:00:00\"}", "7",
                "[\"2024-02-13 12:00:00\"]"));
        Files.write(file, withoutLogicalTypes(Files.readAllBytes(file)));
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = duck.createStatement();
                var types = statement.executeQuery("SELECT typeof(\"at\"), typeof(times) FROM " + ScanSql.literal(file.toString()))) {
            types.next();
            assertThat(List.of(types.getString(1), types.getString(2))).as("DuckDB leaves the zone out").containsExactly("TIMESTAMP",
                    "STRUCT(\"first\" TIMESTAMP)");
        }
        Loaded loaded = files.load(Scan.Parquet.of(file));
        assertThat(loaded.types()).containsExactly("INSTANT", "JSON", "INTEGER", "JSON");
        assertThat(loaded.rows()).containsExactly(List.of("2024-02-13T10:00Z", "{\"first\":\"2024-02-13 11:00:00+00\"}", "7",
                "[\"2024-02-13 12:00:00+00\"]"));
    }

    /** The footer as writers made it before there were logical types: of a time only its converted type is left. */
    private static byte[] withoutLogicalTypes(byte[] file) {
        int end = file.length - 8;
        int length = java.nio.ByteBuffer.wrap(file, end, 4).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
        java.nio.charset.Charset bytes = java.nio.charset.StandardCharsets.ISO_8859_1;
        // Thrift: field 10 of a schema element, of it field 8 (a time) with isAdjustedToUTC = false and microseconds.
        String footer = new String(file, end - length, length, bytes).replace("\u004c\u008c\u0012\u001c\u002c\0\0\0\0", "");
        java.nio.ByteBuffer shorter = java.nio.ByteBuffer.allocate(end - length + footer.length() + 8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        return shorter.put(file, 0, end - length).put(footer.getBytes(bytes)).putInt(footer.length()).put("PAR1".getBytes(bytes)).array();
    }

    @Test
    void aValueThatDoesNotFitItsFieldIsPutAside() throws Exception {
        Path file = parquet("SELECT * FROM (VALUES (1, 1.5), (2, 2.0), (NULL, 3.0)) t(id, n)", "");
        Scan.Parquet scan = Scan.Parquet.of(file).withColumns(List.of(new Scan.Column("id", Field.required("id", Type.INTEGER, "The id.")),
                new Scan.Column("n", Field.of("number", Type.INTEGER, "A number."))));
        Loaded loaded = files.load(scan);
        assertThat(loaded.rows()).containsExactly(List.of("2", "2"));
        assertThat(loaded.rejects()).extracting(Reject::place).containsExactly("row 1", "row 3");
        assertThat(loaded.rejects()).extracting(Reject::reason).containsExactly("number: '1.5' does not fit integer", "id: empty, but required");
    }

    @Test
    void bytesAreTextWhereTheyAreUtf8() throws Exception {
        Path file = parquet("SELECT unnest([encode('Zoë'), '\\xFF\\x01'::BLOB]) AS b", "");
        assertThat(files.load(Scan.Parquet.of(file)).rows()).containsExactly(List.of("Zoë"), List.of("ff01"));
    }

    @Test
    void refusesDamagedAndEncryptedFiles() throws Exception {
        Path file = parquet("SELECT i AS id, repeat('x', 20) || i AS name FROM range(5000) t(i)", "");
        byte[] bytes = Files.readAllBytes(file);
        assertThatThrownBy(() -> files.load(Scan.Parquet.of(files.file("cut.parquet", Arrays.copyOf(bytes, bytes.length / 2)))))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA))
                .hasMessageContaining("damaged");
        Path encrypted = parquet("SELECT 1 AS id", ", ENCRYPTION_CONFIG {footer_key: 'key'}");
        assertThatThrownBy(() -> files.load(Scan.Parquet.of(encrypted))).hasMessageContaining("encrypted");
    }

    @Test
    void refusesAPageThatDoesNotMatchItsCheckSum() throws Exception {
        // DuckDB decodes the flipped bits of this file without a word.
        Path file = folder.resolve("flipped.parquet");
        try (InputStream in = ParquetTest.class.getResourceAsStream("rle-dict-uncompressed-corrupt-checksum.parquet")) {
            Files.copy(in, file);
        }
        assertThatThrownBy(() -> files.load(Scan.Parquet.of(file))).hasMessageContaining("does not match its check sum");
    }
}
