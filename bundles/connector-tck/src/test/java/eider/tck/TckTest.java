package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar from outside, the example of docs/connectors.md, is compiled, packed and tested by the command, as its author would do it. */
class TckTest {
    private static final Path EXAMPLE = Path.of("../../docs/examples/stall-connector").toAbsolutePath().normalize();
    private static final String SOURCE = "com/acme/stall/StallSource.java";

    @TempDir
    private Path folder;

    /** What the command said. */
    private record Said(int code, String text) {}

    @Test
    void aJarFromOutsideKeepsTheContract() throws Exception {
        Said said = tck(jar("good", "", ""), "com.acme.stall.StallContract", "--module", EXAMPLE.toString());
        assertThat(said.text).contains("kept       S1: ", "kept       S11: the canonical tables come to the totals", "kept       S13: ",
                "kept       S10: ")
                .contains("opted out  S6: 401, 429", "the connector lacks HTTP, and that was proved",
                        "opted out  S14: what is counted", "the connector lacks COUNTS, and that was proved")
                .contains("kept       S7: a planted secret", "the connector lacks SECRETS, and that was proved")
                .contains("kept: S1, S2, S3, S4, S5, S7, S8, S9, S10, S11, S13, S15").doesNotContain("BROKEN", "not run");
        assertThat(said.code).isZero();
    }

    @Test
    void aPlantedFaultIsFoundAndItsClauseNamed() throws Exception {
        Path jar = jar("skipping", "new Cursor(Long.toString(number))", "new Cursor(Long.toString(number + 2))");
        Said said = tck(jar, "com.acme.stall.StallContract", "--module", EXAMPLE.toString(), "--only", "S2,S3,S11");
        assertThat(said.text).contains("BROKEN     S3: a read that stops after any checkpoint",
                "tables after a stop at checkpoint 1 of 10 of 'sales', cursor 102")
                .contains("kept       S2: ");
        assertThat(said.code).isEqualTo(1);
    }

    @Test
    void aConfigurationFileIsEnoughForAFirstLook() throws Exception {
        Path book = Files.writeString(folder.resolve("book.txt"),
                "1;2026-01-01;Apples;2;5.00\n2;2026-01-01;Pears;1;3.00\n3;2026-01-02;Pears;1;3.00\n");
        Path config = Files.writeString(folder.resolve("stall~look.cfg"), "file = " + book + "\npage = 1\n");
        Said said = tck(jar("good", "", ""), "--config", config.toString(), "--lacks", "HTTP,SECRETS,WEBHOOKS,COUNTS", "--module", EXAMPLE.toString());
        assertThat(said.text).contains("kept       S2: ", "kept       S3: a read that stops after any checkpoint", "kept       S10: ")
                .contains("not run    S13: ", "not run    S11: the canonical tables come to the totals", "which a configuration file cannot give")
                .contains("kept       S11: each model gives columns of its canonical table").doesNotContain("BROKEN");
        assertThat(said.code).as("what was not run is not kept").isEqualTo(1);
    }

    @Test
    void wrongUsageIsSaidInASentence() throws Exception {
        Said nowhere = tck(folder.resolve("none.jar"), "com.acme.stall.StallContract");
        assertThat(nowhere.code).isEqualTo(2);
        assertThat(nowhere.text).startsWith("There is no file " + folder.resolve("none.jar"));
        Said nobody = tck(jar("good", "", ""), "com.acme.stall.NoContract");
        assertThat(nobody.code).isEqualTo(2);
        assertThat(nobody.text).startsWith("There is no contract com.acme.stall.NoContract");
    }

    /** Compiles the example, with one text of its source in the place of another, and packs it as its bnd.bnd says. */
    private Path jar(String name, String text, String other) throws Exception {
        Path sources = copied(EXAMPLE.resolve("src"), folder.resolve(name));
        String source = Files.readString(sources.resolve(SOURCE));
        assertThat(source).as("the text that the fault takes the place of").contains(text);
        Files.writeString(sources.resolve(SOURCE), text.isEmpty() ? source : source.replace(text, other));
        Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
        compile(sources, classes, System.getProperty("java.class.path"));
        Files.copy(sources.resolve("com/acme/stall/sales.sql"), classes.resolve("com/acme/stall/sales.sql"));
        Path jar = folder.resolve(name + ".jar");
        try (Builder builder = new Builder()) {
            builder.setProperties(EXAMPLE.resolve("bnd.bnd").toFile());
            builder.addClasspath(classes.toFile());
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (new File(entry).exists()) {
                    builder.addClasspath(new File(entry));
                }
            }
            Jar built = builder.build();
            assertThat(builder.getErrors()).as("errors of bnd").isEmpty();
            built.write(jar.toFile());
        }
        return jar;
    }

    private static Path copied(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return to;
    }

    private static void compile(Path sources, Path classes, String classPath) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(List.of("--release", "21", "-proc:none", "-cp", classPath, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> arguments.add(file.toString()));
        }
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).as("exit code of the compiler").isZero();
    }

    /** Runs the command in a JVM of its own, with the contract and without the connector on its class path. */
    private Said tck(Path jar, String... arguments) throws Exception {
        Path contract = folder.resolve("contract");
        if (!Files.exists(contract)) {
            compile(EXAMPLE.resolve("contract"), Files.createDirectories(contract), System.getProperty("java.class.path"));
        }
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path") + File.pathSeparator
                + contract,
                Tck.class.getName(), jar.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(8, TimeUnit.MINUTES)).as("the command ended within eight minutes").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Said(process.exitValue(), Files.readString(output));
    }
}
