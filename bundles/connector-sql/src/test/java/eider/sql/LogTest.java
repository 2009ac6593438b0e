package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.sql.postgresql.Postgresql;
import eider.tck.Binding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a PostgreSQL's own log tells of a table: after each read the table here is the one there. */
@Timeout(120)
class LogTest {
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
        schema = postgres.schema("log");
        orders = schema + ".orders";
        slot = "s" + schema.substring(schema.length() - 8).replaceAll("[^a-z0-9]", "_");
        postgres.execute("DO $$ BEGIN CREATE ROLE " + FOLLOWER + " LOGIN REPLICATION PASSWORD 'follow me'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "GRANT " + Server.READER + " TO " + FOLLOWER, "CREATE TABLE " + orders + " (id bigint PRIMARY KEY, amount numeric(10,2), note text, tags text[])",
                "CREATE PUBLICATION " + schema + " FOR TABLE " + orders);
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP PUBLICATION IF EXISTS " + schema, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND slot_name "
                    + "LIKE '" + slot + "%'", "DROP SCHEMA " + schema + " CASCADE");
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
        String rows = postgres.ask("SELECT string_agg(concat_ws('|', id, amount, md5(note), to_json(tags)), E'\\n' ORDER BY id) FROM " + orders);
        return rows == null ? List.of() : List.of(rows.split("\n"));
    }

    private static List<String> here(Kept kept) throws Exception {
        List<String> rows = new ArrayList<>();
        for (List<Object> row : kept.rows().stream().sorted((a, b) -> Long.compare((Long) a.get(0), (Long) b.get(0))).toList()) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                if (row.get(i) != null) {
                    cells.add(i == 2 ? java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("MD5").digest(row.get(i).toString().getBytes(
                            java.nio.charset.StandardCharsets.UTF_8))) : row.get(i).toString());
                }
            }
            rows.add(String.join("|", cells));
        }
        return rows;
    }

    private static void fails(Kind kind, Failures.Attempt attempt, String... words) {
        Throwable thrown = Failures.thrown(attempt);
        assertThat(thrown).isInstanceOf(SourceException.class);
        assertThat(((SourceException) thrown).kind()).as(thrown.getMessage()).isEqualTo(kind);
        assertThat(thrown.getMessage()).contains(words);
    }

    @Test
    void rowsThatCameChangedWentAndMovedAreToldAndThoseOfNoCommitAreNot() throws Exception {
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'first', ARRAY['a', NULL] FROM generate_series(1, 1000) i");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        assertThat(here(kept)).isEqualTo(there()).hasSize(1000);
        postgres.execute("INSERT INTO " + orders + " VALUES (1001, 1, 'new', NULL)", "UPDATE " + orders + " SET amount = 9.5, tags = ARRAY['b'] WHERE id <= 3",
                "DELETE FROM " + orders + " WHERE id BETWEEN 10 AND 19", "UPDATE " + orders + " SET id = 2000 WHERE id = 20");
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO " + orders + " VALUES (3000, 1, 'never', NULL)");
            connection.rollback();
        }
        long before = kept.pushed();
        assertThat(here(kept.read(source))).isEqualTo(there()).hasSize(991);
        assertThat(kept.pushed() - before).as("only what changed is pushed").isEqualTo(1 + 3 + 1);
        assertThat(here(kept.read(source))).isEqualTo(there());
        assertThat(kept.pushed() - before).as("and once").isEqualTo(1 + 3 + 1);
    }

    /** Of a long value that did not change the log says nothing. */
    @Test
    void aLongValueThatDidNotChangeIsNotLost() throws Exception {
        postgres.execute("ALTER TABLE " + orders + " ALTER COLUMN note SET STORAGE EXTERNAL", "INSERT INTO " + orders + " VALUES (1, 1, repeat('long', 5000), NULL), "
                + "(2, 1, repeat('long', 5000), NULL)");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("UPDATE " + orders + " SET amount = 2", "UPDATE " + orders + " SET amount = 3 WHERE id = 1", "DELETE FROM " + orders + " WHERE id = 2");
        assertThat(here(kept.read(source))).isEqualTo(there()).hasSize(1);
    }

    /** Any sequence of transactions, with reads that are cut anywhere. */
    @Test
    void afterAnySequenceOfTransactionsAndCutsBothHoldTheSame() throws Exception {
        long seed = Long.getLong("eider.seed", System.nanoTime());
        Random random = new Random(seed);
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 2000) i");
        SqlSource source = source("connections", "2");
        Kept kept = kept(source);
        for (int round = 0; round < 25; round++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                long from = random.nextInt(3000);
                quietly(switch (random.nextInt(5)) {
                    case 0 -> "INSERT INTO " + orders + " SELECT i, 1, 'i', ARRAY['x'] FROM generate_series(" + from + ", " + (from + random.nextInt(400)) + ") i "
                            + "ON CONFLICT (id) DO UPDATE SET amount = 77";
                    case 1 -> "DELETE FROM " + orders + " WHERE id BETWEEN " + from + " AND " + (from + random.nextInt(200));
                    case 2 -> "UPDATE " + orders + " SET amount = amount + 1, note = repeat('y', " + random.nextInt(3000) + ") WHERE id % 13 = " + random.nextInt(13);
                    case 3 -> "UPDATE " + orders + " SET id = id + 100000 WHERE id BETWEEN " + from + " AND " + (from + 5);
                    default -> "UPDATE " + orders + " SET tags = ARRAY['" + round + "'] WHERE id BETWEEN " + from + " AND " + (from + 50);
                });
            }
            int[] left = {random.nextInt(1500)};
            Throwable cut = Failures.thrown(() -> kept.before(() -> {
                if (--left[0] < 0) {
                    throw new IllegalStateException("the store went away");
                }
            }).read(source));
            assertThat(cut == null || cut instanceof IllegalStateException).as("seed %d: %s", seed, cut).isTrue();
            if (cut == null) {
                // What was deleted while a first read was broken off is told by the log alone, which the next read follows.
                kept.before(() -> { }).read(source);
                assertThat(here(kept)).as("seed %d, round %d", seed, round).isEqualTo(there());
            }
        }
        kept.before(() -> { }).read(source);
        kept.read(source);
        assertThat(here(kept)).as("seed %d", seed).isEqualTo(there());
    }

    private void quietly(String sql) {
        try {
            postgres.execute(sql);
        } catch (SQLException e) {
            // A key that is taken: nothing happened, as in any shop.
            assertThat(e.getSQLState()).isEqualTo("23505");
        }
    }

    @Test
    void aHugeTransactionHasItsCheckpointAtItsEndAndTheServerKeepsNoMoreThanItMust() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 30000) i");
        int before = kept.cursors().size();
        assertThat(here(kept.read(source))).hasSize(30_000);
        assertThat(kept.cursors().size() - before).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            postgres.execute("INSERT INTO " + orders + " SELECT " + (i + 1) + " * 100000 + i, i, 'n', NULL FROM generate_series(1, 6000) i");
        }
        before = kept.cursors().size();
        kept.read(source);
        assertThat(kept.cursors().size() - before).as("transactions of some size have their own").isBetween(3, 4);
        String confirmed = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + slot + "_orders'";
        String first = postgres.ask(confirmed);
        kept.read(source);
        assertThat(postgres.ask("SELECT (" + confirmed + ") > '" + first + "'")).as("what is durable here the server may forget").isEqualTo("t");
    }

    @Test
    void whatIsMissingIsToldWithWhatTheOwnerHasToRun() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".other (id integer PRIMARY KEY)", "CREATE TABLE " + schema + ".bare (id integer)");
        fails(Kind.CONFIG, () -> new Kept(source("log", "other", "tables", "other").discover(Kept.NO_FILES).getFirst()).read(source("log", "other", "tables", "other")),
                "'log'", "CREATE PUBLICATION");
        fails(Kind.CONFIG, () -> source("log", "bare").discover(Kept.NO_FILES), "'log'", "primary key");
        fails(Kind.CONFIG, () -> source("cursor", "orders=id").discover(Kept.NO_FILES), "'log'", "'cursor'");
        fails(Kind.CONFIG, () -> source("slot", "1st").discover(Kept.NO_FILES), "'slot'");
        fails(Kind.CONFIG, () -> source("slot", "Not So").discover(Kept.NO_FILES), "'slot'");
        SqlSource reader = source("user", Server.READER, "password", Server.PASSWORD);
        Kept kept = kept(reader);
        fails(Kind.CONFIG, () -> kept.read(reader), "'log'", "REPLICATION");
        postgres.execute("ALTER TABLE " + orders + " REPLICA IDENTITY NOTHING");
        SqlSource source = source();
        fails(Kind.CONFIG, () -> kept(source).read(source), "'log'", "REPLICA IDENTITY FULL");
        postgres.execute("ALTER TABLE " + orders + " REPLICA IDENTITY DEFAULT", "ALTER PUBLICATION " + schema + " SET TABLE " + orders + " WHERE (id > 5)");
        fails(Kind.CONFIG, () -> kept(source).read(source), "'log'", "does not tell all");
    }

    @Test
    void aSlotThatIsGoneLetsEverythingBeReadAnew() throws Exception {
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 100) i");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("SELECT pg_drop_replication_slot('" + slot + "_orders')", "UPDATE " + orders + " SET amount = 0 WHERE id = 7");
        kept.read(source);
        assertThat(here(kept)).isEqualTo(there());
        postgres.execute("DELETE FROM " + orders + " WHERE id = 8");
        assertThat(here(kept.read(source))).isEqualTo(there());
    }

    @Test
    void aTableThatWasEmptiedIsToldAndNotTakenForUnchanged() throws Exception {
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 100) i");
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("INSERT INTO " + orders + " VALUES (500, 1, 'x', NULL)", "TRUNCATE " + orders, "INSERT INTO " + orders + " VALUES (1, 2, 'y', NULL)");
        fails(Kind.DATA, () -> kept.read(source), "TRUNCATE", "mode = replace");
    }

    @Test
    void anInterruptEndsAReadThatFollows() throws Exception {
        SqlSource source = source();
        Kept kept = kept(source).read(source);
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 50000) i");
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reading = Thread.ofPlatform().start(() -> thrown.set(Failures.thrown(() -> kept.before(begun::countDown).read(source))));
        begun.await();
        reading.interrupt();
        assertThat(reading.join(Duration.ofSeconds(2))).isTrue();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        kept.before(() -> { });
        // The server notices by itself that nobody listens any more.
        for (int i = 0; i < 50 && postgres.ask("SELECT active FROM pg_replication_slots WHERE slot_name = '" + slot + "_orders'").equals("t"); i++) {
            Thread.sleep(100);
        }
        assertThat(here(kept.read(source))).isEqualTo(there());
    }

    @Test
    void throughTheEngineADeletedRowGoesAndTheComparisonMatches() throws Exception {
        postgres.execute("INSERT INTO " + orders + " SELECT i, i, 'n', NULL FROM generate_series(1, 500) i");
        try (Engine engine = Engine.open(home)) {
            engine.syncs().register("shop", source());
            engine.syncs().sync("shop", false, Progress.NONE);
            postgres.execute("DELETE FROM " + orders + " WHERE id > 400", "UPDATE " + orders + " SET amount = 5 WHERE id = 1");
            Load load = engine.syncs().sync("shop", false, Progress.NONE).getFirst();
            assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
            assertThat(load.removed()).isEqualTo(100);
            assertThat(load.updated()).isEqualTo(1);
            try (Rows rows = engine.queries().query("SELECT count(*), sum(amount) FROM raw.shop__orders", Duration.ofSeconds(20))) {
                rows.next();
                assertThat(rows.text(0) + "|" + rows.text(1)).isEqualTo(postgres.ask("SELECT count(*) || '|' || sum(amount) FROM " + orders));
            }
        }
    }
}
