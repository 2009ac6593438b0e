package eider.web.api;

import eider.engine.Badge;
import eider.engine.Comparisons;
import eider.engine.EngineException;
import eider.engine.Syncs;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.door.Needs;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/**
 * {@code GET /api/v1/sources}: the connections, by name, each with the last load of each of its datasets, and with how far each dataset can be relied
 * on.
 */
@Needs(Permission.OPERATE)
@Path("sources")
public final class SourcesResource {
    private final Engine engine;

    @Inject
    public SourcesResource(Engine engine) {
        this.engine = engine;
    }

    /** @param state {@code ready}, {@code syncing}, {@code held}, {@code failed} or {@code gone} */
    public record Source(String name, String connector, String state, String message, List<LoadsResource.Entry> lastLoads,
            List<Standing> datasets) {}

    /**
     * How far a dataset can be relied on.
     *
     * @param completeTo what the source told up to then is here; null where it was never read to its end
     * @param compared {@code matches}, {@code differs}, {@code unsettled}, {@code failed} or {@code not_compared}
     * @param rowsHere null, as the other two counts, where nothing was compared
     */
    public record Standing(String dataset, String completeTo, String compared, String comparedAt, Long rowsHere, Long rowsAtSource, Long quarantined,
            String message) {

        static Standing of(Badge badge) {
            Badge.Comparison comparison = badge.comparison();
            return new Standing(badge.dataset(), LoadsResource.moment(badge.completeTo()), LoadsResource.word(badge.state()),
                    LoadsResource.moment(badge.comparedAt()), comparison == null ? null : comparison.rowsHere(),
                    comparison == null ? null : comparison.rowsThere(), comparison == null ? null : comparison.quarantined(), badge.message());
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public List<Source> sources() throws EngineException {
        Syncs syncs = engine.syncs().orElseThrow(() -> Failures.notReady("The engine is not ready yet; try again in a moment."));
        Comparisons comparisons = engine.comparisons().orElse(null);
        List<Badge> badges = comparisons == null ? List.of() : comparisons.badges();
        return syncs.connections().stream().map(connection -> new Source(connection.name(), connection.connector(),
                LoadsResource.word(connection.state()), connection.message(),
                connection.lastLoads().stream().map(LoadsResource.Entry::of).toList(),
                badges.stream().filter(badge -> badge.connection().equals(connection.name())).map(Standing::of).toList())).toList();
    }
}
