package eider;

import eider.engine.EngineException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that holds everything of one installation.
 *
 * @param root absolute, links resolved
 */
record Home(Path root) {
    private static final List<String> OPEN_FOLDERS = List.of("config", "plugins", "inbox", "backups", "logs");
    /** The sample that is made active in a new home, so that a file dropped into {@code inbox/} can be synced at once. */
    private static final String FIRST_CONFIGURATION = "files~inbox.cfg";
    private static final String SAMPLE = ".sample";

    /**
     * Makes what is missing of a home. One that was never started gets the sample configurations beside its own.
     *
     * @param samples a folder with {@code *.cfg.sample}; null if there are none
     */
    static Home open(Path folder, Path samples) throws EngineException {
        Path root = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            Home home = new Home(root.toRealPath());
            for (String name : OPEN_FOLDERS) {
                Files.createDirectories(home.root.resolve(name));
            }
            if (!Files.isDirectory(home.data())) {
                if (samples != null) {
                    home.copy(samples);
                }
                createPrivate(home.data());
            }
            if (!Files.isWritable(home.data()) || !Files.isWritable(home.logs())) {
                throw notWritable(root, null);
            }
            return home;
        } catch (FileAlreadyExistsException e) {
            throw new EngineException(
                "A file stands where a folder of the home is needed: " + e.getFile() + ". Move it away, or choose another folder with --home.", e);
        } catch (IOException e) {
            throw notWritable(root, e);
        }
    }

    private static EngineException notWritable(Path root, IOException cause) {
        return new EngineException("The home " + root + " cannot be written"
            + (cause == null ? "" : " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")")
            + ". Give this user the right to, or choose another folder with --home.", cause);
    }

    private void copy(Path samples) throws IOException {
        boolean configured;
        try (Stream<Path> present = Files.list(config())) {
            configured = present.anyMatch(file -> file.toString().endsWith(".cfg"));
        }
        if (!Files.isDirectory(samples) || Files.isSameFile(samples, config())) {
            return;
        }
        List<Path> files;
        try (Stream<Path> list = Files.list(samples)) {
            files = list.filter(file -> file.toString().endsWith(SAMPLE)).toList();
        }
        for (Path sample : files) {
            String name = sample.getFileName().toString();
            if (!Files.exists(config().resolve(name))) {
                Files.copy(sample, config().resolve(name));
            }
            if (!configured && name.equals(FIRST_CONFIGURATION + SAMPLE)) {
                Files.copy(sample, config().resolve(FIRST_CONFIGURATION));
            }
        }
    }

    /** A folder that only its owner can enter, where the file system knows owners. */
    private static void createPrivate(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            // The process's umask may have taken more away.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } else {
            Files.createDirectory(folder);
        }
    }

    Path config() {
        return root.resolve("config");
    }

    Path plugins() {
        return root.resolve("plugins");
    }

    Path data() {
        return root.resolve("data");
    }

    Path logs() {
        return root.resolve("logs");
    }

    /**
     * Whether made-up sales live here. A home becomes a demo before anything is in it and stays one for good, so that made-up and real sales never
     * mix.
     *
     * @param wanted whether it shall become one
     * @throws EngineException if it shall, and holds data of its own
     */
    boolean demo(boolean wanted) throws EngineException, IOException {
        Path mark = data().resolve("demo");
        if (Files.exists(mark)) {
            return true;
        }
        if (wanted && Files.exists(data().resolve("eider.duckdb"))) {
            throw new EngineException(
                "The home " + root + " has a database of its own already, so it cannot become a demo. Choose a new folder with --home.");
        }
        if (wanted) {
            Files.writeString(mark, "This home holds made-up sales. It cannot become a real one: start Eider on another.\n");
        }
        return wanted;
    }

    Path lock() {
        return data().resolve("eider.lock");
    }

    Path cache() {
        return data().resolve("cache");
    }

    /** Where a command finds the running server and the right to talk to it. */
    Path commandFile() {
        return data().resolve("command.properties");
    }
}
