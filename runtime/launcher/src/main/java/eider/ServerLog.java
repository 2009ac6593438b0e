package eider;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Constants;
import org.osgi.service.cm.ConfigurationException;
import org.osgi.service.cm.ManagedService;
import org.slf4j.LoggerFactory;

/**
 * The log file of a server, {@code logs/eider.log}: rotated by day and by size, old ones compressed, all of them together bounded.
 *
 * <p>Its options are those of {@code config/log.cfg} ({@link #updated}), which takes effect while the server runs. Before {@link #into} nothing is
 * written anywhere: this class is logback's configurator in the distribution, so logback looks for no file and never writes to the console.
 */
public final class ServerLog extends ContextAwareBase implements Configurator, ManagedService {
    private static final Map<String, String> QUIET = Map.of(
        "org.apache.felix", "warn", "org.eclipse.jetty", "warn", "osgi", "warn", "org.glassfish", "warn");
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ServerLog.class);

    private LoggerContext loggers;
    private Path folder;
    private RollingFileAppender<ILoggingEvent> appender;
    private String size = "";
    private String total = "";
    private int days = -1;

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Begins to write below this folder. */
    static ServerLog into(Path folder) {
        ServerLog log = new ServerLog();
        log.loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        log.loggers.reset();
        log.folder = folder;
        log.setContext(log.loggers);
        log.apply(Map.of());
        return log;
    }

    /**
     * The options of {@code config/log.cfg}; null when the file is gone. {@code level} (trace, debug, info, warn, error, off) and
     * {@code level.<logger>} for a part; {@code file_size} (10MB) and a new file each day; {@code keep_days} (30), {@code keep_total} (200MB). An
     * option
     * that cannot be understood is told in the log, and its default is taken.
     */
    @Override
    public synchronized void updated(Dictionary<String, ?> properties) throws ConfigurationException {
        Map<String, String> options = new TreeMap<>();
        if (properties != null) {
            for (Enumeration<String> keys = properties.keys(); keys.hasMoreElements(); ) {
                String key = keys.nextElement();
                if (!key.startsWith("service.") && !key.equals(ConfigFolder.FILE) && !key.equals(Constants.OBJECTCLASS)) {
                    options.put(key, String.valueOf(properties.get(key)).strip());
                }
            }
        }
        for (String problem : apply(options)) {
            LOG.error("{}", problem);
        }
    }

    private List<String> apply(Map<String, String> options) {
        List<String> problems = new ArrayList<>();
        Map<String, Level> levels = new TreeMap<>();
        Level root = Level.INFO;
        QUIET.forEach((logger, level) -> levels.put(logger, Level.valueOf(level)));
        String newSize = "10MB";
        String newTotal = "200MB";
        int newDays = 30;
        for (Map.Entry<String, String> option : options.entrySet()) {
            String key = option.getKey();
            String value = option.getValue();
            try {
                if (key.equals("level")) {
                    root = level(value);
                } else if (key.startsWith("level.")) {
                    levels.put(key.substring("level.".length()), level(value));
                } else if (key.equals("file_size")) {
                    newSize = size(value);
                } else if (key.equals("keep_total")) {
                    newTotal = size(value);
                } else if (key.equals("keep_days")) {
                    newDays = Integer.parseUnsignedInt(value);
                } else {
                    problems.add(
                        "config/log.cfg: there is no option '" + key + "'; there are level, level.<logger>, file_size, keep_days, keep_total.");
                }
            } catch (IllegalArgumentException e) {
                problems.add("config/log.cfg: " + key + " = " + value + " cannot be understood; its default is used. " + e.getMessage());
            }
        }
        if (!newSize.equals(size) || !newTotal.equals(total) || newDays != days) {
            size = newSize;
            total = newTotal;
            days = newDays;
            reopen();
        }
        Logger rootLogger = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        for (Logger logger : loggers.getLoggerList()) {
            if (logger != rootLogger && !levels.containsKey(logger.getName())) {
                logger.setLevel(null);
            }
        }
        rootLogger.setLevel(root);
        levels.forEach((name, level) -> loggers.getLogger(name).setLevel(level));
        return problems;
    }

    private static Level level(String text) {
        Level level = Level.toLevel(text.toUpperCase(Locale.ROOT), null);
        if (level == null) {
            throw new IllegalArgumentException("A level is one of trace, debug, info, warn, error, off.");
        }
        return level;
    }

    private static String size(String text) {
        if (!text.matches("(?i)[1-9][0-9]{0,8}\\s*(KB|MB|GB)")) {
            throw new IllegalArgumentException("A size is a number with KB, MB or GB.");
        }
        return text;
    }

    private void reopen() {
        RollingFileAppender<ILoggingEvent> next = new RollingFileAppender<>();
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
        rolling.setContext(loggers);
        rolling.setParent(next);
        rolling.setFileNamePattern(folder + "/eider.%d{yyyy-MM-dd}.%i.log.gz");
        rolling.setMaxFileSize(FileSize.valueOf(size));
        rolling.setMaxHistory(days);
        rolling.setTotalSizeCap(FileSize.valueOf(total));
        LogLine layout = new LogLine();
        layout.setContext(loggers);
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(loggers);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        next.setName("file");
        next.setContext(loggers);
        next.setFile(folder.resolve("eider.log").toString());
        next.setEncoder(encoder);
        next.setRollingPolicy(rolling);

        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (appender != null) {
            root.detachAppender(appender);
            appender.stop(); // two appenders on one file are refused
        }
        rolling.start();
        layout.start();
        encoder.start();
        next.start();
        root.addAppender(next);
        appender = next;
    }

    /** Writes out what is left and closes the file. */
    void close() {
        loggers.stop();
    }
}
