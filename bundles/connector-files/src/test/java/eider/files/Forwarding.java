package eider.files;

import eider.connector.Cursor;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.SourceException;

/** A sink before another one, for a test that wants to step in. */
class Forwarding implements Sink {
    private final Sink to;

    Forwarding(Sink to) {
        this.to = to;
    }

    @Override
    public void part(String name, String fingerprint) throws SourceException, InterruptedException {
        to.part(name, fingerprint);
    }

    @Override
    public void upsert(Object... values) throws SourceException, InterruptedException {
        to.upsert(values);
    }

    @Override
    public void delete(Object... key) throws SourceException, InterruptedException {
        to.delete(key);
    }

    @Override
    public void scan(Scan scan) throws SourceException, InterruptedException {
        to.scan(scan);
    }

    @Override
    public void reject(String place, String raw, String reason) throws SourceException, InterruptedException {
        to.reject(place, raw, reason);
    }

    @Override
    public void checkpoint(Cursor cursor) throws SourceException, InterruptedException {
        to.checkpoint(cursor);
    }

    @Override
    public void progress(String doing, long done, long total) {
        to.progress(doing, done, total);
    }
}
