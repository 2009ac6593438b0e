package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Request;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** S6, and S5 over the network: a source whose outside system fails, in each way and at each of its requests. */
final class Network {
    /** How long a source may try again of its own before it says what is wrong. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    /** Requests that a failure is tried at: the first, the last, and some between. */
    private static final int MOST_REQUESTS = 5;
    /** The same for what takes two loads each time. */
    private static final int MOST_LOADS = 3;

    private final Scene scene;
    private int connections;
    private boolean silent;

    Network(Scene scene) {
        this.scene = scene;
    }

    /** What a connector without HTTP promises instead. */
    void sendsNothing(Path scratch) throws Exception {
        assertThat(scene.outside().address()).as("the address of a world whose connector is said to lack the ability %s", Ability.HTTP).isNull();
        Source source = scene.connect("unwired");
        assertThat(Wires.sentDuring(scratch, () -> Reading.all(source, scene.sniffer())))
                .as("what a connector that is said to lack the ability %s sends over the network while it discovers and reads", Ability.HTTP)
                .isEmpty();
    }

    void callsEachFailureByItsKind() throws Exception {
        try (Relay relay = relay()) {
            Map<String, String> options = scene.outside().options(relay.address());
            clean(relay, options);
            List<String> handedOn = relay.handedOn();
            List<String> wrong = new ArrayList<>();
            for (Relay.Failure failure : Relay.Failure.values()) {
                if (failure == Relay.Failure.SILENCE || silent) {
                    continue;
                }
                relay.heal();
                clean(relay, options);
                for (int request : spread(relay.fitting(failure), MOST_REQUESTS)) {
                    if (silent) {
                        break;
                    }
                    relay.fail(failure, request);
                    String when = "when the outside system gives " + failure.words() + " from request " + (request + 1) + " of " + handedOn.size()
                            + " on ("
                            + handedOn.get(Math.min(request, handedOn.size() - 1)) + "), ";
                    wrong.addAll(fault(relay, failure, scene.connector().connect("failing_" + ++connections, options)).stream().map(when::concat)
                            .toList());
                }
            }
            assertThat(wrong).as("what the source says to failures of its outside system").isEmpty();
        }
    }

    private Relay relay() throws Exception {
        URI address = scene.outside().address();
        assertThat(address).as("Outside.address(), where the world answers HTTP; a connector that speaks no HTTP lacks the ability %s", Ability.HTTP)
                .isNotNull();
        return Relay.to(address);
    }

    /** Discovers and reads through the relay while nothing fails. */
    private Map<String, RecordingSink> clean(Relay relay, Map<String, String> options) throws Exception {
        Map<String, RecordingSink> sinks = Reading.all(scene.connector().connect("sound_" + ++connections, options), scene.sniffer());
        assertThat(relay.requests()).as("requests that reach the contract's relay at %s while a connection with the options %s discovers and reads; "
                + "override Outside.options(relay) where no option holds the address as it is", relay.address(), options.keySet()).isPositive();
        return sinks;
    }

    private static Set<Integer> spread(List<Integer> numbers, int most) {
        Set<Integer> chosen = new TreeSet<>();
        for (int i = 0; i < Math.min(most, numbers.size()); i++) {
            chosen.add(numbers.get(numbers.size() <= most ? i : (int) ((long) i * (numbers.size() - 1) / (most - 1))));
        }
        return chosen;
    }

    /**
     * What is wrong with the answer of a source to a failure. A source that says nothing at all is not asked again: it would cost the same time at
     * each failure.
     */
    private List<String> fault(Relay relay, Relay.Failure failure, Source source) throws InterruptedException {
        Attempt attempt = new Attempt(source, scene.sniffer());
        if (!attempt.ends(PATIENCE)) {
            String place = attempt.place();
            attempt.interrupt();
            silent = true;
            return List.of("nothing is said for " + PATIENCE.toSeconds() + " s; longer waits are the engine's: " + place);
        }
        if (!relay.failed()) {
            return List.of("the source did not come to that request, in a world that had not changed");
        }
        List<String> wrong = new ArrayList<>();
        switch (attempt.thrown()) {
            case null -> wrong.add("the source goes on as if all had been well: rows are lost, and nobody is told");
            case SourceException e -> {
                if (e.kind() != failure.kind()) {
                    wrong.add("it says " + e.kind() + ", not " + failure.kind() + ": " + e.getMessage());
                } else if (e.kind() == SourceException.Kind.RATE_LIMIT && failure != Relay.Failure.TOO_MANY && !near(e.retryAfter())) {
                    wrong.add("it says to wait " + e.retryAfter().toSeconds() + " s, and was told " + Relay.WAIT.toSeconds());
                }
            }
            case InterruptedException e -> wrong.add("it ends as if it had been interrupted: " + e);
            case Throwable e -> wrong.add("it throws " + e + " instead of a SourceException");
        }
        attempt.faults().forEach(fault -> wrong.add("a read goes wrong: " + fault));
        return wrong;
    }

    /** A source may have used up some of the wait, and a date has no fractions of a second. */
    private static boolean near(Duration wait) {
        return wait.compareTo(Relay.WAIT.minusSeconds(15)) > 0 && wait.compareTo(Relay.WAIT.plusSeconds(1)) <= 0;
    }

    /** What came up to the failure is kept as far as the last checkpoint, and the next read begins there. */
    void losesNothing() throws Exception {
        try (Relay relay = relay()) {
            Map<String, String> options = scene.outside().options(relay.address());
            relay.heal();
            List<Dataset> datasets = scene.connector().connect("discovering", options).discover(scene.sniffer());
            int discovery = relay.requests();
            relay.heal();
            scene.warehouse().sync("clean", new Watched(scene.connector().connect("clean", options)));
            Map<String, Warehouse.Table> expected = scene.warehouse().tables("clean", datasets);
            List<Integer> requests = relay.fitting(Relay.Failure.CUT_BEFORE).stream().filter(request -> request >= discovery).toList();
            assertThat(requests).as("requests of a read, after the %s of its discovery", discovery).isNotEmpty();
            for (Relay.Failure failure : List.of(Relay.Failure.SERVER_ERROR, Relay.Failure.CUT_WITHIN, Relay.Failure.BROKEN_JSON)) {
                relay.heal();
                for (int request : spread(requests, MOST_LOADS)) {
                    String connection = "cut_" + ++connections;
                    relay.fail(failure, request);
                    Source source = scene.connector().connect(connection, options);
                    Watched cut = new Watched(source).forgiving();
                    scene.warehouse().sync(connection, cut);
                    relay.heal();
                    // The same instance: so the engine asks again.
                    scene.warehouse().sync(connection, new Watched(source));
                    assertThat(scene.warehouse().tables(connection, datasets))
                            .as("tables after the outside system gave %s from request %s on, and was well "
                            + "again; the source had said: %s", failure.words(), request + 1, cut.forgiven()).isEqualTo(expected);
                }
            }
        }
    }

    /** S5: a thread that waits for an answer can be interrupted, too. */
    void endsWhileTheServerIsSilent() throws Exception {
        try (Relay relay = relay()) {
            Map<String, String> options = scene.outside().options(relay.address());
            clean(relay, options);
            List<Integer> requests = relay.fitting(Relay.Failure.SILENCE);
            Threads before = new Threads();
            for (int request : spread(requests, MOST_REQUESTS)) {
                relay.fail(Relay.Failure.SILENCE, request);
                CountDownLatch silent = relay.silent();
                Attempt attempt = new Attempt(scene.connector().connect("waiting_" + ++connections, options), scene.sniffer());
                assertThat(silent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("the source came to request %s again", request + 1).isTrue();
                attempt.interrupt();
                assertThat(attempt.ends(LIMIT))
                        .as("the source ended within two seconds of an interrupt, while the answer to request %s did not come: %s",
                        request + 1, attempt.place()).isTrue();
                assertThat(attempt.thrown() == null || attempt.thrown() instanceof InterruptedException)
                        .as("an interrupted source returns or throws InterruptedException, and this one threw %s", attempt.thrown()).isTrue();
            }
            assertThat(before.stayed(LIMIT)).as("threads that stay after interrupted requests").isEmpty();
        }
    }

    /** Discovery and a read of all datasets, on a thread of their own. */
    private static final class Attempt {
        private final List<String> faults = new ArrayList<>();
        private final Thread thread;
        private Throwable thrown;

        Attempt(Source source, Sniffer sniffer) {
            thread = Thread.ofPlatform().daemon().name("contract-reader").start(() -> {
                try {
                    for (Dataset dataset : source.discover(sniffer)) {
                        RecordingSink sink = new RecordingSink(dataset);
                        try {
                            source.read(new Request(dataset, Cursor.NONE, sniffer), sink);
                            sink.returned();
                        } finally {
                            faults.addAll(sink.faults());
                        }
                    }
                } catch (Throwable e) {
                    thrown = e;
                }
            });
        }

        boolean ends(Duration patience) throws InterruptedException {
            return thread.join(patience);
        }

        void interrupt() {
            thread.interrupt();
        }

        String place() {
            return Threads.describe(thread);
        }

        /** What it threw; null if it returned. Only after its end. */
        Throwable thrown() {
            return thrown;
        }

        /** What was wrong with the calls of the sink. Only after its end. */
        List<String> faults() {
            return faults;
        }
    }
}
