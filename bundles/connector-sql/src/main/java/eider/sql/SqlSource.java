package eider.sql;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables and views of a PostgreSQL database, each a dataset.
 *
 * <p>Each read sees one snapshot of the server and only reads. A table with a key is read in the order of (cursor column, key), or of its key, and
 * goes on behind the last row of the last checkpoint; what committed meanwhile with an earlier value is found by the next pass, which begins a
 * look-back before the greatest value that the first snapshot of this pass held. A table without a key is one part, read as a whole.
 */
@Component(service = Source.class, configurationPid = "sql", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SqlConfig.class, factory = true)
public final class SqlSource implements Source, Countable {
    private static final Logger LOG = LoggerFactory.getLogger(SqlSource.class);
    /**
     * Rows up to the first checkpoint; each further one comes after twice as many, up to {@link #MOST}: a slow beginning costs little, a
     * long way few.
     */
    private static final int FIRST = 250;
    private static final int MOST = 16_000;
    /** Rows that the driver fetches at once, and the characters that they shall come to. */
    private static final int MOST_FETCHED = 1_000;
    private static final int FEWEST_FETCHED = 20;
    private static final long FETCHED_CHARACTERS = 2 << 20;

    /** Where the options come from; they are checked when somebody asks what there is, not before. */
    private interface Checked {
        Settings settings() throws SourceException;
    }

    private final Checked checked;
    /** Whether the server was reached before: then it is there, and silence is no wrong address. */
    private volatile boolean reached;

    /** A connection made by a configuration. The home is the framework's property {@code eider.home}. */
    @Activate
    public SqlSource(SqlConfig config, BundleContext bundle) {
        this(config, home(bundle));
    }

    private SqlSource(SqlConfig config, Path home) {
        this.checked = () -> Settings.of(config, home);
    }

    /** A connection made by a program. */
    public static SqlSource in(Path home, SqlConfig config) {
        return new SqlSource(config, home);
    }

    private static Path home(BundleContext bundle) {
        String home = bundle.getProperty("eider.home");
        if (home == null) {
            throw new IllegalStateException("the framework property eider.home is not set; it names the folder that holds config/");
        }
        return Path.of(home).toAbsolutePath();
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        try (Session session = open(settings)) {
            return Catalogue.of(settings, session).stream().map(Table::dataset).toList();
        }
    }

    private Session open(Settings settings) throws SourceException, InterruptedException {
        Session session = Session.open(settings, reached);
        reached = true;
        return session;
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        try (Session session = open(settings)) {
            Table table = table(settings, session, request.dataset());
            Place before = request.cursor().isNone() ? null : Place.of(request.cursor(), table);
            if (before == null && !request.cursor().isNone()) {
                LOG.info("{} is read anew: it was read in another order before.", table.told());
            }
            Place pass = before != null && !before.over() ? before : begun(session, table, before);
            sink.progress("reading " + table.told(), 0, 0);
            if (table.key().isEmpty()) {
                sink.part(table.name(), moment(session));
            }
            Rows rows = new Rows(table, pass, sink);
            rows.read(session, settings);
        }
    }

    /** The table as it is now must still be what discovery told: its rows are told by that dataset. */
    private static Table table(Settings settings, Session session, Dataset dataset) throws SourceException, InterruptedException {
        return Catalogue.of(settings, session).stream().filter(table -> table.dataset().name().equals(dataset.name())
                && table.dataset().fields().equals(dataset.fields()) && table.dataset().key().equals(dataset.key())).findFirst()
                .orElseThrow(() -> Catalogue.gone(dataset.name()));
    }

    /** A new pass, which goes on from the mark of the one before. The mark is read in the same snapshot as the rows. */
    private static Place begun(Session session, Table table, Place before) throws SourceException, InterruptedException {
        String[] seen = new String[1];
        session.each("beginning to read", "SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text", List.of(), 1,
                row -> {
            seen[0] = row.getString(1);
            return true;
        });
        String[] mark = new String[1];
        if (table.cursor() != null) {
            session.each("looking for the last change in " + table.told(), "SELECT " + latest(table.cursor()) + " FROM " + table.sql(), List.of(),
                    1, row -> {
                mark[0] = row.getString(1);
                return true;
            });
        }
        String since = before == null ? null : before.mark() == null ? before.since() : before.mark();
        return new Place(Place.by(table), since, mark[0] == null ? since : mark[0], seen[0], List.of());
    }

    /**
     * The greatest value of a cursor column. A time that lies ahead, such as infinity or a slip of the pen, would hide all later changes: what is
     * later than now does not count, with room for zones where the time has none; such rows are read each time.
     */
    private static String latest(Column cursor) {
        String column = Table.quoted(cursor.name());
        return switch (cursor.plainType()) {
            case "timestamp with time zone" -> "least(max(" + column + "), now())";
            case "timestamp without time zone" -> "least(max(" + column + "), now()::timestamp + interval '14 hours')";
            case "date" -> "least(max(" + column + "), now()::date + 1)";
            case "numeric" -> "max(" + column + ") FILTER (WHERE " + column + " < 'NaN' AND " + column + "::text <> 'Infinity')";
            default -> "max(" + column + ")";
        };
    }

    private static String moment(Session session) throws SourceException, InterruptedException {
        String[] moment = new String[1];
        session.each("beginning to read", "SELECT to_char(now(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", List.of(), 1, row -> {
            moment[0] = row.getString(1);
            return true;
        });
        return moment[0];
    }

    /** The rows of one read of one table. */
    private static final class Rows {
        private final Table table;
        private final Place pass;
        private final Sink sink;
        private final int[] order;
        private long pushed;
        private long untilCheckpoint = FIRST;
        private long every = FIRST;
        private int longest = 1;

        Rows(Table table, Place pass, Sink sink) {
            this.table = table;
            this.pass = pass;
            this.sink = sink;
            this.order = table.order().stream().mapToInt(column -> table.columns().indexOf(column)).toArray();
        }

        void read(Session session, Settings settings) throws SourceException, InterruptedException {
            List<String> parameters = new ArrayList<>();
            String where = where(settings, parameters);
            each(session, where, parameters, true);
            if (table.cursor() != null && table.cursor().nullable()) {
                // Whether a row without a value changed nobody can tell.
                each(session, " WHERE " + Table.quoted(table.cursor().name()) + " IS NULL", List.of(), false);
            }
            sink.checkpoint(pass.at(List.of()).cursor());
        }

        private String where(Settings settings, List<String> parameters) {
            if (!pass.over()) {
                List<String> casts = new ArrayList<>();
                for (int i = 0; i < pass.at().size(); i++) {
                    casts.add("CAST(? AS " + table.order().get(i).sqlType() + ")");
                    parameters.add(pass.at().get(i));
                }
                // The row at the place itself comes again, and takes its own place.
                return " WHERE (" + columns(table.order()) + ") >= (" + String.join(", ", casts) + ")";
            }
            if (table.cursor() == null) {
                return "";
            }
            if (pass.since() == null) {
                return table.cursor().nullable() ? " WHERE " + Table.quoted(table.cursor().name()) + " IS NOT NULL" : "";
            }
            return " WHERE " + Table.quoted(table.cursor().name()) + " >= " + since(table.cursor(), pass.since(), settings, parameters);
        }

        private void each(Session session, String where, List<String> parameters, boolean checkpoints) throws SourceException, InterruptedException {
            String select = "SELECT " + String.join(", ", table.columns().stream().map(Column::expression).toList()) + " FROM " + table.sql() + where
                    + (table.order().isEmpty() ? "" : " ORDER BY " + columns(table.order()));
            session.each("reading " + table.told(), select, parameters, FEWEST_FETCHED, row -> {
                push(row);
                if (++pushed % FEWEST_FETCHED == 0) {
                    row.setFetchSize((int) Math.clamp(FETCHED_CHARACTERS / longest, FEWEST_FETCHED, MOST_FETCHED));
                    sink.progress("reading " + table.told(), pushed, 0);
                }
                if (checkpoints && !table.key().isEmpty() && --untilCheckpoint <= 0) {
                    List<String> at = at(row);
                    // Only a key that an option names can be empty; there is no going on behind such a row.
                    if (!at.contains(null)) {
                        sink.checkpoint(pass.at(at).cursor());
                        every = Math.min(2 * every, MOST);
                        untilCheckpoint = every;
                    }
                }
                return true;
            });
        }

        private void push(ResultSet row) throws SQLException, SourceException, InterruptedException {
            Object[] values = new Object[table.columns().size()];
            String wrong = null;
            int length = 0;
            for (int i = 0; i < values.length; i++) {
                String text = row.getString(i + 1);
                length += text == null ? 0 : text.length();
                try {
                    values[i] = table.columns().get(i).value(text);
                } catch (Column.Misfit e) {
                    wrong = wrong == null ? e.getMessage() : wrong;
                }
            }
            longest = Math.max(longest, length);
            if (wrong == null) {
                sink.upsert(values);
            } else {
                sink.reject(place(row), raw(row), wrong);
            }
        }

        private List<String> at(ResultSet row) throws SQLException {
            List<String> at = new ArrayList<>();
            for (int column : order) {
                at.add(row.getString(column + 1));
            }
            return at;
        }

        private String place(ResultSet row) throws SQLException {
            StringBuilder place = new StringBuilder(table.told());
            for (Column column : table.key()) {
                place.append(place.length() == table.told().length() ? ", " : " and ").append(column.name()).append(" = ")
                        .append(row.getString(table.columns().indexOf(column) + 1));
            }
            return table.key().isEmpty() ? table.told() + ", row " + (pushed + 1) : place.toString();
        }

        /** A JSON object, field by field as the server wrote it. */
        private String raw(ResultSet row) throws SQLException {
            StringBuilder raw = new StringBuilder("{");
            for (int i = 0; i < table.columns().size(); i++) {
                String text = row.getString(i + 1);
                raw.append(i == 0 ? "" : ",").append('"').append(table.columns().get(i).field().name()).append("\":");
                if (text == null) {
                    raw.append("null");
                } else {
                    raw.append('"');
                    text.chars().forEach(c -> raw.append(c == '"' || c == '\\' ? "\\" + (char) c : c < 0x20 ? String.format("\\u%04x", c)
                            : (char) c));
                    raw.append('"');
                }
            }
            return raw.append('}').toString();
        }
    }

    private static String columns(List<Column> columns) {
        return String.join(", ", columns.stream().map(column -> Table.quoted(column.name())).toList());
    }

    /** A look-back before a value of the cursor column, as SQL of a type that its index knows. */
    private static String since(Column cursor, String value, Settings settings, List<String> parameters) {
        return switch (cursor.field().type().kind()) {
            case DATE, TIMESTAMP, INSTANT -> {
                parameters.add(value);
                parameters.add(settings.lookBack().toSeconds() + " seconds");
                yield "CAST(? AS " + cursor.sqlType() + ") - CAST(? AS interval)";
            }
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> {
                BigDecimal from = new BigDecimal(value).subtract(BigDecimal.valueOf(settings.lookBackNumbers()));
                if (!cursor.plainType().equals("numeric")) {
                    int bits = switch (cursor.plainType()) {
                        case "smallint" -> 15;
                        case "integer" -> 31;
                        default -> 63;
                    };
                    from = from.max(new BigDecimal(BigInteger.TWO.pow(bits).negate()));
                }
                parameters.add(from.toPlainString());
                yield "CAST(? AS " + cursor.plainType() + ")";
            }
        };
    }

    /**
     * {@inheritDoc}
     *
     * <p>A row is settled if the transaction that wrote it had ended before the snapshot of the last read: then the read met it as it is now. That is
     * told by the row's own {@code xmin}, so it holds for rows that changed without their cursor column, too: those are what a comparison is for.
     * A view has no such thing; there the cursor column decides.
     */
    @Override
    public void count(Request request, Counts counts) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        try (Session session = open(settings)) {
            Table table = table(settings, session, request.dataset());
            counts.progress("counting " + table.told(), 0, 0);
            Place place = request.cursor().isNone() ? null : Place.of(request.cursor(), table);
            List<String> parameters = new ArrayList<>();
            String settled = place == null ? "false" : settled(session, table, place, parameters);
            List<Column> summed = table.columns().stream().filter(Column::sums).toList();
            StringBuilder sql = new StringBuilder("SELECT count(*) FILTER (WHERE settled), count(*) FILTER (WHERE NOT settled)");
            for (int i = 0; i < summed.size(); i++) {
                boolean numeric = summed.get(i).plainType().equals("numeric");
                sql.append(", sum(s").append(i).append(numeric ? ")" : "::numeric)").append(" FILTER (WHERE settled")
                        .append(numeric ? " AND s" + i + "::text NOT IN ('NaN', 'Infinity', '-Infinity'))" : ")");
            }
            sql.append(" FROM (SELECT coalesce(").append(settled).append(", false) AS settled");
            for (int i = 0; i < summed.size(); i++) {
                sql.append(", ").append(Table.quoted(summed.get(i).name())).append(" AS s").append(i);
            }
            sql.append(" FROM ").append(table.sql()).append(") AS t");
            session.each("counting " + table.told(), sql.toString(), parameters, 1, row -> {
                Map<String, BigDecimal> sums = new HashMap<>();
                for (int i = 0; i < summed.size(); i++) {
                    String sum = row.getString(i + 3);
                    sums.put(summed.get(i).field().name(), sum == null ? BigDecimal.ZERO : new BigDecimal(sum));
                }
                Tally tally = Tally.of(Long.parseLong(row.getString(1)), sums).unsettled(Long.parseLong(row.getString(2)), table.told()
                        + " changed since it was read");
                counts.add(table.key().isEmpty() ? tally.in(table.name()) : tally);
                return true;
            });
        }
    }

    private static String settled(Session session, Table table, Place place, List<String> parameters) throws SourceException, InterruptedException {
        List<String> conditions = new ArrayList<>();
        if (table.stored()) {
            // age() counts back from now in 32 bits; a read so long ago that they do not reach settles nothing.
            boolean[] reaches = new boolean[1];
            session.each("counting", "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric - CAST(? AS numeric) "
                    + "< 2000000000", List.of(place.seen()), 1, row -> {
                        reaches[0] = row.getString(1).equals("t");
                        return true;
                    });
            if (!reaches[0]) {
                return "false";
            }
            conditions.add("pg_catalog.age(xmin) > pg_catalog.age(CAST(CAST(CAST(? AS numeric) % 4294967296 AS text) AS xid))");
            parameters.add(place.seen());
        } else if (place.mark() == null) {
            throw new SourceException(Kind.DATA, table.told()
                    + " is a view or foreign table without a cursor column, so that rows from before the last read "
                    + "cannot be told from later ones; name its column in option 'cursor', or set compare_every = never.");
        } else if (place.over()) {
            conditions.add(Table.quoted(table.cursor().name()) + " <= CAST(? AS " + table.cursor().sqlType() + ")");
            parameters.add(place.mark());
        }
        if (!place.over()) {
            List<String> casts = new ArrayList<>();
            for (int i = 0; i < place.at().size(); i++) {
                casts.add("CAST(? AS " + table.order().get(i).sqlType() + ")");
                parameters.add(place.at().get(i));
            }
            conditions.add("(" + columns(table.order()) + ") <= (" + String.join(", ", casts) + ")");
        }
        return String.join(" AND ", conditions);
    }
}
