package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.postgresql.Postgresql;
import eider.tck.Binding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A large table that several sessions read by its pages, in pieces so small here that few rows make many. */
@Timeout(120)
class PiecesTest {
    private static final int PAGES = 2;
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;
    private String orders;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("pieces");
        orders = schema + ".orders";
        postgres.execute("CREATE TABLE " + orders + " (id bigint PRIMARY KEY, amount numeric(10,2), note text, updated_at timestamptz DEFAULT now()) "
                + "WITH (autovacuum_enabled = false)");
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more)), new Postgresql(PAGES));
    }

    private Kept kept(SqlSource source, String table) throws Exception {
        return new Kept(source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals(table)).findFirst().orElseThrow());
    }

    private void fill(int rows) throws SQLException {
        postgres.execute("INSERT INTO " + orders + " SELECT i, 1, repeat('x', 50), now() - interval '1 day' FROM generate_series(1, " + rows + ") i");
    }

    private List<String> there() throws SQLException {
        return List.of(postgres.ask("SELECT string_agg(id || '=' || amount, ' ' ORDER BY id) FROM " + orders).split(" "));
    }

    private static List<String> here(Kept kept) {
        List<String> rows = new ArrayList<>();
        kept.rows().stream().sorted((a, b) -> Long.compare((Long) a.get(0), (Long) b.get(0))).forEach(row -> rows.add(row.get(0) + "=" + row.get(1)));
        return rows;
    }

    private void quietly(String... statements) {
        try {
            postgres.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void cut(Kept kept, SqlSource source, int rows) {
        int[] left = {rows};
        assertThat(Failures.thrown(() -> kept.before(() -> {
            if (--left[0] < 0) {
                throw new IllegalStateException("the store went away");
            }
        }).read(source))).isInstanceOf(IllegalStateException.class);
        kept.before(() -> { });
    }

    @Test
    void allPiecesAreOfOneMomentWhateverHappensMeanwhile() throws Exception {
        fill(8000);
        List<String> before = there();
        SqlSource source = source("connections", "3");
        boolean[] begun = {false};
        Kept kept = new Kept(kept(source, "orders").dataset()) {
            @Override
            public void progress(String doing, long done, long total) {
                if (!begun[0]) {
                    // Before the others join the snapshot.
                    begun[0] = true;
                    quietly("DELETE FROM " + orders + " WHERE id = 4711");
                }
            }
        };
        int[] row = {0};
        kept.before(() -> {
            if (row[0]++ % 2000 == 0) {
                quietly("UPDATE " + orders + " SET amount = amount + 1 WHERE id % 7 = " + row[0] / 2000, "DELETE FROM " + orders + " WHERE id = 5000 + " + row[0],
                        "INSERT INTO " + orders + " VALUES (" + (100_000 + row[0]) + ", 9)", "VACUUM " + orders);
            }
        }).read(source);
        assertThat(here(kept)).isEqualTo(before);
        assertThat(kept.again()).isZero();
        assertThat(kept.cursors()).as("a checkpoint behind each piece").hasSizeGreaterThan(20);
    }

    @Test
    void aReadThatIsCutGoesOnWithThePiecesThatAreLeft() throws Exception {
        fill(8000);
        SqlSource source = source();
        Kept kept = kept(source, "orders");
        cut(kept, source, 3000);
        cut(kept, source, 3000);
        kept.read(source);
        assertThat(here(kept)).isEqualTo(there());
        assertThat(kept.pushed()).as("what was read is not read again, but for pieces that were under way").isLessThan(3001 + 3001 + 3500);
    }

    /** Rows that change take another place, often one in a piece that was read already: the free space of a deleted row. */
    @Test
    void whatMovedBetweenTheSnapshotsOfAReadThatWasCutIsThere() throws Exception {
        fill(8000);
        postgres.execute("DELETE FROM " + orders + " WHERE id <= 1000", "VACUUM " + orders);
        SqlSource source = source("connections", "1");
        Kept kept = kept(source, "orders");
        cut(kept, source, 3000);
        // From the last pages into the free first ones, and new ones beside them.
        postgres.execute("UPDATE " + orders + " SET amount = 2 WHERE id > 7500", "INSERT INTO " + orders + " SELECT i, 3, '' FROM generate_series(1, 100) i");
        assertThat(postgres.ask("SELECT min(ctid)::text FROM " + orders + " WHERE amount = 2")).as("where the first of them lies").startsWith("(0,");
        kept.read(source);
        assertThat(here(kept)).isEqualTo(there());
    }

    @Test
    void aTableThatWasRewrittenBetweenIsReadAnew() throws Exception {
        fill(8000);
        SqlSource source = source("connections", "1");
        Kept kept = kept(source, "orders");
        cut(kept, source, 3000);
        postgres.execute("CREATE INDEX backwards ON " + orders + " (id DESC)", "CLUSTER " + orders + " USING backwards");
        long before = kept.pushed();
        kept.read(source);
        assertThat(here(kept)).isEqualTo(there());
        assertThat(kept.pushed() - before).isEqualTo(8000);
    }

    @Test
    void whatChangedSinceTheFirstSnapshotIsInTheNextIncrement() throws Exception {
        fill(8000);
        SqlSource source = source("cursor", "orders=updated_at", "look_back", "0");
        Kept kept = kept(source, "orders");
        kept.before(() -> {
            if (kept.pushed() == 4000) {
                quietly("UPDATE " + orders + " SET amount = 5, updated_at = now() WHERE id IN (1, 7999)", "INSERT INTO " + orders + " VALUES (9000, 6)");
            }
        }).read(source);
        long before = kept.pushed();
        kept.before(() -> { }).read(source);
        assertThat(here(kept)).isEqualTo(there());
        assertThat(kept.pushed() - before).as("the three, and those at the last value of the read before, which all had it").isEqualTo(3 + 7998);
    }

    @Test
    void aPartitionedTableAndOneWithHeirsAreReadWhole() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".parts (id bigint, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE " + schema + ".parts_1 PARTITION OF " + schema + ".parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
                "CREATE TABLE " + schema + ".parts_2 PARTITION OF " + schema + ".parts FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
                "INSERT INTO " + schema + ".parts SELECT i, date '2026-01-01' + i % 58, repeat('x', i % 60) FROM generate_series(1, 9000) i",
                "CREATE TABLE " + schema + ".ancestor (id bigint PRIMARY KEY, note text)",
                "CREATE TABLE " + schema + ".heir (more text) INHERITS (" + schema + ".ancestor)",
                "INSERT INTO " + schema + ".ancestor SELECT i, 'a' FROM generate_series(1, 3) i",
                "INSERT INTO " + schema + ".heir SELECT i, repeat('x', 50) FROM generate_series(4, 4000) i",
                // What is read through the one that has them needs no right to them.
                "REVOKE ALL ON " + schema + ".parts_1, " + schema + ".parts_2 FROM " + Postgres.READER);
        SqlSource source = source("tables", "parts, ancestor", "keys", "ancestor=id");
        Kept parts = kept(source, "parts").read(source);
        assertThat(new HashSet<>(parts.values("id"))).hasSize(9000);
        assertThat(parts.cursors()).hasSizeGreaterThan(5);
        Kept ancestor = kept(source, "ancestor").read(source);
        assertThat(new HashSet<>(ancestor.values("id"))).hasSize(4000);
        assertThat(ancestor.cursors()).hasSizeGreaterThan(5);
    }

    @Test
    void aTableWithoutAKeyIsOnePartAndEqualRowsAllCount() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".visits AS SELECT '/p/' || i % 3 AS page, repeat('x', 60) AS note FROM generate_series(1, 6000) i");
        SqlSource source = source("connections", "3", "tables", "visits");
        Kept visits = kept(source, "visits").read(source);
        assertThat(visits.rows()).hasSize(6000);
        assertThat(visits.cursors()).as("it counts as a whole").hasSize(1);
    }

    @Test
    void aBadRowIsFoundAgainByItsPlace() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".visits AS SELECT i AS n, i::numeric(10,2) AS seconds, repeat('x', 60) AS note FROM generate_series(1, 3000) i",
                "UPDATE " + schema + ".visits SET seconds = 'NaN' WHERE n = 1500");
        SqlSource source = source("tables", "visits");
        Kept visits = kept(source, "visits").read(source);
        String at = postgres.ask("SELECT ctid::text FROM " + schema + ".visits WHERE n = 1500");
        assertThat(visits.rejected()).singleElement().asString().contains(schema + ".visits, at " + at).contains("NaN");
        assertThat(visits.rows()).hasSize(2999);
    }

    @Test
    void aSessionThatTheServerEndsCostsItsPieceAlone() throws Exception {
        fill(20_000);
        SqlSource source = source("connections", "2");
        Kept kept = kept(source, "orders");
        SourceException fault = (SourceException) Failures.thrown(() -> kept.before(() -> {
            if (kept.pushed() == 4000) {
                quietly("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + Postgres.READER + "'");
            }
        }).read(source));
        assertThat(fault.kind()).isEqualTo(Kind.TEMPORARY);
        assertThat(threads()).isEmpty();
        kept.before(() -> { }).read(source);
        assertThat(here(kept)).isEqualTo(there());
        assertThat(kept.pushed()).isLessThan(20_000 + 4000);
    }

    @Test
    void noThreadStaysWhenTheReaderIsInterrupted() throws Exception {
        fill(8000);
        SqlSource source = source("connections", "3");
        Kept kept = kept(source, "orders");
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reading = Thread.ofPlatform().start(() -> thrown.set(Failures.thrown(() -> kept.before(() -> {
            begun.countDown();
            if (kept.pushed() == 2000) {
                java.util.concurrent.locks.LockSupport.park();
            }
        }).read(source))));
        begun.await();
        reading.interrupt();
        reading.join(2_000);
        assertThat(reading.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(threads()).isEmpty();
    }

    private static Set<String> threads() {
        Set<String> names = new HashSet<>();
        Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.startsWith("eider-sql-")).forEach(names::add);
        return names;
    }

    /** To a snapshot that is older than it, a table that was rewritten or emptied looks empty: never is that taken for the truth. */
    @Test
    void aTableThatWasRewrittenAsTheReadBeganIsNotTakenForEmpty() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".visits AS SELECT i AS n FROM generate_series(1, 50) i");
        fill(8000);
        for (String table : List.of("visits", "orders")) {
            SqlSource source = source("tables", table);
            String[] rewrite = {"ALTER TABLE " + schema + "." + table + " ALTER COLUMN " + (table.equals("visits") ? "n" : "amount") + " TYPE text"};
            Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()) {
                @Override
                public void progress(String doing, long done, long total) {
                    if (rewrite[0] != null) {
                        quietly(rewrite[0]);
                        rewrite[0] = null;
                    }
                }
            };
            SourceException fault = (SourceException) Failures.thrown(() -> kept.read(source));
            assertThat(fault.kind()).isEqualTo(Kind.TEMPORARY);
            assertThat(fault).hasMessageContaining(schema + "." + table);
            assertThat(kept.cursors()).isEmpty();
        }
    }

    /** Who alters a table waits for its readers, and whoever reads it next waits for him: that must not be one of ours. */
    @Test
    void aTableIsReadToItsEndWhileSomebodyWaitsToAlterIt() throws Exception {
        fill(8000);
        SqlSource source = source("connections", "3");
        Kept kept = kept(source, "orders");
        try (Connection other = postgres.connect(); Statement statement = other.createStatement()) {
            Thread altering = Thread.ofPlatform().unstarted(() -> {
                try {
                    statement.execute("ALTER TABLE " + orders + " ADD COLUMN email text");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            kept.before(() -> {
                if (kept.pushed() == 100) {
                    altering.start();
                }
            });
            Throwable fault = Failures.thrown(() -> kept.read(source));
            altering.join();
            if (fault != null) {
                assertThat(((SourceException) fault).kind()).isEqualTo(Kind.TEMPORARY);
            }
        }
        Kept altered = kept(source, "orders").read(source);
        assertThat(altered.dataset().field("email")).isNotNull();
        assertThat(here(altered)).isEqualTo(there());
    }
}
