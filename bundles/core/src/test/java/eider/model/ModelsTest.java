package eider.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Mapping;
import eider.engine.Plan;
import eider.engine.PlannedLoad;
import eider.engine.PlannedLoad.Metric;
import eider.engine.Progress;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator's models: when they count, what they do to the rows that are here already, and how that is planned and taken back. */
class ModelsTest {
    private static final Dataset ITEMS = new Dataset("items", "What is sold.", List.of(Field.required("id", Type.INTEGER, "The item."),
            Field.of("title", Type.TEXT, "Its name.")), List.of("id"));
    private static final String HEADER = "-- from: shop.orders\n-- into: sales\n";
    private static final String PLAIN = HEADER
            + "SELECT _row, DATE '2026-01-01' AS date, 'sale' AS kind, CAST(id AS VARCHAR) AS source_id, note AS product_name, 1 AS quantity,\n"
            + "    amount AS total_amount\nFROM input\n";
    private static final String SALES = "select source_id, product_name, total_amount, load from sales order by all";

    @TempDir
    Path home;
    private Engine engine;
    private Scripted shop;

    @BeforeEach
    void open() throws Exception {
        engine = Engine.open(home);
        shop = new Scripted(List.of(Shop.ORDERS), List.of(), (request, sink) -> {});
        engine.syncs().register("shop", shop);
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    private void write(String name, String text) throws Exception {
        Files.createDirectories(home.resolve("config/models"));
        Files.writeString(home.resolve("config/models").resolve(name), text);
    }

    private void has(Object... idsAmountsAndNotes) {
        shop.now((request, sink) -> {
            for (int i = 0; i < idsAmountsAndNotes.length; i += 3) {
                sink.upsert(((Number) idsAmountsAndNotes[i]).longValue(), new BigDecimal(idsAmountsAndNotes[i + 1].toString()), idsAmountsAndNotes[i
                        + 2]);
            }
            if (idsAmountsAndNotes.length > 0) {
                sink.checkpoint(Scripted.after(idsAmountsAndNotes.length));
            }
        });
    }

    private List<Load> sync() throws Exception {
        return engine.syncs().sync("shop", false, Progress.NONE);
    }

    private List<String> rows(String sql) throws Exception {
        return Shop.rows(engine, sql);
    }

    private static Metric metric(String name, String before, String after) {
        return new Metric("sales", name, new BigDecimal(before).stripTrailingZeros(), new BigDecimal(after).stripTrailingZeros());
    }

    private List<String> everything() throws Exception {
        List<String> all = rows("select * from sales order by all");
        all.addAll(rows("select * from products order by all"));
        all.addAll(rows("select * from raw.shop__orders order by all"));
        all.addAll(rows("select * from undo.shop__orders order by all"));
        all.addAll(rows("select part, place, reason, record from ledger.quarantine where resolved_by is null order by all"));
        all.addAll(rows("select * from ledger.cursors"));
        return all;
    }

    @Test
    void aModelThatIsWrittenAfterTheDataFillsItsTableAtTheNextSync() throws Exception {
        has(1, "10", "Lamp", 2, "20", "Desk");
        assertThat(sync()).singleElement().extracting(Load::inserted).isEqualTo(2L);
        assertThat(rows(SALES)).isEmpty();

        write("anything.sql", PLAIN);
        // The source has nothing new.
        shop.now((request, sink) -> {});
        List<Load> loads = sync();
        assertThat(loads).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.UNCHANGED);
        assertThat(loads.getFirst().message()).isEqualTo("Its model is new: 2 rows of sales derived.");
        assertThat(loads.getFirst().inserted()).isEqualTo(2);
        // Rows are those of the load that brought them, not of the one that derived them.
        assertThat(rows(SALES)).containsExactly("1|Lamp|10.0000|1", "2|Desk|20.0000|1");
        assertThat(rows("select lane, inserted, updated, removed from ledger.change_sets where load = "
                + loads.getFirst().id())).containsExactly("DERIVED|2|0|0");

        assertThat(sync()).as("once is enough").singleElement().extracting(Load::state).isEqualTo(Load.State.UNCHANGED);
        has(3, "30", "Chair");
        sync();
        assertThat(rows(SALES)).contains("3|Chair|30.0000|5").hasSize(3);
    }

    @Test
    void aModelThatIsChangedDerivesAllRowsAnewAndOneThatGoesTakesThemOut() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp", 2, "20", "Desk");
        sync();
        write("m.sql", PLAIN.replace("amount AS", "amount / 10 AS") + "WHERE id > 1");
        has(3, "30", "Chair");
        List<Load> loads = sync();
        assertThat(loads.getFirst().message()).isEqualTo("Its model changed: 1 row of sales derived anew.");
        assertThat(List.of(loads.getFirst().inserted(), loads.getFirst().updated(), loads.getFirst().removed())).containsExactly(0L, 1L, 1L);
        assertThat(rows(SALES)).containsExactly("2|Desk|2.0000|1", "3|Chair|3.0000|3");

        Files.delete(home.resolve("config/models/m.sql"));
        has();
        loads = sync();
        assertThat(loads.getFirst().message()).isEqualTo("Its model is gone: 2 rows of sales taken out.");
        assertThat(loads.getFirst().removed()).isEqualTo(2);
        assertThat(rows(SALES)).isEmpty();
        assertThat(rows("select count(*) from raw.shop__orders")).containsExactly("3");
    }

    @Test
    void commentsAndWritingMakeNoOtherModel() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp");
        sync();
        write("m.sql", "-- the shop's own words\n" + PLAIN.replace("SELECT", "select").replace("\n    amount AS", " amount  as")
                + ";\n-- that is all; really\n");
        assertThat(sync()).singleElement().extracting(Load::state).isEqualTo(Load.State.UNCHANGED);
    }

    @Test
    void aColumnThatComesMakesNoOtherModel() throws Exception {
        write("m.sql", HEADER + "SELECT _row, DATE '2026-01-01' AS date, 'sale' AS kind, 1 AS quantity, amount AS total_amount, region FROM input");
        has(1, "10", "Lamp");
        sync();
        Dataset wider = new Dataset("orders", "Orders.", List.of(Shop.ORDERS.fields().get(0), Shop.ORDERS.fields().get(1),
                Shop.ORDERS.fields().get(2),
                Field.of("region", Type.TEXT, "Where.")), List.of("id"));
        List<Load> loads = List.of(Shop.sync(engine, new Scripted(List.of(wider), List.of(), (request, sink) -> {
            sink.upsert(2L, new BigDecimal("20"), "Desk", "North");
            sink.checkpoint(Scripted.after(9));
        })));
        assertThat(loads).singleElement().extracting(Load::inserted).isEqualTo(1L);
        assertThat(engine.syncs().sync("shop", false, Progress.NONE)).singleElement().extracting(Load::state).isEqualTo(Load.State.UNCHANGED);
        assertThat(rows("select total_amount, region from sales order by all")).containsExactly("10.0000|null", "20.0000|North");
    }

    @Test
    void anOperatorsModelTakesThePlaceOfTheConnectorsForTheSameTableAndStandsBesideItForAnother() throws Exception {
        shop = Shop.modelled("SELECT _row, DATE '2026-01-01' AS date, 'connector' AS source, amount AS total_amount FROM input", (request,
                sink) -> {});
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", shop);
        has(1, "10", "Lamp");
        sync();
        assertThat(rows("select source from sales")).containsExactly("connector");
        write("p.sql", "-- into: products\n-- from: shop.orders\nSELECT _row, note AS name, amount AS price FROM input");
        assertThat(sync().getFirst().message()).isEqualTo("Its model changed: 1 row of sales derived anew, 1 row of products derived.");
        assertThat(rows("select source from sales")).containsExactly("connector");
        assertThat(rows("select name, price, source, currency, load from products")).containsExactly("Lamp|10.0000|shop|EUR|1");
        write("s.sql", PLAIN);
        sync();
        assertThat(rows("select source from sales")).containsExactly("shop");
        Files.delete(home.resolve("config/models/s.sql"));
        Files.delete(home.resolve("config/models/p.sql"));
        assertThat(sync().getFirst().message()).isEqualTo("Its model changed: 1 row of sales derived anew, 1 row of products taken out.");
        assertThat(rows("select source from sales")).containsExactly("connector");
        assertThat(rows("select count(*) from products")).containsExactly("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "-- from: shop.orders;SELECT _row FROM input                                            | config/models/m.sql: it lacks its first comment '-- into: <table>'",
        "-- into: sales;-- from: shop.orders;-- from: shop.items;SELECT _row FROM input         | config/models/m.sql line 3: 'from' is said twice",
        "-- from: shop.orders;-- into: sale;SELECT _row FROM input                              | config/models/m.sql line 2: there is no canonical table 'sale'; did you mean 'sales'?",
        "-- from: shop.orders;-- into: sales;SELECT _row, amount AS total_amout FROM input      | sales has no column 'total_amout', which its result has; did you mean 'total_amount'?",
        "-- from: shop.orders;-- into: sales;SELECT _row, 7 AS load FROM input                  | sales has no column 'load'",
        "-- from: shop.orders;-- into: sales;SELECT amount AS total_amount FROM input           | lacks the column _row",
        "-- from: shop.orders;-- into: sales;SELECT _row,; amout AS net FROM input              | config/models/m.sql line 4: Referenced column \"amout\" not found in FROM clause! Candidate",
        "-- from: shop.orders;-- into: sales;SELECT _row; FORM input x y                        | config/models/m.sql line 4: syntax error at or near \"input\"",
        "-- from: shop.orders;-- into: sales;;                                                  | there is no SELECT in it",
        "-- from: shop.orders;-- into: sales;DELETE FROM sales                                  | a model is one SELECT over input, and nothing else",
        "-- from: shop.orders;-- into: sales;SELECT 1 AS _row                                   | it does not read input",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM; input JOIN raw.shop__items USING (id) | line 4: it reads raw.shop__items; a model reads input alone",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input, sales                      | it reads sales",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input, (WITH sales AS (SELECT 1) FROM sales), sales | it reads sales",
        "-- from: shop.orders;-- into: sales;SELECT _row, (SELECT count(*) FROM main.sales) AS quantity FROM input | it reads main.sales",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input, 'rates.csv'                | it reads rates.csv",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input, read_csv('rates.csv')      | it reads read_csv()",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input, duckdb_settings()          | it reads duckdb_settings()",
        "-- from: shop.orders;-- into: sales;SELECT _row, getenv('HOME') AS customer FROM input | getenv() gives another result",
        "-- from: shop.orders;-- into: sales;SELECT _row, current_setting('threads') AS customer FROM input | current_setting() gives another result",
        "-- from: shop.orders;-- into: sales;SELECT _row, today() AS date FROM input            | today() gives another result",
        "-- from: shop.orders;-- into: sales;SELECT _row, current_date AS date FROM input       | current_date",
        "-- from: shop.orders;-- into: sales;SELECT _row, sum(amount) OVER () AS net FROM input | sum() OVER looks at other rows",
        "-- from: shop.orders;-- into: sales;SELECT any_value(_row) AS _row FROM input          | any_value() puts rows together",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input GROUP BY ALL                | GROUP BY puts rows together",
        "-- from: shop.orders;-- into: sales;SELECT DISTINCT note, _row FROM input              | DISTINCT leaves rows of input out",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input LIMIT 5                     | LIMIT leaves rows of input out",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input USING SAMPLE 5              | a sample of the rows",
        "-- from: shop.orders;-- into: sales;SELECT _row, (SELECT max(amount) FROM input i) AS net FROM input | this subquery looks at other rows",
        "-- from: shop.orders;-- into: sales;SELECT a._row FROM input a JOIN input b USING (id) | this joins rows of input with each other",
        "-- from: shop.orders;-- into: sales;WITH i AS (FROM input) SELECT _row FROM input EXCEPT SELECT _row FROM i | rows of input are compared",
        "-- from: shop.orders;-- into: sales;SELECT _row FROM input;SELECT _row FROM input      | syntax error"
    })
    void aWrongModelIsToldWithItsFileAndLineAndOnlyItsDatasetWaits(String text, String told) throws Exception {
        shop = new Scripted(List.of(Shop.ORDERS, ITEMS), List.of(), (request, sink) -> {
            if (request.dataset().name().equals("items")) {
                sink.upsert(1L, "Lamp");
            } else {
                sink.upsert(1L, new BigDecimal("10"), "Lamp");
            }
            sink.checkpoint(Scripted.after(1));
        });
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", shop);
        write("m.sql", text.strip().replace(';', '\n'));
        List<Load> loads = sync();
        assertThat(loads).extracting(Load::state).containsExactly(Load.State.FAILED, Load.State.COMMITTED);
        assertThat(loads.getFirst().message()).contains(told.strip()).startsWith("config/models/m.sql").doesNotContain("\n").matches(".*[.?]");
        assertThat(rows("select count(*) from raw.shop__items")).containsExactly("1");
        assertThat(rows("select count(*) from sales")).containsExactly("0");
        write("m.sql", PLAIN);
        assertThat(sync()).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.UNCHANGED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "WITH rates(currency, rate) AS (VALUES ('EUR', 1), ('USD', 0.9)) SELECT _row, DATE '2026-01-01' AS date, amount * r.rate AS total_amount FROM input i LEFT JOIN rates r ON r.currency"
            + " = 'USD' | 9.0000",
        "SELECT _row, DATE '2026-01-01' AS date, amount AS total_amount FROM input WHERE amount > 0 UNION ALL BY NAME SELECT _row, DATE '2026-01-01' AS date, -amount AS total_amount,"
            + " 'refund' AS kind FROM input | -10.0000,10.0000",
        "SELECT _row, DATE '2026-01-01' AS date, x.v * amount AS total_amount FROM input, unnest([1, 2]) AS x(v) | 10.0000,20.0000",
        "SELECT _row, DATE '2026-01-01' AS date, (SELECT sum(x.v) FROM unnest([amount, 5]) AS x(v)) AS total_amount FROM input | 15.0000",
        "WITH big AS (SELECT * FROM input WHERE amount > 5) SELECT _row, DATE '2026-01-01' AS date, amount AS total_amount FROM big ORDER BY id; -- all; of it | 10.0000",
        "SELECT * EXCLUDE (id, note, amount, _part, _load) REPLACE (DATE '2026-01-01' AS date, amount AS total_amount) FROM input | 10.0000"
    })
    void whatLooksAtOneRowAtATimeIsFine(String sql, String totals) throws Exception {
        write("m.sql", HEADER + sql.strip());
        has(1, "10", "Lamp");
        assertThat(sync()).as(() -> rowsOrFault("select message from ledger.loads")).extracting(Load::state).containsExactly(Load.State.COMMITTED);
        assertThat(String.join(",", rows("select total_amount from sales order by all"))).isEqualTo(totals.strip());
    }

    private String rowsOrFault(String sql) {
        try {
            return rows(sql).toString();
        } catch (Exception e) {
            return e.toString();
        }
    }

    @Test
    void twoFilesForTheSameTableAreBothNamed() throws Exception {
        write("a.sql", PLAIN);
        write("b.sql", PLAIN);
        has(1, "10", "Lamp");
        assertThat(sync()).singleElement().satisfies(load -> assertThat(load.message())
                .isEqualTo("config/models/a.sql and config/models/b.sql both fill sales from shop.orders: keep one of them."));
    }

    @Test
    void aRowThatDoesNotFitIsToldWithTheFileAndTheDataStaysAsItWas() throws Exception {
        has(1, "10", "Lamp");
        sync();
        write("m.sql", HEADER + "SELECT _row, CAST(note AS INTEGER) AS quantity FROM input");
        assertThat(sync()).singleElement().satisfies(load -> {
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).startsWith("config/models/m.sql, which fills sales from shop.orders, cannot be applied: Could not convert string 'Lamp'");
        });
        assertThat(rows("select count(*) from ledger.change_sets")).containsExactly("1");
    }

    @Test
    void rowsThatBreakARuleGoToQuarantineAndComeBackByUndo() throws Exception {
        has(1, "10", "Lamp", 2, "20", "Desk", 3, "30", "Chair");
        sync();
        List<String> before = everything();
        write("m.sql", PLAIN.replace("amount AS", "CASE WHEN id <> 2 THEN amount END AS"));
        has();
        Load derived = sync().getFirst();
        assertThat(derived.quarantined()).isEqualTo(1);
        assertThat(derived.message()).isEqualTo("Its model is new: 2 rows of sales derived.");
        assertThat(rows(SALES)).containsExactly("1|Lamp|10.0000|1", "3|Chair|30.0000|1");
        assertThat(rows("select id from raw.shop__orders order by all")).containsExactly("1", "3");
        assertThat(engine.loads().quarantine("shop", 10)).singleElement().satisfies(bad -> {
            assertThat(bad.reason()).contains("total_amount");
            assertThat(bad.values()).containsEntry("id", "2");
            assertThat(bad.load()).isEqualTo(derived.id());
        });
        engine.loads().undo(derived.id(), "test");
        assertThat(everything()).isEqualTo(before);
    }

    /** A mistake in a model must not empty the dataset. */
    @Test
    void aModelByWhichMostRowsAreBadWaitsForAWord() throws Exception {
        has(1, "10", "Lamp", 2, "20", "Desk");
        sync();
        List<String> before = everything();
        write("m.sql", PLAIN.replace("DATE '2026-01-01'", "TRY_CAST(note AS DATE)"));
        assertThat(sync()).singleElement().satisfies(load -> {
            assertThat(load.state()).isEqualTo(Load.State.HELD);
            assertThat(load.message()).contains("2 of the 2 rows of orders break rules and would go to quarantine", "date", "Mend the model");
        });
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE)).singleElement().extracting(Load::state).isEqualTo(Load.State.HELD);
        assertThat(everything()).isEqualTo(before);
        assertThat(engine.syncs().sync("shop", true, Progress.NONE).getFirst().quarantined()).isEqualTo(2);
        write("m.sql", PLAIN);
        assertThat(engine.syncs().replay("shop", Progress.NONE).getLast().inserted()).isEqualTo(2);
        assertThat(rows("select count(*) from sales")).containsExactly("2");
    }

    @Test
    void undoPutsBackWhatWasDerivedBeforeAndTheDatasetWaits() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp", 2, "20", "Desk");
        sync();
        has(2, "25", "Desk", 3, "30", "Chair");
        sync();
        List<String> before = everything();
        write("m.sql", PLAIN.replace("amount AS", "amount * 100 AS"));
        has();
        long derived = sync().getFirst().id();
        assertThat(rows("select sum(total_amount) from sales")).containsExactly("6500.0000");
        assertThatThrownBy(() -> engine.loads().undo(1,
                "test")).hasMessageContaining("loads 3, 2 changed what load 1 had brought").hasMessageContaining("eider undo 3");
        assertThatThrownBy(() -> engine.loads().undo(2, "test")).hasMessageContaining("load 3 changed what load 2 had brought");

        assertThat(engine.loads().undo(derived, "test")).satisfies(undone -> {
            assertThat(undone.takenOut()).isEqualTo(3);
            assertThat(undone.putBack()).isEqualTo(3);
            assertThat(undone.held()).isTrue();
        });
        assertThat(everything()).isEqualTo(before);
        assertThat(sync()).singleElement().satisfies(load -> {
            assertThat(load.state()).isEqualTo(Load.State.HELD);
            assertThat(load.message()).contains("eider undo 3 --skip' leaves them as they are");
        });

        engine.loads().release("shop", "orders", Hold.Release.READ_AGAIN);
        assertThat(sync()).hasSize(2);
        assertThat(rows("select sum(total_amount) from sales")).containsExactly("6500.0000");
    }

    @Test
    void whatWasTakenBackAndSkippedStaysUntilTheModelChangesOnceMore() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp");
        sync();
        write("m.sql", PLAIN.replace("amount AS", "amount * 100 AS"));
        has();
        engine.loads().undo(sync().getFirst().id(), "test");
        engine.loads().release("shop", "orders", Hold.Release.SKIP);
        assertThat(sync()).singleElement().extracting(Load::state).isEqualTo(Load.State.UNCHANGED);
        has(2, "20", "Desk");
        sync();
        assertThat(rows(SALES)).as("rows that come are derived by the model of today").extracting(row -> row.split("\\|")[2]).containsExactly("10.0000", "2000.0000");
        write("m.sql", PLAIN.replace("amount AS", "amount * 2 AS"));
        assertThat(sync()).hasSize(2);
        assertThat(rows(SALES)).extracting(row -> row.split("\\|")[2]).containsExactly("20.0000", "40.0000");
    }

    /** A row that a load replaced after its model had changed was derived by that model last. */
    @Test
    void aLoadAfterItIsTakenBackToWhatTheNewModelHadMade() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp");
        sync();
        write("m.sql", PLAIN.replace("amount AS", "amount * 100 AS"));
        has();
        sync();
        List<String> before = everything();
        has(1, "11", "Lamp");
        long later = sync().getFirst().id();
        assertThat(rows("select total_amount from sales")).containsExactly("1100.0000");
        engine.loads().undo(later, "test");
        // The cursor was moved by a checkpoint that brought nothing.
        assertThat(everything().subList(0, before.size() - 1)).isEqualTo(before.subList(0, before.size() - 1));
        assertThat(rows("select total_amount from sales")).containsExactly("1000.0000");
    }

    /** And if it is taken back while a later load stands, each row is as if it had never been. */
    @Test
    void itIsTakenBackUnderALaterLoadThatStays() throws Exception {
        write("m.sql", PLAIN);
        has(1, "10", "Lamp", 2, "20", "Desk");
        sync();
        write("m.sql", PLAIN.replace("amount AS", "amount * 100 AS"));
        has(2, "25", "Desk", 3, "30", "Chair");
        List<Load> loads = sync();
        engine.loads().undo(loads.getFirst().id(), "test");
        assertThat(rows(SALES)).containsExactly("1|Lamp|10.0000|1", "2|Desk|2500.0000|3", "3|Chair|3000.0000|3");
        engine.loads().undo(loads.getLast().id(), "test");
        assertThat(rows(SALES)).containsExactly("1|Lamp|10.0000|1", "2|Desk|20.0000|1");
    }

    @Test
    void aPlanShowsItWithTheFiguresBeforeAndAfterAndWhatIsApprovedIsWhatWasShown() throws Exception {
        has(1, "10", "Lamp", 2, "20", "Desk");
        sync();
        write("m.sql", PLAIN);
        has(2, "25", "Desk", 3, "30", "Chair");
        List<String> before = everything();
        Plan plan = engine.syncs().plan("shop", Progress.NONE);
        assertThat(everything()).isEqualTo(before);
        PlannedLoad derived = plan.loads().getFirst();
        assertThat(derived.message()).isEqualTo("Its model is new: 2 rows of sales derived.");
        assertThat(derived.metrics()).contains(metric("sales", "0", "30"), metric("transactions", "0", "2"));
        assertThat(derived.samples()).hasSize(2).allSatisfy(sample -> assertThat(sample.after()).containsKey("total_amount"));
        PlannedLoad load = plan.loads().getLast();
        assertThat(load.metrics()).as("on what the model will have made").contains(metric("sales", "30", "65"));

        write("m.sql", PLAIN.replace("amount AS", "amount * 2 AS"));
        assertThat(engine.syncs().approve("shop",
                Progress.NONE)).as("that is not what was shown").singleElement().extracting(Load::state).isEqualTo(Load.State.HELD);
        assertThat(everything()).isEqualTo(before);

        engine.syncs().plan("shop", Progress.NONE);
        assertThat(engine.syncs().approve("shop", Progress.NONE)).extracting(Load::state).containsExactly(Load.State.COMMITTED, Load.State.COMMITTED);
        assertThat(rows("select sum(total_amount) from sales")).containsExactly("130.0000");
    }

    @Test
    void aModelThatIsWrittenBetweenAPlanAndItsApprovalIsNotWhatWasShown() throws Exception {
        has(1, "10", "Lamp");
        sync();
        has(2, "20", "Desk");
        engine.syncs().plan("shop", Progress.NONE);
        write("m.sql", PLAIN);
        assertThat(engine.syncs().approve("shop", Progress.NONE)).singleElement().extracting(Load::state).isEqualTo(Load.State.HELD);
        assertThat(rows("select count(*) from raw.shop__orders")).containsExactly("1");
        // Nor where there is nothing yet to be derived anew.
        engine.syncs().plan("shop", Progress.NONE);
        write("m.sql", PLAIN.replace("amount AS", "amount * 2 AS"));
        assertThat(engine.syncs().approve("shop", Progress.NONE)).singleElement().extracting(Load::state).isEqualTo(Load.State.HELD);
    }

    @Test
    void aScheduledSyncDerivesAnewByItself() throws Exception {
        has(1, "10", "Lamp");
        sync();
        write("m.sql", PLAIN);
        assertThat(engine.syncs().syncUnattended("shop", Progress.NONE)).extracting(Load::state).containsExactly(Load.State.COMMITTED,
                Load.State.UNCHANGED);
        assertThat(rows("select count(*) from sales")).containsExactly("1");
    }

    @Test
    void aConnectorsModelThatIsOtherInItsNextVersionCountsForTheRowsThatAreHere() throws Exception {
        Scripted.Read read = (request, sink) -> {
            sink.upsert(1L, new BigDecimal("10"), "Lamp");
            sink.checkpoint(Scripted.after(1));
        };
        Shop.sync(engine, Shop.modelled("SELECT _row, DATE '2026-01-01' AS date, amount AS total_amount FROM input", read));
        Load derived = Shop.sync(engine, Shop.modelled("SELECT _row, DATE '2026-01-01' AS date, amount + 1 AS total_amount FROM input", read));
        assertThat(derived.message()).isEqualTo("Its model changed: 1 row of sales derived anew.");
        assertThat(rows("select total_amount from sales")).containsExactly("11.0000");
    }

    @Test
    void aRowThatIsGoneIsFoundByWhatTheNewModelCalledIt() throws Exception {
        has(1, "10", "Lamp");
        sync();
        write("m.sql", PLAIN.replace("CAST(id AS VARCHAR)", "'A-' || id"));
        has();
        sync();
        shop.now((request, sink) -> {
            sink.delete(1L);
            sink.checkpoint(Scripted.after(9));
        });
        sync();
        assertThat(engine.origins().rows("sales", "A-1", 10)).as("gone, and called so by the model that came after it").singleElement()
                .satisfies(origin -> assertThat(origin.row()).isEqualTo(1));
    }

    @Test
    void peopleAreToldWhichModelsFillWhatAndWhichCountForNothing() throws Exception {
        shop = new Scripted(List.of(Shop.ORDERS), List.of(new Model("sales", "orders", "SELECT _row, amount AS total_amount FROM input"),
                new Model("products", "orders", "SELECT _row, note AS name FROM input"), new Model("sales", "never_loaded",
                        "SELECT _row FROM input")), (request, sink) -> {});
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", shop);
        has(1, "10", "Lamp");
        sync();
        write("a.sql", PLAIN);
        write("b.sql", PLAIN.replace("shop.orders", "shop.oders"));
        write("c.sql", PLAIN.replace("shop.orders", "shp.orders"));
        write("d.sql", "SELECT 1");
        write("e.sql", PLAIN.replace("into: sales", "into: products").replace("amount AS", "amuont AS"));
        write("e.sql.bak", "no model");
        assertThat(engine.syncs().mappings()).containsExactly(
                new Mapping("shop", "orders", "sales", "config/models/a.sql", ""),
                new Mapping("shop", "oders", "sales", "config/models/b.sql",
                        "config/models/b.sql: shop has no dataset 'oders'; did you mean 'orders'?"),
                new Mapping("shp", "orders", "sales", "config/models/c.sql",
                        "config/models/c.sql: there is no connection 'shp'; did you mean 'shop'?"),
                new Mapping("", "", "", "config/models/d.sql",
                        "config/models/d.sql: it lacks its first comment '-- from: <connection>.<dataset>', as in '-- from: shop.orders'."),
                new Mapping("shop", "orders", "products", "config/models/e.sql",
                        "config/models/e.sql line 4: Referenced column \"amuont\" not found in FROM clause! Candidate bindings: \"amount\", \"name\", \"_part\","
                                + " \"stock_quantity\", \"currency\"."));
        Files.delete(home.resolve("config/models/e.sql"));
        Files.delete(home.resolve("config/models/a.sql"));
        assertThat(engine.syncs().mappings()).contains(new Mapping("shop", "orders", "sales", "connector", ""), new Mapping("shop", "orders",
                "products", "connector", ""));
    }

    /** What is shipped as a sample is what people copy. */
    @Test
    void theSampleMakesSalesOfOrders() throws Exception {
        Dataset orders = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "Id."), Field.of("status", Type.TEXT, "."),
                Field.of("placed_at", Type.INSTANT, "."), Field.of("customer", Type.TEXT, "."), Field.of("country", Type.TEXT, "."),
                        Field.of("channel", Type.TEXT, "."),
                Field.of("pieces", Type.INTEGER, "."), Field.of("total", Type.decimal(12, 2), "."), Field.of("tax", Type.decimal(12, 2), "."),
                Field.of("shipping", Type.decimal(12, 2), "."), Field.of("discount", Type.decimal(12, 2), "."), Field.of("refunded", Type.decimal(12,
                        2), "."),
                Field.of("refunded_at", Type.INSTANT, "."), Field.of("currency", Type.TEXT, "."), Field.of("rate", Type.decimal(12, 6), ".")),
                        List.of("id"));
        shop = new Scripted(List.of(orders), List.of(), (request, sink) -> {
            Instant late = Instant.parse("2026-03-01T23:30:00Z");
            sink.upsert(1L, "paid", late, "Ann", "DE", "Web", 2L, money("119"), money("19"), money("0"), money("10"), money("0"), null, "eur",
                    money("1"));
            sink.upsert(2L, "refunded", late, "Bob", "US", "Web", 1L, money("100"), money("0"), money("5"), money("0"), money("40"),
                    late.plusSeconds(86_400), "usd", money("0.9"));
            sink.upsert(3L, "cancelled", late, "Cyd", "DE", "Web", 1L, money("70"), money("0"), money("0"), money("0"), money("0"), null, "eur",
                    money("1"));
            sink.checkpoint(Scripted.after(1));
        });
        engine.syncs().unregister("shop");
        engine.syncs().register("shop", shop);
        write("orders.sql", Files.readString(Path.of("../../config/models/orders.sql.sample")));
        assertThat(sync()).singleElement().satisfies(load -> {
            assertThat(load.inserted()).as(load.message()).isEqualTo(3);
            assertThat(load.message()).isEmpty();
        });
        assertThat(rows("select date, kind, order_id, quantity, gross, net, tax, shipping, total_amount, currency, original_amount from sales order by source_id")).containsExactly(
                "2026-03-02|sale|1|2.0000|110.0000|100.0000|19.0000|0.0000|119.0000|EUR|119.0000",
                "2026-03-02|sale|2|1.0000|85.5000|85.5000|0.0000|4.5000|90.0000|USD|100.0000",
                "2026-03-03|refund|2|null|null|null|null|null|-36.0000|USD|-40.0000");
    }

    private static BigDecimal money(String amount) {
        return new BigDecimal(amount);
    }
}
