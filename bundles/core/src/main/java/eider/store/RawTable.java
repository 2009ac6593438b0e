package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import eider.store.SchemaChange.Kind;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table that keeps a dataset's rows as they came: {@code raw."<connection>__<dataset>"}, with the dataset's fields, and beside them {@code _part} (the part that
 * a keyless row belongs to), {@code _load} and {@code _row}, which is unique in the whole store. Its twin in the schema {@code undo} keeps the rows that a load
 * replaced or removed, with {@code _gone}, the load that did. Where its history is wanted, the view of the same name in the schema {@code history} shows both.
 */
record RawTable(String connection, String dataset) {

    /** @param name as {@link #name} tells it: no connection's name has two underscores together */
    static RawTable named(String name) {
        int between = name.indexOf("__");
        return new RawTable(name.substring(0, between), name.substring(between + 2));
    }

    String sql() {
        return "raw." + Sql.name(name());
    }

    String images() {
        return "undo." + Sql.name(name());
    }

    String history() {
        return "history." + Sql.name(name());
    }

    String name() {
        return connection + "__" + dataset;
    }

    boolean exists(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name = ?", name()) > 0;
    }

    /** The dataset's columns as they stand; empty where the table does not exist. */
    Map<String, Type> columns(Sql sql) throws SQLException {
        Map<String, Type> columns = new LinkedHashMap<>();
        sql.list("SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = ? AND NOT starts_with(column_name, '_')"
                + " ORDER BY column_index", row -> columns.put(row.getString(1), Types.of(row.getString(2))), name());
        return columns;
    }

    /** The columns of the table, and what of them is not as it was. */
    record Shape(Map<String, Type> columns, List<SchemaChange> changes) {}

    /**
     * Makes the table take {@code incoming}, as far as the contract lets it. A table that does not exist is created. By {@link Contract#EVOLVE} columns that are new are
     * added and those that are too narrow widened; one whose type clashes keeps its own, and values that do not fit it go to quarantine.
     *
     * @throws ContractException if the contract is {@link Contract#FREEZE} and anything is not as it was
     */
    Shape shape(Sql sql, Dataset declared, List<Field> incoming, Contract contract) throws SQLException, ContractException {
        Map<String, Type> columns = columns(sql);
        if (columns.isEmpty() && !exists(sql)) {
            create(sql, incoming, columns);
            Ledger.declared(sql, connection, declared);
            return new Shape(columns, List.of());
        }
        List<SchemaChange> changes = changes(columns, incoming);
        changes.addAll(Ledger.declared(sql, connection, declared));
        if (contract == Contract.FREEZE && !changes.isEmpty()) {
            throw new ContractException("the columns of " + connection + "." + dataset + " are not those that its contract froze: "
                    + String.join("; ", changes.stream().map(change -> change.sentence(contract)).toList())
                    + ". Nothing was changed. Mend it at the source, or set contract = evolve in config/dataset~" + name() + ".cfg to take it as it is");
        }
        if (contract == Contract.EVOLVE) {
            for (SchemaChange change : changes) {
                alter(sql, change, columns);
            }
        }
        return new Shape(columns, changes);
    }

    private void create(Sql sql, List<Field> incoming, Map<String, Type> columns) throws SQLException {
        StringBuilder fields = new StringBuilder();
        for (Field field : incoming) {
            fields.append(Sql.name(field.name())).append(' ').append(ScanSql.type(field.type())).append(", ");
            columns.put(field.name(), field.type());
        }
        sql.run("CREATE TABLE " + sql() + " (" + fields + "_part INTEGER, _load BIGINT, _row BIGINT)");
        sql.run("CREATE TABLE " + images() + " (" + fields + "_part INTEGER, _load BIGINT, _row BIGINT, _gone BIGINT)");
    }

    private static List<SchemaChange> changes(Map<String, Type> columns, List<Field> incoming) {
        List<SchemaChange> changes = new ArrayList<>();
        for (Field field : incoming) {
            Type present = columns.get(field.name());
            Type wide = present == null ? null : Types.widen(present, field.type());
            if (present == null) {
                changes.add(new SchemaChange(field.name(), Kind.ADDED, null, field.type()));
            } else if (!wide.equals(present)) {
                changes.add(new SchemaChange(field.name(), Kind.WIDENED, present, wide));
            } else if (present.kind() != Type.Kind.TEXT && !Types.widen(field.type(), present).equals(present)) {
                changes.add(new SchemaChange(field.name(), Kind.CLASHES, present, field.type()));
            }
        }
        return changes;
    }

    private void alter(Sql sql, SchemaChange change, Map<String, Type> columns) throws SQLException {
        String how = switch (change.kind()) {
            case ADDED -> " ADD COLUMN " + Sql.name(change.field()) + " " + ScanSql.type(change.after());
            case WIDENED -> " ALTER COLUMN " + Sql.name(change.field()) + " SET DATA TYPE " + ScanSql.type(change.after());
            case CLASHES, VANISHED -> "";
        };
        if (!how.isEmpty()) {
            sql.run("ALTER TABLE " + sql() + how);
            sql.run("ALTER TABLE " + images() + how);
            columns.put(change.field(), change.after());
        }
    }

    /** The types that the columns will have once {@code incoming} was taken in; changes nothing. A column that the contract keeps out is not among them. */
    Map<String, Type> foresee(Sql sql, List<Field> incoming, Contract contract) throws SQLException {
        Map<String, Type> columns = columns(sql);
        if (contract == Contract.QUARANTINE && exists(sql)) {
            return columns;
        }
        for (Field field : incoming) {
            columns.merge(field.name(), field.type(), Types::widen);
        }
        return columns;
    }

    /**
     * Makes the view of all versions follow the table's columns, where there is one or it is wanted. A version is valid from the beginning of the load that brought it
     * until the beginning of the load that replaced or removed it; one that came and went within one load was never seen, and is not shown.
     */
    void showHistory(Sql sql, boolean wanted, Shape shape) throws SQLException {
        boolean there = sql.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'history' AND view_name = ?", name()) > 0;
        if (there ? shape.changes.isEmpty() : !wanted) {
            return;
        }
        String from = shape.columns.containsKey("valid_from") || shape.columns.containsKey("valid_to") ? "_valid_" : "valid_";
        String names = String.join(", ", shape.columns.keySet().stream().map(column -> "v." + Sql.name(column)).toList());
        sql.run("CREATE OR REPLACE VIEW " + history() + " AS SELECT " + names + ", came.started AS " + from + "from, CAST(NULL AS TIMESTAMPTZ) AS " + from + "to"
                + " FROM " + sql() + " v JOIN ledger.loads came ON came.id = v._load UNION ALL SELECT " + names + ", came.started, went.started FROM " + images()
                + " v JOIN ledger.loads came ON came.id = v._load JOIN ledger.loads went ON went.id = v._gone WHERE v._load <> v._gone");
    }
}
