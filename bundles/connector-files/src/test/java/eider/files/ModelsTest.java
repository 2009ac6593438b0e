package eider.files;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Model;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shipped models, run by a real DuckDB over rows as the fields of the datasets have them. */
class ModelsTest {
    private static final List<String> SALES = List.of("_row", "date", "occurred_at", "kind", "source_id", "order_id", "customer", "product_name",
            "category", "channel", "region",
            "user_id", "quantity", "unit_price", "gross", "discount", "tax", "shipping", "net", "total_amount", "currency", "original_amount");

    private Connection duck;

    @BeforeEach
    void open() throws SQLException {
        duck = DriverManager.getConnection("jdbc:duckdb:");
        execute("SET TimeZone = 'UTC'");
    }

    @AfterEach
    void close() throws SQLException {
        duck.close();
    }

    @Test
    void thePrototypesLineBecomesASale() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        execute("INSERT INTO input (_row, date, user_id, product_name, quantity, unit_price, total_amount, region) VALUES (1, '2026-10-01', '2', "
                + "'Desk lamp', 2, 45, 90, 'Europe')");
        assertThat(column(sales(), "date, kind, quantity, unit_price, gross, net, total_amount, region, user_id, discount, tax, shipping, currency"))
                .containsExactly("2026-10-01", "sale", "2.0000", "45.0000", "90.0000", "90.0000", "90.0000", "Europe", "2", null, null, null, null);
    }

    @Test
    void theModelGivesTheCanonicalColumns() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        assertThat(names(sales())).containsExactlyElementsOf(SALES);
        execute("DROP TABLE input");
        input("products", "");
        assertThat(names(models("dataset", "products").sql())).containsExactly("_row", "source_id", "name", "category", "price", "currency",
                "stock_quantity");
    }

    @Test
    void whatIsLeftOutIsWorkedOutWhereThereIsOneAnswer() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        execute("INSERT INTO input (_row, date, quantity, unit_price, discount, tax, shipping, total_amount, currency) VALUES "
                + "(1, '2026-01-01', 2, 50, 10, 17.10, 5, 112.10, ' eur '), (2, '2026-01-01', 2, NULL, 10, 17.10, 5, 112.10, NULL)");
        // 2 x 50 - 10 discount = 90 net; + 17.10 tax + 5 shipping = 112.10.
        assertThat(rows(sales(), "gross, discount, net, tax, shipping, total_amount, currency")).containsExactly(
                List.of("100.0000", "10.0000", "90.0000", "17.1000", "5.0000", "112.1000", "EUR"),
                java.util.Arrays.asList("100.0000", "10.0000", "90.0000", "17.1000", "5.0000", "112.1000", null));
    }

    @Test
    void whatComesBackIsARefundUnlessTheFileSaysOtherwise() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        execute("INSERT INTO input (_row, date, quantity, total_amount, kind) VALUES (1, '2026-01-01', 1, -5, NULL), (2, '2026-01-01', -1, 0, ''), "
                + "(3, '2026-01-01', 1, -5, ' Adjustment '), (4, '2026-01-01', 1, 0, NULL)");
        assertThat(rows(sales(), "kind").stream().map(List::getFirst)).containsExactly("refund", "refund", "adjustment", "sale");
    }

    @Test
    void whatDoesNotFitStaysEmptyInsteadOfFailing() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        execute("INSERT INTO input (_row, date, quantity, unit_price, total_amount) VALUES (1, '2026-01-01', 99999999999999.9999, "
                + "99999999999999.9999, 99999999999999.9999)");
        assertThat(column(sales(), "gross, total_amount")).containsExactly(null, "99999999999999.9999");
        execute("DELETE FROM input");
        execute("INSERT INTO input (_row, date, quantity, tax, shipping, discount, total_amount) VALUES "
                + "(1, '2026-01-01', 1, -99999999999999.9999, -99999999999999, 99999999999999, 99999999999999.9999)");
        assertThat(column(sales(), "gross, net, total_amount")).containsExactly(null, null, "99999999999999.9999");
        execute("DELETE FROM input");
        execute("INSERT INTO input (_row, date, quantity, unit_price, total_amount) VALUES (1, '2026-01-01', 1000000, 99999999.9999, 0)");
        assertThat(column(sales(), "gross")).containsExactly("99999999999900.0000");
    }

    @Test
    void aWallClockIsThatOfTheConfiguredZone() throws SQLException {
        input("sales", "occurred_at TIMESTAMP");
        execute("INSERT INTO input (_row, date, occurred_at, quantity, total_amount) VALUES (1, '2026-07-01', '2026-07-01 23:30:00', 1, 1)");
        assertThat(column(models("time_zone", "Europe/Berlin").sql(), "epoch(occurred_at)::BIGINT, date"))
                .containsExactly(Long.toString(java.time.Instant.parse("2026-07-01T21:30:00Z").getEpochSecond()), "2026-07-01");
    }

    @Test
    void aTimeInTheDateCountsForItsDay() throws SQLException {
        input("sales", "date TIMESTAMP");
        execute("INSERT INTO input (_row, date, quantity, total_amount) VALUES (1, '2026-07-01 23:59:59', 1, 1)");
        assertThat(column(sales(), "date, typeof(date)")).containsExactly("2026-07-01", "DATE");
    }

    @Test
    void defaultsFillWhatAFileLeavesEmptyAndNothingElse() throws SQLException {
        input("sales", "occurred_at TIMESTAMPTZ");
        execute("INSERT INTO input (_row, date, quantity, unit_price, total_amount, region) VALUES (1, '2026-01-01', NULL, 3, 3, NULL), (2, "
                + "'2026-01-01', 2, 3, 6, 'Asia')");
        assertThat(rows(models("defaults", "quantity=1, region=O'Hara, occurred_at=2026-01-01T00:00:00Z").sql(), "quantity, region, gross"))
                .containsExactly(List.of("1.0000", "O'Hara", "3.0000"), List.of("2.0000", "Asia", "6.0000"));
    }

    private static String sales() {
        return models().sql();
    }

    private static Model models(Object... options) {
        return FilesSource.in(Path.of("/nowhere"), Configured.with(options)).models().getFirst();
    }

    /** A table of the dataset's fields; {@code other} gives one of them another type. */
    private void input(String dataset, String other) throws SQLException {
        List<String> columns = new ArrayList<>(List.of("_row BIGINT"));
        for (var field : Canonical.of(dataset).fields()) {
            String type = switch (field.type().kind()) {
                case DATE -> "DATE";
                case INSTANT -> "TIMESTAMPTZ";
                case DECIMAL -> "DECIMAL(18,4)";
                default -> "VARCHAR";
            };
            columns.add(other.startsWith(field.name() + " ") ? other : field.name() + " " + type);
        }
        execute("CREATE TABLE input (" + String.join(", ", columns) + ")");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = duck.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> column(String model, String columns) throws SQLException {
        return rows(model, columns).getFirst();
    }

    private List<List<String>> rows(String model, String columns) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = duck.createStatement(); ResultSet result = statement.executeQuery("SELECT " + columns + " FROM (" + model
                + ") ORDER BY _row")) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private List<String> names(String model) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = duck.createStatement(); ResultSet result = statement.executeQuery("SELECT * FROM (" + model + ")")) {
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                names.add(result.getMetaData().getColumnName(i));
            }
        }
        return names;
    }
}
