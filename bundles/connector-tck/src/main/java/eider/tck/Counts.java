package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Countable;
import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import eider.engine.Badge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** S14: what a source counts, against what the real engine made of what it pushed. */
final class Counts {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String CONNECTION = "counted";

    private final Scene scene;

    Counts(Scene scene) {
        this.scene = scene;
    }

    /** What a connector that cannot count promises. */
    void areNone() throws Exception {
        assertThat(scene.connect(CONNECTION)).as("the source of a connector that is said to lack the ability %s", Ability.COUNTS)
                .isNotInstanceOf(Countable.class);
    }

    private Source source(String name) throws Exception {
        Source source = scene.connect(name);
        assertThat(source).as("the source; a connector whose source is not Countable lacks the ability %s", Ability.COUNTS)
                .isInstanceOf(Countable.class);
        return source;
    }

    /** @param noticing whether a read from the last cursor finds what changed */
    void areWhatIsPushed(int rows, boolean noticing) throws Exception {
        Source source = source(CONNECTION);
        scene.warehouse().sync(CONNECTION, source);
        List<Badge> badges = scene.warehouse().compare(CONNECTION, source);
        assertThat(badges).as("comparisons of a world that did not change").isNotEmpty().allMatch(badge -> badge.state() == Badge.State.MATCHES);
        long counted = badges.stream().mapToLong(badge -> badge.comparison().rowsThere()).sum();
        if (rows == SourceContract.UNKNOWN) {
            assertThat(counted).as("rows counted, in a world that is not empty").isPositive();
        } else {
            assertThat(counted).as("rows counted, of those in the world").isEqualTo(rows);
        }
        for (Dataset dataset : source.discover(scene.sniffer())) {
            Cursor cursor = scene.warehouse().cursor(CONNECTION, dataset.name());
            assertThat(count(source, dataset, cursor)).as("a second count of '%s'", dataset.name()).isEqualTo(count(source, dataset, cursor));
            assertThat(count(source, dataset, Cursor.NONE).stream().mapToLong(Tally::rows).sum())
                    .as("rows of '%s' that are said to lie up to a cursor that stands for nothing read yet", dataset.name()).isZero();
        }
        scene.outside().change();
        for (Badge badge : scene.warehouse().compare(CONNECTION, source)) {
            // A row that is gone there may be one more here. One fewer here would be a row that came after the read.
            assertThat(badge.state() == Badge.State.DIFFERS && badge.comparison().rowsHere() <= badge.comparison().rowsThere())
                    .as("what changed after the read is a difference: %s", badge).isFalse();
        }
        if (noticing) {
            scene.warehouse().sync(CONNECTION, source);
            assertThat(scene.warehouse().compare(CONNECTION, source)).as("comparisons after the change was read")
                    .allMatch(badge -> badge.state() == Badge.State.MATCHES);
        }
    }

    private List<Tally> count(Source source, Dataset dataset, Cursor cursor) throws SourceException, InterruptedException {
        List<Tally> tallies = new ArrayList<>();
        ((Countable) source).count(new Request(dataset, cursor, scene.sniffer()), counts(tallies, () -> {}));
        return tallies;
    }

    private static Countable.Counts counts(List<Tally> tallies, Runnable before) {
        return new Countable.Counts() {
            @Override
            public void add(Tally tally) {
                before.run();
                tallies.add(tally);
            }

            @Override
            public void progress(String doing, long done, long total) {
                before.run();
            }
        };
    }

    /** Interrupted before it begins, and at its first sign of life. */
    void endWhenInterrupted() throws Exception {
        Source source = source(CONNECTION);
        scene.warehouse().sync(CONNECTION, source);
        List<Request> requests = new ArrayList<>();
        for (Dataset dataset : source.discover(scene.sniffer())) {
            requests.add(new Request(dataset, scene.warehouse().cursor(CONNECTION, dataset.name()), scene.sniffer()));
        }
        Threads before = new Threads();
        for (Request request : requests) {
            Dataset dataset = request.dataset();
            for (boolean atOnce : new boolean[] {true, false}) {
                CountDownLatch alive = new CountDownLatch(1);
                Throwable[] thrown = new Throwable[1];
                Thread counting = Thread.ofPlatform().daemon().name("contract-counter").start(() -> {
                    try {
                        if (atOnce) {
                            Thread.currentThread().interrupt();
                        }
                        ((Countable) source).count(request, counts(new ArrayList<>(), alive::countDown));
                    } catch (Throwable e) {
                        thrown[0] = e;
                    } finally {
                        alive.countDown();
                    }
                });
                assertThat(alive.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("the count of '%s' gave a sign of life, or ended", dataset.name())
                        .isTrue();
                counting.interrupt();
                boolean ended = counting.join(LIMIT);
                String place = Threads.describe(counting);
                if (!ended) {
                    // It goes on without us, but must not disturb the next test: give it a fair time to come to its end.
                    counting.join(Duration.ofSeconds(20));
                }
                assertThat(ended).as("the count of '%s' ended within two seconds of its interrupt: %s", dataset.name(), place).isTrue();
                assertThat(thrown[0] == null || thrown[0] instanceof InterruptedException)
                        .as("an interrupted count of '%s' returns or throws InterruptedException, and this one threw %s", dataset.name(), thrown[0])
                        .isTrue();
            }
        }
        assertThat(before.stayed(LIMIT)).as("threads that stay after interrupted counts").isEmpty();
    }

    /** An option that a count does not need is none of its business: discovery refuses it before. One that it stumbles over is told as what it is. */
    void nameTheOptionThatIsWrong(List<Fault> faults) throws Exception {
        Source sound = source(CONNECTION);
        scene.warehouse().sync(CONNECTION, sound);
        Dataset dataset = sound.discover(scene.sniffer()).getFirst();
        Cursor cursor = scene.warehouse().cursor(CONNECTION, dataset.name());
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (Fault fault : faults) {
            Map<String, String> options = new LinkedHashMap<>(scene.outside().options());
            options.put(fault.option(), fault.value());
            String when = "when '" + fault.option() + "' is '" + fault.value() + "', ";
            try {
                count(scene.connector().connect("miscounted_" + ++number, options), dataset, cursor);
            } catch (SourceException e) {
                if (e.kind() != Kind.CONFIG || !e.getMessage().contains(fault.option())) {
                    wrong.add(when + "it says " + e.kind() + ": " + e.getMessage());
                }
            } catch (RuntimeException e) {
                wrong.add(when + "it throws " + e + " instead of a SourceException");
            }
        }
        assertThat(wrong).as("answers of a count to faulty options").isEmpty();
    }
}
