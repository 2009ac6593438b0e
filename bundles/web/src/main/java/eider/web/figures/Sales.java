package eider.web.figures;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.people.Viewer;
import eider.web.figures.Figures.Day;
import eider.web.figures.Figures.Region;
import eider.web.figures.Figures.Sum;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Reckons figures, and keeps the last ones for as long as no commit changes them: many open pages that hear of one commit cost one query for each scope. What is kept for
 * one scope is shown to no other. Any thread; those who ask for the same at the same time wait for one answer.
 */
@Component(service = Sales.class)
public final class Sales {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int KEPT = 64;

    /** @param scope what decides which rows are counted, see {@link Queries#scope} */
    private record Key(String scope, Range range) {}

    private static final class Kept {
        private Figures figures;
    }

    private final Map<Key, Kept> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
            return size() > KEPT;
        }
    };
    private Queries keptFrom;

    @Activate
    public Sales() {}

    /** The figures of what the viewer may see. */
    public Figures figures(Queries queries, Viewer viewer, Range range) throws EngineException {
        Kept mine = kept(queries, new Key(queries.scope(viewer), range));
        synchronized (mine) {
            long version = queries.version();
            if (mine.figures == null || mine.figures.version() != version) {
                // The version is asked for before the rows: a commit in between makes the next asker read again, never the other way round.
                mine.figures = read(queries, viewer, range, version);
            }
            return mine.figures;
        }
    }

    private synchronized Kept kept(Queries queries, Key key) {
        if (keptFrom != queries) {
            kept.clear();
            keptFrom = queries;
        }
        return kept.computeIfAbsent(key, fresh -> new Kept());
    }

    private static Figures read(Queries queries, Viewer viewer, Range range, long version) throws EngineException {
        List<String> conditions = new ArrayList<>();
        List<Object> parameters = new ArrayList<>();
        if (range.from() != null) {
            conditions.add("date >= cast(? as date)");
            parameters.add(range.from().toString());
        }
        if (range.to() != null) {
            conditions.add("date <= cast(? as date)");
            parameters.add(range.to().toString());
        }
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        String sql = "select grouping(date) as all_days, grouping(region) as all_regions, date, region, coalesce(sum(total_amount), 0) as sales, "
                + "count(*) filter (where kind = 'sale') as transactions, coalesce(sum(quantity), 0) as units, "
                + "min(currency) as lowest, max(currency) as highest from sales" + where + " group by grouping sets ((), (date), (region))";

        Sum total = Sum.NOTHING;
        String currency = null;
        List<Day> days = new ArrayList<>();
        List<Region> regions = new ArrayList<>();
        try (Rows rows = queries.query(viewer, sql, PATIENCE, parameters.toArray())) {
            while (rows.next()) {
                Sum sum = new Sum(rows.decimal(4), rows.number(5), rows.decimal(6));
                boolean ofDay = rows.number(0) == 0;
                boolean ofRegion = rows.number(1) == 0;
                if (ofDay) {
                    String date = rows.text(2);
                    if (date != null) {
                        days.add(new Day(LocalDate.parse(date), sum));
                    }
                } else if (ofRegion) {
                    regions.add(new Region(rows.text(3), sum));
                } else {
                    total = sum;
                    String lowest = rows.text(7);
                    currency = lowest != null && lowest.equals(rows.text(8)) && lowest.matches("[A-Z]{3}") ? lowest : null;
                }
            }
        }
        days.sort(Comparator.comparing(Day::date));
        regions.sort(Comparator.comparing((Region region) -> region.sum().sales()).reversed()
                .thenComparing(Region::name, Comparator.nullsLast(Comparator.naturalOrder())));
        List<Region> rest = regions.size() > Figures.MOST_REGIONS ? regions.subList(Figures.MOST_REGIONS, regions.size()) : List.of();
        Sum others = rest.stream().map(Region::sum).reduce(Sum::plus).orElse(null);
        return new Figures(total, days, regions.subList(0, regions.size() - rest.size()), others, rest.size(), currency, version);
    }
}
