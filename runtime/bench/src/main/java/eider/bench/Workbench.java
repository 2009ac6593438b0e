package eider.bench;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The distribution that is measured, and a folder for what that needs; everything in the folder goes when this is closed. */
final class Workbench implements AutoCloseable {
    private static final long LONGEST_COMMAND_MINUTES = 30;

    private final Path distribution;
    private final Path scratch;

    /** @param scratch an empty folder on the disk that is to be measured */
    Workbench(Path distribution, Path scratch) {
        this.distribution = distribution;
        this.scratch = scratch;
    }

    Path distribution() {
        return distribution;
    }

    /** A folder that does not exist yet. */
    Path fresh(String name) throws IOException {
        Path folder = scratch.resolve(name);
        delete(folder);
        return folder;
    }

    /** Where files are kept from one run to the next. */
    static Path cache() throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        return Files.createDirectories((cache == null || cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
                .resolve("eider-bench"));
    }

    /** Keeps the log of the last server for the person who looks for what went wrong; empty where there is none. */
    Optional<Path> keepLog() throws IOException {
        Path log = scratch.resolve("home/logs/eider.log");
        return Files.exists(log) ? Optional.of(Files.copy(log, cache().resolve("failed.log"), StandardCopyOption.REPLACE_EXISTING))
                : Optional.empty();
    }

    /** Lets a home have a file without copying it, where that is possible. */
    static void put(Path file, Path as) throws IOException {
        try {
            Files.createLink(as, file);
        } catch (FileSystemException otherDisk) {
            Files.copy(file, as);
        }
    }

    /** A server of this distribution, ready. */
    Server start(Path home) throws IOException, InterruptedException {
        return Server.start(distribution.resolve("eider"), home);
    }

    /** The same distribution without its connectors: the libraries are linked, not copied. */
    Path withoutConnectors() throws IOException {
        Path bare = Files.createDirectories(fresh("distribution"));
        Files.copy(distribution.resolve("eider"), bare.resolve("eider"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createSymbolicLink(bare.resolve("lib"), distribution.resolve("lib"));
        Files.createSymbolicLink(bare.resolve("config"), distribution.resolve("config"));
        Files.createDirectories(bare.resolve("plugins"));
        return bare;
    }

    /** The jar of the first connector. */
    Path connector() throws IOException {
        try (Stream<Path> jars = Files.list(distribution.resolve("plugins"))) {
            return jars.filter(jar -> jar.getFileName().toString().matches(".*connector-files.*\\.jar")).findFirst()
                    .orElseThrow(() -> new IOException("there is no connector-files jar in " + distribution.resolve("plugins")));
        }
    }

    /** Runs a command of the script as a person would, and returns what it printed. */
    String eider(Path home, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(distribution.resolve("eider").toString(), "--home", home.toString()));
        command.addAll(Arrays.asList(words));
        return run(command);
    }

    /** Runs a main class of this program as a process of its own, and returns what it printed. */
    String java(Class<?> main, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx768m",
                // for those that carry Eider inside
                "-Deider.distribution=" + distribution, "-Djava.library.path=" + distribution.resolve("lib/native"),
                "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(Arrays.asList(words));
        return run(command);
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(scratch, "command", ".out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            if (!process.waitFor(LONGEST_COMMAND_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("'" + String.join(" ", command) + "' did not end within " + LONGEST_COMMAND_MINUTES + " minutes");
            }
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        Files.delete(output);
        if (process.exitValue() != 0) {
            throw new IOException("'" + String.join(" ", command) + "' failed (" + process.exitValue() + "): " + text.strip());
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        delete(scratch);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, IOException failure) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
