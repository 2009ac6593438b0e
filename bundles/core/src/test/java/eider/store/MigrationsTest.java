package eider.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.core.Engine;
import eider.engine.Rows;
import eider.store.Migrations.Migration;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
    @TempDir
    Path home;

    private Path database() {
        return home.resolve("data").resolve("eider.duckdb");
    }

    @Test
    void aHomeOfVersion1OpensTodayWithItsRows() throws Exception {
        Files.createDirectories(database().getParent());
        try (InputStream golden = new GZIPInputStream(MigrationsTest.class.getResourceAsStream("/homes/version-1.duckdb.gz"))) {
            Files.copy(golden, database());
        }
        try (Engine engine = Engine.open(home)) {
            assertThat(first(engine, "select count(*) || ' ' || sum(total_amount) from sales")).isEqualTo("105 520.0000");
            assertThat(first(engine, "select count(*) from ledger.quarantine")).isEqualTo("6");
            assertThat(engine.loads().latest(10)).hasSize(6);
        }
    }

    @Test
    void aHomeOfVersion3OpensTodayWithItsRowsAndTheirHistory() throws Exception {
        Files.createDirectories(database().getParent());
        try (InputStream golden = new GZIPInputStream(MigrationsTest.class.getResourceAsStream("/homes/version-3.duckdb.gz"))) {
            Files.copy(golden, database());
        }
        try (Engine engine = Engine.open(home)) {
            assertThat(first(engine, "select count(*) || ' ' || sum(total_amount) from sales")).isEqualTo("3 43.5000");
            assertThat(first(engine, "select count(*) from history.inbox__sales")).isEqualTo("4");
            assertThat(engine.loads().latest(10)).hasSize(4);
        }
    }

    @Test
    void aNewVersionIsReachedBehindACopyOfTheFile() throws Exception {
        Migrations.run(database(), InstantSource.system());
        List<Migration> more = new ArrayList<>(Migrations.ALL);
        more.add(new Migration("a test", List.of("CREATE TABLE ledger.more (x INTEGER)", "INSERT INTO ledger.more VALUES (7)")));
        Migrations.run(database(), InstantSource.system(), more);
        try (Sql sql = new Sql(Store.connect(database().toString(), "256MB", home.resolve("spill")))) {
            assertThat(sql.number("SELECT max(version) FROM ledger.schema_versions")).isEqualTo(more.size());
            assertThat(sql.number("SELECT x FROM ledger.more")).isEqualTo(7);
        }
        assertThat(home.resolve("data/eider.duckdb.version" + Migrations.ALL.size())).exists();
    }

    @Test
    void aMigrationThatFailsLeavesTheVersionBefore() throws Exception {
        Migrations.run(database(), InstantSource.system());
        List<Migration> more = new ArrayList<>(Migrations.ALL);
        more.add(new Migration("a test", List.of("CREATE TABLE ledger.more (x INTEGER)", "SELECT nonsense")));
        assertThatThrownBy(() -> Migrations.run(database(), InstantSource.system(), more)).hasMessageContaining("nonsense");
        try (Sql sql = new Sql(Store.connect(database().toString(), "256MB", home.resolve("spill")))) {
            assertThat(sql.number("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'")).isZero();
        }
    }

    @Test
    void aDatabaseOfANewerEiderIsRefusedInASentence() throws Exception {
        List<Migration> more = new ArrayList<>(Migrations.ALL);
        more.add(new Migration("the future", List.of()));
        Migrations.run(database(), InstantSource.system(), more);
        assertThatThrownBy(() -> Migrations.run(database(), InstantSource.system())).isInstanceOf(StoreException.class).hasMessageContaining("start the newer Eider");
    }

    @Test
    void aDatabaseOfSomebodyElseIsNotTouched() throws Exception {
        Files.createDirectories(database().getParent());
        try (Sql sql = new Sql(Store.connect(database().toString(), "256MB", home.resolve("spill")))) {
            sql.run("CREATE TABLE theirs (x INTEGER)");
        }
        assertThatThrownBy(() -> Migrations.run(database(), InstantSource.system())).isInstanceOf(StoreException.class).hasMessageContaining("somebody else");
    }

    private static String first(Engine engine, String sql) throws Exception {
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(10))) {
            assertThat(rows.next()).isTrue();
            return rows.text(0);
        }
    }
}
