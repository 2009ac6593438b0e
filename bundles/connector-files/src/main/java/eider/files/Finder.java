package eider.files;

import eider.connector.SourceException;
import java.nio.file.Path;
import java.util.List;

/** Which files there are. */
interface Finder {

    /** The files to read, in an order that stays the same while they do. */
    List<Found> find() throws SourceException, InterruptedException;

    /** Where the file of this name lies, or would lie. */
    Path locate(String name);

    /**
     * A file.
     *
     * @param name what it is called in messages, cursors and parts: its path below the first root, or its absolute path
     * @param path where to read it: absolute, links resolved
     * @param stamp size and time of the last change
     */
    record Found(String name, Path path, Stamp stamp) {
    }
}
