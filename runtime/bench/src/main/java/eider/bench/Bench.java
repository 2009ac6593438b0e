package eider.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./eider bench}. Exit codes: 0 measured, 1 could not be measured or an aim is missed by twice or more, 2 wrong usage. */
@Command(name = "eider bench", sortOptions = false,
        description = {"Measure this Eider: loading, merging, taking back, memory, readers beside a load and beside bad SQL, start and hot deploy.",
                "Prints the figures beside their aims. Leave the machine alone meanwhile; all of it takes three quarters of an hour.",
                "",
                "What can be measured alone:",
                "  load     a CSV file into a fresh home, and its memory",
                "  json     records as lines of JSON",
                "  push     rows pushed one by one by a program that carries Eider inside",
                "  merge    changed rows into many by their key",
                "  database a table of a PostgreSQL server that is started for it, its memory, and an increment",
                "  undo     changed rows planned, merged and taken back, and what the images take of the disk",
                "  readers  people who look at dashboards while a file is loaded",
                "  cage     people who look at dashboards while somebody's SQL takes all it can get",
                "  start    a second start",
                "  deploy   a connector dropped in, replaced and taken away"},
        optionListHeading = "%nOptions:%n", exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:measured", " 1:something could not be measured, or missed its aim by twice or more", " 2:wrong usage"},
        footerHeading = "%nExample:%n", footer = "  eider bench --quick --json bench.json")
public final class Bench implements Callable<Integer> {
    private static final long ROWS = 10_000_000;
    private static final long QUICK_ROWS = 1_000_000;
    private static final int TENTH = 10;
    private static final int LARGE = 3;
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration QUICK_QUIET = Duration.ofSeconds(10);
    private static final int ROUNDS = 3;
    private static final int SHORT_ROUNDS = 5;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Option(names = "--rows", paramLabel = "N",
            description = "Rows of the CSV file that is loaded, and of the bigger table that is merged into; 10,000,000 if not given. The"
            + " smaller table, JSON and pushed rows are a tenth of it, changed rows a hundredth. Files are made once and kept in ~/.cache/eider-bench.")
    private Long rows;

    @Option(names = "--quick", description = "One million rows, and each once or twice.")
    private boolean quick;

    @Option(names = "--large", description = "Load a file with three times the rows as well: memory must not grow with it.")
    private boolean large;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file as well.")
    private Path json;

    @Option(names = "--scratch", paramLabel = "DIR",
            description = "Where homes and databases are made: the disk that is measured. The temporary folder if not given.")
    private Path scratch = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Measure only these; all if none is given.")
    private List<Part> parts = List.of(Part.values());

    /** What can be measured alone. */
    enum Part { LOAD, JSON, PUSH, MERGE, DATABASE, UNDO, READERS, CAGE, START, DEPLOY }

    public static void main(String[] words) {
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false)
                .setParameterExceptionHandler((wrong, all) -> {
                    System.err.println(wrong.getMessage());
                    System.err.println("See: eider bench --help");
                    return 2;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    System.err.println(failure.getMessage());
                    return 1;
                })
                .setErr(new PrintWriter(System.err, true)).execute(words));
    }

    @Override
    public Integer call() throws Exception {
        String distribution = System.getProperty("eider.distribution");
        if (distribution == null) {
            throw new IOException("Start it as ./eider bench, which says where the distribution lies.");
        }
        if (!Files.exists(Path.of("/proc/self/stat"))) {
            throw new IOException("Memory and processor time are read from /proc, which this machine has not: measure on Linux.");
        }
        Map<String, Object> machine = Machine.describe();
        out.println(String.format(Locale.ROOT, "%s processors, %s MB, load %s, Java %s", machine.get("processors"), machine.get("memory_mb"),
                machine.get("load_before"), machine.get("java")));
        Instant begun = Instant.now();
        Map<String, List<Figure>> figures = new LinkedHashMap<>();
        List<String> failed = new ArrayList<>();
        try (Workbench bench = new Workbench(Path.of(distribution).toRealPath(),
                // PostgreSQL, which does not run as root, must reach what is in it.
                Files.createTempDirectory(Files.createDirectories(scratch).toRealPath(), "eider-bench",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))))) {
            for (Measurement measurement : measurements(bench)) {
                measure(measurement, bench, figures, failed);
            }
        }
        if (json != null) {
            write(machine, begun, figures, failed);
        }
        boolean far = figures.values().stream().flatMap(List::stream).anyMatch(figure -> figure.verdict() == Figure.Verdict.FAR);
        return failed.isEmpty() && !far ? 0 : 1;
    }

    private List<Measurement> measurements(Workbench bench) {
        List<Measurement> measurements = new ArrayList<>();
        long count = rows != null ? rows : quick ? QUICK_ROWS : ROWS;
        for (Part part : parts) {
            switch (part) {
                case LOAD -> {
                    measurements.add(new CsvLoad(bench, count, quick ? 1 : ROUNDS));
                    if (large) {
                        measurements.add(new CsvLoad(bench, LARGE * count, 1));
                    }
                }
                case JSON -> measurements.add(new JsonLoad(bench, count / TENTH, quick ? 1 : ROUNDS));
                case PUSH -> measurements.add(new RowPush(bench, count / TENTH, quick ? 1 : ROUNDS));
                case MERGE -> {
                    for (KeyedMerge.Into into : KeyedMerge.Into.values()) {
                        measurements.add(new KeyedMerge(bench, into, count / TENTH, quick ? 2 : ROUNDS));
                    }
                }
                case DATABASE -> measurements.add(new DatabaseRead(bench, count, quick ? 1 : ROUNDS));
                case UNDO -> {
                    for (KeyedMerge.Into into : KeyedMerge.Into.values()) {
                        measurements.add(new TakeBack(bench, into, count, quick ? 2 : ROUNDS));
                    }
                }
                case READERS -> measurements.add(new BusyReaders(bench, count, quick ? QUICK_QUIET : QUIET, quick ? 1 : ROUNDS));
                case CAGE -> measurements.add(new Attack(bench, count, quick ? QUICK_QUIET : QUIET, quick ? 1 : ROUNDS));
                case START -> measurements.add(new SecondStart(bench, quick ? 2 : SHORT_ROUNDS));
                case DEPLOY -> measurements.add(new HotDeploy(bench, quick ? 2 : SHORT_ROUNDS));
            }
        }
        return measurements;
    }

    /** What cannot be measured is said, and the rest goes on. */
    private void measure(Measurement measurement, Workbench bench, Map<String, List<Figure>> figures,
            List<String> failed) throws InterruptedException, IOException {
        out.println();
        out.println(measurement.name());
        long begun = System.nanoTime();
        try {
            List<Figure> measured = measurement.measure();
            figures.put(measurement.name(), measured);
            measured.forEach(this::print);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            failed.add(measurement.name() + ": " + e.getMessage());
            out.println("  could not be measured: " + e.getMessage());
            bench.keepLog().ifPresent(log -> out.println("  what the server said: " + log));
        }
        out.println(String.format(Locale.ROOT, "  (took %d s)", Duration.ofNanos(System.nanoTime() - begun).toSeconds()));
    }

    private void print(Figure figure) {
        String aim = Double.isNaN(figure.aim()) ? "" : "aim ≤ " + Figure.shown(figure.aim()) + " " + figure.unit();
        out.println(String.format(Locale.ROOT, "  %-40s %10s %-3s %-18s %s", figure.title(), Figure.shown(figure.value()), figure.unit(), aim,
                figure.verdict().words()).stripTrailing());
    }

    private void write(Map<String, Object> machine, Instant begun, Map<String, List<Figure>> figures, List<String> failed) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("measured", begun.truncatedTo(ChronoUnit.SECONDS).toString());
        all.put("machine", machine);
        List<Map<String, Object>> list = new ArrayList<>();
        figures.forEach((measurement, measured) -> measured.forEach(figure -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("measurement", measurement);
            one.put("key", figure.key());
            one.put("value", figure.value());
            one.put("unit", figure.unit());
            if (!Double.isNaN(figure.aim())) {
                one.put("aim", figure.aim());
                one.put("verdict", figure.verdict().name().toLowerCase(Locale.ROOT));
            }
            list.add(one);
        }));
        all.put("figures", list);
        all.put("failed", failed);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), all);
    }
}
