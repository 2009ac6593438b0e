package eider.web.page;

import eider.engine.EngineException;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Cookie;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code POST /sign-out}: ends the session, here and in the store. Opening the address does nothing. */
@Needs(evenBeforeChange = true)
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/sign-out")
public final class SignOutPage extends FormPage {
    private static final long serialVersionUID = 1L;

    @Activate
    public SignOutPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates) {
        super(door, engine, templates);
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) {
        Door.see(response, "/");
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        Visitor visitor = Visitor.of(request);
        signIns().signOut(visitor.secret(), visitor.actor());
        Cookie.SESSION.clear(request, response, door().site());
        response.setHeader("Clear-Site-Data", "\"cache\"");
        Door.see(response, "/sign-in?done=out");
    }
}
