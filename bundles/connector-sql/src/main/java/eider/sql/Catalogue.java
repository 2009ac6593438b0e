package eider.sql;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import eider.kit.Names;
import eider.kit.Options;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What there is in a schema: from PostgreSQL's own catalogue, which tells more than the driver's metadata and in two questions. */
final class Catalogue {
    /** A domain is followed to the type that it stands for, with the length or digits that it says first. */
    private static final String COLUMNS = """
            WITH RECURSIVE relation AS (
                SELECT c.oid, c.relname, c.relkind, obj_description(c.oid, 'pg_class') AS comment
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition),
            typed AS (
                SELECT a.attrelid, a.attnum, a.atttypid AS type, a.atttypmod AS modifier, a.attname, a.attnotnull
                FROM pg_catalog.pg_attribute a JOIN relation r ON r.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT d.attrelid, d.attnum, t.typbasetype, CASE WHEN d.modifier = -1 THEN t.typtypmod ELSE d.modifier END, d.attname, d.attnotnull
                FROM typed d JOIN pg_catalog.pg_type t ON t.oid = d.type WHERE t.typtype = 'd')
            SELECT r.relname, r.relkind, r.comment, d.attname, pg_catalog.format_type(d.type, d.modifier), t.typname, t.typtype, t.typcategory,
                d.modifier,
                d.attnotnull, pg_catalog.col_description(r.oid, d.attnum), pg_catalog.format_type(d.type, NULL)
            FROM relation r JOIN typed d ON d.attrelid = r.oid JOIN pg_catalog.pg_type t ON t.oid = d.type
            WHERE t.typtype <> 'd' ORDER BY r.relname COLLATE "C", d.attnum""";
    /** Of the keys that a table has the primary one, else the shortest unique index without conditions over columns that are never empty. */
    private static final String KEYS = """
            SELECT relname, attname FROM (
                SELECT c.relname, a.attname, k.position, dense_rank() OVER (PARTITION BY c.oid ORDER BY i.indisprimary DESC, i.indnkeyatts,
                    x.relname) AS choice
                FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                WHERE n.nspname = ? AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT i.indisexclusion AND i.indpred IS NULL
                    AND i.indexprs IS NULL AND k.position <= i.indnkeyatts
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute n
                        WHERE n.attrelid = c.oid AND n.attnum = ANY (i.indkey::int2[]) AND NOT n.attnotnull)) AS keys
            WHERE choice = 1 ORDER BY relname COLLATE "C", position""";
    private static final Set<String> GROWING = Set.of("timestamptz", "timestamp", "date", "int2", "int4", "int8", "numeric");

    /** A column as the server describes it. */
    private record Described(String name, String sqlType, String type, char kind, char category, int modifier, boolean nullable, String comment,
            String plainType) {
    }

    /** A table as the server describes it. */
    private static final class Found {
        private final String kind;
        private final String comment;
        private final List<Described> columns = new ArrayList<>();
        private final List<String> key = new ArrayList<>();

        Found(String kind, String comment) {
            this.kind = kind;
            this.comment = comment;
        }
    }

    private Catalogue() {
    }

    /** The tables that the options name, in the order of their names. */
    static List<Table> of(Settings settings, Session session) throws SourceException, InterruptedException {
        boolean[] there = new boolean[1];
        session.each("looking for the schema", "SELECT FROM pg_catalog.pg_namespace WHERE nspname = ?", List.of(settings.schema()), 1,
                row -> there[0] = true);
        if (!there[0]) {
            throw Options.wrong("schema", "database '" + settings.database() + "' has no schema '" + settings.schema() + "'.");
        }
        Map<String, Found> found = new LinkedHashMap<>();
        Set<String> all = new HashSet<>();
        session.each("looking at the tables", COLUMNS, List.of(settings.schema()), 500, row -> {
            String name = row.getString(1);
            all.add(name);
            if (settings.reads(name)) {
                found.computeIfAbsent(name, ignored -> found(row)).columns.add(described(row));
            }
            return true;
        });
        session.each("looking at the keys", KEYS, List.of(settings.schema()), 500, row -> {
            Found table = found.get(row.getString(1));
            if (table != null) {
                table.key.add(row.getString(2));
            }
            return true;
        });
        for (Pattern pattern : settings.tables()) {
            if (pattern.plain() && !all.contains(pattern.text())) {
                throw Options.wrong("tables", "schema '" + settings.schema() + "' has no table or view '" + pattern.text() + "'" + (all.stream()
                        .filter(pattern.text()::equalsIgnoreCase).findFirst().map(name -> "; it is written '" + name + "' there").orElse("")
                        + ", or user '"
                        + settings.user() + "' may not see it") + ".");
            }
        }
        checkNames(settings, found);
        List<Table> tables = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Map.Entry<String, Found> table : found.entrySet()) {
            tables.add(table(settings, table.getKey(), table.getValue(), Names.free(table.getKey(), tables.size(), taken)));
        }
        return tables;
    }

    private static Found found(ResultSet row) {
        try {
            return new Found(row.getString(2), row.getString(3));
        } catch (SQLException e) {
            throw new IllegalStateException("a row that is there has no column 2 or 3", e);
        }
    }

    private static Described described(ResultSet row) throws SQLException {
        return new Described(row.getString(4), row.getString(5), row.getString(6), row.getString(7).charAt(0), row.getString(8).charAt(0),
                Integer.parseInt(row.getString(9)), row.getString(10).equals("f"), row.getString(11), row.getString(12));
    }

    /** A name without a star in the options that nothing has is a slip of the pen. */
    private static void checkNames(Settings settings, Map<String, Found> found) throws SourceException {
        for (Map.Entry<String, Set<Pattern>> option : Map.of("cursor", settings.cursors().keySet(), "keys", settings.keys().keySet()).entrySet()) {
            for (Pattern pattern : option.getValue()) {
                if (found.keySet().stream().noneMatch(pattern::matches) && pattern.plain()) {
                    throw Options.wrong(option.getKey(), "no table '" + pattern.text() + "' is read.");
                }
            }
        }
        for (Pattern pattern : settings.decimals().keySet()) {
            if (pattern.plain() && found.entrySet().stream().noneMatch(table -> table.getValue().columns.stream()
                    .anyMatch(column -> pattern.matches(table.getKey() + "." + column.name)))) {
                throw Options.wrong("decimals", "there is no column '" + pattern.text() + "'.");
            }
        }
    }

    private static Table table(Settings settings, String name, Found found, String dataset) throws SourceException {
        List<String> names = Names.unique(found.columns.stream().map(Described::name).toList());
        List<String> keyNames = Settings.fitting(settings.keys(), name);
        if (keyNames == null) {
            keyNames = found.key;
        }
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(column(settings, name, found.columns.get(i), names.get(i), keyNames.contains(found.columns.get(i).name)));
        }
        List<Column> key = new ArrayList<>();
        for (String part : keyNames) {
            key.add(columns.stream().filter(column -> column.name().equals(part)).findFirst()
                    .orElseThrow(() -> Options.wrong("keys", "table '" + name + "' has no column '" + part + "'.")));
        }
        Column cursor = cursor(settings, name, found, columns, key);
        String what = switch (found.kind) {
            case "v" -> "view";
            case "m" -> "materialized view";
            case "f" -> "foreign table";
            default -> "table";
        };
        List<String> declared = columns.stream().filter(key::contains).map(column -> column.field().name()).toList();
        return new Table(settings.schema(), name, found.kind.equals("r") || found.kind.equals("p") || found.kind.equals("m"), columns, key, cursor,
                new Dataset(dataset, described("The " + what + " " + settings.schema() + "." + name + " of the database.", found.comment),
                        columns.stream().map(Column::field).toList(), declared));
    }

    private static Column cursor(Settings settings, String table, Found found, List<Column> columns, List<Column> key) throws SourceException {
        Map.Entry<Pattern, String> chosen = null;
        for (Map.Entry<Pattern, String> pair : settings.cursors().entrySet()) {
            if (pair.getKey().matches(table) && (chosen == null || pair.getKey().plain())) {
                chosen = pair;
            }
        }
        if (chosen == null) {
            return null;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(chosen.getValue())) {
                if (!GROWING.contains(found.columns.get(i).type)) {
                    throw Options.wrong("cursor", "column '" + chosen.getValue() + "' of table '" + table + "' is " + found.columns.get(i).sqlType
                            + ", and only a time, a day or a number can be told to grow.");
                }
                if (key.isEmpty()) {
                    throw Options.wrong("cursor", "table '" + table
                            + "' has no primary key, so that a changed row could not be told from a new one; name the "
                            + "columns of its key in option 'keys', or leave the table out here.");
                }
                return columns.get(i);
            }
        }
        if (!chosen.getKey().plain()) {
            // A pattern speaks of the tables that have such a column.
            return null;
        }
        throw Options.wrong("cursor", "table '" + table + "' has no column '" + chosen.getValue() + "'.");
    }

    private static String described(String sentence, String comment) {
        return comment == null || comment.isBlank() ? sentence : sentence + " " + comment.strip();
    }

    /** The type table of the README. */
    private static Column column(Settings settings, String table, Described column, String name, boolean key) throws SourceException {
        String expression = Table.quoted(column.name);
        Type type = switch (column.kind) {
            case 'e', 'r', 'm' -> Type.TEXT;
            case 'c' -> Type.JSON;
            default -> column.category == 'A' && !column.type.endsWith("vector") ? Type.JSON : switch (column.type) {
                case "bool" -> Type.BOOLEAN;
                case "int2", "int4", "int8", "oid" -> Type.INTEGER;
                case "numeric" -> numeric(settings, table, column);
                case "float4", "float8" -> Type.DOUBLE;
                case "date" -> Type.DATE;
                case "timestamp" -> Type.TIMESTAMP;
                case "timestamptz" -> Type.INSTANT;
                case "json", "jsonb" -> Type.JSON;
                default -> Type.TEXT;
            };
        };
        if (type.equals(Type.JSON) && !column.type.equals("json") && !column.type.equals("jsonb")) {
            expression = "pg_catalog.to_json(" + expression + ")::pg_catalog.text";
        }
        String sentence = described("The column '" + column.name + "', " + column.sqlType + ".", column.comment);
        return new Column(column.name, column.sqlType, column.plainType, expression, column.nullable,
                key ? Field.required(name, type, sentence) : Field.of(name, type, sentence));
    }

    /** Its digits are in the modifier: 16 bits for all of them, 11 with a sign for those behind the point. */
    private static Type numeric(Settings settings, String table, Described column) throws SourceException {
        Type chosen = Settings.fitting(settings.decimals(), table + "." + column.name);
        if (chosen != null) {
            return chosen;
        }
        if (column.modifier < 4) {
            return Type.TEXT;
        }
        int precision = column.modifier - 4 >> 16 & 0xffff;
        int scale = ((column.modifier - 4 & 0x7ff) ^ 1024) - 1024;
        // numeric(2,5) is possible, and holds what DECIMAL(5,5) does.
        int digits = Math.max(precision, scale);
        return scale < 0 || digits > 38 ? Type.TEXT : Type.decimal(digits, scale);
    }

    /** A fault of kind DATA: it is not there any more. */
    static SourceException gone(String dataset) {
        return new SourceException(Kind.DATA, "The table of dataset '" + dataset
                + "' is not there any more, or is not the one that it was when the tables were "
                + "looked at. Start the sync again: it looks anew.");
    }
}
