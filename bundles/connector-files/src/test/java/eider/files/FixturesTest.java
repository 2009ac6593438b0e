package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FileSniffer;
import eider.store.ingest.Ingest;
import eider.store.ingest.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every nasty file there is, read as a person would hand it over, and compared with what somebody found in it who did not know this program. All of
 * them lie
 * beside the checkout (shared/fixtures/files) where they are there at all; a few are kept here and are always read.
 */
class FixturesTest {
    private static final int SECONDS = 60;
    /** Of the files that a careful human could read. */
    private static final double LOADED = 0.85;
    /** Of the same: a load that says something about every file says nothing. */
    private static final double SPEAKING = 0.1;

    @TempDir
    Path folder;

    private enum Verdict {
        /** As the manifest says. */
        RIGHT,
        /** Refused, though it could be read. */
        NOT_LOADED,
        /** Loaded, with rows put aside that could be read: said, and so not silent. */
        PARTLY,
        /** The rows are right; junk around them was counted as bad rows otherwise than the manifest does. */
        COUNTED,
        /** Loaded otherwise than the manifest has it, where the file itself cannot tell: the load says what it assumed. */
        TOLD,
        /** Loaded where the manifest refuses, and nothing says so. */
        OTHERWISE,
        /** Rows that the file does not hold, and nothing says so. */
        WRONG,
        /** Too long, or failed in another way than by a sentence. */
        BROKEN
    }

    private record Outcome(Manifest.Entry entry, Verdict verdict, String told, List<String> assumed) {
        Outcome(Manifest.Entry entry, Verdict verdict, String told) {
            this(entry, verdict, told, List.of());
        }
    }

    @Test
    void theKeptFilesAreReadAsAPersonWould() throws Exception {
        Path kept = Path.of("src/test/resources/fixtures");
        List<Manifest.Entry> entries = Manifest.read().stream().filter(entry -> Files.exists(kept.resolve(entry.path()))).toList();
        assertThat(entries).hasSizeGreaterThanOrEqualTo(40);
        List<Outcome> outcomes = read(kept, entries);
        report(outcomes);
        assertThat(outcomes).allMatch(outcome -> outcome.verdict == Verdict.RIGHT);
    }

    @Test
    void everyFixtureIsReadOrRefusedAndNoneIsWrong() throws Exception {
        Path all = all();
        assumeTrue(all != null, "shared/fixtures/files does not lie beside the checkout: only the files kept here were read");
        List<Manifest.Entry> entries = Manifest.read();
        assertThat(entries).allMatch(entry -> Files.exists(all.resolve(entry.path())));
        List<Outcome> outcomes = read(all, entries);
        report(outcomes);
        long readable = outcomes.stream().filter(outcome -> !outcome.entry.refused()).count();
        long right = outcomes.stream().filter(outcome -> !outcome.entry.refused() && outcome.verdict == Verdict.RIGHT).count();
        long speaking = outcomes.stream().filter(outcome -> !outcome.entry.refused() && !outcome.assumed.isEmpty()).count();
        assertThat(outcomes).as("none hangs or crashes").noneMatch(outcome -> outcome.verdict == Verdict.BROKEN);
        assertThat(outcomes).as("none is loaded otherwise than the manifest allows, or although there is no table, without a word about it")
                .noneMatch(outcome -> outcome.verdict == Verdict.WRONG || outcome.verdict == Verdict.OTHERWISE);
        assertThat(paths(outcomes.stream().filter(outcome -> outcome.verdict == Verdict.TOLD)))
                .as("what is loaded otherwise, and says so, is exactly what known-differences.tsv names").isEqualTo(known().keySet());
        assertThat((double) speaking / readable).as("share of the readable files about which a load has something to say").isLessThan(SPEAKING);
        assertThat((double) right / readable).as("share of the readable files that were loaded right").isGreaterThanOrEqualTo(LOADED);
    }

    private static Set<String> paths(Stream<Outcome> outcomes) {
        return outcomes.map(outcome -> outcome.entry.path()).collect(Collectors.toSet());
    }

    /** By path, words that a load of the file must say. */
    private static Map<String, String> known() {
        try (InputStream in = FixturesTest.class.getResourceAsStream("/known-differences.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).map(line -> line.split("\t"))
                    .collect(Collectors.toMap(cells -> cells[0], cells -> cells[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fixtures lie beside the checkout, wherever it is; a work tree of it may lie deeper. */
    private static Path all() throws IOException {
        for (Path at = Path.of("").toRealPath(); at != null; at = at.getParent()) {
            Path fixtures = at.resolve("shared/fixtures/files");
            if (Files.isDirectory(fixtures)) {
                return fixtures;
            }
        }
        return null;
    }

    private List<Outcome> read(Path root, List<Manifest.Entry> entries) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        Path handover = Files.createDirectories(folder.resolve("handover"));
        ExecutorService one = Executors.newSingleThreadExecutor();
        Ingest duck = Ingest.open(handover, List.of(), Limits.DEFAULT);
        try {
            for (Manifest.Entry entry : entries) {
                Ingest instance = duck;
                Future<Outcome> reading = one.submit(() -> outcome(root.resolve(entry.path()), entry, handover, instance));
                try {
                    outcomes.add(reading.get(SECONDS, TimeUnit.SECONDS));
                } catch (TimeoutException e) {
                    outcomes.add(new Outcome(entry, Verdict.BROKEN, "took more than " + SECONDS + " s"));
                    one.shutdownNow();
                    one = Executors.newSingleThreadExecutor();
                } catch (ExecutionException e) {
                    outcomes.add(new Outcome(entry, Verdict.BROKEN, e.getCause().toString()));
                    duck.close();
                    duck = Ingest.open(handover, List.of(), Limits.DEFAULT);
                }
            }
        } finally {
            one.shutdownNow();
            duck.close();
        }
        return outcomes;
    }

    private Outcome outcome(Path file, Manifest.Entry entry, Path handover, Ingest duck) throws SQLException, InterruptedException {
        FileSniffer sniffer = new FileSniffer(folder.resolve("scratch"));
        DuckStore store = new DuckStore(handover, duck, entry.path());
        try {
            Source source = new FilesOpener().open(file, "fixture");
            Dataset dataset = source.discover(sniffer).getFirst();
            source.read(new Request(dataset, Cursor.NONE, sniffer), store);
        } catch (SourceException e) {
            if (e.kind() != SourceException.Kind.DATA || e.getMessage().isBlank()) {
                return new Outcome(entry, Verdict.BROKEN, e.kind() + ": " + e.getMessage());
            }
            return new Outcome(entry, entry.refusable() ? Verdict.RIGHT : Verdict.NOT_LOADED, e.getMessage().replace(file.toString(),
                    file.getFileName().toString()));
        }
        Manifest.Reading reading = store.reading();
        if (!entry.holds(reading) && !entry.refused()) {
            // The manifest writes days as the file does, 31.12.2026, where it did not have to understand them. Read as text, they must be those.
            Manifest.Reading plain = readWithDaysAsText(file, entry, sniffer, handover, duck);
            if (entry.holds(plain) && plain.rows() == reading.rows() && plain.quarantined() == reading.quarantined()) {
                return new Outcome(entry, Verdict.RIGHT, "days understood", store.assumed);
            }
        }
        String told = reading + " for " + entry.readings() + " " + store.sample + " " + store.rejects.stream().limit(3).toList();
        Verdict verdict = verdict(entry, reading);
        boolean said = known().containsKey(entry.path()) && String.join("; ", store.assumed).contains(known().get(entry.path()));
        return new Outcome(entry, said && (verdict == Verdict.WRONG || verdict == Verdict.OTHERWISE) ? Verdict.TOLD : verdict, told, store.assumed);
    }

    private Manifest.Reading readWithDaysAsText(Path file, Manifest.Entry entry, FileSniffer sniffer, Path handover, Ingest duck)
            throws SQLException, InterruptedException {
        DuckStore store = new DuckStore(handover, duck, entry.path());
        try {
            Source source = new FilesOpener().open(file, "fixture");
            Dataset found = source.discover(sniffer).getFirst();
            List<Field> fields = found.fields().stream().map(field -> switch (field.type().kind()) {
                case DATE, TIMESTAMP, INSTANT -> Field.of(field.name(), Type.TEXT, field.description());
                case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> field;
            }).toList();
            source.read(new Request(new Dataset(found.name(), found.description(), fields, found.key()), Cursor.NONE, sniffer), store);
        } catch (SourceException e) {
            throw new AssertionError("read once, refused the second time: " + file, e);
        }
        return store.reading();
    }

    private static Verdict verdict(Manifest.Entry entry, Manifest.Reading reading) {
        if (entry.holds(reading)) {
            return Verdict.RIGHT;
        }
        if (entry.refused()) {
            return Verdict.OTHERWISE;
        }
        if (entry.readings().stream().anyMatch(expected -> expected.rows() == reading.rows() && expected.hash().equals(reading.hash()))) {
            return Verdict.COUNTED;
        }
        for (Manifest.Reading expected : entry.readings()) {
            if (reading.quarantined() > expected.quarantined() && reading.rows() < expected.rows()
                    && reading.rows() + reading.quarantined() >= expected.rows() + expected.quarantined()) {
                return Verdict.PARTLY;
            }
        }
        return Verdict.WRONG;
    }

    private static void report(List<Outcome> outcomes) {
        Map<Verdict, Integer> counts = new TreeMap<>();
        for (Outcome outcome : outcomes) {
            counts.merge(outcome.verdict, 1, Integer::sum);
            if (outcome.verdict != Verdict.RIGHT) {
                String line = outcome.verdict + " " + outcome.entry.path() + (outcome.assumed.isEmpty() ? "" : "\n    says: " + outcome.assumed)
                        + "\n    " + outcome.told + "\n    manifest: " + outcome.entry.why();
                System.out.println(line.length() > 1000 ? line.substring(0, 1000) : line);
            }
        }
        long readable = outcomes.stream().filter(outcome -> !outcome.entry.refused()).count();
        long right = outcomes.stream().filter(outcome -> !outcome.entry.refused() && outcome.verdict == Verdict.RIGHT).count();
        List<Outcome> speaking = outcomes.stream().filter(outcome -> !outcome.entry.refused() && !outcome.assumed.isEmpty()).toList();
        speaking.forEach(outcome -> System.out.println("says: " + outcome.entry.path() + ": " + outcome.assumed));
        System.out.printf("%d files: %s; %d of %d readable ones are right (%.1f %%); of %d (%.1f %%) something was assumed and told%n",
                outcomes.size(), counts, right, readable, 100.0 * right / readable, speaking.size(), 100.0 * speaking.size() / readable);
    }
}
