package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Scan;
import eider.connector.SourceException;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentTest {
    private static final String TABLE = "id,name\n1,Zoë\n2,b\n";

    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private interface Packer {
        OutputStream into(OutputStream out) throws IOException;
    }

    private static byte[] packed(Packer packer, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = packer.into(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void readsGzipAndZstdWhateverTheNameSays() throws Exception {
        for (Packer packer : List.<Packer>of(GZIPOutputStream::new, ZstdOutputStream::new)) {
            Loaded loaded = files.load(Scan.Csv.of(files.file("file.txt", packed(packer, text(TABLE)))));
            assertThat(loaded.rows()).containsExactly(List.of("1", "Zoë"), List.of("2", "b"));
        }
    }

    @Test
    void readsGzipFilesPutOneBehindTheOther() throws Exception {
        byte[] first = packed(GZIPOutputStream::new, text("id,name\n1,a\n"));
        byte[] second = packed(GZIPOutputStream::new, text("2,b\n"));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThat(files.load(Scan.Csv.of(files.file("file.gz", both))).rows()).hasSize(2);
    }

    @Test
    void readsAnotherCharsetWithinGzip() throws Exception {
        byte[] content = "id;preis\n1;2,50 €\n2;3,00 €\n".getBytes(Charset.forName("windows-1252"));
        assertThat(files.load(Scan.Csv.of(files.file("file.csv.gz", packed(GZIPOutputStream::new, content)))).rows())
                .containsExactly(List.of("1", "2,50 €"), List.of("2", "3,00 €"));
    }

    @Test
    void aDamagedArchiveIsOneSentence() throws Exception {
        byte[] long1 = text("id,name\n" + "1,a\n".repeat(50_000));
        for (Packer packer : List.<Packer>of(GZIPOutputStream::new, ZstdOutputStream::new)) {
            byte[] whole = packed(packer, long1);
            Path cut = files.file("cut", Arrays.copyOf(whole, whole.length / 2));
            assertThatThrownBy(() -> files.load(Scan.Csv.of(cut))).isInstanceOfSatisfying(SourceException.class,
                    e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA)).hasMessageContaining("is packed with ");
        }
    }

    @Test
    void aBombIsRefusedBeforeItGoesOff() throws Exception {
        byte[] zeros = new byte[1 << 20];
        Arrays.fill(zeros, (byte) '1');
        zeros[1_000] = '\n';
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < 64; i++) {
                out.write(zeros);
            }
        }
        Path bomb = files.file("bomb.gz", bytes.toByteArray());
        Limits limits = new Limits("512MB", 1, 2 << 20, 32L << 20, 1_000);
        assertThatThrownBy(() -> new FileSniffer(folder.resolve("scratch"), limits).complete(Scan.Csv.of(bomb))).hasMessageContaining("bomb");
    }

    @Test
    void aGivenCharsetThatDoesNotFitIsNamedWithTheLine() throws Exception {
        Path file = files.file("file.csv", "id,name\n1,a\n2,Zoë\n", Charset.forName("windows-1252"));
        Scan.Csv given = new Scan.Csv(file, StandardCharsets.UTF_8, null, null, null, null, null, -1, null, null, false, List.of());
        assertThatThrownBy(() -> files.load(given)).hasMessageContaining("not valid UTF-8 at byte 17");
        Scan.Csv ascii = new Scan.Csv(file, StandardCharsets.US_ASCII, null, null, null, null, null, -1, null, null, false, List.of());
        assertThatThrownBy(() -> files.load(ascii)).hasMessageContaining("Line 3");
    }

    @Test
    void everyKindOfMalformedUtf8IsFound() throws IOException {
        for (int[] bytes : new int[][] {{0xc0, 0x80}, {0xe0, 0x80, 0x80}, {0xed, 0xa0, 0x80},
                {0xf4, 0x90, 0x80, 0x80}, {0xff}, {0x80}, {0xe2, 0x82}}) {
            byte[] b = new byte[bytes.length + 20];
            Arrays.fill(b, (byte) 'x');
            for (int i = 0; i < bytes.length; i++) {
                b[i + 9] = (byte) bytes[i];
            }
            assertThat(Content.Utf8.check(b, 0, b.length)).isEqualTo(9);
        }
        byte[] sound = text("ascii é € 😀 ÿ");
        assertThat(Content.Utf8.check(sound, 0, sound.length)).isEqualTo(sound.length);
    }

    @Test
    void anInterruptEndsAReadAndLeavesNothingBehind() throws Exception {
        Path file = files.file("file.csv", "id;name\n" + "1;\"a\"\"b\"\n2;c\r\n".repeat(100_000));
        Scan.Csv scan = files.sniffer().complete(Scan.Csv.of(file));
        Path handover = Files.createDirectories(folder.resolve("handover"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Readable.of(scan, handover)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        try (var left = Files.list(handover)) {
            assertThat(left).isEmpty();
        }
    }
}
