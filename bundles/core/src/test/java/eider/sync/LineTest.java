package eider.sync;

import static eider.sync.Shop.begin;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.core.Engine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many connections at once, under a bound. */
@Timeout(300)
class LineTest {
    private static final SyncOptions TWO_AT_ONCE = new SyncOptions(2, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), 2, 300, 3, Duration.ofHours(6));

    @TempDir
    Path home;
    private final Clockwork time = new Clockwork();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    private Store store;
    private Engine engine;

    @BeforeEach
    void open() {
        store = new Store(Store.Settings.in(home, false, "512MB"), InstantSource.system(), step -> { });
        engine = Engine.of(store, TWO_AT_ONCE, time);
    }

    @AfterEach
    void close() throws InterruptedException {
        letGo.countDown();
        engine.close();
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private CompletableFuture<List<Load>> waiting(String name) throws Exception {
        engine.syncs().register(name, orders((request, sink) -> {
            begun.add(name);
            sink.upsert(1L, null, null);
            letGo.await();
            sink.checkpoint(Scripted.after(1));
        }));
        CompletableFuture<List<Load>> sync = begin(engine, name);
        until(() -> begun.contains(name) || shown(name).message().startsWith("waiting"));
        return sync;
    }

    private Connection shown(String name) {
        return engine.syncs().connections().stream().filter(connection -> connection.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void soManyRunAtOnceAndTheOthersWaitInTheirOrderAndSayForWhom() throws Exception {
        CompletableFuture<List<Load>> a = waiting("a");
        CompletableFuture<List<Load>> b = waiting("b");
        CompletableFuture<List<Load>> c = waiting("c");
        CompletableFuture<List<Load>> d = waiting("d");
        CompletableFuture<List<Load>> e = waiting("e");
        assertThat(begun).containsExactly("a", "b");
        assertThat(shown("c")).extracting(Connection::state, Connection::message).containsExactly(Connection.State.SYNCING, "waiting for a, b");
        assertThat(shown("e").message()).isEqualTo("waiting for a, b");
        long before = System.nanoTime();
        engine.syncs().cancel("c");
        assertThatThrownBy(() -> c.get(20, TimeUnit.SECONDS)).hasMessageContaining("the sync of c was cancelled");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        assertThat(begun).as("who leaves the line lets nobody in").containsExactly("a", "b");
        engine.syncs().cancel("a");
        a.get(20, TimeUnit.SECONDS);
        until(() -> begun.size() == 3);
        assertThat(begun).containsExactly("a", "b", "d");
        letGo.countDown();
        for (CompletableFuture<List<Load>> sync : List.of(b, d, e)) {
            assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        }
        assertThat(begun).containsExactly("a", "b", "d", "e");
    }

    @Test
    void theEngineStopsWithALine() throws Exception {
        waiting("a");
        waiting("b");
        CompletableFuture<List<Load>> c = waiting("c");
        engine.close();
        assertThatThrownBy(() -> c.get(20, TimeUnit.SECONDS)).hasMessageContaining("cancelled");
        assertThat(begun).containsExactly("a", "b");
    }

    @Test
    void aConnectionIsNeverSyncedTwiceAtOnceWhoeverAsks() throws Exception {
        CompletableFuture<List<Load>> sync = waiting("shop");
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("is being synced already");
        assertThatThrownBy(() -> engine.syncs().syncUnattended("shop", Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("is being synced already");
        letGo.countDown();
        sync.get(20, TimeUnit.SECONDS);
        assertThat(begun).containsExactly("shop");
    }

    @Test
    void ofManyWhoAskAtOnceOneReads() throws Exception {
        AtomicInteger reading = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        engine.syncs().register("shop", orders((request, sink) -> {
            most.accumulateAndGet(reading.incrementAndGet(), Math::max);
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            reading.decrementAndGet();
        }));
        List<CompletableFuture<List<Load>>> syncs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            syncs.add(begin(engine, "shop"));
        }
        int done = 0;
        for (CompletableFuture<List<Load>> sync : syncs) {
            try {
                sync.get(60, TimeUnit.SECONDS);
                done++;
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e).hasMessageContaining("is being synced already");
            }
        }
        assertThat(done).isPositive();
        assertThat(most).hasValue(1);
    }

    @Test
    void twoNamesForOneOutsideKeepRowsOfTheirOwnButOneInstanceHasOneName() throws Exception {
        Scripted one = orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        });
        engine.syncs().register("north", one);
        assertThatThrownBy(() -> engine.syncs().register("south", one)).isInstanceOf(EngineException.class).hasMessageContaining("is the connection 'north' already");
        engine.syncs().register("south", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        engine.syncs().sync("north", false, Progress.NONE);
        engine.syncs().sync("south", false, Progress.NONE);
        assertThat(rows(engine, "select (select count(*) from raw.north__orders), (select count(*) from raw.south__orders)")).containsExactly("1|1");
    }

    @Test
    void rowsAreGatheredUnderABoundOfMemory() throws Exception {
        Path file = Files.writeString(home.resolve("orders.csv"), "id,amount,note\n1,5,a\n2,6,b\n");
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch gathered = new CountDownLatch(1);
        Scripted.Read read = (request, sink) -> {
            both.countDown();
            both.await();
            sink.scan(Shop.csv(file, Shop.ORDERS));
            gathered.countDown();
            letGo.await();
            sink.checkpoint(Scripted.after(1));
        };
        engine.syncs().register("a", orders(read));
        engine.syncs().register("b", orders(read));
        CompletableFuture<List<Load>> a = begin(engine, "a");
        CompletableFuture<List<Load>> b = begin(engine, "b");
        assertThat(gathered.await(20, TimeUnit.SECONDS)).isTrue();
        until(() -> store.memory().waiting() == 1);
        assertThat(store.memory().lent()).as("two would be more than there is").isEqualTo(256);
        letGo.countDown();
        assertThat(a.get(20, TimeUnit.SECONDS)).extracting(Load::inserted).containsExactly(2L);
        assertThat(b.get(20, TimeUnit.SECONDS)).extracting(Load::inserted).containsExactly(2L);
        assertThat(store.memory().lent()).isZero();
    }

    @Test
    void aSyncThatWaitsForMemoryIsCancelledAtOnce() throws Exception {
        Path file = Files.writeString(home.resolve("orders.csv"), "id,amount,note\n1,5,a\n2,6,b\n");
        try (eider.store.Budget.Share all = store.memory().acquire(300)) {
            engine.syncs().register("shop", orders((request, sink) -> {
                sink.scan(Shop.csv(file, Shop.ORDERS));
                sink.checkpoint(Scripted.after(1));
            }));
            CompletableFuture<List<Load>> sync = begin(engine, "shop");
            until(() -> store.memory().waiting() == 1);
            long before = System.nanoTime();
            engine.syncs().cancel("shop");
            assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
            assertThat(store.memory().waiting()).isZero();
        }
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).extracting(Load::inserted).containsExactly(2L);
    }

    private static Set<String> threads() {
        Set<String> names = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("sync-")) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    /** Those that carry virtual threads come and go as the JVM likes. */
    private static Set<String> threadsOfOurs() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("VirtualThread"))
                .collect(Collectors.toSet());
    }

    /** What may go wrong in a night, chosen by chance. */
    private Scripted.Read trouble(Random random) {
        return (request, sink) -> {
            int at = request.cursor().isNone() ? 0 : Integer.parseInt(request.cursor().text());
            sink.upsert((long) at, null, "row");
            switch (random.nextInt(12)) {
                case 0 -> throw new SourceException(Kind.TEMPORARY, "down");
                case 1 -> throw SourceException.rateLimit("slow down", Duration.ofSeconds(random.nextInt(1_000)));
                case 2 -> throw new SourceException(Kind.AUTH, "no");
                case 3 -> throw new IllegalStateException("a bug");
                case 4 -> throw new NoClassDefFoundError("com/vendor/Client");
                case 5 -> sink.upsert(1L);
                case 6 -> Thread.currentThread().interrupt();
                case 7 -> {
                    try {
                        sink.upsert("no number", null, null);
                        sink.delete();
                    } catch (RuntimeException e) {
                        return;
                    }
                }
                case 8 -> {
                    return;
                }
                case 9 -> throw new OutOfMemoryError("said the vendor's library");
                case 10 -> throw new InterruptedException("of its own accord");
                default -> sink.upsert(at + 1L, null, "row");
            }
            sink.checkpoint(Scripted.after(at + 1));
        };
    }

    @Test
    void aNightFullOfFailuresLeavesNothingBehind() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        engine.syncs().register("first", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        engine.syncs().sync("first", false, Progress.NONE);
        engine.syncs().unregister("first");
        rows(engine, "select 1");
        Set<String> before = threadsOfOurs();
        AtomicInteger runs = new AtomicInteger();
        List<Thread> people = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String name = "shop" + i;
            Random own = new Random(random.nextLong());
            engine.syncs().register(name, orders(trouble(own)));
            people.add(Thread.ofPlatform().start(() -> {
                for (int run = 0; run < 40; run++) {
                    try {
                        if (own.nextInt(8) == 0) {
                            Thread.currentThread().interrupt();
                        }
                        engine.syncs().sync(name, false, Progress.NONE);
                    } catch (EngineException | InterruptedException e) {
                        begun.add(String.valueOf(e.getMessage()));
                    }
                    runs.incrementAndGet();
                }
            }));
        }
        while (people.stream().anyMatch(Thread::isAlive)) {
            engine.syncs().cancel("shop" + random.nextInt(5));
            people.getFirst().join(50);
        }
        String story = "seed " + seed;
        assertThat(runs).as(story).hasValue(200);
        // Who cancels is not made to wait for a commit, which on a busy machine takes its time.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        until(() -> threads().isEmpty() || System.nanoTime() > end);
        assertThat(threads()).as(story).isEmpty();
        assertThat(store.memory().lent()).as(story).isZero();
        assertThat(store.memory().waiting()).as(story).isZero();
        try (Stream<Path> left = Files.list(store.handover())) {
            assertThat(left).as(story).isEmpty();
        }
        assertThat(rows(engine, "select count(*) from ledger.loads where state = 'RUNNING'")).as(story).containsExactly("0");
        assertThat(engine.loads().latest(1_000)).as(story).noneMatch(load -> load.state() == Load.State.RUNNING);
        assertThat(threadsOfOurs()).as(story).isSubsetOf(before);
        // Every turn came back: two runs side by side still are two.
        CompletableFuture<List<Load>> a = waiting("a");
        CompletableFuture<List<Load>> b = waiting("b");
        assertThat(begun).as(story).contains("a", "b");
        letGo.countDown();
        a.get(20, TimeUnit.SECONDS);
        b.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) {
            engine.syncs().unregister("shop" + i);
            engine.syncs().register("shop" + i, orders((request, sink) -> sink.checkpoint(Scripted.after(9_999))));
            assertThat(engine.syncs().sync("shop" + i, false, Progress.NONE)).as(story).extracting(Load::state).containsExactly(Load.State.UNCHANGED);
        }
    }
}
