package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.tck.ledger.LedgerConfig;
import java.time.DayOfWeek;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same rules hold inside Felix, where Declarative Services bind: {@code LedgerInFelixTest} reads the same options. */
class BindingTest {
    @interface Sample {
        String plain();

        String under__score();

        String dotted_name() default "standard";

        String hyphen$_$name();

        int number() default 7;

        long missing();

        boolean flag();

        DayOfWeek day() default DayOfWeek.MONDAY;

        String[] many() default {"a", "b"};
    }

    @Test
    void mapsNamesAsTheSpecificationSays() {
        Sample sample = Binding.of(Sample.class, Map.of("plain", "1", "under_score", "2", "dotted.name", "3", "hyphen-name", "4"));
        assertThat(List.of(sample.plain(), sample.under__score(), sample.dotted_name(), sample.hyphen$_$name())).containsExactly("1", "2", "3", "4");
    }

    @Test
    void takesDefaultsForWhatIsNotThere() {
        Sample sample = Binding.of(Sample.class, Map.of());
        assertThat(sample.dotted_name()).isEqualTo("standard");
        assertThat(sample.number()).isEqualTo(7);
        assertThat(sample.day()).isEqualTo(DayOfWeek.MONDAY);
        assertThat(sample.many()).containsExactly("a", "b");
        assertThat(sample.plain()).isNull();
        assertThat(sample.missing()).isZero();
        assertThat(sample.flag()).isFalse();
    }

    @Test
    void convertsText() {
        Sample sample = Binding.of(Sample.class, Map.of("number", "12", "missing", "5000000000", "flag", "true", "day", "FRIDAY",
                "many", "one, two"));
        assertThat(sample.number()).isEqualTo(12);
        assertThat(sample.missing()).isEqualTo(5_000_000_000L);
        assertThat(sample.flag()).isTrue();
        assertThat(sample.day()).isEqualTo(DayOfWeek.FRIDAY);
        // One text is one element: nobody splits it.
        assertThat(sample.many()).containsExactly("one, two");
    }

    @Test
    void tellsAWrongValueOnlyToWhoAsks() {
        LedgerConfig config = Binding.of(LedgerConfig.class, Map.of("page", "many", "file", "ledger.txt"));
        assertThat(config.file()).isEqualTo("ledger.txt");
        assertThatThrownBy(config::page).isInstanceOf(NumberFormatException.class);
    }
}
