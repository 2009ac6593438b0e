package eider.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A big CSV file by {@code eider sync-sales} into a fresh home with a running server, in turns with a bare CREATE TABLE AS of the same file; and the
 * memory that it takes.
 */
final class CsvLoad implements Measurement {
    private static final double AIM_RATIO = 1.5;
    private static final double AIM_MEMORY = 1_000;

    private final Workbench bench;
    private final long rows;
    private final int rounds;

    CsvLoad(Workbench bench, long rows, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.rounds = rounds;
    }

    /**
     * Seconds of one round, and MB.
     *
     * @param cpu processor time of the server while the command ran
     */
    private record Round(SalesFile.Cost bare, double endToEnd, double load, double cpu, double idle, double peak) {}

    @Override
    public String name() {
        return "CSV of " + String.format(Locale.ROOT, "%,d", rows) + " rows, " + rounds + " x";
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path file = SalesFile.of(rows, bench);
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(round(file, SalesFile.bareLoad(file, bench)));
        }
        bench.fresh("home");
        String of = "csv_" + rows / 1_000_000 + "m_";
        return List.of(
                new Figure(of + "ratio", "end to end ÷ bare CREATE TABLE AS", Median.of(all, r -> r.endToEnd / r.bare.wall()), "x", AIM_RATIO),
                Figure.beside(of + "load_ratio", "the load alone ÷ bare CREATE TABLE AS", Median.of(all, r -> r.load / r.bare.wall()), "x"),
                // says the same on a machine that is busy with something else
                Figure.beside(of + "cpu_ratio", "processor time ÷ bare CREATE TABLE AS", Median.of(all, r -> r.cpu / r.bare.cpu()), "x"),
                Figure.beside(of + "end_to_end", "end to end", Median.of(all, Round::endToEnd), "s"),
                Figure.beside(of + "load", "the load alone", Median.of(all, Round::load), "s"),
                Figure.beside(of + "bare", "bare CREATE TABLE AS", Median.of(all, r -> r.bare.wall()), "s"),
                new Figure(of + "memory", "peak resident over the idle server's", Median.of(all, r -> r.peak - r.idle), "MB", AIM_MEMORY),
                Figure.beside(of + "peak", "peak resident", Median.of(all, Round::peak), "MB"),
                Figure.beside(of + "idle", "idle server's resident", Median.of(all, Round::idle), "MB"));
    }

    private Round round(Path file, SalesFile.Cost bare) throws IOException, InterruptedException {
        Path home = bench.fresh("home");
        try (Server server = bench.start(home)) {
            double idle = server.figures().resident();
            double cpuBefore = server.figures().cpuSeconds();
            long begun = System.nanoTime();
            bench.eider(home, "sync-sales", "--csv", file.toString());
            double endToEnd = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
            double cpu = server.figures().cpuSeconds() - cpuBefore;
            double peak = server.figures().peakResident();
            JsonNode load = server.lastLoad();
            JsonNode count = server.ask("query", "select count(*) as n from sales", "--format", "json").get(0);
            if (count.get("n").longValue() != rows) {
                throw new IOException("of " + rows + " rows, " + count.get("n") + " are in");
            }
            return new Round(bare, endToEnd, Server.seconds(load), cpu, idle, peak);
        }
    }
}
