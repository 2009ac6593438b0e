package eider.web.page;

import eider.engine.EngineException;
import eider.people.SignIns;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Addresses;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /sign-in}: name and password. {@code /sign-in/code}: the second step, where the person set it up. Leads to {@code to} afterwards, if that is an address of ours.
 */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/sign-in", "/sign-in/code"})
public final class SignInPage extends FormPage {
    private static final long serialVersionUID = 1L;
    private static final Duration TICKET = Duration.ofMinutes(5);
    private static final String CODE = "/sign-in/code";

    private final transient Limits limits;

    @Activate
    public SignInPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws IOException, NotYet {
        String to = Addresses.own(request.getParameter("to"));
        if (!Visitor.of(request).isStranger()) {
            Door.see(response, to);
        } else if (request.getRequestURI().equals(CODE)) {
            if (Cookie.TICKET.read(request, door().site()) == null) {
                Door.see(response, "/sign-in");
            } else {
                render(request, response, 200, "code.jte", "to", to, "entered", new Entered());
            }
        } else {
            form(request, response, 200, to, new Entered());
        }
    }

    private void form(HttpServletRequest request, HttpServletResponse response, int status, String to, Entered entered) throws IOException, NotYet {
        String note = request.getParameter("done") == null ? "" : switch (request.getParameter("done")) {
            case "password" -> "Your new password is set. Sign in with it.";
            case "out" -> "You are signed out.";
            default -> "";
        };
        render(request, response, status, "sign-in.jte", "to", to, "entered", entered, "note", note, "register", people().registrationOpen(), "none", people().none());
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        String to = Addresses.own(form.text("to"));
        boolean code = request.getRequestURI().equals(CODE);
        String name = form.text("username");
        Duration wait = code ? limits.code(Visitor.of(request)) : limits.signIn(Visitor.of(request), name);
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        if (code) {
            code(request, response, form, to);
            return;
        }
        Entered entered = Entered.from(form, "username");
        if (name.isEmpty()) {
            entered.wrong("username", "Give your user name.");
        }
        if (form.secret("password").length == 0) {
            entered.wrong("password", "Give your password.");
        }
        if (!entered.isRight()) {
            form(request, response, 422, to, entered);
            return;
        }
        switch (limits.hashing(() -> signIns().signIn(name, form.secret("password"), calling(request, name)))) {
            case SignIns.Outcome.In in -> {
                limits.cameIn(Visitor.of(request), name);
                in(request, response, in, to);
            }
            case SignIns.Outcome.CodeWanted wanted -> {
                Cookie.TICKET.write(request, response, door().site(), wanted.ticket(), TICKET);
                Door.see(response, CODE + (to.equals("/") ? "" : "?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8)));
            }
            case SignIns.Outcome.Refused refused -> {
                pause(response, refused);
                form(request, response, 403, to, entered.wrong(refused.sentence()));
            }
        }
    }

    private void in(HttpServletRequest request, HttpServletResponse response, SignIns.Outcome.In in, String to) throws EngineException, NotYet {
        begin(request, response, in);
        Door.see(response, in.session().person().mustChange() ? "/change-password" : to);
    }

    private void code(HttpServletRequest request, HttpServletResponse response, Form form, String to) throws EngineException, IOException, NotYet {
        String ticket = Cookie.TICKET.read(request, door().site());
        if (ticket == null) {
            Door.see(response, "/sign-in");
            return;
        }
        Entered entered = new Entered();
        if (form.text("code").isEmpty()) {
            render(request, response, 422, "code.jte", "to", to, "entered", entered.wrong("code", "Give the code that your authenticator shows."));
            return;
        }
        switch (limits.hashing(() -> signIns().code(ticket, form.text("code"), calling(request, "")))) {
            case SignIns.Outcome.In in -> {
                Cookie.TICKET.clear(request, response, door().site());
                in(request, response, in, to);
            }
            case SignIns.Outcome.CodeWanted again -> {
                Cookie.TICKET.write(request, response, door().site(), again.ticket(), TICKET);
                Door.see(response, CODE);
            }
            case SignIns.Outcome.Refused refused -> {
                pause(response, refused);
                render(request, response, 403, "code.jte", "to", to, "entered", entered.wrong("code", refused.sentence()));
            }
        }
    }

    private static void pause(HttpServletResponse response, SignIns.Outcome.Refused refused) {
        if (refused.pause().isPositive()) {
            response.setHeader("Retry-After", Long.toString(Math.max(1, refused.pause().plusMillis(999).toSeconds())));
        }
    }
}
