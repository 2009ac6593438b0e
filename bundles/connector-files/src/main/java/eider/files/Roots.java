package eider.files;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Options;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that match a path below the allowed roots. A link is followed to a file, never to a folder, and only where the file it leads to lies
 * below an allowed root too.
 */
final class Roots implements Finder {
    private static final Logger LOG = LoggerFactory.getLogger(Roots.class);
    /** Folders of the home that hold secrets, figures of other people, or code. */
    private static final List<String> FORBIDDEN = List.of("config", "data", "backups", "plugins", "logs");
    /** What programs call a file that they have not finished, or have open. */
    private static final Set<String> UNFINISHED = Set.of("part", "partial", "tmp", "temp", "crdownload", "download", "filepart", "swp", "lock",
            "lck");
    private static final int DEEPEST = 32;

    private final Path home;
    private final List<String> allowed;
    private final String path;

    Roots(Path home, List<String> allowed, String path) {
        this.home = home;
        this.allowed = List.copyOf(allowed);
        this.path = path;
    }

    @Override
    public List<Found> find() throws SourceException, InterruptedException {
        if (path.isEmpty()) {
            throw Options.wrong("path", "it is empty; * reads every file of the allowed root.");
        }
        List<Path> roots = roots();
        TreeMap<String, Found> found = new TreeMap<>();
        boolean pattern = path.matches(".*[*?\\[{].*");
        boolean exists = pattern;
        for (Path root : roots) {
            Path start = pattern ? root : resolve(root);
            if (start == null) {
                continue;
            }
            try {
                if (pattern) {
                    walk(root, matcher(), path.contains("**") ? DEEPEST : Path.of(path).getNameCount(), roots, found);
                } else if (Files.isDirectory(start)) {
                    exists = true;
                    start = start.toRealPath();
                    check(start, roots);
                    walk(start, FileSystems.getDefault().getPathMatcher("glob:*"), 1, roots, found);
                } else if (Files.exists(start)) {
                    exists = true;
                    Path real = start.toRealPath();
                    check(real, roots);
                    add(start, real, roots, found);
                }
            } catch (NoSuchFileException e) {
                LOG.info("'{}' vanished while the files were listed.", e.getFile());
            } catch (IOException e) {
                throw new SourceException(Kind.TEMPORARY, "The files of '" + path + "' (option path) could not be listed: " + e.getMessage() + ".",
                        e);
            }
        }
        if (!exists) {
            throw new SourceException(Kind.TEMPORARY, "There is no file or folder '" + path + "' below " + listed(roots)
                    + " (option path); put it there, or change the option.");
        }
        return List.copyOf(found.values());
    }

    @Override
    public Path locate(String name) {
        return home.resolve(allowed.getFirst()).resolve(name);
    }

    private List<Path> roots() throws SourceException {
        if (allowed.isEmpty()) {
            throw Options.wrong("allowed_roots", "it names no folder; inbox is the ordinary one.");
        }
        List<Path> roots = new ArrayList<>();
        for (String one : allowed) {
            Path root = home.resolve(one).normalize();
            try {
                root = root.toRealPath();
            } catch (IOException e) {
                throw Options.wrong("allowed_roots", "the folder '" + root + "' is not there or cannot be entered; create it, or change the option.");
            }
            if (!Files.isDirectory(root)) {
                throw Options.wrong("allowed_roots", "'" + root + "' is no folder.");
            }
            if (forbidden(root)) {
                throw Options.wrong("allowed_roots", "'" + one + "' leads into " + String.join("/, ", FORBIDDEN)
                        + "/ of the home, where no connection may read.");
            }
            if (holdsHome(root)) {
                throw Options.wrong("allowed_roots", "'" + one + "' holds the home with its " + String.join("/, ", FORBIDDEN)
                        + "/; name the folders with the files themselves.");
            }
            roots.add(root);
        }
        return roots;
    }

    /** The path below this root; null where it is absolute and belongs to another. */
    private Path resolve(Path root) throws SourceException {
        Path file = root.resolve(path).normalize();
        if (!file.startsWith(root)) {
            if (Path.of(path).isAbsolute()) {
                return Files.exists(file) ? outside(root, file) : null;
            }
            throw Options.wrong("path", "'" + path + "' leads out of the allowed root '" + root
                    + "'; move the file there or add its folder to allowed_roots.");
        }
        return file;
    }

    private Path outside(Path root, Path file) throws SourceException {
        for (Path other : roots()) {
            if (file.startsWith(other)) {
                return null;
            }
        }
        throw Options.wrong("path", "'" + path + "' does not lie below the allowed root '" + root
                + "'; move the file there or add its folder to allowed_roots.");
    }

    private PathMatcher matcher() throws SourceException {
        if (Path.of(path).isAbsolute() || path.startsWith("..") || path.contains("/..")) {
            throw Options.wrong("path", "a pattern is relative to the allowed roots and stays below them, for instance 2026/*.csv.");
        }
        try {
            PathMatcher whole = FileSystems.getDefault().getPathMatcher("glob:" + path);
            // "**/" asks for at least one folder in Java; people mean any number of them.
            PathMatcher top = FileSystems.getDefault().getPathMatcher("glob:" + path.replace("**/", ""));
            return file -> whole.matches(file) || top.matches(file);
        } catch (PatternSyntaxException e) {
            throw Options.wrong("path", "'" + path + "' is no pattern: " + e.getDescription() + ".");
        }
    }

    private void check(Path real, List<Path> roots) throws SourceException {
        if (!permitted(real, roots)) {
            throw Options.wrong("path", "'" + path + "' leads to '" + real + "', where no connection may read; allowed is what lies below "
                    + listed(roots) + ".");
        }
    }

    private boolean permitted(Path real, List<Path> roots) {
        return roots.stream().anyMatch(real::startsWith) && !forbidden(real);
    }

    private boolean forbidden(Path real) {
        for (String folder : FORBIDDEN) {
            Path inner = home.resolve(folder);
            try {
                inner = inner.toRealPath();
            } catch (IOException e) {
                inner = inner.toAbsolutePath().normalize();
            }
            if (real.startsWith(inner)) {
                return true;
            }
        }
        return false;
    }

    private boolean holdsHome(Path root) {
        try {
            return home.toRealPath().startsWith(root);
        } catch (IOException e) {
            return home.toAbsolutePath().normalize().startsWith(root);
        }
    }

    private void walk(Path start, PathMatcher matcher, int depth, List<Path> roots, TreeMap<String, Found> found) throws IOException,
            InterruptedException {
        Files.walkFileTree(start, EnumSet.noneOf(java.nio.file.FileVisitOption.class), depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean skip = !folder.equals(start) && folder.getFileName().toString().startsWith(".") || forbidden(folder);
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (Thread.currentThread().isInterrupted()) {
                    return FileVisitResult.TERMINATE;
                }
                if (attributes.isDirectory() || unfinished(file.getFileName().toString()) || !matcher.matches(start.relativize(file))) {
                    return FileVisitResult.CONTINUE;
                }
                Path real;
                try {
                    real = file.toRealPath();
                } catch (IOException e) {
                    LOG.warn("'{}' is not read: it is gone, or a link that leads nowhere.", file);
                    return FileVisitResult.CONTINUE;
                }
                if (permitted(real, roots)) {
                    add(file, real, roots, found);
                } else {
                    LOG.warn("'{}' is not read: it is a link out of the allowed roots.", file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                LOG.warn("'{}' could not be entered: {}", file, e.toString());
                return FileVisitResult.CONTINUE;
            }
        });
        if (Thread.interrupted()) {
            throw new InterruptedException("the listing of files was interrupted");
        }
    }

    private static void add(Path file, Path real, List<Path> roots, TreeMap<String, Found> found) throws IOException {
        Stamp stamp = Stamp.of(real);
        if (stamp == null) {
            return;
        }
        String name = file.startsWith(roots.getFirst()) ? roots.getFirst().relativize(file).toString().replace('\\', '/') : file.toString();
        found.put(name, new Found(name, real, stamp));
    }

    static boolean unfinished(String name) {
        int dot = name.lastIndexOf('.');
        return name.startsWith(".") || name.startsWith("~$") || name.endsWith("~")
                || dot >= 0 && UNFINISHED.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    private static String listed(List<Path> roots) {
        return String.join(", ", roots.stream().map(Path::toString).toList());
    }
}
