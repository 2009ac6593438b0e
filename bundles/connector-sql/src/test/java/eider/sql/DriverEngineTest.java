package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Rows;
import eider.sql.driver.Drivers;
import eider.sql.driver.Loaders;
import eider.tck.Binding;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that Eider knows nothing of into the real engine, by drivers that were dropped in. */
@Timeout(120)
class DriverEngineTest {
    @TempDir
    Path home;

    private static void sync(Engine engine) throws Exception {
        List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(loads).isNotEmpty().allSatisfy(load -> assertThat(load.state()).as(load.message()).isIn(Load.State.COMMITTED,
                Load.State.UNCHANGED));
    }

    private static List<String> rows(Engine engine, String sql) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(20))) {
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < rows.columns().size(); i++) {
                    cells.add(rows.text(i));
                }
                lines.add(String.join("|", cells));
            }
        }
        return lines;
    }

    /** A new jar takes the place of the old one between syncs, which go on where they were; the classes of the old one leave, and no thread stays. */
    @Test
    void aJarThatIsReplacedBetweenTwoSyncsServesTheNextAndTheOldOneLeaves() throws Exception {
        for (Served server : List.of(Served.h2(), Served.hsqldb())) {
            String schema = server.schema("engine");
            server.execute("CREATE TABLE " + schema + ".ORDERS (ID BIGINT PRIMARY KEY, AMOUNT DECIMAL(10,2), UPDATED_AT TIMESTAMP(6) WITH TIME ZONE)",
                    "INSERT INTO " + schema + ".ORDERS SELECT I, I + 0.25, TIMESTAMP '2026-01-01 00:00:00+00:00' FROM (" + server.numbers(1000)
                    + ") N");
            server.grant(schema, "ORDERS");
            Path own = home.resolve(server.kind());
            Drivers drivers = server.dropped(own);
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            try (Engine engine = Engine.open(own)) {
                engine.syncs().register("shop", SqlSource.in(own, Binding.of(SqlConfig.class, server.options(schema, "cursor", "ORDERS=UPDATED_AT")),
                        drivers));
                sync(engine);
                assertThat(rows(engine, "SELECT count(*), sum(amount) FROM raw.shop__orders")).containsExactly("1000|500750.00");
                Set<Thread> before = Thread.getAllStackTraces().keySet();
                for (int round = 1; round <= 3; round++) {
                    loaders.add(Loaders.of(drivers, server.kind()));
                    // The same bytes in another file: what is there is another jar all the same.
                    server.dropped(own);
                    server.execute("INSERT INTO " + schema + ".ORDERS VALUES (" + (1000 + round) + ", 1, TIMESTAMP '2026-01-02 00:00:00+00:00')");
                    sync(engine);
                    assertThat(rows(engine, "SELECT count(*) FROM raw.shop__orders")).containsExactly(Integer.toString(1000 + round));
                }
                assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.isAlive() && !before.contains(thread)
                        && thread.getContextClassLoader() != null && thread.getContextClassLoader().getName() != null
                        && thread.getContextClassLoader().getName().startsWith("driver "))).as("threads of a driver that stay").isEmpty();
                assertThat(Set.copyOf(loaders)).hasSize(3);
                assertThat(Loaders.left(loaders)).as("class loaders of %s that stay", server).isZero();
            }
            server.drop(schema);
        }
    }
}
