package eider.web.api;

import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.Plugins;
import eider.engine.Syncs;
import eider.web.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells open pages that something happened. A commit is told at once; that a connection or a plugin changed its state is looked for
 * every two seconds while anybody listens. Only that it happened is kept, not what: a slow reader misses nothing and piles up nothing.
 */
@Component(service = Events.class)
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    /** How many pages can listen at the same time; a further one is refused, and looks twice a minute by itself. */
    static final int MOST = 64;
    /** How many of them can be one person's. */
    static final int MOST_OF_ONE = 8;
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Engine engine;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition happened = lock.newCondition();
    private final Map<Loads, AutoCloseable> heard = new IdentityHashMap<>();
    private long commits;
    private long states;
    private int listeners;
    private final Map<Long, Integer> listenersOf = new HashMap<>();
    private boolean closed;
    private Thread looking;

    @Activate
    public Events(@Reference Engine engine) {
        this.engine = engine;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, unbind = "forget")
    void hear(Loads loads) {
        AutoCloseable hearing = loads.onCommit(this::committed);
        lock.lock();
        try {
            heard.put(loads, hearing);
        } finally {
            lock.unlock();
        }
    }

    void forget(Loads loads) {
        AutoCloseable hearing;
        lock.lock();
        try {
            hearing = heard.remove(loads);
        } finally {
            lock.unlock();
        }
        try {
            if (hearing != null) {
                hearing.close();
            }
        } catch (Exception e) {
            LOG.warn("A listener for commits could not be taken away", e);
        }
    }

    private void committed(Load load) {
        lock.lock();
        try {
            commits++;
            happened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What happened up to now. */
    record Seen(long commits, long states) {}

    /** One reader's part in it. Used by one thread, and closed by it. */
    final class Listener implements AutoCloseable {
        private final long person;
        private Seen seen;

        private Listener(long person) {
            this.person = person;
            seen = new Seen(commits, states);
        }

        /** Waits until something happened that this listener was not told, or the time is over, or the bundle stops; then {@link #ended}. */
        Seen await(Duration longest) throws InterruptedException {
            long left = longest.toNanos();
            lock.lockInterruptibly();
            try {
                while (!closed && left > 0 && seen.commits() == commits && seen.states() == states) {
                    left = happened.awaitNanos(left);
                }
                Seen before = seen;
                seen = new Seen(commits, states);
                return new Seen(seen.commits() - before.commits(), seen.states() - before.states());
            } finally {
                lock.unlock();
            }
        }

        boolean ended() {
            lock.lock();
            try {
                return closed;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                listeners--;
                listenersOf.merge(person, -1, (before, less) -> before + less == 0 ? null : before + less);
                happened.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A new listener, or null where there are too many already, of all or of this person. */
    Listener listen(long person) {
        lock.lock();
        try {
            if (closed || listeners >= MOST || listenersOf.getOrDefault(person, 0) >= MOST_OF_ONE) {
                return null;
            }
            listeners++;
            listenersOf.merge(person, 1, Integer::sum);
            if (looking == null) {
                looking = Thread.ofPlatform().daemon().name("web-events").start(this::look);
            }
            return new Listener(person);
        } finally {
            lock.unlock();
        }
    }

    /** Runs from the first listener until nobody listens any more, or {@link #end}. */
    private void look() {
        List<Object> before = state();
        while (true) {
            lock.lock();
            try {
                long left = LOOK.toNanos();
                while (!closed && listeners > 0 && left > 0) {
                    left = happened.awaitNanos(left);
                }
                if (closed || listeners == 0) {
                    looking = null;
                    happened.signalAll();
                    return;
                }
            } catch (InterruptedException e) {
                looking = null;
                return;
            } finally {
                lock.unlock();
            }
            List<Object> now = state();
            if (!now.equals(before)) {
                before = now;
                lock.lock();
                try {
                    states++;
                    happened.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private List<Object> state() {
        List<Object> state = new ArrayList<>();
        try {
            state.add(engine.plugins().map(Plugins::plugins));
            state.add(engine.syncs().map(Syncs::connections));
            state.add(engine.queries().isPresent());
        } catch (RuntimeException e) {
            LOG.debug("The state of the engine could not be asked for", e);
            state.add(e.toString());
        }
        return state;
    }

    /**
     * Ends every stream and waits, two seconds at most, until they have ended; no new one begins. Whoever writes the streams calls it before
     * what they are written with goes away.
     */
    void end() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            happened.signalAll();
            long left = LOOK.toNanos();
            while ((listeners > 0 || looking != null) && left > 0) {
                left = happened.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Deactivate
    void close() throws InterruptedException {
        end();
    }
}
