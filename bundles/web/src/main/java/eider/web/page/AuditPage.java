package eider.web.page;

import eider.engine.EngineException;
import eider.people.Audit;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Needs;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /audit}: who did what, the newest first; {@code ?q=text} seeks, {@code ?before=120} goes on. Nothing here changes it. */
@Needs(Permission.AUDIT)
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/audit")
public final class AuditPage extends FormPage {
    private static final long serialVersionUID = 1L;
    private static final int PAGE = 50;
    private static final int LONGEST = 100;

    @Activate
    public AuditPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates) {
        super(door, engine, templates);
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws EngineException, IOException, NotYet {
        String sought = request.getParameter("q") == null ? "" : request.getParameter("q").strip();
        sought = sought.length() > LONGEST ? sought.substring(0, LONGEST) : sought;
        String before = request.getParameter("before");
        long number = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        Audit audit = engine().audit().orElseThrow(NotYet::new);
        List<Audit.Entry> entries = audit.entries(number, PAGE + 1, sought);
        boolean more = entries.size() > PAGE;
        List<Audit.Entry> shown = more ? entries.subList(0, PAGE) : entries;
        String older = more ? "/audit?before=" + shown.getLast().number() + (sought.isEmpty() ? "" : "&q=" + URLEncoder.encode(sought, StandardCharsets.UTF_8)) : "";
        render(request, response, 200, "audit.jte", "entries", shown, "sought", sought, "older", older, "later", number != Long.MAX_VALUE,
                "formats", new Formats(request.getLocale(), null));
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws IOException {
        response.setHeader("Allow", "GET, HEAD");
        door().refuse(request, response, 405, "The audit trail is only read.");
    }

    /** Who did it, in words. */
    public static String kind(Audit.Entry entry) {
        return switch (entry.by().kind()) {
            case PERSON -> "";
            case TOKEN -> "by a token";
            case OPERATOR -> "at the terminal";
            case EIDER -> "by itself";
        };
    }
}
