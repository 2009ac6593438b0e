package eider.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * People who look at dashboards while a big file is loaded: how long the slowest of a hundred of their questions takes, and how long while nothing
 * is loaded.
 */
final class BusyReaders implements Measurement {
    private static final double AIM_FACTOR = 1.5;
    private static final int READERS = 20;
    private static final Crowd CROWD = new Crowd(READERS, BusyReaders::ask);
    private static final int TIMES = 10;
    private static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);
    private static final int DAYS = 730;

    private final Workbench bench;
    private final long rows;
    private final Duration quiet;
    private final int rounds;

    /**
     * @param rows of the file that is loaded; a tenth as many are there before
     * @param quiet how long they are watched while nothing is loaded
     */
    BusyReaders(Workbench bench, long rows, Duration quiet, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.quiet = quiet;
        this.rounds = rounds;
    }

    /** Milliseconds; of the load, seconds. */
    private record Round(double quiet50, double quiet99, double busy50, double busy99, long quietAsked, long busyAsked, double load) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%d readers of %,d sales while %,d are loaded, %d x", READERS, rows / TIMES, rows, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path before = SalesFile.of(rows / TIMES, bench);
        Path file = SalesFile.of(rows, bench);
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(round(before, file));
        }
        bench.fresh("home");
        return List.of(
                new Figure("readers_factor", "p99 during the load ÷ without", Median.of(all, r -> r.busy99 / r.quiet99), "x", AIM_FACTOR),
                Figure.beside("readers_median_factor", "median during the load ÷ without", Median.of(all, r -> r.busy50 / r.quiet50), "x"),
                Figure.beside("readers_busy_p99", "p99 during the load", Median.of(all, Round::busy99), "ms"),
                Figure.beside("readers_quiet_p99", "p99 without", Median.of(all, Round::quiet99), "ms"),
                Figure.beside("readers_busy_median", "median during the load", Median.of(all, Round::busy50), "ms"),
                Figure.beside("readers_quiet_median", "median without", Median.of(all, Round::quiet50), "ms"),
                Figure.beside("readers_busy_asked", "questions during the load", Median.of(all, Round::busyAsked), ""),
                Figure.beside("readers_quiet_asked", "questions without", Median.of(all, Round::quietAsked), ""),
                Figure.beside("readers_load", "end to end of the load beside them", Median.of(all, Round::load), "s"));
    }

    private Round round(Path before, Path file) throws Exception {
        Path home = bench.fresh("home");
        try (Server server = bench.start(home)) {
            bench.eider(home, "sync-sales", "--csv", before.toString());
            CROWD.watch(server, 1, () -> {
                TimeUnit.NANOSECONDS.sleep(quiet.toNanos() / 4);
                return null;
            });
            double[] without = CROWD.watch(server, 2, () -> {
                TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
                return null;
            });
            long[] took = new long[1];
            double[] during = CROWD.watch(server, 3, () -> {
                long begun = System.nanoTime();
                bench.eider(home, "sync-sales", "--csv", file.toString());
                took[0] = System.nanoTime() - begun;
                return null;
            });
            return new Round(Crowd.percentile(without, 50), Crowd.percentile(without, 99), Crowd.percentile(during, 50), Crowd.percentile(during, 99), without.length,
                    during.length,
                    Duration.ofNanos(took[0]).toMillis() / 1000.0);
        }
    }

    /** What people ask: most of all the dashboard of some months, of all time, and now and then something of their own. */
    private static void ask(Server server, Random random) throws IOException, InterruptedException {
        LocalDate from = FIRST_DAY.plusDays(random.nextInt(DAYS - 90));
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> server.get("/api/v1/dashboard?from=" + from + "&to=" + from.plusDays(90));
            case 4, 5 -> server.get("/");
            case 6, 7 -> Crowd.query(server, "select product_name, sum(total_amount) as amount, count(*) as n from sales where date between date '" + from
                    + "' and date '"
                    + from.plusDays(30) + "' group by all order by amount desc limit 8");
            case 8 -> Crowd.query(server, "select date_trunc('month', date) as month, region, sum(total_amount) as amount from sales group by all order by all");
            default -> Crowd.query(server, "select date, product_name, quantity, total_amount from sales where user_id = '" + (1 + random.nextInt(500))
                    + "' order by date desc limit 50");
        }
    }
}
