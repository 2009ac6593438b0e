package eider.web.door;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address, or all that begin with the same bits. No name is ever looked up.
 *
 * @param bits how many of them count
 */
record Network(InetAddress address, int bits) {
    private static final Pattern FOUR = Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern SIX = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** @throws IllegalArgumentException with a sentence if it is neither an address nor a network */
    static Network of(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash))
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no address: write 10.0.0.7, 10.0.0.0/8 or fd00::/8"));
        int most = address.getAddress().length * 8;
        if (slash < 0) {
            return new Network(address, most);
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > most) {
            throw new IllegalArgumentException("'" + text + "' is no network: after the / stand 0 to " + most);
        }
        return new Network(address, Integer.parseInt(bits));
    }

    /** The address that is written so; empty if none is, as for a name. */
    static Optional<InetAddress> literal(String text) {
        if (!FOUR.matcher(text).matches() && !(SIX.matcher(text).matches() && text.length() <= 45)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }

    /** By what a client is counted: who has one address of the newer kind has as many as they like, which begin alike. */
    static String neighbourhood(String client) {
        Optional<InetAddress> address = literal(client);
        if (address.isEmpty() || address.get().getAddress().length == 4) {
            return client;
        }
        byte[] bytes = address.get().getAddress();
        return HexFormat.of().formatHex(bytes, 0, 8);
    }

    boolean holds(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            if (((mine[bit / 8] ^ theirs[bit / 8]) & 0x80 >> bit % 8) != 0) {
                return false;
            }
        }
        return true;
    }
}
