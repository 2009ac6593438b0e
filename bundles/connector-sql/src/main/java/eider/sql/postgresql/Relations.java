package eider.sql.postgresql;

import eider.connector.SourceException;
import eider.connector.Type;
import eider.kit.Options;
import eider.sql.Catalogue;
import eider.sql.Parameter;
import eider.sql.Relation;
import eider.sql.Relation.Described;
import eider.sql.Session;
import eider.sql.Settings;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.core.Parser;

/** What there is in a schema: from PostgreSQL's own catalogue, which tells more than the driver's metadata and in two questions. */
final class Relations {
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
    /** The columns of a statement have a type and a modifier, too. The driver tells the first by its name. */
    private static final String TYPES = """
            WITH RECURSIVE typed AS (
                SELECT a.position, pg_catalog.to_regtype(a.type)::pg_catalog.oid AS type, a.modifier
                FROM unnest(CAST(? AS text[]), CAST(? AS int[])) WITH ORDINALITY AS a(type, modifier, position)
                UNION ALL
                SELECT d.position, t.typbasetype, CASE WHEN d.modifier = -1 THEN t.typtypmod ELSE d.modifier END
                FROM typed d JOIN pg_catalog.pg_type t ON t.oid = d.type WHERE t.typtype = 'd')
            SELECT pg_catalog.format_type(d.type, d.modifier), t.typname, t.typtype, t.typcategory, d.modifier, pg_catalog.format_type(d.type, NULL)
            FROM typed d JOIN pg_catalog.pg_type t ON t.oid = d.type WHERE t.typtype <> 'd' ORDER BY d.position""";
    private static final Set<String> GROWING = Set.of("timestamptz", "timestamp", "date", "int2", "int4", "int8", "numeric");

    /** What the driver calls columns that number themselves. */
    private static final Map<String, String> SERIALS = Map.of("smallserial", "int2", "serial", "int4", "bigserial", "int8");

    /** A relation while its columns come. */
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

    private Relations() {
    }

    /** All of a schema. */
    static List<Relation> of(Settings settings, String schema, Session session) throws SourceException, InterruptedException {
        if (session.ask("looking for the schema", "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ?", List.of(Parameter.of(schema)))
                == null) {
            throw Options.wrong("schema", "database '" + settings.database() + "' has no schema '" + schema + "'.");
        }
        Map<String, Found> found = new LinkedHashMap<>();
        session.each("looking at the tables", COLUMNS, List.of(Parameter.of(schema)), 500, row -> {
            found.computeIfAbsent(row.getString(1), ignored -> found(row)).columns.add(described(settings, row.getString(1), row.getString(4),
                    row.getString(5), row.getString(6), row.getString(7).charAt(0), row.getString(8).charAt(0), Integer.parseInt(row.getString(9)),
                    row.getString(10).equals("f"), row.getString(11), row.getString(12)));
            return true;
        });
        session.each("looking at the keys", KEYS, List.of(Parameter.of(schema)), 500, row -> {
            Found table = found.get(row.getString(1));
            if (table != null) {
                table.key.add(row.getString(2));
            }
            return true;
        });
        List<Relation> relations = new ArrayList<>();
        found.forEach((name, table) -> relations.add(new Relation(name, what(table.kind), stored(table.kind), table.comment,
                Postgresql.quote(schema) + "." + Postgresql.quote(name), table.columns, table.key)));
        return relations;
    }

    private static String what(String kind) {
        return switch (kind) {
            case "v" -> "view";
            case "m" -> "materialized view";
            case "f" -> "foreign table";
            default -> "table";
        };
    }

    private static boolean stored(String kind) {
        return kind.equals("r") || kind.equals("p") || kind.equals("m");
    }

    private static Found found(ResultSet row) {
        try {
            return new Found(row.getString(2), row.getString(3));
        } catch (SQLException e) {
            throw new IllegalStateException("a row that is there has no column 2 or 3", e);
        }
    }

    /** What a statement answers: the server describes it without running it. */
    static Relation query(Settings settings, Session session, String name, String sql) throws SourceException, InterruptedException {
        String doing = "looking at the query '" + name + "'";
        String relation = "(" + sql + "\n) AS " + Postgresql.quote(name);
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<String> modifiers = new ArrayList<>();
        checkOne(session, name, "SELECT * FROM " + relation, doing);
        try (PreparedStatement statement = session.connection().prepareStatement("SELECT * FROM " + relation)) {
            ResultSetMetaData described = statement.getMetaData();
            for (int i = 1; i <= described.getColumnCount(); i++) {
                names.add(described.getColumnName(i));
                String type = SERIALS.getOrDefault(described.getColumnTypeName(i), described.getColumnTypeName(i));
                types.add('"' + type.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
                boolean digits = type.equals("numeric") && described.getPrecision(i) > 0;
                modifiers.add(digits ? Integer.toString((described.getPrecision(i) << 16 | described.getScale(i) & 0x7ff) + 4) : "-1");
            }
        } catch (SQLException e) {
            SourceException fault = session.fault(e, doing);
            throw e.getSQLState() != null && e.getSQLState().startsWith("42")
                    ? Options.wrong("queries", "the server does not understand the file queries/" + name + ".sql (" + e.getMessage().strip() + ").") : fault;
        }
        List<Described> columns = new ArrayList<>();
        session.each(doing, TYPES, List.of(Parameter.of("{" + String.join(",", types) + "}"), Parameter.of("{" + String.join(",", modifiers) + "}")), 500,
                row -> {
            columns.add(described(settings, name, names.get(columns.size()), row.getString(1), row.getString(2), row.getString(3).charAt(0),
                    row.getString(4).charAt(0), Integer.parseInt(row.getString(5)), true, null, row.getString(6)));
            return true;
        });
        return new Relation(name, "query", false, null, relation, columns, List.of());
    }

    /** The driver sends what it takes for several statements one by one, and the second could end the transaction that only reads. */
    private static void checkOne(Session session, String name, String sql, String doing) throws SourceException, InterruptedException {
        try {
            if (Parser.parseJdbcSql(sql, true, false, true, false, false).size() != 1) {
                throw Options.wrong("queries", "the file queries/" + name + ".sql holds more than one statement; it must be one SELECT.");
            }
        } catch (SQLException e) {
            throw session.fault(e, doing);
        }
    }

    /** The type table of the README. */
    private static Described described(Settings settings, String table, String name, String sqlType, String type, char kind, char category,
            int modifier, boolean nullable, String comment, String plainType) {
        String expression = Postgresql.quote(name);
        Type field = switch (kind) {
            case 'e', 'r', 'm' -> Type.TEXT;
            case 'c' -> Type.JSON;
            default -> category == 'A' && !type.endsWith("vector") ? Type.JSON : switch (type) {
                case "bool" -> Type.BOOLEAN;
                case "int2", "int4", "int8", "oid" -> Type.INTEGER;
                case "numeric" -> numeric(settings, table, name, modifier);
                case "float4", "float8" -> Type.DOUBLE;
                case "date" -> Type.DATE;
                case "timestamp" -> Type.TIMESTAMP;
                case "timestamptz" -> Type.INSTANT;
                case "json", "jsonb" -> Type.JSON;
                default -> Type.TEXT;
            };
        };
        if (field.equals(Type.JSON) && !type.equals("json") && !type.equals("jsonb")) {
            expression = "pg_catalog.to_json(" + expression + ")::pg_catalog.text";
        }
        return new Described(name, sqlType, plainType, expression, nullable, GROWING.contains(type), field, comment);
    }

    /** Its digits are in the modifier: 16 bits for all of them, 11 with a sign for those behind the point. */
    private static Type numeric(Settings settings, String table, String column, int modifier) {
        if (modifier < 4) {
            return Catalogue.decimal(settings, table, column, 0, 0);
        }
        return Catalogue.decimal(settings, table, column, modifier - 4 >> 16 & 0xffff, ((modifier - 4 & 0x7ff) ^ 1024) - 1024);
    }
}
