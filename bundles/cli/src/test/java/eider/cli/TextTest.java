package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void aSwapIsOneChange() {
        assertThat(Text.distance("cvs", "csv")).isEqualTo(1);
        assertThat(Text.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Text.distance("", "abc")).isEqualTo(3);
        assertThat(Text.distance("Path", "path")).isZero();
    }

    @Test
    void onlyWhatIsNearIsProposed() {
        assertThat(Text.nearest("flies", List.of("web", "files"))).isEqualTo(" Did you mean 'files'?");
        assertThat(Text.nearest("NOPE", List.of("HOME", "PATH"))).isEmpty();
        assertThat(Text.nearest("x", List.of("files"))).isEmpty();
    }

    @Test
    void widthIsThatOfATerminal() {
        assertThat(Text.width("abc")).isEqualTo(3);
        assertThat(Text.width("漢字")).isEqualTo(4);
        assertThat(Text.width("e\u0301")).isEqualTo(1);
        assertThat(Text.cut("漢字漢字", 5)).isEqualTo("漢字…");
        assertThat(Text.cut("short", 5)).isEqualTo("short");
    }

    @Test
    void plainTextIsNotTouched() {
        String text = "Straße 漢 \ud83d\udc69\u200d\ud83d\udcbb =1+1";
        assertThat(Text.plain(text)).isSameAs(text);
        assertThat(Text.plain("a\tb\u0000\u2028\ud800")).isEqualTo("a\\tb\\x00\\u2028\\ud800");
    }

    @Test
    void numbersHaveNoExponent() {
        assertThat(Text.number(new BigDecimal("1E+5"))).isEqualTo("100000");
        assertThat(Text.grouped(1_234_567)).isEqualTo("1,234,567");
    }
}
