package eider.sql.driver;

import eider.connector.Type;
import eider.sql.Column;
import eider.sql.Iso;
import eider.sql.Misfit;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/**
 * How a value is asked of a driver, as text that is the same whatever the driver's own conversions are, and how it is given back to it. By the codes
 * of {@link Types}, and those that Oracle and SQL Server have of their own for what is in no standard.
 */
enum How {
    BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, REAL, DOUBLE, DATE, TIMESTAMP, INSTANT, BYTES, UUID, TEXT;

    private static final int ORACLE_FLOAT = 100;
    private static final int ORACLE_DOUBLE = 101;
    private static final int ORACLE_INSTANT = -101;
    private static final int ORACLE_LOCAL_INSTANT = -102;
    private static final int SQL_SERVER_INSTANT = -155;
    private static final String HEX = "\\x";

    /** Null if its values have no text, such as those of a BLOB. */
    static How of(int type, String name) {
        return switch (type) {
            case Types.BIT, Types.BOOLEAN -> BOOLEAN;
            case Types.TINYINT -> TINYINT;
            case Types.SMALLINT -> SMALLINT;
            case Types.INTEGER -> INTEGER;
            case Types.BIGINT -> BIGINT;
            case Types.NUMERIC, Types.DECIMAL -> DECIMAL;
            case Types.REAL, ORACLE_FLOAT -> REAL;
            case Types.FLOAT, Types.DOUBLE, ORACLE_DOUBLE -> DOUBLE;
            case Types.DATE -> DATE;
            case Types.TIMESTAMP -> TIMESTAMP;
            case Types.TIMESTAMP_WITH_TIMEZONE, ORACLE_INSTANT, ORACLE_LOCAL_INSTANT, SQL_SERVER_INSTANT -> INSTANT;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> "UUID".equalsIgnoreCase(name) ? UUID : BYTES;
            case Types.BLOB, Types.JAVA_OBJECT, Types.STRUCT, Types.REF, Types.DATALINK, Types.NULL, Types.REF_CURSOR, Types.ROWID -> null;
            default -> TEXT;
        };
    }

    /** Of the field, where its digits do not matter. */
    Type type(String name) {
        return switch (this) {
            case BOOLEAN -> Type.BOOLEAN;
            case TINYINT, SMALLINT, INTEGER, BIGINT -> Type.INTEGER;
            case REAL, DOUBLE -> Type.DOUBLE;
            case DATE -> Type.DATE;
            case TIMESTAMP -> Type.TIMESTAMP;
            case INSTANT -> Type.INSTANT;
            case TEXT -> name != null && name.toUpperCase(Locale.ROOT).equals("JSON") ? Type.JSON : Type.TEXT;
            case DECIMAL, BYTES, UUID -> Type.TEXT;
        };
    }

    /** Whether its values can be told to grow. */
    boolean grows() {
        return switch (this) {
            case TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL, DATE, TIMESTAMP, INSTANT -> true;
            case BOOLEAN, REAL, DOUBLE, BYTES, UUID, TEXT -> false;
        };
    }

    /** The least number of its kind; null where there is none. */
    BigDecimal least() {
        return switch (this) {
            case TINYINT -> BigDecimal.valueOf(Byte.MIN_VALUE);
            case SMALLINT -> BigDecimal.valueOf(Short.MIN_VALUE);
            case INTEGER -> BigDecimal.valueOf(Integer.MIN_VALUE);
            case BIGINT -> BigDecimal.valueOf(Long.MIN_VALUE);
            case BOOLEAN, DECIMAL, REAL, DOUBLE, DATE, TIMESTAMP, INSTANT, BYTES, UUID, TEXT -> null;
        };
    }

    /** The value of a row as text; null where there is none. */
    String text(ResultSet row, int at) throws SQLException {
        return switch (this) {
            case BOOLEAN -> {
                boolean value = row.getBoolean(at);
                yield row.wasNull() ? null : Boolean.toString(value);
            }
            case TINYINT, SMALLINT, INTEGER -> {
                long value = row.getLong(at);
                yield row.wasNull() ? null : Long.toString(value);
            }
            case DECIMAL -> {
                BigDecimal value = row.getBigDecimal(at);
                yield value == null ? null : value.toPlainString();
            }
            case REAL -> {
                float value = row.getFloat(at);
                yield row.wasNull() ? null : Float.toString(value);
            }
            case DOUBLE -> {
                double value = row.getDouble(at);
                yield row.wasNull() ? null : Double.toString(value);
            }
            case DATE -> day(row, at);
            case TIMESTAMP -> time(row, at);
            case INSTANT -> instant(row, at);
            case BYTES -> {
                byte[] value = row.getBytes(at);
                yield value == null ? null : HEX + HexFormat.of().formatHex(value);
            }
            case BIGINT, UUID, TEXT -> row.getString(at);
        };
    }

    // A driver that knows no java.time says so in any of three ways.

    private static String day(ResultSet row, int at) throws SQLException {
        try {
            LocalDate value = row.getObject(at, LocalDate.class);
            return value == null ? null : value.toString();
        } catch (SQLException | AbstractMethodError | ClassCastException e) {
            return otherwise(row, at, () -> {
                java.sql.Date value = row.getDate(at);
                return value == null ? null : value.toLocalDate().toString();
            });
        }
    }

    private static String time(ResultSet row, int at) throws SQLException {
        try {
            return written(row.getObject(at, LocalDateTime.class));
        } catch (SQLException | AbstractMethodError | ClassCastException e) {
            return otherwise(row, at, () -> {
                Timestamp value = row.getTimestamp(at);
                return value == null ? null : written(value.toLocalDateTime());
            });
        }
    }

    private static String instant(ResultSet row, int at) throws SQLException {
        try {
            OffsetDateTime value = row.getObject(at, OffsetDateTime.class);
            return value == null ? null : written(value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
        } catch (SQLException | AbstractMethodError | ClassCastException e) {
            return otherwise(row, at, () -> {
                Timestamp value = row.getTimestamp(at);
                return value == null ? null : written(LocalDateTime.ofInstant(value.toInstant(), ZoneOffset.UTC));
            });
        }
    }

    private interface Read {
        String text() throws SQLException;
    }

    /** A value that no type of Java holds, such as an infinity, is what the driver calls it: its row goes to quarantine with that. */
    private static String otherwise(ResultSet row, int at, Read read) throws SQLException {
        try {
            return read.text();
        } catch (SQLException e) {
            return row.getString(at);
        }
    }

    /** As {@link Iso} reads it: with its seconds, and what there is of them behind the point. */
    static String written(LocalDateTime time) {
        if (time == null) {
            return null;
        }
        StringBuilder text = new StringBuilder(30).append(time.toLocalDate()).append(' ');
        two(text, time.getHour()).append(':');
        two(text, time.getMinute()).append(':');
        two(text, time.getSecond());
        if (time.getNano() > 0) {
            text.append('.').append(1_000_000_000 + time.getNano()).deleteCharAt(text.length() - 10);
        }
        return text.toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    /** What a sink takes for that text. */
    static Object value(Column column, String text) throws Misfit {
        try {
            return switch (column.field().type().kind()) {
                case TEXT, JSON -> text;
                case BOOLEAN -> Boolean.valueOf(text);
                case INTEGER -> Long.valueOf(text);
                case DECIMAL -> new BigDecimal(text);
                case DOUBLE -> {
                    double value = Double.parseDouble(text);
                    if (Double.isNaN(value) || Double.isInfinite(value)) {
                        throw new Misfit("'" + text + "' in " + column.field().name() + " is no number that DOUBLE can hold.");
                    }
                    yield value;
                }
                case DATE -> Iso.day(column, text);
                case TIMESTAMP -> Iso.time(column, text);
                case INSTANT -> Iso.time(column, text).atOffset(ZoneOffset.UTC);
            };
        } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
            throw new Misfit("'" + text + "' in " + column.field().name() + " is not understood as " + column.field().type() + ".");
        }
    }

    /**
     * Gives such a text back to the driver.
     *
     * @throws SQLException of class 22 if it is none of this kind: the column was of another one when the text was written down
     */
    void bind(PreparedStatement statement, int at, String text) throws SQLException {
        try {
            switch (this) {
                case BOOLEAN -> statement.setBoolean(at, Boolean.parseBoolean(text));
                case TINYINT, SMALLINT, INTEGER, BIGINT -> statement.setLong(at, Long.parseLong(text));
                case DECIMAL -> statement.setBigDecimal(at, new BigDecimal(text));
                case REAL -> statement.setFloat(at, Float.parseFloat(text));
                case DOUBLE -> statement.setDouble(at, Double.parseDouble(text));
                case DATE -> {
                    LocalDate day = LocalDate.parse(text);
                    given(() -> statement.setObject(at, day), () -> statement.setDate(at, java.sql.Date.valueOf(day)));
                }
                case TIMESTAMP -> {
                    LocalDateTime time = read(text);
                    given(() -> statement.setObject(at, time), () -> statement.setTimestamp(at, Timestamp.valueOf(time)));
                }
                case INSTANT -> {
                    OffsetDateTime instant = read(text).atOffset(ZoneOffset.UTC);
                    given(() -> statement.setObject(at, instant), () -> statement.setTimestamp(at, Timestamp.from(instant.toInstant())));
                }
                case BYTES -> statement.setBytes(at, HexFormat.of().parseHex(text.substring(HEX.length())));
                case UUID -> {
                    UUID id = java.util.UUID.fromString(text);
                    given(() -> statement.setObject(at, id), () -> statement.setString(at, text));
                }
                case TEXT -> statement.setString(at, text);
            }
        } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
            throw new SQLException("'" + text + "', where a read goes on, is no " + this + "; the column's type was another one", "22000", e);
        }
    }

    static LocalDateTime read(String text) {
        return LocalDateTime.parse(text.replace(' ', 'T'));
    }

    private interface Given {
        void run() throws SQLException;
    }

    private static void given(Given first, Given otherwise) throws SQLException {
        try {
            first.run();
        } catch (SQLFeatureNotSupportedException | AbstractMethodError | ClassCastException e) {
            otherwise.run();
        } catch (SQLException e) {
            try {
                otherwise.run();
            } catch (SQLException again) {
                e.addSuppressed(again);
                throw e;
            }
        }
    }
}
