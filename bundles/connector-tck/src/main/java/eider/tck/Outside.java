package eider.tck;

import eider.connector.Delivery;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
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

    /**
     * Where this world answers HTTP, for S6: the address of the author's stand-in, which gives the recorded answers of the outside system. Scheme,
     * host, port, and the path that all of it begins with. Null for a connector that lacks {@link Ability#HTTP}.
     */
    default URI address() throws Exception {
        return null;
    }

    /**
     * The {@link #options()} of a connection that reaches this world through {@code relay}, an HTTP server of the contract that hands on to {@link
     * #address()} and fails when it is told to. By itself it puts the one address in the place of the other wherever an option begins with it.
     */
    default Map<String, String> options(URI relay) throws Exception {
        String here = String.valueOf(address());
        Map<String, String> options = new LinkedHashMap<>(options());
        options.replaceAll((option, value) -> value.startsWith(here) ? relay + value.substring(here.length()) : value);
        return options;
    }

    /**
     * What the canonical tables must hold when this world, as it is now, was read: for S11. Asked for after {@link #fill} and again after {@link
     * #change}. At least one for each table that a model fills; the more narrowly, the better ({@code sales} by {@code kind}, by day).
     */
    default List<Total> totals() throws Exception {
        return List.of();
    }

    /**
     * After {@link #change}: what the outside system sends to the webhook of a connection with {@link #options()} about that change, all of it, in
     * the order in which it happened, signed as it signs, received now. For S12. The rows that these tell, or ask to be read, must make the tables
     * what a read of the changed world makes them.
     */
    default List<Delivery> deliveries() throws Exception {
        return List.of();
    }

    @Override
    default void close() throws IOException {}
}
