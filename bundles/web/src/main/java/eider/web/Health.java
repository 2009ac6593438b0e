package eider.web;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.web.door.Door;
import eider.web.door.Guarded;
import eider.web.door.Open;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /healthz}: the process lives. {@code /readyz}: it can serve, because the store answered just now; 503 with a sentence otherwise. */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/healthz", "/readyz"})
public final class Health extends Guarded {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final transient Engine engine;

    @Activate
    public Health(@Reference Gate gate, @Reference Door door, @Reference Engine engine) {
        super(door);
        this.engine = engine;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().equals("/healthz")) {
            Answer.sentence(request, response, 200, "lives");
            return;
        }
        Optional<Queries> queries = engine.queries();
        if (queries.isEmpty()) {
            Answer.sentence(request, response, 503, "The store is not open yet.");
            return;
        }
        try (Rows rows = queries.get().query("select 1", PATIENCE)) {
            rows.next();
            Answer.sentence(request, response, 200, "ready");
        } catch (EngineException e) {
            LOG.warn("The store does not answer", e);
            Answer.sentence(request, response, 503, "The store does not answer; the log of the server says why.");
        }
    }
}
