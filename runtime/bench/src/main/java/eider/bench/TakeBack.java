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
 * One in a hundred of many orders changed: planned, merged by their key, and taken back, in turns on one home, after it was done once unmeasured. Each is timed as a
 * command that a running server carries out, so that all three hold the same.
 */
final class TakeBack implements Measurement {
    private static final double AIM_UNDO = 1;
    private static final double AIM_PLAN = 1.2;
    private static final int PART = 100;

    private final Workbench bench;
    private final KeyedMerge.Into into;
    private final long rows;
    private final int rounds;

    /** @param rows how many orders there are */
    TakeBack(Workbench bench, KeyedMerge.Into into, long rows, int rounds) {
        this.bench = bench;
        this.into = into;
        this.rows = rows;
        this.rounds = rounds;
    }

    /** In seconds. */
    private record Round(double plan, double load, double undo) {}

    @Override
    public String name() {
        return String.format(Locale.ROOT, "plan, merge and undo of %,d changed rows in %s of %,d, %d x", rows / PART,
                into == KeyedMerge.Into.ORDERS ? "a table" : "a table and sales", rows, rounds);
    }

    @Override
    public List<Figure> measure() throws Exception {
        List<Round> all = new ArrayList<>();
        double firstPlan;
        double first;
        double images;
        Path home = bench.fresh("home");
        String dataset = into.name().toLowerCase(Locale.ROOT);
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/files~shop.cfg"), "path = *.csv\ndataset = " + dataset + "\nkey = source_id\n");
        Workbench.put(Orders.all(rows, bench), Files.createDirectories(home.resolve("inbox")).resolve("orders.csv"));
        // Each by a server that has done nothing yet.
        try (Server server = bench.start(home)) {
            firstPlan = timed(server, "plan", "shop", "--format", "json");
        }
        try (Server server = bench.start(home)) {
            first = timed(server, "sync", "shop", "--format", "json");
            for (int i = 1; i <= rounds; i++) {
                all.add(round(server, i));
            }
            // One that stays: what it leaves on the disk.
            change(server, rounds + 1);
            timed(server, "sync", "shop", "--format", "json");
        }
        try (Server server = bench.start(home)) {
            // What the database had not yet written into its file is there after a restart.
            images = server.ask("status", "--format", "json").get("image_bytes").doubleValue();
        }
        long replaced = rows / PART - rows / PART / Orders.NEW;
        bench.fresh("home");
        String of = "undo_" + dataset + "_";
        return List.of(
                new Figure(of + "factor", "undo ÷ load", Median.of(all, r -> r.undo / r.load), "x", AIM_UNDO),
                new Figure(of + "plan_factor", "plan ÷ load", Median.of(all, r -> r.plan / r.load), "x", AIM_PLAN),
                new Figure(of + "first_plan_factor", "plan ÷ load of all rows at first", firstPlan / first, "x", AIM_PLAN),
                Figure.beside(of + "plan", "plan", Median.of(all, Round::plan), "s"),
                Figure.beside(of + "load", "load", Median.of(all, Round::load), "s"),
                Figure.beside(of + "undo", "undo", Median.of(all, Round::undo), "s"),
                Figure.beside(of + "first", "the first load", first, "s"),
                Figure.beside(of + "images", String.format(Locale.ROOT, "images of %,d rows on the disk", replaced), images / 1e6, "MB"),
                Figure.beside(of + "image", "of each row", images / replaced, "B"));
    }

    private void change(Server server, int version) throws IOException, InterruptedException {
        Path making = server.home().resolve("changed.csv");
        Orders.changed(making, rows, rows / PART, version, bench);
        Files.move(making, server.home().resolve("inbox/changed-" + version + ".csv"));
    }

    private Round round(Server server, int version) throws IOException, InterruptedException {
        change(server, version);
        // Once beforehand: whatever comes first reads a file that nobody has read yet, and warms what the others use.
        timed(server, "sync", "shop", "--format", "json");
        timed(server, "undo", server.lastLoad().get("id").asText(), "--read-again", "--format", "json");
        double plan = timed(server, "plan", "shop", "--format", "json");
        double load = timed(server, "sync", "shop", "--format", "json");
        JsonNode last = server.lastLoad();
        if (last.get("inserted").longValue() + last.get("updated").longValue() != rows / PART) {
            throw new IOException("the load should have brought " + rows / PART + " rows: " + last);
        }
        // The next round begins with the same rows: the changed file counts as read.
        return new Round(plan, load, timed(server, "undo", last.get("id").asText(), "--skip", "--format", "json"));
    }

    private static double timed(Server server, String... words) throws IOException {
        long begun = System.nanoTime();
        server.ask(words);
        return Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
    }
}
