package eider.web.page;

import eider.engine.EngineException;
import eider.people.RefusedException;
import eider.web.Engine;
import eider.web.Gate;
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

/** {@code /register}: an account of one's own with the least role, where {@code config/people.cfg} opens that; elsewhere there is nothing at this address. */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/register")
public final class RegisterPage extends FormPage {
    private static final long serialVersionUID = 1L;

    private final transient Limits limits;

    @Activate
    public RegisterPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws IOException, NotYet {
        if (!people().registrationOpen()) {
            missing(request, response);
        } else if (!Visitor.of(request).isStranger()) {
            Door.see(response, "/");
        } else {
            form(request, response, 200, new Entered());
        }
    }

    private void form(HttpServletRequest request, HttpServletResponse response, int status, Entered entered) throws IOException, NotYet {
        render(request, response, status, "register.jte", "entered", entered, "rule", people().passwordRule());
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        if (!people().registrationOpen()) {
            missing(request, response);
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
        Duration wait = limits.register(Visitor.of(request));
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        try {
            limits.hashing(() -> people().register(entered.value("username"), entered.value("email"), form.secret("password"), calling(request, entered.value("username"))));
        } catch (RefusedException e) {
            form(request, response, 422, entered.refused(e.getMessage(), FIELDS));
            return;
        }
        enter(request, response, form, entered.value("username"), limits);
    }
}
