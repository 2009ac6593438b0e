package eider.kill;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * JVMs for one main class, small and quick to start, with this one's class path. DuckDB's stock jar unpacks its library of 72 MB into the temporary
 * folder in each process, which takes 0.4 s, and a process that is killed leaves it there: the children get a jar without the library, and the
 * library beside it. Folders of classes become jars, so that the JVM can keep an archive of what it parsed; the first child that ends by itself
 * writes it, and saves the later ones another 0.4 s (two busy cores).
 */
public final class ChildJvm {
    private static final String LIBRARY = "libduckdb_java.so_";

    private final Path folder;
    private final Class<?> main;
    private final String classPath;

    /** @param folder where the jars and the archive go; emptied by whoever made it */
    public ChildJvm(Path folder, Class<?> main) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.main = main;
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                entries.add(jarred(path, entries.size()).toString());
            } else {
                entries.add(path.getFileName().toString().startsWith("duckdb_jdbc") ? light(path).toString() : entry);
            }
        }
        classPath = String.join(File.pathSeparator, entries);
    }

    /** What starts the main class; its standard error goes where its output goes. */
    public ProcessBuilder with(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx256m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile="
                        + folder.resolve("classes.jsa"), "-Xlog:disable",
                "-Djava.library.path=" + folder, "-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private Path jarred(Path classes, int number) throws IOException {
        Path jar = folder.resolve("classes-" + number + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar)); Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private Path light(Path stock) throws IOException {
        Path light = folder.resolve("light-" + stock.getFileName());
        try (JarFile jar = new JarFile(stock.toFile())) {
            JarEntry library = jar.getJarEntry(LIBRARY + system() + "_" + machine());
            if (library == null) {
                return stock;
            }
            try (InputStream in = jar.getInputStream(library)) {
                Files.copy(in, folder.resolve(System.mapLibraryName("duckdb_java")), StandardCopyOption.REPLACE_EXISTING);
            }
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(light))) {
                for (JarEntry entry : jar.stream().filter(entry -> !entry.getName().startsWith("libduckdb_java")).toList()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream in = jar.getInputStream(entry)) {
                        in.transferTo(out);
                    }
                }
            }
        }
        return light;
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "macos" : name;
    }

    private static String machine() {
        return switch (System.getProperty("os.arch")) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            case String other -> other;
        };
    }
}
