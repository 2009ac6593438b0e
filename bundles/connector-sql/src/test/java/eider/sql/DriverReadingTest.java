package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.sql.driver.DriverConfig;
import eider.sql.driver.Drivers;
import eider.tck.Binding;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read of two servers that Eider knows nothing of, by drivers that were dropped in, while transactions go on beside. */
@Timeout(120)
class DriverReadingTest {
    @TempDir
    Path home;
    private final Map<Served, String> schemas = new HashMap<>();

    static Stream<Served> servers() {
        return Stream.of(Served.h2(), Served.hsqldb());
    }

    @AfterEach
    void drop() throws Exception {
        for (Map.Entry<Served, String> schema : schemas.entrySet()) {
            schema.getKey().drop(schema.getValue());
        }
    }

    private String orders(Served server) throws SQLException {
        String schema = server.schema("reading");
        schemas.put(server, schema);
        server.execute("CREATE TABLE " + schema + ".ORDERS (ID BIGINT PRIMARY KEY, AMOUNT DECIMAL(10,2), UPDATED_AT TIMESTAMP(6) WITH TIME ZONE)");
        server.grant(schema, "ORDERS");
        return schema;
    }

    private static void fill(Served server, String schema, int many, String amount, String time) throws SQLException {
        server.execute("INSERT INTO " + schema + ".ORDERS SELECT I, " + amount + ", " + time + " FROM (" + server.numbers(many) + ") N");
    }

    private static Kept kept(SqlSource source, String table) throws Exception {
        return new Kept(source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals(table)).findFirst().orElseThrow());
    }

    private static Object[] ids(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray();
    }

    private static void cut(Kept kept, SqlSource source, long after) {
        long[] left = {after};
        assertThat(Failures.thrown(() -> kept.before(() -> {
            if (--left[0] < 0) {
                throw new IllegalStateException("the store went away");
            }
        }).read(source))).isInstanceOf(IllegalStateException.class).hasMessage("the store went away");
        kept.before(() -> { });
    }

    @ParameterizedTest
    @MethodSource("servers")
    void rowsOfOneTimestampAreAllThereAndNoneTwiceWhereverTheReadIsCut(Served server) throws Exception {
        String schema = orders(server);
        fill(server, schema, 2500, "I", "TIMESTAMP '2026-01-01 00:00:00.123456+00:00'");
        SqlSource source = server.source(home, schema, "cursor", "ORDERS=UPDATED_AT");
        Kept orders = kept(source, "orders");
        for (int cut = 0; cut < 3; cut++) {
            long here = orders.pushed();
            cut(orders, source, 400L + 300L * cut);
            assertThat(orders.pushed()).isGreaterThan(here);
        }
        assertThat(orders.rows().size()).as("rows that checkpoints kept, so that the last read goes on behind one").isBetween(250, 2499);
        orders.read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder(ids(1, 2500));
        assertThat(orders.again()).as("rows that one read pushed twice").isZero();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void onlyWhatChangedIsReadAgain(Served server) throws Exception {
        String schema = orders(server);
        fill(server, schema, 3000, "I", "TIMESTAMP '2026-01-01 00:00:00+00:00' + I * INTERVAL '1' MINUTE");
        SqlSource source = server.source(home, schema, "cursor", "ORDERS=UPDATED_AT");
        Kept orders = kept(source, "orders").read(source);
        assertThat(orders.pushed()).isEqualTo(3000);
        server.execute("UPDATE " + schema + ".ORDERS SET AMOUNT = 0, UPDATED_AT = TIMESTAMP '2026-02-01 00:00:00+00:00' WHERE ID = 7");
        orders.read(source);
        // The eleven minutes that it looks back, and the changed row.
        assertThat(orders.pushed()).isEqualTo(3000 + 11 + 1);
        assertThat(orders.rows()).hasSize(3000);
        SqlSource numbers = server.source(home, schema, "cursor", "ORDERS=ID", "look_back_numbers", "5");
        Kept byNumber = kept(numbers, "orders").read(numbers).read(numbers);
        assertThat(byNumber.pushed()).isEqualTo(3000 + 6);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatCommitsWhileATableIsReadIsThereAfterTheNextRead(Served server) throws Exception {
        String schema = orders(server);
        fill(server, schema, 2000, "I", "TIMESTAMP '2026-01-01 00:00:00+00:00'");
        SqlSource source = server.source(home, schema, "cursor", "ORDERS=UPDATED_AT", "look_back", "0");
        Kept orders = kept(source, "orders");
        boolean[] done = new boolean[1];
        orders.before(() -> {
            if (!done[0] && orders.pushed() > 500) {
                done[0] = true;
                execute(server, "INSERT INTO " + schema + ".ORDERS VALUES (2001, 1, TIMESTAMP '2026-01-01 00:00:00+00:00')",
                        "INSERT INTO " + schema + ".ORDERS VALUES (2002, 1, TIMESTAMP '2026-01-02 00:00:00+00:00')",
                        "UPDATE " + schema + ".ORDERS SET AMOUNT = 0, UPDATED_AT = TIMESTAMP '2026-01-02 00:00:00+00:00' WHERE ID = 1999");
            }
        }).read(source);
        assertThat(done[0]).isTrue();
        orders.before(() -> { }).read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder(ids(1, 2002));
        assertThat(orders.rows()).filteredOn(row -> row.get(0).equals(1999L)).singleElement()
                .satisfies(row -> assertThat(row.get(1)).isEqualTo(new BigDecimal("0.00")));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aTimeInTheFutureHidesNoLaterChangeAndRowsWithoutOneAreReadToo(Served server) throws Exception {
        String schema = orders(server);
        server.execute("INSERT INTO " + schema + ".ORDERS VALUES (1, 1, TIMESTAMP '2999-01-01 00:00:00+00:00'), (2, 1, NULL), (3, 1, "
                + "CURRENT_TIMESTAMP)");
        SqlSource source = server.source(home, schema, "cursor", "ORDERS=UPDATED_AT");
        Kept orders = kept(source, "orders").read(source);
        server.execute("INSERT INTO " + schema + ".ORDERS VALUES (4, 1, CURRENT_TIMESTAMP), (5, 1, NULL)");
        assertThat(orders.read(source).values("id")).containsExactlyInAnyOrder(ids(1, 5));
    }

    /** Keys of all kinds, in the order of several columns, given back to the driver where a read goes on. */
    @ParameterizedTest
    @MethodSource("servers")
    void aTableOfAnyKeyIsReadOnBehindTheLastCheckpoint(Served server) throws Exception {
        String schema = orders(server);
        server.execute("CREATE TABLE " + schema + ".MIXED (FLAG BOOLEAN, TINY TINYINT, SMALL SMALLINT, DAY_ DATE, AT_ TIMESTAMP(6), CODE CHAR(3), "
                + "PART DECIMAL(12,5), "
                        + "RATIO DOUBLE PRECISION, RAW_ VARBINARY(8), U UUID, PRIMARY KEY (FLAG, TINY, SMALL, DAY_, AT_, CODE, PART, RATIO, RAW_, "
                        + "U))",
                "INSERT INTO " + schema + ".MIXED SELECT CASE WHEN MOD(I, 2) = 0 THEN TRUE ELSE FALSE END, MOD(I, 3), -MOD(I, 2), DATE '2026-01-01' "
                + "+ MOD(I, 5) * INTERVAL '1' DAY, "
                        + "TIMESTAMP '2026-01-01 00:00:00.654321' - MOD(I, 7) * INTERVAL '1' HOUR, 'x' || MOD(I, 3), I / 8.00000, MOD(I, 11) / "
                        + "3.0E0, X'0a', "
                        + (server == Served.h2() ? "RANDOM_UUID()" : "UUID()") + " FROM (" + server.numbers(1500) + ") N");
        server.grant(schema, "MIXED");
        SqlSource source = server.source(home, schema);
        Kept clean = kept(source, "mixed").read(source);
        Kept cut = kept(source, "mixed");
        for (long left : List.of(300L, 500L, 400L)) {
            cut(cut, source, left);
        }
        long before = cut.pushed();
        cut.read(source);
        assertThat(cut.pushed() - before).as("rows of the last read, which goes on and does not begin again").isLessThan(1000);
        assertThat(clean.rows()).hasSize(1500);
        assertThat(Set.copyOf(cut.rows())).isEqualTo(Set.copyOf(clean.rows()));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aTableWithoutAKeyIsReadAsAWholeAndDeletedRowsGo(Served server) throws Exception {
        String schema = orders(server);
        server.execute("CREATE TABLE " + schema + ".VISITS (PAGE VARCHAR(20), SECONDS INTEGER)",
                "INSERT INTO " + schema + ".VISITS SELECT 'p' || MOD(I, 7), I FROM (" + server.numbers(700) + ") N");
        server.grant(schema, "VISITS");
        SqlSource source = server.source(home, schema);
        Kept visits = kept(source, "visits").read(source);
        assertThat(visits.rows()).hasSize(700);
        server.execute("DELETE FROM " + schema + ".VISITS WHERE SECONDS <= 100");
        assertThat(visits.read(source).rows()).hasSize(600);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aQueryIsADataset(Served server) throws Exception {
        String schema = orders(server);
        fill(server, schema, 40, "I", "TIMESTAMP '2026-01-01 00:00:00+00:00'");
        Path folder = Files.createDirectories(home.resolve("config/queries"));
        Files.writeString(folder.resolve("large.sql"), "SELECT ID, AMOUNT * 2 AS TWICE FROM " + schema + ".ORDERS WHERE ID > 10;\n");
        SqlSource source = server.source(home, schema, "tables", "", "queries", "large", "keys", "large=ID");
        Kept large = kept(source, "large").read(source);
        assertThat(large.rows()).hasSize(30).first().satisfies(row -> assertThat((BigDecimal) row.get(1)).isEqualByComparingTo("22"));
        Files.writeString(folder.resolve("large.sql"), "SELECT 1; DELETE FROM " + schema + ".ORDERS");
        assertThat(Failures.thrown(() -> source.discover(Kept.NO_FILES))).isInstanceOf(SourceException.class).hasMessageContaining("semicolon");
        Files.writeString(folder.resolve("large.sql"), "SELEKT 1");
        assertThat(Failures.thrown(() -> source.discover(Kept.NO_FILES))).isInstanceOf(SourceException.class)
                .hasMessageContaining("queries/large.sql");
    }

    private static Tally count(SqlSource source, Kept table, Cursor cursor) throws SourceException, InterruptedException {
        List<Tally> tallies = new ArrayList<>();
        source.count(new Request(table.dataset(), cursor, Kept.NO_FILES), new Countable.Counts() {
            @Override
            public void add(Tally tally) {
                tallies.add(tally);
            }

            @Override
            public void progress(String doing, long done, long total) {
            }
        });
        assertThat(tallies).hasSize(1);
        return tallies.getFirst();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theServerCountsUpToTheCursor(Served server) throws Exception {
        String schema = orders(server);
        fill(server, schema, 1000, "I + 0.25", "TIMESTAMP '2026-01-01 00:00:00+00:00'");
        server.execute("INSERT INTO " + schema + ".ORDERS VALUES (9223372036854775807, 0.5, TIMESTAMP '2026-01-01 00:00:00+00:00'), "
                + "(9223372036854775806, NULL, TIMESTAMP '2026-01-01 00:00:00+00:00')");
        SqlSource source = server.source(home, schema, "cursor", "ORDERS=UPDATED_AT");
        Kept orders = kept(source, "orders").read(source);
        Tally tally = count(source, orders, orders.cursor());
        assertThat(List.of(tally.rows(), tally.unsettled())).containsExactly(1002L, 0L);
        assertThat(tally.sums().get("id")).isEqualByComparingTo("18446744073710052113");
        assertThat(tally.sums().get("amount")).isEqualByComparingTo("500750.50");
        server.execute("INSERT INTO " + schema + ".ORDERS VALUES (2000, 5, CURRENT_TIMESTAMP)");
        tally = count(source, orders, orders.cursor());
        assertThat(List.of(tally.rows(), tally.unsettled())).containsExactly(1002L, 1L);
        assertThat(count(source, orders, Cursor.NONE).unsettled()).isEqualTo(1003);
        Kept cut = kept(source, "orders");
        cut(cut, source, 600);
        assertThat(count(source, cut, cut.cursor())).satisfies(of -> assertThat(of.rows()).isEqualTo(250)).satisfies(of -> assertThat(of.unsettled())
                .isEqualTo(753));
        SqlSource without = server.source(home, schema);
        Kept all = kept(without, "orders").read(without);
        assertThat(Failures.thrown(() -> count(without, all, all.cursor())))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DATA)).hasMessageContaining("'cursor'");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void tablesViewsKeysAndNamesAreFound(Served server) throws Exception {
        String schema = orders(server);
        server.execute("CREATE TABLE " + schema + ".\"Order Lines\" (\"Order\" INTEGER, LINE INTEGER, \"Gr\u00f6\u00dfe\" VARCHAR(20), PRIMARY KEY "
                + "(LINE, \"Order\"))",
                "CREATE TABLE " + schema + ".PEOPLE (MAIL VARCHAR(20) NOT NULL, NICK VARCHAR(20), REGION VARCHAR(20) NOT NULL, NO_ INTEGER NOT NULL)",
                "CREATE UNIQUE INDEX " + schema + ".PEOPLE_NICK ON " + schema + ".PEOPLE (NICK)",
                "CREATE UNIQUE INDEX " + schema + ".PEOPLE_REGION ON " + schema + ".PEOPLE (REGION, NO_)",
                "CREATE UNIQUE INDEX " + schema + ".PEOPLE_ALL ON " + schema + ".PEOPLE (REGION, NO_, MAIL)",
                "CREATE INDEX " + schema + ".PEOPLE_MAIL ON " + schema + ".PEOPLE (MAIL)",
                "CREATE VIEW " + schema + ".PAID AS SELECT ID, AMOUNT FROM " + schema + ".ORDERS",
                "CREATE TABLE " + schema + ".\"100%_\" (ID INTEGER PRIMARY KEY)", "CREATE TABLE " + schema
                + ".\"100xy\" (ID INTEGER PRIMARY KEY, V INTEGER)",
                "INSERT INTO " + schema + ".\"Order Lines\" VALUES (1, 2, 'x')");
        server.grant(schema, "\"Order Lines\"", "PEOPLE", "PAID", "\"100%_\"", "\"100xy\"");
        SqlSource source = server.source(home, schema, "keys", "PAID=ID");
        List<Dataset> datasets = source.discover(Kept.NO_FILES);
        Map<String, List<String>> keys = new HashMap<>();
        datasets.forEach(dataset -> keys.put(dataset.name(), dataset.key()));
        assertThat(keys).isEqualTo(Map.of("orders", List.of("id"), "order_lines", List.of("order", "line"), "people", List.of("region", "no"), "paid",
                List.of("id"), "column_100", List.of("id"), "column_100xy", List.of("id")));
        assertThat(source.discover(Kept.NO_FILES)).isEqualTo(datasets);
        Kept lines = kept(source, "order_lines");
        assertThat(lines.dataset().field("groesse")).isNotNull();
        assertThat(lines.read(source).rows()).containsExactly(List.of(1L, 2L, "x"));
        assertThat(kept(source, "column_100").dataset().fields()).hasSize(1);
    }

    /** A driver whose address has no place for a host: there, and for a user that there is not, a - stands. */
    @Test
    void aDriverWithoutAServerIsReadToo() throws Exception {
        Served.h2().dropped(home);
        Drivers drivers = Drivers.in(home, Map.of("inside", Binding.of(DriverConfig.class, Served.h2().description("url",
                "jdbc:h2:mem:{database};INIT=CREATE TABLE IF NOT EXISTS T (ID INTEGER PRIMARY KEY)\\;MERGE INTO T VALUES (7)"))));
        Map<String, String> options = Map.of("kind", "inside", "host", "-", "database", "shop", "user", "-", "tls", "none");
        SqlSource source = SqlSource.in(home, Binding.of(SqlConfig.class, options), drivers);
        assertThat(kept(source, "t").read(source).values("id")).containsExactly(7L);
        Map<String, String> named = new HashMap<>(options);
        named.put("host", "db.example.com");
        assertThat(Failures.thrown(() -> SqlSource.in(home, Binding.of(SqlConfig.class, named), drivers).discover(Kept.NO_FILES)))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG)).hasMessageContaining("'host'");
    }

    private static void execute(Served server, String... statements) {
        try {
            server.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
