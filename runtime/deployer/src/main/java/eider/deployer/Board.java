package eider.deployer;

import eider.engine.Plugin;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people are told: the list of plugins, and one line in the log for each change of it. Any thread. */
final class Board {
    private static final Logger LOG = LoggerFactory.getLogger(Board.class);

    /**
     * What came of one file.
     *
     * @param bundle what runs of it, so that its components can be asked how they fare; null if nothing does
     * @param driver whether it is a jar for a JDBC driver, which is no bundle
     */
    record Entry(Path path, String name, String version, String sha256, Plugin.State state, String reason, Bundle bundle, boolean driver) {
        Entry(Path path, String name, String version, String sha256, Plugin.State state, String reason, Bundle bundle) {
            this(path, name, version, sha256, state, reason, bundle, false);
        }
    }

    private final Components components;
    private final InstantSource clock;
    private final Bundle system;
    private List<Entry> entries = List.of();
    private List<Entry> drivers = List.of();
    private Map<Path, Plugin> shown = Map.of();
    private boolean moving;

    /** {@code system} is the framework itself: while it stops the component runtime knows no components any more, and that is no news. */
    Board(Components components, InstantSource clock, Bundle system) {
        this.components = components;
        this.clock = clock;
        this.system = system;
    }

    /** Bundles are stopped and started from now until {@link #publish}: what is seen of them meanwhile is no news. */
    synchronized void moving() {
        moving = true;
    }

    synchronized void publish(List<Entry> entries) {
        moving = false;
        this.entries = List.copyOf(entries);
        read();
    }

    /** What lies in the folders for drivers. */
    synchronized void drivers(List<Entry> drivers) {
        this.drivers = List.copyOf(drivers);
        read();
    }

    /** As it is now: a component that failed since is found out here. */
    synchronized List<Plugin> read() {
        if (!moving && system.getState() != Bundle.STOPPING) {
            renew();
        }
        List<Plugin> plugins = new ArrayList<>(shown.values());
        plugins.sort(Comparator.comparing(Plugin::file).thenComparing(Plugin::version));
        return plugins;
    }

    private void renew() {
        Map<Path, Plugin> now = new HashMap<>();
        Stream.concat(entries.stream(), drivers.stream()).forEach(entry -> now.put(entry.path(), plugin(entry, shown.get(entry.path()))));
        shown.forEach((path, plugin) -> {
            if (!now.containsKey(path)) {
                LOG.info("Plugin {} is gone", plugin.file());
            }
        });
        shown = now;
    }

    private Plugin plugin(Entry entry, Plugin before) {
        Plugin.State state = entry.state();
        String reason = entry.reason();
        if (state == Plugin.State.SERVING && !entry.driver()) {
            Optional<String> failure = components.failure(entry.bundle());
            state = failure.isPresent() ? Plugin.State.FAILED : state;
            reason = failure.orElse(reason);
        }
        Instant now = clock.instant();
        String file = (entry.driver() ? DriverJars.FOLDER + "/" : "") + Words.plain(entry.path().getFileName().toString());
        Plugin plugin = new Plugin(file, entry.name(), entry.version(), entry.sha256(), state, reason, now);
        if (before != null && plugin.equals(since(before, now))) {
            return before;
        }
        tell(plugin);
        return before != null && before.state() == state && before.sha256().equals(entry.sha256()) ? since(plugin, before.since()) : plugin;
    }

    private static Plugin since(Plugin plugin, Instant since) {
        return new Plugin(plugin.file(), plugin.name(), plugin.version(), plugin.sha256(), plugin.state(), plugin.reason(), since);
    }

    private static void tell(Plugin plugin) {
        switch (plugin.state()) {
            case SERVING -> LOG.info("Plugin {} serves: {} {}, SHA-256 {}", plugin.file(), plugin.name(), plugin.version(), plugin.sha256());
            case SUPERSEDED -> LOG.info("Plugin {} rests: {} (SHA-256 {})", plugin.file(), plugin.reason(), plugin.sha256());
            case FAILED -> LOG.warn("Plugin {} ({} {}) has failed: {} (SHA-256 {})",
                plugin.file(), plugin.name(), plugin.version(), plugin.reason(), plugin.sha256());
            case REFUSED -> LOG.warn("Plugin {} is refused: it {}{}", plugin.file(), plugin.reason(),
                plugin.sha256().isEmpty() ? "" : " (SHA-256 " + plugin.sha256() + ")");
        }
    }
}
