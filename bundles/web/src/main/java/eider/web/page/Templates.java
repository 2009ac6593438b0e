package eider.web.page;

import eider.engine.Server;
import eider.web.Answer;
import eider.web.door.Faces;
import eider.web.door.Visitor;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Renders the templates. Any thread. */
@Component(service = {Templates.class, Faces.class})
public final class Templates implements Faces {
    private final Server server;
    private final TemplateEngine engine;

    @Activate
    public Templates(@Reference Server server) {
        this.server = server;
        this.engine = engine();
    }

    private static TemplateEngine engine() {
        // Without a folder of classes JTE takes the context class loader of this moment, whichever loader it is given.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader own = Templates.class.getClassLoader();
        thread.setContextClassLoader(own);
        try {
            return TemplateEngine.createPrecompiled(null, ContentType.Html, own, "eider.web.page.template");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    Frame frame(HttpServletRequest request, Visitor visitor, String form) {
        return new Frame(server.version(), server.demo(), server.inMemory(), server.home().toString(), visitor, form, request.getRequestURI());
    }

    /** @param parameters by the names that the template gives them */
    void render(HttpServletResponse response, int status, String template, Map<String, Object> parameters) throws IOException {
        Utf8ByteOutput html = new Utf8ByteOutput();
        engine.render(template, parameters, html);
        response.setStatus(status);
        response.setContentType("text/html;charset=UTF-8");
        response.setContentLength(html.getContentLength());
        html.writeTo(response.getOutputStream());
    }

    @Override
    public void refuse(HttpServletRequest request, HttpServletResponse response, int status, String sentence) throws IOException {
        if (request.getRequestURI().startsWith("/api/")) {
            Answer.sentence(request, response, status, sentence);
        } else {
            render(response, status, "message.jte", Map.of("demo", server.demo(), "sentence", sentence));
        }
    }
}
