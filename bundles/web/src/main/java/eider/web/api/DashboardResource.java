package eider.web.api;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.web.Engine;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import eider.web.figures.Figures.Sum;
import eider.web.figures.Figures;
import eider.web.figures.Range;
import eider.web.figures.Sales;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.util.List;

/** {@code GET /api/v1/dashboard?from=2026-01-01&to=2026-01-31}: the figures of the first page, of what the visitor may see; both days are optional and included. */
@Needs
@Path("dashboard")
public final class DashboardResource {
    private final Engine engine;
    private final Sales sales;

    @Inject
    public DashboardResource(Engine engine, Sales sales) {
        this.engine = engine;
        this.sales = sales;
    }

    /**
     * @param version grows with every commit that changes figures
     * @param currency ISO 4217; null where rows name none, or several
     * @param average null where there was no transaction
     * @param otherRegions what the regions beyond the first twenty add up to; null if there are none
     */
    public record Dashboard(long version, String currency, String sales, long transactions, String average, String units,
            List<Day> days, List<Region> regions, Region otherRegions) {}

    public record Day(String date, String sales, long transactions, String units) {}

    /** @param name null for rows without a region */
    public record Region(String name, String sales, long transactions, String units) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Dashboard dashboard(@QueryParam("from") String from, @QueryParam("to") String to, @Context HttpServletRequest request) throws EngineException {
        Range range = Range.of(from, to);
        Queries queries = engine.queries().orElseThrow(() -> Failures.notReady("The store is not open yet; try again in a moment."));
        Figures figures = sales.figures(queries, Visitor.of(request).viewer(), range);
        Sum total = figures.total();
        return new Dashboard(figures.version(), figures.currency(), text(total.sales()), total.transactions(),
                total.average().map(DashboardResource::text).orElse(null), text(total.units()),
                figures.days().stream().map(day -> new Day(day.date().toString(), text(day.sum().sales()), day.sum().transactions(),
                        text(day.sum().units()))).toList(),
                figures.regions().stream().map(region -> region(region.name(), region.sum())).toList(),
                figures.others() == null ? null : region(figures.othersCount() + " other regions", figures.others()));
    }

    private static Region region(String name, Sum sum) {
        return new Region(name, text(sum.sales()), sum.transactions(), text(sum.units()));
    }

    private static String text(BigDecimal number) {
        return number.toPlainString();
    }
}
