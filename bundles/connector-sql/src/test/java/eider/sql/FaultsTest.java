package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import eider.connector.Dataset;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.tck.Binding;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong with a real server, and what is said of it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Server.Kind.class)
@Timeout(120)
class FaultsTest {
    @Parameter
    Server.Kind kind;
    @TempDir
    Path home;
    private Server server;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        server = kind.running();
        schema = server.schema("faults");
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2))",
                "INSERT INTO " + schema + ".orders SELECT i, i FROM " + Server.numbers(20000));
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            server.drop(schema);
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, server.options(schema, more)));
    }

    private static void fails(Kind kind, Failures.Attempt attempt, String... words) {
        assertThat(Failures.thrown(attempt)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e.getMessage()).contains(words).endsWith(".").doesNotContain(Server.PASSWORD);
        });
    }

    @Test
    void aWrongAddressIsToldOnceAndAServerThatIsAwayIsWaitedFor() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        fails(Kind.CONFIG, () -> source("port", Integer.toString(nobody)).discover(Kept.NO_FILES), "'host'", "'port'");
        fails(Kind.CONFIG, () -> source("host", "no-such-host.invalid").discover(Kept.NO_FILES), "'host'", "no-such-host.invalid");
        fails(Kind.CONFIG, () -> source("host", "169.254.169.254").discover(Kept.NO_FILES), "'host'");
        fails(Kind.CONFIG, () -> source("database", "none_such").discover(Kept.NO_FILES), "'database'", "none_such");
        Relay relay = new Relay(server.port());
        SqlSource reached = source("port", Integer.toString(relay.port()));
        reached.discover(Kept.NO_FILES);
        relay.close();
        fails(Kind.TEMPORARY, () -> reached.discover(Kept.NO_FILES), "at the moment");
    }

    @Test
    void credentialsThatAreRefusedAreAskedFor() {
        fails(Kind.AUTH, () -> source("password", "wrong").discover(Kept.NO_FILES), "'user'", "'password'", Server.READER);
        fails(Kind.AUTH, () -> source("password", "").discover(Kept.NO_FILES), "'password'");
        fails(Kind.AUTH, () -> source("user", "nobody").discover(Kept.NO_FILES), "nobody");
    }

    @Test
    void aTableWithoutTheRightToReadItFailsAndIsNotTakenForEmpty() throws Exception {
        SqlSource source = source();
        Dataset orders = source.discover(Kept.NO_FILES).getFirst();
        server.deny(schema, "orders");
        fails(Kind.AUTH, () -> new Kept(orders).read(source), "orders", "GRANT");
    }

    @Test
    void aTableOrColumnThatWentIsToldAsSuch() throws Exception {
        SqlSource source = source();
        Dataset orders = source.discover(Kept.NO_FILES).getFirst();
        server.execute("ALTER TABLE " + schema + ".orders RENAME COLUMN amount TO total");
        fails(Kind.DATA, () -> new Kept(orders).read(source), "orders", "again");
        server.execute("DROP TABLE " + schema + ".orders");
        fails(Kind.DATA, () -> new Kept(orders).read(source), "orders", "again");
        fails(Kind.CONFIG, () -> source("tables", "orders").discover(Kept.NO_FILES), "'tables'", "orders");
        fails(Kind.CONFIG, () -> source("schema", "nowhere").discover(Kept.NO_FILES), "'schema'", "nowhere");
    }

    @Test
    void aViewThatFailsOnAValueIsData() throws Exception {
        boolean postgres = kind == Server.Kind.POSTGRESQL;
        server.execute("CREATE VIEW " + schema + ".broken AS SELECT id, " + (postgres ? "1 / (id - 7)" : "id * 9223372036854775807") + " AS share FROM "
                + schema + ".orders");
        SqlSource source = source("tables", "broken");
        Dataset broken = source.discover(Kept.NO_FILES).getFirst();
        fails(Kind.DATA, () -> new Kept(broken).read(source), "broken", postgres ? "division by zero" : "out of range");
    }

    /** In the middle of a table. */
    @Test
    void aSessionThatTheServerEndsIsReadOnLaterAndNothingTwice() throws Exception {
        // More than lies in the buffers of sockets: it is still being sent.
        server.execute("ALTER TABLE " + schema + ".orders ADD COLUMN note varchar(1000)", "UPDATE " + schema + ".orders SET note = repeat('x', 1000)");
        SqlSource source = source();
        Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
        fails(Kind.TEMPORARY, () -> orders.before(() -> {
            if (orders.pushed() == 600) {
                assertThat(told(() -> server.end(schema))).isEqualTo(1);
            }
        }).read(source), "orders");
        assertThat(orders.rows()).hasSizeBetween(250, 19_999);
        orders.before(() -> { }).read(source);
        assertThat(orders.rows()).hasSize(20_000);
        assertThat(orders.again()).isZero();
    }

    /** By its administrator, and by its own rule for what takes too long. */
    @Test
    void aStatementThatTheServerEndsIsTriedAgainLater() throws Exception {
        server.execute(server.slow(schema, 30));
        SqlSource source = source("tables", "slow");
        Dataset slow = source.discover(Kept.NO_FILES).getFirst();
        String reading = "slept%" + schema + "%slow";
        Thread administrator = Thread.ofPlatform().start(() -> Failures.thrown(() -> {
            await(() -> told(() -> server.working(reading)) == 1, 20);
            server.cancel(reading);
        }));
        fails(Kind.TEMPORARY, () -> new Kept(slow).read(source), "slow", kind == Server.Kind.POSTGRESQL ? "user request" : "interrupted");
        administrator.join();
        server.limit(true);
        try {
            fails(Kind.TEMPORARY, () -> new Kept(slow).read(source), "slow", switch (kind) {
                case POSTGRESQL -> "statement timeout";
                case MARIADB -> "max_statement_time exceeded";
                case MYSQL -> "maximum statement execution time exceeded";
            });
        } finally {
            server.limit(false);
        }
    }

    @Test
    void anInterruptEndsALongStatementHereAndAtTheServer() throws Exception {
        server.execute(server.slow(schema, 60));
        SqlSource source = source("tables", "slow");
        Dataset slow = source.discover(Kept.NO_FILES).getFirst();
        CountDownLatch begun = new CountDownLatch(1);
        Throwable[] thrown = new Throwable[1];
        Thread reading = Thread.ofPlatform().start(() -> {
            begun.countDown();
            thrown[0] = Failures.thrown(() -> new Kept(slow).read(source));
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        await(() -> told(() -> server.working("slept%" + schema + "%slow")) == 1, 10);
        reading.interrupt();
        assertThat(reading.join(java.time.Duration.ofSeconds(2))).as("it ended within two seconds").isTrue();
        assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
        await(() -> told(() -> server.working(schema)) == 0, 10);
    }

    @Test
    void noConnectionStaysWhateverTheEnd() throws Exception {
        try (Relay relay = new Relay(server.port())) {
            SqlSource source = source("port", Integer.toString(relay.port()));
            Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
            Failures.thrown(() -> orders.before(() -> {
                throw new IllegalStateException("the store went away");
            }).read(source));
            orders.before(() -> { }).read(source);
            Failures.thrown(() -> source("port", Integer.toString(relay.port()), "password", "wrong").discover(Kept.NO_FILES));
            Failures.thrown(() -> source("port", Integer.toString(relay.port()), "schema", "nowhere").discover(Kept.NO_FILES));
            await(() -> relay.open() == 0, 10);
        }
    }

    @Test
    void aServerWithoutTlsIsRefusedUnlessSomebodySaysSo() {
        assumeThat(kind).as("the others have TLS from the start").isEqualTo(Server.Kind.POSTGRESQL);
        fails(Kind.CONFIG, () -> source("tls", "verify").discover(Kept.NO_FILES), "'tls'", "tls = none");
        fails(Kind.CONFIG, () -> source("tls", "unverified").discover(Kept.NO_FILES), "'tls'");
    }

    @Test
    void aCertificateIsVerifiedWithItsName() throws Exception {
        Path config = Files.createDirectories(home.resolve("config"));
        if (server instanceof Mysqld mysqld) {
            Files.copy(mysqld.certificate(), config.resolve("good.pem"));
        } else {
            certificate("localhost", config.resolve("good.pem"), true);
        }
        certificate("elsewhere", config.resolve("other.pem"), false);
        try {
            SqlSource good = source("host", "localhost", "tls", "verify", "certificate_authority", "good.pem");
            await(() -> Failures.thrown(() -> good.discover(Kept.NO_FILES)) == null, 20);
            assertThat(new Kept(good.discover(Kept.NO_FILES).getFirst()).read(good).rows()).hasSize(20_000);
            fails(Kind.CONFIG, () -> source("host", "localhost", "tls", "verify").discover(Kept.NO_FILES), "'tls'", "'certificate_authority'");
            fails(Kind.CONFIG, () -> source("host", "localhost", "tls", "verify", "certificate_authority", "other.pem").discover(Kept.NO_FILES),
                    "'tls'");
            // The certificate is that of localhost.
            fails(Kind.CONFIG, () -> source("host", "127.0.0.1", "tls", "verify", "certificate_authority", "good.pem").discover(Kept.NO_FILES),
                    "'tls'");
            assertThat(source("host", "127.0.0.1", "tls", "unverified").discover(Kept.NO_FILES)).isNotEmpty();
        } finally {
            unprotect();
        }
    }

    private void unprotect() throws Exception {
        if (kind == Server.Kind.POSTGRESQL) {
            server.execute("ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()");
            await(() -> told(() -> server.ask("SHOW ssl")).equals("off"), 10);
        }
    }

    /** A certificate of this name, as PEM, and the server's if that is asked for. */
    private void certificate(String name, Path pem, boolean ofTheServer) throws Exception {
        Path store = home.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
                "server", "-keyalg",
                "EC", "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "changeit", "-dname", "CN=" + name,
                        "-ext",
                "SAN=dns:" + name, "-ext", "BC=ca:true").redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        Files.writeString(pem, pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        if (ofTheServer) {
            String data = server.ask("SHOW data_directory");
            Map<String, String> files = Map.of("server.crt", Files.readString(pem), "server.key",
                    pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded()));
            for (Map.Entry<String, String> file : files.entrySet()) {
                // By the server itself: the files must be its own user's.
                server.execute("COPY (SELECT unnest(string_to_array('" + file.getValue().strip() + "', E'\\n'))) TO PROGRAM 'umask 077; cat > "
                        + data + "/"
                        + file.getKey() + "'");
            }
            server.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()");
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    /** What a test asks of the server while it waits for it. */
    private interface Asked<A> {
        A answer() throws SQLException;
    }

    private static <A> A told(Asked<A> asked) {
        try {
            return asked.answer();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks again and again, as nobody says when it is so far. */
    private static void await(java.util.function.BooleanSupplier condition, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("after %s seconds it is not so yet", seconds).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
