package eider.store;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.Readable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a source pushed since its last checkpoint, not yet in the live database: files that may go straight in, and a {@link Stage} with all else. Used by the
 * reading thread only; bounded in memory, whatever is pushed.
 */
public final class Pending implements AutoCloseable {
    private static final int NAME_LIMIT = 100;

    /**
     * A part that was begun, numbered from 1 in the order of beginning.
     *
     * @param known whether it was read before
     * @param added whether the rows come beside those that it holds
     */
    record Part(int number, String name, String fingerprint, boolean known, boolean added) {}

    /** A file that goes straight in. */
    record Straight(Part part, Readable readable) {}

    /** What was assumed about a file of a part. */
    private record Told(int part, String sentence) {}

    private final Store store;
    private final String connection;
    private final Dataset dataset;
    private final Handling handling;
    private final boolean anew;
    private final Set<String> seen = new HashSet<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Long> again = new ArrayList<>();
    private final List<Straight> straight = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private Stage stage;
    private Part current;
    private int begun;
    private boolean skipping;
    private boolean complete;
    private boolean lost;

    /** @param anew whether everything is read anew: no row of a dataset with a key is left out then because its part is as it was */
    public Pending(Store store, String connection, Dataset dataset, Handling handling, boolean anew) {
        this.store = store;
        this.connection = connection;
        this.dataset = dataset;
        this.handling = handling;
        this.anew = anew;
    }

    /**
     * Begins a part. One whose fingerprint is that of the last read is passed over: its rows are not looked at. One that was begun before in the same checkpoint begins
     * anew: what follows is everything that it holds.
     */
    public void part(String name, String fingerprint) throws StoreException, InterruptedException {
        Ledger.Part known = store.read(sql -> Ledger.part(sql, connection, dataset.name(), name));
        seen.add(name);
        skipping = known != null && known.fingerprint().equals(fingerprint) && !(anew && !dataset.key().isEmpty());
        Part again = parts.stream().filter(part -> part.name.equals(name)).findFirst().orElse(null);
        if (again != null) {
            forget(again);
        }
        current = new Part(++begun, name, fingerprint, known != null, false);
        if (skipping) {
            return;
        }
        parts.add(current);
        if (known != null) {
            // It is compared with what it held before even if no row of it follows.
            gather(empty -> {});
        }
    }

    /** A row of the quarantine, as it is or as a person mended it, comes beside what its part holds. The commit takes it out of quarantine, or puts it back with a new reason. */
    public void again(Ledger.QuarantineRow row) throws StoreException, InterruptedException {
        String part = row.part();
        current = parts.stream().filter(begun -> begun.name.equals(part)).findFirst().orElse(null);
        if (current == null) {
            Ledger.Part known = store.read(sql -> Ledger.part(sql, connection, dataset.name(), part));
            current = new Part(++begun, part, known == null ? "" : known.fingerprint(), known != null, true);
            if (dataset.key().isEmpty()) {
                parts.add(current);
            }
        }
        again.add(row.id());
        String place = row.place().startsWith(part + " ") ? row.place().substring(part.length() + 1) : row.place();
        gatherAlways(stage -> stage.again(current.number, dataset.key().isEmpty() ? place : row.place(), row.raw(), row.record()));
    }

    /** The rows of the quarantine that came again. */
    List<Long> again() {
        return again;
    }

    /**
     * What was pushed is everything that the dataset holds: what is here and did not come goes with the commit. A part that was begun and left out because it is as it was
     * did come.
     */
    public void complete() throws StoreException, InterruptedException {
        complete = true;
        skipping = false;
        gatherAlways(empty -> {});
    }

    boolean isComplete() {
        return complete;
    }

    /** The names of all parts that were begun. */
    Set<String> seen() {
        return seen;
    }

    Handling handling() {
        return handling;
    }

    public void row(Object... values) throws StoreException, InterruptedException {
        gather(target -> target.row(number(), values));
    }

    public void delete(Object... key) throws StoreException, InterruptedException {
        gather(target -> target.delete(key));
    }

    public void reject(String place, String raw, String reason) throws StoreException, InterruptedException {
        gather(target -> target.reject(number(), place, raw, reason));
    }

    /** A file: straight in where its part is new and the dataset has no key, else through the stage. */
    public void scan(Scan scan) throws StoreException, InterruptedException, SourceException {
        if (skip()) {
            return;
        }
        Map<String, Type> columns = store.read(sql -> new RawTable(connection, dataset.name()).foresee(sql, scan.columns().stream().map(Scan.Column::field).toList(),
                handling.contract()));
        Readable readable = Readable.of(fitted(scan, columns), store.handover(), store.fileLimits());
        boolean fits = scan.columns().stream().allMatch(column -> columns.containsKey(column.field().name()));
        if (dataset.key().isEmpty() && !current.known && fits) {
            straight.add(new Straight(current, readable));
            tell(readable);
            return;
        }
        try (readable) {
            stage().scan(number(), readable);
            tell(readable);
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        }
    }

    private void tell(Readable readable) {
        readable.assumed().forEach(assumed -> told.add(new Told(number(), "in " + Stage.cut(readable.scan().file().getFileName().toString(), NAME_LIMIT)
                + " " + assumed)));
    }

    /** The scan reading each column in the type that the table gives it, so that a clash is a bad row and not a failed load. */
    static Scan fitted(Scan scan, Map<String, Type> columns) {
        List<Scan.Column> fitted = scan.columns().stream().map(column -> {
            Field field = column.field();
            return new Scan.Column(column.name(), new Field(field.name(), columns.getOrDefault(field.name(), field.type()), field.required(), field.description()));
        }).toList();
        return switch (scan) {
            case Scan.Csv csv -> csv.withColumns(fitted);
            case Scan.Json json -> json.withColumns(fitted);
            case Scan.Parquet parquet -> parquet.withColumns(fitted);
        };
    }

    /** Forgets the part that was begun last, as if it had never been: it keeps the rows that it held before. What was gathered for others stays. */
    public void abandonPart() throws StoreException, InterruptedException {
        if (current == null || skipping) {
            return;
        }
        forget(current);
        skipping = true;
        lost = true;
    }

    /** Whether there is a part whose rows nobody knows, as it could not be read. */
    boolean hasLost() {
        return lost;
    }

    /** How many rows go straight in. */
    long straightRows() {
        return straight.stream().mapToLong(file -> file.readable.rows()).sum();
    }

    private void forget(Part part) throws StoreException, InterruptedException {
        try {
            for (Straight file : straight) {
                if (file.part == part) {
                    file.readable.close();
                }
            }
            straight.removeIf(file -> file.part == part);
            told.removeIf(one -> one.part == part.number);
            if (stage != null) {
                stage.forget(part.number);
            }
            parts.remove(part);
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        } catch (SourceException e) {
            throw new StoreException(e.getMessage(), e);
        }
    }

    private boolean skip() {
        if (current == null && dataset.key().isEmpty()) {
            throw new IllegalStateException("dataset " + dataset.name() + " has no key, so its source must call part() before it pushes rows");
        }
        return skipping;
    }

    private int number() {
        return current == null ? 0 : current.number;
    }

    @FunctionalInterface
    private interface Gather {
        void into(Stage stage) throws SQLException, InterruptedException;
    }

    private void gather(Gather work) throws StoreException, InterruptedException {
        if (!skip()) {
            gatherAlways(work);
        }
    }

    private void gatherAlways(Gather work) throws StoreException, InterruptedException {
        try {
            work.into(stage());
        } catch (SQLException e) {
            throw new StoreException(Sql.sentence(e), e);
        }
    }

    private Stage stage() throws StoreException {
        if (stage == null) {
            stage = new Stage(store.handover(), dataset, store.read(sql -> Ledger.mends(sql, connection, dataset.name())), store.memory(), store.pace());
        }
        return stage;
    }

    List<Part> parts() {
        return parts;
    }

    /** What was assumed about the files pushed since the last checkpoint: sentences without a full stop. */
    List<String> assumed() {
        return told.stream().map(Told::sentence).toList();
    }

    List<Straight> straight() {
        return straight;
    }

    Stage gathered() {
        return stage;
    }

    /** Every field that rows of it have. */
    List<Field> fields() {
        Map<String, Field> fields = new LinkedHashMap<>();
        dataset.fields().forEach(field -> fields.put(field.name(), field));
        if (stage != null) {
            stage.fields().forEach(field -> fields.putIfAbsent(field.name(), field));
        }
        for (Straight file : straight) {
            file.readable.scan().columns().forEach(column -> fields.putIfAbsent(column.field().name(), column.field()));
        }
        return List.copyOf(fields.values());
    }

    Dataset dataset() {
        return dataset;
    }

    String connection() {
        return connection;
    }

    /** Forgets everything that was gathered. */
    @Override
    public void close() throws StoreException {
        try {
            for (Straight file : straight) {
                file.readable.close();
            }
            if (stage != null) {
                stage.close();
            }
        } catch (SQLException | IOException | SourceException e) {
            throw new StoreException("the hand-over folder could not be tidied: " + e.getMessage(), e);
        } finally {
            stage = null;
            straight.clear();
            told.clear();
            parts.clear();
            current = null;
        }
    }
}
