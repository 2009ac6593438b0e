package eider.files;

import eider.connector.Countable.Counts;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.connector.Type;
import eider.files.Finder.Found;
import eider.files.Totals.Keys;
import eider.files.Totals.Wanted;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the files that were read, as they lie in their folder: rows, and what their numbers add up to. Nothing of the way by which they were loaded
 * is used but what was found out of their form: this is another reader.
 *
 * <p>Without a key each file is counted as the part that holds its rows. One that changed since it was read, that is gone, or that cannot be counted,
 * is told as such, and the others are compared nevertheless. With a key all files are one count, in which each key counts once; sums are told only if
 * no key came twice, for nobody remembers which of two files was read later.
 */
final class Counting {

    /** Finds out how a file is read. */
    @FunctionalInterface
    interface Looks {
        Look at(Found file) throws SourceException, InterruptedException;
    }

    private final Dataset dataset;
    private final Settings settings;
    private final Counts counts;
    private final Looks looks;
    private final boolean keyed;
    private final Keys keys;
    private final Map<String, BigDecimal> sums = new HashMap<>();
    private boolean counted;
    private final List<String> unsettled = new ArrayList<>();

    Counting(Dataset dataset, Settings settings, Counts counts, Looks looks) {
        this.dataset = dataset;
        this.settings = settings;
        this.counts = counts;
        this.looks = looks;
        this.keyed = !dataset.key().isEmpty();
        this.keys = keyed ? new Keys() : null;
    }

    void count(Seen seen) throws SourceException, InterruptedException {
        Map<String, Found> files = new HashMap<>();
        settings.finder().find().forEach(file -> files.put(file.name(), file));
        if (keyed) {
            for (String key : dataset.key()) {
                switch (dataset.field(key).type().kind()) {
                    case TEXT, BOOLEAN, INTEGER, DECIMAL -> { }
                    case DOUBLE, DATE, TIMESTAMP, INSTANT, JSON -> throw new SourceException(Kind.DATA, "The key field '" + key + "' is a "
                            + dataset.field(key).type() + ", and files may write one and the same in several ways: their keys cannot be counted.");
                }
            }
        }
        int done = 0;
        for (Map.Entry<String, Seen.Entry> one : seen.entries().entrySet()) {
            Seen.Entry entry = one.getValue();
            counts.progress("counting " + one.getKey(), done++, seen.entries().size());
            // A copy of another file brought no rows of its own.
            if (!entry.part().isEmpty()) {
                String why = count(one.getKey(), entry, files.get(one.getKey()));
                if (why != null) {
                    leaveOut(entry.part(), why);
                }
            }
        }
        if (keyed) {
            Tally all = Tally.of(keys.rows(), keys.once() ? sums : Map.of());
            counts.add(unsettled.isEmpty() ? all : all.unsettled(Tally.ANY, unsettled.getFirst()
                    + (unsettled.size() > 1 ? ", and " + (unsettled.size() - 1) + " more files like it" : "")));
        }
    }

    private void leaveOut(String part, String why) throws SourceException, InterruptedException {
        if (keyed) {
            unsettled.add(why);
        } else {
            counts.add(Tally.of(0, Map.of()).in(part).unsettled(Tally.ANY, why));
        }
    }

    /** Counts a file; null, or why it was not. */
    private String count(String name, Seen.Entry entry, Found file) throws SourceException, InterruptedException {
        if (file == null) {
            return name.replaceFirst("\\?[0-9a-f]{12}$", "") + " is not there any more";
        }
        if (!file.stamp().equals(entry.stamp())) {
            return name + " changed since it was read";
        }
        if (!entry.reading().equals(settings.reading())) {
            return name + " is to be read in another way, as the options say now";
        }
        try {
            Totals totals = total(file);
            if (!file.stamp().equals(Stamp.of(file.path()))) {
                return name + " changed while it was counted";
            }
            if (keyed) {
                add(totals.tally("").sums());
            } else {
                counts.add(totals.tally(entry.part()));
            }
            return null;
        } catch (CharacterCodingException e) {
            return name + " is not UTF-8 throughout, so that its rows cannot be told apart";
        } catch (IOException e) {
            return name + ": " + FilesSource.unreadable(e).getMessage().replaceFirst("\\.$", "");
        } catch (Uncounted e) {
            return name + " " + e.getMessage();
        }
    }

    /** A file that cannot be counted, for a reason of its own. */
    static final class Uncounted extends Exception {
        private static final long serialVersionUID = 1L;

        /** @param what the file does, or is: the name of the file stands before it */
        Uncounted(String what) {
            super(what, null, false, false);
        }
    }

    private void add(Map<String, BigDecimal> more) {
        if (counted) {
            sums.keySet().retainAll(more.keySet());
            sums.replaceAll((field, sum) -> sum.add(more.get(field)));
        } else {
            sums.putAll(more);
        }
        counted = true;
    }

    private Totals total(Found file) throws IOException, SourceException, InterruptedException, Uncounted {
        Look look;
        List<String> names;
        try {
            look = looks.at(file);
            names = Mapping.fields(look.headings(), look.names(), settings);
        } catch (SourceException e) {
            if (e.kind() != Kind.DATA) {
                throw e;
            }
            throw new Uncounted("cannot be read any more");
        }
        List<Wanted> wanted = wanted(look, names);
        switch (look) {
            case Look.Sheeted sheeted -> {
                Totals totals = new Totals(wanted, null, keys);
                sheeted.sheet().count(totals, settings, counts);
                return totals;
            }
            case Look.Scanned scanned -> {
                return switch (scanned.found()) {
                    case Scan.Csv csv -> {
                        Totals totals = new Totals(wanted, csv.decimalSeparator(), keys);
                        try (TextInput in = new TextInput(file, csv.charset(), counts)) {
                            new CsvCount(csv, in, totals).count();
                        }
                        yield totals;
                    }
                    case Scan.Json ignored -> {
                        Totals totals = new Totals(wanted, null, keys);
                        try (TextInput in = new TextInput(file, null, counts)) {
                            new JsonCount(in, totals).count();
                        }
                        yield totals;
                    }
                    case Scan.Parquet ignored -> {
                        if (keyed) {
                            throw new Uncounted("is a Parquet file, of which rows can be counted and keys cannot");
                        }
                        Totals totals = new Totals(List.of(), null, null);
                        totals.rows(ParquetCount.rows(file.path()));
                        yield totals;
                    }
                };
            }
        }
    }

    private List<Wanted> wanted(Look look, List<String> names) {
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Field field = dataset.field(names.get(i));
            if (field == null) {
                continue;
            }
            Wanted one = new Wanted(look.headings().get(i), i, field.name(), field.type(), dataset.key().indexOf(field.name()));
            if (one.summed() || one.key() >= 0) {
                wanted.add(one);
            }
        }
        return wanted;
    }
}
