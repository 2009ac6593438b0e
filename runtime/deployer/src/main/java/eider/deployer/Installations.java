package eider.deployer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.Version;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles that came from drop folders: one for each symbolic name, at the location {@code plugin:<symbolic name>}. Used by the deployer's
 * thread only.
 *
 * <p>They are started transiently: after a restart none runs before its file was found again. They have the start level of the deployer, so
 * that a stopping framework drains them while the core still lives.
 */
final class Installations {
    private static final Logger LOG = LoggerFactory.getLogger(Installations.class);
    private static final String LOCATION = "plugin:";

    /** A bundle that was installed from {@code file}, with these bytes. */
    record Installed(Bundle bundle, String sha256, Path file) {
        Version version() {
            return bundle.getVersion();
        }
    }

    private final BundleContext context;
    private final FrameworkWiring framework;
    private final Ledger ledger;
    private final Path copies;

    Installations(BundleContext context, Ledger ledger, Path copies) {
        this.context = context;
        this.framework = framework(context);
        this.ledger = ledger;
        this.copies = copies;
    }

    static FrameworkWiring framework(BundleContext context) {
        return context.getBundle(0).adapt(FrameworkWiring.class);
    }

    /** Throws away what an earlier run left half done: a bundle that nobody knows the bytes of. */
    void tidy() throws IOException {
        for (Bundle bundle : context.getBundles()) {
            String location = bundle.getLocation();
            if (location.startsWith(LOCATION) && ledger.installed(location.substring(LOCATION.length())).isEmpty()) {
                remove(bundle);
            }
        }
        for (String name : ledger.names()) {
            if (context.getBundle(LOCATION + name) == null) {
                ledger.forget(name);
            }
        }
    }

    Optional<Installed> get(String name) {
        Bundle bundle = context.getBundle(LOCATION + name);
        return bundle == null ? Optional.empty() : ledger.installed(name).map(entry -> new Installed(bundle, entry.sha256(), entry.file()));
    }

    /** By symbolic name. */
    Collection<String> names() {
        Set<String> names = new TreeSet<>(ledger.names());
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(LOCATION)) {
                names.add(bundle.getLocation().substring(LOCATION.length()));
            }
        }
        return names;
    }

    /** One of the bundles that Eider itself consists of, if it has this symbolic name. */
    boolean own(String name) {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName()) && !bundle.getLocation().startsWith(LOCATION)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Installs the jar, or puts it in the place of the version that is there; running syncs of that one are drained by the core while it stops.
     * When it returns the bundle is active.
     *
     * @throws Refusal if it does not start; the version that was there before is active again
     */
    void put(Jar jar, Path file) throws IOException, Refusal {
        Optional<Installed> before = get(jar.name());
        // whatever stops us from here on, the next start does not believe that it knows these bytes
        ledger.forget(jar.name());
        Bundle bundle = context.getBundle(LOCATION + jar.name());
        try {
            if (bundle == null) {
                bundle = install(jar);
            } else {
                update(bundle, jar.copy());
            }
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException e) {
            Refusal refusal = new Refusal(words(e), e);
            restore(bundle, before, refusal);
            throw refusal;
        } catch (IOException e) {
            Refusal refusal = new Refusal("could not be installed: " + Words.plain(e.toString()), e);
            restore(bundle, before, refusal);
            throw refusal;
        }
        ledger.installed(jar.name(), new Ledger.Entry(jar.sha256(), file));
    }

    private Bundle install(Jar jar) throws BundleException, IOException {
        try (InputStream bytes = Files.newInputStream(jar.copy())) {
            Bundle bundle = context.installBundle(LOCATION + jar.name(), bytes);
            bundle.adapt(BundleStartLevel.class).setStartLevel(context.getBundle().adapt(BundleStartLevel.class).getStartLevel());
            return bundle;
        }
    }

    private void update(Bundle bundle, Path bytes) throws BundleException, IOException {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException e) {
            // its activator threw; it is stopped all the same, and what comes next is not to blame
            LOG.warn("Plugin {} did not end cleanly: {}", Words.plain(bundle.getLocation()), words(e), e);
        }
        boolean wired = bundle.adapt(BundleWiring.class) != null;
        try (InputStream in = Files.newInputStream(bytes)) {
            bundle.update(in);
        }
        if (wired) {
            refresh(bundle);
        }
    }

    private void restore(Bundle bundle, Optional<Installed> before, Refusal refusal) throws IOException {
        try {
            Path bytes = before.map(old -> copies.resolve(old.sha256() + ".jar")).filter(Files::exists).orElse(null);
            if (bytes != null) {
                update(bundle, bytes);
                bundle.start(Bundle.START_TRANSIENT);
                ledger.installed(bundle.getSymbolicName(), new Ledger.Entry(before.get().sha256(), before.get().file()));
            } else if (bundle != null) {
                remove(bundle);
            }
        } catch (BundleException e) {
            refusal.addSuppressed(e);
            LOG.error("The version of {} that was there before could not be brought back either; put its jar into the folder again",
                Words.plain(String.valueOf(bundle.getSymbolicName())), e);
            remove(bundle);
        }
    }

    /** The same bytes were found in another file, or the one that is noted. */
    void found(String name, Path file) throws IOException {
        Optional<Ledger.Entry> entry = ledger.installed(name);
        if (entry.isPresent()) {
            ledger.installed(name, new Ledger.Entry(entry.get().sha256(), file));
        }
    }

    /** Starts what is installed and does not run: after a restart, or because what it needs was gone for a while. */
    void start(Bundle bundle) throws Refusal {
        if (bundle.getState() != Bundle.ACTIVE) {
            try {
                bundle.start(Bundle.START_TRANSIENT);
            } catch (BundleException e) {
                throw new Refusal(words(e), e);
            }
        }
    }

    /** Returns whether there was anything to remove. */
    boolean remove(String name) throws IOException {
        Bundle bundle = context.getBundle(LOCATION + name);
        ledger.forget(name);
        if (bundle != null) {
            remove(bundle);
        }
        return bundle != null;
    }

    private void remove(Bundle bundle) {
        boolean wired = bundle.adapt(BundleWiring.class) != null;
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            // thrown when its activator fails to stop, too; it is uninstalled all the same
            LOG.warn("Plugin {} did not end cleanly: {}", Words.plain(String.valueOf(bundle.getSymbolicName())), words(e), e);
        }
        if (wired) {
            refresh(bundle);
        }
    }

    /** Lets go of the classes of what was there before, in this bundle and those that use it, and waits for that. */
    private void refresh(Bundle bundle) {
        for (Bundle user : framework.getDependencyClosure(List.of(bundle))) {
            if (!user.getLocation().startsWith(LOCATION)) {
                // refreshing the core would close the database under everybody's feet
                LOG.warn("The classes of the old {} stay in memory until the next start: {} uses them",
                    Words.plain(bundle.getLocation()), user.getSymbolicName());
                return;
            }
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        framework.refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                refreshed.countDown();
            }
        });
        try {
            if (!refreshed.await(10, TimeUnit.SECONDS)) {
                LOG.warn("The framework takes more than 10 seconds to let go of the old {}", Words.plain(bundle.getLocation()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String words(BundleException e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String what = Words.plain(root == e ? String.valueOf(e.getMessage()) : root.getClass().getSimpleName() + ": " + root.getMessage());
        return switch (e.getType()) {
            case BundleException.ACTIVATOR_ERROR -> "could not start or stop, its activator failed: " + what;
            case BundleException.RESOLVE_ERROR -> "does not fit together with what runs here: " + what;
            default -> "could not be started: " + what;
        };
    }
}
