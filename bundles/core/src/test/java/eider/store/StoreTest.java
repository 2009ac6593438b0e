package eider.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Rows;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreTest {
    @TempDir
    Path home;

    private Store store() {
        return new Store(Store.Settings.in(home, false, "256MB"), InstantSource.system(), step -> { });
    }

    private static final Scripted.Read ONE = (request, sink) -> {
        sink.upsert(1L, null, "one");
        sink.checkpoint(Scripted.after(1));
    };

    @Test
    void aDatabaseInDoubtIsReopenedAndOldReadersDoNotComeBack() throws Exception {
        Store store = store();
        try (Engine engine = Engine.of(store)) {
            Shop.sync(engine, Shop.orders(ONE));
            Rows reading = engine.queries().query("select a.range from range(100000000) a", Duration.ofSeconds(30));
            assertThat(reading.next()).isTrue();
            // A writer whose connection breaks in the middle of a transaction cannot roll back: the same as after an internal error of the database.
            assertThatThrownBy(() -> store.write(sql -> {
                sql.run("INSERT INTO ledger.parts VALUES (9, 'x', 'x', 'x', 'x', 9)");
                sql.close();
                throw new StoreException("broken on purpose");
            })).hasMessageContaining("broken on purpose");
            long parts = store.write(sql -> sql.number("SELECT count(*) FROM ledger.parts"));
            assertThat(parts).as("nothing of it remains").isZero();
            assertThatThrownBy(() -> {
                while (reading.next()) {
                    assertThat(reading.number(0)).isNotNegative();
                }
            }).isInstanceOf(EngineException.class);
            reading.close();
            for (int i = 0; i < 20; i++) {
                assertThat(Shop.rows(engine, "select note from raw.shop__orders")).containsExactly("one");
            }
            assertThat(Shop.sync(engine, Shop.orders(ONE)).state()).isEqualTo(Load.State.UNCHANGED);
        }
    }

    @Test
    void aLoadThatIsCancelledAtItsLastMomentLeavesASoundWriter() throws Exception {
        Store store = store();
        try (Engine engine = Engine.of(store)) {
            Shop.sync(engine, Shop.orders(ONE));
            for (int i = 0; i < 10; i++) {
                CountDownLatch inside = new CountDownLatch(1);
                Thread writer = Thread.ofPlatform().start(() -> {
                    try {
                        store.write(sql -> {
                            inside.countDown();
                            return sql.number("SELECT count(*) FROM range(300000000) WHERE range % 7 = 3");
                        });
                    } catch (StoreException | InterruptedException e) {
                        assertThat(e).isInstanceOf(InterruptedException.class);
                    }
                });
                assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
                writer.interrupt();
                long seven = store.write(sql -> sql.number("SELECT 7"));
                assertThat(seven).as("the next writer is not cancelled in its place").isEqualTo(7);
                writer.join();
            }
        }
    }

    @Test
    void whatAKilledProcessLeftInTheHandOverFolderIsRemoved() throws Exception {
        Path spill = Files.createDirectories(home.resolve("data/handover/stage-3.duckdb.spill"));
        Files.writeString(spill.resolve("duckdb_temp_storage-0.tmp"), "x");
        Files.writeString(home.resolve("data/handover/stage-3.duckdb"), "x");
        try (Engine engine = Engine.open(home)) {
            Shop.sync(engine, Shop.orders(ONE));
            assertThat(home.resolve("data/handover")).isEmptyDirectory();
        }
    }

    @Test
    void aFolderThatCannotBeUsedIsSaid() throws Exception {
        Files.writeString(home.resolve("data"), "a file where a folder should be");
        try (Engine engine = Engine.open(home)) {
            assertThatThrownBy(() -> Shop.rows(engine, "select 1")).isInstanceOf(EngineException.class).hasMessageContaining("must be a folder in which this user may write");
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsSaid() throws Exception {
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data/eider.duckdb"), "this is no database, but it is long enough to look like one to somebody who reads its first bytes only".repeat(200));
        try (Engine engine = Engine.open(home)) {
            assertThatThrownBy(() -> Shop.rows(engine, "select 1")).isInstanceOf(EngineException.class).hasMessageContaining("could not be opened").hasMessageNotContaining("\n");
        }
        assertThat(Files.readString(home.resolve("data/eider.duckdb"))).startsWith("this is no database");
    }

    /** Opens the database and says so, until it is killed. */
    public static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (Engine engine = Engine.open(Path.of(arguments[0]))) {
                Shop.rows(engine, "select 1");
                System.out.println("OPEN");
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void aDatabaseThatAnotherProcessHoldsIsSaid() throws Exception {
        Process holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), home.toString()).redirectErrorStream(true).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals("OPEN")) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo("OPEN");
            Path left = Files.writeString(home.resolve("data/handover/stage-1.duckdb"), "in use by the other");
            try (Engine engine = Engine.open(home)) {
                assertThatThrownBy(() -> Shop.rows(engine, "select 1")).isInstanceOf(EngineException.class).hasMessageContaining("another process")
                        .hasMessageContaining(Long.toString(holder.pid()));
            }
            assertThat(left).as("the files of the process that holds the database stay").exists();
        } finally {
            holder.destroyForcibly();
            holder.waitFor();
        }
    }

    @Test
    void theLastLoadOfEachDatasetIsFoundQuicklyAmongManyThousands() throws Exception {
        try (Engine engine = Engine.of(store())) {
            Shop.sync(engine, Shop.orders(ONE));
        }
        Store store = store();
        try (Engine engine = Engine.of(store)) {
            store.write(sql -> sql.run("""
                    INSERT INTO ledger.loads SELECT 10 + range, 'r' || (range // 200), 'shop', 'd' || (range % 200), 'COMMITTED', now(), now(), 1, 0, 0, 0, 'places', ''
                    FROM range(100000)"""));
            engine.syncs().register("shop", Shop.orders(ONE));
            engine.syncs().connections();
            long begin = System.nanoTime();
            List<Load> last = engine.syncs().connections().getFirst().lastLoads();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(last).hasSize(201);
            assertThat(last.getFirst().id()).isEqualTo(100_009);
            assertThat(took).isLessThan(Duration.ofSeconds(1));
        }
    }

    /** Somebody who was counted for good would slow every load down for good. */
    @Test
    void nobodyIsThoughtToWaitWhenAllHaveTheirAnswers() throws Exception {
        try (Store counting = new Store(Store.Settings.in(home, true, "256MB"), java.time.InstantSource.system(), step -> { })) {
            Sql kept = counting.reader();
            Sql thrownAway = counting.reader();
            assertThat(counting.pace().waiting()).isEqualTo(2);
            counting.release(kept);
            counting.release(kept);
            counting.discard(thrownAway);
            counting.discard(thrownAway);
            assertThat(counting.pace().waiting()).isZero();
            Sql open = counting.reader();
            counting.close();
            counting.release(open);
            assertThat(counting.pace().waiting()).isZero();
        }
    }
}
