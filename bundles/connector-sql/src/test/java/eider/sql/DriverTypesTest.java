package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's table of types for drivers that were dropped in, out of two real servers. */
@Timeout(60)
class DriverTypesTest {
    @TempDir
    Path home;
    private final Served h2 = Served.h2();
    private final Served hsqldb = Served.hsqldb();
    private String inH2;
    private String inHsqldb;

    @AfterEach
    void drop() throws Exception {
        if (inH2 != null) {
            h2.drop(inH2);
        }
        if (inHsqldb != null) {
            hsqldb.drop(inHsqldb);
        }
    }

    /** A table with one column V of the type, a row for each literal. */
    private Kept read(Served server, String type, List<String> literals, String... more) throws Exception {
        String schema = server == h2 ? inH2 : inHsqldb;
        if (schema == null) {
            schema = server.schema("types");
            inH2 = server == h2 ? schema : inH2;
            inHsqldb = server == hsqldb ? schema : inHsqldb;
        }
        server.execute("DROP TABLE IF EXISTS " + schema + ".T", "CREATE TABLE " + schema + ".T (ID INTEGER PRIMARY KEY, V " + type + ")");
        server.grant(schema, "T");
        for (int i = 0; i < literals.size(); i++) {
            server.execute("INSERT INTO " + schema + ".T VALUES (" + i + ", " + literals.get(i) + ")");
        }
        SqlSource source = server.source(home, schema, more);
        Dataset dataset = source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals("t")).findFirst().orElseThrow();
        return new Kept(dataset).read(source);
    }

    private void gives(Served server, String type, Type expected, List<Object> values, String... literals) throws Exception {
        Kept table = read(server, type, List.of(literals));
        assertThat(table.dataset().field("v").type()).as("%s in %s", type, server).isEqualTo(expected);
        assertThat(table.rejected()).as("%s in %s", type, server).isEmpty();
        assertThat(table.values("v")).as("%s in %s", type, server).isEqualTo(values);
    }

    private void give(String type, Type expected, List<Object> values, String... literals) throws Exception {
        gives(h2, type, expected, values, literals);
        gives(hsqldb, type, expected, values, literals);
    }

    @Test
    void wholeNumbersKeepTheirEnds() throws Exception {
        give("TINYINT", Type.INTEGER, List.of(-128L, 127L), "-128", "127");
        give("SMALLINT", Type.INTEGER, List.of(-32768L, 32767L), "-32768", "32767");
        give("INTEGER", Type.INTEGER, List.of(-2147483648L, 2147483647L), "-2147483648", "2147483647");
        give("BIGINT", Type.INTEGER, List.of(Long.MIN_VALUE, Long.MAX_VALUE), "-9223372036854775808", "9223372036854775807");
    }

    @Test
    void decimalsKeepAllDigitsAndMoneyIsNeverADouble() throws Exception {
        give("DECIMAL(12,2)", Type.decimal(12, 2), List.of(new BigDecimal("-9999999999.99"), new BigDecimal("0.10")), "-9999999999.99", "0.1");
        String most = "9".repeat(30) + "." + "8".repeat(8);
        give("NUMERIC(38,8)", Type.decimal(38, 8), List.of(new BigDecimal(most)), most);
        String sixtyFive = "1" + "0".repeat(60) + ".1234";
        give("DECIMAL(65,4)", Type.TEXT, List.of(sixtyFive), sixtyFive);
        Kept chosen = read(h2, "DECIMAL(65,4)", List.of("1.5", sixtyFive), "decimals", "T.V=18.4");
        assertThat(chosen.dataset().field("v").type()).isEqualTo(Type.decimal(18, 4));
        gives(h2, "DECFLOAT", Type.TEXT, List.of("1.5"), "1.5");
    }

    @Test
    void approximateNumbersAreDoublesAndWhatIsNoNumberIsKeptAside() throws Exception {
        give("DOUBLE PRECISION", Type.DOUBLE, List.of(0.1, 1.7976931348623157e308), "1.0E-1", "1.7976931348623157E308");
        gives(h2, "REAL", Type.DOUBLE, List.of(0.1), "0.1");
        Kept bad = read(h2, "DOUBLE PRECISION", List.of("'NaN'", "'Infinity'", "1"));
        assertThat(bad.values("v")).containsExactly(1.0);
        assertThat(bad.rejected()).hasSize(2).allMatch(told -> told.contains("ID = ") && told.contains("in v"));
    }

    @Test
    void timesKeepTheirMicrosecondsAndYearsBeforeChrist() throws Exception {
        give("DATE", Type.DATE, List.of(LocalDate.of(2024, 2, 29), LocalDate.of(1582, 10, 20), LocalDate.of(1, 1, 1)), "DATE '2024-02-29'",
                "DATE '1582-10-20'", "DATE '0001-01-01'");
        gives(h2, "DATE", Type.DATE, List.of(LocalDate.of(-43, 3, 15), LocalDate.of(12026, 1, 1), LocalDate.of(1582, 10, 10)), "DATE '-0043-03-15'",
                "DATE '12026-01-01'", "DATE '1582-10-10'");
        give("TIMESTAMP(6)", Type.TIMESTAMP, List.of(LocalDateTime.parse("2024-02-29T23:59:59.123456"), LocalDateTime.parse("2026-03-29T02:30")),
                "TIMESTAMP '2024-02-29 23:59:59.123456'", "TIMESTAMP '2026-03-29 02:30:00'");
        gives(h2, "TIMESTAMP", Type.TIMESTAMP, List.of(LocalDateTime.of(-43, 3, 15, 12, 0)), "TIMESTAMP '-0043-03-15 12:00:00'");
        give("TIME(0)", Type.TEXT, List.of("12:34:56"), "TIME '12:34:56'");
    }

    /** An hour that a clock of Berlin showed twice, and one that a clock of New York did not show; whatever the zone of this machine. */
    @Test
    void pointsInTimeAreThoseTheyAreInWhateverZone() throws Exception {
        for (Served server : List.of(h2, hsqldb)) {
            Kept table = read(server, "TIMESTAMP(6) WITH TIME ZONE", List.of("TIMESTAMP '2026-10-25 02:30:00.000001+02:00'",
                    "TIMESTAMP '2026-10-25 02:30:00+01:00'", "TIMESTAMP '2026-03-08 02:30:00-05:00'"));
            assertThat(table.dataset().field("v").type()).isEqualTo(Type.INSTANT);
            assertThat(table.rejected()).isEmpty();
            assertThat(table.values("v")).extracting(value -> ((OffsetDateTime) value).toInstant()).containsExactly(
                    Instant.parse("2026-10-25T00:30:00.000001Z"), Instant.parse("2026-10-25T01:30:00Z"), Instant.parse("2026-03-08T07:30:00Z"));
        }
    }

    @Test
    void everythingElseIsTextWhereThereIsAText() throws Exception {
        give("VARCHAR(50)", Type.TEXT, List.of("", "a\nb\t'\"\\ \uD83D\uDE00"), "''", "'a\nb\t''\"\\ \uD83D\uDE00'");
        give("CHAR(4)", Type.TEXT, List.of("ab  "), "'ab  '");
        String large = "x".repeat(100_000);
        give("CLOB", Type.TEXT, List.of(large), "'" + large + "'");
        give("UUID", Type.TEXT, List.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "UUID 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'".replace("UUID '",
                "'"));
        give("VARBINARY(10)", Type.TEXT, List.of("\\x00ff10"), "X'00ff10'");
        give("BOOLEAN", Type.BOOLEAN, List.of(true, false), "TRUE", "FALSE");
        gives(h2, "JSON", Type.JSON, List.of("{\"a\":[1,null]}"), "JSON '{\"a\": [1, null]}'");
        gives(h2, "ENUM('open', 'paid')", Type.TEXT, List.of("paid"), "'paid'");
        gives(h2, "INTERVAL DAY TO SECOND", Type.TEXT, List.of("INTERVAL '1 02:03:04' DAY TO SECOND"), "INTERVAL '1 02:03:04' DAY TO SECOND");
        gives(h2, "INTEGER ARRAY", Type.TEXT, List.of("[1, 2]"), "ARRAY[1, 2]");
    }

    /** Never empty without a word: what has no text is told where people look at the table. */
    @Test
    void whatHasNoTextIsLeftOutAndTold() throws Exception {
        for (Served server : List.of(h2, hsqldb)) {
            Kept table = read(server, "BLOB", List.of("NULL"));
            assertThat(table.dataset().fields()).hasSize(1);
            assertThat(table.dataset().description()).endsWith("Left out, because there is no text for it: V ("
                    + (server == h2 ? "BINARY LARGE OBJECT" : "BLOB") + ").");
        }
    }

    @Test
    void whatIsEmptyStaysEmpty() throws Exception {
        for (String type : List.of("TINYINT", "INTEGER", "BIGINT", "DECIMAL(5,2)", "DOUBLE PRECISION", "BOOLEAN", "DATE", "TIMESTAMP",
                "TIMESTAMP WITH TIME ZONE",
                "VARCHAR(5)", "CLOB", "VARBINARY(5)", "UUID", "TIME")) {
            for (Served server : List.of(h2, hsqldb)) {
                assertThat(read(server, type, List.of("NULL")).rows()).as("%s in %s", type, server).singleElement()
                        .satisfies(row -> assertThat(row.get(1)).isNull());
            }
        }
    }
}
