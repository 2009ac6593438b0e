package eider.deployer;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until something may have happened in the folders: at once where the operating system tells, otherwise (network drives, too many
 * watches) until the time is over, so that looking again finds it. One thread waits; any may close.
 */
final class FolderWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);
    /** While a jar is being copied there is an event for each of its blocks: no need to look at each. */
    private static final long PAUSE_MILLIS = 15;

    private final List<Path> folders;
    private final WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    FolderWatch(List<Path> folders) {
        this.folders = folders;
        WatchService service = null;
        try {
            service = FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            LOG.debug("The plugin folders are looked at four times a second, because they cannot be watched", e);
        }
        this.service = service;
    }

    /** Returns false once it is closed. */
    boolean await(long millis) throws InterruptedException {
        if (service == null) {
            return !closed.await(millis, TimeUnit.MILLISECONDS);
        }
        try {
            register();
            WatchKey key = service.poll(millis, TimeUnit.MILLISECONDS);
            if (key == null) {
                return closed.getCount() > 0;
            }
            boolean open = !closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            for (; key != null; key = service.poll()) {
                key.pollEvents();
                key.reset();
            }
            return open;
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    private void register() {
        for (Path folder : folders) {
            WatchKey key = keys.get(folder);
            if ((key == null || !key.isValid()) && Files.isDirectory(folder)) {
                try {
                    keys.put(folder, folder.register(service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE));
                } catch (IOException e) {
                    LOG.debug("{} cannot be watched; it is looked at four times a second", folder, e);
                }
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (service != null) {
            try {
                service.close();
            } catch (IOException e) {
                LOG.debug("The watch on the plugin folders did not close cleanly", e);
            }
        }
    }
}
