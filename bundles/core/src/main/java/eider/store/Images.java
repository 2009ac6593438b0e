package eider.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The before-images of all datasets: how long they are kept. They are forgotten by whole loads, the oldest first, so that of each dataset the loads after a certain one
 * can be taken back and the others cannot. Those of a dataset whose history is shown are its history, and are never forgotten. Every method is called inside a transaction.
 */
final class Images {
    private static final long BLOCK = 256 << 10;

    private Images() {}

    /** The last load of a dataset that cannot be taken back any more; 0 where each can. */
    static long forgotten(Sql sql, RawTable raw) throws SQLException {
        return sql.number("SELECT max(load) FROM ledger.forgotten WHERE connection = ? AND dataset = ?", raw.connection(), raw.dataset());
    }

    /** The tables of images, those of datasets with a history left out. */
    private static List<RawTable> tables(Sql sql) throws SQLException {
        return sql.list("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'undo' AND table_name NOT IN (SELECT view_name FROM duckdb_views() WHERE schema_name = 'history')"
                + " ORDER BY table_name", row -> RawTable.named(row.getString(1)));
    }

    /** How many bytes of the disk the images of a dataset take; what was written since the last checkpoint of the database is not counted. */
    static long bytes(Sql sql, RawTable raw) throws SQLException {
        return BLOCK * sql.number("SELECT count(DISTINCT block_id) FROM pragma_storage_info(" + Sql.text("undo." + Sql.name(raw.name())) + ") WHERE block_id >= 0");
    }

    /** The same of all datasets together. */
    static long bytes(Sql sql) throws SQLException {
        long bytes = 0;
        for (String name : sql.list("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'undo'", (ResultSet row) -> row.getString(1))) {
            bytes += bytes(sql, RawTable.named(name));
        }
        return bytes;
    }

    /** What one load left of images in one dataset. */
    private record Share(long load, RawTable raw, long bytes) {}

    /**
     * Forgets the images of loads that ended before {@code before}, and then of the oldest until those left take no more than {@code most} bytes.
     *
     * @param before null: however old
     * @param most 0: however many
     * @return how many images
     */
    static long forget(Sql sql, Instant before, long most, Instant now) throws SQLException {
        long gone = 0;
        List<RawTable> tables = tables(sql);
        if (before != null) {
            for (RawTable raw : tables) {
                gone += forget(sql, raw, sql.number("SELECT max(load) FROM ledger.change_sets c WHERE raw_table = ? AND committed_at < ? AND NOT EXISTS (FROM ledger.change_sets later"
                        + " WHERE later.load = c.load AND later.committed_at >= ?)", raw.name(), Ledger.time(before), Ledger.time(before)), now);
            }
        }
        if (most > 0) {
            Map<RawTable, Long> upTo = new HashMap<>();
            List<Share> shares = new ArrayList<>();
            long bytes = 0;
            for (RawTable raw : tables) {
                long size = bytes(sql, raw);
                long rows = Math.max(1, sql.number("SELECT count(*) FROM " + raw.images()));
                bytes += size;
                shares.addAll(sql.list("SELECT _gone, count(*) FROM " + raw.images() + " GROUP BY _gone",
                        row -> new Share(row.getLong(1), raw, size * row.getLong(2) / rows)));
            }
            shares.sort((one, other) -> Long.compare(one.load, other.load));
            for (Share share : shares) {
                if (bytes <= most) {
                    break;
                }
                upTo.put(share.raw, share.load);
                bytes -= share.bytes;
            }
            for (Map.Entry<RawTable, Long> one : upTo.entrySet()) {
                gone += forget(sql, one.getKey(), one.getValue(), now);
            }
        }
        return gone;
    }

    private static long forget(Sql sql, RawTable raw, long upTo, Instant now) throws SQLException {
        if (upTo <= forgotten(sql, raw)) {
            return 0;
        }
        sql.run("DELETE FROM ledger.forgotten WHERE connection = ? AND dataset = ?", raw.connection(), raw.dataset());
        sql.run("INSERT INTO ledger.forgotten VALUES (?, ?, ?, ?)", raw.connection(), raw.dataset(), upTo, Ledger.time(now));
        // The lineage of rows that are here needs the parts that their load read, so those stay.
        return sql.run("DELETE FROM " + raw.images() + " WHERE _gone <= ?", upTo);
    }
}
