package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A real server into the real engine. */
@ParameterizedClass(name = "{0}")
@EnumSource(Server.Kind.class)
@Timeout(120)
class EngineTest {
    @Parameter
    Server.Kind kind;
    @TempDir
    Path home;
    private Server server;
    private String schema;
    private Engine engine;

    @BeforeEach
    void open() throws Exception {
        server = kind.running();
        schema = server.schema("engine");
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws Exception {
        if (engine != null) {
            engine.close();
            server.drop(schema);
        }
    }

    private List<Load> sync(String... more) throws Exception {
        if (engine.syncs().connections().isEmpty()) {
            engine.syncs().register("shop", SqlSource.in(home, Binding.of(SqlConfig.class, server.options(schema, more))));
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
        assumeThat(kind).as("the others have a test of their own").isEqualTo(Server.Kind.POSTGRESQL);
        server.execute("CREATE TABLE " + schema
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
                        + server.ask("SELECT extract(epoch FROM at)::bigint FROM " + schema + ".t WHERE id = 1")
                        + "|2024-02-29T23:59:59.123456|+12026-01-01|0.1|1.1|x,y|true|\\x00ff");
        assertThat(rows("SELECT id FROM raw.shop__t ORDER BY id")).containsExactly("1", "5");
    }

    /** As the README says: a row with a key that was deleted goes when everything is read anew. */
    @Test
    void aDeletedRowGoesWithACompleteRead() throws Exception {
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), updated_at " + server.instant()
                + " NULL DEFAULT CURRENT_TIMESTAMP(6))",
                "INSERT INTO " + schema + ".orders (id, amount) SELECT i, i FROM " + Server.numbers(1000));
        sync("cursor", "orders=updated_at");
        server.execute("DELETE FROM " + schema + ".orders WHERE id = 500");
        sync();
        assertThat(rows("SELECT count(*) FROM raw.shop__orders")).containsExactly("1000");
        engine.configure("dataset~shop__orders", Map.of("mode", "replace"));
        sync();
        assertThat(rows("SELECT count(*), count(*) FILTER (WHERE id = 500) FROM raw.shop__orders")).containsExactly("999|0");
    }

    @Test
    void aTableAlteredUnderWayIsFollowedByTheNextSync() throws Exception {
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, amount numeric(10,2), note text)",
                "INSERT INTO " + schema + ".orders SELECT i, i, 'n' FROM " + Server.numbers(1000));
        sync();
        server.execute("ALTER TABLE " + schema + ".orders ADD COLUMN email text, DROP COLUMN note, " + (kind == Server.Kind.POSTGRESQL
                ? "ALTER COLUMN amount TYPE numeric(14,4)" : "MODIFY COLUMN amount numeric(14,4)"),
                "UPDATE " + schema + ".orders SET email = 'a@b.example', amount = 0.1234 WHERE id = 7");
        sync();
        assertThat(rows("SELECT amount, email, note FROM raw.shop__orders WHERE id = 7")).hasSize(1).first().asString()
                .startsWith("0.1234|a@b.example|");
        assertThat(rows("SELECT count(*) FROM raw.shop__orders")).containsExactly("1000");
    }

    /** Read every night, a bad row is one trouble and not one each night; what is here of it stays; and when it is mended at its source, the trouble is over. */
    @Test
    void aBadRowIsInQuarantineOnceUntilItIsMendedHereOrThere() throws Exception {
        String none = kind == Server.Kind.POSTGRESQL ? "'infinity'" : "'0000-00-00'";
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, day date, amount numeric(10,2))",
                "INSERT INTO " + schema + ".orders VALUES (1, '2026-01-01', 5), (2, '2026-01-02', 6), (3, " + none + ", 7)");
        sync();
        engine.configure("dataset~shop__orders", Map.of("mode", "replace"));
        server.execute("UPDATE " + schema + ".orders SET day = " + none + " WHERE id = 2");
        for (int night = 0; night < 3; night++) {
            sync();
        }
        assertThat(rows("SELECT id, day FROM raw.shop__orders ORDER BY id")).containsExactly("1|2026-01-01", "2|2026-01-02");
        List<Quarantined> bad = engine.loads().quarantine(null, 10);
        assertThat(bad).hasSize(2);
        engine.loads().mend(bad.stream().filter(row -> row.raw().contains("\"id\":\"3\"")).findFirst().orElseThrow().id(), Map.of("day", "2026-01-03"), "somebody");
        engine.syncs().replay("shop", Progress.NONE);
        server.execute("UPDATE " + schema + ".orders SET day = '2026-01-22' WHERE id = 2");
        sync();
        assertThat(rows("SELECT id, day, amount FROM raw.shop__orders ORDER BY id")).containsExactly("1|2026-01-01|5.00", "2|2026-01-22|6.00", "3|2026-01-03|7.00");
        assertThat(engine.loads().quarantine(null, 10)).isEmpty();
    }
}
