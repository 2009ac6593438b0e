package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.ORDERS;
import static eider.sync.Shop.begin;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.core.Engine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.NotYetException;
import eider.engine.Progress;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import eider.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sources that fail for now, and connections that rest after failures. No test waits: time is moved by hand. */
@Timeout(120)
class RetryTest {
    private static final SyncOptions OPTIONS = new SyncOptions(4, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), 4, 1_024, 3, Duration.ofMinutes(15));

    @TempDir
    Path home;
    private final Clockwork time = new Clockwork();
    private Engine engine;

    @BeforeEach
    void open() {
        engine = engine(OPTIONS);
    }

    private Engine engine(SyncOptions options) {
        return Engine.of(new Store(Store.Settings.in(home, false, "512MB"), InstantSource.system(), step -> { }), options, time);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private static SourceException down() {
        return new SourceException(Kind.TEMPORARY, "the line went dead");
    }

    @Test
    void aSourceThatFailsForNowGoesOnFromItsLastCheckpointWithinTheSameLoad() throws Exception {
        List<String> cursors = new ArrayList<>();
        List<Load> loads = syncAll(orders((request, sink) -> {
            cursors.add(request.cursor().text());
            int at = request.cursor().isNone() ? 0 : Integer.parseInt(request.cursor().text());
            sink.upsert(at + 1L, null, "try " + cursors.size());
            if (at < 2) {
                sink.checkpoint(Scripted.after(at + 1));
                sink.upsert(at + 100L, null, "not committed");
                throw down();
            }
            sink.checkpoint(Scripted.after(at + 1));
        }));
        assertThat(cursors).containsExactly("", "1", "2");
        assertThat(loads).hasSize(1);
        assertThat(loads.getFirst()).extracting(Load::state, Load::inserted, Load::message).containsExactly(Load.State.COMMITTED, 3L, "");
        assertThat(rows(engine, "select id, note, _load from raw.shop__orders order by id")).containsExactly("1|try 1|1", "2|try 2|1", "3|try 3|1");
        assertThat(rows(engine, "select state, inserted from ledger.loads")).containsExactly("COMMITTED|3");
        assertThat(time.naps()).hasSize(2);
    }

    private List<Load> syncAll(Scripted source) throws Exception {
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", source);
        return engine.syncs().sync("shop", false, Progress.NONE);
    }

    @Test
    void aCompleteReadThatFailsBeginsAnewAndReplacesEverythingAtOnce() throws Exception {
        engine.handle("shop", "orders", new Handling(Mode.REPLACE, Contract.EVOLVE, 50));
        syncAll(orders((request, sink) -> {
            sink.upsert(1L, null, "before");
            sink.upsert(2L, null, "before");
            sink.checkpoint(Scripted.after(7));
        }));
        List<String> cursors = new ArrayList<>();
        Load load = syncAll(orders((request, sink) -> {
            cursors.add(request.cursor().text());
            sink.upsert(cursors.size() == 1 ? 8L : 2L, null, "try " + cursors.size());
            sink.checkpoint(Scripted.after(8));
            if (cursors.size() == 1) {
                throw down();
            }
            sink.upsert(3L, null, "try " + cursors.size());
            sink.checkpoint(Scripted.after(9));
        })).getFirst();
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(cursors).containsExactly("", "");
        assertThat(rows(engine, "select id, note from raw.shop__orders order by id")).containsExactly("2|try 2", "3|try 2");
    }

    @Test
    void itGivesUpWhenItGetsNoFurtherAndACheckpointThatIsNoneDoesNotCount() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Load load = syncAll(orders((request, sink) -> {
            tries.incrementAndGet();
            sink.upsert(1L, null, "the same row again");
            sink.checkpoint(Scripted.after(1));
            throw down();
        })).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).isEqualTo("the line went dead. It was tried 5 times in a row without getting any further; the next sync goes on from there.");
        assertThat(tries).as("only the first of them got further").hasValue(5);
        assertThat(rows(engine, "select count(*) from raw.shop__orders")).containsExactly("1");
    }

    @Test
    void retryAfterIsObeyed() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Load load = syncAll(orders((request, sink) -> {
            if (tries.incrementAndGet() == 1) {
                throw SourceException.rateLimit("40 calls a minute are allowed", Duration.ofSeconds(42));
            }
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        })).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(time.naps()).containsExactly(Duration.ofSeconds(42));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"CONFIG", "AUTH", "DATA", "BUG"})
    void whatAPersonMustMendIsToldAtOnce(Kind kind) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Load load = syncAll(orders((request, sink) -> {
            tries.incrementAndGet();
            throw new SourceException(kind, "do something");
        })).getFirst();
        assertThat(load).extracting(Load::state, Load::message).containsExactly(Load.State.FAILED, "do something");
        assertThat(tries).hasValue(1);
    }

    @Test
    void discoveryIsTriedAgainToo() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        List<Load> loads = syncAll(new Scripted(List.of(ORDERS), List.of(), (request, sink) -> { }) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) throws SourceException {
                if (looks.incrementAndGet() < 3) {
                    throw down();
                }
                return List.of(ORDERS);
            }
        });
        assertThat(loads).extracting(Load::state).containsExactly(Load.State.UNCHANGED);
        assertThat(looks).hasValue(3);
        assertThatThrownBy(() -> syncAll(new Scripted(List.of(), List.of(), (request, sink) -> { }) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) throws SourceException {
                throw down();
            }
        })).isInstanceOf(EngineException.class).hasMessageContaining("the line went dead. It was tried 5 times");
    }

    @Test
    void whatTheStoreRefusesIsNotTriedAgain() throws Exception {
        syncAll(orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        AtomicInteger tries = new AtomicInteger();
        Dataset otherKey = new Dataset("orders", "Orders.", ORDERS.fields(), List.of("note"));
        Scripted source = new Scripted(List.of(otherKey), List.of(), (request, sink) -> {
            tries.incrementAndGet();
            sink.upsert(1L, null, "a");
            sink.checkpoint(Scripted.after(2));
        });
        assertThat(syncAll(source).getFirst()).satisfies(load -> {
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).contains("set the key back");
        });
        source.now((request, sink) -> {
            tries.incrementAndGet();
            sink.upsert(1L, null, "a");
            try {
                sink.checkpoint(Scripted.after(2));
            } catch (SourceException e) {
                return;
            }
        });
        assertThat(syncAll(source).getFirst().message()).as("whatever the source makes of it").contains("set the key back");
        assertThat(tries).hasValue(2);
        assertThat(time.naps()).isEmpty();
    }

    @Test
    void aLoadAndItsConnectionSayWhatTheyWaitFor() throws Exception {
        List<String> told = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        time.onSleep(span -> {
            try {
                Load load = engine.loads().latest(1).getFirst();
                seen.add(load.state() + " " + load.inserted() + " " + load.message());
                seen.add(engine.syncs().connections().getFirst().message());
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
        });
        engine.syncs().register("shop", orders((request, sink) -> {
            if (request.cursor().isNone()) {
                sink.upsert(1L, null, null);
                sink.checkpoint(Scripted.after(1));
                throw SourceException.rateLimit("40 calls a minute are allowed", Duration.ofSeconds(12));
            }
            try {
                seen.add(engine.loads().latest(1).getFirst().message());
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
        }));
        engine.syncs().sync("shop", false, (doing, done, total) -> told.add(doing));
        String waiting = "waiting 12 s after: 40 calls a minute are allowed";
        assertThat(seen).containsExactly("RUNNING 1 " + waiting, waiting, "");
        assertThat(told).contains(waiting);
    }

    /** Sleeps until it is interrupted. */
    private CountDownLatch asleep() {
        CountDownLatch asleep = new CountDownLatch(1);
        time.onSleep(span -> {
            asleep.countDown();
            new CountDownLatch(1).await();
        });
        return asleep;
    }

    @Test
    void aSyncThatWaitsIsCancelledAtOnce() throws Exception {
        CountDownLatch asleep = asleep();
        engine.syncs().register("shop", orders((request, sink) -> {
            throw down();
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(asleep.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        assertThat(engine.syncs().cancel("shop")).isTrue();
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("CANCELLED");
    }

    @Test
    void aConnectorThatIsReplacedWhileItsSyncWaitsGoesOnAtOnce() throws Exception {
        CountDownLatch asleep = asleep();
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.upsert(1L, null, "old");
            sink.checkpoint(Scripted.after(1));
            throw down();
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(asleep.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        engine.syncs().unregister("shop");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).as("nothing is drained that does not run").isLessThan(Duration.ofSeconds(1));
        engine.syncs().register("shop", orders((request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            sink.upsert(2L, null, "new");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.COMMITTED);
        assertThat(rows(engine, "select note from raw.shop__orders order by id")).containsExactly("old", "new");
    }

    @Test
    void aSyncThatWaitsHoldsNoTurnAndNoMemory() throws Exception {
        engine.close();
        Store store = new Store(Store.Settings.in(home, false, "512MB"), InstantSource.system(), step -> { });
        engine = Engine.of(store, new SyncOptions(4, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), 1, 1, 3, Duration.ofHours(6)), time);
        engine.syncs().register("other", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        }));
        List<Load.State> meanwhile = new ArrayList<>();
        List<Long> lent = new ArrayList<>();
        time.onSleep(span -> {
            try {
                lent.add(store.memory().lent());
                engine.syncs().sync("other", false, Progress.NONE).forEach(load -> meanwhile.add(load.state()));
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
        });
        AtomicInteger tries = new AtomicInteger();
        assertThat(syncAll(orders((request, sink) -> {
            sink.upsert(1L, null, null);
            if (tries.incrementAndGet() == 1) {
                throw down();
            }
            sink.checkpoint(Scripted.after(1));
        }))).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(meanwhile).containsExactly(Load.State.COMMITTED);
        assertThat(lent).containsExactly(0L);
    }

    @Test
    void whoIsAskedToComeBackInTwoDaysIsNotAskedBeforeExceptByAPerson() throws Exception {
        List<String> read = new ArrayList<>();
        Scripted source = new Scripted(List.of(ORDERS, LINES), List.of(), (request, sink) -> {
            read.add(request.dataset().name());
            throw SourceException.rateLimit("the quota of this month is used up", Duration.ofDays(2));
        });
        List<Load> loads = syncAll(source);
        assertThat(time.naps()).as("no thread is held for two days").isEmpty();
        assertThat(read).as("the other datasets are of the same account").containsExactly("orders");
        assertThat(loads).extracting(Load::dataset, Load::state).containsExactly(org.assertj.core.groups.Tuple.tuple("orders", Load.State.FAILED),
                org.assertj.core.groups.Tuple.tuple("lines", Load.State.FAILED));
        assertThat(loads.getFirst().message()).contains("the quota of this month is used up. It can go on in 2 days, at 2026-03-03 00:00:00 UTC");
        assertThat(loads.getLast().message()).contains("not read").contains("2026-03-03");
        assertThatThrownBy(() -> engine.syncs().syncUnattended("shop", Progress.NONE)).isInstanceOf(NotYetException.class)
                .hasMessageContaining("shop rests until 2026-03-03 00:00:00 UTC").hasMessageContaining("quota")
                .satisfies(e -> assertThat(((NotYetException) e).until()).isEqualTo(Instant.parse("2026-03-03T00:00:00Z")));
        time.pass(Duration.ofDays(1));
        assertThatThrownBy(() -> engine.syncs().syncUnattended("shop", Progress.NONE)).isInstanceOf(NotYetException.class);
        assertThat(read).hasSize(1);
        engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(read).as("a person is let through").hasSize(2);
        time.pass(Duration.ofDays(2));
        source.now((request, sink) -> read.add(request.dataset().name()));
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE)).hasSize(2);
    }

    // ---- the breaker

    private Scripted failing(AtomicInteger asked) {
        return orders((request, sink) -> {
            asked.incrementAndGet();
            throw new SourceException(Kind.AUTH, "The key was refused.");
        });
    }

    private boolean goesThrough() throws Exception {
        try {
            engine.syncs().syncUnattended("shop", Progress.NONE);
            return true;
        } catch (NotYetException e) {
            return false;
        }
    }

    @Test
    void aConnectionThatFailsTimeAfterTimeRestsLongerAndLonger() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        engine.syncs().register("shop", failing(asked));
        for (int i = 0; i < 3; i++) {
            assertThat(goesThrough()).isTrue();
        }
        assertThat(goesThrough()).isFalse();
        Connection shown = engine.syncs().connections().getFirst();
        assertThat(shown.state()).isEqualTo(Connection.State.FAILED);
        assertThat(shown.message()).isEqualTo("shop rests until 2026-03-01 00:05:00 UTC after 3 failed syncs in a row and is not synced unattended before (The key was refused.);"
                + " a sync by hand goes through at once");
        List<Integer> rests = new ArrayList<>();
        for (int rest = 0; rest < 4; rest++) {
            int minutes = 0;
            while (!goesThrough()) {
                time.pass(Duration.ofMinutes(1));
                minutes++;
            }
            rests.add(minutes);
        }
        assertThat(rests).as("doubling up to the longest, one try in between").containsExactly(5, 10, 15, 15);
        assertThat(asked).hasValue(7);
    }

    @Test
    void aSyncByHandGoesThroughAndItsSuccessEndsTheRest() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Scripted source = failing(asked);
        engine.syncs().register("shop", source);
        for (int i = 0; i < 6; i++) {
            engine.syncs().sync("shop", false, Progress.NONE);
        }
        assertThat(asked).hasValue(6);
        assertThat(goesThrough()).isFalse();
        time.pass(Duration.ofMinutes(5));
        assertThat(goesThrough()).as("who tried six times by hand did not lengthen the rest").isTrue();
        assertThat(goesThrough()).isFalse();
        source.now((request, sink) -> sink.checkpoint(Scripted.after(1)));
        engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(engine.syncs().connections().getFirst().state()).isEqualTo(Connection.State.READY);
        assertThat(goesThrough()).isTrue();
    }

    @Test
    void aLookIntoTheQuarantineSaysNothingOfTheOtherSide() throws Exception {
        engine.syncs().register("shop", failing(new AtomicInteger()));
        for (int i = 0; i < 3; i++) {
            goesThrough();
        }
        assertThat(engine.syncs().replay("shop", Progress.NONE)).isEmpty();
        assertThat(goesThrough()).as("nobody has asked whether it is up again").isFalse();
    }

    @Test
    void aChangedOptionEndsTheRest() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        engine.syncs().register("shop", failing(asked));
        for (int i = 0; i < 3; i++) {
            goesThrough();
        }
        assertThat(goesThrough()).isFalse();
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", failing(asked));
        assertThat(goesThrough()).as("the new options may be right").isTrue();
    }

    @Test
    void aConnectionOfWhichSomethingCameThroughDoesNotRest() throws Exception {
        engine.syncs().register("shop", new Scripted(List.of(ORDERS, LINES), List.of(), (request, sink) -> {
            if (request.dataset().name().equals("lines")) {
                throw new SourceException(Kind.DATA, "line 7 is no line");
            }
        }));
        for (int i = 0; i < 5; i++) {
            assertThat(goesThrough()).isTrue();
        }
        assertThat(engine.syncs().connections().getFirst().message()).isEqualTo("line 7 is no line");
    }
}
