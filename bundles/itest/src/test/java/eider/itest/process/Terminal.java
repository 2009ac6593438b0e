package eider.itest.process;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the distribution's script on one home, and ends whatever it started. */
final class Terminal implements AutoCloseable {
    private static final Path SCRIPT = Path.of(System.getProperty("eider.itest.distribution"), "eider");
    private static final Pattern READY = Pattern.compile("Ready after .*: (http://127\\.0\\.0\\.1:\\d+)/");

    private final Path home;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private int count;

    /** @param folder for the output of what runs; the home is a folder in it */
    Terminal(Path folder) {
        this(folder, folder.resolve("home"));
    }

    Terminal(Path folder, Path home) {
        this.folder = folder;
        this.home = home;
    }

    /** What a command said, and how it ended. */
    record Said(int exit, String out, String err) {}

    /** A running server. */
    record Running(Process process, URI address, Path out, Path err) {
        String said() throws IOException {
            return Files.readString(out);
        }
    }

    Path home() {
        return home;
    }

    Path log() {
        return home.resolve("logs/eider.log");
    }

    /** Runs a command to its end. */
    Said run(String... words) throws Exception {
        Path out = folder.resolve("out" + ++count);
        Path err = folder.resolve("err" + count);
        Process process = begin(out, err, words);
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            throw new AssertionError(String.join(" ", words) + " did not end: " + Files.readString(out) + Files.readString(err));
        }
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts the server and returns when it says that it is ready. */
    Running start(String... more) throws Exception {
        Path out = folder.resolve("out" + ++count);
        Path err = folder.resolve("err" + count);
        List<String> words = new ArrayList<>(List.of("start", "--port", "0"));
        words.addAll(List.of(more));
        Process process = begin(out, err, words.toArray(String[]::new));
        Instant late = Instant.now().plus(Duration.ofSeconds(90));
        while (true) {
            Matcher ready = READY.matcher(Files.readString(out));
            if (ready.find()) {
                return new Running(process, URI.create(ready.group(1)), out, err);
            }
            if (!process.isAlive() || Instant.now().isAfter(late)) {
                throw new AssertionError("the server did not start: " + Files.readString(out) + Files.readString(err));
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private Process begin(Path out, Path err, String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of("bash", SCRIPT.toString(), "--home", home.toString()));
        line.addAll(List.of(words));
        Process process = new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        processes.add(process);
        return process;
    }

    /** Waits until the log holds this text. */
    String awaitLog(String text) throws Exception {
        Instant late = Instant.now().plus(Duration.ofSeconds(20));
        while (true) {
            String log = Files.exists(log()) ? Files.readString(log(), StandardCharsets.UTF_8) : "";
            if (log.contains(text)) {
                return log;
            }
            if (Instant.now().isAfter(late)) {
                throw new AssertionError("the log never said '" + text + "': " + log);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }
}
