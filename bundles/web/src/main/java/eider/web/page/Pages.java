package eider.web.page;

import eider.engine.Badge;
import eider.engine.Comparisons;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Plugin;
import eider.engine.Plugins;
import eider.engine.Queries;
import eider.engine.Syncs;
import eider.web.Answer;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Guarded;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import eider.web.figures.Figures;
import eider.web.figures.Range;
import eider.web.figures.Sales;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the dashboard at {@code /}, and "nothing here" at every address that nobody else serves. While the engine starts, or when it
 * fails, the page says so in a sentence, with status 503 or 500, and comes to life by itself once the engine does. Figures are those of the visitor; connections and plugins
 * are shown to those who operate them.
 */
@Needs
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/")
public final class Pages extends Guarded {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

    private final transient Engine engine;
    private final transient Sales sales;
    private final transient Templates templates;

    @Activate
    public Pages(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Sales sales, @Reference Templates templates) {
        super(door);
        this.engine = engine;
        this.sales = sales;
        this.templates = templates;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getRequestURI().equals("/")) {
            door().refuse(request, response, 404, "There is nothing at this address.");
            return;
        }
        Range range;
        try {
            range = Range.of(request.getParameter("from"), request.getParameter("to"));
        } catch (IllegalArgumentException e) {
            Answer.sentence(request, response, 400, e.getMessage());
            return;
        }
        Visitor visitor = Visitor.of(request);
        Dashboard dashboard = dashboard(range, request.getLocale(), templates.frame(request, visitor, Form.token(visitor.secret())));
        int status = switch (dashboard.state()) {
            case STARTING -> 503;
            case FAILED -> 500;
            case EMPTY, READY -> 200;
        };
        if (status == 503) {
            response.setHeader("Retry-After", "1");
        }
        templates.render(response, status, "dashboard.jte", Map.of("page", dashboard));
    }

    private Dashboard dashboard(Range range, Locale locale, Frame frame) {
        Optional<Queries> queries = engine.queries();
        if (queries.isEmpty()) {
            return dashboard(Dashboard.State.STARTING, "Eider is starting: the store is not open yet. This page comes to life by itself.", null, locale, frame);
        }
        try {
            Figures figures = sales.figures(queries.get(), frame.visitor().viewer(), range);
            return dashboard(figures.empty() ? Dashboard.State.EMPTY : Dashboard.State.READY, "", figures, locale, frame);
        } catch (EngineException | RuntimeException e) {
            LOG.error("The figures of the dashboard could not be read", e);
            return dashboard(Dashboard.State.FAILED, "The figures could not be read; the log of the server says why.", null, locale, frame);
        }
    }

    private Dashboard dashboard(Dashboard.State state, String sentence, Figures figures, Locale locale, Frame frame) {
        List<Connection> connections = null;
        List<Badge> badges = List.of();
        List<Plugin> plugins = null;
        try {
            if (frame.operates()) {
                connections = engine.syncs().map(Syncs::connections).orElse(null);
                plugins = engine.plugins().map(Plugins::plugins).orElse(null);
                Comparisons comparisons = engine.comparisons().orElse(null);
                badges = comparisons == null ? badges : comparisons.badges();
            }
        } catch (EngineException | RuntimeException e) {
            LOG.error("The state of connections and plugins could not be read", e);
        }
        return new Dashboard(state, sentence, figures, connections, badges, plugins, new Formats(locale, figures == null ? null : figures.currency()), frame);
    }
}
