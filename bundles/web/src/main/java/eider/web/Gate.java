package eider.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/**
 * Every request passes here before anything else looks at it.
 *
 * <p>Nobody signs in yet, so only this machine is served: the request must have come in over loopback and must name this machine in its
 * Host header, or else a page of the internet could make the browser read our pages under a name of its own (DNS rebinding). A request
 * that changes something must not come from another page (cross-site request forgery).
 *
 * <p>Every servlet refers to this component, so that none is ever served without it, not even while the bundle starts or stops.
 */
@Component(service = {Preprocessor.class, Gate.class}, property = "service.ranking:Integer=1000")
public final class Gate implements Preprocessor {
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    /** No inline script and no inline style anywhere; ECharts draws on a canvas and styles through the object model, which this allows. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    @Activate
    public Gate() {}

    @Override
    public void doFilter(ServletRequest in, ServletResponse out, FilterChain chain) throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) in;
        HttpServletResponse response = (HttpServletResponse) out;
        harden(response);
        Optional<Refusal> refusal = refusal(request);
        if (refusal.isPresent()) {
            Answer.sentence(request, response, refusal.get().status(), refusal.get().sentence());
            return;
        }
        chain.doFilter(request, response);
    }

    private record Refusal(int status, String sentence) {}

    private static Optional<Refusal> refusal(HttpServletRequest request) throws IOException {
        if (!InetAddress.getByName(request.getLocalAddr()).isLoopbackAddress()) {
            return Optional.of(new Refusal(403, "Eider serves its own machine only until people can sign in."));
        }
        List<String> own = NAMES.stream().map(name -> name + ":" + request.getLocalPort()).toList();
        String host = request.getHeader("Host");
        // An absolute request line ("GET http://other/ HTTP/1.1") goes before the header: getServerName tells what was really asked for.
        if (host == null || !own(own, host, request.getLocalPort()) || !NAMES.contains(bracketed(request.getServerName()))) {
            return Optional.of(new Refusal(421, "This is not the machine that was asked for: open http://" + own.getFirst() + "/ instead."));
        }
        if (!READING.contains(request.getMethod())) {
            String origin = request.getHeader("Origin");
            String site = request.getHeader("Sec-Fetch-Site");
            boolean foreign = origin != null && own.stream().noneMatch(name -> origin.equalsIgnoreCase("http://" + name))
                    || site != null && !site.equals("same-origin") && !site.equals("none");
            if (foreign) {
                return Optional.of(new Refusal(403, "A page of another site may not change anything here."));
            }
        }
        return Optional.empty();
    }

    private static boolean own(List<String> own, String host, int port) {
        return own.stream().anyMatch(host::equalsIgnoreCase) || port == 80 && NAMES.stream().anyMatch(host::equalsIgnoreCase);
    }

    private static String bracketed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.indexOf(':') >= 0 && !lower.startsWith("[") ? "[" + lower + "]" : lower;
    }

    private static void harden(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
    }
}
