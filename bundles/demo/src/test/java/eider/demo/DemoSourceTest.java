package eider.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DemoSourceTest {
    private static final Instant MARCH_FIRST = Instant.parse("2026-03-01T09:00:00Z");
    private static final Sniffer NO_FILES = new Sniffer() {
        @Override
        public <S extends Scan> S complete(S scan) {
            throw new AssertionError("the demo has no files");
        }
    };

    /** Keeps what is pushed, by key. */
    private static final class Kept implements Sink {
        final Dataset dataset;
        final Map<Object, Object[]> rows = new LinkedHashMap<>();
        int pushed;
        Cursor cursor = Cursor.NONE;

        Kept(Dataset dataset) {
            this.dataset = dataset;
        }

        @Override
        public void part(String name, String fingerprint) {
            throw new AssertionError("a keyed dataset has no parts");
        }

        @Override
        public void upsert(Object... values) {
            assertThat(values).hasSameSizeAs(dataset.fields()).doesNotContainNull();
            pushed++;
            rows.put(values[0], values);
        }

        @Override
        public void delete(Object... key) {
            throw new AssertionError("nothing is deleted");
        }

        @Override
        public void scan(Scan scan) {
            throw new AssertionError("the demo has no files");
        }

        @Override
        public void reject(String place, String raw, String reason) {
            throw new AssertionError("nothing is bad");
        }

        @Override
        public void checkpoint(Cursor reached) {
            cursor = reached;
        }

        @Override
        public void progress(String doing, long done, long total) {
            assertThat(done).isLessThanOrEqualTo(total);
        }
    }

    private static Dataset dataset(String name) {
        return new DemoSource(() -> MARCH_FIRST).discover(NO_FILES).stream().filter(d -> d.name().equals(name)).findFirst().orElseThrow();
    }

    private static void read(Instant now, Kept sink) throws Exception {
        new DemoSource(() -> now).read(new Request(sink.dataset, sink.cursor, NO_FILES), sink);
    }

    private static List<Object> days(Kept sink) {
        return sink.rows.values().stream().map(row -> row[1]).distinct().toList();
    }

    @Test
    void theFirstReadIsTwoYearsUpToYesterday() throws Exception {
        Kept sales = new Kept(dataset("sales"));
        read(MARCH_FIRST, sales);

        assertThat(days(sales)).hasSize(730).startsWith(LocalDate.of(2024, 3, 1)).endsWith(LocalDate.of(2026, 2, 28));
        assertThat(sales.rows).hasSize(sales.pushed);
    }

    @Test
    void aLaterReadBringsTheDaysSinceAndEqualsOneCleanRead() throws Exception {
        Kept early = new Kept(dataset("sales"));
        read(MARCH_FIRST, early);
        int before = early.pushed;
        read(MARCH_FIRST.plusSeconds(10 * 86_400), early);
        Kept clean = new Kept(dataset("sales"));
        clean.cursor = new Cursor("2024-03-01/2024-03-01");
        read(MARCH_FIRST.plusSeconds(10 * 86_400), clean);

        assertThat(early.pushed - before).isLessThan(2_000);
        assertThat(early.rows.keySet()).isEqualTo(clean.rows.keySet());
        assertThat(early.cursor).isEqualTo(clean.cursor);
    }

    @Test
    void theSameDayAgainChangesNothingEvenIfTheClockWentBack() throws Exception {
        Kept sales = new Kept(dataset("sales"));
        read(MARCH_FIRST, sales);
        Map<Object, Object[]> rows = Map.copyOf(sales.rows);
        Cursor cursor = sales.cursor;
        read(MARCH_FIRST.plusSeconds(3600), sales);
        read(MARCH_FIRST.minusSeconds(5 * 86_400), sales);

        assertThat(sales.rows.keySet()).isEqualTo(rows.keySet());
        assertThat(sales.cursor).isEqualTo(cursor);
    }

    @Test
    void theModelsGiveTheCanonicalColumns() throws Exception {
        assertThat(columns("sales")).containsExactly("_row", "date", "occurred_at", "kind", "source", "source_id", "order_id", "customer",
                "product_name", "category", "channel", "region",
                "user_id", "quantity", "unit_price", "gross", "discount", "tax", "shipping", "net", "total_amount", "currency", "original_amount");
        assertThat(columns("products")).containsExactly("_row", "source", "source_id", "name", "category", "price", "currency", "stock_quantity");
    }

    /** The result columns of a model, run by DuckDB over a relation with the dataset's fields. */
    private static List<String> columns(String name) throws Exception {
        Model model = new DemoSource(() -> MARCH_FIRST).models().stream().filter(m -> m.from().equals(name)).findFirst().orElseThrow();
        assertThat(model.into()).isEqualTo(name);
        String fields = dataset(name).fields().stream().map(field -> "NULL::" + switch (field.type().kind()) {
            case TEXT, JSON -> "VARCHAR";
            case INTEGER -> "BIGINT";
            case DECIMAL -> "DECIMAL(18,4)";
            case INSTANT -> "TIMESTAMPTZ";
            case BOOLEAN, DOUBLE, DATE, TIMESTAMP -> field.type().kind().name();
        } + " AS " + field.name()).collect(Collectors.joining(", "));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("WITH input AS (SELECT 1 AS _row, " + fields + ") " + model.sql())) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                columns.add(result.getMetaData().getColumnName(i));
            }
            return columns;
        }
    }
}
