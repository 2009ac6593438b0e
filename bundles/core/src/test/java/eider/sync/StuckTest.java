package eider.sync;

import static eider.sync.Shop.ORDERS;
import static eider.sync.Shop.begin;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.core.Engine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Step;
import eider.store.Store;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources that fall silent, and such as do not end when they are interrupted. */
@Timeout(120)
class StuckTest {
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
    private static final SyncOptions OPTIONS = new SyncOptions(2, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), 1, 1_024, 3, Duration.ofHours(6));

    @TempDir
    Path home;
    private final Clockwork time = new Clockwork();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch reading = new CountDownLatch(1);
    /** What a source got that pushed on after everybody had left it. */
    private final List<Throwable> late = Collections.synchronizedList(new ArrayList<>());
    private volatile Step hold;
    private final CountDownLatch held = new CountDownLatch(1);
    private Store store;
    private Engine engine;

    @BeforeEach
    void open() {
        store = new Store(Store.Settings.in(home, false, "512MB"), InstantSource.system(), step -> {
            if (step == hold) {
                held.countDown();
                deaf();
            }
        });
        engine = Engine.of(store, OPTIONS, time);
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

    /** Waits, and hears no interrupt. */
    private void deaf() {
        while (true) {
            try {
                letGo.await();
                return;
            } catch (InterruptedException e) {
                // That is the fault which these tests are about.
                Thread.onSpinWait();
            }
        }
    }

    private Scripted stuck() {
        return orders((request, sink) -> {
            sink.upsert(1L, null, "committed");
            sink.checkpoint(Scripted.after(1));
            sink.upsert(2L, null, "not committed");
            reading.countDown();
            deaf();
            pushOn(sink);
        });
    }

    private void pushOn(Sink sink) throws SourceException {
        try {
            sink.upsert(3L, null, "late");
        } catch (InterruptedException e) {
            late.add(e);
        }
        sink.progress("still here", 0, 0);
        try {
            sink.checkpoint(Scripted.after(3));
        } catch (InterruptedException e) {
            late.add(e);
        }
    }

    private static Thread thread(String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(name)).findFirst().orElse(null);
    }

    private List<String> handover() throws IOException {
        try (Stream<Path> files = Files.list(store.handover())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static List<Load> answer(CompletableFuture<List<Load>> sync, long before) throws Exception {
        List<Load> loads = sync.get(20, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TWO_SECONDS);
        return loads;
    }

    @Test
    void aSourceThatFallsSilentIsInterruptedAndTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        engine.syncs().register("shop", orders((request, sink) -> {
            if (tries.incrementAndGet() == 1) {
                sink.upsert(1L, null, "forgotten");
                reading.countDown();
                new CountDownLatch(1).await();
            }
            sink.upsert(2L, null, null);
            sink.checkpoint(Scripted.after(2));
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        until(() -> silent(sync));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state, Load::inserted).containsExactly(org.assertj.core.groups.Tuple.tuple(Load.State.COMMITTED, 1L));
        assertThat(tries).hasValue(2);
        assertThat(rows(engine, "select id from raw.shop__orders")).containsExactly("2");
    }

    /** Minutes pass, and some time for the watch to see it. */
    private boolean silent(CompletableFuture<List<Load>> sync) {
        time.pass(Duration.ofMinutes(1));
        try {
            sync.get(20, TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException e) {
            return false;
        } catch (java.util.concurrent.ExecutionException | InterruptedException e) {
            return true;
        }
    }

    @Test
    void aSourceThatIsSilentEveryTimeFailsInTheEndAndSaysSo() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        engine.syncs().register("shop", orders((request, sink) -> {
            tries.incrementAndGet();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return;
            }
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        until(() -> silent(sync));
        assertThat(sync.get().getFirst()).extracting(Load::state, Load::message).containsExactly(Load.State.FAILED,
                "the source sent nothing for 15 min. It was tried 3 times in a row without getting any further; the next sync goes on from there.");
        assertThat(tries).hasValue(3);
    }

    @Test
    void discoveryThatFallsSilentIsInterruptedToo() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        engine.syncs().register("shop", new Scripted(List.of(ORDERS), List.of(), (request, sink) -> { }) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) throws InterruptedException {
                if (looks.incrementAndGet() == 1) {
                    new CountDownLatch(1).await();
                }
                return List.of(ORDERS);
            }
        });
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        until(() -> silent(sync));
        assertThat(sync.get()).extracting(Load::state).containsExactly(Load.State.UNCHANGED);
        assertThat(looks).hasValue(2);
    }

    @Test
    void whoeverPushesOrTellsIsNotSilentHoweverSlowHeIs() throws Exception {
        engine.syncs().register("shop", orders((request, sink) -> {
            for (long id = 1; id <= 6; id++) {
                if (id % 2 == 0) {
                    sink.upsert(id, null, null);
                } else {
                    sink.progress("waiting for row " + id, id, 6);
                }
                quarterOfAnHourAlmost();
            }
            sink.checkpoint(Scripted.after(6));
        }));
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).extracting(Load::state, Load::inserted)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(Load.State.COMMITTED, 3L));
    }

    /** Fourteen minutes, in each of which the watch looks. */
    private void quarterOfAnHourAlmost() throws InterruptedException {
        for (int minute = 0; minute < 14; minute++) {
            time.pass(Duration.ofMinutes(1));
            if (minute % 7 == 0) {
                new CountDownLatch(1).await(110, TimeUnit.MILLISECONDS);
            }
        }
    }

    @Test
    void timeThatTheStoreTakesIsNotSilence() throws Exception {
        hold = Step.BEGUN;
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        for (int minute = 0; minute < 60; minute++) {
            assertThat(silent(sync)).isFalse();
        }
        hold = null;
        letGo.countDown();
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(time.naps()).as("there was no second try").isEmpty();
    }

    @Test
    void aCancelIsAnsweredWithinTwoSecondsWhateverTheSourceDoes() throws Exception {
        engine.syncs().register("shop", stuck());
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<List<Load>> sync = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                sync.complete(engine.syncs().sync("shop", false, (doing, done, total) -> told.add(doing)));
            } catch (EngineException | InterruptedException e) {
                sync.completeExceptionally(e);
            }
        });
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        engine.syncs().cancel("shop");
        Load load = answer(sync, before).getFirst();
        assertThat(load).extracting(Load::state, Load::inserted).containsExactly(Load.State.CANCELLED, 1L);
        assertThat(load.message()).contains("the connector of shop did not end when it was interrupted").contains("thread sync-shop");
        assertThat(rows(engine, "select state, inserted from ledger.loads")).containsExactly("CANCELLED|1");
        assertThat(handover()).as("what was gathered is tidied in its place").isEmpty();
        assertThat(store.memory().lent()).isZero();

        Connection shown = engine.syncs().connections().getFirst();
        assertThat(shown.state()).isEqualTo(Connection.State.FAILED);
        assertThat(shown.message()).contains("thread sync-shop").contains("until that thread ends");
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("thread sync-shop");
        assertThatThrownBy(() -> engine.syncs().syncUnattended("shop", Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("thread sync-shop");
        engine.syncs().register("other", orders((request, sink) -> sink.checkpoint(Scripted.after(1))));
        assertThat(engine.syncs().sync("other", false, Progress.NONE)).as("the only turn was given back").extracting(Load::state).containsExactly(Load.State.UNCHANGED);

        Thread thread = thread("sync-shop");
        letGo.countDown();
        thread.join(20_000);
        assertThat(late).as("what it pushed then did not count").hasSize(2).allSatisfy(e -> assertThat(e).isInstanceOf(InterruptedException.class));
        assertThat(told).contains("looking at shop").doesNotContain("still here");
        assertThat(rows(engine, "select id from raw.shop__orders")).containsExactly("1");
        assertThat(rows(engine, "select connection, state from ledger.loads order by id")).containsExactly("shop|CANCELLED", "other|UNCHANGED");
        assertThat(engine.syncs().connections().getLast().state()).isEqualTo(Connection.State.READY);
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", orders((request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            sink.upsert(2L, null, "again");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).extracting(Load::inserted).containsExactly(1L);
    }

    @Test
    void anInterruptOfTheCallerAndAStopOfTheEngineAreAnsweredLikewise() throws Exception {
        engine.syncs().register("shop", stuck());
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                engine.syncs().sync("shop", false, Progress.NONE);
            } catch (EngineException | InterruptedException e) {
                ended.complete(e);
            }
        });
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        caller.interrupt();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TWO_SECONDS);

        CountDownLatch again = new CountDownLatch(1);
        engine.syncs().register("second", orders((request, sink) -> {
            again.countDown();
            deaf();
        }));
        CompletableFuture<List<Load>> second = begin(engine, "second");
        assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
        before = System.nanoTime();
        engine.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(2_500));
        assertThat(second.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(home.resolve("data/handover")).isEmptyDirectory();
    }

    @Test
    void aSourceThatIsSilentAndDeafFailsItsLoad() throws Exception {
        engine.syncs().register("shop", stuck());
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        until(() -> silent(sync));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.FAILED);
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("FAILED");
        Thread thread = thread("sync-shop");
        letGo.countDown();
        thread.join(20_000);
        assertThat(time.naps()).as("there is no second try, then or later: nobody watches over it any more").isEmpty();
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("FAILED");
    }

    @Test
    void aDiscoveryThatDoesNotEndIsLeftBehindToo() throws Exception {
        engine.syncs().register("shop", new Scripted(List.of(ORDERS), List.of(), (request, sink) -> { }) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                reading.countDown();
                deaf();
                return List.of(ORDERS);
            }
        });
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        engine.syncs().cancel("shop");
        assertThatThrownBy(() -> answer(sync, before)).hasMessageContaining("the sync of shop was cancelled").hasMessageContaining("thread sync-shop");
        Thread thread = thread("sync-shop");
        letGo.countDown();
        thread.join(20_000);
        assertThat(rows(engine, "select count(*) from ledger.loads")).as("it begins no load afterwards").containsExactly("0");
    }

    @Test
    void theNewVersionOfAStuckConnectorReadsNothingUntilTheOldOneEnds() throws Exception {
        engine.syncs().register("shop", stuck());
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        engine.syncs().unregister("shop");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).as("two seconds to finish, two to end").isLessThan(Duration.ofSeconds(5));
        AtomicInteger reads = new AtomicInteger();
        engine.syncs().register("shop", orders((request, sink) -> reads.incrementAndGet()));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.FAILED);
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).hasMessageContaining("thread sync-shop");
        assertThat(reads).hasValue(0);
        Thread thread = thread("sync-shop");
        letGo.countDown();
        thread.join(20_000);
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).hasSize(1);
        assertThat(reads).hasValue(1);
    }

    @Test
    void aCancelDuringALongCommitIsAnsweredAndTheCommitRecordsItself() throws Exception {
        hold = Step.RECORDED;
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            sink.upsert(2L, null, null);
            sink.checkpoint(Scripted.after(2));
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        engine.syncs().cancel("shop");
        assertThat(answer(sync, before)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).hasMessageContaining("is still storing what it had read");
        Thread thread = thread("sync-shop");
        hold = null;
        letGo.countDown();
        thread.join(20_000);
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("CANCELLED");
        assertThat(handover()).isEmpty();
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(rows(engine, "select id from raw.shop__orders order by id")).containsExactly("1", "2");
    }

    @Test
    void aConnectorThatIsReplacedWhileItsQuarantineIsJudgedIsNotReadInstead() throws Exception {
        engine.syncs().register("shop", new Scripted(List.of(ORDERS, Shop.LINES), List.of(), (request, sink) -> {
            if (request.dataset().equals(ORDERS)) {
                sink.upsert(1L, new BigDecimal("0.00001"), "does not fit");
            } else {
                sink.part("page", "1");
                sink.upsert("no day", "Lamp");
            }
            sink.checkpoint(Scripted.after(1));
        }));
        engine.syncs().sync("shop", false, Progress.NONE);
        hold = Step.BEGUN;
        CompletableFuture<List<Load>> replay = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                replay.complete(engine.syncs().replay("shop", Progress.NONE));
            } catch (EngineException | InterruptedException e) {
                replay.completeExceptionally(e);
            }
        });
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        AtomicInteger reads = new AtomicInteger();
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", orders((request, sink) -> reads.incrementAndGet()));
        hold = null;
        letGo.countDown();
        assertThat(replay.get(20, TimeUnit.SECONDS)).extracting(Load::dataset).containsExactlyInAnyOrder("orders", "lines");
        assertThat(reads).hasValue(0);
    }
}
