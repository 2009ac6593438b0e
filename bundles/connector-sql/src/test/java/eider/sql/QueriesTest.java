package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import eider.tck.Binding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries in files as datasets. */
class QueriesTest {
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("queries");
        postgres.execute("CREATE TYPE " + schema + ".state AS ENUM ('open', 'shut')", "CREATE DOMAIN " + schema + ".price AS numeric(10,2)",
                "CREATE TABLE " + schema + ".orders (id bigserial PRIMARY KEY, amount " + schema + ".price, state " + schema + ".state, tags text[], "
                + "doc jsonb, updated_at timestamptz)",
                "INSERT INTO " + schema + ".orders SELECT i, i / 4.0, 'open', ARRAY['a'], '{\"n\": 1}', timestamptz '2026-01-01 00:00Z' + i * interval '1 minute' "
                + "FROM generate_series(1, 3000) i");
        Files.createDirectories(home.resolve("config/queries"));
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private void query(String name, String sql) throws Exception {
        Files.writeString(home.resolve("config/queries").resolve(name + ".sql"), sql);
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more)));
    }

    private static void wrong(SqlSource source, String... words) {
        SourceException fault = (SourceException) Failures.thrown(() -> source.discover(Kept.NO_FILES));
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(Kind.CONFIG);
        assertThat(fault.getMessage()).startsWith("Option 'queries'").contains(words);
    }

    @Test
    void itsColumnsHaveTheTypesThatTheServerTells() throws Exception {
        query("open_orders", "-- what is open\nSELECT id, amount AS \"Amount due\", state, tags, doc, updated_at, amount * 2 AS twice, count(*) OVER () AS n\n"
                + "FROM " + schema + ".orders -- all of them\n;;\n");
        SqlSource source = source("tables", "!*", "queries", "open_orders", "keys", "open_orders=id");
        Dataset dataset = source.discover(Kept.NO_FILES).getFirst();
        assertThat(dataset.name()).isEqualTo("open_orders");
        assertThat(dataset.key()).containsExactly("id");
        assertThat(dataset.fields().stream().map(Field::name)).containsExactly("id", "amount_due", "state", "tags", "doc", "updated_at", "twice", "n");
        assertThat(dataset.fields().stream().map(Field::type)).containsExactly(Type.INTEGER, Type.decimal(10, 2), Type.TEXT, Type.JSON, Type.JSON, Type.INSTANT,
                Type.TEXT, Type.INTEGER);
        Kept kept = new Kept(dataset).read(source);
        assertThat(kept.rows()).hasSize(3000);
        assertThat(kept.rows().getFirst().subList(0, 5)).hasToString("[1, 0.25, open, [\"a\"], {\"n\": 1}]");
    }

    @Test
    void anIncrementReadsOnlyWhatChanged() throws Exception {
        query("orders_of_today", "SELECT id, amount, updated_at FROM " + schema + ".orders");
        SqlSource source = source("tables", "!*", "queries", "orders_of_today", "keys", "orders_of_today=id", "cursor", "orders_of_today=updated_at");
        Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        postgres.execute("UPDATE " + schema + ".orders SET amount = 0, updated_at = '2026-02-01' WHERE id = 7");
        kept.read(source);
        assertThat(kept.pushed()).isEqualTo(3000 + 11 + 1);
    }

    @Test
    void aChangedFileCountsAtOnce() throws Exception {
        query("some", "SELECT id FROM " + schema + ".orders");
        SqlSource source = source("tables", "orders", "queries", "some");
        assertThat(source.discover(Kept.NO_FILES)).extracting(Dataset::name).containsExactly("orders", "some");
        query("some", "SELECT id, state FROM " + schema + ".orders WHERE id < 10");
        Dataset changed = source.discover(Kept.NO_FILES).getLast();
        assertThat(changed.fields()).hasSize(2);
        assertThat(new Kept(changed).read(source).rows()).hasSize(9);
    }

    @Test
    void whatIsWrongWithItIsToldWithItsFile() throws Exception {
        wrong(source("queries", "none_such"), "queries/none_such.sql");
        wrong(source("queries", "../secret"), "'../secret'");
        query("empty", " ;\n");
        wrong(source("queries", "empty"), "queries/empty.sql", "empty");
        query("broken", "SELECT no_such_column FROM " + schema + ".orders");
        wrong(source("queries", "broken"), "queries/broken.sql", "no_such_column");
        query("two", "SELECT 1 AS one) AS a; SELECT * FROM (SELECT 1 AS one");
        wrong(source("queries", "two"), "queries/two.sql", "more than one statement");
        query("orders", "SELECT 1 AS one");
        wrong(source("queries", "orders"), "'orders'");
    }

    /** Only one SELECT, and nothing that writes, whatever rights the user has. */
    @Test
    void itCannotWriteNorBeTwoStatements() throws Exception {
        postgres.execute("GRANT ALL ON ALL TABLES IN SCHEMA " + schema + " TO " + Postgres.READER,
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA " + schema + " TO " + Postgres.READER);
        for (String sql : List.of("SELECT 1 AS one) AS a; DELETE FROM " + schema + ".orders; SELECT * FROM (SELECT 1 AS one",
                "SELECT 1 AS one) AS a; COMMIT; BEGIN; DELETE FROM " + schema + ".orders; COMMIT; SELECT * FROM (SELECT 1 AS one",
                "DELETE FROM " + schema + ".orders RETURNING id", "WITH gone AS (DELETE FROM " + schema + ".orders RETURNING id) SELECT * FROM gone",
                "SELECT nextval('" + schema + ".orders_id_seq') AS n")) {
            query("writes", sql);
            SqlSource source = source("tables", "!*", "queries", "writes");
            Throwable fault = Failures.thrown(() -> {
                Dataset dataset = source.discover(Kept.NO_FILES).getFirst();
                new Kept(dataset).read(source);
            });
            assertThat(fault).as(sql).isInstanceOf(SourceException.class);
            assertThat(postgres.ask("SELECT count(*) FROM " + schema + ".orders")).as(sql).isEqualTo("3000");
            assertThat(postgres.ask("SELECT is_called FROM " + schema + ".orders_id_seq")).as(sql).isEqualTo("f");
        }
    }
}
