package eider.sync;

import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Load;
import eider.engine.PlannedLoad;
import eider.engine.Progress;
import eider.store.Budget;
import eider.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One sync of one connection, on a thread of its own: the only thread that calls the source. What it does there is a {@link Round}; here it is held when and how long
 * the source may be called. It survives the replacement of its connector.
 *
 * <p>Whoever wants it done {@linkplain #watch watches} over it meanwhile: interrupts a source that has fallen silent, and leaves one behind that does not end when it is
 * interrupted. Nothing that such a source still does reaches the store.
 */
final class Run implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Run.class);
    /** How long a run waits for the new version of a connector that was taken away. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** How long a source may take to end when it is interrupted: of the two seconds after which a sync that is cancelled has ended, a part is for its record. */
    private static final Duration ENDING = Duration.ofMillis(1_300);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final String CANCELLED = "the sync of %s was cancelled; what it had committed stays";

    private final Tools tools;
    private final Order order;
    private final String connection;
    private final Progress progress;
    private final Supplier<String> others;
    private final Round round;
    private final Thread thread;
    private volatile Budget.Share turn;

    // Guarded by this.
    private final List<Load> loads = new ArrayList<>();
    private final Map<PlannedLoad, String> plans = new LinkedHashMap<>();
    private String failure;
    private Instant notBefore;
    private Source source;
    /** Whether the thread uses the source, or may do so at any moment. */
    private boolean using;
    /** Whether it waits before another try. */
    private boolean waiting;
    private Call call;
    private Reading reading;
    private boolean cancelled;
    private boolean replaced;
    private boolean silent;
    /** When the source was told to end, by {@link System#nanoTime}; 0 if it was not. */
    private long told;
    /** Whether the thread was left behind in a source that does not end. */
    private boolean left;

    /** @param others whom a run waits for that waits for its turn */
    Run(Tools tools, Order order, Source source, Progress progress, Supplier<String> others) {
        this.tools = tools;
        this.order = order;
        this.connection = order.connection();
        this.source = source;
        this.progress = progress;
        this.others = others;
        this.round = new Round(this, tools, order, progress);
        this.thread = Thread.ofPlatform().name("sync-" + connection).unstarted(this);
    }

    // ---- for the thread that wants it done

    /**
     * Runs it, and returns when it has ended, or within two seconds after it was cancelled. An interrupt cancels it.
     *
     * @throws InterruptedException if the calling thread was interrupted; the run has ended then, as after a cancel
     */
    void watch() throws InterruptedException {
        boolean interrupted = false;
        thread.start();
        while (true) {
            try {
                if (thread.join(LOOK)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
                cancel();
            }
            if (isToBeLeft()) {
                break;
            }
        }
        if (interrupted) {
            throw new InterruptedException(CANCELLED.formatted(connection));
        }
    }

    private boolean isToBeLeft() {
        Reading stuck;
        synchronized (this) {
            if (call != null && told == 0 && call.silence(tools.time().nanos()).compareTo(order.options().stallTimeout()) >= 0) {
                log.warn("{}: {}; it is interrupted", connection, silence());
                silent = true;
                interrupt();
            }
            if (told == 0 || System.nanoTime() - told < ENDING.toNanos()) {
                return false;
            }
            if (call == null || !call.shut()) {
                // It is not in its source, or just now in the store: it will end, and records that itself. Who cancelled it need not wait for that.
                if (cancelled && reading != null && !order.rehearsal()) {
                    loads.add(reading.foreseen(Load.State.CANCELLED, "It was cancelled while rows of it were being stored; the list of loads tells soon whether they came in."));
                }
                return cancelled;
            }
            left = true;
            using = false;
            stuck = reading;
            notifyAll();
        }
        leaveBehind(stuck);
        return true;
    }

    String silence() {
        return "the source sent nothing for " + Span.say(order.options().stallTimeout());
    }

    /** The thread sits in its source and does not come back: what is to be said and tidied is done in its place. */
    private void leaveBehind(Reading stuck) {
        String why = stuck();
        log.error(why);
        try (MDC.MDCCloseable mdc = MDC.putCloseable("run", order.run())) {
            if (stuck == null) {
                fail(cancelled() ? CANCELLED.formatted(connection) + "; " + why : why);
                return;
            }
            stuck.drop();
            record(stuck, cancelled() ? Load.State.CANCELLED : Load.State.FAILED, (cancelled() ? "It was cancelled; what it had committed stays. " : "") + why);
            stuck.over();
        } finally {
            turn.close();
        }
    }

    /** Why no other sync of this connection may begin although this one is over; null if one may. */
    String stuck() {
        if (!thread.isAlive()) {
            return null;
        }
        if (!left()) {
            return "the last sync of " + connection + " is still storing what it had read; try again in a moment";
        }
        return "the connector of " + connection + " did not end when it was interrupted, which is a bug of it: its thread " + thread.getName() + " ("
                + thread.threadId() + ") goes on, and nothing that it does counts. This connection cannot be synced until that thread ends, at the latest when Eider is restarted";
    }

    synchronized boolean left() {
        return left;
    }

    /** Once more, in case the source listens now. */
    void interruptAgain() {
        thread.interrupt();
    }

    /** Waits until a thread that is not stuck in its source has ended. */
    void join(Duration limit) throws InterruptedException {
        if (!left()) {
            thread.join(limit);
        }
    }

    /** What came of each dataset; after {@link #watch}. */
    synchronized List<Load> loads() {
        return List.copyOf(loads);
    }

    /** What would come of each dataset, and its digest, which is null where it came to no end; after {@link #watch}. */
    synchronized Map<PlannedLoad, String> plans() {
        return new LinkedHashMap<>(plans);
    }

    /** Why nothing could be read at all, or null; after {@link #watch}. */
    synchronized String failure() {
        return failure;
    }

    /** When the other side wants to be asked again; null if it did not say. */
    synchronized Instant notBefore() {
        return notBefore;
    }

    /** Whether somebody ended it. */
    synchronized boolean cancelled() {
        return cancelled;
    }

    // ---- for any thread

    /** Ends the run: what it committed stays. */
    synchronized void cancel() {
        cancelled = true;
        interrupt();
        notifyAll();
    }

    private void interrupt() {
        if (told == 0) {
            // Never 0, which says that nobody was told.
            told = System.nanoTime() | 1;
        }
        if (call != null) {
            call.stop();
        }
        thread.interrupt();
    }

    /**
     * The source goes away. Returns when the run no longer uses it: at once if it is between two reads, else after {@code grace} at the latest, when it is
     * interrupted.
     */
    void release(Source leaving, Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        synchronized (this) {
            if (source instanceof Search search && search.asks(leaving)) {
                // Whoever looks for a row asks again; nothing is lost.
                cancel();
                while (using && System.nanoTime() < end) {
                    wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
                }
                return;
            }
            if (source != leaving) {
                return;
            }
            source = null;
            while (using && !waiting && System.nanoTime() < end) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
            if (using) {
                replaced = true;
                interrupt();
            }
            long last = System.nanoTime() + grace.toNanos();
            while (using && System.nanoTime() < last) {
                wait(Math.max(1, (last - System.nanoTime()) / 1_000_000));
            }
        }
    }

    /** The new version of the connector is here. A run that reads something else in its place goes on with that. */
    synchronized void resume(Source arrived) {
        if (source == null) {
            source = arrived;
            notifyAll();
        }
    }

    // ---- the thread of the run

    @Override
    public void run() {
        MDC.put("run", order.run());
        try {
            takeTurn();
            Source current = await();
            while (current != null && !syncUntilReplaced(current)) {
                current = await();
            }
        } catch (InterruptedException e) {
            fail(CANCELLED.formatted(connection));
        } catch (RuntimeException | Error e) {
            fail("the sync of " + connection + " broke off: " + e + "; this is a bug, the log has the details");
            log.error("{}: the sync broke off", connection, e);
        } finally {
            if (turn != null) {
                turn.close();
            }
            MDC.remove("run");
        }
    }

    /** At most so many runs at once: those that are over the number wait, in the order of their coming. */
    private void takeTurn() throws InterruptedException {
        turn = tools.turns().acquire(1, () -> {
            String before = others.get();
            progress.at("waiting for " + (before.isEmpty() ? "its turn" : before), 0, 0);
            log.info("{}: waiting for {}", connection, before);
        });
    }

    synchronized void fail(String message) {
        if (failure == null) {
            failure = message;
        }
    }

    /** Whether the sync is over; it is not if the connector was replaced. */
    private boolean syncUntilReplaced(Source current) throws InterruptedException {
        try {
            round.syncAll(current);
            return true;
        } catch (InterruptedException e) {
            if (!goesOn()) {
                throw e;
            }
            log.info("{}: the connector is being replaced; the sync goes on with its new version", connection);
            return false;
        } finally {
            synchronized (this) {
                using = false;
                notifyAll();
            }
        }
    }

    private synchronized boolean goesOn() {
        boolean again = replaced && !cancelled && !left;
        replaced = false;
        told = cancelled ? told : 0;
        // What interrupted the old connector is not meant for the new one.
        Thread.interrupted();
        return again;
    }

    /** The source to read from; null if the run is over. */
    private synchronized Source await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (source == null && !cancelled && System.nanoTime() < end) {
            try {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                // Whoever ends the run says so by 'cancelled'; an interrupt alone was meant for the connector that left.
                log.debug("{}: interrupted while waiting for a connector", connection);
            }
        }
        if (source == null || cancelled) {
            fail(cancelled ? CANCELLED.formatted(connection)
                    : "the connector of " + connection + " was taken away while it synced; what was committed stays, and the next sync goes on from there");
            log.warn(failure);
            return null;
        }
        using = true;
        return source;
    }

    /** From here on the source may be called, and whoever watches knows it. A connector that is leaving is not begun with. */
    synchronized Call begin(Source current, Reading next) throws InterruptedException {
        endIfUnwanted(current);
        call = new Call(tools.time().nanos());
        reading = next;
        silent = false;
        return call;
    }

    /**
     * The source has returned.
     *
     * @return whether it was interrupted because it had fallen silent
     */
    synchronized boolean end() throws InterruptedException {
        if (left) {
            throw new InterruptedException("nobody waits for this sync any more");
        }
        call = null;
        told = cancelled ? told : 0;
        // Whoever interrupted it has also said why, and what follows is done by an uninterrupted thread.
        Thread.interrupted();
        return silent && !cancelled && !replaced;
    }

    /** Between two calls: a connector that is leaving need not be interrupted. */
    synchronized void endIfUnwanted(Source current) throws InterruptedException {
        if (cancelled || source != current) {
            replaced |= !cancelled;
            throw new InterruptedException("the sync ends before its next dataset");
        }
    }

    synchronized void remember(Instant moment) {
        if (moment != null && (notBefore == null || moment.isAfter(notBefore))) {
            notBefore = moment;
        }
    }

    /** Waits before another try, and lets others have the turn meanwhile. */
    void pause(Source current, Reading load, SourceException why, Duration span) throws InterruptedException {
        String doing = "waiting " + Span.say(span) + " after: " + why.getMessage();
        synchronized (this) {
            endIfUnwanted(current);
            waiting = true;
            notifyAll();
        }
        try {
            progress.at(doing, 0, 0);
            if (load != null) {
                load.tell(doing);
            }
            log.info("{}: {}", connection, doing);
            turn.close();
            tools.time().sleep(span);
            takeTurn();
        } finally {
            synchronized (this) {
                waiting = false;
            }
        }
        if (load != null) {
            load.tell("");
        }
    }

    /** Why the source was told to end. */
    enum Stopped { NOT_AT_ALL, CANCELLED, REPLACED }

    /** Asked at the end of a load, which is recorded by an uninterrupted thread, beside whatever load of another connection is running. */
    synchronized Stopped stopped() {
        Thread.interrupted();
        return cancelled ? Stopped.CANCELLED : replaced ? Stopped.REPLACED : Stopped.NOT_AT_ALL;
    }

    /** A load has ended. */
    void over(Reading load) {
        synchronized (this) {
            reading = null;
        }
        load.over();
    }

    /** Whether there is no other try, whatever the last one said. */
    synchronized boolean unwanted() {
        return cancelled || replaced;
    }

    /** Whether the read was told to end: how it ended then says nothing. */
    synchronized boolean interrupted() {
        return cancelled || replaced || silent || left;
    }

    void record(Reading load, Load.State state, String message) {
        record(load, load.foreseen(state, message));
    }

    void record(Reading load, Load over) {
        try {
            load.finish(over);
        } catch (StoreException e) {
            fail(e.getMessage());
            log.error("{}.{}: the end of its load could not be recorded", connection, load.dataset().name(), e);
        }
        synchronized (this) {
            // Whoever cancelled and did not wait for the end was told one that could only be foreseen.
            if (order.rehearsal()) {
                plans.put(load.planned(over), load.digest());
                return;
            }
            loads.removeIf(foreseen -> foreseen.id() == over.id());
            loads.add(over);
        }
    }
}
