package eider.kit.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

/** Where an address leads: the scheme, host and port that credentials are bound to. */
final class Origin {
    private Origin() {}

    /** Whether both lead to the same server in the same way. What has no plain host, or a user in it, leads nowhere. */
    static boolean same(URI one, URI other) {
        return plain(one) && plain(other) && one.getScheme().equalsIgnoreCase(other.getScheme()) && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static boolean plain(URI uri) {
        return uri.getScheme() != null && uri.getHost() != null && uri.getRawUserInfo() == null;
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
            case "https" -> 443;
            case "http" -> 80;
            default -> -1;
        };
    }

    /** Whether the name can only mean this machine. */
    static boolean loopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}") || host.equals("[::1]");
    }

    /**
     * Whether the name leads to an address that is valid on one wire only: nobody's API, but the place where clouds hand out a machine's
     * credentials.
     */
    static boolean linkLocal(String host) throws UnknownHostException {
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (address.isLinkLocalAddress() || address.isAnyLocalAddress() || address.isMulticastAddress()) {
                return true;
            }
        }
        return false;
    }
}
