package eider.store.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * A throw-away DuckDB instance in memory, for looking at a file that nobody vouches for. It has limits of its own, reads only
 * the folders it was opened for, loads no extension, and its configuration is locked. Whatever a hostile file does to it (an internal
 * error invalidates a whole instance), the live database does not notice: close it and open another.
 *
 * <p>Used by one thread at a time. {@link #query} ends within moments when that thread is interrupted.
 */
public final class Ingest implements AutoCloseable {

    /** What is done with an answer while it is open. */
    @FunctionalInterface
    public interface Reading<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private final Connection connection;

    private Ingest(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens an instance.
     *
     * @param scratch an existing folder for what does not fit into memory
     * @param readable folders it may read and write; the scratch folder is always one of them
     */
    public static Ingest open(Path scratch, Collection<Path> readable, Limits limits) throws SQLException {
        Set<Path> folders = new LinkedHashSet<>();
        try {
            folders.add(scratch.toRealPath());
            for (Path folder : readable) {
                folders.add(folder.toRealPath());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A folder for reading files is missing: " + e.getMessage(), e);
        }
        Properties settings = new Properties();
        settings.setProperty("threads", Integer.toString(limits.threads()));
        settings.setProperty("memory_limit", limits.memory());
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET temp_directory = " + ScanSql.literal(scratch.toRealPath().resolve("spill").toString()));
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("SET allowed_directories = "
                    + folders.stream().map(folder -> ScanSql.literal(folder.toString())).collect(Collectors.joining(", ", "[", "]")));
            statement.execute("SET enable_external_access = false");
            statement.execute("SET lock_configuration = true");
        } catch (SQLException | IOException e) {
            connection.close();
            throw e instanceof SQLException sql ? sql : new SQLException("The scratch folder " + scratch + " cannot be used.", e);
        }
        return new Ingest(connection);
    }

    /** Its one connection; closing this instance closes it. */
    public Connection connection() {
        return connection;
    }

    /**
     * Runs one query and reads its answer.
     *
     * @throws InterruptedException if the calling thread is interrupted; the query was cancelled
     */
    public <T> T query(String sql, Reading<T> reading) throws SQLException, InterruptedException {
        return query(connection, sql, reading);
    }

    /** Runs a statement that has no answer. */
    public void execute(String sql) throws SQLException, InterruptedException {
        query(connection, sql, rows -> null);
    }

    /**
     * Runs one query on any connection so that an interrupt of the calling thread cancels it. {@code interrupt()} alone does not end a
     * query inside the native library, {@link Statement#cancel()} does: so a thread of its own runs the query, and this one waits.
     */
    public static <T> T query(Connection connection, String sql, Reading<T> reading) throws SQLException, InterruptedException {
        AtomicReference<T> answer = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        try (Statement statement = connection.createStatement()) {
            Thread thread = Thread.ofPlatform().name("ingest").daemon().start(() -> {
                try {
                    if (statement.execute(sql)) {
                        try (ResultSet rows = statement.getResultSet()) {
                            answer.set(reading.read(rows));
                        }
                    }
                } catch (SQLException | RuntimeException | Error e) {
                    failure.set(e);
                } finally {
                    done.countDown();
                }
            });
            try {
                done.await();
            } catch (InterruptedException e) {
                // A cancel that comes before the query has begun is forgotten: repeat it until the thread has ended.
                while (thread.isAlive()) {
                    statement.cancel();
                    thread.join(Duration.ofMillis(20));
                    Thread.interrupted();
                }
                throw e;
            }
        }
        return switch (failure.get()) {
            case null -> answer.get();
            case SQLException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        };
    }

    /** All rows of a query as text: for small answers. */
    List<List<String>> rows(String sql) throws SQLException, InterruptedException {
        return query(sql, rows -> {
            List<List<String>> all = new ArrayList<>();
            int width = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>(width);
                for (int i = 1; i <= width; i++) {
                    row.add(rows.getString(i));
                }
                all.add(row);
            }
            return all;
        });
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
