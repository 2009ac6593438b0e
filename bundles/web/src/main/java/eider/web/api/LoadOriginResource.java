package eider.web.api;

import eider.engine.EngineException;
import eider.engine.LoadOrigin;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.door.Needs;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** {@code GET /api/v1/loads/7/origin}: what a load read, and the bad rows that it met, each with its place. */
@Needs(Permission.OPERATE)
@Path("loads/{load: [0-9]{1,18}}/origin")
public final class LoadOriginResource {
    private final Engine engine;

    @Inject
    public LoadOriginResource(Engine engine) {
        this.engine = engine;
    }

    /** What a load came from. */
    public record Source(LoadsResource.Entry load, String cursorBefore, String cursorAfter, List<RowsResource.Part> parts, List<RowsResource.BadRow> quarantined) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Source origin(@PathParam("load") long load) throws EngineException {
        LoadOrigin origin = RowsResource.origins(engine).load(load);
        return new Source(LoadsResource.Entry.of(origin.load()), origin.cursorBefore(), origin.cursorAfter(), origin.parts().stream().map(RowsResource.Part::of).toList(),
                origin.quarantined().stream().map(RowsResource.BadRow::of).toList());
    }
}
