package eider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HomeLockTest {
    @TempDir
    private Path folder;

    /** Run as a process of its own: holds the lock until it is killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            HomeLock lock = HomeLock.take(Path.of(arguments[0])).orElseThrow();
            System.out.println("held");
            System.in.read();
            lock.close();
        }
    }

    @Test
    void oneOfThisProcessKeepsTheOthersOut() throws Exception {
        Path file = folder.resolve("lock");
        try (HomeLock lock = HomeLock.take(file).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(HomeLock.take(file)).isEmpty();
            assertThat(HomeLock.isHeld(file)).isTrue();
            assertThat(HomeLock.holder(file)).contains(ProcessHandle.current().pid());
        }
        assertThat(HomeLock.isHeld(file)).isFalse();
        HomeLock.take(file).orElseThrow().close();
    }

    @Test
    void askingDoesNotLetTheLockGo() throws Exception {
        Path file = folder.resolve("lock");
        try (HomeLock lock = HomeLock.take(file).orElseThrow()) {
            assertThat(lock).isNotNull();
            HomeLock.take(file);
            HomeLock.isHeld(file);
            HomeLock.holder(file);
            Process other = holder(file);
            assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.exitValue()).as("another process cannot take it").isNotZero();
        }
    }

    @Test
    void anotherProcessIsNamedAndItsDeathFreesTheHome() throws Exception {
        Path file = folder.resolve("lock");
        Process other = holder(file);
        BufferedReader said = new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).isEqualTo("held");
        assertThat(HomeLock.take(file)).isEmpty();
        assertThat(HomeLock.isHeld(file)).isTrue();
        assertThat(HomeLock.holder(file)).contains(other.pid());
        other.destroyForcibly().waitFor();
        assertThat(HomeLock.isHeld(file)).isFalse();
        HomeLock.take(file).orElseThrow().close();
    }

    @Test
    void aMissingFileIsHeldByNobody() throws Exception {
        assertThat(HomeLock.isHeld(folder.resolve("none"))).isFalse();
        assertThat(Files.exists(folder.resolve("none"))).as("asking makes nothing").isFalse();
    }

    private static Process holder(Path file) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp", System.getProperty("java.class.path"),
            Holder.class.getName(), file.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }
}
