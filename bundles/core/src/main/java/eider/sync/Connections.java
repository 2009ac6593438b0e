package eider.sync;

import eider.connector.Source;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections there are, by name: they come and go with the services of their connectors. Its own monitor guards it and its {@link Entry entries}; whoever does
 * several things that belong together holds it meanwhile, and is told by {@code notifyAll} of changes.
 */
final class Connections {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,40}");
    /** The connection under which files that people hand over are kept. */
    static final String BY_HAND = "by_hand";
    private static final Duration GRACE = Duration.ofSeconds(2);
    /** How long a command that has just started the system waits for a connector to appear. */
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final String NO_NAME = "'%s' is no name for a connection: lower_snake, at most 41 characters, beginning with a letter";

    private final long begun = System.nanoTime();
    private final Map<String, Entry> entries = new TreeMap<>();
    /** Runs that are over for everybody else but whose threads go on, by the name of their connection, which may be gone. */
    private final Map<String, Run> lingering = new TreeMap<>();

    synchronized void arrive(String name, String connector, Source source) {
        Entry entry = entries.get(name);
        if (!named(name) || entry != null && entry.source != null) {
            Entry refused = new Entry(connector + "~" + name, connector);
            refused.refused = source;
            refused.wanted = name;
            refused.failure = named(name)
                    ? "the name " + name + " is taken by a connection of " + entry.connector + ": rename the file " + connector + "~" + name + ".cfg"
                    : NO_NAME.formatted(name) + "; rename the file " + connector + "~" + name + ".cfg";
            entries.put(refused.name, refused);
            log.error(refused.failure);
            return;
        }
        if (entry == null || entry.run == null) {
            // With a breaker of its own: somebody changed its options or its connector, and what failed before need not fail now.
            entry = new Entry(name, connector);
            entries.put(name, entry);
        }
        entry.source = source;
        entry.failure = "";
        if (entry.run != null) {
            entry.run.resume(source);
        }
        notifyAll();
        log.info("connection {} ({}) is ready", name, connector);
    }

    private static boolean named(String name) {
        return NAME.matcher(name).matches() && !name.contains("__") && !name.equals(BY_HAND);
    }

    /** Returns when no run uses the source any more. */
    void leave(Source source) throws InterruptedException {
        Run run;
        synchronized (this) {
            entries.values().removeIf(entry -> entry.refused == source);
            Entry entry = entries.values().stream().filter(candidate -> candidate.source == source).findFirst().orElse(null);
            if (entry == null) {
                return;
            }
            entry.source = null;
            run = entry.run;
            if (run == null) {
                entries.remove(entry.name);
            }
            log.info("connection {} is gone", entry.name);
            Entry next = entries.values().stream().filter(candidate -> entry.name.equals(candidate.wanted)).findFirst().orElse(null);
            if (next != null) {
                entries.remove(next.name);
                arrive(next.wanted, next.connector, next.refused);
            }
        }
        if (run != null) {
            run.release(source, GRACE);
        }
    }

    synchronized void register(String name, Source source) throws EngineException {
        Entry present = entries.get(name);
        if (present != null && present.source != null) {
            throw new EngineException("there is a connection '" + name + "' already");
        }
        if (!named(name)) {
            throw new EngineException(NO_NAME.formatted(name));
        }
        // Two runs would call one instance at the same time, which no source need stand.
        Entry same = entries.values().stream().filter(entry -> entry.source == source).findFirst().orElse(null);
        if (same != null) {
            throw new EngineException("this source is the connection '" + same.name + "' already: make another instance for '" + name + "'");
        }
        arrive(name, "host", source);
    }

    /** The source of a connection, or null. */
    synchronized Source source(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.source;
    }

    synchronized Entry entry(String name) {
        return entries.get(name);
    }

    synchronized Collection<Entry> entries() {
        return List.copyOf(entries.values());
    }

    synchronized Entry byHand() {
        return entries.computeIfAbsent(BY_HAND, name -> new Entry(name, "files"));
    }

    /** A connection whose connector is there; waits for it in the first moments of the system. */
    Entry ready(String name) throws EngineException, InterruptedException {
        Entry entry = await(() -> {
            Entry found = entries.get(name);
            return found != null && found.source != null ? found : refused(name);
        });
        if (entry != null && entry.refused == null) {
            return entry;
        }
        List<String> names;
        String failure;
        synchronized (this) {
            failure = entry == null ? "" : entry.failure;
            names = entries.values().stream().filter(candidate -> candidate.source != null && !candidate.name.equals(BY_HAND)).map(candidate -> candidate.name).toList();
        }
        throw new EngineException(!failure.isEmpty() ? failure : "there is no connection '" + name + "'" + (names.isEmpty()
                ? "; there is none at all: put a connector jar into plugins/ and a file <connector>~<name>.cfg into config/" : "; there are " + String.join(", ", names)));
    }

    /** The connection that was refused this name, or null. */
    private Entry refused(String name) {
        return entries.values().stream().filter(entry -> entry.refused != null && (name.equals(entry.name) || name.equals(entry.wanted))).findFirst().orElse(null);
    }

    synchronized <T> T await(Supplier<T> wanted) throws InterruptedException {
        long end = begun + WARM_UP.toNanos();
        T found = wanted.get();
        while (found == null && System.nanoTime() < end) {
            wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            found = wanted.get();
        }
        return found;
    }

    /** Remembers a run whose thread goes on although nobody waits for it any more. */
    synchronized void lingers(String name, Run run) {
        lingering.put(name, run);
    }

    /** Why no run of this connection may begin because of the one before, or null. */
    synchronized String obstacle(String name) {
        Run before = lingering.get(name);
        String why = before == null ? null : before.stuck();
        if (why == null) {
            lingering.remove(name);
        } else if (before.left()) {
            before.interruptAgain();
        }
        return why;
    }

    synchronized Collection<Run> lingering() {
        return List.copyOf(lingering.values());
    }

    /** Takes a run that is over from its connection. */
    synchronized void over(Entry entry) {
        entry.run = null;
        entry.doing = "";
        if (entry.source == null && !entry.name.equals(BY_HAND) && entries.get(entry.name) == entry) {
            entries.remove(entry.name);
        }
        notifyAll();
    }

    /**
     * How people see it.
     *
     * @param holds why connections wait for a word, by their names
     */
    synchronized List<Connection> shown(List<Load> latest, Map<String, String> holds, String problem, Instant now) {
        List<Connection> connections = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (!entry.name.equals(BY_HAND)) {
                connections.add(shown(entry, latest.stream().filter(load -> load.connection().equals(entry.name)).toList(), holds.get(entry.name), problem, now));
            }
        }
        return connections;
    }

    private Connection shown(Entry entry, List<Load> loads, String hold, String problem, Instant now) {
        // A dataset that failed long ago and is not there any more is no trouble of today: only the last run counts.
        Load bad = loads.stream().filter(load -> load.run().equals(loads.getFirst().run()))
                .filter(load -> load.state() == Load.State.FAILED || load.state() == Load.State.HELD).findFirst().orElse(null);
        Run before = lingering.get(entry.name);
        String stuck = before != null && before.left() ? before.stuck() : null;
        String rest = entry.breaker.state(now);
        Connection.State state;
        String message;
        if (entry.run != null) {
            state = Connection.State.SYNCING;
            message = entry.doing;
        } else if (stuck != null) {
            state = Connection.State.FAILED;
            message = stuck;
        } else if (hold != null) {
            state = Connection.State.HELD;
            message = hold;
        } else if (!rest.isEmpty()) {
            state = Connection.State.FAILED;
            message = entry.name + " " + rest;
        } else if (!entry.failure.isEmpty()) {
            state = Connection.State.FAILED;
            message = entry.failure;
        } else if (bad != null) {
            state = bad.state() == Load.State.HELD ? Connection.State.HELD : Connection.State.FAILED;
            message = bad.message();
        } else {
            state = entry.source == null ? Connection.State.GONE : Connection.State.READY;
            message = problem;
        }
        return new Connection(entry.name, entry.connector, state, message, loads);
    }
}
