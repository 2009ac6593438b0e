package eider.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BudgetTest {
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** A thread that takes a share, says so, and keeps it until it is told to go on. */
    private Thread borrow(Budget budget, String name, long amount, CountDownLatch back) {
        int before = budget.waiting();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Budget.Share share = budget.acquire(amount)) {
                order.add(name);
                back.await();
            } catch (InterruptedException e) {
                order.add(name + " interrupted");
            }
        });
        until(() -> budget.waiting() > before || order.contains(name));
        return thread;
    }

    @Test
    void sharesAreLentInTheOrderOfAsking() throws Exception {
        Budget budget = new Budget(1);
        List<CountDownLatch> back = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            back.add(new CountDownLatch(1));
            borrow(budget, "number " + i, 1, back.get(i));
        }
        for (int i = 0; i < 6; i++) {
            int lent = i + 1;
            until(() -> order.size() == lent);
            back.get(i).countDown();
        }
        assertThat(order).containsExactly("number 0", "number 1", "number 2", "number 3", "number 4", "number 5");
    }

    @Test
    void aLargeShareIsNotOvertakenByASmallOne() throws Exception {
        Budget budget = new Budget(10);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        Thread holder = borrow(budget, "first", 6, first);
        Thread large = borrow(budget, "large", 8, others);
        Thread small = borrow(budget, "small", 2, others);
        assertThat(order).as("the small one would fit, but came later").containsExactly("first");
        first.countDown();
        until(() -> order.size() == 3);
        assertThat(order).as("both fit now").containsExactlyInAnyOrder("first", "large", "small");
        others.countDown();
        for (Thread thread : List.of(holder, large, small)) {
            thread.join();
        }
        assertThat(budget.lent()).isZero();
    }

    @Test
    void anInterruptEndsTheWaitingAndWhoWaitsBehindIsNotForgotten() throws Exception {
        Budget budget = new Budget(10);
        CountDownLatch back = new CountDownLatch(1);
        borrow(budget, "first", 6, back);
        Thread large = borrow(budget, "large", 8, back);
        borrow(budget, "small", 2, back);
        large.interrupt();
        until(() -> order.contains("small"));
        assertThat(order).containsExactlyInAnyOrder("first", "large interrupted", "small");
        back.countDown();
        until(() -> budget.lent() == 0);
        assertThat(budget.waiting()).isZero();
    }

    @Test
    void whoHoldsAShareNeverWaitsForAnother() throws Exception {
        Budget budget = new Budget(10);
        CountDownLatch both = new CountDownLatch(2);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try (Budget.Share one = budget.acquire(5)) {
                    both.countDown();
                    both.await();
                    try (Budget.Share more = budget.acquire(5)) {
                        order.add("more");
                    }
                } catch (InterruptedException e) {
                    order.add("interrupted");
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(java.time.Duration.ofSeconds(20))).as("no deadlock").isTrue();
        }
        assertThat(order).containsExactly("more", "more");
        assertThat(budget.lent()).isZero();
    }

    @Test
    void moreThanTheWholeIsLentAloneAndGivenBackOnce() throws Exception {
        Budget budget = new Budget(10);
        Budget.Share all = budget.acquire(1_000);
        CountDownLatch back = new CountDownLatch(1);
        borrow(budget, "next", 1, back);
        assertThat(order).isEmpty();
        Thread other = Thread.ofPlatform().start(() -> {
            all.close();
            all.close();
        });
        other.join();
        until(() -> order.contains("next"));
        assertThat(budget.lent()).isEqualTo(1);
        back.countDown();
        assertThatThrownBy(() -> budget.acquire(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget.resize(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLargerBudgetLetsThoseGoOnWhoWait() throws Exception {
        Budget budget = new Budget(1);
        CountDownLatch back = new CountDownLatch(1);
        borrow(budget, "one", 1, back);
        borrow(budget, "two", 1, back);
        borrow(budget, "three", 1, back);
        budget.resize(3);
        until(() -> order.size() == 3);
        assertThat(budget.lent()).isEqualTo(3);
        back.countDown();
    }

    @Test
    void whoFailsToTellThatHeWaitsHoldsUpNobody() throws Exception {
        Budget budget = new Budget(1);
        CountDownLatch back = new CountDownLatch(1);
        borrow(budget, "one", 1, back);
        assertThatThrownBy(() -> budget.acquire(1, () -> {
            throw new IllegalStateException("cannot tell");
        })).hasMessage("cannot tell");
        assertThat(budget.waiting()).isZero();
        back.countDown();
        until(() -> budget.lent() == 0);
        budget.acquire(1).close();
    }

    @Test
    void manyThreadsNeverHoldMoreThanThereIsAndAllComeToTheirEnd() throws Exception {
        Budget budget = new Budget(100);
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CountDownLatch over = new CountDownLatch(16);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Random random = new Random(i);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 500; round++) {
                    long amount = 1 + random.nextInt(60);
                    try (Budget.Share share = budget.acquire(amount)) {
                        most.accumulateAndGet(held.addAndGet(amount), Math::max);
                        held.addAndGet(-amount);
                    } catch (InterruptedException e) {
                        // The next round asks again.
                        order.add("interrupted");
                    }
                }
                over.countDown();
            }));
        }
        Random random = new Random(99);
        while (over.getCount() > 0) {
            threads.get(random.nextInt(16)).interrupt();
            Thread.yield();
        }
        assertThat(over.await(1, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(60L, 100L);
        assertThat(budget.lent()).isZero();
        assertThat(budget.waiting()).isZero();
    }
}
