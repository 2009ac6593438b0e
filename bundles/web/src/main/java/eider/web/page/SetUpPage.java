package eider.web.page;

import eider.engine.EngineException;
import eider.people.RefusedException;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Cookie;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Limits;
import eider.web.door.Open;
import eider.web.door.Visitor;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /set-up?key=…}: the first admin makes an account, by the link that Eider prints while there is none. The secret leaves the address at once, for a cookie that lasts
 * as long as the link.
 */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/set-up")
public final class SetUpPage extends FormPage {
    private static final long serialVersionUID = 1L;
    private static final Duration LIFE = Duration.ofMinutes(30);

    private final transient Limits limits;

    @Activate
    public SetUpPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws IOException, NotYet {
        if (!people().none()) {
            missing(request, response);
            return;
        }
        String key = request.getParameter("key");
        if (key != null) {
            if (!key.matches("[A-Za-z0-9._~-]{1,200}")) {
                door().refuse(request, response, 400, "This link is not whole: copy all of it.");
                return;
            }
            response.setHeader("Referrer-Policy", "no-referrer");
            Cookie.SETUP.write(request, response, door().site(), key, LIFE);
            Door.see(response, "/set-up");
        } else if (Cookie.SETUP.read(request, door().site()) == null) {
            door().refuse(request, response, 404, "Open the link that Eider printed at its start, or that './eider setup-link' prints.");
        } else {
            form(request, response, 200, new Entered());
        }
    }

    private void form(HttpServletRequest request, HttpServletResponse response, int status, Entered entered) throws IOException, NotYet {
        render(request, response, status, "set-up.jte", "entered", entered, "rule", people().passwordRule());
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        String key = Cookie.SETUP.read(request, door().site());
        if (key == null) {
            door().refuse(request, response, 404, "Open the link that Eider printed at its start, or that './eider setup-link' prints.");
            return;
        }
        Entered entered = Entered.from(form, "username", "email");
        if (entered.value("username").isEmpty()) {
            entered.wrong("username", "Choose a user name.");
        }
        checkRepeated(form, entered);
        if (!entered.isRight()) {
            form(request, response, 422, entered);
            return;
        }
        Duration wait = limits.link(Visitor.of(request));
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        try {
            limits.hashing(() -> people().setUp(key, entered.value("username"), entered.value("email"), form.secret("password"), calling(request, entered.value("username"))));
        } catch (RefusedException e) {
            form(request, response, 422, entered.refused(e.getMessage(), FIELDS));
            return;
        }
        Cookie.SETUP.clear(request, response, door().site());
        enter(request, response, form, entered.value("username"), limits);
    }
}
