package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.sql.postgresql.Postgresql;
import eider.tck.Binding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a server's log does not tell all, or would be followed from the wrong place: nothing is missed, or it is said. */
@Timeout(120)
class LogHolesTest {
    private static final String FOLLOWER = "follower";
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;
    private String orders;
    private String slot;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("holes");
        orders = schema + ".orders";
        slot = "h" + schema.substring(schema.length() - 8).replaceAll("[^a-z0-9]", "_");
        postgres.execute("DO $$ BEGIN CREATE ROLE " + FOLLOWER + " LOGIN REPLICATION PASSWORD 'follow me'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "GRANT " + Server.READER + " TO " + FOLLOWER, "CREATE TABLE " + orders + " (id bigint PRIMARY KEY, amount numeric(10,2), note text)",
                "CREATE PUBLICATION " + schema + " FOR TABLE " + orders + " WITH (publish_via_partition_root = true)",
                "INSERT INTO " + orders + " SELECT i, i, 'n' FROM generate_series(1, 100) i");
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP PUBLICATION IF EXISTS " + schema, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active "
                    + "AND slot_name LIKE '" + slot + "%'", "DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(String... more) {
        List<String> options = new ArrayList<>(List.of("user", FOLLOWER, "password", "follow me", "log", "orders", "publication", schema, "slot", slot));
        options.addAll(List.of(more));
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, options.toArray(String[]::new))), new Postgresql(2));
    }

    private Kept kept(SqlSource source) throws Exception {
        return new Kept(source.discover(Kept.NO_FILES).stream().filter(one -> one.name().equals("orders")).findFirst().orElseThrow());
    }

    private List<String> there() throws SQLException {
        return List.of(postgres.ask("SELECT string_agg(id || '=' || amount, ' ' ORDER BY id) FROM " + orders).split(" "));
    }

    private static List<String> here(Kept kept) {
        List<String> rows = new ArrayList<>();
        kept.rows().stream().sorted((a, b) -> Long.compare((Long) a.get(0), (Long) b.get(0))).forEach(row -> rows.add(row.get(0) + "=" + row.get(1)));
        return rows;
    }

    private static void fails(Kind kind, Failures.Attempt attempt, String... words) {
        Throwable thrown = Failures.thrown(attempt);
        assertThat(thrown).isInstanceOf(SourceException.class);
        assertThat(((SourceException) thrown).kind()).as(thrown.getMessage()).isEqualTo(kind);
        assertThat(thrown.getMessage()).contains(words);
    }

    /** The server would go on from where it was told that all is durable, without a word. */
    @Test
    void aLoadThatWasTakenBackLetsEverythingBeReadAnew() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        Cursor before = kept.cursor();
        postgres.execute("UPDATE " + orders + " SET amount = 7 WHERE id = 7");
        kept.read(source);
        postgres.execute("UPDATE " + orders + " SET amount = 8 WHERE id = 8");
        kept.read(source);
        Kept undone = kept(source);
        undone.checkpoint(before);
        undone.read(source);
        assertThat(here(undone)).as("all rows, not only those of the log that is left").isEqualTo(there());
    }

    /** A complete read, or a plan of one, that breaks off: who goes on from the cursor of before still hears of everything. */
    @Test
    void aCompleteReadTakesTheLogAwayFromNobody() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("DELETE FROM " + orders + " WHERE id = 9");
        Kept complete = kept(source);
        assertThat(Failures.thrown(() -> complete.before(() -> {
            throw new IllegalStateException("the store went away");
        }).read(source))).isInstanceOf(IllegalStateException.class);
        assertThat(here(kept.read(source))).isEqualTo(there()).hasSize(99);
        Kept whole = kept(source).read(source);
        postgres.execute("DELETE FROM " + orders + " WHERE id = 10");
        assertThat(here(whole.read(source))).isEqualTo(there()).hasSize(98);
        assertThat(postgres.ask("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '" + slot + "%'")).as("slots that stay").isEqualTo("1");
    }

    /** Defaults and rewrites are in no log. */
    @Test
    void whatAnAlterationDidToTheRowsIsReadAndWhatWasDeletedBeforeItIsGone() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("DELETE FROM " + orders + " WHERE id = 9", "ALTER TABLE " + orders + " ALTER COLUMN amount TYPE numeric(10,2) USING amount * 100",
                "DELETE FROM " + orders + " WHERE id = 10", "UPDATE " + orders + " SET amount = 3 WHERE id = 3");
        assertThat(here(kept.read(source))).isEqualTo(there()).hasSize(98);
        long before = kept.pushed();
        kept.read(source);
        assertThat(kept.pushed()).as("and read once").isEqualTo(before);
        postgres.execute("UPDATE " + orders + " SET amount = 4 WHERE id = 4", "ALTER TABLE " + orders + " ADD COLUMN state text DEFAULT 'new'");
        Kept wider = kept(source);
        wider.checkpoint(kept.cursor());
        wider.read(source);
        assertThat(wider.values("state")).hasSize(98).containsOnly("new");
    }

    @Test
    void aTypeThatWasWrittenInAnotherWayBeforeIsAskedForAnew() throws Exception {
        postgres.execute("ALTER TABLE " + orders + " ADD COLUMN at timestamp DEFAULT '2026-01-01 10:00'");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("UPDATE " + orders + " SET amount = 4 WHERE id = 4",
                "ALTER TABLE " + orders + " ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC'");
        Kept altered = kept(source);
        altered.checkpoint(kept.cursor());
        altered.read(source);
        assertThat(altered.rejected()).isEmpty();
        assertThat(here(altered)).isEqualTo(there());
    }

    /** While a publication does not hold a table, the log says nothing of it. */
    @Test
    void aTableThatWasTakenOutOfThePublicationForAWhileIsReadAnew() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("ALTER PUBLICATION " + schema + " DROP TABLE " + orders, "UPDATE " + orders + " SET amount = 4 WHERE id = 4",
                "ALTER PUBLICATION " + schema + " ADD TABLE " + orders);
        assertThat(here(kept.read(source))).isEqualTo(there());
        postgres.execute("DELETE FROM " + orders + " WHERE id = 9");
        assertThat(here(kept.read(source))).isEqualTo(there());
        postgres.execute("DROP PUBLICATION " + schema);
        fails(Kind.CONFIG, () -> kept.read(source), "'log'", "CREATE PUBLICATION");
        postgres.execute("UPDATE " + orders + " SET amount = 5 WHERE id = 5", "CREATE PUBLICATION " + schema + " FOR TABLE " + orders);
        assertThat(here(kept.read(source))).isEqualTo(there());
    }

    @Test
    void aPartitionedTableIsFollowedByItsRootAndReadAnewWhenAPartitionComesWithRows() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".parts (id bigint PRIMARY KEY, amount numeric(10,2)) PARTITION BY RANGE (id)",
                "CREATE TABLE " + schema + ".parts_1 PARTITION OF " + schema + ".parts FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE " + schema + ".parts_2 (id bigint PRIMARY KEY, amount numeric(10,2))",
                "INSERT INTO " + schema + ".parts SELECT i, i FROM generate_series(1, 50) i", "INSERT INTO " + schema + ".parts_2 VALUES (150, 1)",
                "ALTER PUBLICATION " + schema + " ADD TABLE " + schema + ".parts");
        SqlSource source = source("log", "parts", "tables", "parts");
        Kept parts = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        assertThat(parts.rows()).hasSize(50);
        postgres.execute("UPDATE " + schema + ".parts SET amount = 0 WHERE id = 5", "DELETE FROM " + schema + ".parts WHERE id = 6");
        assertThat(parts.read(source).pushed()).isEqualTo(51);
        assertThat(parts.rows()).hasSize(49);
        postgres.execute("ALTER TABLE " + schema + ".parts ATTACH PARTITION " + schema + ".parts_2 FOR VALUES FROM (100) TO (200)");
        assertThat(parts.read(source).values("id")).hasSize(50).contains(150L);
        postgres.execute("ALTER TABLE " + schema + ".parts_1 REPLICA IDENTITY NOTHING");
        fails(Kind.CONFIG, () -> parts.read(source), "'log'", "parts_1 REPLICA IDENTITY FULL");
    }

    @Test
    void rowsOfOtherTablesAndRowsThatTheUserMayNotSeeAreNotFollowed() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".heir () INHERITS (" + orders + ")");
        fails(Kind.CONFIG, () -> kept(source()).read(source()), "'log'", "inherit");
        postgres.execute("DROP TABLE " + schema + ".heir", "ALTER TABLE " + orders + " ENABLE ROW LEVEL SECURITY");
        fails(Kind.CONFIG, () -> kept(source()).read(source()), "'log'", "only some rows");
        postgres.execute("ALTER TABLE " + orders + " DISABLE ROW LEVEL SECURITY");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("REVOKE SELECT ON " + orders + " FROM " + Server.READER);
        fails(Kind.AUTH, () -> kept.read(source), "GRANT");
    }

    /** Between a read and the comparison behind it a shop goes on. */
    @Test
    void whatWasDeletedBehindAReadIsNoDifference() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("DELETE FROM " + orders + " WHERE id <= 5", "UPDATE " + orders + " SET id = 700 WHERE id = 7", "UPDATE " + orders
                + " SET amount = 0 WHERE id IN (8, 9)");
        List<Tally> tallies = new ArrayList<>();
        source.count(new Request(kept.dataset(), kept.cursor(), Kept.NO_FILES), new Countable.Counts() {
            @Override
            public void add(Tally tally) {
                tallies.add(tally);
            }

            @Override
            public void progress(String doing, long done, long total) {
            }
        });
        assertThat(tallies).hasSize(1);
        assertThat(tallies.getFirst().rows()).as("as they were read").isEqualTo(92);
        assertThat(tallies.getFirst().unsettled()).as("five and the one that moved, which are here yet; the moved one and two that changed").isEqualTo(6 + 3);
    }

    /** A transaction that began before the read and commits while it goes on is told by the next one, whole. */
    @Test
    void whatCommitsBesideAReadIsToldByTheNextOne() throws Exception {
        postgres.execute("ALTER TABLE " + orders + " ALTER COLUMN note SET STORAGE EXTERNAL", "UPDATE " + orders + " SET note = repeat('long', 5000) WHERE id < 4");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        try (Connection late = postgres.connect(); Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("UPDATE " + orders + " SET note = repeat('late', 5000), amount = 1000 WHERE id = 1");
            statement.execute("UPDATE " + orders + " SET amount = 1001 WHERE id = 1");
            postgres.execute("UPDATE " + orders + " SET amount = 1002 WHERE id = 2");
            kept.read(source);
            assertThat(here(kept)).isEqualTo(there());
            late.commit();
        }
        kept.read(source);
        assertThat(here(kept)).isEqualTo(there());
        assertThat((String) kept.rows().stream().filter(row -> row.get(0).equals(1L)).findFirst().orElseThrow().get(2)).startsWith("late");
    }

    @Test
    void aLongKeyThatDidNotChangeIsKnown() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".long (code text PRIMARY KEY, note text, amount numeric(10,2))",
                "ALTER TABLE " + schema + ".long ALTER COLUMN code SET STORAGE EXTERNAL, ALTER COLUMN note SET STORAGE EXTERNAL",
                "ALTER PUBLICATION " + schema + " ADD TABLE " + schema + ".long",
                "INSERT INTO " + schema + ".long SELECT repeat(i::text, 2200), repeat('n', 3000), i FROM generate_series(1, 3) i");
        SqlSource source = source("log", "long", "tables", "long");
        Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        postgres.execute("UPDATE " + schema + ".long SET amount = 9 WHERE amount = 2", "DELETE FROM " + schema + ".long WHERE amount = 3");
        kept.read(source);
        assertThat(kept.values("amount").stream().map(Object::toString).sorted().toList()).containsExactly("1.00", "9.00");
    }

    /** Nothing waits for what the server has yet to send. */
    @Test
    void anInterruptWithinAHugeTransactionEndsTheReadWithinTwoSeconds() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, repeat('x', 200) FROM generate_series(1000, 1500000) i");
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reading = Thread.ofPlatform().start(() -> thrown.set(Failures.thrown(() -> kept.before(begun::countDown).read(source))));
        begun.await();
        reading.interrupt();
        assertThat(reading.join(Duration.ofSeconds(2))).isTrue();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }
}
