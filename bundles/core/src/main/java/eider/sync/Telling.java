package eider.sync;

import eider.engine.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how a run gets on: whoever began it, and whoever looks at the connections. Not more than ten times a second, for a source may tell it with every row. */
final class Telling implements Progress {
    private static final Logger log = LoggerFactory.getLogger(Telling.class);
    private static final long PERIOD_NANOS = 100_000_000;

    private final Entry entry;
    private final Progress progress;
    private long next = System.nanoTime();
    private String last = "";
    private boolean deaf;

    Telling(Entry entry, Progress progress) {
        this.entry = entry;
        this.progress = progress;
    }

    @Override
    public synchronized void at(String doing, long done, long total) {
        long now = System.nanoTime();
        if (doing.equals(last) && now < next && (total == 0 || done < total)) {
            return;
        }
        next = now + PERIOD_NANOS;
        last = doing;
        entry.doing = total > 0 ? doing + ", " + done * 100 / total + " %" : doing;
        if (deaf) {
            return;
        }
        try {
            progress.at(doing, done, total);
        } catch (RuntimeException e) {
            deaf = true;
            log.warn("{}: whoever began the sync cannot be told how it gets on; it goes on", entry.name, e);
        }
    }
}
