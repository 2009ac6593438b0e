package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.tck.Binding;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
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

/** What goes wrong with a real server, and what is said of it. */
@Timeout(120)
class FaultsTest {
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("faults");
        postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2))",
                "INSERT INTO " + schema + ".orders SELECT i, i FROM generate_series(1, 20000) i");
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more)));
    }

    private static void fails(Kind kind, Failures.Attempt attempt, String... words) {
        assertThat(Failures.thrown(attempt)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e.getMessage()).contains(words).endsWith(".").doesNotContain(Postgres.PASSWORD);
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
        Relay relay = new Relay(postgres.port());
        SqlSource reached = source("port", Integer.toString(relay.port()));
        reached.discover(Kept.NO_FILES);
        relay.close();
        fails(Kind.TEMPORARY, () -> reached.discover(Kept.NO_FILES), "at the moment");
    }

    @Test
    void credentialsThatAreRefusedAreAskedFor() {
        fails(Kind.AUTH, () -> source("password", "wrong").discover(Kept.NO_FILES), "'user'", "'password'", Postgres.READER);
        fails(Kind.AUTH, () -> source("password", "").discover(Kept.NO_FILES), "'password'");
        fails(Kind.AUTH, () -> source("user", "nobody").discover(Kept.NO_FILES), "nobody");
    }

    @Test
    void aTableWithoutTheRightToReadItFailsAndIsNotTakenForEmpty() throws Exception {
        SqlSource source = source();
        Dataset orders = source.discover(Kept.NO_FILES).getFirst();
        postgres.execute("REVOKE SELECT ON " + schema + ".orders FROM " + Postgres.READER);
        fails(Kind.AUTH, () -> new Kept(orders).read(source), "orders", "GRANT");
    }

    @Test
    void aTableOrColumnThatWentIsToldAsSuch() throws Exception {
        SqlSource source = source();
        Dataset orders = source.discover(Kept.NO_FILES).getFirst();
        postgres.execute("ALTER TABLE " + schema + ".orders RENAME COLUMN amount TO total");
        fails(Kind.DATA, () -> new Kept(orders).read(source), "orders", "again");
        postgres.execute("DROP TABLE " + schema + ".orders");
        fails(Kind.DATA, () -> new Kept(orders).read(source), "orders", "again");
        fails(Kind.CONFIG, () -> source("tables", "orders").discover(Kept.NO_FILES), "'tables'", "orders");
        fails(Kind.CONFIG, () -> source("schema", "nowhere").discover(Kept.NO_FILES), "'schema'", "nowhere");
    }

    @Test
    void aViewThatFailsOnAValueIsData() throws Exception {
        postgres.execute("CREATE VIEW " + schema + ".broken AS SELECT id, 1 / (id - 7) AS share FROM " + schema + ".orders");
        SqlSource source = source("tables", "broken");
        Dataset broken = source.discover(Kept.NO_FILES).getFirst();
        fails(Kind.DATA, () -> new Kept(broken).read(source), "broken", "division by zero");
    }

    /** In the middle of a table. */
    @Test
    void aSessionThatTheServerEndsIsReadOnLaterAndNothingTwice() throws Exception {
        SqlSource source = source();
        Kept orders = new Kept(source.discover(Kept.NO_FILES).getFirst());
        fails(Kind.TEMPORARY, () -> orders.before(() -> {
            if (orders.pushed() == 600) {
                assertThat(ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '" + Postgres.READER
                        + "' AND query LIKE '%" + schema
                        + "%'")).isEqualTo("1");
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
        postgres.execute("CREATE VIEW " + schema + ".slow AS SELECT pg_sleep(30)::text AS slept");
        SqlSource source = source("tables", "slow");
        Dataset slow = source.discover(Kept.NO_FILES).getFirst();
        Thread administrator = Thread.ofPlatform().start(() -> Failures.thrown(() -> await(() -> ask(
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                + "WHERE query LIKE '%" + schema + "%slow%' AND usename = '" + Postgres.READER + "' AND wait_event = 'PgSleep'").equals("1"), 20)));
        fails(Kind.TEMPORARY, () -> new Kept(slow).read(source), "slow", "user request");
        administrator.join();
        postgres.execute("ALTER ROLE " + Postgres.READER + " SET statement_timeout = '1s'");
        try {
            fails(Kind.TEMPORARY, () -> new Kept(slow).read(source), "slow", "statement timeout");
        } finally {
            postgres.execute("ALTER ROLE " + Postgres.READER + " RESET statement_timeout");
        }
    }

    @Test
    void anInterruptEndsALongStatementHereAndAtTheServer() throws Exception {
        postgres.execute("CREATE VIEW " + schema + ".slow AS SELECT pg_sleep(60)::text AS slept");
        SqlSource source = source("tables", "slow");
        Dataset slow = source.discover(Kept.NO_FILES).getFirst();
        CountDownLatch begun = new CountDownLatch(1);
        Throwable[] thrown = new Throwable[1];
        Thread reading = Thread.ofPlatform().start(() -> {
            begun.countDown();
            thrown[0] = Failures.thrown(() -> new Kept(slow).read(source));
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        String sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%" + schema + "%slow%' AND usename = '" + Postgres.READER
                + "' AND wait_event = 'PgSleep'";
        await(() -> ask(sleeping).equals("1"), 10);
        reading.interrupt();
        assertThat(reading.join(java.time.Duration.ofSeconds(2))).as("it ended within two seconds").isTrue();
        assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
        await(() -> ask("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + Postgres.READER + "' AND query LIKE '%" + schema
                + "%'").equals("0"), 10);
    }

    @Test
    void noConnectionStaysWhateverTheEnd() throws Exception {
        try (Relay relay = new Relay(postgres.port())) {
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
        fails(Kind.CONFIG, () -> source("tls", "verify").discover(Kept.NO_FILES), "'tls'", "tls = none");
        fails(Kind.CONFIG, () -> source("tls", "unverified").discover(Kept.NO_FILES), "'tls'");
    }

    @Test
    void aCertificateIsVerifiedWithItsName() throws Exception {
        Path config = Files.createDirectories(home.resolve("config"));
        certificate("localhost", config.resolve("good.pem"), true);
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
            postgres.execute("ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()");
            await(() -> ask("SHOW ssl").equals("off"), 10);
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
            String data = postgres.ask("SHOW data_directory");
            Map<String, String> files = Map.of("server.crt", Files.readString(pem), "server.key",
                    pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded()));
            for (Map.Entry<String, String> file : files.entrySet()) {
                // By the server itself: the files must be its own user's.
                postgres.execute("COPY (SELECT unnest(string_to_array('" + file.getValue().strip() + "', E'\\n'))) TO PROGRAM 'umask 077; cat > "
                        + data + "/"
                        + file.getKey() + "'");
            }
            postgres.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()");
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private String ask(String sql) {
        try {
            return postgres.ask(sql);
        } catch (java.sql.SQLException e) {
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
