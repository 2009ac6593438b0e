package eider.query;

import eider.cage.Cage;
import eider.cage.FreeSql;
import eider.cage.Grammar;
import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.people.Actor;
import eider.people.Audit;
import eider.people.Permission;
import eider.people.Viewer;
import eider.policy.PolicyFolder;
import eider.policy.Sight;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs SELECTs in a transaction that is read-only, through the policy of who looks. Eider's own statements are limited in their syntax tree ({@link Through}); what people
 * wrote runs in a process that holds only what they may see ({@link FreeSql}). Statements of admins and of the operator, who see everything, run here.
 */
@Component(service = Queries.class, immediate = true)
public final class QueryService implements Queries, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(QueryService.class);
    private static final int KEPT = 256;
    private static final int LONGEST_TOLD = 2_000;

    private final Store store;
    private final PolicyFolder policies;
    private final FreeSql free;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("query-limits").factory());
    /** Statements of Eider's own as they were limited; they are few. Guarded by itself. */
    private final Map<Limited, String> limited = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Limited, String> eldest) {
            return size() > KEPT;
        }
    };

    /** Taken when there is something to tell: the trail lies in a database of its own, which a query must not open. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile ComponentServiceObjects<Audit> audits;

    /** The version stands for the columns of the tables, which only a load changes. */
    private record Limited(String scope, long version, String sql) {}

    @Activate
    public QueryService(@Reference Store store, @Reference PolicyFolder policies) {
        this(store, policies, Cage.Bounds.DEFAULT);
    }

    public QueryService(Store store, PolicyFolder policies, Cage.Bounds bounds) {
        this.store = store;
        this.policies = policies;
        this.free = new FreeSql(store, bounds);
    }

    /** Ends the thread that watches the limits, and the processes of statements that still run. */
    @Deactivate
    @Override
    public void close() {
        free.close();
        clock.shutdownNow();
    }

    /** Gives a statement its rows; what it does not hand on it must have let go of. */
    @FunctionalInterface
    private interface Work {
        Rows on(Sql reader, Alarm alarm) throws SQLException, EngineException;
    }

    @Override
    public Rows query(Viewer viewer, String sql, Duration limit, Object... parameters) throws EngineException {
        Sight sight = policies.sight(viewer);
        return read(viewer, sql, limit, (reader, alarm) -> {
            String text = sql;
            if (sight.everything()) {
                Statement.check(reader, sql);
            } else {
                text = limited(reader, sight, sql);
            }
            return rows(reader, alarm, limit, text, parameters);
        });
    }

    private String limited(Sql reader, Sight sight, String sql) throws EngineException, SQLException {
        Limited key = new Limited(sight.scope(), store.version(), sql);
        synchronized (limited) {
            String known = limited.get(key);
            if (known != null) {
                return known;
            }
        }
        Statement.check(reader, sql);
        String text = Through.written(reader, sight, Grammar.one(reader, sql));
        synchronized (limited) {
            limited.put(key, text);
        }
        return text;
    }

    @Override
    public Rows ask(Viewer viewer, String sql, Duration limit) throws EngineException {
        if (!policies.may(viewer, Permission.SQL)) {
            throw new EngineException("the role " + viewer.role() + " may not write SQL of its own; an admin can give it the permission sql");
        }
        Sight sight = policies.sight(viewer);
        return read(viewer, sql, limit, (reader, alarm) -> {
            Grammar.Read read = Grammar.read(reader, sql);
            if (sight.everything()) {
                Statement.check(reader, sql);
                return rows(reader, alarm, limit, sql);
            }
            Rows rows = free.run(viewer, sight, read, reader, limit, ResultRows.late(limit), alarm);
            store.release(reader);
            return rows;
        });
    }

    private Rows rows(Sql reader, Alarm alarm, Duration limit, String sql, Object... parameters) throws SQLException {
        reader.run("BEGIN TRANSACTION READ ONLY");
        PreparedStatement statement = reader.prepare(sql, parameters);
        try {
            return new ResultRows(statement, () -> {
                alarm.off();
                end(reader);
            }, alarm::rang, limit);
        } catch (SQLException e) {
            throw reader.reason(e, sql, parameters);
        }
    }

    private Rows read(Viewer viewer, String sql, Duration limit, Work work) throws EngineException {
        Sql reader;
        try {
            reader = store.reader();
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        Alarm alarm = new Alarm(viewer, sql, limit, reader::cancel);
        boolean handedOver = false;
        try {
            Rows rows = work.on(reader, alarm);
            handedOver = true;
            return rows;
        } catch (SQLException e) {
            throw new EngineException(alarm.rang() ? ResultRows.late(limit) : Sql.sentence(e), e);
        } finally {
            if (!handedOver) {
                alarm.off();
                end(reader);
            }
        }
    }

    /**
     * Ends a query that takes too long, or whose thread is interrupted: DuckDB notices neither. Again and again, since a statement that was about to begin when it
     * was cancelled runs nevertheless.
     */
    private final class Alarm implements FreeSql.Watch {
        private static final long PERIOD_MILLIS = 100;
        private final Viewer viewer;
        private final String sql;
        private final Duration limit;
        private final Thread caller = Thread.currentThread();
        private final long end;
        private final ScheduledFuture<?> looking;
        private Runnable ending;
        private boolean rang;
        private boolean told;

        Alarm(Viewer viewer, String sql, Duration limit, Runnable ending) {
            this.viewer = viewer;
            this.sql = sql;
            this.limit = limit;
            this.ending = ending;
            this.end = System.nanoTime() + limit.toNanos();
            this.looking = clock.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void look() {
            boolean tell;
            synchronized (this) {
                boolean late = System.nanoTime() - end >= 0;
                if (ending == null || !late && !caller.isInterrupted()) {
                    return;
                }
                rang = late;
                ending.run();
                tell = late && !told;
                told |= late;
            }
            if (tell) {
                stopped(viewer, sql, limit);
            }
        }

        synchronized boolean rang() {
            return rang;
        }

        @Override
        public synchronized void over(Runnable end) {
            ending = end;
        }

        /** Afterwards nothing is touched any more: the reader may serve somebody else. */
        @Override
        public synchronized void off() {
            ending = null;
            looking.cancel(false);
        }
    }

    /** Names a statement that was ended, so that somebody can ask its author what it was for. */
    private void stopped(Viewer viewer, String sql, Duration limit) {
        log.warn("a statement of {} took longer than {} s and was ended", viewer.name(), limit.toSeconds());
        ComponentServiceObjects<Audit> there = audits;
        Audit audit = there == null ? null : there.getService();
        if (audit == null) {
            return;
        }
        try {
            Actor by = viewer.isOperator() ? Actor.operator(viewer.name()) : Actor.person(viewer.name(), "", "");
            audit.add(by, "sql.stopped", "after " + limit.toSeconds() + " s", "", sql.length() > LONGEST_TOLD ? sql.substring(0, LONGEST_TOLD) : sql);
        } catch (EngineException e) {
            log.error("the statement that was ended is not in the audit trail", e);
        } finally {
            there.ungetService(audit);
        }
    }

    /** Ends the read-only transaction and gives the reader back. One that was cancelled is sound again afterwards; one whose store was closed is closed too. */
    private void end(Sql reader) {
        try {
            reader.reset();
        } catch (SQLException e) {
            log.debug("a reader did not end its transaction: {}", Sql.sentence(e));
            store.discard(reader);
            return;
        }
        store.release(reader);
    }

    @Override
    public String scope(Viewer viewer) {
        return policies.sight(viewer).scope();
    }

    @Override
    public long version() {
        return store.version();
    }
}
