package eider.cli;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An audit trail in memory. */
final class FakeAudit implements Audit {
    final List<Entry> entries = new ArrayList<>();
    final List<String> faults = new ArrayList<>();
    private static final int LONGEST_LIST = 1_000;
    EngineException damaged;
    EngineException full;
    boolean interruptedWhileWriting;

    @Override
    public void add(Actor by, String action, String object, String before, String after) throws EngineException {
        interruptedWhileWriting |= Thread.currentThread().isInterrupted();
        if (full != null) {
            throw full;
        }
        entries.add(new Entry(entries.size() + 1L, FakeEngine.NOON, by, action, object, before, after));
    }

    @Override
    public List<Entry> entries(long before, int limit, String sought) throws EngineException {
        if (damaged != null) {
            throw damaged;
        }
        return entries.reversed().stream().filter(entry -> entry.number() < before)
                .filter(entry -> entry.toString().toLowerCase(Locale.ROOT).contains(sought.toLowerCase(Locale.ROOT))).limit(Math.min(limit, LONGEST_LIST)).toList();
    }

    @Override
    public Verified verify() {
        return new Verified(entries.size(), faults);
    }

    /** The entries as one line each: who, action, object, before, after. */
    List<String> lines() {
        return entries.stream().map(entry -> String.join(" | ", entry.by().kind() + " " + entry.by().name() + " " + entry.by().from(), entry.action(), entry.object(),
                entry.before(), entry.after())).toList();
    }
}
