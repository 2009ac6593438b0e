package eider.sql;

import eider.sql.driver.DriverConfig;
import eider.sql.driver.Drivers;
import eider.tck.Binding;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A real server of a kind that Eider knows nothing of, on a free port of 127.0.0.1, one of each for all tests of this JVM, its databases in memory, in
 * a process of its own: neither its threads nor its memory are those of what is tested. A JVM that a test started uses the server of the one that
 * started it.
 */
final class Served {
    static final String READER = "READER";
    static final String PASSWORD = "correct horse";

    private static final class Holder {
        private static final Served H2 = new Served("h2", Map.of("jars", "h2.jar", "class", "org.h2.Driver", "url",
                "jdbc:h2:tcp://{host}:{port}/mem:{database}",
                "snapshot", "repeatable_read", "allowed_properties", "IGNORE_UNKNOWN_SETTINGS, TIME ZONE"), "jdbc:h2:tcp://127.0.0.1:%d/mem:shop");
        private static final Served HSQLDB = new Served("hsqldb", Map.of("jars", "hsqldb.jar", "class", "org.hsqldb.jdbc.JDBCDriver", "url",
                "jdbc:hsqldb:hsql://{host}:{port}/{database}"), "jdbc:hsqldb:hsql://127.0.0.1:%d/shop");
    }

    private final String kind;
    private final Map<String, String> description;
    private final String owners;
    private final Driver driver;
    private final int port;

    /** @param address as its owner writes it */
    private Served(String kind, Map<String, String> description, String address) {
        this.kind = kind;
        this.description = description;
        try {
            URLClassLoader classes = new URLClassLoader(new URL[] {jar().toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            driver = (Driver) classes.loadClass(description.get("class")).getConstructor().newInstance();
            ProcessHandle parent = ProcessHandle.current().parent().orElse(null);
            Path parents = parent == null ? null : note(kind, parent);
            if (parents != null && Files.isRegularFile(parents) && Files.getLastModifiedTime(parents).toInstant().plusSeconds(1)
                    .isAfter(parent.info().startInstant().orElse(Instant.MAX))) {
                port = Integer.parseInt(Files.readString(parents));
            } else {
                port = started();
                Files.writeString(note(kind, ProcessHandle.current()), Integer.toString(port)).toFile().deleteOnExit();
            }
            owners = address.formatted(port);
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException("the server " + kind + " does not start", e);
        }
    }

    private int started() throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(), ServedProcess.class.getName(), kind, jar().toString(),
                "CREATE USER " + READER + " PASSWORD '" + PASSWORD + "'").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        String said = process.inputReader().readLine();
        if (said == null || !said.startsWith("port ")) {
            throw new IOException("it said '" + said + "' and not its port");
        }
        return Integer.parseInt(said.substring("port ".length()));
    }

    private static Path note(String kind, ProcessHandle process) {
        return Path.of(System.getProperty("java.io.tmpdir"), "eider-" + kind + "-" + process.pid());
    }

    static Served h2() {
        return Holder.H2;
    }

    static Served hsqldb() {
        return Holder.HSQLDB;
    }

    String kind() {
        return kind;
    }

    int port() {
        return port;
    }

    Path jar() {
        return Path.of("target/drivers", description.get("jars")).toAbsolutePath();
    }

    /** What its file says, and options that are given as pairs. */
    Map<String, String> description(String... more) {
        return with(description, more);
    }

    private static Map<String, String> with(Map<String, String> options, String... more) {
        Map<String, String> all = new LinkedHashMap<>(options);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    /** Its jar as an operator drops it into a home, and the file that describes it. */
    Drivers dropped(Path home, String... more) throws IOException {
        Path folder = Files.createDirectories(home.resolve("plugins/drivers"));
        Path part = Files.copy(jar(), folder.resolve("driver.part"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, folder.resolve(description.get("jars")), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return Drivers.in(home, Map.of(kind, Binding.of(DriverConfig.class, description(more))));
    }

    SqlSource source(Path home, String schema, String... more) throws IOException {
        return SqlSource.in(home, Binding.of(SqlConfig.class, options(schema, more)), dropped(home));
    }

    /** Options that read a schema, and those that are given as pairs. */
    Map<String, String> options(String schema, String... more) {
        return with(Map.of("kind", kind, "host", "127.0.0.1", "port", Integer.toString(port), "database", "shop", "user", READER, "password",
                PASSWORD,
                "schema", schema, "tls", "none"), more);
    }

    /** As its owner. */
    Connection connect() throws SQLException {
        Properties owner = new Properties();
        owner.setProperty("user", "SA");
        owner.setProperty("password", "");
        return driver.connect(owners, owner);
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String ask(String sql) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** An empty schema. */
    String schema(String name) throws SQLException {
        String schema = (name + "_" + Long.toString(System.nanoTime(), 36)).toUpperCase(java.util.Locale.ROOT);
        execute("CREATE SCHEMA " + schema);
        return schema;
    }

    /** Lets the reader read tables of a schema. */
    void grant(String schema, String... tables) throws SQLException {
        for (String table : tables) {
            execute("GRANT SELECT ON " + schema + "." + table + " TO " + READER);
        }
    }

    /** A query that gives the numbers from 1 on as I. */
    String numbers(int many) {
        return kind.equals("h2") ? "SELECT X AS I FROM SYSTEM_RANGE(1, " + many + ")" : "SELECT I FROM UNNEST(SEQUENCE_ARRAY(1, " + many
                + ", 1)) AS T(I)";
    }

    void drop(String schema) throws SQLException {
        execute("DROP SCHEMA " + schema + " CASCADE");
    }

    @Override
    public String toString() {
        return kind;
    }
}
