package eider.sql;

import eider.connector.SourceException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that read the pieces of a table, each by a session of its own in one snapshot, and hand over what they find to one that takes it. At most a few
 * batches wait to be taken. No thread outlives {@link #close}.
 */
final class Crew implements AutoCloseable {
    /** Rows of a batch, and the characters at which it is full before. */
    private static final int ROWS = 500;
    private static final int CHARACTERS = 512 << 10;

    /**
     * A row that was found.
     *
     * @param wrong why it cannot be taken; null if it can, and then {@code place} and {@code raw} are, too
     */
    record Found(Object[] values, String place, String raw, String wrong) {
    }

    /**
     * Rows of one piece.
     *
     * @param last whether no more of it will come
     * @param fault what ended the thread that read it; null if nothing did
     */
    record Batch(int piece, List<Found> rows, boolean last, Exception fault) {
    }

    private final Dialect dialect;
    private final Settings settings;
    private final Rows reader;
    private final Pieces pieces;
    private final int[] open;
    private final AtomicInteger next = new AtomicInteger();
    private final BlockingQueue<Batch> found;
    private final List<Thread> threads = new ArrayList<>();
    private int left;

    /** @param done pieces that are not to be read any more */
    Crew(Dialect dialect, Settings settings, Rows reader, Pieces pieces, BitSet done) throws SourceException, InterruptedException {
        this.dialect = dialect;
        this.settings = settings;
        this.reader = reader;
        this.pieces = pieces;
        BitSet wanted = new BitSet();
        wanted.set(0, pieces.count());
        wanted.andNot(done);
        this.open = wanted.stream().toArray();
        this.left = open.length;
        int size = Math.min(settings.connections(), open.length);
        this.found = new ArrayBlockingQueue<>(2 * Math.max(1, size));
        String snapshot = size == 0 ? null : pieces.snapshot();
        for (int i = 0; i < size; i++) {
            threads.add(Thread.ofPlatform().daemon().name("eider-sql-" + (i + 1)).start(() -> work(snapshot)));
        }
    }

    /** Whether more is to come. */
    boolean busy() {
        return left > 0;
    }

    /** Waits for what comes next. */
    Batch next() throws SourceException, InterruptedException {
        Batch batch = found.take();
        switch (batch.fault()) {
            case null -> { }
            case SourceException fault -> throw fault;
            case RuntimeException bug -> throw bug;
            default -> throw new IllegalStateException("a thread that reads a piece was interrupted by nobody", batch.fault());
        }
        if (batch.last()) {
            left--;
        }
        return batch;
    }

    private void work(String snapshot) {
        int piece = -1;
        try {
            try (Session session = Session.open(dialect, settings, true, snapshot)) {
                for (int at = next.getAndIncrement(); at < open.length; at = next.getAndIncrement()) {
                    piece = open[at];
                    read(session, piece);
                }
            }
        } catch (InterruptedException e) {
            // It is closed: nobody waits for what it would have found.
            Thread.currentThread().interrupt();
        } catch (SourceException | RuntimeException e) {
            try {
                found.put(new Batch(piece, List.of(), false, e));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void read(Session session, int piece) throws SourceException, InterruptedException {
        List<Parameter> parameters = new ArrayList<>();
        String sql = reader.select(pieces.address(), pieces.within(piece, parameters), false);
        Filling filling = new Filling(piece);
        session.each("reading a piece of " + reader.told(), sql, parameters, Rows.FEWEST_FETCHED, row -> {
            Rows.Row one = reader.row(row);
            if (filling.take(one.wrong() == null ? new Found(one.values(), null, null, null)
                    : new Found(null, reader.place(row, "at " + row.getString(reader.width() + 1)), reader.raw(row, one.values()), one.wrong()), one.length())) {
                found.put(filling.batch(false));
                row.setFetchSize(Rows.fetch(filling.longest));
            }
            return true;
        });
        dialect.assure(session);
        found.put(filling.batch(true));
    }

    /** The batch that a thread fills. */
    private static final class Filling {
        private final int piece;
        private List<Found> rows = new ArrayList<>(ROWS);
        private int characters;
        private int longest = 1;

        Filling(int piece) {
            this.piece = piece;
        }

        /** Whether it is full. */
        boolean take(Found row, int length) {
            rows.add(row);
            characters += length;
            longest = Math.max(longest, length);
            return rows.size() >= ROWS || characters >= CHARACTERS;
        }

        Batch batch(boolean last) {
            Batch batch = new Batch(piece, rows, last, null);
            rows = new ArrayList<>(ROWS);
            characters = 0;
            return batch;
        }
    }

    /** Ends what is still being read. An interrupt meanwhile is kept. */
    @Override
    public void close() {
        if (left > 0) {
            threads.forEach(Thread::interrupt);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
