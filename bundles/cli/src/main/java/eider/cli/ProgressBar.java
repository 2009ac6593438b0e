package eider.cli;

import eider.engine.Progress;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * One line at the bottom of a terminal that tells how far a long task is; on anything but a terminal it writes nothing. It appears only when the
 * task takes a while, is renewed a few times a second, and is wiped away by {@link #close}. Carriage returns and spaces do all of it, which every
 * terminal understands.
 */
final class ProgressBar implements Progress, AutoCloseable {
    private static final long PATIENCE = Duration.ofMillis(400).toNanos();
    private static final long PACE = Duration.ofMillis(150).toNanos();
    private static final int BAR = 24;

    private final Console console;
    private final LongSupplier nanoTime;
    private final long begun;
    private long next;
    private int shown;
    private boolean closed;

    ProgressBar(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
        this.next = begun + PATIENCE;
    }

    @Override
    public synchronized void at(String doing, long done, long total) {
        long now = nanoTime.getAsLong();
        if (!console.terminal() || closed || now - next < 0) {
            return;
        }
        next = now + PACE;
        show(line(doing, done, total, Duration.ofNanos(now - begun)));
    }

    private static String line(String doing, long done, long total, Duration time) {
        String how = total > 0 ? bar(Math.clamp((double) done / total, 0, 1)) : Text.grouped(done);
        return how + "  " + Text.duration(time) + "  " + Text.plain(doing);
    }

    private static String bar(double share) {
        int full = (int) (share * BAR);
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + (int) (share * 100) + " %";
    }

    private void show(String line) {
        // the last column stays free: writing there would begin a new line
        String text = Text.cut(line, console.width() - 1);
        int width = Text.width(text);
        console.tellRaw("\r" + text + " ".repeat(Math.max(0, shown - width)));
        shown = width;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (shown > 0) {
            console.tellRaw("\r" + " ".repeat(shown) + "\r");
        }
    }
}
