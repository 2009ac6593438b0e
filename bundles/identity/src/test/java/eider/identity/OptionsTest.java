package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.OptionCheck.Problem;
import java.io.IOException;
import java.io.Reader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private final OptionsCheck check = new OptionsCheck();

    @Test
    void theSampleHasEveryOptionWithItsDefault() throws IOException {
        Properties sample = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("../../config/people.cfg.sample"))) {
            sample.load(file);
        }
        Map<String, String> defaults = new HashMap<>();
        for (Method option : PeopleConfig.class.getDeclaredMethods()) {
            defaults.put(option.getName().replace("__", "_"), option.getDefaultValue().toString());
        }
        assertThat(sample).isEqualTo(defaults);
        assertThat(check.check("people", "", defaults)).isEmpty();
    }

    @Test
    void theDefaultsAreThoseThatCountWithoutAFile() {
        assertThat(check.check("people", "", Map.of())).isEmpty();
        assertThat(Options.DEFAULT).isEqualTo(new Options(false, Duration.ofMinutes(30), Duration.ofHours(12), 12, Duration.ofDays(730)));
    }

    @ParameterizedTest
    @CsvSource({"registration,yes", "session_idle,30", "session_idle,0s", "session_idle,31d", "session_longest,29m", "session_longest,31d",
            "password_length,7", "password_length,65",
        "password_length,many", "keep_audit,1h", "keep_audit,-1d", "keep_audit,forever"})
    void aWrongOptionIsToldByItsName(String option, String value) {
        assertThat(check.check("people", "", Map.of(option, value))).extracting(Problem::option).containsExactly(option);
        assertThat(check.check("sync", "", Map.of(option, value))).isEmpty();
    }

    @Test
    void whatCannotBeLeavesWhatCounted() {
        House house = new House(null, false, new Home.Hands(), new Passwords());
        house.options(new Options(true, Duration.ofMinutes(10), Duration.ofHours(1), 14, Duration.ZERO));
        Options before = house.options();
        house.modified(new PeopleConfigOf("on", "10m", "5m", 14, "0d"));
        assertThat(house.options()).isEqualTo(before);
        house.modified(new PeopleConfigOf("off", "10m", "2h", 16, "0d"));
        assertThat(house.options()).isEqualTo(new Options(false, Duration.ofMinutes(10), Duration.ofHours(2), 16, Duration.ZERO));
    }

    @SuppressWarnings("ClassExplicitlyAnnotation")
    private record PeopleConfigOf(String registration, String session__idle, String session__longest, int password__length, String keep__audit)
            implements PeopleConfig {
        @Override
        public Class<? extends Annotation> annotationType() {
            return PeopleConfig.class;
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1 second", "1500,2 seconds", "119000,119 seconds", "120000,2 minutes", "900000,15 minutes"})
    void aPauseIsSaidAsOneWaitsForIt(long millis, String said) {
        assertThat(Span.say(Duration.ofMillis(millis))).isEqualTo(said);
        assertThat(Stream.of("30s", " 15m ", "2 h", "1d").map(text -> Span.parse("x", text))).containsExactly(Duration.ofSeconds(30),
                Duration.ofMinutes(15), Duration.ofHours(2), Duration.ofDays(1));
    }
}
