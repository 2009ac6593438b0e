package eider.store;

import eider.engine.Server;
import eider.store.ingest.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one live database: one locked DuckDB instance, one writer, a few readers.
 *
 * <p>It opens at the first use and not before, so that a command which needs no rows stays cheap. Once open it can reach no file but those of the
 * hand-over folder, and no setting can be changed. Any thread may ask; a write waits for the one before it, a read waits for nobody.
 */
@Component(service = Store.class, immediate = true, configurationPid = "store")
@Designate(ocd = StoreConfig.class)
public final class Store implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Store.class);
    private static final int IDLE_READERS = 8;
    /** In MB. */
    private static final long DEFAULT_MEMORY = 1_024;
    /** Where the limit is written in another way that DuckDB understands, such as 80%. */
    private static final long DEFAULT_LIMIT = 512L << 20;
    private static final Pattern LOCKED = Pattern.compile("Conflicting lock is held in .*\\(PID (\\d+)\\)");

    /**
     * @param database the database file; null for one in memory
     * @param handover the folder through which files come in; emptied at each opening
     * @param memoryLimit as DuckDB writes it: {@code 768MB}
     */
    public record Settings(Path database, Path handover, String memoryLimit) {

        public static Settings in(Path home, boolean inMemory, String memoryLimit) {
            Path data = home.toAbsolutePath().resolve("data");
            return new Settings(inMemory ? null : data.resolve("eider.duckdb"), data.resolve("handover"), memoryLimit);
        }
    }

    /** Work inside one transaction of the writer. */
    @FunctionalInterface
    public interface Write<T> {
        T in(Sql sql) throws SQLException, StoreException;
    }

    private final Settings settings;
    private final InstantSource clock;
    private final Consumer<Step> steps;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final ReentrantLock noting = new ReentrantLock(true);
    private final AtomicLong version = new AtomicLong();
    private final Pace pace = new Pace();
    private final RowIds rowIds = new RowIds(pace);
    private final PushedRows pushed = new PushedRows();
    private final Budget memory = new Budget(DEFAULT_MEMORY);
    private volatile Retention retention = Retention.DEFAULT;
    private volatile Instant pruned = Instant.MIN;
    private volatile Sql writer;

    // Guarded by this.
    private final Deque<Sql> idle = new ArrayDeque<>();
    private final Set<Sql> lent = new HashSet<>();
    private DuckDBConnection main;
    private Sql notes;
    private boolean closed;

    @Activate
    public Store(@Reference Server server, StoreConfig config) {
        this(Settings.in(server.home(), server.inMemory(), config.memory__limit()), InstantSource.system(), step -> {});
        keep(Retention.of(config));
    }

    /** @param steps told when a load reaches each of its steps; for the tests that kill the process there */
    public Store(Settings settings, InstantSource clock, Consumer<Step> steps) {
        this.settings = settings;
        this.clock = clock;
        this.steps = steps;
    }

    @Modified
    void modified(StoreConfig config) {
        keep(Retention.of(config));
        if (!config.memory__limit().equals(settings.memoryLimit)) {
            log.info("memory_limit = {} takes effect at the next start", config.memory__limit());
        }
    }

    /** How long before-images and what left quarantine are kept from now on. */
    public void keep(Retention retention) {
        this.retention = retention;
    }

    public Retention retention() {
        return retention;
    }

    /** How many bytes of the disk before-images take; what was written since the database's last checkpoint is not counted. */
    public long imageBytes() throws StoreException {
        return read(Images::bytes);
    }

    public InstantSource clock() {
        return clock;
    }

    /** The memory, in MB, of the throw-away instances that syncs gather their rows in; whoever opens one borrows what it may take. The live database is not part of it. */
    public Budget memory() {
        return memory;
    }

    /** How many bytes the live database may use. */
    long memoryLimit() {
        long bytes = Retention.bytes(settings.memoryLimit);
        return bytes < 0 ? DEFAULT_LIMIT : bytes;
    }

    public Path handover() {
        return settings.handover;
    }

    /** Tells whoever watches that a load came here. */
    public void reached(Step step) {
        steps.accept(step);
    }

    /** Opens the database if it is not open yet. */
    public synchronized void open() throws StoreException {
        if (closed) {
            throw new StoreException("the store is closed");
        }
        if (main != null) {
            return;
        }
        try {
            Files.createDirectories(settings.handover);
            Migrations.run(settings.database, clock);
            DuckDBConnection opened = connect(settings.database == null ? "" : settings.database.toString(), settings.memoryLimit,
                    settings.handover.resolveSibling("spill"));
            try {
                // Only now: as long as another process has the database, the files are its own.
                emptyHandover();
                Sql sql = new Sql(opened);
                if (settings.database == null) {
                    Migrations.create(sql, clock);
                }
                Ledger.closeInterrupted(sql, clock.instant());
                rowIds.startAfter(Ledger.lastRow(sql));
                rowIds.register(opened);
                pushed.register(opened);
                sql.run("SET enable_progress_bar = true");
                sql.run("SET enable_progress_bar_print = false");
                sql.run("SET allowed_directories = [" + Sql.text(settings.handover + "/") + "]");
                sql.run("SET enable_external_access = false");
                sql.run("SET lock_configuration = true");
            } catch (SQLException | IOException e) {
                opened.close();
                throw e;
            }
            main = opened;
            writer = new Sql(opened.duplicate());
            notes = new Sql(opened.duplicate());
            log.info("store open: {}", settings.database == null ? "in memory" : settings.database);
        } catch (SQLException e) {
            throw new StoreException("the database " + settings.database + " could not be opened: " + whyNotOpen(e), e);
        } catch (IOException e) {
            throw new StoreException("the folder " + settings.handover + " cannot be used (" + e + "): it must be a folder in which this user may write", e);
        }
    }

    private static String whyNotOpen(SQLException e) {
        Matcher holder = LOCKED.matcher(String.valueOf(e.getMessage()));
        return holder.find() ? "another process has it open (PID " + holder.group(1) + "); stop that one first" : Sql.sentence(e);
    }

    /** A DuckDB instance with what all of ours have in common. */
    static DuckDBConnection connect(String database, String memoryLimit, Path spill) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("memory_limit", memoryLimit);
        properties.setProperty("temp_directory", spill.toString());
        properties.setProperty("preserve_insertion_order", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        // A self-join of a view with joins lost a filter and counted 2 for 1 (DuckDB 2.0.0.1; see OptimizerTrapTest).
        properties.setProperty("disabled_optimizers", "common_subplan");
        // Progress is asked for by Sql.percent, never printed.
        properties.setProperty("jdbc_stream_results", "true");
        DuckDBConnection connection = DuckDBConnection.newConnection("jdbc:duckdb:" + database, false, null, properties);
        new Sql(connection).run("SET GLOBAL TimeZone = 'UTC'");
        return connection;
    }

    private void emptyHandover() throws IOException {
        Files.createDirectories(settings.handover);
        try (Stream<Path> left = Files.walk(settings.handover)) {
            for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(settings.handover)) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Runs {@code work} in one transaction, alone. An interrupt of the calling thread cancels what runs and rolls everything back.
     *
     * @throws StoreException if anything failed; nothing of the work remains then
     */
    public <T> T write(Write<T> work) throws StoreException, InterruptedException {
        return write(null, work);
    }

    /** The same, with a database file of the hand-over folder attached for reading as {@code stage}. */
    <T> T write(Path stage, Write<T> work) throws StoreException, InterruptedException {
        return write(stage, work, true);
    }

    /** The same, and nothing of it stays: everything is taken back at its end. */
    <T> T rehearse(Path stage, Write<T> work) throws StoreException, InterruptedException {
        return write(stage, work, false);
    }

    private <T> T write(Path stage, Write<T> work, boolean stays) throws StoreException, InterruptedException {
        open();
        writing.lockInterruptibly();
        try {
            // Whoever held the lock before may have closed or reopened the store.
            open();
            Sql sql = writer;
            sql.revive();
            if (stage == null) {
                return transaction(sql, work, stays);
            }
            try {
                sql.run("ATTACH " + Sql.text(stage.toString()) + " AS stage (READ_ONLY)");
            } catch (SQLException e) {
                throw new StoreException(Sql.sentence(e), e);
            }
            try {
                return transaction(sql, work, stays);
            } finally {
                detach();
            }
        } finally {
            writing.unlock();
        }
    }

    /**
     * Runs {@code work} in one short transaction beside a load that may be running: for the record that a load leaves, which must not wait until another connection's
     * load is through. It touches no table whose shape a load changes, and no row that another thread writes. An interrupt does not end it.
     */
    public <T> T note(Write<T> work) throws StoreException {
        open();
        noting.lock();
        try {
            Sql sql;
            synchronized (this) {
                if (notes == null) {
                    throw new StoreException("the store is closed");
                }
                sql = notes;
            }
            try {
                sql.run("BEGIN TRANSACTION");
                T result = work.in(sql);
                sql.run("COMMIT");
                return result;
            } catch (SQLException e) {
                abandon(sql, e);
                throw new StoreException(Sql.sentence(e), e);
            } catch (StoreException | RuntimeException e) {
                abandon(sql, e);
                throw e;
            }
        } finally {
            noting.unlock();
        }
    }

    /** Once a day, forgets what has been kept long enough. Where a load is being stored just now it waits for the next time. */
    public void prune() throws StoreException, InterruptedException {
        Instant now = clock.instant();
        if (pruned.isAfter(now.minus(Duration.ofDays(1))) || !writing.tryLock()) {
            return;
        }
        try {
            pruned = now;
            write(sql -> retention.apply(sql, now));
        } finally {
            writing.unlock();
        }
    }

    private static void abandon(Sql notes, Exception cause) {
        try {
            notes.reset();
        } catch (SQLException e) {
            // Only the writer reopens a database in doubt, and its next transaction finds out.
            cause.addSuppressed(e);
        }
    }

    private void detach() {
        Sql sql = writer;
        if (sql == null) {
            return;
        }
        try {
            // The writer may be a new one by now, whose instance has nothing attached. An interrupt at the end of the commit has cancelled it.
            sql.revive();
            sql.run("DETACH DATABASE IF EXISTS stage");
        } catch (SQLException e) {
            log.error("the staging database could not be let go, the store is reopened", e);
            reopen();
        }
    }

    private <T> T transaction(Sql sql, Write<T> work, boolean stays) throws StoreException, InterruptedException {
        try (InterruptWatch watch = new InterruptWatch(Thread.currentThread(), sql)) {
            // An explicit BEGIN: with auto-commit off the driver begins at the first statement, not at the first append, and appended rows survive a rollback.
            sql.run("BEGIN TRANSACTION");
            T result = work.in(sql);
            if (stays) {
                commit(sql);
            } else {
                sql.run("ROLLBACK");
            }
            return result;
        } catch (SQLException e) {
            undo(sql, e);
            throw new StoreException(Sql.sentence(e), e);
        } catch (StoreException | RuntimeException e) {
            undo(sql, e);
            throw e;
        }
    }

    /** A commit that is durable but whose checkpoint failed, on a full disk for instance, is a commit: who took it for a failure would deny rows that are there. */
    private void commit(Sql sql) throws SQLException {
        try {
            sql.run("COMMIT");
        } catch (SQLException e) {
            if (e.getMessage() == null || !e.getMessage().contains("COMMIT succeeded and is durable")) {
                throw e;
            }
            log.error("a load was committed, but the write-ahead log could not be merged into the database: {}; the database is reopened", Sql.sentence(e));
            reopen();
        }
    }

    private void undo(Sql sql, Exception cause) throws InterruptedException {
        sql.revive();
        rollback(sql, cause);
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("interrupted while writing");
            interrupted.addSuppressed(cause);
            throw interrupted;
        }
    }

    private void rollback(Sql sql, Exception cause) {
        try {
            sql.run("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
            if (e.getMessage() != null && e.getMessage().contains("no transaction is active")) {
                return;
            }
            log.error("the database is in doubt and is reopened", e);
            reopen();
        }
    }

    /** After an internal error DuckDB refuses everything until its file is reopened. */
    private synchronized void reopen() {
        shut();
        try {
            open();
        } catch (StoreException e) {
            log.error("the database could not be reopened", e);
        }
    }

    /** How far the writer's statement is, 0 to 100; negative where nothing is known. */
    public double writePercent() {
        Sql sql = writer;
        return sql == null ? -1 : sql.percent();
    }

    /** A connection for reading; the caller hands it back. */
    public Sql reader() throws StoreException {
        open();
        synchronized (this) {
            if (main == null) {
                throw new StoreException("the store is closed");
            }
            Sql sql = idle.poll();
            if (sql == null) {
                try {
                    sql = new Sql(main.duplicate());
                } catch (SQLException e) {
                    throw new StoreException(Sql.sentence(e), e);
                }
            }
            sql.revive();
            lent.add(sql);
            pace.asked();
            return sql;
        }
    }

    /** Takes a reader back. One of an instance that was closed meanwhile is closed already. */
    public synchronized void release(Sql reader) {
        if (!lent.remove(reader)) {
            return;
        }
        pace.answered();
        if (idle.size() < IDLE_READERS) {
            idle.push(reader);
        } else {
            close(reader);
        }
    }

    /** Takes a reader back that is of no more use. */
    public synchronized void discard(Sql reader) {
        if (lent.remove(reader)) {
            pace.answered();
            close(reader);
        }
    }

    /** Runs {@code work} on a reader. */
    public <T> T read(Write<T> work) throws StoreException {
        Sql sql = reader();
        try {
            return work.in(sql);
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        } finally {
            release(sql);
        }
    }

    RowIds rowIds() {
        return rowIds;
    }

    /** How files are read for a load: as usual, and those who wait for answers go before. */
    public Limits fileLimits() {
        return Limits.DEFAULT.resting(pace::buffer);
    }

    Pace pace() {
        return pace;
    }

    PushedRows pushed() {
        return pushed;
    }

    /** A number that grows with every commit that changed rows. */
    public long version() {
        return version.get();
    }

    void changed() {
        version.incrementAndGet();
    }

    /** Waits for a running write, writes everything into the database file and closes it. */
    @Deactivate
    @Override
    public void close() {
        writing.lock();
        noting.lock();
        try {
            synchronized (this) {
                closed = true;
                shut();
            }
        } finally {
            noting.unlock();
            writing.unlock();
        }
    }

    private synchronized void shut() {
        // Who still reads is told so by his next call: a connection left open would keep the file open.
        for (Sql sql : lent) {
            sql.cancel();
            close(sql);
            pace.answered();
        }
        lent.clear();
        idle.forEach(Store::close);
        idle.clear();
        if (notes != null) {
            close(notes);
            notes = null;
        }
        if (writer != null) {
            try {
                writer.revive();
                writer.run("CHECKPOINT");
            } catch (SQLException e) {
                log.warn("the last checkpoint failed; the write-ahead log keeps what was committed: {}", Sql.sentence(e));
            }
            close(writer);
            writer = null;
        }
        if (main == null) {
            return;
        }
        try {
            if (closed) {
                emptyHandover();
            }
        } catch (IOException e) {
            log.warn("the hand-over folder could not be emptied, the next start does it: {}", e.toString());
        }
        try {
            main.close();
            log.info("store closed");
        } catch (SQLException e) {
            log.error("the database did not close", e);
        }
        main = null;
    }

    private static void close(Sql sql) {
        try {
            sql.close();
        } catch (SQLException e) {
            log.warn("a connection did not close: {}", Sql.sentence(e));
        }
    }
}
