package eider.sql;

import eider.connector.Countable;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.kit.Options;
import eider.sql.driver.Drivers;
import eider.sql.mysql.Mysql;
import eider.sql.postgresql.Postgresql;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables, views and queries of a database, each a dataset.
 *
 * <p>Each read sees one snapshot of the server and only reads. A table with a key is read in the order of (cursor column, key), or of its key, and
 * goes on behind the last row of the last checkpoint; what committed meanwhile with an earlier value is found by the next pass, which begins a
 * look-back before the greatest value that the first snapshot of this pass held. Where all rows of a large table are wanted and the server can tell
 * them by pieces, these are read several at once. A table without a key is one part, read as a whole.
 */
@Component(service = Source.class, configurationPid = "sql", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SqlConfig.class, factory = true)
public final class SqlSource implements Source, Countable {
    private static final Logger LOG = LoggerFactory.getLogger(SqlSource.class);
    /** Its options, and what understands its server. They are checked when somebody asks what there is, not before. */
    private record Checked(Settings settings, Dialect dialect) {

        Log log() throws SourceException {
            Log log = dialect.log(settings);
            if (log == null) {
                throw Options.wrong("log", "servers of this kind do not tell their log; name a cursor column instead.");
            }
            return log;
        }
    }

    private final SqlConfig config;
    private final Path home;
    /** The kinds of servers, as option {@code kind} calls them. */
    private final Map<String, Dialect> dialects;
    /** Those of other kinds. */
    private final Drivers drivers;
    /** Whether the server was reached before: then it is there, and silence is no wrong address. */
    private volatile boolean reached;

    /** A connection made by a configuration. The home is the framework's property {@code eider.home}. */
    @Activate
    public SqlSource(SqlConfig config, BundleContext bundle, @Reference Drivers drivers) {
        this(config, home(bundle), known(), drivers);
    }

    private SqlSource(SqlConfig config, Path home, Map<String, Dialect> dialects, Drivers drivers) {
        this.config = config;
        this.home = home;
        this.dialects = dialects;
        this.drivers = drivers;
    }

    /** A connection made by a program. */
    public static SqlSource in(Path home, SqlConfig config) {
        return in(home, config, Drivers.none());
    }

    /** A connection made by a program, of a server that one of these drivers is for. */
    public static SqlSource in(Path home, SqlConfig config, Drivers drivers) {
        return new SqlSource(config, home, known(), drivers);
    }

    /** A connection made by a program that knows its server better. */
    static SqlSource in(Path home, SqlConfig config, Dialect dialect) {
        return new SqlSource(config, home, Map.of(config.kind(), dialect), Drivers.none());
    }

    private static Map<String, Dialect> known() {
        return new TreeMap<>(Map.of("mysql", new Mysql(), "postgresql", new Postgresql()));
    }

    private static Path home(BundleContext bundle) {
        String home = bundle.getProperty("eider.home");
        if (home == null) {
            throw new IllegalStateException("the framework property eider.home is not set; it names the folder that holds config/");
        }
        return Path.of(home).toAbsolutePath();
    }

    private Checked checked() throws SourceException {
        Dialect known = dialects.get(config.kind().strip());
        Dialect dialect = known == null ? drivers.dialect(config.kind().strip(), dialects.keySet()) : known;
        return new Checked(Settings.of(config, home, dialect), dialect);
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        Checked checked = checked();
        try (Session session = open(checked)) {
            return Catalogue.of(checked.settings, checked.dialect, session).stream().map(Table::dataset).toList();
        }
    }

    private Session open(Checked checked) throws SourceException, InterruptedException {
        Session session = Session.open(checked.dialect, checked.settings, reached, null);
        reached = true;
        return session;
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Checked checked = checked();
        Table table;
        Log.Beginning begun;
        try (Session session = open(checked)) {
            table = Catalogue.of(checked.settings, checked.dialect, session, request.dataset());
            if (!table.logged()) {
                new Reading(checked.dialect, checked.settings, session, table, null, "", sink).read(place(request, table));
                return;
            }
            Place place = place(request, table);
            Log log = checked.log();
            log.check(table, session);
            String shape = log.shape(table, session);
            String broken = place == null || place.log() == null ? "" : log.broken(table, session, place);
            if (broken == null) {
                logged(checked, session, table, log, place, shape, sink);
                return;
            }
            if (!broken.isEmpty()) {
                LOG.warn("{} is read anew, because {}. Rows that were deleted meanwhile stay here until it is read completely (mode = replace, or "
                        + "complete_every).", table.told(), broken);
            }
            begun = log.begin(table, session);
        }
        try (Log.Beginning beginning = begun; Session session = Session.open(checked.dialect, checked.settings, true, beginning.snapshot())) {
            table = Catalogue.of(checked.settings, checked.dialect, session, request.dataset());
            String shape = checked.log().shape(table, session);
            new Reading(checked.dialect, checked.settings, session, table, beginning.position(), shape, sink).read(null);
        }
    }

    /** From a place on to which the log reaches back. */
    private static void logged(Checked checked, Session session, Table table, Log log, Place place, String shape, Sink sink)
            throws SourceException, InterruptedException {
        boolean same = shape.equals(place.shape());
        // A pass that was cut comes to its end in a snapshot of its own; then the log tells what went meanwhile. Of a table that was altered the log is asked
        // first: whether it was emptied, too, is said there.
        Place over = place.over() || !same ? place : new Reading(checked.dialect, checked.settings, session, table, place.log(), shape, sink).read(place);
        Place reached = over.over() ? new Following(checked.dialect, checked.settings, table, over, sink).follow(log, session) : place;
        if (!same) {
            LOG.warn("{} is read anew, because its columns or files changed, and the log does not tell what that did to its rows. Rows that went with a "
                    + "partition stay here until it is read completely (mode = replace, or complete_every).", table.told());
            new Reading(checked.dialect, checked.settings, session, table, reached.log(), shape, sink).read(null);
        }
    }

    /** Where the last checkpoint was; null if there is none, or none that still counts. */
    private static Place place(Request request, Table table) {
        if (request.cursor().isNone()) {
            return null;
        }
        Place place = Place.of(request.cursor(), table);
        if (place == null) {
            LOG.info("{} is read anew: it was read in another order before.", table.told());
        }
        return place;
    }

    @Override
    public void count(Request request, Counts counts) throws SourceException, InterruptedException {
        Checked checked = checked();
        try (Session session = open(checked)) {
            Table table = Catalogue.of(checked.settings, checked.dialect, session, request.dataset());
            Place place = place(request, table);
            new Counting(checked.dialect, session, table).count(place, gone(checked, session, table, place, counts), counts);
        }
    }

    /** How many rows were deleted since a place, as the log tells; 0 where it is not asked. They are here yet, and no difference. */
    private static long gone(Checked checked, Session session, Table table, Place place, Counts counts) throws SourceException, InterruptedException {
        if (!table.logged() || place == null || place.log() == null || !place.over() || checked.log().broken(table, session, place) != null) {
            return 0;
        }
        long[] gone = new long[1];
        checked.log().follow(table, session, place.log(), new Log.Changes() {
            @Override
            public void put(String[] texts) {
                counts.progress("counting " + table.told(), 0, 0);
            }

            @Override
            public void touched(String[] key) {
                counts.progress("counting " + table.told(), 0, 0);
            }

            @Override
            public void gone(String[] key) {
                gone[0]++;
            }

            @Override
            public void waits() {
                counts.progress("counting " + table.told(), 0, 0);
            }

            @Override
            public void upTo(String position) {
                // Nothing is kept of it.
            }
        });
        return gone[0];
    }
}
