package eider.deployer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * By what a file is known to be the one that was looked at before.
 *
 * @param size in bytes
 * @param modified when it was last written
 * @param key the file system's own name for it (device and inode), empty where there is none
 */
record Stamp(long size, Instant modified, String key) {

    static Stamp of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant(), Objects.toString(attributes.fileKey(), ""));
    }

    /** For the record of what was seen; the same stamps, the same text. */
    String text() {
        return size + " " + modified + " " + key;
    }
}
