package eider.tck;

import eider.connector.Source;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much memory a read needs.
 *
 * @param heap the most that was reachable at one moment of the read, in bytes, after a garbage collection
 * @param resident the most that the process ever held beside its heap, in bytes; 0 where the system does not tell
 * @param calls how often the source called the sink: shows that it read at all
 */
record Footprint(long heap, long resident, long calls) {
    /**
     * What ten times the data may cost beside the tenth part: the buffers that only the larger world fills (the files connector's came to 5 MiB, and
     * stayed there from 60,000 rows to 400,000). A source that keeps something of each row is still found: with the usual 180,000 rows
     * more, 8 MiB are 46 bytes a row, less than one small object in a list.
     */
    static final long HEAP_ALLOWANCE = 8L << 20;
    /** The same beside the heap: code compiled late, native arenas. Reads without native memory differed by less than 1 MiB. */
    static final long RESIDENT_ALLOWANCE = 16L << 20;

    /** Reads all datasets of a world with so many rows, in a fresh JVM. */
    static Footprint of(Class<? extends SourceContract> contract, Path home, int rows) throws IOException, InterruptedException {
        // The whole heap is touched at the start: what differs between two runs is then what was taken outside it, not how eagerly it grew.
        String[] numbers = ChildJvm.ask(Read.class, contract, home, rows, "-Xms160m", "-Xmx160m", "-XX:+AlwaysPreTouch").split(" ");
        return new Footprint(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
    }

    /** What the child does. */
    static final class Read implements ChildJvm.Measurement {
        @Override
        public String measure(SourceContract contract, Path home, int rows) throws Exception {
            Watch watch = new Watch();
            try (Scene scene = Scene.of(contract, home, rows)) {
                Source source = scene.connect("footprint");
                Reading.all(source, scene.sniffer(), watch);
                watch.look();
                Reference.reachabilityFence(source);
                return watch.heap + " " + resident() + " " + watch.calls;
            }
        }

        private static long resident() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.exists(status)) {
                return 0;
            }
            return Files.readAllLines(status, StandardCharsets.ISO_8859_1).stream().filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 - Runtime.getRuntime().maxMemory()).findFirst().orElse(0L);
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
}
