package eider.engine;

import java.util.List;
import java.util.Optional;

/**
 * A configured source, as people see it.
 *
 * @param name what it is called in commands, tables and files: the part of its configuration file's name after {@code ~}
 * @param connector the part before it, {@code files} for instance; {@code host} for one that an embedding program registered
 * @param state how it is; a connection that rests after failures is {@code FAILED}
 * @param message what is wrong, until when it rests, which thread of it is stuck, or what it does or waits for now; empty if there is nothing to say
 * @param lastLoads the last load of each of its datasets, newest first
 */
public record Connection(String name, String connector, State state, String message, List<Load> lastLoads) {
    public enum State { READY, SYNCING, HELD, FAILED, GONE }

    public Connection {
        lastLoads = List.copyOf(lastLoads);
    }

    public Optional<Load> lastLoad() {
        return lastLoads.stream().findFirst();
    }
}
