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
 * A CSV file of sales with the seven columns of the example file, and the bare way to load it. Also a main class, so that DuckDB does its work in a
 * process that is gone when it is done: {@code make FILE ROWS} or {@code load FILE DATABASE}.
 */
final class SalesFile {
    /** Counted up when what is written changes: kept files have it in their name. */
    private static final int EDITION = 1;

    private SalesFile() {}

    /** The file with so many rows, made once and kept in the user's cache folder. */
    static Path of(long rows, Workbench bench) throws IOException, InterruptedException {
        Path folder = Workbench.cache();
        Path file = folder.resolve("sales-" + rows + "-" + EDITION + ".csv");
        if (!Files.exists(file)) {
            Path making = folder.resolve(file.getFileName() + ".making");
            bench.java(SalesFile.class, "make", making.toString(), Long.toString(rows));
            Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    /**
     * What the statement and writing it to disk took.
     *
     * @param wall seconds that passed
     * @param cpu seconds of processor time
     */
    record Cost(double wall, double cpu) {}

    /** Loads the file with nothing but DuckDB. */
    static Cost bareLoad(Path file, Workbench bench) throws IOException, InterruptedException {
        Path database = Files.createDirectories(bench.fresh("bare")).resolve("bare.duckdb");
        String[] seconds = bench.java(SalesFile.class, "load", file.toString(), database.toString()).strip().split(" ");
        return new Cost(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
    }

    public static void main(String[] words) throws SQLException, IOException {
        switch (words[0]) {
            case "make" -> make(words[1], Long.parseLong(words[2]));
            case "load" -> {
                Cost cost = load(words[1], words[2]);
                System.out.printf(Locale.ROOT, "%.3f %.3f%n", cost.wall(), cost.cpu());
            }
            default -> throw new IllegalArgumentException("'" + words[0] + "' is neither make nor load");
        }
    }

    private static void make(String file, long rows) throws SQLException {
        // hash() of a number is the same on every machine with the same DuckDB, random() is not
        String sql = """
                COPY (
                    SELECT DATE '2024-01-01' + CAST(i * 730 // %1$d AS INTEGER) AS date, 1 + hash(i) %% 500 AS user_id,
                        ['Laptop Pro 14', 'Monitor 27 Inch', 'Wireless Mouse', 'Mechanical Keyboard', 'Standing Desk', 'Ergonomic Chair',
                            'Project Planner Licence', 'Backup Suite Licence'][1 + product] AS product_name,
                        quantity, unit_price, CAST(quantity * unit_price AS DECIMAL(18,2)) AS total_amount,
                        ['North America', 'Europe', 'Asia Pacific', 'Latin America'][1 + CAST(hash(i + 3) %% 4 AS INTEGER)] AS region
                    FROM (
                        SELECT i, CAST(hash(i + 1) %% 8 AS INTEGER) AS product, CAST(1 + hash(i + 2) %% 5 AS INTEGER) AS quantity,
                            CAST(20 + hash(i + 4) %% 130000 / 100 AS DECIMAL(18,2)) AS unit_price
                        FROM range(%1$d) t(i)
                    )
                ) TO '%2$s' (FORMAT csv, HEADER)""".formatted(rows, file.replace("'", "''"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The output columns are those of the canonical table. DuckDB finds out dialect and types, as the product must; its settings are its own. */
    private static Cost load(String file, String database) throws SQLException, IOException {
        String sql = """
                CREATE TABLE sales AS
                SELECT CAST(date AS DATE) AS date, CAST(NULL AS TIMESTAMPTZ) AS occurred_at,
                    CASE WHEN quantity < 0 THEN 'refund' ELSE 'sale' END AS kind, 'files' AS source,
                    CAST(NULL AS VARCHAR) AS source_id, CAST(NULL AS VARCHAR) AS order_id, CAST(NULL AS VARCHAR) AS customer, product_name,
                    CAST(NULL AS VARCHAR) AS category,
                    CAST(NULL AS VARCHAR) AS channel, region, CAST(user_id AS VARCHAR) AS user_id, CAST(quantity AS DECIMAL(18,4)) AS quantity,
                    CAST(unit_price AS DECIMAL(18,4)) AS unit_price,
                    CAST(quantity * CAST(unit_price AS DECIMAL(18,4)) AS DECIMAL(18,4)) AS gross, CAST(NULL AS DECIMAL(18,4)) AS discount,
                    CAST(NULL AS DECIMAL(18,4)) AS tax, CAST(NULL AS DECIMAL(18,4)) AS shipping, CAST(total_amount AS DECIMAL(18,4)) AS net,
                    CAST(total_amount AS DECIMAL(18,4)) AS total_amount, CAST(NULL AS VARCHAR) AS currency,
                    CAST(NULL AS DECIMAL(18,4)) AS original_amount,
                    CAST(1 AS BIGINT) AS load
                FROM read_csv('%s')""".formatted(file.replace("'", "''"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + database); Statement statement = connection.createStatement()) {
            ProcessFigures self = new ProcessFigures(ProcessHandle.current().pid());
            double cpu = self.cpuSeconds();
            long begun = System.nanoTime();
            statement.execute(sql);
            statement.execute("CHECKPOINT");
            return new Cost(Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0, self.cpuSeconds() - cpu);
        }
    }
}
