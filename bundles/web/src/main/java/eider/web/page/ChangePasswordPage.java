package eider.web.page;

import eider.engine.EngineException;
import eider.people.RefusedException;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Limits;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /change-password}: current, new, and new again. The only page for a person who must change the password first. */
@Needs(evenBeforeChange = true)
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/change-password")
public final class ChangePasswordPage extends FormPage {
    private static final long serialVersionUID = 1L;

    private final transient Limits limits;

    @Activate
    public ChangePasswordPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws IOException, NotYet {
        form(request, response, 200, new Entered());
    }

    private void form(HttpServletRequest request, HttpServletResponse response, int status, Entered entered) throws IOException, NotYet {
        render(request, response, status, "change-password.jte", "entered", entered, "rule", people().passwordRule());
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        Visitor visitor = Visitor.of(request);
        Entered entered = new Entered();
        if (form.secret("current").length == 0) {
            entered.wrong("current", "Give the password that you have now.");
        }
        checkRepeated(form, entered);
        if (!entered.isRight()) {
            form(request, response, 422, entered);
            return;
        }
        Duration wait = limits.change(visitor);
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        try {
            limits.hashing(() -> {
                people().changePassword(visitor.session().person().id(), form.secret("current"), form.secret("password"), visitor.session().id(), visitor.actor());
                return null;
            });
        } catch (RefusedException e) {
            form(request, response, 422, entered.refused(e.getMessage(), words()));
            return;
        }
        Door.see(response, "/account?done=password");
    }

    private static Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("current", "current");
        words.put("wrong", "current");
        words.put("not right", "current");
        words.putAll(FIELDS);
        return words;
    }
}
