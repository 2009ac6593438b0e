package eider.engine;

import java.util.List;

/**
 * A sync that was recorded.
 *
 * @param recording of it
 * @param loads as {@link Syncs#sync} returns them
 * @param failure why its datasets could not be discovered, where {@link Syncs#sync} would have thrown; else empty
 */
public record Recorded(Recording recording, List<Load> loads, String failure) {
    public Recorded {
        loads = List.copyOf(loads);
    }
}
