package eider.identity;

import eider.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.jdbc.JdbcConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database file. It opens at the first use. Writes come one after the other, each a transaction that is on the disk once it is done; reads see
 * one moment and wait for nobody. Any thread.
 *
 * <p>Statements run as a user of the database who may read and write rows; its owner's connection makes tables and nothing else. H2's own threads are
 * not there: it starts none with {@code WRITE_DELAY=0}, see {@code VaultTest}.
 */
final class Vault implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Vault.class);
    private static final int IDLE_READERS = 4;
    private static final int SNAPSHOT = 6;
    private static final int IN_USE = 90020;
    private static final Set<Integer> NO_TABLE = Set.of(42102, 42103, 42104);
    /**
     * No trace file (it would hold statements), no shutdown hook, no second lock file; a chunk that is free is written over after two seconds, which
     * is safe because each transaction is forced to the disk.
     */
    private static final String SETTINGS = ";DB_CLOSE_ON_EXIT=FALSE;FILE_LOCK=FS;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0;WRITE_DELAY=0"
            + ";RETENTION_TIME=2000;CACHE_SIZE=8192;ANALYZE_AUTO=0;BUILTIN_ALIAS_OVERRIDE=FALSE";
    private static final String THREAD = "eider people";
    private static final String OWNER = "OWNER";
    private static final String WORKER = "WORKER";

    /** Work inside one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Sql sql) throws SQLException, EngineException;
    }

    /** A change that gives nothing back. */
    @FunctionalInterface
    interface Change {
        void in(Sql sql) throws SQLException, EngineException;
    }

    private final Path file;
    private final String url;
    private final InstantSource clock;
    private final Change genesis;
    private final List<List<String>> versions;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Deque<Sql> readers = new ArrayDeque<>();
    private volatile boolean open;
    private boolean closed;
    private Connection owner;
    private Sql writer;

    /**
     * @param folder where the file is; null for a database in memory
     * @param genesis what a new database gets before anybody sees it
     */
    Vault(Path folder, InstantSource clock, Change genesis) {
        this(folder, clock, genesis, Schema.VERSIONS);
    }

    Vault(Path folder, InstantSource clock, Change genesis, List<List<String>> versions) {
        this.versions = versions;
        this.file = folder == null ? null : folder.resolve("people.mv.db");
        this.url = folder == null ? "jdbc:h2:mem:people-" + UUID.randomUUID() : url(folder.resolve("people"));
        this.clock = clock;
        this.genesis = genesis;
    }

    private static String url(Path path) {
        return "jdbc:h2:file:" + path.toAbsolutePath();
    }

    /** Whether it is open by now. */
    boolean isOpen() {
        return open;
    }

    /** Opens it; a second call does nothing. */
    void open() throws EngineException {
        if (open) {
            return;
        }
        writing.lock();
        try {
            if (closed) {
                throw new EngineException("Eider is about to stop: the accounts are closed already");
            }
            if (!open) {
                apart(() -> {
                    openNow();
                    return null;
                });
                open = true;
            }
        } catch (SQLException e) {
            throw fault(e);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be written (" + e.getMessage() + "): give the account that runs Eider the right to", e);
        } finally {
            if (!open) {
                release();
            }
            writing.unlock();
        }
    }

    /** One within the other would wait for itself. */
    private static void notWithin() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual() && thread.getName().equals(THREAD)) {
            throw new IllegalStateException("a transaction within a transaction");
        }
    }

    private interface Use<T> {
        T of() throws SQLException, EngineException, IOException;
    }

    /**
     * On a virtual thread that nobody interrupts, and waits for it: an interrupt closes the channel of the file under H2, and then nobody has
     * accounts until the next start (see {@code VaultTest}). The interrupt is kept for whoever asked.
     */
    private static <T> T apart(Use<T> use) throws SQLException, EngineException, IOException {
        FutureTask<T> task = new FutureTask<>(use::of);
        Thread.ofVirtual().name(THREAD).start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case SQLException cause -> throw cause;
                case EngineException cause -> throw cause;
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void openNow() throws SQLException, IOException, EngineException {
        if (file == null) {
            owner = connect(url + SETTINGS, OWNER);
            build(owner, 0);
        } else {
            if (file.toString().indexOf(';') >= 0) {
                throw new EngineException("The path " + file + " has a semicolon in it, which H2 cannot open: choose another --home");
            }
            Files.createDirectories(file.getParent());
            if (Files.exists(file)) {
                PrivateFile.tighten(file);
            } else {
                buildFile(0);
            }
            owner = connect(url + SETTINGS, OWNER);
            int version = version(owner);
            if (version > versions.size()) {
                throw new EngineException(file + " has schema version " + version + ", this Eider knows up to " + versions.size()
                        + ": start the newer Eider that wrote it, or restore a backup from before");
            }
            if (version < versions.size()) {
                shutdown(owner);
                buildFile(version);
                owner = connect(url + SETTINGS, OWNER);
            }
        }
        writer = worker();
    }

    /**
     * Builds the file beside its place and moves it there: H2 commits with each CREATE, so that a process that is killed would leave half of the
     * tables.
     */
    private void buildFile(int version) throws SQLException, IOException, EngineException {
        Path beside = file.resolveSibling("people-new.mv.db");
        Files.deleteIfExists(beside);
        PrivateFile.create(beside);
        if (version > 0) {
            Files.copy(file, beside, StandardCopyOption.REPLACE_EXISTING);
            PrivateFile.tighten(beside);
        }
        try (Connection connection = connect(url(file.resolveSibling("people-new")) + SETTINGS, OWNER)) {
            build(connection, version);
            shutdown(connection);
        }
        if (version > 0) {
            Path before = file.resolveSibling(file.getFileName() + ".version" + version);
            // A copy: there is never a moment without a file in its place, which would look like a home without accounts.
            Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            log.info("{} was brought from schema version {} to {}; as it was before it is kept as {}", file, version, versions.size(),
                    before.getFileName());
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void build(Connection connection, int from) throws SQLException, EngineException {
        for (int version = from + 1; version <= versions.size(); version++) {
            try (Statement statement = connection.createStatement()) {
                for (String sql : versions.get(version - 1)) {
                    statement.execute(sql);
                }
            }
            new Sql(connection).run("INSERT INTO schema_version VALUES (?, ?)", version, clock.millis());
        }
        if (from == 0) {
            genesis.in(new Sql(connection));
        }
    }

    private static int version(Connection connection) throws SQLException, EngineException {
        try {
            return (int) new Sql(connection).number("SELECT max(version) FROM schema_version");
        } catch (SQLException e) {
            // Not by the information schema, whose classes alone cost 60 ms of a start.
            if (NO_TABLE.contains(e.getErrorCode())) {
                throw new EngineException("data/people.mv.db is a database of somebody else: move it away, or choose another --home", e);
            }
            throw e;
        }
    }

    private Sql worker() throws SQLException {
        Connection connection = connect(url, WORKER);
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(SNAPSHOT);
        return new Sql(connection);
    }

    /** Not by the DriverManager, which would hold the bundle's classes after its end. */
    private static Connection connect(String url, String user) throws SQLException {
        return new JdbcConnection(url, new Properties(), user, "", false);
    }

    /** Either all of it is done and on the disk, or nothing. */
    <T> T write(Work<T> work) throws EngineException {
        notWithin();
        open();
        writing.lock();
        try {
            if (closed) {
                throw new EngineException("Eider is about to stop: the accounts are closed already");
            }
            return apart(() -> {
                boolean done = false;
                try {
                    T result = work.in(writer);
                    writer.connection().commit();
                    done = true;
                    if (file != null) {
                        force();
                    }
                    return result;
                } finally {
                    if (!done) {
                        writer.connection().rollback();
                    }
                }
            });
        } catch (SQLException e) {
            throw fault(e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            writing.unlock();
        }
    }

    void change(Change change) throws EngineException {
        write(sql -> {
            change.in(sql);
            return null;
        });
    }

    /** A commit of H2 is handed to the operating system; this puts it on the disk. */
    private void force() throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute("CHECKPOINT SYNC");
        }
    }

    /** Sees one moment, whatever is written meanwhile. */
    <T> T read(Work<T> work) throws EngineException {
        notWithin();
        open();
        try {
            return apart(() -> {
                Sql sql = reader();
                boolean sound = false;
                try {
                    T result = work.in(sql);
                    sql.connection().commit();
                    sound = true;
                    return result;
                } finally {
                    giveBack(sql, sound);
                }
            });
        } catch (SQLException e) {
            throw fault(e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Sql reader() throws SQLException, EngineException {
        synchronized (readers) {
            if (closed) {
                throw new EngineException("Eider is about to stop: the accounts are closed already");
            }
            Sql idle = readers.poll();
            if (idle != null) {
                return idle;
            }
        }
        return worker();
    }

    private void giveBack(Sql sql, boolean sound) throws SQLException {
        synchronized (readers) {
            if (sound && !closed && readers.size() < IDLE_READERS) {
                readers.push(sql);
                return;
            }
        }
        sql.connection().close();
    }

    /** What H2 says may hold values of a row, so only its number and where it happened go on from here. */
    private EngineException fault(SQLException e) {
        SQLException bare = new SQLException("H2 error " + e.getErrorCode(), e.getSQLState(), e.getErrorCode());
        bare.setStackTrace(e.getStackTrace());
        String where = file == null ? "the accounts in memory" : file.toString();
        if (e.getErrorCode() == IN_USE) {
            return new EngineException(where + " is in use by another process: stop that one first", bare);
        }
        return new EngineException(String.format(Locale.ROOT, "%s cannot be used (H2 error %d): look whether the disk is full or the file damaged, "
                + "and restore a backup if it is", where, e.getErrorCode()), bare);
    }

    private static void shutdown(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        }
    }

    private void release() {
        if (owner == null) {
            return;
        }
        try {
            Connection last = owner;
            apart(() -> {
                shutdown(last);
                return null;
            });
        } catch (SQLException e) {
            log.warn("The accounts were not closed in order (H2 error {}); nothing is lost by that", e.getErrorCode());
        } catch (EngineException | IOException e) {
            throw new IllegalStateException(e);
        } finally {
            owner = null;
            writer = null;
        }
    }

    /** Waits for the write under way. */
    @Override
    public void close() {
        writing.lock();
        try {
            synchronized (readers) {
                closed = true;
                readers.clear();
            }
            release();
            open = false;
        } finally {
            writing.unlock();
        }
    }
}
