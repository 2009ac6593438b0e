package eider.sql;

import eider.tck.Fault;
import eider.tck.Outside;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * The world of a connection whose driver was dropped in: as {@link Shop}, in a server that Eider knows nothing of. Each table has a cursor column:
 * without one, nobody can count up to the last read there.
 */
final class DriverShop implements Outside {
    private final Served server;
    private final String schema;

    DriverShop(Served server, String name) throws SQLException {
        this.server = server;
        this.schema = server.schema(name);
    }

    @Override
    public Map<String, String> options() {
        return server.options(schema, "cursor", "ORDERS=UPDATED_AT, PRODUCTS=CHANGED, VISITS=ID");
    }

    @Override
    public void fill(int rows) throws SQLException {
        int orders = rows - 2 * (rows / 4);
        server.execute("CREATE TABLE " + schema + ".ORDERS (ID BIGINT PRIMARY KEY, CUSTOMER VARCHAR(50), AMOUNT DECIMAL(12,2), PAID BOOLEAN, "
                        + "UPDATED_AT TIMESTAMP(6) WITH TIME ZONE)",
                // Many orders have the same time, so that pages break between equal cursors.
                "INSERT INTO " + schema + ".ORDERS SELECT I, 'customer ' || MOD(I, 97), MOD(I, 1000) + 0.25, CASE WHEN MOD(I, 3) = 0 THEN TRUE ELSE "
                + "FALSE END, "
                        + "TIMESTAMP '2026-01-01 00:00:00+00:00' + (I / 400) * INTERVAL '1' MINUTE FROM (" + server.numbers(orders) + ") N",
                "CREATE TABLE " + schema + ".PRODUCTS (SKU VARCHAR(20) PRIMARY KEY, NAME VARCHAR(50) NOT NULL, PRICE DECIMAL(10,2), CHANGED DATE)",
                "INSERT INTO " + schema + ".PRODUCTS SELECT 'P-' || I, 'Product ' || I, MOD(I, 90) + 0.5, DATE '2026-01-01' + MOD(I, 3) * INTERVAL "
                + "'1' DAY FROM (" + server.numbers(rows / 4) + ") N",
                "CREATE TABLE " + schema + ".VISITS (ID INTEGER PRIMARY KEY, PAGE VARCHAR(20), SECONDS INTEGER)",
                "INSERT INTO " + schema + ".VISITS SELECT I, '/p/' || MOD(I, 7), MOD(I, 60) FROM (" + server.numbers(rows / 4) + ") N");
        server.grant(schema, "ORDERS", "PRODUCTS", "VISITS");
    }

    @Override
    public void change() throws SQLException {
        server.execute("INSERT INTO " + schema + ".ORDERS VALUES (1000001, 'late', 7.5, TRUE, TIMESTAMP '2026-11-01 00:00:00+00:00')",
                "UPDATE " + schema + ".ORDERS SET AMOUNT = 1, UPDATED_AT = TIMESTAMP '2026-11-02 00:00:00+00:00' WHERE ID = 3",
                "UPDATE " + schema + ".PRODUCTS SET NAME = 'Renamed', CHANGED = DATE '2026-11-02' WHERE SKU = 'P-3'",
                "INSERT INTO " + schema + ".PRODUCTS VALUES ('N', 'New', 1, DATE '2026-11-01')",
                "INSERT INTO " + schema + ".VISITS VALUES (1000001, '/new', 1)");
    }

    /** A table to which the reader has no right holds the secret. */
    @Override
    public List<Map<String, String>> plant(String secret) throws SQLException {
        server.execute("CREATE TABLE IF NOT EXISTS " + schema + ".PAYROLL (ID INTEGER PRIMARY KEY, NOTE VARCHAR(200))", "DELETE FROM " + schema
                + ".PAYROLL",
                "INSERT INTO " + schema + ".PAYROLL VALUES (1, '" + secret + "')");
        return List.of(server.options(schema, "tables", "PAYROLL"), server.options(schema, "tables", "PAYROLL", "cursor", "PAYROLL=ID"));
    }

    @Override
    public List<Fault> faults() {
        return List.of(new Fault("host", ""), new Fault("host", "a host"), new Fault("host", "no-such-host.invalid"), new Fault("host",
                "169.254.169.254"),
                new Fault("host", "127.0.0.1/x;INIT=y"), new Fault("port", "0"), new Fault("port", "1"), new Fault("port", "many"),
                new Fault("database", "none_such"), new Fault("database", ""), new Fault("database", "x;INIT=y"), new Fault("user", ""),
                new Fault("schema", "NOWHERE"), new Fault("tables", "NONE_SUCH"), new Fault("tables", ""), new Fault("cursor", "ORDERS=NOTHING"),
                new Fault("cursor", "ORDERS=CUSTOMER"), new Fault("cursor", "VISITS=PAGE"), new Fault("keys", "VISITS=NOTHING"),
                new Fault("decimals", "ORDERS.NOTHING=18.4"), new Fault("tls", "verify"), new Fault("kind", "none_such"), new Fault("properties",
                        "INIT=y"));
    }

    @Override
    public void close() throws IOException {
        try {
            server.drop(schema);
        } catch (SQLException e) {
            throw new IOException("the schema " + schema + " was not cleared away", e);
        }
    }
}
