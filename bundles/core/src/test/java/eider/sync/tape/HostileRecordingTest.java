package eider.sync.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that somebody made on purpose, or by mistake. */
class HostileRecordingTest {
    private static final String HEAD = "{\"t\":\"recording\",\"format\":1,\"eider\":\"1\",\"connection\":\"shop\",\"connector\":\"acme\",\"version\":\"1\",\"run\":\"r\","
            + "\"at\":\"2026-03-01T00:00:00Z\"}\n";
    private static final String READ = "{\"t\":\"read\",\"dataset\":\"orders\",\"cursor\":\"\"}\n";
    private static final Dataset ORDERS = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Number.")), List.of("id"));
    private static final long MOST = 1 << 20;

    @TempDir
    private Path folder;

    private static byte[] member(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private Path file(byte[]... members) throws IOException {
        Path file = folder.resolve("x.gz");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (byte[] member : members) {
                out.write(member);
            }
        }
        return file;
    }

    /** What is pushed into it. */
    private static final class Listening implements Sink {
        final List<String> heard = new ArrayList<>();
        Path scanned;

        @Override
        public void part(String name, String fingerprint) {
            heard.add("part " + name);
        }

        @Override
        public void upsert(Object... values) {
            heard.add("row " + List.of(values));
        }

        @Override
        public void delete(Object... key) {
            heard.add("delete");
        }

        @Override
        public void scan(Scan scan) throws SourceException {
            scanned = scan.file();
            try {
                heard.add("scan " + Files.readString(scan.file()));
            } catch (IOException e) {
                throw new SourceException(SourceException.Kind.BUG, "no file", e);
            }
        }

        @Override
        public void reject(String place, String raw, String reason) {
            heard.add("reject");
        }

        @Override
        public void checkpoint(Cursor cursor) {
            heard.add("checkpoint " + cursor.text());
        }

        @Override
        public void progress(String doing, long done, long total) {
            heard.add(doing);
        }
    }

    private Listening read(Path file) throws Exception {
        Listening sink = new Listening();
        new Outbound(Recording.open(file, MOST), MOST, folder).read(new Request(ORDERS, Cursor.NONE, new Sniffer() {
            @Override
            public <S extends Scan> S complete(S scan) {
                return scan;
            }
        }), sink);
        return sink;
    }

    @Test
    void aNewerFormatIsRefusedInOneSentence() throws IOException {
        Path file = file(member(HEAD.replace("\"format\":1", "\"format\":2").replace("\"eider\":\"1\"", "\"eider\":\"3.0\"")));
        for (ThrowingCallable look : List.<ThrowingCallable>of(() -> Recording.open(file, MOST),
                () -> Recording.peek(file))) {
            assertThatThrownBy(look).hasMessage("the recording x.gz cannot be read: it was made by a newer Eider (3.0), in format 2; this one reads format 1."
                    + " Replay it with an Eider of that version");
        }
    }

    @Test
    void whatIsNoRecordingIsRefused() throws IOException {
        for (byte[] bytes : List.of("id,total\n1,2\n".getBytes(StandardCharsets.UTF_8), member("id,total\n"), member("{\"t\":\"row\"}\n"), new byte[0], member("[1]\n"))) {
            Path file = file(bytes);
            assertThatThrownBy(() -> Recording.open(file, MOST)).isInstanceOf(Recording.UnreadableException.class).hasMessageStartingWith("the recording x.gz cannot be read: ");
            assertThatThrownBy(() -> Recording.peek(file)).isInstanceOf(Recording.UnreadableException.class);
        }
        assertThatThrownBy(() -> Recording.open(folder.resolve("none.gz"), MOST)).hasMessageContaining("there is no recording none.gz");
    }

    @Test
    void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
        // Gibibytes of one letter, in lines that are no longer than they may be.
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] line = ("{\"t\":\"row\",\"v\":[\"" + "a".repeat(1_000_000) + "\"]}\n").getBytes(StandardCharsets.UTF_8);
        byte[] member = member(new String(line, StandardCharsets.UTF_8).repeat(30));
        out.write(member(HEAD));
        for (int i = 0; i < 100; i++) {
            out.write(member);
        }
        assertThat(out.size()).as("the bomb is small").isLessThan(4 << 20);
        long began = System.nanoTime();
        Path file = file(out.toByteArray());
        assertThatThrownBy(() -> Recording.open(file, MOST)).hasMessageContaining("it unpacks to more than a recording may hold");
        assertThat((System.nanoTime() - began) / 1_000_000_000).isLessThan(20);
    }

    @Test
    void aLineWithoutEndIsRefused() throws IOException {
        Path file = file(member(HEAD), member("{\"t\":\"row\",\"v\":[\"" + "a".repeat(Limit.LINE + 10) + "\"]}\n"));
        assertThatThrownBy(() -> Recording.open(file, MOST)).hasMessageContaining("holds a line of more than 32 MB");
    }

    @Test
    void aNameInItBecomesNoPath() throws Exception {
        Path before = Files.writeString(folder.resolve("mine.csv"), "mine");
        Listening sink = read(file(member(HEAD), member(READ + "{\"t\":\"scan\",\"file\":\"../../mine.csv\",\"format\":\"json\",\"dates\":null,\"columns\":[]}\n"
                + "{\"p\":\"not yours\"}\n{\"t\":\"whole\"}\n{\"t\":\"ended\",\"how\":\"returned\"}\n")));
        assertThat(sink.heard).containsExactly("scan not yours");
        assertThat(sink.scanned.getParent()).isEqualTo(folder);
        assertThat(sink.scanned.getFileName()).hasToString("scan-1");
        assertThat(before).hasContent("mine");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(before, folder.resolve("x.gz"));
        }
    }

    @Test
    void whatDoesNotFitIsAFailureOfItsOwnKindAndNeverAnotherOne() throws Exception {
        for (String line : List.of("{\"t\":\"row\"}", "{\"t\":\"row\",\"v\":[{\"decimal\":\"1e999999999\"}]}", "{\"t\":\"row\",\"v\":[{\"date\":\"yesterday\"}]}",
                "{\"t\":\"row\",\"v\":[{\"double\":\"x\"}]}", "{\"t\":\"checkpoint\"}", "{\"t\":\"ended\",\"how\":\"exploded\"}", "{\"t\":\"ended\",\"how\":\"failed\",\"kind\":\"X\"}",
                "{\"t\":\"scan\",\"format\":\"xlsx\",\"columns\":[]}", "{\"t\":\"row\",\"v\":[99999999999999999999]}", "{\"t\":", "[" + "[".repeat(2_000))) {
            Path file = file(member(HEAD), member(READ + line + "\n"));
            assertThatThrownBy(() -> read(file)).as(line).isInstanceOfAny(SourceException.class, Recording.UnreadableException.class);
        }
    }

    @Test
    void bytesThatSomebodyChangedAreNoticed() throws Exception {
        byte[] good = member(READ + "{\"t\":\"row\",\"v\":[1]}\n".repeat(5_000) + "{\"t\":\"ended\",\"how\":\"returned\"}\n");
        byte[] end = member("{\"t\":\"end\",\"loads\":[]}\n");
        assertThat(read(file(member(HEAD), good, end)).heard).hasSize(5_000);
        assertThat(Recording.open(file(member(HEAD), good, end), MOST).state()).isEqualTo(Recording.State.WHOLE);
        Random random = new Random(3);
        int noticed = 0;
        for (int i = 0; i < 50; i++) {
            byte[] bad = good.clone();
            bad[12 + random.nextInt(bad.length - 20)] ^= (byte) (1 << random.nextInt(8));
            try {
                noticed += Recording.open(file(member(HEAD), bad, end), MOST).state() == Recording.State.TORN ? 1 : 0;
            } catch (Recording.UnreadableException e) {
                noticed++;
            }
        }
        assertThat(noticed).isEqualTo(50);
    }
}
