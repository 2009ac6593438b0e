package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Type;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IsoTest {
    private static final Column COLUMN = new Column("at", "timestamp", "timestamp", "at", true, Field.of("at", Type.TIMESTAMP, "When."), false);

    /** Against the JDK's own parser. */
    @Test
    void readsWhatTheJdkReads() throws Exception {
        Random random = new Random(4);
        DateTimeFormatter jdk = DateTimeFormatter.ISO_LOCAL_DATE_TIME;
        for (int i = 0; i < 20_000; i++) {
            LocalDateTime time = LocalDateTime.of(1 + random.nextInt(9_998), 1, 1, 0, 0).plusSeconds(random.nextInt(31_000_000))
                    .plusNanos(switch (i % 4) {
                        case 0 -> 0;
                        case 1 -> random.nextInt(1_000_000) * 1_000L;
                        case 2 -> random.nextInt(10) * 100_000_000L;
                        default -> random.nextInt(1_000_000_000);
                    });
            String text = jdk.format(time).replace('T', ' ');
            if (text.contains(".")) {
                text = text.replaceAll("0+$", "");
            }
            assertThat(Iso.time(COLUMN, text)).as(text).isEqualTo(time);
            assertThat(Iso.day(COLUMN, text.substring(0, 10))).isEqualTo(time.toLocalDate());
        }
        assertThat(Iso.time(COLUMN, "12026-01-31 00:00:00")).isEqualTo(LocalDateTime.of(12026, 1, 31, 0, 0));
        assertThat(Iso.day(COLUMN, "-43-03-15")).isEqualTo(LocalDate.of(-43, 3, 15));
    }

    @Test
    void refusesWhatIsNoTime() {
        for (String text : List.of("", "x", "2026-01-31", "2026-01-31 ", "2026-01-31 1:00:00", "2026-01-31 01:00", "2026-01-31 01:00:00.", "2026-01-31 01:00:00,5",
                "2026-01-31 01:00:00.1234567890", "2026-01-31 01:00:00 BC", "2026-01-31 -1:00:00", "2026-01-31 24:00:00", "2026-01-31 01:60:00", "2026-02-30 01:00:00",
                "2026-00-10 00:00:00", "0000-00-00 00:00:00", "2026/01/31 01:00:00", "2026-1-31 01:00:00", "2026-01-031 01:00:00", "２026-01-31 01:00:0０",
                "2026-01-31T01:00:00", "2026-01-31 01:00:00+02")) {
            assertThatThrownBy(() -> Iso.time(COLUMN, text)).as(text).satisfiesAnyOf(thrown -> assertThat(thrown).isInstanceOf(DateTimeException.class),
                    thrown -> assertThat(thrown).isInstanceOf(NumberFormatException.class), thrown -> assertThat(thrown).isInstanceOf(IndexOutOfBoundsException.class));
        }
        assertThatThrownBy(() -> Iso.time(COLUMN, "294247-01-01 00:00:00")).isInstanceOf(Misfit.class);
        assertThatThrownBy(() -> Iso.day(COLUMN, "5881580-01-01")).isInstanceOf(Misfit.class);
    }
}
