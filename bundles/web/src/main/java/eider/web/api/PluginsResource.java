package eider.web.api;

import eider.engine.Plugins;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.door.Needs;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** {@code GET /api/v1/plugins}: the jars in the drop folders, by file name, and what came of each. */
@Needs(Permission.OPERATE)
@Path("plugins")
public final class PluginsResource {
    private final Engine engine;

    @Inject
    public PluginsResource(Engine engine) {
        this.engine = engine;
    }

    /** @param state {@code serving}, {@code superseded}, {@code failed} or {@code refused}, with the reason in words */
    public record Jar(String file, String name, String version, String sha256, String state, String reason, String since) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public List<Jar> plugins() {
        Plugins plugins = engine.plugins().orElseThrow(() -> Failures.notReady("The plugin folders are not watched yet; try again in a moment."));
        return plugins.plugins().stream().map(plugin -> new Jar(plugin.file(), plugin.name(), plugin.version(), plugin.sha256(),
                LoadsResource.word(plugin.state()), plugin.reason(), LoadsResource.moment(plugin.since()))).toList();
    }
}
