package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.tck.Binding;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of the README's type table for MySQL and MariaDB, against both. Neither has infinities, years before the first or arrays. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = Server.Kind.class, names = {"MARIADB", "MYSQL"})
class MysqlTypesTest {
    @Parameter
    Server.Kind kind;
    @TempDir
    Path home;
    private Server server;
    private String schema;
    private SqlSource source;

    @BeforeEach
    void schema() throws Exception {
        server = kind.running();
        schema = server.schema("types");
        source = source();
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            server.drop(schema);
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, server.options(schema, more)));
    }

    private Kept read(SqlSource from, String type, String... literals) throws Exception {
        server.execute("DROP TABLE IF EXISTS " + schema + ".t", "CREATE TABLE " + schema + ".t (id integer PRIMARY KEY, v " + type + ")");
        for (int i = 0; i < literals.length; i++) {
            server.execute("INSERT INTO " + schema + ".t VALUES (" + i + ", " + literals[i] + ")");
        }
        Dataset dataset = from.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals("t")).findFirst().orElseThrow();
        return new Kept(dataset).read(from);
    }

    private void gives(SqlSource from, String type, Type expected, List<Object> values, String... literals) throws Exception {
        Kept table = read(from, type, literals);
        assertThat(table.dataset().field("v").type()).as(type).isEqualTo(expected);
        assertThat(table.rejected()).as(type).isEmpty();
        assertThat(table.values("v")).as(type).isEqualTo(values);
    }

    private void gives(String type, Type expected, List<Object> values, String... literals) throws Exception {
        gives(source, type, expected, values, literals);
    }

    @Test
    void wholeNumbersKeepTheirEndsAndUnsignedOnesOfSixtyFourBitsToo() throws Exception {
        gives("tinyint", Type.INTEGER, List.of(-128L, 127L), "-128", "127");
        gives("smallint unsigned", Type.INTEGER, List.of(65_535L), "65535");
        gives("mediumint", Type.INTEGER, List.of(-8_388_608L), "-8388608");
        gives("int unsigned", Type.INTEGER, List.of(4_294_967_295L), "4294967295");
        gives("bigint", Type.INTEGER, List.of(Long.MIN_VALUE, Long.MAX_VALUE), "-9223372036854775808", "9223372036854775807");
        gives("bigint unsigned", Type.decimal(20, 0), List.of(new BigDecimal("18446744073709551615"), BigDecimal.ZERO), "18446744073709551615", "0");
        gives("year", Type.INTEGER, List.of(2026L, 1901L), "2026", "1901");
    }

    @Test
    void whatSaysYesOrNoDoesSoWhereAnOptionOrTheTypeSaysIt() throws Exception {
        gives("tinyint(1)", Type.INTEGER, List.of(1L, 0L, 7L), "1", "0", "7");
        SqlSource truths = source("booleans", "t.v");
        gives(truths, "tinyint(1)", Type.BOOLEAN, List.of(true, false), "1", "0");
        Kept odd = read(truths, "tinyint(1)", "7", "1");
        assertThat(odd.values("v")).containsExactly(true);
        assertThat(odd.rejected()).singleElement().asString().contains("id = 0").contains("'7'");
        gives("bit(1)", Type.BOOLEAN, List.of(true, false), "b'1'", "b'0'");
        gives("bit(10)", Type.INTEGER, List.of(513L), "b'1000000001'");
        gives("bit(64)", Type.decimal(20, 0), List.of(new BigDecimal("18446744073709551615")), "b'" + "1".repeat(64) + "'");
    }

    @Test
    void decimalsKeepAllDigits() throws Exception {
        gives("decimal(12,2)", Type.decimal(12, 2), List.of(new BigDecimal("-1234567890.05")), "-1234567890.05");
        gives("decimal(38,30)", Type.decimal(38, 30), List.of(new BigDecimal("12345678." + "1".repeat(30))), "12345678." + "1".repeat(30));
        gives("decimal(65,30)", Type.TEXT, List.of("9".repeat(35) + "." + "9".repeat(30)), "9".repeat(35) + "." + "9".repeat(30));
        gives(source("decimals", "t.v=38.4"), "decimal(65,4)", Type.decimal(38, 4), List.of(new BigDecimal("1.2500")), "1.25");
    }

    @Test
    void approximateNumbersHaveAllTheirDigits() throws Exception {
        gives("double", Type.DOUBLE, List.of(0.1, -1.7976931348623157E308, 5e-324), "0.1", "-1.7976931348623157E308", "5e-324");
        gives("float", Type.DOUBLE, List.of(0.1, 16777217.0 - 1, 1234567.9), "0.1", "16777216", "1234567.9");
    }

    @Test
    void timesAreInTheirZonesAndKeepTheirMicroseconds() throws Exception {
        gives("date", Type.DATE, List.of(LocalDate.of(2024, 2, 29), LocalDate.of(1000, 1, 1), LocalDate.of(9999, 12, 31)), "'2024-02-29'", "'1000-01-01'", "'9999-12-31'");
        gives("datetime(6)", Type.TIMESTAMP, List.of(LocalDateTime.of(2026, 3, 29, 2, 30, 0, 123_456_000), LocalDateTime.of(9999, 12, 31, 23, 59, 59)),
                "'2026-03-29 02:30:00.123456'", "'9999-12-31 23:59:59'");
        server.execute("DROP TABLE IF EXISTS " + schema + ".t", "CREATE TABLE " + schema + ".t (id integer PRIMARY KEY, v timestamp(3) NULL)");
        try (java.sql.Connection connection = server.connect(); java.sql.Statement statement = connection.createStatement()) {
            statement.execute("SET time_zone = '+05:30'");
            statement.execute("INSERT INTO " + schema + ".t VALUES (1, '2026-01-01 00:00:00.5'), (2, NULL)");
        }
        Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        assertThat(kept.dataset().field("v").type()).isEqualTo(Type.INSTANT);
        assertThat(kept.values("v")).isEqualTo(Arrays.asList(OffsetDateTime.of(2025, 12, 31, 18, 30, 0, 500_000_000, ZoneOffset.UTC), null));
        gives("time(1)", Type.TEXT, List.of("-838:59:59.0", "00:00:00.5", "838:59:59.0"), "'-838:59:59'", "'00:00:00.5'", "'838:59:59'");
    }

    /** Zero dates do not become empty in silence: their rows are kept aside, or, where an option says so, loaded without them, and counted. */
    @Test
    void daysThatAreNoneAreToldOrLeftOutAsTheOptionSays() throws Exception {
        for (String type : List.of("date", "datetime", "timestamp NULL")) {
            String[] literals = type.equals("timestamp NULL") ? new String[] {"'0000-00-00 00:00:00'", "'2026-01-01 00:00:00'"}
                    : new String[] {"'0000-00-00'", "'2026-01-01'", "'2026-00-00'", "'2026-05-00'"};
            Kept aside = read(source, type, literals);
            assertThat(aside.rows()).as(type).hasSize(1);
            assertThat(aside.rejected()).as(type).hasSize(literals.length - 1).allMatch(told -> told.contains("zero_dates"));
            Kept empty = read(source("zero_dates", "empty"), type, literals);
            assertThat(empty.rejected()).as(type).isEmpty();
            assertThat(empty.values("v")).as(type).hasSize(literals.length).filteredOn(value -> value != null).hasSize(1);
        }
    }

    @Test
    void aCursorColumnWithZeroDatesLosesNoRow() throws Exception {
        server.execute("CREATE TABLE " + schema + ".t (id integer PRIMARY KEY, v datetime)", "INSERT INTO " + schema
                + ".t VALUES (1, '0000-00-00'), (2, '2026-01-01'), (3, NULL)");
        SqlSource from = source("cursor", "t=v", "zero_dates", "empty");
        Kept kept = new Kept(from.discover(Kept.NO_FILES).getFirst()).read(from);
        assertThat(kept.values("id")).containsExactlyInAnyOrder(1L, 2L, 3L);
        server.execute("INSERT INTO " + schema + ".t VALUES (4, '0000-00-00')");
        assertThat(kept.read(from).values("id")).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    }

    @Test
    void documentsAreJsonAndAllElseIsTextAsTheServerWritesIt() throws Exception {
        Kept document = read(source, "json", "'{\"a\": [1, null]}'");
        assertThat(document.dataset().field("v").type()).isEqualTo(Type.JSON);
        assertThat(document.values("v").getFirst().toString().replace(" ", "")).isEqualTo("{\"a\":[1,null]}");
        gives("varchar(20) CHARACTER SET utf8mb4", Type.TEXT, List.of("", "a\nb\t'\"\\ \uD83D\uDE00"), "''", "'a\\nb\\t''\"\\\\ \uD83D\uDE00'");
        gives("varchar(9) CHARACTER SET latin1", Type.TEXT, List.of("Größe €"), "'Größe €'");
        gives("char(4)", Type.TEXT, List.of("ab"), "'ab'");
        gives("enum('open','it''s')", Type.TEXT, List.of("it's"), "'it''s'");
        gives("set('a','b','c')", Type.TEXT, List.of("a,c"), "'c,a'");
        gives("varbinary(4)", Type.TEXT, List.of("\\x00ff10", "\\x"), "x'00ff10'", "''");
        gives("blob", Type.TEXT, List.of("\\x00ff"), "x'00ff'");
        gives("point", Type.TEXT, List.of("POINT(1 2.5)"), "ST_GeomFromText('POINT(1 2.5)')");
        if (kind == Server.Kind.MARIADB) {
            gives("uuid", Type.TEXT, List.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'");
            gives("inet6", Type.TEXT, List.of("2001:db8::1"), "'2001:db8::1'");
        }
    }

    /** The servers do not say what columns it has. */
    @Test
    void aBrokenViewStopsNoOtherTable() throws Exception {
        server.execute("CREATE TABLE " + schema + ".base (id integer PRIMARY KEY)", "CREATE TABLE " + schema + ".orders (id integer PRIMARY KEY)",
                "CREATE VIEW " + schema + ".broken AS SELECT id FROM " + schema + ".base", "DROP TABLE " + schema + ".base",
                "INSERT INTO " + schema + ".orders VALUES (1)");
        List<Dataset> datasets = source.discover(Kept.NO_FILES);
        assertThat(datasets).extracting(Dataset::name).containsExactly("orders");
        assertThat(new Kept(datasets.getFirst()).read(source).values("id")).containsExactly(1L);
        assertThat(Failures.thrown(() -> source("tables", "broken").discover(Kept.NO_FILES))).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.CONFIG)).hasMessageContaining("'tables'").hasMessageContaining("broken");
    }

    @Test
    void anEnumMayGrow() throws Exception {
        read(source, "enum('open')", "'open'");
        List<Dataset> before = source.discover(Kept.NO_FILES);
        server.execute("ALTER TABLE " + schema + ".t MODIFY v enum('open', 'paid')", "INSERT INTO " + schema + ".t VALUES (7, 'paid')");
        Dataset now = source.discover(Kept.NO_FILES).getFirst();
        assertThat(now.fields().stream().map(Field::type)).isEqualTo(before.getFirst().fields().stream().map(Field::type).toList());
        assertThat(new Kept(now).read(source).values("v")).containsExactly("open", "paid");
    }

    @Test
    void tablesViewsKeysAndCommentsAreFound() throws Exception {
        server.execute("CREATE TABLE " + schema + ".`Order ``Lines` (`Order` integer, line integer COMMENT 'From 1.', `Größe` text, total integer "
                + "GENERATED ALWAYS AS (line * 2) STORED, PRIMARY KEY (line, `Order`)) COMMENT 'What was ordered.'",
                "CREATE TABLE " + schema + ".people (mail varchar(50) NOT NULL, nick varchar(50), region varchar(50) NOT NULL, no integer NOT NULL, "
                + "UNIQUE (nick), UNIQUE (region, no), UNIQUE start (mail(10)))",
                "CREATE VIEW " + schema + ".line_view AS SELECT * FROM " + schema + ".`Order ``Lines`");
        List<Dataset> datasets = source("keys", "line_view=line+Order").discover(Kept.NO_FILES);
        assertThat(datasets).extracting(Dataset::name).containsExactly("order_lines", "line_view", "people");
        assertThat(datasets).extracting(Dataset::key).containsExactly(List.of("order", "line"), List.of("order", "line"), List.of("region", "no"));
        assertThat(datasets.getFirst().description()).isEqualTo("The table " + schema + ".Order `Lines of the database. What was ordered.");
        assertThat(datasets.getFirst().fields()).extracting(Field::name).containsExactly("order", "line", "groesse", "total");
        assertThat(datasets.getFirst().field("line").description()).endsWith("From 1.");
    }
}
