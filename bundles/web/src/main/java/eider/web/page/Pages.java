package eider.web.page;

import eider.engine.Badge;
import eider.engine.Comparisons;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Queries;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.web.Answer;
import eider.web.Assets;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.figures.Figures;
import eider.web.figures.Range;
import eider.web.figures.Sales;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the dashboard at {@code /}, and "nothing here" at every address that nobody else serves. While the engine starts, or when it
 * fails, the page says so in a sentence, with status 503 or 500, and comes to life by itself once the engine does.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/")
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

    private final transient Engine engine;
    private final transient Sales sales;
    private final transient Assets assets;
    private final transient TemplateEngine templates;

    @Activate
    public Pages(@Reference Gate gate, @Reference Engine engine, @Reference Sales sales, @Reference Assets assets) {
        this.engine = engine;
        this.sales = sales;
        this.assets = assets;
        this.templates = templates();
    }

    private static TemplateEngine templates() {
        // Without a folder of classes JTE takes the context class loader of this moment, whichever loader it is given.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader own = Pages.class.getClassLoader();
        thread.setContextClassLoader(own);
        try {
            return TemplateEngine.createPrecompiled(null, ContentType.Html, own, "eider.web.page.template");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getRequestURI().equals("/")) {
            if (request.getRequestURI().startsWith("/api/")) {
                Answer.sentence(request, response, 404, "There is nothing at this address.");
            } else {
                render(response, 404, "missing.jte", frame());
            }
            return;
        }
        Range range;
        try {
            range = Range.of(request.getParameter("from"), request.getParameter("to"));
        } catch (IllegalArgumentException e) {
            Answer.sentence(request, response, 400, e.getMessage());
            return;
        }
        Dashboard dashboard = dashboard(range, request.getLocale());
        int status = switch (dashboard.state()) {
            case STARTING -> 503;
            case FAILED -> 500;
            case EMPTY, READY -> 200;
        };
        if (status == 503) {
            response.setHeader("Retry-After", "1");
        }
        render(response, status, "dashboard.jte", dashboard);
    }

    private Dashboard dashboard(Range range, Locale locale) {
        Optional<Queries> queries = engine.queries();
        if (queries.isEmpty()) {
            return dashboard(Dashboard.State.STARTING, "Eider is starting: the store is not open yet. This page comes to life by itself.", null, locale);
        }
        try {
            Figures figures = sales.figures(queries.get(), range);
            return dashboard(figures.empty() ? Dashboard.State.EMPTY : Dashboard.State.READY, "", figures, locale);
        } catch (EngineException | RuntimeException e) {
            LOG.error("The figures of the dashboard could not be read", e);
            return dashboard(Dashboard.State.FAILED, "The figures could not be read; the log of the server says why.", null, locale);
        }
    }

    private Dashboard dashboard(Dashboard.State state, String sentence, Figures figures, Locale locale) {
        List<Connection> connections = null;
        List<Badge> badges = List.of();
        List<Plugin> plugins = null;
        try {
            connections = engine.syncs().map(Syncs::connections).orElse(null);
            plugins = engine.plugins().map(Plugins::plugins).orElse(null);
            Comparisons comparisons = engine.comparisons().orElse(null);
            badges = comparisons == null ? badges : comparisons.badges();
        } catch (EngineException | RuntimeException e) {
            LOG.error("The state of connections and plugins could not be read", e);
        }
        return new Dashboard(state, sentence, figures, connections, badges, plugins, new Formats(locale, figures == null ? null : figures.currency()), frame());
    }

    private Dashboard.Frame frame() {
        Server server = engine.server();
        return new Dashboard.Frame(server.version(), server.demo(), server.inMemory(), server.home().toString(), assets.address("eider.css"),
                assets.address("eider.svg"), assets.address("echarts.min.js"), assets.address("dashboard.js"));
    }

    private void render(HttpServletResponse response, int status, String template, Object model) throws IOException {
        Utf8ByteOutput html = new Utf8ByteOutput();
        templates.render(template, model, html);
        response.setStatus(status);
        response.setContentType("text/html;charset=UTF-8");
        response.setContentLength(html.getContentLength());
        html.writeTo(response.getOutputStream());
    }
}
