package eider.policy;

import eider.cage.Cage;
import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.people.Viewer;
import eider.query.QueryService;
import eider.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A shop with sales of two people and of nobody, young and old ones, on the first of November 2026; and who looks at them. */
public final class House implements AutoCloseable {
    public static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    public static final Viewer ADMIN = new Viewer("ada", "admin", Map.of());
    public static final Viewer MANAGER = new Viewer("mia", "manager", Map.of());
    public static final Viewer ANN = new Viewer("ann", "user", Map.of("sales_user_id", "7"));
    public static final Viewer BOB = new Viewer("bob", "user", Map.of("sales_user_id", "8"));
    public static final Viewer NOBODY = new Viewer("noa", "user", Map.of());
    /** Sees Europe, may write SQL, and sees no customer. */
    public static final Viewer ANALYST = new Viewer("alf", "analyst", Map.of("region", "Europe"));
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What nobody but admins may learn: it stands in rows that no rule lets through. */
    public static final String SECRET = "Zanzibar Holdings 4711";

    private final Path home;
    private final Store store;
    private final QueryService queries;

    public House(Path home) throws Exception {
        this(home, Cage.Bounds.DEFAULT);
    }

    public House(Path home, Cage.Bounds bounds) throws Exception {
        this.home = home;
        policy("analyst", """
                permissions = sql, export
                sales.rows = region = $region
                sales.columns = all except customer
                products.rows = all
                """);
        store = new Store(Store.Settings.in(home, false, "512MB"), InstantSource.fixed(NOW), step -> {});
        queries = new QueryService(store, new PolicyFolder(home, store, InstantSource.fixed(NOW), ZoneOffset.UTC), bounds);
        store.write(sql -> {
            sql.run("""
                    INSERT INTO sales (source_id, date, user_id, customer, product_name, quantity, unit_price, total_amount, region) VALUES
                    ('1', '2026-10-30', '7', 'Ann''s first', 'Lamp', 2, 10, 20, 'Europe'),
                    ('2', '2026-10-31', '8', 'Bob''s', 'Lamp', 1, 10, 10, 'Europe'),
                    ('3', '2026-11-01', NULL, 'Nobody''s', 'Desk', 1, 200, 200, 'Europe'),
                    ('4', '2026-08-04', '7', 'Ann''s at the edge', 'Desk', 1, 200, 200, 'Asia Pacific'),
                    ('5', '2026-08-03', '7', 'Ann''s old one', 'Chair', 3, 50, 150, 'Europe'),
                    ('6', '2026-10-30', '9', ?, 'Vault', 1, 4711, 4711, 'Antarctica')""", SECRET);
            sql.run("INSERT INTO products (source_id, name, category, price) VALUES ('l', 'Lamp', 'Lights', 10), ('d', 'Desk', 'Furniture', 200)");
            sql.run("CREATE TABLE raw.books__pay (name VARCHAR, pay BIGINT)");
            return sql.run("INSERT INTO raw.books__pay VALUES (?, 4711)", SECRET);
        });
    }

    public void policy(String role, String text) throws IOException {
        Files.createDirectories(home.resolve("config/policies"));
        Path file = home.resolve("config/policies/" + role + ".cfg");
        Files.writeString(file, text);
    }

    public Path home() {
        return home;
    }

    Store store() {
        return store;
    }

    public Queries queries() {
        return queries;
    }

    /** What a page of Eider's own is told. */
    public List<String> page(Viewer viewer, String sql, Object... parameters) throws EngineException {
        try (Rows rows = queries.query(viewer, sql, LIMIT, parameters)) {
            return lines(rows);
        }
    }

    /** What who wrote the statement is told. */
    public List<String> asked(Viewer viewer, String sql) throws EngineException {
        return asked(viewer, sql, LIMIT);
    }

    public List<String> asked(Viewer viewer, String sql, Duration limit) throws EngineException {
        try (Rows rows = queries.ask(viewer, sql, limit)) {
            return lines(rows);
        }
    }

    private static List<String> lines(Rows rows) throws EngineException {
        List<String> lines = new ArrayList<>();
        while (rows.next()) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < rows.columns().size(); i++) {
                cells.add(rows.text(i));
            }
            lines.add(String.join("|", cells));
        }
        return lines;
    }

    @Override
    public void close() {
        queries.close();
        store.close();
    }
}
