package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.ORDERS;
import static eider.sync.Shop.lines;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Quarantined;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad rows: kept, mended, judged anew, and never counted twice. */
class QuarantineTest {
    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private List<Quarantined> quarantine() throws EngineException {
        return engine.loads().quarantine("shop", 100);
    }

    private Load replay() throws Exception {
        return engine.syncs().replay("shop", Progress.NONE).getFirst();
    }

    private String raw(String columns) throws Exception {
        return String.join(" ", Shop.rows(engine, "select " + columns + " order by all"));
    }

    @Test
    void aMendedRowComesInOnceAndIsCountedOnce() throws Exception {
        sync(engine, Shop.modelled("SELECT _row, DATE '2026-01-01' AS date, CAST(id AS VARCHAR) AS source_id, amount AS total_amount FROM input", (request, sink) -> {
            sink.upsert(1L, BigDecimal.TEN, null);
            sink.upsert(2L, new BigDecimal("0.00001"), "too fine");
            sink.checkpoint(Scripted.after(1));
        }));
        Quarantined bad = quarantine().getFirst();
        assertThat(bad.values()).containsExactly(Map.entry("id", "2"), Map.entry("amount", "0.00001"), Map.entry("note", "too fine"));
        assertThat(engine.loads().mend(bad.id(), Map.of("amount", "0.5"), "Ada").mended()).isTrue();
        assertThat(engine.loads().quarantined("shop")).as("it is bad until it is in").isEqualTo(1);
        Load load = replay();
        assertThat(load.inserted() + " " + load.quarantined()).as(load.message()).isEqualTo("1 0");
        assertThat(raw("id, amount, note from raw.shop__orders")).isEqualTo("1|10.0000|null 2|0.5000|too fine");
        assertThat(raw("source_id, total_amount from sales")).isEqualTo("1|10.0000 2|0.5000");
        assertThat(quarantine()).isEmpty();
        assertThat(Shop.rows(engine, "select mended_by, resolved_by is not null, record, mended from ledger.quarantine")).as("nothing is forgotten").containsExactly(
                "Ada|true|{\"id\":\"2\",\"amount\":\"0.00001\",\"note\":\"too fine\"}|{\"id\":\"2\",\"amount\":\"0.5\",\"note\":\"too fine\"}");
        assertThat(engine.syncs().replay("shop", Progress.NONE)).isEmpty();
    }

    @Test
    void aRowThatIsStillBadStaysWithTheReasonOfToday() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(2L, new BigDecimal("0.00001"), null);
            sink.checkpoint(Scripted.after(1));
        }));
        engine.loads().mend(quarantine().getFirst().id(), Map.of("amount", "much"), "Ada");
        Load load = replay();
        assertThat(load.inserted() + " " + load.quarantined()).isEqualTo("0 1");
        assertThat(quarantine()).extracting(Quarantined::reason).containsExactly("amount: 'much' is not a number such as 1234.5");
        engine.loads().mend(quarantine().getFirst().id(), Map.of("amount", "3"), "Ada");
        assertThat(replay().inserted()).isEqualTo(1);
        assertThat(quarantine()).isEmpty();
    }

    @Test
    void aRowOfAFileIsMendedBesideItsPartAndStaysMendedWhenTheFileIsReadAgain() throws Exception {
        Path file = Files.writeString(home.resolve("a.csv"), "day,product\n1,Lamp\nMonday,Desk\n1,Lamp\n");
        Scripted source = lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.scan(Shop.csv(file, LINES));
            sink.checkpoint(Scripted.after(1));
        });
        assertThat(sync(engine, source).quarantined()).isEqualTo(1);
        Quarantined bad = quarantine().getFirst();
        assertThat(bad.values()).containsExactly(Map.entry("day", "Monday"), Map.entry("product", "Desk"));
        engine.loads().mend(bad.id(), Map.of("day", "2"), "Ada");
        assertThat(replay().inserted()).isEqualTo(1);
        assertThat(raw("day, product from raw.shop__lines")).isEqualTo("1|Lamp 1|Lamp 2|Desk");

        Files.writeString(file, "day,product\n1,Lamp\nMonday,Desk\n1,Lamp\n3,Bed\n");
        Load again = sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "2");
            sink.scan(Shop.csv(file, LINES));
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(again.inserted() + " " + again.removed() + " " + again.quarantined()).as(again.message()).isEqualTo("1 0 0");
        assertThat(raw("day, product from raw.shop__lines")).isEqualTo("1|Lamp 1|Lamp 2|Desk 3|Bed");
    }

    @Test
    void aRowThatCouldNotBePartedIsMendedFromNothing() throws Exception {
        Path file = Files.writeString(home.resolve("a.csv"), "day,product\n1,Lamp\n2,Desk,too,much\n");
        sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.scan(Shop.csv(file, LINES));
            sink.checkpoint(Scripted.after(1));
        }));
        Quarantined bad = quarantine().getFirst();
        assertThat(bad.values()).isEmpty();
        assertThat(engine.syncs().replay("shop", Progress.NONE)).as("there is nothing to judge").isEmpty();
        assertThat(engine.loads().quarantined("shop")).isEqualTo(1);
        engine.loads().mend(bad.id(), Map.of("day", "2", "product", "Desk"), "Ada");
        assertThat(replay().inserted()).isEqualTo(1);
        assertThat(raw("day, product from raw.shop__lines")).isEqualTo("1|Lamp 2|Desk");
    }

    @Test
    void aBadRowOfAKeyLeavesQuarantineWhenAGoodOneComes() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(1L, new BigDecimal("0.00001"), null);
            sink.upsert(2L, new BigDecimal("0.00001"), null);
            sink.upsert(3L, new BigDecimal("0.00001"), null);
            sink.checkpoint(Scripted.after(1));
        }));
        sync(engine, orders((request, sink) -> {
            sink.upsert(2L, BigDecimal.ONE, null);
            sink.delete(3L);
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(quarantine()).extracting(row -> row.values().get("id")).containsExactly("1");
    }

    @Test
    void everyTypeComesBackAsItWas() throws Exception {
        List<Field> fields = List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("t", Type.TEXT, "T."), Field.of("b", Type.BOOLEAN, "B."),
                Field.of("d", Type.decimal(38, 9), "D."), Field.of("f", Type.DOUBLE, "F."), Field.of("day", Type.DATE, "Day."), Field.of("ts", Type.TIMESTAMP, "Ts."),
                Field.of("at", Type.INSTANT, "At."), Field.of("j", Type.JSON, "J."), Field.of("m", Type.MONEY, "M."));
        Dataset all = new Dataset("everything", "All types.", fields, List.of("id"));
        Object[] good = {1L, " a\u0000\"b\n", true, new BigDecimal("-12345678901234567890123456789.123456789"), 0.1, LocalDate.of(2026, 2, 28),
            LocalDateTime.of(2026, 2, 28, 1, 2, 3, 4_000), Instant.parse("2026-02-28T01:02:03.000004Z"), "{\"a\": [1.50]}", BigDecimal.ONE};
        Object[] bad = good.clone();
        bad[0] = 2L;
        bad[9] = new BigDecimal("0.00001");
        sync(engine, new Scripted(List.of(all), List.of(), (request, sink) -> {
            sink.upsert(good);
            sink.upsert(bad);
            sink.checkpoint(Scripted.after(1));
        }));
        engine.loads().mend(quarantine().getFirst().id(), Map.of("m", "1"), "Ada");
        assertThat(replay().inserted()).isEqualTo(1);
        assertThat(Shop.rows(engine, "select count(*) from (select distinct * exclude (id, _row, _load) from raw.shop__everything)")).containsExactly("1");
    }

    @Test
    void whatCannotBeMendedIsSaid() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(2L, new BigDecimal("0.00001"), null);
            sink.checkpoint(Scripted.after(1));
        }));
        long id = quarantine().getFirst().id();
        assertThatThrownBy(() -> engine.loads().mend(id, Map.of("amuont", "1"), "Ada")).isInstanceOf(EngineException.class).hasMessageContaining("has no field 'amuont'")
                .hasMessageContaining("id, amount, note");
        assertThatThrownBy(() -> engine.loads().mend(id + 1, Map.of("amount", "1"), "Ada")).isInstanceOf(EngineException.class).hasMessageContaining("no row " + (id + 1));
        engine.loads().mend(id, Collections.singletonMap("id", null), "Ada");
        assertThat(replay().quarantined()).isEqualTo(1);
        assertThat(quarantine()).extracting(Quarantined::reason).containsExactly("id: empty, but required");
        assertThat(ORDERS.key()).containsExactly("id");
    }

    @Test
    void aModelSeesTheMendedRow() throws Exception {
        Model model = new Model("sales", "lines", "SELECT _row, DATE '2026-01-01' AS date, product AS product_name, day AS quantity, day AS total_amount FROM input");
        Scripted source = new Scripted(List.of(LINES), List.of(model), (request, sink) -> {
            sink.part("a", "1");
            sink.upsert(1L, "Lamp");
            sink.upsert("x", "Desk");
            sink.checkpoint(Scripted.after(1));
        });
        sync(engine, source);
        engine.loads().mend(quarantine().getFirst().id(), Map.of("day", "4"), "Ada");
        replay();
        assertThat(raw("product_name, quantity from sales")).isEqualTo("Desk|4.0000 Lamp|1.0000");
    }
}
