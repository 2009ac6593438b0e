package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesConfigTest {

    @Test
    void theReadmeAndTheSampleNameEveryOptionWithItsDefault() throws Exception {
        List<Method> options = Arrays.asList(FilesConfig.class.getDeclaredMethods());
        String readme = Files.readString(Path.of("README.md"));
        String sample = Files.readString(Path.of("../../config/files~inbox.cfg.sample"));
        for (Method option : options) {
            String name = option.getName().replace("__", "_");
            String standard = (String) option.getDefaultValue();
            assertThat(readme).contains("| `" + name + "` | " + (standard.isEmpty() ? "" : "`" + standard + "` ") + "|");
            assertThat(sample).containsPattern("(?m)^" + name + " =" + (standard.isEmpty() ? "" : " " + Pattern.quote(standard)) + "$");
        }
        assertThat(Pattern.compile("(?m)^(\\w+) =").matcher(sample).results().map(MatchResult::group)).hasSize(options.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"dataset|Sales 2026", "columns|Datum", "columns|Datum=Date of sale", "key|Order Id", "defaults|colour=red",
            "defaults|quantity=many",
            "date_format|31.12.", "date_format|TT.MM.JJJJ", "time_zone|Berlin", "encoding|utf-9", "delimiter|semicolon", "decimal|;",
                    "header|maybe", "quote|\"\"", "comment|x",
                    "short_rows|drop", "when_changed|add",
            "allowed_roots|nowhere", "path|{"})
    void aWrongOptionIsToldByItsName(String option, String value) {
        assertThatThrownBy(() -> FilesSource.in(Files.createTempDirectory("home"), Configured.with(option, value)).discover(null))
                .isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(option.equals("path") ? e.kind() : Kind.CONFIG))
                .hasMessageContaining(option.equals("path") ? "Option '" : "Option '" + option + "'");
    }

    @Test
    void aDateFormatIsWrittenAsPeopleDo() throws Exception {
        assertThat(DatePattern.of("dd.MM.yyyy").strftime()).isEqualTo("%d.%m.%Y");
        assertThat(DatePattern.of("MM/dd/yy hh:mm a").strftime()).isEqualTo("%m/%d/%y %I:%M %p");
        assertThat(DatePattern.of("d MMM yyyy HH:mm:ss").read("3 Jan 2026 04:05:06")).hasToString("2026-01-03T04:05:06");
        assertThat(DatePattern.of("dd.MM.yyyy").read("31.02.2026x")).isNull();
    }
}
