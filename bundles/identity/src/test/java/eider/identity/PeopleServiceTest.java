package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People.Change;
import eider.people.People.Imported;
import eider.people.People.Imported.State;
import eider.people.Permission;
import eider.people.Person;
import eider.people.Policies;
import eider.people.RefusedException;
import eider.people.SignIns.Outcome;
import eider.people.Viewer;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeopleServiceTest {
    @TempDir
    private Path folder;
    private Home home;

    @BeforeEach
    void aHome() {
        home = new Home(folder.resolve("data"));
    }

    @AfterEach
    void closed() throws EngineException {
        assertThat(home.audit.verify().faults()).isEmpty();
        home.close();
    }

    private static <T> List<T> together(List<Callable<T>> all) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(all.size())) {
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> one : all) {
                futures.add(threads.submit(() -> {
                    go.await();
                    return one.call();
                }));
            }
            go.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static String refusal(Callable<?> what) {
        try {
            what.call();
            return "";
        } catch (RefusedException e) {
            return e.getMessage();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- set-up ----

    @Test
    void theFirstAdminComesInByTheLinkAndNobodyElseDoes() throws EngineException {
        assertThat(home.people.none()).isTrue();
        String link = home.people.setUpLink(Actor.EIDER);
        Person ann = home.people.setUp(link, "ann", "ann@shop.example", Home.GOOD.toCharArray(), Home.ANN);
        assertThat(ann.role()).isEqualTo(Viewer.ADMIN);
        assertThat(ann.mustChange()).isFalse();
        assertThat(home.people.none()).isFalse();
        assertThatThrownBy(() -> home.people.setUp(link, "eve", "", Home.GOOD.toCharArray(), Home.ANN)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> home.people.setUpLink(Actor.EIDER)).isInstanceOf(RefusedException.class);
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
    }

    @Test
    void ofManyWhoSetUpAtOnceOneWins() throws Exception {
        String link = home.people.setUpLink(Actor.EIDER);
        List<Callable<String>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String name = "admin" + i;
            all.add(() -> refusal(() -> home.people.setUp(link, name, "", Home.GOOD.toCharArray(), Home.ANN)));
        }
        assertThat(together(all).stream().filter(String::isEmpty)).hasSize(1);
        assertThat(home.people.all()).hasSize(1);
    }

    @Test
    void theSetUpLinkEndsAfterHalfAnHourAndWithTheNextOneAndWithAnyAccount() throws EngineException {
        String first = home.people.setUpLink(Actor.EIDER);
        String second = home.people.setUpLink(Actor.EIDER);
        assertThat(refusal(() -> home.people.setUp(first, "ann", "", Home.GOOD.toCharArray(), Home.ANN))).contains("newer");
        home.clock.pass(Duration.ofMinutes(30));
        assertThat(refusal(() -> home.people.setUp(second, "ann", "", Home.GOOD.toCharArray(), Home.ANN))).contains("30 minutes");
        String third = home.people.setUpLink(Actor.EIDER);
        home.add("bob", "user");
        assertThat(refusal(() -> home.people.setUp(third, "ann", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
    }

    @Test
    void aWrongLinkCostsNoHashAndABadPasswordLeavesTheLinkGood() throws EngineException {
        String link = home.people.setUpLink(Actor.EIDER);
        long before = home.passwords.hashes();
        assertThat(refusal(() -> home.people.setUp(Secrets.make(), "ann", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
        assertThat(refusal(() -> home.people.setUp("x".repeat(1 << 20), "ann", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
        assertThat(home.passwords.hashes()).isEqualTo(before);
        assertThat(refusal(() -> home.people.setUp(link, "ann", "", "short".toCharArray(), Home.ANN))).contains("12 characters");
        home.people.setUp(link, "ann", "", Home.GOOD.toCharArray(), Home.ANN);
    }

    @Test
    void theDigestOfALinkIsNoLink() throws EngineException {
        home.people.setUpLink(Actor.EIDER);
        byte[] digest = home.house.vault().read(sql -> sql.one("SELECT digest FROM link", row -> row.getBytes(1))).orElseThrow();
        String stolen = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        assertThat(refusal(() -> home.people.setUp(stolen, "eve", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
    }

    // ---- reset ----

    @Test
    void aResetLinkWorksOnceAndEndsSessionsAndPauses() throws EngineException {
        Person ann = home.add("ann", "user");
        Outcome.In in = home.in("ann", Home.GOOD);
        String link = home.people.resetLink("ANN", Home.OPS);
        assertThat(home.signIns.session(in.secret())).isPresent();
        for (int i = 0; i < 8; i++) {
            home.signIn("ann", "wrong wrong wrong", "10.9.9." + i);
        }
        home.people.reset(link, Home.OTHER.toCharArray(), Home.ANN);
        assertThat(home.signIns.session(in.secret())).isEmpty();
        assertThat(refusal(() -> home.people.reset(link, Home.OTHER.toCharArray(), Home.ANN))).contains("used");
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.Refused.class);
        assertThat(home.in("ann", Home.OTHER).session().person().id()).isEqualTo(ann.id());
    }

    @Test
    void ofTwoWhoUseAResetLinkAtOnceOneWins() throws Exception {
        home.add("ann", "user");
        String link = home.people.resetLink("ann", Home.OPS);
        List<Callable<String>> both = List.of(() -> refusal(() -> home.people.reset(link, Home.OTHER.toCharArray(), Home.ANN)),
                () -> refusal(() -> home.people.reset(link, "three wild geese march".toCharArray(), Home.ANN)));
        assertThat(together(both).stream().filter(String::isEmpty)).hasSize(1);
    }

    @Test
    void aResetLinkEndsAfterHalfAnHourWithTheNextOneAndWithTheAccount() throws EngineException {
        Person ann = home.add("ann", "user");
        String first = home.people.resetLink("ann", Home.OPS);
        String second = home.people.resetLink("ann", Home.OPS);
        assertThat(refusal(() -> home.people.reset(first, Home.OTHER.toCharArray(), Home.ANN))).isNotEmpty();
        home.clock.pass(Duration.ofMinutes(30));
        assertThat(refusal(() -> home.people.reset(second, Home.OTHER.toCharArray(), Home.ANN))).isNotEmpty();
        String third = home.people.resetLink("ann", Home.OPS);
        home.people.change(ann.id(), new Change(null, null, null, false), Home.OPS);
        home.people.change(ann.id(), new Change(null, null, null, true), Home.OPS);
        assertThat(refusal(() -> home.people.reset(third, Home.OTHER.toCharArray(), Home.ANN))).isNotEmpty();
        assertThat(refusal(() -> home.people.resetLink("nobody", Home.OPS))).contains("nobody");
        String fourth = home.people.resetLink("ann", Home.OPS);
        assertThat(refusal(() -> home.people.setUp(fourth, "eve", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
    }

    // ---- names and passwords ----

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "an n", "аnn", "ann\u200b", "ann\n", "ａｎｎ", "ann'; DROP TABLE person; --", "%", "a/b",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void aUserNameIsAscii(String name) {
        assertThat(refusal(() -> home.people.add(name, "", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS))).contains("user name");
    }

    @Test
    void namesAndAddressesAreUniqueWithoutRegardToCase() throws EngineException {
        home.add("Ann", "user");
        String name = refusal(() -> home.people.add("aNN", "x@shop.example", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS));
        String mail = refusal(() -> home.people.add("bob", "ANN@shop.example", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS));
        String disguise = refusal(() -> home.people.add("ann@shop.example", "", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS));
        assertThat(name).isNotEmpty().isEqualTo(mail).isEqualTo(disguise);
        assertThat(home.people.named("ANN").orElseThrow().username()).isEqualTo("Ann");
        home.people.add("carl", "", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS);
        home.people.add("dora", "", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "elevenchars", "passwordpassword", "Password1234", "qwertyuiop123", "aaaaaaaaaaaaaaa", "abcabcabcabc",
            "abcdefghijklmn", "123456789012", "annabella.long",
        "annabella.long@shop.example", "ANNABELLA.LONG", "correct horse battery staple", "\uD800 half a character"})
    void badPasswordsAreRefused(String password) {
        assertThat(refusal(() -> home.people.add("annabella.long", "annabella.long@shop.example", "user", Map.of(), password.toCharArray(),
                Home.OPS))).isNotEmpty()
                .doesNotContain("elevenchars").doesNotContain("annabella");
    }

    @Test
    void passwordsAreMeasuredInCharactersAndHaveNoOtherRule() throws EngineException {
        home.people.add("a", "", "user", Map.of(), "no digits nor signs".toCharArray(), Home.OPS);
        home.people.add("b", "", "user", Map.of(), "x7".concat("🦆".repeat(4)).concat("ätsch!").toCharArray(), Home.OPS);
        assertThat(refusal(() -> home.people.add("c", "", "user", Map.of(), "🦆🦢🦉🐧🦅🦜".toCharArray(), Home.OPS))).isNotEmpty();
        home.people.add("d", "", "user", Map.of(), Home.GOOD.repeat(20).substring(0, 255).concat("!").toCharArray(), Home.OPS);
        assertThat(refusal(() -> home.people.add("e", "", "user", Map.of(), (Home.GOOD.repeat(20).substring(0, 256) + "!").toCharArray(), Home.OPS)))
                .isNotEmpty();
        home.house.options(new Options(false, Duration.ofMinutes(30), Duration.ofHours(12), 20, Duration.ofDays(730)));
        assertThat(home.people.passwordRule()).contains("20 characters");
        assertThat(refusal(() -> home.people.add("f", "", "user", Map.of(), "no digits or signs".toCharArray(), Home.OPS))).contains("20 characters");
    }

    @Test
    void anAccentIsTheSameHoweverItIsTyped() throws EngineException {
        home.people.add("ann", "", "user", Map.of(), "caf\u00e9 au lait please".toCharArray(), Home.OPS);
        assertThat(home.signIn("ann", "cafe\u0301 au lait please")).isInstanceOf(Outcome.In.class);
    }

    @Test
    void aMegabyteIsNeverHashed() throws EngineException {
        home.add("ann", "user");
        long before = home.passwords.hashes();
        String big = "x1".repeat(1 << 19);
        assertThat(home.signIn("ann", big)).isInstanceOf(Outcome.Refused.class);
        assertThat(refusal(() -> home.people.add("bob", "", "user", Map.of(), big.toCharArray(), Home.OPS))).isNotEmpty();
        assertThat(refusal(() -> home.people.add(big, "", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS))).isNotEmpty();
        assertThat(refusal(() -> home.people.add("bob", big + "@x.example", "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS))).isNotEmpty();
        assertThat(refusal(() -> home.people.add("bob", "", "user", Map.of("a", big), Home.GOOD.toCharArray(), Home.OPS))).isNotEmpty();
        assertThat(home.passwords.hashes()).isEqualTo(before);
    }

    @Test
    void metaCharactersOfSqlAreText() throws EngineException {
        String evil = "x' OR 1=1; DROP TABLE person; --\\%_\"";
        Person ann = home.people.add("ann", "o'neil+%_@shop.example", "user", Map.of("sales_user_id", evil),
                "it's a \"quoted\" ; password".toCharArray(), Home.OPS);
        assertThat(home.people.person(ann.id()).orElseThrow().attributes()).containsEntry("sales_user_id", evil);
        assertThat(home.people.named("ann' OR '1'='1")).isEmpty();
        assertThat(home.people.named("%")).isEmpty();
        assertThat(home.signIn("ann", "it's a \"quoted\" ; password")).isInstanceOf(Outcome.In.class);
        assertThat(home.audit.entries(Long.MAX_VALUE, 10, "%")).hasSize(1);
        assertThat(home.audit.entries(Long.MAX_VALUE, 10, "' OR 1=1")).hasSize(1);
    }

    // ---- changes ----

    @Test
    void theLastActiveAdminStaysOne() throws EngineException {
        Person ann = home.add("ann", "admin");
        Person bob = home.add("bob", "admin");
        home.people.change(bob.id(), new Change(null, null, null, false), Home.OPS);
        assertThat(refusal(() -> home.people.change(ann.id(), new Change(null, "user", null, null), Home.OPS))).contains("last active admin");
        assertThat(refusal(() -> home.people.change(ann.id(), new Change(null, null, null, false), Home.OPS))).contains("last active admin");
        home.people.change(bob.id(), new Change(null, null, null, true), Home.OPS);
        assertThat(home.people.change(ann.id(), new Change(null, "user", null, null), Home.OPS).role()).isEqualTo("user");
    }

    @Test
    void twoAdminsWhoRemoveEachOtherAtOnceLeaveOne() throws Exception {
        for (int round = 0; round < 10; round++) {
            Person a = home.add("a" + round, "admin");
            Person b = home.add("b" + round, "admin");
            for (Person person : home.people.all()) {
                if (person.id() != a.id() && person.id() != b.id()) {
                    home.people.change(person.id(), new Change(null, "user", null, null), Home.OPS);
                }
            }
            List<Callable<String>> both = List.of(() -> refusal(() -> home.people.change(a.id(), new Change(null, "user", null, null), Home.OPS)),
                    () -> refusal(() -> home.people.change(b.id(), new Change(null, null, null, false), Home.OPS)));
            assertThat(together(both).stream().filter(String::isEmpty)).hasSize(1);
            assertThat(home.people.all().stream().filter(person -> person.active() && person.role().equals("admin"))).hasSize(1);
        }
    }

    @Test
    void eachChangeIsInTheTrailWithBeforeAndAfter() throws EngineException {
        Person ann = home.add("ann", "user");
        home.people.change(ann.id(), new Change("new@shop.example", "manager", Map.of("region", "north", "sales_user_id", " "), null), Home.ANN);
        assertThat(home.newest("role.change")).contains("person ann", "before=user", "after=manager");
        assertThat(home.newest("email.change")).contains("before=ann@shop.example", "after=new@shop.example");
        assertThat(home.newest("attributes.change")).contains("before={}", "after={region=north}");
        Person now = home.people.person(ann.id()).orElseThrow();
        assertThat(now.attributes()).isEqualTo(Map.of("region", "north"));
        assertThat(now.viewer()).isEqualTo(new Viewer("ann", "manager", Map.of("region", "north")));
        long entries = home.audit.verify().entries();
        home.people.change(ann.id(), new Change("new@shop.example", "manager", Map.of("region", "north"), true), Home.ANN);
        assertThat(home.audit.verify().entries()).isEqualTo(entries);
    }

    @Test
    void aChangeThatIsRefusedLeavesNothing() throws EngineException {
        Person ann = home.add("ann", "admin");
        long entries = home.audit.verify().entries();
        assertThat(refusal(() -> home.people.change(ann.id(), new Change("new@shop.example", "user", Map.of("a", "b"), null), Home.OPS)))
                .isNotEmpty();
        assertThat(refusal(() -> home.people.change(ann.id(), new Change("new@shop.example", "owner", null, null), Home.OPS)))
                .contains("admin, manager, user");
        assertThat(refusal(() -> home.people.change(99, new Change("new@shop.example", null, null, null), Home.OPS))).isNotEmpty();
        assertThat(home.people.person(ann.id())).contains(ann);
        assertThat(home.audit.verify().entries()).isEqualTo(entries);
    }

    @Test
    void rolesAreThoseOfThePoliciesAsTheyAreNow() throws EngineException {
        Policies policies = new Policies() {
            @Override
            public List<String> roles() {
                return List.of("admin", "manager", "user", "buyer");
            }

            @Override
            public Set<Permission> permissions(Viewer viewer) {
                return Set.of();
            }

            @Override
            public List<String> attributes() {
                return List.of();
            }

            @Override
            public List<String> faults() {
                return List.of();
            }
        };
        assertThat(refusal(() -> home.add("ann", "buyer"))).contains("admin, manager, user");
        home.house.setPolicies(policies);
        assertThat(home.add("ann", "buyer").role()).isEqualTo("buyer");
        home.house.unsetPolicies(policies);
        assertThat(refusal(() -> home.add("bob", "buyer"))).isNotEmpty();
        assertThat(refusal(() -> home.add("bob", Viewer.OPERATOR))).isNotEmpty();
        assertThat(refusal(() -> home.add("bob", "Admin"))).isNotEmpty();
    }

    // ---- registration ----

    @Test
    void nobodyRegistersUnlessItIsOpenAndThereIsAnAdmin() throws EngineException {
        assertThat(home.people.registrationOpen()).isFalse();
        home.house.options(new Options(true, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(730)));
        assertThat(refusal(() -> home.people.register("eve", "", Home.GOOD.toCharArray(), Home.ANN))).isNotEmpty();
        home.add("ann", "admin");
        Person eve = home.people.register("eve", "eve@shop.example", Home.GOOD.toCharArray(), Home.ANN);
        assertThat(eve.role()).isEqualTo("user");
        assertThat(eve.attributes()).isEmpty();
        assertThat(eve.mustChange()).isFalse();
        home.house.options(Options.DEFAULT);
        assertThat(refusal(() -> home.people.register("mallory", "", Home.GOOD.toCharArray(), Home.ANN))).contains("admin");
    }

    @Test
    void registeringTellsNotWhetherTheNameOrTheAddressIsTakenAndWorksAsHard() throws EngineException {
        home.house.options(new Options(true, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(730)));
        home.add("ann", "admin");
        long before = home.passwords.hashes();
        String name = refusal(() -> home.people.register("ann", "new@shop.example", Home.GOOD.toCharArray(), Home.ANN));
        assertThat(home.passwords.hashes()).isEqualTo(before + 1);
        String mail = refusal(() -> home.people.register("new", "ann@shop.example", Home.GOOD.toCharArray(), Home.ANN));
        assertThat(home.passwords.hashes()).isEqualTo(before + 2);
        assertThat(name).isEqualTo(mail);
        home.people.register("new", "new@shop.example", Home.GOOD.toCharArray(), Home.ANN);
        assertThat(home.passwords.hashes()).isEqualTo(before + 3);
    }

    @Test
    void whoTriesManyNamesByRegisteringHasToWait() throws EngineException {
        home.house.options(new Options(true, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(730)));
        home.add("ann", "admin");
        long before = home.passwords.hashes();
        for (int i = 0; i < 100; i++) {
            refusal(() -> home.people.register("ann", "", Home.GOOD.toCharArray(), Home.ANN));
        }
        assertThat(home.passwords.hashes() - before).isLessThanOrEqualTo(20);
        assertThat(refusal(() -> home.people.register("ann", "", Home.GOOD.toCharArray(), Home.ANN))).contains("wait");
    }

    // ---- one's own password ----

    @Test
    void aChangedPasswordEndsTheOtherSessionsAndTheFirstOne() throws EngineException {
        Person ann = home.add("ann", "user");
        assertThat(ann.mustChange()).isTrue();
        Outcome.In here = home.in("ann", Home.GOOD);
        Outcome.In there = home.in("ann", Home.GOOD);
        assertThat(refusal(() -> {
            home.people.changePassword(ann.id(), "wrong wrong wrong".toCharArray(), Home.OTHER.toCharArray(), here.session().id(), Home.ANN);
            return null;
        })).contains("wrong");
        assertThat(refusal(() -> {
            home.people.changePassword(ann.id(), Home.GOOD.toCharArray(), Home.GOOD.toCharArray(), here.session().id(), Home.ANN);
            return null;
        })).contains("old one");
        home.people.changePassword(ann.id(), Home.GOOD.toCharArray(), Home.OTHER.toCharArray(), here.session().id(), Home.ANN);
        assertThat(home.signIns.session(here.secret()).orElseThrow().person().mustChange()).isFalse();
        assertThat(home.signIns.session(there.secret())).isEmpty();
        assertThat(home.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.Refused.class);
        assertThat(home.signIn("ann", Home.OTHER)).isInstanceOf(Outcome.In.class);
    }

    @Test
    void whoHasASessionCannotGuessThePasswordFasterThanAtTheDoor() throws EngineException {
        Person ann = home.add("ann", "user");
        long before = home.passwords.hashes();
        for (int i = 0; i < 50; i++) {
            refusal(() -> {
                home.people.changePassword(ann.id(), "wrong wrong wrong".toCharArray(), Home.OTHER.toCharArray(), null, Home.ANN);
                return null;
            });
        }
        assertThat(home.passwords.hashes() - before).isLessThanOrEqualTo(3);
    }

    // ---- import ----

    private Imported imported(String text) throws EngineException {
        return home.people.importFrom(new StringReader(text), Home.OPS);
    }

    @Test
    void anImportTellsOfEachRowAndABadOneKeepsNothingOutButItself() throws EngineException {
        home.add("old", "user");
        Imported result = imported("\uFEFFusername,email,role,initial_password,sales_user_id,region\r\n"
                + "ann,ann@shop.example,user,\"seven, \"\"green\"\" otters\",17,north\r\n"
                + "old,other@shop.example,admin,seven green otters,,\r\n"
                + "\r\n"
                + "bob,bob@shop.example,boss,seven green otters,,\r\n"
                + "carl,ann@shop.example,user,seven green otters,,\r\n"
                + "dora,dora@shop.example,user,short,,\r\n"
                + "ann,new@shop.example,user,seven green otters,,\r\n"
                + "emil,emil@shop.example,user,seven green otters\r\n"
                + "fritz,fritz@shop.example,user,a \" quote in it,,\r\n"
                + "=cmd|' /C calc'!A0,x@shop.example,user,seven green otters,,\r\n"
                + "gina,gina@shop.example,manager,seven green otters,=1+2,\"two\r\nlines\"\r\n"
                + "hugo,,user,seven green otters,=HYPERLINK(1),\n"
                + "iris,iris@shop.example,user,\"never closed,,\n"
                + "jana,jana@shop.example,user,seven green otters,,");
        assertThat(result.rows()).extracting(row -> row.line() + " " + row.username() + " " + row.state()).containsExactly("2 ann ADDED",
                "3 old THERE_ALREADY", "5 bob BAD", "6 carl BAD", "7 dora BAD", "8 ann BAD", "9  BAD", "10  BAD", "11  BAD", "12 gina BAD",
                "14 hugo ADDED", "15  BAD", "16 jana ADDED");
        assertThat(result.rows().toString()).doesNotContain("otters").doesNotContain("short,").doesNotContain("never");
        Person ann = home.people.named("ann").orElseThrow();
        assertThat(ann.attributes()).isEqualTo(Map.of("sales_user_id", "17", "region", "north"));
        assertThat(ann.mustChange()).isTrue();
        assertThat(home.people.named("hugo").orElseThrow().attributes()).isEqualTo(Map.of("sales_user_id", "=HYPERLINK(1)"));
        assertThat(home.people.named("old").orElseThrow().role()).isEqualTo("user");
        assertThat(home.signIn("ann", "seven, \"green\" otters")).isInstanceOf(Outcome.In.class);
        assertThat(home.newest("people.import")).contains("3 added, 1 there already, 9 bad");
    }

    @Test
    void aPasswordInTheWrongColumnIsNotShown() throws EngineException {
        Imported result = imported("username,email,role,initial_password,sales_user_id\nann,ann@shop.example,Secret-Pass-1234,user,\n"
                + "bob,Secret-Pass-1234,user,seven green otters,\n"
                + "carl,carl@shop.example,user,seven,Secret-Pass-1234\nSecret Pass 1234,,user,dora,\n");
        assertThat(result.count(State.BAD)).isEqualTo(4);
        assertThat(result.toString()).doesNotContain("1234");
        assertThat(home.audit.entries(Long.MAX_VALUE, 100, "1234")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "ann@", "@x.example", "a@b@c.example", "ann@x.example,eve@y.example", "Ann <ann@x.example>",
            "ann@x.example\r\nBcc: eve@y.example", "ann@ex\u00e4mple.example",
        "\u0430nn@x.example", "a b@x.example"})
    void anAddressIsOneAddress(String email) {
        assertThat(refusal(() -> home.people.add("ann", email, "user", Map.of(), Home.GOOD.toCharArray(), Home.OPS))).contains("e-mail address");
    }

    @Test
    void theSameImportAgainChangesNothing() throws EngineException {
        String text = "username,email,role,initial_password\nann,,user,seven green otters\nbob,,user,seven green otters\n";
        assertThat(imported(text).count(State.ADDED)).isEqualTo(2);
        assertThat(imported(text).count(State.THERE_ALREADY)).isEqualTo(2);
    }

    @Test
    void aFileWithoutItsHeaderIsRefusedAndNoWordOfItShown() {
        for (String text : List.of("", "ann,ann@shop.example,user,Secret-Pass-1234",
                "username;email;role;initial_password\nann;;user;Secret-Pass-1234",
                "username,email,role,initial_password,role\n", "username,email,role,initial_password,Secret-Pass\n",
                "username,email,role\nann,,user")) {
            assertThat(refusal(() -> imported(text))).isNotEmpty().doesNotContain("1234");
        }
    }

    @Test
    void longLinesAndLongFilesAreBounded() throws EngineException {
        Imported result = imported("username,email,role,initial_password\nann,,user," + "x".repeat(20_000) + "\nbob,,user,\"" + "y".repeat(20_000)
                + "\"\ncarl,,user,seven green otters\n");
        assertThat(result.rows()).extracting(row -> row.line() + " " + row.state()).containsExactly("2 BAD", "3 BAD", "4 ADDED");
        assertThat(refusal(() -> imported("username,email,role,initial_password\n" + "\n".repeat(17_000_000)))).contains("split");
    }

    // ---- demo ----

    @Test
    void theDemoHasItsAccountsAndNoOtherHomeHas() throws EngineException {
        assertThat(home.signIn("admin", "admin123")).isInstanceOf(Outcome.Refused.class);
        try (Home demo = new Home(folder.resolve("demo"), true, new Home.Hands(), new Passwords(Home.CHEAP, Duration.ofSeconds(1)))) {
            assertThat(demo.people.none()).isFalse();
            assertThat(demo.people.all()).extracting(Person::username, Person::role, person -> person.attributes().get("sales_user_id"),
                    Person::mustChange)
                    .containsExactly(tuple("admin", "admin", "1", false), tuple("manager", "manager", "2", false),
                            tuple("user", "user", "3", false));
            for (String name : List.of("admin", "manager", "user")) {
                assertThat(demo.signIn(name, name + "123")).isInstanceOf(Outcome.In.class);
            }
            long user = demo.people.named("user").orElseThrow().id();
            demo.people.changePassword(user, "user123".toCharArray(), Home.GOOD.toCharArray(), null, Home.ANN);
            demo.restart();
            assertThat(demo.people.all()).hasSize(3);
            assertThat(demo.signIn("user", Home.GOOD)).isInstanceOf(Outcome.In.class);
        }
        try (Home moved = new Home(folder.resolve("demo"))) {
            assertThat(moved.signIn("admin", "admin123")).isInstanceOf(Outcome.Refused.class);
            assertThat(moved.signIn("user", Home.GOOD)).isInstanceOf(Outcome.In.class);
        }
    }

    @Test
    void noIdIsGivenTwiceAndAllIsThereAfterARestart() throws EngineException {
        Person ann = home.people.add("ann", "ann@shop.example", "manager", Map.of("region", "north"), Home.GOOD.toCharArray(), Home.OPS);
        home.restart();
        assertThat(home.people.person(ann.id())).contains(ann);
        assertThat(home.add("bob", "user").id()).isGreaterThan(ann.id());
        assertThat(home.people.all()).extracting(Person::username).containsExactly("ann", "bob");
    }

    @Test
    void allIsInMemoryWhereTheHomeIs() throws EngineException {
        try (Home memory = new Home(null); Home another = new Home(null)) {
            memory.add("ann", "admin");
            assertThat(memory.signIn("ann", Home.GOOD)).isInstanceOf(Outcome.In.class);
            assertThat(another.people.none()).isTrue();
            assertThat(memory.audit.verify().faults()).isEmpty();
        }
    }
}
