package eider.tck;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One read of one dataset on a thread of its own, which somebody else may interrupt. Rows are checked and dropped. */
final class Reading {
    /** How the read ended: null if it returned, else what it threw. */
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private final CompletableFuture<RecordingSink> sink = new CompletableFuture<>();
    private final Thread thread;

    private Reading(Source source, Request request, Secret secret, RecordingSink.Before before) {
        thread = Thread.ofPlatform().daemon().name("contract-reader").start(() -> {
            RecordingSink recording = new RecordingSink(request.dataset(), null, secret, before);
            sink.complete(recording);
            try {
                source.read(request, recording);
                recording.returned();
                end.complete(null);
            } catch (Throwable e) {
                // Errors are passed on with the rest: whoever waits for the end throws them.
                end.complete(e);
            }
        });
    }

    static Reading start(Source source, Dataset dataset, Cursor cursor, Sniffer sniffer, Secret secret, RecordingSink.Before before) {
        return new Reading(source, new Request(dataset, cursor, sniffer), secret, before);
    }

    static Reading start(Source source, Dataset dataset, Sniffer sniffer) {
        return start(source, dataset, Cursor.NONE, sniffer, null, (what, number) -> {});
    }

    /** Reads every dataset from the start, one after the other on the calling thread; what passed, by dataset. */
    static Map<String, RecordingSink> all(Source source, Sniffer sniffer) throws SourceException, InterruptedException {
        return all(source, sniffer, (what, number) -> {});
    }

    static Map<String, RecordingSink> all(Source source, Sniffer sniffer, RecordingSink.Before before) throws SourceException, InterruptedException {
        Map<String, RecordingSink> sinks = new LinkedHashMap<>();
        for (Dataset dataset : source.discover(sniffer)) {
            RecordingSink sink = new RecordingSink(dataset, null, null, before);
            source.read(new Request(dataset, Cursor.NONE, sniffer), sink);
            sink.returned();
            sinks.put(dataset.name(), sink);
        }
        return sinks;
    }

    void interrupt() {
        thread.interrupt();
    }

    boolean ended() {
        return end.isDone();
    }

    /** Waits for the end of the read; false if it did not come in time. */
    boolean endsWithin(Duration patience) throws InterruptedException {
        try {
            end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the read threw; null if it returned. Only after its end. */
    Throwable thrown() {
        return end.getNow(null);
    }

    /** What passed. Only after its end. */
    RecordingSink sink() {
        return sink.join();
    }

    /** Where it stands, while it runs. */
    String place() {
        return Threads.describe(thread);
    }
}
