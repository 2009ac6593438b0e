package eider.store;

import java.nio.file.Path;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/** Regular expressions, as the database understands them: RE2, which takes no longer for a hostile pattern than for another. */
public final class Patterns {
    private Patterns() {}

    /** @throws IllegalArgumentException with a sentence if this is none */
    public static void check(String pattern) {
        try (DuckDBConnection connection = Store.connect("", "64MB", Path.of("no-spill")); Sql sql = new Sql(connection)) {
            // Into a table: a result that is streamed tells only that it is none.
            sql.run("CREATE TEMP TABLE tried AS SELECT regexp_full_match('', " + Sql.text(pattern) + ")");
        } catch (SQLException e) {
            throw new IllegalArgumentException("'" + pattern + "' is no pattern of RE2: " + Sql.sentence(e), e);
        }
    }
}
