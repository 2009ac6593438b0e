package eider.sql.mysql;

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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What there is in a schema, by five questions to {@code information_schema}. */
final class Relations {
    private static final Logger LOG = LoggerFactory.getLogger(Relations.class);
    private static final String SCHEMAS = "SELECT schema_name, @@lower_case_table_names FROM information_schema.schemata WHERE schema_name = ?";
    private static final String TABLES = "SELECT table_name, table_type, table_comment FROM information_schema.tables WHERE table_schema = ? "
            + "AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')";
    private static final String COLUMNS = "SELECT table_schema, table_name, column_name, column_type, data_type, numeric_precision, numeric_scale, "
            + "is_nullable, column_comment FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position";
    private static final String KEYS = "SELECT table_schema, table_name, index_name, column_name, sub_part, nullable FROM "
            + "information_schema.statistics WHERE table_schema = ? AND non_unique = 0 ORDER BY table_name, index_name, seq_in_index";
    /** Of MariaDB alone, whose json is a longtext with such a check; others do not look behind {@code /*M!}. */
    private static final String CHECKS = "SELECT constraint_schema, check_clause /*M!100300 , table_name */ FROM "
            + "information_schema.check_constraints WHERE constraint_schema = ? AND check_clause LIKE 'json_valid(%'";

    static final Set<String> BINARY = Set.of("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector");
    static final Set<String> NUMBERS = Set.of("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "bit", "year");
    private static final Set<String> GEOMETRIES = Set.of("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
            "multipolygon", "geometrycollection", "geomcollection");
    private static final Set<String> GROWING = Set.of("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "date", "datetime",
            "timestamp");

    /** A unique index while its columns come. */
    private static final class Index {
        private final String name;
        private final List<String> columns = new ArrayList<>();
        private boolean identifies = true;

        Index(String name) {
            this.name = name;
        }

        /** The primary key, else the shortest one, goes before others. */
        boolean before(Index other) {
            boolean primary = name.equals("PRIMARY");
            if (other == null || primary || other.name.equals("PRIMARY")) {
                return other == null || primary;
            }
            return columns.size() != other.columns.size() ? columns.size() < other.columns.size() : name.compareTo(other.name) < 0;
        }
    }

    /** A relation while its columns come. */
    private static final class Found {
        private final String type;
        private final String comment;
        private final List<Described> columns = new ArrayList<>();
        private final Map<String, Index> unique = new LinkedHashMap<>();

        Found(String type, String comment) {
            this.type = type;
            this.comment = comment;
        }

        List<String> key() {
            Index chosen = null;
            for (Index index : unique.values()) {
                if (index.identifies && index.before(chosen)) {
                    chosen = index;
                }
            }
            return chosen == null ? List.of() : chosen.columns;
        }
    }

    private Relations() {
    }

    /** All of a schema. */
    static List<Relation> of(Settings settings, String wanted, Session session) throws SourceException, InterruptedException {
        String schema = schema(settings, wanted, session);
        List<Parameter> of = List.of(Parameter.of(schema));
        Map<String, Found> found = new TreeMap<>();
        session.each("looking at the tables", TABLES, of, 500, row -> {
            boolean view = row.getString(2).equals("VIEW");
            found.put(row.getString(1), new Found(row.getString(2), view ? null : row.getString(3)));
            return true;
        });
        Set<String> json = new HashSet<>();
        if (session.connection() instanceof org.mariadb.jdbc.Connection connection && connection.getContext().getVersion().isMariaDBServer()) {
            session.each("looking at the checks", CHECKS, of, 500, row -> {
                json.add(row.getString(3) + "." + row.getString(2));
                return true;
            });
        }
        session.each("looking at the columns", COLUMNS, of, 500, row -> {
            Found table = found.get(row.getString(2));
            // Where names are compared without their case, the schema of another one's case comes too.
            if (table != null && row.getString(1).equals(schema)) {
                boolean checked = row.getString(5).equals("longtext") && json.contains(row.getString(2) + ".json_valid("
                        + Mysql.quote(row.getString(3)) + ")");
                table.columns.add(described(settings, row.getString(2), row.getString(3), row.getString(4), checked ? "json" : row.getString(5),
                        number(row, 6), number(row, 7), row.getString(8).equals("YES"), row.getString(9)));
            }
            return true;
        });
        session.each("looking at the keys", KEYS, of, 500, row -> {
            Found table = found.get(row.getString(2));
            if (table != null && row.getString(1).equals(schema)) {
                Index index = table.unique.computeIfAbsent(row.getString(3), Index::new);
                index.columns.add(row.getString(4));
                // Not the beginning of a text, not an expression, and nothing that may be empty.
                index.identifies &= row.getString(4) != null && row.getString(5) == null && !"YES".equals(row.getString(6));
            }
            return true;
        });
        List<Relation> relations = new ArrayList<>();
        found.forEach((name, table) -> {
            if (table.columns.isEmpty()) {
                if (settings.reads(name)) {
                    LOG.warn("{}.{} is left out: the server does not say what its columns are. If it is a broken view, let its owner mend it, or "
                            + "leave it out by a ! in option 'tables'.", schema, name);
                }
            } else {
                boolean view = table.type.equals("VIEW");
                relations.add(new Relation(name, view ? "view" : "table", !view, table.comment, Mysql.quote(schema) + "." + Mysql.quote(name),
                        table.columns, table.key()));
            }
        });
        return relations;
    }

    private static String schema(Settings settings, String wanted, Session session) throws SourceException, InterruptedException {
        List<String> exact = new ArrayList<>();
        List<String> near = new ArrayList<>();
        session.each("looking for the schema", SCHEMAS, List.of(Parameter.of(wanted)), 10, row -> {
            if (row.getString(1).equals(wanted)) {
                exact.add(row.getString(1));
            } else if (!row.getString(2).equals("0")) {
                near.add(row.getString(1));
            }
            return true;
        });
        if (exact.isEmpty() && near.isEmpty()) {
            throw Options.wrong(settings.schema().isEmpty() ? "database" : "schema", settings.server() + " has no database '" + wanted
                    + "', or user '" + settings.user() + "' may read nothing of it.");
        }
        return exact.isEmpty() ? near.getFirst() : exact.getFirst();
    }

    private static int number(ResultSet row, int at) throws SQLException {
        String text = row.getString(at);
        return text == null ? 0 : (int) Math.min(Long.parseLong(text), Integer.MAX_VALUE);
    }

    /** What a statement answers: the server describes it without running it. */
    static Relation query(Settings settings, Session session, String name, String sql) throws SourceException, InterruptedException {
        String relation = "(" + sql + "\n) AS " + Mysql.quote(name);
        List<Described> columns = new ArrayList<>();
        try (PreparedStatement statement = session.connection().prepareStatement("SELECT * FROM " + relation + " LIMIT 0");
                ResultSet none = statement.executeQuery()) {
            ResultSetMetaData described = none.getMetaData();
            for (int i = 1; i <= described.getColumnCount(); i++) {
                String type = described.getColumnTypeName(i).toLowerCase(Locale.ROOT);
                String plain = type.endsWith(" unsigned") ? type.substring(0, type.length() - 9) : type;
                plain = switch (plain) {
                    case "integer" -> "int";
                    case "boolean" -> "tinyint";
                    default -> plain;
                };
                String sqlType = plain.equals("decimal") ? "decimal(" + described.getPrecision(i) + "," + described.getScale(i) + ")"
                        : type.equals("boolean") ? "tinyint(1)" : plain.equals("bit") ? "bit(" + described.getPrecision(i) + ")" : type;
                columns.add(described(settings, name, described.getColumnLabel(i), sqlType, plain, described.getPrecision(i), described.getScale(i),
                        true, null));
            }
        } catch (SQLException e) {
            SourceException fault = session.fault(e, "looking at the query '" + name + "'");
            throw e.getSQLState() != null && (e.getSQLState().startsWith("42") || e.getSQLState().equals("25006"))
                    ? Options.wrong("queries", "the server refuses the file queries/" + name + ".sql (" + e.getMessage().strip() + ").") : fault;
        }
        return new Relation(name, "query", false, null, relation, columns, List.of());
    }

    /** The type table of the README. */
    private static Described described(Settings settings, String table, String name, String sqlType, String type, int precision, int scale,
            boolean nullable, String comment) {
        String column = Mysql.quote(name);
        String plain = type.toLowerCase(Locale.ROOT);
        String expression = BINARY.contains(plain) ? "HEX(" + column + ")" : GEOMETRIES.contains(plain) ? "ST_AsText(" + column + ")"
                : switch (plain) {
            case "bit" -> column + " + 0";
            // Its text has six digits, and as a double it has all.
            case "float" -> column + " + 0e0";
            default -> column;
        };
        boolean dated = plain.equals("date") || plain.equals("datetime") || plain.equals("timestamp");
        Type field = switch (plain) {
            case "tinyint" -> sqlType.equals("tinyint(1)") && settings.yesOrNo(table, name) ? Type.BOOLEAN : Type.INTEGER;
            case "smallint", "mediumint", "int", "year" -> Type.INTEGER;
            case "bigint" -> sqlType.contains("unsigned") ? Catalogue.decimal(settings, table, name, 20, 0) : Type.INTEGER;
            case "bit" -> sqlType.equals("bit(1)") ? Type.BOOLEAN : sqlType.equals("bit(64)") ? Type.decimal(20, 0) : Type.INTEGER;
            case "decimal" -> Catalogue.decimal(settings, table, name, precision, scale);
            case "float", "double" -> Type.DOUBLE;
            case "date" -> Type.DATE;
            case "datetime" -> Type.TIMESTAMP;
            case "timestamp" -> Type.INSTANT;
            case "json" -> Type.JSON;
            default -> Type.TEXT;
        };
        return new Described(name, sqlType, plain, expression, nullable, GROWING.contains(plain), field, comment,
                dated && settings.zeroDatesEmpty());
    }
}
