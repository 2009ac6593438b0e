package eider.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** From the start of the script to the first 200 of {@code /}, in a home that holds some sales and was started before. */
final class SecondStart implements Measurement {
    private static final double AIM_CPU = 2.5;
    private static final double AIM_RESIDENT = 300;
    private static final long ROWS = 10_000;

    private final Workbench bench;
    private final int rounds;

    SecondStart(Workbench bench, int rounds) {
        this.bench = bench;
        this.rounds = rounds;
    }

    /** Seconds and MB. */
    private record Round(double cpu, double wall, double resident, double peak) {}

    @Override
    public String name() {
        return "second start, " + rounds + " x";
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path home = bench.fresh("home");
        try (Server first = bench.start(home)) {
            bench.eider(first.home(), "sync-sales", "--csv", SalesFile.of(ROWS, bench).toString());
        }
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            try (Server server = bench.start(home)) {
                long answered = System.nanoTime();
                ProcessFigures figures = server.figures();
                all.add(new Round(figures.cpuSeconds(), Duration.ofNanos(answered - server.begun()).toMillis() / 1000.0, figures.resident(),
                        figures.peakResident()));
            }
        }
        bench.fresh("home");
        return List.of(
                new Figure("start_cpu", "processor time to the first page", Median.of(all, Round::cpu), "s", AIM_CPU),
                Figure.beside("start_wall", "time to the first page", Median.of(all, Round::wall), "s"),
                new Figure("start_resident", "resident at the first page", Median.of(all, Round::resident), "MB", AIM_RESIDENT),
                Figure.beside("start_peak", "peak resident until then", Median.of(all, Round::peak), "MB"));
    }
}
