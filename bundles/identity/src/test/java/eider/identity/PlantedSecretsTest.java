package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import eider.engine.EngineException;
import eider.people.Permission;
import eider.people.SignIns.Outcome;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Does everything with secrets that are known here, then looks for them everywhere. */
class PlantedSecretsTest {
    @TempDir
    private Path folder;

    @Test
    void noSecretIsInAnyFileNorInTheLogNorInTheTrail() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.ALL);
        List<String> secrets = new ArrayList<>();
        try (Home home = new Home(folder.resolve("data"))) {
            everything(home, secrets);
            home.audit.entries(Long.MAX_VALUE, 10_000, "").forEach(entry -> assertThat(secrets).noneMatch(entry.toString()::contains));
            assertThat(home.audit.entries(Long.MAX_VALUE, 10_000, "")).hasSizeGreaterThan(15);
            search(secrets);
        } finally {
            root.detachAppender(log);
            root.setLevel(level);
        }
        search(secrets);
        assertThat(log.list).allSatisfy(event -> assertThat(secrets).noneMatch(event.getFormattedMessage()::contains));
        // a control: what is no secret is found by the same look
        assertThat(found(List.of("ann@shop.example", "sales_user_id"))).hasSize(2);
    }

    private static void everything(Home home, List<String> secrets) throws EngineException {
        String first = "planted-first-password";
        String second = "planted-second-password";
        String third = "planted-third-password";
        String wrong = "planted-wrong-password";
        secrets.addAll(List.of(first, second, third, wrong));
        secrets.add(home.people.setUpLink(Home.OPS));
        String link = home.people.setUpLink(Home.OPS);
        long ann = home.people.setUp(link, "ann", "ann@shop.example", first.toCharArray(), Home.ANN).id();
        Outcome.In in = home.in("ann", first);
        home.signIn("ann", wrong);
        home.signIn(wrong, wrong);
        home.people.importFrom(new StringReader("username,email,role,initial_password,sales_user_id\nbob,,user," + third + ",7\ncarl,,boss," + third
                + ",7\n" + third + " x,,user,"
                + third + ",\n\"" + third + "\n"), Home.OPS);
        home.people.changePassword(ann, first.toCharArray(), second.toCharArray(), in.session().id(), Home.ANN);
        String reset = home.people.resetLink("bob", Home.OPS);
        home.people.reset(reset, second.toCharArray(), Home.ANN);
        var token = home.signIns.newToken(ann, "reports", Set.of(Permission.SQL), Duration.ofDays(1), Home.ANN);
        home.signIns.token(token.secret());
        var factor = home.signIns.secondFactor(ann);
        byte[] plain = home.house.vault().read(sql -> sql.one("SELECT secret FROM factor", row -> row.getBytes(1))).orElseThrow();
        byte[] opened = home.house.keys().decrypt(plain, ann);
        List<String> codes = home.signIns.confirmSecondFactor(ann, Totp.code(opened, Totp.step(home.clock.millis()), 6), Home.ANN);
        home.clock.pass(Duration.ofMinutes(5));
        String ticket = ((Outcome.CodeWanted) home.signIn("ann", second)).ticket();
        home.signIns.code(ticket, "999999", Home.ANN);
        Outcome.In again = (Outcome.In) home.signIns.code(ticket, codes.getFirst(), Home.ANN);
        home.people.add("dora", "", "user", Map.of(), third.toCharArray(), Home.OPS);
        secrets.addAll(List.of(link, reset, in.secret(), again.secret(), ticket, token.secret(), token.secret().substring(6), factor.secret()));
        secrets.add(new String(opened, StandardCharsets.ISO_8859_1));
        for (String code : codes) {
            secrets.add(code);
            secrets.add(code.replace("-", ""));
        }
        secrets.add(HexFormat.of().formatHex(opened));
    }

    private void search(List<String> secrets) throws IOException {
        assertThat(found(secrets)).isEmpty();
    }

    /** Which of these stand in a file, as bytes or with two bytes for each character. */
    private List<String> found(List<String> sought) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String one : sought) {
                    if (content.contains(one) || content.contains(new String(one.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.ISO_8859_1))) {
                        found.add(one);
                    }
                }
            }
        }
        return found;
    }
}
