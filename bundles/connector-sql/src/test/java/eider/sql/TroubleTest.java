package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.tck.Binding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** What happens to a database in the course of its days, with the real engine: afterwards both hold the same. */
@Timeout(300)
class TroubleTest {
    private static final String ROTATED = "rotated";
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("trouble");
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(Map<String, String> options) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, options));
    }

    private static String here(Engine engine, String sql) throws Exception {
        try (Rows rows = engine.queries().query(sql, Duration.ofMinutes(1))) {
            rows.next();
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < rows.columns().size(); i++) {
                cells.add(rows.text(i));
            }
            return String.join("|", cells);
        }
    }

    /** A million rows that somebody adds to, changes, deletes and alters while they are read; the next complete read has all of it. */
    @Test
    void aMillionRowsAlteredUnderWayAreAllThereAndNoneTwice() throws Exception {
        String orders = schema + ".orders";
        postgres.execute("CREATE TABLE " + orders + " (id bigint PRIMARY KEY, amount numeric(12,2), note text, updated_at timestamptz NOT NULL)",
                "INSERT INTO " + orders + " SELECT i, i % 1000, 'note ' || i % 100, timestamptz '2026-01-01 00:00Z' + i * interval '1 second' "
                + "FROM generate_series(1, 1000000) i");
        String sums = "SELECT count(*) || '|' || count(DISTINCT id) || '|' || sum(amount) || '|' || sum(length(note)) FROM ";
        AtomicReference<Throwable> fault = new AtomicReference<>();
        try (Engine engine = Engine.open(home)) {
            engine.syncs().register("shop", source(postgres.options(schema, "cursor", "orders=updated_at", "look_back", "1h")));
            Thread altering = Thread.ofPlatform().start(() -> fault.set(Failures.thrown(() -> {
                for (int i = 0; i < 20; i++) {
                    postgres.execute("UPDATE " + orders + " SET amount = amount + 1, updated_at = now() WHERE id % 50 = " + i,
                            "INSERT INTO " + orders + " SELECT 2000000 + 1000 * " + i + " + n, 7, 'new', now() FROM generate_series(1, 1000) n",
                            "DELETE FROM " + orders + " WHERE id BETWEEN 1000 * " + i + " AND 1000 * " + i + " + 99");
                }
                postgres.execute("ALTER TABLE " + orders + " ADD COLUMN email text DEFAULT 'nobody'", "ALTER TABLE " + orders + " ALTER COLUMN amount TYPE numeric(14,4)");
            })));
            engine.syncs().sync("shop", false, Progress.NONE);
            altering.join();
            assertThat(fault.get()).isNull();
            engine.configure("dataset~shop__orders", Map.of("mode", "replace"));
            List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
            assertThat(loads).allSatisfy(load -> assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED));
            assertThat(here(engine, sums + "raw.shop__orders")).isEqualTo(postgres.ask(sums + orders));
            assertThat(here(engine, "SELECT count(*) FROM raw.shop__orders WHERE email = 'nobody'")).isEqualTo(postgres.ask("SELECT count(*) FROM " + orders));
        }
    }

    /** Somebody changes it while a sync runs; the session that is open goes on, the next one is refused, and with the new one all is there once. */
    @Test
    void aPasswordThatIsChangedIsAskedForAndNothingIsLost() throws Exception {
        postgres.execute("DROP ROLE IF EXISTS " + ROTATED, "CREATE ROLE " + ROTATED + " LOGIN PASSWORD 'before'", "GRANT " + Postgres.READER + " TO " + ROTATED,
                "CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, updated_at timestamptz DEFAULT now())",
                "INSERT INTO " + schema + ".orders SELECT i FROM generate_series(1, 5000) i");
        try {
            Map<String, String> options = postgres.options(schema, "user", ROTATED, "password", "before", "cursor", "orders=updated_at");
            SqlSource source = source(options);
            Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
            orders.before(() -> {
                if (orders.pushed() == 1000) {
                    quietly("ALTER ROLE " + ROTATED + " PASSWORD 'after'");
                }
            }).read(source);
            assertThat(orders.rows()).hasSize(5000);
            postgres.execute("INSERT INTO " + schema + ".orders SELECT i FROM generate_series(5001, 5100) i");
            SourceException refused = (SourceException) Failures.thrown(() -> orders.before(() -> { }).read(source));
            assertThat(refused.kind()).isEqualTo(Kind.AUTH);
            assertThat(refused).hasMessageContaining("'password'").hasMessageNotContaining("before)");
            options.put("password", "after");
            orders.read(source(options));
            assertThat(orders.rows()).hasSize(5100);
        } finally {
            postgres.execute("DROP ROLE " + ROTATED);
        }
    }

    /** A disk of one megabyte for what the server sorts. */
    @Test
    void aServerWhoseDiskIsFullIsTriedAgainLaterAndFoundWhereItWas() throws Exception {
        Path disk = Files.createDirectory(Files.createTempDirectory("eider-disk").resolve("full"));
        Files.setPosixFilePermissions(disk.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", disk.toString());
        try {
            Path space = Files.createDirectory(disk.resolve("space"));
            Files.setPosixFilePermissions(space, PosixFilePermissions.fromString("rwxrwxrwx"));
            postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, note text, updated_at timestamptz)",
                    "INSERT INTO " + schema + ".orders SELECT i, repeat('x', 100), now() FROM generate_series(1, 50000) i",
                    "CREATE TABLESPACE narrow LOCATION '" + space + "'", "GRANT CREATE ON TABLESPACE narrow TO " + Postgres.READER,
                    "ALTER ROLE " + Postgres.READER + " SET temp_tablespaces = narrow", "ALTER ROLE " + Postgres.READER + " SET work_mem = '64kB'",
                    "ALTER ROLE " + Postgres.READER + " SET enable_indexscan = off", "ALTER ROLE " + Postgres.READER + " SET enable_bitmapscan = off");
            SqlSource source = source(postgres.options(schema, "cursor", "orders=updated_at"));
            Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
            SourceException full = (SourceException) Failures.thrown(() -> orders.read(source));
            assertThat(full).isNotNull();
            assertThat(full.kind()).isEqualTo(Kind.TEMPORARY);
            assertThat(full).hasMessageContaining("No space left").hasMessageContaining("lacks memory, disk or connections");
            postgres.execute("ALTER ROLE " + Postgres.READER + " RESET temp_tablespaces");
            assertThat(orders.read(source).rows()).hasSize(50_000);
            assertThat(orders.again()).isZero();
        } finally {
            postgres.execute("ALTER ROLE " + Postgres.READER + " RESET ALL", "REVOKE ALL ON TABLESPACE narrow FROM " + Postgres.READER, "DROP TABLESPACE narrow");
            run("umount", disk.toString());
            Files.delete(disk);
            Files.delete(disk.getParent());
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new TestAbortedException("a disk that is full cannot be made here: " + said.strip());
            }
        } catch (IOException e) {
            throw new TestAbortedException("a disk that is full cannot be made here: " + e.getMessage(), e);
        }
    }

    private void quietly(String sql) {
        try {
            postgres.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
