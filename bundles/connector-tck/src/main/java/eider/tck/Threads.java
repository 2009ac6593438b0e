package eider.tck;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The threads of this JVM at one moment, to tell later which ones came and stayed. */
final class Threads {
    /** Threads that the JDK starts when it first needs them, whoever asked, and keeps. */
    private static final List<String> OF_THE_JDK = List.of("ForkJoinPool.commonPool-worker-", "process reaper", "Common-Cleaner", "Cleaner-",
            "Attach Listener", "Signal Dispatcher", "Reference Handler", "Finalizer", "Notification Thread", "VirtualThread-unparker",
            "ForkJoinPool-1-worker-", "Read-Poller", "Write-Poller", "MasterPoller", "JNA Cleaner", "junit-");

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    /** Waits until the threads that came since this census have ended, and tells those that did not within the time. */
    List<String> stayed(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (Thread thread : came()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left > 0) {
                thread.join(left);
            }
        }
        return came().stream().map(Threads::describe).sorted().toList();
    }

    private Set<Thread> came() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.isAlive() && !before.contains(thread))
                .filter(thread -> OF_THE_JDK.stream().noneMatch(thread.getName()::startsWith)).collect(Collectors.toSet());
    }

    /** A thread's name and where it stands, one line. */
    static String describe(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return "'" + thread.getName() + "' at " + Arrays.stream(stack).limit(6).map(StackTraceElement::toString).collect(Collectors.joining(" < "));
    }
}
