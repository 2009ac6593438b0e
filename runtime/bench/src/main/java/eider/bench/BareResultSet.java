package eider.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBLogicalType;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;

/** A bare loop over the rows of a table of a PostgreSQL server that feeds a table function of DuckDB. A main class: {@code ADDRESS TABLE FOLDER}. */
final class BareResultSet {
    static final String TOOK = "took ";
    private static final int FETCHED = 1_000;

    private BareResultSet() {
    }

    public static void main(String[] words) throws Exception {
        Path folder = Files.createDirectories(Path.of(words[2]));
        ProcessFigures self = new ProcessFigures(ProcessHandle.current().pid());
        double cpu = self.cpuSeconds();
        long begun = System.nanoTime();
        try (Connection from = DriverManager.getConnection(words[0]); Statement select = from.createStatement();
                Connection into = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("bare.duckdb")); Statement statement = into.createStatement()) {
            from.setAutoCommit(false);
            select.setFetchSize(FETCHED);
            try (ResultSet rows = select.executeQuery("SELECT id, changed, product, region, customer, quantity, unit_price, total FROM " + words[1])) {
                DuckDBFunctions.tableFunction().withName("lines_of").withFunction(new Feed(rows)).register(into);
                statement.execute("CREATE TABLE lines AS SELECT * FROM lines_of()");
                statement.execute("CHECKPOINT");
            }
        }
        System.out.printf(Locale.ROOT, TOOK + "%.3f %.3f%n", Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0, self.cpuSeconds() - cpu);
    }

    private static final class Feed implements DuckDBTableFunction<Object, Object, Object> {
        private final ResultSet rows;

        Feed(ResultSet rows) {
            this.rows = rows;
        }

        @Override
        public Object bind(DuckDBTableFunctionBindInfo info) throws Exception {
            info.addResultColumn("id", Long.class).addResultColumn("changed", OffsetDateTime.class).addResultColumn("product", String.class)
                    .addResultColumn("region", String.class).addResultColumn("customer", String.class).addResultColumn("quantity", Long.class)
                    .addResultColumn("unit_price", DuckDBLogicalType.decimal(18, 4)).addResultColumn("total", DuckDBLogicalType.decimal(18, 4));
            return null;
        }

        @Override
        public Object init(DuckDBTableFunctionInitInfo info) {
            info.setMaxThreads(1);
            return this;
        }

        @Override
        public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) throws Exception {
            int count = 0;
            while (count < out.capacity() && rows.next()) {
                out.vector(0).setLong(count, rows.getLong(1));
                out.vector(1).setOffsetDateTime(count, rows.getObject(2, OffsetDateTime.class));
                out.vector(2).setString(count, rows.getString(3));
                out.vector(3).setString(count, rows.getString(4));
                out.vector(4).setString(count, rows.getString(5));
                out.vector(5).setLong(count, rows.getLong(6));
                out.vector(6).setBigDecimal(count, rows.getBigDecimal(7));
                out.vector(7).setBigDecimal(count, rows.getBigDecimal(8));
                count++;
            }
            return count;
        }
    }
}
