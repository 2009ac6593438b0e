package eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel counts for a process; Linux only. */
record ProcessFigures(long pid) {
    private static final double TICKS_A_SECOND = 100;
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    /** The most memory that was resident since the process began, in MB (10⁶ bytes). */
    double peakResident() throws IOException {
        return status("VmHWM:");
    }

    /** The memory that is resident now, in MB. */
    double resident() throws IOException {
        return status("VmRSS:");
    }

    private double status(String name) throws IOException {
        return Files.readAllLines(proc("status")).stream().filter(line -> line.startsWith(name))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6)
                .findFirst().orElseThrow(() -> new IOException("process " + pid + " is gone"));
    }

    /** Processor time of all threads since the process began, user and system, in seconds. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(proc("stat"));
        // the command's name, in brackets, may hold spaces
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) / TICKS_A_SECOND;
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
