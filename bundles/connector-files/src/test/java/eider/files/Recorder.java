package eider.files;

import eider.connector.Cursor;
import eider.connector.Scan;
import eider.connector.Sink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what is pushed as a store would: rows by part, durable with the next checkpoint only. */
final class Recorder implements Sink {
    final Map<String, List<List<Object>>> parts = new TreeMap<>();
    final List<String> rejects = new ArrayList<>();
    final List<Scan> scans = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    Cursor cursor = Cursor.NONE;
    int upserts;
    private final Map<String, List<List<Object>>> open = new TreeMap<>();
    private List<List<Object>> current = new ArrayList<>();

    @Override
    public void part(String name, String fingerprint) {
        current = new ArrayList<>();
        open.put(name, current);
    }

    @Override
    public void upsert(Object... values) {
        upserts++;
        current.add(Arrays.asList(values));
    }

    @Override
    public void delete(Object... key) {
        throw new UnsupportedOperationException("files delete nothing");
    }

    @Override
    public void scan(Scan scan) {
        scans.add(scan);
        current.add(List.of(scan.file().getFileName().toString()));
    }

    @Override
    public void reject(String place, String raw, String reason) {
        rejects.add(place + " | " + raw + " | " + reason);
    }

    @Override
    public void checkpoint(Cursor cursor) {
        parts.putAll(open);
        open.clear();
        this.cursor = cursor;
    }

    @Override
    public void progress(String doing, long done, long total) {
        told.add(doing);
    }

    /** All durable rows, in the order of parts. */
    List<List<Object>> rows() {
        return parts.values().stream().flatMap(List::stream).toList();
    }
}
