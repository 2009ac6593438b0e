package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JsonPagesTest {
    private static final List<Scan.Column> COLUMNS = List.of(new Scan.Column("id", Field.required("id", Type.TEXT, "The id.")));

    /** Keeps what it is handed. */
    private static final class Kept implements Sink {
        final List<String> lines = new ArrayList<>();
        final List<String> rejects = new ArrayList<>();
        final List<Path> files = new ArrayList<>();
        private String checkpoint = "";

        @Override
        public void scan(Scan scan) {
            assertThat(scan).isInstanceOf(Scan.Json.class);
            assertThat(scan.columns()).isEqualTo(COLUMNS);
            assertThat(scan.file()).isAbsolute().exists();
            files.add(scan.file());
            try {
                lines.addAll(List.of(Files.readString(scan.file()).split("\n")));
                assertThat(Files.readString(scan.file())).endsWith("\n");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void reject(String place, String raw, String reason) {
            rejects.add(place + "|" + raw + "|" + reason);
        }

        @Override
        public void checkpoint(Cursor cursor) {
            assertThat(files).as("the store may look again at a checkpoint").allMatch(Files::exists);
            checkpoint = cursor.text();
        }

        @Override
        public void part(String name, String fingerprint) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void upsert(Object... values) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(Object... key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void progress(String doing, long done, long total) {
            throw new UnsupportedOperationException();
        }
    }

    private final Kept kept = new Kept();
    private List<Path> before;

    @BeforeEach
    void look() throws IOException {
        before = HttpTest.temporary("eider-pages");
    }

    @AfterEach
    void noFileStays() throws IOException {
        assertThat(HttpTest.temporary("eider-pages")).isEqualTo(before);
    }

    private static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> staged(String path, String... bodies) throws Exception {
        kept.lines.clear();
        try (JsonPages pages = JsonPages.of(path)) {
            for (String body : bodies) {
                pages.add(body(body));
            }
            pages.scan(kept, COLUMNS);
        }
        return kept.lines;
    }

    @Test
    void findsTheRecordsWhereverTheyAre() throws Exception {
        assertThat(staged("data", "{\"data\":[{\"id\":1},{\"id\":2}],\"x\":[{\"id\":3}]}")).containsExactly("{\"id\":1}", "{\"id\":2}");
        assertThat(staged("data.orders.nodes", "{\"x\":{\"nodes\":[{}]},\"data\":{\"orders\":{\"nodes\":[{\"id\":1}]}}}"))
                .containsExactly("{\"id\":1}");
        assertThat(staged("results[]", "{\"results\":[{\"id\":1}]}")).containsExactly("{\"id\":1}");
        assertThat(staged("edges[].node", "{\"edges\":[{\"cursor\":\"a\",\"node\":{\"id\":1}},{\"node\":{\"id\":2}}]}"))
                .containsExactly("{\"id\":1}", "{\"id\":2}");
        assertThat(staged("", "[{\"id\":1},{\"id\":2}]")).containsExactly("{\"id\":1}", "{\"id\":2}");
        assertThat(staged("", "{\"id\":1}\n{\"id\":2}\n")).containsExactly("{\"id\":1}", "{\"id\":2}");
        assertThat(staged("order", "{\"order\":{\"id\":1}}")).containsExactly("{\"id\":1}");
        assertThat(staged("data", "{\"data\":[{\"data\":[{\"id\":1}]}]}")).containsExactly("{\"data\":[{\"id\":1}]}");
        assertThat(staged("data", "\ufeff{\"data\":[{\"id\":1}]}")).as("behind a byte order mark").containsExactly("{\"id\":1}");
        assertThat(staged("data", "{\"data\":[]}", "{\"data\":[{\"id\":1}]}")).as("an empty page before a full one").containsExactly("{\"id\":1}");
    }

    @Test
    void eachRecordStaysByteForByteWhatWasSent() throws Exception {
        for (String record : List.of(
                "{\"a\":1.10,\"b\":-0,\"c\":1E400,\"d\":0.1000000000000000055511151231257827,"
                        + "\"e\":123456789012345678901234567890123456789012345678901234567890}",
                "{\"same\":1,\"same\":2}",
                "{\"u\":\"\\u0041\\u00e4\\ud83d\\ude00\\ud800\\u0000\\/\\n\",\"raw\":\"ä😀\u2028\"}",
                "{ \"a\" : [ 1 , { \"b\" : null } ] , \"c\":{} }",
                "{\"" + "k".repeat(60_000) + "\":\"" + "v".repeat(100_000) + "\\\"}{\"}",
                "{\"n\":" + "9".repeat(5_000) + "}",
                "{}")) {
            assertThat(staged("data", "{\"data\":[" + record + "," + record + "]}")).containsExactly(record, record);
        }
        assertThat(staged("data", "{\"data\":[{\r\n  \"a\": \"x\\n\"\n}]}")).containsExactly("{    \"a\": \"x\\n\" }");
    }

    @Test
    void givesBackWhatIsAskedOfTheEnvelopeBeforeAndAfterTheRecords() throws Exception {
        try (JsonPages pages = JsonPages.of("data.nodes", "has_more", "data.pageInfo.endCursor", "errors.0.code", "errors.1.code", "total", "none",
                "absent", "cost")) {
            JsonPages.Page page = pages.add(body("""
                    {"has_more": true, "errors":[{"code":"A\\u0042"},{"code":"C"}], "data":{"nodes":[{"endCursor":"no",
                    "has_more":false}],"pageInfo":{"endCursor":"abc=="}},
                    "total": 12345678901234567890.10, "none": null, "cost": {"a":[1,
                    2]}}"""));
            assertThat(page.records()).isEqualTo(1);
            assertThat(page.truth("has_more")).isTrue();
            assertThat(page.text("data.pageInfo.endCursor")).isEqualTo("abc==");
            assertThat(page.text("errors.0.code") + page.text("errors.1.code")).isEqualTo("ABC");
            assertThat(page.text("total")).isEqualTo("12345678901234567890.10");
            assertThat(page.text("none")).isNull();
            assertThat(page.text("absent")).isNull();
            assertThat(page.text("cost")).isEqualTo("{\"a\":[1, 2]}");
            assertThatThrownBy(() -> page.text("other")).isInstanceOf(IllegalArgumentException.class);
            JsonPages.Page next = pages.add(body("{\"data\":{\"nodes\":[]}}"));
            assertThat(next.text("has_more")).as("not what the page before said").isNull();
        }
    }

    /** Bodies of any shape whose records are known, fed in pieces of any size. */
    @Test
    void anyRecordsInAnyEnvelopeComeOutAsTheyWere() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<String> expected = new ArrayList<>();
            StringBuilder text = new StringBuilder("{").append(blank(random)).append("\"before\":").append(any(random, 3)).append(",\"a\":{\"b\":[");
            int count = random.nextInt(40);
            for (int i = 0; i < count; i++) {
                String record = "{\"id\":" + i + blank(random) + ",\"v\":" + any(random, 4) + blank(random) + "}";
                expected.add(record.replace('\n', ' ').replace('\r', ' '));
                text.append(i == 0 ? "" : ",").append(blank(random)).append(record);
            }
            text.append(blank(random)).append("]},\"next\":\"n").append(round).append("\",\"after\":").append(any(random, 3)).append("}")
                    .append(blank(random));
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            kept.lines.clear();
            try (JsonPages pages = JsonPages.of("a.b", "next")) {
                assertThat(pages.add(trickle(bytes, random)).text("next")).as("seed %d round %d", seed, round).isEqualTo("n" + round);
                pages.scan(kept, COLUMNS);
            }
            assertThat(kept.lines).as("seed %d round %d", seed, round).isEqualTo(expected);
        }
    }

    private static String blank(Random random) {
        return random.nextInt(3) > 0 ? "" : " \n\r\t".repeat(random.nextInt(40) == 0 ? 4_000 : 1).substring(random.nextInt(4));
    }

    private static String any(Random random, int depth) {
        switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0: return "null";
            case 1: return random.nextBoolean() ? "true" : "false";
            case 2: return random.nextInt() + "." + random.nextInt(1_000_000);
            case 3: return "" + random.nextLong();
            case 4: return "\"" + List.of("\\\"", "\\\\", "ä", "😀", "\\u0000", "}", "]", "{\\\"a", "\\n").get(random.nextInt(9))
                    .repeat(random.nextInt(30)) + "\"";
            case 5: return "\"" + "x".repeat(random.nextInt(20) == 0 ? 20_000 : random.nextInt(50)) + "\"";
            case 6: {
                StringBuilder array = new StringBuilder("[");
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.append(any(random, depth - 1)).append(i > 1 ? "," : "").append(blank(random));
                }
                return array + "]";
            }
            default: {
                StringBuilder object = new StringBuilder("{");
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.append("\"").append(List.of("a", "b", "next", "id").get(random.nextInt(4))).append("\"").append(blank(random)).append(":")
                            .append(blank(random))
                            .append(any(random, depth - 1)).append(i > 1 ? "," : "");
                }
                return object + "}";
            }
        }
    }

    private static InputStream trickle(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + random.nextInt(random.nextBoolean() ? 3 : 10_000)));
            }
        };
    }

    @Test
    void aBodyThatEndsInTheMiddleIsTemporaryWhereverItEndsAndLeavesNothing() throws Exception {
        String whole = "{\"data\":[{\"id\":1,\"n\":\"ä\\u0041\"},{\"id\":2}],\"more\":true}";
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        try (JsonPages pages = JsonPages.of("data", "more")) {
            pages.add(body("{\"data\":[{\"id\":0}]}"));
            for (int length = 0; length < bytes.length; length++) {
                InputStream part = new ByteArrayInputStream(bytes, 0, length);
                assertThatThrownBy(() -> pages.add(part)).as("after %d bytes", length)
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TEMPORARY))
                        .hasMessageContaining("ends in the middle");
                assertThat(pages.records()).isEqualTo(1);
            }
            pages.add(body(whole));
            pages.scan(kept, COLUMNS);
        }
        assertThat(kept.lines).containsExactly("{\"id\":0}", "{\"id\":1,\"n\":\"ä\\u0041\"}", "{\"id\":2}");
    }

    @Test
    void whatIsNoJsonIsDataAndLeavesNothing() throws Exception {
        String big = "{\"id\":\"" + "x".repeat(200_000) + "\"}";
        for (String body : List.of("{\"data\":[{\"id\":1}{\"id\":2}]}", "{\"data\":[" + big + ",{\"id\":tru}]}", "{\"data\":[{\"id\":1}]}x",
                "{\"data\":[{\"id\":1}]}{\"data\":[]}",
                "{\"data\":[{\"id\":1}],}", "<!doctype html>", "oops", "{\"data\":[{'id':1}]}", "{\"data\":[{\"id\":NaN}]}",
                        "{\"data\":[{\"id\":01}]}", "{\"data\":[{\"a\":\"\n\"}]}",
                "{\"data\":" + "[".repeat(5_000), "{\"data\":[{\"a\":\"\\x\"}]}", "{\"other\":[{\"id\":1}]}", "{\"data\":null}", "[{\"data\":[{}]}]",
                        "7")) {
            try (JsonPages pages = JsonPages.of("data")) {
                pages.add(body("{\"data\":[{\"id\":0}]}"));
                assertThatThrownBy(() -> pages.add(body(body))).as(body.length() > 100 ? body.substring(0, 100) : body)
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DATA));
                pages.scan(kept, COLUMNS);
                assertThat(kept.lines).containsExactly("{\"id\":0}");
                kept.lines.clear();
            }
        }
        assertThatThrownBy(() -> staged("data", "<html>")).hasMessageContaining("web page");
        assertThatThrownBy(() -> staged("data", "{}")).hasMessageContaining("'data'");
    }

    @Test
    void whatIsNotInUtf8IsData() throws Exception {
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16, Charset.forName("UTF-32BE"),
                StandardCharsets.ISO_8859_1)) {
            try (JsonPages pages = JsonPages.of("data")) {
                byte[] bytes = "{\"data\":[{\"id\":\"äöü\"}]}".getBytes(charset);
                assertThatThrownBy(() -> pages.add(new ByteArrayInputStream(bytes))).as("%s", charset)
                        .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DATA));
            }
        }
    }

    @Test
    void absentRecordsMeanNoneOnlyWhereTheSourceSaysSo() throws Exception {
        try (JsonPages pages = JsonPages.of("values").absentMeansNone()) {
            assertThat(pages.add(body("{}")).records()).isZero();
            assertThat(pages.add(body("{\"values\":null}")).records()).isZero();
            pages.scan(kept, COLUMNS);
        }
        assertThat(kept.files).as("nothing to scan").isEmpty();
    }

    @Test
    void aPageThatItsCheckRefusesLeavesNothing() throws Exception {
        try (JsonPages pages = JsonPages.of("data", "error").check(page -> {
            if (page.text("error") != null) {
                throw SourceException.rateLimit(page.text("error"), Duration.ofSeconds(3));
            }
        })) {
            pages.add(body("{\"data\":[{\"id\":1}]}"));
            assertThatThrownBy(() -> pages.add(body("{\"data\":[{\"id\":2}],\"error\":\"slow down\"}"))).hasMessage("slow down");
            assertThatThrownBy(() -> pages.add(body("{\"error\":\"slow down\"}"))).as("also where there are no records").hasMessage("slow down");
            pages.scan(kept, COLUMNS);
        }
        assertThat(kept.lines).containsExactly("{\"id\":1}");
    }

    @Test
    void anElementThatIsNoObjectGoesToQuarantine() throws Exception {
        try (JsonPages pages = JsonPages.of("data")) {
            pages.add(body("{\"data\":[]}"));
            pages.add(body("{\"data\":[{\"id\":1},null,7.10,[1, 2],\"text\",{\"id\":2}]}"));
            pages.scan(kept, COLUMNS);
            pages.scan(kept, COLUMNS);
            assertThat(kept.lines).containsExactly("{\"id\":1}", "{\"id\":2}");
            assertThat(kept.rejects).containsExactly("page 2, record 2|null|this is no JSON object", "page 2, record 3|7.10|this is no JSON object",
                    "page 2, record 4|[1, 2]|this is no JSON object", "page 2, record 5|text|this is no JSON object");
            assertThatThrownBy(() -> pages.add(body("{\"data\":[" + "1,".repeat(2_000) + "1]}"))).hasMessageContaining("1000 elements");
        }
    }

    @Test
    void theFileIsThereUntilTheCheckpointAndGoneAfterIt() throws Exception {
        try (JsonPages pages = JsonPages.of("data")) {
            pages.add(body("{\"data\":[{\"id\":1}]}"));
            pages.scan(kept, COLUMNS);
            assertThat(pages.records() + pages.bytes()).isZero();
            pages.add(body("{\"data\":[{\"id\":2}]}"));
            pages.scan(kept, COLUMNS);
            pages.add(body("{\"data\":[{\"id\":3}]}"));
            pages.checkpoint(kept, new Cursor("c"));
            assertThat(kept.checkpoint).isEqualTo("c");
            assertThat(kept.files).hasSize(2).noneMatch(Files::exists);
            pages.scan(kept, COLUMNS);
            assertThat(kept.lines).containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":3}");
            pages.add(body("{\"data\":[{\"id\":4}]}"));
        }
        assertThat(kept.files).noneMatch(Files::exists);
    }

    @Test
    void onlyItsOwnerMayReadTheFile() throws Exception {
        try (JsonPages pages = JsonPages.of("data")) {
            pages.add(body("{\"data\":[{\"id\":1}]}"));
            pages.scan(kept, COLUMNS);
            assertThat(Files.getPosixFilePermissions(kept.files.getFirst())).hasToString("[OWNER_READ, OWNER_WRITE]");
        }
    }

    @Test
    void anInterruptEndsAPageAndLeavesNothingOfIt() throws Exception {
        try (JsonPages pages = JsonPages.of("data")) {
            pages.add(body("{\"data\":[{\"id\":1}]}"));
            assertThatThrownBy(() -> pages.add(endless(Long.MAX_VALUE, true, 1 << 20))).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            pages.scan(kept, COLUMNS);
        }
        assertThat(kept.lines).containsExactly("{\"id\":1}");
    }

    /** A page of that many records, or one record so large; interrupts its reader after so many bytes. */
    private static InputStream endless(long records, boolean many, long interruptAfter) {
        byte[] head = "{\"data\":[".getBytes(StandardCharsets.UTF_8);
        byte[] record = ("{\"id\":\"12345678\",\"amount\":12.34,\"created\":\"2026-11-23T10:15:30Z\","
                + "\"customer\":{\"name\":\"Ada Lovelace\",\"tags\":[1,2,3]}},\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] tail = "{\"id\":\"last\"}]}".getBytes(StandardCharsets.UTF_8);
        byte[] bigHead = "{\"data\":[{\"big\":[".getBytes(StandardCharsets.UTF_8);
        byte[] bigTail = "{}]}]}".getBytes(StandardCharsets.UTF_8);
        return new InputStream() {
            private long piece;
            private byte[] now = many ? head : bigHead;
            private int at;
            private long given;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (at == now.length) {
                    if (piece > records) {
                        return -1;
                    }
                    now = piece++ < records ? record : many ? tail : bigTail;
                    at = 0;
                }
                int n = Math.min(length, now.length - at);
                System.arraycopy(now, at, into, offset, n);
                at += n;
                given += n;
                if (given > interruptAfter) {
                    Thread.currentThread().interrupt();
                }
                return n;
            }
        };
    }

    @Test
    void memoryDoesNotGrowWithThePageNorWithARecord() throws Exception {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (boolean many : List.of(true, false)) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long records = 600_000;
            try (JsonPages pages = JsonPages.of("data")) {
                pages.add(endless(records, many, Long.MAX_VALUE));
                assertThat(pages.records()).isEqualTo(many ? records + 1 : 1);
                assertThat(pages.bytes()).isGreaterThan(60L << 20);
            }
            // Everything ever allocated, not what is held: a hundred bytes and less for each record of a hundred and twenty.
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(many ? 110 * records : 4L << 20);
        }
    }

    @Test
    void aPathThatIsNoneIsRefused() {
        assertThatThrownBy(() -> JsonPages.of("data..x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonPages.of("data", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonPages.of("data", "data")).isInstanceOf(IllegalArgumentException.class);
    }
}
