package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTest {
    @TempDir
    Path folder;

    @Test
    void readsOnlyTheFoldersItWasOpenedFor() throws Exception {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(inside.resolve("a.txt"), "mine");
        Path secret = Files.writeString(outside.resolve("a.txt"), "secret");
        Files.createSymbolicLink(inside.resolve("link.txt"), secret);
        try (Ingest duck = Ingest.open(inside, List.of(), Limits.DEFAULT)) {
            assertThat(duck.rows("SELECT content FROM read_text(" + ScanSql.literal(inside.toRealPath().resolve("a.txt").toString()) + ")"))
                    .containsExactly(List.of("mine"));
            assertThatThrownBy(() -> duck.rows("SELECT * FROM read_text(" + ScanSql.literal(secret.toString()) + ")"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> duck.rows("SELECT * FROM read_text(" + ScanSql.literal(inside.resolve("link.txt").toString()) + ")"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> duck.execute("SET enable_external_access = true")).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> duck.execute("SET memory_limit = '10GB'")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void anInterruptCancelsAQuery() throws Exception {
        AtomicReference<Throwable> ended = new AtomicReference<>();
        try (Ingest duck = Ingest.open(folder, List.of(), Limits.DEFAULT)) {
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    duck.query("SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE (x * y) % 7 = 3", rows -> null);
                } catch (SQLException | InterruptedException e) {
                    ended.set(e);
                }
            });
            thread.interrupt();
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            assertThat(ended.get()).isInstanceOf(InterruptedException.class);
            assertThat(duck.rows("SELECT 42")).containsExactly(List.of("42"));
        }
    }
}
