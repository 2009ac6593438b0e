package eider.people;

import eider.engine.EngineException;
import java.time.Instant;
import java.util.List;

/**
 * What was done, by whom, when and from where. Entries are added and, after the time that the configuration keeps them, forgotten as a whole stretch, which leaves a signed
 * gap; nothing changes or removes a single one. Any thread.
 */
public interface Audit {

    /**
     * @param number from 1, without holes
     * @param action what was done, a stable word such as {@code sign-in}, {@code role.change}, {@code sync}, {@code export}
     * @param object what it was done to, such as {@code person ann} or {@code load 7}
     * @param before as it was; empty where that means nothing. Never a secret.
     * @param after as it is now
     */
    record Entry(long number, Instant at, Actor by, String action, String object, String before, String after) {}

    /** Adds an entry; once this returns it is on the disk. */
    void add(Actor by, String action, String object, String before, String after) throws EngineException;

    /**
     * The newest first.
     *
     * @param before only entries with a smaller number; {@code Long.MAX_VALUE} to begin
     * @param sought only entries that have this text in any of their words, without regard to case; empty for all
     */
    List<Entry> entries(long before, int limit, String sought) throws EngineException;

    /** Looks at every entry and at every signed gap. */
    Verified verify() throws EngineException;

    /**
     * @param entries how many were looked at
     * @param faults what is not as it was written, one sentence each; empty if all is
     */
    record Verified(long entries, List<String> faults) {
        public Verified {
            faults = List.copyOf(faults);
        }
    }
}
