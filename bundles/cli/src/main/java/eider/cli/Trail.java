package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.people.Actor;
import eider.people.Audit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;

/**
 * What the audit trail shall hold of the command that runs. A command that {@link Changes} something tells {@link #on to what}, and what was {@link #before} and is
 * {@link #after}; the one entry is written when it has ended, well or badly, by whoever runs it. Wrong usage leaves none.
 *
 * <p>The audit trail is opened and asked before the command begins, so that nothing is done where nothing can be written. That it cannot be written any more afterwards is told to the
 * person, makes the command fail, and leaves the entry in the log.
 */
final class Trail {
    private static final Logger LOG = LoggerFactory.getLogger(Trail.class);
    private static final int LONGEST = 2_000;
    /** So many loads of one sync are told one by one. */
    private static final int LOADS = 20;

    private final Console console;
    private final Engine engine;
    private final Actor by;
    private String object;
    private String before = "";
    private String after = "";
    private boolean written;
    private Runnable early = () -> {};

    Trail(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
        this.by = Actor.operator(console.account());
    }

    /** What is run: a command, below picocli. */
    interface Work {
        int run();
    }

    /** Who runs the command. */
    Actor by() {
        return by;
    }

    /** What it is done to, such as {@code source inbox} or {@code load 7 of inbox.sales}. */
    Trail on(String what) {
        object = what;
        return this;
    }

    /** Never a secret, and of people's data no more than must be: nothing is ever taken out of the audit trail. */
    Trail before(String was) {
        before = was;
        return this;
    }

    /** The same for what is now. */
    Trail after(String is) {
        after = is;
        return this;
    }

    /** What came of a sync: each load that did something, by its number. */
    Trail after(List<Load> loads) {
        List<String> words = new ArrayList<>();
        List<Load> done = loads.stream().filter(load -> load.state() != Load.State.UNCHANGED).toList();
        done.stream().limit(LOADS).forEach(load -> words.add(told(load)));
        if (done.size() > LOADS) {
            words.add("and " + (done.size() - LOADS) + " loads more");
        }
        if (done.size() < loads.size()) {
            words.add(loads.size() - done.size() + " unchanged");
        }
        return after(loads.isEmpty() ? "nothing to load" : String.join("; ", words));
    }

    /** Adds to what is now how a dataset goes on of which a load was taken back. */
    Trail released(String how) {
        return after(after.isEmpty() ? how : after + ", " + how);
    }

    private static String told(Load load) {
        List<String> counts = new ArrayList<>();
        counts.add(load.inserted() + " in");
        if (load.updated() > 0) {
            counts.add(load.updated() + " updated");
        }
        if (load.removed() > 0) {
            counts.add(load.removed() + " removed");
        }
        if (load.quarantined() > 0) {
            counts.add(load.quarantined() + " bad");
        }
        return "load " + load.id() + " " + load.dataset() + " " + load.state().name().toLowerCase(Locale.ROOT) + ": " + String.join(", ", counts);
    }

    /** Writes the entry now, by a command after which there is no writing any more. */
    void writeNow() {
        early.run();
    }

    /** Runs a command that changes something, and returns its exit code. */
    int around(Changes changes, picocli.CommandLine command, Work work) {
        if (changes.entry() == Changes.Entry.BY_PEOPLE) {
            return work.run();
        }
        object = command.getCommandSpec().qualifiedName();
        Audit audit = null;
        try {
            audit = engine.audit();
            audit.entries(Long.MAX_VALUE, 1, ""); // it is opened by the first question, and must be before anything is done
        } catch (EngineException e) {
            audit = null;
            if (changes.entry() == Changes.Entry.REQUIRED) {
                throw new ExecutionException(command, "no audit trail",
                        new EngineException("Nothing was done, because it could not be written to the audit trail. " + e.getMessage(), e));
            }
            told(changes, e);
        }
        Audit opened = audit;
        early = () -> write(opened, changes);
        try {
            int code = work.run();
            return code == Cli.USAGE || write(opened, changes) ? code : Cli.FAILED;
        } catch (ParameterException e) {
            throw e; // wrong usage that was found out late: nothing was done
        } catch (ExecutionException e) {
            after = after.isEmpty() ? ending(e.getCause()) : after + "; " + ending(e.getCause());
            write(opened, changes);
            throw e;
        }
    }

    private static String ending(Throwable failure) {
        return switch (failure) {
            case EngineException told -> "failed: " + told.getMessage().lines().findFirst().orElse("");
            case InterruptedException cancelled -> "cancelled";
            case null, default -> "failed by a fault of Eider's own; the log tells more";
        };
    }

    /** Returns whether the entry stands, or nobody asked for it. */
    private boolean write(Audit audit, Changes changes) {
        if (audit == null || written) {
            return true;
        }
        written = true;
        boolean interrupted = Thread.interrupted(); // who cancelled shall stand there too
        try {
            audit.add(by, changes.value(), cut(object), cut(before), cut(after));
            return true;
        } catch (EngineException | RuntimeException e) {
            told(changes, e);
            return changes.entry() == Changes.Entry.WISHED;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void told(Changes changes, Exception why) {
        LOG.error("NOT IN THE AUDIT TRAIL: {} {}: {} on {}, before '{}', after '{}'", by.kind(), by.name(), changes.value(), Text.plain(object), Text.plain(before),
                Text.plain(after), why);
        console.tell("This does not stand in the audit trail, only in the log: " + (why instanceof EngineException ? why.getMessage() : "the log tells why."));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
