package eider;

import eider.connector.Source;
import eider.engine.Commands;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.Progress;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.people.Actor;
import eider.people.People;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Eider inside this JVM.
 *
 * <pre>{@code
 * try (Eider eider = Eider.builder().home(Path.of("analytics")).config("files~inbox", Map.of("path", "*")).start()) {
 *     eider.sync("inbox");
 *     try (Rows rows = eider.query("select region, sum(total_amount) from sales group by region")) {
 *         while (rows.next()) {
 *             System.out.println(rows.text(0) + " " + rows.decimal(1));
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Every method may be called from any thread. Several may run in one JVM, on different homes. Logging goes to slf4j; the host's configuration of
 * it
 * is never touched. Once closed, an instance cannot be started again: build another.
 */
public final class Eider implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Eider.class);
    private static final Duration QUERY_LIMIT = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);
    /** The start level at which there are commands, and the one at which there are pages. */
    private static final int WITHOUT_PAGES = 3;

    private final Home home;
    private final boolean temporary;
    private final HomeLock lock;
    private final Container container;
    private final Pages pages;
    private final Runnable stopping;
    private final CountDownLatch closed = new CountDownLatch(1);
    private ConfigFolder configFolder;
    private boolean closing;

    private Eider(Home home, boolean temporary, HomeLock lock, Container container, Pages pages, Runnable stopping) {
        this.home = home;
        this.temporary = temporary;
        this.lock = lock;
        this.container = container;
        this.pages = pages;
        this.stopping = stopping;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Says how Eider shall start. Used by one thread, once. */
    public static final class Builder {
        private Path folder;
        private int port = -1;
        private final Map<String, Map<String, Object>> configurations = new LinkedHashMap<>();
        private boolean demo;
        private Distribution distribution;
        private HomeLock lock;
        private Consumer<String> progress = step -> {};
        private Consumer<Container> atLevelOne = container -> {};
        private Runnable stopping = () -> {};

        private Builder() {}

        /** The folder that everything is kept in; made if it is missing. One process at a time uses it. */
        public Builder home(Path folder) {
            this.folder = Objects.requireNonNull(folder, "folder");
            return this;
        }

        /** Nothing is kept: rows are held in memory, and the temporary home is deleted when Eider is closed. */
        public Builder inMemory() {
            this.folder = null;
            return this;
        }

        /**
         * Serves the pages on this port; 0 for any free one, see {@link Eider#address}. Without this there are no pages. They are served to this machine only, unless
         * {@code config/web.cfg} says otherwise, and to people who sign in: {@link Eider#setUpLink} leads to the first account.
         */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException(port + " is no port: 0 to 65535");
            }
            this.port = port;
            return this;
        }

        /**
         * Configures a component, as the file {@code config/<pid>.cfg} would.
         *
         * @param pid {@code files~inbox} makes the connection {@code inbox} of the connector {@code files}
         * @param options the lines of such a file
         */
        public Builder config(String pid, Map<String, ?> options) {
            configurations.put(Objects.requireNonNull(pid, "pid"), Map.copyOf(options));
            return this;
        }

        Builder demo(boolean demo) {
            this.demo = demo;
            return this;
        }

        Builder distribution(Distribution distribution) {
            this.distribution = distribution;
            return this;
        }

        /** A lock that the caller took already; closed with Eider, or when the start fails. */
        Builder lock(HomeLock lock) {
            this.lock = lock;
            return this;
        }

        Builder progress(Consumer<String> progress) {
            this.progress = progress;
            return this;
        }

        Builder atLevelOne(Consumer<Container> more) {
            this.atLevelOne = more;
            return this;
        }

        Builder stopping(Runnable told) {
            this.stopping = told;
            return this;
        }

        /**
         * Starts, and returns when connections can be synced and, with a port, pages are served.
         *
         * @throws EngineException if that is impossible; one sentence says why and what to do
         */
        public Eider start() throws EngineException {
            boolean temporary = folder == null;
            Home home = null;
            Eider eider = null;
            try {
                if (distribution == null && System.getProperty(Distribution.FOLDER) != null) {
                    distribution = Distribution.in(Path.of(System.getProperty(Distribution.FOLDER)));
                }
                home = Home.open(temporary ? Files.createTempDirectory("eider") : folder, distribution == null ? null : distribution.samples());
                if (lock == null) {
                    lock = take(home);
                }
                if (distribution == null) {
                    distribution = Distribution.fromClassPath(home.cache().resolve("distribution"));
                }
                eider = start(home, temporary);
                return eider;
            } catch (IOException | BundleException e) {
                throw new EngineException("Eider could not start: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("Eider was interrupted while it started.", e);
            } finally {
                if (eider == null) {
                    abandon(temporary ? home : null);
                }
            }
        }

        private Eider start(Home home, boolean temporary) throws EngineException, IOException, BundleException, InterruptedException {
            boolean isDemo = home.demo(demo);
            Listening listening = port < 0 ? null : listening(home, isDemo);
            if (port > 0) {
                refuseTakenPort(listening.address(), port);
            }
            Map<String, String> properties = new LinkedHashMap<>();
            properties.put("eider.home", home.root().toString());
            properties.put("eider.port", Integer.toString(Math.max(port, 0)));
            properties.put("eider.web", Boolean.toString(port >= 0));
            properties.put("eider.memory", Boolean.toString(temporary));
            properties.put("eider.demo", Boolean.toString(isDemo));
            properties.put("eider.dist.plugins", distribution.plugins().toString());
            properties.put("org.osgi.service.http.port", Integer.toString(Math.max(port, 0)));
            properties.put("org.apache.felix.http.host", listening == null ? "127.0.0.1" : listening.address().getHostAddress());

            Files.deleteIfExists(home.commandFile()); // of a process that died: the lock is ours
            Container container = new Container(distribution, home.cache(), properties);
            Pages pages = new Pages(listening != null && listening.address().isAnyLocalAddress());
            Eider eider = new Eider(home, temporary, lock, container, pages, stopping);
            boolean started = false;
            try {
                pages.listen(container.context());
                container.offer(Server.class, eider.new ThisServer(temporary, isDemo, Instant.now()), Map.of());
                for (Distribution.Stage stage : distribution.stages()) {
                    if (port < 0 && stage.level() > WITHOUT_PAGES) {
                        break;
                    }
                    progress.accept(stage.name());
                    container.start(stage.level());
                    if (stage.level() == 1) {
                        atLevelOne.accept(container);
                        eider.configFolder = new ConfigFolder(home.config(), eider.service(ConfigurationAdmin.class));
                        container.offer(ConfigurationPlugin.class, eider.configFolder, Map.of(ConfigurationPlugin.CM_RANKING, 500));
                        eider.configFolder.open();
                        eider.configure(configurations);
                    }
                }
                List<String> failures = container.failures();
                if (!failures.isEmpty()) {
                    throw new EngineException(
                        "Parts of Eider did not start; was the distribution changed? " + String.join("; ", failures));
                }
                if (port >= 0 && pages.address().isEmpty()) {
                    throw new EngineException("The pages did not start; the log says why.");
                }
                started = true;
                return eider;
            } finally {
                if (!started) {
                    if (eider.configFolder != null) {
                        eider.configFolder.close();
                    }
                    container.stop(STOP_PATIENCE);
                }
            }
        }

        private void abandon(Home temporaryHome) {
            try {
                if (lock != null) {
                    lock.close();
                }
                if (temporaryHome != null) {
                    Folders.delete(temporaryHome.root());
                }
            } catch (IOException e) {
                LOG.warn("after a failed start the home was not let go", e);
            }
        }

        private static HomeLock take(Home home) throws IOException, EngineException {
            return HomeLock.take(home.lock()).orElseThrow(() -> alreadyRunning(home));
        }

        private Listening listening(Home home, boolean isDemo) throws EngineException, IOException {
            Map<String, Object> options;
            try {
                options = new LinkedHashMap<>(ConfigFolder.options(home.config().resolve("web.cfg"), System::getenv));
            } catch (IllegalArgumentException | CharacterCodingException e) {
                throw new EngineException("config/web.cfg cannot be read: " + (e.getMessage() == null ? "save it in UTF-8." : e.getMessage()), e);
            }
            options.putAll(configurations.getOrDefault("web", Map.of()));
            return Listening.of(options, isDemo);
        }

        private static void refuseTakenPort(InetAddress address, int port) throws EngineException {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true); // a port whose last connections are just dying is free
                probe.bind(new InetSocketAddress(address, port));
            } catch (IOException e) {
                if (e instanceof BindException && String.valueOf(e.getMessage()).contains("assign")) {
                    throw new EngineException("config/web.cfg: this machine has no address " + address.getHostAddress() + ".", e);
                }
                throw new EngineException("Port " + port + " is in use. Stop what listens there, or choose another with --port.", e);
            }
        }
    }

    static EngineException alreadyRunning(Home home) {
        String pid = HomeLock.holder(home.lock()).map(holder -> " (pid " + holder + ")").orElse("");
        return new EngineException("Eider is already running here" + pid + ": " + home.root());
    }

    private void configure(Map<String, Map<String, Object>> configurations) throws IOException, EngineException {
        if (configurations.isEmpty()) {
            return;
        }
        ConfigurationAdmin admin = service(ConfigurationAdmin.class);
        for (Map.Entry<String, Map<String, Object>> entry : configurations.entrySet()) {
            ConfigFolder.of(admin, entry.getKey()).update(Container.dictionary(entry.getValue()));
        }
    }

    /** Where everything is kept. */
    public Path home() {
        return home.root();
    }

    /** The address of the pages; empty without a port. */
    public Optional<URI> address() {
        return pages.address();
    }

    /**
     * The address at which the first admin makes an account: for 30 minutes, once, and a new one ends the one before. Whoever has it owns this Eider.
     *
     * @return empty without a port, and once there is an account
     */
    public Optional<URI> setUpLink() throws EngineException {
        People people = service(People.class);
        if (address().isEmpty() || !people.none()) {
            return Optional.empty();
        }
        return Optional.of(address().get().resolve("/set-up?key=" + people.setUpLink(Actor.operator(System.getProperty("user.name", "operator")))));
    }

    /** Adds a source of the host's own as a connection. */
    public void register(String name, Source source) throws EngineException {
        service(Syncs.class).register(name, source);
    }

    /** Takes a source away again that {@link #register} added. */
    public void unregister(String name) throws EngineException {
        service(Syncs.class).unregister(name);
    }

    /** The connections there are, by name. */
    public List<Connection> connections() throws EngineException {
        return service(Syncs.class).connections();
    }

    /**
     * Syncs a connection and returns when all is committed: one load for each dataset. A failed load throws nothing, its state says so.
     *
     * @throws EngineException if there is no such connection, it is being synced already, or its datasets cannot be discovered
     */
    public List<Load> sync(String connection) throws EngineException, InterruptedException {
        return service(Syncs.class).sync(connection, false, Progress.NONE);
    }

    /**
     * Reads one file into a canonical table or a plain dataset. The file may lie anywhere; the same content handed over again changes nothing.
     */
    public Load load(Path file, String dataset) throws EngineException, InterruptedException {
        return service(Syncs.class).load(file, dataset, false, Progress.NONE);
    }

    /**
     * Runs one SELECT, for at most five minutes.
     *
     * @param parameters values for its {@code ?}, if any
     * @return rows as they come; the caller closes it
     */
    public Rows query(String sql, Object... parameters) throws EngineException {
        return service(Queries.class).query(sql, QUERY_LIMIT, parameters);
    }

    /** The newest loads, newest first. */
    public List<Load> loads(int limit) throws EngineException {
        return service(Loads.class).latest(limit);
    }

    Commands commands() throws EngineException {
        return service(Commands.class);
    }

    People people() throws EngineException {
        return service(People.class);
    }

    private <T> T service(Class<T> type) throws EngineException {
        synchronized (this) {
            if (closing) {
                throw new EngineException("Eider is closed.");
            }
        }
        return container.service(type).orElseThrow(() -> new EngineException(
            "Eider cannot do this: the service " + type.getSimpleName() + " is missing; the log says why."));
    }

    /** Waits until {@link #close} has ended, whoever called it. */
    void awaitClose() throws InterruptedException {
        closed.await();
    }

    /**
     * Stops in order: pages, commands, the store, within thirty seconds. Loads under way are rolled back, what is committed stays. A second call
     * waits for
     * the first.
     */
    @Override
    public void close() {
        boolean first;
        synchronized (this) {
            first = !closing;
            closing = true;
        }
        if (!first) {
            awaitQuietly();
            return;
        }
        boolean interrupted = Thread.interrupted(); // an orderly stop is not cut short
        try {
            stopping.run();
            if (configFolder != null) {
                configFolder.close();
            }
            if (!container.stop(STOP_PATIENCE)) {
                LOG.error("stopping took longer than {} s; what still ran is left behind", STOP_PATIENCE.toSeconds());
            }
            if (temporary) {
                Folders.delete(home.root());
            }
        } catch (IOException | BundleException e) {
            LOG.error("Eider did not stop cleanly", e);
        } catch (InterruptedException e) {
            interrupted = true;
            LOG.error("Eider was interrupted while it stopped", e);
        } finally {
            try {
                lock.close();
            } catch (IOException e) {
                LOG.error("the lock of {} was not let go", home.root(), e);
            }
            closed.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitQuietly() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The version of this build, as its jar tells it. */
    static String version() {
        String version = Eider.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private final class ThisServer implements Server {
        private final boolean inMemory;
        private final boolean demo;
        private final Instant started;

        ThisServer(boolean inMemory, boolean demo, Instant started) {
            this.inMemory = inMemory;
            this.demo = demo;
            this.started = started;
        }

        @Override
        public Path home() {
            return home.root();
        }

        @Override
        public boolean inMemory() {
            return inMemory;
        }

        @Override
        public boolean demo() {
            return demo;
        }

        @Override
        public Optional<URI> address() {
            return pages.address();
        }

        @Override
        public String version() {
            return Eider.version();
        }

        @Override
        public Instant started() {
            return started;
        }

        @Override
        public void stop() {
            Thread.ofPlatform().name("eider-stop").start(Eider.this::close);
        }
    }
}
