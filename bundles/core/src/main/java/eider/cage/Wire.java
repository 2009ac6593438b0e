package eider.cage;

import eider.engine.Rows.Column;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes between the two processes: a {@link Task} in, then frames out, each a byte that says what it is and its content. What comes out was made by a statement that nobody
 * trusts, so every length is bounded before anything is read by it.
 */
final class Wire {
    static final byte COLUMNS = 1;
    static final byte ROW = 2;
    static final byte END = 3;
    static final byte FAILED = 4;
    /** It needed more memory, or more of the disk, than it may take. */
    static final byte TOO_MUCH = 5;

    /** Of one row, and so of each value in it: what it becomes in memory is some times as much. */
    static final int LARGEST = 8 << 20;
    static final String TOO_LARGE = "a row of the answer is larger than 8 MB: ask for less of it";
    private static final int MOST_COLUMNS = 10_000;
    private static final int DEEPEST = 32;
    /** Behind the point: written out, a number of more would be as long as somebody says. */
    private static final int MOST_DIGITS = 1_000;

    private Wire() {}

    /**
     * What a caged process has to do.
     *
     * @param sql one SELECT
     * @param memory as DuckDB writes it
     * @param spill the folder in which it may spill
     * @param spillLimit how much, as DuckDB writes it
     */
    record Task(String sql, String memory, String spill, String spillLimit, List<Table> tables) {}

    /** @param file Parquet, with the rows that may be seen */
    record Table(String schema, String name, String file) {}

    static void write(DataOutputStream out, Task task) throws IOException {
        text(out, task.sql);
        text(out, task.memory);
        text(out, task.spill);
        text(out, task.spillLimit);
        out.writeInt(task.tables.size());
        for (Table table : task.tables) {
            text(out, table.schema);
            text(out, table.name);
            text(out, table.file);
        }
    }

    static Task task(DataInputStream in) throws IOException {
        String sql = text(in);
        String memory = text(in);
        String spill = text(in);
        String spillLimit = text(in);
        int count = in.readInt();
        List<Table> tables = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tables.add(new Table(text(in), text(in), text(in)));
        }
        return new Task(sql, memory, spill, spillLimit, tables);
    }

    static void columns(DataOutputStream out, List<Column> columns) throws IOException {
        out.writeByte(COLUMNS);
        out.writeInt(columns.size());
        for (Column column : columns) {
            text(out, column.name());
            text(out, column.type());
        }
    }

    static List<Column> columns(DataInputStream in) throws IOException {
        int count = bounded(in.readInt(), MOST_COLUMNS);
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(new Column(text(in), text(in)));
        }
        return columns;
    }

    static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        if (bytes.length > LARGEST) {
            throw new IOException(TOO_LARGE);
        }
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = bounded(in.readInt(), LARGEST);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    /** @param row its values, one after the other */
    static void row(DataOutputStream out, ByteArrayOutputStream row) throws IOException {
        if (row.size() > LARGEST) {
            throw new IOException(TOO_LARGE);
        }
        out.writeByte(ROW);
        out.writeInt(row.size());
        row.writeTo(out);
    }

    static List<Object> row(DataInputStream in, int columns) throws IOException {
        DataInputStream values = new DataInputStream(new ByteArrayInputStream(bytes(in)));
        List<Object> row = new ArrayList<>(columns);
        for (int i = 0; i < columns; i++) {
            row.add(value(values));
        }
        return row;
    }

    private static int bounded(int told, int most) throws IOException {
        if (told < 0 || told > most) {
            throw new IOException("a length of " + told + " cannot be");
        }
        return told;
    }

    static void value(DataOutputStream out, Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('0');
            case String text -> {
                out.writeByte('s');
                text(out, text);
            }
            case Boolean truth -> out.writeByte(truth ? 't' : 'f');
            case Long number -> {
                out.writeByte('l');
                out.writeLong(number);
            }
            case BigInteger number -> {
                out.writeByte('i');
                bytes(out, number.toByteArray());
            }
            case BigDecimal number -> {
                out.writeByte('d');
                out.writeInt(number.scale());
                bytes(out, number.unscaledValue().toByteArray());
            }
            case Double number -> {
                out.writeByte('g');
                out.writeDouble(number);
            }
            case LocalDate day -> {
                out.writeByte('D');
                out.writeLong(day.toEpochDay());
            }
            case LocalTime time -> {
                out.writeByte('T');
                out.writeLong(time.toNanoOfDay());
            }
            case LocalDateTime time -> {
                out.writeByte('L');
                moment(out, time);
            }
            case OffsetDateTime time -> {
                out.writeByte('O');
                moment(out, time.toLocalDateTime());
                out.writeInt(time.getOffset().getTotalSeconds());
            }
            case byte[] bytes -> {
                out.writeByte('b');
                bytes(out, bytes);
            }
            case List<?> list -> {
                out.writeByte('[');
                out.writeInt(list.size());
                for (Object one : list) {
                    value(out, one);
                }
            }
            case Map<?, ?> map -> {
                out.writeByte('{');
                out.writeInt(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text(out, String.valueOf(entry.getKey()));
                    value(out, entry.getValue());
                }
            }
            default -> throw new IOException("a value of " + value.getClass() + " cannot be sent");
        }
    }

    static Object value(DataInputStream in) throws IOException {
        return value(in, 0);
    }

    private static Object value(DataInputStream in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("a value is nested deeper than " + DEEPEST);
        }
        byte kind = in.readByte();
        return switch (kind) {
            case '0' -> null;
            case 's' -> text(in);
            case 't' -> true;
            case 'f' -> false;
            case 'l' -> in.readLong();
            case 'i' -> new BigInteger(bytes(in));
            case 'd' -> {
                int scale = bounded(in.readInt(), MOST_DIGITS);
                yield new BigDecimal(new BigInteger(bytes(in)), scale);
            }
            case 'g' -> in.readDouble();
            case 'D' -> LocalDate.ofEpochDay(in.readLong());
            case 'T' -> LocalTime.ofNanoOfDay(in.readLong());
            case 'L' -> moment(in);
            case 'O' -> OffsetDateTime.of(moment(in), ZoneOffset.ofTotalSeconds(in.readInt()));
            case 'b' -> bytes(in);
            case '[' -> {
                int count = bounded(in.readInt(), LARGEST);
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    list.add(value(in, depth + 1));
                }
                yield list;
            }
            case '{' -> {
                int count = bounded(in.readInt(), LARGEST);
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < count; i++) {
                    String name = text(in);
                    map.put(name, value(in, depth + 1));
                }
                yield map;
            }
            default -> throw new IOException("a value of kind " + kind + " cannot be");
        };
    }

    private static void moment(DataOutputStream out, LocalDateTime time) throws IOException {
        out.writeLong(time.toLocalDate().toEpochDay());
        out.writeLong(time.toLocalTime().toNanoOfDay());
    }

    private static LocalDateTime moment(DataInputStream in) throws IOException {
        return LocalDateTime.of(LocalDate.ofEpochDay(in.readLong()), LocalTime.ofNanoOfDay(in.readLong()));
    }
}
