package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.people.Audit.Entry;
import eider.people.Person;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledTest {
    @TempDir
    private Path folder;

    /** Kills a child process by SIGKILL after so many lines, and gives the lines. */
    private List<String> killedAfter(int lines, int round) throws IOException, InterruptedException {
        Process child = child(round);
        List<String> said = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null) {
                said.add(line);
                if (said.size() == lines) {
                    // not by the process itself, which would close its output before all is read
                    child.toHandle().destroyForcibly();
                }
                line = out.readLine();
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        return said;
    }

    @Test
    void aProcessThatIsKilledLeavesAccountsAndTrailWhole() throws Exception {
        List<String> said = new ArrayList<>();
        int round = 0;
        for (int lines : new int[] {1, 40, 101, 222}) {
            List<String> now = killedAfter(lines, round++);
            assertThat(now).hasSizeGreaterThanOrEqualTo(lines);
            said.addAll(now);
            try (House house = new House(folder.resolve("data"), false, InstantSource.system(), new Passwords(Home.CHEAP, Duration.ofSeconds(1)))) {
                check(house, said);
            }
        }
    }

    @Test
    void aFileThatAnotherProcessHasOpenIsToldAndLeftAlone() throws Exception {
        Process child = child(0);
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
                House house = new House(folder.resolve("data"), false, InstantSource.system(), new Passwords(Home.CHEAP, Duration.ofSeconds(1)))) {
            String line = out.readLine();
            while (line != null && !line.startsWith("added ")) {
                line = out.readLine();
            }
            assertThat(line).isNotNull();
            assertThatThrownBy(house::vault).hasMessageContaining("in use by another process");
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private Process child(int round) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx128m", "-XX:+UseSerialGC", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), Changes.class.getName(), folder.resolve("data")
                .toString(), Integer.toString(round)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void check(House house, List<String> said) throws Exception {
        AuditService audit = new AuditService(house);
        assertThat(audit.verify().faults()).isEmpty();
        List<Entry> entries = audit.entries(Long.MAX_VALUE, 10_000, "");
        Map<String, Person> people = new PeopleService(house).all().stream().collect(Collectors.toMap(Person::username, person -> person));
        // what was said to be done is done
        for (String line : said) {
            if (line.startsWith("added ")) {
                assertThat(people).containsKey(line.substring(6));
            } else if (line.startsWith("changed ")) {
                assertThat(people.get(line.substring(8)).role()).isEqualTo("admin");
                assertThat(people.get(line.substring(8)).attributes()).containsKey("more");
            }
        }
        String last = said.stream().filter(line -> line.startsWith("in ")).reduce((first, second) -> second).orElse(null);
        if (last != null) {
            assertThat(new SignInService(house).session(last.substring(3))).isPresent();
        }
        // and each change is there with its entry, or neither is
        for (Person person : people.values()) {
            List<String> actions = entries.stream().filter(entry -> entry.object().equals("person " + person.username())).map(Entry::action).toList();
            assertThat(actions.stream().filter("person.add"::equals)).as(person.username()).hasSize(1);
            assertThat(actions.contains("attributes.change")).isEqualTo(person.attributes().containsKey("more"));
            assertThat(actions.contains("sign-in")).isEqualTo(person.lastSignIn() != null);
        }
        assertThat(entries.stream().filter(entry -> entry.action().equals("person.add"))).hasSize(people.size());
    }
}
