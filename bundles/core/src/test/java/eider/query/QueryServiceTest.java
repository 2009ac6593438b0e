package eider.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Rows;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryServiceTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() throws Exception {
        engine = Engine.open(home);
        Shop.sync(engine, Shop.orders((request, sink) -> {
            for (long id = 1; id <= 5_000; id++) {
                sink.upsert(id, null, "note " + id);
            }
            sink.checkpoint(Scripted.after(1));
        }));
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "select nextval('ledger.load_ids')",
        "select * from read_csv('%s')",
        "select * from read_text('%s')",
        "select * from read_blob('%s')",
        "select * from '%s'",
        "select * from \"%s\"",
        "select * from glob('%s')",
        "select * from query('select * from read_text(''%s'')')",
        "select * from query_table('%s')",
        "with x as (select * from read_text('%s')) select * from x",
        "select (select content from read_text('%s'))",
        "select * from sniff_csv('%s')",
        "select * from parquet_metadata('%s')",
        "select getenv('HOME')",
        "select * from duckdb_secrets()",
        "summarize '%s'",
        "describe '%s'",
        "select * from sales, lateral (select * from read_text('%s')) t",
        "select 1 where exists (from read_text('%s'))",
        "select 1 union all select size from read_text('%s')",
        "select * from (values (1)) t(x) where x in (select size from read_text('%s'))",
        "from (from read_text('%s')) pivot (count(*) for size in (21))",
        "with recursive r as (select 1 as n union all select n + 1 from r, read_text('%s') where n < 2) select * from r",
        "select list_transform([1], x -> (select content from read_text('%s')))",
        "select * from pragma_storage_info('sales'), read_text('%s')",
        "select json_execute_serialized_sql('x')",
        "from json_execute_serialized_sql(json_serialize_sql('select content from read_text(''%s'')'))",
        "select set_config('threads', '1')"
    })
    void aSelectChangesNothingAndReadsNoFile(String attack) throws Exception {
        Path handedOver = Files.writeString(home.resolve("data/handover/secret.csv"), "somebody else's file\n");
        assertThatThrownBy(() -> Shop.rows(engine, attack.formatted(handedOver))).isInstanceOf(EngineException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "select count(*) from range(10)",
        "with t as (select * from raw.shop__orders) select count(*) from t",
        "select sum(x) from (select unnest([1, 2, 3]) as x)",
        "summarize sales",
        "describe raw.shop__orders",
        "show tables",
        "from (from raw.shop__orders select id % 2 as odd) pivot (count(*) for odd in (0, 1))",
        "select table_name from duckdb_tables()",
        "select value from json_each('[1, 2]')",
        "select * from information_schema.tables"
    })
    void whatAnalystsWriteIsAnswered(String sql) throws Exception {
        assertThat(Shop.rows(engine, sql)).isNotEmpty();
    }

    @Test
    void moreReadersThanTheIdleOnesComeAndGo() throws Exception {
        List<Rows> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Rows rows = engine.queries().query("select id from raw.shop__orders order by id", LIMIT);
            assertThat(rows.next()).isTrue();
            assertThat(rows.number(0)).isEqualTo(1);
            open.add(rows);
        }
        open.forEach(Rows::close);
        assertThat(Shop.rows(engine, "select count(*) from raw.shop__orders")).containsExactly("5000");
    }

    @Test
    void aReaderIsSoundAfterItsQueryWasEndedOrClosedEarly() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> {
                try (Rows rows = engine.queries().query("select sum(a.id * b.id * c.id) from raw.shop__orders a, raw.shop__orders b, raw.shop__orders c", Duration.ofMillis(200))) {
                    rows.next();
                }
            }).isInstanceOf(EngineException.class).hasMessageContaining("took longer");
            try (Rows rows = engine.queries().query("select a.id from raw.shop__orders a, raw.shop__orders b", LIMIT)) {
                assertThat(rows.next()).isTrue();
            }
            assertThat(Shop.rows(engine, "select count(*) from raw.shop__orders")).containsExactly("5000");
        }
    }

    @Test
    void rowsThatNobodyClosedDoNotKeepTheDatabaseOpen() throws Exception {
        Rows forgotten = engine.queries().query("select a.id from raw.shop__orders a, raw.shop__orders b", LIMIT);
        assertThat(forgotten.next()).isTrue();
        engine.close();
        assertThatThrownBy(() -> {
            while (forgotten.next()) {
                assertThat(forgotten.number(0)).isPositive();
            }
        }).isInstanceOf(EngineException.class);
        forgotten.close();
        Files.move(home.resolve("data/eider.duckdb"), home.resolve("data/moved.duckdb"));
        engine = Engine.open(home);
        assertThat(Shop.rows(engine, "select count(*) from sales")).as("a new database, not the old one still open").containsExactly("0");
    }
}
