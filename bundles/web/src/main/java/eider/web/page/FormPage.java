package eider.web.page;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People;
import eider.people.SignIns;
import eider.web.Engine;
import eider.web.door.Cookie;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Guarded;
import eider.web.door.Limits;
import eider.web.door.Visitor;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What pages with forms have in common. */
abstract class FormPage extends Guarded {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(FormPage.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Which words of a refusal are about which field. */
    static final Map<String, String> FIELDS = fields();
    static final String NOT_THE_SAME = "The two are not the same.";

    private final transient Engine engine;
    private final transient Templates templates;

    FormPage(Door door, Engine engine, Templates templates) {
        super(door);
        this.engine = engine;
        this.templates = templates;
    }

    private static Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("password", "password");
        fields.put("e-mail", "email");
        fields.put("email", "email");
        fields.put("user name", "username");
        fields.put("username", "username");
        fields.put("name", "username");
        return fields;
    }

    final Engine engine() {
        return engine;
    }

    final People people() throws NotYet {
        return engine.people().orElseThrow(NotYet::new);
    }

    final SignIns signIns() throws NotYet {
        return engine.signIns().orElseThrow(NotYet::new);
    }

    /** A part of the engine is not there. */
    static final class NotYet extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** One request, by the method of the servlet. */
    @FunctionalInterface
    interface Work {
        void run() throws EngineException, IOException, NotYet;
    }

    @Override
    protected final void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        attempt(request, response, () -> show(request, response));
    }

    @Override
    protected final void doPost(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        attempt(request, response, () -> take(request, response, Form.of(request)));
    }

    abstract void show(HttpServletRequest request, HttpServletResponse response) throws EngineException, IOException, NotYet;

    abstract void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet;

    private void attempt(HttpServletRequest request, HttpServletResponse response, Work work) throws IOException {
        try {
            work.run();
        } catch (NotYet e) {
            response.setHeader("Retry-After", "1");
            door().refuse(request, response, 503, "Eider is starting. Try again in a moment.");
        } catch (eider.people.RefusedException e) {
            door().refuse(request, response, 422, e.getMessage());
        } catch (EngineException e) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
            door().refuse(request, response, 500, "Eider could not do this; the log of the server says why.");
        }
    }

    final void missing(HttpServletRequest request, HttpServletResponse response) throws IOException {
        door().refuse(request, response, 404, "There is nothing at this address.");
    }

    /** Renders with {@code frame} and what is given: names and values in turn. */
    final void render(HttpServletRequest request, HttpServletResponse response, int status, String template, Object... more) throws IOException {
        Visitor visitor = Visitor.of(request);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("frame", templates.frame(request, visitor, visitor.isStranger() ? visit(request, response) : Form.token(visitor.secret())));
        for (int i = 0; i < more.length; i += 2) {
            parameters.put((String) more[i], more[i + 1]);
        }
        templates.render(response, status, template, parameters);
    }

    /** The token of forms for a browser that is not signed in: it gets a cookie of its own for that. */
    final String visit(HttpServletRequest request, HttpServletResponse response) {
        String secret = Cookie.VISIT.read(request, door().site());
        if (secret == null || secret.length() < 40) {
            byte[] random = new byte[32];
            RANDOM.nextBytes(random);
            secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            Cookie.VISIT.write(request, response, door().site(), secret, null);
        }
        return Form.token(secret);
    }

    /** Somebody who is not signed in and calls himself so. */
    static Actor calling(HttpServletRequest request, String name) {
        Actor stranger = Visitor.of(request).actor();
        String bare = name.replaceAll("\\p{Cntrl}", " ");
        return Actor.person(bare.length() > 64 ? bare.substring(0, 64) : bare, stranger.from(), stranger.agent());
    }

    /** Opens a session in the browser, and ends the one that it had before. */
    final void begin(HttpServletRequest request, HttpServletResponse response, SignIns.Outcome.In in) throws EngineException, NotYet {
        String before = Cookie.SESSION.read(request, door().site());
        if (before != null) {
            Optional<eider.people.Session> old = signIns().session(before);
            if (old.isPresent()) {
                signIns().signOut(before, calling(request, old.get().person().username()));
            }
        }
        Cookie.SESSION.write(request, response, door().site(), in.secret(), null);
        Cookie.VISIT.clear(request, response, door().site());
    }

    /** A new password and its repetition, checked against each other. */
    static void checkRepeated(Form form, Entered entered) {
        if (form.secret("password").length == 0) {
            entered.wrong("password", "Choose a password.");
        } else if (!Arrays.equals(form.secret("password"), form.secret("repeated"))) {
            entered.wrong("repeated", NOT_THE_SAME);
        }
    }

    /** Signs in with the name and the password of a form, after an account was made by it. */
    final void enter(HttpServletRequest request, HttpServletResponse response, Form form, String name, Limits by) throws EngineException, NotYet {
        SignIns.Outcome outcome = by.hashing(() -> signIns().signIn(name, form.secret("password"), calling(request, name)));
        if (outcome instanceof SignIns.Outcome.In in) {
            begin(request, response, in);
            Door.see(response, "/");
        } else {
            Door.see(response, "/sign-in");
        }
    }
}
