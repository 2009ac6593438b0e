package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.sql.driver.DriverConfig;
import eider.sql.driver.Drivers;
import eider.tck.Binding;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes wrong with a server of a driver that was dropped in, and what is said of it; and what those must not reach who may set the fields of a
 * connection.
 */
@Timeout(120)
class DriverFaultsTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    @TempDir
    Path home;
    private final Map<Served, String> schemas = new HashMap<>();

    static Stream<Served> servers() {
        return Stream.of(Served.h2(), Served.hsqldb());
    }

    @AfterEach
    void drop() throws Exception {
        for (Map.Entry<Served, String> schema : schemas.entrySet()) {
            schema.getKey().drop(schema.getValue());
        }
    }

    private String orders(Served server, int rows) throws SQLException {
        String schema = server.schema("faults");
        schemas.put(server, schema);
        server.execute("CREATE TABLE " + schema + ".ORDERS (ID BIGINT PRIMARY KEY, NOTE VARCHAR(200))",
                "INSERT INTO " + schema + ".ORDERS SELECT I, REPEAT('x', 150) FROM (" + server.numbers(rows) + ") N");
        server.grant(schema, "ORDERS");
        return schema;
    }

    private static SourceException fails(Kind kind, Failures.Attempt attempt, String... words) {
        Throwable thrown = Failures.thrown(attempt);
        assertThat(thrown).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(List.of(words)).as(e.getMessage()).allMatch(e.getMessage()::contains);
            assertThat(e.getMessage()).endsWith(".").doesNotContain(Served.PASSWORD).doesNotContain("\n");
        });
        return (SourceException) thrown;
    }

    private static void discover(SqlSource source) throws Exception {
        source.discover(Kept.NO_FILES);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aWrongAddressIsToldOnceAndAServerThatIsAwayIsWaitedFor(Served server) throws Exception {
        String schema = orders(server, 10);
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "host", "no-such-host.invalid")), "'host'");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "port", "1")), "'host'", "'port'");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "host", "169.254.169.254")), "'host'");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "database", "none_such")), "'database'");
        fails(Kind.CONFIG, () -> discover(server.source(home, "NONE_SUCH")), "'schema'");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema.toLowerCase(java.util.Locale.ROOT))), "'schema'");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "tables", "NONE_SUCH")), "'tables'");
        try (Relay relay = new Relay(server.port())) {
            SqlSource source = server.source(home, schema, "port", Integer.toString(relay.port()));
            discover(source);
            relay.close();
            fails(Kind.TEMPORARY, () -> discover(source));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whoIsRefusedRenewsTheCredentials(Served server) throws Exception {
        String schema = orders(server, 10);
        fails(Kind.AUTH, () -> discover(server.source(home, schema, "password", "wrong")), "'password'");
        fails(Kind.AUTH, () -> discover(server.source(home, schema, "user", "NOBODY")), "'user'");
        SqlSource source = server.source(home, schema);
        Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        server.execute("ALTER USER " + Served.READER + " SET PASSWORD 'rotated'");
        try {
            fails(Kind.AUTH, () -> orders.read(source), "'password'");
        } finally {
            server.execute("ALTER USER " + Served.READER + " SET PASSWORD '" + Served.PASSWORD + "'");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aTableThatWentAwayOrMayNotBeReadIsToldAsThat(Served server) throws Exception {
        String schema = orders(server, 10);
        SqlSource source = server.source(home, schema);
        Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
        server.execute("DROP TABLE " + schema + ".ORDERS");
        Throwable gone = Failures.thrown(() -> orders.read(source));
        assertThat(gone).isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).as(e.getMessage()).isIn(Kind.DATA, Kind.CONFIG));
        server.execute("CREATE TABLE " + schema + ".FAILING (ID INTEGER PRIMARY KEY)", "INSERT INTO " + schema + ".FAILING VALUES (0)",
                "CREATE VIEW " + schema + ".RATIOS AS SELECT 1 / ID AS R FROM " + schema + ".FAILING");
        server.grant(schema, "RATIOS");
        SqlSource views = server.source(home, schema, "tables", "RATIOS");
        fails(Kind.DATA, () -> new Kept(views.discover(Kept.NO_FILES).getFirst()).read(views), "value");
    }

    /** Cut after each of so many shares of all bytes, from the first one on; then read on. */
    @ParameterizedTest
    @MethodSource("servers")
    void aConnectionThatIsCutIsTriedAgainAndNothingIsLost(Served server) throws Exception {
        String schema = orders(server, 3000);
        try (Relay relay = new Relay(server.port())) {
            SqlSource source = server.source(home, schema, "port", Integer.toString(relay.port()));
            Kept clean = new Kept(source.discover(Kept.NO_FILES).getFirst());
            relay.heal();
            clean.read(source);
            long all = relay.bytes();
            for (long after : List.of(0L, 1L, 40L, all / 20, all / 3, all / 2, all * 9 / 10)) {
                relay.fail(after, true);
                Kept cut = new Kept(clean.dataset());
                fails(Kind.TEMPORARY, () -> cut.read(source));
                relay.heal();
                cut.read(source);
                assertThat(Set.copyOf(cut.rows())).as("after a cut at %s of %s bytes", after, all).isEqualTo(Set.copyOf(clean.rows()));
            }
        }
    }

    /** The server falls silent within the greeting, within the look at the tables, within the rows. */
    @ParameterizedTest
    @MethodSource("servers")
    void anInterruptEndsTheWaitForAServerThatIsSilent(Served server) throws Exception {
        String schema = orders(server, 3000);
        try (Relay relay = new Relay(server.port())) {
            SqlSource source = server.source(home, schema, "port", Integer.toString(relay.port()));
            Kept clean = new Kept(source.discover(Kept.NO_FILES).getFirst());
            relay.heal();
            clean.read(source);
            long all = relay.bytes();
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            for (long after : List.of(0L, 10L, all / 40, all / 20, all / 10, all / 2, all * 9 / 10)) {
                relay.fail(after, false);
                endsInTime(() -> new Kept(clean.dataset()).read(source), relay.met());
            }
            assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.isAlive() && !before.contains(thread)
                    && thread.getContextClassLoader() != null && thread.getContextClassLoader().getClass().getName().contains("DriverLoader")))
                    .as("threads of the driver that stay").isEmpty();
        }
    }

    /** The interrupt meets the reader among rows that it has, while the server that is asked for the next ones falls silent. */
    @ParameterizedTest
    @MethodSource("servers")
    void anInterruptBetweenTwoRowsEndsTheReadThoughTheNextOnesNeverCome(Served server) throws Exception {
        String schema = orders(server, 3000);
        try (Relay relay = new Relay(server.port())) {
            SqlSource source = server.source(home, schema, "port", Integer.toString(relay.port()));
            Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
            relay.heal();
            AtomicLong interrupted = new AtomicLong();
            orders.before(() -> {
                if (orders.pushed() == 100) {
                    relay.fail(0, false);
                }
                try {
                    if (orders.pushed() >= 100 && interrupted.get() == 0 && relay.met().await(50, TimeUnit.MILLISECONDS)) {
                        interrupted.set(System.nanoTime());
                        Thread.currentThread().interrupt();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(Failures.thrown(() -> orders.read(source))).isInstanceOf(InterruptedException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - interrupted.get())).isLessThan(LIMIT);
        }
    }

    /** The server is busy with the statement itself. */
    @Test
    void anInterruptEndsALongStatementAtTheServerToo() throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        server.execute("CREATE VIEW " + schema + ".SLOW AS SELECT COUNT(*) AS N FROM SYSTEM_RANGE(1, 1000000) A, SYSTEM_RANGE(1, 1000000) B WHERE "
                + "A.X + B.X = -1");
        server.grant(schema, "SLOW");
        SqlSource source = server.source(home, schema, "tables", "SLOW");
        Kept slow = new Kept(source.discover(Kept.NO_FILES).getFirst());
        CountDownLatch running = new CountDownLatch(1);
        Thread watcher = Thread.ofVirtual().start(() -> {
            while (!Thread.interrupted()) {
                if (!asked(server, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE EXECUTING_STATEMENT LIKE '%SLOW%' AND USER_NAME = '"
                        + Served.READER
                        + "'").equals("0")) {
                    running.countDown();
                    return;
                }
            }
        });
        endsInTime(() -> slow.read(source), running);
        watcher.join();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!asked(server, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE USER_NAME = '" + Served.READER + "'").equals("0")) {
            assertThat(System.nanoTime()).as("the server still works on it").isLessThan(end);
        }
    }

    private static String asked(Served server, String sql) {
        try {
            return server.ask(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void endsInTime(Failures.Attempt attempt, CountDownLatch stuck) throws Exception {
        Throwable[] thrown = new Throwable[1];
        Thread reading = Thread.ofPlatform().name("reading").start(() -> thrown[0] = Failures.thrown(attempt));
        assertThat(stuck.await(20, TimeUnit.SECONDS)).as("the read waits").isTrue();
        reading.interrupt();
        boolean ended = reading.join(LIMIT);
        assertThat(ended).as("the read ended within two seconds of an interrupt, and stands at %s", List.of(reading.getStackTrace())).isTrue();
        assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
    }

    /** The server itself refuses, where the driver lets it: this one keeps what setReadOnly says, whatever rights the user has. */
    @Test
    void nothingIsEverWritten() throws Exception {
        Served server = Served.hsqldb();
        String schema = orders(server, 10);
        Path folder = Files.createDirectories(home.resolve("config/queries"));
        Files.writeString(folder.resolve("trap.sql"), "SELECT * FROM FINAL TABLE (INSERT INTO " + schema + ".ORDERS VALUES (99, 'x'))");
        SqlSource source = server.source(home, schema, "user", "SA", "password", "", "queries", "trap", "tables", "");
        assertThat(Failures.thrown(() -> new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source))).isInstanceOf(SourceException.class);
        assertThat(server.ask("SELECT COUNT(*) FROM " + schema + ".ORDERS")).isEqualTo("10");
    }

    private static SqlSource described(Path home, Served server, String schema, String[] connection, String... description) throws Exception {
        Drivers drivers = server.dropped(home, description);
        return SqlSource.in(home, Binding.of(SqlConfig.class, server.options(schema, connection)), drivers);
    }

    /** What the file says wrong is told with the file's name by whoever uses it. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"jars,none.jar,jars", "jars,../h2.jar,jars", "class,org.h2.Drover,class",
            "class,java.lang.Runtime,class",
        "url,jdbc:other://{host}:{port}/{database},url", "url,http://{host},url", "snapshot,3,snapshot", "snapshot,dirty,snapshot",
        "read_only,SET NO SUCH THING,read_only", "fetch_rows,none,fetch_rows", "port,many,port", "tls,maybe,tls"})
    void aWrongDescriptionIsOneSentenceThatNamesFileAndOption(String option, String value, String named) throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        SqlSource source = described(home, server, schema, new String[0], option, value);
        SourceException e = fails(Kind.CONFIG, () -> discover(source), "config/driver~h2.cfg, option '" + named + "': ");
        assertThat(e.getMessage()).startsWith("config/driver~h2.cfg");
    }

    @Test
    void whatTheServerIsAskedAtTheBeginningIsAskedEachTime() throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        // Only this session may see it: a query that reads it proves that the statement ran.
        SqlSource source = described(home, server, schema, new String[] {"queries", "seen", "tables", ""}, "read_only",
                "SET @SEEN = 7; SET @ALSO = 8");
        Path folder = Files.createDirectories(home.resolve("config/queries"));
        Files.writeString(folder.resolve("seen.sql"), "SELECT @SEEN + @ALSO AS S");
        assertThat(new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source).rows()).singleElement()
                .satisfies(row -> assertThat(row.getFirst().toString()).isEqualTo("15"));
    }

    @Test
    void aConnectionThatAsksForMoreProtectionThanTheDriverGivesIsRefused() throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "tls", "verify")), "'tls'", "config/driver~h2.cfg");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "tls", "unverified")), "'tls'");
        fails(Kind.CONFIG, () -> discover(described(home, server, schema, new String[] {"tls", "verify"}, "tls", "unverified")), "'tls'");
        discover(described(home, server, schema, new String[] {"tls", "verify"}, "tls", "verify"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/ca.pem"), "x");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, "certificate_authority", "ca.pem")), "'certificate_authority'");
    }

    /** Each of these would make this very driver do something else, if it came through. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"database,`shop;INIT=CALL FILE_WRITE('aa'\\, 'MARK')`", "database,`shop;TRACE_LEVEL_FILE=4`",
            "database,`x;DB_CLOSE_DELAY=-1`",
        "host,`127.0.0.1:1/mem:x;INIT=RUNSCRIPT FROM 'MARK'#`", "host,127.0.0.1/mem:other", "host,`evil.example,127.0.0.1`",
        "port,`9092/mem:x;INIT=x`",
        "properties,`INIT=CALL FILE_WRITE('aa'\\, 'MARK')`", "properties,USER=SA", "properties,TRACE_LEVEL_FILE=4",
        "properties,`TIME ZONE=UTC;INIT=x`",
        "kind,../h2", "kind,`jdbc:h2:mem:x`", "kind,org.h2.Driver"})
    void noFieldOfAConnectionReachesBeyondItsPlace(String option, String value) throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        Path mark = home.resolve("written");
        fails(Kind.CONFIG, () -> discover(server.source(home, schema, option, value.replace("MARK", mark.toString()))), "'" + option + "'");
        assertThat(mark).doesNotExist();
    }

    /** What a connection must not say is nowhere among its options, and a configuration that says it nevertheless changes nothing. */
    @Test
    void urlClassAndJarAreNoOptionsOfAConnection() throws Exception {
        assertThat(Stream.of(SqlConfig.class.getDeclaredMethods()).map(java.lang.reflect.Method::getName)).doesNotContain("url", "class$", "jars",
                "allowed__properties", "read__only");
        Served server = Served.h2();
        String schema = orders(server, 10);
        Path mark = home.resolve("written");
        discover(server.source(home, schema, "url", "jdbc:h2:mem:x;INIT=CALL FILE_WRITE('aa'\\, '" + mark + "')", "class", "java.lang.Runtime",
                "jars",
                "/tmp/x.jar"));
        assertThat(mark).doesNotExist();
    }

    @Test
    void aPropertyThatTheFileAllowsReachesTheDriver() throws Exception {
        Served server = Served.h2();
        String schema = orders(server, 10);
        Path folder = Files.createDirectories(home.resolve("config/queries"));
        Files.writeString(folder.resolve("zone.sql"), "SELECT CAST(TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00:00' AS TIMESTAMP) AS T");
        SqlSource source = server.source(home, schema, "queries", "zone", "tables", "", "properties", "TIME ZONE=Asia/Tokyo");
        assertThat(new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source).values("t")).hasToString("[2026-01-01T09:00]");
    }

    /** Nobody waits longer than a minute for a server that takes a connection and says nothing; an interrupt is tested above. */
    @Test
    void aServerThatNeverAnswersIsNotWaitedForForEver() throws Exception {
        Served server = Served.h2();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Map<String, String> options = new LinkedHashMap<>(server.options("X", "port", Integer.toString(silent.getLocalPort())));
            SqlSource source = SqlSource.in(home, Binding.of(SqlConfig.class, options), server.dropped(home, "connect_seconds", "1"));
            fails(Kind.CONFIG, () -> discover(source), "'host'", "'port'");
        }
        assertThat(Failures.thrown(() -> discover(SqlSource.in(home, Binding.of(SqlConfig.class, server.options("X")), Drivers.in(home, Map.of("h2",
                Binding.of(DriverConfig.class, server.description("connect_seconds", "0"))))))))
                .hasMessageContaining("config/driver~h2.cfg, option 'connect_seconds'");
    }
}
