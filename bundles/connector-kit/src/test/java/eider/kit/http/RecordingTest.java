package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Tape;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Difference;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.PlannedLoad.Sample;
import eider.engine.Progress;
import eider.engine.Recorded;
import eider.engine.Recording;
import eider.engine.Replayed;
import eider.engine.Rows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Syncs of connectors that are made with the kit, recorded from a server on this machine and replayed when it is gone. None of the connectors knows of it. */
@Timeout(120)
class RecordingTest {
    private static final String KEY = "sk_live_4f/9+u\"x&=7Qz";
    private static final Pattern ORDER = Pattern.compile("\\{\"id\":(\\d+),\"total\":\"([^\"]*)\",\"note\":\"([^\"]*)\"");

    @TempDir
    private Path home;
    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    /** Orders in pages of ten, customers in one. */
    private static void shop(Vendor.Asked asked, OutputStream out) throws Exception {
        Matcher page = Pattern.compile("after=(\\d+)").matcher(asked.target());
        int after = page.find() ? Integer.parseInt(page.group(1)) : 0;
        if (asked.target().startsWith("/orders")) {
            StringBuilder orders = new StringBuilder();
            for (int i = after; i < Math.min(after + 10, 25); i++) {
                orders.append(orders.isEmpty() ? "" : ",").append("{\"id\":").append(i).append(",\"total\":\"").append(i).append(".50\",\"note\":\"Ada ").append(i)
                        .append("\"}");
            }
            Vendor.ok(out, "{\"orders\":[" + orders + "],\"next\":" + (after + 10 < 25 ? after + 10 : "null") + "}");
        } else if (asked.target().startsWith("/customers")) {
            Vendor.ok(out, "{\"customers\":[{\"id\":1,\"name\":\"Ada\"},{\"id\":2,\"name\":\"Grace\"}]}");
        } else {
            Vendor.answer(out, 404, "", "nothing here");
        }
    }

    /** What both versions have in common. */
    private abstract static class ShopSource implements Source {
        static final Dataset CUSTOMERS = new Dataset("customers", "Customers.", List.of(Field.required("id", Type.INTEGER, "Number."), Field.of("name", Type.TEXT, "Name.")),
                List.of("id"));
        final Account account;

        ShopSource(String address) {
            this(address, Limiter.bucket(10_000, 1_000));
        }

        ShopSource(String address, Limiter limiter) {
            account = Account.at("The shop", address, "address").secret("X-Token", "tok_123456", "token")
                    .retries(3, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMinutes(1)).limiter(limiter).build();
        }

        static Dataset orders(String money, Type type) {
            return new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Number."), Field.of(money, type, "What it cost."),
                    Field.of("note", Type.TEXT, "A note.")), List.of("id"));
        }

        /** @param lost whether the first order of each page but the first one gets lost */
        void readOrders(Sink sink, boolean lost) throws SourceException, InterruptedException {
            try (Http http = account.open()) {
                Paging.each("the shop's orders", null, after -> {
                    String body = http.call(Call.get("/orders").query("after", after), answer -> new String(answer.bytes(), StandardCharsets.UTF_8));
                    Matcher order = ORDER.matcher(body);
                    boolean skip = lost && after != null && order.find();
                    while (order.find()) {
                        sink.upsert(Long.valueOf(order.group(1)), new BigDecimal(order.group(2)), order.group(3));
                    }
                    Matcher next = Pattern.compile("\"next\":(\\d+)").matcher(body);
                    String page = next.find() ? next.group(1) : null;
                    sink.checkpoint(new Cursor(skip || page == null ? "done" : page));
                    return page;
                });
            }
        }

        void readCustomers(Sink sink) throws SourceException, InterruptedException {
            try (Http http = account.open(); JsonPages pages = JsonPages.of("customers")) {
                http.call(Call.get("/customers"), pages::add);
                pages.scan(sink, List.of(new Scan.Column("id", CUSTOMERS.fields().get(0)), new Scan.Column("name", CUSTOMERS.fields().get(1))));
                pages.checkpoint(sink, new Cursor("all"));
            }
        }
    }

    private static final class First extends ShopSource {
        First(String address) {
            super(address);
        }

        First(String address, Limiter limiter) {
            super(address, limiter);
        }

        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return List.of(orders("total", Type.decimal(10, 2)), CUSTOMERS);
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            if (request.dataset().equals(CUSTOMERS)) {
                readCustomers(sink);
            } else {
                readOrders(sink, true);
            }
        }
    }

    /** Loses no order, calls a field otherwise, and offers two datasets more: of the one the recording holds the answers, of the other it does not. */
    private static final class Second extends ShopSource {
        private static final Dataset NOTES = new Dataset("notes", "Notes.", List.of(Field.required("note", Type.TEXT, "The note.")), List.of("note"));
        private static final Dataset REFUNDS = new Dataset("refunds", "Refunds.", List.of(Field.required("id", Type.INTEGER, "Number.")), List.of("id"));

        Second(String address) {
            super(address);
        }

        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return List.of(orders("amount", Type.decimal(12, 4)), CUSTOMERS, NOTES, REFUNDS);
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            switch (request.dataset().name()) {
                case "customers" -> readCustomers(sink);
                case "orders" -> readOrders(sink, false);
                case "notes" -> {
                    try (Http http = account.open()) {
                        Matcher order = ORDER.matcher(http.call(Call.get("/orders"), answer -> new String(answer.bytes(), StandardCharsets.UTF_8)));
                        while (order.find()) {
                            sink.upsert(order.group(3));
                        }
                        sink.checkpoint(new Cursor("all"));
                    }
                }
                default -> {
                    try (Http http = account.open()) {
                        http.call(Call.get("/refunds").query("page", "1"), Answer::bytes);
                    }
                }
            }
        }
    }

    @FunctionalInterface
    private interface Making {
        Source of(String address);
    }

    /** Records a sync of {@code shop} from a server that is gone afterwards; the connection stays. */
    private Recorded record(Vendor.Handler handler, Making source) throws Exception {
        try (Vendor vendor = new Vendor(handler)) {
            install(source.of(vendor.address()));
            return engine.recordings().record("shop", false, Progress.NONE);
        }
    }

    private void install(Source source) throws EngineException {
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", source);
    }

    private Path file(Recording recording) {
        return home.resolve("data/recordings").resolve(recording.file());
    }

    private static String plain(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Difference of(Replayed replayed, String dataset) {
        return replayed.differences().stream().filter(difference -> difference.dataset().equals(dataset)).findFirst().orElseThrow();
    }

    private String table(String sql) throws EngineException {
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(20))) {
            StringBuilder text = new StringBuilder();
            while (rows.next()) {
                text.append(rows.text(0)).append('|');
            }
            return text.toString();
        }
    }

    @Test
    void aSyncIsRecordedWhileItDoesWhatEverySyncDoes() throws Exception {
        Recorded recorded = record(RecordingTest::shop, First::new);
        assertThat(recorded.loads()).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.COMMITTED);
        assertThat(table("SELECT count(*) FROM raw.\"shop__orders\"")).isEqualTo("23|");
        Recording recording = recorded.recording();
        assertThat(recording.state()).isEqualTo(Recording.State.WHOLE);
        assertThat(recording.exchanges()).isEqualTo(4);
        assertThat(recording.rows()).isEqualTo(23);
        assertThat(recording.files()).isEqualTo(1);
        assertThat(recording.connection()).isEqualTo("shop");
        assertThat(recording.run()).isEqualTo(recorded.loads().getFirst().run());
        assertThat(engine.recordings().recordings()).containsExactly(recording);
        assertThat(Files.getPosixFilePermissions(file(recording))).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(file(recording).getParent())).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        engine.recordings().delete(recording.file());
        assertThat(file(recording)).doesNotExist();
        assertThat(engine.recordings().recordings()).isEmpty();
    }

    @Test
    void whatWasPushedIsPushedAgainAsItWas() throws Exception {
        Recording recording = record(RecordingTest::shop, First::new).recording();
        install(new First("http://127.0.0.1:1"));
        String ledger = table("SELECT id || state || inserted FROM ledger.loads UNION ALL SELECT cursor FROM ledger.cursors ORDER BY 1");
        Replayed replayed = engine.recordings().replay(recording.file(), Progress.NONE);
        assertThat(replayed.now()).extracting(Load::dataset, Load::state, Load::inserted).containsExactly(
                tuple("orders", Load.State.COMMITTED, 23L), tuple("customers", Load.State.COMMITTED, 2L));
        assertThat(replayed.then()).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.COMMITTED);
        assertThat(table("SELECT id || state || inserted FROM ledger.loads UNION ALL SELECT cursor FROM ledger.cursors ORDER BY 1")).as("nothing live is touched").isEqualTo(ledger);
        try (Stream<Path> left = Files.list(home.resolve("data/recordings"))) {
            assertThat(left).containsExactly(file(recording));
        }
    }

    @Test
    void theSameConnectorSaysTheSameOfTheRecordingWithoutAnyServer() throws Exception {
        Recording recording = record(RecordingTest::shop, First::new).recording();
        Replayed replayed = engine.recordings().compare(recording.file(), Progress.NONE);
        assertThat(replayed.notes()).isEmpty();
        assertThat(replayed.differences()).hasSize(2).allMatch(Difference::none);
        assertThat(of(replayed, "orders").same()).isEqualTo(23);
        assertThat(of(replayed, "customers").same()).isEqualTo(2);
    }

    @Test
    void theDifferenceThatANewVersionMakesIsShown() throws Exception {
        Recording recording = record(RecordingTest::shop, First::new).recording();
        String before = table("SELECT max(id) FROM ledger.loads UNION ALL SELECT cursor FROM ledger.cursors ORDER BY 1");
        String address = addressOf(recording);
        install(new Second(address));
        Replayed replayed = engine.recordings().compare(recording.file(), Progress.NONE);

        Difference orders = of(replayed, "orders");
        assertThat(orders.columns()).containsExactly("the field total is called amount now: every row holds the same value under the other name, as DECIMAL(12,4) in place of"
                + " DECIMAL(10,2)");
        assertThat(List.of(orders.same(), orders.onlyThen(), orders.onlyNow(), orders.changed())).containsExactly(23L, 0L, 2L, 0L);
        assertThat(orders.samples()).extracting(Sample::kind).containsOnly(Sample.Kind.INSERTED);
        assertThat(orders.samples()).extracting(sample -> sample.after().get("id")).containsExactly("10", "20");
        assertThat(orders.samples().getFirst().after()).containsEntry("amount", "10.5000").containsEntry("note", "Ada 10");

        Difference notes = of(replayed, "notes");
        assertThat(notes.then().offered()).isFalse();
        assertThat(notes.now().rows()).isEqualTo(10);
        assertThat(of(replayed, "customers").none()).isTrue();

        Difference refunds = of(replayed, "refunds");
        assertThat(refunds.now().state()).isEqualTo(Load.State.FAILED);
        assertThat(refunds.now().message()).contains("The recording holds no answer to GET " + address + "/refunds?page=1").contains("Nothing was asked of the network");
        assertThat(replayed.notes()).anyMatch(note -> note.startsWith("1 question is not in the recording: GET " + address + "/refunds?page=1"));
        assertThat(table("SELECT max(id) FROM ledger.loads UNION ALL SELECT cursor FROM ledger.cursors ORDER BY 1")).as("nothing live is touched").isEqualTo(before);
    }

    private String addressOf(Recording recording) throws IOException {
        Matcher address = Pattern.compile("GET (http://127\\.0\\.0\\.1:\\d+)/").matcher(plain(file(recording)));
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    @Test
    void changedValuesAreShownByKeyWithOldAndNewOnes() throws Exception {
        Recording recording = record(RecordingTest::shop, First::new).recording();
        install(new ShopSource(addressOf(recording)) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(orders("total", Type.decimal(10, 2)));
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                try (Http http = account.open()) {
                    Matcher order = ORDER.matcher(http.call(Call.get("/orders"), answer -> new String(answer.bytes(), StandardCharsets.UTF_8)));
                    while (order.find()) {
                        sink.upsert(Long.valueOf(order.group(1)), new BigDecimal(order.group(2)).add(order.group(1).equals("7") ? BigDecimal.ONE : BigDecimal.ZERO),
                                order.group(1).equals("3") ? null : order.group(3));
                    }
                    sink.checkpoint(new Cursor("10"));
                }
            }
        });
        Replayed replayed = engine.recordings().compare(recording.file(), Progress.NONE);
        Difference orders = of(replayed, "orders");
        assertThat(List.of(orders.same(), orders.onlyThen(), orders.onlyNow(), orders.changed())).containsExactly(8L, 13L, 0L, 2L);
        assertThat(orders.columns()).containsExactly("other values: total in 1, note in 1");
        Sample changed = orders.samples().stream().filter(sample -> sample.kind() == Sample.Kind.UPDATED && "7".equals(sample.after().get("id"))).findFirst()
                .orElseThrow();
        assertThat(changed.before()).containsOnlyKeys("id", "total").containsEntry("id", "7").containsEntry("total", "7.50");
        assertThat(changed.after()).containsEntry("total", "8.50");
        assertThat(orders.samples()).anySatisfy(sample -> {
            assertThat(sample.before()).containsEntry("note", "Ada 3");
            assertThat(sample.after()).containsEntry("note", null).containsEntry("id", "3");
        });
        assertThat(List.of(orders.then().cursor(), orders.now().cursor())).containsExactly("done", "10");
        assertThat(of(replayed, "customers").now().offered()).isFalse();
        assertThat(replayed.notes()).singleElement().asString().startsWith("3 recorded questions were not asked this time: GET ").contains("/customers");
    }

    @Test
    void aFaultIsReproducedWithoutTheServerThatCausedIt() throws Exception {
        Recorded recorded = record((asked, out) -> {
            if (asked.target().contains("after=10")) {
                Vendor.ok(out, "{\"orders\":[{\"id\":10,\"total\":\"ten\",\"note\":\"a price in words\"}],\"next\":null}");
            } else {
                shop(asked, out);
            }
        }, Second::new);
        Load failed = recorded.loads().getFirst();
        assertThat(failed.state()).isEqualTo(Load.State.FAILED);
        assertThat(failed.message()).contains("NumberFormatException");
        assertThat(plain(file(recorded.recording()))).as("what it died of").contains("a price in words");

        Replayed asRecorded = engine.recordings().replay(recorded.recording().file(), Progress.NONE);
        assertThat(asRecorded.now().getFirst().state()).isEqualTo(Load.State.FAILED);
        assertThat(asRecorded.now().getFirst().message()).isEqualTo(failed.message());
        assertThat(asRecorded.now().getFirst().inserted()).as("the page before it").isEqualTo(10);

        Replayed again = engine.recordings().compare(recorded.recording().file(), Progress.NONE);
        assertThat(of(again, "orders").now().message()).isEqualTo(failed.message());
        assertThat(of(again, "orders").none()).isTrue();
    }

    @Test
    void failuresOfTheServerAreReplayedInTheirOrderAndWithoutWaiting() throws Exception {
        Recorded recorded = record((asked, out) -> {
            switch (asked.number()) {
                case 1 -> Vendor.answer(out, 503, "Retry-After: 0.2\r\n", "later");
                case 2 -> {
                    Vendor.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"orders\":[");
                    throw new Vendor.Cut();
                }
                default -> shop(asked, out);
            }
        }, First::new);
        assertThat(recorded.loads()).extracting(Load::state).containsOnly(Load.State.COMMITTED);
        assertThat(recorded.recording().exchanges()).isEqualTo(6);
        Replayed replayed = engine.recordings().compare(recorded.recording().file(), Progress.NONE);
        assertThat(replayed.differences()).hasSize(2).allMatch(Difference::none);
        assertThat(replayed.notes()).isEmpty();
    }

    /** The account of today learns nothing from what was said last week. */
    @Test
    void aReplayTakesNoPermitOfTheAccountAndWaitsForNone() throws Exception {
        Recording recording = record(RecordingTest::shop, address -> new First(address, Limiter.bucket(0.0001, 5))).recording();
        for (int i = 0; i < 3; i++) {
            assertThat(engine.recordings().compare(recording.file(), Progress.NONE).differences()).hasSize(2).allMatch(Difference::none);
        }
    }

    @Test
    void aLimitOfTheAccountThatEndedASyncEndsItsReplay() throws Exception {
        Recorded recorded = record(RecordingTest::shop, address -> new First(address, Limiter.bucket(0.0001, 2)));
        Load failed = recorded.loads().getFirst();
        assertThat(failed.message()).contains("may not be asked again");
        Replayed replayed = engine.recordings().compare(recorded.recording().file(), Progress.NONE);
        assertThat(of(replayed, "orders").now().state()).isEqualTo(Load.State.FAILED);
        assertThat(of(replayed, "orders").now().message()).startsWith(failed.message().substring(0, 60));
        assertThat(of(replayed, "orders").same()).isEqualTo(failed.inserted());
        assertThat(replayed.notes()).isEmpty();
    }

    @Test
    void aSyncThatCouldReadNothingIsRecordedToo() throws Exception {
        Making refused = address -> new ShopSource(address) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
                try (Http http = account.open()) {
                    http.call(Call.get("/me"), Answer::bytes);
                }
                return List.of();
            }

            @Override
            public void read(Request request, Sink sink) {
                throw new IllegalStateException("nothing is offered");
            }
        };
        Recorded recorded = record((asked, out) -> Vendor.answer(out, 401, "", "the key is worn"), refused);
        assertThat(recorded.loads()).isEmpty();
        assertThat(recorded.failure()).contains("refused the credentials").contains("the key is worn");
        assertThat(recorded.recording().message()).isEqualTo(recorded.failure());
        assertThat(engine.recordings().replay(recorded.recording().file(), Progress.NONE).nowFailure()).isEqualTo(recorded.failure());
        assertThat(engine.recordings().compare(recorded.recording().file(), Progress.NONE).nowFailure()).isEqualTo(recorded.failure());
    }

    /** Secrets wherever one may stand: a header, a query, a body, a redirect, an error, a row, a cursor. */
    @Test
    void noSecretReachesTheFileInAnyForm() throws Exception {
        String password = "Wasser-Fall 77";
        String session = "sess_0123456789abcdef";
        String query = URLEncoder.encode(KEY, StandardCharsets.UTF_8);
        Recorded recorded = record((asked, out) -> {
            if (asked.target().startsWith("/login")) {
                Vendor.answer(out, 200, "Set-Cookie: sid=" + session + "\r\nX-Trace: nobody asked for it\r\nX-Auth: " + session + "\r\n", "{\"access_token\": \"" + session + "\", \"expires_in\": 3600,"
                        + "\"nested\": {\"refresh_token\":\"refresh-" + session + "\"}, \"echo\":\"" + query + "\"}");
            } else if (asked.target().startsWith("/moved")) {
                Vendor.answer(out, 302, "Location: /orders?access_token=" + session + "&after=0\r\n", "");
            } else if (asked.target().startsWith("/wrong")) {
                Vendor.answer(out, 400, "", "the key " + KEY + " or " + query + " may not do this, nor may "
                        + Base64.getEncoder().encodeToString(("ada:" + password).getBytes(StandardCharsets.UTF_8)));
            } else {
                Vendor.ok(out, "{\"orders\":[{\"id\":1,\"total\":\"1.00\",\"note\":\"" + KEY.replace("\"", "\\\"") + " of Ada\"}],\"pad\":\"" + "x".repeat(70_000)
                        + KEY.replace("\"", "\\\"").replace("/", "\\/") + "\",\"next\":\"https://x/?a=1&signature=" + session + "\"}");
            }
        }, address -> new Source() {
            private final Account account = Account.at("The shop", address, "address")
                    .secret("Authorization", "Basic " + Base64.getEncoder().encodeToString(("ada:" + password).getBytes(StandardCharsets.UTF_8)), "password").build();

            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(ShopSource.orders("total", Type.MONEY), new Dataset("wrong", "Fails.", List.of(Field.of("api_token", Type.TEXT, "A token.")), List.of()));
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                try (Http http = account.open()) {
                    http.call(Call.post("/login?api_key=" + query, "application/x-www-form-urlencoded", "grant_type=password&client_secret=" + query + "&password="
                            + URLEncoder.encode(password, StandardCharsets.UTF_8)), Answer::bytes);
                    if (request.dataset().name().equals("wrong")) {
                        sink.part("all", "1");
                        sink.upsert(session);
                        http.call(Call.get("/wrong").secret("X-Key", KEY), Answer::bytes);
                    }
                    String body = http.call(Call.get("/moved").secret("X-Key", KEY).secret("X-Session", "Bearer " + session),
                            answer -> new String(answer.bytes(), StandardCharsets.UTF_8));
                    sink.upsert(1L, BigDecimal.ONE, body.contains("Ada") ? "note with " + KEY : "");
                    sink.reject("page 1", "{\"password\":\"" + password + "\", \"k\":\"" + KEY + "\"}", "bad because of " + KEY);
                    sink.checkpoint(new Cursor("{\"key\":\"" + KEY + "\",\"at\":\"after " + session + "\"}"));
                }
            }
        });
        assertThat(recorded.loads()).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.FAILED);
        String text = plain(file(recorded.recording()));
        assertThat(text).as("headers that are on no list").doesNotContainIgnoringCase("Set-Cookie", "X-Auth", "nobody asked for it", "Authorization", "X-Key");
        assertThat(text).contains("of Ada").contains("/moved").contains("may not do this").contains("grant_type=").contains("expires_in").contains("redacted-");
        for (String secret : List.of(KEY, password, session)) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            String escaped = secret.replace("\"", "\\\"");
            for (String form : List.of(secret, escaped, escaped.replace("\\", "\\\\").replace("\"", "\\\""), escaped.replace("/", "\\/"), escaped.replace("/", "\\\\/"),
                    URLEncoder.encode(secret, StandardCharsets.UTF_8), URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"),
                    Base64.getEncoder().encodeToString(bytes), Base64.getEncoder().encodeToString(("ada:" + secret).getBytes(StandardCharsets.UTF_8)),
                    secret.substring(0, 12))) {
                assertThat(text.contains(form)).as("the file holds the form %s", form).isFalse();
            }
        }
    }

    @Test
    void aTornRecordingIsReadUpToTheTear() throws Exception {
        Recording whole = record(RecordingTest::shop, First::new).recording();
        byte[] bytes = Files.readAllBytes(file(whole));
        Path torn = file(whole).resolveSibling("torn.gz");
        int read = 0;
        for (int length = 40; length < bytes.length; length += 101) {
            Files.write(torn, Arrays.copyOf(bytes, length));
            Recording listed = engine.recordings().recordings().stream().filter(recording -> recording.file().equals("torn.gz")).findFirst().orElseThrow();
            assertThat(listed.state()).as("at %s of %s", length, bytes.length).isIn(Recording.State.TORN, Recording.State.UNREADABLE);
            if (listed.state() == Recording.State.TORN && length % 2 == 0) {
                Replayed replayed = engine.recordings().replay("torn", Progress.NONE);
                assertThat(replayed.notes()).contains("the recording is torn: it ends before its sync did");
                read += (int) replayed.now().stream().mapToLong(Load::inserted).sum();
            }
        }
        assertThat(read).as("rows before the tears").isPositive();
    }

    /** The process dies in the middle: nothing is closed, and what was written is there. */
    @Test
    void whatWasRecordedBeforeTheProcessDiedIsThere() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Vendor vendor = new Vendor((asked, out) -> {
            if (asked.target().contains("after=20")) {
                reached.countDown();
                go.await();
            }
            shop(asked, out);
        })) {
            install(new First(vendor.address()));
            CompletableFuture<Recorded> sync = CompletableFuture.supplyAsync(() -> {
                try {
                    return engine.recordings().record("shop", false, Progress.NONE);
                } catch (EngineException | InterruptedException e) {
                    throw new IllegalStateException(e.getMessage(), e);
                }
            }, Thread.ofPlatform()::start);
            assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
            Path running;
            try (Stream<Path> files = Files.list(home.resolve("data/recordings"))) {
                running = files.findFirst().orElseThrow();
            }
            Files.copy(running, running.resolveSibling("dead.gz"));
            go.countDown();
            sync.get(60, TimeUnit.SECONDS);
        }
        Replayed replayed = engine.recordings().replay("dead", Progress.NONE);
        assertThat(replayed.recording().state()).isEqualTo(Recording.State.TORN);
        assertThat(replayed.now().getFirst().message()).contains("The recording ends here").contains("torn");
        assertThat(replayed.now().getFirst().inserted()).as("two pages, one order of the second lost by the connector").isEqualTo(19);
        Replayed compared = engine.recordings().compare("dead", Progress.NONE);
        assertThat(of(compared, "orders").now().message()).contains("The recording holds no answer to GET").contains("/orders?after=20");
        assertThat(of(compared, "orders").same()).isEqualTo(19);
    }

    @Test
    void aRecordingThatReachesItsBoundKeepsWhatItHasAndTheSyncGoesOn() throws Exception {
        engine.largestRecording(100 << 10);
        Random random = new Random(7);
        Recorded recorded = record((asked, out) -> {
            byte[] noise = new byte[30_000];
            random.nextBytes(noise);
            Matcher page = Pattern.compile("after=(\\d+)").matcher(asked.target());
            int after = page.find() ? Integer.parseInt(page.group(1)) : 0;
            Vendor.ok(out, "{\"orders\":[{\"id\":" + after + ",\"total\":\"1.00\",\"note\":\"x\"}],\"noise\":\"" + Base64.getEncoder().encodeToString(noise) + "\",\"next\":"
                    + (after < 9 ? after + 1 : "null") + "}");
        }, address -> new ShopSource(address) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(orders("total", Type.decimal(10, 2)));
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                readOrders(sink, false);
            }
        });
        assertThat(recorded.loads()).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(recorded.loads().getFirst().inserted()).isEqualTo(10);
        assertThat(recorded.recording().state()).isEqualTo(Recording.State.FULL);
        assertThat(recorded.recording().message()).contains("largest in config/recordings.cfg");
        assertThat(recorded.recording().bytes()).isLessThan(100 << 10);
        Replayed replayed = engine.recordings().replay(recorded.recording().file(), Progress.NONE);
        assertThat(replayed.now().getFirst().state()).isEqualTo(Load.State.FAILED);
        assertThat(replayed.now().getFirst().message()).contains("The recording ends here: it had reached the size");
        assertThat(replayed.now().getFirst().inserted()).isBetween(1L, 9L);
    }

    @Test
    void whoAsksForOtherDaysGetsWhatWasSaidOfTheDaysOfThen() throws Exception {
        String[] day = {"2026-03-01"};
        Making source = address -> new ShopSource(address) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(CUSTOMERS);
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                try (Http http = account.open(); JsonPages pages = JsonPages.of("customers")) {
                    http.call(Call.get("/customers").query("since", day[0] + "T00:00:00Z").query("limit", "5"), pages::add);
                    pages.scan(sink, List.of(new Scan.Column("id", CUSTOMERS.fields().get(0)), new Scan.Column("name", CUSTOMERS.fields().get(1))));
                    pages.checkpoint(sink, new Cursor("all"));
                }
            }
        };
        Recording recording = record(RecordingTest::shop, source).recording();
        day[0] = "2026-03-09";
        Replayed replayed = engine.recordings().compare(recording.file(), Progress.NONE);
        assertThat(of(replayed, "customers").same()).isEqualTo(2);
        assertThat(replayed.notes()).containsExactly("1 question was found in the recording with other times, identifiers or another host in it");
    }

    @Test
    void aReplayIsCancelledAsASyncIsAndKeepsOthersOutMeanwhile() throws Exception {
        Recording recording = record(RecordingTest::shop, First::new).recording();
        CountDownLatch reading = new CountDownLatch(1);
        install(new ShopSource(addressOf(recording)) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(orders("total", Type.decimal(10, 2)));
            }

            @Override
            public void read(Request request, Sink sink) throws InterruptedException {
                reading.countDown();
                new CountDownLatch(1).await();
            }
        });
        CompletableFuture<Replayed> replay = CompletableFuture.supplyAsync(() -> {
            try {
                return engine.recordings().compare(recording.file(), Progress.NONE);
            } catch (EngineException | InterruptedException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }, Thread.ofPlatform()::start);
        assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> engine.syncs().sync("shop", false, Progress.NONE)).hasMessageContaining("is being synced already");
        assertThat(engine.syncs().cancel("shop")).isTrue();
        assertThat(replay.get(10, TimeUnit.SECONDS).now().getFirst().state()).isEqualTo(Load.State.CANCELLED);
        assertThat(table("SELECT count(*) FROM ledger.loads WHERE state = 'CANCELLED'")).isEqualTo("0|");
    }

    @Test
    void nothingIsAskedOfAServerThatIsThere() throws Exception {
        try (Vendor vendor = new Vendor(RecordingTest::shop)) {
            install(new First(vendor.address()));
            Recording recording = engine.recordings().record("shop", false, Progress.NONE).recording();
            int asked = vendor.asked.size();
            install(new Second(vendor.address()));
            assertThat(vendor.connections()).isZero();
            engine.recordings().compare(recording.file(), (doing, done, total) -> assertThat(vendor.connections()).isZero());
            assertThat(vendor.asked).hasSize(asked);
            engine.syncs().sync("shop", false, Progress.NONE);
            assertThat(vendor.asked).as("a sync afterwards asks it as ever").hasSizeGreaterThan(asked);
        }
    }

    @Test
    void whatWasAskedFromACursorIsAskedFromItAgain() throws Exception {
        Making source = address -> new ShopSource(address) {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(orders("total", Type.decimal(10, 2)));
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                try (Http http = account.open()) {
                    String since = request.cursor().isNone() ? null : request.cursor().text();
                    Matcher order = ORDER.matcher(http.call(Call.get("/orders").query("after", since), answer -> new String(answer.bytes(), StandardCharsets.UTF_8)));
                    String last = "0";
                    while (order.find()) {
                        last = order.group(1);
                        sink.upsert(Long.valueOf(last), new BigDecimal(order.group(2)), order.group(3));
                    }
                    sink.checkpoint(new Cursor(last));
                }
            }
        };
        try (Vendor vendor = new Vendor(RecordingTest::shop)) {
            install(source.of(vendor.address()));
            engine.syncs().sync("shop", false, Progress.NONE);
            Recording recording = engine.recordings().record("shop", false, Progress.NONE).recording();
            engine.syncs().sync("shop", false, Progress.NONE);
            assertThat(vendor.asked).extracting(Vendor.Asked::target).containsExactly("/orders", "/orders?after=9", "/orders?after=18");
            vendor.close();
            Replayed replayed = engine.recordings().compare(recording.file(), Progress.NONE);
            assertThat(replayed.notes()).isEmpty();
            assertThat(of(replayed, "orders").none()).as("%s", replayed).isTrue();
            assertThat(of(replayed, "orders").now().rows()).isEqualTo(10);
            assertThat(table("SELECT cursor FROM ledger.cursors")).isEqualTo("24|");
        }
    }

    @Test
    void aConnectorThatUsesNoTapeIsReplayedAsItWasRecordedOnly() throws Exception {
        Recording recording = record(RecordingTest::shop, address -> new Source() {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(ShopSource.CUSTOMERS);
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                sink.upsert(1L, "Ada");
                sink.checkpoint(new Cursor("1"));
            }
        }).recording();
        assertThat(engine.recordings().replay(recording.file(), Progress.NONE).now().getFirst().inserted()).isEqualTo(1);
        assertThatThrownBy(() -> engine.recordings().compare(recording.file(), Progress.NONE)).isInstanceOf(EngineException.class)
                .hasMessageContaining("nothing that came from outside is in the recording").hasMessageContaining("eider recordings replay " + recording.file());
    }

    @Test
    void aConnectorOfItsOwnMakingMayUseATape() throws Exception {
        boolean[] reached = new boolean[1];
        Source source = new Source() {
            @Override
            public List<Dataset> discover(Sniffer sniffer) {
                return List.of(ShopSource.CUSTOMERS);
            }

            @Override
            public void read(Request request, Sink sink) throws SourceException, InterruptedException {
                Tape tape = Tape.current();
                String name;
                try {
                    if (tape != null && tape.replays()) {
                        try (InputStream body = tape.replay("SELECT name").body()) {
                            name = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                        }
                    } else {
                        reached[0] = true;
                        name = "Ada";
                        if (tape != null) {
                            tape.record("SELECT name", Map.of(), new ByteArrayInputStream(name.getBytes(StandardCharsets.UTF_8)));
                        }
                    }
                } catch (IOException e) {
                    throw new SourceException(SourceException.Kind.TEMPORARY, "the tape broke", e);
                }
                sink.upsert(1L, name);
                sink.checkpoint(new Cursor("1"));
            }
        };
        Recording recording = record(RecordingTest::shop, address -> source).recording();
        assertThat(reached[0]).isTrue();
        reached[0] = false;
        assertThat(engine.recordings().compare(recording.file(), Progress.NONE).differences()).singleElement().matches(Difference::none);
        assertThat(reached[0]).isFalse();
        engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(reached[0]).as("without a recording it reaches its outside system").isTrue();
    }

    @Test
    void aNameThatLeadsElsewhereNamesNoRecording() {
        for (String name : List.of("../eider.duckdb", "/etc/passwd", "..", ".hidden", "a/b", "", "no-such")) {
            assertThatThrownBy(() -> engine.recordings().replay(name, Progress.NONE)).as(name).isInstanceOf(EngineException.class).hasMessageContaining("eider recordings");
            assertThatThrownBy(() -> engine.recordings().delete(name)).as(name).isInstanceOf(EngineException.class);
        }
    }
}
