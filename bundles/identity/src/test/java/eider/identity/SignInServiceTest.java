package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People.Change;
import eider.people.Permission;
import eider.people.Person;
import eider.people.RefusedException;
import eider.people.Session;
import eider.people.SignIns.NewToken;
import eider.people.SignIns.Outcome;
import eider.people.SignIns.SecondFactor;
import eider.people.SignIns.Token;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignInServiceTest {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    @TempDir
    private Path folder;
    private Home home;
    private Person ann;

    @BeforeEach
    void aHomeWithAnn() throws EngineException {
        home = new Home(folder.resolve("data"));
        home.add("boss", "admin");
        ann = home.people.add("ann", "ann@shop.example", "user", Map.of("sales_user_id", "7"), Home.GOOD.toCharArray(), Home.OPS);
    }

    @AfterEach
    void closed() throws EngineException {
        assertThat(home.audit.verify().faults()).isEmpty();
        home.close();
    }

    private static Outcome.Refused refused(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return (Outcome.Refused) outcome;
    }

    // ---- sessions ----

    @Test
    void aSignInOpensASessionThatTellsWhoItIs() throws EngineException {
        Outcome.In in = home.in("ANN", Home.GOOD);
        Session session = home.signIns.session(in.secret()).orElseThrow();
        assertThat(session.person().username()).isEqualTo("ann");
        assertThat(session.person().attributes()).isEqualTo(Map.of("sales_user_id", "7"));
        assertThat(session.person().lastSignIn()).isEqualTo(home.clock.instant());
        assertThat(session.from()).isEqualTo("10.0.0.1");
        assertThat(session.agent()).isEqualTo("Firefox");
        assertThat(session.isToken()).isFalse();
        assertThat(session.ends()).isEqualTo(home.clock.instant().plus(Duration.ofHours(12)));
        assertThat(session.toString()).doesNotContain(in.secret());
        assertThat(in.secret()).hasSize(43);
        assertThat(home.newest("session " + session.id())).contains("action=sign-in", "name=ann", "10.0.0.1");
    }

    @Test
    void anIdleSessionEndsAndAUsedOneEndsLater() throws EngineException {
        Outcome.In in = home.in("ann", Home.GOOD);
        for (int minutes = 0; minutes + 29 < 12 * 60; minutes += 29) {
            home.clock.pass(Duration.ofMinutes(29));
            assertThat(home.signIns.session(in.secret())).as("after %s minutes", minutes + 29).isPresent();
        }
        home.clock.pass(Duration.ofMinutes(29));
        assertThat(home.signIns.session(in.secret())).isEmpty();
        Outcome.In idle = home.in("ann", Home.GOOD);
        home.clock.pass(Duration.ofMinutes(30));
        assertThat(home.signIns.session(idle.secret())).isEmpty();
        assertThat(home.signIns.sessions(ann.id())).isEmpty();
    }

    @Test
    void aShorterLimitCountsAtOnce() throws EngineException {
        Outcome.In in = home.in("ann", Home.GOOD);
        home.clock.pass(Duration.ofMinutes(20));
        home.house.options(new Options(false, Duration.ofMinutes(5), Duration.ofMinutes(10), 12, Duration.ofDays(730)));
        assertThat(home.signIns.session(in.secret())).isEmpty();
    }

    @Test
    void aSessionOutlivesARestartWithItsLastUse() throws EngineException {
        Outcome.In in = home.in("ann", Home.GOOD);
        home.clock.pass(Duration.ofMinutes(1));
        assertThat(home.signIns.session(in.secret())).isPresent();
        home.restart();
        home.clock.pass(Duration.ofMinutes(29).plusSeconds(30));
        assertThat(home.signIns.session(in.secret())).isPresent();
    }

    @Test
    void aSessionIsListedAndEnded() throws EngineException {
        Outcome.In first = home.in("ann", Home.GOOD);
        home.clock.pass(Duration.ofMinutes(2));
        Outcome.In second = home.in("ann", Home.GOOD);
        assertThat(home.signIns.sessions(ann.id())).extracting(Session::id).containsExactly(second.session().id(), first.session().id());
        long boss = home.people.named("boss").orElseThrow().id();
        home.signIns.end(boss, first.session().id(), Home.ANN);
        assertThat(home.signIns.session(first.secret())).isPresent();
        home.signIns.end(ann.id(), first.session().id(), Home.ANN);
        assertThat(home.signIns.session(first.secret())).isEmpty();
        assertThat(home.signIns.session(second.secret())).isPresent();
        home.signIns.signOut(second.secret(), Home.ANN);
        assertThat(home.signIns.session(second.secret())).isEmpty();
        assertThat(home.newest("sign-out")).contains("person ann");
        home.signIns.signOut(second.secret(), Home.ANN);
        home.signIns.signOut(null, Home.ANN);
    }

    @Test
    void roleAttributesAndActivityHoldFromTheNextLookOn() throws EngineException {
        Outcome.In in = home.in("ann", Home.GOOD);
        NewToken token = home.signIns.newToken(ann.id(), "reports", Set.of(Permission.EXPORT), Duration.ofDays(30), Home.ANN);
        home.people.change(ann.id(), new Change(null, "manager", Map.of("region", "north"), null), Home.OPS);
        for (Session session : List.of(home.signIns.session(in.secret()).orElseThrow(), home.signIns.token(token.secret()).orElseThrow())) {
            assertThat(session.person().role()).isEqualTo("manager");
            assertThat(session.person().attributes()).isEqualTo(Map.of("region", "north"));
        }
        home.people.change(ann.id(), new Change(null, null, null, false), Home.OPS);
        assertThat(home.signIns.session(in.secret())).isEmpty();
        assertThat(home.signIns.token(token.secret())).isEmpty();
        home.people.change(ann.id(), new Change(null, null, null, true), Home.OPS);
        assertThat(home.signIns.session(in.secret())).isEmpty();
        assertThat(home.signIns.token(token.secret())).isEmpty();
        assertThat(home.signIns.tokens(ann.id())).isEmpty();
    }

    @Test
    void aStolenDigestOpensNothing() throws EngineException {
        Outcome.In in = home.in("ann", Home.GOOD);
        NewToken token = home.signIns.newToken(ann.id(), "reports", Set.of(), Duration.ofDays(30), Home.ANN);
        byte[] session = home.house.vault().read(sql -> sql.one("SELECT digest FROM session", row -> row.getBytes(1))).orElseThrow();
        byte[] kept = home.house.vault().read(sql -> sql.one("SELECT digest FROM token", row -> row.getBytes(1))).orElseThrow();
        Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
        for (String secret : List.of(text.encodeToString(session), "eider_" + text.encodeToString(session), text.encodeToString(kept), "eider_"
                + text.encodeToString(kept), in.session().id(), token.token().id(), "", "eider_", "eider_" + in.secret(), token.secret()
                .substring(6), in.secret() + "=",
                in.secret().toLowerCase(Locale.ROOT))) {
            assertThat(home.signIns.session(secret)).isEmpty();
            assertThat(home.signIns.token(secret)).isEmpty();
        }
        assertThat(home.signIns.session(token.secret())).isEmpty();
        assertThat(home.signIns.token(in.secret())).isEmpty();
        assertThat(home.signIns.session(null)).isEmpty();
        assertThat(home.signIns.token(null)).isEmpty();
        assertThat(home.signIns.session("x".repeat(1 << 20))).isEmpty();
    }

    // ---- enumeration and brute force ----

    @Test
    void whetherANameExistsIsToldByNoAnswerAndByNoWork() throws EngineException {
        Person carl = home.add("carl", "user");
        home.people.change(carl.id(), new Change(null, null, null, false), Home.OPS);
        Set<Outcome.Refused> answers = new HashSet<>();
        Set<Long> hashes = new HashSet<>();
        Set<Long> entries = new HashSet<>();
        String from = "10.1.0.";
        int host = 0;
        for (String[] attempt : new String[][] {{"ann", "wrong wrong wrong"}, {"nobody", "wrong wrong wrong"}, {"carl", Home.GOOD}, {"carl",
                "wrong wrong wrong"},
            {"no such'name", Home.GOOD}, {"x".repeat(100_000), Home.GOOD}}) {
            long before = home.passwords.hashes();
            long written = home.audit.verify().entries();
            answers.add(refused(home.signIn(attempt[0], attempt[1], from + host++)));
            hashes.add(home.passwords.hashes() - before);
            entries.add(home.audit.verify().entries() - written);
        }
        assertThat(answers).hasSize(1);
        assertThat(hashes).containsExactly(1L);
        assertThat(entries).containsExactly(1L);
    }

    @Test
    void thePauseIsTheSameForANameThatExistsAndOneThatDoesNot() throws EngineException {
        List<Outcome> known = new ArrayList<>();
        List<Outcome> unknown = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            known.add(home.signIn("ann", "wrong wrong wrong", "10.1.0." + i));
            unknown.add(home.signIn("nobody", "wrong wrong wrong", "10.2.0." + i));
            if (i > 6) {
                home.clock.pass(Duration.ofMinutes(1));
            }
        }
        assertThat(known).isEqualTo(unknown);
    }

    @Test
    void thePauseOfANameDoublesAndHoldsForTheRightPasswordToo() throws EngineException {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            Duration pause = refused(home.signIn("ann", "wrong wrong wrong", "10.1.0." + i)).pause();
            pauses.add(pause.toSeconds());
            if (pause.isPositive()) {
                long before = home.passwords.hashes();
                Outcome.Refused early = refused(home.signIn("Ann ", Home.GOOD, "10.3.0." + i));
                assertThat(early.pause()).isEqualTo(pause);
                assertThat(home.passwords.hashes()).isEqualTo(before);
                home.clock.pass(pause);
            }
        }
        assertThat(pauses).containsExactly(0L, 0L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 900L, 900L, 900L);
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        assertThat(refused(home.signIn("ann", "wrong wrong wrong")).pause()).isZero();
    }

    @Test
    void thePauseOfANameOutlivesARestart() throws EngineException {
        for (int i = 0; i < 4; i++) {
            home.signIn("ann", "wrong wrong wrong", "10.1.0." + i);
            home.clock.pass(Duration.ofSeconds(2));
        }
        home.restart();
        assertThat(refused(home.signIn("ann", Home.GOOD)).pause()).isEqualTo(Duration.ofSeconds(2));
        home.clock.pass(Duration.ofSeconds(2));
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
    }

    @Test
    void manyAtOnceAreAsManyAsOneAfterTheOther() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        long before = home.passwords.hashes();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<Outcome>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String from = "10.1.0." + i;
                all.add(threads.submit(() -> {
                    go.await();
                    return home.signIn("ann", "wrong wrong wrong", from);
                }));
            }
            go.countDown();
            for (Future<Outcome> one : all) {
                refused(one.get());
            }
        }
        assertThat(home.passwords.hashes() - before).isEqualTo(3);
    }

    @Test
    void oneAddressThatTriesManyNamesHasToWait() throws EngineException {
        long before = home.passwords.hashes();
        for (int i = 0; i < 200; i++) {
            home.signIn("name" + i, "Summer2026 Summer2026", "10.6.6.6");
        }
        assertThat(home.passwords.hashes() - before).isEqualTo(20);
        assertThat(refused(home.signIn("ann", Home.GOOD, "10.6.6.6")).pause()).isPositive();
        // others go on, and the same house of IPv6 does not
        assertThat(home.signIn("ann", Home.GOOD, "10.6.6.7")).isInstanceOf(Outcome.In.class);
        for (int i = 0; i < 30; i++) {
            home.signIn("other" + i, "wrong wrong wrong", "2001:db8:1:2::" + Integer.toHexString(i));
        }
        assertThat(refused(home.signIn("ann", Home.GOOD, "2001:db8:1:2:ffff::1")).pause()).isPositive();
        assertThat(home.signIn("ann", Home.GOOD, "2001:db8:1:3::1")).isInstanceOf(Outcome.In.class);
        home.clock.pass(Duration.ofMinutes(20));
        assertThat(home.signIn("ann", Home.GOOD, "10.6.6.6")).isInstanceOf(Outcome.In.class);
    }

    @Test
    void signingInRightManyTimesIsNoTry() throws EngineException {
        for (int i = 0; i < 60; i++) {
            assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        }
    }

    @Test
    void nothingOfAPasswordTypedAsANameIsKept() throws Exception {
        home.signIn(Home.OTHER, Home.OTHER, "10.0.0.9");
        assertThat(home.audit.entries(Long.MAX_VALUE, 100, "herons")).isEmpty();
        assertThat(home.newest("sign-in.refused")).contains("(unknown)", "10.0.0.9");
        home.stop();
        assertThat(Files.readString(home.data.resolve("people.mv.db"), StandardCharsets.ISO_8859_1)).doesNotContain("herons");
        home.start();
    }

    @Test
    void whoComesWhenTooManyWaitIsToldSoAndNotHeldGuilty() throws Exception {
        Passwords impatient = new Passwords(Home.CHEAP, Duration.ofMillis(20));
        try (Home busy = new Home(folder.resolve("busy"), false, home.clock, impatient)) {
            busy.add("ann", "user");
            busy.passwords.turns().acquire(2);
            for (int i = 0; i < 10; i++) {
                assertThat(refused(busy.signIn("ann", Home.GOOD)).sentence()).contains("Too many people");
            }
            busy.passwords.turns().release(2);
            assertThat(busy.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        }
    }

    @Test
    void aHashAtAnOldCostIsMadeAnewWhenItsOwnerSignsIn() throws EngineException {
        String before = hashOf("ann");
        home.stop();
        Home dearer = new Home(home.data, false, home.clock, new Passwords(new Passwords.Cost(128, 2, 1), Duration.ofSeconds(10)));
        assertThat(dearer.signIn("ann", "wrong wrong wrong")).isInstanceOf(Outcome.Refused.class);
        assertThat(dearer.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        home = dearer;
        assertThat(before).startsWith("$argon2id$v=19$m=64,t=1,p=1$");
        assertThat(hashOf("ann")).startsWith("$argon2id$v=19$m=128,t=2,p=1$");
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
    }

    private String hashOf(String name) throws EngineException {
        return home.house.vault().read(sql -> sql.one("SELECT password FROM person WHERE username_key = ?", row -> row.getString(1), name))
                .orElseThrow();
    }

    // ---- second factor ----

    private String code(String base32, long steps) {
        byte[] secret = new byte[20];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (char c : base32.toCharArray()) {
            buffer = buffer << 5 | LETTERS.indexOf(c);
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                secret[at++] = (byte) (buffer >> bits);
            }
        }
        return Totp.code(secret, Totp.step(home.clock.millis()) + steps, 6);
    }

    private SecondFactor factor;

    private List<String> withSecondFactor() throws EngineException {
        factor = home.signIns.secondFactor(ann.id());
        List<String> codes = home.signIns.confirmSecondFactor(ann.id(), code(factor.secret(), 0), Home.ANN);
        home.clock.pass(Duration.ofSeconds(90));
        return codes;
    }

    private String ticket() throws EngineException {
        return ((Outcome.CodeWanted) home.signIn("ann", Home.GOOD)).ticket();
    }

    private Outcome code(String ticket, String code) throws EngineException {
        return home.signIns.code(ticket, code, Home.ANN);
    }

    @Test
    void aSecondFactorCountsOnceItIsConfirmed() throws EngineException {
        SecondFactor pending = home.signIns.secondFactor(ann.id());
        assertThat(pending.address()).isEqualTo("otpauth://totp/Eider:ann?secret=" + pending.secret()
                + "&issuer=Eider&algorithm=SHA1&digits=6&period=30");
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        assertThatThrownBy(() -> home.signIns.confirmSecondFactor(ann.id(), "000000x", Home.ANN)).isInstanceOf(RefusedException.class);
        List<String> codes = home.signIns.confirmSecondFactor(ann.id(), code(pending.secret(), 0), Home.ANN);
        assertThat(codes).hasSize(10).doesNotHaveDuplicates();
        assertThat(home.people.named("ann").orElseThrow().secondFactor()).isTrue();
        home.clock.pass(Duration.ofSeconds(90));
        Outcome.In in = (Outcome.In) code(ticket(), code(pending.secret(), 0));
        assertThat(home.signIns.session(in.secret())).isPresent();
    }

    @Test
    void aCodeOfTheStepBeforeOrAfterIsGoodAndNoOther() throws EngineException {
        withSecondFactor();
        assertThat(code(ticket(), code(factor.secret(), -2))).isInstanceOf(Outcome.Refused.class);
        assertThat(code(ticket(), code(factor.secret(), 2))).isInstanceOf(Outcome.Refused.class);
        home.clock.pass(Duration.ofMinutes(1));
        assertThat(code(ticket(), code(factor.secret(), -1))).isInstanceOf(Outcome.In.class);
        assertThat(code(ticket(), code(factor.secret(), 1))).isInstanceOf(Outcome.In.class);
    }

    @Test
    void eachCodeIsGoodOnceAndNoneBeforeItAfterwards() throws EngineException {
        withSecondFactor();
        String now = code(factor.secret(), 0);
        assertThat(code(ticket(), now)).isInstanceOf(Outcome.In.class);
        assertThat(refused(code(ticket(), now)).sentence()).contains("used already");
        assertThat(code(ticket(), code(factor.secret(), -1))).isInstanceOf(Outcome.Refused.class);
        home.restart();
        home.clock.pass(Duration.ofSeconds(10));
        assertThat(code(ticket(), now)).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void theCodeThatConfirmsDoesNotOpen() throws EngineException {
        SecondFactor pending = home.signIns.secondFactor(ann.id());
        String now = code(pending.secret(), 0);
        home.signIns.confirmSecondFactor(ann.id(), now, Home.ANN);
        assertThat(code(ticket(), now)).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void ofTwoWhoUseACodeAtOnceOneComesIn() throws Exception {
        withSecondFactor();
        String now = code(factor.secret(), 0);
        String first = ticket();
        String second = ticket();
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Outcome>> both = new ArrayList<>();
            for (String ticket : List.of(first, second)) {
                Callable<Outcome> one = () -> {
                    go.await();
                    return code(ticket, now);
                };
                both.add(threads.submit(one));
            }
            go.countDown();
            int in = 0;
            for (Future<Outcome> one : both) {
                in += one.get() instanceof Outcome.In ? 1 : 0;
            }
            assertThat(in).isEqualTo(1);
        }
    }

    @Test
    void aTicketIsGoodOnceForFiveMinutesAndFiveTries() throws EngineException {
        withSecondFactor();
        String used = ticket();
        assertThat(code(used, code(factor.secret(), 0))).isInstanceOf(Outcome.In.class);
        home.clock.pass(Duration.ofMinutes(1));
        assertThat(refused(code(used, code(factor.secret(), 0))).sentence()).contains("sign in again");
        String late = ticket();
        home.clock.pass(Duration.ofMinutes(5));
        assertThat(refused(code(late, code(factor.secret(), 0))).sentence()).contains("sign in again");
        String tried = ticket();
        for (int i = 0; i < 5; i++) {
            Outcome.Refused refused = refused(code(tried, "12345x"));
            home.clock.pass(refused.pause());
        }
        assertThat(refused(code(tried, code(factor.secret(), 0))).sentence()).contains("sign in again");
        for (String none : List.of("", Secrets.make(), "x".repeat(1 << 20))) {
            assertThat(refused(code(none, code(factor.secret(), 0))).sentence()).contains("sign in again");
        }
        assertThat(code(null, "1")).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void whoKnowsThePasswordCannotTryCodesWithoutEnd() throws EngineException {
        withSecondFactor();
        int tried = 0;
        for (int i = 0; i < 200; i++) {
            if (home.signIn("ann", Home.GOOD, "10.7.0." + i) instanceof Outcome.CodeWanted(String ticket)) {
                Outcome.Refused refused = refused(home.signIns.code(ticket, "12345x", Actor.person("ann", "10.8.0." + i, "")));
                tried += refused.sentence().contains("code is wrong") ? 1 : 0;
            }
        }
        assertThat(tried).isEqualTo(3);
    }

    @Test
    void aRecoveryCodeIsGoodOnceHoweverItIsTyped() throws EngineException {
        List<String> codes = withSecondFactor();
        assertThat(code(ticket(), codes.get(0))).isInstanceOf(Outcome.In.class);
        assertThat(code(ticket(), codes.get(0))).isInstanceOf(Outcome.Refused.class);
        assertThat(code(ticket(), codes.get(1).replace("-", " ").toUpperCase(Locale.ROOT))).isInstanceOf(Outcome.In.class);
        assertThat(home.newest("by password and recovery code")).contains("person ann");
        byte[] digest = home.house.vault().read(sql -> sql.one("SELECT digest FROM recovery", row -> row.getBytes(1))).orElseThrow();
        assertThat(code(ticket(), Base64.getEncoder().encodeToString(digest))).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void aTicketEndsWithTheAccountAndWithThePassword() throws EngineException {
        withSecondFactor();
        String before = ticket();
        String link = home.people.resetLink("ann", Home.OPS);
        home.people.reset(link, Home.OTHER.toCharArray(), Home.ANN);
        assertThat(code(before, code(factor.secret(), 0))).isInstanceOf(Outcome.Refused.class);
        assertThat(home.people.named("ann").orElseThrow().secondFactor()).isTrue();
        String ticket = ((Outcome.CodeWanted) home.signIn("ann", Home.OTHER)).ticket();
        home.people.change(ann.id(), new Change(null, null, null, false), Home.OPS);
        assertThat(code(ticket, code(factor.secret(), 0))).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void aSecondFactorIsRemovedWithThePasswordOrByAnAdminAndReplacedByNobody() throws EngineException {
        withSecondFactor();
        assertThatThrownBy(() -> home.signIns.secondFactor(ann.id())).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> home.signIns.removeSecondFactor(ann.id(), null, Home.ANN)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> home.signIns.removeSecondFactor(ann.id(), "wrong wrong wrong".toCharArray(), Home.ANN))
                .isInstanceOf(RefusedException.class);
        assertThat(home.people.named("ann").orElseThrow().secondFactor()).isTrue();
        home.signIns.removeSecondFactor(ann.id(), Home.GOOD.toCharArray(), Home.ANN);
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
        withSecondFactor();
        home.people.change(ann.id(), new Change(null, "admin", null, null), Home.OPS);
        assertThatThrownBy(() -> home.signIns.removeSecondFactor(ann.id(), null, Home.ANN)).isInstanceOf(RefusedException.class);
        home.signIns.removeSecondFactor(ann.id(), null, Actor.person("boss", "10.0.0.2", ""));
        assertThat(home.newest("second-factor.off")).contains("name=boss", "person ann");
        assertThat(home.count("SELECT count(*) FROM recovery")).isZero();
    }

    @Test
    void aPendingSecondFactorEndsAfterHalfAnHour() throws EngineException {
        SecondFactor pending = home.signIns.secondFactor(ann.id());
        home.clock.pass(Duration.ofMinutes(30));
        assertThatThrownBy(() -> home.signIns.confirmSecondFactor(ann.id(), code(pending.secret(), 0), Home.ANN)).hasMessageContaining("anew");
    }

    @Test
    void withoutItsKeyTheDatabaseDoesNotGiveTheSecondFactorAndSaysSo() throws Exception {
        withSecondFactor();
        home.stop();
        Path key = home.data.resolve("people.key");
        byte[] kept = Files.readAllBytes(key);
        Files.delete(key);
        home.start();
        String ticket = ticket();
        assertThatThrownBy(() -> code(ticket, code(factor.secret(), 0))).isInstanceOf(EngineException.class)
                .hasMessageContaining("people.key is missing");
        assertThat(home.in("boss", Home.GOOD).session().person().role()).isEqualTo("admin");
        assertThat(key).doesNotExist();
        home.stop();
        Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]));
        home.start();
        assertThatThrownBy(() -> code(ticket(), code(factor.secret(), 0))).isInstanceOf(EngineException.class)
                .hasMessageContaining("restore the key");
        home.stop();
        Files.write(key, kept);
        home.start();
        home.clock.pass(Duration.ofMinutes(2));
        assertThat(code(ticket(), code(factor.secret(), 0))).isInstanceOf(Outcome.In.class);
    }

    // ---- tokens ----

    @Test
    void aTokenHasAPrefixScopesAndAnEnd() throws EngineException {
        NewToken made = home.signIns.newToken(ann.id(), "reports", Set.of(Permission.EXPORT, Permission.SQL), Duration.ofDays(30), Home.ANN);
        assertThat(made.secret()).startsWith("eider_").hasSize(49);
        Session session = home.signIns.token(made.secret()).orElseThrow();
        assertThat(session.isToken()).isTrue();
        assertThat(session.token()).isEqualTo("reports");
        assertThat(session.scopes()).containsExactlyInAnyOrder(Permission.EXPORT, Permission.SQL);
        assertThat(session.person().username()).isEqualTo("ann");
        assertThat(home.signIns.tokens(ann.id())).extracting(Token::name).containsExactly("reports");
        assertThat(home.signIns.tokens(ann.id()).getFirst().used()).isNotNull();
        assertThat(home.signIns.sessions(ann.id())).isEmpty();
        assertThat(home.newest("token.new")).contains("EXPORT").doesNotContain(made.secret().substring(6));
        home.clock.pass(Duration.ofDays(30));
        assertThat(home.signIns.token(made.secret())).isEmpty();
        assertThat(home.signIns.tokens(ann.id())).isEmpty();
    }

    @Test
    void aTokenIsEndedByItsOwnPersonOnlyAndOutlivesARestart() throws EngineException {
        NewToken made = home.signIns.newToken(ann.id(), "reports", Set.of(), Duration.ofDays(300), Home.ANN);
        home.restart();
        long boss = home.people.named("boss").orElseThrow().id();
        home.signIns.endToken(boss, made.token().id(), Home.ANN);
        assertThat(home.signIns.token(made.secret())).isPresent();
        home.signIns.endToken(ann.id(), made.token().id(), Home.ANN);
        assertThat(home.signIns.token(made.secret())).isEmpty();
    }

    @Test
    void aTokenLivesAYearAtMostAndHasAName() {
        for (Duration life : List.of(Duration.ofDays(400), Duration.ZERO, Duration.ofDays(-1))) {
            assertThatThrownBy(() -> home.signIns.newToken(ann.id(), "reports", Set.of(), life, Home.ANN)).isInstanceOf(RefusedException.class);
        }
        for (String name : List.of("", " ", "x".repeat(65), "a\nb", "\u202eevil")) {
            assertThatThrownBy(() -> home.signIns.newToken(ann.id(), name, Set.of(), Duration.ofDays(1), Home.ANN))
                    .isInstanceOf(RefusedException.class);
        }
    }

    // ---- clearing ----

    @Test
    void whatHasEndedIsClearedAtASignIn() throws EngineException {
        home.in("ann", Home.GOOD);
        home.signIns.newToken(ann.id(), "short", Set.of(), Duration.ofHours(1), Home.ANN);
        home.people.resetLink("ann", Home.OPS);
        home.signIns.secondFactor(ann.id());
        home.signIn("nobody", "wrong wrong wrong");
        home.clock.pass(Duration.ofDays(2));
        home.in("boss", Home.GOOD);
        for (String table : List.of("SELECT count(*) FROM token", "SELECT count(*) FROM link", "SELECT count(*) FROM factor",
                "SELECT count(*) FROM failure", "SELECT count(*) FROM session WHERE person = " + ann.id())) {
            assertThat(home.count(table)).as(table).isZero();
        }
        assertThat(home.count("SELECT count(*) FROM session")).isEqualTo(1);
    }

    @Test
    void oldEntriesAreForgottenAtASignInOnceADay() throws EngineException {
        home.house.options(new Options(false, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(30)));
        home.clock.pass(Duration.ofDays(31));
        home.audit.add(Home.OPS, "sync", "sql~shop", "", "12 rows");
        home.in("boss", Home.GOOD);
        assertThat(home.newest("audit.forget")).contains("entries 1 to 3");
        assertThat(home.audit.entries(Long.MAX_VALUE, 100, "person.add")).isEmpty();
        assertThat(home.audit.verify().faults()).isEmpty();
    }
}
