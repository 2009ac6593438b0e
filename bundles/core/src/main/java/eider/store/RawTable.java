package eider.store;

import eider.connector.Field;
import eider.connector.Type;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table that keeps a dataset's rows as they came: {@code raw."<connection>__<dataset>"}, with the dataset's fields, and beside them {@code _part} (the part that
 * a keyless row belongs to), {@code _load} and {@code _row}, which is unique in the whole store. Its twin in the schema {@code undo} keeps the rows that a load
 * replaced or removed, with {@code _gone}, the load that did.
 */
record RawTable(String connection, String dataset) {

    String sql() {
        return "raw." + Sql.name(name());
    }

    String images() {
        return "undo." + Sql.name(name());
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

    /**
     * Makes the table take {@code incoming}: creates it, adds columns that are new, widens those that are too narrow. A column whose type clashes keeps its own:
     * values that do not fit it go to quarantine.
     *
     * @return the columns afterwards
     */
    Map<String, Type> shape(Sql sql, List<Field> incoming) throws SQLException {
        Map<String, Type> columns = columns(sql);
        if (columns.isEmpty() && !exists(sql)) {
            StringBuilder fields = new StringBuilder();
            for (Field field : incoming) {
                fields.append(Sql.name(field.name())).append(' ').append(ScanSql.type(field.type())).append(", ");
                columns.put(field.name(), field.type());
            }
            sql.run("CREATE TABLE " + sql() + " (" + fields + "_part INTEGER, _load BIGINT, _row BIGINT)");
            sql.run("CREATE TABLE " + images() + " (" + fields + "_part INTEGER, _load BIGINT, _row BIGINT, _gone BIGINT)");
            return columns;
        }
        for (Field field : incoming) {
            Type present = columns.get(field.name());
            if (present == null) {
                for (String table : List.of(sql(), images())) {
                    sql.run("ALTER TABLE " + table + " ADD COLUMN " + Sql.name(field.name()) + " " + ScanSql.type(field.type()));
                }
                columns.put(field.name(), field.type());
                continue;
            }
            Type wide = Types.widen(present, field.type());
            if (!wide.equals(present)) {
                for (String table : List.of(sql(), images())) {
                    sql.run("ALTER TABLE " + table + " ALTER COLUMN " + Sql.name(field.name()) + " SET DATA TYPE " + ScanSql.type(wide));
                }
                columns.put(field.name(), wide);
            }
        }
        return columns;
    }

    /** The types that the columns will have once {@code incoming} was taken in; changes nothing. */
    Map<String, Type> foresee(Sql sql, List<Field> incoming) throws SQLException {
        Map<String, Type> columns = columns(sql);
        for (Field field : incoming) {
            columns.merge(field.name(), field.type(), Types::widen);
        }
        return columns;
    }
}
