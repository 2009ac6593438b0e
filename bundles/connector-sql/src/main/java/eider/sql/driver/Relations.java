package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.Type;
import eider.kit.Options;
import eider.sql.Catalogue;
import eider.sql.Relation;
import eider.sql.Relation.Described;
import eider.sql.Settings;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What there is, by the metadata of JDBC. On the driver's thread. */
final class Relations {
    /** By the words that drivers have for them; what the server itself needs is none of these. */
    private static final Map<String, String> KINDS = Map.of("TABLE", "table", "BASE TABLE", "table", "PARTITIONED TABLE", "table", "VIEW", "view",
            "MATERIALIZED VIEW", "materialized view", "FOREIGN TABLE", "foreign table", "SYNONYM", "synonym", "ALIAS", "alias");
    private static final String NO_TEXT = "Left out, because there is no text for it: ";

    private Relations() {
    }

    /** A table that was found, and its columns so far. */
    private static final class Found {
        private final String what;
        private final String comment;
        private final List<Described> columns = new ArrayList<>();
        private final List<String> without = new ArrayList<>();
        private final Set<String> nullable = new HashSet<>();

        Found(String what, String comment) {
            this.what = what;
            this.comment = comment;
        }
    }

    static List<Relation> of(Settings settings, Naming naming, Connection connection, Predicate<String> wanted) throws SQLException, SourceException {
        DatabaseMetaData server = connection.getMetaData();
        Map<String, Found> found = new TreeMap<>();
        try (ResultSet tables = server.getTables(naming.catalog(), naming.schema(), "%", null)) {
            while (tables.next()) {
                String kind = tables.getString("TABLE_TYPE");
                String what = kind == null ? null : KINDS.get(kind.strip().toUpperCase(Locale.ROOT));
                if (what != null && here(naming, tables)) {
                    found.put(tables.getString("TABLE_NAME"), new Found(what, tables.getString("REMARKS")));
                }
            }
        }
        if (found.isEmpty()) {
            naming.checkPlace(server);
        }
        try (ResultSet columns = server.getColumns(naming.catalog(), naming.schema(), "%", "%")) {
            while (columns.next()) {
                Found table = here(naming, columns) ? found.get(columns.getString("TABLE_NAME")) : null;
                if (table != null) {
                    column(settings, naming, table, columns);
                }
            }
        }
        List<Relation> relations = new ArrayList<>();
        for (Map.Entry<String, Found> entry : found.entrySet()) {
            String name = entry.getKey();
            Found table = entry.getValue();
            List<String> key = List.of();
            if (wanted.test(name)) {
                naming.check(name);
                for (Described column : table.columns) {
                    naming.check(column.name());
                }
                key = key(server, naming, name, table);
            }
            boolean stored = table.what.equals("table") || table.what.equals("materialized view");
            String comment = table.comment == null ? "" : table.comment.strip();
            if (!table.without.isEmpty()) {
                comment = (comment + (comment.isEmpty() || comment.endsWith(".") ? " " : ". ") + NO_TEXT + String.join(", ", table.without) + ".")
                        .strip();
            }
            relations.add(new Relation(name, table.what, stored, comment, naming.table(name), table.columns, key));
        }
        return relations;
    }

    /**
     * The name was taken as a pattern, in which a _ stands for any character, and brought others, too. Not every driver knows the escape that it
     * names.
     */
    private static boolean here(Naming naming, ResultSet row) throws SQLException {
        return naming.schema() == null || naming.schema().equals(row.getString("TABLE_SCHEM"));
    }

    private static void column(Settings settings, Naming naming, Found table, ResultSet row) throws SQLException {
        // In the order in which drivers have them: some read a row only once, from left to right.
        String tableName = row.getString("TABLE_NAME");
        String name = row.getString("COLUMN_NAME");
        int type = row.getInt("DATA_TYPE");
        String typeName = row.getString("TYPE_NAME");
        int size = row.getInt("COLUMN_SIZE");
        int scale = row.getInt("DECIMAL_DIGITS");
        boolean nullable = row.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls;
        String comment = row.getString("REMARKS");
        Described column = described(settings, naming, tableName, name, type, typeName, size, scale, nullable, comment);
        if (column == null) {
            table.without.add(name + " (" + typeName + ")");
        } else {
            table.columns.add(column);
            if (nullable) {
                table.nullable.add(name);
            }
        }
    }

    /** Null if its values have no text. */
    private static Described described(Settings settings, Naming naming, String table, String name, int type, String typeName, int size, int scale,
            boolean nullable, String comment) {
        How how = type == Types.BIT && size > 1 ? How.TEXT : How.of(type, typeName);
        if (how == null) {
            return null;
        }
        Type field = how == How.DECIMAL ? Catalogue.decimal(settings, table, name, Math.max(0, size), scale) : how.type(typeName);
        return new Described(name, told(how, typeName, size, scale), how.name(), naming.quoted(name), nullable,
                how.grows() && !rounded(naming, typeName), field, comment);
    }

    /**
     * SQL Server's datetime counts in 300ths of a second, and its driver tells it rounded to thousandths, up at times: whoever goes on from there would
     * leave out rows of that very time.
     */
    private static boolean rounded(Naming naming, String typeName) {
        return naming.product().contains("SQL Server") && "datetime".equalsIgnoreCase(typeName);
    }

    private static String told(How how, String typeName, int size, int scale) {
        String plain = typeName == null ? how.name() : typeName;
        return how == How.DECIMAL && size > 0 && plain.indexOf('(') < 0 ? plain + "(" + size + "," + scale + ")" : plain;
    }

    /** The primary key, else the shortest unique index over columns that are never empty. */
    private static List<String> key(DatabaseMetaData server, Naming naming, String table, Found found) throws SQLException {
        Set<String> names = new HashSet<>(found.columns.stream().map(Described::name).toList());
        Map<Integer, String> primary = new TreeMap<>();
        try (ResultSet keys = server.getPrimaryKeys(naming.catalog(), naming.schema(), table)) {
            while (keys.next()) {
                String column = keys.getString("COLUMN_NAME");
                primary.put(keys.getInt("KEY_SEQ"), column);
            }
        }
        if (!primary.isEmpty()) {
            return names.containsAll(primary.values()) ? List.copyOf(primary.values()) : List.of();
        }
        if (!found.what.equals("table")) {
            return List.of();
        }
        Map<String, Map<Integer, String>> indexes = new TreeMap<>();
        Set<String> partial = new HashSet<>();
        // Approximate: some servers would gather statistics otherwise.
        try (ResultSet parts = server.getIndexInfo(naming.catalog(), naming.schema(), table, true, true)) {
            while (parts.next()) {
                boolean several = parts.getBoolean("NON_UNIQUE");
                String index = parts.getString("INDEX_NAME");
                int kind = parts.getInt("TYPE");
                int at = parts.getInt("ORDINAL_POSITION");
                String column = parts.getString("COLUMN_NAME");
                String condition = parts.getString("FILTER_CONDITION");
                if (kind == DatabaseMetaData.tableIndexStatistic || index == null || several) {
                    continue;
                }
                if (condition != null && !condition.isBlank() || column == null || !names.contains(column) || found.nullable.contains(column)) {
                    partial.add(index);
                }
                indexes.computeIfAbsent(index, ignored -> new TreeMap<>()).put(at, String.valueOf(column));
            }
        }
        List<String> shortest = List.of();
        for (Map.Entry<String, Map<Integer, String>> index : indexes.entrySet()) {
            if (!partial.contains(index.getKey()) && (shortest.isEmpty() || index.getValue().size() < shortest.size())) {
                shortest = List.copyOf(index.getValue().values());
            }
        }
        return shortest;
    }

    static Relation query(Settings settings, Naming naming, Connection connection, String name, String sql) throws SQLException, SourceException {
        // Drivers take what they are given apart at semicolons, each by rules of its own; the second part could end the transaction that only reads.
        if (sql.indexOf(';') >= 0) {
            throw Options.wrong("queries", "the file queries/" + name + ".sql holds a semicolon; for a driver it must be one SELECT without any, "
                    + "also in a "
                    + "text, where CHR(59) stands for it.");
        }
        String relation = "(" + sql + "\n) " + naming.quoted("q");
        Map<String, Integer> seen = new HashMap<>();
        List<Described> columns = new ArrayList<>();
        List<String> without = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT * FROM " + relation + " WHERE 1 = 0");
                ResultSet rows = statement.executeQuery()) {
            ResultSetMetaData told = rows.getMetaData();
            for (int i = 1; i <= told.getColumnCount(); i++) {
                String column = told.getColumnLabel(i);
                naming.check(column);
                if (seen.merge(column, 1, Integer::sum) > 1) {
                    throw Options.wrong("queries", "the file queries/" + name + ".sql answers with two columns '" + column
                            + "'; give one of them another name by AS.");
                }
                Described described = described(settings, naming, name, column, told.getColumnType(i), told.getColumnTypeName(i),
                        told.getPrecision(i), told.getScale(i), true, null);
                if (described == null) {
                    without.add(column + " (" + told.getColumnTypeName(i) + ")");
                } else {
                    columns.add(described);
                }
            }
        }
        return new Relation(name, "query", false, without.isEmpty() ? null : NO_TEXT + String.join(", ", without) + ".", relation, columns,
                List.of());
    }
}
