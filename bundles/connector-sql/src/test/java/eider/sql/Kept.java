package eider.sql;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A table as the engine would keep it: rows count from their checkpoint on, by key, or as the part that they came in. */
class Kept implements Sink {
    /** Lent to a source that reads no files. */
    static final Sniffer NO_FILES = new Sniffer() {
        @Override
        public <S extends Scan> S complete(S scan) {
            throw new IllegalStateException("a database has no files");
        }
    };
    /** A row that was pushed again while the read that brought it first still went on. */
    private int again;
    private final Dataset dataset;
    private final Map<List<Object>, List<Object>> rows = new LinkedHashMap<>();
    private final Map<List<Object>, List<Object>> open = new LinkedHashMap<>();
    private final List<String> rejected = new ArrayList<>();
    private final List<Cursor> cursors = new ArrayList<>();
    private boolean part;
    private Runnable beforeRow = () -> { };
    private long pushed;

    Kept(Dataset dataset) {
        this.dataset = dataset;
    }

    /** Called before each row is taken. */
    Kept before(Runnable row) {
        this.beforeRow = row;
        return this;
    }

    /** Reads from the last checkpoint on. */
    Kept read(Source source) throws SourceException, InterruptedException {
        open.clear();
        part = false;
        source.read(new Request(dataset, cursor(), NO_FILES), this);
        return this;
    }

    Cursor cursor() {
        return cursors.isEmpty() ? Cursor.NONE : cursors.getLast();
    }

    List<Cursor> cursors() {
        return cursors;
    }

    List<String> rejected() {
        return rejected;
    }

    long pushed() {
        return pushed;
    }

    Dataset dataset() {
        return dataset;
    }

    int again() {
        return again;
    }

    List<List<Object>> rows() {
        return List.copyOf(rows.values());
    }

    /** The values of one field, in the order in which the rows came. */
    List<Object> values(String field) {
        int at = dataset.fields().indexOf(dataset.field(field));
        List<Object> values = new ArrayList<>();
        rows.values().forEach(row -> values.add(row.get(at)));
        return values;
    }

    @Override
    public void part(String name, String fingerprint) {
        open.clear();
        part = true;
    }

    @Override
    public void upsert(Object... values) {
        beforeRow.run();
        pushed++;
        List<Object> row = Arrays.asList(values);
        List<Object> key = new ArrayList<>();
        for (String field : dataset.key()) {
            key.add(values[dataset.fields().indexOf(dataset.field(field))]);
        }
        if (key.isEmpty()) {
            key.add(open.size());
        }
        if (open.put(key, row) != null) {
            again++;
        }
    }

    @Override
    public void delete(Object... key) {
        rows.remove(Arrays.asList(key));
    }

    @Override
    public void scan(Scan scan) {
        throw new IllegalStateException("a database has no files");
    }

    @Override
    public void reject(String place, String raw, String reason) {
        rejected.add(place + ": " + reason + " " + raw);
    }

    @Override
    public void checkpoint(Cursor cursor) {
        if (part) {
            rows.clear();
            part = false;
        }
        rows.putAll(open);
        open.clear();
        cursors.add(cursor);
    }

    @Override
    public void progress(String doing, long done, long total) {
    }
}
