package eider.deployer;

import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the plugin folders of the distribution (framework property {@code eider.dist.plugins}, may be absent) and of the home.
 *
 * <p>What lies there at the start serves when {@link #start} returns, and so when the framework has reached the start level of this bundle.
 * After that one thread, {@code plugins}, looks whenever the operating system tells of a change, and four times a second anyway.
 */
@Component(immediate = true, service = Plugins.class)
public final class Deployer implements Plugins {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
    private static final long POLL_MILLIS = 250;
    private static final long SOON_MILLIS = Deployment.SETTLED.toMillis() + 2;
    private static final int LOOKS_AT_THE_START = 30;
    private static final int LOOKS_BETWEEN_HEALTH_CHECKS = 4;

    private final BundleContext context;
    private final List<DropFolder> folders;
    private final Board board;
    private final DriverJars drivers;
    private final FolderWatch watch;
    private final Thread thread = new Thread(this::run, "plugins");
    private Deployment deployment;
    private String lastFault = "";

    @Activate
    public Deployer(BundleContext context, @Reference Server server, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.folders = folders(context.getProperty("eider.dist.plugins"), server.home().resolve("plugins"));
        this.board = new Board(new Components(components), InstantSource.system(), context.getBundle(0));
        this.drivers = new DriverJars(folders, board, InstantSource.system());
        this.watch = new FolderWatch(Stream.concat(folders.stream(), drivers.folders().stream()).map(DropFolder::path).toList());
        thread.setDaemon(true);
    }

    /** The home first: its jar wins over one of the same version in the distribution. */
    private static List<DropFolder> folders(String distribution, Path home) {
        Set<Path> paths = new LinkedHashSet<>();
        paths.add(home.toAbsolutePath().normalize());
        if (distribution != null && !distribution.isBlank()) {
            paths.add(Path.of(distribution).toAbsolutePath().normalize());
        }
        List<DropFolder> folders = new ArrayList<>();
        for (Path path : paths) {
            folders.add(new DropFolder(path, folders.size()));
        }
        return folders;
    }

    /** Takes in what lies there, then starts the thread; {@link #stop} ends it. */
    @Activate
    void start() throws IOException, InterruptedException {
        Path area = context.getDataFile("").toPath();
        Path copies = Files.createDirectories(area.resolve("jars"));
        Ledger ledger = new Ledger(area.resolve("ledger.properties"));
        Installations installations = new Installations(context, ledger, copies);
        installations.tidy();
        Needs needs = new Needs(Installations.framework(context));
        deployment = new Deployment(folders, copies, ledger, installations, needs, board, InstantSource.system());
        for (int i = 0; i < LOOKS_AT_THE_START && look(); i++) {
            watch.await(SOON_MILLIS);
        }
        thread.start();
    }

    /** Ends the thread after what it is doing, which it is never interrupted in: half a bundle operation is worse than a late one. */
    @Deactivate
    void stop() throws InterruptedException {
        watch.close();
        thread.join(10_000);
        if (thread.isAlive()) {
            LOG.warn("A plugin is still being put in place; the thread that does it ends afterwards");
        }
    }

    @Override
    public List<Plugin> plugins() {
        return board.read();
    }

    private void run() {
        try {
            boolean soon = false;
            for (int looks = 1; watch.await(soon ? SOON_MILLIS : POLL_MILLIS); looks++) {
                soon = look();
                if (looks % LOOKS_BETWEEN_HEALTH_CHECKS == 0) {
                    // a component that is made late, by its first user, may fail long after its jar was taken in
                    board.read();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The plugin folders are no longer watched", e);
        }
    }

    /** Returns whether it is worth looking again soon. A fault is logged once and the next look tries again. */
    private boolean look() {
        if (context.getBundle(0).getState() == Bundle.STOPPING) {
            return false;
        }
        try {
            boolean soon = deployment.look() | drivers.look();
            lastFault = "";
            return soon;
        } catch (IOException | RuntimeException | LinkageError e) {
            if (!lastFault.equals(e.toString())) {
                lastFault = e.toString();
                LOG.error("The plugin folders could not be looked through, which is tried again: {}", Words.plain(e.toString()), e);
            }
            return false;
        }
    }
}
