package eider.web;

import eider.engine.Badge;
import eider.engine.Commands;
import eider.engine.Comparisons;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.Origins;
import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Plan;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.RuleCheck;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.people.Audit;
import eider.people.People;
import eider.people.Policies;
import eider.people.SignIns;
import eider.people.Viewer;
import eider.engine.Undone;
import eider.connector.Source;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The web bundle in a real framework with a real Jetty on a free port of the loopback, before a store that is a DuckDB in memory with
 * the canonical {@code sales}, and connections, plugins and commands that a test sets.
 */
final class WebServer implements AutoCloseable {
    final Path home;
    final List<Connection> connections = new CopyOnWriteArrayList<>();
    final List<Badge> badges = new CopyOnWriteArrayList<>();
    final List<Plugin> plugins = new CopyOnWriteArrayList<>();
    final Set<Consumer<Load>> listeners = ConcurrentHashMap.newKeySet();
    final TestPeople people = new TestPeople();
    volatile Commands commands = line -> 0;
    volatile boolean demo;
    volatile long version = 1;
    volatile boolean broken;

    private final Framework framework;
    private final BundleContext context;
    private final Bundle web;
    private final java.sql.Connection store;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private ServiceRegistration<Queries> queries;
    private ServiceRegistration<?> identity;
    private Browser admin;

    WebServer(Path home) throws Exception {
        this(home, true);
    }

    /** @param inhabited whether there are accounts */
    WebServer(Path home, boolean inhabited) throws Exception {
        this.home = home;
        store = DriverManager.getConnection("jdbc:duckdb:");
        sql("create table sales(date date, occurred_at timestamptz, kind varchar, source varchar, source_id varchar, order_id varchar, customer varchar, "
                + "product_name varchar, category varchar, channel varchar, region varchar, user_id varchar, quantity decimal(18,4), unit_price decimal(18,4), "
                + "total_amount decimal(18,4), currency varchar, original_amount decimal(18,4), load bigint)");
        Map<String, String> settings = new HashMap<>();
        settings.put("org.osgi.framework.storage", home.resolve("cache").toString());
        settings.put("org.osgi.framework.system.packages.extra", "org.osgi.service.cm;version=1.6.1,eider.engine;version=1.0.0,eider.people;version=1.0.0,eider.connector;version=1.2.0,"
                + "org.slf4j;version=2.0.20,org.slf4j.spi;version=2.0.20,org.slf4j.event;version=2.0.20,org.slf4j.helpers;version=2.0.20");
        settings.put("org.osgi.service.http.port", "0");
        settings.put("org.apache.felix.http.host", "127.0.0.1");
        settings.put("org.apache.felix.http.jetty.threadpool.max", "48");
        settings.put("org.apache.felix.http.jetty.acceptors", "1");
        settings.put("org.apache.felix.http.jetty.selectors", "1");
        settings.put("felix.log.level", "1");
        framework = new FrameworkFactory().newFramework(settings);
        framework.init();
        context = framework.getBundleContext();
        context.registerService(Server.class, new TestServer(), null);
        context.registerService(Plugins.class, () -> List.copyOf(plugins), null);
        context.registerService(Commands.class, line -> commands.run(line), null);
        context.registerService(Syncs.class, new TestSyncs(), null);
        context.registerService(Loads.class, new TestLoads(), null);
        context.registerService(Comparisons.class, new TestComparisons(), null);
        context.registerService(Origins.class, new TestOrigins(), null);
        if (inhabited) {
            people.has("admin", "admin", Map.of(), "admin's own password");
            people.has("ann", "manager", Map.of("sales_user_id", "1"), "ann's own password");
            people.has("bob", "user", Map.of("sales_user_id", "2"), "bob's own password");
        }
        openIdentity();
        openStore();
        framework.start();
        List<Bundle> bundles = new ArrayList<>();
        for (String jar : List.of("org.osgi.util.function-", "org.osgi.util.promise-", "org.osgi.service.component-", "org.apache.felix.configadmin-", "org.apache.felix.scr-",
                "org.apache.felix.http.servlet-api-", "commons-io-", "commons-fileupload-", "org.apache.felix.http.jetty12-")) {
            bundles.add(context.installBundle("reference:" + jar(jar).toURI()));
        }
        web = context.installBundle("reference:" + new File("target/classes").getAbsoluteFile().toURI());
        bundles.add(web);
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        startWeb();
    }

    private static File jar(String prefix) {
        return Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).split(File.pathSeparator)).map(File::new)
                .filter(file -> file.getName().startsWith(prefix) && !file.getName().startsWith(prefix + "annotations")).findFirst().orElseThrow();
    }

    void openStore() {
        if (queries == null) {
            queries = context.registerService(Queries.class, new TestQueries(), null);
        }
    }

    void openIdentity() {
        if (identity == null) {
            identity = context.registerService(new String[] {People.class.getName(), SignIns.class.getName(), Policies.class.getName(), Audit.class.getName()}, people, null);
        }
    }

    void closeIdentity() {
        identity.unregister();
        identity = null;
    }

    /** A browser of its own in which this person has signed in, by the page. */
    Browser signIn(String name) throws IOException, InterruptedException {
        Browser browser = new Browser(this);
        HttpResponse<String> answer = browser.signIn(name, name + "'s own password");
        if (answer.statusCode() != 303 || browser.session() == null) {
            throw new AssertionError(name + " could not sign in: " + answer.statusCode() + " " + answer.body());
        }
        return browser;
    }

    /** The admin's. */
    synchronized Browser admin() throws IOException, InterruptedException {
        if (admin == null) {
            admin = signIn("admin");
        }
        return admin;
    }

    /** What {@code config/web.cfg} says; returns once the pages know. */
    void configure(String publicUrl, String proxies) throws Exception {
        Hashtable<String, Object> options = new Hashtable<>(Map.of("public_url", publicUrl, "trusted_proxies", proxies));
        if (!publicUrl.isEmpty()) {
            configure("", "");
        }
        ConfigurationAdmin admin = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        admin.getConfiguration("web", "?").update(options);
        String host = URI.create(publicUrl.isEmpty() ? "https://eider.example.com" : publicUrl).getAuthority();
        Await.until(() -> raw("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").contains(publicUrl.isEmpty() ? " 421 " : " 200 "),
                "the configuration is known");
    }

    /** What the server answers to these very bytes. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    BundleContext context() {
        return context;
    }

    Bundle web() {
        return web;
    }

    void closeStore() {
        queries.unregister();
        queries = null;
    }

    void stopWeb() throws BundleException {
        web.stop();
    }

    /** Does nothing where it runs already. */
    void startWeb() throws Exception {
        web.start();
        Await.until(() -> Files.exists(commandFile()), "the server listens");
    }

    Path commandFile() {
        return home.resolve("data").resolve("command.properties");
    }

    Map<String, String> command() throws IOException {
        Map<String, String> entries = new HashMap<>();
        for (String line : Files.readAllLines(commandFile())) {
            String[] parts = line.split("=", 2);
            entries.put(parts[0], parts[1]);
        }
        return entries;
    }

    URI address() throws IOException {
        return URI.create(command().get("address"));
    }

    void sql(String statement) throws SQLException {
        try (Statement run = store.createStatement()) {
            run.execute(statement);
        }
        version++;
    }

    void commit() {
        version++;
        Instant now = Instant.now();
        Load load = new Load(1, "r1", "inbox", "sales", Load.State.COMMITTED, now, now, 1, 0, 0, 0, "sales.csv", "");
        listeners.forEach(listener -> listener.accept(load));
    }

    /** A request of the admin's. */
    HttpRequest.Builder request(String path) throws IOException, InterruptedException {
        return admin().request(path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpClient client() {
        return client;
    }

    @Override
    public void close() throws BundleException, SQLException {
        framework.stop();
        try {
            framework.waitForStop(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        store.close();
    }

    private final class TestServer implements Server {
        @Override
        public Path home() {
            return home;
        }

        @Override
        public boolean inMemory() {
            return false;
        }

        @Override
        public boolean demo() {
            return demo;
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public String version() {
            return "1.0.0";
        }

        @Override
        public Instant started() {
            return Instant.EPOCH;
        }

        @Override
        public void stop() {
            throw new UnsupportedOperationException("no test stops the server through a page");
        }
    }

    private final class TestSyncs implements Syncs {
        @Override
        public List<Connection> connections() {
            return List.copyOf(connections);
        }

        @Override
        public List<Load> sync(String connection, boolean approved, Progress progress) throws EngineException {
            throw new EngineException("no page syncs");
        }

        @Override
        public Plan plan(String connection, Progress progress) throws EngineException {
            throw new EngineException("no page plans");
        }

        @Override
        public List<Load> approve(String connection, Progress progress) throws EngineException {
            throw new EngineException("no page approves");
        }

        @Override
        public Load load(Path file, String dataset, boolean approved, Progress progress) throws EngineException {
            throw new EngineException("no page loads");
        }

        @Override
        public List<Load> replay(String connection, Progress progress) throws EngineException {
            throw new EngineException("no page replays");
        }

        @Override
        public boolean cancel(String connection) {
            return false;
        }

        @Override
        public void register(String name, Source source) throws EngineException {
            throw new EngineException("no page registers");
        }

        @Override
        public void unregister(String name) {
            throw new UnsupportedOperationException("no page registers");
        }
    }

    private final class TestLoads implements Loads {
        @Override
        public List<Load> latest(int limit) {
            Instant at = Instant.parse("2026-03-01T12:00:00Z");
            return List.of(new Load(7, "r7", "inbox", "sales", Load.State.COMMITTED, at, at, 10, 2, 0, 1, "sales.csv", "")).stream().limit(limit).toList();
        }

        @Override
        public Optional<Load> load(long id) {
            return latest(9).stream().filter(load -> load.id() == id).findFirst();
        }

        @Override
        public List<RuleCheck> checks(long load) {
            return load == 7 ? List.of(new RuleCheck("sales: date required", "quarantine", 13, 1, "date: empty, but required")) : List.of();
        }

        @Override
        public List<Quarantined> quarantine(String connection, int limit) {
            return List.of();
        }

        @Override
        public Quarantined mend(long id, Map<String, String> changes, String who) throws EngineException {
            throw new EngineException("no page mends");
        }

        @Override
        public Undone undo(long load, String who) throws EngineException {
            throw new EngineException("no page takes back");
        }

        @Override
        public long imageBytes() {
            return 0;
        }

        @Override
        public List<Hold> holds() {
            return List.of();
        }

        @Override
        public void release(String connection, String dataset, Hold.Release how) throws EngineException {
            throw new EngineException("no page releases");
        }

        @Override
        public long quarantined(String connection) {
            return 0;
        }

        @Override
        public AutoCloseable onCommit(Consumer<Load> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }

    private final class TestQueries implements Queries {
        @Override
        public Rows query(Viewer viewer, String sql, Duration limit, Object... parameters) throws EngineException {
            if (broken) {
                throw new EngineException("The disk that holds the store is full.");
            }
            String rule = switch (viewer.role()) {
                case Viewer.OPERATOR, Viewer.ADMIN -> "true";
                case "manager" -> "date >= current_date - 90";
                default -> "user_id = '" + viewer.attributes().getOrDefault("sales_user_id", "").replace("'", "''") + "'";
            };
            try {
                PreparedStatement statement = store.prepareStatement(sql.replace(" from sales", " from (select * from sales where " + rule + ") sales"));
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return new TestRows(statement, statement.executeQuery());
            } catch (SQLException e) {
                throw new EngineException(e.getMessage(), e);
            }
        }

        @Override
        public Rows ask(Viewer viewer, String sql, Duration limit) throws EngineException {
            return query(viewer, sql, limit);
        }

        @Override
        public String scope(Viewer viewer) {
            return viewer.role() + viewer.attributes();
        }

        @Override
        public long version() {
            return version;
        }
    }

    private record TestRows(PreparedStatement statement, ResultSet rows) implements Rows {
        @Override
        public List<Column> columns() {
            throw new UnsupportedOperationException("no page asks for columns");
        }

        @Override
        public boolean next() throws EngineException {
            try {
                return rows.next();
            } catch (SQLException e) {
                throw new EngineException(e.getMessage(), e);
            }
        }

        @Override
        public Object value(int column) throws EngineException {
            try {
                return rows.getObject(column + 1);
            } catch (SQLException e) {
                throw new EngineException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            try {
                statement.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final class TestComparisons implements Comparisons {
        @Override
        public List<Badge> badges() {
            return List.copyOf(badges);
        }

        @Override
        public List<Badge> compare(String connection, Progress progress) {
            throw new AssertionError("no page compares");
        }
    }
}
