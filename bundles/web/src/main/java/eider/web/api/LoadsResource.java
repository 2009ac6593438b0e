package eider.web.api;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.RuleCheck;
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
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * {@code GET /api/v1/loads?limit=50}: the newest loads, newest first; at most 1,000. {@code GET /api/v1/loads/7/checks}: what came of each rule in a load.
 */
@Needs(Permission.OPERATE)
@Path("loads")
public final class LoadsResource {
    private static final int MOST = 1000;

    private final Engine engine;

    @Inject
    public LoadsResource(Engine engine) {
        this.engine = engine;
    }

    /**
     * @param state {@code running}, {@code committed}, {@code unchanged}, {@code held}, {@code failed}, {@code cancelled} or {@code undone}
     * @param undo whether it can be taken back: {@code nothing}, {@code possible}, {@code forgotten} or {@code done}
     * @param undoUntil when that is over; null: never, or it cannot be
     * @param images how many rows are kept for that
     */
    public record Entry(long id, String run, String connection, String dataset, String state, String started, String finished,
            long inserted, long updated, long removed, long quarantined, String places, String message, String undo, String undoUntil, long images) {

        static Entry of(Load load) {
            return new Entry(load.id(), load.run(), load.connection(), load.dataset(), word(load.state()), moment(load.started()),
                    moment(load.finished()), load.inserted(), load.updated(), load.removed(), load.quarantined(), load.places(), load.message(),
                    word(load.undo().state()), moment(load.undo().until()), load.undo().images());
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public List<Entry> loads(@QueryParam("limit") @DefaultValue("50") String limit) throws EngineException {
        int count = number(limit);
        Loads loads = engine.loads().orElseThrow(() -> Failures.notReady("The store is not open yet; try again in a moment."));
        return loads.latest(count).stream().map(Entry::of).toList();
    }

    /** @param action {@code warn}, {@code quarantine} or {@code fail} */
    public record Check(String rule, String action, long checked, long broken, String example) {

        static Check of(RuleCheck check) {
            return new Check(check.rule(), check.action(), check.checked(), check.broken(), check.example());
        }
    }

    @GET
    @Path("{load: [0-9]{1,18}}/checks")
    @Produces(MediaType.APPLICATION_JSON)
    public List<Check> checks(@PathParam("load") long load) throws EngineException {
        Loads loads = engine.loads().orElseThrow(() -> Failures.notReady("The store is not open yet; try again in a moment."));
        return loads.checks(load).stream().map(Check::of).toList();
    }

    private static int number(String limit) {
        if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            throw new IllegalArgumentException("'limit' must be a whole number from 1 to " + MOST + ".");
        }
        return Integer.parseInt(limit);
    }

    static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String moment(Instant at) {
        return at == null ? null : at.toString();
    }
}
