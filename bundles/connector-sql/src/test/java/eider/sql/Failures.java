package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.tck.Connector;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What S5 and S6 of the contract ask of HTTP, asked of the server's own protocol: the server stands behind a relay that fails. */
final class Failures {
    private static final int ROWS = 3_000;
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Connector connector;
    private final Server.Kind kind;
    private final Server server;
    private int connections;

    Failures(Connector connector, Server.Kind kind) {
        this.connector = connector;
        this.kind = kind;
        this.server = kind.running();
    }

    private Source through(Relay relay, Shop shop, String... more) throws Exception {
        Map<String, String> options = new LinkedHashMap<>(shop.options());
        options.put("port", Integer.toString(relay.port()));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return connector.connect("failing_" + ++connections, options);
    }

    private static Map<String, Set<List<Object>>> tables(Map<String, Kept> kept) {
        Map<String, Set<List<Object>>> tables = new LinkedHashMap<>();
        kept.forEach((name, table) -> tables.put(name, Set.copyOf(table.rows())));
        return tables;
    }

    private static Map<String, Kept> kept(Source source) throws SourceException, InterruptedException {
        return source.discover(Kept.NO_FILES).stream().collect(Collectors.toMap(Dataset::name, Kept::new, (one, other) -> one, LinkedHashMap::new));
    }

    /** Cut after each of so many shares of all bytes, from the first one on. */
    void areCalledByTheirKind() throws Exception {
        try (Shop shop = new Shop(kind, "kinds"); Relay relay = new Relay(server.port())) {
            shop.fill(ROWS);
            Source source = through(relay, shop);
            Map<String, Kept> clean = kept(source);
            long discovery = relay.bytes();
            for (Kept table : clean.values()) {
                relay.heal();
                table.read(source);
                long all = relay.bytes();
                for (long after : List.of(0L, 1L, 40L, discovery / 2, all / 3, all / 2, all - 200, all - 20)) {
                    relay.fail(after, true);
                    assertThat(thrown(() -> new Kept(clean.get("orders").dataset()).read(source))).as("a connection that is cut after %s bytes",
                            after)
                            .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.TEMPORARY));
                }
            }
            relay.heal();
            assertThat(thrown(() -> through(relay, shop, "password", "wrong").discover(Kept.NO_FILES)))
                    .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.AUTH)).hasMessageContaining("'password'");
            assertThat(thrown(() -> through(relay, shop, "user", "nobody").discover(Kept.NO_FILES)))
                    .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.AUTH)).hasMessageContaining("'user'");
        }
    }

    /** The same instance reads on, as the engine asks it to, until it is through. */
    void loseNothing() throws Exception {
        try (Shop shop = new Shop(kind, "nothing_lost"); Relay relay = new Relay(server.port())) {
            shop.fill(ROWS);
            Source source = through(relay, shop);
            Map<String, Kept> clean = kept(source);
            Map<String, Long> bytes = new LinkedHashMap<>();
            for (Map.Entry<String, Kept> table : clean.entrySet()) {
                relay.heal();
                table.getValue().read(source);
                bytes.put(table.getKey(), relay.bytes());
            }
            for (int sixth = 1; sixth < 6; sixth++) {
                Map<String, Kept> cut = kept(source);
                int met = 0;
                for (Map.Entry<String, Kept> table : cut.entrySet()) {
                    relay.fail(bytes.get(table.getKey()) * sixth / 6, true);
                    met += thrown(() -> table.getValue().read(source)) instanceof SourceException ? 1 : 0;
                    relay.heal();
                    table.getValue().read(source);
                }
                assertThat(met).as("reads that were cut").isEqualTo(cut.size());
                assertThat(tables(cut)).as("tables after a cut at %s/6", sixth).isEqualTo(tables(clean));
            }
        }
    }

    /** The server falls silent within the greeting, within the look at the tables, within the rows. */
    void endWhileTheServerIsSilent() throws Exception {
        try (Shop shop = new Shop(kind, "silent"); Relay relay = new Relay(server.port())) {
            shop.fill(ROWS);
            Source source = through(relay, shop);
            Map<String, Kept> clean = kept(source);
            relay.heal();
            clean.get("orders").read(source);
            long all = relay.bytes();
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            for (long after : List.of(0L, 30L, all / 4, all / 2, all * 9 / 10)) {
                relay.fail(after, false);
                Throwable[] thrown = new Throwable[1];
                Thread reading = Thread.ofPlatform().name("silenced").start(() -> thrown[0] =
                        thrown(() -> new Kept(clean.get("orders").dataset()).read(source)));
                assertThat(relay.met().await(20, TimeUnit.SECONDS)).as("the server fell silent after %s bytes", after).isTrue();
                reading.interrupt();
                assertThat(reading.join(LIMIT)).as("the read ended within two seconds of an interrupt, after %s bytes", after).isTrue();
                assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
            }
            assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)
                    && thread.getName().contains("PostgreSQL")))
                    .as("threads of the driver that stay").isEmpty();
        }
    }

    /** What a test calls and expects to fail. */
    interface Attempt {
        void run() throws Exception;
    }

    static Throwable thrown(Attempt attempt) {
        try {
            attempt.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }
}
