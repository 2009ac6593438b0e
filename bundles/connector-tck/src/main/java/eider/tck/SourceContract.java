package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.engine.Load;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * What every connector promises, in tests. A test class of the connector's module implements this interface and its two methods, and is done:
 *
 * <pre>{@code
 * class FilesContractTest implements SourceContract {
 *     public Connector connector(Path home) {
 *         return Connector.of(FilesSource.class, home);
 *     }
 *
 *     public Outside outside(Path home, String name) {
 *         return new FolderOfFiles(home.resolve("inbox").resolve(name));
 *     }
 * }
 * }</pre>
 *
 * <p>Abilities are taken for granted; a connector that lacks one says so by {@link #lacks()}, and that is tested too. Tables are those of the
 * real engine; where a test needs none, the source pushes into a {@link RecordingSink}. Each test has a home of its own, an empty folder. The class
 * needs a constructor without parameters: S13 calls it in a JVM of its own.
 */
public interface SourceContract {

    /**
     * Makes the connector's sources in a plain JVM.
     *
     * @param home the home of the Eider that the connector believes to run in: has {@code config/ data/ inbox/} and the other folders of one
     */
    Connector connector(Path home) throws Exception;

    /**
     * A world to read, empty still.
     *
     * @param home as for {@link #connector}
     * @param name lower_snake, tells several worlds of one home apart
     */
    Outside outside(Path home, String name) throws Exception;

    /** What the connector cannot do. */
    default Set<Ability> lacks() {
        return Set.of();
    }

    /** What {@link #rows} says of a world that is as it is. */
    int UNKNOWN = 0;

    /** Rows in the world of an ordinary test; {@link #UNKNOWN} where nobody knows. S13 takes twenty times, and then two hundred times as many. */
    default int rows() {
        return 1_000;
    }

    /**
     * The worlds that S11 compares with their totals, by the name that {@link #outside} is asked for: beside the ordinary one those that were
     * recorded, or that hold other datasets. A recorded one may pass over the number that {@link Outside#fill} gets.
     */
    default List<String> cases() {
        return List.of(Scene.WORLD);
    }

    /** The connector's folder, with {@code README.md} and the sample configuration. */
    default Path module() {
        return Path.of("").toAbsolutePath();
    }

    /** The connector's jar, or the folder of its classes with all that bnd put there. */
    default Path bundle() {
        return module().resolve("target").resolve("classes");
    }

    /** The documented sample: {@code config/<pid>~….cfg.sample} of the connector's folder, or of the repository that it is a bundle of. */
    default Path sample() throws IOException {
        String pid = Metatype.of(bundle()).pid();
        List<Path> found = new ArrayList<>();
        for (Path folder : List.of(module().resolve("config"), module().resolve("../../config").normalize())) {
            if (found.isEmpty() && Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pid + "~*.cfg{,.sample}")) {
                    files.forEach(found::add);
                }
            }
        }
        assertThat(found).as("sample configurations in config/, of PID %s", pid).hasSize(1);
        return found.getFirst();
    }

    /** Starts the connector where this contract runs it: here a plain JVM. Not for authors. */
    default Connector start(Path home) throws Exception {
        return connector(home);
    }

    // S1

    @Test
    @Tag("S1")
    @DisplayName("S1: discovery gives the same answer for the same world, to every instance and thread")
    default void discoveryIsStable(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Sniffer sniffer = scene.sniffer();
            Source source = scene.connect("first");
            List<Dataset> first = source.discover(sniffer);
            assertThat(first).as("datasets of a world with %s rows", rows()).isNotEmpty();
            assertThat(source.discover(sniffer)).as("a second discovery by the same instance").isEqualTo(first);
            CompletableFuture<List<Dataset>> elsewhere = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    elsewhere.complete(source.discover(sniffer));
                } catch (Exception e) {
                    elsewhere.completeExceptionally(e);
                }
            });
            assertThat(elsewhere.get(1, TimeUnit.MINUTES)).as("a discovery on another thread").isEqualTo(first);
            assertThat(scene.connect("second").discover(sniffer)).as("a discovery by another instance").isEqualTo(first);
        }
    }

    @Test
    @Tag("S1")
    @DisplayName("S1: names are told once, keys are declared, every dataset and field is described in words")
    default void datasetsAndFieldsAreDescribed(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            // Legal names, distinct fields and declared keys are enforced by the constructors of Dataset and Field: getting here proves them.
            List<Dataset> datasets = scene.connect("world").discover(scene.sniffer());
            assertThat(datasets).extracting(Dataset::name).doesNotHaveDuplicates();
            for (Dataset dataset : datasets) {
                assertThat(dataset.key()).as("key of '%s'", dataset.name()).doesNotHaveDuplicates();
                assertThat(saysMoreThan(dataset.name(), dataset.description())).as("'%s' is described by '%s'", dataset.name(), dataset.description())
                        .isTrue();
                for (Field field : dataset.fields()) {
                    assertThat(saysMoreThan(field.name(), field.description()))
                            .as("field '%s' of '%s' is described by '%s'", field.name(), dataset.name(), field.description()).isTrue();
                }
            }
        }
    }

    private static boolean saysMoreThan(String name, String description) {
        return description.strip().contains(" ") && !description.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "").equals(name.replace("_", ""));
    }

    // S2

    @Test
    @Tag("S2")
    @DisplayName("S2: rows hold declared fields of the declared types, and calls come in the order of Sink's Javadoc")
    default void rowsAreAsDeclared(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Watched watched = new Watched(scene.connect("world"));
            List<Load> loads = scene.warehouse().sync("world", watched);
            for (Dataset dataset : watched.datasets()) {
                RecordingSink sink = watched.sink(dataset.name());
                assertThat(sink).as("the read of dataset '%s'", dataset.name()).isNotNull();
                assertThat(sink.faults()).as("dataset '%s'", dataset.name()).isEmpty();
                assertThat(sink.rejects()).as("rows of '%s' that the source called bad, in a world of good ones", dataset.name()).isZero();
            }
            assertThat(loads.stream().mapToLong(Load::quarantined).sum()).as("rows that the store put into quarantine, in a world of good ones")
                    .isZero();
            if (rows() == UNKNOWN) {
                assertThat(rowsOf(scene.warehouse(), "world", watched)).as("rows in the tables, of a world that is not empty").isPositive();
            } else {
                assertThat(rowsOf(scene.warehouse(), "world", watched)).as("rows in the tables, of those in the world").isEqualTo(rows());
            }
        }
    }

    private static long rowsOf(Warehouse warehouse, String connection, Watched watched) throws Exception {
        return warehouse.tables(connection, watched.datasets()).values().stream().mapToLong(Warehouse.Table::rows).sum();
    }

    // S3

    @Test
    @Tag("S3")
    @DisplayName("S3: a read that stops after any checkpoint and goes on from there gives the table of one clean read")
    default void resumesAfterEveryCheckpoint(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Watched clean = new Watched(scene.connect("clean"));
            scene.warehouse().sync("clean", clean);
            Map<String, Warehouse.Table> expected = scene.warehouse().tables("clean", clean.datasets());
            Map<String, Integer> checkpoints = new LinkedHashMap<>();
            clean.datasets().forEach(dataset -> checkpoints.put(dataset.name(), clean.sink(dataset.name()).cursors().size()));
            assertThat(checkpoints.values()).as("checkpoints %s of a world with %s rows", checkpoints, rows()).allMatch(count -> count > 0);
            assertThat(checkpoints.values().stream().anyMatch(count -> count > 1))
                    .as("more than one checkpoint (the ability %s), in %s", Ability.RESUMES, checkpoints)
                    .isEqualTo(!lacks().contains(Ability.RESUMES));
            int cut = 0;
            for (Map.Entry<String, Integer> dataset : checkpoints.entrySet()) {
                for (int after : spread(dataset.getValue())) {
                    String connection = "cut_" + ++cut;
                    Watched begun = new Watched(scene.connect(connection + "_begun")).cut(dataset.getKey(), after);
                    scene.warehouse().sync(connection, begun);
                    assertThat(begun.sink(dataset.getKey()).stopped()).as("the read of '%s' came to its checkpoint %s", dataset.getKey(), after)
                            .isTrue();
                    Cursor last = begun.sink(dataset.getKey()).cursors().getLast();
                    Watched resumed = new Watched(scene.connect(connection + "_resumed"));
                    scene.warehouse().sync(connection, resumed);
                    assertThat(resumed.asked(dataset.getKey())).as("the engine went on from checkpoint %s of '%s'", after, dataset.getKey())
                            .isEqualTo(last);
                    assertThat(scene.warehouse().tables(connection, clean.datasets()))
                            .as("tables after a stop at checkpoint %s of %s of '%s', cursor %s", after, dataset.getValue(), dataset.getKey(),
                                    shortened(last))
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** All checkpoints if they are few; else the first ones, the last ones and some between. */
    private static List<Integer> spread(int count) {
        Set<Integer> chosen = new java.util.TreeSet<>();
        int most = 6;
        for (int i = 0; i < Math.min(count, most); i++) {
            chosen.add(count <= most ? i + 1 : 1 + (int) ((long) i * (count - 1) / (most - 1)));
        }
        return List.copyOf(chosen);
    }

    private static String shortened(Cursor cursor) {
        return cursor.text().length() > 200 ? cursor.text().substring(0, 200) + "…" : cursor.text();
    }

    @Test
    @Tag("S3")
    @DisplayName("S3: a read from the last cursor finds what changed since, and gives the table of one clean read")
    default void readsWhatChangedSince(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Watched first = new Watched(scene.connect("first"));
            scene.warehouse().sync("followed", first);
            Map<String, Warehouse.Table> before = scene.warehouse().tables("followed", first.datasets());
            scene.outside().change();
            scene.warehouse().sync("followed", new Watched(scene.connect("second")));
            Watched clean = new Watched(scene.connect("clean"));
            scene.warehouse().sync("clean", clean);
            Map<String, Warehouse.Table> changed = scene.warehouse().tables("clean", clean.datasets());
            assertThat(changed).as("tables of the changed world, read anew").isNotEqualTo(before);
            Map<String, Warehouse.Table> followed = scene.warehouse().tables("followed", clean.datasets());
            if (lacks().contains(Ability.NOTICES_CHANGES)) {
                assertThat(followed).as("tables after a change, of a connector that is said to lack the ability %s", Ability.NOTICES_CHANGES)
                        .isNotEqualTo(changed);
            } else {
                assertThat(followed).as("tables after a change, read from the last cursor").isEqualTo(changed);
            }
        }
    }

    // S4

    @Test
    @Tag("S4")
    @DisplayName("S4: reading again, from the last cursor or from the start, changes nothing")
    default void readingAgainChangesNothing(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Source source = scene.connect("world");
            Watched first = new Watched(source);
            scene.warehouse().sync("world", first);
            Map<String, Warehouse.Table> expected = scene.warehouse().tables("world", first.datasets());
            scene.warehouse().sync("world", new Watched(source));
            assertThat(scene.warehouse().tables("world", first.datasets())).as("tables after reading twice").isEqualTo(expected);
            scene.warehouse().sync("world", new Watched(source).anew());
            assertThat(scene.warehouse().tables("world", first.datasets())).as("tables after reading from the start again").isEqualTo(expected);
            scene.warehouse().sync("world", new Watched(scene.connect("restarted")));
            assertThat(scene.warehouse().tables("world", first.datasets())).as("tables after another instance read").isEqualTo(expected);
        }
    }

    // S5

    @Test
    @Tag("S5")
    @DisplayName("S5: an interrupt at any moment ends the read within two seconds, and no thread stays")
    default void endsWithinTwoSecondsOfAnInterrupt(@TempDir Path home) throws Exception {
        Duration limit = Duration.ofSeconds(2);
        try (Scene scene = Scene.of(this, home, rows())) {
            Sniffer sniffer = scene.sniffer();
            Source source = scene.connect("world");
            List<Dataset> datasets = source.discover(sniffer);
            // One clean read first: it tells how long a read takes and how many calls it makes, and starts what the JVM starts but once.
            Map<String, Long> calls = new LinkedHashMap<>();
            Map<String, Long> nanos = new LinkedHashMap<>();
            Threads before = new Threads();
            for (Dataset dataset : datasets) {
                long begin = System.nanoTime();
                Reading clean = Reading.start(source, dataset, sniffer);
                assertThat(clean.endsWithin(Duration.ofMinutes(2))).as("a clean read of '%s' ended within two minutes", dataset.name()).isTrue();
                assertThat(clean.thrown()).as("a clean read of '%s'", dataset.name()).isNull();
                nanos.put(dataset.name(), System.nanoTime() - begin);
                calls.put(dataset.name(), clean.sink().calls());
            }
            assertThat(before.stayed(limit)).as("threads that stay after a read that nobody interrupted").isEmpty();
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (Dataset dataset : datasets) {
                for (int round = 0; round < 12; round++) {
                    long call = random.nextLong(calls.get(dataset.name()));
                    long wait = random.nextLong(nanos.get(dataset.name()) + 1);
                    CountDownLatch there = new CountDownLatch(1);
                    CountDownLatch never = new CountDownLatch(1);
                    RecordingSink.Before moment = switch (round % 3) {
                        // While the store is busy: the sink blocks, as it may at any call.
                        case 0 -> (what, number) -> {
                            if (number == call) {
                                there.countDown();
                                never.await();
                            }
                        };
                        // Between two calls: the thread is marked, and nothing blocks.
                        case 1 -> (what, number) -> {
                            if (number == call) {
                                there.countDown();
                            }
                        };
                        // Whenever it happens.
                        default -> (what, number) -> { };
                    };
                    Reading reading = Reading.start(source, dataset, Cursor.NONE, sniffer, null, moment);
                    if (round % 3 == 2) {
                        reading.endsWithin(Duration.ofNanos(wait));
                    } else {
                        assertThat(there.await(2, TimeUnit.MINUTES)).as("the read of '%s' came to call %s again", dataset.name(), call).isTrue();
                    }
                    reading.interrupt();
                    if (!reading.endsWithin(limit)) {
                        String place = reading.place();
                        // It goes on without us, but must not disturb the next test: give it a fair time to come to its end.
                        reading.endsWithin(Duration.ofSeconds(20));
                        fail("the read of '%s' still ran two seconds after its interrupt (seed %s, round %s): %s", dataset.name(), seed, round,
                                place);
                    }
                    Throwable thrown = reading.thrown();
                    assertThat(thrown == null || thrown instanceof InterruptedException)
                            .as("an interrupted read of '%s' returns or throws InterruptedException (seed %s, round %s), and this one threw %s",
                                    dataset.name(), seed, round, thrown).isTrue();
                }
            }
            assertThat(before.stayed(limit)).as("threads that stay after interrupted reads").isEmpty();
        }
    }

    @Test
    @Tag("S5")
    @DisplayName("S5: an interrupt ends the wait for an answer that does not come")
    default void endsWhileTheServerIsSilent(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.HTTP);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Network(scene).endsWhileTheServerIsSilent();
        }
    }

    // S6

    @Test
    @Tag("S6")
    @DisplayName("S6: 401, 429, 500, a cut connection and broken JSON, at any request, are told by their kind")
    default void callsEachFailureByItsKind(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            if (lacks().contains(Ability.HTTP)) {
                new Network(scene).sendsNothing(home.resolve("data"));
            } else {
                new Network(scene).callsEachFailureByItsKind();
            }
        }
    }

    @Test
    @Tag("S6")
    @DisplayName("S6: after a failure, a read from the last checkpoint gives the table of one clean read")
    default void losesNothingByAFailure(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.HTTP);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Network(scene).losesNothing();
        }
    }

    // S7

    @Test
    @Tag("S7")
    @DisplayName("S7: a planted secret never shows in logs, exceptions, rows, cursors or descriptions")
    default void neverShowsASecret(@TempDir Path home) throws Exception {
        Secret secret = Secret.random();
        Metatype metatype = Metatype.of(bundle());
        try (Scene scene = Scene.of(this, home, rows())) {
            Files.writeString(home.resolve("config").resolve("other~secret.cfg"), "api_key = " + secret.text() + System.lineSeparator());
            List<Map<String, String>> tempted = new ArrayList<>(scene.outside().plant(secret.text()));
            for (Metatype.Option option : metatype.options()) {
                if (option.password()) {
                    Map<String, String> options = new LinkedHashMap<>(scene.outside().options());
                    options.put(option.name(), secret.text());
                    tempted.add(options);
                    for (Fault fault : faults(scene.outside(), metatype)) {
                        Map<String, String> faulty = new LinkedHashMap<>(options);
                        faulty.put(fault.option(), fault.option().equals(option.name()) ? secret.text() : fault.value());
                        tempted.add(faulty);
                    }
                }
            }
            assertThat(tempted.isEmpty())
                    .as("nothing tempts this connector to show a secret: Outside.plant gave no options, and no option is a PASSWORD")
                    .isEqualTo(lacks().contains(Ability.SECRETS));
            try (Overheard overheard = new Overheard(secret)) {
                Set<String> leaks = new HashSet<>();
                int number = 0;
                for (Map<String, String> options : tempted) {
                    leaks.addAll(leaks(scene.connector(), "tempted_" + ++number, options, scene.sniffer(), secret));
                }
                leaks.addAll(overheard.leaks());
                assertThat(leaks).as("places where the secret was met").isEmpty();
            }
        }
    }

    private static Set<String> leaks(Connector connector, String name, Map<String, String> options, Sniffer sniffer, Secret secret)
            throws InterruptedException {
        Set<String> leaks = new HashSet<>();
        try {
            Source source = connector.connect(name, options);
            if (secret.isIn(String.valueOf(source))) {
                leaks.add("the text of the source");
            }
            for (Dataset dataset : source.discover(sniffer)) {
                if (secret.isIn(dataset.toString())) {
                    leaks.add("the description of dataset " + dataset.name());
                }
                Reading reading = Reading.start(source, dataset, Cursor.NONE, sniffer, secret, (what, number) -> { });
                if (!reading.endsWithin(Duration.ofMinutes(1))) {
                    reading.interrupt();
                    leaks.add("a read that did not end within a minute, so that nobody knows");
                    continue;
                }
                leaks.addAll(reading.sink().leaks());
                leaks.addAll(secret.in(reading.thrown()));
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            // Being refused is what should happen, and is no leak unless the refusal shows the secret.
            leaks.addAll(secret.in(e));
        }
        return leaks;
    }

    // S8

    @Test
    @Tag("S8")
    @DisplayName("S8: each option that is needed and missing, or spoiled, gives CONFIG and is named")
    default void namesTheOptionThatIsWrong(@TempDir Path home) throws Exception {
        Metatype metatype = Metatype.of(bundle());
        try (Scene scene = Scene.of(this, home, rows())) {
            Sniffer sniffer = scene.sniffer();
            Set<String> known = new HashSet<>(metatype.options().stream().map(Metatype.Option::name).toList());
            assertThat(known).as("options of the metatype").containsAll(scene.outside().options().keySet());
            List<String> wrong = new ArrayList<>();
            int number = 0;
            for (Metatype.Option option : metatype.options()) {
                if (option.needed()) {
                    Map<String, String> options = new LinkedHashMap<>(scene.outside().options());
                    assertThat(options.remove(option.name()))
                            .as("the value of '%s', which is required and has no default, in Outside.options()", option.name()).isNotNull();
                    wrong.addAll(answer(scene.connector(), "faulty_" + ++number, options, option.name(), "is missing", sniffer));
                }
            }
            for (Fault fault : faults(scene.outside(), metatype)) {
                assertThat(known).as("options of the metatype").contains(fault.option());
                Map<String, String> options = new LinkedHashMap<>(scene.outside().options());
                options.put(fault.option(), fault.value());
                wrong.addAll(answer(scene.connector(), "faulty_" + ++number, options, fault.option(), "is '" + fault.value() + "'", sniffer));
            }
            assertThat(number).as("faults that were tried; list some in Outside.faults()").isPositive();
            assertThat(wrong).as("answers to faulty options").isEmpty();
        }
    }

    private static List<Fault> faults(Outside outside, Metatype metatype) {
        List<Fault> faults = new ArrayList<>(outside.faults());
        for (Metatype.Option option : metatype.options()) {
            if (!option.choices().isEmpty()) {
                faults.add(new Fault(option.name(), "no_such_word"));
            }
        }
        return faults;
    }

    private static List<String> answer(Connector connector, String name, Map<String, String> options, String option, String how, Sniffer sniffer)
            throws InterruptedException {
        String when = "when '" + option + "' " + how + ", ";
        Source source;
        try {
            source = connector.connect(name, options);
        } catch (Exception | LinkageError | AssertionError e) {
            return List.of(when + "the source could not be made (its constructor must not refuse options; discover does): " + e);
        }
        try {
            source.discover(sniffer);
            return List.of(when + "discovery says nothing");
        } catch (SourceException e) {
            List<String> wrong = new ArrayList<>();
            if (e.kind() != SourceException.Kind.CONFIG) {
                wrong.add(when + "discovery says " + e.kind() + ", not CONFIG: " + e.getMessage());
            }
            if (!e.getMessage().contains(option)) {
                wrong.add(when + "the message does not name it: " + e.getMessage());
            }
            return wrong;
        } catch (RuntimeException | LinkageError e) {
            return List.of(when + "discovery throws " + e + " instead of a SourceException");
        }
    }

    @Test
    @Tag("S8")
    @DisplayName("S8: README, sample and metatype name the same options with the same defaults")
    default void documentsAgree() throws Exception {
        Metatype metatype = Metatype.of(bundle());
        Map<String, String> declared = new TreeMap<>();
        for (Metatype.Option option : metatype.options()) {
            declared.put(option.name(), option.standard() == null ? "" : option.standard());
            assertThat(option.description().strip()).as("description of option '%s' in the metatype, one full sentence", option.name())
                    .contains(" ").endsWith(".");
        }
        assertThat(new TreeMap<>(Handbook.readme(module().resolve("README.md")))).as("options and defaults in README.md, against the metatype")
                .isEqualTo(declared);
        Map<String, String> shown = new TreeMap<>(Handbook.sample(sample()));
        assertThat(shown.keySet()).as("options in %s, against the metatype", sample().getFileName()).isEqualTo(declared.keySet());
        // Where there is no default, the sample shows an example instead.
        declared.values().removeIf(String::isEmpty);
        shown.keySet().retainAll(declared.keySet());
        assertThat(shown).as("defaults in %s, against the metatype", sample().getFileName()).isEqualTo(declared);
    }

    // S9

    @Test
    @Tag("S9")
    @DisplayName("S9: two connections that read two worlds at the same time share nothing")
    default void connectionsShareNothing(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Outside large = scene.outside();
            Outside small = scene.world("small", Math.max(1, rows() / 2));
            Connector connector = scene.connector();
            Sniffer sniffer = scene.sniffer();
            Map<String, String> smallAlone = sums(Reading.all(connector.connect("small_alone", small.options()), sniffer));
            Map<String, String> largeAlone = sums(Reading.all(connector.connect("large_alone", large.options()), sniffer));
            assertThat(smallAlone).as("a world of half the rows gives other rows").isNotEqualTo(largeAlone);
            Source first = connector.connect("small_beside", small.options());
            Source second = connector.connect("large_beside", large.options());
            assertThat(first).as("the source of a second connection").isNotSameAs(second);
            // In step as long as both last, so that each meets what the other one has just left behind.
            CyclicBarrier step = new CyclicBarrier(2);
            RecordingSink.Before inStep = (what, number) -> {
                if (number < 200 && !step.isBroken()) {
                    try {
                        step.await(200, TimeUnit.MILLISECONDS);
                    } catch (BrokenBarrierException | TimeoutException e) {
                        Thread.onSpinWait();
                    }
                }
            };
            CompletableFuture<Map<String, String>> beside = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    beside.complete(sums(Reading.all(second, sniffer, inStep)));
                } catch (Throwable e) {
                    beside.completeExceptionally(e);
                }
            });
            Map<String, String> smallBeside = sums(Reading.all(first, sniffer, inStep));
            Map<String, String> largeBeside = beside.get(2, TimeUnit.MINUTES);
            assertThat(smallBeside).as("what the first connection reads while the second one reads").isEqualTo(smallAlone);
            assertThat(largeBeside).as("what the second connection reads while the first one reads").isEqualTo(largeAlone);
            assertThat(StaticState.of(first.getClass(), bundle())).as("static fields that can change").isEmpty();
        }
    }

    private static Map<String, String> sums(Map<String, RecordingSink> sinks) {
        Map<String, String> sums = new LinkedHashMap<>();
        sinks.forEach((dataset, sink) -> sums.put(dataset, sink.rows() + " rows, sum " + sink.sum().toString(36)));
        return sums;
    }

    // S11

    @Test
    @Tag("S11")
    @DisplayName("S11: each model gives columns of its canonical table, from each row by itself, once")
    default void modelsGiveCanonicalRows(@TempDir Path home) throws Exception {
        for (String world : cases()) {
            try (Scene scene = Scene.of(this, home.resolve(world), rows(), world)) {
                if (lacks().contains(Ability.MODELS)) {
                    new Models(scene, world).areNone();
                } else {
                    new Models(scene, world).giveCanonicalRows();
                }
            }
        }
    }

    @Test
    @Tag("S11")
    @DisplayName("S11: the canonical tables come to the totals that the author expects, and stay there")
    default void modelsComeToTheExpectedTotals(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.MODELS);
        for (String world : cases()) {
            try (Scene scene = Scene.of(this, home.resolve(world), rows(), world)) {
                new Models(scene, world).comeToTheExpectedTotals(!lacks().contains(Ability.NOTICES_CHANGES));
            }
        }
    }

    // S12

    @Test
    @Tag("S12")
    @DisplayName("S12: a delivery that is not signed as it must be is refused with AUTH, and nothing of it is pushed")
    default void refusesForgedDeliveries(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            if (lacks().contains(Ability.WEBHOOKS)) {
                new Webhooks(scene, Metatype.of(bundle())).areNone();
            } else {
                new Webhooks(scene, Metatype.of(bundle())).refuseWhatIsForged();
            }
        }
    }

    @Test
    @Tag("S12")
    @DisplayName("S12: deliveries bring what a read would bring; repeated, late, in another order they change nothing")
    default void repeatedDeliveriesChangeNothing(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.WEBHOOKS);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Webhooks(scene, Metatype.of(bundle())).bringWhatAReadWouldAndNothingTwice(home.resolve("data"));
        }
    }

    @Test
    @Tag("S12")
    @DisplayName("S12: a delivery is heard in the middle of a read, and does not disturb it")
    default void hearsDeliveriesDuringARead(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.WEBHOOKS);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Webhooks(scene, Metatype.of(bundle())).areHeardDuringARead();
        }
    }

    // S13

    @Test
    @Tag("S13")
    @DisplayName("S13: ten times the data needs no more heap and no more resident memory")
    default void memoryDoesNotGrowWithTheData(@TempDir Path folder) throws Exception {
        if (rows() == UNKNOWN) {
            throw new TestAbortedException("it needs worlds of two sizes: write a contract whose Outside has the method fill");
        }
        Footprint few = Footprint.of(getClass(), folder.resolve("few"), 20 * rows());
        Footprint many = Footprint.of(getClass(), folder.resolve("many"), 200 * rows());
        assertThat(few.calls()).as("calls of the sink").isPositive();
        assertThat(many.heap()).as("reachable heap in bytes while reading %s rows, against %s for %s", 200 * rows(), few.heap(), 20 * rows())
                .isLessThanOrEqualTo(few.heap() + few.heap() / 10 + Footprint.HEAP_ALLOWANCE);
        assertThat(many.resident())
                .as("resident bytes beside the heap while reading %s rows, against %s for %s", 200 * rows(), few.resident(), 20 * rows())
                .isLessThanOrEqualTo(few.resident() + few.resident() / 10 + Footprint.RESIDENT_ALLOWANCE);
    }

    // S14

    @Test
    @Tag("S14")
    @DisplayName("S14: what is counted is what read pushes, up to the cursor, and the same each time")
    default void countsWhatItPushes(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            if (lacks().contains(Ability.COUNTS)) {
                new Counts(scene).areNone();
            } else {
                new Counts(scene).areWhatIsPushed(rows(), !lacks().contains(Ability.NOTICES_CHANGES));
            }
        }
    }

    @Test
    @Tag("S14")
    @DisplayName("S14: an interrupt ends a count within two seconds, and no thread stays")
    default void endsACountWhenInterrupted(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.COUNTS);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Counts(scene).endWhenInterrupted();
        }
    }

    @Test
    @Tag("S14")
    @DisplayName("S14: a count that stumbles over a wrong option gives CONFIG and names it")
    default void namesTheOptionThatIsWrongWhenItCounts(@TempDir Path home) throws Exception {
        OptedOut.unless(this, Ability.COUNTS);
        try (Scene scene = Scene.of(this, home, rows())) {
            new Counts(scene).nameTheOptionThatIsWrong(faults(scene.outside(), Metatype.of(bundle())));
        }
    }

    @Test
    @Tag("S15")
    @DisplayName("S15: a read that was recorded is replayed to the same rows, also when the outside system is gone")
    default void replaysWhatWasRecorded(@TempDir Path home) throws Exception {
        try (Scene scene = Scene.of(this, home, rows())) {
            Replays replays = new Replays(scene);
            replays.saysTheSameAgain();
            if (!lacks().contains(Ability.HTTP)) {
                if (lacks().contains(Ability.REPLAYS)) {
                    replays.cannotBeRunWithoutItsNetwork();
                } else {
                    replays.needsNoNetwork();
                }
            }
        }
    }
}
