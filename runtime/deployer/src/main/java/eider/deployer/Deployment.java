package eider.deployer;

import eider.deployer.Installations.Installed;
import eider.engine.Plugin;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is installed agree with what lies in the folders. Used by one thread at a time.
 *
 * <p>One look: every file is sighted; one that changed waits until it stands still; one that stands still is copied and judged. Then, for each
 * symbolic name, the best usable file serves. A bundle stays as it is while the file that it came from is being written, or is there
 * but bad: the old version goes on serving, from its own copy, until something better comes or the file is gone.
 */
final class Deployment {
    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
    /** A file that has its end is taken when it looks the same twice, this far apart. */
    static final Duration SETTLED = Duration.ofMillis(40);
    /** A file without an end is given up when it has stood still for so long; a slow copy goes on before. */
    static final Duration GIVEN_UP = Duration.ofSeconds(1);
    /** A file last written so long ago is not being written, even if it is seen for the first time: it was moved here, or lay here at the start. */
    static final Duration OLD = Duration.ofSeconds(2);

    private final List<DropFolder> folders;
    private final Path copies;
    private final Ledger ledger;
    private final Installations installations;
    private final Needs needs;
    private final Board board;
    private final InstantSource clock;
    private final Map<Path, Drop> drops = new TreeMap<>();
    private final Set<DropFolder> unreadable = new HashSet<>();
    private boolean news = true;

    Deployment(List<DropFolder> folders, Path copies, Ledger ledger, Installations installations, Needs needs, Board board, InstantSource clock) {
        this.folders = folders;
        this.copies = copies;
        this.ledger = ledger;
        this.installations = installations;
        this.needs = needs;
        this.board = board;
        this.clock = clock;
    }

    /** Looks once and does what is to do; returns whether a file is still being written, so that it is worth looking again soon. */
    boolean look() throws IOException {
        // stays true when something below throws, so that the next look tries again
        news |= sight();
        if (news) {
            board.moving();
            try {
                settle();
            } finally {
                publish();
            }
            prune();
            news = false;
        }
        return drops.values().stream().anyMatch(drop -> !drop.judged);
    }

    /** Returns whether there is anything new to act upon. */
    private boolean sight() throws IOException {
        boolean different = false;
        Set<Path> seen = new HashSet<>();
        for (DropFolder folder : folders) {
            List<Path> jars;
            try {
                jars = folder.jars();
                unreadable.remove(folder);
            } catch (IOException e) {
                if (unreadable.add(folder)) {
                    LOG.warn("The plugin folder {} cannot be listed; what serves from it goes on: {}", Words.plain(folder.path().toString()),
                        Words.plain(e.toString()));
                }
                drops.values().stream().filter(drop -> drop.folder.equals(folder)).forEach(drop -> seen.add(drop.path));
                continue;
            }
            for (Path path : jars) {
                try {
                    different |= sight(folder, path);
                    seen.add(path);
                } catch (NoSuchFileException e) {
                    LOG.debug("{} went away while it was looked at", Words.plain(path.toString()), e);
                }
            }
        }
        for (Path path : List.copyOf(drops.keySet())) {
            if (!seen.contains(path)) {
                drops.remove(path);
                ledger.gone(path);
                different = true;
            }
        }
        return different;
    }

    private boolean sight(DropFolder folder, Path path) throws IOException {
        Instant now = clock.instant();
        Refusal distrust = null;
        try {
            folder.trust(path);
        } catch (Refusal refusal) {
            distrust = refusal;
        }
        Stamp stamp = distrust == null ? Stamp.of(path) : new Stamp(-1, Instant.EPOCH, distrust.getMessage());
        Drop drop = drops.get(path);
        if (drop == null) {
            drop = new Drop(folder, path, stamp, now);
            drops.put(path, drop);
        } else if (!drop.stamp.equals(stamp)) {
            drop.changed(stamp, now);
        }
        if (drop.judged) {
            return false;
        }
        if (distrust != null) {
            drop.refuse(distrust, ""); // nobody reads what is not to be trusted
            return true;
        }
        judge(drop, now);
        return drop.judged;
    }

    private void judge(Drop drop, Instant now) throws IOException {
        Duration still = Duration.between(drop.still, now);
        boolean old = Duration.between(drop.stamp.modified(), now).compareTo(OLD) > 0;
        if (!old && still.compareTo(SETTLED) < 0) {
            return;
        }
        try {
            Optional<String> known = ledger.seen(drop.path, drop.stamp).filter(sha256 -> Files.exists(copies.resolve(sha256 + ".jar")));
            if (known.isPresent()) {
                accept(drop, Jar.known(copies.resolve(known.get() + ".jar"), known.get()));
            } else if (Jar.complete(drop.path)) {
                accept(drop, Jar.copied(drop.path, copies));
            } else if (old || still.compareTo(GIVEN_UP) >= 0) {
                throw Jar.broken(drop.path);
            }
        } catch (Refusal refusal) {
            String sha256 = Jar.sha256(drop.path);
            if (drop.unchanged()) {
                LOG.debug("Why {} is refused", drop.file(), refusal);
                drop.refuse(refusal, sha256);
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{} could not be read or copied", drop.file(), e);
            if (still.compareTo(GIVEN_UP) >= 0) {
                drop.refuse(new Refusal("could not be read or copied: " + Words.plain(e.toString()), e), "");
            }
        }
    }

    private void accept(Drop drop, Jar jar) throws IOException, Refusal {
        if (!drop.unchanged()) {
            return;
        }
        if (installations.own(jar.name())) {
            throw new Refusal("is called " + jar.name() + ", like one of Eider's own bundles; give it a Bundle-SymbolicName of its own")
                .of(jar.name(), jar.version().toString());
        }
        drop.accept(jar);
        ledger.seen(drop.path, drop.stamp, jar.sha256());
    }

    private void settle() throws IOException {
        boolean progress;
        do {
            Set<String> names = new TreeSet<>(installations.names());
            drops.values().stream().filter(drop -> drop.jar != null).forEach(drop -> names.add(drop.jar.name()));
            progress = false;
            for (String name : names) {
                progress |= settle(name);
            }
            // what one plugin offers, another may have waited for, or still use
        } while (progress);
    }

    /** Lets the best file of this symbolic name serve; returns whether something was installed or removed. */
    private boolean settle(String name) throws IOException {
        List<Drop> rivals = drops.values().stream().filter(drop -> drop.jar != null && drop.jar.name().equals(name)).toList();
        rivals.forEach(drop -> drop.missing = needs.missing(drop.jar).orElse(null));
        while (true) {
            Optional<Installed> now = installations.get(name);
            Optional<Drop> best = rivals.stream().filter(Drop::usable).min(Drop.BEST);
            boolean kept = now.isPresent() && isBadOrBeingWritten(now.get());
            if (kept && (best.isEmpty() || now.get().version().compareTo(best.get().jar.version()) >= 0)) {
                start(now.get());
                return false;
            }
            if (best.isEmpty()) {
                return installations.remove(name);
            }
            Drop drop = best.get();
            try {
                if (now.isPresent() && now.get().sha256().equals(drop.jar.sha256())) {
                    installations.start(now.get().bundle());
                    installations.found(name, drop.path);
                    return false;
                }
                installations.put(drop.jar, drop.path);
                return true;
            } catch (Refusal refusal) {
                LOG.debug("Why {} is refused", drop.file(), refusal);
                drop.failure = refusal.getMessage();
            }
        }
    }

    /** Whether the file that this came from is there, but with a content that cannot take its place. */
    private boolean isBadOrBeingWritten(Installed installed) {
        Drop drop = drops.get(installed.file());
        return drop != null && !drop.usable() && !(drop.jar != null && drop.jar.sha256().equals(installed.sha256()));
    }

    private void start(Installed installed) {
        try {
            installations.start(installed.bundle());
        } catch (Refusal refusal) {
            LOG.debug("What is left of {} does not start", Words.plain(installed.file().toString()), refusal);
        }
    }

    private void publish() {
        List<Board.Entry> entries = new ArrayList<>();
        for (Drop drop : drops.values()) {
            if (drop.judged) {
                entries.add(entry(drop));
            }
        }
        board.publish(entries);
    }

    private Board.Entry entry(Drop drop) {
        String name = drop.name();
        String version = drop.version();
        String sha256 = drop.sha256;
        if (!drop.usable()) {
            String kept = installed()
                .filter(installed -> installed.file().equals(drop.path) && installed.bundle().getState() == Bundle.ACTIVE).findFirst()
                .map(installed -> ". Version " + installed.version() + ", which was in this file before, goes on serving").orElse("");
            return new Board.Entry(drop.path, name, version, sha256, Plugin.State.REFUSED, drop.reason() + kept, null);
        }
        Installed serving = installations.get(name).orElseThrow(() -> new IllegalStateException("Nothing serves of " + drop.path));
        if (serving.file().equals(drop.path)) {
            return new Board.Entry(drop.path, name, version, sha256, Plugin.State.SERVING, "", serving.bundle());
        }
        String reason = (serving.sha256().equals(sha256) ? "the very same jar" : "version " + serving.version() + " of it") + " serves from "
            + Words.plain(serving.file().toString());
        return new Board.Entry(drop.path, name, version, sha256, Plugin.State.SUPERSEDED, reason, null);
    }

    private Stream<Installed> installed() {
        return installations.names().stream().map(installations::get).flatMap(Optional::stream);
    }

    /** Deletes the copies that nobody could ask for again. */
    private void prune() throws IOException {
        Set<String> wanted = new HashSet<>();
        drops.values().stream().filter(drop -> drop.jar != null).forEach(drop -> wanted.add(drop.jar.sha256() + ".jar"));
        installed().forEach(installed -> wanted.add(installed.sha256() + ".jar"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
            for (Path file : files) {
                if (!wanted.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }
}
