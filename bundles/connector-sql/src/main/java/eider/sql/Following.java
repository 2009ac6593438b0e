package eider.sql;

import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One read of what changed in one table, along the server's log. */
final class Following implements Log.Changes {
    /** Changes between two checkpoints, at least; a transaction is never parted. */
    private static final int EVERY = 5_000;
    /** Rows of which the log did not tell all, up to which they are remembered. */
    private static final int MOST_TOUCHED = 1_000;
    private static final int AT_ONCE = 100;

    private final Dialect dialect;
    private final Settings settings;
    private final Table table;
    private final Place place;
    private final Sink sink;
    private final Rows rows;
    private final String doing;
    private final int[] keys;
    private final Set<List<String>> touched = new LinkedHashSet<>();
    private long pushed;
    private long open;

    Following(Dialect dialect, Settings settings, Table table, Place place, Sink sink) {
        this.dialect = dialect;
        this.settings = settings;
        this.table = table;
        this.place = place;
        this.sink = sink;
        this.rows = new Rows(dialect, table);
        this.doing = "reading the changes of " + table.told();
        this.keys = table.key().stream().mapToInt(column -> table.columns().indexOf(column)).toArray();
    }

    /** Up to where it went. */
    Place follow(Log log, Session session) throws SourceException, InterruptedException {
        sink.progress(doing, 0, 0);
        // Everything that this snapshot sees is in the log by now, and will have been told at the end.
        String seen = dialect.seen(session);
        Log.Reached reached = log.follow(table, session, place.log(), this);
        String told = reached.end() ? seen : place.seen();
        checkpoint(reached.position(), told);
        return place.followed(reached.position(), told);
    }

    @Override
    public void put(String[] texts) throws SourceException, InterruptedException {
        touched.remove(List.of(key(texts)));
        push(texts);
    }

    private void push(String[] texts) throws SourceException, InterruptedException {
        try {
            Rows.Texts all = column -> texts[column];
            Rows.Row row = rows.row(all);
            if (row.wrong() == null) {
                sink.upsert(row.values());
            } else {
                sink.reject(rows.place(all, ""), rows.raw(all, row.values()), row.wrong());
            }
        } catch (SQLException e) {
            throw new SourceException(Kind.BUG, "Texts that are here cannot be read.", e);
        }
        counted();
    }

    @Override
    public void touched(String[] key) throws SourceException, InterruptedException {
        List<String> one = List.of(key);
        // Where it stands in between tells nothing: it is asked for as it is in the end.
        touched.remove(one);
        touched.add(one);
        if (touched.size() >= MOST_TOUCHED) {
            ask();
        }
        counted();
    }

    @Override
    public void gone(String[] key) throws SourceException, InterruptedException {
        touched.remove(List.of(key));
        delete(Arrays.asList(key));
        counted();
    }

    /** A dataset's key stands in the order of its fields, that of an index in its own. */
    private void delete(List<String> key) throws SourceException, InterruptedException {
        Object[] values = new Object[key.size()];
        try {
            int at = 0;
            for (Column column : table.columns()) {
                int in = table.key().indexOf(column);
                if (in >= 0) {
                    values[at++] = dialect.value(column, key.get(in));
                }
            }
        } catch (Misfit e) {
            // A row whose key cannot be held never came in.
            return;
        }
        sink.delete(values);
    }

    private void counted() {
        open++;
        sink.progress(doing, ++pushed, 0);
    }

    @Override
    public void waits() {
        sink.progress(doing, pushed, 0);
    }

    @Override
    public void upTo(String position) throws SourceException, InterruptedException {
        if (open >= EVERY) {
            checkpoint(position, place.seen());
        }
    }

    private void checkpoint(String position, String seen) throws SourceException, InterruptedException {
        ask();
        sink.checkpoint(place.followed(position, seen).cursor());
        open = 0;
    }

    /** Asks for the touched rows in a moment that is later than all that was told: what changed since will be told yet. */
    private void ask() throws SourceException, InterruptedException {
        if (touched.isEmpty()) {
            return;
        }
        try (Session session = Session.open(dialect, settings, true, null)) {
            List<List<String>> all = List.copyOf(touched);
            for (int from = 0; from < all.size(); from += AT_ONCE) {
                ask(session, all.subList(from, Math.min(from + AT_ONCE, all.size())));
            }
            dialect.assure(session);
        }
        touched.clear();
    }

    private void ask(Session session, List<List<String>> wanted) throws SourceException, InterruptedException {
        List<Parameter> parameters = new ArrayList<>();
        List<String> conditions = new ArrayList<>();
        for (List<String> key : wanted) {
            conditions.add("(" + dialect.compared(table.key(), "=", key, parameters) + ")");
        }
        Set<List<String>> absent = new LinkedHashSet<>(wanted);
        session.each(doing, rows.select("", String.join(" OR ", conditions), false), parameters, AT_ONCE, row -> {
            String[] texts = new String[rows.width()];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = dialect.text(row, i + 1, table.columns().get(i));
            }
            absent.remove(List.of(key(texts)));
            push(texts);
            return true;
        });
        for (List<String> key : absent) {
            delete(key);
        }
    }

    private String[] key(String[] texts) {
        String[] key = new String[keys.length];
        for (int i = 0; i < key.length; i++) {
            key[i] = texts[keys[i]];
        }
        return key;
    }
}
