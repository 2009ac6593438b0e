package eider.sql;

import eider.connector.Sink;
import eider.connector.SourceException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One read of one table, in the snapshot of one session. */
final class Reading {
    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);
    /**
     * Rows up to the first checkpoint; each further one comes after twice as many, up to {@link #MOST}: a slow beginning costs little, a
     * long way few.
     */
    private static final int FIRST = 250;
    private static final int MOST = 16_000;

    private final Dialect dialect;
    private final Settings settings;
    private final Session session;
    private final Table table;
    private final Sink sink;
    private final Rows rows;
    private final String doing;
    private Place pass;
    private long pushed;
    private long untilCheckpoint = FIRST;
    private long every = FIRST;
    private int longest = 1;
    private final String log;
    private final String shape;
    private long emptied;

    /**
     * @param log from where on the server's log tells what changes behind a new pass; null where it is not asked
     * @param shape of the table, as the log tells it; empty where it is not asked
     */
    Reading(Dialect dialect, Settings settings, Session session, Table table, String log, String shape, Sink sink) {
        this.log = log;
        this.shape = shape;
        this.dialect = dialect;
        this.settings = settings;
        this.session = session;
        this.table = table;
        this.sink = sink;
        this.rows = new Rows(dialect, table);
        this.doing = "reading " + table.told();
    }

    /**
     * @param before where the last checkpoint was; null if there is none, or none of this order
     * @return the end of the pass
     */
    Place read(Place before) throws SourceException, InterruptedException {
        sink.progress(doing, 0, 0);
        pass = before != null && !before.over() ? before : begun(before);
        if (table.key().isEmpty()) {
            sink.part(table.name(), dialect.moment(session));
        }
        // A new pass over all rows has no other order to keep to.
        boolean whole = pass.over() && (table.cursor() == null || pass.since() == null);
        Pieces pieces = whole || pass.pieces() != null ? dialect.pieces(session, table) : null;
        if (pass.pieces() != null && (pieces == null || !pieces.layout().equals(pass.pieces().layout()))) {
            LOG.info("{} is read anew: its rows were moved since.", table.told());
            pass = begun(pass);
        }
        if (pieces != null) {
            byPieces(pieces);
        } else {
            inOrder();
        }
        if (emptied > 0) {
            LOG.warn("{}: {} values are empty here that their columns' types cannot hold, such as days that are none; option 'zero_dates' says so.",
                    table.told(), emptied);
        }
        dialect.assure(session);
        sink.checkpoint(pass.ended().cursor());
        return pass.ended();
    }

    /** A new pass, which goes on from the mark of the one before. The mark is read in the same snapshot as the rows. */
    private Place begun(Place before) throws SourceException, InterruptedException {
        String seen = dialect.seen(session, table);
        String mark = table.cursor() == null ? null : session.ask("looking for the last change in " + table.told(),
                "SELECT " + dialect.latest(table.cursor()) + " FROM " + table.sql(), List.of());
        mark = mark == null ? null : dialect.latest(table.cursor(), mark);
        String since = before == null ? null : !before.over() || before.mark() == null ? before.since() : before.mark();
        return new Place(Place.by(table), since, mark == null ? since : mark, seen, List.of(), null, log, shape);
    }

    private void byPieces(Pieces pieces) throws SourceException, InterruptedException {
        boolean again = pass.pieces() != null;
        List<Parameter> parameters = new ArrayList<>();
        String since = again ? pieces.since(pass.seen(), parameters) : "";
        if (since == null) {
            pass = begun(pass);
            again = false;
        }
        BitSet done = again ? pass.pieces().done() : new BitSet();
        try (Crew crew = new Crew(dialect, settings, rows, pieces, done)) {
            while (crew.busy()) {
                Crew.Batch batch = crew.next();
                for (Crew.Found found : batch.rows()) {
                    if (found.wrong() == null) {
                        sink.upsert(found.values());
                    } else {
                        sink.reject(found.place(), found.raw(), found.wrong());
                    }
                }
                pushed += batch.rows().size();
                sink.progress(doing + ", " + done.cardinality() + " of " + pieces.count() + " pieces", pushed, 0);
                if (batch.last()) {
                    done.set(batch.piece());
                    if (!table.key().isEmpty()) {
                        sink.checkpoint(pass.read(pieces, done).cursor());
                    }
                }
            }
        }
        if (again) {
            // Its pieces are of several moments: what was written since the first of them may have left a piece for one that had been read.
            each(since, parameters, false);
        }
    }

    private void inOrder() throws SourceException, InterruptedException {
        List<Parameter> parameters = new ArrayList<>();
        each(where(parameters), parameters, true);
        String absent = table.cursor() == null ? null : dialect.absent(table.cursor());
        if (absent != null) {
            // Whether a row without a value changed nobody can tell.
            each(absent, List.of(), false);
        }
    }

    private String where(List<Parameter> parameters) {
        if (!pass.at().isEmpty()) {
            // The row at the place itself comes again, and takes its own place.
            return dialect.compared(table.order(), ">=", pass.at(), parameters);
        }
        if (table.cursor() == null) {
            return "";
        }
        if (pass.since() == null) {
            String absent = dialect.absent(table.cursor());
            return absent == null ? "" : "NOT (" + absent + ")";
        }
        return dialect.quoted(table.cursor().name()) + " >= " + dialect.since(settings, table.cursor(), pass.since(), parameters);
    }

    private void each(String where, List<Parameter> parameters, boolean ordered) throws SourceException, InterruptedException {
        session.each(doing, rows.select("", where, ordered), parameters, Rows.FEWEST_FETCHED, row -> {
            push(row);
            if (++pushed % Rows.FEWEST_FETCHED == 0) {
                row.setFetchSize(Rows.fetch(longest));
                sink.progress(doing, pushed, 0);
            }
            if (ordered && !table.key().isEmpty() && --untilCheckpoint <= 0) {
                List<String> at = rows.at(row);
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

    private void push(ResultSet found) throws SQLException, SourceException, InterruptedException {
        Rows.Row row = rows.row(found);
        longest = Math.max(longest, row.length());
        emptied += row.emptied();
        if (row.wrong() == null) {
            sink.upsert(row.values());
        } else {
            sink.reject(rows.place(found, "row " + (pushed + 1)), rows.raw(found, row.values()), row.wrong());
        }
    }
}
