package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.LoadOrigin;
import eider.engine.NoSuchRowException;
import eider.engine.Origin;
import eider.engine.Origins;
import eider.engine.Progress;
import eider.engine.Whereabouts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows whose way back a test writes down. */
final class FakeOrigins implements Origins {
    final List<Origin> rows = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    Whereabouts where;

    /** Fields by pairs; {@code null} for an empty one. */
    static Map<String, String> values(String... pairs) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return values;
    }

    static Load made(long id) {
        Instant at = FakeEngine.NOON.plusSeconds(60 * id);
        return new Load(id, "run-" + id, "inbox", "sales", Load.State.COMMITTED, at, at.plusSeconds(1), 1, 0, 0, 0, "", "");
    }

    static Origin.Arrival from(long load, String... parts) {
        return new Origin.Arrival(made(load), made(load).finished(), "", "c" + load, List.of(parts).stream().map(part -> new Origin.Part(part, "f")).toList(), null);
    }

    /** A row with a key, by its versions. */
    static Origin origin(long row, List<Map<String, String>> derived, Origin.Version... versions) {
        return new Origin(row, "inbox", "sales", List.of("order_id"), "sales", derived, List.of(versions), 0);
    }

    @Override
    public Origin row(long row) throws EngineException {
        asked.add("row " + row);
        return rows.stream().filter(origin -> origin.row() == row).findFirst().orElseThrow(() -> new NoSuchRowException("no load brought a row " + row));
    }

    @Override
    public List<Origin> rows(String table, String id, int limit) {
        asked.add("rows " + table + " " + id + " " + limit);
        return rows.stream().limit(limit).toList();
    }

    @Override
    public LoadOrigin load(long load) {
        throw new AssertionError("no command asks for the origin of a load");
    }

    @Override
    public Whereabouts locate(long row, Progress progress) throws EngineException {
        asked.add("locate " + row);
        if (where == null) {
            throw new EngineException("inbox is being synced already: reading a.csv");
        }
        return where;
    }

    @Override
    public Whereabouts locateQuarantined(long id, Progress progress) throws EngineException {
        return locate(id, progress);
    }
}
