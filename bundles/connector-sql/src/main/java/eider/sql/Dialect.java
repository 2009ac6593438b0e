package eider.sql;

import eider.connector.SourceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A kind of server: everything that one has of its own. It opens sessions, says what there is, writes the conditions that it understands, and reads the
 * values that it writes. It holds nothing of one connection, and may be asked by several threads.
 */
public interface Dialect {

    /** What a property of the driver may hold. */
    enum Property {
        TEXT, NUMBER, FLAG
    }

    /** The port at which its servers answer where nobody says otherwise. */
    int port();

    /** The schema that is read where nobody says otherwise. */
    String schema(Settings settings);

    /** The properties of the driver that a connection may set: none that reads a file, loads a class, logs, or weakens what the options say. */
    Map<String, Property> properties();

    /**
     * A connection to the server. An interrupt of a thread that waits for it ends it.
     *
     * @throws SourceException of kind CONFIG for what is wrong before a server is asked
     */
    Connection connect(Settings settings) throws SQLException, SourceException;

    /** Sets the session up, and begins a transaction that only reads and sees one moment. */
    void begin(Connection connection) throws SQLException;

    /** Ends a connection whose answer was not read to its end; closed in order, some drivers would read the rest first, however long that is. */
    default void cut(Connection connection) throws SQLException {
        connection.abort(Runnable::run);
    }

    /**
     * An interrupt ended this connection while the server worked for it: lets it end that work, where it does not notice by itself. Takes a second at
     * most, and throws nothing: the work ends some time.
     */
    default void abandoned(Settings settings, Connection connection) {
    }

    /** What the faults of its connections mean. */
    Faults faults(Settings settings);

    /**
     * The tables and views of the schema, in the order of their names; also those that the options do not name.
     *
     * @throws SourceException of kind CONFIG naming option {@code schema} if there is no such schema
     */
    List<Relation> relations(Settings settings, Session session) throws SourceException, InterruptedException;

    /**
     * The same where it is dear to ask for keys: those of others than the wanted ones may be missing.
     *
     * @param wanted whether the table of this name is read
     */
    default List<Relation> relations(Settings settings, Session session, Predicate<String> wanted) throws SourceException, InterruptedException {
        return relations(settings, session);
    }

    /** What a query answers, as a relation of this name. */
    Relation query(Settings settings, Session session, String name, String sql) throws SourceException, InterruptedException;

    /** A name as SQL writes it. */
    String quoted(String name);

    /** A value as text that {@link #value} understands, and {@link #bind} too; null where there is none. */
    default String text(ResultSet row, int at, Column column) throws SQLException {
        return row.getString(at);
    }

    /** What {@link eider.connector.Sink#upsert} takes for that text, which is not null. */
    Object value(Column column, String text) throws Misfit;

    /** Gives a statement a parameter. */
    default void bind(PreparedStatement statement, int at, Parameter parameter) throws SQLException {
        statement.setString(at, parameter.text());
    }

    /** The server's time as text, by which a person can tell two reads apart. */
    String moment(Session session) throws SourceException, InterruptedException;

    /**
     * The oldest transaction that this session's snapshot did not see the end of; empty where the server does not tell.
     *
     * @see Place#seen()
     */
    String seen(Session session) throws SourceException, InterruptedException;

    /** The same for one table, where the server does not tell it of all together. */
    default String seen(Session session, Table table) throws SourceException, InterruptedException {
        return seen(session);
    }

    /**
     * The greatest value of a cursor column, as SQL. A time that lies ahead, such as infinity or a slip of the pen, would hide all later changes: what
     * is later than now does not count; such rows are read each time.
     */
    String latest(Column cursor);

    /** What holds of rows without a value in that column, which cannot be told to have changed, as SQL; null if every row has one. */
    default String absent(Column cursor) {
        return cursor.nullable() ? quoted(cursor.name()) + " IS NULL" : null;
    }

    /** What stands behind ORDER BY for a column, in the order of which {@link #compared} compares. */
    default String ordered(Column column) {
        return quoted(column.name());
    }

    /** That value, once more looked at: what the server could not be asked to leave out does not count here. */
    default String latest(Column cursor, String greatest) {
        return greatest;
    }

    /** A look-back before a value of the cursor column, as SQL of a type that its index knows. */
    String since(Settings settings, Column cursor, String value, List<Parameter> parameters);

    /**
     * A comparison of several columns at once with values, as SQL: of the first that differs.
     *
     * @param operator {@code >=} or {@code <=}
     */
    String compared(List<Column> columns, String operator, List<String> values, List<Parameter> parameters);

    /**
     * What holds of a row that the last read met as it is now, as SQL that is true, false or null.
     *
     * @throws SourceException of kind DATA, with a sentence, if that cannot be told of this table
     */
    String settled(Session session, Table table, Place place, List<Parameter> parameters) throws SourceException, InterruptedException;

    /** An expression over such a column that {@code sum} takes, and that leaves out what is no number. */
    String summand(Column column);

    /**
     * Called behind each statement that read rows. In some servers a table that was rewritten or emptied behind the snapshot, but before a statement
     * first touched it, looks empty.
     *
     * @throws SourceException of kind TEMPORARY if that may have happened: what was read does not count
     */
    default void assure(Session session) throws SourceException, InterruptedException {
    }

    /** A large table in pieces; null where it is read in one go. */
    default Pieces pieces(Session session, Table table) throws SourceException, InterruptedException {
        return null;
    }

    /** The log of the server; null where such servers do not tell it. */
    default Log log(Settings settings) {
        return null;
    }

    /** Lets a session that has just begun see what the one sees that a snapshot was asked of. Never called where there are neither pieces nor a log. */
    default void join(Connection connection, String snapshot) throws SQLException {
        throw new UnsupportedOperationException("there are no pieces");
    }
}
