package eider.identity;

import eider.engine.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that only their owner reads, from their first byte on. */
final class PrivateFile {
    private static final Logger log = LoggerFactory.getLogger(PrivateFile.class);
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private PrivateFile() {}

    private static FileAttribute<?>[] attributes(Path path) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)} : new FileAttribute<?>[0];
    }

    /** An empty one. */
    static void create(Path path) throws IOException {
        Files.createFile(path, attributes(path));
    }

    /** Is there as a whole, and on the disk, or not at all. */
    static void write(Path path, byte[] content) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes(path))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes from others what a copy or a restore may have given them. */
    static void tighten(Path path) throws EngineException {
        try {
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix") && !OWNER.equals(Files.getPosixFilePermissions(path))) {
                Files.setPosixFilePermissions(path, OWNER);
                log.warn("{} could be read by others than its owner; this is mended", path);
            }
        } catch (IOException e) {
            throw new EngineException(path + " can be read by others, and that cannot be mended (" + e.getMessage()
                    + "): give it to the account that runs Eider", e);
        }
    }
}
