package eider.quality;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.RuleCheck;
import eider.store.Store;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules as loads meet them: every kind, every action, both lanes, with a key and without, and good rows that were there before. */
@Timeout(120)
class RulesInLoadsTest {
    private static final List<Field> FIELDS = List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("amount", Type.MONEY, "Its amount."),
            Field.of("status", Type.TEXT, "How it stands."), Field.of("email", Type.TEXT, "Where to write."), Field.of("day", Type.DATE, "When."),
            Field.of("parent", Type.INTEGER, "The order that it follows."));
    private static final Dataset KEYED = new Dataset("orders", "Orders by id.", FIELDS, List.of("id"));
    private static final Dataset KEYLESS = new Dataset("orders", "Orders of files.", FIELDS, List.of());

    /** How rows come. */
    private enum Lane {
        /** Pushed, with a key. */
        KEYED,
        /** Pushed, without one. */
        KEYLESS,
        /** A file that goes straight in. */
        STRAIGHT
    }

    @TempDir
    Path home;
    private Engine engine;
    private Instant now = Instant.parse("2026-11-20T12:00:00Z");
    private int reads;

    @BeforeEach
    void open() {
        engine = Engine.of(new Store(Store.Settings.in(home, false, "256MB"), (InstantSource) () -> now, step -> { }));
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private void rules(String rules) {
        engine.configure("dataset~shop__orders", Map.of("rules", rules));
    }

    private List<String> rows(String sql) throws Exception {
        return Shop.rows(engine, sql);
    }

    private static Object[] order(long id, String amount, String status, String email, String day, Long parent) {
        return new Object[] {id, amount == null ? null : new BigDecimal(amount), status, email, day == null ? null : LocalDate.parse(day), parent};
    }

    /** Rows as a source of this lane brings them, each time in a part of its own. */
    private Load load(Lane lane, Object[]... orders) throws Exception {
        int read = ++reads;
        return Shop.sync(engine, new Scripted(List.of(lane == Lane.KEYED ? KEYED : KEYLESS), List.of(), (request, sink) -> {
            if (lane != Lane.KEYED) {
                sink.part("file-" + read + ".csv", "1");
            }
            if (lane == Lane.STRAIGHT) {
                sink.scan(Shop.csv(csv(read, orders), KEYLESS));
            } else {
                for (Object[] order : orders) {
                    sink.upsert(order);
                }
            }
            sink.checkpoint(Scripted.after(read));
        }));
    }

    private Path csv(int number, Object[]... orders) {
        StringBuilder text = new StringBuilder("id,amount,status,email,day,parent\n");
        for (Object[] order : orders) {
            List<String> cells = new ArrayList<>();
            for (Object cell : order) {
                cells.add(cell == null ? "" : "\"" + cell.toString().replace("\"", "\"\"") + "\"");
            }
            text.append(String.join(",", cells)).append('\n');
        }
        try {
            return Files.writeString(home.resolve("file-" + number + ".csv"), text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> ids() throws Exception {
        return rows("select id from raw.shop__orders order by all");
    }

    private RuleCheck check(Load load) throws Exception {
        List<RuleCheck> checks = engine.loads().checks(load.id());
        assertThat(checks).hasSize(1);
        return checks.getFirst();
    }

    /** One rule of each kind that can be told of a row, which order 2 breaks and 1 and 3 keep; and what is said of it. */
    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("email required", "email: empty, but required");
        kinds.put("amount in 0..1000000", "amount: '-5.0000' is not in 0..1000000");
        kinds.put("amount above 0", "amount: '-5.0000' is not above 0");
        kinds.put("amount in -4.99999..100", "amount: '-5.0000' is not in -4.99999..100");
        kinds.put("day in 2026-01-01..2026-12-31", "day: '2035-01-01' is not in 2026-01-01..2026-12-31");
        kinds.put("day below 2035-01-01", "day: '2035-01-01' is not below 2035-01-01");
        kinds.put("status one of paid, open", "status: 'lost; or 'stolen'' is not one of paid, open");
        kinds.put("id one of 1, 3, 4", "id: '2' is not one of 1, 3, 4");
        kinds.put("status matches [a-z]{4}", "status: 'lost; or 'stolen'' does not match [a-z]{4}");
        kinds.put("parent exists in shop.orders.id", "parent: '99' does not exist in shop.orders.id");
        kinds.put("status matches [a-z]{4} where parent is 99", "status: 'lost; or 'stolen'' does not match [a-z]{4} (where parent is 99)");
        return kinds;
    }

    private static Object[][] three() {
        return new Object[][] {order(1, "10", "paid", "a@b", "2026-01-01", null), order(2, "-5", "lost; or 'stolen'", null, "2035-01-01", 99L),
            order(3, "20.5", "open", "c@d", "2026-12-31", 1L)};
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aRowThatBreaksAnyKindOfRuleIsKeptAsideWithRuleAndValue(Lane lane) throws Exception {
        List<String> there = new ArrayList<>();
        int quarantined = 0;
        for (Map.Entry<String, String> kind : kinds().entrySet()) {
            rules(kind.getKey() + " -> quarantine");
            // Other ids each time, so that rows of another rule are not in the way.
            Load load = load(lane, three());
            assertThat(load.state()).as(kind.getKey() + ": " + load.message()).isNotEqualTo(Load.State.FAILED);
            Quarantined bad = engine.loads().quarantine("shop", 1).getFirst();
            assertThat(bad.reason()).isEqualTo(kind.getValue());
            assertThat(bad.raw()).contains("\"id\":2", "-5.0000", "lost; or 'stolen'");
            assertThat(engine.loads().quarantined("shop")).as(kind.getKey()).isEqualTo(++quarantined);
            assertThat(rows("select record ->> 'amount' from ledger.quarantine where id = " + bad.id())).containsExactly("-5.0000");
            there.addAll(lane == Lane.KEYED && !there.isEmpty() ? List.of() : List.of("1", "3"));
            assertThat(ids()).as(kind.getKey()).containsExactlyInAnyOrderElementsOf(there);
            assertThat(check(load)).as(kind.getKey()).satisfies(check -> {
                assertThat(check.action()).isEqualTo("quarantine");
                assertThat(check.broken()).isEqualTo(1);
                assertThat(check.checked()).isEqualTo(kind.getKey().contains("where") ? 1 : 3);
                assertThat(check.example()).isEqualTo(kind.getValue() + (lane == Lane.KEYED ? " (id 2)" : ""));
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aRowThatBreaksARuleThatWarnsIsLoadedAndTheLoadSaysSo(Lane lane) throws Exception {
        rules(String.join(";", kinds().keySet().stream().map(rule -> rule + " -> warn").toList()));
        Load load = load(lane, three());
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(ids()).containsExactly("1", "2", "3");
        assertThat(load.quarantined()).isZero();
        assertThat(load.message()).startsWith("11 of 11 rules are broken: email required (1 of 3 rows, such as email: empty, but required").endsWith("; and 8 more.");
        assertThat(engine.loads().checks(load.id())).hasSize(11).allMatch(check -> check.broken() == 1);
        Load sound = load(lane, order(4, "1", "paid", "e@f", "2026-02-02", 1L));
        assertThat(sound.message()).as("passing rules say nothing").isEmpty();
        assertThat(engine.loads().checks(sound.id()).stream().filter(check -> check.checked() == 1)).as("and are written down").hasSize(10)
                .allMatch(check -> check.broken() == 0 && check.example().isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aBrokenRuleThatFailsTakesEverythingBack(Lane lane) throws Exception {
        load(lane, order(1, "10", "paid", "a@b", "2026-01-01", null));
        for (String rule : kinds().keySet()) {
            rules(rule + " -> fail; id required -> quarantine");
            Object[][] rows = three();
            rows[0][1] = new BigDecimal("11");
            Load load = load(lane, rows);
            assertThat(load.state()).as(rule).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).startsWith("the rule '" + rule + "' is broken by 1 of ").endsWith(". Nothing of it was loaded.");
            assertThat(List.of(load.inserted(), load.updated(), load.quarantined())).containsOnly(0L);
            assertThat(rows("select id, amount from raw.shop__orders")).as(rule).containsExactly("1|10.0000");
            assertThat(rows("select cursor from ledger.cursors")).as("it is read again").containsExactly("1");
            assertThat(engine.loads().quarantined(null)).isZero();
            assertThat(engine.loads().checks(load.id())).as("what was found is told all the same").extracting(RuleCheck::rule).contains(rule, "id required");
        }
        rules("");
        assertThat(load(lane, three()).state()).as("without the rule it is loaded").isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void theGoodOlderRowStaysWhenItsNextVersionIsBad() throws Exception {
        rules("amount in 0..1000 -> quarantine");
        load(Lane.KEYED, order(1, "10", "paid", null, null, null), order(2, "20", "paid", null, null, null));
        Load load = load(Lane.KEYED, order(1, "-10", "paid", null, null, null), order(2, "21", "paid", null, null, null));
        assertThat(rows("select id, amount, _load from raw.shop__orders order by id")).containsExactly("1|10.0000|1", "2|21.0000|2");
        assertThat(List.of(load.inserted(), load.updated(), load.quarantined())).containsExactly(0L, 1L, 1L);
        Load again = load(Lane.KEYED, order(1, "-10", "paid", null, null, null));
        assertThat(again.quarantined()).as("as bad as before: once is enough").isZero();
        Load good = load(Lane.KEYED, order(1, "30", "paid", null, null, null), order(1, "-1", "paid", null, null, null));
        assertThat(rows("select amount from raw.shop__orders where id = 1")).as("the last good one counts").containsExactly("30.0000");
        assertThat(good.quarantined()).isEqualTo(1);
    }

    @Test
    void aDeletionIsJudgedByNoRule() throws Exception {
        rules("email required -> fail");
        load(Lane.KEYED, order(1, "10", "paid", "a@b", null, null));
        Load load = Shop.sync(engine, new Scripted(List.of(KEYED), List.of(), (request, sink) -> {
            sink.delete(1L);
            sink.checkpoint(Scripted.after(9));
        }), true);
        assertThat(load.removed()).as(load.message()).isEqualTo(1);
    }

    @Test
    void aMendedFileBringsItsRowsBackFromQuarantine() throws Exception {
        rules("amount in 0..1000 -> quarantine");
        Object[] bad = order(2, "-5", "paid", null, null, null);
        Scripted.Read first = part("1", order(1, "1", "paid", null, null, null), bad, order(3, "3", "paid", null, null, null));
        Shop.sync(engine, new Scripted(List.of(KEYLESS), List.of(), first));
        assertThat(engine.loads().quarantine("shop", 5)).extracting(Quarantined::place).containsExactly("a.csv row 2");
        Shop.sync(engine, new Scripted(List.of(KEYLESS), List.of(), part("2", order(1, "1", "paid", null, null, null), order(2, "5", "paid", null, null, null),
                order(3, "3", "paid", null, null, null))));
        assertThat(engine.loads().quarantined(null)).isZero();
        assertThat(rows("select id, amount from raw.shop__orders order by id")).containsExactly("1|1.0000", "2|5.0000", "3|3.0000");
    }

    private static Scripted.Read part(String fingerprint, Object[]... orders) {
        return (request, sink) -> {
            sink.part("a.csv", fingerprint);
            for (Object[] order : orders) {
                sink.upsert(order);
            }
            sink.checkpoint(new eider.connector.Cursor(fingerprint));
        };
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void ofRowsWithOneValueThatMustBeUniqueOneStays(Lane lane) throws Exception {
        load(lane, order(1, "1", "paid", "old@x", null, null));
        rules("email unique -> quarantine");
        Load load = load(lane, order(2, "2", "paid", "new@x", null, null), order(3, "3", "paid", "new@x", null, null), order(4, "4", "paid", "old@x", null, null),
                order(5, "5", "paid", null, null, null), order(6, "6", "paid", null, null, null));
        assertThat(load.quarantined()).as(load.message()).isEqualTo(2);
        assertThat(rows("select count(*), count(distinct email) from raw.shop__orders where email is not null")).containsExactly("2|2");
        assertThat(ids()).contains("1", "5", "6").hasSize(4);
        assertThat(engine.loads().quarantine("shop", 9)).extracting(Quarantined::reason).containsExactlyInAnyOrder(
                "email: 'new@x' is there already, but must be unique", "email: 'old@x' is there already, but must be unique");
        assertThat(check(load)).satisfies(check -> assertThat(List.of(check.checked(), check.broken())).containsExactly(3L, 2L));
        rules("email, status unique -> fail");
        assertThat(load(lane, order(7, "7", "open", "old@x", null, null)).state()).as("another status").isEqualTo(Load.State.COMMITTED);
        assertThat(load(lane, order(8, "7", "open", "old@x", null, null)).message()).contains("email, status: 'old@x, open' is there already");
        rules("email unique -> warn");
        assertThat(load(lane, order(9, "7", "void", "old@x", null, null)).message()).isEqualTo("1 of 1 rule is broken: email unique (email: 'old@x' is there already, but must be"
                + " unique).");
    }

    @Test
    void aKeyedRowThatGivesUpItsValueLeavesItToAnother() throws Exception {
        rules("email unique -> fail");
        load(Lane.KEYED, order(1, "1", "paid", "a@x", null, null), order(2, "1", "paid", "b@x", null, null));
        Load swap = load(Lane.KEYED, order(1, "1", "paid", "c@x", null, null), order(1, "1", "paid", "b@x", null, null), order(2, "1", "paid", "a@x", null, null));
        assertThat(swap.state()).as(swap.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(load(Lane.KEYED, order(1, "2", "paid", "b@x", null, null)).state()).as("itself again").isEqualTo(Load.State.COMMITTED);
        assertThat(load(Lane.KEYED, order(1, "2", "paid", "a@x", null, null)).state()).isEqualTo(Load.State.FAILED);
    }

    @Test
    void aPartThatIsReadAgainIsNotComparedWithWhatItHeldBefore() throws Exception {
        rules("email unique -> fail");
        Object[] one = order(1, "1", "paid", "a@x", null, null);
        Shop.sync(engine, new Scripted(List.of(KEYLESS), List.of(), part("1", one)));
        Load again = Shop.sync(engine, new Scripted(List.of(KEYLESS), List.of(), part("2", one, order(2, "1", "paid", "b@x", null, null))));
        assertThat(again.state()).as(again.message()).isEqualTo(Load.State.COMMITTED);
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aReferenceMayPointToARowThatComesAlong(Lane lane) throws Exception {
        load(lane, order(1, "1", "paid", null, null, null));
        rules("parent exists in shop.orders.id -> quarantine");
        Load load = load(lane, order(2, "1", "paid", null, null, 1L), order(3, "1", "paid", null, null, 4L), order(4, "1", "paid", null, null, null),
                order(5, "1", "paid", null, null, 6L));
        assertThat(ids()).as(load.message()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void aReferenceToAnotherDatasetLooksThere() throws Exception {
        Dataset customers = new Dataset("customers", "Customers.", List.of(Field.of("id", Type.TEXT, "Who.")), List.of());
        rules("parent exists in shop.customers.id -> quarantine");
        assertThat(load(Lane.KEYED, order(1, "1", "paid", null, null, 7L)).message()).isEqualTo("the rule 'parent exists in shop.customers.id' cannot be applied:"
                + " there is no shop.customers yet. Nothing of it was loaded.");
        Shop.sync(engine, new Scripted(List.of(customers), List.of(), (request, sink) -> {
            sink.part("c", "1");
            sink.upsert("7");
            sink.checkpoint(Scripted.after(1));
        }));
        Load load = load(Lane.KEYED, order(1, "1", "paid", null, null, 7L), order(2, "1", "paid", null, null, 8L));
        assertThat(ids()).as("a number and a text that is one: " + load.message()).containsExactly("1");
        rules("parent exists in shop.customers.number -> fail");
        assertThat(load(Lane.KEYED, order(3, "1", "paid", null, null, 7L)).message()).contains("shop.customers has no column number; it has id");
        rules("status exists in duckdb_tables.table_name -> fail; status exists in rows.status -> fail; status exists in bad.reason -> fail");
        assertThat(load(Lane.KEYED, order(3, "1", "Lamp", null, null, 7L)).message()).contains("there is no duckdb_tables among the canonical tables",
                "there is no rows among the canonical tables", "there is no bad among the canonical tables");
        rules("status exists in products.name -> warn");
        assertThat(load(Lane.KEYED, order(3, "1", "Lamp", null, null, 7L)).message()).contains("status: 'Lamp' does not exist in products.name");
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aColumnThatIsNotThereIsNamedAndNeverPassedOver(Lane lane) throws Exception {
        for (String action : List.of("fail", "quarantine")) {
            rules("emial required -> " + action);
            Load load = load(lane, order(1, "1", "paid", "a@b", null, null));
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).isEqualTo("the rule 'emial required' cannot be applied: there is no column emial; there are id, amount, status, email, day, parent."
                    + " Nothing of it was loaded.");
        }
        rules("emial required -> warn");
        Load load = load(lane, order(1, "1", "paid", "a@b", null, null));
        assertThat(load.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(load.message()).contains("1 of 1 rule is broken: emial required").contains("there is no column emial");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "amount in 2026-01-01..2026-12-31 | amount is of type DECIMAL(18,4), which is not compared with days",
        "day in 0..5                      | day is of type DATE, which is not compared with numbers",
        "amount one of 1, two             | amount is a number, and 'two' is none",
        "email required where amount is x | amount is a number, and 'x' is none"
    })
    void aRuleThatDoesNotFitItsColumnIsTold(String rule, String told) throws Exception {
        rules(rule.strip() + " -> fail");
        assertThat(load(Lane.KEYED, order(1, "1", "paid", "a@b", "2026-01-01", null)).message()).contains(told);
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void hostileRulesAndValuesAreTextAndNothingElse(Lane lane) throws Exception {
        String hostile = "x''); DROP TABLE ledger.loads; --";
        rules("status one of paid, '" + hostile + "' -> quarantine; email matches '.*''\\);.*|.+@.+' -> quarantine; id required where status is '" + hostile + "' -> fail");
        Load load = load(lane, order(1, "1", hostile.replace("''", "'"), "'); DROP TABLE raw.shop__orders; --", null, null), order(2, "1", "x'); --", "a@b", null, null),
                order(3, "1", "paid", "\"; ' no at", null, null));
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(ids()).containsExactly("1");
        assertThat(engine.loads().quarantine("shop", 9)).extracting(Quarantined::reason).anyMatch(reason -> reason.startsWith("status: 'x'); --' is not one of paid, 'x''); DROP"));
        assertThat(engine.loads().latest(5)).hasSize(1);
        Dataset odd = new Dataset("orders", "Odd.", List.of(Field.of("select", Type.TEXT, "A word of SQL."), Field.of("from", Type.TEXT, "Another.")), List.of());
        engine.configure("dataset~shop__odd", Map.of("rules", "select, from unique -> fail; from required where select is \"1\" -> fail"));
        Dataset named = new Dataset("odd", "Odd.", odd.fields(), List.of());
        assertThat(Shop.sync(engine, new Scripted(List.of(named), List.of(), (request, sink) -> {
            sink.part("p", "1");
            sink.upsert("1", "2");
            sink.checkpoint(Scripted.after(1));
        })).message()).isEmpty();
    }

    @Test
    void freshnessIsJudgedWhenALoadEndsAlsoWhenNothingCame() throws Exception {
        rules("day newer than 2d -> warn");
        assertThat(load(Lane.KEYED, order(1, "1", "paid", null, "2026-11-01", null)).message())
                .isEqualTo("1 of 1 rule is broken: day newer than 2d (the newest day is of 2026-11-01, which is not newer than 2d).");
        Load fresh = load(Lane.KEYED, order(2, "1", "paid", null, "2026-11-19", null), order(3, "1", "paid", null, "2099-01-01", null));
        assertThat(fresh.message()).isEmpty();
        assertThat(check(fresh).broken()).isZero();
        now = Instant.parse("2026-11-22T12:00:00Z");
        Scripted nothing = new Scripted(List.of(KEYED), List.of(), (request, sink) -> sink.checkpoint(request.cursor()));
        Load unchanged = Shop.sync(engine, nothing);
        assertThat(unchanged.state()).isEqualTo(Load.State.UNCHANGED);
        assertThat(unchanged.message()).as("a source that went quiet, and a row of the year 2099 says nothing").contains("the newest day is of 2026-11-19");
        rules("day newer than 2d -> fail");
        Load failed = Shop.sync(engine, nothing);
        assertThat(failed.state()).isEqualTo(Load.State.FAILED);
        assertThat(failed.message()).startsWith("the rule 'day newer than 2d' is broken: the newest day is of 2026-11-19").endsWith("What it had committed stays.");
        rules("dai newer than 2d -> fail");
        assertThat(Shop.sync(engine, nothing).message()).contains("there is no column dai");
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void theNumberOfRowsIsComparedWithTheLoadsBefore(Lane lane) throws Exception {
        rules("rows within 50% of the last 2 loads -> warn");
        long id = 0;
        List<String> messages = new ArrayList<>();
        for (int count : new int[] {100, 2, 3, 3, 1, 6}) {
            Object[][] orders = new Object[count][];
            for (int i = 0; i < count; i++) {
                orders[i] = order(++id, "1", "paid", null, null, null);
            }
            Load load = load(lane, orders);
            messages.add(load.message());
            assertThat(check(load).checked()).isEqualTo(count);
        }
        assertThat(messages).containsExactly("", "1 of 1 rule is broken: rows within 50% of the last 2 loads (2 rows came; the last load had 100).",
                "1 of 1 rule is broken: rows within 50% of the last 2 loads (3 rows came; the last 2 loads had on average 51).", "",
                "1 of 1 rule is broken: rows within 50% of the last 2 loads (1 rows came; the last 2 loads had on average 3).",
                "1 of 1 rule is broken: rows within 50% of the last 2 loads (6 rows came; the last 2 loads had on average 2).");
        rules("rows within 10% of the last 1 loads -> fail");
        assertThat(load(lane, order(++id, "1", "paid", null, null, null)).state()).isEqualTo(Load.State.FAILED);
    }

    @Test
    void aWrongFileFailsTheLoadsOfItsDatasetAndMendingItHelps() throws Exception {
        for (Map.Entry<String, String> wrong : Map.of("mode", "merg", "contract", "frozen", "largest_removal", "half", "complete_every", "weekly", "rules", "id requird",
                "rule", "id required").entrySet()) {
            engine.configure("dataset~shop__orders", Map.of(wrong.getKey(), wrong.getValue()));
            Load load = load(Lane.KEYED, order(1, "1", "paid", null, null, null));
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).startsWith("config/dataset~shop__orders.cfg, option '" + wrong.getKey() + "': ");
        }
        rules("");
        assertThat(load(Lane.KEYED, order(1, "1", "paid", null, null, null)).state()).isEqualTo(Load.State.COMMITTED);
        engine.configure("table~sale", Map.of("rules", ""));
        engine.configure("table~sales", Map.of("rules", "total required"));
        Load load = Shop.sync(engine, Shop.modelled("SELECT _row, amount AS total_amount FROM input", (request, sink) -> { }));
        assertThat(load.message()).startsWith("config/table~sales.cfg, option 'rules': rule 'total required -> warn': sales has no column total; it has date, ");
    }

    private static final Field DATE = Field.of("date", Type.DATE, "When.");

    /** The prototype's seven columns, as a connector that requires nothing brings them. */
    private static Dataset sales(boolean keyed) {
        return new Dataset("sales", "Sales.", List.of(Field.required("id", Type.INTEGER, "The line."), DATE, Field.of("kind", Type.TEXT, "What."), Field.of("user_id", Type.TEXT, "Whose."),
                Field.of("product_name", Type.TEXT, "What."), Field.of("quantity", Type.MONEY, "How many."), Field.of("total_amount", Type.MONEY, "For how much.")),
                keyed ? List.of("id") : List.of());
    }

    private Load sales(Lane lane, String... lines) throws Exception {
        Dataset dataset = sales(lane == Lane.KEYED);
        Path file = Files.writeString(home.resolve("sales-" + ++reads + ".csv"), "id,date,kind,user_id,product_name,quantity,total_amount\n" + String.join("\n", lines) + "\n");
        return Shop.sync(engine, new Scripted(List.of(dataset), List.of(new Model("sales", "sales", "SELECT * EXCLUDE (id, _part, _load) FROM input")), (request, sink) -> {
            sink.part(file.getFileName().toString(), "1");
            if (lane == Lane.KEYLESS) {
                for (String line : lines) {
                    String[] cells = line.split(",", -1);
                    sink.upsert(Long.valueOf(cells[0]), cells[1].isEmpty() ? null : LocalDate.parse(cells[1]), cells[2], cells[3].isEmpty() ? null : cells[3], cells[4],
                            cells[5].isEmpty() ? null : new BigDecimal(cells[5]), cells[6].isEmpty() ? null : new BigDecimal(cells[6]));
                }
            } else {
                sink.scan(Shop.csv(file, dataset));
            }
            sink.checkpoint(Scripted.after(reads));
        }));
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void thePrototypesBadSalesDoNotShowAndItsGoodOnesDo(Lane lane) throws Exception {
        Load load = sales(lane, "1,2026-01-01,sale,2,Lamp,2,90", "2,,sale,2,Lamp,2,90", "3,2026-01-01,sale,2,Lamp,2,", "4,2026-01-01,sale,2,Lamp,,90",
                "5,2026-01-01,sale,2,Lamp,-2,90", "6,2026-01-01,refund,2,Lamp,1,-45", "7,2026-01-01,refund,2,Lamp,1,45", "8,2026-01-01,sale,,Lamp,1,45",
                "9,2026-01-01,adjustment,2,,,-3");
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("select id from raw.shop__sales s join sales c using (_row) order by id")).containsExactly("1", "4", "5", "6", "8", "9");
        assertThat(rows("select count(*) from raw.shop__sales")).as("what is not sold is not there").containsExactly("6");
        assertThat(List.of(load.inserted(), load.quarantined())).containsExactly(6L, 3L);
        assertThat(engine.loads().quarantine("shop", 9)).extracting(Quarantined::reason).containsExactlyInAnyOrder("date: empty, but required", "total_amount: empty, but required",
                "total_amount: '45.0000' is not in ..0 (where kind is refund)");
        assertThat(engine.loads().checks(load.id())).extracting(check -> check.rule() + " " + check.broken() + "/" + check.checked()).containsExactly(
                "sales: date required 1/9", "sales: total_amount required 1/9", "sales: total_amount in ..0 where kind is refund 1/2",
                "sales: quantity required where kind is sale 1/6", "sales: quantity above 0 where kind is sale 1/6");
        assertThat(rows("select sum(total_amount) from sales")).containsExactly("267.0000");
    }

    @Test
    void theGoodOlderSaleStaysWhenItsNextVersionIsBad() throws Exception {
        sales(Lane.KEYED, "1,2026-01-01,sale,2,Lamp,2,90", "2,2026-01-01,sale,2,Desk,2,10");
        Load load = sales(Lane.KEYED, "1,,sale,2,Lamp,2,95", "2,2026-01-01,sale,2,Desk,2,11");
        assertThat(List.of(load.inserted(), load.updated(), load.quarantined())).containsExactly(0L, 1L, 1L);
        assertThat(rows("select date, product_name, total_amount, load from sales order by product_name")).containsExactly("2026-01-01|Desk|11.0000|2", "2026-01-01|Lamp|90.0000|1");
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void anOperatorsFileTakesThePlaceOfTheRulesOfSales(Lane lane) throws Exception {
        engine.configure("table~sales", Map.of("rules", "region one of Europe -> warn; product_name unique -> quarantine; total_amount above 1000 -> fail"));
        assertThat(sales(lane, "1,,sale,2,Lamp,2,90").message()).startsWith("the rule 'sales: total_amount above 1000' is broken by 1 of 1 rows, such as total_amount: '90.0000'");
        assertThat(rows("select count(*) from sales")).containsExactly("0");
        Load load = sales(lane, "1,,sale,2,Lamp,2,1001", "2,,sale,2,Lamp,2,1002", "3,,sale,2,Desk,2,1003");
        assertThat(load.message()).contains("sales: product_name unique (1 of 3 rows");
        assertThat(rows("select product_name from sales order by all")).containsExactly("Desk", "Lamp");
        assertThat(sales(lane, "4,,sale,2,Desk,2,1004").quarantined()).as("already sold").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aRowThatBreaksTwoRulesIsKeptAsideOnceWithBothReasons(Lane lane) throws Exception {
        rules("amount in 0..10 -> quarantine; email required -> quarantine; email unique -> quarantine; status one of x -> warn");
        Load load = load(lane, order(1, "11", "paid", null, null, null));
        assertThat(load.quarantined()).isEqualTo(1);
        assertThat(engine.loads().quarantine("shop", 9)).extracting(Quarantined::reason).containsExactly("amount: '11.0000' is not in 0..10; email: empty, but required");
    }

    @Test
    void aLoadOfSeveralCheckpointsHasOneResultForEachRule() throws Exception {
        rules("amount in 0..10 -> warn; rows within 1% of the last 3 loads");
        Load load = Shop.sync(engine, new Scripted(List.of(KEYED), List.of(), (request, sink) -> {
            for (int i = 1; i <= 4; i++) {
                sink.upsert(order(i, Integer.toString(i * 5), "paid", null, null, null));
                sink.checkpoint(Scripted.after(i));
            }
        }));
        assertThat(engine.loads().checks(load.id())).containsExactly(new RuleCheck("amount in 0..10", "warn", 4, 2, "amount: '15.0000' is not in 0..10 (id 3)"),
                new RuleCheck("rows within 1% of the last 3 loads", "warn", 4, 0, ""));
    }

    @Test
    void aCompleteReadKeepsTheGoodOlderRowsOfBadOnesAndLetsOthersGo() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("mode", "replace", "largest_removal", "100", "rules", "amount above 0 -> quarantine; email unique -> quarantine"));
        load(Lane.KEYED, order(1, "1", "paid", "a@x", null, null), order(2, "2", "paid", "b@x", null, null), order(3, "3", "paid", "c@x", null, null));
        Load load = load(Lane.KEYED, order(1, "-1", "paid", "a@x", null, null), order(2, "22", "paid", "c@x", null, null));
        assertThat(rows("select id, amount, email from raw.shop__orders order by id")).as(load.message()).containsExactly("1|1.0000|a@x", "2|22.0000|c@x");
        assertThat(List.of(load.updated(), load.removed(), load.quarantined())).containsExactly(1L, 1L, 1L);
    }

    @Test
    void aCompleteReadOfFarTooFewRowsThatARuleFailsIsTakenBack() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("mode", "replace", "largest_removal", "100", "rules", "rows within 50% of the last 7 loads -> fail"));
        load(Lane.KEYED, order(1, "1", "paid", null, null, null), order(2, "2", "paid", null, null, null), order(3, "3", "paid", null, null, null));
        Load load = load(Lane.KEYED, order(1, "1", "paid", null, null, null));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).isEqualTo("the rule 'rows within 50% of the last 7 loads' is broken: 1 rows came; the last load had 3. Nothing of it was loaded.");
        assertThat(ids()).containsExactly("1", "2", "3");
        assertThat(check(load).broken()).isEqualTo(1);
        assertThat(load(Lane.KEYED, order(1, "1", "paid", null, null, null), order(4, "1", "paid", null, null, null)).state()).isEqualTo(Load.State.COMMITTED);
    }

    @Test
    void everythingIsReadAnewAsOftenAsIsSaid() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("complete_every", "7d", "largest_removal", "100"));
        List<Boolean> anew = new ArrayList<>();
        Scripted source = new Scripted(List.of(KEYED), List.of(), (request, sink) -> {
            anew.add(request.cursor().isNone());
            sink.upsert(order(anew.size(), "1", "paid", null, null, null));
            sink.upsert(order(100, "1", "paid", null, null, null));
            sink.checkpoint(Scripted.after(1));
        });
        for (String day : List.of("2026-11-01", "2026-11-02", "2026-11-07", "2026-11-08", "2026-11-09", "2026-11-15")) {
            now = Instant.parse(day + "T12:00:00Z");
            Load load = Shop.sync(engine, source);
            assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        }
        assertThat(anew).containsExactly(true, false, false, true, false, true);
        assertThat(ids()).as("the last complete read let go what it did not find").containsExactly("6", "100");
    }

    @Test
    void whatIsAddedToAnAppendedDatasetIsComparedWithWhatIsThere() throws Exception {
        engine.configure("dataset~shop__orders", Map.of("mode", "append", "rules", "email unique -> quarantine; parent exists in shop.orders.id -> quarantine"));
        load(Lane.KEYED, order(1, "1", "paid", "a@x", null, null));
        Load load = load(Lane.KEYED, order(1, "1", "paid", "a@x", null, null), order(2, "1", "paid", "a@x", null, 1L), order(3, "1", "paid", "c@x", null, 9L),
                order(4, "1", "paid", "d@x", null, 1L));
        assertThat(ids()).as("the same row again is none: " + load.message()).containsExactly("1", "4");
        assertThat(load.quarantined()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void whatARuleKeptAsideComesInOnceTheRuleOrTheRowIsMended(Lane lane) throws Exception {
        rules("amount in 0..10 -> quarantine; email unique -> quarantine; rows within 1% of the last 3 loads -> fail");
        load(lane, order(1, "1", "paid", "a@x", null, null), order(2, "11", "paid", "b@x", null, null), order(3, "12", "paid", null, "2026-01-01", null));
        assertThat(ids()).containsExactly("1");
        engine.syncs().replay("shop", Progress.NONE);
        assertThat(engine.loads().quarantined("shop")).as("as bad as before").isEqualTo(2);
        assertThat(rows("select checked from ledger.checks where rule like 'rows within%' and checked > 0")).as("it is no load to compare others with").containsExactly("3");
        Quarantined second = engine.loads().quarantine("shop", 9).stream().filter(row -> "2".equals(row.values().get("id"))).findFirst().orElseThrow();
        engine.loads().mend(second.id(), Map.of("amount", "10"), "ann");
        Load mended = engine.syncs().replay("shop", Progress.NONE).getFirst();
        assertThat(List.of(mended.inserted(), engine.loads().quarantined("shop"))).as(mended.toString()).containsExactly(1L, 1L);
        rules("amount in 0..20 -> quarantine");
        assertThat(engine.syncs().replay("shop", Progress.NONE).getFirst().inserted()).isEqualTo(1);
        assertThat(rows("select id, amount, email, day from raw.shop__orders order by id")).containsExactly("1|1.0000|a@x|null", "2|10.0000|b@x|null", "3|12.0000|null|2026-01-01");
        assertThat(engine.loads().quarantined("shop")).isZero();
    }

    @Test
    void aMendedRowThatItsSourceSendsAgainAsItWasStaysMended() throws Exception {
        rules("amount in 0..10 -> quarantine");
        load(Lane.KEYED, order(1, "11", "paid", null, null, null));
        engine.loads().mend(engine.loads().quarantine("shop", 1).getFirst().id(), Map.of("amount", "10"), "ann");
        engine.syncs().replay("shop", Progress.NONE);
        load(Lane.KEYED, order(1, "11", "paid", null, null, null));
        assertThat(rows("select id, amount from raw.shop__orders")).containsExactly("1|10.0000");
        assertThat(engine.loads().quarantined("shop")).as("nobody is asked twice").isZero();
        load(Lane.KEYED, order(1, "12", "paid", null, null, null));
        assertThat(engine.loads().quarantined("shop")).as("another bad value is another matter").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void aBlankTextIsNoValue(Lane lane) throws Exception {
        rules("status required -> quarantine; email matches .+@.+ -> fail; email one of a@b -> fail; email unique -> fail");
        Load load = load(lane, order(1, "1", " \t ", null, null, null), order(2, "1", "paid", "  ", null, null), order(3, "1", "paid", "  ", null, null));
        assertThat(load.state()).as(load.message()).isEqualTo(Load.State.COMMITTED);
        assertThat(ids()).containsExactly("2", "3");
    }
}
