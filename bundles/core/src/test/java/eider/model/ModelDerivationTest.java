package eider.model;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Load;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDerivationTest {
    @TempDir
    Path home;

    private static final Scripted.Read TWO_ORDERS = (request, sink) -> {
        sink.upsert(1L, new BigDecimal("10"), "Lamp");
        sink.upsert(2L, new BigDecimal("20"), "Desk");
        sink.checkpoint(Scripted.after(1));
    };

    /** These sales have no date: they are about SQL, not about what a sale shall be like. */
    private Engine engine() {
        Engine engine = Engine.open(home);
        engine.configure("table~sales", Map.of("rules", ""));
        return engine;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "SELECT _row, amount AS total_amount FROM nowhere              | Table with name nowhere does not exist",
        "SELECT _row, amount AS total_amount FROM input WHERE          | syntax error",
        "SELECT amount AS total_amount FROM input                      | _row",
        "SELECT NULL::BIGINT AS _row, amount AS net FROM input         | its _row is empty",
        "SELECT _row, amount AS turnover FROM input                    | turnover",
        "SELECT _row, 7 AS load FROM input                             | load",
        "SELECT _row, CAST(note AS INTEGER) AS quantity FROM input     | Could not convert string 'Lamp' to INT32",
        "SELECT _row, amount * 1e15 AS total_amount FROM input         | Could not cast value",
        "SELECT _row FROM input; DROP TABLE sales                      | syntax error"
    })
    void aModelThatCannotBeAppliedIsNamedAndNothingIsLoaded(String sql, String told) throws Exception {
        try (Engine engine = engine()) {
            Load load = Shop.sync(engine, Shop.modelled(sql, TWO_ORDERS));
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).startsWith("the model of shop that fills sales from orders cannot be applied: ").containsIgnoringCase(told.strip()).doesNotContain("\n");
            assertThat(Shop.rows(engine, "select count(*) from duckdb_tables() where schema_name = 'raw'")).containsExactly("0");
            assertThat(Shop.rows(engine, "select count(*) from ledger.cursors")).containsExactly("0");
            Load mended = Shop.sync(engine, Shop.modelled("SELECT _row, amount AS total_amount FROM input", TWO_ORDERS));
            assertThat(mended.inserted()).as(mended.message()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT _row, amount AS total_amount FROM input;", "SELECT _row, amount AS total_amount FROM input -- the whole sum",
        "-- into: sales\n-- from: orders\nSELECT _row, amount AS total_amount FROM input ;\n\n", "/* one */ SELECT _row, amount AS total_amount, region, 'x' AS source FROM input",
        "WITH large AS (SELECT * FROM input) SELECT _row, amount AS total_amount FROM large"})
    void semicolonsCommentsAndColumnsThatTheDatasetLacksAreFine(String sql) throws Exception {
        try (Engine engine = engine()) {
            Load load = Shop.sync(engine, Shop.modelled(sql, TWO_ORDERS));
            assertThat(load.inserted()).as(load.message()).isEqualTo(2);
            assertThat(Shop.rows(engine, "select sum(total_amount), min(currency) from sales")).containsExactly("30.0000|EUR");
        }
    }

    @Test
    void canonicalRowsFollowTheirRawRows() throws Exception {
        try (Engine engine = engine()) {
            Scripted source = Shop.modelled("SELECT _row, amount AS total_amount, note AS product_name FROM input WHERE amount > 15", TWO_ORDERS);
            Shop.sync(engine, source);
            assertThat(Shop.rows(engine, "select product_name, total_amount, load from sales")).containsExactly("Desk|20.0000|1");
            source.now((request, sink) -> {
                sink.upsert(1L, new BigDecimal("16"), "Lamp");
                sink.delete(2L);
                sink.checkpoint(Scripted.after(2));
            });
            Shop.sync(engine, source);
            assertThat(Shop.rows(engine, "select product_name, total_amount, load from sales")).containsExactly("Lamp|16.0000|2");
        }
    }
}
