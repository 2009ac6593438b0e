package eider.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script's own decisions: which JDK, whether to build, what to say. In a small checkout, with a {@code java} and a {@code mvn} that only tell
 * how they were called, so that
 * every case takes a moment. The real ones are in {@link ServerProcessTest}.
 */
@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ScriptTest {
    private static final Path SCRIPT = Path.of(System.getProperty("eider.itest.repository"), "eider");
    private static final List<String> TOOLS = List.of("bash", "sed", "find", "sort", "cksum", "dirname", "readlink",
        "head", "tail", "tee", "mkdir", "mv", "cat", "grep",
        "touch", "cut", "awk", "tr", "id", "env", "flock");

    @TempDir
    private Path folder;
    private Path checkout;
    private Path tools;
    private Path jdk;

    private record Said(int exit, String out, String err) {}

    @BeforeEach
    void aSmallCheckout() throws Exception {
        checkout = Files.createDirectories(folder.resolve("a checkout"));
        for (String source : new String[] {"bundles/core/src/main/Store.java", "bundles/core/src/test/StoreTest.java", "runtime/distribution/pom.xml",
                "pom.xml", "bnd.bnd",
                "config/log.cfg.sample", "plugins/README.md", ".mvn/jvm.config"}) {
            Files.createDirectories(checkout.resolve(source).getParent());
            old(Files.writeString(checkout.resolve(source), source));
        }
        old(Files.copy(SCRIPT, checkout.resolve("eider")));
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            for (String where : new String[] {"/usr/bin", "/bin"}) {
                if (Files.isExecutable(Path.of(where, tool))) {
                    program(tools.resolve(tool), "#!/bin/sh\nexec " + where + "/" + tool + " \"$@\"\n");
                }
            }
        }
        jdk = jdk("jdk", "21.0.2");
        program(tools.resolve("mvn"), """
            #!/usr/bin/env bash
            if [[ $1 == --version ]]; then echo "Apache Maven 3.8.7"; exit; fi
            echo "mvn $*" >> "$CALLS"
            echo "[INFO] Building Eider: core 1.0.0-SNAPSHOT          [1/1]"
            [[ -z ${FAILS:-} ]] || { echo "[ERROR] Store.java: ';' expected"; exit 1; }
            reports=$CHECKOUT/bundles/core/target/surefire-reports
            mkdir -p "$CHECKOUT/runtime/distribution/target/eider/lib" "$reports"
            echo '<testsuite name="a" time="1" tests="7" errors="1" skipped="2" failures="1">' > "$reports/TEST-a.xml"
            [[ -n ${RED:-} ]] ||
                echo '<testsuite name="a" time="1" tests="7" errors="0" skipped="2" failures="0">' > "$reports/TEST-a.xml"
            echo "[INFO] BUILD SUCCESS"
            """);
    }

    @Test
    void buildsOnFirstUseAndNotAgain() throws Exception {
        Said first = eider(Map.of(), "status");
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.err()).contains("the first time takes some minutes").contains("core");
        assertThat(first.out()).contains("java of jdk").contains("-jar").endsWith(" status\n");
        assertThat(calls()).singleElement().asString().contains("package -pl runtime/distribution -am");
        assertThat(eider(Map.of(), "status").err()).isEmpty();
        assertThat(calls()).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceWasChangedAddedOrRemoved() throws Exception {
        eider(Map.of(), "status");
        Path source = checkout.resolve("bundles/core/src/main/Store.java");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
        assertThat(eider(Map.of(), "status").err()).contains("because its sources changed");
        assertThat(calls()).hasSize(2);
        old(source);
        old(Files.writeString(checkout.resolve("bundles/core/src/main/Older.java"), "moved here, with an old time"));
        eider(Map.of(), "status");
        assertThat(calls()).hasSize(3);
        Files.delete(checkout.resolve("bundles/core/src/main/Older.java"));
        eider(Map.of(), "status");
        assertThat(calls()).hasSize(4);
    }

    @Test
    void testsConfigurationAndWhatWasBuiltAreNoSources() throws Exception {
        eider(Map.of(), "status");
        for (String other : new String[] {"bundles/core/src/test/StoreTest.java", "bundles/core/target/classes", "config/files~inbox.cfg",
                "plugins/mine.jar", "data/eider.lock"}) {
            Files.createDirectories(checkout.resolve(other).getParent());
            Files.writeString(checkout.resolve(other), "new");
            Files.setLastModifiedTime(checkout.resolve(other), FileTime.from(Instant.now().plusSeconds(5)));
        }
        eider(Map.of(), "status");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void aBuildThatFailsSaysWhyAndIsTriedAgain() throws Exception {
        Said failed = eider(Map.of("FAILS", "yes"), "status");
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err()).contains("Store.java: ';' expected").contains("could not be built");
        assertThat(failed.out()).isEmpty();
        assertThat(eider(Map.of(), "status").exit()).isZero();
        assertThat(calls()).hasSize(2);
    }

    @Test
    void aJavaHomeThatIsTooOldIsPassedOver() throws Exception {
        Path old = jdk("old", "17.0.15");
        Files.createSymbolicLink(tools.resolve("java"), jdk.resolve("bin/java"));
        assertThat(eider(Map.of("JAVA_HOME", old.toString()), "status").out()).contains("java of jdk");
        Path newer = jdk("newer", "25");
        assertThat(eider(Map.of("JAVA_HOME", newer.toString()), "status").out()).contains("java of newer");
    }

    @Test
    void missingOrOldMavenIsOneSentence() throws Exception {
        program(tools.resolve("mvn"), "#!/bin/sh\necho 'Apache Maven 3.6.3'\n");
        assertThat(eider(Map.of(), "status").err()).contains("Maven 3.8 or newer").contains("3.6");
        Files.delete(tools.resolve("mvn"));
        Said missing = eider(Map.of(), "status");
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err().lines()).singleElement().asString().contains("Maven 3.8 or newer: install it");
    }

    @Test
    void testsEndWithOneLineOfCountsAndTheRightExitCode() throws Exception {
        Files.createSymbolicLink(tools.resolve("chromium"), tools.resolve("bash"));
        Said green = eider(Map.of(), "test");
        assertThat(green.out()).contains("core").containsPattern("total \\d+ s\n").endsWith("5 passed, 0 failed, 2 skipped\n");
        assertThat(green.exit()).isZero();
        Said red = eider(Map.of("RED", "yes"), "test");
        assertThat(red.out()).endsWith("3 passed, 2 failed, 2 skipped\n");
        assertThat(red.exit()).isEqualTo(1);
        Said broken = eider(Map.of("FAILS", "yes"), "test");
        assertThat(broken.out()).contains("';' expected").endsWith("0 passed, 0 failed, 0 skipped\n");
        assertThat(broken.exit()).isEqualTo(1);
    }

    @Test
    void anUnpackedDistributionIsNeverBuiltAndKeepsItsHomeBesideIt() throws Exception {
        Path unpacked = Files.createDirectories(folder.resolve("opt/eider"));
        Files.copy(SCRIPT, unpacked.resolve("eider"));
        Said said = run(unpacked.resolve("eider"), Map.of(), "--home", "elsewhere", "plugins");
        assertThat(said.out()).contains("-Deider.home=" + folder.toRealPath().resolve("opt/eider-home")).endsWith(" --home elsewhere plugins\n");
        assertThat(folder.resolve("calls")).doesNotExist();
        assertThat(run(unpacked.resolve("eider"), Map.of(), "test").err()).contains("source repository");
    }

    private Said eider(Map<String, String> environment, String... words) throws Exception {
        return run(checkout.resolve("eider"), environment, words);
    }

    private Said run(Path script, Map<String, String> environment, String... words) throws Exception {
        List<String> line = new java.util.ArrayList<>(List.of(tools.resolve("bash").toString(), script.toString()));
        line.addAll(List.of(words));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", tools.toString(), "JAVA_HOME", jdk.toString(), "CALLS",
            folder.resolve("calls").toString(), "CHECKOUT", checkout.toString()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    private Path jdk(String name, String version) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(made.resolve("bin"));
        Files.writeString(made.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        program(made.resolve("bin/java"), "#!/bin/sh\necho \"java of " + name + " $*\"\n");
        program(made.resolve("bin/javac"), "#!/bin/sh\nexit 1\n");
        return made;
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path old(Path file) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
    }
}
