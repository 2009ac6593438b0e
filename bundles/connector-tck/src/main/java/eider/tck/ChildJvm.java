package eider.tck;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * Measures a contract in a fresh JVM with the class path of this one, where nothing else runs and the flags can be chosen.
 * Also the main class of that JVM.
 */
final class ChildJvm {
    /** What is measured there. Made by a constructor without parameters; its answer is one line. */
    @FunctionalInterface
    interface Measurement {
        String measure(SourceContract contract, Path home, int rows) throws Exception;
    }

    private static final String ANSWER = "answer: ";
    private static final String LEFT_OUT = "left out: ";
    private static final int MOST_LINES = 40;

    private ChildJvm() {}

    /**
     * Runs a measurement and returns its answer.
     *
     * @param contract a contract with a constructor without parameters
     * @param home an empty or missing folder
     */
    static String ask(Class<? extends Measurement> measurement, Class<? extends SourceContract> contract, Path home, int rows, String... flags)
            throws IOException, InterruptedException {
        Files.createDirectories(home);
        Path log = home.resolveSibling(home.getFileName() + ".log");
        Path arguments = home.resolveSibling(home.getFileName() + ".arguments");
        List<String> words = new ArrayList<>(Arrays.asList(flags));
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("eider.tck.")).sorted()
                .forEach(name -> words.add(quoted("-D" + name + "=" + System.getProperty(name))));
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                quoted(System.getProperty("java.class.path")), ChildJvm.class.getName(), measurement.getName(), contract.getName(),
                quoted(home.toString()), Integer.toString(rows)));
        Files.write(arguments, words);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments)
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                throw new AssertionError(measurement.getSimpleName() + " of " + rows + " rows took longer than 5 minutes");
            }
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        Optional<String> reason = lines.stream().filter(line -> line.startsWith(LEFT_OUT)).findFirst();
        if (reason.isPresent()) {
            throw new TestAbortedException(reason.get().substring(LEFT_OUT.length()));
        }
        return lines.stream().filter(line -> line.startsWith(ANSWER)).map(line -> line.substring(ANSWER.length())).findFirst()
                .orElseThrow(() -> new AssertionError(measurement.getSimpleName() + " of " + rows + " rows failed in a JVM of its own, exit code "
                        + process.exitValue() + ":\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()))));
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** In the child: {@code measurement, contract, home, rows}. Ends the JVM even where a connector left threads behind. */
    public static void main(String[] arguments) {
        int code = 0;
        try {
            Measurement measurement = (Measurement) make(arguments[0]);
            SourceContract contract = (SourceContract) make(arguments[1]);
            System.out.println(ANSWER + measurement.measure(contract, Path.of(arguments[2]), Integer.parseInt(arguments[3])));
        } catch (TestAbortedException e) {
            System.out.println(LEFT_OUT + e.getMessage());
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            code = 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static Object make(String name) throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }
}
