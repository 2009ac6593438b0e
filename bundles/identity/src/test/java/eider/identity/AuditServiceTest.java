package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit.Entry;
import eider.people.Audit.Verified;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Most of these play who can write the file while Eider is not running, and cannot read the key. */
class AuditServiceTest {
    private static final int ENTRIES = 12;

    @TempDir
    private Path folder;
    private final Home.Hands clock = new Home.Hands();
    private Path data;

    @BeforeEach
    void aTrail() throws EngineException {
        data = folder.resolve("data");
        try (Home home = home()) {
            for (int i = 2; i <= ENTRIES; i++) {
                clock.pass(Duration.ofHours(1));
                home.audit.add(Actor.person("ann", "10.0.0." + i, "Firefox"), "sync", "sql~shop" + i, "before " + i, "after " + i);
            }
        }
    }

    private Home home() {
        return new Home(data, false, clock, new Passwords(Home.CHEAP, Duration.ofSeconds(1)));
    }

    private Verified verified() throws EngineException {
        try (Home home = home()) {
            return home.audit.verify();
        }
    }

    interface Tampering {
        void with(Sql sql) throws Exception;
    }

    private void tamper(Tampering tampering) throws Exception {
        try (Connection connection = new JdbcConnection("jdbc:h2:file:" + data.resolve("people"), new Properties(), "OWNER", "", false)) {
            tampering.with(new Sql(connection));
        }
    }

    private void tamper(String sql, Object... values) throws Exception {
        tamper(open -> assertThat(open.run(sql, values)).isPositive());
    }

    // ---- what is written ----

    @Test
    void anUntouchedTrailHasNoFault() throws EngineException {
        assertThat(verified()).isEqualTo(new Verified(ENTRIES, List.of()));
        assertThat(verified()).isEqualTo(new Verified(ENTRIES, List.of()));
    }

    @Test
    void entriesComeNewestFirstAndAreFoundByAnyWord() throws EngineException {
        try (Home home = home()) {
            List<Entry> all = home.audit.entries(Long.MAX_VALUE, 100, "");
            assertThat(all).extracting(Entry::number).containsExactlyElementsOf(IntStream.rangeClosed(1, ENTRIES)
                    .mapToObj(i -> (long) (ENTRIES + 1 - i)).toList());
            assertThat(all.getFirst()).isEqualTo(new Entry(12, clock.instant(), Actor.person("ann", "10.0.0.12", "Firefox"), "sync", "sql~shop12",
                    "before 12", "after 12"));
            assertThat(home.audit.entries(5, 2, "")).extracting(Entry::number).containsExactly(4L, 3L);
            for (String sought : List.of("ANN", "10.0.0.7", "fireFOX", "sql~shop7", "before 7", "AFTER 7")) {
                assertThat(home.audit.entries(Long.MAX_VALUE, 100, sought)).extracting(Entry::number).contains(7L);
            }
            assertThat(home.audit.entries(Long.MAX_VALUE, 100, "sql~shop7")).hasSize(1);
            assertThat(home.audit.entries(Long.MAX_VALUE, 100, "nothing of it")).isEmpty();
            assertThat(home.audit.entries(Long.MAX_VALUE, 0, "")).isEmpty();
        }
    }

    @Test
    void moreEntriesThanAPageAreFoundAndVerified() throws EngineException {
        try (Home home = home()) {
            home.house.vault().change(sql -> {
                for (int i = 0; i < 1_100; i++) {
                    home.house.trail().add(sql, Actor.EIDER, "sync", i == 3 ? "the needle" : "hay", "", "");
                }
            });
            assertThat(home.audit.entries(Long.MAX_VALUE, 10, "needle")).hasSize(1);
            assertThat(home.audit.entries(Long.MAX_VALUE, 2_000, "")).hasSize(1_100 + ENTRIES);
            assertThat(home.audit.verify()).isEqualTo(new Verified(1_100 + ENTRIES, List.of()));
        }
    }

    @Test
    void textsAreBoundedAndHarmless() throws EngineException {
        try (Home home = home()) {
            Actor actor = Actor.person("a\r\nb\u001b[31m", "10.0.0.1\n", "x\u202e" + "y".repeat(5_000));
            home.audit.add(actor, "sync\u0000", "o\u2028", "b".repeat(1 << 20), "\uD800 half, \uD83E\uDD86 whole");
            Entry entry = home.audit.entries(Long.MAX_VALUE, 1, "").getFirst();
            assertThat(entry.by().name()).isEqualTo("a\\u000d\\nb\\u001b[31m");
            assertThat(entry.by().agent()).startsWith("x\\u202ey").hasSizeLessThanOrEqualTo(200);
            assertThat(entry.action()).isEqualTo("sync\\u0000");
            assertThat(entry.object()).isEqualTo("o\\u2028");
            assertThat(entry.before()).hasSize(4_000).endsWith("b…");
            assertThat(entry.after()).isEqualTo("\\ud800 half, 🦆 whole");
            home.audit.add(Actor.EIDER, "sync", "x".repeat(3_999) + "🦆🦆", null, null);
            assertThat(home.audit.verify().faults()).isEmpty();
        }
    }

    @Test
    void whatIsMovedFromOneTextToTheNextIsAnotherEntry() throws Exception {
        tamper("UPDATE audit SET action = 'syncs', object = 'ql~shop5' WHERE number = 5");
        assertThat(verified().faults()).hasSize(1).first().asString().contains("Entry 5 ");
    }

    // ---- one thing changed ----

    static Stream<String> changes() {
        return Stream.of("number = 1000 + number", "number = -number", "at = at + 1", "kind = 'TOKEN'", "kind = 'person'", "name = 'bnn'",
                "name = 'ann '", "origin = '10.0.0.0'", "agent = 'Firefoy'", "agent = agent || 'x'", "action = 'Sync'", "object = object || 'x'",
                "before_text = before_text || ' '",
                "before_text = before_text || chr(55296)",
                "after_text = 'aftes 5'", "hash = X'00" + "11".repeat(31) + "'");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void oneByteChangedInAnyColumnIsFound(String change) throws Exception {
        for (int number : new int[] {1, 6, ENTRIES}) {
            Path kept = folder.resolve("kept" + number);
            copy(data, kept);
            tamper("UPDATE audit SET " + change + " WHERE number = " + number);
            List<String> faults = verified().faults();
            assertThat(faults).as(change + " of entry " + number).isNotEmpty();
            // and it is found ever after, whatever is added
            try (Home home = home()) {
                home.audit.add(Actor.EIDER, "sync", "later", "", "");
            }
            assertThat(verified().faults()).as(change + " of entry " + number + ", later").isNotEmpty();
            copy(kept, data);
        }
        assertThat(verified().faults()).isEmpty();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (String name : List.of("people.mv.db", "audit.key", "people.key")) {
            Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"number = number + 1", "number = number - 1", "hash = X'00"
            + "1111111111111111111111111111111111111111111111111111111111111" + "1'", "signature = X'00'",
        "signature = X''"})
    void aChangedEndIsFound(String change) throws Exception {
        tamper("UPDATE audit_head SET " + change);
        assertThat(verified().faults()).isNotEmpty();
        assertThat(verified().faults()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, ENTRIES - 1, ENTRIES})
    void anEntryThatIsRemovedIsFound(int number) throws Exception {
        tamper("DELETE FROM audit WHERE number = " + number);
        assertThat(verified().faults()).isNotEmpty();
        assertThat(verified().faults()).isNotEmpty();
    }

    @Test
    void anEntryThatIsAddedIsFound() throws Exception {
        tamper("INSERT INTO audit SELECT 13, at, kind, name, origin, agent, action, object, before_text, after_text, hash FROM audit WHERE number = "
                + "12");
        assertThat(verified().faults()).isNotEmpty();
        assertThat(verified().faults()).isNotEmpty();
    }

    @Test
    void entriesInAnotherOrderAreFound() throws Exception {
        tamper(sql -> {
            sql.run("UPDATE audit SET number = 100 WHERE number = 5");
            sql.run("UPDATE audit SET number = 5 WHERE number = 6");
            sql.run("UPDATE audit SET number = 6 WHERE number = 100");
        });
        assertThat(verified().faults()).isNotEmpty();
    }

    // ---- who knows how it is done ----

    /** Changes an entry and reckons all hashes after it anew, as anybody can who reads this source. */
    private static void rewrite(Sql sql) throws Exception {
        byte[] hash = new byte[32];
        for (Trail.Kept entry : sql.list("SELECT number, at, kind, name, origin, agent, action, object, before_text, after_text, hash FROM audit "
                + "ORDER BY number", Trail.Kept::of)) {
            String name = entry.number() == 6 ? "eve" : entry.name();
            Trail.Kept other = new Trail.Kept(entry.number(), entry.at(), entry.kind(), name, entry.origin(), entry.agent(), entry.action(),
                    entry.object(), entry.before(), entry.after(), null);
            hash = other.hash(hash);
            sql.run("UPDATE audit SET name = ?, hash = ? WHERE number = ?", name, hash, entry.number());
        }
    }

    @Test
    void aTrailThatIsRewrittenWithAllItsHashesIsFound() throws Exception {
        tamper(AuditServiceTest::rewrite);
        assertThat(verified().faults()).isNotEmpty();
        try (Home home = home()) {
            home.audit.add(Actor.EIDER, "sync", "later", "", "");
            assertThat(home.audit.verify().faults()).anyMatch(fault -> fault.contains("tells that the trail before it was changed"));
        }
    }

    @Test
    void aTrailThatIsRewrittenWithItsEndSignedByAnotherKeyIsFoundAndNotSignedAgain() throws Exception {
        tamper(sql -> {
            rewrite(sql);
            byte[] hash = sql.one("SELECT hash FROM audit ORDER BY number DESC LIMIT 1", row -> row.getBytes(1)).orElseThrow();
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());
            signature.update("eider audit head 1 12".getBytes());
            sql.run("UPDATE audit_head SET hash = ?, signature = ?", hash, signature.sign());
        });
        assertThat(verified().faults()).isNotEmpty();
        for (int i = 0; i < 3; i++) {
            try (Home home = home()) {
                home.audit.add(Actor.EIDER, "sync", "later", "", "");
                assertThat(home.audit.verify().faults()).isNotEmpty();
            }
        }
    }

    /** A control: with the key it can be done, as the README says. */
    @Test
    void whoReadsTheKeyCanRewriteTheTrail() throws Exception {
        Seal seal = new Seal(data);
        seal.open(false);
        tamper(sql -> {
            rewrite(sql);
            byte[] hash = sql.one("SELECT hash FROM audit ORDER BY number DESC LIMIT 1", row -> row.getBytes(1)).orElseThrow();
            sql.run("UPDATE audit_head SET hash = ?, signature = ?", hash, seal.sign(("eider audit head 1 12 " + HexFormat.of().formatHex(hash))
                    .getBytes()));
        });
        assertThat(verified().faults()).isEmpty();
    }

    @Test
    void aCutOffEndIsFound() throws Exception {
        tamper("DELETE FROM audit WHERE number > 8");
        assertThat(verified().faults()).isNotEmpty();
        assertThat(verified().faults()).isNotEmpty();
    }

    @Test
    void anEmptiedTrailIsFound() throws Exception {
        tamper(sql -> {
            sql.run("DELETE FROM audit");
            sql.run("DELETE FROM audit_head");
        });
        assertThat(verified().faults()).isNotEmpty();
        assertThat(verified().faults()).isNotEmpty();
    }

    @Test
    void withoutItsKeyNothingIsAddedAndTheSentenceSaysWhatToDo() throws Exception {
        Path key = data.resolve("audit.key");
        byte[] kept = Files.readAllBytes(key);
        Files.delete(key);
        try (Home home = home()) {
            assertThatThrownBy(() -> home.audit.add(Actor.EIDER, "sync", "", "", "")).isInstanceOf(EngineException.class)
                    .hasMessageContaining("audit.key is missing")
                    .hasMessageContaining("restore it");
            assertThatThrownBy(home.people::none).hasMessageContaining("audit.key is missing");
        }
        assertThat(key).doesNotExist();
        Files.writeString(key, "private = AAAA\npublic = AAAA\n");
        try (Home home = home()) {
            assertThatThrownBy(() -> home.audit.verify()).isInstanceOf(EngineException.class).hasMessageContaining("damaged");
        }
        Files.write(key, kept);
        assertThat(verified().faults()).isEmpty();
        assertThat(Files.getPosixFilePermissions(key)).containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    // ---- retention ----

    private long forget(Duration older) throws EngineException {
        try (Home home = home()) {
            return home.house.vault().write(sql -> home.house.trail().forget(sql, older));
        }
    }

    @Test
    void oldEntriesGoAsAStretchAndLeaveASignedGap() throws Exception {
        assertThat(forget(Duration.ofHours(8))).isEqualTo(3);
        try (Home home = home()) {
            assertThat(home.audit.entries(Long.MAX_VALUE, 100, "")).extracting(Entry::number).containsExactly(13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L, 5L,
                    4L);
            assertThat(home.newest("audit.forget")).contains("entries 1 to 3");
        }
        assertThat(verified()).isEqualTo(new Verified(10, List.of()));
        assertThat(forget(Duration.ofHours(8))).isZero();
        assertThat(forget(Duration.ofHours(5))).isEqualTo(3);
        assertThat(verified()).isEqualTo(new Verified(8, List.of()));
        assertThat(forget(Duration.ofDays(-1))).as("the last one stays").isEqualTo(7);
        assertThat(verified().faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE audit_gap SET last = last + 1 WHERE first = 1", "UPDATE audit_gap SET first = 0 WHERE first = 1",
            "UPDATE audit_gap SET at = at + 1 WHERE first = 1",
        "UPDATE audit_gap SET hash = X'0011111111111111111111111111111111111111111111111111111111111111' WHERE first = 1",
        "UPDATE audit_gap SET signature = X'01' WHERE first = 1", "DELETE FROM audit_gap WHERE first = 1", "DELETE FROM audit_gap WHERE first = 4",
        "DELETE FROM audit_gap",
        "INSERT INTO audit_gap SELECT 7, 8, at, hash, signature FROM audit_gap WHERE first = 4", "DELETE FROM audit WHERE number = 7",
        "INSERT INTO audit SELECT 2, at, kind, name, origin, agent, action, object, before_text, after_text, hash FROM audit WHERE number = 8"})
    void aChangedGapIsFound(String change) throws Exception {
        forget(Duration.ofHours(8));
        forget(Duration.ofHours(5));
        assertThat(verified().faults()).isEmpty();
        tamper(change);
        assertThat(verified().faults()).isNotEmpty();
    }

    @Test
    void aClockThatIsYearsAheadForAnHourTakesNothing() throws EngineException {
        clock.pass(Duration.ofDays(3_000));
        assertThat(forget(Duration.ofDays(730))).isZero();
        assertThat(verified()).isEqualTo(new Verified(ENTRIES, List.of()));
    }

    @Test
    void aChangedEntryIsNotForgottenSoThatNoGapSignsIt() throws Exception {
        tamper("UPDATE audit SET name = 'eve' WHERE number = 2");
        assertThat(forget(Duration.ofHours(5))).isZero();
        assertThat(verified().faults()).hasSize(1);
    }

    @Test
    void theTrailTellsThatItWasChangedForAsLongAsThatEntryIsKept() throws Exception {
        tamper("DELETE FROM audit WHERE number = 12");
        assertThat(verified().faults()).isNotEmpty();
        try (Home home = home()) {
            assertThat(home.newest(Trail.BROKEN)).contains("ends with entry 11");
        }
    }
}
