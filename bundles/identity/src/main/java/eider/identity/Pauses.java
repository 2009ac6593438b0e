package eider.identity;

import eider.engine.EngineException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How long the next try has to wait. A try is counted before it is made, so that many at the same moment are as many as one after the other.
 *
 * <p>Of a name: three tries are free, then the pause doubles from two seconds up to 15 minutes; it is kept in the database, and forgotten after a
 * sign-in or a day. Of an address, behind which may be a whole office: twenty are free, the pause ends at five minutes, and each minute forgives one;
 * it is kept in memory. Any thread.
 */
final class Pauses {
    private static final int FREE_OF_NAME = 3;
    private static final Duration LONGEST_OF_NAME = Duration.ofMinutes(15);
    private static final int FREE_OF_ADDRESS = 20;
    private static final Duration LONGEST_OF_ADDRESS = Duration.ofMinutes(5);
    private static final long FORGIVEN_EACH = Duration.ofMinutes(1).toMillis();
    static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);
    private static final int ADDRESSES = 10_000;
    private static final int LONGEST_NAME = 400;

    private final Vault vault;
    private final Keys keys;
    private final InstantSource clock;
    private final Map<String, Tries> addresses = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
            return size() > ADDRESSES;
        }
    };

    private static final class Tries {
        private int count;
        private long counted;
        private long pauseEnds;
    }

    private record Failure(int tries, long pauseEnds, long last) {}

    /** A try that may be made, or how long none may be. */
    record Try(byte[] name, String address, Duration pause) {
        boolean refused() {
            return pause.isPositive();
        }
    }

    Pauses(Vault vault, Keys keys, InstantSource clock) {
        this.vault = vault;
        this.keys = keys;
        this.clock = clock;
    }

    private byte[] key(String name) {
        return keys.name(name.substring(0, Math.min(name.length(), LONGEST_NAME)).strip().toLowerCase(Locale.ROOT));
    }

    /** Counts a try of this name from this address, unless there is a pause. */
    Try begin(String name, String from) throws EngineException {
        byte[] key = key(name);
        String address = network(from);
        Duration pause = count(address);
        if (pause.isPositive()) {
            return new Try(key, address, pause);
        }
        boolean done = false;
        try {
            Duration ofName = vault.write(sql -> count(sql, key));
            done = !ofName.isPositive();
            return new Try(key, address, ofName);
        } finally {
            if (!done) {
                forgive(address);
            }
        }
    }

    /** Counts a try from this address where there is no name yet. */
    Try begin(String from) {
        String address = network(from);
        return new Try(null, address, count(address));
    }

    private Duration count(Sql sql, byte[] key) throws SQLException {
        long now = clock.millis();
        Failure failure = failure(sql, key);
        if (failure.pauseEnds() > now) {
            return Duration.ofMillis(failure.pauseEnds() - now);
        }
        int tries = failure.last() + FORGOTTEN_AFTER.toMillis() < now ? 1 : failure.tries() + 1;
        sql.run("MERGE INTO failure KEY (name) VALUES (?, ?, ?, ?)", key, tries, now + pause(tries, FREE_OF_NAME, LONGEST_OF_NAME), now);
        return Duration.ZERO;
    }

    private static Failure failure(Sql sql, byte[] key) throws SQLException {
        return sql.one("SELECT tries, pause_ends, last FROM failure WHERE name = ?",
                        row -> new Failure(row.getInt(1), row.getLong(2), row.getLong(3)), key)
                .orElse(new Failure(0, 0, Long.MIN_VALUE / 2));
    }

    private static long pause(int tries, int free, Duration longest) {
        return tries < free ? 0 : Math.min(longest.toMillis(), 1_000L << Math.min(tries - free + 1, 30));
    }

    private Duration count(String address) {
        synchronized (addresses) {
            long now = clock.millis();
            Tries tries = addresses.computeIfAbsent(address, unknown -> new Tries());
            if (tries.pauseEnds > now) {
                return Duration.ofMillis(tries.pauseEnds - now);
            }
            long forgiven = Math.max(0, (now - tries.counted) / FORGIVEN_EACH);
            tries.count = (int) Math.max(0, tries.count - forgiven) + 1;
            tries.counted = now;
            tries.pauseEnds = now + pause(tries.count, FREE_OF_ADDRESS, LONGEST_OF_ADDRESS);
            return Duration.ZERO;
        }
    }

    private void forgive(String address) {
        synchronized (addresses) {
            Tries tries = addresses.get(address);
            if (tries != null) {
                tries.count = Math.max(0, tries.count - 1);
                tries.pauseEnds = Math.min(tries.pauseEnds, clock.millis());
            }
        }
    }

    /** It was right to the end: nothing is held against the name any more. Within the transaction of the sign-in. */
    void right(Sql sql, Try made) throws SQLException {
        sql.run("DELETE FROM failure WHERE name = ?", made.name());
        forgive(made.address());
    }

    /** The password was right and a code is to come, or nothing was tried after all: this try does not count, those before it do. */
    void uncount(Sql sql, Try made) throws SQLException {
        sql.run("UPDATE failure SET tries = greatest(tries - 1, 0), pause_ends = least(pause_ends, ?) WHERE name = ?", clock.millis(), made.name());
        forgive(made.address());
    }

    void forgive(Try made) {
        forgive(made.address());
    }

    /** Forgets what is held against a name: somebody proved in another way who he is. */
    void clear(Sql sql, String name) throws SQLException {
        sql.run("DELETE FROM failure WHERE name = ?", key(name));
    }

    /** How long the next one waits after this one was wrong. */
    Duration left(Try made) throws EngineException {
        long now = clock.millis();
        long ends = vault.read(sql -> failure(sql, made.name()).pauseEnds());
        synchronized (addresses) {
            Tries tries = addresses.get(made.address());
            ends = Math.max(ends, tries == null ? 0 : tries.pauseEnds);
        }
        return Duration.ofMillis(Math.max(0, ends - now));
    }

    /** The address; of IPv6 the /64, which is one house. */
    static String network(String from) {
        String address = from == null ? "" : from.substring(0, Math.min(from.length(), 64));
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            // A name has no colon, so this asks no name server.
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 16 ? HexFormat.of().formatHex(Arrays.copyOf(bytes, 8)) : HexFormat.of().formatHex(bytes);
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
