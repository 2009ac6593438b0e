package eider;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Held by the one process that uses a home, and let go by the operating system when that process dies. The file holds its process id. */
final class HomeLock implements AutoCloseable {
    /**
     * What this JVM holds. Asked first, because opening and closing the file once more would let the lock go: POSIX locks belong to the process,
     * and the first closed descriptor of the file ends them.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private HomeLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock, or tells that somebody else has it. */
    static Optional<HomeLock> take(Path file) throws IOException {
        Path key = file.toAbsolutePath();
        if (!HELD_HERE.add(key)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return Optional.empty();
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            channel.force(false);
            taken = true;
            return Optional.of(new HomeLock(key, channel));
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // another class loader of this JVM holds it
        } finally {
            if (!taken) {
                HELD_HERE.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    /** Whether some process holds the lock now. */
    static boolean isHeld(Path file) throws IOException {
        if (HELD_HERE.contains(file.toAbsolutePath())) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    /** The process that holds it; empty if it cannot be told. Only of use while somebody holds it. */
    static Optional<Long> holder(Path file) {
        if (HELD_HERE.contains(file.toAbsolutePath())) {
            return Optional.of(ProcessHandle.current().pid());
        }
        try {
            return Optional.of(Long.valueOf(Files.readString(file, StandardCharsets.US_ASCII).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        // The file stays: removing it would let two processes hold locks on two files of the same name.
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
