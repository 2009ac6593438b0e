package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.Rows;
import eider.tck.Binding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server into the real engine. */
@Timeout(120)
class EngineTest {
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;
    private Engine engine;

    @BeforeEach
    void open() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("engine");
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws Exception {
        if (engine != null) {
            engine.close();
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private List<Load> sync(String... more) throws Exception {
        if (engine.syncs().connections().isEmpty()) {
            engine.syncs().register("shop", SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more))));
        }
        List<Load> loads = engine.syncs().sync("shop", false, Progress.NONE);
        assertThat(loads).allSatisfy(load -> assertThat(load.state()).as(load.message()).isIn(Load.State.COMMITTED, Load.State.UNCHANGED));
        return loads;
    }

    private List<String> rows(String sql) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, Duration.ofSeconds(20))) {
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < rows.columns().size(); i++) {
                    cells.add(rows.text(i));
                }
                lines.add(String.join("|", cells));
            }
        }
        return lines;
    }

    @Test
    void everyTypeArrivesAsWhatItIsAndWhatCannotBeHeldIsInQuarantine() throws Exception {
        postgres.execute("CREATE TABLE " + schema
                + ".t (id integer PRIMARY KEY, big bigint, money numeric(38,8), free numeric, at timestamptz, clock timestamp, "
                + "day date, ratio double precision, doc jsonb, tags text[], flag boolean, raw bytea)",
                "INSERT INTO " + schema + ".t VALUES (1, -9223372036854775808, 123456789012345678901234567890.12345678, 1e50, "
                + "'0044-03-15 12:00:00+00 BC', "
                + "'2024-02-29 23:59:59.123456', '12026-01-01', 0.1, '{\"a\": 1.10}', ARRAY['x,y', NULL], true, '\\x00ff')",
                "INSERT INTO " + schema + ".t (id, ratio) VALUES (2, 'NaN')", "INSERT INTO " + schema + ".t (id, day) VALUES (3, 'infinity')",
                "INSERT INTO " + schema + ".t (id, money) VALUES (4, 'NaN')", "INSERT INTO " + schema + ".t (id) VALUES (5)");
        Load load = sync().getFirst();
        assertThat(load.quarantined()).isEqualTo(3);
        assertThat(rows("SELECT id, big, money, length(free), epoch(t.\"at\")::BIGINT, t.clock, day, ratio, doc->>'a', tags->>0, flag, raw "
                + "FROM raw.shop__t t WHERE id = 1"))
                .containsExactly("1|-9223372036854775808|123456789012345678901234567890.12345678|51|"
                        + postgres.ask("SELECT extract(epoch FROM at)::bigint FROM " + schema + ".t WHERE id = 1")
                        + "|2024-02-29T23:59:59.123456|+12026-01-01|0.1|1.1|x,y|true|\\x00ff");
        assertThat(rows("SELECT id FROM raw.shop__t ORDER BY id")).containsExactly("1", "5");
    }

    /** As the README says: a row with a key that was deleted goes when everything is read anew. */
    @Test
    void aDeletedRowGoesWithACompleteRead() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), updated_at timestamptz DEFAULT now())",
                "INSERT INTO " + schema + ".orders SELECT i, i FROM generate_series(1, 1000) i");
        sync("cursor", "orders=updated_at");
        postgres.execute("DELETE FROM " + schema + ".orders WHERE id = 500");
        sync();
        assertThat(rows("SELECT count(*) FROM raw.shop__orders")).containsExactly("1000");
        engine.configure("dataset~shop__orders", Map.of("mode", "replace"));
        sync();
        assertThat(rows("SELECT count(*), count(*) FILTER (WHERE id = 500) FROM raw.shop__orders")).containsExactly("999|0");
    }

    @Test
    void aTableAlteredUnderWayIsFollowedByTheNextSync() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), note text)",
                "INSERT INTO " + schema + ".orders SELECT i, i, 'n' FROM generate_series(1, 1000) i");
        sync();
        postgres.execute("ALTER TABLE " + schema + ".orders ADD COLUMN email text, DROP COLUMN note, ALTER COLUMN amount TYPE numeric(14,4)",
                "UPDATE " + schema + ".orders SET email = 'a@b.example', amount = 0.1234 WHERE id = 7");
        sync();
        assertThat(rows("SELECT amount, email, note FROM raw.shop__orders WHERE id = 7")).hasSize(1).first().asString()
                .startsWith("0.1234|a@b.example|");
        assertThat(rows("SELECT count(*) FROM raw.shop__orders")).containsExactly("1000");
    }

    /** Read every night, a bad row is one trouble and not one each night; what is here of it stays; and when it is mended at its source, the trouble is over. */
    @Test
    void aBadRowIsInQuarantineOnceUntilItIsMendedHereOrThere() throws Exception {
        postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), paid boolean, at timestamptz)",
                "INSERT INTO " + schema + ".orders VALUES (1, 5, true, now()), (2, 6, true, now()), (3, 'NaN', false, '2026-01-01 00:00Z')");
        sync();
        engine.configure("dataset~shop__orders", Map.of("mode", "replace"));
        postgres.execute("UPDATE " + schema + ".orders SET amount = 'NaN' WHERE id = 2");
        for (int night = 0; night < 3; night++) {
            sync();
        }
        assertThat(rows("SELECT id, amount FROM raw.shop__orders ORDER BY id")).containsExactly("1|5.00", "2|6.00");
        List<Quarantined> bad = engine.loads().quarantine(null, 10);
        assertThat(bad).hasSize(2);
        engine.loads().mend(bad.stream().filter(row -> row.raw().contains("\"id\":\"3\"")).findFirst().orElseThrow().id(), Map.of("amount", "7.5"), "somebody");
        engine.syncs().replay("shop", Progress.NONE);
        postgres.execute("UPDATE " + schema + ".orders SET amount = 8 WHERE id = 2");
        sync();
        assertThat(rows("SELECT id, amount, paid FROM raw.shop__orders ORDER BY id")).containsExactly("1|5.00|true", "2|8.00|true", "3|7.50|false");
        assertThat(engine.loads().quarantine(null, 10)).isEmpty();
    }
}
