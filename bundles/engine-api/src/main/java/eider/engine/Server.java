package eider.engine;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** The process that all this runs in; registered by the runtime before everything else. */
public interface Server {

    /** The folder that holds {@code config/ plugins/ data/ inbox/ backups/ logs/}; absolute, links resolved. */
    Path home();

    /** Whether rows are kept in memory only and are gone with the process. */
    boolean inMemory();

    /** Whether this home was filled with demo data. */
    boolean demo();

    /** The address of the pages; empty while, or if, there are none. */
    Optional<URI> address();

    String version();

    Instant started();

    /** Begins an orderly stop and returns at once. */
    void stop();
}
