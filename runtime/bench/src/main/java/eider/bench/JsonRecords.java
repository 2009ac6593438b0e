package eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;

/**
 * Records as an API would hand them out, one JSON object a line, and the bare way to load them. Also a main class, so that DuckDB does its work in
 * a process that is gone when it is done: {@code make FILE ROWS} or {@code load FILE DATABASE}.
 */
final class JsonRecords {
    /** Counted up when what is written changes: kept files have it in their name. */
    private static final int EDITION = 1;
    static final int COLUMNS = 8;

    private JsonRecords() {}

    /** The file with so many records, made once and kept in the user's cache folder. */
    static Path of(long rows, Workbench bench) throws IOException, InterruptedException {
        Path folder = Workbench.cache();
        Path file = folder.resolve("records-" + rows + "-" + EDITION + ".ndjson");
        if (!Files.exists(file)) {
            Path making = folder.resolve(file.getFileName() + ".making");
            bench.java(JsonRecords.class, "make", making.toString(), Long.toString(rows));
            Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    /** Loads the file with nothing but DuckDB. */
    static SalesFile.Cost bareLoad(Path file, Workbench bench) throws IOException, InterruptedException {
        Path database = Files.createDirectories(bench.fresh("bare")).resolve("bare.duckdb");
        String[] seconds = bench.java(JsonRecords.class, "load", file.toString(), database.toString()).strip().split(" ");
        return new SalesFile.Cost(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
    }

    public static void main(String[] words) throws SQLException, IOException {
        switch (words[0]) {
            case "make" -> run("jdbc:duckdb:", """
                    COPY (
                        SELECT i AS id, TIMESTAMP '2025-01-01' + INTERVAL (i) SECOND AS created_at, ['paid', 'open', 'refunded'][1 + CAST(hash(i) %% 3 AS INTEGER)] AS status,
                            'customer-' || hash(i + 1) %% 50000 || '@example.com' AS email, ['EUR', 'USD', 'GBP'][1 + CAST(hash(i + 2) %% 3 AS INTEGER)] AS currency,
                            CAST((hash(i + 3) %% 1000000) / 100 AS DECIMAL(18,2)) AS amount, 1 + hash(i + 4) %% 5 AS quantity, hash(i + 5) %% 2 = 0 AS gift
                        FROM range(%d) t(i)
                    ) TO '%s' (FORMAT json)""".formatted(Long.parseLong(words[2]), words[1].replace("'", "''")));
            case "load" -> {
                ProcessFigures self = new ProcessFigures(ProcessHandle.current().pid());
                double cpu = self.cpuSeconds();
                // the same columns and types that the product finds
                double wall = run("jdbc:duckdb:" + words[2], "CREATE TABLE records AS SELECT * FROM read_json('" + words[1].replace("'", "''")
                        + "', format = 'newline_delimited', columns = {id: 'BIGINT', created_at: 'TIMESTAMP', status: 'VARCHAR', email: 'VARCHAR', currency: 'VARCHAR',"
                        + " amount: 'DECIMAL(18,4)', quantity: 'BIGINT', gift: 'BOOLEAN'})", "CHECKPOINT");
                System.out.printf(Locale.ROOT, "%.3f %.3f%n", wall, self.cpuSeconds() - cpu);
            }
            default -> throw new IllegalArgumentException("'" + words[0] + "' is neither make nor load");
        }
    }

    private static double run(String database, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database); Statement statement = connection.createStatement()) {
            long begun = System.nanoTime();
            for (String sql : statements) {
                statement.execute(sql);
            }
            return Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
        }
    }
}
