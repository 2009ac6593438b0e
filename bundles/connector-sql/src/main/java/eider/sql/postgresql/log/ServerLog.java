package eider.sql.postgresql.log;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Names;
import eider.kit.Options;
import eider.sql.Column;
import eider.sql.Faults;
import eider.sql.Log;
import eider.sql.Parameter;
import eider.sql.Session;
import eider.sql.Settings;
import eider.sql.Table;
import eider.sql.postgresql.Postgresql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.ReplicationSlotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a PostgreSQL server for one connection: a slot for each table, and its messages. */
public final class ServerLog implements Log {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);
    private static final int LONGEST_NAME = 63;
    private static final long PAUSE = Duration.ofMillis(5).toNanos();
    /** How often the server is asked how far it is while nothing comes. */
    private static final long ASK = Duration.ofMillis(100).toNanos();
    /** A position between two pages of the log is never reached, as nothing is there; nobody waits for it longer. */
    private static final long SILENCE = Duration.ofSeconds(2).toNanos();
    private static final String PUBLISHED = """
            SELECT p.attnames::text[] @> CAST(? AS text[]), p.rowfilter IS NOT NULL, b.pubinsert AND b.pubupdate AND b.pubdelete AND b.pubtruncate
            FROM pg_catalog.pg_publication_tables p JOIN pg_catalog.pg_publication b USING (pubname)
            WHERE p.pubname = ? AND p.schemaname = ? AND p.tablename = ?""";
    /** The columns by which the log names a row that changed or went; null where it names all. */
    private static final String IDENTITY = """
            SELECT c.relreplident, (SELECT array_to_string(array_agg(a.attname), '/') FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
                ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]) WHERE i.indrelid = c.oid
                AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)
            FROM pg_catalog.pg_class c WHERE c.oid = CAST(? AS regclass)""";

    private final Postgresql dialect;
    private final Settings settings;
    private final Faults faults;

    public ServerLog(Postgresql dialect, Settings settings) {
        this.dialect = dialect;
        this.settings = settings;
        this.faults = dialect.faults(settings);
    }

    private String slot(Table table) {
        String name = settings.slot() + "_" + Names.free(table.name(), 0, new HashSet<>());
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 9) + "_" + Integer.toHexString(name.hashCode());
    }

    private Connection connect() throws SourceException, InterruptedException {
        try {
            return dialect.replicating(settings);
        } catch (SQLException e) {
            interrupted(e);
            if ("42501".equals(e.getSQLState()) || "28000".equals(e.getSQLState())) {
                throw new SourceException(Kind.CONFIG, "Option 'log': user '" + settings.user() + "' may not read the server's log (" + e.getMessage()
                        + "). Let the owner of the database run ALTER ROLE \"" + settings.user() + "\" REPLICATION; and let pg_hba.conf admit it.", e);
            }
            throw faults.connecting(e, true);
        }
    }

    private static void interrupted(SQLException e) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("the thread was interrupted while it waited for the database");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    @Override
    public Beginning begin(Table table) throws SourceException, InterruptedException {
        Connection connection = connect();
        String slot = slot(table);
        try {
            try {
                connection.unwrap(PGConnection.class).getReplicationAPI().dropReplicationSlot(slot);
            } catch (SQLException e) {
                if (!"42704".equals(e.getSQLState())) {
                    throw e;
                }
                LOG.debug("There was no slot {} yet", slot);
            }
            ReplicationSlotInfo made = connection.unwrap(PGConnection.class).getReplicationAPI().createReplicationSlot().logical().withSlotName(slot)
                    .withOutputPlugin("pgoutput").make();
            return new Begun(connection, made.getConsistentPoint().asString(), made.getSnapshotName());
        } catch (SQLException e) {
            close(connection);
            interrupted(e);
            throw fault(e, table, slot);
        }
    }

    private record Begun(Connection connection, String position, String snapshot) implements Beginning {
        @Override
        public void close() {
            ServerLog.close(connection);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection was not closed in order: {}", e.getMessage());
        }
    }

    private SourceException fault(SQLException e, Table table, String slot) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case "55006" -> new SourceException(Kind.TEMPORARY, "The slot " + slot + " is used by somebody else (" + e.getMessage()
                    + "); another Eider that reads this database needs another option 'slot'.", e);
            case "55000" -> new SourceException(Kind.CONFIG, "Option 'log': the server does not keep its log for others (" + e.getMessage()
                    + "). Let its owner set wal_level = logical and restart it.", e);
            case "53400" -> new SourceException(Kind.CONFIG, "Option 'log': the server has no slot left for " + table.told() + " (" + e.getMessage()
                    + "). Let its owner raise max_replication_slots, or drop slots that nobody needs.", e);
            case "42501" -> new SourceException(Kind.CONFIG, "Option 'log': user '" + settings.user() + "' may not make a slot (" + e.getMessage()
                    + "). Let the owner of the database run ALTER ROLE \"" + settings.user() + "\" REPLICATION;", e);
            default -> faults.of(e, "following the log of " + table.told());
        };
    }

    @Override
    public String broken(Table table, Session session) throws SourceException, InterruptedException {
        String slot = slot(table);
        String status = session.ask("looking for the slot " + slot, "SELECT coalesce(wal_status, '') FROM pg_catalog.pg_replication_slots WHERE slot_name = ?",
                List.of(Parameter.of(slot)));
        return status == null ? "the slot " + slot + " is not there any more" : status.equals("lost") ? "the server has given up the log that the slot "
                + slot + " needed (max_slot_wal_keep_size)" : null;
    }

    /** Whether the publication holds the table, all of it, and names its rows by the key that is used here. */
    @Override
    public void check(Table table, Session session) throws SourceException, InterruptedException {
        String schema = dialect.schema(settings);
        String add = " Let the owner of the database run CREATE PUBLICATION \"" + settings.publication() + "\" FOR TABLE " + table.sql()
                + "; or, where that is there already, ALTER PUBLICATION \"" + settings.publication() + "\" ADD TABLE " + table.sql() + ";";
        List<String> found = new ArrayList<>();
        StringBuilder keys = new StringBuilder("{");
        table.key().forEach(column -> keys.append(keys.length() == 1 ? "" : ",").append('"').append(column.name().replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"'));
        session.each("looking for the publication", PUBLISHED, List.of(Parameter.of(keys.append('}').toString()), Parameter.of(settings.publication()),
                Parameter.of(schema), Parameter.of(table.name())), 2, row -> {
                    found.addAll(List.of(row.getString(1), row.getString(2), row.getString(3)));
                    return true;
                });
        if (found.isEmpty()) {
            throw Options.wrong("log", "the publication '" + settings.publication() + "' does not hold table " + table.told()
                    + " (of a partitioned table only with publish_via_partition_root = true)." + add);
        }
        if (!found.equals(List.of("t", "f", "t"))) {
            throw Options.wrong("log", "the publication '" + settings.publication() + "' does not tell all of table " + table.told()
                    + ": it leaves out columns of its key, rows, or inserts, updates, deletes or truncates.");
        }
        String[] identity = new String[2];
        session.each("looking at the identity of its rows", IDENTITY, List.of(Parameter.of(table.sql())), 1, row -> {
            identity[0] = row.getString(1);
            identity[1] = row.getString(2);
            return true;
        });
        Set<String> names = identity[1] == null ? Set.of() : Set.of(identity[1].split("/"));
        if (!identity[0].equals("f") && table.key().stream().anyMatch(column -> !names.contains(column.name()))) {
            throw Options.wrong("log", "the log of table " + table.told() + " does not name rows by the key that is used here. Let its owner run ALTER TABLE "
                    + table.sql() + " REPLICA IDENTITY FULL;");
        }
    }

    @Override
    public Reached follow(Table table, Session session, String from, Changes changes) throws SourceException, InterruptedException {
        LogSequenceNumber end = LogSequenceNumber.valueOf(session.ask("looking where the log ends", "SELECT pg_catalog.pg_current_wal_insert_lsn()::text",
                List.of()));
        String slot = slot(table);
        Connection connection = connect();
        try {
            LogSequenceNumber durable = LogSequenceNumber.valueOf(from);
            try (PGReplicationStream stream = connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream().logical().withSlotName(slot)
                    .withStartPosition(durable).withSlotOption("proto_version", 1).withSlotOption("publication_names", "\"" + settings.publication() + "\"")
                    .withStatusInterval(5, TimeUnit.SECONDS).start()) {
                stream.setFlushedLSN(durable);
                stream.setAppliedLSN(durable);
                return follow(stream, new Reader(table, dialect, dialect.schema(settings), changes), durable, end);
            }
        } catch (SQLException e) {
            interrupted(e);
            throw fault(e, table, slot);
        } finally {
            close(connection);
        }
    }

    private static Reached follow(PGReplicationStream stream, Reader reader, LogSequenceNumber from, LogSequenceNumber end)
            throws SQLException, SourceException, InterruptedException {
        long heard = System.nanoTime();
        long asked = heard;
        LogSequenceNumber told = from;
        LogSequenceNumber last = from;
        while (true) {
            ByteBuffer bytes = stream.readPending();
            if (Thread.interrupted()) {
                throw new InterruptedException("the thread was interrupted while it followed the log");
            }
            long now = System.nanoTime();
            if (bytes != null) {
                heard = now;
                long committed = reader.take(bytes);
                if (committed != 0) {
                    told = LogSequenceNumber.valueOf(committed);
                    if (told.compareTo(end) >= 0) {
                        return new Reached(told.asString(), true);
                    }
                    reader.upTo(told.asString());
                }
                continue;
            }
            LogSequenceNumber reached = stream.getLastReceiveLSN();
            if (!reached.equals(last)) {
                last = reached;
                heard = now;
            }
            // What the server has passed without a word tells nothing of this table.
            if (!reader.inTransaction() && (reached.compareTo(end) >= 0 || now - heard > SILENCE)) {
                LOG.debug("The log was read to {}, and {} was wanted", reached, end);
                return new Reached((reached.compareTo(told) > 0 ? reached : told).asString(), reached.compareTo(end) >= 0);
            }
            if (now - asked > ASK) {
                asked = now;
                stream.forceUpdateStatus();
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** Turns the messages of a slot into the changes of one table. */
    private static final class Reader {
        private final Table table;
        private final String schema;
        private final Changes changes;
        private final boolean[] plain;
        private int relation;
        /** For each column of the table, where it stands in the log's rows; -1 where it does not. */
        private int[] places;
        private boolean complete;
        private boolean open;

        Reader(Table table, Postgresql dialect, String schema, Changes changes) {
            this.table = table;
            this.schema = schema;
            this.changes = changes;
            this.plain = new boolean[table.columns().size()];
            for (int i = 0; i < plain.length; i++) {
                Column column = table.columns().get(i);
                plain[i] = column.expression().equals(dialect.quoted(column.name()));
            }
        }

        boolean inTransaction() {
            return open;
        }

        void upTo(String position) throws SourceException, InterruptedException {
            changes.upTo(position);
        }

        /** The position behind a transaction that ends with this message; 0 where none does. */
        long take(ByteBuffer bytes) throws SourceException, InterruptedException {
            Message message;
            try {
                message = Message.of(bytes);
            } catch (IllegalArgumentException e) {
                throw new SourceException(Kind.BUG, "What the server's log tells of " + table.told() + " is not understood. " + e.getMessage(), e);
            }
            switch (message) {
                case Message.Begin begin -> open = true;
                case Message.Commit commit -> {
                    open = false;
                    return commit.end();
                }
                case Message.Relation told -> relation(told);
                case Message.Insert insert when insert.relation() == relation -> put(insert.row());
                case Message.Update update when update.relation() == relation -> {
                    String[] key = key(update.row());
                    if (update.before() != null && !List.of(key(update.before())).equals(List.of(key))) {
                        changes.gone(key(update.before()));
                    }
                    put(update.row());
                }
                case Message.Delete delete when delete.relation() == relation -> changes.gone(key(delete.before()));
                case Message.Truncate truncate when truncate.relations().contains(relation) && places != null -> throw emptied();
                case Message.Truncate truncate -> { }
                case Message.Insert insert -> { }
                case Message.Update update -> { }
                case Message.Delete delete -> { }
                case Message.Other other -> { }
            }
            return 0;
        }

        private SourceException emptied() {
            return new SourceException(Kind.DATA, table.told() + " was emptied at its source (TRUNCATE), and the log does not say which rows that were. Read it "
                    + "completely once: set mode = replace in the file of its dataset and sync, and take that out again.");
        }

        private void relation(Message.Relation told) throws SourceException {
            if (!told.schema().equals(schema) || !told.name().equals(table.name())) {
                return;
            }
            relation = told.id();
            places = table.columns().stream().mapToInt(column -> told.columns().indexOf(column.name())).toArray();
            complete = true;
            for (int i = 0; i < places.length; i++) {
                complete &= plain[i] && places[i] >= 0;
            }
        }

        private String[] key(Message.Tuple row) {
            String[] key = new String[table.key().size()];
            for (int i = 0; i < key.length; i++) {
                key[i] = row.texts()[places[table.columns().indexOf(table.key().get(i))]];
            }
            return key;
        }

        private void put(Message.Tuple row) throws SourceException, InterruptedException {
            boolean all = complete;
            String[] texts = new String[places.length];
            for (int i = 0; all && i < texts.length; i++) {
                texts[i] = row.texts()[places[i]];
                all = row.told()[places[i]];
            }
            if (all) {
                changes.put(texts);
            } else {
                changes.touched(key(row));
            }
        }
    }
}
