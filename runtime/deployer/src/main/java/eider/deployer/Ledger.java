package eider.deployer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is installed and which files were seen, written down in the deployer's data area so that the next start need not install and read
 * everything again. Each change is on disk before the call returns.
 */
final class Ledger {
    private static final String INSTALLED = "installed/";
    private static final String SEEN = "seen/";

    /** What is installed under a symbolic name: which bytes, from which file. */
    record Entry(String sha256, Path file) {}

    private final Path file;
    private final Properties lines = new Properties();

    Ledger(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                lines.load(in);
            }
        }
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (String key : lines.stringPropertyNames()) {
            if (key.startsWith(INSTALLED)) {
                names.add(key.substring(INSTALLED.length()));
            }
        }
        return names;
    }

    Optional<Entry> installed(String name) {
        return Optional.ofNullable(lines.getProperty(INSTALLED + name)).map(line -> new Entry(line.substring(0, 64), Path.of(line.substring(65))));
    }

    void installed(String name, Entry entry) throws IOException {
        put(INSTALLED + name, entry.sha256() + " " + entry.file());
    }

    void forget(String name) throws IOException {
        if (lines.remove(INSTALLED + name) != null) {
            write();
        }
    }

    /** The SHA-256 of a file that was read when it had this stamp. */
    Optional<String> seen(Path path, Stamp stamp) {
        return Optional.ofNullable(lines.getProperty(SEEN + path)).filter(line -> line.substring(65).equals(stamp.text()))
            .map(line -> line.substring(0, 64));
    }

    void seen(Path path, Stamp stamp, String sha256) throws IOException {
        put(SEEN + path, sha256 + " " + stamp.text());
    }

    void gone(Path path) throws IOException {
        if (lines.remove(SEEN + path) != null) {
            write();
        }
    }

    private void put(String key, String line) throws IOException {
        if (!line.equals(lines.setProperty(key, line))) {
            write();
        }
    }

    private void write() throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try (OutputStream out = Files.newOutputStream(next)) {
            lines.store(out, null);
        }
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
