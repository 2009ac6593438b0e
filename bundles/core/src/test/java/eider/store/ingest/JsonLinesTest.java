package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of one JSON object a line: those that DuckDB reads as they are must be read as if they had been written anew. */
class JsonLinesTest {
    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private Loaded load(String json) throws Exception {
        return files.load(Scan.Json.of(files.file("file.ndjson", json)));
    }

    @Test
    void linksAPlainFileAndReadsItAsItIs() throws Exception {
        Loaded loaded = load("{\"id\":1,\"name\":\"Ada \\\"the 1st\\\"\\n\\u00e9\",\"amount\":1.10,\"day\":\"2024-02-13\","
                + "\"at\":\"2024-02-13T10:00:00Z\",\"ok\":true}\n"
                + "{ \"id\" : 2, \"name\" : \"\", \"amount\" : 22 , \"ok\":null}\n{}\n");
        assertThat(loaded.linked()).isTrue();
        assertThat(loaded.types()).containsExactly("INTEGER", "TEXT", "DECIMAL(18,4)", "DATE", "INSTANT", "BOOLEAN");
        assertThat(loaded.rows()).containsExactly(List.of("1", "Ada \"the 1st\"\né", "1.1000", "2024-02-13", "2024-02-13T10:00Z", "true"),
                Arrays.asList("2", "", "22.0000", null, null, null), Arrays.asList(null, null, null, null, null, null));
    }

    @Test
    void writesAnewWhatDuckDbReadsOtherwise() throws Exception {
        assertThat(load("{\"a\":123456789012.3456}\n").linked()).as("more digits than a double keeps").isFalse();
        assertThat(load("{\"a\":12345678901.3456}\n").linked()).isTrue();
        assertThat(load("{\"a\":1234567890123456789}\n").linked()).as("a whole number of 19 digits").isFalse();
        assertThat(load("{\"a\":1e3}\n").linked()).isFalse();
        assertThat(load("{\"a\":[1, 2]}\n").linked()).isFalse();
        assertThat(load("{\"a\":1}\n{\"a\":\"x\"}\n").linked()).as("a number in a column of text").isFalse();
        assertThat(load("{\"a\":1,\"A\":2}\n").linked()).as("SQL does not tell a from A").isFalse();
        assertThat(load("{\"a\":1}\n\n{\"a\":2}\n").linked()).as("a line with nothing in it").isFalse();
        assertThat(load("{\"a\":1}\r\n{\"a\":2}\r\n").linked()).isFalse();
        assertThat(load("\ufeff{\"a\":1}\n{\"a\":2}\n").linked()).isFalse();
        assertThat(load("{\"a\":3}\n{\"a\":1,\"a\":2}\n").rejects()).hasSize(1);
        assertThat(load("{\"a\":\"x\\u0000\"}\n{\"a\":\"y\"}\n").rejects()).hasSize(1);
        assertThat(load("{\"a\":\"\\ud83d\"}\n{\"a\":\"\\ud83d\\ude00\"}\n").rows()).containsExactly(List.of("😀"));
    }

    @Test
    void aRequiredFieldThatIsMissingIsPutAside() throws Exception {
        Path file = files.file("file.ndjson", "{\"id\":1}\n{\"id\":null}\n{}\n");
        Loaded loaded = files.load(Scan.Json.of(file).withColumns(List.of(new Scan.Column("id", Field.required("id", Type.INTEGER, "The id.")))));
        assertThat(loaded.rows()).containsExactly(List.of("1"));
        assertThat(loaded.rejects()).extracting(Reject::place).containsExactly("line 2", "line 3");
    }

    @Test
    void aFileThatChangedSinceItWasSniffedIsLookedAtAgain() throws Exception {
        Path file = files.file("file.ndjson", "{\"id\":1}\n");
        Scan.Json scan = files.sniffer().complete(Scan.Json.of(file));
        files.file("file.ndjson", "{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":3}\n");
        assertThat(files.read(scan, Limits.DEFAULT).rejects()).extracting(Reject::reason).containsExactly("id: 'x' is no whole number");
    }

    @Test
    void aLargeFileIsLookedAtInPartsAndKeepsItsOrderAndItsLines() throws Exception {
        StringBuilder content = new StringBuilder();
        int rows = 0;
        while (content.length() < JsonSurvey.LARGE + 1_000_000) {
            content.append("{\"id\":").append(rows++).append(",\"name\":\"somebody with a name of some length, number ").append(rows).append("\"}\n");
        }
        Loaded plain = load(content.toString());
        assertThat(plain.linked()).isTrue();
        assertThat(plain.rows()).hasSize(rows);
        assertThat(plain.rows().get(rows - 1).getFirst()).isEqualTo(Integer.toString(rows - 1));

        content.append("{\"id\":7,\"late\":\"2024-02-13\"}\n{\"id\":\n{\"id\":8,\"early\":[1]}");
        Loaded other = load(content.toString());
        assertThat(other.linked()).isFalse();
        assertThat(other.fields()).containsExactly("id", "name", "late", "early");
        assertThat(other.types()).containsExactly("INTEGER", "TEXT", "DATE", "JSON");
        assertThat(other.rows()).extracting(List::getFirst).startsWith("0", "1", "2")
                .endsWith(Integer.toString(rows - 1), "7", "8").hasSize(rows + 2);
        assertThat(other.rejects()).extracting(Reject::place).containsExactly("line " + (rows + 2));
    }

    /**
     * Where a line is empty nothing is linked, and an array is always read by the real parser: so each file is loaded three ways, sniffed and
     * with types that are given.
     */
    @Test
    void whatIsReadAsItIsEqualsWhatIsWrittenAnew() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int linked = 0;
        for (int round = 0; round < 40; round++) {
            Example example = new Example(random);
            for (boolean given : new boolean[] {false, true}) {
                Loaded asItIs = load(example, example.content, given);
                Loaded anew = load(example, example.content + "\n", given);
                String what = "seed " + seed + ", round " + round + ": " + example.content;
                assertThat(anew.linked()).as(what).isFalse();
                assertThat(asItIs.types()).as(what).isEqualTo(anew.types());
                assertThat(asItIs.rows()).as(what).isEqualTo(anew.rows());
                assertThat(asItIs.rejects()).as(what).isEqualTo(anew.rejects());
                if (anew.rejects().stream().noneMatch(reject -> reject.reason().contains("no valid JSON"))) {
                    Loaded array = load(example, "[" + example.content.strip().replace("}\n", "},\n") + "]", given);
                    assertThat(array.types()).as(what).isEqualTo(anew.types());
                    assertThat(array.rows()).as(what).isEqualTo(anew.rows());
                    assertThat(array.rejects()).as(what).isEqualTo(anew.rejects());
                }
                linked += asItIs.linked() ? 1 : 0;
            }
        }
        assertThat(linked).as("seed " + seed + ": files that were read as they are").isBetween(10, 76);
    }

    private Loaded load(Example example, String content, boolean given) throws Exception {
        Scan.Json scan = Scan.Json.of(files.file("file.ndjson", content));
        return files.load(given ? scan.withColumns(example.columns) : scan);
    }

    /** A file by chance: each column has a way to be written, and now and then a value that does not follow it. */
    private static final class Example {
        private static final String[] TEXTS = {"", " ", "a", "null", "NULL", "true", "1", "1.50", "NaN", ",",
            "'", "\\\"", "\\\\", "\\/", "\\n", "\\r\\n", "\\t", "\\b\\f",
            "\\u00e9", "\\u0001", "\\u007f", "\\uFFFD", "\\u2028", "é", "日本", "😀", "\u2028", "\u007f", "{}", "[1]", "2024-02-13", "x y",
            "\ufeff", "€ 5", "#", "\\u0022"};
        private final Random random;
        private final String content;
        private final List<Scan.Column> columns = new ArrayList<>();

        Example(Random random) {
            this.random = random;
            int width = 1 + random.nextInt(3);
            List<Supplier<String>> writers = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                String name = List.of("id", "Total Amount", "x-y", "select", "a.b").get(random.nextInt(5)) + i;
                Type[] types = random.nextBoolean() ? numbers(writers) : others(writers);
                Type type = types[random.nextInt(types.length)];
                columns.add(new Scan.Column(name, random.nextInt(8) == 0
                        ? Field.required("f" + i, type, "By chance.") : Field.of("f" + i, type, "By chance.")));
            }
            StringBuilder lines = new StringBuilder();
            int rows = 1 + random.nextInt(30);
            boolean odd = random.nextInt(6) == 0;
            for (int row = 0; row < rows; row++) {
                StringBuilder line = new StringBuilder("{");
                for (int i = 0; i < width; i++) {
                    int chance = row == 0 ? 3 : random.nextInt(40);
                    if (chance == 0) {
                        continue;
                    }
                    String value = chance == 1 ? "null" : odd && chance == 2 ? oddity() : writers.get(i).get();
                    line.append(line.length() > 1 ? blank() + "," + blank() : blank()).append('"').append(columns.get(i).name()).append('"')
                            .append(blank()).append(':').append(blank()).append(value);
                }
                lines.append(line).append(blank()).append("}\n");
            }
            this.content = new String(lines.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        }

        private String blank() {
            return random.nextInt(12) == 0 ? " " : random.nextInt(50) == 0 ? "\t" : "";
        }

        private String oddity() {
            String[] odd = {"1e5", "-0", "-0.0", "0.1E-2", "[]", "{\"a\":1}", "\"\\u0000\"", "\"\\ud83d\"", "1.5", "\"x\"", "true", "01",
                "9223372036854775807", "99999999999999999999"};
            return odd[random.nextInt(odd.length)];
        }

        private String digits(int most) {
            StringBuilder digits = new StringBuilder();
            int length = 1 + random.nextInt(most);
            int kind = random.nextInt(4);
            for (int i = 0; i < length; i++) {
                digits.append(kind == 0 ? 9 : kind == 1 && i > 0 ? 0 : random.nextInt(10));
            }
            return digits.toString();
        }

        private String whole(int most) {
            String digits = digits(most).replaceFirst("^0+(?=.)", "");
            return random.nextInt(4) == 0 && !digits.matches("0+") ? "-" + digits : digits;
        }

        private Type[] numbers(List<Supplier<String>> writers) {
            int most = 1 + random.nextInt(18);
            int fraction = random.nextInt(8);
            boolean mixed = random.nextBoolean();
            writers.add(() -> fraction == 0 || mixed && random.nextBoolean() ? whole(most) : whole(most) + "." + digits(fraction));
            return new Type[] {Type.INTEGER, Type.MONEY, Type.decimal(18, 2), Type.decimal(38, 9), Type.decimal(15, 0),
                Type.decimal(18, 7), Type.decimal(38, 20), Type.DOUBLE, Type.TEXT};
        }

        private Type[] others(List<Supplier<String>> writers) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    writers.add(() -> random.nextBoolean() ? "true" : "false");
                    return new Type[] {Type.BOOLEAN, Type.TEXT};
                }
                case 1 -> {
                    writers.add(() -> '"' + day() + '"');
                    return new Type[] {Type.DATE, Type.TIMESTAMP, Type.TEXT};
                }
                case 2 -> {
                    boolean offset = random.nextBoolean();
                    writers.add(() -> '"' + day() + (random.nextBoolean() ? "T" : " ") + time() + (offset ? offset() : "") + '"');
                    return new Type[] {offset ? Type.INSTANT : Type.TIMESTAMP, offset ? Type.INSTANT : Type.TIMESTAMP, Type.TEXT};
                }
                default -> {
                    writers.add(() -> {
                        StringBuilder text = new StringBuilder("\"");
                        for (int i = random.nextInt(4); i >= 0; i--) {
                            text.append(TEXTS[random.nextInt(TEXTS.length)]);
                        }
                        return text.append('"').toString();
                    });
                    return new Type[] {Type.TEXT, Type.TEXT, Type.JSON};
                }
            }
        }

        private String day() {
            return random.nextInt(3) == 0 ? LocalDate.of(1 + random.nextInt(9999), 1, 1).plusDays(random.nextInt(365)).toString()
                    : LocalDate.of(2024, 2, 1).plusDays(random.nextInt(60)).toString();
        }

        private String time() {
            String minutes = String.format("%02d:%02d", random.nextInt(24), random.nextInt(60));
            String seconds = random.nextInt(4) == 0 ? "" : String.format(":%02d", random.nextInt(60));
            return minutes + seconds + (seconds.isEmpty() || random.nextBoolean() ? "" : "." + digits(6));
        }

        private String offset() {
            return List.of("Z", "+02", "-05:30", "+0545", "+00:00", "+14:00", "-18").get(random.nextInt(7));
        }
    }
}
