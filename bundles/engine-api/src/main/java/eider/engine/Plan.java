package eider.engine;

import java.time.Instant;
import java.util.List;

/**
 * What a sync of a connection would do, found out by doing it and taking it back in the same transaction: nothing of it stays.
 *
 * @param connection whose
 * @param made when
 * @param loads one for each dataset, in the order of discovery
 */
public record Plan(String connection, Instant made, List<PlannedLoad> loads) {
    public Plan {
        loads = List.copyOf(loads);
    }
}
