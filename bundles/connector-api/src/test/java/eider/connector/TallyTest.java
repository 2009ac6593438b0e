package eider.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final Tally TALLY = Tally.of(3, Map.of("total", new BigDecimal("12345678901234567890.12")));

    @Test
    void isOfTheWholeDatasetUnlessAPartIsNamed() {
        assertThat(TALLY.part()).isEmpty();
        assertThat(TALLY.in("march.csv")).isEqualTo(new Tally("march.csv", 3, TALLY.sums(), 0, ""));
    }

    @Test
    void saysWhyRowsAreUnsettledAndOnlyThen() {
        assertThat(TALLY.unsettled(0, "changed since")).isEqualTo(TALLY);
        assertThat(TALLY.unsettled(2, "changed since").why()).isEqualTo("changed since");
        assertThatThrownBy(() -> TALLY.unsettled(2, " ")).hasMessageContaining("lacks the reason");
        assertThatThrownBy(() -> new Tally("", 3, Map.of(), 0, "changed since")).hasMessageContaining("nothing is unsettled");
        assertThatThrownBy(() -> Tally.of(-1, Map.of())).hasMessageContaining("-1 rows");
    }

    @Test
    void keepsItsSumsToItself() {
        Map<String, BigDecimal> sums = new HashMap<>(Map.of("total", BigDecimal.ONE));
        Tally tally = Tally.of(1, sums);
        sums.put("total", BigDecimal.TEN);
        assertThat(tally.sums()).containsEntry("total", BigDecimal.ONE);
    }
}
