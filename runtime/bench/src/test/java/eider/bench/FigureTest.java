package eider.bench;

import static org.assertj.core.api.Assertions.assertThat;

import eider.bench.Figure.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {
    @Test
    void anAimIsMetUpToItAndMissedByFarFromTwiceOfIt() {
        assertThat(new Figure("k", "t", 1.5, "x", 1.5).verdict()).isEqualTo(Verdict.MET);
        assertThat(new Figure("k", "t", 1.51, "x", 1.5).verdict()).isEqualTo(Verdict.NEAR);
        assertThat(new Figure("k", "t", 3, "x", 1.5).verdict()).isEqualTo(Verdict.FAR);
        assertThat(Figure.beside("k", "t", 3, "x").verdict()).isEqualTo(Verdict.NO_AIM);
    }

    @Test
    void whatWasNotMeasuredDoesNotPass() {
        assertThat(new Figure("k", "t", Double.NaN, "x", 1.5).verdict()).isEqualTo(Verdict.FAR);
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(Median.of(List.of(9.0, 1.0, 2.0), Double::doubleValue)).isEqualTo(2);
        assertThat(Median.of(List.of(4.0, 1.0, 2.0, 9.0), Double::doubleValue)).isEqualTo(3);
        assertThat(Median.of(List.<Double>of(), Double::doubleValue)).isNaN();
    }

    @Test
    void valuesAreShownWithThreeDigits() {
        assertThat(Figure.shown(1.234)).isEqualTo("1.23");
        assertThat(Figure.shown(12.34)).isEqualTo("12.3");
        assertThat(Figure.shown(12345)).isEqualTo("12,345");
    }
}
