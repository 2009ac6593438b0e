package eider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    private Path folder;
    private Path samples;

    @BeforeEach
    void someSamples() throws Exception {
        samples = Files.createDirectory(folder.resolve("samples"));
        Files.writeString(samples.resolve("files~inbox.cfg.sample"), "path = *\n");
        Files.writeString(samples.resolve("log.cfg.sample"), "level = info\n");
    }

    @Test
    void aNewHomeHasEveryFolderAndAnInboxThatCanBeSynced() throws Exception {
        Home home = Home.open(folder.resolve("deep/new"), samples);
        assertThat(home.root().resolve("inbox")).isDirectory();
        assertThat(home.root().resolve("backups")).isDirectory();
        assertThat(home.plugins()).isDirectory();
        assertThat(home.logs()).isDirectory();
        assertThat(home.config().resolve("files~inbox.cfg")).hasContent("path = *\n");
        assertThat(home.config().resolve("log.cfg.sample")).exists();
        assertThat(home.config().resolve("log.cfg")).doesNotExist();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void onlyTheOwnerCanEnterItsData() throws Exception {
        Home home = Home.open(folder.resolve("new"), samples);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.data()))).isEqualTo("rwx------");
    }

    @Test
    void whatAPersonTookAwayOrChangedStaysSo() throws Exception {
        Home home = Home.open(folder.resolve("h"), samples);
        Files.delete(home.config().resolve("files~inbox.cfg"));
        Files.writeString(home.config().resolve("log.cfg.sample"), "my own\n");
        Home.open(folder.resolve("h"), samples);
        assertThat(home.config().resolve("files~inbox.cfg")).doesNotExist();
        assertThat(home.config().resolve("log.cfg.sample")).hasContent("my own\n");
    }

    @Test
    void aHomeThatWasConfiguredBeforeItsFirstStartGetsNoInboxOfOurs() throws Exception {
        Files.createDirectories(folder.resolve("h/config"));
        Files.writeString(folder.resolve("h/config/files~shop.cfg"), "path = shop\n");
        Home home = Home.open(folder.resolve("h"), samples);
        assertThat(home.config().resolve("files~inbox.cfg")).doesNotExist();
    }

    @Test
    void aFileInThePlaceOfTheHomeIsSaidInOneSentence() throws Exception {
        Path file = Files.writeString(folder.resolve("occupied"), "");
        assertThatThrownBy(() -> Home.open(file, samples)).isInstanceOf(EngineException.class)
            .hasMessageContaining("A file stands where a folder of the home is needed").hasMessageContaining("--home");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aHomeThatCannotBeWrittenIsSaidInOneSentence() {
        // Not even root makes folders there.
        assertThatThrownBy(() -> Home.open(Path.of("/proc/eider"), samples)).isInstanceOf(EngineException.class)
            .hasMessageContaining("The home /proc/eider cannot be written").hasMessageContaining("--home");
    }

    @Test
    void aFreshHomeBecomesADemoAndStaysOneForGood() throws Exception {
        Home home = Home.open(folder.resolve("h"), samples);
        assertThat(home.demo(false)).isFalse();
        assertThat(home.demo(true)).isTrue();
        Files.createFile(home.data().resolve("eider.duckdb"));
        assertThat(home.demo(false)).isTrue();
        assertThat(home.demo(true)).isTrue();
    }

    @Test
    void aHomeWithDataOfItsOwnNeverBecomesADemo() throws Exception {
        Home home = Home.open(folder.resolve("h"), samples);
        Files.createFile(home.data().resolve("eider.duckdb"));
        assertThatThrownBy(() -> home.demo(true)).isInstanceOf(EngineException.class).hasMessageContaining("cannot become a demo")
            .hasMessageContaining(home.root().toString());
        assertThat(home.demo(false)).isFalse();
    }
}
