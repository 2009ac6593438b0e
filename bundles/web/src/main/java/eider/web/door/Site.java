package eider.web.door;

import eider.engine.OptionCheck;
import eider.engine.Server;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which addresses Eider is reached, and from where a request comes. Any thread. {@code public_url} and {@code trusted_proxies} may change while it runs; one that
 * cannot be understood changes nothing and is told in the log.
 */
@Component(service = {Site.class, OptionCheck.class}, configurationPid = "web")
@Designate(ocd = WebConfig.class)
public final class Site implements OptionCheck {
    private static final Logger LOG = LoggerFactory.getLogger(Site.class);
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> LOOPBACK = Set.of("127.0.0.0/8", "::1");

    private final Server server;
    private volatile Settings settings = new Settings(null, Set.of());

    /** @param published null where there is no public address */
    record Settings(URI published, Set<Network> proxies) {

        /** @throws IllegalArgumentException with a sentence if it cannot be understood */
        static Settings of(String publicUrl, String proxies) {
            URI published = publicUrl == null || publicUrl.isBlank() ? null : published(publicUrl.strip());
            Set<Network> trusted = new java.util.HashSet<>();
            for (String proxy : proxies == null ? new String[0] : proxies.split(",")) {
                if (!proxy.isBlank()) {
                    trusted.add(Network.of(proxy.strip()));
                }
            }
            if (trusted.isEmpty() && published != null) {
                LOOPBACK.forEach(address -> trusted.add(Network.of(address)));
            }
            return new Settings(published, Set.copyOf(trusted));
        }

        private static URI published(String text) {
            try {
                URI uri = new URI(text);
                boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
                if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null
                        && (uri.getPath().isEmpty() || uri.getPath().equals("/"))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("public_url is no address: write it as https://eider.example.com", e);
            }
            throw new IllegalArgumentException("public_url must be a scheme and a host, as https://eider.example.com, without a path");
        }

        boolean https() {
            return published != null && published.getScheme().equalsIgnoreCase("https");
        }

        boolean trusts(InetAddress peer) {
            return proxies.stream().anyMatch(network -> network.holds(peer));
        }

        /** As the Host header gives it; some proxies leave out the port. */
        Set<String> hosts() {
            if (published == null) {
                return Set.of();
            }
            String host = published.getHost().toLowerCase(Locale.ROOT);
            int usual = https() ? 443 : 80;
            return Set.of(host, host + ":" + (published.getPort() < 0 ? usual : published.getPort()));
        }

        String origin() {
            int usual = https() ? 443 : 80;
            return published.getScheme().toLowerCase(Locale.ROOT) + "://" + published.getHost().toLowerCase(Locale.ROOT)
                    + (published.getPort() < 0 || published.getPort() == usual ? "" : ":" + published.getPort());
        }
    }

    @Activate
    public Site(@Reference Server server, WebConfig config) {
        this.server = server;
        modified(config);
    }

    @Modified
    void modified(WebConfig config) {
        try {
            settings = Settings.of(config.public__url(), config.trusted__proxies());
        } catch (IllegalArgumentException e) {
            LOG.error("config/web.cfg: {}. What it said before stays.", e.getMessage());
        }
    }

    @Override
    public List<Problem> check(String pid, String name, Map<String, String> options) {
        if (!pid.equals("web")) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        String published = options.getOrDefault("public_url", "");
        Optional<InetAddress> address = Network.literal(options.getOrDefault("address", "").isEmpty() ? "127.0.0.1" : options.get("address"));
        if (address.isEmpty()) {
            problems.add(new Problem("address", "must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all"));
        } else if (!address.get().isLoopbackAddress() && published.isEmpty()) {
            problems.add(new Problem("address", "is reached by other machines, so public_url must say by which address"));
        }
        problem("public_url", published, "").ifPresent(problems::add);
        problem("trusted_proxies", "", options.getOrDefault("trusted_proxies", "")).ifPresent(problems::add);
        return problems;
    }

    private static Optional<Problem> problem(String option, String publicUrl, String proxies) {
        try {
            Settings.of(publicUrl, proxies);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(new Problem(option, e.getMessage()));
        }
    }

    /** Whether the Host header, and an absolute request line, name an address by which Eider is reached; if not, a page somewhere else may have made up the name. */
    public boolean named(HttpServletRequest request) {
        String host = request.getHeader("Host");
        if (host == null) {
            return false;
        }
        String asked = host.toLowerCase(Locale.ROOT);
        // An absolute request line ("GET http://other/ HTTP/1.1") goes before the header: getServerName tells what was really asked for.
        String name = bracketed(request.getServerName());
        Settings now = settings;
        if (now.hosts().contains(asked)) {
            return name.equalsIgnoreCase(now.published().getHost());
        }
        Set<String> names = names(request);
        int port = request.getLocalPort();
        return names.contains(name) && names.stream().anyMatch(own -> asked.equals(own + ":" + port) || port == 80 && asked.equals(own));
    }

    /** Whether a page with this origin is one of ours, as seen from the host of the request. */
    public boolean isOrigin(HttpServletRequest request, String origin) {
        if (isPublished(request)) {
            return origin.equalsIgnoreCase(settings.origin());
        }
        return names(request).stream().anyMatch(own -> origin.equalsIgnoreCase("http://" + own + ":" + request.getLocalPort())
                || request.getLocalPort() == 80 && origin.equalsIgnoreCase("http://" + own));
    }

    /** What to type instead of a name that is not known. */
    public String instead(HttpServletRequest request) {
        Settings now = settings;
        return now.published() != null ? now.origin() + "/" : "http://localhost:" + request.getLocalPort() + "/";
    }

    /** The names of this machine; over a network only the bare address, which no foreign name can be made to stand for. */
    private static Set<String> names(HttpServletRequest request) {
        Optional<InetAddress> local = Network.literal(withoutScope(request.getLocalAddr()));
        if (local.isEmpty() || local.get().isLoopbackAddress()) {
            return LOCAL;
        }
        return Set.of(bracketed(local.get().getHostAddress()));
    }

    private static String bracketed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.indexOf(':') >= 0 && !lower.startsWith("[") ? "[" + lower + "]" : lower;
    }

    private static String withoutScope(String address) {
        String bare = address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
        int scope = bare.indexOf('%');
        return scope < 0 ? bare : bare.substring(0, scope);
    }

    private boolean isPublished(HttpServletRequest request) {
        String host = request.getHeader("Host");
        return host != null && settings.hosts().contains(host.toLowerCase(Locale.ROOT));
    }

    /** Whether the browser talks https, to the public address. */
    public boolean isSecure(HttpServletRequest request) {
        return settings.https() && isPublished(request);
    }

    /** What links begin with that are given to others. */
    public String origin(HttpServletRequest request) {
        return isPublished(request) ? settings.origin() : "http://" + request.getHeader("Host").toLowerCase(Locale.ROOT);
    }

    /** The address that a request comes from: of the machine that sent it, or, where that is a proxy of ours, the nearest that is none. Always an address, never a name. */
    public String client(HttpServletRequest request) {
        Settings now = settings;
        Optional<InetAddress> peer = Network.literal(withoutScope(request.getRemoteAddr()));
        if (peer.isEmpty() || !now.trusts(peer.get())) {
            return peer.map(InetAddress::getHostAddress).orElse("unknown");
        }
        List<String> hops = new ArrayList<>();
        for (String header : Collections.list(request.getHeaders("X-Forwarded-For"))) {
            hops.addAll(List.of(header.split(",")));
        }
        InetAddress client = peer.get();
        // Each proxy adds at the end whom it heard, so the end is true and the beginning is what the client claims.
        for (String hop : hops.reversed()) {
            Optional<InetAddress> next = Network.literal(hop.strip());
            if (next.isEmpty()) {
                break;
            }
            client = next.get();
            if (!now.trusts(client)) {
                break;
            }
        }
        return client.getHostAddress();
    }

    /** Whether a request comes from this very machine, and not by way of the public address. */
    public boolean isHere(HttpServletRequest request) {
        if (isPublished(request)) {
            return false;
        }
        String client = client(request);
        return client.equals(withoutScope(request.getLocalAddr())) || Network.literal(client).map(InetAddress::isLoopbackAddress).orElse(false);
    }

    /** A demo has passwords that everybody knows: it serves its own machine alone, however it is set. */
    public boolean isDemo() {
        return server.demo();
    }
}
