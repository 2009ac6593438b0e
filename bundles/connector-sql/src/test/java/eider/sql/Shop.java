package eider.sql;

import eider.tck.Fault;
import eider.tck.Outside;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The world of a SQL connection: a schema with a table that has a cursor column, one with a key alone, and one without either. */
final class Shop implements Outside {
    private final Server.Kind kind;
    private final Server server;
    private final String schema;
    private String hidden;

    Shop(Server.Kind kind, String name) throws SQLException {
        this.kind = kind;
        this.server = kind.running();
        this.schema = server.schema(name);
    }

    String schema() {
        return schema;
    }

    @Override
    public Map<String, String> options() {
        return server.options(schema, "cursor", "orders=updated_at");
    }

    @Override
    public void fill(int rows) throws SQLException {
        int orders = rows - 2 * (rows / 4);
        server.execute("CREATE TABLE " + schema + ".orders (id bigint PRIMARY KEY, customer varchar(100), amount numeric(12,2), paid boolean, "
                        + "updated_at " + server.instant() + " NULL)",
                // Many orders have the same time, so that pages break between equal cursors.
                "INSERT INTO " + schema + ".orders SELECT i, concat('customer ', i % 97), i % 1000 + 0.25, i % 3 = 0, "
                        + server.later("'2026-01-01 00:00:00'", "floor(i / 400)", "minute") + " FROM " + Server.numbers(orders),
                "CREATE TABLE " + schema + ".products (sku varchar(20) PRIMARY KEY, name varchar(100) NOT NULL, price numeric(10,2))",
                "INSERT INTO " + schema + ".products SELECT concat('P-', i), concat('Product ', i), i % 90 + 0.5 FROM " + Server.numbers(rows / 4),
                "CREATE TABLE " + schema + ".visits (page varchar(100), seconds integer)",
                "INSERT INTO " + schema + ".visits SELECT concat('/p/', i % 7), i % 60 FROM " + Server.numbers(rows / 4));
    }

    @Override
    public void change() throws SQLException {
        server.execute("INSERT INTO " + schema + ".orders VALUES (1000001, 'late', 7.5, true, '2026-11-01')",
                "UPDATE " + schema + ".orders SET amount = 1, updated_at = '2026-11-02' WHERE id = 3",
                "UPDATE " + schema + ".products SET name = 'Renamed' WHERE sku = 'P-3'", "INSERT INTO " + schema + ".products VALUES ('N', 'New', 1)",
                kind == Server.Kind.POSTGRESQL ? "DELETE FROM " + schema + ".visits WHERE ctid = (SELECT min(ctid) FROM " + schema + ".visits)"
                        : "DELETE FROM " + schema + ".visits LIMIT 1");
    }

    /** A table to which the reader has no right holds the secret; so does the name of one that is asked for in vain. */
    @Override
    public List<Map<String, String>> plant(String secret) throws SQLException {
        if (hidden == null) {
            hidden = server.schema("hidden");
            server.execute("CREATE TABLE " + hidden + ".payroll (id integer PRIMARY KEY, note varchar(200))");
            server.deny(hidden, "payroll");
        }
        server.execute("DELETE FROM " + hidden + ".payroll", "INSERT INTO " + hidden + ".payroll VALUES (1, '" + secret + "')");
        return List.of(server.options(hidden, "tables", "payroll"), server.options(hidden, "tables", "payroll", "cursor", "payroll=id"));
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
                new Fault("booleans", "orders"), new Fault("booleans", "orders.nothing"), new Fault("zero_dates", "vanish"),
                new Fault("kind", "oracle"), new Fault("decimals", "orders=18.4"), new Fault("decimals", "orders.amount=40.2"), new Fault("decimals", "orders.amount=18"),
                new Fault("decimals", "orders.nothing=18.4"), new Fault("look_back", "soon"), new Fault("look_back", "-5m"),
                new Fault("look_back_numbers", "few"), new Fault("look_back_numbers", "-1"), new Fault("tls", "verify"),
                new Fault("certificate_authority", "../data/eider.duckdb"), new Fault("certificate_authority", "none_such.pem"),
                new Fault("properties", "socketFactory=java.lang.Runtime"), new Fault("properties", "sslmode=disable"), new Fault("properties", "allowLocalInfile=true"),
                
                new Fault("properties", "prepareThreshold=often"));
    }

    @Override
    public void close() throws IOException {
        try {
            server.drop(schema);
            if (hidden != null) {
                server.drop(hidden);
            }
        } catch (SQLException e) {
            throw new IOException("the schema " + schema + " was not cleared away", e);
        }
    }
}
