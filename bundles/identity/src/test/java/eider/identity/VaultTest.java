package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VaultTest {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    @TempDir
    private Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private Path file() {
        return data().resolve("people.mv.db");
    }

    @Test
    void itOpensAtTheFirstUseAndNotBefore() throws EngineException {
        try (Home home = new Home(data())) {
            assertThat(data()).doesNotExist();
            home.people.none();
            assertThat(file()).exists();
        }
    }

    @Test
    void onlyTheOwnerReadsTheFiles() throws Exception {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            for (String name : List.of("people.mv.db", "people.key", "audit.key")) {
                assertThat(Files.getPosixFilePermissions(data().resolve(name))).as(name).isEqualTo(OWNER);
            }
        }
        assertThat(folder.resolve("data").toFile().list()).containsExactlyInAnyOrder("people.mv.db", "people.key", "audit.key");
        for (String name : List.of("people.mv.db", "people.key", "audit.key")) {
            Files.setPosixFilePermissions(data().resolve(name), PosixFilePermissions.fromString("rw-r--r--"));
        }
        try (Home home = new Home(data())) {
            home.people.none();
        }
        for (String name : List.of("people.mv.db", "people.key", "audit.key")) {
            assertThat(Files.getPosixFilePermissions(data().resolve(name))).as(name).isEqualTo(OWNER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE ALIAS f AS 'int f() { return 1; }'", "CREATE LINKED TABLE l('', 'jdbc:h2:mem:', '', '', 'X')",
            "SELECT file_read('/etc/passwd')",
        "SELECT * FROM csvread('/etc/passwd')", "CALL csvwrite('/tmp/identity.csv', 'SELECT 1')", "SCRIPT TO '/tmp/identity.sql'",
        "RUNSCRIPT FROM '/tmp/identity.sql'", "BACKUP TO '/tmp/identity.zip'", "UPDATE audit SET name = 'eve'", "UPDATE audit_gap SET last = 0",
        "CREATE TABLE t (i INT)",
        "CREATE USER eve PASSWORD '' ADMIN",
        "CREATE TRIGGER t BEFORE INSERT ON person CALL 'x'", "SHUTDOWN", "SET TRACE_LEVEL_FILE 4"})
    void theDailyConnectionReadsAndWritesRowsAndNothingElse(String statement) throws EngineException {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            home.house.vault().change(sql -> {
                try (Statement daily = sql.connection().createStatement()) {
                    assertThatThrownBy(() -> daily.execute(statement)).isInstanceOf(SQLException.class).hasMessageContaining("rights");
                }
            });
            assertThat(home.audit.verify().faults()).isEmpty();
        }
    }

    /** A control: the owner of the database may, so that what stops the others is who they are. */
    @Test
    void theOwnerOfTheDatabaseCouldReadFiles() throws Exception {
        try (Home home = new Home(data())) {
            home.people.none();
        }
        try (Connection owner = new JdbcConnection("jdbc:h2:file:" + data().resolve("people"), new Properties(), "OWNER", "", false);
                Statement statement = owner.createStatement()) {
            assertThat(statement.execute("SELECT file_read('/etc/hostname')")).isTrue();
        }
    }

    @Test
    void itHasNoThreadsAndLeavesNothingWithTheJdk() throws EngineException {
        Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
        try (Home home = new Home(data())) {
            home.add("ann", "admin");
            home.signIn("ann", Home.GOOD);
            assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
                    .filter(name -> name.contains("H2") || name.contains("MVStore"))).isEmpty();
        }
        assertThat(Collections.list(DriverManager.getDrivers()).stream().filter(driver -> driver.getClass().getName().startsWith("org.h2")).count())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void aTransactionThatFailsLeavesNothing() throws EngineException {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            assertThatThrownBy(() -> home.house.vault().change(sql -> {
                sql.run("UPDATE person SET role = 'admin'");
                home.house.trail().add(sql, Home.OPS, "role.change", "person ann", "user", "admin");
                throw new EngineException("no");
            })).hasMessage("no");
            assertThatThrownBy(() -> home.house.vault().change(sql -> {
                sql.run("UPDATE person SET role = 'admin'");
                throw new IllegalStateException("a bug");
            })).hasMessage("a bug");
            assertThat(home.people.named("ann").orElseThrow().role()).isEqualTo("user");
            assertThat(home.newest("role.change")).isEmpty();
            assertThat(home.audit.verify().faults()).isEmpty();
        }
    }

    @Test
    void aReaderSeesOneMomentAndWaitsForNobody() throws Exception {
        try (Home home = new Home(data()); ExecutorService threads = Executors.newSingleThreadExecutor()) {
            home.add("ann", "user");
            CountDownLatch written = new CountDownLatch(1);
            CountDownLatch looked = new CountDownLatch(1);
            Future<?> writer = threads.submit(() -> {
                home.house.vault().change(sql -> {
                    sql.run("UPDATE person SET role = 'admin'");
                    written.countDown();
                    await(looked);
                });
                return null;
            });
            await(written);
            assertThat(home.people.named("ann").orElseThrow().role()).isEqualTo("user");
            looked.countDown();
            writer.get();
            assertThat(home.people.named("ann").orElseThrow().role()).isEqualTo("admin");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatTheDatabaseSaysOfAFaultHoldsNoRow() throws EngineException {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            assertThatThrownBy(() -> home.house.vault().change(sql -> sql.run("UPDATE person SET role = ?", "planted".repeat(100))))
                    .isInstanceOf(EngineException.class).hasMessageContaining("22001").satisfies(e -> {
                        StringWriter all = new StringWriter();
                        e.printStackTrace(new PrintWriter(all));
                        assertThat(all.toString()).doesNotContain("planted");
                    });
        }
    }

    /** A file channel is closed when its thread is interrupted, and with it the database, unless it is opened so that it is opened again. */
    @Test
    void aThreadThatIsInterruptedTakesNothingFromOthers() throws Exception {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            for (int i = 0; i < 20; i++) {
                CountDownLatch running = new CountDownLatch(1);
                Thread thread = Thread.ofPlatform().start(() -> {
                    running.countDown();
                    try {
                        for (int n = 0; n < 5_000 && !Thread.currentThread().isInterrupted(); n++) {
                            home.audit.add(Home.OPS, "sync", "number " + n, "", "");
                            home.people.all();
                        }
                    } catch (EngineException e) {
                        // this one was told to end; what counts is how the others go on
                        Thread.currentThread().interrupt();
                    }
                });
                running.await();
                for (int n = 0; n <= i * 20_000; n++) {
                    Thread.onSpinWait();
                }
                thread.interrupt();
                home.audit.add(Home.OPS, "sync", "another", "", "");
                assertThat(home.people.named("ann")).isPresent();
                thread.interrupt();
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
            Thread.currentThread().interrupt();
            home.audit.add(Home.OPS, "sync", "interrupted before", "", "");
            assertThat(home.newest("interrupted before")).isNotEmpty();
            Thread.interrupted();
            assertThat(home.audit.verify().faults()).isEmpty();
        }
        try (Home home = new Home(data())) {
            assertThat(home.audit.verify().faults()).isEmpty();
            assertThat(home.people.named("ann")).isPresent();
        }
    }

    @Test
    void aFileOfANewerEiderIsRefused() throws Exception {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
        }
        try (Connection owner = new JdbcConnection("jdbc:h2:file:" + data().resolve("people"), new Properties(), "OWNER", "", false);
                Statement statement = owner.createStatement()) {
            statement.execute("INSERT INTO schema_version VALUES (99, 0)");
        }
        try (Home home = new Home(data())) {
            assertThatThrownBy(home.people::none).hasMessageContaining("schema version 99").hasMessageContaining("newer Eider");
        }
    }

    @Test
    void anOlderFileIsBroughtForwardAndKeptAsItWas() throws Exception {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
        }
        long before = Files.size(file());
        Home.Hands clock = new Home.Hands();
        List<List<String>> versions = List.of(Schema.VERSIONS.getFirst(),
                List.of("ALTER TABLE person ADD COLUMN title VARCHAR(20) DEFAULT 'none' NOT NULL"));
        List<List<String>> broken = List.of(Schema.VERSIONS.getFirst(), List.of("ALTER TABLE person ADD COLUMN title VARCHAR(20)", "NO SQL AT ALL"));
        try (Vault vault = new Vault(data(), clock, sql -> {}, broken)) {
            assertThatThrownBy(vault::open).isInstanceOf(EngineException.class);
        }
        try (Home home = new Home(data())) {
            assertThat(home.people.named("ann")).isPresent();
        }
        for (int i = 0; i < 2; i++) {
            try (Vault vault = new Vault(data(), clock, sql -> {
                throw new IllegalStateException("it is no new file");
            }, versions)) {
                assertThat(vault.<String>read(sql -> sql.one("SELECT title FROM person WHERE username = 'ann'", row -> row.getString(1))
                        .orElseThrow())).isEqualTo("none");
                assertThat(vault.<Long>read(sql -> sql.number("SELECT max(version) FROM schema_version"))).isEqualTo(2);
            }
        }
        assertThat(Files.getPosixFilePermissions(file())).isEqualTo(OWNER);
        Path kept = data().resolve("people.mv.db.version1");
        assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(OWNER);
        assertThat(Files.size(kept)).isGreaterThanOrEqualTo(before / 2);
        assertThat(data().resolve("people-new.mv.db")).doesNotExist();
    }

    @Test
    void aTransactionWithinATransactionIsABugAndNoDeadlock() throws EngineException {
        try (Home home = new Home(data())) {
            home.people.none();
            assertThatThrownBy(() -> home.house.vault().change(sql -> home.people.none())).hasMessageContaining("within");
            assertThatThrownBy(() -> home.house.vault().<Boolean>read(sql -> home.people.none())).hasMessageContaining("within");
        }
    }

    @Test
    void aDatabaseOfSomebodyElseIsRefused() throws Exception {
        Files.createDirectories(data());
        try (Connection owner = new JdbcConnection("jdbc:h2:file:" + data().resolve("people"), new Properties(), "OWNER", "", false);
                Statement statement = owner.createStatement()) {
            statement.execute("CREATE TABLE person (id INT)");
        }
        try (Home home = new Home(data())) {
            assertThatThrownBy(home.people::none).hasMessageContaining("somebody else");
        }
    }

    @Test
    void aDamagedFileIsToldAndNotReplaced() throws Exception {
        Files.createDirectories(data());
        Files.writeString(file(), "no database at all ".repeat(1_000));
        byte[] before = Files.readAllBytes(file());
        try (Home home = new Home(data())) {
            assertThatThrownBy(home.people::none).hasMessageContaining("people.mv.db").hasMessageContaining("backup");
            assertThatThrownBy(home.people::none).hasMessageContaining("backup");
        }
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void aHalfBuiltFileIsBuiltAnew() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("people-new.mv.db"), "half");
        try (Home home = new Home(data())) {
            assertThat(home.people.none()).isTrue();
        }
        assertThat(data().resolve("people-new.mv.db")).doesNotExist();
    }

    @Test
    void afterTheEndItSaysSo() throws EngineException {
        Home home = new Home(data());
        home.add("ann", "user");
        home.stop();
        assertThatThrownBy(home.people::none).hasMessageContaining("about to stop");
        assertThatThrownBy(() -> home.add("bob", "user")).hasMessageContaining("about to stop");
        home.stop();
    }

    /**
     * MVStore only appends; what keeps the file small is that it writes over free chunks after two seconds. Without that it would grow for as long as
     * one looks.
     */
    @Test
    void theFileStopsGrowing() throws Exception {
        try (Home home = new Home(data())) {
            home.add("ann", "user");
            Instant end = Instant.now().plusSeconds(60);
            long before;
            do {
                assertThat(Instant.now()).isBefore(end);
                before = Files.size(file());
                for (int i = 0; i < 300; i++) {
                    int now = i;
                    home.house.vault().change(sql -> sql.run("UPDATE person SET last_sign_in = ?", (long) now));
                }
            } while (Files.size(file()) > before);
        }
        assertThat(Files.size(file())).isLessThan(1 << 20);
    }
}
