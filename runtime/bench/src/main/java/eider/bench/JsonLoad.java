package eider.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Records as lines of JSON by {@code eider sync} into a fresh home with a running server, in turns with a bare CREATE TABLE AS of the same bytes. */
final class JsonLoad implements Measurement {
    private static final double AIM_RATIO = 2;

    private final Workbench bench;
    private final long rows;
    private final int rounds;

    JsonLoad(Workbench bench, long rows, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.rounds = rounds;
    }

    /** Seconds. */
    private record Round(SalesFile.Cost bare, double endToEnd, double load, double cpu) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "JSON of %,d records of %d columns, %d x", rows, JsonRecords.COLUMNS, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path file = JsonRecords.of(rows, bench);
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(round(file, JsonRecords.bareLoad(file, bench)));
        }
        bench.fresh("home");
        return List.of(
                new Figure("json_ratio", "end to end ÷ bare read_json", Median.of(all, r -> r.endToEnd / r.bare.wall()), "x", AIM_RATIO),
                Figure.beside("json_load_ratio", "the load alone ÷ bare read_json", Median.of(all, r -> r.load / r.bare.wall()), "x"),
                Figure.beside("json_cpu_ratio", "processor time ÷ bare read_json", Median.of(all, r -> r.cpu / r.bare.cpu()), "x"),
                Figure.beside("json_end_to_end", "end to end", Median.of(all, Round::endToEnd), "s"),
                Figure.beside("json_load", "the load alone", Median.of(all, Round::load), "s"),
                Figure.beside("json_bare", "bare read_json", Median.of(all, r -> r.bare.wall()), "s"));
    }

    private Round round(Path file, SalesFile.Cost bare) throws IOException, InterruptedException {
        Path home = bench.fresh("home");
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/files~api.cfg"), "path = *.ndjson\ndataset = records\n");
        Workbench.put(file, Files.createDirectories(home.resolve("inbox")).resolve("records.ndjson"));
        try (Server server = bench.start(home)) {
            double cpuBefore = server.figures().cpuSeconds();
            long begun = System.nanoTime();
            bench.eider(home, "sync", "api");
            double endToEnd = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
            double cpu = server.figures().cpuSeconds() - cpuBefore;
            JsonNode load = server.lastLoad();
            if (load.get("inserted").longValue() != rows) {
                throw new IOException("of " + rows + " records, " + load.get("inserted") + " are in: " + load);
            }
            return new Round(bare, endToEnd, Server.seconds(load), cpu);
        }
    }
}
