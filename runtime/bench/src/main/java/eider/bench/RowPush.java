package eider.bench;

import eider.Eider;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.engine.Load;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBLogicalType;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;

/**
 * Rows pushed one by one through {@code Sink.upsert} into an Eider inside a program, in turns with a bare loop that feeds the same rows to a table
 * function of DuckDB. Also a main class: {@code parts|key|function|appender FOLDER ROWS}; each way in a process of its own.
 */
final class RowPush implements Measurement {
    private static final int COLUMNS = 8;
    private static final String TOOK = "took ";
    /** Rows between two checkpoints. */
    private static final long CHECKPOINT = 100_000;
    private static final String[] PRODUCTS = {"Laptop Pro 14", "Monitor 27 Inch", "Wireless Mouse", "Mechanical Keyboard", "Standing Desk",
            "Ergonomic Chair"};
    private static final String[] REGIONS = {"North America", "Europe", "Asia Pacific", "Latin America"};
    private static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);

    private final Workbench bench;
    private final long rows;
    private final int rounds;

    RowPush(Workbench bench, long rows, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.rounds = rounds;
    }

    private record Round(SalesFile.Cost function, SalesFile.Cost appender, SalesFile.Cost parts, SalesFile.Cost key) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%,d rows of %d columns pushed one by one, %d x", rows, COLUMNS, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(new Round(run("function"), run("appender"), run("parts"), run("key")));
        }
        return List.of(
                Figure.beside("push_ratio", "without a key ÷ bare table function", Median.of(all, r -> r.parts.wall() / r.function.wall()), "x"),
                Figure.beside("push_key_ratio", "with a key ÷ bare table function", Median.of(all, r -> r.key.wall() / r.function.wall()), "x"),
                Figure.beside("push_appender_ratio", "without a key ÷ bare appender", Median.of(all, r -> r.parts.wall() / r.appender.wall()), "x"),
                Figure.beside("push_cpu_ratio", "processor time ÷ bare table function", Median.of(all, r -> r.parts.cpu() / r.function.cpu()), "x"),
                Figure.beside("push", "pushed without a key", Median.of(all, r -> r.parts.wall()), "s"),
                Figure.beside("push_key", "pushed with a key", Median.of(all, r -> r.key.wall()), "s"),
                Figure.beside("push_function", "bare table function", Median.of(all, r -> r.function.wall()), "s"),
                Figure.beside("push_appender", "bare appender", Median.of(all, r -> r.appender.wall()), "s"));
    }

    private SalesFile.Cost run(String way) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(bench.fresh("push"));
        String[] words = bench.java(RowPush.class, way, folder.toString(), Long.toString(rows)).lines().filter(line -> line.startsWith(TOOK))
                .findFirst()
                .orElseThrow(() -> new IOException("the program did not say what it took")).split(" ");
        return new SalesFile.Cost(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    public static void main(String[] words) throws Exception {
        Path folder = Path.of(words[1]);
        long rows = Long.parseLong(words[2]);
        switch (words[0]) {
            case "parts" -> push(folder, rows, false);
            case "key" -> push(folder, rows, true);
            case "function" -> function(folder, rows);
            case "appender" -> append(folder, rows);
            default -> throw new IllegalArgumentException("'" + words[0] + "' is no way in");
        }
    }

    /** Tells what the work took. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static void time(Work work) throws Exception {
        ProcessFigures self = new ProcessFigures(ProcessHandle.current().pid());
        double cpu = self.cpuSeconds();
        long begun = System.nanoTime();
        work.run();
        System.out.printf(Locale.ROOT, TOOK + "%.3f %.3f%n", Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0,
                self.cpuSeconds() - cpu);
    }

    private static LocalDate day(long row) {
        return FIRST_DAY.plusDays(row % 730);
    }

    private static String product(long row) {
        return PRODUCTS[(int) (row % PRODUCTS.length)];
    }

    private static String region(long row) {
        return REGIONS[(int) (row % REGIONS.length)];
    }

    private static String user(long row) {
        return "user-" + row % 5_000;
    }

    /** With the four digits that the column has: the appender takes no others. */
    private static BigDecimal price(long row) {
        return BigDecimal.valueOf((2_000 + row % 130_000) * 100, 4);
    }

    private static BigDecimal total(long row) {
        return BigDecimal.valueOf((2_000 + row % 130_000) * 100 * (1 + row % 5), 4);
    }

    private static void push(Path folder, long rows, boolean keyed) throws Exception {
        Dataset dataset = new Dataset("lines", "Lines of orders.", List.of(Field.required("id", Type.INTEGER, "The line."),
                Field.of("day", Type.DATE, "Its day."),
                Field.of("product", Type.TEXT, "The product."), Field.of("region", Type.TEXT, "The region."),
                        Field.of("user_id", Type.TEXT, "The customer."),
                Field.of("quantity", Type.INTEGER, "How many."), Field.of("unit_price", Type.MONEY, "For how much each."),
                        Field.of("total", Type.MONEY, "For how much.")),
                keyed ? List.of("id") : List.of());
        try (Eider eider = Eider.builder().home(folder.resolve("home")).start()) {
            eider.register("shop", new Lines(dataset, rows));
            time(() -> {
                Load load = eider.sync("shop").getFirst();
                if (load.state() != Load.State.COMMITTED || load.inserted() != rows) {
                    throw new IOException("the rows are not in: " + load);
                }
            });
        }
    }

    /** Pushes its rows, with a checkpoint after each so many of them; without a key each of these is a part. */
    private record Lines(Dataset dataset, long rows) implements Source {
        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return List.of(dataset);
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            for (long row = 0; row < rows; row++) {
                if (row % CHECKPOINT == 0 && dataset.key().isEmpty()) {
                    sink.part("page " + row / CHECKPOINT, "first");
                }
                sink.upsert(row, day(row), product(row), region(row), user(row), 1 + row % 5, price(row), total(row));
                if ((row + 1) % CHECKPOINT == 0 || row + 1 == rows) {
                    sink.checkpoint(new Cursor(Long.toString(row)));
                }
            }
        }
    }

    private static final String TABLE = "CREATE TABLE lines (id BIGINT, day DATE, product VARCHAR, region VARCHAR, user_id VARCHAR, quantity BIGINT, unit_price DECIMAL(18,4),"
            + " total DECIMAL(18,4))";

    private static void function(Path folder, long rows) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"
                + folder.resolve("bare.duckdb")); Statement statement = connection.createStatement()) {
            DuckDBFunctions.tableFunction().withName("lines_of").withFunction(new Feed(rows)).register(connection);
            time(() -> {
                statement.execute("CREATE TABLE lines AS SELECT * FROM lines_of()");
                statement.execute("CHECKPOINT");
            });
        }
    }

    /** Fills vectors with the rows. */
    private static final class Feed implements DuckDBTableFunction<Object, long[], Object> {
        private final long rows;

        Feed(long rows) {
            this.rows = rows;
        }

        @Override
        public Object bind(DuckDBTableFunctionBindInfo info) throws Exception {
            info.addResultColumn("id", Long.class).addResultColumn("day", LocalDate.class).addResultColumn("product", String.class)
                    .addResultColumn("region", String.class)
                    .addResultColumn("user_id", String.class).addResultColumn("quantity", Long.class)
                    .addResultColumn("unit_price", DuckDBLogicalType.decimal(18, 4)).addResultColumn("total", DuckDBLogicalType.decimal(18, 4));
            return null;
        }

        @Override
        public long[] init(DuckDBTableFunctionInitInfo info) {
            info.setMaxThreads(1);
            return new long[1];
        }

        @Override
        public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) throws Exception {
            long[] next = info.getInitData();
            int count = (int) Math.min(out.capacity(), rows - next[0]);
            for (int i = 0; i < count; i++) {
                long row = next[0]++;
                out.vector(0).setLong(i, row);
                out.vector(1).setDate(i, day(row));
                out.vector(2).setString(i, product(row));
                out.vector(3).setString(i, region(row));
                out.vector(4).setString(i, user(row));
                out.vector(5).setLong(i, 1 + row % 5);
                out.vector(6).setBigDecimal(i, price(row));
                out.vector(7).setBigDecimal(i, total(row));
            }
            return count;
        }
    }

    private static void append(Path folder, long rows) throws Exception {
        try (DuckDBConnection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("bare.duckdb")).unwrap(DuckDBConnection.class);
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            time(() -> {
                try (DuckDBAppender appender = connection.createAppender("lines")) {
                    for (long row = 0; row < rows; row++) {
                        appender.beginRow().append(row).append(day(row)).append(product(row)).append(region(row)).append(user(row))
                                .append(1 + row % 5).append(price(row))
                                .append(total(row)).endRow();
                    }
                    appender.flush();
                }
                statement.execute("CHECKPOINT");
            });
        }
    }
}
