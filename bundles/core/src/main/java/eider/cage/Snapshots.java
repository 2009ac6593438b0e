package eider.cage;

import eider.engine.EngineException;
import eider.policy.Sight;
import eider.store.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows that people may see, as files, each set of tables from one state of the store. A set serves everybody with the same scope until a commit changes rows; it is deleted
 * when nobody reads it any more. Any thread; one writes at a time.
 */
final class Snapshots {
    private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
    private static final int KEPT = 8;

    private final Path folder;
    // Guarded by this.
    private final Map<Key, Taken> kept = new LinkedHashMap<>(KEPT, 0.75f, true);
    private long number;

    Snapshots(Path folder) {
        this.folder = folder;
    }

    private record Key(String scope, long version, Set<String> tables) {}

    /** A set that somebody reads; closed once. */
    final class Taken implements AutoCloseable {
        private final List<Wire.Table> tables;
        private int readers;
        private boolean dropped;

        private Taken(List<Wire.Table> tables) {
            this.tables = tables;
        }

        List<Wire.Table> tables() {
            return tables;
        }

        @Override
        public void close() {
            synchronized (Snapshots.this) {
                readers--;
                deleteUnread();
            }
        }

        private void deleteUnread() {
            if (dropped && readers == 0) {
                for (Wire.Table table : tables) {
                    try {
                        Files.deleteIfExists(Path.of(table.file()));
                    } catch (IOException e) {
                        log.warn("{} could not be deleted, the next start does it", table.file(), e);
                    }
                }
            }
        }
    }

    /**
     * @param sql a reader without a transaction
     * @param version of the store, asked for before
     * @param wanted names that may be tables; those that are not seen, or are not there, are left out
     */
    synchronized Taken take(Sql sql, Sight sight, long version, Set<String> wanted) throws EngineException, SQLException, IOException {
        kept.entrySet().removeIf(entry -> entry.getKey().version != version && drop(entry.getValue()));
        Set<String> seen = new TreeSet<>(wanted);
        seen.retainAll(sight.tables());
        Key key = new Key(sight.scope(), version, seen);
        Taken taken = kept.get(key);
        if (taken == null) {
            taken = new Taken(write(sql, sight, seen));
            kept.put(key, taken);
        }
        taken.readers++;
        if (kept.size() > KEPT) {
            Map.Entry<Key, Taken> eldest = kept.entrySet().iterator().next();
            kept.remove(eldest.getKey());
            drop(eldest.getValue());
        }
        return taken;
    }

    private static boolean drop(Taken taken) {
        taken.dropped = true;
        taken.deleteUnread();
        return true;
    }

    private List<Wire.Table> write(Sql sql, Sight sight, Set<String> tables) throws EngineException, SQLException, IOException {
        Files.createDirectories(folder);
        sql.run("BEGIN TRANSACTION READ ONLY");
        List<Wire.Table> written = new ArrayList<>();
        boolean whole = false;
        try {
            Map<String, String> selects = new TreeMap<>();
            for (String table : tables) {
                String select = sight.select(sql, table);
                if (select != null) {
                    selects.put(table, select);
                }
            }
            for (Map.Entry<String, String> select : selects.entrySet()) {
                Path file = folder.resolve(++number + ".parquet");
                int point = select.getKey().indexOf('.');
                written.add(new Wire.Table(point < 0 ? "main" : select.getKey().substring(0, point), select.getKey().substring(point + 1), file.toString()));
                sql.run("COPY (" + select.getValue() + ") TO " + Sql.text(file.toString()) + " (FORMAT parquet)");
            }
            whole = true;
            return List.copyOf(written);
        } finally {
            sql.reset();
            if (!whole) {
                drop(new Taken(written));
            }
        }
    }

    /** Lets go of all; files that are still read are deleted by their last reader. */
    synchronized void clear() {
        kept.values().forEach(Snapshots::drop);
        kept.clear();
    }
}
