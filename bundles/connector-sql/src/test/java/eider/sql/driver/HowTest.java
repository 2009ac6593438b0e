package eider.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

/** A driver from before java.time: its days and times come and go as those of java.sql. */
class HowTest {
    private static ResultSet old(Map<String, Object> answers) {
        return (ResultSet) Proxy.newProxyInstance(HowTest.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("getObject")) {
                throw new AbstractMethodError(method.toString());
            }
            if (answers.get(method.getName()) instanceof SQLException e) {
                throw e;
            }
            return answers.get(method.getName());
        });
    }

    @Test
    void timesOfAnOldDriverAreTheSame() throws Exception {
        assertThat(How.DATE.text(old(Map.of("getDate", java.sql.Date.valueOf("2026-03-29"))), 1)).isEqualTo("2026-03-29");
        assertThat(How.TIMESTAMP.text(old(Map.of("getTimestamp", Timestamp.valueOf("2026-03-29 02:30:00.123456"))), 1))
                .isEqualTo("2026-03-29 02:30:00.123456000");
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            assertThat(How.INSTANT.text(old(Map.of("getTimestamp", Timestamp.from(Instant.parse("2026-10-25T00:30:00Z")))), 1))
                    .isEqualTo("2026-10-25 00:30:00");
        } finally {
            TimeZone.setDefault(zone);
        }
        assertThat(How.DATE.text(old(Map.of()), 1)).isNull();
        assertThat(How.TIMESTAMP.text(old(Map.of()), 1)).isNull();
        assertThat(How.INSTANT.text(old(Map.of()), 1)).isNull();
        // What no type of Java holds is what the driver calls it, and its row goes to quarantine with that.
        assertThat(How.TIMESTAMP.text(old(Map.of("getTimestamp", new SQLException("no such time"), "getString", "infinity")), 1))
                .isEqualTo("infinity");
    }

    @Test
    void whereAReadGoesOnIsToldToAnOldDriverInItsOwnTypes() throws Exception {
        List<Object> set = new ArrayList<>();
        PreparedStatement statement = (PreparedStatement) Proxy.newProxyInstance(HowTest.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("setObject")) {
                        throw new SQLFeatureNotSupportedException();
                    }
                    set.add(arguments[1]);
                    return null;
                });
        How.DATE.bind(statement, 1, "2026-03-29");
        How.TIMESTAMP.bind(statement, 1, "2026-03-29 02:30:00.123456000");
        How.INSTANT.bind(statement, 1, "2026-10-25 00:30:00");
        assertThat(set).containsExactly(java.sql.Date.valueOf("2026-03-29"), Timestamp.valueOf("2026-03-29 02:30:00.123456"),
                Timestamp.from(Instant.parse("2026-10-25T00:30:00Z")));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (LocalDateTime time : List.of(LocalDateTime.of(-43, 3, 15, 12, 0), LocalDateTime.of(12026, 1, 1, 0, 0, 1, 1), LocalDateTime.of(2026, 3,
                29, 23, 59, 59,
                999_999_999), LocalDate.of(1, 1, 1).atStartOfDay())) {
            assertThat(How.read(How.written(time))).isEqualTo(time);
        }
    }
}
