package eider.query;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.people.Viewer;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs SELECTs: what {@link Statement} lets through runs in a transaction that is read-only. Who may see which rows is not decided here yet: whoever can call this sees all.
 */
@Component(service = Queries.class, immediate = true)
public final class QueryService implements Queries, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(QueryService.class);

    private final Store store;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("query-limits").factory());

    @Activate
    public QueryService(@Reference Store store) {
        this.store = store;
    }

    /** Ends the thread that watches the limits. */
    @Deactivate
    @Override
    public void close() {
        clock.shutdownNow();
    }

    @Override
    public Rows query(Viewer viewer, String sql, Duration limit, Object... parameters) throws EngineException {
        if (!viewer.isOperator() && !viewer.isAdmin()) {
            throw new EngineException("the role " + viewer.role() + " sees no table yet");
        }
        return run(sql, limit, parameters);
    }

    @Override
    public Rows ask(Viewer viewer, String sql, Duration limit) throws EngineException {
        return query(viewer, sql, limit);
    }

    @Override
    public String scope(Viewer viewer) {
        return viewer.role();
    }

    private Rows run(String sql, Duration limit, Object... parameters) throws EngineException {
        Sql reader;
        try {
            reader = store.reader();
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
        Alarm alarm = new Alarm(reader, limit);
        boolean handedOver = false;
        try {
            Statement.check(reader, sql);
            reader.run("BEGIN TRANSACTION READ ONLY");
            PreparedStatement statement = reader.prepare(sql, parameters);
            ResultRows rows = new ResultRows(statement, () -> {
                alarm.off();
                end(reader);
            }, alarm::rang, limit);
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
     * Cancels a query that takes too long, or whose thread is interrupted: DuckDB notices neither. Again and again, since a statement that was about to begin when it
     * was cancelled runs nevertheless.
     */
    private final class Alarm {
        private static final long PERIOD_MILLIS = 100;
        private final Sql reader;
        private final Thread caller = Thread.currentThread();
        private final long end;
        private final ScheduledFuture<?> looking;
        private boolean rang;
        private boolean off;

        Alarm(Sql reader, Duration limit) {
            this.reader = reader;
            this.end = System.nanoTime() + limit.toNanos();
            this.looking = clock.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }

        private synchronized void look() {
            boolean late = System.nanoTime() - end >= 0;
            if (!off && (late || caller.isInterrupted())) {
                rang = late;
                reader.cancel();
            }
        }

        synchronized boolean rang() {
            return rang;
        }

        /** Afterwards the reader is not touched any more: it may serve somebody else. */
        synchronized void off() {
            off = true;
            looking.cancel(false);
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
    public long version() {
        return store.version();
    }
}
