package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Scan;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files large enough for several threads. */
class SurveyTest {
    private static final int LARGE = 18 << 20;

    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private Path large(String header, IntFunction<String> row, String last) throws Exception {
        StringBuilder content = new StringBuilder(LARGE + 1_000).append(header).append('\n');
        for (int i = 0; content.length() < LARGE; i++) {
            content.append(row.apply(i)).append('\n');
        }
        return files.file("large.csv", content.append(last).append('\n').toString());
    }

    private static long lines(Path file) throws Exception {
        try (var lines = java.nio.file.Files.lines(file)) {
            return lines.count();
        }
    }

    @Test
    void aValueInTheLastPartDecidesTheTypeOfAll() throws Exception {
        Path file = large("id,price", i -> i + ",1.50", "7,1.23456");
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.types()).containsExactly("INTEGER", "DECIMAL(18,5)");
        assertThat(loaded.linked()).isTrue();
        assertThat(loaded.rows()).hasSize((int) lines(file) - 1);
    }

    @Test
    void aLineEndWithinQuotesIsNoPlaceToBegin() throws Exception {
        // Every row is a hundred lines long: the middle of the file lies within quotes. Read from there, quotes and text change places.
        String text = "some text, with commas\n".repeat(100);
        Path file = large("id,note,n", i -> i + ",\"" + text + "\"," + i, "-1,\"x\",5");
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.types()).containsExactly("INTEGER", "TEXT", "INTEGER");
        assertThat(loaded.rows()).hasSize((int) (lines(file) - 2) / 101 + 1);
        assertThat(loaded.rows().getFirst().get(1)).isEqualTo(text);
    }

    @Test
    void anotherKindOfLineEndInTheLastPartIsNotPlain() throws Exception {
        Path file = large("id,price", i -> i + ",1.50", "7,2.50\r");
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.linked()).isFalse();
        assertThat(loaded.rows()).hasSize((int) lines(file) - 1);
    }

    @Test
    void namesTheLineInTheWholeFile() throws Exception {
        Path file = large("id,name", i -> i + ",name", "8,\"open");
        assertThatThrownBy(() -> files.load(Scan.Csv.of(file))).hasMessageContaining("A quote is opened in line " + lines(file));
    }
}
