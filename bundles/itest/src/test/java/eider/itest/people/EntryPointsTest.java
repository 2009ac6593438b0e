package eider.itest.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eider.itest.commands.Installation;
import eider.itest.commands.Installation.Server;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with five people of four roles. What each sees is the same by every way in, and is what SQL says of the file that was loaded; and the classes of attack come
 * through none of them. That the attacks work where no wall is, {@code CageTest} shows.
 */
class EntryPointsTest {
    private static final String PASSWORD = "seven words that nobody says";
    private static final String SECRET = "Zanzibar Holdings";

    @TempDir
    static Path folder;
    private static Installation eider;
    private static Server server;
    private static Browser ada;
    private static Browser mia;
    private static Browser ann;
    private static Browser bob;
    private static Browser alf;

    @BeforeAll
    static void open() throws Exception {
        eider = new Installation(folder);
        Path policies = Files.createDirectories(eider.home().resolve("config/policies"));
        Files.writeString(policies.resolve("analyst.cfg"), """
                permissions = sql, export
                sales.rows = region = $region
                sales.columns = all except customer, order_id
                """);
        Files.writeString(Files.createDirectories(eider.home().resolve("config")).resolve("business.cfg"), "time_zone = UTC\n");
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Path sales = Files.writeString(folder.resolve("sales.csv"), """
                date,user_id,customer,product_name,quantity,unit_price,total_amount,region
                %1$s,7,First,Lamp,1,1.00,1.00,Europe
                %1$s,8,Second,Lamp,1,20.00,20.00,Europe
                %2$s,7,Third,Desk,1,300.00,300.00,Asia Pacific
                %3$s,7,Old,Desk,1,4000.00,4000.00,Europe
                %1$s,,%4$s,Vault,1,50000.00,50000.00,Antarctica
                """.formatted(today, today.minusDays(89), today.minusDays(90), SECRET));
        Path people = Files.writeString(folder.resolve("people.csv"), """
                username,email,role,initial_password,sales_user_id,region
                ada,ada@example.org,admin,%1$s,,
                mia,mia@example.org,manager,%1$s,,
                ann,ann@example.org,user,%1$s,7,
                bob,bob@example.org,user,%1$s,,
                alf,alf@example.org,analyst,%1$s,,Europe
                """.formatted(PASSWORD));
        server = eider.serve();
        eider.run("sync-sales", "--csv", sales.toString()).done();
        eider.run("import-users", people.toString()).done();
        ada = in("ada");
        mia = in("mia");
        ann = in("ann");
        bob = in("bob");
        alf = in("alf");
    }

    private static Browser in(String name) throws Exception {
        return new Browser(server.address()).signIn(name, PASSWORD);
    }

    @AfterAll
    static void close() throws Exception {
        for (Browser browser : List.of(ada, mia, ann, bob, alf)) {
            browser.close();
        }
        server.close();
    }

    @Test
    void everybodySeesTheirOwnByEveryWayIn() throws Exception {
        // Twice, in turns: what one has seen is kept for others of the same scope, and for nobody else.
        for (int i = 0; i < 2; i++) {
            total(ada, "54321.00");
            total(mia, "50321.00");
            total(ann, "4301.00");
            total(bob, "0");
            total(alf, "4021.00");
        }
        assertThat(alf.query("select sum(total_amount) from sales", 20).at("/rows/0/0").asText()).isEqualTo("4021.0000");
        assertThat(ada.query("select sum(total_amount) from sales", 20).at("/rows/0/0").asText()).isEqualTo("54321.0000");
        assertThat(eider.run("query", "--as", "alf", "select sum(total_amount) as t from sales", "--format", "csv").done().lines()).containsExactly("t", "4021.0000");
    }

    private static void total(Browser browser, String total) throws Exception {
        JsonNode figures = browser.api("/api/v1/dashboard");
        assertThat(new BigDecimal(figures.get("sales").asText())).isEqualByComparingTo(total);
        assertThat(browser.open("/").body()).contains(total.equals("0") ? "data-state=\"empty\"" : String.format(Locale.ENGLISH, "%,.2f", new BigDecimal(total)));
    }

    @Test
    void whoMayNotWriteSqlHasNoWayToIt() throws Exception {
        for (Browser browser : List.of(mia, ann, bob)) {
            assertThat(browser.query("select 1", 20).path("error").asText()).contains("Your role does not open this");
        }
        assertThat(eider.run("query", "--as", "ann", "select 1").err()).contains("may not write SQL");
    }

    @Test
    void attacksComeThroughNoWayIn() throws Exception {
        String home = eider.home().toString();
        for (String attack : List.of(
                "select * from ledger.loads", "select * from raw.by_hand__sales", "select customer from sales", "from sales s, lateral (select * from ledger.loads) l",
                "with sales as (from ledger.loads) from sales", "from duckdb_settings()", "from duckdb_tables()", "from information_schema.tables",
                "from read_text('" + home + "/data/command.properties')", "from '" + home + "/data/people.key'", "from read_blob('" + home + "/data/people.mv.db')",
                "from glob('" + home + "/*')", "from query('select 1')", "select getenv('HOME')", "select current_setting('temp_directory')", "set threads = 64",
                "copy sales to '" + home + "/stolen.csv'", "attach '" + home + "/data/eider.duckdb' as e", "pragma database_list", "explain analyze select 1",
                "create macro m() as 1", "install httpfs", "select 1; select 2", "select repeat('x', 4000000000)", "select cast(customer as integer) from sales")) {
            JsonNode answer = alf.query(attack, 10);
            String told = answer.path("error").asText();
            assertThat(told).as("%s: %s", attack, answer).isNotEmpty().doesNotContain(SECRET);
            assertThat(told.contains(home) && !attack.contains(home)).as(told).isFalse();
            assertThat(answer.has("rows")).as(attack).isFalse();
        }
        assertThat(eider.home().resolve("stolen.csv")).doesNotExist();
        assertThat(alf.query("select count(*) from sales where case when region = 'Antarctica' then error('seen') else true end", 20).at("/rows/0/0").asInt()).isEqualTo(3);
    }

    /** Filters and ids in addresses. */
    @Test
    void whatIsWrittenIntoAddressesOpensNothing() throws Exception {
        for (String day : List.of("2000-01-01' or '1'='1", "2000-01-01) union select * from ledger.loads --", "'; drop table sales; --", "$sales_user_id", "1e9")) {
            String written = URLEncoder.encode(day, StandardCharsets.UTF_8);
            assertThat(ann.open("/api/v1/dashboard?from=" + written).statusCode()).as(day).isEqualTo(400);
            assertThat(ann.open("/?from=" + written).body()).as(day).doesNotContain(SECRET).doesNotContain("Antarctica");
        }
        for (String more : List.of("?role=admin", "?user=ada", "?viewer=ada", "?sales_user_id=8", "?as=ada")) {
            assertThat(ann.api("/api/v1/dashboard" + more).get("sales").asText()).as(more).isEqualTo("4301.0000");
        }
        for (String address : List.of("/api/v1/rows/1", "/api/v1/rows/sales?id=1", "/api/v1/loads", "/api/v1/loads/1/origin", "/api/v1/loads/1/checks", "/api/v1/sources",
                "/api/v1/plugins", "/people", "/audit")) {
            for (Browser browser : List.of(mia, ann, alf)) {
                assertThat(browser.open(address).statusCode()).as(address).isEqualTo(403);
            }
            assertThat(ada.open(address).statusCode()).as(address).isIn(200, 404);
        }
    }

    /** What runs away is ended, alone, and has a name. */
    @Test
    void aRunawayStatementIsNamedInTheTrail() throws Exception {
        String runaway = "select count(*) from range(10000000000) a, range(10000000000) b where a.range + b.range = 4711";
        assertThat(alf.query(runaway, 2).path("error").asText()).contains("took longer than 2 seconds");
        JsonNode entry = new ObjectMapper().readTree(eider.run("audit", "--find", "4711", "--format", "json").done()).get(0);
        assertThat(entry.get("action").asText()).isEqualTo("sql.stopped");
        assertThat(entry.toString()).contains("alf").contains(runaway);
        assertThat(alf.query("select count(*) from sales", 20).at("/rows/0/0").asInt()).isEqualTo(3);
    }

    @Test
    void anAttributeThatIsTakenAwayClosesAtOnce() throws Exception {
        try (Browser zoe = new Browser(server.address())) {
            Path one = Files.writeString(folder.resolve("zoe.csv"), "username,email,role,initial_password,sales_user_id\nzoe,zoe@example.org,user," + PASSWORD + ",8\n");
            eider.run("import-users", one.toString()).done();
            zoe.signIn("zoe", PASSWORD);
            total(zoe, "20.00");
            eider.run("people", "set", "zoe", "--attribute", "sales_user_id=").done();
            total(zoe, "0");
            eider.run("people", "set", "zoe", "--inactive").done();
            assertThat(zoe.open("/api/v1/dashboard").statusCode()).isEqualTo(401);
        }
    }
}
