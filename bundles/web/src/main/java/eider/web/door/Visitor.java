package eider.web.door;

import eider.people.Actor;
import eider.people.Permission;
import eider.people.Session;
import eider.people.Viewer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/**
 * Who asks.
 *
 * @param session null for a stranger
 * @param secret of the session, as the browser sent it; null for a stranger and for a token
 * @param permissions what the person may do and, with a token, what the token may
 * @param actor what stands in the audit trail
 */
public record Visitor(Session session, String secret, Set<Permission> permissions, Actor actor) {
    static final String ATTRIBUTE = "eider.visitor";

    public Visitor {
        permissions = Set.copyOf(permissions);
    }

    static Visitor stranger(Actor actor) {
        return new Visitor(null, null, Set.of(), actor);
    }

    /** Whom the {@link Door} found behind a request. */
    public static Visitor of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Visitor visitor) {
            return visitor;
        }
        throw new IllegalStateException("a request came round the door");
    }

    void attach(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    public boolean isStranger() {
        return session == null;
    }

    public boolean may(Permission permission) {
        return permissions.contains(permission);
    }

    /** For whom rows are read. */
    public Viewer viewer() {
        return session.person().viewer();
    }
}
