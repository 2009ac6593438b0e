package eider.cage;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.store.Sql;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts processes that run one statement each. The bounds are the operating system's: address space by {@code ulimit}, one thread, a low priority, an end by force. None
 * outlives its rows, nor this object.
 */
public final class Cage implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Cage.class);
    /** What a JVM with DuckDB in it reserves before it does anything: measured, 1.55 GB with these options on Linux. */
    private static final long BARE_KB = 1_700_000;

    private final Path folder;
    private final Bounds bounds;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private final AtomicLong number = new AtomicLong();

    /**
     * What one statement may take.
     *
     * @param memoryMegabytes beside what the bare process takes
     * @param spillMegabytes of the disk, in a folder of its own
     */
    public record Bounds(int memoryMegabytes, int spillMegabytes) {
        public static final Bounds DEFAULT = new Bounds(512, 1_024);
    }

    Cage(Path folder, Bounds bounds) {
        this.folder = folder;
        this.bounds = bounds;
    }

    /**
     * Starts a process on a statement.
     *
     * @param whenClosed run once, when the process is gone
     * @return rows as they come; whoever closes it ends the process
     */
    CagedRows start(String sql, List<Wire.Table> tables, Runnable whenClosed) throws EngineException, IOException {
        Path work = Files.createDirectories(folder.resolve("work-" + number.incrementAndGet()));
        Process process = new ProcessBuilder(command(work)).directory(work.toFile()).redirectError(work.resolve("errors").toFile()).start();
        running.add(process);
        CagedRows rows = new CagedRows(process, work, whenClosed);
        boolean begun = false;
        try {
            // It stays open: where it ends, this process has ended, and the other one does too.
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
            Wire.write(out, new Wire.Task(sql, bounds.memoryMegabytes + "MB", work.resolve("spill").toString(), bounds.spillMegabytes + "MB", tables));
            out.flush();
            begun = true;
        } finally {
            if (!begun) {
                rows.close();
            }
        }
        return rows;
    }

    private List<String> command(Path work) throws EngineException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        if (!Files.isExecutable(java)) {
            throw new EngineException("SQL of your own cannot be run here: this Java has no program " + java + " to start another process with");
        }
        List<String> command = new ArrayList<>();
        if (FileSystems.getDefault().getSeparator().equals("/")) {
            // macOS knows no bound on the address space: there DuckDB's own limit is the only one.
            command.addAll(List.of("/bin/sh", "-c", "ulimit -c 0; ulimit -v \"$1\" 2>/dev/null; shift; exec env -i MALLOC_ARENA_MAX=2 LC_ALL=C.UTF-8 nice -n 19 \"$@\"", "sh",
                    Long.toString(BARE_KB + bounds.memoryMegabytes * 1_024L * 3 / 2)));
        }
        command.addAll(List.of(java.toString(), "-Xmx96m", "-Xss1m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:CompressedClassSpaceSize=32m",
                "-XX:ReservedCodeCacheSize=32m", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable", "-Xlog:all=off", "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + work, "-Djava.library.path=" + System.getProperty("java.library.path", ""), "-cp", classPath(), CagedQuery.class.getName()));
        return command;
    }

    private static String classPath() throws EngineException {
        List<String> jars = new ArrayList<>();
        for (Class<?> one : List.of(CagedQuery.class, Sql.driver(), Rows.class)) {
            CodeSource source = one.getProtectionDomain().getCodeSource();
            String address = source == null ? "" : source.getLocation().toString();
            // A bundle's is "location:reference:file:/…".
            int file = address.indexOf("file:");
            if (file < 0) {
                throw new EngineException("SQL of your own cannot be run here: it is not known in which jar " + one.getName() + " lies");
            }
            jars.add(Path.of(URI.create(address.substring(file))).toString());
        }
        return String.join(System.getProperty("path.separator"), jars);
    }

    /** Ends all processes. */
    @Override
    public void close() {
        running.forEach(Process::destroyForcibly);
    }

    /** The rows that a process sends. One thread reads; {@link #kill} may be called by any. */
    final class CagedRows implements Rows {
        private final Process process;
        private final Path work;
        private final Runnable whenClosed;
        private final DataInputStream in;
        private List<Column> columns;
        private List<Object> row = List.of();
        private boolean ended;
        private boolean closed;
        private volatile String killed;

        private CagedRows(Process process, Path work, Runnable whenClosed) {
            this.process = process;
            this.work = work;
            this.whenClosed = whenClosed;
            this.in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
        }

        /** Ends the process by force. @param why what its reader is told */
        void kill(String why) {
            killed = why;
            process.destroyForcibly();
        }

        /** Waits for the first frame. */
        void open() throws EngineException {
            byte kind = frame();
            if (kind != Wire.COLUMNS) {
                throw new EngineException("the statement's process sent what nobody expected");
            }
            try {
                columns = Collections.unmodifiableList(Wire.columns(in));
            } catch (IOException e) {
                throw gone(e);
            }
        }

        private byte frame() throws EngineException {
            try {
                byte kind = in.readByte();
                if (kind == Wire.FAILED) {
                    throw new EngineException(Wire.text(in).replace(folder.toString(), ""));
                }
                if (kind == Wire.TOO_MUCH) {
                    throw new EngineException(tooMuch());
                }
                return kind;
            } catch (IOException e) {
                throw gone(e);
            }
        }

        private String tooMuch() {
            return "the statement needed more memory than the " + bounds.memoryMegabytes + " MB that one may take: ask for less at once, or add up before you join";
        }

        private EngineException gone(IOException e) {
            if (killed != null) {
                return new EngineException(killed, e);
            }
            if (e instanceof EOFException || !process.isAlive()) {
                log.info("the process of a statement ended by itself, most likely for want of memory; it said: {}", errors());
                return new EngineException(tooMuch(), e);
            }
            return new EngineException("the statement's process sent what cannot be read", e);
        }

        private void shut() {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                log.debug("the process was gone before its task was let go of", e);
            }
        }

        private String errors() {
            try {
                String said = Files.readString(work.resolve("errors"));
                return said.length() > 1_000 ? said.substring(0, 1_000) : said;
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public boolean next() throws EngineException {
            if (ended) {
                return false;
            }
            byte kind = frame();
            if (kind == Wire.END) {
                ended = true;
                return false;
            }
            if (kind != Wire.ROW) {
                throw new EngineException("the statement's process sent what nobody expected");
            }
            try {
                row = Wire.row(in, columns.size());
            } catch (IOException e) {
                throw gone(e);
            }
            return true;
        }

        @Override
        public Object value(int column) {
            return row.get(column);
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            process.destroyForcibly();
            process.onExit().join();
            shut();
            running.remove(process);
            try (Stream<Path> left = Files.walk(work)) {
                for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException e) {
                log.warn("{} could not be deleted, the next start does it", work, e);
            } finally {
                whenClosed.run();
            }
        }
    }
}
