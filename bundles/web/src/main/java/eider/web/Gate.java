package eider.web;

import eider.web.door.Door;
import eider.web.door.Site;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.Preprocessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every request passes here before anything else looks at it.
 *
 * <p>It must name us in its Host header, or else a page of the internet could make the browser read our pages under a name of its own (DNS rebinding), and one that changes
 * something must not come from another page (cross-site request forgery). Then the {@link Door} finds out who asks.
 *
 * <p>Every servlet refers to this component, so that none is ever served without it, not even while the bundle starts or stops.
 */
@Component(service = {Preprocessor.class, Gate.class}, property = "service.ranking:Integer=1000")
public final class Gate implements Preprocessor {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final String A_YEAR = "max-age=31536000";

    /** No inline script and no inline style anywhere; ECharts draws on a canvas and styles through the object model, which this allows. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final Site site;
    private final Door door;

    @Activate
    public Gate(@Reference Site site, @Reference Door door) {
        this.site = site;
        this.door = door;
    }

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
        if (site.isSecure(request)) {
            response.setHeader("Strict-Transport-Security", A_YEAR);
        }
        try {
            door.pass(request, response, chain);
        } catch (RuntimeException e) {
            LOG.error("{} {} failed at the door", request.getMethod(), request.getRequestURI().replaceAll("\\p{Cntrl}", "?"), e);
            if (!response.isCommitted()) {
                response.resetBuffer();
                Answer.sentence(request, response, 500, "Eider could not answer; the log of the server says why.");
            }
        }
    }

    private record Refusal(int status, String sentence) {}

    private Optional<Refusal> refusal(HttpServletRequest request) {
        if (!site.named(request)) {
            return Optional.of(new Refusal(421, "This is not the machine that was asked for: open " + site.instead(request) + " instead."));
        }
        if (READING.contains(request.getMethod())) {
            return Optional.empty();
        }
        // TRACE would tell a script the cookies that it cannot read.
        if (!CHANGING.contains(request.getMethod())) {
            return Optional.of(new Refusal(405, "No address takes that method."));
        }
        String origin = request.getHeader("Origin");
        String from = request.getHeader("Sec-Fetch-Site");
        boolean foreign = origin != null && !site.isOrigin(request, origin) || from != null && !from.equals("same-origin") && !from.equals("none");
        return foreign ? Optional.of(new Refusal(403, "A page of another site may not change anything here.")) : Optional.empty();
    }

    private static void harden(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        // Not no-referrer: with that, browsers name the origin of our own forms "null", as that of a hostile page may be.
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
    }
}
