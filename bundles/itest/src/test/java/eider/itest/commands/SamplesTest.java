package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of {@code config/}: what they name there is, and what is written there arrives. */
class SamplesTest {
    private static final String ENDING = ".sample";

    @TempDir
    Path folder;

    /** All but those that only an example can name: a connection's variable, a driver's jar, a dataset that is not there. */
    @Test
    void everyOptionOfASampleIsKnown() throws Exception {
        Installation eider = new Installation(folder);
        Path config = Files.createDirectories(eider.home().resolve("config/policies")).getParent();
        Path samples = Path.of(System.getProperty("eider.itest.repository")).resolve("config");
        int copied = 0;
        for (Path from : List.of(samples, samples.resolve("policies"))) {
            try (Stream<Path> files = Files.list(from)) {
                for (Path sample : files.filter(file -> file.getFileName().toString().endsWith(".cfg" + ENDING)).toList()) {
                    String name = sample.getFileName().toString();
                    Files.copy(sample, (from.equals(samples) ? config : config.resolve("policies")).resolve(name.substring(0, name.length() - ENDING.length())));
                    copied++;
                }
            }
        }
        assertThat(copied).isGreaterThan(10);
        Installation.Answer answer = eider.run("config", "check");
        assertThat(answer.out() + answer.err()).doesNotContain("has no option").doesNotContain("configures nothing").doesNotContain("must be").doesNotContain("policies/");
    }

    @Test
    void whatAFileSaysArrives() throws Exception {
        Installation eider = new Installation(folder);
        Path config = Files.createDirectories(eider.home().resolve("config"));
        Files.writeString(config.resolve("store.cfg"), "memory_limit = 300MB\n");
        Files.writeString(config.resolve("business.cfg"), "base_currency = CHF\n");
        eider.run("sync-sales", "--csv", Installation.example("sales.csv").toString()).done();
        assertThat(eider.value("select current_setting('memory_limit')")).isEqualTo("286.1 MiB");
        assertThat(eider.value("select distinct currency from sales")).isEqualTo("CHF");
    }
}
