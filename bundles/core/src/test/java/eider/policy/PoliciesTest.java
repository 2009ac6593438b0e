package eider.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import eider.people.Permission;
import eider.people.Viewer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who sees what on pages of Eider's own. */
class PoliciesTest {
    private static final String SALES = "select source_id from sales order by source_id";

    @TempDir
    Path home;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(home);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void thePrototypesThreeRulesHoldWhereNobodyWroteOthers() throws Exception {
        assertThat(house.page(House.ADMIN, SALES)).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(house.page(House.MANAGER, SALES)).as("ninety days that end today").containsExactly("1", "2", "3", "4", "6");
        assertThat(house.page(House.ANN, SALES)).containsExactly("1", "4", "5");
        assertThat(house.page(House.BOB, SALES)).containsExactly("2");
        assertThat(house.page(House.ANN, "select name from products order by name")).containsExactly("Desk", "Lamp");
    }

    @Test
    void whoHasNoAttributeSeesNoRow() throws Exception {
        assertThat(house.page(House.NOBODY, SALES)).isEmpty();
        assertThat(house.page(new Viewer("x", "user", Map.of("sales_user_id", " ")), SALES)).as("not the sales that are nobody's either").isEmpty();
        house.policy("user", "sales.rows = user_id <> $sales_user_id or true\n");
        assertThat(house.page(House.NOBODY, SALES)).as("whatever else the rule says").isEmpty();
        assertThat(house.page(new Viewer("x", "user", Map.of("sales_user_id", " ")), SALES)).isEmpty();
        assertThat(house.page(House.BOB, SALES)).hasSize(6);
    }

    @Test
    void aTableWithoutARuleIsForAdminsOnly() throws Exception {
        String raw = "raw.books__pay";
        assertThat(house.page(House.ADMIN, "select name from " + raw)).containsExactly(House.SECRET);
        for (String table : List.of(raw, "ledger.loads", "ledger.quarantine", "nowhere", "information_schema.tables", "duckdb_tables", "sqlite_master", "pg_catalog.pg_tables")) {
            for (Viewer viewer : List.of(House.MANAGER, House.ANN, House.ANALYST)) {
                assertThatThrownBy(() -> house.page(viewer, "select * from " + table)).as(table).isInstanceOf(EngineException.class)
                        .hasMessage("there is no table '" + table + "' that you may see");
            }
        }
    }

    @Test
    void columnsAreSeenAsTheRuleSays() throws Exception {
        assertThat(house.page(House.ANALYST, "select * from sales limit 1").getFirst()).doesNotContain("first");
        assertThatThrownBy(() -> house.page(House.ANALYST, "select customer from sales")).hasMessageContaining("customer");
        assertThatThrownBy(() -> house.page(House.ANALYST, "select _row from sales")).isInstanceOf(EngineException.class);
        house.policy("analyst", "sales.rows = all\nsales.columns = region, total_amount\n");
        assertThat(house.page(House.ANALYST, "select * from sales where region = 'Antarctica'")).containsExactly("Antarctica|4711.0000");
    }

    @Test
    void everyShapeOfAStatementIsLimited() throws Exception {
        for (String sql : List.of(
                "select count(*) from sales",
                "select count(*) from main.sales",
                "select count(*) from SALES as s",
                "select count(*) from \"sales\"",
                "from sales select count(*)",
                "with s as (select * from sales) select count(*) from s",
                "with sales as (select * from sales) select count(*) from sales",
                "with a as (select * from sales), b as (from a) select count(*) from b",
                "with recursive r as (select 1 as n union all select n + 1 from r where n < 1) select (select count(*) from sales) from r",
                "select (select count(*) from sales)",
                "select count(*) from (select 1 as x) v where x in (select 1 from sales) having (select count(*) from sales) = 1",
                "select count(*) from sales s join sales t using (source_id)",
                "select count(*) from sales s, lateral (select * from sales t where t.source_id = s.source_id)",
                "select count(*) from (select * from sales union select * from sales)",
                "select count(*) from (select * from sales where exists (select 1 from sales x where x.source_id = sales.source_id))",
                "select len(list(source_id)) from sales")) {
            assertThat(house.page(House.BOB, sql)).as(sql).containsExactly("1");
        }
    }

    @Test
    void valuesStayValues() throws Exception {
        assertThat(house.page(House.MANAGER, "select source_id from sales where region = ? and quantity >= ? order by 1", "Europe", 1)).containsExactly("1", "2", "3");
        assertThat(house.page(new Viewer("x", "user", Map.of("sales_user_id", "7' or 'a' = 'a")), SALES)).isEmpty();
        assertThat(house.page(new Viewer("x", "user", Map.of("sales_user_id", "') or true --")), SALES)).isEmpty();
        assertThat(house.page(House.ANN, "select source_id from sales where region = ?", "Europe' or true --")).isEmpty();
    }

    @Test
    void aDayBeginsWhereTheBusinessIs() {
        InstantSource late = InstantSource.fixed(House.NOW.plusSeconds(11 * 3_600 + 1_800));
        assertThat(new PolicyFolder(home, house.store(), late, ZoneOffset.UTC).sight(House.MANAGER).scope())
                .isNotEqualTo(new PolicyFolder(home, house.store(), late, ZoneId.of("Europe/Berlin")).sight(House.MANAGER).scope());
        assertThat(new PolicyFolder(home, house.store(), late, ZoneOffset.UTC).sight(House.ANN).scope())
                .isEqualTo(new PolicyFolder(home, house.store(), late, ZoneId.of("Europe/Berlin")).sight(House.ANN).scope());
    }

    @Test
    void scopesTellApartWhoSeesOtherRows() throws Exception {
        assertThat(house.queries().scope(House.ANN)).isNotEqualTo(house.queries().scope(House.BOB))
                .isEqualTo(house.queries().scope(new Viewer("twin", "user", Map.of("sales_user_id", "7"))));
        String before = house.queries().scope(House.MANAGER);
        house.policy("manager", "sales.rows = all\n");
        String all = house.queries().scope(House.MANAGER);
        assertThat(all).isNotEqualTo(before);
        house.policy("manager", "sales.rows = region = 'Europe'\n");
        String some = house.queries().scope(House.MANAGER);
        assertThat(some).as("another condition").isNotEqualTo(all);
        house.policy("manager", "sales.rows = region = 'Europe'\nsales.columns = region\n");
        assertThat(house.queries().scope(House.MANAGER)).as("other columns").isNotEqualTo(some);
    }

    /** Where a named subquery is not in sight yet, DuckDB reads the table of that name. */
    @Test
    void aNamedSubqueryHidesNoTableWhereItIsNotInSight() throws Exception {
        for (String sql : List.of(
                "with recursive sales as (select source_id, 1 as n from sales union all select source_id, n + 1 from sales where n < 1) select count(*) from sales",
                "with recursive sales as (select source_id from sales union select source_id from sales) select count(*) from sales",
                "with recursive sales(id) using key (id) as (select source_id from sales union select id from sales) select count(*) from sales",
                "with recursive sales as (with x as (select source_id from sales) select source_id from x union select source_id from sales) select count(*) from sales",
                "with \"sale\u017f\" as (select 1) select count(*) from sales")) {
            assertThat(house.page(House.BOB, sql)).as(sql).containsExactly("1");
        }
        house.policy("clerk", "tickets.rows = false\n");
        house.store().write(sql -> sql.run("CREATE TABLE tickets AS SELECT ? AS name", House.SECRET));
        assertThat(house.page(new Viewer("cy", "clerk", Map.of()), "with \"tic\u212aets\" as (select 1) select name from tickets")).isEmpty();
    }

    @Test
    void aStatementCannotTakeThePlaceOfATableThatARuleAsks() throws Exception {
        house.store().write(sql -> sql.run("CREATE TABLE team AS SELECT '7' AS id"));
        house.policy("clerk", "sales.rows = user_id in (select id from team)\nproducts.rows = all\n");
        Viewer clerk = new Viewer("cy", "clerk", Map.of());
        assertThat(house.page(clerk, SALES)).containsExactly("1", "4", "5");
        assertThat(house.page(clerk, "with team as (select '9' as id) " + SALES)).containsExactly("1", "4", "5");
        house.policy("clerk", "sales.rows = with_all = 1\nproducts.rows = all\n");
        assertThatThrownBy(() -> house.page(clerk, "select source_id from (select 1 as with_all) p, sales"))
                .hasMessage("the rule by which the role clerk sees sales is wrong; an admin can see why");
    }

    @Test
    void statementsReadNoRowsPastTheTables() {
        for (String sql : List.of("select * from query_table('raw.books__pay')", "select * from query('from raw.books__pay')", "select * from query_table('sales')",
                "select * from read_parquet('" + home + "/data/handover/*.parquet')", "select (select max(name) from query_table('raw.books__pay'))")) {
            assertThatThrownBy(() -> house.page(House.BOB, sql)).as(sql).isInstanceOf(EngineException.class).hasMessageContaining("cannot be used here");
        }
    }

    @Test
    void scopesTellApartHoweverARuleAsksForTheName() throws Exception {
        for (String name : List.of("$username", "$ username", "$\"username\"", "$USERNAME")) {
            house.policy("clerk", "sales.rows = user_id = " + name + "\n");
            assertThat(house.page(new Viewer("7", "clerk", Map.of()), SALES)).as(name).containsExactly("1", "4", "5");
            assertThat(house.page(new Viewer("8", "clerk", Map.of()), SALES)).as(name).containsExactly("2");
        }
    }

    @Test
    void aChangedFileHoldsFromTheNextQuery() throws Exception {
        assertThat(house.page(House.MANAGER, SALES)).hasSize(5);
        house.policy("manager", "sales.rows = region = 'Europe'\n");
        assertThat(house.page(House.MANAGER, SALES)).containsExactly("1", "2", "3", "5");
        Files.delete(home.resolve("config/policies/manager.cfg"));
        assertThat(house.page(House.MANAGER, SALES)).hasSize(5);
    }

    @Test
    void aRoleWhosePolicyIsWrongSeesNothing() throws Exception {
        PolicyFolder policies = new PolicyFolder(home, house.store(), InstantSource.fixed(House.NOW), ZoneOffset.UTC);
        for (Map.Entry<String, String> wrong : Map.of(
                "sales.rows = all\nsales.rows = all\n", "line 2: 'sales.rows' stands here a second time (first on line 1); keep one of them",
                "sales.colums = region\n", "line 1: there is no option 'sales.colums'; there are permissions, TABLE.rows and TABLE.columns, with names in small letters",
                "# one\nsales.columns = region\n", "line 2: 'sales.rows' is missing: say which rows of sales are seen, or 'sales.rows = all'",
                "permissions = export, people\n", "line 1: 'people' is no permission that can be given; there are sql, export, embed, activity and operate",
                "sales.rows =\n", "line 1: 'sales.rows' says nothing: write a condition, or 'all' for all rows",
                "all sales\n", "line 1: 'all sales' is no option: write 'name = value'").entrySet()) {
            house.policy("analyst", wrong.getKey());
            assertThat(policies.faults()).containsExactly("config/policies/analyst.cfg " + wrong.getValue() + ".");
            assertThat(policies.permissions(House.ANALYST)).isEmpty();
            assertThatThrownBy(() -> house.page(House.ANALYST, SALES)).hasMessage("there is no table 'sales' that you may see");
        }
        for (String wrong : List.of("regoin = 'Europe'", "region = 'Europe') or (true", "true group by all", "true group by region", "true union select * from sales", "true limit 1", "true; select 1",
                "region =", "true qualify true")) {
            house.policy("analyst", "sales.rows = " + wrong + "\n");
            assertThatThrownBy(() -> house.page(House.ANALYST, SALES)).as(wrong).isInstanceOf(EngineException.class).hasMessageNotContaining(House.SECRET);
            assertThat(policies.faults()).as(wrong).singleElement().asString().startsWith("config/policies/analyst.cfg line 1: ").endsWith(".");
        }
        house.policy("analyst", "sales.rows = all\nsales.columns = all except custommer\n");
        assertThat(policies.faults()).containsExactly("config/policies/analyst.cfg line 1: there is no column 'custommer' in sales.");
        assertThatThrownBy(() -> house.page(House.ANALYST, SALES)).as("a slip of the pen hides nothing, so nothing is shown")
                .hasMessage("the rule by which the role analyst sees sales is wrong; an admin can see why");
    }

    @Test
    void rolesAndWhatTheyMay() throws Exception {
        house.policy("north-west", "permissions = operate\nsales.rows = region = $area and user_id = $username\n");
        house.policy("admin", "permissions = export\n");
        PolicyFolder policies = new PolicyFolder(home, house.store(), InstantSource.fixed(House.NOW), ZoneOffset.UTC);
        assertThat(policies.roles()).containsExactly("admin", "manager", "user", "analyst", "north-west");
        assertThat(policies.attributes()).containsExactly("area", "region", "sales_user_id");
        assertThat(policies.permissions(House.ADMIN)).containsExactlyInAnyOrder(Permission.values());
        assertThat(policies.permissions(House.MANAGER)).containsExactlyInAnyOrder(Permission.EXPORT, Permission.ACTIVITY);
        assertThat(policies.permissions(House.ANN)).containsExactly(Permission.EXPORT);
        assertThat(policies.permissions(new Viewer("x", "gone", Map.of()))).isEmpty();
        assertThat(policies.may(new Viewer("x", "north-west", Map.of()), Permission.OPERATE)).isTrue();
        assertThatThrownBy(() -> house.page(new Viewer("x", "gone", Map.of()), SALES)).isInstanceOf(EngineException.class);
        assertThat(house.page(new Viewer("x", Viewer.OPERATOR, Map.of()), "select count(*) from sales")).containsExactly("6");
    }
}
