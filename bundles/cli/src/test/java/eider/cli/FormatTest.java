package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eider.engine.Rows.Column;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormatTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private final FakeEngine engine = new FakeEngine();

    private void result(List<Column> columns, Object[]... rows) {
        engine.columns.addAll(columns);
        engine.rows.addAll(Arrays.asList(rows));
    }

    private static Object[] row(Object... values) {
        return values;
    }

    @Test
    void jsonKeepsEveryDigitAndTheTypes() throws Exception {
        result(List.of(new Column("amount", "DECIMAL(38,10)"), new Column("big", "HUGEINT"), new Column("n", "BIGINT"), new Column("ok", "BOOLEAN"),
                new Column("day", "DATE"),
                new Column("at", "TIMESTAMP WITH TIME ZONE"), new Column("none", "VARCHAR"), new Column("list", "INTEGER[]"),
                        new Column("map", "STRUCT"), new Column("x", "DOUBLE"),
                new Column("bytes", "BLOB")),
                row(new BigDecimal("1234567890123456789.0123456780"), new BigInteger("170141183460469231731687303715884105727"), 42L, true,
                        LocalDate.of(2026, 3, 1),
                        OffsetDateTime.parse("2026-03-01T12:00:00.123456Z"), null, List.of(1L, 2L), Map.of("a", "ü\""), Double.NaN,
                                new byte[] {1, (byte) 0xfe}));

        String json = Run.of(engine, "query", "q", "--format", "json").out();
        JsonNode row = MAPPER.readTree(json).get(0);

        assertThat(json).contains("1234567890123456789.0123456780");
        assertThat(row.get("big").bigIntegerValue()).isEqualTo(new BigInteger("170141183460469231731687303715884105727"));
        assertThat(row.get("n").isIntegralNumber()).isTrue();
        assertThat(row.get("ok").booleanValue()).isTrue();
        assertThat(row.get("day").textValue()).isEqualTo("2026-03-01");
        assertThat(row.get("at").textValue()).isEqualTo("2026-03-01T12:00:00.123456Z");
        assertThat(row.get("none").isNull()).isTrue();
        assertThat(row.get("list").toString()).isEqualTo("[1,2]");
        assertThat(row.get("map").get("a").textValue()).isEqualTo("ü\"");
        assertThat(row.get("x").textValue()).isEqualTo("NaN");
        assertThat(row.get("bytes").textValue()).isEqualTo("01fe");
    }

    @Test
    void jsonEscapesWhatATerminalWouldObeyAndKeepsTheValue() throws Exception {
        String hostile = "\u001b[2J\u009b31m \u202e ü 漢 \ud83d\ude00 \\ \" \n";
        result(List.of(new Column("a", "VARCHAR")), row(hostile));

        String json = Run.of(engine, "query", "q", "--format", "json").out();

        assertThat(MAPPER.readTree(json).get(0).get("a").textValue()).isEqualTo(hostile);
        assertThat(json).contains("ü 漢 \ud83d\ude00").doesNotContain("\u001b", "\u009b", "\u202e");
    }

    @Test
    void jsonOfNothingIsAnEmptyArrayAndEqualNamesAreTold() throws Exception {
        result(List.of(new Column("a", "INTEGER"), new Column("a", "INTEGER")));
        assertThat(Run.of(engine, "query", "q", "--format", "json").out()).isEqualTo("[]\n");

        engine.rows.add(row(1L, 2L));
        assertThat(MAPPER.readTree(Run.of(engine, "query", "q", "--format", "json").out()).get(0).toString()).isEqualTo("{\"a\":1,\"a_2\":2}");
    }

    @Test
    void csvIsThatOfTheRfcAndLeavesFormulasAlone() {
        result(List.of(new Column("a,b", "VARCHAR"), new Column("c", "DECIMAL(18,4)")),
                row("say \"hi\"\nthere", new BigDecimal("1234567.5000")), row("=1+1", null), row("@x", new BigDecimal("0E-4")), row("", null));

        assertThat(Run.of(engine, "query", "q", "--format", "csv").out())
                .isEqualTo("\"a,b\",c\r\n\"say \"\"hi\"\"\nthere\",1234567.5000\r\n=1+1,\r\n@x,0.0000\r\n\"\",\r\n");
    }

    @Test
    void csvIsUntouchedInAFileAndHarmlessOnATerminal() {
        result(List.of(new Column("a", "VARCHAR")), row("\u001b[2Jx"));

        assertThat(Run.of(engine, "query", "q", "--format", "csv").out()).isEqualTo("a\r\n\u001b[2Jx\r\n");
        assertThat(Run.on(80, engine, "query", "q", "--format", "csv").out()).isEqualTo("a\r\n\\x1b[2Jx\r\n");
    }

    @Test
    void tableAlignsNumbersRightAndDoesNotGroupThem() {
        result(List.of(new Column("region", "VARCHAR"), new Column("year", "BIGINT"), new Column("total", "DECIMAL(38,4)")),
                row("Europe", 2025L, new BigDecimal("1234.5000")), row("漢字", 2026L, null));

        assertThat(Run.of(engine, "query", "q").out()).isEqualTo("""
                region  year      total
                Europe  2025  1234.5000
                漢字    2026       NULL
                """);
    }

    @Test
    void tableNeutralisesEscapesLineBreaksAndMarksOfDirection() {
        result(List.of(new Column("a\u001b]0;x\u0007", "VARCHAR")), row("red\u001b[31m\r\nline\u202eback\u009b2J"));

        String out = Run.of(engine, "query", "q").out();

        assertThat(out).contains("red\\x1b[31m\\r\\nline\\u202eback\\x9b2J").doesNotContain("\u001b", "\u009b", "\u202e", "\r", "\u0007");
        assertThat(out.lines()).hasSize(2);
    }

    @Test
    void tableIsCutToTheTerminalAndOnlyThere() {
        result(List.of(new Column("a", "VARCHAR"), new Column("b", "VARCHAR"), new Column("n", "BIGINT")), row("x".repeat(100), "short", 7L));

        assertThat(Run.on(40, engine, "query", "q").out().lines()).allMatch(line -> Text.width(line) <= 40)
                .anyMatch(line -> line.contains("…") && line.contains("short") && line.endsWith("7"));
        assertThat(Run.of(engine, "query", "q").out()).contains("x".repeat(100));
    }

    @Test
    void manyColumnsAreCutAtTheEdge() {
        for (int i = 0; i < 30; i++) {
            engine.columns.add(new Column("column_number_" + i, "VARCHAR"));
        }
        engine.rows.add(new Object[30]);

        assertThat(Run.on(60, engine, "query", "q").out().lines()).hasSize(2).allMatch(line -> Text.width(line) <= 60);
    }

    @Test
    void aLongResultIsWrittenBeforeItsEndIsKnown() {
        engine.columns.add(new Column("a", "BIGINT"));
        for (long i = 0; i < 600; i++) {
            engine.rows.add(row(i));
        }
        engine.failAfter = 600;

        Run run = Run.of(engine, "query", "q");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("  0\n", "\n599\n");
        assertThat(run.err()).isEqualTo("The query cannot be run: no more memory\n");
    }

    @Test
    void aBrokenOffJsonIsNoValidJson() {
        engine.columns.add(new Column("a", "BIGINT"));
        engine.rows.add(row(1L));
        engine.rows.add(row(2L));
        engine.failAfter = 1;

        Run run = Run.of(engine, "query", "q", "--format", "json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).doesNotContain("]");
        assertThat(engine.asked).contains("rows closed");
    }
}
