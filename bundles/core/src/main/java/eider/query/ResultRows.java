package eider.query;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.store.Sql;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A result of JDBC as {@link Rows}. */
final class ResultRows implements Rows {
    private static final Logger log = LoggerFactory.getLogger(ResultRows.class);

    private final PreparedStatement statement;
    private final ResultSet result;
    private final List<Column> columns = new ArrayList<>();
    private final Runnable whenClosed;
    private final BooleanSupplier late;
    private final Duration limit;
    private boolean closed;

    ResultRows(PreparedStatement statement, Runnable whenClosed, BooleanSupplier late, Duration limit) throws SQLException {
        this.statement = statement;
        this.whenClosed = whenClosed;
        this.late = late;
        this.limit = limit;
        try {
            result = statement.executeQuery();
            ResultSetMetaData about = result.getMetaData();
            for (int i = 1; i <= about.getColumnCount(); i++) {
                columns.add(new Column(about.getColumnLabel(i), about.getColumnTypeName(i)));
            }
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    static String late(Duration limit) {
        return "the query took longer than " + limit.toSeconds() + " seconds and was ended";
    }

    @Override
    public List<Column> columns() {
        return Collections.unmodifiableList(columns);
    }

    @Override
    public boolean next() throws EngineException {
        try {
            return result.next();
        } catch (SQLException e) {
            throw new EngineException(late.getAsBoolean() ? late(limit) : Sql.sentence(e), e);
        }
    }

    @Override
    public Object value(int column) throws EngineException {
        try {
            return plain(result.getObject(column + 1));
        } catch (SQLException e) {
            throw new EngineException(Sql.sentence(e), e);
        }
    }

    private static Object plain(Object value) throws SQLException {
        return switch (value) {
            case null -> null;
            case Byte number -> number.longValue();
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Float number -> Double.valueOf(number.toString());
            case Date date -> date.toLocalDate();
            case Time time -> time.toLocalTime();
            case Timestamp time -> time.toLocalDateTime();
            case Blob blob -> blob.getBytes(1, Math.toIntExact(blob.length()));
            case Array array -> list(array.getArray());
            case Struct struct -> struct(struct);
            case Map<?, ?> map -> map(map);
            case List<?> list -> list(list.toArray());
            case String text -> text;
            case Boolean truth -> truth;
            case Long number -> number;
            case Number number -> number;
            case LocalDate date -> date;
            case LocalTime time -> time;
            case LocalDateTime time -> time;
            case OffsetDateTime time -> time;
            case byte[] bytes -> bytes;
            default -> value.toString();
        };
    }

    private static List<Object> list(Object array) throws SQLException {
        List<Object> list = new ArrayList<>();
        for (Object element : array instanceof Object[] elements ? Arrays.asList(elements) : List.of(array)) {
            list.add(plain(element));
        }
        return list;
    }

    private static Map<String, Object> struct(Struct struct) throws SQLException {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<String, Object> field : Sql.fields(struct).entrySet()) {
            fields.put(field.getKey(), plain(field.getValue()));
        }
        return fields;
    }

    private static Map<String, Object> map(Map<?, ?> map) throws SQLException {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            entries.put(String.valueOf(plain(entry.getKey())), plain(entry.getValue()));
        }
        return entries;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            result.close();
            statement.close();
        } catch (SQLException e) {
            // Cancelled, or the store was closed under it: there is nothing left to close.
            log.debug("a result did not close: {}", Sql.sentence(e));
        } finally {
            whenClosed.run();
        }
    }
}
