package eider.web.api;

import eider.engine.Syncs;
import eider.web.Engine;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** {@code GET /api/v1/sources}: the connections, by name, each with the last load of each of its datasets. */
@Path("sources")
public final class SourcesResource {
    private final Engine engine;

    @Inject
    public SourcesResource(Engine engine) {
        this.engine = engine;
    }

    /** @param state {@code ready}, {@code syncing}, {@code held}, {@code failed} or {@code gone} */
    public record Source(String name, String connector, String state, String message, List<LoadsResource.Entry> lastLoads) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public List<Source> sources() {
        Syncs syncs = engine.syncs().orElseThrow(() -> Failures.notReady("The engine is not ready yet; try again in a moment."));
        return syncs.connections().stream().map(connection -> new Source(connection.name(), connection.connector(),
                LoadsResource.word(connection.state()), connection.message(),
                connection.lastLoads().stream().map(LoadsResource.Entry::of).toList())).toList();
    }
}
