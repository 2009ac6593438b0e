package eider.sync;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Progress;
import eider.engine.Whereabouts.Found;
import eider.store.Ancestry.PartRead;
import eider.store.Sought;
import eider.store.Store;
import eider.store.ingest.Lines;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a connection in the place of a sync, to look for one row: passes over all parts but those that it may have come from, stores nothing, and ends the read as soon
 * as it is found. It offers no dataset, so that the run that carries it makes no load of it; all is done while it is asked what there is.
 */
final class Search implements Source {
    /** So many places are told. */
    private static final int PLACES = 20;

    private final Store store;
    private final String connection;
    private final String dataset;
    private final Sought row;
    private final List<PartRead> parts;
    private final Set<String> fingerprints;
    private final Cursor from;
    private final Progress progress;
    private volatile Source source;

    /** By name. Of the reading thread, until the run is over. */
    private Map<String, Find> finds = new LinkedHashMap<>();
    private String note = "";

    /**
     * @param parts where it may be; none: in any part
     * @param fingerprints those of parts that hold what they held when the row was read
     * @param from where the read began that brought it: there the source comes to it soonest
     */
    Search(Store store, String connection, String dataset, Sought row, List<PartRead> parts, Set<String> fingerprints, Cursor from, Progress progress) {
        this.store = store;
        this.connection = connection;
        this.dataset = dataset;
        this.row = row;
        this.parts = List.copyOf(parts);
        this.fingerprints = Set.copyOf(fingerprints);
        this.from = from;
        this.progress = progress;
    }

    String connection() {
        return connection;
    }

    String dataset() {
        return dataset;
    }

    /** Whom it asks; said before it begins. */
    void ask(Source asked) {
        source = asked;
    }

    boolean asks(Source other) {
        return source == other;
    }

    /** Whether it asked one that is not there any more. */
    boolean lost(Source now) {
        return source != null && source != now;
    }

    /** What was found; after the run. */
    List<Found> found() {
        return finds.values().stream().map(Find::told).toList();
    }

    /** What the source said against being read; empty if nothing. */
    String note() {
        return note;
    }

    /** The names of the parts that the source has no more, under whatever name. */
    List<String> missing() {
        Set<String> missing = new LinkedHashSet<>();
        parts.forEach(part -> missing.add(part.name()));
        finds.values().forEach(find -> missing.removeAll(find.stands(parts)));
        return List.copyOf(missing);
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        Dataset found = source.discover(sniffer).stream().filter(offered -> offered.name().equals(dataset)).findFirst().orElseThrow(() -> new SourceException(
                SourceException.Kind.CONFIG, connection + " offers no dataset " + dataset + " any more, so that the place of a row cannot be looked for"));
        finds = new LinkedHashMap<>();
        note = "";
        look(found, from, sniffer);
        if (finds.isEmpty() && !from.isNone()) {
            // It was read since in another order, or was put back as it was before.
            look(found, Cursor.NONE, sniffer);
        }
        return List.of();
    }

    @Override
    public void read(Request request, Sink sink) {
        throw new IllegalStateException("it offers no dataset to be read");
    }

    private void look(Dataset offered, Cursor cursor, Sniffer sniffer) throws SourceException, InterruptedException {
        Look look = new Look(offered);
        try {
            source.read(new Request(offered, cursor, sniffer), ((Call.Lent) sniffer).sink(look));
        } catch (InterruptedException e) {
            if (!look.over) {
                throw e;
            }
        } catch (SourceException e) {
            if (e.kind() != SourceException.Kind.DATA && !look.over) {
                throw e;
            }
            note = look.over ? "" : e.getMessage();
        }
        if (look.over) {
            // The source was told to end by the same word as by an interrupt, and may have passed it on.
            Thread.interrupted();
        }
    }

    /** What is found in a part. */
    private static final class Find {
        private final String name;
        private final String fingerprint;
        private final boolean changed;
        private final List<String> places = new ArrayList<>();
        private final List<String> others = new ArrayList<>();
        private long rows;
        private long count;

        Find(String name, String fingerprint, boolean changed) {
            this.name = name;
            this.fingerprint = fingerprint;
            this.changed = changed;
        }

        /** Under which names it was read before. */
        List<String> stands(List<PartRead> parts) {
            return parts.stream().filter(part -> part.name().equals(name) || part.fingerprint().equals(fingerprint)).map(PartRead::name).toList();
        }

        Found told() {
            return new Found(name, changed, count, places, others);
        }
    }

    private final class Look implements Sink {
        private final Dataset offered;
        private Find current;
        private String where;
        private long number;
        private boolean over;

        Look(Dataset offered) {
            this.offered = offered;
        }

        /** Ends the read once nothing else is to be found. */
        private void enough() throws InterruptedException {
            over |= finds.values().stream().anyMatch(find -> find.count > 0 && !find.changed && find != current);
            if (over) {
                current = null;
                throw new InterruptedException("the row is found");
            }
        }

        @Override
        public void part(String name, String fingerprint) throws InterruptedException {
            current = null;
            enough();
            boolean same = fingerprints.contains(fingerprint);
            if (parts.isEmpty() || same || parts.stream().anyMatch(part -> part.name().equals(name))) {
                current = new Find(name, fingerprint, !parts.isEmpty() && !same);
                finds.put(name, current);
            }
        }

        @Override
        public void at(String place, long next) {
            where = place;
            number = next;
        }

        @Override
        public void upsert(Object... values) throws InterruptedException {
            String place = where;
            where = null;
            if (over) {
                enough();
            }
            if (current == null) {
                return;
            }
            current.rows++;
            switch (row.of(offered, values)) {
                case SAME -> {
                    current.count++;
                    tell(current.places, place);
                }
                case SAME_KEY -> tell(current.others, place);
                case OTHER -> { }
            }
        }

        private void tell(List<String> places, String place) {
            if (places.size() < PLACES) {
                places.add(place == null ? "row " + current.rows : place + " " + number);
            }
        }

        @Override
        public void delete(Object... key) throws InterruptedException {
            if (over) {
                enough();
            }
        }

        @Override
        public void scan(Scan scan) throws SourceException, InterruptedException {
            if (over) {
                enough();
            }
            if (current == null) {
                return;
            }
            progress.at("looking through " + current.name, 0, 0);
            Lines lines = row.in(scan, store.handover(), store.fileLimits(), PLACES);
            current.count += lines.count();
            lines.lines().forEach(line -> current.places.add(lines.word() + " " + line));
            lines.others().forEach(line -> current.others.add(lines.word() + " " + line));
        }

        @Override
        public void reject(String place, String raw, String reason) throws InterruptedException {
            if (over) {
                enough();
            }
            if (current != null) {
                current.rows++;
            }
        }

        @Override
        public void checkpoint(Cursor cursor) throws InterruptedException {
            current = null;
            enough();
        }

        @Override
        public void progress(String doing, long done, long total) {
            progress.at("looking for a row: " + doing, done, total);
        }
    }
}
