package eider.sql;

import eider.tck.Fault;
import eider.tck.Outside;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The world of a SQL connection: a schema with a table that has a cursor column, one with a key alone, and one without either. */
final class Shop implements Outside {
    private final Postgres postgres = Postgres.running();
    private final String schema;

    Shop(String name) throws SQLException {
        this.schema = postgres.schema(name);
    }

    String schema() {
        return schema;
    }

    @Override
    public Map<String, String> options() {
        return postgres.options(schema, "cursor", "orders=updated_at");
    }

    @Override
    public void fill(int rows) throws SQLException {
        int orders = rows - 2 * (rows / 4);
        postgres.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, customer text, amount numeric(12,2), paid boolean, "
                        + "updated_at timestamptz)",
                // Many orders have the same time, so that pages break between equal cursors.
                "INSERT INTO " + schema + ".orders SELECT i, 'customer ' || i % 97, i % 1000 + 0.25, i % 3 = 0, "
                        + "timestamptz '2026-01-01 00:00:00Z' + (i / 400) * interval '1 minute' FROM generate_series(1, " + orders + ") i",
                "CREATE TABLE " + schema + ".products (sku text PRIMARY KEY, name text NOT NULL, price numeric(10,2))",
                "INSERT INTO " + schema + ".products SELECT 'P-' || i, 'Product ' || i, i % 90 + 0.5 FROM generate_series(1, " + rows / 4 + ") i",
                "CREATE TABLE " + schema + ".visits (page text, seconds integer)",
                "INSERT INTO " + schema + ".visits SELECT '/p/' || i % 7, i % 60 FROM generate_series(1, " + rows / 4 + ") i");
    }

    @Override
    public void change() throws SQLException {
        postgres.execute("INSERT INTO " + schema + ".orders VALUES (1000001, 'late', 7.5, true, '2026-11-01')",
                "UPDATE " + schema + ".orders SET amount = 1, updated_at = '2026-11-02' WHERE id = 3",
                "UPDATE " + schema + ".products SET name = 'Renamed' WHERE sku = 'P-3'", "INSERT INTO " + schema + ".products VALUES ('N', 'New', 1)",
                "DELETE FROM " + schema + ".visits WHERE ctid = (SELECT min(ctid) FROM " + schema + ".visits)");
    }

    /** A table to which the reader has no right holds the secret; so does the name of one that is asked for in vain. */
    @Override
    public List<Map<String, String>> plant(String secret) throws SQLException {
        postgres.execute("CREATE TABLE IF NOT EXISTS " + schema + ".payroll (id integer PRIMARY KEY, note text)",
                "INSERT INTO " + schema + ".payroll VALUES (1, '" + secret + "') ON CONFLICT DO NOTHING", "REVOKE ALL ON " + schema
                        + ".payroll FROM " + Postgres.READER);
        return List.of(postgres.options(schema, "tables", "payroll"), postgres.options(schema, "tables", "payroll", "cursor", "payroll=id"));
    }

    @Override
    public List<Fault> faults() {
        return List.of(new Fault("host", ""), new Fault("host", "a host"), new Fault("host", "no-such-host.invalid"), new Fault("host",
                "169.254.169.254"),
                new Fault("host", "127.0.0.1/x?socketFactory=y"), new Fault("port", "0"), new Fault("port", "1"), new Fault("port", "many"),
                new Fault("database", "none_such"), new Fault("database", ""), new Fault("user", ""), new Fault("schema", "nowhere"),
                new Fault("tables", "none_such"), new Fault("tables", ""), new Fault("cursor", "orders=nothing"), new Fault("cursor", "orders"),
                new Fault("cursor", "orders=customer"), new Fault("cursor", "visits=seconds"), new Fault("cursor", "none_such=id"),
                new Fault("keys", "visits=nothing"), new Fault("keys", "visits=+"), new Fault("keys", "none_such=id"),
                new Fault("decimals", "orders=18.4"), new Fault("decimals", "orders.amount=40.2"), new Fault("decimals", "orders.amount=18"),
                new Fault("decimals", "orders.nothing=18.4"), new Fault("look_back", "soon"), new Fault("look_back", "-5m"),
                new Fault("look_back_numbers", "few"), new Fault("look_back_numbers", "-1"), new Fault("tls", "verify"),
                new Fault("certificate_authority", "../data/eider.duckdb"), new Fault("certificate_authority", "none_such.pem"),
                new Fault("properties", "socketFactory=java.lang.Runtime"), new Fault("properties", "sslmode=disable"),
                new Fault("properties", "prepareThreshold=often"));
    }

    @Override
    public void close() throws IOException {
        try {
            postgres.execute("DROP SCHEMA " + schema + " CASCADE");
        } catch (SQLException e) {
            throw new IOException("the schema " + schema + " was not cleared away", e);
        }
    }
}
