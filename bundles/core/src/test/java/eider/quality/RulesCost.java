package eider.quality;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import eider.sync.Scripted;
import eider.sync.Shop;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What rules cost: the same file of sales goes straight in, by turns without any rule, with those that sales have by default, and with these and rules of the dataset's own.
 *
 * <p>Arguments: a folder with room, rows, rounds. Prints for each the median of the seconds and of the processor time of all threads, and their ratios to the first: on a busy
 * machine the processor time says more.
 */
public final class RulesCost {
    private static final Dataset SALES = new Dataset("sales", "Sales.", List.of(Field.of("date", Type.DATE, "When."), Field.of("user_id", Type.TEXT, "Whose."),
            Field.of("product_name", Type.TEXT, "What."), Field.of("quantity", Type.MONEY, "How many."), Field.of("unit_price", Type.MONEY, "For how much each."),
            Field.of("total_amount", Type.MONEY, "For how much."), Field.of("region", Type.TEXT, "Where.")), List.of());
    private static final Model MODEL = new Model("sales", "sales", "SELECT _row, date, CASE WHEN total_amount < 0 OR quantity < 0 THEN 'refund' ELSE 'sale' END AS kind, user_id,"
            + " product_name, quantity, unit_price, total_amount, region FROM input");
    private static final String OWN = "product_name required -> quarantine; region one of Europe, Asia, America, Africa -> quarantine; user_id matches [0-9]+ -> warn;"
            + " unit_price in 0..1000 -> quarantine";

    private RulesCost() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int rows = Integer.parseInt(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        Path file = folder.resolve("sales.csv");
        write(file, rows);
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (String how : List.of("no rules", "the rules of sales", "and four more")) {
                Cost took = load(folder.resolve("home"), file, how, rows);
                if (round > 0) {
                    costs.computeIfAbsent(how, key -> new ArrayList<>()).add(took);
                }
            }
        }
        double seconds = median(costs.get("no rules"), Cost::seconds);
        double processor = median(costs.get("no rules"), Cost::processor);
        costs.forEach((how, took) -> System.out.printf("%-20s %6.2f s %.3f   processor %6.2f s %.3f%n", how, median(took, Cost::seconds), median(took, Cost::seconds) / seconds,
                median(took, Cost::processor), median(took, Cost::processor) / processor));
    }

    private record Cost(double seconds, double processor) {}

    private static long processor() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static Cost load(Path home, Path file, String how, int rows) throws Exception {
        try (Engine engine = Engine.open(home)) {
            if (how.equals("no rules")) {
                engine.configure("table~sales", Map.of("rules", ""));
            }
            if (how.equals("and four more")) {
                engine.configure("dataset~shop__sales", Map.of("rules", OWN));
            }
            Scripted source = new Scripted(List.of(SALES), List.of(MODEL), (request, sink) -> {
                sink.part("sales.csv", "1");
                sink.scan(Shop.csv(file, SALES));
                sink.checkpoint(Scripted.after(1));
            });
            long processor = processor();
            long begin = System.nanoTime();
            Load load = Shop.sync(engine, source);
            Cost took = new Cost((System.nanoTime() - begin) / 1e9, (processor() - processor) / 1e9);
            if (load.inserted() != rows || !load.message().isEmpty()) {
                throw new IllegalStateException(load.toString());
            }
            return took;
        } finally {
            try (Stream<Path> left = Files.walk(home)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> of) {
        List<Double> sorted = costs.stream().map(of::applyAsDouble).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static void write(Path file, int rows) throws IOException {
        String[] products = {"Lamp", "Desk", "Chair", "Mouse", "Monitor", "Licence"};
        String[] regions = {"Europe", "Asia", "America", "Africa"};
        LocalDate first = LocalDate.of(2024, 1, 1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("date,user_id,product_name,quantity,unit_price,total_amount,region\n");
            for (int i = 0; i < rows; i++) {
                int sign = i % 50 == 0 ? -1 : 1;
                out.write(first.plusDays(i % 900) + "," + i % 1000 + "," + products[i % 6] + "," + (1 + i % 7) * sign + "," + (5 + i % 300) + ".50," + (5 + i % 2000) * sign + ".25,"
                        + regions[i % 4] + "\n");
            }
        }
    }
}
