package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.begin;
import static eider.sync.Shop.lines;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.FileOpener;
import eider.connector.SourceException;
import eider.core.Engine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syncs that are cancelled, interrupted, replaced, or begun while others run. */
class StoppingTest {
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    /** Cancels and tells what came of it, within two seconds. */
    private List<Load> cancelled(String connection, CompletableFuture<List<Load>> sync) throws Exception {
        long begin = System.nanoTime();
        assertThat(engine.syncs().cancel(connection)).isTrue();
        List<Load> loads = sync.get(20, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TWO_SECONDS);
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("sync-" + connection);
        return loads;
    }

    @Test
    void aSourceThatEndsByReturningWhenItIsInterruptedIsCancelledAllTheSame() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        Scripted source = new Scripted(List.of(Shop.ORDERS, LINES), List.of(), (request, sink) -> {
            assertThat(request.dataset().name()).as("the next dataset is not begun").isEqualTo("orders");
            sink.upsert(1L, null, null);
            reading.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return;
            }
        });
        engine.syncs().register("shop", source);
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(cancelled("shop", sync)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(engine.syncs().connections().getFirst().state()).isEqualTo(Connection.State.READY);
    }

    @Test
    void aSourceThatSwallowsItsInterruptCannotGoOnPushing() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            reading.countDown();
            while (true) {
                try {
                    sink.upsert(2L, null, null);
                } catch (InterruptedException e) {
                    sink.checkpoint(Scripted.after(1));
                }
            }
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(cancelled("shop", sync)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(rows(engine, "select count(*) from ledger.cursors")).containsExactly("0");
    }

    @Test
    void aCancelWhileMillionsOfRowsAreScannedTakesEffectAtOnce() throws Exception {
        Path file = home.resolve("big.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("day,product\n");
            for (int i = 0; i < 3_000_000; i++) {
                out.write(i + ",a product with a name of some length " + i % 1_000 + "\n");
            }
        }
        CountDownLatch storing = new CountDownLatch(1);
        Scripted source = lines((request, sink) -> {
            sink.part("big.csv", "1");
            sink.scan(Shop.csv(file, LINES));
            storing.countDown();
            sink.checkpoint(Scripted.after(1));
        });
        engine.syncs().register("shop", source);
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(storing.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(cancelled("shop", sync)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThat(rows(engine, "select count(*) from ledger.parts")).containsExactly("0");
        assertThat(engine.syncs().sync("shop", false, Progress.NONE).getFirst().inserted()).isEqualTo(3_000_000);
    }

    @Test
    void aSyncThatWaitsForAnotherConnectionsLoadIsCancelledAtOnce() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        eider.store.Store store = new eider.store.Store(eider.store.Store.Settings.in(home.resolve("other"), false, "256MB"), java.time.InstantSource.system(), step -> {
            if (step == eider.store.Step.BEGUN && holding.getCount() > 0) {
                holding.countDown();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        try (Engine other = Engine.of(store)) {
            Scripted.Read one = (request, sink) -> {
                sink.upsert(1L, null, null);
                sink.checkpoint(Scripted.after(1));
            };
            other.syncs().register("slow", orders(one));
            CountDownLatch arriving = new CountDownLatch(1);
            other.syncs().register("queued", orders((request, sink) -> {
                sink.upsert(1L, null, null);
                arriving.countDown();
                sink.checkpoint(Scripted.after(1));
            }));
            CompletableFuture<List<Load>> slow = begin(other, "slow");
            assertThat(holding.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<List<Load>> queued = begin(other, "queued");
            assertThat(arriving.await(20, TimeUnit.SECONDS)).as("reading needs no turn of the writer").isTrue();
            long begin = System.nanoTime();
            other.syncs().cancel("queued");
            assertThat(queued.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TWO_SECONDS);
            assertThat(rows(other, "select connection, state from ledger.loads")).as("its end is on record already").containsExactly("queued|CANCELLED");
            letGo.countDown();
            assertThat(slow.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        }
    }

    @Test
    void aConnectorThatBreaksOffByAnErrorEndsItsLoad() throws Exception {
        Load load = Shop.sync(engine, orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            throw new NoClassDefFoundError("com/vendor/Client");
        }));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("com/vendor/Client").contains("bug");
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("FAILED");
    }

    @Test
    void aReplacedConnectorLeavesNoLoadRunning() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.checkpoint(Scripted.after(1));
            reading.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new SourceException(SourceException.Kind.TEMPORARY, "interrupted", e);
            }
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", orders((request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            sink.upsert(2L, null, "new");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.UNCHANGED, Load.State.COMMITTED);
        assertThat(rows(engine, "select count(*) from ledger.loads where state = 'RUNNING'")).containsExactly("0");
    }

    @Test
    void aConnectorThatLeavesBetweenTwoDatasetsIsNotInterrupted() throws Exception {
        // The first commit of a new database takes longer than a leaving connector is given on a machine that is busy.
        Shop.sync(engine, orders((request, sink) -> {
            sink.upsert(0L, null, null);
            sink.checkpoint(Scripted.after(0));
        }));
        engine.syncs().unregister("shop");
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch leaving = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        Scripted first = new Scripted(List.of(Shop.ORDERS, LINES), List.of(), (request, sink) -> {
            begun.incrementAndGet();
            reading.countDown();
            leaving.await();
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        });
        engine.syncs().register("shop", first);
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        Thread gone = Thread.ofPlatform().start(() -> engine.syncs().unregister("shop"));
        while (gone.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        leaving.countDown();
        gone.join(20_000);
        List<String> read = new ArrayList<>();
        engine.syncs().register("shop", new Scripted(List.of(Shop.ORDERS, LINES), List.of(), (request, sink) -> read.add(request.dataset().name())));
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::dataset).containsExactly("orders", "lines");
        assertThat(begun).as("the old connector reads the dataset that it was at").hasValue(1);
        assertThat(read).as("and the new one the next").containsExactly("lines");
    }

    @Test
    void twoConnectionsSyncSideBySideAndEachOnlyOnceAtATime() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Scripted.Read meet = (request, sink) -> {
            sink.upsert(1L, null, null);
            both.countDown();
            both.await();
            sink.checkpoint(Scripted.after(1));
        };
        engine.syncs().register("north", orders(meet));
        engine.syncs().register("south", orders(meet));
        CompletableFuture<List<Load>> north = begin(engine, "north");
        CompletableFuture<List<Load>> south = begin(engine, "south");
        assertThat(north.get(20, TimeUnit.SECONDS)).extracting(Load::inserted).containsExactly(1L);
        assertThat(south.get(20, TimeUnit.SECONDS)).extracting(Load::inserted).containsExactly(1L);
    }

    @Test
    void filesThatTwoPeopleHandOverAtOnceAreReadOneAfterTheOther() throws Exception {
        engine.opener(new FileOpener() {
            @Override
            public Scripted open(Path file, String dataset) {
                return new Scripted(List.of(new Dataset(dataset, "By hand.", LINES.fields(), List.of())), List.of(), (request, sink) -> {
                    sink.part(file.getFileName().toString(), "1");
                    sink.upsert(1L, file.getFileName().toString());
                    sink.checkpoint(Scripted.after(1));
                });
            }
        });
        List<CompletableFuture<Load>> loads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Path file = Files.writeString(home.resolve("file-" + i), "x");
            CompletableFuture<Load> load = new CompletableFuture<>();
            loads.add(load);
            Thread.ofPlatform().start(() -> {
                try {
                    load.complete(engine.syncs().load(file, "lines", false, Progress.NONE));
                } catch (EngineException | InterruptedException | RuntimeException e) {
                    load.completeExceptionally(e);
                }
            });
        }
        for (int i = 0; i < 8; i++) {
            assertThat(loads.get(i).get(30, TimeUnit.SECONDS).places()).isEqualTo("file-" + i);
        }
        assertThat(rows(engine, "select count(distinct product) from raw.by_hand__lines")).containsExactly("8");
        assertThatThrownBy(() -> engine.syncs().load(home.resolve("file-0"), "No Name!", false, Progress.NONE)).isInstanceOf(EngineException.class)
                .hasMessageContaining("is no dataset name");
    }

    @Test
    void theEngineClosesInTheMiddleOfASync() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        engine.syncs().register("shop", orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
            reading.countDown();
            for (long id = 2; ; id++) {
                sink.upsert(id, null, null);
            }
        }));
        CompletableFuture<List<Load>> sync = begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        engine.close();
        assertThat(sync.get(5, TimeUnit.SECONDS)).extracting(Load::state).containsExactly(Load.State.CANCELLED);
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).isInstanceOf(EngineException.class).hasMessageContaining("stopping");
        engine = Engine.open(home);
        assertThat(rows(engine, "select id from raw.shop__orders")).containsExactly("1");
        assertThat(rows(engine, "select state from ledger.loads")).containsExactly("CANCELLED");
    }

    @Test
    void listenersThatFailOrSleepHoldUpNoLoad() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        engine.loads().onCommit(load -> {
            throw new IllegalStateException("a listener that fails");
        });
        engine.loads().onCommit(load -> told.countDown());
        engine.loads().onCommit(load -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Scripted source = orders((request, sink) -> {
            for (long id = 1; id <= 3; id++) {
                sink.upsert(id, null, null);
                sink.checkpoint(Scripted.after((int) id));
            }
        });
        engine.syncs().register("shop", source);
        Load load = engine.syncs().sync("shop", false, (doing, done, total) -> {
            throw new IllegalStateException("nobody listens");
        }).getFirst();
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theTroubleOfADatasetThatIsNoMoreIsForgotten() throws Exception {
        Shop.sync(engine, lines((request, sink) -> {
            throw new SourceException(SourceException.Kind.DATA, "cannot be read");
        }));
        assertThat(engine.syncs().connections().getFirst().state()).isEqualTo(Connection.State.FAILED);
        Shop.sync(engine, orders((request, sink) -> sink.checkpoint(Scripted.after(1))));
        assertThat(engine.syncs().connections().getFirst().state()).isEqualTo(Connection.State.READY);
        assertThat(engine.syncs().connections().getFirst().lastLoads()).extracting(Load::dataset).containsExactly("orders", "lines");
    }

    @Test
    void aConnectionThatWasRefusedItsNameComesUpWhenTheNameIsFree() throws Exception {
        SyncService syncs = (SyncService) engine.syncs();
        Scripted first = orders((request, sink) -> { });
        Scripted second = lines((request, sink) -> { });
        Scripted odd = orders((request, sink) -> { });
        syncs.addSource(first, java.util.Map.of("service.pid", "files~shop"));
        syncs.addSource(second, java.util.Map.of("service.pid", "http~shop"));
        syncs.addSource(odd, java.util.Map.of("service.pid", "files~my-shop; drop"));
        assertThat(syncs.connections()).extracting(Connection::name).containsExactly("files~my-shop; drop", "http~shop", "shop");
        assertThatThrownBy(() -> syncs.sync("my-shop; drop", false, Progress.NONE)).hasMessageContaining("is no name for a connection");
        syncs.removeSource(odd);
        syncs.removeSource(first);
        assertThat(syncs.connections()).extracting(Connection::name, Connection::connector).containsExactly(org.assertj.core.groups.Tuple.tuple("shop", "http"));
        assertThat(syncs.sync("shop", false, Progress.NONE)).extracting(Load::dataset).containsExactly("lines");
    }
}
