package eider.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why an optimizer of DuckDB is switched off. When the first test fails the trap is gone, and the switch can go. */
class OptimizerTrapTest {
    private static final String[] TABLES = {"CREATE TABLE now (id BIGINT, came BIGINT)", "INSERT INTO now VALUES (1, 2), (3, 2)",
        "CREATE TABLE before (id BIGINT, came BIGINT, went BIGINT)", "INSERT INTO before VALUES (1, 1, 2), (1, 2, 2), (2, 1, 3)",
        "CREATE TABLE loads (id BIGINT, started DATE)", "INSERT INTO loads VALUES (1, '2026-01-01'), (2, '2026-01-02'), (3, '2026-01-03')",
        "CREATE VIEW versions AS SELECT v.id, c.started AS valid_from, CAST(NULL AS DATE) AS valid_to FROM now v JOIN loads c ON c.id = v.came"
                + " UNION ALL SELECT v.id, c.started, w.started FROM before v JOIN loads c ON c.id = v.came JOIN loads w ON w.id = v.went WHERE v.came <> v.went"};
    /** One version of 1 follows another. */
    private static final String FOLLOWING = "SELECT count(*) FROM versions a JOIN versions b ON a.id = b.id AND a.valid_to = b.valid_from";

    @TempDir
    Path folder;

    private long following(String setting) throws Exception {
        try (Sql sql = new Sql(Store.connect("", "256MB", folder.resolve("spill")))) {
            sql.run(setting);
            for (String statement : TABLES) {
                sql.run(statement);
            }
            return sql.number(FOLLOWING);
        }
    }

    @Test
    void sharedSubplansLoseAFilterOfASelfJoin() throws Exception {
        assertThat(following("SET disabled_optimizers = ''")).isEqualTo(2);
    }

    @Test
    void ourInstancesCountRight() throws Exception {
        assertThat(following("SELECT 1")).isEqualTo(1);
    }
}
