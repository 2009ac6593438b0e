package eider.web.door;

import eider.people.Permission;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A servlet that says whom it lets in, by {@link Needs} or {@link Open} at its class; without either it refuses everybody. By whatever address a request comes, it passes
 * here: the servlet itself asks, so there is no way around.
 */
public abstract class Guarded extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Door door;

    protected Guarded(Door door) {
        this.door = door;
    }

    protected final Door door() {
        return door;
    }

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        if (!getClass().isAnnotationPresent(Open.class) && !lets(getClass().getAnnotation(Needs.class), door, request, response)) {
            return;
        }
        serve(request, response);
    }

    /** What is done for those who are let in: {@code doGet}, {@code doPost} and so on, unless a servlet hands all on. */
    protected void serve(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        super.service(request, response);
    }

    /**
     * Whether the visitor is let in; if not, the request is answered.
     *
     * @param needs null where nothing is declared: then nobody is
     */
    private static boolean lets(Needs needs, Door door, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.of(request);
        if (needs == null || visitor.isStranger()) {
            door.refuse(request, response, 403, "This is not open to anybody.");
            return false;
        }
        if (mustChange(needs, visitor)) {
            if (request.getRequestURI().startsWith("/api/")) {
                door.refuse(request, response, 403, "Change your password first, at /change-password.");
            } else {
                Door.see(response, "/change-password");
            }
            return false;
        }
        if (!may(needs, visitor)) {
            door.refused(visitor, request.getMethod() + " " + request.getRequestURI());
            door.refuse(request, response, 403, "Your role does not open this. An admin can change that.");
            return false;
        }
        return true;
    }

    static boolean mustChange(Needs needs, Visitor visitor) {
        return visitor.session().person().mustChange() && !needs.evenBeforeChange();
    }

    static boolean may(Needs needs, Visitor visitor) {
        for (Permission permission : needs.value()) {
            if (!visitor.may(permission)) {
                return false;
            }
        }
        return true;
    }
}
