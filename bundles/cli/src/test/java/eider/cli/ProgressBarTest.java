package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.CommandLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong time = new AtomicLong();

    private ProgressBar bar(int width) {
        return new ProgressBar(new Console(new CommandLine(List.of(), Path.of("/"), width, "ann", out, err)), time::get);
    }

    private void tick(ProgressBar bar, String doing, long done, long total) {
        time.addAndGet(500_000_000);
        bar.at(doing, done, total);
    }

    @Test
    void tellsHowFarItIsAndIsWipedAway() {
        try (ProgressBar bar = bar(80)) {
            tick(bar, "reading sales.csv", 5, 10);
            tick(bar, "reading sales.csv", 10, 10);
        }

        String shown = err.toString(StandardCharsets.UTF_8);
        assertThat(shown).contains("50 %", "100 %", "reading sales.csv");
        assertThat(screen(shown)).isBlank();
        assertThat(out.size()).isZero();
    }

    @Test
    void countsWhereTheTotalIsNotKnown() {
        try (ProgressBar bar = bar(80)) {
            tick(bar, "reading", 1_234_567, 0);
        }

        assertThat(err.toString(StandardCharsets.UTF_8)).contains("1,234,567");
    }

    @Test
    void writesNothingWhereThereIsNoTerminal() {
        try (ProgressBar bar = bar(0)) {
            tick(bar, "reading", 5, 10);
        }

        assertThat(err.size()).isZero();
    }

    @Test
    void aShortTaskShowsNothing() {
        try (ProgressBar bar = bar(80)) {
            time.addAndGet(100_000_000);
            bar.at("reading", 5, 10);
        }

        assertThat(err.size()).isZero();
    }

    @Test
    void aMillionStepsAreAFewLines() {
        try (ProgressBar bar = bar(80)) {
            for (int i = 0; i < 1_000_000; i++) {
                time.addAndGet(1_000);
                bar.at("reading", i, 1_000_000);
            }
        }

        assertThat(err.toString(StandardCharsets.UTF_8).chars().filter(c -> c == '\r').count()).isBetween(3L, 12L);
    }

    @Test
    void aHostileNameStaysOnItsLineAndInTheWidth() {
        try (ProgressBar bar = bar(40)) {
            tick(bar, "reading \u001b[2J\n" + "x".repeat(100), 5, 10);
            assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b", "\n");
            assertThat(screen(err.toString(StandardCharsets.UTF_8))).hasSizeLessThan(40);
        }
    }

    /** What stands on the line after all that was written to it. */
    private static String screen(String written) {
        StringBuilder line = new StringBuilder();
        int at = 0;
        for (char c : written.toCharArray()) {
            if (c == '\r') {
                at = 0;
            } else {
                line.replace(at, Math.min(at + 1, line.length()), String.valueOf(c));
                at++;
            }
        }
        return line.toString();
    }
}
