package eider.web.door;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit;
import eider.people.People;
import eider.people.Permission;
import eider.people.Policies;
import eider.people.Session;
import eider.people.SignIns;
import eider.web.Answer;
import eider.web.Engine;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets people in. The {@link eider.web.Gate} asks it for every request, before anything else sees it: who asks, whether so much may be asked, whether what was posted comes
 * from a page that this very browser opened here. Without a session only the addresses of {@link #OPEN} are served, whatever else there may be; which permissions it takes
 * beyond that each {@link Guarded} servlet says.
 */
@Component(service = Door.class)
public final class Door {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    /** The addresses that are served to strangers. */
    static final Set<String> OPEN = Set.of("/healthz", "/readyz", "/sign-in", "/sign-in/code", "/register", "/set-up", "/reset", "/api/v1/commands");
    private static final String ASSETS = "/assets/";
    private static final String COMMANDS = "/api/v1/commands";
    private static final String API = "/api/";
    private static final String SCHEME = "Bearer ";
    private static final int LONGEST_SECRET = 512;
    private static final int READ_AT_ONCE = 6;
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    /** For who writes a script of the page: the token of forms as a header, where no form is posted. */
    static final String HEADER = "X-Eider-Form";

    private final Engine engine;
    private final Site site;
    private final Faces faces;
    private final LongSupplier clock = System::nanoTime;
    /** A page is one request and a handful of others; a script may ask for many. */
    private final Rates ofStrangers = new Rates(400, Duration.ofMillis(20), clock);
    private final Rates ofPeople = new Rates(600, Duration.ofMillis(20), clock);
    private final Rates refusals = new Rates(10, Duration.ofSeconds(30), clock);
    /** How many forms of one address are being read: somebody who sends many slowly keeps no more threads than these. */
    private final Map<String, Integer> reading = new ConcurrentHashMap<>();
    private volatile People someAreIn;

    @Activate
    public Door(@Reference Engine engine, @Reference Site site, @Reference Faces faces) {
        this.engine = engine;
        this.site = site;
        this.faces = faces;
    }

    public Site site() {
        return site;
    }

    /** Answers with a sentence instead of what was asked for. */
    public void refuse(HttpServletRequest request, HttpServletResponse response, int status, String sentence) throws IOException {
        faces.refuse(request, response, status, sentence);
    }

    /** Finds out who asks and hands the request on, or answers it. */
    public void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        String path = request.getRequestURI();
        if (!Addresses.isPlain(path)) {
            Answer.sentence(request, response, 400, "This address is not written plainly.");
            return;
        }
        boolean open = OPEN.contains(path) || path.startsWith(ASSETS);
        boolean api = path.startsWith(API);
        String client = site.client(request);
        if (!site.isHere(request) && !mayComeFromElsewhere(request, response, path)) {
            return;
        }
        if (path.equals(COMMANDS)) {
            if (site.isHere(request)) {
                visit(Visitor.stranger(Actor.operator("unknown")), request, response, chain, client);
            } else {
                Answer.sentence(request, response, 403, "Commands are taken from this machine only.");
            }
            return;
        }
        Visitor stranger = Visitor.stranger(Actor.person("", client, agent(request)));
        if (path.startsWith(ASSETS) || path.equals("/healthz") || path.equals("/readyz")) {
            visit(stranger, request, response, chain, client);
            return;
        }
        Optional<SignIns> signIns = engine.signIns();
        if (signIns.isEmpty()) {
            response.setHeader("Retry-After", "1");
            faces.refuse(request, response, 503, "Eider is starting: nobody can sign in yet. Try again in a moment.");
            return;
        }
        Visitor visitor = visitor(request, signIns.get(), api, stranger);
        if (visitor.isStranger() && (request.getHeader("Cookie") != null || request.getHeader("Authorization") != null)) {
            // Jetty 12.0 remembers headers of a connection without regard to case, and takes one that it knows for the beginning of a longer one: a made-up
            // "eider_session=b" would spoil "eider_session=B…" of somebody else who comes by the same connection of a proxy. See WallsTest.
            response.setHeader("Connection", "close");
        }
        if (visitor.isStranger() && !open) {
            if (tooMany(request, response, ofStrangers, Network.neighbourhood(client))) {
                return;
            }
            signIn(request, response, api, path);
            return;
        }
        boolean token = !visitor.isStranger() && visitor.session().isToken();
        try {
            if (READING.contains(request.getMethod()) || token || isOurs(request, response, open, visitor, Network.neighbourhood(client))) {
                visit(visitor, request, response, chain, client);
            }
        } finally {
            Form.of(request).clear();
        }
    }

    private void visit(Visitor visitor, HttpServletRequest request, HttpServletResponse response, FilterChain chain, String client) throws IOException, ServletException {
        boolean many = visitor.isStranger() ? tooMany(request, response, ofStrangers, Network.neighbourhood(client))
                : tooMany(request, response, ofPeople, Long.toString(visitor.session().person().id()));
        if (many) {
            return;
        }
        visitor.attach(request);
        chain.doFilter(request, response);
    }

    private static void signIn(HttpServletRequest request, HttpServletResponse response, boolean api, String path) throws IOException {
        if (api) {
            response.setHeader("WWW-Authenticate", "Bearer");
            Answer.sentence(request, response, 401, "Sign in first, or send an API token: Authorization: Bearer eider_…");
        } else {
            boolean page = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
            see(response, page ? Addresses.signIn(path, request.getQueryString()) : "/sign-in");
        }
    }

    /** Sends the browser to another address of ours, to read it there. */
    public static void see(HttpServletResponse response, String path) {
        response.setStatus(303);
        response.setHeader("Location", path);
    }

    private boolean mayComeFromElsewhere(HttpServletRequest request, HttpServletResponse response, String path) throws IOException {
        if (site.isDemo()) {
            Answer.sentence(request, response, 403, "A demo serves its own machine only: everybody knows its passwords.");
            return false;
        }
        if (path.equals("/healthz") || path.equals("/readyz")) {
            return true;
        }
        Optional<People> people = engine.people();
        if (people.isPresent() && someAreIn != people.get() && !people.get().none()) {
            someAreIn = people.get();
        }
        if (people.isEmpty() || someAreIn != people.get()) {
            Answer.sentence(request, response, 403, "Eider has no account yet, and until then serves its own machine only: there, open the link that it printed at its start,"
                    + " or that './eider setup-link' prints.");
            return false;
        }
        return true;
    }

    private Visitor visitor(HttpServletRequest request, SignIns signIns, boolean api, Visitor stranger) {
        String authorization = request.getHeader("Authorization");
        boolean token = api && authorization != null;
        String secret = token ? bearer(authorization) : Cookie.SESSION.read(request, site);
        Optional<Session> found = secret == null ? Optional.empty() : token ? signIns.token(secret) : signIns.session(secret);
        return found.map(session -> visitor(session, token ? null : secret, stranger)).orElse(stranger);
    }

    private Visitor visitor(Session session, String secret, Visitor stranger) {
        String name = session.person().username();
        Actor seen = stranger.actor();
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        permissions.addAll(permissions(session));
        if (session.isToken()) {
            permissions.retainAll(session.scopes());
        }
        return new Visitor(session, secret, permissions, session.isToken() ? new Actor(Actor.Kind.TOKEN, name, seen.from(), seen.agent())
                : Actor.person(name, seen.from(), seen.agent()));
    }

    private Set<Permission> permissions(Session session) {
        Optional<Policies> policies = engine.policies();
        // Without rules nobody may anything, but for admins, who may everything by any rule.
        return policies.map(rules -> rules.permissions(session.person().viewer()))
                .orElseGet(() -> session.person().viewer().isAdmin() ? EnumSet.allOf(Permission.class) : Set.of());
    }

    private static String bearer(String authorization) {
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || authorization.length() > LONGEST_SECRET) {
            return null;
        }
        String secret = authorization.substring(SCHEME.length()).strip();
        return secret.isEmpty() ? null : secret;
    }

    /** Whether a session that was let in is still open, without using it: for what lasts longer than a request. */
    public boolean isStillIn(Session session) {
        Optional<SignIns> signIns = engine.signIns();
        if (signIns.isEmpty()) {
            return false;
        }
        long person = session.person().id();
        return session.isToken() ? signIns.get().tokens(person).stream().anyMatch(token -> token.id().equals(session.id()))
                : signIns.get().sessions(person).stream().anyMatch(open -> open.id().equals(session.id()));
    }

    /** Whether what changes something was sent by a page that this browser opened here. */
    private boolean isOurs(HttpServletRequest request, HttpServletResponse response, boolean open, Visitor visitor, String neighbourhood) throws IOException {
        String type = request.getContentType();
        String given = request.getHeader(HEADER);
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
            Form form;
            if (reading.merge(neighbourhood, 1, Integer::sum) > READ_AT_ONCE) {
                done(neighbourhood);
                response.setHeader("Connection", "close");
                refuseTooMany(request, response, Duration.ofSeconds(1));
                return false;
            }
            try {
                form = Form.read(request);
            } catch (IllegalArgumentException e) {
                faces.refuse(request, response, 400, "This is no form: it has " + e.getMessage() + ".");
                return false;
            } finally {
                done(neighbourhood);
            }
            if (form == null) {
                response.setHeader("Connection", "close");
                faces.refuse(request, response, 413, "A form of more than " + Form.LONGEST / 1024 + " KB is not taken.");
                return false;
            }
            form.attach(request);
            given = given == null ? form.text(Form.TOKEN) : given;
        }
        String secret = open ? Cookie.VISIT.read(request, site) : visitor.secret();
        if (Form.isToken(given, secret)) {
            return true;
        }
        faces.refuse(request, response, 403, "This form was not opened in this browser, or too long ago. Go back, load the page again and repeat it;"
                + " the browser must keep cookies.");
        return false;
    }

    private void done(String neighbourhood) {
        reading.compute(neighbourhood, (key, count) -> count == null || count <= 1 ? null : count - 1);
    }

    private static boolean tooMany(HttpServletRequest request, HttpServletResponse response, Rates rates, String key) throws IOException {
        Duration wait = rates.take(key);
        if (!wait.isZero()) {
            refuseTooMany(request, response, wait);
        }
        return !wait.isZero();
    }

    /** Answers 429, and when to come back. */
    public static void refuseTooMany(HttpServletRequest request, HttpServletResponse response, Duration wait) throws IOException {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        response.setHeader("Retry-After", Long.toString(seconds));
        Answer.sentence(request, response, 429, "Too many requests: try again in " + seconds + (seconds == 1 ? " second." : " seconds."));
    }

    private static String agent(HttpServletRequest request) {
        String agent = request.getHeader("User-Agent");
        return agent == null ? "" : agent.replaceAll("\\p{Cntrl}", " ");
    }

    /** Notes that somebody who is signed in asked for what this person may not; a few times a minute at most, so that nobody fills the trail. */
    void refused(Visitor visitor, String what) {
        Optional<Audit> audit = engine.audit();
        if (audit.isEmpty() || !refusals.take(Long.toString(visitor.session().person().id())).isZero()) {
            return;
        }
        try {
            audit.get().add(visitor.actor(), "refused", what, "", "");
        } catch (EngineException e) {
            LOG.error("A refusal could not be written into the audit trail", e);
        }
    }
}
