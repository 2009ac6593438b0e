package eider.web.api;

import eider.engine.EngineException;
import eider.engine.Origin;
import eider.engine.Origins;
import eider.engine.Quarantined;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.door.Needs;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /api/v1/rows/4711}: where the row of this number comes from. {@code GET /api/v1/rows/sales/1001?limit=20}: the same of each row of a table that its source
 * calls so, also written {@code /api/v1/rows/sales?id=1001}; at most 100. No source is asked: the very line is told on the command line.
 */
@Needs(Permission.OPERATE)
@Path("rows")
public final class RowsResource {
    private static final int MOST = 100;

    private final Engine engine;

    @Inject
    public RowsResource(Engine engine) {
        this.engine = engine;
    }

    /**
     * @param table the canonical table; null if there is none
     * @param derived its rows there, the text of each column by its name; empty if it is gone
     * @param versions newest first
     * @param forgotten what loads up to this one replaced or removed is not kept any more; 0 if all is
     */
    public record Row(long row, boolean present, String connection, String dataset, List<String> key, String table, List<Map<String, String>> derived,
            List<Version> versions, long forgotten) {

        static Row of(Origin origin) {
            return new Row(origin.row(), origin.isPresent(), origin.connection(), origin.dataset(), origin.key(), origin.table().isEmpty() ? null : origin.table(),
                    origin.derived(), origin.versions().stream().map(Version::of).toList(), origin.forgotten());
        }
    }

    /**
     * @param parts the file, sheet or page; several: one of these
     * @param quarantined what it was in quarantine; null if it was not there
     * @param goneBy the load that replaced or removed it; null: it is here
     * @param successor the number of the version that took its place; null: none did
     * @param presumed whether nothing but its place says that the next older version is one of the same row
     * @param values the text of each field by its name
     */
    public record Version(long row, LoadsResource.Entry load, String at, String cursorBefore, String cursorAfter, List<Part> parts, BadRow quarantined, Long goneBy,
            Long successor, boolean presumed, Map<String, String> values) {

        static Version of(Origin.Version version) {
            Origin.Arrival came = version.came();
            Origin.Departure gone = version.gone();
            return new Version(version.row(), LoadsResource.Entry.of(came.load()), LoadsResource.moment(came.at()), came.cursorBefore(), came.cursorAfter(),
                    came.parts().stream().map(Part::of).toList(), came.quarantined() == null ? null : BadRow.of(came.quarantined()), gone == null ? null
                            : gone.load().id(),
                    gone == null || gone.successor() == 0 ? null : gone.successor(), version.presumed(), version.values());
        }
    }

    /** @param fingerprint what the source told of its content then */
    public record Part(String name, String fingerprint) {

        static Part of(Origin.Part part) {
            return new Part(part.name(), part.fingerprint());
        }
    }

    /** @param load that met it */
    public record BadRow(long id, long load, String place, String reason, String raw, String at, boolean mended) {

        static BadRow of(Quarantined bad) {
            return new BadRow(bad.id(), bad.load(), bad.place(), bad.reason(), bad.raw(), LoadsResource.moment(bad.at()), bad.mended());
        }
    }

    @GET
    @Path("{row: [0-9]{1,18}}")
    @Produces(MediaType.APPLICATION_JSON)
    public Row row(@PathParam("row") long row) throws EngineException {
        return Row.of(origins(engine).row(row));
    }

    @GET
    @Path("{table}/{id: .+}")
    @Produces(MediaType.APPLICATION_JSON)
    public List<Row> rows(@PathParam("table") String table, @PathParam("id") String id, @QueryParam("limit") @DefaultValue("20") String limit) throws EngineException {
        if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            throw new IllegalArgumentException("'limit' must be a whole number from 1 to " + MOST + ".");
        }
        return origins(engine).rows(table, id, Integer.parseInt(limit)).stream().map(Row::of).toList();
    }

    /** The same for ids that a path cannot hold: those with two slashes in a row, or a percent sign. */
    @GET
    @Path("{table: [a-z][a-z0-9_.]*}")
    @Produces(MediaType.APPLICATION_JSON)
    public List<Row> named(@PathParam("table") String table, @QueryParam("id") String id, @QueryParam("limit") @DefaultValue("20") String limit) throws EngineException {
        if (id == null || id.isEmpty()) {
            throw new IllegalArgumentException("'id' must say which row: what its source calls it.");
        }
        return rows(table, id, limit);
    }

    static Origins origins(Engine engine) {
        return engine.origins().orElseThrow(() -> Failures.notReady("The store is not open yet; try again in a moment."));
    }
}
