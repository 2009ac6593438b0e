package eider.store;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of DuckDB's driver as those that {@link eider.engine.Rows} promises. */
public final class Cells {
    private Cells() {}

    public static Object plain(Object value) throws SQLException {
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
}
