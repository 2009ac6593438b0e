package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;

/** Sends staged rows that lack a required value, or that do not fit the columns they are meant for, to the rejects; that the source has them stays known. */
final class Settling {
    private final Sql sql;
    private final Stage.Tables tables;
    private final Dataset dataset;
    private final Map<String, Field> columns;
    private final Map<String, Type> target;
    private final Map<String, String> mends;

    /**
     * @param columns those of the stage
     * @param target those of the table that the rows are meant for, as they will be
     * @param mends rows that were bad and that a person has mended, by their raw text
     */
    Settling(Sql sql, Stage.Tables tables, Dataset dataset, Map<String, Field> columns, Map<String, Type> target, Map<String, String> mends) {
        this.mends = mends;
        this.sql = sql;
        this.tables = tables;
        this.dataset = dataset;
        this.columns = columns;
        this.target = target;
    }

    void settle() throws SQLException {
        for (Map.Entry<String, String> mend : mends.entrySet()) {
            if (mend.getKey().startsWith("{")) {
                mend(mend.getKey(), mend.getValue());
            }
        }
        for (Field field : columns.values()) {
            String column = Sql.name(field.name());
            if (field.required() || dataset.key().contains(field.name())) {
                setAside(column + " IS NULL", Sql.text(field.name() + ": empty, but " + (field.required() ? "required" : "part of the key")));
            }
            if (field.type().kind() == Type.Kind.JSON) {
                setAside(column + " IS NOT NULL AND NOT json_valid(" + column + ")", Sql.text(field.name() + ": '") + " || left(" + column + ", " + Stage.VALUE_LIMIT
                        + ") || " + Sql.text("' is not a JSON document"));
            }
            Type type = target.get(field.name());
            if (type == null) {
                setAside(column + " IS NOT NULL", Sql.text(field.name() + ": the contract of " + dataset.name() + " knows no such column"));
            } else if (!type.equals(field.type())) {
                String there = "try_cast(CAST(" + column + " AS VARCHAR) AS " + ScanSql.type(type) + ")";
                String andBack = "try_cast(CAST(" + there + " AS VARCHAR) AS " + ScanSql.type(field.type()) + ")";
                boolean number = field.type().kind() == Type.Kind.TEXT && type.kind() == Type.Kind.DECIMAL;
                setAside(column + " IS NOT NULL AND (" + there + " IS NULL OR " + (number ? plain(andBack) + " IS DISTINCT FROM " + plain(column)
                        : andBack + " IS DISTINCT FROM " + column) + ")",
                        Sql.text(field.name() + ": '") + " || left(CAST(" + column + " AS VARCHAR), " + Stage.VALUE_LIMIT + ") || "
                                + Sql.text("' does not fit the column, whose type is " + type));
            }
        }
    }

    /** A row whose values are of their types, and which a rule or a column found bad before: it comes as it was mended. */
    private void mend(String raw, String record) throws SQLException {
        Object[] values;
        try {
            values = Mended.values(dataset, record);
            for (int i = 0; i < values.length; i++) {
                values[i] = Values.check(dataset.fields().get(i), values[i]);
            }
        } catch (Values.Misfit notMendedYet) {
            // The columns have changed since: it is judged as it comes.
            return;
        }
        Object[] parameters = Arrays.copyOf(values, values.length + 1);
        parameters[values.length] = raw;
        sql.run("UPDATE " + tables.rows() + " SET " + String.join(", ", dataset.fields().stream().map(field -> Sql.name(field.name()) + " = ?").toList()) + " WHERE _kind = "
                + Stage.ROW + " AND left(" + json("") + ", " + Stage.RAW_LIMIT + ") = ?", parameters);
    }

    /** A decimal number's text without the zeros at its end, which say nothing. */
    private static String plain(String text) {
        return "CASE WHEN contains(" + text + ", '.') THEN rtrim(rtrim(" + text + ", '0'), '.') ELSE " + text + " END";
    }

    private void setAside(String condition, String reason) throws SQLException {
        String bad = " WHERE _kind = " + Stage.ROW + " AND " + condition;
        if (sql.number("SELECT count(*) FROM " + tables.rows() + bad) == 0) {
            return;
        }
        sql.run("INSERT INTO " + tables.rejects() + " BY NAME SELECT _part, 'row ' || _seq AS place, left(" + json("") + ", " + Stage.RAW_LIMIT + ") AS raw, " + reason
                + " AS reason, CASE WHEN length(" + json("VARCHAR") + ") <= " + Stage.RAW_LIMIT + " THEN " + json("VARCHAR") + " END AS record FROM " + tables.rows() + bad);
        sql.run("UPDATE " + tables.rows() + " SET _kind = " + Stage.PRESENT + bad);
    }

    /** The row as a JSON object, its values as they are or all in one type. */
    private String json(String type) {
        return "CAST(to_json(struct_pack(" + String.join(", ", columns.keySet().stream().map(Sql::name)
                .map(name -> name + " := " + (type.isEmpty() ? name : "CAST(" + name + " AS " + type + ")")).toList()) + ")) AS VARCHAR)";
    }
}
