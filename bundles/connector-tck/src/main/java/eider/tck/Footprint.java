package eider.tck;

import eider.connector.Source;
import java.io.File;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How much memory a read needs, measured in a JVM of its own: this class is its main class.
 *
 * @param heap the most that was reachable at one moment of the read, in bytes, after a garbage collection
 * @param resident the most that the process ever held beside its heap, in bytes; 0 where the system does not tell
 * @param calls how often the source called the sink: shows that it read at all
 */
record Footprint(long heap, long resident, long calls) {
    /**
     * Ten times the rows means more collections, more compiled code, and a few caches of the JDK that fill up late.
     */
    static final long HEAP_ALLOWANCE = 2L << 20;

    static final long RESIDENT_ALLOWANCE = 24L << 20;

    /**
     * Reads all datasets of a world with so many rows, in a fresh JVM.
     *
     * @param contract a contract with a constructor without parameters
     * @param home an empty folder
     */
    static Footprint of(Class<? extends SourceContract> contract, Path home, int rows) throws IOException, InterruptedException {
        Files.createDirectories(home);
        Path log = home.resolveSibling(home.getFileName() + ".log");
        Path arguments = home.resolveSibling(home.getFileName() + ".arguments");
        // The whole heap is touched at the start: what differs between two runs is then what was taken outside it, not how eagerly it grew.
        Files.write(arguments, List.of("-Xms160m", "-Xmx160m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                '"' + System.getProperty("java.class.path").replace("\\", "\\\\") + '"', Footprint.class.getName(), contract.getName(), '"' + home.toString() + '"',
                Integer.toString(rows)));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments)
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                throw new AssertionError("reading " + rows + " rows took longer than 5 minutes");
            }
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        return lines.stream().filter(line -> line.startsWith("footprint ")).findFirst().map(Footprint::parse).orElseThrow(() -> new AssertionError(
                "reading " + rows + " rows with a heap of 160 MB failed (exit code " + process.exitValue() + "):" + System.lineSeparator()
                + String.join(System.lineSeparator(), lines.subList(0, Math.min(30, lines.size())))));
    }

    private static Footprint parse(String line) {
        String[] words = line.split(" ");
        return new Footprint(Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
    }

    /** In the child: {@code contract class, home, rows}. Ends the JVM even where a connector left threads behind: that is asked elsewhere. */
    public static void main(String[] arguments) {
        int code = 0;
        try {
            Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
            constructor.setAccessible(true);
            System.out.println(measure((SourceContract) constructor.newInstance(), Path.of(arguments[1]), Integer.parseInt(arguments[2])));
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            code = 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static String measure(SourceContract contract, Path home, int rows) throws Exception {
        Watch watch = new Watch();
        try (Warehouse warehouse = Warehouse.open(home); Outside outside = contract.outside(home, "footprint"); Connector connector = contract.start(home)) {
            outside.fill(rows);
            Source source = connector.connect("footprint", outside.options());
            Reading.all(source, warehouse.sniffer(), watch);
            watch.look();
            Reference.reachabilityFence(source);
            return "footprint " + watch.heap + " " + peak() + " " + watch.calls;
        }
    }

    /** Looks at the first call, the second, the fourth, the eighth…: whatever grows with the rows is then seen at more than half of its size. */
    private static final class Watch implements RecordingSink.Before {
        private long heap;
        private long calls;

        @Override
        public void call(String what, long number) {
            calls++;
            if (Long.bitCount(calls) == 1) {
                look();
            }
        }

        private void look() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            heap = Math.max(heap, runtime.totalMemory() - runtime.freeMemory());
        }
    }

    private static long peak() throws IOException {
        File status = new File("/proc/self/status");
        if (!status.exists()) {
            return 0;
        }
        return Files.readAllLines(status.toPath(), StandardCharsets.ISO_8859_1).stream().filter(line -> line.startsWith("VmHWM:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 - Runtime.getRuntime().maxMemory()).findFirst().orElse(0L);
    }
}
