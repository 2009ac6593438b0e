package eider.kill;

import eider.core.Engine;
import eider.engine.EngineException;
import eider.engine.Rows;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must hold in a home whenever its store was opened, whatever ended the process before. */
final class Soundness {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String FIRM = Outside.CONNECTION + "__";
    private static final List<String> DATASETS = List.of("orders", "visits", "tills", "stock", "prices", "events");

    /** Change sets of loads that were not taken back. */
    private static final String STANDING = "(FROM ledger.change_sets WHERE load NOT IN (SELECT load FROM ledger.undone))";

    private final Engine engine;

    private Soundness(Engine engine) {
        this.engine = engine;
    }

    static Soundness of(Engine engine) {
        return new Soundness(engine);
    }

    /** @throws AssertionError that names what does not hold */
    void check(Outside outside) throws EngineException {
        none("a load stays RUNNING", "SELECT id, connection, dataset, message FROM ledger.loads WHERE state = 'RUNNING'");
        List<String> tables = rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' ORDER BY table_name").stream()
                .map(row -> row.get("table_name").toString())
                .toList();
        if (tables.isEmpty()) {
            none("there are cursors without any rows", "FROM ledger.cursors");
            none("there are sales without any rows", "SELECT _row FROM sales");
            return;
        }
        rowsAreUnique(tables);
        changeSetsTellTheRows(tables);
        if (tables.contains(FIRM + "orders")) {
            ordersAreThoseBeforeTheCursor(outside);
        }
        if (tables.contains(FIRM + "visits")) {
            partsAreThoseOfTheirFingerprints("visits", outside.visits(), "visitor", outside.day());
        }
        if (tables.contains(FIRM + "tills")) {
            partsAreThoseOfTheirFingerprints("tills", outside.tills(), "receipt", outside.day());
        }
        salesAreTheRowsOfTheirDatasets(tables);
        if (tables.contains(FIRM + "stock")) {
            stockIsThatOfOneDay(outside.day());
        }
        if (tables.contains(FIRM + "prices")) {
            pricesAreThoseBeforeTheCursor(outside.day());
        }
        if (tables.contains(FIRM + "events")) {
            eventsAreThoseUpToTheCursor();
        }
    }

    private void rowsAreUnique(List<String> tables) throws EngineException {
        String all = union(tables, table -> "SELECT _row FROM raw." + table + " UNION ALL SELECT _row FROM undo." + table);
        none("a row's number is there twice", "SELECT _row, count(*) FROM (" + all + ") GROUP BY _row HAVING count(*) > 1 OR _row IS NULL");
    }

    /**
     * Each change set's range holds as many rows as it says, each row stands in the range of a change set of its load, and so on with the sums of
     * loads.
     */
    private void changeSetsTellTheRows(List<String> tables) throws EngineException {
        String all = union(tables, table -> "SELECT '" + table + "' AS tab, _row, _load, CAST(NULL AS BIGINT) AS _gone FROM raw." + table
                + " UNION ALL SELECT '" + table
                + "', _row, _load, _gone FROM undo." + table);
        none("a change set's rows are not as many as it says",
                "SELECT c.load, c.raw_table, c.first_row, c.last_row, any_value(c.inserted + c.updated) AS said, count(r._row) AS found FROM " + STANDING + " c LEFT JOIN (" + all
                        + ") r ON r.tab = c.raw_table AND r._load = c.load AND r._row > c.first_row AND r._row <= c.last_row GROUP BY ALL HAVING said <> found");
        none("a row stands in no change set of its load", "SELECT r.tab, r._row, r._load FROM (" + all
                + ") r WHERE NOT EXISTS (FROM " + STANDING + " c WHERE r.tab = c.raw_table AND r._load = c.load AND r._row > c.first_row AND r._row <= c.last_row)");
        none("the ranges of two change sets overlap",
                "SELECT a.load, b.load FROM ledger.change_sets a JOIN ledger.change_sets b ON a.first_row < b.last_row AND b.first_row <"
                + " a.last_row AND (a.load, a.first_row, a.last_row) < (b.load, b.first_row, b.last_row)");
        none("a load took away another number of rows than its change sets say",
                "SELECT * FROM (SELECT load, sum(updated + removed) AS said FROM " + STANDING + " GROUP BY load)"
                + " FULL JOIN (SELECT _gone AS load, count(*) AS found FROM (" + all + ") WHERE _gone IS NOT NULL GROUP BY _gone) USING (load)"
                + " WHERE coalesce(said, 0) <> coalesce(found, 0)");
        none("a load's counts are not the sums of its change sets",
                "SELECT l.id, l.dataset, l.inserted, l.updated, l.removed, c.* FROM ledger.loads l FULL JOIN (SELECT load,"
                + " sum(inserted) AS i, sum(updated) AS u, sum(removed) AS r FROM ledger.change_sets GROUP BY load) c ON c.load = l.id WHERE l.id IS NULL"
                + " OR (l.inserted, l.updated, l.removed) <> (coalesce(i, 0), coalesce(u, 0), coalesce(r, 0))");
    }

    /** What changed before the cursor is there, in its latest version; and nothing else. At the cursor itself there may be more than was read. */
    private void ordersAreThoseBeforeTheCursor(Outside outside) throws EngineException {
        List<Map<String, Object>> cursors = rows("SELECT cursor FROM ledger.cursors WHERE dataset = 'orders'");
        long cursor = cursors.isEmpty() ? Long.MIN_VALUE : Long.parseLong(cursors.getFirst().get("cursor").toString());
        Map<Long, Map<String, Object>> there = new HashMap<>();
        for (Map<String, Object> row : rows("SELECT id, changed, product, amount FROM raw.firm__orders")) {
            fact(there.put((Long) row.get("id"), row) == null, "an order is there twice: " + row);
            fact((Long) row.get("changed") <= cursor, "an order is there that changed after the cursor " + cursor + ": " + row);
        }
        Map<Long, Long> quarantined = new HashMap<>();
        for (Map<String, Object> row : rows("SELECT raw FROM ledger.quarantine WHERE dataset = 'orders' AND resolved_by IS NULL")) {
            quarantined.merge(Long.parseLong(row.get("raw").toString().replaceAll("\\D+(\\d+).*", "$1")), 1L, Long::sum);
        }
        for (Outside.Order order : outside.orders().values()) {
            Map<String, Object> row = there.remove(order.id());
            if (order.changed() >= cursor) {
                continue;
            }
            if (order.bad()) {
                fact(row == null && quarantined.containsKey(order.id()), "the cursor " + cursor + " is past a bad row that is not in quarantine: "
                        + order);
            } else if (order.gone()) {
                fact(row == null, "the cursor " + cursor + " is past a tombstone whose order is there: " + order);
            } else {
                fact(row != null, "the cursor " + cursor + " is past an order that is not there: " + order);
                fact(row.get("changed").equals(order.changed()) && row.get("product").equals(order.product()) && order.amount()
                        .compareTo((BigDecimal) row.get("amount")) == 0,
                        "the cursor " + cursor + " is past an order that is there in another version: " + order + ", there " + row);
            }
        }
        fact(there.isEmpty(), "there are orders that never were: " + there.values());
    }

    /** Each part holds the rows and the bad rows of the version whose fingerprint is remembered. */
    private void partsAreThoseOfTheirFingerprints(String dataset, Map<String, List<Outside.Part>> parts, String column, int today)
            throws EngineException {
        Map<String, Outside.Part> remembered = new TreeMap<>();
        for (Map<String, Object> row : rows("SELECT name, fingerprint FROM ledger.parts WHERE dataset = '" + dataset + "'")) {
            String name = row.get("name").toString();
            Outside.Part part = parts.getOrDefault(name, List.of()).stream().filter(version -> version.fingerprint().equals(row.get("fingerprint")))
                    .findFirst().orElse(null);
            fact(part != null, "a part is remembered that never was: " + row);
            fact(remembered.put(name, part) == null, "a part is remembered twice: " + row);
        }
        partsUpToTheCursorAreTodays(dataset, parts, remembered, today);
        Map<String, List<Long>> there = new HashMap<>();
        for (Map<String, Object> row : rows("SELECT p.name, r." + column + " AS number FROM raw." + FIRM + dataset
                + " r LEFT JOIN ledger.parts p ON p.id = r._part")) {
            there.computeIfAbsent(String.valueOf(row.get("name")), fresh -> new ArrayList<>()).add((Long) row.get("number"));
        }
        Map<String, Integer> bad = new HashMap<>();
        for (Map<String, Object> row : rows("SELECT part FROM ledger.quarantine WHERE resolved_by IS NULL AND dataset = '" + dataset + "'")) {
            bad.merge(row.get("part").toString(), 1, Integer::sum);
        }
        for (Outside.Part part : remembered.values()) {
            List<Long> expected = part.rows().stream().sorted().toList();
            List<Long> found = there.getOrDefault(part.name(), List.of()).stream().sorted(Comparator.naturalOrder()).toList();
            fact(found.equals(expected), dataset + ", " + part.name() + " in " + part.fingerprint() + " holds " + found + " instead of " + expected);
            fact(bad.getOrDefault(part.name(), 0) == part.bad().size(), dataset + ", " + part.name() + " in " + part.fingerprint() + " has "
                    + bad.getOrDefault(part.name(), 0) + " rows in quarantine instead of " + part.bad().size());
        }
        there.keySet().removeAll(remembered.keySet());
        fact(there.isEmpty(), dataset + ": there are rows of parts that are not remembered: " + there);
    }

    /** A cursor of today, {@code day 7, till-6.csv} or {@code day 7, 2 reports}, says that so many parts were read as they are today. */
    private void partsUpToTheCursorAreTodays(String dataset, Map<String, List<Outside.Part>> parts, Map<String, Outside.Part> remembered, int today)
            throws EngineException {
        for (Map<String, Object> row : rows("SELECT cursor FROM ledger.cursors WHERE dataset = '" + dataset + "'")) {
            String cursor = row.get("cursor").toString();
            if (!cursor.startsWith("day " + today + ", ")) {
                continue;
            }
            String place = cursor.substring(cursor.indexOf(", ") + 2);
            List<String> read = place.endsWith(" reports") ? parts.keySet().stream().limit(Integer.parseInt(place.split(" ")[0])).toList()
                    : List.of(place);
            for (String name : read) {
                fact(parts.get(name).getLast().equals(remembered.get(name)), dataset + ": the cursor '" + cursor + "' is past " + name + ", of which "
                        + remembered.get(name) + " was read and not " + parts.get(name).getLast());
            }
        }
    }

    private void salesAreTheRowsOfTheirDatasets(List<String> tables) throws EngineException {
        List<String> modelled = tables.stream().filter(table -> table.endsWith("orders") || table.endsWith("tills")).toList();
        String all = modelled.isEmpty() ? "SELECT CAST(NULL AS BIGINT) AS _row, NULL AS number, NULL AS amount, NULL AS _load WHERE false"
                : union(modelled, table -> "SELECT _row, CAST(" + (table.endsWith("orders") ? "id" : "receipt")
                        + " AS VARCHAR) AS number, amount, _load FROM raw." + table);
        none("sales and the rows of their datasets are not one to one",
                "SELECT s._row, s.source_id, s.total_amount, s.load, r.* FROM sales s FULL JOIN (" + all
                + ") r ON s._row = r._row WHERE s._row IS NULL OR r._row IS NULL OR s.source_id <> r.number OR s.total_amount <> r.amount OR s.load <> r._load");
        none("a sale is there twice", "SELECT _row, count(*) FROM sales GROUP BY _row HAVING count(*) > 1");
    }

    /** All of a day's, and nothing of another day's. */
    private void stockIsThatOfOneDay(int today) throws EngineException {
        Map<Long, Long> there = numbers("SELECT thing, pieces FROM raw.firm__stock", "thing", "pieces");
        boolean todays = !rows("SELECT cursor FROM ledger.cursors WHERE dataset = 'stock' AND cursor = 'day " + today + "'").isEmpty();
        fact(todays ? there.equals(Outside.stock(today)) : there.equals(Outside.stock(today)) || today > 1 && there.equals(Outside.stock(today - 1))
                || there.isEmpty() && today == 1,
                "on day " + today + " the stock is neither that of today nor that of yesterday: " + there);
    }

    private void pricesAreThoseBeforeTheCursor(int today) throws EngineException {
        int cursor = cursorOf("prices");
        Map<Long, Long> there = numbers("SELECT thing, since FROM raw.firm__prices", "thing", "since");
        for (Map.Entry<Long, Integer> price : Outside.prices(today).entrySet()) {
            Long since = there.remove(price.getKey());
            fact(since == null ? price.getValue() >= cursor : since <= cursor && (price.getValue() >= cursor || since == (long) price.getValue()),
                    "the cursor " + cursor + " is past a price that is not there: " + price + ", there from day " + since);
        }
        fact(there.isEmpty(), "there are prices that never were: " + there);
    }

    private void eventsAreThoseUpToTheCursor() throws EngineException {
        int cursor = cursorOf("events");
        List<String> expected = new ArrayList<>();
        for (int day = 1; day <= cursor; day++) {
            for (long number : Outside.events(day)) {
                expected.add(number + " of " + day);
            }
        }
        List<String> there = new ArrayList<>();
        for (Map<String, Object> row : rows("SELECT number, said FROM raw.firm__events")) {
            there.add(row.get("number") + " of " + row.get("said"));
        }
        fact(there.stream().sorted().toList().equals(expected.stream().sorted().toList()), "the events up to day " + cursor + " are " + there
                + " instead of " + expected);
    }

    private int cursorOf(String dataset) throws EngineException {
        List<Map<String, Object>> cursors = rows("SELECT cursor FROM ledger.cursors WHERE dataset = '" + dataset + "'");
        return cursors.isEmpty() ? 0 : Integer.parseInt(cursors.getFirst().get("cursor").toString());
    }

    private Map<Long, Long> numbers(String sql, String key, String value) throws EngineException {
        Map<Long, Long> numbers = new TreeMap<>();
        for (Map<String, Object> row : rows(sql)) {
            fact(numbers.put((Long) row.get(key), (Long) row.get(value)) == null, "a key is there twice: " + row);
        }
        return numbers;
    }

    private static String union(List<String> tables, java.util.function.UnaryOperator<String> select) {
        return String.join(" UNION ALL ", tables.stream().map(select).toList());
    }

    private void none(String what, String sql) throws EngineException {
        List<Map<String, Object>> found = rows(sql);
        fact(found.isEmpty(), what + ": " + found.stream().limit(5).toList() + (found.size() > 5 ? " and " + (found.size() - 5) + " more" : ""));
    }

    private static void fact(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /**
     * Everything that people can see, and what was there before it; without the numbers that count attempts. Columns are sorted by their names,
     * with their types before the rows.
     */
    List<String> everything() throws EngineException {
        List<String> lines = new ArrayList<>();
        for (String dataset : DATASETS) {
            lines.addAll(lines("raw." + dataset, "SELECT r.*, p.name AS part FROM raw." + FIRM + dataset
                    + " r LEFT JOIN ledger.parts p ON p.id = r._part"));
            lines.addAll(lines("undo." + dataset, "SELECT r.*, p.name AS part FROM undo." + FIRM + dataset
                    + " r LEFT JOIN ledger.parts p ON p.id = r._part"));
        }
        lines.addAll(lines("history", "SELECT thing, since, valid_to IS NULL AS valid FROM history.firm__prices"));
        lines.addAll(lines("sales", "SELECT * EXCLUDE (load) FROM sales"));
        // The place of a keyed row in what was pushed since the last checkpoint depends on where a read went on.
        lines.addAll(lines("quarantine", "SELECT dataset, part, CASE WHEN dataset <> 'orders' THEN place END AS place, reason, raw FROM ledger.quarantine WHERE resolved_by IS NULL"));
        lines.addAll(lines("cursors", "SELECT connection, dataset, cursor FROM ledger.cursors"));
        lines.addAll(lines("parts", "SELECT dataset, name, fingerprint FROM ledger.parts"));
        lines.addAll(lines("sums", "SELECT raw_table, sum(inserted) AS inserted, sum(updated) AS updated, sum(removed) AS removed FROM " + STANDING + " GROUP BY raw_table"));
        return lines;
    }

    private List<String> lines(String name, String sql) throws EngineException {
        List<String> lines = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, LIMIT)) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < rows.columns().size(); i++) {
                if (!rows.columns().get(i).name().startsWith("_")) {
                    order.add(i);
                }
            }
            order.sort(Comparator.comparing(i -> rows.columns().get(i).name()));
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i : order) {
                    cells.add(rows.text(i));
                }
                lines.add(name + ": " + String.join("|", cells));
            }
            lines.sort(Comparator.naturalOrder());
            lines.addFirst(name + " has " + order.stream().map(rows.columns()::get).toList());
        }
        return lines;
    }

    private List<Map<String, Object>> rows(String sql) throws EngineException {
        List<Map<String, Object>> all = new ArrayList<>();
        try (Rows rows = engine.queries().query(sql, LIMIT)) {
            while (rows.next()) {
                Map<String, Object> row = new TreeMap<>();
                for (int i = 0; i < rows.columns().size(); i++) {
                    row.put(rows.columns().get(i).name(), rows.value(i));
                }
                all.add(row);
            }
        }
        return all;
    }
}
