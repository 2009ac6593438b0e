package eider.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushedRowsTest {
    private static final List<Field> FIELDS = List.of(
            Field.of("t", Type.TEXT, "Text"), Field.of("b", Type.BOOLEAN, "Truth"), Field.of("i", Type.INTEGER, "Whole"), Field.of("d", Type.decimal(38, 9), "Long decimal"),
            Field.of("m", Type.MONEY, "Money"), Field.of("f", Type.DOUBLE, "Measure"), Field.of("day", Type.DATE, "Day"), Field.of("ts", Type.TIMESTAMP, "Clock"),
            Field.of("at", Type.INSTANT, "Instant"), Field.of("j", Type.JSON, "Document"));

    @TempDir
    Path folder;

    private DuckDBConnection connection;
    private Sql sql;
    private final PushedRows pushed = new PushedRows();

    @BeforeEach
    void open() throws Exception {
        connection = Store.connect("", "256MB", folder.resolve("spill"));
        sql = new Sql(connection);
        pushed.register(connection);
    }

    @AfterEach
    void close() throws Exception {
        sql.close();
    }

    @Test
    void everyTypeArrivesAsItWas() throws Exception {
        RowBuffer rows = new RowBuffer(FIELDS);
        rows.add(1, 1, (byte) 0, new Object[] {"a\u0000b \ud83e\udd86 '\"\n", true, Long.MIN_VALUE, new BigDecimal("-12345678901234567890123456789.123456789"),
            new BigDecimal("99999999999999.9999"), -0.1, LocalDate.of(-44, 3, 15), LocalDateTime.of(1582, 10, 4, 23, 59, 59, 999_999_000),
            OffsetDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000, ZoneOffset.UTC), "{\"n\": 1.50, \"x\": \"\\u0000\"}"});
        rows.add(2, 2, (byte) 1, new Object[10]);
        List<String> got = pushed.with(rows, relation -> sql.list("SELECT CAST(t = chr(97) || chr(0) || 'b ' || chr(129414) || ' ''\"' || chr(10) AS VARCHAR) || ' ' || b || ' ' || i || ' ' || d"
                + " || ' ' || m || ' ' || f || ' ' || day || ' ' || ts || ' ' || epoch_us(\"at\") || ' ' || j || ' ' || typeof(j) || _part || _seq || _kind FROM " + relation
                + " WHERE _seq = 1", row -> row.getString(1)));
        assertThat(got).containsExactly("true true -9223372036854775808 -12345678901234567890123456789.123456789 99999999999999.9999 -0.1 0045-03-15 (BC) "
                + "1582-10-04 23:59:59.999999 -1 {\"n\": 1.50, \"x\": \"\\u0000\"} VARCHAR110");
        String nulls = pushed.with(rows, relation -> sql.first("SELECT count(COLUMNS(* EXCLUDE (_part, _seq, _kind)))::VARCHAR FROM " + relation + " WHERE _seq = 2",
                row -> row.getString(1) + row.getString(4) + row.getString(10)));
        assertThat(nulls).isEqualTo("000");
    }

    @Test
    void manyChunksAreReadOnceEach() throws Exception {
        RowBuffer rows = new RowBuffer(List.of(Field.of("i", Type.INTEGER, "Whole")));
        long n = 50 * RowBuffer.CHUNK + 7;
        for (long i = 0; i < n; i++) {
            rows.add(0, i, (byte) 0, new Object[] {i * i});
        }
        String got = pushed.with(rows, relation -> sql.first("SELECT count(*) || ' ' || count(DISTINCT _seq) || ' ' || bool_and(i = _seq * _seq) FROM " + relation,
                row -> row.getString(1)));
        assertThat(got).isEqualTo(n + " " + n + " true");
    }

    @Test
    void aTokenIsGoodForOneUseOnly() throws Exception {
        RowBuffer rows = new RowBuffer(List.of(Field.of("i", Type.INTEGER, "Whole")));
        String relation = pushed.with(rows, r -> r);
        assertThatThrownBy(() -> sql.number("SELECT count(*) FROM " + relation)).isInstanceOf(SQLException.class).hasMessageContaining("there are no pushed rows");
    }
}
