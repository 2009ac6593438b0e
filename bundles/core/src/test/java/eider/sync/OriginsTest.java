package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.ORDERS;
import static eider.sync.Shop.lines;
import static eider.sync.Shop.modelled;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.rows;
import static eider.sync.Shop.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.core.Engine;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.LoadOrigin;
import eider.engine.NoSuchRowException;
import eider.engine.Origin;
import eider.engine.Origin.Part;
import eider.engine.Origin.Version;
import eider.engine.Progress;
import eider.engine.Whereabouts;
import eider.engine.Whereabouts.Found;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a row back to where it came from, whatever a source pushes. */
@Timeout(120)
class OriginsTest {
    private static final String SALES = "SELECT _row, DATE '2026-03-01' AS date, 'shop-' || id AS source_id, 'o' || id AS order_id, amount AS total_amount FROM input";

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

    private long row(String from) throws Exception {
        return Long.parseLong(rows(engine, "select _row from " + from).getFirst());
    }

    private Origin origin(String from) throws Exception {
        return engine.origins().row(row(from));
    }

    private Whereabouts locate(String from) throws Exception {
        return engine.origins().locate(row(from), Progress.NONE);
    }

    private Load order(int step, long id, String amount) throws Exception {
        return sync(engine, modelled(SALES, (request, sink) -> {
            sink.upsert(id, new BigDecimal(amount), "step " + step);
            sink.checkpoint(Scripted.after(step));
        }));
    }

    @Test
    void aRowUpdatedByThreeLoadsTellsEachOfThem() throws Exception {
        long first = order(1, 7, "10").id();
        order(2, 8, "1");
        long second = order(3, 7, "20").id();
        long third = order(4, 7, "30").id();

        Origin origin = origin("sales where source_id = 'shop-7'");

        assertThat(origin).extracting(Origin::connection, Origin::dataset, Origin::key, Origin::table).containsExactly("shop", "orders", List.of("id"), "sales");
        assertThat(origin.isPresent()).isTrue();
        assertThat(origin.derived()).singleElement().satisfies(sale -> assertThat(sale).containsEntry("total_amount", "30.0000").containsEntry("source_id", "shop-7"));
        assertThat(origin.versions()).extracting(version -> version.came().load().id()).containsExactly(third, second, first);
        assertThat(origin.versions()).extracting(version -> version.values().get("amount")).containsExactly("30.0000", "20.0000", "10.0000");
        assertThat(origin.versions().getFirst().gone()).isNull();
        assertThat(origin.versions().get(1).gone()).satisfies(gone -> assertThat(gone.load().id()).isEqualTo(third))
                .extracting(Origin.Departure::successor).isEqualTo(origin.versions().getFirst().row());
        assertThat(origin.versions().get(2).gone().load().id()).isEqualTo(second);
        assertThat(origin.versions()).noneMatch(Version::presumed);
        assertThat(origin.versions().get(1).came()).extracting(Origin.Arrival::cursorBefore, Origin.Arrival::cursorAfter, came -> came.load().state())
                .containsExactly("2", "3", Load.State.COMMITTED);
        assertThat(origin.versions().get(1).came().at()).isBetween(origin.versions().get(1).came().load().started(), origin.versions().get(1).came().load().finished());

        assertThat(engine.origins().row(origin.versions().get(2).row()).asked().values()).containsEntry("note", "step 1");
        assertThat(engine.origins().row(origin.versions().get(2).row()).versions()).hasSize(3);
    }

    @Test
    void aRemovedRowIsFoundByItsNumberAndByItsName() throws Exception {
        order(1, 7, "10");
        order(2, 7, "20");
        long number = row("sales");
        long by = sync(engine, modelled(SALES, (request, sink) -> {
            sink.delete(7L);
            sink.checkpoint(Scripted.after(3));
        }), true).id();
        assertThat(rows(engine, "select count(*) from sales")).containsExactly("0");

        Origin origin = engine.origins().row(number);

        assertThat(origin.isPresent()).isFalse();
        assertThat(origin.derived()).isEmpty();
        assertThat(origin.versions()).hasSize(2);
        assertThat(origin.versions().getFirst().gone()).extracting(gone -> gone.load().id(), Origin.Departure::successor).containsExactly(by, 0L);
        for (String name : List.of("7", "shop-7", "o7")) {
            assertThat(engine.origins().rows("sales", name, 10)).as("by %s, once", name).singleElement().satisfies(found -> assertThat(found.versions()).hasSize(2));
        }
        assertThat(engine.origins().rows("shop.orders", "7", 10)).hasSize(1);
        assertThat(engine.origins().rows("sales", "8", 10)).isEmpty();
    }

    @Test
    void ofVeryManyVersionsTheNewestAreToldAndTheOneThatWasAskedFor() throws Exception {
        sync(engine, orders((request, sink) -> {
            for (int i = 1; i <= 205; i++) {
                sink.upsert(7L, new BigDecimal(i), "x");
                sink.checkpoint(Scripted.after(i));
            }
        }));
        long first = row("undo.shop__orders order by _row");

        Origin origin = engine.origins().row(first);

        assertThat(origin.asked().values()).containsEntry("amount", "1.0000");
        assertThat(origin.versions()).hasSize(201).first().satisfies(version -> assertThat(version.values()).containsEntry("amount", "205.0000"));
    }

    @Test
    void whatIsNotKeptAnyMoreIsToldToBeForgotten() throws Exception {
        order(1, 7, "10");
        order(2, 7, "20");
        long old = row("undo.shop__orders");
        engine.close();
        try (java.sql.Connection database = java.sql.DriverManager.getConnection("jdbc:duckdb:" + home.resolve("data/eider.duckdb"));
                java.sql.Statement sql = database.createStatement()) {
            sql.execute("delete from undo.shop__orders");
            sql.execute("insert into ledger.forgotten values ('shop', 'orders', 2, now())");
        }
        engine = Engine.open(home);
        assertThat(origin("sales").forgotten()).isEqualTo(2);
        assertThat(origin("sales").versions()).hasSize(1);
        assertThatThrownBy(() -> engine.origins().row(old)).isInstanceOf(NoSuchRowException.class).hasMessageContaining("was brought by load 1 and is gone")
                .hasMessageContaining("not kept any more");
    }

    @Test
    void aHomeOfAnOlderVersionIsFollowedAsFarAsItRemembers() throws Exception {
        engine.close();
        for (String version : List.of("version-1", "version-3")) {
            Path old = home.resolve(version);
            Files.createDirectories(old.resolve("data"));
            try (java.io.InputStream golden = new java.util.zip.GZIPInputStream(OriginsTest.class.getResourceAsStream("/homes/" + version + ".duckdb.gz"))) {
                Files.copy(golden, old.resolve("data/eider.duckdb"));
            }
            engine = Engine.open(old);
            for (String row : rows(engine, "select _row from sales")) {
                Origin origin = engine.origins().row(Long.parseLong(row));
                assertThat(origin.isPresent()).isTrue();
                assertThat(origin.derived()).isNotEmpty();
                assertThat(origin.asked().came().load().id()).isEqualTo(Long.parseLong(rows(engine, "select load from sales where _row = " + row).getFirst()));
            }
            assertThat(rows(engine, "select count(*) > 0 from sales")).containsExactly("true");
            engine.close();
        }
        engine = Engine.open(home);
    }

    @Test
    void aRowThatCameBackTellsThatItWasGone() throws Exception {
        order(1, 7, "10");
        sync(engine, modelled(SALES, (request, sink) -> {
            sink.delete(7L);
            sink.checkpoint(Scripted.after(2));
        }), true);
        order(3, 7, "10");

        List<Version> versions = origin("sales").versions();

        assertThat(versions).hasSize(2);
        assertThat(versions.get(1).gone().successor()).as("nothing took its place then").isZero();
    }

    @Test
    void aMendedRowTellsWhatItWasInQuarantine() throws Exception {
        Scripted source = modelled(SALES, (request, sink) -> {
            sink.part("page 3", "x");
            sink.upsert(6L, new BigDecimal("1"), "good");
            sink.upsert(7L, new BigDecimal("0.123456"), "too fine");
            sink.checkpoint(Scripted.after(1));
        });
        Load met = sync(engine, source);
        long id = engine.loads().quarantine("shop", 1).getFirst().id();
        engine.loads().mend(id, Map.of("amount", "0.12"), "Ada");
        Load replayed = engine.syncs().replay("shop", Progress.NONE).getFirst();

        Version version = origin("sales where source_id = 'shop-7'").asked();

        assertThat(version.came().load().id()).isEqualTo(replayed.id());
        assertThat(version.came().quarantined()).satisfies(bad -> {
            assertThat(bad.id()).isEqualTo(id);
            assertThat(bad.load()).isEqualTo(met.id());
            assertThat(bad.place()).isEqualTo("page 3 row 2");
            assertThat(bad.mended()).isTrue();
        });
        assertThat(version.came().parts()).extracting(Part::name).containsExactly("page 3");
        assertThat(origin("sales where source_id = 'shop-6'").asked().came().quarantined()).isNull();
        assertThat(locate("sales where source_id = 'shop-7'").found()).as("the source is not asked for what is known")
                .containsExactly(new Found("page 3", false, 1, List.of("row 2"), List.of()));
        LoadOrigin load = engine.origins().load(met.id());
        assertThat(load.quarantined()).extracting(bad -> bad.place()).containsExactly("page 3 row 2");
        assertThat(load.parts()).containsExactly(new Part("page 3", "x"));
        assertThat(List.of(load.cursorBefore(), load.cursorAfter())).containsExactly("", "1");
    }

    @Test
    void aRowWithoutAKeyThatWasExchangedForAnotherIsPresumedToBeThatOne() throws Exception {
        for (String lamp : List.of("Lamp", "Lampe", "Leuchte")) {
            sync(engine, lines((request, sink) -> {
                sink.part("a.csv", lamp);
                sink.upsert(1L, lamp);
                sink.upsert(2L, "Chair");
                sink.upsert(3L, "Chair");
                sink.checkpoint(Scripted.after(lamp.length()));
            }));
        }

        Origin origin = origin("raw.shop__lines where day = 1");

        assertThat(origin.key()).isEmpty();
        assertThat(origin.table()).isEmpty();
        assertThat(origin.versions()).extracting(version -> version.values().get("product")).containsExactly("Leuchte", "Lampe", "Lamp");
        assertThat(origin.versions()).extracting(Version::presumed).containsExactly(true, true, false);
        assertThat(engine.origins().row(origin.versions().get(1).row()).versions()).as("from the middle of it").hasSize(3);
        assertThat(origin("raw.shop__lines where day = 2").versions()).as("it was there all the time").hasSize(1);
        sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "two others");
            sink.upsert(1L, "Bed");
            sink.upsert(2L, "Desk");
            sink.upsert(3L, "Chair");
            sink.checkpoint(Scripted.after(99));
        }), true);
        assertThat(origin("raw.shop__lines where day = 1").versions()).as("which of two became which is not known").hasSize(1);
    }

    @Test
    void whereALoadReadSeveralFilesInOneCommitTheyAreAllNamedAndTheSearchDecides() throws Exception {
        Path one = Files.writeString(home.resolve("one.csv"), "id,amount,note\n1,1,x\n2,2,x\n");
        Path two = Files.writeString(home.resolve("two.csv"), "id,amount,note\n3,3,\"a\nb\"\n4,4,x\n");
        sync(engine, orders((request, sink) -> {
            sink.part("one.csv", "1");
            sink.scan(Shop.csv(one, ORDERS));
            sink.part("two.csv", "2");
            sink.scan(Shop.csv(two, ORDERS));
            sink.checkpoint(Scripted.after(1));
        }));

        assertThat(origin("raw.shop__orders where id = 4").asked().came().parts()).containsExactly(new Part("one.csv", "1"), new Part("two.csv", "2"));
        assertThat(locate("raw.shop__orders where id = 4").found()).contains(new Found("two.csv", false, 1, List.of("line 4"), List.of()));
        assertThat(locate("raw.shop__orders where id = 4").missing()).isEmpty();
        assertThat(locate("raw.shop__orders where id = 1").found()).as("it need not look any further").containsExactly(new Found("one.csv", false, 1, List.of("line 2"), List.of()));
    }

    @Test
    void whereEachCommitReadOneFileARowWithAKeyKnowsItsFile() throws Exception {
        sync(engine, orders((request, sink) -> {
            for (int i = 1; i <= 3; i++) {
                sink.part("page " + i, "v" + i);
                sink.upsert((long) i, null, "x");
                sink.checkpoint(Scripted.after(i));
            }
            sink.part("nothing new", "v4");
            sink.upsert(3L, null, "x");
            sink.checkpoint(Scripted.after(4));
        }));

        assertThat(origin("raw.shop__orders where id = 2").asked().came().parts()).containsExactly(new Part("page 2", "v2"));
        assertThat(origin("raw.shop__orders where id = 3").asked().came()).extracting(Origin.Arrival::cursorBefore, Origin.Arrival::cursorAfter).containsExactly("2", "3");
    }

    @Test
    void rowsThatArePushedAreCountedWithinTheirPart() throws Exception {
        sync(engine, lines((request, sink) -> {
            sink.part("other", "0");
            sink.upsert(1L, "Lamp");
            sink.part("page 1", "1");
            sink.upsert(2L, "Desk");
            sink.upsert(1L, "Lamp");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        }));
        long inPage = Long.parseLong(rows(engine, "select max(_row) from raw.shop__lines where product = 'Lamp'").getFirst());

        assertThat(engine.origins().row(inPage).asked().came().parts()).containsExactly(new Part("page 1", "1"));
        assertThat(engine.origins().locate(inPage, Progress.NONE).found()).containsExactly(new Found("page 1", false, 2, List.of("row 2", "row 3"), List.of()));
        assertThat(rows(engine, "select count(*) from ledger.loads")).as("a search is no load").containsExactly("1");
    }

    @Test
    void anotherVersionOfARowIsToldByItsKeyAndAChangedPartIsCalledSo() throws Exception {
        Scripted source = orders((request, sink) -> {
            sink.part("page 1", "1");
            sink.upsert(7L, new BigDecimal("10"), "x");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        source.now((request, sink) -> {
            sink.part("page 1", "2");
            sink.upsert(6L, new BigDecimal("10"), "x");
            sink.upsert(7L, new BigDecimal("11"), "x");
            sink.checkpoint(Scripted.after(2));
        });

        assertThat(locate("raw.shop__orders").found()).containsExactly(new Found("page 1", true, 0, List.of(), List.of("row 2")));
    }

    @Test
    void aPartThatIsGoneIsMissingAndOneWithAnotherNameIsFoundByItsContent() throws Exception {
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "of a");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        source.now((request, sink) -> {
            sink.part("b.csv", "of b");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(2));
        });
        assertThat(locate("raw.shop__lines")).isEqualTo(new Whereabouts(row("raw.shop__lines"), List.of(), List.of("a.csv"), ""));
        source.now((request, sink) -> {
            sink.part("z.csv", "of a");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(2));
        });
        assertThat(locate("raw.shop__lines")).isEqualTo(new Whereabouts(row("raw.shop__lines"), List.of(new Found("z.csv", false, 1, List.of("row 1"), List.of())), List.of(), ""));
    }

    @Test
    void aPartThatTheCursorOfThatTimePassesOverIsLookedForFromTheBeginning() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "v" + request.cursor().text());
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
            sink.part("b.csv", "1");
            sink.upsert(2L, "Desk");
            sink.checkpoint(Scripted.after(2));
        });
        sync(engine, source);
        source.now((request, sink) -> {
            reads.incrementAndGet();
            if (request.cursor().isNone()) {
                sink.part("b.csv", "1");
                sink.upsert(2L, "Desk");
                sink.checkpoint(Scripted.after(2));
            }
        });
        assertThat(locate("raw.shop__lines where day = 2").found()).containsExactly(new Found("b.csv", false, 1, List.of("row 1"), List.of()));
        assertThat(reads).hasValue(2);
    }

    @Test
    void theReadEndsAsSoonAsTheRowIsFoundAndWhateverTheSourceMakesOfThat() throws Exception {
        AtomicInteger further = new AtomicInteger();
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        List<String> told = new java.util.ArrayList<>();
        source.now((request, sink) -> {
            sink.progress("reading a.csv", 1, 2);
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            try {
                sink.part("b.csv", "1");
                further.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SourceException(SourceException.Kind.TEMPORARY, "the connection broke", e);
            }
        });
        assertThat(engine.origins().locate(row("raw.shop__lines"), (doing, done, total) -> told.add(doing)).found()).hasSize(1);
        assertThat(told).contains("looking for a row: reading a.csv");
        assertThat(further).hasValue(0);
        assertThat(engine.syncs().connections().getFirst().state()).isEqualTo(Connection.State.READY);
        assertThat(sync(engine, lines((request, sink) -> sink.checkpoint(Scripted.after(2)))).state()).isEqualTo(Load.State.UNCHANGED);
    }

    @Test
    void whatCannotBeIsToldInASentence() throws Exception {
        order(1, 7, "10");
        assertThatThrownBy(() -> engine.origins().row(4711)).isInstanceOf(NoSuchRowException.class).hasMessageContaining("no load brought a row 4711");
        assertThatThrownBy(() -> engine.origins().rows("sale", "7", 10)).isInstanceOf(NoSuchRowException.class)
                .hasMessageContaining("there is no table 'sale'").hasMessageContaining("sales, products");
        assertThatThrownBy(() -> engine.origins().rows("shop.nothing", "7", 10)).isInstanceOf(NoSuchRowException.class);
        assertThatThrownBy(() -> engine.origins().load(99)).isInstanceOf(NoSuchRowException.class).hasMessageContaining("there is no load 99");
        assertThatThrownBy(() -> locate("sales")).isInstanceOf(EngineException.class).hasMessageContaining("shop.orders names no file or page");
    }

    @Test
    void aRowWhoseLoadWasTakenBackIsToldSo() throws Exception {
        order(1, 7, "10");
        order(2, 7, "20");
        long row = row("sales");
        engine.loads().undo(2, "Ada");
        assertThatThrownBy(() -> engine.origins().row(row)).isInstanceOf(NoSuchRowException.class).hasMessageContaining("load 2, which had brought it, was taken back");
        assertThat(origin("sales").versions()).singleElement().satisfies(version -> {
            assertThat(version.came().load().id()).isEqualTo(1);
            assertThat(version.gone()).as("it is here again").isNull();
        });
        engine.loads().undo(1, "Ada");
        assertThat(engine.origins().rows("sales", "shop-7", 5)).isEmpty();
        assertThatThrownBy(() -> engine.origins().row(row)).as("not even the table is left").isInstanceOf(NoSuchRowException.class).hasMessageContaining("was taken back");
    }

    @Test
    void aConnectionThatIsBeingSyncedIsNotAskedBeside() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        source.now((request, sink) -> {
            reading.countDown();
            goOn.await();
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        CompletableFuture<List<Load>> syncing = Shop.begin(engine, "shop");
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> locate("raw.shop__lines")).isInstanceOf(EngineException.class).hasMessageStartingWith("shop is being synced already");
        goOn.countDown();
        syncing.get(20, TimeUnit.SECONDS);
        assertThat(locate("raw.shop__lines").found()).hasSize(1);
    }

    @Test
    void aSourceThatFailsSaysSoAndItsConnectionIsAsItWas() throws Exception {
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        source.now((request, sink) -> {
            throw new SourceException(SourceException.Kind.TEMPORARY, "the share is not there");
        });
        assertThatThrownBy(() -> locate("raw.shop__lines")).isInstanceOf(EngineException.class).hasMessage("the share is not there");
        assertThat(engine.syncs().connections().getFirst()).extracting(Connection::state, Connection::message).containsExactly(Connection.State.READY, "");
        engine.syncs().unregister("shop");
        assertThatThrownBy(() -> locate("raw.shop__lines")).isInstanceOf(EngineException.class).hasMessageContaining("there is no connection 'shop'");
    }

    /** Waits, and hears no interrupt. */
    private static void deaf(CountDownLatch letGo) {
        while (true) {
            try {
                letGo.await();
                return;
            } catch (InterruptedException e) {
                // That is the fault which the test is about.
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aSourceThatDoesNotEndHoldsNobodyUp() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        long row = row("raw.shop__lines");
        CompletableFuture<Throwable> late = new CompletableFuture<>();
        source.now((request, sink) -> {
            reading.countDown();
            deaf(letGo);
            try {
                sink.part("a.csv", "1");
                late.complete(null);
            } catch (InterruptedException e) {
                late.complete(e);
            }
        });
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                engine.origins().locate(row, Progress.NONE);
            } catch (EngineException | InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        long before = System.nanoTime();
        caller.interrupt();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).as("no sync begins beside it").hasMessageContaining("thread sync-shop");
        letGo.countDown();
        assertThat(late.get(20, TimeUnit.SECONDS)).as("nobody listens to it any more").isInstanceOf(InterruptedException.class);
    }

    @Test
    void aConnectorThatIsReplacedMeanwhileIsLetGoAndNotSynced() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        long row = row("raw.shop__lines");
        source.now((request, sink) -> {
            reading.countDown();
            new CountDownLatch(1).await();
        });
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                engine.origins().locate(row, Progress.NONE);
            } catch (EngineException | InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        AtomicInteger reads = new AtomicInteger();
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", lines((request, sink) -> reads.incrementAndGet()));
        assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(EngineException.class).hasMessage("the connector of shop was replaced while the row was looked for: ask again");
        assertThat(reads).hasValue(0);
        assertThat(rows(engine, "select count(*) from ledger.loads")).containsExactly("1");
    }

    @Test
    void aDatasetThatIsNotOfferedAnyMoreCannotBeLookedThrough() throws Exception {
        Scripted source = new Scripted(List.of(LINES), List.of(), (request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        }) {
            private int asked;

            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return asked++ == 0 ? List.of(LINES) : List.of();
            }
        };
        sync(engine, source);
        assertThatThrownBy(() -> locate("raw.shop__lines")).isInstanceOf(EngineException.class).hasMessageContaining("shop offers no dataset lines any more");
    }
}
