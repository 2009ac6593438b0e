package eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * CSV files of orders with the sales file's columns and a key, {@code source_id}: all of them, or some that changed. Also a main class, so that
 * DuckDB makes them in a process that is gone when it is done: {@code FILE COUNT BASE VERSION}.
 */
final class Orders {
    /** Counted up when what is written changes: kept files have it in their name. */
    private static final int EDITION = 1;
    /** Has no divisor in common with a power of ten, so that its multiples meet each key once. */
    private static final long STEP = 9_973;
    /** One of so many changed rows is a new one. */
    static final int NEW = 10;

    private Orders() {}

    /** Orders {@code 0} to {@code rows - 1}, made once and kept in the user's cache folder. */
    static Path all(long rows, Workbench bench) throws IOException, InterruptedException {
        Path folder = Workbench.cache();
        Path file = folder.resolve("orders-" + rows + "-" + EDITION + ".csv");
        if (!Files.exists(file)) {
            Path making = folder.resolve(file.getFileName() + ".making");
            make(making, rows, 0, 0, bench);
            Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    /** Of {@code rows} orders some in a new version, from all over, and a tenth as many that are new. */
    static void changed(Path file, long rows, long changed, int version, Workbench bench) throws IOException, InterruptedException {
        make(file, changed, rows, version, bench);
    }

    private static void make(Path file, long count, long base, int version, Workbench bench) throws IOException, InterruptedException {
        bench.java(Orders.class, file.toString(), Long.toString(count), Long.toString(base), Integer.toString(version));
    }

    public static void main(String[] words) throws SQLException {
        long count = Long.parseLong(words[1]);
        long base = Long.parseLong(words[2]);
        long version = Long.parseLong(words[3]);
        String id = version == 0 ? "i" : "CASE WHEN i %% %d = 0 THEN %d + i ELSE (i * %d + %d) %% %d END".formatted(NEW, base + version * count,
                STEP, version * 7_919, base);
        // hash() of a number is the same on every machine with the same DuckDB, random() is not
        String sql = """
                COPY (
                    SELECT id AS source_id, DATE '2024-01-01' + CAST(id %% 730 AS INTEGER) AS date, 1 + hash(id) %% 500 AS user_id,
                        ['Laptop Pro 14', 'Monitor 27 Inch', 'Wireless Mouse', 'Mechanical Keyboard', 'Standing Desk', 'Ergonomic Chair',
                            'Project Planner Licence', 'Backup Suite Licence'][1 + CAST(hash(id + 1) %% 8 AS INTEGER)] AS product_name,
                        1 + CAST(hash(id + 2) %% 5 AS INTEGER) AS quantity, CAST((2000 + hash(id + 4) %% 130000 + %2$d) / 100 AS DECIMAL(18,2)) AS unit_price,
                        CAST(quantity * unit_price AS DECIMAL(18,2)) AS total_amount,
                        ['North America', 'Europe', 'Asia Pacific', 'Latin America'][1 + CAST(hash(id + 3) %% 4 AS INTEGER)] AS region
                    FROM (SELECT %3$s AS id FROM range(%1$d) t(i))
                ) TO '%4$s' (FORMAT csv, HEADER)""".formatted(count, version, id, words[0].replace("'", "''"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
