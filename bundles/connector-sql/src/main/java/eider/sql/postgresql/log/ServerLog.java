package eider.sql.postgresql.log;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Names;
import eider.kit.Options;
import eider.sql.Column;
import eider.sql.Faults;
import eider.sql.Log;
import eider.sql.Parameter;
import eider.sql.Place;
import eider.sql.Session;
import eider.sql.Settings;
import eider.sql.Table;
import eider.sql.postgresql.Postgresql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    /** From version 15 on a publication may leave out columns and rows. */
    private static final String PUBLISHED = """
            SELECT coalesce(to_jsonb(p)->'attnames' @> to_jsonb(CAST(? AS text[])), true), to_jsonb(p)->>'rowfilter' IS NOT NULL, b.pubinsert AND b.pubupdate AND b.pubdelete AND b.pubtruncate
            FROM pg_catalog.pg_publication_tables p JOIN pg_catalog.pg_publication b USING (pubname)
            WHERE p.pubname = ? AND p.schemaname = ? AND p.tablename = ?""";
    /** A table with its partitions, or with those that inherit from it. */
    private static final String PARTS = """
            WITH RECURSIVE part AS (
                SELECT CAST(? AS regclass)::oid AS oid
                UNION
                SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part p ON i.inhparent = p.oid)
            """;
    /** For each that holds rows, the columns by which the log names a row that changed or went; null where it names all or none. */
    private static final String IDENTITY = PARTS + """
            SELECT c.relreplident, (SELECT string_agg(a.attname, E'\\n') FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
                ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]) WHERE i.indrelid = c.oid
                AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)
                , c.oid::regclass::text, r.relkind = 'p' OR (SELECT count(*) FROM part) = 1, c.relkind IN ('r', 'p'),
                pg_catalog.row_security_active(r.oid), (SELECT bool_and(pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
                    FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)
            FROM part JOIN pg_catalog.pg_class c ON c.oid = part.oid JOIN pg_catalog.pg_class r ON r.oid = CAST(? AS regclass)
            WHERE c.relkind <> 'p' OR (SELECT count(*) FROM part) = 1""";
    /** What must stay as it is for the log to tell all: the publication and its hold on the table; and behind a semicolon the columns and files. */
    private static final String SHAPE = PARTS + """
            SELECT (SELECT string_agg(b.oid || '.' || b.xmin::text, ',') FROM pg_catalog.pg_publication b WHERE b.pubname = ?) || ':'
                || coalesce((SELECT string_agg(x.oid || '.' || x.xmin::text, ',' ORDER BY x.oid) FROM pg_catalog.pg_publication_rel x
                    JOIN pg_catalog.pg_publication b ON b.oid = x.prpubid JOIN part ON part.oid = x.prrelid WHERE b.pubname = ?), '') || ';'
                || md5((SELECT string_agg(a.attnum || ' ' || a.attname || ' ' || a.atttypid || ' ' || a.atttypmod, ',' ORDER BY a.attnum)
                        FROM pg_catalog.pg_attribute a WHERE a.attrelid = CAST(? AS regclass) AND a.attnum > 0 AND NOT a.attisdropped)
                    || (SELECT string_agg(c.oid || ' ' || c.relfilenode, ',' ORDER BY c.oid) FROM part JOIN pg_catalog.pg_class c ON c.oid = part.oid))""";
    private static final String TYPES = """
            SELECT a.attname, a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = CAST(? AS regclass) AND a.attnum > 0 AND NOT a.attisdropped""";
    private static final String STATE = """
            SELECT CASE WHEN s.plugin <> 'pgoutput' OR s.database <> current_database() THEN 'other'
                WHEN s.wal_status = 'lost' THEN 'lost'
                WHEN s.confirmed_flush_lsn > CAST(? AS pg_lsn) THEN 'ahead'
                WHEN CAST(? AS pg_lsn) > pg_catalog.pg_current_wal_insert_lsn() THEN 'behind' ELSE 'there' END,
                pg_catalog.pg_current_wal_insert_lsn() - s.restart_lsn > 1073741824
            FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?""";

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
    public Beginning begin(Table table, Session session) throws SourceException, InterruptedException {
        String slot = slot(table);
        String state = state(session, slot, "0/0");
        if (state.equals("other")) {
            throw Options.wrong("slot", "the slot " + slot + " is there already and is none of this database and of pgoutput; choose another name.");
        }
        Connection connection = connect();
        try {
            if (state.equals("lost")) {
                connection.unwrap(PGConnection.class).getReplicationAPI().dropReplicationSlot(slot);
            }
            boolean kept = state.equals("ahead") || state.equals("there");
            // Somebody may still go on from an older place: a plan, or a complete read that breaks off, must not take it away. One that goes with this
            // connection tells the moment and its position, and the log from there on is kept by the one that is there.
            var wanted = connection.unwrap(PGConnection.class).getReplicationAPI().createReplicationSlot().logical()
                    .withSlotName(kept ? slot.substring(0, Math.min(slot.length(), 40)) + "_" + Long.toString(System.nanoTime() & Long.MAX_VALUE, 36) : slot)
                    .withOutputPlugin("pgoutput");
            ReplicationSlotInfo made = (kept ? wanted.withTemporaryOption() : wanted).make();
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
            case "55P03" -> new SourceException(Kind.TEMPORARY, "A transaction that has been open for long at the server (pg_stat_activity tells which) "
                    + "keeps the beginning of the log of " + table.told() + " from being found; it is tried again later.", e);
            case "42501" -> new SourceException(Kind.CONFIG, "Option 'log': user '" + settings.user() + "' may not make a slot (" + e.getMessage()
                    + "). Let the owner of the database run ALTER ROLE \"" + settings.user() + "\" REPLICATION;", e);
            default -> faults.of(e, "following the log of " + table.told());
        };
    }

    @Override
    public String broken(Table table, Session session, Place place) throws SourceException, InterruptedException {
        String slot = slot(table);
        String before = published(place.shape());
        return switch (state(session, slot, place.log())) {
            case "lost" -> "the server has given up the log that the slot " + slot + " needed (max_slot_wal_keep_size)";
            case "ahead" -> "the slot " + slot + " went on without this connection: a load was taken back, or somebody else uses it, who then needs another "
                    + "option 'slot'";
            case "behind" -> "the server's log ends before the place up to which it was read, as that of another server or of a restored one";
            case "other" -> "the slot " + slot + " is not the one that it was";
            case "there" -> before.equals(published(shape(table, session))) ? null
                    : "the publication '" + settings.publication() + "' was changed, and may not have told of it for a while";
            default -> "the slot " + slot + " is not there any more";
        };
    }

    private String state(Session session, String slot, String position) throws SourceException, InterruptedException {
        String[] state = {"absent", "f"};
        session.each("looking for the slot " + slot, STATE, List.of(Parameter.of(position), Parameter.of(position), Parameter.of(slot)), 1, row -> {
            state[0] = row.getString(1);
            state[1] = row.getString(2);
            return true;
        });
        if ("t".equals(state[1])) {
            LOG.warn("The server keeps more than 1 GiB of its log for the slot {}; it lets go of it with the second of two reads that follow the log, and never "
                    + "where everything is read completely each time.", slot);
        }
        return state[0];
    }

    private static String published(String shape) {
        return shape.substring(0, Math.max(0, shape.indexOf(';')));
    }

    @Override
    public String shape(Table table, Session session) throws SourceException, InterruptedException {
        String shape = session.ask("looking at the shape of " + table.told(), SHAPE, List.of(Parameter.of(table.sql()), Parameter.of(settings.publication()),
                Parameter.of(settings.publication()), Parameter.of(table.sql())));
        return shape == null ? "" : shape;
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
        session.each("looking at the identity of its rows", IDENTITY, List.of(Parameter.of(table.sql()), Parameter.of(table.sql())), 20, row -> {
            Set<String> names = row.getString(2) == null ? Set.of() : Set.of(row.getString(2).split("\n"));
            if (!"t".equals(row.getString(4)) || !"t".equals(row.getString(5))) {
                throw Options.wrong("log", "the log does not tell of " + table.told() + " what it holds by other tables: by those that inherit from it, or are "
                        + "foreign. Leave it out here.");
            }
            if ("t".equals(row.getString(6))) {
                throw Options.wrong("log", "user '" + settings.user() + "' may see only some rows of " + table.told() + ", and the log tells all of them. Leave "
                        + "it out here.");
            }
            if (!"t".equals(row.getString(7))) {
                throw new SourceException(Kind.AUTH, "User '" + settings.user() + "' may not read all columns of " + table.told() + ". Let the database's owner GRANT "
                        + "SELECT on the table, or leave it out by a ! in option 'tables'.");
            }
            if (!row.getString(1).equals("f") && table.key().stream().anyMatch(column -> !names.contains(column.name()))) {
                throw Options.wrong("log", "the log of table " + table.told() + " does not name rows by the key that is used here. Let its owner run ALTER TABLE "
                        + row.getString(3) + " REPLICA IDENTITY FULL;");
            }
            return true;
        });
    }

    @Override
    public Reached follow(Table table, Session session, String from, Changes changes) throws SourceException, InterruptedException {
        LogSequenceNumber end = LogSequenceNumber.valueOf(session.ask("looking where the log ends", "SELECT pg_catalog.pg_current_wal_insert_lsn()::text",
                List.of()));
        Snapshot snapshot = Snapshot.of(session);
        Map<String, Long> types = types(table, session);
        String slot = slot(table);
        Connection connection = connect();
        try {
            LogSequenceNumber durable = LogSequenceNumber.valueOf(from);
            // It is not closed by itself, which would wait until the server has sent all that it had to send; it ends with its connection.
            PGReplicationStream stream = start(connection, slot, durable);
            stream.setFlushedLSN(durable);
            stream.setAppliedLSN(durable);
            stream.forceUpdateStatus();
            if (state(session, slot, from).equals("ahead")) {
                throw new SourceException(Kind.TEMPORARY, "The slot " + slot + " is used by somebody else, who moved it on; another Eider that reads this database "
                        + "needs another option 'slot'.");
            }
            Reader reader = new Reader(table, dialect, dialect.schema(settings), types, changes);
            return follow(stream, reader, session, slot, snapshot, durable, end);
        } catch (SQLException e) {
            interrupted(e);
            throw fault(e, table, slot);
        } finally {
            close(connection);
        }
    }

    /** The server may not have noticed yet that the last one who followed went away. */
    private PGReplicationStream start(Connection connection, String slot, LogSequenceNumber from) throws SQLException, InterruptedException {
        long until = System.nanoTime() + SILENCE;
        while (true) {
            try {
                // Never does it tell the server by itself that something is durable: only the one who asked knows.
                return connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream().logical().withSlotName(slot).withStartPosition(from)
                        .withSlotOption("proto_version", 1).withSlotOption("publication_names", "\"" + settings.publication() + "\"")
                        .withStatusInterval(5, TimeUnit.SECONDS).withAutomaticFlush(false).start();
            } catch (SQLException e) {
                if (!"55006".equals(e.getSQLState()) || System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    private static Map<String, Long> types(Table table, Session session) throws SourceException, InterruptedException {
        Map<String, Long> types = new HashMap<>();
        session.each("looking at the columns of " + table.told(), TYPES, List.of(Parameter.of(table.sql())), 100, row -> {
            types.put(row.getString(1), Long.parseLong(row.getString(2)) << 32 | Integer.parseInt(row.getString(3)) & 0xffffffffL);
            return true;
        });
        return types;
    }

    /**
     * What a session sees.
     *
     * @param least below which all transactions are over
     * @param next from which on none had begun
     * @param open those between them that were not over
     */
    record Snapshot(long least, long next, Set<Long> open) {
        static Snapshot of(Session session) throws SourceException, InterruptedException {
            return parsed(session.ask("looking where the log ends", "SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text", List.of()));
        }

        static Snapshot parsed(String text) {
            String[] parts = text.split(":", -1);
            Set<Long> open = new HashSet<>();
            for (String one : parts[2].isEmpty() ? new String[0] : parts[2].split(",")) {
                open.add(Long.parseLong(one));
            }
            return new Snapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), open);
        }

        /** @param number in 32 bits: the one of that end which is nearest */
        boolean sees(int number) {
            long all = next + (number - (int) next);
            return all < least || all < next && !open.contains(all);
        }
    }

    /** A server that reads a log which it has not caught up with yet may be silent for long. */
    private static boolean caughtUp(Session session, String slot) throws SourceException, InterruptedException {
        return !"catchup".equals(session.ask("looking how far the server is", "SELECT r.state FROM pg_catalog.pg_stat_replication r JOIN "
                + "pg_catalog.pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = ?", List.of(Parameter.of(slot))));
    }

    private static Reached follow(PGReplicationStream stream, Reader reader, Session session, String slot, Snapshot snapshot, LogSequenceNumber from,
            LogSequenceNumber end) throws SQLException, SourceException, InterruptedException {
        // The commit of the first transaction that the session does not see: rows are asked for behind it, and would not be as it left them.
        LogSequenceNumber unseen = null;
        boolean all = true;
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
                Message message = reader.message(bytes);
                if (message instanceof Message.Begin begin) {
                    LogSequenceNumber commit = LogSequenceNumber.valueOf(begin.commit());
                    if (commit.compareTo(end) >= 0) {
                        // Transactions come in the order of their commits.
                        return new Reached((unseen == null ? end : unseen).asString(), all);
                    }
                    boolean seen = snapshot.sees(begin.number());
                    all &= unseen == null || !seen;
                    unseen = unseen == null && !seen ? commit : unseen;
                }
                if (unseen != null) {
                    reader.passed(message);
                    continue;
                }
                long committed = reader.take(message);
                if (committed != 0) {
                    told = LogSequenceNumber.valueOf(committed);
                    if (told.compareTo(end) >= 0) {
                        return new Reached(told.asString(), all);
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
            if (!reader.inTransaction() && (reached.compareTo(end) >= 0 || now - heard > SILENCE && caughtUp(session, slot))) {
                LOG.debug("The log was read to {}, and {} was wanted", reached, end);
                LogSequenceNumber to = unseen != null ? unseen : reached.compareTo(told) > 0 ? reached : told;
                return new Reached(to.asString(), all && reached.compareTo(end) >= 0);
            }
            if (now - heard > SILENCE) {
                heard = now;
                reader.waits();
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
        private final Map<String, Long> types;
        private int relation;
        /** For each column of the table, where it stands in the log's rows; -1 where it does not. */
        private int[] places;
        private boolean complete;
        private boolean open;

        Reader(Table table, Postgresql dialect, String schema, Map<String, Long> types, Changes changes) {
            this.types = types;
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

        void waits() {
            changes.waits();
        }

        Message message(ByteBuffer bytes) throws SourceException {
            try {
                return Message.of(bytes);
            } catch (IllegalArgumentException e) {
                throw new SourceException(Kind.BUG, "What the server's log tells of " + table.told() + " is not understood. " + e.getMessage(), e);
            }
        }

        /** Of a transaction that nobody wants to hear of now. */
        void passed(Message message) {
            open = message instanceof Message.Begin || open && !(message instanceof Message.Commit);
        }

        /** The position behind a transaction that ends with this message; 0 where none does. */
        long take(Message message) throws SourceException, InterruptedException {
            switch (message) {
                case Message.Begin begin -> open = true;
                case Message.Commit commit -> {
                    open = false;
                    return commit.end();
                }
                case Message.Relation told -> relation(told);
                case Message.Insert insert when insert.relation() == relation -> put(insert.row(), key(insert.row(), null));
                case Message.Update update when update.relation() == relation -> {
                    String[] key = key(update.row(), update.before());
                    if (update.before() != null && !List.of(key(update.before(), null)).equals(List.of(key))) {
                        changes.gone(key(update.before(), null));
                    }
                    put(update.row(), key);
                }
                case Message.Delete delete when delete.relation() == relation -> changes.gone(key(delete.before(), null));
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
            if (table.key().stream().anyMatch(column -> places[table.columns().indexOf(column)] < 0)) {
                throw new SourceException(Kind.DATA, "The log of " + table.told() + " does not hold all columns of its key, as it was altered since. Read it completely "
                        + "once: set mode = replace in the file of its dataset and sync, and take that out again.");
            }
            complete = true;
            for (int i = 0; i < places.length; i++) {
                // A column that was of another type then was written in another way.
                complete &= plain[i] && places[i] >= 0 && told.types().get(places[i]).equals(types.get(table.columns().get(i).name()));
            }
        }

        /** @param before where a long part of the key stands that did not change; null where none can */
        private String[] key(Message.Tuple row, Message.Tuple before) throws SourceException {
            String[] key = new String[table.key().size()];
            for (int i = 0; i < key.length; i++) {
                int place = places[table.columns().indexOf(table.key().get(i))];
                key[i] = row.told()[place] || before == null ? row.texts()[place] : before.texts()[place];
                if (key[i] == null) {
                    throw new SourceException(Kind.DATA, "The log tells of a row of " + table.told() + " without a value in its key, column '"
                            + table.key().get(i).name() + "'. Leave the table out of option 'log'.");
                }
            }
            return key;
        }

        private void put(Message.Tuple row, String[] key) throws SourceException, InterruptedException {
            boolean all = complete;
            String[] texts = new String[places.length];
            for (int i = 0; all && i < texts.length; i++) {
                texts[i] = row.texts()[places[i]];
                all = row.told()[places[i]];
            }
            if (all) {
                changes.put(texts);
            } else {
                changes.touched(key);
            }
        }
    }
}
