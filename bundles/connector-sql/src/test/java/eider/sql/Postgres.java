package eider.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real server on a free port of 127.0.0.1, one for all tests of this JVM, in a temporary folder; where it cannot run, tests are skipped and say
 * why. A JVM that a test started, which may be halted, uses the server of the one that started it.
 */
final class Postgres implements Server {
    private static final Postgres ONE = new Postgres();

    private int port;
    private Throwable refused;

    private Postgres() {
        try {
            Path parents = ProcessHandle.current().parent().map(parent -> folder(parent.pid()).resolve("port")).orElse(null);
            if (parents != null && Files.isRegularFile(parents) && younger(parents)) {
                port = Integer.parseInt(Files.readString(parents));
                return;
            }
            Path folder = Files.createDirectories(folder(ProcessHandle.current().pid()));
            EmbeddedPostgres started = EmbeddedPostgres.builder().setRegisterShutdownHook(false)
                    .setOverrideWorkingDirectory(folder.resolve("binaries").toFile())
                    .setDataDirectory(folder.resolve("data")).setServerConfig("max_connections", "60").setServerConfig("fsync", "off").setServerConfig("wal_level", "logical")
                    .setServerConfig("shared_buffers", "32MB").start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started, folder)));
            port = started.getPort();
            Path hba = folder.resolve("data").resolve("pg_hba.conf");
            Files.writeString(hba, "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
                    StandardOpenOption.TRUNCATE_EXISTING);
            execute("CREATE ROLE " + READER + " LOGIN PASSWORD '" + PASSWORD + "'", "SELECT pg_reload_conf()");
            Files.writeString(folder.resolve("port"), Integer.toString(port));
        } catch (IOException | SQLException | RuntimeException | LinkageError e) {
            refused = e;
        }
    }

    /** A file of an older process that had the same number is none of our parent's. */
    private static boolean younger(Path file) throws IOException {
        Instant written = Files.getLastModifiedTime(file).toInstant().plusSeconds(1);
        return ProcessHandle.current().parent().flatMap(parent -> parent.info().startInstant()).map(written::isAfter).orElse(false);
    }

    private static Path folder(long process) {
        return Path.of(System.getProperty("java.io.tmpdir"), "eider-postgres-" + process);
    }

    private static void stop(EmbeddedPostgres started, Path folder) {
        try {
            started.close();
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            System.err.println("The server of the tests was not cleared away: " + e);
        }
    }

    static Postgres running() {
        if (ONE.refused != null) {
            throw Server.without("PostgreSQL", ONE.refused);
        }
        return ONE;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
    }

    @Override
    public String schema(String name) throws SQLException {
        String schema = name + "_" + Long.toString(System.nanoTime(), 36);
        execute("CREATE SCHEMA " + schema, "GRANT USAGE ON SCHEMA " + schema + " TO " + READER,
                "ALTER DEFAULT PRIVILEGES IN SCHEMA " + schema + " GRANT SELECT ON TABLES TO " + READER);
        return schema;
    }

    @Override
    public void drop(String schema) throws SQLException {
        execute("DROP SCHEMA " + schema + " CASCADE");
    }

    @Override
    public Map<String, String> options(String schema, String... more) {
        return Server.with(Map.of("host", "127.0.0.1", "port", Integer.toString(port()), "database", "postgres", "user", READER, "password", PASSWORD,
                "schema", schema, "tls", "none"), more);
    }

    @Override
    public String reader() {
        return READER;
    }

    @Override
    public String slow(String schema, int seconds) {
        return "CREATE VIEW " + schema + ".slow AS SELECT pg_sleep(" + seconds + ")::text AS slept";
    }

    private static String sessions(String words) {
        return " FROM pg_stat_activity WHERE usename = '" + READER + "' AND query LIKE '%" + words + "%'";
    }

    @Override
    public long working(String words) throws SQLException {
        return Long.parseLong(ask("SELECT count(*)" + sessions(words) + " AND (wait_event = 'PgSleep' OR query NOT LIKE '%slow%')"));
    }

    @Override
    public long end(String words) throws SQLException {
        return Long.parseLong(ask("SELECT count(pg_terminate_backend(pid))" + sessions(words)));
    }

    @Override
    public long cancel(String words) throws SQLException {
        return Long.parseLong(ask("SELECT count(pg_cancel_backend(pid))" + sessions(words)));
    }

    @Override
    public void limit(boolean limited) throws SQLException {
        execute("ALTER ROLE " + READER + (limited ? " SET statement_timeout = '1s'" : " RESET statement_timeout"));
    }

    @Override
    public void deny(String schema, String table) throws SQLException {
        execute("REVOKE SELECT ON " + schema + "." + table + " FROM " + READER);
    }

    @Override
    public String instant() {
        return "timestamptz";
    }

    @Override
    public String later(String time, String number, String unit) {
        return "(timestamptz " + time + " + (" + number + ") * interval '1 " + unit + "')";
    }

    @Override
    public String toString() {
        return "PostgreSQL";
    }
}
