package eider.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * So much of something, megabytes of memory or turns, that many threads share. Who asks gets his share in the order of asking, as soon as it fits; a large share is not
 * overtaken by small ones that would fit earlier. Any thread.
 *
 * <p>How to borrow without a deadlock:
 * <ul>
 *   <li>Who holds a share may wait for the writer of the {@link Store}. Whoever is the writer never asks for a share: take it before {@code Store.write} begins.
 *   <li>A thread that holds a share and asks for another gets it at once, even beyond the whole, for two that waited for each other would wait for ever. So what threads
 *       hold is bounded by the whole and by what each of them takes on top.
 *   <li>A share larger than the whole is lent while nothing else is.
 * </ul>
 */
public final class Budget {

    /** What was lent. Closed by any thread, once or more often. */
    public final class Share implements AutoCloseable {
        private final Thread holder;
        private final long amount;
        private boolean back;

        private Share(Thread holder, long amount) {
            this.holder = holder;
            this.amount = amount;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (back) {
                    return;
                }
                back = true;
                lent -= amount;
                holders.computeIfPresent(holder, (thread, shares) -> shares == 1 ? null : shares - 1);
                wakeFirst();
            } finally {
                lock.unlock();
            }
        }
    }

    private record Waiter(long amount, Condition turn) {}

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private final Map<Thread, Integer> holders = new HashMap<>();
    private long whole;
    private long lent;

    public Budget(long whole) {
        resize(whole);
    }

    /** Waits for a share; an interrupt ends the waiting, and nothing is lent then. */
    public Share acquire(long amount) throws InterruptedException {
        return acquire(amount, () -> {});
    }

    /** @param waiting called once, before the waiting begins, if there is any; not under a lock */
    public Share acquire(long amount, Runnable waiting) throws InterruptedException {
        if (amount <= 0) {
            throw new IllegalArgumentException("a share of " + amount);
        }
        Waiter me = new Waiter(amount, lock.newCondition());
        lock.lockInterruptibly();
        try {
            if (holders.containsKey(Thread.currentThread()) || waiters.isEmpty() && fits(amount)) {
                return lend(amount);
            }
            waiters.add(me);
        } finally {
            lock.unlock();
        }
        try {
            waiting.run();
        } catch (RuntimeException | Error e) {
            leave(me);
            throw e;
        }
        lock.lock();
        try {
            while (waiters.peek() != me || !fits(amount)) {
                me.turn.await();
            }
            return lend(amount);
        } finally {
            waiters.remove(me);
            wakeFirst();
            lock.unlock();
        }
    }

    private void leave(Waiter waiter) {
        lock.lock();
        try {
            waiters.remove(waiter);
            wakeFirst();
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(long amount) {
        return lent == 0 || lent + amount <= whole;
    }

    private Share lend(long amount) {
        lent += amount;
        holders.merge(Thread.currentThread(), 1, Integer::sum);
        return new Share(Thread.currentThread(), amount);
    }

    private void wakeFirst() {
        Waiter first = waiters.peek();
        if (first != null) {
            first.turn.signal();
        }
    }

    /** From now on there is so much. What is lent beyond it stays lent until it is given back. */
    public void resize(long next) {
        if (next <= 0) {
            throw new IllegalArgumentException("a budget of " + next);
        }
        lock.lock();
        try {
            whole = next;
            wakeFirst();
        } finally {
            lock.unlock();
        }
    }

    /** How much there is altogether. */
    public long whole() {
        lock.lock();
        try {
            return whole;
        } finally {
            lock.unlock();
        }
    }

    /** How much is lent now. */
    public long lent() {
        lock.lock();
        try {
            return lent;
        } finally {
            lock.unlock();
        }
    }

    /** How many threads wait now. */
    public int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }
}
