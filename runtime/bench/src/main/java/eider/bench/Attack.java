package eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * People who look at dashboards while two others write SQL that takes all it can get: how long the slowest of a hundred of their questions takes, and how long while nobody does.
 * The same statements once more without the wall, by the operator, whose SQL runs in the server: what the wall keeps off.
 */
final class Attack implements Measurement {
    private static final double AIM_FACTOR = 1.5;
    private static final int ATTACKERS = 2;
    /** A command each; as many run at once, and attackers take some of them. */
    private static final int READERS = 4;
    private static final String SECONDS = "5";
    private static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);
    private static final int DAYS = 730;
    private static final List<String> BOMBS = List.of(
            "select count(*) from sales a, sales b where a.total_amount + b.total_amount = 0.01",
            "select count(distinct a.range || 'x') from range(1000000000) a",
            "select median(a.total_amount * b.total_amount) from sales a, sales b",
            "with recursive x as (select 'abcdefghij' s, 1 n union all select s || s, n + 1 from x where n < 40) select max(length(s)) from x");

    private final Workbench bench;
    private final long rows;
    private final Duration each;
    private final int rounds;

    /** @param each how long people are watched, with and without */
    Attack(Workbench bench, long rows, Duration each, int rounds) {
        this.bench = bench;
        this.rows = rows;
        this.each = each;
        this.rounds = rounds;
    }

    /** Milliseconds; {@code attacked} counts statements that were begun. */
    private record Round(double quiet99, double caged99, double bare99, long attacked) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "%d readers of %,d sales while %d people's SQL takes all it can get, %d x", READERS, rows, ATTACKERS, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path file = SalesFile.of(rows, bench);
        List<Round> all = new ArrayList<>();
        Path home = bench.fresh("home");
        Files.createDirectories(home.resolve("config/policies"));
        // One region: a fourth of the rows.
        Files.writeString(home.resolve("config/policies/analyst.cfg"), "permissions = sql\nsales.rows = region = $region\n");
        StringBuilder people = new StringBuilder("username,email,role,initial_password,region\n");
        for (int i = 0; i < ATTACKERS; i++) {
            people.append("mallory").append(i).append(",mallory").append(i).append("@example.org,analyst,nobody guesses four such words,Europe\n");
        }
        Path accounts = Files.writeString(home.resolve("people.csv"), people);
        try (Server server = bench.start(home)) {
            bench.eider(home, "sync-sales", "--csv", file.toString());
            bench.eider(home, "import-users", accounts.toString());
            Crowd crowd = new Crowd(READERS, Attack::look);
            crowd.watch(server, 1, () -> pause(each.dividedBy(4)));
            for (int i = 0; i < rounds; i++) {
                double[] quiet = crowd.watch(server, 2, () -> pause(each));
                long[] attacked = new long[1];
                double[] caged = crowd.watch(server, 2, () -> {
                    attacked[0] = attack(server, true);
                    return null;
                });
                double[] bare = crowd.watch(server, 2, () -> {
                    attack(server, false);
                    return null;
                });
                all.add(new Round(Crowd.percentile(quiet, 99), Crowd.percentile(caged, 99), Crowd.percentile(bare, 99), attacked[0]));
            }
        }
        bench.fresh("home");
        return List.of(
                new Figure("cage_factor", "p99 of others during the attack ÷ without", Median.of(all, r -> r.caged99 / r.quiet99), "x", AIM_FACTOR),
                Figure.beside("cage_quiet", "p99 without", Median.of(all, Round::quiet99), "ms"),
                Figure.beside("cage_busy", "p99 during the attack", Median.of(all, Round::caged99), "ms"),
                Figure.beside("cage_bare_factor", "the same without the wall ÷ without attack", Median.of(all, r -> r.bare99 / r.quiet99), "x"),
                Figure.beside("cage_attacked", "statements of the attack", Median.of(all, Round::attacked), ""));
    }

    private static Void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        return null;
    }

    private static void look(Server server, Random random) throws IOException, InterruptedException {
        LocalDate from = FIRST_DAY.plusDays(random.nextInt(DAYS - 30));
        Crowd.query(server, "select product_name, sum(total_amount) as amount, count(*) as n from sales where date between date '" + from + "' and date '"
                + from.plusDays(30) + "' group by all order by amount desc limit 8");
    }

    /** All attackers at once, for as long as people are watched. */
    private long attack(Server server, boolean caged) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        List<Future<Long>> attackers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(ATTACKERS)) {
            for (int i = 0; i < ATTACKERS; i++) {
                int attacker = i;
                attackers.add(threads.submit(() -> {
                    long begun = 0;
                    while (over.getCount() > 0) {
                        bomb(server, BOMBS.get((int) (begun++ + attacker) % BOMBS.size()), caged ? "mallory" + attacker : null);
                    }
                    return begun;
                }));
            }
            pause(each);
            over.countDown();
        }
        long all = 0;
        for (Future<Long> attacker : attackers) {
            all += attacker.get();
        }
        return all;
    }

    /** Runs into its limit of time or memory, which is a failure of the command. */
    private static void bomb(Server server, String sql, String as) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("query", sql, "--timeout", SECONDS, "--format", "json"));
        if (as != null) {
            words.addAll(List.of("--as", as));
        }
        try {
            server.ask(words.toArray(String[]::new));
        } catch (Server.Full full) {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (IOException ended) {
            if (!ended.getMessage().contains("took longer") && !ended.getMessage().contains("memory") && !ended.getMessage().contains("allocate")) {
                throw ended;
            }
        }
    }
}
