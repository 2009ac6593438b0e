package eider;

import eider.engine.EngineException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jars that Eider consists of: in the folder of an unpacked distribution, or inside a jar on the host's class path.
 *
 * <p>Bundles lie in folders whose name begins with their start level, {@code 1-services} to {@code 4-pages}; the rest of the name says what they are.
 *
 * @param stages the bundles by start level
 * @param plugins the folder of the connector jars that come with it; those of a home are taken in beside them
 * @param samples where the sample configurations lie; null if there are none
 * @param signature changes when a bundle does
 */
record Distribution(List<Stage> stages, Path plugins, Path samples, String signature) {
    /** Set by the {@code eider} script: the folder of the distribution. */
    static final String FOLDER = "eider.distribution";
    private static final String RESOURCES = "META-INF/eider/";

    /** The bundles of one start level. */
    record Stage(int level, String name, List<Path> bundles) {}

    static Distribution in(Path folder) throws EngineException {
        try {
            return read(folder.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw new EngineException("The distribution in " + folder + " cannot be read (" + e.getMessage() + "). Unpack it again.", e);
        }
    }

    /** Unpacks the jars that lie inside the class path into {@code target}, unless the same ones are there already. */
    static Distribution fromClassPath(Path target) throws EngineException {
        URL index = Distribution.class.getClassLoader().getResource(RESOURCES + "index.txt");
        if (index == null) {
            throw new EngineException(
                "Eider's bundles are not on the class path. Add the artifact eider:eider-embedded to the program's dependencies.");
        }
        try {
            List<String> lines;
            try (BufferedReader in = new BufferedReader(new InputStreamReader(index.openStream(), StandardCharsets.UTF_8))) {
                lines = in.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
            }
            // The first line sums up the content of all jars, so equal indexes mean equal jars; the others name the jars.
            Path marker = target.resolve("index.txt");
            String wanted = String.join("\n", lines);
            if (!Files.exists(marker) || !Files.readString(marker).equals(wanted)) {
                Files.deleteIfExists(marker);
                Folders.delete(target);
                for (String name : lines.subList(1, lines.size())) {
                    unpack(name, target);
                }
                Files.writeString(marker, wanted);
            }
            return read(target);
        } catch (IOException e) {
            throw new EngineException("Eider's bundles could not be unpacked to " + target + " (" + e.getMessage() + ").", e);
        }
    }

    private static void unpack(String name, Path target) throws IOException {
        Path file = target.resolve(name).normalize();
        if (!file.startsWith(target)) {
            throw new IOException("the index names " + name + ", outside of its folder");
        }
        Files.createDirectories(file.getParent());
        try (InputStream in = Distribution.class.getClassLoader().getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            Files.copy(in, file);
        }
    }

    private static Distribution read(Path folder) throws IOException {
        StringBuilder signature = new StringBuilder();
        List<Stage> stages = new ArrayList<>();
        Path bundles = Files.isDirectory(folder.resolve("lib/bundles")) ? folder.resolve("lib/bundles") : folder.resolve("bundles");
        for (Path stage : list(bundles)) {
            String name = stage.getFileName().toString();
            int dash = name.indexOf('-');
            if (dash < 1) {
                continue;
            }
            List<Path> jars = jars(stage);
            for (Path jar : jars) {
                signature.append(jar).append(' ').append(Files.size(jar)).append(' ').append(Files.getLastModifiedTime(jar).toMillis()).append('\n');
            }
            stages.add(new Stage(Integer.parseInt(name.substring(0, dash)), name.substring(dash + 1), jars));
        }
        if (stages.isEmpty()) {
            throw new IOException("no bundles in " + bundles);
        }
        Path samples = folder.resolve("config");
        return new Distribution(List.copyOf(stages), folder.resolve("plugins"),
            Files.isDirectory(samples) ? samples : null, signature.toString());
    }

    private static List<Path> jars(Path folder) throws IOException {
        return list(folder).stream().filter(file -> file.toString().endsWith(".jar")).toList();
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
