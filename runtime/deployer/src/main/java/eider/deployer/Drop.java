package eider.deployer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;

/**
 * A file in a drop folder, and what is known of it so far. Used by the deployer's thread only.
 *
 * <p>First it is being written; once it stands still it is either sound ({@link #jar}) or refused ({@link #refusal}); a sound one may still
 * not fit into this Eider ({@link #missing}, looked up anew whenever something changes) or have failed to start ({@link #failure}).
 */
final class Drop {
    /** The best first: the higher version; then the home before the distribution; then the newer file. */
    static final Comparator<Drop> BEST = Comparator.<Drop, org.osgi.framework.Version>comparing(drop -> drop.jar.version()).reversed()
        .thenComparing(drop -> drop.folder.rank())
        .thenComparing(drop -> drop.stamp.modified(), Comparator.reverseOrder())
        .thenComparing(drop -> drop.path);

    final DropFolder folder;
    final Path path;
    Stamp stamp;
    /** Since when its stamp is this one. */
    Instant still;
    boolean judged;
    Jar jar;
    Refusal refusal;
    /** In hex; empty if it is not known. */
    String sha256;
    String missing;
    String failure;

    Drop(DropFolder folder, Path path, Stamp stamp, Instant now) {
        this.folder = folder;
        this.path = path;
        changed(stamp, now);
    }

    String file() {
        return Words.plain(path.getFileName().toString());
    }

    void changed(Stamp stamp, Instant now) {
        this.stamp = stamp;
        still = now;
        judged = false;
        jar = null;
        refusal = null;
        sha256 = "";
        missing = null;
        failure = null;
    }

    void refuse(Refusal refusal, String sha256) {
        judged = true;
        this.refusal = refusal;
        this.sha256 = sha256;
    }

    void accept(Jar jar) {
        judged = true;
        this.jar = jar;
        sha256 = jar.sha256();
    }

    /** The symbolic name; empty if it is not known. */
    String name() {
        return jar != null ? jar.name() : refusal != null ? refusal.name() : "";
    }

    /** The version; empty if it is not known. */
    String version() {
        return jar != null ? jar.version().toString() : refusal != null ? refusal.version() : "";
    }

    /** Whether this very content could serve. */
    boolean usable() {
        return jar != null && missing == null && failure == null;
    }

    /** Why it cannot, once judged; null if it can. */
    String reason() {
        return refusal != null ? refusal.getMessage() : missing != null ? missing : failure;
    }

    boolean unchanged() throws IOException {
        return Stamp.of(path).equals(stamp);
    }
}
