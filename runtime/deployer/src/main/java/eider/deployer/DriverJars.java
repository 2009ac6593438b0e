package eider.deployer;

import eider.engine.Plugin;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jars of JDBC drivers, in {@code drivers/} below each plugin folder. They are no bundles, and nothing is done with them here: who uses one takes
 * it from the folder. They are shown, each with its SHA-256, and what is wrong with one is said where people look for it. Used by the deployer's
 * thread only.
 */
final class DriverJars {
    static final String FOLDER = "drivers";
    private static final Logger LOG = LoggerFactory.getLogger(DriverJars.class);

    /**
     * A file.
     *
     * @param still since when it looks as it does
     * @param judged whether what came of it is of what it is now; else it is being written
     * @param entry what came of it, or of what it was before; null if that is nothing yet
     */
    private record Seen(Stamp stamp, Instant still, boolean judged, Board.Entry entry) {}

    private final List<DropFolder> folders;
    private final Board board;
    private final InstantSource clock;
    private final Map<Path, Seen> jars = new TreeMap<>();
    private final Set<DropFolder> unreadable = new HashSet<>();
    private List<Board.Entry> told = List.of();

    DriverJars(List<DropFolder> plugins, Board board, InstantSource clock) {
        this.folders = plugins.stream().map(folder -> new DropFolder(folder.path().resolve(FOLDER), folder.rank())).toList();
        this.board = board;
        this.clock = clock;
    }

    List<DropFolder> folders() {
        return folders;
    }

    /** Looks once; returns whether a file is still being written, so that it is worth looking again soon. */
    boolean look() throws IOException {
        Set<Path> there = new HashSet<>();
        for (DropFolder folder : folders) {
            for (Path path : listed(folder)) {
                try {
                    jars.put(path, seen(folder, path, jars.get(path)));
                    there.add(path);
                } catch (NoSuchFileException e) {
                    LOG.debug("{} went away while it was looked at", Words.plain(path.toString()), e);
                }
            }
        }
        jars.keySet().retainAll(there);
        List<Board.Entry> entries = entries();
        if (!entries.equals(told)) {
            told = entries;
            board.drivers(entries);
        }
        return jars.values().stream().anyMatch(jar -> !jar.judged());
    }

    /** A folder that cannot be listed for now has what it had. */
    private List<Path> listed(DropFolder folder) {
        try {
            List<Path> files = folder.jars();
            unreadable.remove(folder);
            return files;
        } catch (IOException e) {
            if (unreadable.add(folder)) {
                LOG.warn("The folder of drivers {} cannot be listed: {}", Words.plain(folder.path().toString()), Words.plain(e.toString()), e);
            }
            return jars.keySet().stream().filter(path -> path.getParent().equals(folder.path())).toList();
        }
    }

    /** Of two with the same name that in the home is used. */
    private List<Board.Entry> entries() {
        List<Board.Entry> entries = new ArrayList<>();
        Map<String, Path> used = new TreeMap<>();
        for (DropFolder folder : folders) {
            for (Map.Entry<Path, Seen> jar : jars.entrySet()) {
                Path path = jar.getKey();
                if (!path.getParent().equals(folder.path()) || jar.getValue().entry() == null) {
                    continue;
                }
                Path other = used.putIfAbsent(path.getFileName().toString(), path);
                Board.Entry entry = jar.getValue().entry();
                entries.add(other == null ? entry : new Board.Entry(path, entry.name(), entry.version(), entry.sha256(), Plugin.State.SUPERSEDED,
                    "the one in " + Words.plain(other.getParent().toString()) + " is taken", null, true));
            }
        }
        return entries;
    }

    private Seen seen(DropFolder folder, Path path, Seen before) throws IOException {
        Instant now = clock.instant();
        try {
            folder.trust(path);
        } catch (Refusal refusal) {
            // Nobody reads what is not to be trusted.
            return new Seen(new Stamp(-1, Instant.EPOCH, refusal.getMessage()), now, true, refused(path, refusal, ""));
        }
        Stamp stamp = Stamp.of(path);
        boolean same = before != null && before.stamp().equals(stamp);
        if (same && before.judged()) {
            return before;
        }
        Instant still = same ? before.still() : now;
        boolean old = Duration.between(stamp.modified(), now).compareTo(Deployment.OLD) > 0;
        boolean settled = old || Duration.between(still, now).compareTo(Deployment.SETTLED) >= 0;
        boolean givenUp = old || Duration.between(still, now).compareTo(Deployment.GIVEN_UP) >= 0;
        try {
            if (settled && Jar.complete(path)) {
                return new Seen(stamp, still, true, sound(path));
            }
            if (givenUp) {
                return new Seen(stamp, still, true, refused(path, Jar.broken(path), Jar.sha256(path)));
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{} could not be read", Words.plain(path.toString()), e);
            if (givenUp) {
                return new Seen(stamp, still, true, refused(path, new Refusal("could not be read: " + Words.plain(e.toString()), e), ""));
            }
        }
        return new Seen(stamp, still, false, before == null ? null : before.entry());
    }

    private static Board.Entry refused(Path path, Refusal refusal, String sha256) {
        return new Board.Entry(path, "", "", sha256, Plugin.State.REFUSED, refusal.getMessage(), null, true);
    }

    private static Board.Entry sound(Path path) throws IOException {
        String sha256 = Jar.sha256(path);
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            Attributes headers = manifest == null ? new Attributes() : manifest.getMainAttributes();
            if (jar.stream().anyMatch(entry -> entry.getName().startsWith("org/duckdb/"))) {
                return refused(path, new Refusal("carries DuckDB, which could break the locks of the live database; a connection to it is not for a "
                        + "driver"),
                    sha256);
            }
            return new Board.Entry(path, first(headers, "Bundle-SymbolicName", "Implementation-Title"),
                first(headers, "Bundle-Version", "Implementation-Version"), sha256, Plugin.State.SERVING, "", null, true);
        }
    }

    private static String first(Attributes headers, String... names) {
        for (String name : names) {
            String value = headers.getValue(name);
            if (value != null && !value.isBlank()) {
                return Words.plain(value.split(";")[0].strip());
            }
        }
        return "";
    }
}
