package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.tck.Binding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What gets lost or doubled where a living database is read: each against a real server, with transactions of its own beside the read. */
@ParameterizedClass(name = "{0}")
@EnumSource(Server.Kind.class)
class ReadingTest {
    @Parameter
    Server.Kind kind;
    @TempDir
    Path home;
    private Server server;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        server = kind.running();
        schema = server.schema("reading");
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), updated_at " + server.instant()
                + " NULL DEFAULT CURRENT_TIMESTAMP(6))");
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

    private static Long[] ids(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    /** Pitfall 1. */
    @Test
    void rowsOfOneTimestampAreAllThereAndNoneTwiceWhereverTheReadIsCut() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders SELECT i, i, '2026-01-01' FROM " + Server.numbers(2500));
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders");
        for (int cut = 0; cut < 3; cut++) {
            long here = orders.pushed();
            long[] left = {400L + 300L * cut};
            assertThat(Failures.thrown(() -> orders.before(() -> {
                if (--left[0] < 0) {
                    throw new IllegalStateException("the store went away");
                }
            }).read(source))).isInstanceOf(IllegalStateException.class);
            assertThat(orders.pushed()).isGreaterThan(here);
        }
        orders.before(() -> { }).read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder((Object[]) ids(1, 2500));
        assertThat(orders.again()).as("rows that one read pushed twice").isZero();
    }

    /** Pitfall 2: T1 takes its time and waits, T2 commits, a sync, T1 commits, a sync. */
    @Test
    void aRowThatCommitsLateBelowTheWatermarkAppears() throws Exception {
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders");
        try (Connection late = server.connect(); Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (1, 1)");
            server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (2, 2)");
            assertThat(orders.read(source).values("id")).containsExactly(2L);
            late.commit();
        }
        assertThat(orders.read(source).values("id")).containsExactlyInAnyOrder(1L, 2L);
        // And without looking back it would not: the case is a real one.
        SqlSource blind = source("cursor", "orders=updated_at", "look_back", "0");
        Kept missed = kept(blind, "orders");
        try (Connection late = server.connect(); Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (3, 1)");
            server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (4, 2)");
            missed.read(blind);
            late.commit();
        }
        assertThat(missed.read(blind).values("id")).doesNotContain(3L);
    }

    /** Pitfall 2 for numbers: a sequence's value is taken long before its row is there. */
    @Test
    void aNumberThatCommitsLateAppears() throws Exception {
        SqlSource source = source("cursor", "orders=id");
        Kept orders = kept(source, "orders");
        try (Connection late = server.connect(); Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (41, 1)");
            server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (42, 2)");
            assertThat(orders.read(source).values("id")).containsExactly(42L);
            late.commit();
        }
        assertThat(orders.read(source).values("id")).containsExactlyInAnyOrder(41L, 42L);
    }

    /** Pitfall 3: the greatest value and the rows come from one snapshot, whatever commits in between or while the rows come. */
    @Test
    void whatCommitsWhileATableIsReadIsThereAfterTheNextRead() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders SELECT i, i, '2026-01-01' FROM " + Server.numbers(2000));
        SqlSource source = source("cursor", "orders=updated_at", "look_back", "0");
        Kept orders = kept(source, "orders");
        boolean[] done = new boolean[1];
        orders.before(() -> {
            if (!done[0]) {
                done[0] = true;
                execute("INSERT INTO " + schema + ".orders VALUES (2001, 1, '2026-01-01'), (2002, 1, '2026-01-02')",
                        "UPDATE " + schema + ".orders SET amount = 0, updated_at = '2026-01-02' WHERE id = 1999");
            }
        }).read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder((Object[]) ids(1, 2000));
        orders.before(() -> { }).read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder((Object[]) ids(1, 2002));
        assertThat(orders.rows()).filteredOn(row -> row.get(0).equals(1999L)).singleElement()
                .satisfies(row -> assertThat(row.get(1)).hasToString("0.00"));
    }

    /** A read that is cut goes on in a later snapshot; what came meanwhile at a place that it had passed is found by the next one. */
    @Test
    void whatCommitsBehindAReadThatWasCutIsFoundByTheNext() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders SELECT i * 2, i, " + server.later("'2026-01-01 00:00:00'", "i", "second")
                + " FROM " + Server.numbers(2000));
        SqlSource source = source("cursor", "orders=updated_at", "look_back", "1h");
        Kept orders = kept(source, "orders");
        int[] left = {1500};
        assertThat(Failures.thrown(() -> orders.before(() -> {
            if (--left[0] < 0) {
                throw new IllegalStateException("the store went away");
            }
        }).read(source))).isInstanceOf(IllegalStateException.class);
        server.execute("INSERT INTO " + schema + ".orders VALUES (3, 1, '2026-01-01 00:00:02')");
        orders.before(() -> { }).read(source);
        orders.read(source);
        assertThat(orders.values("id")).hasSize(2001).contains(3L);
    }

    @Test
    void onlyWhatChangedIsReadAgain() throws Exception {
        server.execute("INSERT INTO " + schema
                + ".orders SELECT i, i, " + server.later("'2026-01-01 00:00:00'", "i", "minute") + " FROM " + Server.numbers(3000));
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders").read(source);
        assertThat(orders.pushed()).isEqualTo(3000);
        server.execute("UPDATE " + schema + ".orders SET amount = 0, updated_at = '2026-02-01' WHERE id = 7");
        orders.read(source);
        // The eleven minutes that it looks back, and the changed row.
        assertThat(orders.pushed()).isEqualTo(3000 + 11 + 1);
        assertThat(orders.rows()).hasSize(3000);
    }

    @Test
    void aTimeInTheFutureHidesNoLaterChange() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders VALUES (1, 1, '2037-01-01'), (3, 1, now())");
        if (kind == Server.Kind.POSTGRESQL) {
            server.execute("INSERT INTO " + schema + ".orders VALUES (2, 1, 'infinity')");
        }
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders").read(source);
        if (kind == Server.Kind.POSTGRESQL) {
            assertThat(orders.rejected()).singleElement().asString().contains("infinity").contains("id = 2");
        }
        server.execute("INSERT INTO " + schema + ".orders (id, amount) VALUES (4, 1)");
        assertThat(orders.read(source).values("id")).containsExactlyInAnyOrder(1L, 3L, 4L);
    }

    @Test
    void rowsWithoutACursorValueAreReadToo() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders VALUES (1, 1, NULL), (2, 1, now())");
        SqlSource source = source("cursor", "orders=updated_at");
        Kept orders = kept(source, "orders").read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder(1L, 2L);
        server.execute("UPDATE " + schema + ".orders SET amount = 9 WHERE id = 1", "INSERT INTO " + schema + ".orders VALUES (3, 1, NULL)");
        orders.read(source);
        assertThat(orders.values("id")).containsExactlyInAnyOrder(1L, 2L, 3L);
        assertThat(orders.rows()).filteredOn(row -> row.get(0).equals(1L)).singleElement()
                .satisfies(row -> assertThat(row.get(1)).hasToString("9.00"));
    }

    @Test
    void aReadFromTheEmptyCursorHoldsWhatIsThereAndNothingThatWasDeleted() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders SELECT i, i, now() FROM " + Server.numbers(10));
        SqlSource source = source("cursor", "orders=updated_at");
        kept(source, "orders").read(source);
        server.execute("DELETE FROM " + schema + ".orders WHERE id = 4");
        assertThat(kept(source, "orders").read(source).values("id")).hasSize(9).doesNotContain(4L);
    }

    @Test
    void anotherCursorColumnBeginsAnew() throws Exception {
        server.execute("INSERT INTO " + schema + ".orders SELECT i, i, '2026-01-01' FROM " + Server.numbers(10));
        SqlSource before = source("cursor", "orders=updated_at");
        Kept orders = kept(before, "orders").read(before);
        SqlSource after = source("cursor", "orders=id", "look_back_numbers", "0");
        orders.read(after);
        assertThat(orders.pushed()).isEqualTo(20);
        assertThat(orders.read(after).pushed()).isEqualTo(21);
    }

    @Test
    void aTableOfAnyKeyIsReadOnBehindTheLastCheckpoint() throws Exception {
        server.execute(switch (kind) {
            case POSTGRESQL -> new String[] {"CREATE TYPE " + schema + ".kind AS ENUM ('z', 'a')", "CREATE TABLE " + schema + ".mixed (kind " + schema
                    + ".kind, day date, code char(3), u uuid, part numeric, PRIMARY KEY (kind, day, code, u, part))",
                "INSERT INTO " + schema + ".mixed SELECT (ARRAY['z','a'])[1 + i % 2]::" + schema + ".kind, date '2026-01-01' + i % 5, 'x' || i % 3, "
                    + "md5(i::text)::uuid, i / 7.0 FROM generate_series(1, 1500) i"};
            // In the order of an enum z comes first, and as texts it does not; bytes and doubles have to be told as what they are.
            case MARIADB, MYSQL -> new String[] {"CREATE TABLE " + schema + ".mixed (kind enum('z', 'a'), day date, code char(3), u binary(16), f float, "
                    + "flags set('b', 'a'), at datetime(3), part double, bits bit(40), PRIMARY KEY (kind, day, code, f, flags, at, u, part, bits))",
                "INSERT INTO " + schema + ".mixed SELECT IF(i % 2 = 1, 'z', 'a'), date '2026-01-01' + interval (i % 5) day, concat('x', i % 3), "
                    + "unhex(md5(i)), i % 2 + 0.1, IF(i % 2 = 1, 'b', 'a,b'), IF(i % 2 = 1, 0, '2026-01-01 00:00:00.5'), i / 7e0, 1 << 39 | i FROM "
                    + Server.numbers(1500)};
        });
        SqlSource source = source();
        Kept clean = kept(source, "mixed").read(source);
        Kept cut = kept(source, "mixed");
        for (int[] left = {300}; left[0] < 1500; left[0] += 400) {
            int[] rows = {left[0]};
            assertThat(Failures.thrown(() -> cut.before(() -> {
                if (--rows[0] < 0) {
                    throw new IllegalStateException("the store went away");
                }
            }).read(source))).satisfiesAnyOf(thrown -> assertThat(thrown).isNull(),
                    thrown -> assertThat(thrown).isInstanceOf(IllegalStateException.class));
        }
        cut.before(() -> { }).read(source);
        // Of zero dates there are none in a key; they are read on behind all the same.
        assertThat(clean.rows()).hasSize(kind == Server.Kind.POSTGRESQL ? 1500 : 750);
        assertThat(Set.copyOf(cut.rejected())).isEqualTo(Set.copyOf(clean.rejected())).hasSize(1500 - clean.rows().size());
        assertThat(Set.copyOf(cut.rows())).isEqualTo(Set.copyOf(clean.rows()));
    }

    /** The server itself refuses, even if somebody gave the user more rights than it needs. */
    @Test
    void nothingIsEverWritten() throws Exception {
        server.execute(kind == Server.Kind.POSTGRESQL ? "CREATE FUNCTION " + schema + ".hit() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
                + schema + ".orders VALUES (99, 1); RETURN 1; END $$"
                : "CREATE FUNCTION " + schema + ".hit() RETURNS integer MODIFIES SQL DATA BEGIN INSERT INTO " + schema
                + ".orders VALUES (99, 1, now()); RETURN 1; END", "GRANT ALL ON " + schema + ".orders TO " + server.reader(),
                kind == Server.Kind.POSTGRESQL ? "SELECT 1" : "GRANT EXECUTE ON " + schema + ".* TO " + server.reader());
        Files.writeString(Files.createDirectories(home.resolve("config/queries")).resolve("trap.sql"), "SELECT " + schema + ".hit() AS hit");
        SqlSource source = source("tables", "!*", "queries", "trap");
        assertThat(Failures.thrown(() -> kept(source, "trap").read(source))).hasMessageMatching("(?is).*read.only.*");
        assertThat(server.ask("SELECT count(*) FROM " + schema + ".orders")).isEqualTo("0");
    }

    private void execute(String... statements) {
        try {
            server.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
