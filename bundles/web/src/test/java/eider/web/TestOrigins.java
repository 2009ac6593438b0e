package eider.web;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.LoadOrigin;
import eider.engine.NoSuchRowException;
import eider.engine.Origin;
import eider.engine.Origins;
import eider.engine.Progress;
import eider.engine.Quarantined;
import eider.engine.Whereabouts;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One row with two versions, the newer one out of quarantine. */
final class TestOrigins implements Origins {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private static Load made(long id) {
        return new Load(id, "r" + id, "inbox", "sales", Load.State.COMMITTED, AT, AT, 1, 0, 0, 0, "a.csv", "");
    }

    private static Quarantined bad() {
        return new Quarantined(3, 5, "inbox", "sales", "b.csv line 7", "total_amount: '1O' is no number", "1001,1O", AT, Map.of(), true);
    }

    private static Map<String, String> values(String amount) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("order_id", "10/01");
        values.put("total_amount", amount);
        values.put("region", null);
        return values;
    }

    private static Origin origin(long row) {
        Origin.Arrival first = new Origin.Arrival(made(4), AT, "", "c1", List.of(new Origin.Part("a.csv", "x1")), null);
        Origin.Arrival second = new Origin.Arrival(made(7), AT.plusSeconds(60), "c1", "c2", List.of(new Origin.Part("b.csv", "x2")), bad());
        return new Origin(row, "inbox", "sales", List.of("order_id"), "sales", List.of(values("10.0000")), List.of(new Origin.Version(12, values("10.0000"), second, null, false),
                new Origin.Version(9, values("9.0000"), first, new Origin.Departure(made(7), 12), false)), 0);
    }

    @Override
    public Origin row(long row) throws EngineException {
        if (row != 12) {
            throw new NoSuchRowException("no load brought a row " + row);
        }
        return origin(row);
    }

    @Override
    public List<Origin> rows(String table, String id, int limit) throws EngineException {
        if (!table.equals("sales")) {
            throw new NoSuchRowException("there is no table '" + table + "' whose rows could be followed");
        }
        return id.equals("10/01") ? List.of(origin(12)).subList(0, Math.min(1, limit)) : List.of();
    }

    @Override
    public LoadOrigin load(long load) throws EngineException {
        if (load != 7) {
            throw new NoSuchRowException("there is no load " + load);
        }
        return new LoadOrigin(made(7), "c1", "c2", List.of(new Origin.Part("b.csv", "x2")), List.of(bad()));
    }

    @Override
    public Whereabouts locate(long row, Progress progress) throws EngineException {
        throw new EngineException("no page asks a source");
    }

    @Override
    public Whereabouts locateQuarantined(long id, Progress progress) throws EngineException {
        return locate(id, progress);
    }
}
