package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.tck.Binding;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a real server counts up to the last read. */
@ParameterizedClass(name = "{0}")
@EnumSource(Server.Kind.class)
class CountingTest {
    @Parameter
    Server.Kind kind;
    @TempDir
    Path home;
    private Server server;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        server = kind.running();
        schema = server.schema("counting");
        boolean postgres = kind == Server.Kind.POSTGRESQL;
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), weight double precision, free "
                + (postgres ? "numeric" : "bigint unsigned") + ", updated_at " + server.instant() + " NULL DEFAULT CURRENT_TIMESTAMP(6))",
                "INSERT INTO " + schema + ".orders SELECT i, CASE WHEN i <= 3 THEN " + (postgres ? "'NaN'" : "NULL") + " ELSE i + 0.25 END, i, "
                + (postgres ? "'Infinity'" : "18446744073709551615") + ", '2026-01-01' FROM " + Server.numbers(1000));
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

    private Kept kept(SqlSource source, String table) throws Exception {
        return new Kept(source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals(table)).findFirst().orElseThrow());
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

    @Test
    void rowsAndExactSumsWithoutWhatIsNoNumber() throws Exception {
        boolean postgres = kind == Server.Kind.POSTGRESQL;
        SqlSource source = source("cursor", "orders=updated_at", "decimals", postgres ? "orders.free=18.4" : "");
        Kept orders = kept(source, "orders").read(source);
        // Each row of PostgreSQL holds an infinity: all are kept aside, and count.
        assertThat(orders.rejected()).hasSize(postgres ? 1000 : 0);
        Tally tally = count(source, orders, orders.cursor());
        assertThat(tally.rows()).isEqualTo(1000);
        assertThat(tally.unsettled()).isZero();
        assertThat(tally.sums()).isEqualTo(Map.of("id", new BigDecimal(500500), "amount", new BigDecimal("500743.25"), "free",
                postgres ? BigDecimal.ZERO : new BigDecimal("18446744073709551615000")));
        assertThat(count(source, orders, Cursor.NONE)).satisfies(none -> assertThat(none.rows()).isZero())
                .satisfies(none -> assertThat(none.unsettled()).isEqualTo(1000));
    }

    @Test
    void whatIsNewOrChangedSinceTheReadIsUnsettledUntilItWasRead() throws Exception {
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders").read(source);
        server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (2000, 5)", "UPDATE " + schema
                + ".orders SET amount = 7, updated_at = now() WHERE id = 10");
        Tally between = count(source, orders, orders.cursor());
        assertThat(List.of(between.rows(), between.unsettled())).containsExactly(999L, 2L);
        assertThat(between.why()).contains("orders changed");
        orders.read(source);
        Tally after = count(source, orders, orders.cursor());
        assertThat(List.of(after.rows(), after.unsettled())).containsExactly(1001L, 0L);
    }

    /** The row was there below the last value and no read could see it: it is no difference, where the server tells which transaction wrote a row. */
    @Test
    void aTransactionThatCommitsLateIsNoDifference() throws Exception {
        SqlSource source = source("cursor", "orders=id", "look_back_numbers", "0");
        Kept orders = kept(source, "orders");
        try (Connection late = server.connect(); Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (0, 1)");
            orders.read(source);
            late.commit();
        }
        Tally tally = count(source, orders, orders.cursor());
        List<Long> counted = kind == Server.Kind.POSTGRESQL ? List.of(1000L, 1L) : List.of(1001L, 0L);
        assertThat(List.of(tally.rows(), tally.unsettled())).isEqualTo(counted);
    }

    /** What a comparison is for: a row that changed, and no read will ever tell. */
    @Test
    void aChangeWithoutItsCursorColumnShowsInTheSum() throws Exception {
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders").read(source);
        server.execute("UPDATE " + schema + ".orders SET amount = 0, updated_at = '2020-01-01' WHERE id = 1000");
        orders.read(source);
        Tally tally = count(source, orders, orders.cursor());
        assertThat(tally.unsettled()).isZero();
        BigDecimal here = orders.values("amount").stream().filter(Objects::nonNull).map(BigDecimal.class::cast).reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(here.subtract(tally.sums().get("amount"))).isEqualByComparingTo("1000.25");
    }

    @Test
    void aReadThatWasCutIsCountedUpToWhereItCame() throws Exception {
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders");
        int[] left = {600};
        Failures.thrown(() -> orders.before(() -> {
            if (--left[0] < 0) {
                throw new IllegalStateException("the store went away");
            }
        }).read(source));
        Tally tally = count(source, orders, orders.cursor());
        assertThat(tally.rows()).isEqualTo(250);
        assertThat(tally.unsettled()).isEqualTo(750);
    }

    @Test
    void aViewIsCountedByItsCursorColumnAndNotAtAllWithoutOne() throws Exception {
        server.execute("CREATE VIEW " + schema + ".paid AS SELECT id, amount, updated_at FROM " + schema + ".orders WHERE id > 3",
                "CREATE TABLE " + schema + ".visits (page text)", "INSERT INTO " + schema + ".visits VALUES ('a'), ('a')");
        SqlSource source = source("cursor", "paid=updated_at", "keys", "paid=id");
        Kept paid = kept(source, "paid").read(source);
        server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (2000, 5)");
        Tally tally = count(source, paid, paid.cursor());
        assertThat(List.of(tally.rows(), tally.unsettled())).containsExactly(997L, 1L);
        SqlSource without = source("keys", "paid=id");
        Kept all = kept(without, "paid").read(without);
        assertThat(Failures.thrown(() -> count(without, all, all.cursor())))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DATA)).hasMessageContaining("'cursor'");
        Kept visits = kept(source, "visits").read(source);
        assertThat(count(source, visits, visits.cursor())).isEqualTo(Tally.of(2, Map.of()).in("visits"));
    }

    @Test
    void aPartitionedTableIsCounted() throws Exception {
        server.execute("CREATE TABLE " + schema + ".log (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE " + (kind == Server.Kind.POSTGRESQL
                ? "(at)" : "COLUMNS (at) (PARTITION p VALUES LESS THAN ('2027-01-01'))"), kind == Server.Kind.POSTGRESQL ? "CREATE TABLE " + schema
                + ".log_2026 PARTITION OF " + schema + ".log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')" : "SELECT 1",
                "INSERT INTO " + schema + ".log VALUES (1, '2026-05-05'), (2, '2026-05-06')");
        SqlSource source = source();
        Kept log = kept(source, "log").read(source);
        assertThat(count(source, log, log.cursor())).isEqualTo(Tally.of(2, Map.of("id", new BigDecimal(3))));
    }
}
