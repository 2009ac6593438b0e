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
 * Changed orders merged by their key into orders that are there already, into few and into ten times as many, in turns: what a merge costs should
 * depend on what changed and not on what is there.
 */
final class KeyedMerge implements Measurement {
    private static final double AIM_SECONDS = 3;
    private static final double AIM_FACTOR = 2;
    private static final int TIMES = 10;

    /** What the orders become. */
    enum Into {
        /** A table of their own. */
        ORDERS("a table of its own"),
        /** A table of their own and, by the model, the canonical one. */
        SALES("a table of its own and sales");

        private final String words;

        Into(String words) {
            this.words = words;
        }
    }

    private final Workbench bench;
    private final Into into;
    private final long few;
    private final long changed;
    private final int rounds;

    /** @param few how many orders are there in the smaller home; a tenth as many change */
    KeyedMerge(Workbench bench, Into into, long few, int rounds) {
        this.bench = bench;
        this.into = into;
        this.few = few;
        this.changed = few / TIMES;
        this.rounds = rounds;
    }

    /**
     * Seconds.
     *
     * @param cpu processor time of the server while the command ran
     */
    private record Merge(double load, double endToEnd, double cpu) {}

    private record Round(Merge few, Merge many) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "merge of %,d changed rows into %s of %,d and of %,d, %d x", changed, into.words, few, TIMES * few, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        List<Round> all = new ArrayList<>();
        List<Double> first = new ArrayList<>();
        try (Server small = filled("home", few, first); Server big = filled("home-many", TIMES * few, first)) {
            for (int i = 1; i <= rounds; i++) {
                all.add(new Round(merge(small, few, i), merge(big, TIMES * few, i)));
            }
        }
        bench.fresh("home");
        bench.fresh("home-many");
        String of = "merge_" + into.name().toLowerCase(Locale.ROOT) + "_";
        return List.of(
                new Figure(of + "factor", "into " + rows(TIMES * few) + " ÷ into " + rows(few), Median.of(all, r -> r.many.load / r.few.load), "x",
                        AIM_FACTOR),
                new Figure(of + "few", "into " + rows(few), Median.of(all, r -> r.few.load), "s", AIM_SECONDS),
                new Figure(of + "many", "into " + rows(TIMES * few), Median.of(all, r -> r.many.load), "s", AIM_SECONDS),
                // says the same on a machine that is busy with something else
                Figure.beside(of + "cpu_factor", "processor time into " + rows(TIMES * few) + " ÷ into " + rows(few),
                        Median.of(all, r -> r.many.cpu / r.few.cpu), "x"),
                Figure.beside(of + "few_cpu", "processor time into " + rows(few), Median.of(all, r -> r.few.cpu), "s"),
                Figure.beside(of + "many_cpu", "processor time into " + rows(TIMES * few), Median.of(all, r -> r.many.cpu), "s"),
                Figure.beside(of + "few_end_to_end", "end to end into " + rows(few), Median.of(all, r -> r.few.endToEnd), "s"),
                Figure.beside(of + "many_end_to_end", "end to end into " + rows(TIMES * few), Median.of(all, r -> r.many.endToEnd), "s"),
                Figure.beside(of + "few_first", "the first load of " + rows(few), first.getFirst(), "s"),
                Figure.beside(of + "many_first", "the first load of " + rows(TIMES * few), first.getLast(), "s"));
    }

    private static String rows(long rows) {
        return String.format(Locale.ROOT, "%,d", rows);
    }

    /** A server with a home that holds so many orders. */
    private Server filled(String name, long rows, List<Double> seconds) throws IOException, InterruptedException {
        Path home = bench.fresh(name);
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/files~shop.cfg"), "path = *.csv\ndataset = " + into.name().toLowerCase(Locale.ROOT)
                + "\nkey = source_id\n");
        Workbench.put(Orders.all(rows, bench), Files.createDirectories(home.resolve("inbox")).resolve("orders.csv"));
        Server server = bench.start(home);
        try {
            seconds.add(sync(server, rows, 0).load);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private Merge merge(Server server, long rows, int version) throws IOException, InterruptedException {
        Path making = server.home().resolve("changed.csv");
        Orders.changed(making, rows, changed, version, bench);
        Files.move(making, server.home().resolve("inbox/changed-" + version + ".csv"));
        return sync(server, changed / Orders.NEW, changed - changed / Orders.NEW);
    }

    private Merge sync(Server server, long inserted, long updated) throws IOException, InterruptedException {
        double cpuBefore = server.figures().cpuSeconds();
        long begun = System.nanoTime();
        bench.eider(server.home(), "sync", "shop");
        double endToEnd = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
        double cpu = server.figures().cpuSeconds() - cpuBefore;
        JsonNode load = server.lastLoad();
        if (load.get("inserted").longValue() != inserted || load.get("updated").longValue() != updated) {
            throw new IOException("the load should have brought " + inserted + " new and " + updated + " changed rows: " + load);
        }
        return new Merge(Server.seconds(load), endToEnd, cpu);
    }
}
