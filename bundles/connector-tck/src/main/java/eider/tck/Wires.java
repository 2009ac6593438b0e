package eider.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Tells what this JVM sends over the network while something runs, by the JDK's own records (JFR): each write to a socket, blocking or not, whichever
 * class of the JDK makes it. What native code sends stays unseen. Reads are not looked at: the end of a connection that was closed before is one, and
 * may come late.
 */
final class Wires {
    private static final int MOST = 5;

    private Wires() {}

    /** Runs it, and tells where something was sent to and from where in the code; empty if nothing was sent. */
    static List<String> sentDuring(Path scratch, Callable<?> work) throws Exception {
        Path file = Files.createTempFile(Files.createDirectories(scratch), "wires", ".jfr");
        try (Recording recording = new Recording()) {
            // Since JDK 25 events are also thinned out unless told otherwise; older ones pass over a setting that they do not know.
            recording.enable("jdk.SocketWrite").withoutThreshold().withStackTrace().with("throttle", "off");
            recording.start();
            try {
                work.call();
            } finally {
                recording.stop();
            }
            recording.dump(file);
            return events(file);
        } finally {
            Files.delete(file);
        }
    }

    private static List<String> events(Path file) throws IOException {
        return RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals("jdk.SocketWrite"))
                .map(Wires::told).distinct().limit(MOST).toList();
    }

    private static String told(RecordedEvent event) {
        RecordedThread thread = event.getThread();
        String stack = event.getStackTrace() == null ? "" : event.getStackTrace().getFrames().stream()
                .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName())
                .filter(frame -> Stream.of("sun.", "jdk.", "java.").noneMatch(frame::startsWith)).limit(3)
                .collect(Collectors.joining(" < ", " by ", ""));
        String host = event.getString("host");
        return (host == null || host.isEmpty() ? event.getString("address") : host) + ":" + event.getInt("port")
                + (thread == null ? "" : " from thread '" + thread.getJavaName() + "'") + stack;
    }
}
