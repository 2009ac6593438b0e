package eider.sync;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source's columns that are not what they were, under each contract. */
class SchemaDriftTest {
    private static final Field ID = Field.required("id", Type.INTEGER, "The order.");
    private static final Field AMOUNT = Field.of("amount", Type.MONEY, "Its amount.");
    private static final Field NOTE = Field.of("note", Type.TEXT, "A note.");

    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() throws Exception {
        engine = Engine.open(home);
        push(List.of(ID, AMOUNT, NOTE), new Object[] {1L, BigDecimal.TEN, "first"});
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private void contract(Contract contract) {
        engine.handle("shop", "orders", new Handling(Mode.MERGE, contract, 50));
    }

    private Load push(List<Field> fields, Object[]... rows) throws Exception {
        Dataset orders = new Dataset("orders", "Orders by id.", fields, List.of("id"));
        return Shop.sync(engine, new Scripted(List.of(orders), List.of(), (request, sink) -> {
            for (Object[] row : rows) {
                sink.upsert(row);
            }
            sink.checkpoint(Scripted.after((int) (System.nanoTime() & 0xffffff)));
        }));
    }

    private List<String> rows(String columns) throws Exception {
        return Shop.rows(engine, "select " + columns + " from raw.shop__orders order by id");
    }

    private List<String> columns() throws Exception {
        return Shop.rows(engine, "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = 'shop__orders' and column_name[1] <> '_'");
    }

    private List<String> changes() throws Exception {
        return Shop.rows(engine, "select field || ' ' || change from ledger.schema_changes order by all");
    }

    @Test
    void aNewColumnIsAddedAndTold() throws Exception {
        Load load = push(List.of(ID, AMOUNT, NOTE, Field.of("paid", Type.BOOLEAN, "Paid.")), new Object[] {2L, BigDecimal.ONE, "second", true});
        assertThat(rows("id, note, paid")).containsExactly("1|first|null", "2|second|true");
        assertThat(load.message()).isEqualTo("Column paid (BOOLEAN) is new.");
        assertThat(changes()).containsExactly("paid ADDED");
    }

    @Test
    void aWiderTypeWidensTheColumnAndNoValueChanges() throws Exception {
        Load load = push(List.of(ID, Field.of("amount", Type.decimal(24, 6), "Its amount."), NOTE), new Object[] {2L, new BigDecimal("0.000001"), null});
        assertThat(rows("id, amount")).containsExactly("1|10.000000", "2|0.000001");
        assertThat(load.message()).isEqualTo("Column amount is DECIMAL(24,6) at the source and was DECIMAL(18,4).");
        assertThat(changes()).containsExactly("amount WIDENED");
    }

    @Test
    void aClashingTypeSendsWhatDoesNotFitToQuarantineAndIsToldOnce() throws Exception {
        List<Field> clashing = List.of(ID, Field.of("amount", Type.TEXT, "Its amount."), NOTE);
        Load load = push(clashing, new Object[] {2L, "12.5", null}, new Object[] {3L, "free", null}, new Object[] {1L, "gratis", null});
        assertThat(rows("id, amount")).as("the good older row stays").containsExactly("1|10.0000", "2|12.5000");
        assertThat(load.quarantined()).isEqualTo(2);
        assertThat(load.message()).contains("amount is TEXT at the source and DECIMAL(18,4) here");
        assertThat(push(clashing, new Object[] {4L, "1", null}).message()).isEmpty();
    }

    @Test
    void aVanishedColumnKeepsItsHistoryAndIsTold() throws Exception {
        Load load = push(List.of(ID, AMOUNT), new Object[] {2L, BigDecimal.ONE});
        assertThat(rows("id, note")).containsExactly("1|first", "2|null");
        assertThat(load.message()).isEqualTo("Column note is not there any more: it stays empty from now on.");
        assertThat(push(List.of(ID, AMOUNT), new Object[] {3L, BigDecimal.ONE}).message()).as("told once").isEmpty();
        assertThat(push(List.of(ID, AMOUNT, NOTE), new Object[] {4L, BigDecimal.ONE, "back"}).state()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("id, note")).containsExactly("1|first", "2|null", "3|null", "4|back");
    }

    @Test
    void aRenamedColumnIsANewOneBesideOneThatVanished() throws Exception {
        Load load = push(List.of(ID, AMOUNT, Field.of("remark", Type.TEXT, "A note.")), new Object[] {2L, BigDecimal.ONE, "second"});
        assertThat(rows("id, note, remark")).containsExactly("1|first|null", "2|null|second");
        assertThat(load.message()).contains("Column remark (TEXT) is new").contains("Column note is not there any more");
    }

    @Test
    void reorderedColumnsShiftNothing() throws Exception {
        Load load = push(List.of(NOTE, AMOUNT, ID), new Object[] {"second", BigDecimal.ONE, 2L});
        assertThat(rows("id, amount, note")).containsExactly("1|10.0000|first", "2|1.0000|second");
        assertThat(load.message()).isEmpty();
        assertThat(changes()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SchemaChange.class)
    void aFrozenContractFailsTheLoadBeforeItChangesAnything(SchemaChange change) throws Exception {
        contract(Contract.FREEZE);
        Load load = push(change.fields, change.row);
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("froze").contains(change.told).contains("contract = evolve in config/dataset~shop__orders.cfg");
        assertThat(rows("id, amount, note")).containsExactly("1|10.0000|first");
        assertThat(columns()).containsExactly("id", "amount", "note");
        contract(Contract.EVOLVE);
        assertThat(push(change.fields, change.row).state()).as("what it refused comes when it may").isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void aFrozenContractTakesWhatIsAsItWas() throws Exception {
        contract(Contract.FREEZE);
        assertThat(push(List.of(NOTE, ID, AMOUNT), new Object[] {"second", 2L, BigDecimal.ONE}).state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void aQuarantineContractKeepsTheColumnsAndSetsAsideOnlyRowsThatNeedOthers() throws Exception {
        contract(Contract.QUARANTINE);
        Load load = push(List.of(ID, Field.of("amount", Type.decimal(24, 6), "Its amount."), NOTE, Field.of("paid", Type.BOOLEAN, "Paid.")),
                new Object[] {2L, BigDecimal.ONE, "plain", null}, new Object[] {3L, new BigDecimal("0.000001"), "too fine", null}, new Object[] {4L, BigDecimal.ONE, "paid", true});
        assertThat(columns()).containsExactly("id", "amount", "note");
        assertThat(rows("id, amount, note")).containsExactly("1|10.0000|first", "2|1.0000|plain");
        assertThat(engine.loads().quarantine("shop", 10)).extracting(q -> q.reason()).containsExactlyInAnyOrder(
                "paid: the contract of orders knows no such column", "amount: '0.000001' does not fit the column, whose type is DECIMAL(18,4)");
        assertThat(load.message()).contains("Column paid (BOOLEAN) is new, and rows that hold something in it go to quarantine");
    }

    @ParameterizedTest
    @EnumSource(Contract.class)
    void aNewFileWithANewColumnIsHandledByTheContractToo(Contract contract) throws Exception {
        engine.handle("shop", "lines", new Handling(Mode.MERGE, contract, 50));
        Scan.Column day = new Scan.Column("day", Shop.LINES.field("day"));
        Scan.Column product = new Scan.Column("product", Shop.LINES.field("product"));
        Scan.Column price = new Scan.Column("price", Field.of("price", Type.MONEY, "Its price."));
        Path first = Files.writeString(home.resolve("1.csv"), "day,product\n1,Lamp\n");
        Path second = Files.writeString(home.resolve("2.csv"), "day,product,price\n2,Desk,5.5\n3,Bed,\n");
        Load[] loads = Stream.of(first, second).map(file -> {
            try {
                return Shop.sync(engine, Shop.lines((request, sink) -> {
                    sink.part(file.getFileName().toString(), "1");
                    sink.scan(Shop.csv(file, Shop.LINES).withColumns(file.equals(first) ? List.of(day, product) : List.of(day, product, price)));
                    sink.checkpoint(Scripted.after(1));
                }));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }).toArray(Load[]::new);
        assertThat(loads[1].state()).as(loads[1].message()).isEqualTo(contract == Contract.FREEZE ? Load.State.FAILED : Load.State.COMMITTED);
        assertThat(Shop.rows(engine, "select product from raw.shop__lines order by day")).isEqualTo(switch (contract) {
            case EVOLVE -> List.of("Lamp", "Desk", "Bed");
            case FREEZE -> List.of("Lamp");
            case QUARANTINE -> List.of("Lamp", "Bed");
        });
        assertThat(loads[1].quarantined()).isEqualTo(contract == Contract.QUARANTINE ? 1 : 0);
    }

    /** Each way in which columns change, with a row that needs it. */
    enum SchemaChange {
        ADDED("column paid (BOOLEAN) is new", List.of(ID, AMOUNT, NOTE, Field.of("paid", Type.BOOLEAN, "Paid.")), 2L, BigDecimal.ONE, "second", true),
        WIDENED("column amount is DECIMAL(24,6)", List.of(ID, Field.of("amount", Type.decimal(24, 6), "Its amount."), NOTE), 2L, BigDecimal.ONE, "second"),
        CLASHING("column amount is TEXT at the source and DECIMAL(18,4) here", List.of(ID, Field.of("amount", Type.TEXT, "Its amount."), NOTE), 2L, "1", "second"),
        VANISHED("column note is not there any more", List.of(ID, AMOUNT), 2L, BigDecimal.ONE);

        private final String told;
        private final List<Field> fields;
        private final Object[] row;

        SchemaChange(String told, List<Field> fields, Object... row) {
            this.told = told;
            this.fields = fields;
            this.row = row;
        }
    }
}
