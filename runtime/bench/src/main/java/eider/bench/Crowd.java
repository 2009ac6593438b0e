package eider.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * People who look at dashboards: each asks, looks at the answer for half a second to a second and a half, and asks again.
 *
 * @param people how many
 * @param question what they ask
 */
record Crowd(int people, Question question) {
    private static final int LEAST_LOOK_MILLIS = 500;
    private static final int MORE_LOOK_MILLIS = 1_000;
    private static final int ASK_AGAIN_MILLIS = 50;

    /** Something that is asked of a server; returns when it is answered. */
    @FunctionalInterface
    interface Question {
        void ask(Server server, Random random) throws IOException, InterruptedException;
    }

    /** How long their questions took, in milliseconds, of those that were answered before {@code meanwhile} was over. */
    double[] watch(Server server, long seed, Callable<Void> meanwhile) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        List<Future<List<Double>>> readers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(people)) {
            for (int i = 0; i < people; i++) {
                Random random = new Random(seed * people + i);
                readers.add(threads.submit(() -> read(server, random, over)));
            }
            try {
                meanwhile.call();
            } finally {
                over.countDown();
            }
        }
        List<Double> all = new ArrayList<>();
        for (Future<List<Double>> reader : readers) {
            all.addAll(reader.get());
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private List<Double> read(Server server, Random random, CountDownLatch over) throws IOException, InterruptedException {
        List<Double> took = new ArrayList<>();
        // Nobody begins when all others do.
        long look = random.nextInt(LEAST_LOOK_MILLIS + MORE_LOOK_MILLIS);
        while (!over.await(look, TimeUnit.MILLISECONDS)) {
            long begun = System.nanoTime();
            question.ask(server, random);
            if (over.getCount() > 0) {
                took.add((System.nanoTime() - begun) / 1e6);
            }
            look = LEAST_LOOK_MILLIS + random.nextInt(MORE_LOOK_MILLIS);
        }
        return took;
    }

    /** Who is refused because too many ask asks again, and has waited for so long. */
    static void query(Server server, String sql) throws IOException, InterruptedException {
        while (true) {
            try {
                server.ask("query", sql, "--format", "json");
                return;
            } catch (Server.Full wait) {
                TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
            }
        }
    }

    static double percentile(double[] values, int percent) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[Math.min(sorted.length - 1, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }
}
