package eider;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the files {@code config/*.cfg} to ConfigurationAdmin: all of them before the constructor returns, so that a command meets every connection, and then each that is
 * written, changed or deleted. {@code files~inbox.cfg} configures instance {@code inbox} of factory {@code files}, {@code log.cfg} the one {@code log}.
 *
 * <p>Felix FileInstall would do this if it knew the {@code ~}: its {@code ConfigInstaller.parsePid} (3.7.4) splits names at {@code -} only, and takes {@code files~inbox} for a
 * single configuration that nobody asks for. It also begins to look only after the first components have started.
 */
final class ConfigFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFolder.class);
    private static final String SUFFIX = ".cfg";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Path folder;
    private final ConfigurationAdmin admin;
    private final Map<Path, Seen> seen = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread watcher;

    /** What a file was like when it was last read, and the configuration made from it; null if it could not be read. */
    private record Seen(long size, FileTime modified, Configuration configuration) {
        boolean same(BasicFileAttributes now) {
            return size == now.size() && modified.equals(now.lastModifiedTime());
        }
    }

    /** @param pace how often it is looked whether a file changed */
    ConfigFolder(Path folder, ConfigurationAdmin admin, Duration pace) {
        this.folder = folder;
        this.admin = admin;
        look();
        watcher = Thread.ofPlatform().name("config").daemon().start(() -> watch(pace));
    }

    private void watch(Duration pace) {
        try {
            while (!closing.await(pace.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer looking at {}", folder);
        }
    }

    private void look() {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX) && !file.getFileName().toString().startsWith(".") && Files.isRegularFile(file)).sorted().toList();
        } catch (IOException e) {
            // a folder that is away for a moment does not take every connection with it
            LOG.error("The configuration in {} cannot be read: {}", folder, e.toString());
            return;
        }
        for (Path gone : seen.keySet().stream().filter(file -> !files.contains(file)).toList()) {
            forget(gone);
        }
        for (Path file : files) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                Seen before = seen.get(file);
                if (before == null || !before.same(now)) {
                    // noted first: a file that cannot be read is told once, not at every look
                    seen.put(file, new Seen(now.size(), now.lastModifiedTime(), before == null ? null : before.configuration));
                    seen.put(file, new Seen(now.size(), now.lastModifiedTime(), apply(file)));
                }
            } catch (CharacterCodingException e) {
                LOG.error("{} is not UTF-8 and was not taken: save it in UTF-8. See: eider config check", file);
            } catch (IOException | IllegalArgumentException e) {
                LOG.error("{} cannot be read and was not taken: {}", file, e.toString());
            }
        }
    }

    private Configuration apply(Path file) throws IOException {
        Properties lines = new Properties();
        lines.load(new StringReader(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString()));
        Dictionary<String, Object> options = new Hashtable<>();
        lines.stringPropertyNames().forEach(name -> options.put(name, lines.getProperty(name).strip()));
        String name = file.getFileName().toString();
        String pid = name.substring(0, name.length() - SUFFIX.length());
        int tilde = pid.indexOf('~');
        // the location "?" lets whichever bundle needs the configuration have it
        Configuration configuration = tilde < 0 ? admin.getConfiguration(pid, "?") : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
        configuration.updateIfDifferent(options);
        LOG.info("{} is in force", name);
        return configuration;
    }

    private void forget(Path file) {
        Configuration configuration = seen.remove(file).configuration;
        if (configuration == null) {
            return;
        }
        try {
            configuration.delete();
            LOG.info("{} is gone, and what it configured with it", file.getFileName());
        } catch (IOException | IllegalStateException e) {
            LOG.error("what {} configured could not be taken away", file, e);
        }
    }

    /** Ends the looking; what is configured stays. */
    @Override
    public void close() {
        closing.countDown();
        try {
            watcher.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
