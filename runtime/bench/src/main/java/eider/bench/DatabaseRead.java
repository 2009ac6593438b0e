package eider.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tables of a PostgreSQL server by {@code eider sync} into fresh homes with a running server: one in turns with a bare loop over the same rows into a
 * table function of DuckDB, smaller and larger ones for speed and memory, and an increment.
 */
final class DatabaseRead implements Measurement {
    private static final double AIM_RATIO = 1.3;
    private static final int SMALL = 20;
    private static final int HALF = 2;
    private static final int LARGE = 2;
    private static final int HUNDREDTH = 100;
    private static final double MILLION = 1e6;

    private final Workbench bench;
    private final long rows;
    private final int rounds;

    /** @param rows of the table that an increment changes; the compared one has half of them, the others a twentieth and twice as many */
    DatabaseRead(Workbench bench, long rows, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.rounds = rounds;
    }

    /** Seconds, and MB. */
    private record Load(double endToEnd, double load, double cpu, double idle, double peak) {}

    /** A first load, and how long comparing its rows with the server's took afterwards, which once a day comes with a sync. */
    private record Compared(Load load, double comparison) {}

    private record Round(SalesFile.Cost bare, Load eider, double comparison) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%,d rows of %d columns from PostgreSQL, %d x, and %,d and %,d, and %,d changed of %,d", rows / HALF, Lines.COLUMNS,
                rounds, rows / SMALL, LARGE * rows, rows / HUNDREDTH, rows);
    }

    @Override
    public List<Figure> measure() throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (Lines lines = new Lines(bench.fresh("postgres"))) {
            compare(lines, figures);
            for (long size : List.of(rows / SMALL, rows / HALF, LARGE * rows)) {
                if (size != rows / HALF) {
                    lines.fill(size);
                }
                Load load = first(lines, size);
                lines.drop(size);
                figures.add(Figure.beside("database_" + size + "_speed", String.format(Locale.ROOT, "%,d rows", size), size / load.load / 1000, "k/s"));
                figures.add(Figure.beside("database_" + size + "_memory", "peak resident over the idle server's", load.peak - load.idle, "MB"));
            }
            increment(lines, figures);
        }
        bench.fresh("postgres");
        bench.fresh("home");
        return figures;
    }

    private void compare(Lines lines, List<Figure> figures) throws Exception {
        long size = rows / HALF;
        lines.fill(size);
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            SalesFile.Cost bare = bare(lines, size);
            Compared compared = compared(lines, size);
            all.add(new Round(bare, compared.load, compared.comparison));
        }
        figures.add(new Figure("database_ratio", "end to end ÷ bare loop", Median.of(all, r -> r.eider.endToEnd / r.bare.wall()), "x", AIM_RATIO));
        figures.add(Figure.beside("database_load_ratio", "the load alone ÷ bare loop", Median.of(all, r -> r.eider.load / r.bare.wall()), "x"));
        figures.add(Figure.beside("database_cpu_ratio", "processor time ÷ bare loop", Median.of(all, r -> r.eider.cpu / r.bare.cpu()), "x"));
        figures.add(Figure.beside("database_end_to_end", "end to end", Median.of(all, r -> r.eider.endToEnd), "s"));
        figures.add(Figure.beside("database_load", "the load alone", Median.of(all, r -> r.eider.load), "s"));
        figures.add(Figure.beside("database_comparison", "the daily comparison with the server", Median.of(all, Round::comparison), "s"));
        figures.add(Figure.beside("database_bare", "bare loop", Median.of(all, r -> r.bare.wall()), "s"));
    }

    private SalesFile.Cost bare(Lines lines, long size) throws IOException, InterruptedException {
        String[] words = bench.java(BareResultSet.class, lines.address(), Lines.name(size), bench.fresh("bare").toString()).lines()
                .filter(line -> line.startsWith(BareResultSet.TOOK)).findFirst()
                .orElseThrow(() -> new IOException("the bare loop did not say what it took")).split(" ");
        bench.fresh("bare");
        return new SalesFile.Cost(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    private Path home(Lines lines, long size) throws IOException {
        Path home = bench.fresh("home");
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/sql~shop.cfg"), lines.options(size));
        return home;
    }

    private Compared compared(Lines lines, long size) throws IOException, InterruptedException {
        Path home = home(lines, size);
        Files.writeString(home.resolve("config/dataset~shop__" + Lines.name(size) + ".cfg"), "compare_every = never\n");
        try (Server server = bench.start(home)) {
            Load load = sync(server, size, 0);
            long begun = System.nanoTime();
            bench.eider(server.home(), "sources", "compare", "shop");
            return new Compared(load, Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0);
        }
    }

    private Load first(Lines lines, long size) throws IOException, InterruptedException {
        try (Server server = bench.start(home(lines, size))) {
            return sync(server, size, 0);
        }
    }

    private void increment(Lines lines, List<Figure> figures) throws Exception {
        lines.fill(rows);
        try (Server server = bench.start(home(lines, rows))) {
            sync(server, rows, 0);
            long changed = rows / HUNDREDTH;
            lines.change(rows, changed);
            Load load = sync(server, changed / 10, changed - changed / 10);
            figures.add(Figure.beside("database_increment", String.format(Locale.ROOT, "an increment of %,d on %.1f M", changed, rows / MILLION), load.load, "s"));
            figures.add(Figure.beside("database_increment_end_to_end", "end to end", load.endToEnd, "s"));
        }
    }

    private Load sync(Server server, long inserted, long updated) throws IOException, InterruptedException {
        double idle = server.figures().resident();
        double cpuBefore = server.figures().cpuSeconds();
        long begun = System.nanoTime();
        bench.eider(server.home(), "sync", "shop");
        double endToEnd = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
        double cpu = server.figures().cpuSeconds() - cpuBefore;
        JsonNode load = server.lastLoad();
        if (load.get("inserted").longValue() != inserted || load.get("updated").longValue() != updated) {
            throw new IOException("the load should have brought " + inserted + " new and " + updated + " changed rows: " + load);
        }
        return new Load(endToEnd, Server.seconds(load), cpu, idle, server.figures().peakResident());
    }
}
