package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.Mapping;
import eider.engine.OptionCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCheckTest {
    private static final String METATYPE = """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0" localization="OSGI-INF/l10n/x">
              <OCD id="x" name="Files" description="Reads files">
                <AD id="path" type="String" name="Path" description="What to read"/>
                <AD id="date_format" type="String" required="false" name="Date format"/>
                <AD id="skip" type="Integer" default="0" min="0" max="1000" name="Skip"/>
                <AD id="share" type="Double" required="false" name="Share"/>
                <AD id="header" type="Boolean" default="true" name="Header"/>
                <AD id="kind" type="String" default="auto" name="Kind"><Option label="Auto" value="auto"/><Option label="CSV" value="csv"/></AD>
                <AD id="password" type="Password" required="false" name="Password"/>
              </OCD>
              <OCD id="y" name="Pages"><AD id="public_url" type="String" required="false" name="URL"/></OCD>
              <Designate factoryPid="files"><Object ocdref="x"/></Designate>
              <Designate pid="web"><Object ocdref="y"/></Designate>
            </metatype:MetaData>
            """;

    private final FakeEngine engine = new FakeEngine();

    @TempDir
    private Path home;

    @BeforeEach
    void aHomeWithASoundFile() throws IOException {
        engine.home = home;
        engine.metatypes.addAll(Metatype.read(new ByteArrayInputStream(METATYPE.getBytes(StandardCharsets.UTF_8))));
        file("files~inbox.cfg", """
                # every sale of the day
                path = *.csv
                skip = 3
                header: false
                kind = csv
                date_format = %d.%m.\\
                    %Y
                """);
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("config")).resolve(name), text);
    }

    private String problems() {
        Run run = Run.of(engine, "config", "check");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        return run.err();
    }

    @Test
    void modelsAreCheckedTooAndToldWithTheirLine() throws IOException {
        Files.createDirectories(home.resolve("config/models"));
        engine.mappings.add(new Mapping("shop", "orders", "sales", "connector", ""));
        engine.mappings.add(new Mapping("shop", "orders", "sales", "config/models/a.sql", ""));
        engine.mappings.add(new Mapping("shop", "items", "products", "config/models/b.sql", "config/models/b.sql line 4: there is no such column."));
        engine.mappings.add(new Mapping("shop", "oders", "products", "config/models/c.sql", "config/models/c.sql: shop has no dataset 'oders'."));

        assertThat(problems()).isEqualTo("config/models/b.sql:4: there is no such column.\nconfig/models/c.sql: shop has no dataset 'oders'.\n");
        engine.mappings.subList(2, 4).clear();
        assertThat(Run.of(engine, "config", "check")).isEqualTo(new Run(0, "2 files checked; nothing is wrong.\n", ""));
    }

    @Test
    void soundFilesPass() throws IOException {
        file("web.cfg", "public_url = http://example.org\n");
        file("log.cfg", "level = debug\nlevel.eider.sync = trace\nkeep_days = 7\n");
        file("README.md", "notes");

        assertThat(Run.of(engine, "config", "check")).isEqualTo(new Run(0, "3 files checked; nothing is wrong.\n", ""));
    }

    @Test
    void whatOnlyItsReaderCanJudgeIsToldWithFileAndLine() throws IOException {
        engine.optionChecks.add((pid, name, options) -> pid.equals("files") && options.getOrDefault("path", "").equals("nowhere")
                ? List.of(new OptionCheck.Problem("path", name + " leads nowhere"), new OptionCheck.Problem("", "as a whole")) : List.of());
        assertThat(Run.of(engine, "config", "check").code()).isZero();
        file("files~y.cfg", "\n# a note\npath = nowhere\n");
        assertThat(problems()).isEqualTo("config/files~y.cfg: as a whole.\nconfig/files~y.cfg:3: option 'path': y leads nowhere.\n");
    }

    @Test
    void aBackslashThatReadingDropsIsTold() throws IOException {
        file("files~y.cfg", "path = C:\\data\n");
        file("files~z.cfg", "path = C:\\\\data\\ttab\n");
        assertThat(problems()).isEqualTo("config/files~y.cfg:1: the backslash before 'd' is dropped when the file is read; write \\\\ for a backslash.\n");
    }

    @Test
    void aFileThatConfiguresNothingIsNamedWithTheNearest() throws IOException {
        file("flies~x.cfg", "path = x\n");
        assertThat(problems()).startsWith("config/flies~x.cfg: this configures nothing: there is no 'flies'. Did you mean 'files'?")
                .contains("files~NAME", "web");
    }

    @Test
    void namesOfTheWrongShapeAreTold() throws IOException {
        file("files-shop.cfg", "path = x\n");
        file("files.cfg", "path = x\n");
        file("web~two.cfg", "");
        file("files~y.conf", "path = x\n");

        assertThat(problems()).contains("config/files-shop.cfg: ", "Call the file files~shop.cfg.", "config/files.cfg: ", "files~main.cfg",
                "config/web~two.cfg: ", "call the file web.cfg",
                "config/files~y.conf: ", "only files that end in .cfg");
    }

    @Test
    void anUnknownOptionIsNamedWithLineAndNearest() throws IOException {
        file("files~a.cfg", "path = x\n\n# why\ndate-format = %d\n");
        assertThat(problems()).isEqualTo("config/files~a.cfg:4: 'files' has no option 'date-format'. Did you mean 'date_format'?\n");
    }

    @Test
    void anUnsetVariableIsNamedAndASetOneIsNot() throws IOException {
        file("files~a.cfg", "path = $[env:EIDER_TEST_SURELY_UNSET]\nskip = $[env:PATH]\n");
        assertThat(problems()).isEqualTo("config/files~a.cfg:1: the environment variable 'EIDER_TEST_SURELY_UNSET' of option 'path' is not set.\n");
    }

    @Test
    void valuesOfTheWrongKindAreTold() throws IOException {
        file("files~a.cfg", "path = x\nskip = three\nshare = 0,5\nheader = yes\nkind = cvs\n");
        assertThat(problems()).contains(":2: option 'skip' must be a whole number.", ":3: option 'share' must be a number",
                ":4: option 'header' must be true or false.",
                ":5: option 'kind' must be one of auto, csv. Did you mean 'csv'?");
        file("files~a.cfg", "path = x\nskip = 1001\n");
        assertThat(problems()).contains(":2: option 'skip' must be at most 1000.");
    }

    @Test
    void aSecretInTheWrongPlaceIsNotRepeated() throws IOException {
        file("files~a.cfg", "path = x\nskip = hunter2\n");
        assertThat(problems()).doesNotContain("hunter2");
    }

    @Test
    void anOptionGivenTwiceIsToldWithBothLines() throws IOException {
        file("files~a.cfg", "path = x\nskip = 1\npath = \\\n  y\n");
        assertThat(problems()).isEqualTo("config/files~a.cfg:3: option 'path' stands here a second time (first on line 1); keep one of them.\n");
    }

    @Test
    void aMissingOptionIsTold() throws IOException {
        file("files~a.cfg", "skip = 1\n");
        assertThat(problems()).isEqualTo("config/files~a.cfg: option 'path' is missing; 'files' cannot do without it.\n");
    }

    @Test
    void anEmptyValueIsOneThatIsNotGiven() throws IOException {
        file("files~a.cfg", "path = x\nskip =\nkind =\n");
        assertThat(Run.of(engine, "config", "check").code()).isZero();
        file("files~a.cfg", "path =\n");
        assertThat(problems()).isEqualTo("config/files~a.cfg:1: option 'path' has no value, and cannot do without one.\n");
    }

    @Test
    void badEncodingIsToldWithItsLine() throws IOException {
        Files.write(home.resolve("config/files~a.cfg"), "path = x\n# Stra\u00dfe\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(problems()).isEqualTo("config/files~a.cfg:2: this is not UTF-8; save the file in UTF-8.\n");
        file("files~a.cfg", "\ufeffpath = x\n");
        assertThat(problems()).contains("byte order mark");
    }

    @Test
    void scriptsGetFileAndLine() throws IOException {
        file("files~a.cfg", "path = x\nnope = 1\n");
        Run run = Run.of(engine, "config", "check", "--format", "json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("\"file\": \"config/files~a.cfg\", \"line\": 2, \"problem\": \"'files' has no option 'nope'");
    }

    @Test
    void aMetatypeCannotReadTheDisk() {
        String hostile = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><x>&e;</x>";

        assertThatThrownBy(() -> Metatype.read(new ByteArrayInputStream(hostile.getBytes(StandardCharsets.UTF_8)))).isInstanceOf(IOException.class)
                .hasMessageContaining("DOCTYPE");
    }
}
