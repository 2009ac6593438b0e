package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a connection may read, attacked. */
class RootsTest {
    @TempDir
    Path folder;
    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = folder.resolve("home");
        for (String file : List.of("inbox/a.csv", "inbox/b.json", "inbox/2026/c.csv", "inbox/2026/deep/d.csv", "inbox/.hidden.csv", "inbox/~$a.xlsx",
                "inbox/e.csv.part",
                "inbox/f.TMP", "inbox/.git/g.csv", "config/secret.csv", "data/figures.csv", "other/h.csv")) {
            Files.createDirectories(home.resolve(file).getParent());
            Files.writeString(home.resolve(file), "x\n1\n");
        }
        Files.createDirectories(folder.resolve("outside"));
        Files.writeString(folder.resolve("outside/private.csv"), "x\n1\n");
    }

    @Test
    void aPatternFindsWhatItSays() throws Exception {
        assertThat(found("*")).containsExactly("a.csv", "b.json");
        assertThat(found("*.csv")).containsExactly("a.csv");
        assertThat(found("2026/*.csv")).containsExactly("2026/c.csv");
        assertThat(found("**/*.csv")).containsExactly("2026/c.csv", "2026/deep/d.csv", "a.csv");
        assertThat(found("2026")).containsExactly("2026/c.csv");
        assertThat(found("a.csv")).containsExactly("a.csv");
        assertThat(found("*.{csv,json}")).containsExactly("a.csv", "b.json");
        assertThat(found("*.xml")).isEmpty();
    }

    @Test
    void severalRootsAreReadOneAfterTheOther() throws Exception {
        assertThat(found("*.csv", "inbox", "other")).containsExactly(home.resolve("other/h.csv").toRealPath().toString(), "a.csv");
        assertThat(found(home.resolve("other/h.csv").toString(), "inbox", "other")).hasSize(1);
    }

    @Test
    void aPathThatLeadsOutIsRefused() {
        refused("../config/secret.csv");
        refused("../other/h.csv");
        refused("../../outside/*.csv");
        refused("2026/../../config/*.csv");
        refused(folder.resolve("outside/private.csv").toString());
        refused("/etc/passwd");
        refused("/etc/*");
    }

    @Test
    void aLinkThatLeadsOutIsNotRead() throws Exception {
        Files.createSymbolicLink(home.resolve("inbox/link.csv"), folder.resolve("outside/private.csv"));
        Files.createSymbolicLink(home.resolve("inbox/secret.csv"), home.resolve("config/secret.csv"));
        Files.createSymbolicLink(home.resolve("inbox/folder"), folder.resolve("outside"));
        Files.createSymbolicLink(home.resolve("inbox/good.csv"), home.resolve("inbox/2026/c.csv"));
        assertThat(found("*")).containsExactly("a.csv", "b.json", "good.csv");
        assertThat(found("**/*.csv")).doesNotContain("folder/private.csv");
        refused("link.csv");
        refused("secret.csv");
        refused("folder");
        refused("folder/private.csv");
    }

    @Test
    void theHomesOwnFoldersAreNeverRead() throws Exception {
        refused("*", "config");
        refused("*", "data");
        refused("*", "inbox/../data");
        refused("*", home.resolve("config").toString());
        Files.createSymbolicLink(home.resolve("linked"), home.resolve("data"));
        refused("*", "linked");
        refused("**/*.csv", ".");
        refused("config/secret.csv", ".");
        refused("*", "inbox", "..");
        refused("*", "/");
    }

    @Test
    void aMissingRootIsToldByItsOption() {
        assertThatThrownBy(() -> found("*", "nowhere")).hasMessageContaining("'allowed_roots'").hasMessageContaining("nowhere");
    }

    @Test
    void aMissingFileIsToldAndMayComeLater() {
        assertThatThrownBy(() -> found("later.csv")).isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind())
                .isEqualTo(Kind.TEMPORARY))
                .hasMessageContaining("later.csv").hasMessageContaining("option path");
    }

    private void refused(String path, String... roots) {
        assertThatThrownBy(() -> found(path, roots)).as(path).isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind())
                .isEqualTo(Kind.CONFIG));
    }

    private List<String> found(String path, String... roots) throws Exception {
        return new Roots(home, roots.length == 0 ? List.of("inbox") : List.of(roots), path).find().stream().map(Finder.Found::name).toList();
    }
}
