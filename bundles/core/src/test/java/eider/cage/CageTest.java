package eider.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.people.Viewer;
import eider.policy.House;
import eider.store.Sql;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SQL that people wrote, by those who mean harm. {@link #control} shows of each attack that it works where the wall is off: in a DuckDB with the same rows and nothing around
 * it.
 */
class CageTest {
    @TempDir
    static Path home;
    private static House house;

    @BeforeAll
    static void open() throws Exception {
        house = new House(home, new Cage.Bounds(256, 64));
        Files.writeString(home.resolve("key.txt"), House.SECRET);
        // What another's file in the hand-over folder would be.
        Files.writeString(home.resolve("data/handover/other.csv"), "name\n" + House.SECRET + "\n");
    }

    @AfterAll
    static void close() {
        house.close();
    }

    @Test
    void whatAnalystsWriteIsAnswered() throws Exception {
        assertThat(house.asked(House.ANALYST, "select source_id from sales order by source_id")).containsExactly("1", "2", "3", "5");
        assertThat(house.asked(House.ANALYST, "from sales select region, sum(total_amount) as t group by all order by t desc")).containsExactly("Europe|380.0000");
        assertThat(house.asked(House.ANALYST, "with m as (select region, product_name, total_amount a from sales) from m pivot (sum(a) for product_name in ('Lamp', 'Desk')) order by all")).hasSize(1);
        assertThat(house.asked(House.ANALYST, "select p.category, count(*) from sales s join products p on p.name = s.product_name group by 1 order by 1"))
                .containsExactly("Furniture|1", "Lights|2");
        assertThat(house.asked(House.ANALYST, "select list_transform([1, 2], lambda x: x + 1), {'a': 1, 'b': [1.5]}, map {'k': 2}, null, true, 12.50::decimal(9,2),"
                + " date '2026-01-31', time '10:11:12', timestamp '2026-01-31 10:11:12.5', timestamptz '2026-01-31 10:11:12+00', 'ä€😀', 'ab'::blob, 1e300, 99999999999999999999::hugeint"))
                .first().asString().startsWith("[2, 3]|{a=1, b=[1.5]}|{k=2}|null|true|12.50|2026-01-31|10:11:12|2026-01-31T10:11:12.500|2026-01-31T10:11:12Z|ä€😀|")
                .endsWith("|1.0E300|99999999999999999999");
        assertThat(house.asked(House.ANALYST, "select sum(row_number) from (select row_number() over (order by date) as row_number from sales)")).containsExactly("10");
        assertThat(house.asked(House.ANALYST, "select count(*) from range(300000)")).containsExactly("300000");
    }

    @Test
    void eachSeesByHisOwnPolicy() throws Exception {
        house.policy("user", "permissions = sql\nsales.rows = user_id = $sales_user_id\n");
        house.policy("manager", "permissions = sql\nsales.rows = date > $today - 90\n");
        for (int i = 0; i < 2; i++) {
            assertThat(house.asked(House.ANN, "select source_id from sales order by 1")).containsExactly("1", "4", "5");
            assertThat(house.asked(House.BOB, "select source_id from sales order by 1")).containsExactly("2");
            assertThat(house.asked(House.NOBODY, "select source_id from sales order by 1")).isEmpty();
            assertThat(house.asked(House.MANAGER, "select source_id from sales order by 1")).containsExactly("1", "2", "3", "4", "6");
            assertThat(house.asked(House.ADMIN, "select source_id from sales order by 1")).hasSize(6);
        }
        assertThatThrownBy(() -> house.asked(House.BOB, "from products")).isInstanceOf(EngineException.class);
    }

    @Test
    void whoMayNotWriteSqlIsToldSo() throws Exception {
        Viewer clerk = new Viewer("cy", "clerk", Map.of());
        house.policy("clerk", "sales.rows = all\n");
        assertThatThrownBy(() -> house.asked(clerk, "select 1")).hasMessage("the role clerk may not write SQL of its own; an admin can give it the permission sql");
        house.policy("clerk", "permissions = sql\nsales.rows = all\n");
        assertThat(house.asked(clerk, "select 1")).containsExactly("1");
    }

    /** Other relations, table functions, file names as tables, settings, statements that are none, macros, tricks with names. */
    @ParameterizedTest
    @ValueSource(strings = {
        "select * from raw.books__pay",
        "select * from main.raw.books__pay",
        "select * from eider.raw.books__pay",
        "with x as (select * from raw.books__pay) select * from x",
        "select (select max(name) from raw.books__pay)",
        "select * from sales union all select name from raw.books__pay",
        "select * from sales s, lateral (select * from raw.books__pay) p",
        "with recursive sales as (select 1 a, '' b union select a + 1, (select name from raw.books__pay) from sales where a < 3) select * from sales",
        "select customer from sales",
        "select * from (select * from sales) t where t.customer is not null",
        "select columns('cust.*') from sales",
        "select * from read_text('%s/key.txt')",
        "select * from read_csv('%s/data/handover/other.csv')",
        "select * from '%s/data/handover/other.csv'",
        "select * from \"%s/data/handover/other.csv\"",
        "select * from glob('%s/*')",
        "select * from read_parquet('%s/data/handover/cage/*.parquet')",
        "select * from parquet_metadata('%s/data/handover/cage/1.parquet')",
        "from sniff_csv('%s/key.txt')",
        "select * from query('select * from read_text(''%s/key.txt'')')",
        "select * from query_table('raw.books__pay')",
        "select * from json_execute_serialized_sql(json_serialize_sql('select * from read_text(''%s/key.txt'')'))",
        "select getenv('PATH')",
        "select current_setting('temp_directory')",
        "select getvariable('x')",
        "select * from duckdb_settings()",
        "with duckdb_views as (select 1) select * from (with x as (select 1) from x), (select * from duckdb_views)",
        "select * from information_schema.tables, (with \"information_schema.tables\" as (select 1) select 1)",
        "select * from duckdb_views()",
        "select * from duckdb_tables()",
        "select * from duckdb_secrets()",
        "select * from information_schema.tables",
        "select * from pg_catalog.pg_class",
        "select * from sqlite_master",
        "select * from pragma_storage_info('sales')",
        "select stats(customer) from sales",
        "select nextval('ledger.load_ids')",
        "select setseed(0.5)",
        "select sleep_ms(60000)",
        "select pg_sleep(60)",
        "select write_log('x')",
        "select repeat('abcdefghij', 400000000)",
        "select lpad('x', 2000000000, 'y')",
        "select range(1000000000)",
        "select format('{:>2000000000}', 'x')",
        "select system.main.getenv('PATH')",
        "select main.repeat('x', 2000000000)",
        "describe sales", "show tables", "summarize sales", "explain select 1", "explain analyze select 1",
        "from (describe sales)", "from (show tables)",
        "copy sales to '%s/out.csv'", "copy (select 1) to '%s/out.csv'",
        "attach '%s/x.db' as x", "detach eider", "use raw", "set threads = 8", "set schema = 'raw'", "reset all",
        "pragma database_list", "call duckdb_settings()", "install httpfs", "load httpfs", "checkpoint", "vacuum",
        "create table t as select 1", "create macro m() as 1", "create temp view v as select 1", "create secret s (type s3)", "insert into sales default values",
        "update sales set region = 'x'", "delete from sales", "drop table sales", "alter table sales add column x int", "export database '%s/out'", "import database '%s'",
        "prepare p as select 1", "execute p", "begin", "commit", "select 1; select 2", "select 1; drop table sales", "; ; ", "", "select ?", "select $x", "values (1); copy sales to 'x'",
        "select * from sales at (version => 1)"})
    void nothingElseIsReached(String attack) {
        String sql = attack.replace("%s", home.toString());
        assertThatThrownBy(() -> {
            List<String> told = house.asked(House.ANALYST, sql);
            throw new AssertionError("answered: " + told);
        }).as(attack).isInstanceOf(EngineException.class).message().doesNotContain(House.SECRET).doesNotContain("cage");
        assertThat(home.resolve("out.csv")).doesNotExist();
    }

    /** An admin sees every table, and still no file: others' lie in the folder that the server can reach. */
    @Test
    void anAdminReadsNoFileEither() {
        for (String attack : List.of("from '%s/data/handover/other.csv'", "from read_csv('%s/data/handover/other.csv')", "from glob('%s/data/handover/*')")) {
            assertThatThrownBy(() -> house.asked(House.ADMIN, attack.formatted(home))).as(attack).isInstanceOf(EngineException.class).message().doesNotContain(House.SECRET);
        }
    }

    /** Of the attacks above and below that read, wait or make much: what they do where nothing stops them. */
    @Test
    void control() throws Exception {
        try (Sql bare = Sql.alone(new Properties())) {
            bare.run("CREATE SCHEMA raw");
            bare.run("CREATE TABLE raw.books__pay AS SELECT ? AS name", House.SECRET);
            bare.run("CREATE TABLE sales AS SELECT 'Antarctica' AS region, ? AS customer, 'x' AS source_id", House.SECRET);
            for (String attack : List.of("select * from raw.books__pay", "select customer from sales", "select columns('cust.*') from sales",
                    "select content from read_text('%s/key.txt')", "select * from '%s/data/handover/other.csv'",
                    "select content from query('select * from read_text(''%s/key.txt'')')", "select * from query_table('raw.books__pay')",
                    "select content from json_execute_serialized_sql(json_serialize_sql('select * from read_text(''%s/key.txt'')'))",
                    "select sales::varchar from sales")) {
                assertThat(text(bare, attack.replace("%s", home.toString()))).as(attack).contains(House.SECRET);
            }
            assertThatThrownBy(() -> bare.number("select cast(customer as integer) from sales where region <> 'x'")).hasMessageContaining(House.SECRET);
            assertThat(bare.number("select length(repeat('abcdefghij', 20000000))")).as("beyond any accounting").isEqualTo(200_000_000);
            assertThat(text(bare, "select current_setting('temp_directory')")).isNotNull();
            assertThat(text(bare, "select value from duckdb_settings() where name = 'threads'")).isNotEmpty();
        }
    }

    /** A filter that fails for a certain value tells of hidden rows where it is looked at before the policy's; here those rows are not in the process. */
    @Test
    void errorsTellNothingOfHiddenRows() throws Exception {
        assertThat(house.asked(House.ANALYST, "select count(*) from sales where case when region = 'Antarctica' then error('seen') else true end")).containsExactly("4");
        assertThat(house.asked(House.ANALYST, "select count(*) from sales where cast(replace(product_name, 'Vault', 'x') as varchar) <> '' and"
                + " cast(case when product_name = 'Vault' then product_name else '1' end as integer) = 1")).containsExactly("4");
        assertThat(house.asked(House.ANALYST, "select sales from sales where region = 'Antarctica'")).isEmpty();
        assertThat(house.asked(House.ANALYST, "select min(region), max(region), count(distinct region), approx_count_distinct(region) from sales")).containsExactly("Europe|Europe|1|1");
        assertThatThrownBy(() -> house.asked(House.ANALYST, "select cast(product_name as integer) from sales")).message().doesNotContain("Vault");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "with recursive x as (select 'abcdefghij' s, 1 n union all select s || s, n + 1 from x where n < 40) select max(length(s)) from x",
        "select string_agg(a.range || b.range, ',') from range(100000) a, range(100000) b",
        "select list(a.range) from range(1000000000) a",
        "select count(distinct a.range || 'x') from range(1000000000) a",
        "with recursive x as (select ['a'] s, 1 n union all select s || s, n + 1 from x where n < 60) select max(len(s)) from x",
        "select replace(s, 'a', s) from (select string_agg('a', '') s from range(300000))",
        "select median(a.range::varchar || b.range::varchar) from range(1000000) a, range(1000) b"})
    void whatNeedsTooMuchEndsAlone(String bomb) throws Exception {
        assertThatThrownBy(() -> house.asked(House.ANALYST, bomb, Duration.ofSeconds(8))).isInstanceOf(EngineException.class)
                .message().containsAnyOf("needed more memory than the 256 MB", "took longer than 8 seconds");
        assertThat(house.asked(House.ANALYST, "select count(*) from sales")).containsExactly("4");
    }

    /** The server itself reads the statement: one that is nested deeper than a thread's stack must not end it. */
    @ParameterizedTest
    @ValueSource(strings = {",a", " union from a", " cross join a", "from (", "[", "not "})
    void aStatementThatIsNestedDeeplyIsRefused(String more) throws Exception {
        boolean before = more.endsWith("(") || more.endsWith("[") || more.equals("not ");
        String sql = "from a" + more.repeat(99_980 / more.length());
        String opened = "select " + more.repeat(99_980 / more.length()) + "1";
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> house.asked(House.ANALYST, before ? opened : sql)).isInstanceOf(EngineException.class);
        }
        assertThat(house.asked(House.ANALYST, "select count(*) from sales")).containsExactly("4");
    }

    @Test
    void parenthesesThatNobodyClosesAreNotParsed() throws Exception {
        for (String open : List.of("(", "(/*)*/", "\")\"(", "(e'\\')'", "(--)\n", "($$)$$")) {
            assertThatThrownBy(() -> house.asked(House.ANALYST, "select " + open.repeat(5_000) + "1")).as(open).isInstanceOf(EngineException.class)
                    .hasMessageContaining("more than 200 parentheses");
        }
        assertThat(house.asked(House.ANALYST, "select " + "(1)+".repeat(300) + "length('" + "(".repeat(1_000) + "')")).containsExactly("1300");
    }

    /** What a row becomes in the server's memory is bounded too, however many columns share it. */
    @Test
    void aRowThatIsTooLargeIsNotTaken() {
        String wide = "with recursive x as (select 'abcdefghij' s, 1 n union all select s || s, n + 1 from x where n < 20), l as (select s from x where n = 20) select ";
        assertThatThrownBy(() -> house.asked(House.ANALYST, wide + "s, s from l")).hasMessage("a row of the answer is larger than 8 MB: ask for less of it");
        assertThatThrownBy(() -> house.asked(House.ANALYST, wide + "[s, s, s, s] from l")).hasMessage("a row of the answer is larger than 8 MB: ask for less of it");
    }

    @Test
    void aStatementEndsAtItsLimitWithItsProcess() throws Exception {
        long begun = System.nanoTime();
        assertThatThrownBy(() -> house.asked(House.ANALYST, "select count(*) from range(10000000000) a, range(10000000000) b where a.range + b.range = 7", Duration.ofSeconds(3)))
                .hasMessage("the query took longer than 3 seconds and was ended");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
        assertThat(children()).isEmpty();
    }

    @Test
    void aStatementThatNobodyWaitsForEnds() throws Exception {
        Rows rows = house.queries().ask(House.ANALYST, "select * from range(10000000000)", Duration.ofSeconds(60));
        assertThat(rows.next()).isTrue();
        rows.close();
        assertThat(children()).isEmpty();

        CompletableFuture<String> told = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                told.complete(house.asked(House.ANALYST, "select count(*) from range(10000000000) a, range(10000000000) b where a.range + b.range = 7").toString());
            } catch (EngineException e) {
                told.complete(e.getMessage());
            }
        });
        while (children().isEmpty()) {
            Thread.onSpinWait();
        }
        waiting.interrupt();
        assertThat(told.get(20, TimeUnit.SECONDS)).isNotEmpty();
        assertThat(children()).isEmpty();
    }

    @Test
    void onePersonsStatementsWaitForEachOther() throws Exception {
        try (Rows mine = house.queries().ask(House.ANALYST, "select * from range(10000000000)", Duration.ofSeconds(60))) {
            assertThat(mine.next()).isTrue();
            assertThatThrownBy(() -> house.asked(House.ANALYST, "select 1", Duration.ofSeconds(1))).hasMessage("another statement of yours still runs: wait for it, or stop it");
            Viewer other = new Viewer("olga", "analyst", Map.of("region", "Europe"));
            assertThat(house.asked(other, "select count(*) from sales")).containsExactly("4");
        }
        assertThat(house.asked(House.ANALYST, "select count(*) from sales")).containsExactly("4");
    }

    @Test
    void theProcessHasNoEnvironmentAndLeavesNothingBehind() throws Exception {
        try (Rows rows = house.queries().ask(House.ANALYST, "select * from range(10000000000)", Duration.ofSeconds(60))) {
            assertThat(rows.next()).isTrue();
            ProcessHandle child = children().getFirst();
            Path about = Path.of("/proc", Long.toString(child.pid()), "environ");
            if (Files.isReadable(about)) {
                assertThat(Files.readString(about).split("\0")).containsExactlyInAnyOrder("MALLOC_ARENA_MAX=2", "LC_ALL=C.UTF-8");
            }
            assertThat(child.info().commandLine().orElse("")).doesNotContain("range").doesNotContain(House.SECRET);
        }
        try (Stream<Path> left = Files.walk(home.resolve("data/handover/cage"))) {
            assertThat(left.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("work"))).isEmpty();
        }
    }

    /** A server that was ended by force ends nothing itself: all that the process is told is that nobody holds its task any more. */
    @Test
    void theProcessEndsWhenTheServerIsGone() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m", "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + System.getProperty("java.library.path", ""), "-cp", System.getProperty("java.class.path"), CagedQuery.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try (DataOutputStream task = new DataOutputStream(process.getOutputStream())) {
            Wire.write(task, new Wire.Task("select count(*) from range(10000000000) a, range(10000000000) b where a.range + b.range = 7", "64MB", home.resolve("spill").toString(),
                    "1MB", List.of()));
            task.flush();
            assertThat(process.waitFor(4, TimeUnit.SECONDS)).as("it computes").isFalse();
        }
        try {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A list of names that DuckDB does not know would be one that nobody looks after. */
    @Test
    void theListNamesFunctionsThatThereAre() throws Exception {
        try (Sql bare = Sql.alone(new Properties())) {
            List<String> known = new ArrayList<>(bare.list("SELECT DISTINCT lower(function_name) FROM duckdb_functions()", row -> row.getString(1)));
            TreeSet<String> unknown = new TreeSet<>(Grammar.allowed());
            // Made by the grammar and not by the catalogue.
            known.addAll(List.of("coalesce", "if", "ifnull", "row_number", "rank", "rank_dense", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
                    "last_value", "nth_value", "fill", "position", "current_timestamp", "localtime", "localtimestamp", "struct_pack", "!__postfix", "unnest"));
            known.forEach(unknown::remove);
            assertThat(unknown).isEmpty();
        }
    }

    private static String text(Sql sql, String select) throws SQLException {
        return sql.first(select, row -> row.getString(1));
    }

    /** The processes that this one started. */
    private static List<ProcessHandle> children() throws IOException {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
    }
}
