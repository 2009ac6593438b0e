package eider.sql.driver;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A jar of a driver: a private copy of the file's bytes, so that what was looked at is what runs, whatever happens to the file.
 *
 * @param name as the file is called in its folder
 * @param stamp by what the file is known to be the one that was copied
 * @param sha256 of the bytes, in hex
 */
record DriverJar(String name, Stamp stamp, String sha256, Path copy) {

    /** Why a jar is not taken; the message goes on behind its name. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A file at a moment: another size, time or file behind the name is another content. */
    record Stamp(Path file, long size, Instant modified, String key) {
    }

    /**
     * Looks for the file and whether it may be code.
     *
     * @param folders where drivers lie; the first one that has the file wins
     */
    static Stamp find(List<Path> folders, String name) throws IOException, Refused {
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                trust(folder, file);
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(file, attributes.size(), attributes.lastModifiedTime().toInstant(), Objects.toString(attributes.fileKey(), ""));
            }
        }
        throw new Refused("is not there: put it into " + folders.getFirst(), null);
    }

    private static void trust(Path folder, Path file) throws IOException, Refused {
        Path real;
        try {
            real = file.toRealPath();
        } catch (NoSuchFileException e) {
            throw new Refused("is a link that leads nowhere; copy the jar itself", e);
        }
        if (!real.startsWith(folder.toRealPath())) {
            throw new Refused("is a link that leads out of its folder, to " + real + "; copy the jar itself", null);
        }
        if (!Files.isRegularFile(real)) {
            throw new Refused("is not a file", null);
        }
        // Who may rename the folder may put another one in its place.
        for (Path writable : List.of(file, folder, folder.toAbsolutePath().getParent())) {
            if (writableByEveryone(writable)) {
                throw new Refused((writable.equals(file) ? "can be changed by everybody on this machine"
                        : "lies where everybody on this machine may put "
                        + "code") + "; run: chmod o-w " + writable, null);
            }
        }
    }

    private static boolean writableByEveryone(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix")
                && Files.getPosixFilePermissions(path.toRealPath(), LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OTHERS_WRITE);
    }

    /** Copies the file, under the name of its content; a copy that is there already is written anew. */
    static DriverJar copied(String name, Stamp stamp, Path copies) throws IOException, Refused {
        MessageDigest digest = digest();
        Path incoming = Files.createTempFile(copies, "incoming", ".tmp");
        try {
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(incoming), digest)) {
                Files.copy(stamp.file(), out);
            }
            check(incoming);
            String sha256 = HexFormat.of().formatHex(digest.digest());
            Path copy = Files.createTempFile(copies, sha256 + "-", ".jar");
            Files.move(incoming, copy, StandardCopyOption.REPLACE_EXISTING);
            return new DriverJar(name, stamp, sha256, copy);
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    private static void check(Path jar) throws IOException, Refused {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.stream().anyMatch(entry -> entry.getName().startsWith("org/duckdb/"))) {
                throw new Refused("carries DuckDB, which could break the locks of the live database", null);
            }
        } catch (ZipException e) {
            throw new Refused("is no whole jar (" + e.getMessage() + "); copy it again", e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(copy);
    }
}
