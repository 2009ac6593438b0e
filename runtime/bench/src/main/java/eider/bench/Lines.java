package eider.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** A PostgreSQL server on 127.0.0.1 with tables of eight columns, one for each number of rows: {@code lines_5000000}. */
final class Lines implements AutoCloseable {
    static final int COLUMNS = 8;
    private static final String PASSWORD = "bench";

    private final EmbeddedPostgres server;

    /** @param folder for its files, on the disk that is measured */
    Lines(Path folder) throws IOException {
        Files.createDirectories(folder);
        this.server = EmbeddedPostgres.builder().setRegisterShutdownHook(false).setOverrideWorkingDirectory(folder.resolve("binaries").toFile())
                .setDataDirectory(folder.resolve("data")).setServerConfig("fsync", "off").setServerConfig("shared_buffers", "128MB")
                .setServerConfig("max_wal_size", "4GB").setServerConfig("autovacuum", "off").start();
    }

    static String name(long rows) {
        return "lines_" + rows;
    }

    String address() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres&password=" + PASSWORD;
    }

    /** What makes a connection of a home read one of the tables. */
    String options(long rows) {
        return "host = 127.0.0.1\nport = " + server.getPort() + "\ndatabase = postgres\nuser = postgres\npassword = " + PASSWORD
                + "\ntls = none\ntables = " + name(rows) + "\ncursor = " + name(rows) + "=changed\nlook_back = 1m\n";
    }

    /** A table of so many rows, each changed at another time of the year before. */
    void fill(long rows) throws SQLException {
        execute("CREATE TABLE " + name(rows) + " (id bigint PRIMARY KEY, changed timestamptz NOT NULL, product text, region text, customer text, "
                + "quantity integer, unit_price numeric(18,4), total numeric(18,4))",
                String.format(Locale.ROOT, "INSERT INTO %s SELECT i, timestamptz '2025-01-01 00:00:00Z' + i * interval '1 second' * (30000000.0 / %d), "
                        + "(ARRAY['Laptop Pro 14','Monitor 27 Inch','Wireless Mouse','Mechanical Keyboard','Standing Desk','Ergonomic Chair'])[1 + i %% 6], "
                        + "(ARRAY['North America','Europe','Asia Pacific','Latin America'])[1 + i %% 4], 'customer-' || i %% 50000, 1 + i %% 5, "
                        + "20 + (i %% 130000) / 100.0, (1 + i %% 5) * (20 + (i %% 130000) / 100.0) FROM generate_series(1, %d) i", name(rows), rows, rows),
                "CREATE INDEX ON " + name(rows) + " (changed, id)", "VACUUM ANALYZE " + name(rows));
    }

    /** Nine in ten of the changed rows are there already, all over the table; one in ten is new. */
    void change(long rows, long changed) throws SQLException {
        long step = rows / (changed - changed / 10);
        execute(String.format(Locale.ROOT, "UPDATE %s SET changed = now(), quantity = quantity + 1 WHERE id %% %d = 1 AND id <= %d", name(rows), step,
                step * (changed - changed / 10)),
                String.format(Locale.ROOT, "INSERT INTO %1$s SELECT %2$d + i, now(), 'New', 'Europe', 'customer-1', 1, 1, 1 FROM generate_series(1, %3$d) i",
                        name(rows), rows, changed / 10));
    }

    void drop(long rows) throws SQLException {
        execute("DROP TABLE " + name(rows));
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(address()); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
