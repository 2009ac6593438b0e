package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import eider.tck.Binding;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each row of the README's table of types for PostgreSQL, out of a real server. */
class TypesTest {
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;
    private SqlSource source;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("types");
        source = source();
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more)));
    }

    /** A table with one column {@code v} of the type, a row for each literal; null is a row that was rejected, whose reason is kept. */
    private Kept read(SqlSource source, String type, String... literals) throws Exception {
        postgres.execute("DROP TABLE IF EXISTS " + schema + ".t", "CREATE TABLE " + schema + ".t (id integer PRIMARY KEY, v " + type + ")");
        for (int i = 0; i < literals.length; i++) {
            postgres.execute("INSERT INTO " + schema + ".t VALUES (" + i + ", " + literals[i] + ")");
        }
        Dataset dataset = source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals("t")).findFirst().orElseThrow();
        return new Kept(dataset).read(source);
    }

    private void gives(String type, Type expected, List<Object> values, String... literals) throws Exception {
        Kept table = read(source, type, literals);
        assertThat(table.dataset().field("v").type()).as(type).isEqualTo(expected);
        assertThat(table.rejected()).as(type).isEmpty();
        assertThat(table.values("v")).as(type).isEqualTo(values);
    }

    private void refuses(SqlSource from, String type, String good, String... bad) throws Exception {
        String[] literals = new String[bad.length + 1];
        System.arraycopy(bad, 0, literals, 0, bad.length);
        literals[bad.length] = good;
        Kept table = read(from, type, literals);
        assertThat(table.values("v")).as("%s, the good row", type).hasSize(1);
        assertThat(table.rejected()).as("%s, rows that cannot be held", type).hasSize(bad.length).allMatch(told -> told.contains("id = ")
                && told.contains("in v"));
    }

    @Test
    void wholeNumbersKeepTheirEnds() throws Exception {
        gives("smallint", Type.INTEGER, List.of(-32768L, 32767L), "-32768", "32767");
        gives("integer", Type.INTEGER, List.of(-2147483648L, 2147483647L), "-2147483648", "2147483647");
        gives("bigint", Type.INTEGER, List.of(Long.MIN_VALUE, Long.MAX_VALUE), "-9223372036854775808", "9223372036854775807");
        gives("oid", Type.INTEGER, List.of(4294967295L), "4294967295");
    }

    @Test
    void decimalsKeepAllDigits() throws Exception {
        gives("numeric(12,2)", Type.decimal(12, 2), List.of(new BigDecimal("-9999999999.99"), new BigDecimal("0.10")), "-9999999999.99", "0.1");
        String most = "9".repeat(30) + "." + "8".repeat(8);
        gives("numeric(38,8)", Type.decimal(38, 8), List.of(new BigDecimal(most)), most);
        gives("numeric(2,5)", Type.decimal(5, 5), List.of(new BigDecimal("0.00012")), "0.00012");
        refuses(source, "numeric(12,2)", "1", "'NaN'");
    }

    @Test
    void decimalsWithoutDigitsOrWithTooManyAreTextUnlessDigitsAreChosen() throws Exception {
        String sixtyFive = "1" + "0".repeat(60) + ".1234";
        gives("numeric", Type.TEXT, List.of(sixtyFive, "NaN", "Infinity", "-Infinity", "1.50"), sixtyFive, "'NaN'", "'Infinity'", "'-Infinity'",
                "1.50");
        gives("numeric(65,4)", Type.TEXT, List.of(sixtyFive), sixtyFive);
        gives("numeric(3,-2)", Type.TEXT, List.of("12300"), "12345");
        SqlSource chosen = source("decimals", "*.v=18.4, t.id=9.0");
        refuses(chosen, "numeric", "1.5", "'NaN'", "'Infinity'", "'-Infinity'");
        assertThat(read(chosen, "numeric", "1.5").dataset().field("v").type()).isEqualTo(Type.decimal(18, 4));
    }

    @Test
    void approximateNumbersAreDoublesAndWhatIsNoNumberIsKeptAside() throws Exception {
        gives("double precision", Type.DOUBLE, List.of(0.1, 1.7976931348623157e308), "0.1", "1.7976931348623157e308");
        gives("real", Type.DOUBLE, List.of(0.1), "0.1");
        refuses(source, "double precision", "1", "'NaN'", "'Infinity'", "'-Infinity'");
        refuses(source, "real", "1", "'NaN'");
    }

    @Test
    void timesKeepTheirMicrosecondsYearsBeforeChristAndNoInfinity() throws Exception {
        gives("date", Type.DATE, List.of(LocalDate.of(2024, 2, 29), LocalDate.of(-43, 3, 15), LocalDate.of(12026, 1, 1), LocalDate.of(1582, 10, 10)),
                "'2024-02-29'", "'0044-03-15 BC'", "'12026-01-01'", "'1582-10-10'");
        gives("timestamp", Type.TIMESTAMP, List.of(LocalDateTime.parse("2024-02-29T23:59:59.123456"), LocalDateTime.of(-43, 3, 15, 12, 0)),
                "'2024-02-29 23:59:59.123456'", "'0044-03-15 12:00 BC'");
        refuses(source, "date", "'2024-01-01'", "'infinity'", "'-infinity'");
        refuses(source, "timestamp", "'2024-01-01'", "'infinity'", "'-infinity'");
        refuses(source, "timestamptz", "'2024-01-01'", "'infinity'", "'-infinity'", "'294276-01-01 00:00:00Z'");
    }

    /** An hour that a clock of Berlin showed twice, and one that a clock of New York did not show. */
    @Test
    void pointsInTimeAreThoseTheyAreInWhateverZone() throws Exception {
        Kept table = read(source, "timestamptz", "'2026-10-25 02:30:00+02'", "'2026-10-25 02:30:00+01'", "'2026-03-08 02:30 America/New_York'",
                "'0044-03-15 12:00:00+00 BC'");
        assertThat(table.rejected()).isEmpty();
        assertThat(table.values("v")).extracting(value -> ((OffsetDateTime) value).toInstant()).containsExactly(Instant.parse("2026-10-25T00:30:00Z"),
                Instant.parse("2026-10-25T01:30:00Z"), Instant.parse("2026-03-08T07:30:00Z"), Instant.parse("-0043-03-15T12:00:00Z"));
    }

    @Test
    void documentsAndArraysAreJson() throws Exception {
        gives("jsonb", Type.JSON, List.of("{\"a\": [1, null]}", "null"), "'{\"a\": [1, null]}'", "'null'");
        gives("json", Type.JSON, List.of("{\"a\":1.10}"), "'{\"a\":1.10}'");
        gives("text[]", Type.JSON, List.of("[\"a,b\",null,\"\\\"\"]", "[]"), "ARRAY['a,b', NULL, '\"']", "'{}'");
        gives("numeric[]", Type.JSON, List.of("[1.10,12345678901234567890123456789012345678901234567890]"),
                "ARRAY[1.10, 12345678901234567890123456789012345678901234567890]");
        gives("integer[][]", Type.JSON, List.of("[[1,2],[3,4]]"), "'{{1,2},{3,4}}'");
        postgres.execute("CREATE TYPE " + schema + ".place AS (city text, zip integer)");
        gives(schema + ".place", Type.JSON, List.of("{\"city\":\"Köln\",\"zip\":50667}"), "ROW('Köln', 50667)");
    }

    @Test
    void everythingElseIsTextAsTheServerWritesIt() throws Exception {
        gives("text", Type.TEXT, List.of("", "a\nb\t'\"\\ \uD83D\uDE00"), "''", "E'a\\nb\\t''\"\\\\ \uD83D\uDE00'");
        gives("varchar(3)", Type.TEXT, List.of("abc"), "'abc'");
        gives("char(4)", Type.TEXT, List.of("ab  "), "'ab'");
        gives("uuid", Type.TEXT, List.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'");
        gives("bytea", Type.TEXT, List.of("\\x00ff10"), "'\\x00ff10'");
        gives("interval", Type.TEXT, List.of("P1Y2M3DT4H5M6.5S"), "'1 year 2 months 3 days 04:05:06.5'");
        gives("time", Type.TEXT, List.of("24:00:00"), "'24:00'");
        gives("timetz", Type.TEXT, List.of("12:00:00+02"), "'12:00+02'");
        gives("bit(3)", Type.TEXT, List.of("101"), "B'101'");
        gives("inet", Type.TEXT, List.of("10.0.0.0/8"), "'10.0.0.0/8'");
        gives("money", Type.TEXT, List.of("$1,234.50"), "1234.5::numeric::money");
        gives("int4range", Type.TEXT, List.of("[1,5)"), "'[1,4]'");
        gives("xml", Type.TEXT, List.of("<a/>"), "'<a/>'");
        gives("boolean", Type.BOOLEAN, List.of(true, false), "true", "false");
    }

    @Test
    void anEnumMayGrowAndADomainIsWhatItStandsFor() throws Exception {
        postgres.execute("CREATE TYPE " + schema + ".state AS ENUM ('open')", "CREATE DOMAIN " + schema + ".amount AS numeric(10,2)",
                "CREATE DOMAIN " + schema + ".price AS " + schema + ".amount CHECK (VALUE >= 0)");
        gives(schema + ".state", Type.TEXT, List.of("open"), "'open'");
        List<Dataset> before = source.discover(Kept.NO_FILES);
        postgres.execute("ALTER TYPE " + schema + ".state ADD VALUE 'paid'", "INSERT INTO " + schema + ".t VALUES (7, 'paid')");
        assertThat(source.discover(Kept.NO_FILES)).isEqualTo(before);
        assertThat(new Kept(before.getFirst()).read(source).values("v")).containsExactly("open", "paid");
        gives(schema + ".price", Type.decimal(10, 2), List.of(new BigDecimal("1.50")), "1.5");
    }

    @Test
    void tablesViewsKeysAndCommentsAreFound() throws Exception {
        postgres.execute("CREATE TABLE " + schema
                + ".\"Order Lines\" (\"Order\" integer, line integer, \"Größe\" text, PRIMARY KEY (line, \"Order\"))",
                "COMMENT ON TABLE " + schema + ".\"Order Lines\" IS 'What was ordered.'", "COMMENT ON COLUMN " + schema
                        + ".\"Order Lines\".\"Größe\" IS 'In cm.'",
                "CREATE TABLE " + schema + ".people (mail text NOT NULL, nick text, region text NOT NULL, no integer NOT NULL)",
                "CREATE UNIQUE INDEX ON " + schema + ".people (nick)", "CREATE UNIQUE INDEX ON " + schema + ".people (region, no)",
                "CREATE UNIQUE INDEX ON " + schema + ".people (lower(mail))", "CREATE UNIQUE INDEX ON " + schema + ".people (mail) WHERE no > 1",
                "CREATE TABLE " + schema + ".log (at date, what text) PARTITION BY RANGE (at)",
                "CREATE TABLE " + schema + ".log_2026 PARTITION OF " + schema + ".log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
                "INSERT INTO " + schema + ".log VALUES ('2026-05-05', 'x')",
                "CREATE VIEW " + schema + ".lines AS SELECT * FROM " + schema + ".\"Order Lines\"",
                "CREATE MATERIALIZED VIEW " + schema + ".counted AS SELECT count(*) AS n FROM " + schema + ".people");
        List<Dataset> datasets = source("keys", "lines=line+Order", "tables", "*, !*_2026").discover(Kept.NO_FILES);
        assertThat(datasets).extracting(Dataset::name).containsExactly("order_lines", "counted", "lines", "log", "people");
        assertThat(datasets).extracting(Dataset::key).containsExactly(List.of("order", "line"), List.of(), List.of("order", "line"), List.of(),
                List.of("region", "no"));
        assertThat(datasets.getFirst().description()).isEqualTo("The table " + schema + ".Order Lines of the database. What was ordered.");
        assertThat(datasets.getFirst().fields()).extracting(Field::name).containsExactly("order", "line", "groesse");
        assertThat(datasets.getFirst().field("groesse").description()).isEqualTo("The column 'Größe', text. In cm.");
        assertThat(new Kept(datasets.get(3)).read(source("tables", "log")).rows()).hasSize(1);
    }
}
