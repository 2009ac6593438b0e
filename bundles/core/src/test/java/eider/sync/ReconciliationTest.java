package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Countable;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Badge;
import eider.engine.Badge.State;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.store.Store;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is here, compared with what a source counts. */
@Timeout(120)
class ReconciliationTest {
    private static final SyncOptions OPTIONS = new SyncOptions(2, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofMinutes(15), 1, 1_024, 3, Duration.ofHours(6));

    @TempDir
    Path home;
    private final Clockwork time = new Clockwork();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch counting = new CountDownLatch(1);
    private Store store;
    private Engine engine;
    private Database database;

    @BeforeEach
    void open() throws Exception {
        store = new Store(Store.Settings.in(home, false, "512MB"), time::now, step -> {});
        engine = Engine.of(store, OPTIONS, time);
        database = new Database();
        database.put(1, "10");
        database.put(2, "20");
        database.put(3, "12345678901234567890.0000000001");
    }

    @AfterEach
    void close() throws Exception {
        letGo.countDown();
        engine.close();
        database.close();
    }

    private Load sync() throws Exception {
        if (engine.syncs().connections().isEmpty()) {
            engine.syncs().register("shop", database);
        }
        return engine.syncs().sync("shop", false, Progress.NONE).getFirst();
    }

    private Badge badge() throws EngineException {
        List<Badge> badges = engine.comparisons().badges();
        assertThat(badges).hasSize(1);
        return badges.getFirst();
    }

    private Badge compare() throws Exception {
        return engine.comparisons().compare("shop", Progress.NONE).getFirst();
    }

    private void sql(String statement) throws Exception {
        store.write(sql -> sql.run(statement));
    }

    // ---- what it finds

    @Test
    void aDatasetMatchesToTheLastDigit() throws Exception {
        Instant before = time.now();
        assertThat(sync().state()).isEqualTo(Load.State.COMMITTED);
        assertThat(badge().state()).isEqualTo(State.MATCHES);
        assertThat(badge().message()).isEqualTo("3 rows here, as at the source, and the sum of amount is the same.");
        assertThat(badge().completeTo()).isEqualTo(before);
        assertThat(badge().comparison().sums()).containsExactly(
                new Badge.Sum("amount", new BigDecimal("12345678901234567920.0000000001"), new BigDecimal("12345678901234567920.0000000001")));
        sql("UPDATE raw.shop__orders SET amount = amount + 0.0000000001 WHERE id = 3");
        assertThat(compare().message()).isEqualTo("As many rows as at the source (3), but the sum of amount is 0.0000000001 more here.");
    }

    @Test
    void whatIsMissingHereOrThereIsTold() throws Exception {
        sync();
        sql("DELETE FROM raw.shop__orders WHERE id = 2");
        assertThat(compare().message()).isEqualTo("1 row fewer here than at the source (2 here, 3 there). The sum of amount is 20 less here.");
        assertThat(badge().state()).isEqualTo(State.DIFFERS);
        assertThat(badge().comparison().rowsHere() + " " + badge().comparison().rowsThere()).isEqualTo("2 3");
        database.put(2, "20");
        sync();
        assertThat(compare().state()).as("it came again").isEqualTo(State.MATCHES);
        database.run("DELETE FROM orders WHERE id <> 2");
        assertThat(compare().message()).startsWith("2 rows more here than at the source (3 here, 1 there).");
    }

    @Test
    void rowsThatComeInBetweenTheReadAndTheCountAreNoDifference() throws Exception {
        database.beforeCounting((request, counts) -> database.put(4, "40"));
        sync();
        assertThat(badge().message()).isEqualTo("3 rows here, as at the source, and the sum of amount is the same.");
        assertThat(badge().state()).isEqualTo(State.MATCHES);
    }

    @Test
    void rowsThatChangeInBetweenLeaveItOpenUntilTheNextSyncAnHourLater() throws Exception {
        database.beforeCounting((request, counts) -> database.put(2, "21"));
        sync();
        assertThat(badge().state()).isEqualTo(State.UNSETTLED);
        assertThat(badge().message()).isEqualTo("It cannot be told now: 1 rows changed since they were read.");
        assertThat(badge().comparison()).isNull();
        database.beforeCounting((request, counts) -> { });
        sync();
        assertThat(database.counts()).as("not with each of many syncs").isEqualTo(1);
        time.pass(Duration.ofHours(1));
        sync();
        assertThat(badge().state()).isEqualTo(State.MATCHES);
    }

    @Test
    void whatChangedInBetweenExplainsNoMoreThanItCan() throws Exception {
        sync();
        sql("INSERT INTO raw.shop__orders SELECT * REPLACE (id + 10 AS id) FROM raw.shop__orders");
        database.put(2, "21");
        assertThat(compare().message()).startsWith("3 rows more here than at the source (6 here, 2 there)");
        sql("DELETE FROM raw.shop__orders");
        assertThat(compare().message()).startsWith("2 rows fewer here than at the source (0 here, 2 there)");
    }

    @Test
    void aRowThatIsLostWhileAnotherChangesIsNotTakenForAgreement() throws Exception {
        sync();
        sql("DELETE FROM raw.shop__orders WHERE id = 1");
        database.put(2, "21");
        assertThat(compare().state()).as("two rows on both sides, and other sums").isEqualTo(State.UNSETTLED);
    }

    @Test
    void whatIsCommittedWhileTheSourceCountsLeavesItOpen() throws Exception {
        sync();
        database.beforeCounting((request, counts) -> {
            try {
                sql("UPDATE ledger.cursors SET cursor = '1'");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(compare().message()).isEqualTo("It cannot be told now: more was committed while the source counted.");
    }

    @Test
    void aDatasetWhoseNumbersFitNoSumIsComparedByItsRows() throws Exception {
        Dataset wide = new Dataset("wide", "Wide numbers.", List.of(Field.required("id", Type.INTEGER, "The row."), Field.of("n", Type.decimal(38, 0), "A number.")), List.of("id"));
        BigDecimal nines = new BigDecimal("9".repeat(38));
        engine.syncs().register("shop", new Counter(wide, (request, sink) -> {
            for (long id = 0; id < 40; id++) {
                sink.upsert(id, nines);
            }
            sink.checkpoint(Scripted.after(1));
        }, (request, counts) -> counts.add(Tally.of(40, Map.of("n", nines.multiply(new BigDecimal(40)))))));
        sync();
        assertThat(badge().message()).isEqualTo("40 rows here, as at the source. The sum of n was not compared: its numbers are too large to be added up.");
    }

    // ---- quarantine and modes

    private static final Dataset LINES = new Dataset("lines", "Lines of files.", List.of(Field.of("day", Type.INTEGER, "The day."),
            Field.of("amount", Type.MONEY, "What was paid.")), List.of());

    /** A source that does and counts what a test tells it. */
    private static final class Counter extends Scripted implements Countable {
        private volatile Database.Before count;

        Counter(Dataset dataset, Read read, Database.Before count) {
            super(List.of(dataset), List.of(), read);
            this.count = count;
        }

        @Override
        public void count(Request request, Counts counts) throws SourceException, InterruptedException {
            count.happens(request, counts);
        }
    }

    private static Tally tally(String part, long rows, String amount) {
        return Tally.of(rows, Map.of("amount", new BigDecimal(amount))).in(part);
    }

    @Test
    void rowsInQuarantineAreExplainedAndSoAreTheirAmounts() throws Exception {
        engine.syncs().register("shop", new Counter(LINES, (request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, new BigDecimal("5"));
            sink.upsert(2L, new BigDecimal("0.12345"));
            sink.reject("line 3", "broken", "it is broken");
            sink.part("b.csv", "1");
            sink.upsert(2L, new BigDecimal("0.5555555"));
            sink.checkpoint(Scripted.after(1));
        }, (request, counts) -> {
            counts.add(tally("a.csv", 3, "7.12345"));
            counts.add(tally("b.csv", 1, "0.5555555"));
        }));
        sync();
        assertThat(badge().message()).isEqualTo("1 of the source's 4 rows is here, 3 are in quarantine."
                + " The sum of amount was not compared: what the rows in quarantine add to it is not known.");
        sql("DELETE FROM ledger.quarantine WHERE raw = 'broken'");
        assertThat(compare().message()).as("a row that is neither here nor in quarantine").startsWith("1 row fewer here than at the source, in a.csv (1 here, 2 in quarantine, 4 there)");
    }

    @Test
    void aMendedRowIsHereWithAnotherAmount() throws Exception {
        engine.syncs().register("shop", new Counter(LINES, (request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, new BigDecimal("5"));
            sink.upsert(2L, new BigDecimal("0.12345"));
            sink.checkpoint(Scripted.after(1));
        }, (request, counts) -> counts.add(tally("a.csv", 2, "5.12345"))));
        Instant read = time.now();
        sync();
        assertThat(badge().message()).isEqualTo("1 of the source's 2 rows is here, 1 is in quarantine; without it the sum of amount is the same.");
        engine.loads().mend(engine.loads().quarantine("shop", 1).getFirst().id(), Map.of("amount", "0.12"), "Ada");
        time.pass(Duration.ofHours(30));
        engine.syncs().replay("shop", Progress.NONE);
        assertThat(badge().completeTo()).as("the quarantine tells nothing new of the source").isEqualTo(read);
        assertThat(compare().message()).isEqualTo("2 rows here, as at the source. The sum of amount was not compared: bad rows came in with values that a person gave.");
    }

    @Test
    void anAppendedDatasetMayHoldMoreAndNeverLess() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("mode", "append"));
        sync();
        database.put(2, "21");
        sync();
        assertThat(compare().message()).isEqualTo("All 3 rows of the source are here, and 1 that it has no more.");
        sql("DELETE FROM raw.shop__orders WHERE id < 3");
        assertThat(compare().state()).isEqualTo(State.DIFFERS);
    }

    @Test
    void aDatasetWithItsHistoryIsComparedByItsRowsOfToday() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("mode", "history"));
        sync();
        database.put(2, "21");
        sync();
        assertThat(compare().message()).isEqualTo("3 rows here, as at the source, and the sum of amount is the same.");
    }

    @Test
    void aDatasetOfWhichALoadWasTakenBackWaitsForAWord() throws Exception {
        Load load = sync();
        assertThat(badge().completeTo()).isNotNull();
        engine.loads().undo(load.id(), "Ada");
        assertThat(badge().completeTo()).isNull();
        assertThat(badge().message()).startsWith("A load of it was taken back");
        assertThat(compare().state()).isEqualTo(State.NOT_COMPARED);
        assertThat(database.counts()).as("the source is left alone").isEqualTo(1);
    }

    // ---- when

    @Test
    void itIsComparedOnceADayAndNotWithEverySync() throws Exception {
        sync();
        sync();
        time.pass(Duration.ofHours(22));
        sync();
        assertThat(database.counts()).isEqualTo(1);
        time.pass(Duration.ofMinutes(119));
        sync();
        assertThat(database.counts()).as("a daily sync a minute too early counts").isEqualTo(2);
        assertThat(badge().comparedAt()).isEqualTo(time.now());
    }

    @Test
    void itIsComparedAsOftenAsTheFileSaysOrNever() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("compare_every", "2h"));
        sync();
        time.pass(Duration.ofHours(2));
        sync();
        assertThat(database.counts()).isEqualTo(2);
        engine.configure("dataset~shop__orders", Map.of("compare_every", "never"));
        time.pass(Duration.ofDays(9));
        sync();
        assertThat(database.counts()).isEqualTo(2);
        assertThat(compare().state()).as("whoever asks for it gets it").isEqualTo(State.MATCHES);
        assertThat(new Datasets().check("dataset", "shop__orders", Map.of("compare_every", "often"))).singleElement()
                .satisfies(problem -> assertThat(problem.option() + ": " + problem.sentence()).isEqualTo("compare_every: 'often' is no span of time: write a whole number and m, h, d"
                        + " or w for minutes, hours, days or weeks, such as 12h or 7d, or the word never"));
    }

    @Test
    void aSourceThatCannotCountSaysOnlyToWhenItIsComplete() throws Exception {
        Instant first = time.now();
        Scripted source = Shop.orders((request, sink) -> {
            sink.upsert(1L, null, null);
            sink.checkpoint(Scripted.after(1));
        });
        Shop.sync(engine, source);
        assertThat(badge()).isEqualTo(new Badge("shop", "orders", first, State.NOT_COMPARED, "Its connector cannot count what the source holds.", null, null));
        time.pass(Duration.ofDays(1));
        source.now((request, sink) -> {
            throw new SourceException(Kind.CONFIG, "the key is wrong");
        });
        assertThat(engine.syncs().sync("shop", false, Progress.NONE).getFirst().state()).isEqualTo(Load.State.FAILED);
        assertThat(badge().completeTo()).as("a load that failed makes nothing complete").isEqualTo(first);
        assertThatThrownBy(this::compare).hasMessage("the connector of shop cannot count what its source holds, so there is nothing to compare with");
        engine.syncs().unregister("shop");
        assertThat(engine.comparisons().badges()).isEmpty();
    }

    @Test
    void aDatasetThatIsNotToBeComparedSaysSo() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("compare_every", "never"));
        sync();
        assertThat(badge().message()).isEqualTo("It is not to be compared (compare_every = never).");
    }

    // ---- when it goes wrong

    @Test
    void aCountThatFailsHarmsNoLoadAndIsTriedAgainAnHourLater() throws Exception {
        database.beforeCounting((request, counts) -> {
            throw new SourceException(Kind.TEMPORARY, "the database does not answer");
        });
        assertThat(sync().state()).isEqualTo(Load.State.COMMITTED);
        assertThat(badge().state()).isEqualTo(State.FAILED);
        assertThat(badge().message()).isEqualTo("It could not be compared: the database does not answer.");
        assertThat(engine.syncs().connections().getFirst().message()).as("nothing is wrong with the connection").isEmpty();
        sync();
        assertThat(database.counts()).isEqualTo(1);
        time.pass(Duration.ofHours(1));
        database.beforeCounting((request, counts) -> counts.add(Tally.of(1, Map.of("weight", BigDecimal.ONE))));
        sync();
        assertThat(badge().message()).isEqualTo("It could not be compared: the connector failed: java.lang.IllegalArgumentException: a sum of 'weight' was told, which is no INTEGER or"
                + " DECIMAL field of orders; this is a bug of it, the log has the details.");
    }

    @Test
    void aSourceThatTellsPartsAndTheWholeIsTold() throws Exception {
        engine.syncs().register("shop", new Counter(LINES, (request, sink) -> { }, (request, counts) -> {
            counts.add(tally("a.csv", 3, "1"));
            counts.add(tally("", 3, "1"));
        }));
        sync();
        assertThat(badge().message()).contains("some tallies of lines tell a part and others do not");
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
    void aCountThatHangsIsInterruptedAndTheLoadStands() throws Exception {
        database.beforeCounting((request, counts) -> new CountDownLatch(1).await());
        engine.syncs().register("shop", database);
        CompletableFuture<List<Load>> sync = Shop.begin(engine, "shop");
        while (!silent(sync)) {
            Thread.onSpinWait();
        }
        assertThat(sync.get()).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(badge().message()).isEqualTo("It could not be compared: the source gave no sign of life for 15 min while it counted.");
    }

    @Test
    void aCountThatHearsNoInterruptIsLeftBehindAndTold() throws Exception {
        database.beforeCounting((request, counts) -> {
            counting.countDown();
            while (letGo.getCount() > 0) {
                Thread.onSpinWait();
            }
            counts.add(Tally.of(0, Map.of()));
        });
        engine.syncs().register("shop", database);
        CompletableFuture<List<Load>> sync = Shop.begin(engine, "shop");
        assertThat(counting.await(20, TimeUnit.SECONDS)).isTrue();
        while (!silent(sync)) {
            Thread.onSpinWait();
        }
        assertThat(sync.get()).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(badge().state()).isEqualTo(State.FAILED);
        assertThat(badge().message()).startsWith("It could not be compared: the count that began at 2026-03-01").endsWith("did not come to its end.");
        assertThat(engine.syncs().connections().getFirst().message()).contains("did not end when it was interrupted");
        letGo.countDown();
    }

    @Test
    void aCancelEndsACountAndLeavesTheBadgeAsItWas() throws Exception {
        sync();
        assertThat(badge().state()).isEqualTo(State.MATCHES);
        Badge before = badge();
        time.pass(Duration.ofDays(2));
        database.put(4, "40");
        database.beforeCounting((request, counts) -> {
            counting.countDown();
            new CountDownLatch(1).await();
        });
        CompletableFuture<List<Load>> sync = Shop.begin(engine, "shop");
        assertThat(counting.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(badge().message()).isEqualTo("It is being compared.");
        long begun = System.nanoTime();
        assertThat(engine.syncs().cancel("shop")).isTrue();
        assertThat(sync.get(20, TimeUnit.SECONDS)).extracting(Load::state, Load::inserted).containsExactly(org.assertj.core.groups.Tuple.tuple(Load.State.COMMITTED, 1L));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(badge().message()).isEqualTo(before.message());
        assertThat(badge().comparedAt()).isEqualTo(before.comparedAt());
        assertThat(badge().completeTo()).as("what was loaded is here").isEqualTo(time.now());
    }

    @Test
    void itIsRememberedAfterARestart() throws Exception {
        sync();
        Badge before = badge();
        engine.close();
        engine = Engine.open(home);
        engine.syncs().register("shop", database);
        assertThat(badge()).isEqualTo(before);
        assertThat(Shop.rows(engine, "select outcome, rows_here, rows_there from ledger.comparisons")).containsExactly("MATCHES|3|3");
    }

    @Test
    void aCountThatAKilledProcessLeftIsToldAsSuch() throws Exception {
        sync();
        sql("INSERT INTO ledger.comparisons SELECT id + 1, connection, dataset, load, begun, 'RUNNING', 0, 0, 0, '', '' FROM ledger.comparisons");
        assertThat(badge().state()).isEqualTo(State.FAILED);
        assertThat(badge().message()).isEqualTo("It could not be compared: the count that began at 2026-03-01 00:00:00 UTC did not come to its end.");
    }

    @Test
    void onlyTheLastFiftyComparisonsAreKept() throws Exception {
        sync();
        sql("INSERT INTO ledger.comparisons SELECT id + i, connection, dataset, load, begun, outcome, 0, 0, 0, '', '' FROM ledger.comparisons, range(1, 80) t(i)");
        compare();
        assertThat(Shop.rows(engine, "select count(*), min(id), max(id) from ledger.comparisons")).containsExactly("50|32|81");
    }

    @Test
    void nothingIsReadWhenItIsOnlyCompared() throws Exception {
        sync();
        database.put(4, "40");
        String cursor = Shop.rows(engine, "select cursor from ledger.cursors").getFirst();
        assertThat(compare().state()).isEqualTo(State.MATCHES);
        assertThat(Shop.rows(engine, "select count(*) from raw.shop__orders")).containsExactly("3");
        assertThat(Shop.rows(engine, "select cursor from ledger.cursors")).containsExactly(cursor);
        assertThat(engine.loads().latest(10)).hasSize(1);
    }
}
