package eider.tck;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The outside world of one connection, as the author of a connector can set it up: a folder of files, a database in a container, a recorded shop
 * behind a local port. A test makes one, fills it once, and closes it.
 */
public interface Outside extends AutoCloseable {

    /** Options with which a connection reads this world: as few as it needs, as they would stand in its configuration file. */
    Map<String, String> options();

    /**
     * Fills the empty world so that its datasets hold {@code rows} good rows in total, the same ones at each call with the same number, and
     * spread so that a read sets several checkpoints.
     */
    void fill(int rows) throws Exception;

    /** After {@link #fill}: adds a row, alters one, and removes one where the outside system can. */
    void change() throws Exception;

    /**
     * Puts {@code secret} wherever a connection might meet it without being allowed to show it: behind a link that leaves the allowed folder, into
     * a table it has no right to, into the reply that refuses a key. Options of type PASSWORD need not be thought of; the contract plants those
     * itself.
     *
     * @return options of connections that are tempted to show it; none if there is no such place
     */
    default List<Map<String, String>> plant(String secret) throws Exception {
        return List.of();
    }

    /**
     * Values that a connection must refuse, naming the option. Options without a default (removed) and options that are a choice (another
     * word) need not be listed; the contract finds them in the metatype.
     */
    default List<Fault> faults() {
        return List.of();
    }

    @Override
    default void close() throws IOException {}
}
